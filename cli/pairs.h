/* pairs.h -- two files side by side through forced decoding: what score and align share. */
#ifndef CLI_PAIRS_H
#define CLI_PAIRS_H

#include "cli/command.h"

typedef struct {
    const Common *common;
    const char *model;
    int batch;
    bool tokens;                                    /* both files hold pieces of the vocabulary */
    const char *attends;                            /* the verb that needs a model with attention, or NULL */
    void (*take)(void *context, const LbResult *r); /* every pair, in order */
    void *context;
} Pairs;

/* paths: the sources, the targets. */
LbStatus pairs_run(const Pairs *p, char *const *paths, LbError *err);

#endif
