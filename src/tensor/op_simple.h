/* op_simple.h -- what most small ops share: a fresh result of x's shape, and a note with two inputs. */
#ifndef TENSOR_OP_SIMPLE_H
#define TENSOR_OP_SIMPLE_H

#include "tensor/op.h"

static inline Tensor *tensor_like(Tape *t, const Tensor *x)
{
    return tape_tensor(t, x->n_dim, x->dim);
}

static inline Tensor *op_note(Tape *t, const Op *op, void *saved, Tensor *x, Tensor *y, Tensor *out)
{
    Node *n = tape_record(t, op, saved);
    if (n)
        n->in[0] = x, n->in[1] = y, n->out[0] = out;
    return out;
}

#endif
