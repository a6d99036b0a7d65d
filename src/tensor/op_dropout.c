/* op_dropout.c -- each number survives with probability 1 - rate (Srivastava et al. 2014, inverted scaling).
 *
 * Which survive is a function of the step's seed, the op's place in the step and the number's index: the same
 * for any number of threads, and again after a resume.
 */
#include "base/rng.h"
#include "compute/compute.h"
#include "tensor/draws.h"
#include "tensor/op_simple.h"
#include "tensor/rows.h"

typedef struct {
    const Draws *d;
    const real *x;
    real *y;
} Apply;

static void apply_some(int from, int to, void *context)
{
    const Apply *a = context;
    draws_apply(a->d, (size_t)from, (size_t)(to - from), a->x + from, a->y + from);
}

static void apply(const Draws *d, size_t n, const real *x, real *y)
{
    threads_each((int)n, 16384, apply_some, &(Apply){ d, x, y });
}

Draws draws_new(Tape *t, double rate)
{
    assert(rate >= 0 && rate < 1);
    if (!t->training || rate == 0)
        return (Draws){ .scale = 1 };
    return (Draws){ rng_hash(t->seed, t->n_random++), (uint32_t)(rate * 4294967296.0),
                    (real)(1 / (1 - rate)) };
}

void draws_apply(const Draws *d, size_t first, size_t n, const real *x, real *y)
{
    loops->dropout(n, d->key, first, d->threshold, d->scale, x, y);
}

/* dx += m dy / (1 - rate). dy is not needed afterwards. */
static void dropout_backward(const Node *n)
{
    Tensor *x = n->in[0], *y = n->out[0];
    size_t len = tensor_len(x);
    if (!x->grad)
        return;
    apply(n->saved, len, y->grad, y->grad);
    rows_add(&(Rows){ tensor_rows(x), tensor_last(x), y->grad, (size_t)tensor_last(x), x->grad,
                      (size_t)tensor_last(x) });
}
static const Op dropout_op = { "dropout", dropout_backward };

Tensor *op_dropout(Tape *t, Tensor *x, double rate)
{
    Draws d = draws_new(t, rate);
    if (!d.threshold)
        return x;
    assert(tensor_len(x) <= INT32_MAX);
    Draws *kept = arena_alloc(t->batch, 1, sizeof *kept);
    *kept = d;
    Tensor *y = tensor_like(t, x);
    apply(kept, tensor_len(x), x->val, y->val);
    return op_note(t, &dropout_op, kept, x, NULL, y);
}
