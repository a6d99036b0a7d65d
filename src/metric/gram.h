/* gram.h -- counting n-grams of whole numbers, and how many of one text's occur in others.
 *
 * One segment's n-grams form a tree: an n-gram is its (n-1)-gram and one symbol more. grams_learn takes the
 * references, grams_match then the hypothesis; symbols are code points, or words numbered by a second tree.
 */
#ifndef METRIC_GRAM_H
#define METRIC_GRAM_H

#include <stddef.h>
#include <stdint.h>

#include "metric/codes.h"

typedef struct Grams Grams;

Grams *grams_new(void);
void grams_free(Grams *g);  /* NULL is fine */
void grams_clear(Grams *g); /* constant time */

/* The n-grams, 1 <= n <= order, of a reference: each is kept with the most times any one reference has it. */
void grams_learn(Grams *g, const uint32_t *symbols, size_t n, int order);

/* For n = 1..order adds to match[n-1] how many n-grams of the text were learned, each counted at most as
 * often as the reference with the most of it has it ("clipped"). */
void grams_match(Grams *g, const uint32_t *symbols, size_t n, int order, size_t *match);

/* Words as symbols: with `learn` unknown ones get a new number, without it they are 0, which no word is. */
void grams_number(Grams *words, const uint32_t *codes, const Word *list, bool learn, uint32_t **symbols);

static inline size_t grams_in(size_t n, int order) /* how many n-grams of this order n symbols have */
{
    return n >= (size_t)order ? n - (size_t)order + 1 : 0;
}

#endif
