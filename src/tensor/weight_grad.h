/* weight_grad.h -- the gradient of a weight, dw += d^T x, put off while there is little to multiply.
 *
 * A decoder that feeds back makes one small product a word for each of its weights, and each reads and writes
 * the whole gradient. So products of few rows wait until the end of the backward pass and are then done
 * together, some hundred rows at a time. Which wait is a matter of shapes, so the sums are the same every
 * time.
 */
#ifndef TENSOR_WEIGHT_GRAD_H
#define TENSOR_WEIGHT_GRAD_H

#include "tensor/tape.h"

typedef struct {
    Tensor *w;             /* nothing happens when it has no gradient */
    size_t offset;         /* of the first number of dw in w, whose rows are tensor_last(w) apart */
    int rows, n_out, n_in; /* dw is [n_out,n_in] */
    const real *d, *x;     /* [rows,n_out], [rows,n_in]; memory from weight_grad_arena */
    size_t d_stride;       /* of d's rows; those of x are n_in apart */
} WeightGrad;

void weight_grad(Tape *t, const WeightGrad *g);
void weight_grad_now(Tape *t, const WeightGrad *g); /* does not wait: d and x may be anywhere */
Arena *weight_grad_arena(Tape *t, int rows);        /* where d and x of so many rows have to live */
void weight_grad_finish(Tape *t);                   /* what has waited; called by tape_backward */

#endif
