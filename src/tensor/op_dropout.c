/* op_dropout.c -- each number survives with probability 1 - rate (Srivastava et al. 2014, inverted scaling).
 *
 * Which survive is a function of the step's seed, the op's place in the step and the number's index: the same
 * for any number of threads, and again after a resume.
 */
#include "base/rng.h"
#include "compute/compute.h"
#include "tensor/op_simple.h"

typedef struct {
    uint64_t key;
    uint32_t threshold; /* dropped when a 32-bit draw is below */
    real keep_scale;
} Dropout;

typedef struct {
    const Dropout *d;
    size_t n;
    const real *x;
    real *y;
    bool add;
} Apply;

/* y = m x / (1 - rate): one hash gives two draws. Used for values and, with dy and dx, for gradients. */
static void apply_pairs(int from, int to, void *context)
{
    const Apply *a = context;
    for (size_t i = 2 * (size_t)from; i < 2 * (size_t)to; i += 2) {
        uint64_t bits = rng_hash(a->d->key, i);
        for (size_t j = i; j < a->n && j < i + 2; j++, bits >>= 32) {
            real v = (uint32_t)bits < a->d->threshold ? 0 : a->x[j] * a->d->keep_scale;
            a->y[j] = a->add ? a->y[j] + v : v;
        }
    }
}

static void apply(const Dropout *d, size_t n, const real *x, real *y, bool add)
{
    threads_each((int)((n + 1) / 2), 4096, apply_pairs, &(Apply){ d, n, x, y, add });
}

/* dx += m dy / (1 - rate) */
static void dropout_backward(const Node *n)
{
    if (n->in[0]->grad)
        apply(n->saved, tensor_len(n->in[0]), n->out[0]->grad, n->in[0]->grad, true);
}
static const Op dropout_op = { "dropout", dropout_backward };

Tensor *op_dropout(Tape *t, Tensor *x, double rate)
{
    assert(rate >= 0 && rate < 1);
    if (!t->training || rate == 0)
        return x;
    Dropout *d = arena_alloc(t->batch, 1, sizeof *d);
    d->key = rng_hash(t->seed, t->n_random++);
    d->threshold = (uint32_t)(rate * 4294967296.0);
    d->keep_scale = (real)(1 / (1 - rate));
    Tensor *y = tensor_like(t, x);
    apply(d, tensor_len(x), x->val, y->val, false);
    return op_note(t, &dropout_op, d, x, NULL, y);
}
