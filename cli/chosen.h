/* chosen.h -- --kind, --layer and --head: which of a model's maps; --erase: how words are erased. */
#ifndef CLI_CHOSEN_H
#define CLI_CHOSEN_H

#include "cli/command.h"

typedef struct {
    char *kind, *layer, *head; /* NULL: not given */
} Chosen;

extern const char *const kind_names[];

/* clang-format off */
#define KIND_OPTION \
    CHOICE("kind", 0, NULL, kind_names, "cross|encoder|decoder", chosen.kind, \
           "Attention from output to source, or within one of them; not given: cross")
#define HEAD_OPTIONS \
    TEXT("layer", 0, NULL, "N", chosen.layer, \
         "Attention of this layer, counted from 0; not given: what training guided, else what copies, else the " \
         "layer last but one, or the only one"), \
    TEXT("head", 0, NULL, "N|mean", chosen.head, "Of this head, counted from 0; not given: the mean over all")
/* clang-format on */

extern const char *const erase_names[]; /* in the order of LbErase */

#define ERASE_OPTION                                                                                         \
    CHOICE(                                                                                                  \
        "erase", 0, "unk", erase_names, "unk|delete|attention", erase,                                       \
        "How a word is erased: its pieces become <unk>, are taken out, or are hidden from attention alone")

LbErase erase_chosen(const char *name);

/* A number from 0; text NULL leaves *out alone. */
LbStatus chosen_index(const char *flag, const char *text, int *out, LbError *err);

bool chosen_any(const Chosen *c);
/* LB_USAGE for what is no number. How many layers and heads there are is asked of the results. */
LbStatus chosen_read(const Chosen *c, bool pieces, LbMapChoice *out, LbError *err);

#endif
