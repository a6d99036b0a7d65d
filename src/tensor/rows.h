/* rows.h -- rows of numbers that change place, on all threads when there are many. */
#ifndef TENSOR_ROWS_H
#define TENSOR_ROWS_H

#include <stddef.h>

#include "compute/real.h"

/* `rows` rows of n numbers; strides are the distances between rows (0: the same row every time). */
typedef struct {
    size_t rows;
    int n;
    const real *from;
    size_t from_stride;
    real *to;
    size_t to_stride;
} Rows;

void rows_copy(const Rows *r);     /* to = from */
void rows_add(const Rows *r);      /* to += from; rows of `to` must differ */
void rows_sum(const Rows *r);      /* the one row `to` += all rows of `from` */
void rows_zero(real *x, size_t n); /* n numbers */

#endif
