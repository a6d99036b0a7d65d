/* bootstrap.h -- how far a score could be off by the choice of test sentences, and whether two systems
 * differ.
 *
 * Bootstrap resampling (Koehn 2004): n sentences are drawn from the n there are, with replacement, the score
 * is computed from their summed statistics, and so on a thousand times. The interval and the p value are
 * defined as sacreBLEU (Post 2018) does; the draws are other ones, so figures agree within chance.
 */
#ifndef METRIC_BOOTSTRAP_H
#define METRIC_BOOTSTRAP_H

#include <stddef.h>
#include <stdint.h>

enum { BOOTSTRAP_SAMPLES = 1000, BOOTSTRAP_SEED = 12345 }; /* sacreBLEU's defaults */

/* A score of summed statistics; how: what else the metric needs. */
typedef double BootstrapScore(const double *sums, const void *how);

typedef struct {
    const double *rows; /* [n, width] statistics, one row a sentence */
    size_t n, width;
    BootstrapScore *score;
    const void *how;
} Bootstrap;

/* scores[0..samples): those of resamples. With the same seed and n the same sentences are drawn: scores of
 * two systems are then paired. */
void bootstrap_scores(const Bootstrap *b, size_t samples, uint64_t seed, double *scores);

/* sums [samples, width]: those of resamples, for whoever has many scores of the same sentences. The draws are
 * those of bootstrap_scores. */
void bootstrap_sums(const double *rows, size_t n, size_t width, size_t samples, uint64_t seed, double *sums);

typedef struct {
    double mean, half; /* 95 % of the scores lie in a range of 2 half */
} Interval;
Interval bootstrap_interval(const double *scores, size_t samples);
typedef struct {
    double low, high; /* 2.5 % of the scores lie below, 2.5 % above */
} Range;
Range bootstrap_range(const double *scores, size_t samples);

/* How probable a difference at least as large as the `difference` between the whole test sets' scores is, if
 * the two systems were equally good: the share of resamples whose absolute difference exceeds the mean one
 * by more than that (Riezler and Maxwell 2005: the bootstrap shifted to the null hypothesis), and one more.
 * No difference at all is 1, where sacreBLEU says 0.001 for a system against itself. */
double bootstrap_p(const double *scores, const double *base, size_t samples, double difference);

#endif
