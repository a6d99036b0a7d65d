/* sets.h -- erasing sets of words from a source, ranked for the output as a whole: ERASER's tests (DeYoung et
 * al. 2020), for comparison with the literature.
 *
 * Words are ranked by their weights, divided by their pieces, averaged over the output's words. With R_k the
 * first k of them,
 *
 *     comprehensiveness  (log p(y | x) - log p(y | x without R_k)) / pieces of y
 *     sufficiency        (log p(y | x) - log p(y | R_k alone)) / pieces of y
 *
 * for k = 1, 2, 3, 5 words and 10, 20, 50 % of them, and AOPC, their mean over the sizes. ERASER takes the
 * probability of a class where this takes the mean log-probability of a piece, end of sentence counted.
 * Beside it 20 random orders of the words. No verdict hangs on it: in translation the average over rows is
 * nearly flat.
 */
#ifndef EXPLAIN_SETS_H
#define EXPLAIN_SETS_H

#include "explain/check.h"

enum { SETS_SIZES = 7, SETS_DRAWS = 20, SETS_ORDERS = SETS_DRAWS + 1 };

/* How many of S words size i erases: at least 1, at most S. */
int sets_size(int i, int S);
const char *sets_name(int i); /* "1", "2", "3", "5", "10%", "20%", "50%" */

/* Of one sentence; order 0 is that of the map, the others are random. */
typedef struct {
    int *orders;                   /* [SETS_ORDERS,S] */
    double (*without)[SETS_SIZES]; /* [SETS_ORDERS] what a piece loses: comprehensiveness */
    double (*alone)[SETS_SIZES];   /* [SETS_ORDERS] sufficiency */
} SetDrops;

/* x: one of a data set checked with `seed`, its map number `map` of maps [T,S]; memory from results. False:
 * cancelled. */
bool sets_run(Searcher *s, const Model *m, EraseMethod how, const CheckSentence *x, int map, uint64_t seed,
              const ErasePair *pair, int tokens, Arena *results, SetDrops *out);

/* Figures over all sentences: AOPC of comprehensiveness and sufficiency, of the map and of random orders, and
 * then each size. */
typedef enum { SETS_WITHOUT, SETS_WITHOUT_RANDOM, SETS_ALONE, SETS_ALONE_RANDOM, SETS_KINDS } SetsKind;
enum { SETS_FIGURES = SETS_KINDS * (SETS_SIZES + 1) }; /* kind * (SETS_SIZES + 1) + size; AOPC last */
void sets_figures(const SetDrops *all, size_t n, size_t samples, uint64_t seed, Estimate *out);

#endif
