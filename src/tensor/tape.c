#include "tensor/tape.h"

#include <stdlib.h>
#include <string.h>

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
    t->free_grads = NULL;
    t->packs = NULL;
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

Tensor *tape_late_tensor(Tape *t, int n_dim, const int *dim)
{
    Tensor *x = tensor_new(t->batch, n_dim, dim, false);
    x->late_grad = t->recording;
    return x;
}

Tensor *tape_keep_only(Tape *t, size_t mark, Tensor *x)
{
    if (t->recording)
        return x;
    size_t here = arena_mark(t->scratch);
    Tensor copy = *x;
    real *values = arena_array(t->scratch, real, tensor_len(x));
    memcpy(values, x->val, tensor_len(x) * sizeof *values);
    arena_rewind(t->batch, mark);
    Tensor *y = tensor_of(t->batch, values, copy.n_dim, copy.dim);
    arena_rewind(t->scratch, here);
    return y;
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

/* ---- gradients that exist while they are needed ---- */

struct FreeGrad {
    real *at;
    size_t len;
    FreeGrad *next;
};

static real *grad_take(Tape *t, size_t len)
{
    for (FreeGrad **f = &t->free_grads; *f; f = &(*f)->next)
        if ((*f)->len == len) {
            real *at = (*f)->at;
            *f = (*f)->next;
            return at;
        }
    return arena_array(t->batch, real, len);
}

static void grads_begin(Tape *t, Tensor *const *x, int n)
{
    for (int i = 0; i < n; i++)
        if (x[i] && x[i]->late_grad && !x[i]->grad) {
            x[i]->grad = grad_take(t, tensor_len(x[i]));
            rows_zero(x[i]->grad, tensor_len(x[i]));
        }
}

static void grads_end(Tape *t, Tensor *const *x, int n)
{
    for (int i = 0; i < n; i++)
        if (x[i] && x[i]->late_grad && x[i]->grad) {
            FreeGrad *f = arena_alloc(t->batch, 1, sizeof *f);
            *f = (FreeGrad){ x[i]->grad, tensor_len(x[i]), t->free_grads };
            t->free_grads = f;
            x[i]->grad = NULL;
        }
}

void tape_backward(Tape *t, Tensor *loss)
{
    assert(t->recording && tensor_len(loss) == 1);
    assert(!loss->late_grad);
    loss->grad[0] = 1;
    for (const Node *n = t->last; n; n = n->before) {
        size_t mark = arena_mark(t->scratch);
        grads_begin(t, n->in, NODE_IN);
        grads_begin(t, n->out, NODE_OUT);
        n->op->backward(n);
        grads_end(t, n->out, NODE_OUT);
        arena_rewind(t->scratch, mark);
    }
    weight_grad_finish(t);
}
