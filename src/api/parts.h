/* parts.h -- a result taken apart again: what was read and written at once, as numbers of pieces. */
#ifndef API_PARTS_H
#define API_PARTS_H

#include "api/handle.h"
#include "explain/erase.h"

/* Whether an output can be forced with changes, and kept as a matrix over words: LB_USAGE for an ensemble,
 * LB_DATA for another type of model (what: "have words erased") and for too long a text. */
LbStatus result_can_be_forced(const LbSession *s, const LbResult *r, const LbHypothesis *h, const char *what,
                              LbError *err);
/* False: the model read nothing of it. */
bool result_was_read(const LbResult *r);

/* guard() over body(job), in ever smaller slices while memory is short: *tokens, which is in job, is 0 at
 * first, then how many tokens a batch may have. */
LbStatus result_in_slices(LbSession *s, LbStatus (*body)(void *job), void *job, int *tokens, LbError *err);

/* One part of a result: a text that was not too long has one. */
typedef struct {
    ErasePair pair;                  /* without marks; words from 0 */
    size_t source_word, target_word; /* the first word of either side, as the result counts them */
} ResultPart;

/* Memory from a. LB_DATA: the parts of a model that reads no marks (data.source_end: false) cannot be told
 * apart. */
LbStatus result_parts(const LbResult *r, size_t hypothesis, const Model *m, Arena *a, ResultPart **out,
                      size_t *n, LbError *err);

#endif
