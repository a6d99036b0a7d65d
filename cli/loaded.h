/* loaded.h -- a model folder, or several as an ensemble, ready to use. */
#ifndef CLI_LOADED_H
#define CLI_LOADED_H

#include "base/status.h"
#include "cli/command.h"
#include "cli/lines.h"

typedef struct {
    LbModel **models; /* an array (array.h) */
    LbSession *session;
    int told; /* batch that was told of last; 0: none */
} Loaded;

/* dir NULL: LB_USAGE that asks for -m. others: an array of more folders, or NULL. */
LbStatus loaded_open(Loaded *l, const char *dir, char *const *others, const Common *common, LbError *err);
void loaded_close(Loaded *l);
/* Tells, once for each, that the session could not take `asked` sentences at a time. */
void loaded_tell_batch(Loaded *l, int asked);
/* LB_DATA, "WHAT needs attention ...", when no model of these looks at its source. */
LbStatus loaded_must_attend(const Loaded *l, const char *what, LbError *err);

/* How a verb answers lines: it asks the library for n results from line `from` of the chunk on, and writes
 * the one of line i. */
typedef struct {
    void *job;
    LbStatus (*ask)(void *job, size_t from, size_t n, LbResult **out, LbError *err);
    void (*answer)(void *job, const LbResult *r, size_t i);
    int batch; /* sentences at a time, as asked for */
} Answers;
/* All lines of `in`, chunk by chunk; lines that do not fit into memory together are taken half and half. */
LbStatus loaded_answer(Loaded *l, Lines *in, const Answers *a, LbError *err);

/* LB_CANCELLED: so many lines were answered before. */
LbStatus fail_after(LbError *err, uint64_t lines);

/* A message about line i of a chunk, told as a line of the file: "NAME, line 17: ..." */
LbStatus fail_in_chunk(LbError *err, const char *name, uint64_t first);

#endif
