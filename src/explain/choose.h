/* choose.h -- which read-out to trust, found without gold links.
 *
 * Erasing tells what attention only hints at: D[t][s] (erase.h), how much less likely target word t becomes
 * without source word s. p - p' of its probability p is lost, a share of L[t][s] = 1 - exp(-D[t][s]), none
 * below 0. The read-out wins whose links lie where something is lost:
 *
 *     skill = (sum of L over its links - sum of row means) / (sum of row maxima - sum of row means)
 *
 * 1 is what erasing itself would find, 0 what chance would. A word without a link adds nothing. Shares,
 * because a few words that lose ten nats would outvote all others. The usual criterion, how well links from
 * target to source agree with those from source to target in the same weights, is passed by heads that look
 * along the diagonal or at punctuation, whatever the words are; those have no skill. It decides between
 * read-outs whose skills are equal within a quarter of a point.
 *
 * The threshold below which a word stays unlinked is then the highest that costs at most a point of skill: it
 * gives up links that nothing depends on.
 */
#ifndef EXPLAIN_CHOOSE_H
#define EXPLAIN_CHOOSE_H

#include "explain/readout.h"

typedef struct {
    Reading reading;
    const double *drop; /* D, [n_target, n_source] */
} Example;

enum { CHOOSE = -1, CHOOSE_MAP = -2 };

/* What is wanted in any case; CHOOSE where anything may be taken, of layer and head CHOOSE_MAP (-1 is the
 * mean). */
typedef struct {
    int layer, head, input, norm, sinks;
    double null; /* below 0: to be chosen */
} Wish;

typedef struct {
    Readout readout;
    size_t n_tried;
    double skill, plain_skill; /* plain: what the plain read-out has */
    double agreement; /* share of forward and backward links that both have, 2 both / (forward + backward) */
    double loss;      /* mean of the row maxima of D, in nats: how much there is to find */
} Choice;

/* L of D. */
double choose_lost(double drop);

/* examples [n], at least one, of one model; norms are considered where they have them. A wish that holds all
 * is measured all the same, and so is the plain read-out. */
Choice choose_readout(const Example *examples, size_t n, Wish wish, Readout plain);

#endif
