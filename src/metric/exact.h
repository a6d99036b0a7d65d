/* exact.h -- how often the output is just right: by line, by token, and as SQuAD counts answers.
 *
 * All figures are per cent, 0 for no lines at all.
 */
#ifndef METRIC_EXACT_H
#define METRIC_EXACT_H

#include <stddef.h>

#include "metric/line.h"

/* Lines that are the same bytes. */
double exact_lines(const Line *hyp, const Line *ref, size_t n);

/* Tokens (split at white space) equal to the one at the same place, over the longer line's number of tokens;
 * the mean over lines. Two lines without tokens are equal. */
double exact_tokens(const Line *hyp, const Line *ref, size_t n);

/* Lines as above, in per cent; f1: of the two bags of tokens. For each the best over the references
 * refs[r][i]; each: room for n. */
typedef struct {
    double line, tokens, f1;
} Exact;
void exact_each(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, Exact *each);

/* SQuAD (Rajpurkar et al. 2016; the evaluation script of version 2.0): answers are compared in lower case,
 * without ASCII punctuation and without a, an, the. For each the best over the references refs[r][i]. */
typedef struct {
    double exact; /* the same words in the same order */
    double f1;    /* of the two bags of words; 1 or 0 when either has none */
} Squad;
/* each (may be NULL): room for n, one a line. */
Squad exact_squad(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, Squad *each);

#endif
