/* tensor.h -- a dense block of numbers with at most four dimensions, outermost first, row-major.
 *
 * Axis order is [B,T,D] everywhere, heads inside D. `grad` is NULL where no gradient is wanted. A tensor's
 * memory belongs to an arena: the batch's (made by ops) or the model's (parameters).
 */
#ifndef TENSOR_TENSOR_H
#define TENSOR_TENSOR_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/status.h"
#include "compute/real.h"

/* A parameter used as right-hand side of products keeps two packed copies (param.h). */
typedef struct PackCache PackCache;

typedef struct Tensor {
    int n_dim, dim[4];
    real *val, *grad;
    bool late_grad;   /* the gradient's memory is there during the backward pass only, while it is needed */
    PackCache *packs; /* parameters that are matrices; else NULL */
} Tensor;

size_t tensor_len(const Tensor *x);  /* product of the dimensions */
int tensor_last(const Tensor *x);    /* the innermost dimension */
size_t tensor_rows(const Tensor *x); /* product of the others */

Tensor *tensor_new(Arena *a, int n_dim, const int *dim, bool with_grad);    /* val undefined, grad 0 */
Tensor *tensor_of(Arena *a, const real *values, int n_dim, const int *dim); /* a copy, no gradient */

/* Aborts with both shapes unless x has exactly these dimensions; -1 stands for any size. */
void tensor_expect(const Tensor *x, const char *what, int n_dim, const int *dim);
#define expect_shape(x, ...)                                                                                 \
    tensor_expect(x, #x, (int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)), (const int[]){ __VA_ARGS__ })

#endif
