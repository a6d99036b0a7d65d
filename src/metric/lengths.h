/* lengths.h -- test sentences by their length: buckets, and what systems are worth in each.
 *
 * Bahdanau et al. 2015 (figure 2) drew the quality of translation against the length of the source, and with
 * it what a fixed context vector forgets. Here every bucket has its interval, and systems are compared on the
 * same draws of sentences (paired bootstrap, Koehn 2004). A system may have been trained several times: its
 * score is the mean over its runs, each scored on the same sentences; the interval tells what other test
 * sentences would change, not what other trainings would.
 */
#ifndef METRIC_LENGTHS_H
#define METRIC_LENGTHS_H

#include "metric/bootstrap.h"

typedef struct {
    int low, high; /* words, both included */
} LengthRange;

/* The last lengths of all buckets but the last, ascending: an array (array.h), the caller's. About eight
 * steps of 1, 2, 5, 10, ... words from the shortest to the longest of n lengths; buckets of few sentences are
 * joined with a neighbour. `trained`, the longest that was trained on, is an edge where there are sentences
 * on either side. */
int *length_edges(const int *lengths, size_t n, int trained);

/* Buckets between ascending edges, an array: from the shortest of the lengths, or 0, to the longest. */
LengthRange *length_ranges(const int *edges, size_t n_edges, const int *lengths, size_t n);

/* Which of the n lie in the range: an array of their numbers. */
size_t *length_members(const int *lengths, size_t n, LengthRange range);

/* The runs of one system: [n_runs] tables of statistics, [n, width] each, a row a sentence. */
typedef struct {
    const double *const *rows;
    size_t n_runs, width;
    BootstrapScore *score;
    const void *how;
} LengthRuns;

typedef struct {
    double value, low, high; /* NAN: of no sentence at all */
} Quality;

/* Of some of the sentences. own (may be NULL): [n_runs] each run's score; draws: [samples] scores of
 * resamples. With the same members and seed the draws of two systems are paired. */
Quality length_quality(const LengthRuns *runs, const size_t *members, size_t n_members, size_t samples,
                       uint64_t seed, double *own, double *draws);

/* What `of` is worth more than `base`, by their draws. */
Quality length_gain(Quality of, const double *draws, Quality base, const double *base_draws, size_t samples);

#endif
