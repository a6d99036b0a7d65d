/* draws.h -- which numbers an op with dropout lets through (op_dropout.c). */
#ifndef TENSOR_DRAWS_H
#define TENSOR_DRAWS_H

#include "tensor/tape.h"

typedef struct {
    uint64_t key;
    uint32_t threshold; /* 0: all pass */
    real scale;         /* of those that pass */
} Draws;

/* Of one op in this step; nothing is dropped when the tape is not training. */
Draws draws_new(Tape *t, double rate);
/* y = x of n numbers, the first of them number `first` of the op (below 2^32), with the dropped ones 0 and
 * the others scaled. Also what sends a gradient back. y may be x. */
void draws_apply(const Draws *d, size_t first, size_t n, const real *x, real *y);

#endif
