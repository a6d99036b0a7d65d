/* aer.h -- alignment error rate (Och and Ney 2003): how well links agree with links made by hand.
 *
 *     AER = 1 - (|A and S| + |A and P|) / (|A| + |S|), summed over the corpus
 *
 * S are the sure gold links, P the possible ones (S included), A those under test.
 */
#ifndef METRIC_AER_H
#define METRIC_AER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

typedef struct {
    int source, target; /* words, from 0 */
    bool sure;
} AerLink;

/* One line in Pharaoh form: `i-j` sure, `i?j` or `ipj` possible. *out: an array (array.h), the caller's. */
LbStatus aer_parse(const char *line, AerLink **out, LbError *err);

typedef struct {
    size_t links, sure, in_sure, in_possible; /* |A|, |S|, |A and S|, |A and P| */
} AerCounts;

void aer_add(AerCounts *c, const AerLink *gold, size_t n_gold, const AerLink *links, size_t n_links);
double aer_score(const AerCounts *c); /* 0 to 1; 0 when there is nothing to compare */

#endif
