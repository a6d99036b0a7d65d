#include "tensor/tape.h"

#include <stdlib.h>

#include "base/array.h"
#include "tensor/rows.h"
#include "tensor/weight_grad.h"

Tape *tape_new(size_t limit)
{
    Tape *t = memory_get(1, sizeof *t);
    t->batch = arena_new("batch", limit);
    t->scratch = arena_new("scratch", limit);
    return t;
}

void tape_free(Tape *t)
{
    if (!t)
        return;
    arena_free(t->batch);
    arena_free(t->scratch);
    free(t);
}

void tape_reset(Tape *t)
{
    arena_rewind(t->batch, 0);
    arena_rewind(t->scratch, 0);
    t->last = NULL;
    t->late = t->last_late = NULL;
    t->n_random = 0;
}

Tensor *tape_tensor(Tape *t, int n_dim, const int *dim)
{
    Tensor *x = tensor_new(t->batch, n_dim, dim, false);
    if (t->recording) {
        x->grad = arena_array(t->batch, real, tensor_len(x));
        rows_zero(x->grad, tensor_len(x));
    }
    return x;
}

Tensor *tape_input(Tape *t, const real *values, int n_dim, const int *dim)
{
    return tensor_of(t->batch, values, n_dim, dim);
}

Node *tape_record(Tape *t, const Op *op, void *saved)
{
    if (!t->recording)
        return NULL;
    Node *n = arena_zero(t->batch, 1, sizeof *n);
    n->op = op;
    n->saved = saved;
    n->tape = t;
    n->before = t->last;
    t->last = n;
    return n;
}

void tape_backward(Tape *t, Tensor *loss)
{
    assert(t->recording && tensor_len(loss) == 1);
    loss->grad[0] = 1;
    for (const Node *n = t->last; n; n = n->before) {
        size_t mark = arena_mark(t->scratch);
        n->op->backward(n);
        arena_rewind(t->scratch, mark);
    }
    weight_grad_finish(t);
}
