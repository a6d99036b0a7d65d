/* sample.h -- drawing a word from a distribution. */
#ifndef SEARCH_SAMPLE_H
#define SEARCH_SAMPLE_H

#include "base/arena.h"
#include "base/rng.h"
#include "compute/real.h"

/* One of V words by its log-probability (-INFINITY: never), sharpened by temperature (0: the likeliest),
 * among the top_k likeliest (0: all) that together reach top_p (1: all). */
int sample_word(const real *log_probs, int V, int top_k, double top_p, double temperature, Rng *r,
                Arena *scratch);

#endif
