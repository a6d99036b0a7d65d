/* aer.h -- alignment error rate (Och and Ney 2003): how well links agree with links made by hand.
 *
 *     AER = 1 - (|A and S| + |A and P|) / (|A| + |S|), summed over the corpus
 *     precision = |A and P| / |A|, recall = |A and S| / |S|
 *
 * S are the sure gold links, P the possible ones (S included), A those under test. All are sets: a link that
 * is written twice counts once.
 */
#ifndef METRIC_AER_H
#define METRIC_AER_H

#include "metric/links.h"

typedef struct {
    size_t links, sure, in_sure, in_possible; /* |A|, |S|, |A and S|, |A and P| */
} AerCounts;

void aer_add(AerCounts *c, const AerLink *gold, size_t n_gold, const AerLink *links, size_t n_links);

/* All 0 to 1, and 0 where there is nothing to compare. */
double aer_score(const AerCounts *c);
double aer_precision(const AerCounts *c);
double aer_recall(const AerCounts *c);
double aer_f1(const AerCounts *c);

/* What one sentence's links get wrong: those that are no gold links at all, and sure ones that are not there.
 * Arrays, the caller's. */
void aer_errors(const AerLink *gold, size_t n_gold, const AerLink *links, size_t n_links, AerLink **wrong,
                AerLink **missing);

#endif
