/* heads.h -- what a head does, in figures: how spread its weights are, and where they lie.
 *
 * Figures are means over rows, summed up over many sentences. Rows count that stand for a word (no begin or
 * end of sentence) and have at least two columns to choose among. For a row t with weights p(s) over n
 * columns that it may look at, and its diagonal place d:
 *
 *     entropy     -sum p log p, in nats; normalised: / log n       (Ghader and Monz 2017)
 *     largest     max p                                            (the confidence of Voita et al. 2019)
 *     diagonality 1 - sum p |s - d| / max |s - d|                  (after Yang, Liu and Lee 2020)
 *     previous, same, next   p(d-1), p(d), p(d+1)                  (positional heads: Voita et al. 2019)
 *     first, end  p of the first column; of the end of sentence    (sinks: Clark et al. 2019, Xiao et al.
 * 2024)
 *
 * In self-attention d is the row's own place; of n target and m source words, d = t (m-1) / (n-1), rounded.
 * Agreement with links made by hand: of target words that have a link, the share whose largest column is one
 * of theirs; and the alignment error rate of the links (largest column, row), those to marks left out.
 */
#ifndef EXPLAIN_HEADS_H
#define EXPLAIN_HEADS_H

#include <stdbool.h>
#include <stddef.h>

#include "metric/aer.h"

/* One map, and which of its rows and columns are words. */
typedef struct {
    const double *weights; /* [rows, columns] */
    size_t rows, columns;
    size_t row_from, row_to;       /* words are rows [row_from, row_to) */
    size_t column_from, column_to; /* and columns [column_from, column_to) */
    bool has_end;                  /* the last column is the end of sentence */
    bool self;                     /* row i and column i are the same place */
    bool causal; /* row i sees columns up to i, and those behind that have some weight (words of pieces) */
} HeadMap;

/* Zeroed before the first map. */
typedef struct {
    size_t n_rows, n_end, n_linked, n_right;
    double entropy, normalised, largest, diagonality, previous, same, next, first, end;
    AerCounts counts;
} HeadSums;

void heads_add(HeadSums *s, const HeadMap *m);
/* Of the same map; gold links count words from 0. */
void heads_add_gold(HeadSums *s, const HeadMap *m, const AerLink *gold, size_t n);

/* Means; all NAN without a row, end without an end of sentence, accuracy and aer (0 to 1) without gold. */
typedef struct {
    size_t n_rows;
    double entropy, normalised, largest, diagonality, previous, same, next, first, end, accuracy, aer;
} HeadFigures;
HeadFigures heads_figures(const HeadSums *s);

/* A reading aid, the first that holds: "uniform" (normalised entropy >= 0.9), "end" or "first" (a sink: >=
 * 0.5 of the weight), "previous", "same", "next" (>= 0.5), "alignment" (accuracy >= 0.5), "diagonal" (>=
 * 0.8); else "-". `self`: of self-attention; without it previous, same and next are no roles. */
const char *heads_role(const HeadFigures *f, bool self);

#endif
