/* diff.h -- what two outputs have in common, word for word: a longest common subsequence.
 *
 * Between two common words stand those that differ, put beside each other one by one as far as both have any:
 * "a cat sat" and "the sat" give (a, the) (cat, -) (sat, sat). Beginnings and ends that are the same cost
 * nothing; where what is left of long texts is too much to be compared, words are put beside each other in
 * order.
 */
#ifndef EXPLAIN_DIFF_H
#define EXPLAIN_DIFF_H

#include <stdbool.h>

/* Word a of one text beside word b of the other; -1: none. */
typedef struct {
    int a, b;
    bool same;
} Beside;

/* An array (array.h), the caller's; every word of both texts is in it once, in order. */
Beside *diff_words(const char *const *a, int n_a, const char *const *b, int n_b);

#endif
