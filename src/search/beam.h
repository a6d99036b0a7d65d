/* beam.h -- the bookkeeping of beam search, without any model: which hypotheses live, where they came from.
 */
#ifndef SEARCH_BEAM_H
#define SEARCH_BEAM_H

#include "search/search.h"

typedef struct {
    int from, word; /* row of the step before (within the sentence), word chosen */
    double score;   /* of the hypothesis so far */
    double word_score;
    real *weights; /* [S] attention of this step, or NULL */
} Link;

typedef struct {
    int step, row; /* where the finished hypothesis ends in the links */
    double score, normalized;
} Finished;

typedef struct {
    int K, S, limit; /* beam; true source length; longest output incl. end of sentence */
    bool refill;     /* finished hypotheses give their place to the next best */
    double given;    /* score of the forced first words: the same for all, so it ranks nobody */
    int n_alive;     /* rows 0 .. n_alive-1 live */
    double *score;   /* [K] of living rows */
    Link **steps;    /* [limit] rows of each step, made as needed */
    int n_steps;
    Finished *finished; /* [2K] best first */
    int n_finished;
    bool done;
} Beam;

/* Not refilled: set `refill` before the first step. */
Beam *beam_new(Arena *a, int K, int S, int limit);

/* One word. log_probs: [n_alive] rows of V, already edited by constraints (-INFINITY: forbidden). weights:
 * rows of attention, stride apart, or NULL. On return `from` and `word` ([K]) say how rows go on; n_alive may
 * have shrunk. */
void beam_step(Beam *b, Arena *a, const real *const *log_probs, int V, const real *const *weights,
               double normalize, int *from, int *word);

/* The words of living row `row` so far, oldest first: [n_steps]. */
void beam_words(const Beam *b, int row, int *words);

/* One drawn word for the single row of a beam of 1. */
void beam_take(Beam *b, Arena *a, int word, double word_score, const real *weights, double normalize);

void beam_result(const Beam *b, Arena *a, int n_best, Found *out);

#endif
