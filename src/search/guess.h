/* guess.h -- what a model that guesses masked words says of the masks in a text. */
#ifndef SEARCH_GUESS_H
#define SEARCH_GUESS_H

#include "search/search.h"

typedef struct {
    int word;
    double log_prob;
} Guess;

/* Of one sentence. */
typedef struct {
    int n, k;
    int *place;   /* [n] of each mask, in the order of the text */
    Guess *guess; /* [n,k] likeliest first; words alone, no special pieces */
} Guesses;

/* For each of b's sources: its guesses, each mask by itself, and one hypothesis, the source with the
 * likeliest of them in their places (its score is theirs). k >= 1; there are fewer when the vocabulary has
 * fewer words. Memory from `results`. */
void search_guess(Searcher *s, const Model *m, const Batch *b, int k, Arena *results, Found *found,
                  Guesses *guesses);

#endif
