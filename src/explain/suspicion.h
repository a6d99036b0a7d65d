/* suspicion.h -- signs that a sentence's output has little to do with its source.
 *
 * Four signs, each from 0 to 1, and their mean, `suspicion`:
 *
 *     end       mean weight of the output's words on the source's end of sentence (Guerreiro et al. 2023)
 *     ignored   share of source words that get less than 0.2 from all words of the output together (the
 *               threshold is ours)
 *     repeated  e / (e + 2), e being how much more often the output's commonest pair of words comes than the
 *               source's (after the n-gram count of Raunak et al. 2021)
 *     surprise  1 - exp(mean log-probability of a piece)
 *
 * They are signs, not verdicts: a good translation may leave a source word unseen.
 */
#ifndef EXPLAIN_SUSPICION_H
#define EXPLAIN_SUSPICION_H

#include "explain/heads.h"

typedef struct {
    double end, ignored, repeated, surprise, suspicion;
} Suspicion;

/* m: the map that stands for the model, output by source words; words without begin and end of sentence;
 * score: the mean log-probability of a piece. */
Suspicion suspicion_of(const HeadMap *m, const char *const *source, size_t n_source,
                       const char *const *target, size_t n_target, double score);

/* How often the commonest pair of neighbouring words comes; 0 for fewer than two words. */
size_t suspicion_pairs(const char *const *words, size_t n);

#endif
