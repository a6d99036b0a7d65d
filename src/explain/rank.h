/* rank.h -- which words a row points at first, and how far two rows agree.
 *
 * Equal numbers are ordered by seeded chance, never by their place: in a row that says nothing the first word
 * would win every time, and first words matter.
 */
#ifndef EXPLAIN_RANK_H
#define EXPLAIN_RANK_H

#include <stddef.h>
#include <stdint.h>

/* Numbers within a millionth of the row's largest become equal: weights that only rounding tells apart are
 * ties. In place; they end up as whole numbers up to 2^20. All >= 0. */
void rank_even(double *row, size_t n);

/* The place of the largest of n >= 1; one of equals by chance of key. */
size_t rank_top(const double *row, size_t n, uint64_t key);
/* order[0..n): places from the largest to the smallest; equals by chance of key. order[0] is rank_top. */
void rank_order(const double *row, size_t n, uint64_t key, size_t *order);

/* Kendall's tau-b of two rows (Kendall 1945): -1 to 1; 0 if one of them is constant. */
double rank_tau(const double *x, const double *y, size_t n);

#endif
