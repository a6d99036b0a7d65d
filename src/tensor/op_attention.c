/* op_attention.c -- scores, weights and context, each over the true length of its sentence.
 *
 * Sentences are independent, so threads share them; what belongs to all sentences (v of the additive score)
 * is summed sentence by sentence afterwards, in order.
 */
#include <string.h>

#include "compute/compute.h"
#include "tensor/op_simple.h"

/* What the ops here keep: shapes and lengths. */
typedef struct {
    int B, T, S, D;
    const int *lengths; /* NULL: all S */
} Shape;

static Shape *shape_of(Tape *t, int B, int T, int S, int D, const int *lengths)
{
    Shape *h = arena_alloc(t->batch, 1, sizeof *h);
    *h = (Shape){ B, T, S, D, NULL };
    if (lengths) {
        int *copy = arena_array(t->batch, int, B);
        h->lengths = memcpy(copy, lengths, (size_t)B * sizeof *lengths);
    }
    return h;
}

static int length_of(const Shape *h, int b)
{
    return h->lengths ? h->lengths[b] : h->S;
}

/* Rows of [B,n,width] blocks. */
static real *row_of(real *block, int b, int n, int i, int width)
{
    return block + ((size_t)b * (size_t)n + (size_t)i) * (size_t)width;
}

typedef struct {
    const Shape *shape;
    const Node *n;
    Tensor *q, *k, *v, *y; /* the op's inputs and result */
    real *dv;              /* [B,D] of the additive score */
} Job;

static void each_sentence(const Shape *h, void (*body)(int, int, void *), Job *j)
{
    double work = (double)h->T * h->S * h->D;
    threads_each(h->B, 1 + (int)(50000 / (work + 1)), body, j);
}

/* ---- dot: y[t,s] = q[t] . k[s];  dq[t] += dy k[s], dk[s] += dy q[t] ---- */
static void dot_forward(int from, int to, void *context)
{
    const Job *j = context;
    const Shape *h = j->shape;
    for (int b = from; b < to; b++)
        for (int t = 0; t < h->T; t++) {
            real *y = row_of(j->y->val, b, h->T, t, h->S);
            memset(y, 0, (size_t)h->S * sizeof *y);
            for (int s = 0; s < length_of(h, b); s++)
                y[s] = loops->dot(h->D, row_of(j->q->val, b, h->T, t, h->D),
                                  row_of(j->k->val, b, h->S, s, h->D));
        }
}

static void dot_back(int from, int to, void *context)
{
    const Job *j = context;
    const Shape *h = j->shape;
    for (int b = from; b < to; b++)
        for (int t = 0; t < h->T; t++) {
            const real *dy = row_of(j->y->grad, b, h->T, t, h->S);
            for (int s = 0; s < length_of(h, b); s++) {
                if (j->q->grad)
                    loops->axpy(h->D, dy[s], row_of(j->k->val, b, h->S, s, h->D),
                                row_of(j->q->grad, b, h->T, t, h->D));
                if (j->k->grad)
                    loops->axpy(h->D, dy[s], row_of(j->q->val, b, h->T, t, h->D),
                                row_of(j->k->grad, b, h->S, s, h->D));
            }
        }
}

static void dot_backward(const Node *n)
{
    each_sentence(n->saved, dot_back, &(Job){ n->saved, n, n->in[0], n->in[1], NULL, n->out[0], NULL });
}
static const Op dot_op = { "dot_each", dot_backward };

Tensor *op_dot_each(Tape *t, Tensor *q, Tensor *k, const int *lengths)
{
    int B = k->dim[0], S = k->dim[1], D = k->dim[2], T = q->dim[1];
    expect_shape(q, B, T, D);
    expect_shape(k, B, S, D);
    Shape *h = shape_of(t, B, T, S, D, lengths);
    Tensor *y = tape_new_tensor(t, B, T, S);
    each_sentence(h, dot_forward, &(Job){ h, NULL, q, k, NULL, y, NULL });
    return op_note(t, &dot_op, h, q, k, y);
}

/* ---- additive: y[t,s] = v . tanh(q[t] + k[s]) (Bahdanau et al. 2015, A.1.2) ---- */
static void additive_forward(int from, int to, void *context)
{
    const Job *j = context;
    const Shape *h = j->shape;
    for (int b = from; b < to; b++)
        for (int t = 0; t < h->T; t++) {
            real *y = row_of(j->y->val, b, h->T, t, h->S);
            memset(y, 0, (size_t)h->S * sizeof *y);
            for (int s = 0; s < length_of(h, b); s++)
                y[s] = loops->additive(h->D, row_of(j->q->val, b, h->T, t, h->D),
                                       row_of(j->k->val, b, h->S, s, h->D), j->v->val);
        }
}

/* A gradient nobody wants is still computed, into `sink`: three cases fewer. */
static void additive_back(int from, int to, void *context)
{
    const Job *j = context;
    const Shape *h = j->shape;
    for (int b = from; b < to; b++)
        for (int t = 0; t < h->T; t++) {
            const real *dy = row_of(j->y->grad, b, h->T, t, h->S);
            for (int s = 0; s < length_of(h, b); s++)
                loops->additive_back(h->D, dy[s], row_of(j->q->val, b, h->T, t, h->D),
                                     row_of(j->k->val, b, h->S, s, h->D), j->v->val,
                                     row_of(j->q->grad, b, h->T, t, h->D),
                                     row_of(j->k->grad, b, h->S, s, h->D), j->dv + (size_t)b * (size_t)h->D);
        }
}

static Tensor with_sink(const Tensor *x, Arena *scratch)
{
    Tensor copy = *x;
    if (!copy.grad)
        copy.grad = arena_zero(scratch, tensor_len(x), sizeof(real));
    return copy;
}

static void additive_backward(const Node *n)
{
    const Shape *h = n->saved;
    Tensor q = with_sink(n->in[0], n->scratch), k = with_sink(n->in[1], n->scratch), *v = n->in[2];
    real *dv = arena_zero(n->scratch, (size_t)h->B * (size_t)h->D, sizeof(real));
    each_sentence(h, additive_back, &(Job){ h, n, &q, &k, v, n->out[0], dv });
    if (v->grad)
        for (int b = 0; b < h->B; b++)
            loops->axpy(h->D, 1, dv + (size_t)b * (size_t)h->D, v->grad);
}
static const Op additive_op = { "additive", additive_backward };

Tensor *op_additive(Tape *t, Tensor *q, Tensor *k, Tensor *v, const int *lengths)
{
    int B = k->dim[0], S = k->dim[1], A = k->dim[2], T = q->dim[1];
    expect_shape(q, B, T, A);
    expect_shape(k, B, S, A);
    expect_shape(v, A);
    Shape *h = shape_of(t, B, T, S, A, lengths);
    Tensor *y = tape_new_tensor(t, B, T, S);
    each_sentence(h, additive_forward, &(Job){ h, NULL, q, k, v, y, NULL });
    Node *n = tape_record(t, &additive_op, h);
    if (n)
        n->in[0] = q, n->in[1] = k, n->in[2] = v, n->out[0] = y;
    return y;
}

/* ---- softmax over each row's true length;  dx = y (dy - y . dy) ---- */
static void softmax_backward(const Node *n)
{
    const Shape *h = n->saved;
    Tensor *x = n->in[0];
    const Tensor *y = n->out[0];
    for (int i = 0; x->grad && i < h->B * h->T; i++) {
        int len = length_of(h, i / h->T);
        const real *p = y->val + (size_t)i * (size_t)h->S, *dy = y->grad + (size_t)i * (size_t)h->S;
        real *dx = x->grad + (size_t)i * (size_t)h->S, mean = loops->dot(len, p, dy);
        for (int s = 0; s < len; s++)
            dx[s] += p[s] * (dy[s] - mean);
    }
}
static const Op softmax_op = { "softmax", softmax_backward };

Tensor *op_softmax(Tape *t, Tensor *x, const int *lengths)
{
    int B = x->dim[0], T = x->dim[1], S = x->dim[2];
    expect_shape(x, B, T, S);
    Shape *h = shape_of(t, B, T, S, 1, lengths);
    Tensor *y = tape_new_tensor(t, B, T, S);
    for (int i = 0; i < B * T; i++) {
        int len = length_of(h, i / T);
        assert(len >= 1 && len <= S);
        real *to = y->val + (size_t)i * (size_t)S;
        loops->softmax(len, x->val + (size_t)i * (size_t)S, to);
        memset(to + len, 0, (size_t)(S - len) * sizeof *to);
    }
    return op_note(t, &softmax_op, h, x, NULL, y);
}

/* ---- mix: c[t] = sum over s of w[t,s] m[s];  dw[t,s] += dc[t] . m[s], dm[s] += w[t,s] dc[t] ---- */
static void mix_forward(int from, int to, void *context)
{
    const Job *j = context;
    const Shape *h = j->shape;
    for (int b = from; b < to; b++)
        for (int t = 0; t < h->T; t++) {
            real *c = row_of(j->y->val, b, h->T, t, h->D);
            const real *w = row_of(j->q->val, b, h->T, t, h->S);
            memset(c, 0, (size_t)h->D * sizeof *c);
            for (int s = 0; s < length_of(h, b); s++)
                loops->axpy(h->D, w[s], row_of(j->k->val, b, h->S, s, h->D), c);
        }
}

static void mix_back(int from, int to, void *context)
{
    const Job *j = context;
    const Shape *h = j->shape;
    for (int b = from; b < to; b++)
        for (int t = 0; t < h->T; t++) {
            const real *dc = row_of(j->y->grad, b, h->T, t, h->D), *w = row_of(j->q->val, b, h->T, t, h->S);
            for (int s = 0; s < length_of(h, b); s++) {
                if (j->q->grad)
                    row_of(j->q->grad, b, h->T, t, h->S)[s] +=
                        loops->dot(h->D, dc, row_of(j->k->val, b, h->S, s, h->D));
                if (j->k->grad)
                    loops->axpy(h->D, w[s], dc, row_of(j->k->grad, b, h->S, s, h->D));
            }
        }
}

static void mix_backward(const Node *n)
{
    each_sentence(n->saved, mix_back, &(Job){ n->saved, n, n->in[0], n->in[1], NULL, n->out[0], NULL });
}
static const Op mix_op = { "mix", mix_backward };

Tensor *op_mix(Tape *t, Tensor *weights, Tensor *memory, const int *lengths)
{
    int B = memory->dim[0], S = memory->dim[1], D = memory->dim[2], T = weights->dim[1];
    expect_shape(weights, B, T, S);
    expect_shape(memory, B, S, D);
    Shape *h = shape_of(t, B, T, S, D, lengths);
    Tensor *y = tape_new_tensor(t, B, T, D);
    each_sentence(h, mix_forward, &(Job){ h, NULL, weights, memory, NULL, y, NULL });
    return op_note(t, &mix_op, h, weights, memory, y);
}
