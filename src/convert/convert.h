/* convert.h -- models of other systems, read as models of ours.
 *
 * What is read is not ours and may be anything: every size is checked before it is used, and what cannot be
 * represented exactly is refused, naming what stands in the way.
 */
#ifndef CONVERT_CONVERT_H
#define CONVERT_CONVERT_H

#include "base/str.h"
#include "model/model.h"

/* A format: a row in the table of convert.c. */
typedef struct {
    const char *name;
    bool (*is)(const char *path); /* whether it looks like one */
    /* What was found is told in `told`, a line each. On failure *out is NULL. */
    LbStatus (*read)(const char *path, Model **out, Str *told, LbError *err);
} Foreign;

extern const Foreign foreign_ct2, foreign_g2p;

/* LB_FILE: nothing there, or nothing known; LB_FORMAT: it is damaged or not representable. */
LbStatus convert_read(const char *path, Model **out, Str *told, LbError *err);

/* ---- what the formats share ---- */

/* key=value texts that become a configuration. */
typedef struct {
    char **texts; /* array */
} Wishes;
void wish(Wishes *w, const char *format, ...) __attribute__((format(printf, 2, 3)));
void wishes_free(Wishes *w);

/* A model without weights; takes the vocabularies over, whatever comes of it. */
LbStatus convert_model(const char *path, const Wishes *w, Vocab *source, Vocab *target, Model **out,
                       LbError *err);

#endif
