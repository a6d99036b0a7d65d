/* op_cross_entropy.c -- the loss of a softmax over the vocabulary, with label smoothing.
 *
 *     q = (1 - e) one-hot + e / V,   loss = -sum q log p,   dlogits = (p - q) dloss
 *
 * Szegedy et al. 2016, section 7. The probabilities are kept for the gradient.
 */
#include <string.h>

#include "compute/compute.h"
#include "tensor/op.h"

typedef struct {
    const Tensor *x;
    const int *targets;
    double smoothing;
    real *p;                /* [N,V] probabilities; NULL when nobody wants a gradient */
    double *loss, *nll;     /* [N] */
    unsigned char *correct; /* [N] */
    real *grad;
    real g;
} Loss;

static bool is_largest(int V, const real *x, int target)
{
    real best = x[target];
    for (int v = 0; v < V; v++)
        if (x[v] > best)
            return false;
    return true;
}

static void forward_rows(int from, int to, void *context)
{
    const Loss *l = context;
    int V = tensor_last(l->x);
    for (int i = from; i < to; i++) {
        const real *x = l->x->val + (size_t)i * (size_t)V;
        double z = (double)loops->log_sum_exp(V, x), mean = 0;
        if (l->smoothing > 0)
            for (int v = 0; v < V; v++)
                mean += (double)x[v];
        l->nll[i] = z - (double)x[l->targets[i]];
        l->loss[i] = (1 - l->smoothing) * l->nll[i] + l->smoothing * (z - mean / V);
        l->correct[i] = is_largest(V, x, l->targets[i]);
        if (l->p)
            loops->exp_minus(V, x, (real)z, l->p + (size_t)i * (size_t)V);
    }
}

static void backward_rows(int from, int to, void *context)
{
    const Loss *l = context;
    int V = tensor_last(l->x);
    real even = (real)(l->smoothing / V) * l->g, on_target = (real)(1 - l->smoothing) * l->g;
    for (int i = from; i < to; i++) {
        const real *p = l->p + (size_t)i * (size_t)V;
        real *d = l->grad + (size_t)i * (size_t)V;
        for (int v = 0; v < V; v++)
            d[v] += l->g * p[v] - even;
        d[l->targets[i]] -= on_target;
    }
}

static void cross_entropy_backward(const Node *n)
{
    Loss l = *(const Loss *)n->saved;
    l.grad = n->in[0]->grad;
    l.g = n->out[0]->grad[0];
    if (l.grad)
        threads_each(l.x->dim[0], 4, backward_rows, &l);
}
static const Op cross_entropy_op = { "cross_entropy", cross_entropy_backward };

Tensor *op_cross_entropy(Tape *t, Tensor *logits, const int *targets, double smoothing, double *nll,
                         int *correct)
{
    int N = logits->dim[0], V = logits->dim[1];
    expect_shape(logits, N, V);
    Loss *l = arena_zero(t->batch, 1, sizeof *l);
    int *copy = arena_array(t->batch, int, N);
    l->targets = memcpy(copy, targets, (size_t)N * sizeof *targets);
    l->x = logits;
    l->smoothing = smoothing;
    l->loss = arena_array(t->batch, double, N);
    l->nll = arena_array(t->batch, double, N);
    l->correct = arena_array(t->batch, unsigned char, N);
    l->p = t->recording ? arena_array(t->batch, real, (size_t)N * (size_t)V) : NULL;
    threads_each(N, 4, forward_rows, l);
    double loss = 0, plain = 0;
    int right = 0;
    for (int i = 0; i < N; i++)
        loss += l->loss[i], plain += l->nll[i], right += l->correct[i];
    if (nll)
        *nll = plain;
    if (correct)
        *correct = right;
    Tensor *y = tape_new_tensor(t, 1);
    y->val[0] = (real)loss;
    Node *n = tape_record(t, &cross_entropy_op, l);
    if (n)
        n->in[0] = logits, n->out[0] = y;
    return y;
}
