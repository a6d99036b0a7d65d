/* rouge.h -- ROUGE-1, 2, L and Lsum, equal to those of the PyPI package rouge-score.
 *
 * Lin 2004: how much of a reference summary is in the output (recall), how much of the output is in the
 * reference (precision), and their F1; counted in words (1), pairs of words (2), and in words of the longest
 * common subsequence, of the texts as a whole (L) or of each sentence of the reference with all sentences of
 * the output (Lsum). Tokens are runs of a-z and 0-9 in lower case; with `stem` those longer than three
 * letters are stemmed (porter.h). Of several references each kind takes the one with the best F1.
 */
#ifndef METRIC_ROUGE_H
#define METRIC_ROUGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "metric/line.h"

enum { ROUGE_1, ROUGE_2, ROUGE_L, ROUGE_LSUM, ROUGE_KINDS };

extern const char *const rouge_names[ROUGE_KINDS]; /* "1", "2", "L", "Lsum" */

typedef struct {
    bool stem;
    const char *sentence_end; /* what parts sentences within a line, for Lsum; NULL: "<n>" */
} RougeOptions;

typedef struct {
    double precision, recall, f1; /* per cent */
} RougeScore;

typedef struct {
    RougeScore kind[ROUGE_KINDS];
} Rouge;

/* each[i]: output i against its references refs[r][i], the best for each kind. LB_DATA for texts whose
 * longest common subsequence would take too much memory. */
LbStatus rouge_each(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, RougeOptions options,
                    Rouge *each, LbError *err);

#endif
