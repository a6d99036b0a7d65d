/* op_coverage.c -- where attention has been: coverage c_t, the sum of a sentence's weights of all words
 * before t (See, Liu and Manning 2017, section 2.3; Tu et al. 2016).
 *
 *     loss = sum over t, s of min(a_t[s], c_t[s])
 *     da_t[s] += dloss ([a_t[s] <= c_t[s]] + how often later c[s] was the smaller)
 *
 * A score is told of it by a vector w that is added to a source word's key c_t[s] times. Of scores that are a
 * dot product that is a number: (k_s + c w) . q = k_s . q + c (w . q).
 */
#include <string.h>

#include "tensor/op_simple.h"

/* ---- the loss ---- */

typedef struct {
    int *len; /* [B] */
} Words;

static size_t row_of(const Tensor *w, int b, int t)
{
    return ((size_t)b * (size_t)w->dim[1] + (size_t)t) * (size_t)w->dim[2];
}

/* c += a of a word; the sum of what they share. */
static double pass_word(int S, const real *a, real *c)
{
    double sum = 0;
    for (int s = 0; s < S; s++) {
        sum += (double)(a[s] < c[s] ? a[s] : c[s]);
        c[s] += a[s];
    }
    return sum;
}

/* From the last word to the first: c [T,S] is what came before each, later [S] starts at 0. */
static void sentence_back(const Tensor *w, int b, int len, const real *c, real *later, real g)
{
    int S = w->dim[2];
    for (int t = len - 1; t >= 0; t--) {
        const real *a = w->val + row_of(w, b, t), *before = c + (size_t)t * (size_t)S;
        real *da = w->grad + row_of(w, b, t);
        for (int s = 0; s < S; s++) {
            bool own = a[s] <= before[s];
            da[s] += g * (later[s] + (own ? 1 : 0));
            later[s] += own ? 0 : 1;
        }
    }
}

static void coverage_backward(const Node *n)
{
    const Words *words = n->saved;
    const Tensor *w = n->in[0];
    int B = w->dim[0], T = w->dim[1], S = w->dim[2];
    if (!w->grad)
        return;
    real *c = arena_array(n->tape->scratch, real, (size_t)(T + 1) * (size_t)S),
         *later = arena_array(n->tape->scratch, real, S);
    for (int b = 0; b < B; b++) {
        memset(later, 0, (size_t)S * sizeof *later);
        memset(c, 0, (size_t)S * sizeof *c);
        for (int t = 0; t < words->len[b]; t++) {
            real *before = c + (size_t)t * (size_t)S;
            memcpy(before + S, before, (size_t)S * sizeof *c);
            pass_word(S, w->val + row_of(w, b, t), before + S);
        }
        sentence_back(w, b, words->len[b], c, later, n->out[0]->grad[0]);
    }
}
static const Op coverage_op = { "coverage", coverage_backward };

Tensor *op_coverage(Tape *t, Tensor *weights, const int *len)
{
    int B = weights->dim[0], T = weights->dim[1], S = weights->dim[2];
    expect_shape(weights, B, T, S);
    Words *words = arena_alloc(t->batch, 1, sizeof *words);
    words->len = arena_array(t->batch, int, B);
    memcpy(words->len, len, (size_t)B * sizeof *len);
    size_t mark = arena_mark(t->scratch);
    real *c = arena_array(t->scratch, real, S);
    double loss = 0;
    for (int b = 0; b < B; b++) {
        memset(c, 0, (size_t)S * sizeof *c);
        for (int i = 0; i < len[b]; i++)
            loss += pass_word(S, weights->val + row_of(weights, b, i), c);
    }
    arena_rewind(t->scratch, mark);
    Tensor *y = tape_new_tensor(t, 1);
    y->val[0] = (real)loss;
    return op_note(t, &coverage_op, words, weights, NULL, y);
}

/* ---- scores that are a dot product: r[t,s] = x[t,s] + c[t,s] (q[t] . w) ---- */

/* dx += dr;  dc += dr (q . w);  with d = sum over s of dr c: dq += d w, dw += d q */
static void cover_backward(const Node *n)
{
    Tensor *x = n->in[0], *c = n->in[1], *q = n->in[2], *w = n->in[3];
    const real *dr = n->out[0]->grad;
    int S = tensor_last(x), A = tensor_last(q);
    for (size_t i = 0; i < tensor_rows(x); i++, dr += S) {
        const real *row = q->val + i * (size_t)A;
        real d = loops->dot(S, dr, c->val + i * (size_t)S), qw = loops->dot(A, row, w->val);
        if (x->grad)
            loops->axpy(S, 1, dr, x->grad + i * (size_t)S);
        if (c->grad)
            loops->axpy(S, qw, dr, c->grad + i * (size_t)S);
        if (q->grad)
            loops->axpy(A, d, w->val, q->grad + i * (size_t)A);
        if (w->grad)
            loops->axpy(A, d, row, w->grad);
    }
}
static const Op cover_op = { "cover", cover_backward };

Tensor *op_cover(Tape *t, Tensor *x, Tensor *c, Tensor *q, Tensor *w)
{
    int B = x->dim[0], T = x->dim[1], S = x->dim[2], A = tensor_last(q);
    expect_shape(c, B, T, S);
    expect_shape(q, B, T, A);
    expect_shape(w, A);
    Tensor *r = tape_new_tensor(t, B, T, S);
    memcpy(r->val, x->val, tensor_len(x) * sizeof *r->val);
    for (size_t i = 0; i < tensor_rows(x); i++)
        loops->axpy(S, loops->dot(A, q->val + i * (size_t)A, w->val), c->val + i * (size_t)S,
                    r->val + i * (size_t)S);
    Node *n = tape_record(t, &cover_op, NULL);
    if (n)
        n->in[0] = x, n->in[1] = c, n->in[2] = q, n->in[3] = w, n->out[0] = r;
    return r;
}
