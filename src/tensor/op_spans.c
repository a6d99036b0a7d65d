/* op_spans.c -- words into sentences, and back: sums over the words of each span, and what a span has shared
 * out evenly among its words.
 *
 * With `width` the sum is weighted by place (position encoding, Sukhbaatar et al. 2015, section 4.1), so that
 * the order of words matters: number k of every block of d = `width` numbers, of word j of J, both from 1,
 * counts l = 1 + 4 (j - (J+1)/2) (k - (d+1)/2) / (J d). That is their formula but for its scale: the mean
 * is 1.
 */
#include <string.h>

#include "tensor/op_simple.h"

typedef struct {
    Spans spans;
    int *place; /* [B,S] place of a word in its span, from 1 */
    int *words; /* [B,n] how many words a span has */
    Tensor *x, *y;
} Job;

static Job *job_new(Tape *t, const Spans *s, int B, int S)
{
    Job *j = arena_zero(t->batch, 1, sizeof *j);
    int *of = arena_array(t->batch, int, (size_t)B *(size_t)S);
    j->spans = *s;
    j->spans.of = memcpy(of, s->of, (size_t)B * (size_t)S * sizeof *of);
    j->place = arena_zero(t->batch, (size_t)B * (size_t)S, sizeof *j->place);
    j->words = arena_zero(t->batch, (size_t)B * (size_t)s->n, sizeof *j->words);
    for (int i = 0; i < B * S; i++)
        if (of[i] >= 0) {
            assert(of[i] < s->n);
            j->place[i] = ++j->words[i / S * s->n + of[i]];
        }
    return j;
}

static int words_of(const Job *j, int S, int i)
{
    return j->words[i / S * j->spans.n + j->spans.of[i]];
}

/* ---- sum: y[n] = sum over the words s of span n of l(s) x[s];  dx[s] += l(s) dy[n] ---- */

static real factor(int place, int words, int k, int width)
{
    real j = (real)place - (real)(words + 1) / 2, at = (real)(k % width + 1) - (real)(width + 1) / 2;
    return 1 + 4 * j * at / ((real)words * (real)width);
}

/* to += l from, for one word. */
static void add_weighted(const Job *j, int i, int S, const real *from, real *to)
{
    int D = tensor_last(j->x), width = j->spans.width;
    if (width == 0)
        loops->axpy(D, 1, from, to);
    for (int k = 0; width > 0 && k < D; k++)
        to[k] += factor(j->place[i], words_of(j, S, i), k, width) * from[k];
}

static void sum_backward(const Node *n)
{
    const Job *j = n->saved;
    size_t D = (size_t)tensor_last(j->x);
    int S = j->x->dim[1];
    for (int i = 0; j->x->grad && i < j->x->dim[0] * S; i++)
        if (j->spans.of[i] >= 0)
            add_weighted(j, i, S, j->y->grad + ((size_t)(i / S * j->spans.n) + (size_t)j->spans.of[i]) * D,
                         j->x->grad + (size_t)i * D);
}
static const Op sum_op = { "sum_spans", sum_backward };

Tensor *op_sum_spans(Tape *t, Tensor *x, const Spans *spans)
{
    int B = x->dim[0], S = x->dim[1], D = x->dim[2];
    expect_shape(x, B, S, D);
    Job *j = job_new(t, spans, B, S);
    j->x = x, j->y = tape_new_tensor(t, B, spans->n, D);
    memset(j->y->val, 0, tensor_len(j->y) * sizeof(real));
    for (int i = 0; i < B * S; i++)
        if (spans->of[i] >= 0)
            add_weighted(j, i, S, x->val + (size_t)i * (size_t)D,
                         j->y->val + ((size_t)(i / S * spans->n) + (size_t)spans->of[i]) * (size_t)D);
    return op_note(t, &sum_op, j, x, NULL, j->y);
}

/* ---- share: y[s] = x[n] / words of n, for the words s of span n; 0 for others;  dx[n] += dy[s] / words ----
 */

static void share_backward(const Node *n)
{
    const Job *j = n->saved;
    int B = j->y->dim[0], T = j->y->dim[1], S = j->y->dim[2], N = j->spans.n;
    for (int r = 0; j->x->grad && r < B * T; r++)
        for (int s = 0; s < S; s++) {
            int i = r / T * S + s;
            if (j->spans.of[i] >= 0)
                j->x->grad[r * N + j->spans.of[i]] +=
                    j->y->grad[(size_t)r * (size_t)S + (size_t)s] / (real)words_of(j, S, i);
        }
}
static const Op share_op = { "share_spans", share_backward };

Tensor *op_share_spans(Tape *t, Tensor *x, const Spans *spans, int S)
{
    int B = x->dim[0], T = x->dim[1];
    expect_shape(x, B, T, spans->n);
    Job *j = job_new(t, spans, B, S);
    j->x = x, j->y = tape_new_tensor(t, B, T, S);
    memset(j->y->val, 0, tensor_len(j->y) * sizeof(real));
    for (int r = 0; r < B * T; r++)
        for (int s = 0; s < S; s++) {
            int i = r / T * S + s;
            if (spans->of[i] >= 0)
                j->y->val[(size_t)r * (size_t)S + (size_t)s] =
                    x->val[r * spans->n + spans->of[i]] / (real)words_of(j, S, i);
        }
    return op_note(t, &share_op, j, x, NULL, j->y);
}
