/* readout.h -- attention over pieces, told in words.
 *
 * The weight of a source word is the sum over its pieces; a target word's row is the mean over its pieces. So
 * every row still sums to 1.
 */
#ifndef EXPLAIN_READOUT_H
#define EXPLAIN_READOUT_H

#include <stddef.h>

/* pieces [T,S] and the word of each target and source piece -> words [n_target, n_source], all overwritten.
 */
void readout_words(const double *pieces, size_t T, size_t S, const int *target_word, const int *source_word,
                   size_t n_target, size_t n_source, double *words);

/* The column with the largest weight of one row; the first of equals. n >= 1. */
size_t readout_top(const double *row, size_t n);

#endif
