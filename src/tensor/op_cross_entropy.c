/* op_cross_entropy.c -- the output layer, its softmax and the loss in one, with label smoothing.
 *
 *     logits = x w^T + b,  q = (1 - e) one-hot + e / V,   loss = -sum q log p,   dlogits = (p - q) dloss
 *
 * Szegedy et al. 2016, section 7. Logits are the largest thing a model computes: [N,V] numbers for N words.
 * So they exist for a block of words at a time. While a block is there, its gradient takes the place of the
 * logits and becomes the gradients of x, w and b at once; these wait on the tape for the loss's own gradient,
 * by which the backward function scales them.
 */
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/op.h"
#include "tensor/param.h"
#include "tensor/rows.h"

typedef struct {
    Tensor *x, *w, *b;
    int N, D, V;
    const int *rows, *targets; /* [N] */
    double smoothing;
    real *dx, *dw, *db;     /* [N,D], [V,D], [V] for a loss gradient of 1; NULL when nobody wants them */
    double *loss, *nll;     /* [N] */
    unsigned char *correct; /* [N] */
} Loss;

/* Words from `first` on, while their logits exist. */
typedef struct {
    const Loss *l;
    int first, n;
    real *x;                  /* [n,D] */
    real *logits;             /* [n,V] */
    const real *front, *back; /* w, packed for logits and for dx */
} Block;

enum { BLOCK_NUMBERS = 1 << 21, BLOCK_STEP = 96 };

static int block_rows(const Loss *l)
{
    int most = BLOCK_NUMBERS / l->V / BLOCK_STEP * BLOCK_STEP;
    most = most < BLOCK_STEP ? BLOCK_STEP : most;
    return most < l->N ? most : l->N;
}

static void gather_rows(int from, int to, void *context)
{
    const Block *k = context;
    size_t D = (size_t)k->l->D;
    for (int i = from; i < to; i++)
        memcpy(k->x + (size_t)i * D, k->l->x->val + (size_t)k->l->rows[k->first + i] * D, D * sizeof(real));
}

/* Without a backward pass. */
static double log_sum(int V, const real *x, real *sum, real *max)
{
    *sum = loops->sum(V, x);
    *max = loops->max(V, x);
    return (double)loops->log_sum_exp(V, x);
}

/* The loss of a word; its logits become their gradient. */
static void loss_rows(int from, int to, void *context)
{
    const Block *k = context;
    const Loss *l = k->l;
    int V = l->V;
    real even = (real)(l->smoothing / V), on_target = (real)(1 - l->smoothing), sum, max;
    for (int i = from; i < to; i++) {
        int at = k->first + i, target = l->targets[at];
        real *x = k->logits + (size_t)i * (size_t)V, x_target = x[target];
        double z = l->dx ? (double)loops->softmax_less(V, x, even, x, &sum, &max) : log_sum(V, x, &sum, &max);
        l->correct[at] = x_target >= max;
        l->nll[at] = z - (double)x_target;
        l->loss[at] = (1 - l->smoothing) * l->nll[at] + l->smoothing * (z - (double)sum / V);
        if (l->dx)
            x[target] -= on_target;
    }
}

static void block_gradients(const Block *k, Arena *scratch)
{
    const Loss *l = k->l;
    size_t D = (size_t)l->D, V = (size_t)l->V;
    matmul(k->n, l->D, l->V, k->logits, V, k->back, l->dx + (size_t)k->first * D, D, false);
    if (l->dw) {
        real *packed = arena_array(scratch, real, matmul_packed_len(l->D, k->n));
        matmul_pack(l->D, k->n, k->x, D, false, packed);
        matmul_turned(l->V, l->D, k->n, k->logits, V, packed, l->dw, D, k->first > 0);
    }
    if (l->db)
        rows_sum(&(Rows){ (size_t)k->n, l->V, k->logits, V, l->db, 0 });
}

static void run_blocks(const Loss *l, Tape *t)
{
    Arena *scratch = t->scratch;
    size_t D = (size_t)l->D, V = (size_t)l->V;
    int most = block_rows(l);
    Block k = { l,
                0,
                0,
                arena_array(scratch, real, (size_t)most * D),
                arena_array(scratch, real, (size_t)most * V),
                tensor_packed(l->w, false, scratch),
                l->dx ? tape_packed_back(t, l->w) : NULL };
    for (; k.first < l->N; k.first += most) {
        size_t mark = arena_mark(scratch);
        k.n = l->N - k.first < most ? l->N - k.first : most;
        threads_each(k.n, 16, gather_rows, &k);
        matmul_from(k.n, l->V, l->D, k.x, D, k.front, l->b ? l->b->val : NULL, k.logits, V);
        threads_each(k.n, 4, loss_rows, &k);
        if (l->dx)
            block_gradients(&k, scratch);
        arena_rewind(scratch, mark);
    }
}

/* ---- backward: what waits on the tape, times the loss's gradient ---- */

typedef struct {
    const Loss *l;
    real g;
} Scaled;

static void add_rows(int from, int to, void *context)
{
    const Scaled *s = context;
    const Loss *l = s->l;
    size_t D = (size_t)l->D;
    for (int i = from; i < to; i++)
        loops->axpy(l->D, s->g, l->dx + (size_t)i * D, l->x->grad + (size_t)l->rows[i] * D);
}

static void add_weights(int from, int to, void *context)
{
    const Scaled *s = context;
    size_t D = (size_t)s->l->D, at = (size_t)from * D;
    for (int v = from; v < to; v++, at += D)
        loops->axpy(s->l->D, s->g, s->l->dw + at, s->l->w->grad + at);
}

static void cross_entropy_backward(const Node *n)
{
    const Loss *l = n->saved;
    Scaled s = { l, n->out[0]->grad[0] };
    if (l->x->grad)
        threads_each(l->N, 32, add_rows, &s);
    if (l->dw)
        threads_each(l->V, 64, add_weights, &s);
    if (l->db)
        loops->axpy(l->V, s.g, l->db, l->b->grad);
}
static const Op cross_entropy_op = { "cross_entropy", cross_entropy_backward };

/* ---- */

static int *keep(Tape *t, const int *x, int n)
{
    int *copy = arena_array(t->batch, int, n);
    return memcpy(copy, x, (size_t)n * sizeof *x);
}

static Loss *loss_new(Tape *t, Tensor *x, const int *rows, int n, Tensor *w, Tensor *b)
{
    Loss *l = arena_zero(t->batch, 1, sizeof *l);
    *l = (Loss){ .x = x, .w = w, .b = b, .N = n, .D = tensor_last(x), .V = w->dim[0] };
    expect_shape(w, l->V, l->D);
    if (b)
        expect_shape(b, l->V);
    for (int i = 0; i < n; i++)
        assert(rows[i] >= 0 && (size_t)rows[i] < tensor_rows(x));
    l->rows = keep(t, rows, n);
    l->loss = arena_array(t->batch, double, n);
    l->nll = arena_array(t->batch, double, n);
    l->correct = arena_array(t->batch, unsigned char, n);
    if (!t->recording)
        return l;
    l->dx = arena_array(t->batch, real, (size_t)n * (size_t)l->D);
    l->dw = w->grad ? arena_array(t->batch, real, (size_t)l->V * (size_t)l->D) : NULL;
    l->db = b && b->grad ? arena_zero(t->batch, (size_t)l->V, sizeof(real)) : NULL;
    return l;
}

Tensor *op_cross_entropy(Tape *t, Tensor *x, const int *rows, int n, Tensor *w, Tensor *b, const int *targets,
                         double smoothing, double *nll, int *correct)
{
    Loss *l = loss_new(t, x, rows, n, w, b);
    l->targets = keep(t, targets, n);
    l->smoothing = smoothing;
    size_t mark = arena_mark(t->scratch);
    run_blocks(l, t);
    arena_rewind(t->scratch, mark);
    double loss = 0, plain = 0;
    int right = 0;
    for (int i = 0; i < n; i++)
        loss += l->loss[i], plain += l->nll[i], right += l->correct[i];
    if (nll)
        *nll = plain;
    if (correct)
        *correct = right;
    Tensor *y = tape_new_tensor(t, 1);
    y->val[0] = (real)loss;
    Node *note = tape_record(t, &cross_entropy_op, l);
    if (note)
        note->in[0] = x, note->in[1] = w, note->in[2] = b, note->out[0] = y;
    return y;
}
