/* op_cross_entropy.c -- the output layer, its softmax and the loss in one, with label smoothing.
 *
 *     logits = x w^T + b,  q = (1 - e) one-hot + e / V,   loss = -sum q log p,   dlogits = (p - q) dloss
 *
 * Szegedy et al. 2016, section 7. Logits are the largest thing a model computes: [N,V] numbers for N words.
 * So they exist for a block of words at a time. While a block is there, its gradient takes the place of the
 * logits and becomes the gradients of x, w and b at once; these wait on the tape for the loss's own gradient,
 * by which the backward function scales them.
 *
 * With copying (mixture.h) a word's probability is A + C, A = g p(w) generated and C = (1 - g) c(w) copied; r
 * = A / (A + C). Smoothing is of p alone: a word's gold is one word of the mixture.
 *
 *     loss = -(1 - e) log(A + C) + e mean(-log p)
 *     dlogits = ((1 - e) r + e) p - (1 - e) r one-hot - e / V     dgate = (1 - e) (g - r)
 *     dweights = -(1 - e) (1 - g) / (A + C) at every place that says w
 *
 * See et al. 2017, section 2.2. A word that is impossible counts as exp(MIXTURE_LEAST).
 */
#include <math.h>
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/mixture.h"
#include "tensor/op.h"
#include "tensor/param.h"
#include "tensor/rows.h"

/* Of one word: the first place that says it (-1: none), and gradients for a loss gradient of 1. */
typedef struct {
    int place;
    double gate, weight;
} Copied;

typedef struct {
    Tensor *x, *w, *b;
    const Mixture *mixture; /* NULL: all words are generated */
    Copied *copied;         /* [N] */
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

/* The log-probability of a copied word, if p is exp(logit - z). */
static double mixed(const Mixture *m, size_t row, int place, double generated, LogGate g)
{
    return log_plus(generated, g.copy + log(mixture_weight(m, row, place)));
}

/* The largest log-probability of the mixture, when `most` is that of what is generated. */
static double most_likely(const Loss *l, size_t row, const real *logits, double minus, double most, LogGate g)
{
    const Tensor *places = l->mixture->places;
    const real *first =
        places->val + (size_t)mixture_sentence(l->mixture, row) * 2 * (size_t)tensor_last(places);
    for (int s = 0; s < tensor_last(places); s++)
        if (first[s] >= 0) {
            int word = (int)first[s];
            double p = mixed(l->mixture, row, s, word < l->V ? (double)logits[word] - minus : -INFINITY, g);
            most = p > most ? p : most;
        }
    return most;
}

/* A row of logits becomes its gradient; r: the share of the target's probability that is generated. */
static void mixed_gradient(const Loss *l, int target, double r, real *x)
{
    double on_target = (1 - l->smoothing) * r, all = on_target + l->smoothing;
    real sum, max;
    loops->softmax_less(l->V, x, all > 0 ? (real)(l->smoothing / l->V / all) : 0, x, &sum, &max);
    loops->shift_scale(l->V, (real)all, 0, x);
    if (target < l->V)
        x[target] -= (real)on_target;
}

static void mixed_row(const Loss *l, int at, real *x)
{
    const Mixture *m = l->mixture;
    int target = l->targets[at];
    size_t row = (size_t)l->rows[at];
    Copied *c = &l->copied[at];
    const LogGate g = mixture_gate(m, row);
    real sum, max;
    double z = log_sum(l->V, x, &sum, &max), minus = z - g.generate;
    c->place = mixture_place(m->places, mixture_sentence(m, row), target);
    double generated = target < l->V ? (double)x[target] - minus : -INFINITY;
    double p = mixed(m, row, c->place, generated, g);
    l->correct[at] = p >= most_likely(l, row, x, minus, (double)max - minus, g);
    p = p > -INFINITY ? p : MIXTURE_LEAST;
    l->nll[at] = -p;
    l->loss[at] = (1 - l->smoothing) * l->nll[at] + l->smoothing * (z - (double)sum / l->V);
    if (!l->dx)
        return;
    double r = exp(generated - p);
    c->gate = (1 - l->smoothing) * (exp(g.generate) - r);
    c->weight = -(1 - l->smoothing) * exp(g.copy - (p > MIXTURE_LEAST ? p : MIXTURE_LEAST));
    mixed_gradient(l, target, r, x);
}

static void mixed_rows(int from, int to, void *context)
{
    const Block *k = context;
    for (int i = from; i < to; i++)
        mixed_row(k->l, k->first + i, k->logits + (size_t)i * (size_t)k->l->V);
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
        threads_each(k.n, 4, l->mixture ? mixed_rows : loss_rows, &k);
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

/* A word's gate is its own; places of a word have their weights' gradients alike. */
static void add_copied(const Loss *l, real g)
{
    const Mixture *m = l->mixture;
    const size_t S = (size_t)tensor_last(m->weights);
    for (int i = 0; i < l->N; i++) {
        size_t row = (size_t)l->rows[i];
        const Copied *c = &l->copied[i];
        const real *next = m->places->val + ((size_t)mixture_sentence(m, row) * 2 + 1) * S;
        if (m->gate->grad)
            m->gate->grad[row] += g * (real)c->gate;
        for (int s = c->place; s >= 0 && m->weights->grad; s = next[s] > 0 ? (int)next[s] : -1)
            m->weights->grad[row * S + (size_t)s] += g * (real)c->weight;
    }
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
    if (l->mixture)
        add_copied(l, s.g);
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

static Tensor *loss_run(Tape *t, Loss *l, double *nll, int *correct)
{
    size_t mark = arena_mark(t->scratch);
    run_blocks(l, t);
    arena_rewind(t->scratch, mark);
    double loss = 0, plain = 0;
    int right = 0;
    for (int i = 0; i < l->N; i++)
        loss += l->loss[i], plain += l->nll[i], right += l->correct[i];
    if (nll)
        *nll = plain;
    if (correct)
        *correct = right;
    Tensor *y = tape_new_tensor(t, 1);
    y->val[0] = (real)loss;
    Node *note = tape_record(t, &cross_entropy_op, l);
    if (note)
        note->in[0] = l->x, note->in[1] = l->w, note->in[2] = l->b, note->out[0] = y;
    if (note && l->mixture)
        note->in[3] = l->mixture->gate, note->in[4] = l->mixture->weights;
    return y;
}

Tensor *op_cross_entropy(Tape *t, Tensor *x, const int *rows, int n, Tensor *w, Tensor *b, const int *targets,
                         double smoothing, double *nll, int *correct)
{
    Loss *l = loss_new(t, x, rows, n, w, b);
    l->targets = keep(t, targets, n);
    l->smoothing = smoothing;
    for (int i = 0; i < n; i++)
        assert(targets[i] >= 0 && targets[i] < l->V);
    return loss_run(t, l, nll, correct);
}

Tensor *op_cross_entropy_mixed(Tape *t, Tensor *x, const int *rows, int n, Tensor *w, Tensor *b,
                               const Mixture *m, const int *targets, double smoothing, double *nll,
                               int *correct)
{
    Loss *l = loss_new(t, x, rows, n, w, b);
    Mixture *copy = arena_array(t->batch, Mixture, 1);
    *copy = *m;
    assert(tensor_rows(m->gate) == tensor_rows(x) && tensor_rows(m->weights) == tensor_rows(x));
    assert(tensor_last(m->places) == tensor_last(m->weights));
    l->mixture = copy;
    l->copied = arena_array(t->batch, Copied, n);
    l->targets = keep(t, targets, n);
    l->smoothing = smoothing;
    return loss_run(t, l, nll, correct);
}
