/* op_multi_head.c -- attention with several heads, from projected queries, keys and values to context.
 *
 *     s = q k^T / sqrt(d),  w = softmax(s),  context = drop(w) v                      for each head of width
 * d dv += drop(w)^T dc,  dw = drop'(dc v^T),  ds = w (dw - w . dw) / sqrt(d),  dq += ds k,  dk += ds^T q
 *
 * A head of a sentence is one piece of work for one thread. Its weights exist for BLOCK queries at a time;
 * the backward pass makes them again from q and k, to the same bits. Products run on the kernel of matmul.h
 * over packed copies of the head's keys and values. A single query (a decoder's step) is not worth packing
 * for: it goes over the keys one by one. Which way is taken depends on T alone, never on the batch.
 */
#include <math.h>
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/draws.h"
#include "tensor/op_simple.h"

enum { BLOCK = 48, PARTS_EACH = 4 };

typedef struct {
    Heads h;
    Tensor *q, *kv, *out;
    Draws draws;
    real *scratch; /* parts times part_len */
    size_t part_len;
    int parts;
    int B, K, T, S, d; /* K queries rows a sentence, T words each */
    real scale;
    Tensor *weights; /* [R,H,T,S] or NULL */
    const real *const *const *past;
} Job;

/* One head of one sentence. Rows of q, k, v, out are `*_row` apart. */
typedef struct {
    const Job *j;
    int b, head, len; /* len: keys that count */
    const real *q, *k, *v;
    real *out;
    size_t q_row, kv_row, out_row;
} Head;

static Head head_of(const Job *j, int b, int head)
{
    Head h = { .j = j, .b = b, .head = head, .len = j->h.lengths ? j->h.lengths[b] : j->S };
    size_t row = (size_t)b * (size_t)(j->K * j->T), at = (size_t)(head * j->d);
    h.q_row = (size_t)tensor_last(j->q);
    h.kv_row = (size_t)tensor_last(j->kv);
    h.out_row = (size_t)j->h.D;
    h.q = j->q->val + row * h.q_row + (size_t)j->h.q_at + at;
    h.k = j->kv->val + (size_t)b * (size_t)j->S * h.kv_row + (size_t)j->h.k_at + at;
    h.v = h.k + j->h.v_at - j->h.k_at;
    h.out = j->out->val + row * h.out_row + at;
    assert(h.len >= 1 && h.len <= j->S);
    return h;
}

/* ---- weights of a row ---- */

/* Keys that row i sees. */
static int seen(const Head *h, int i)
{
    return h->j->h.causal && i < h->len ? i + 1 : h->len;
}

static void edit(const Head *h, int i, real *row)
{
    const Job *j = h->j;
    const RowEdit *e = j->h.edit;
    e->edit(e->context, h->b * j->K + i / j->T, h->head, i % j->T, h->len, row);
}

/* Scores of row i become weights; those it does not see are 0. */
static void weigh(const Head *h, int i, real *row)
{
    int n = seen(h, i);
    if (h->j->h.uniform)
        memset(row, 0, (size_t)n * sizeof *row);
    loops->shift_scale(n, h->j->scale, 0, row);
    loops->softmax(n, row, row);
    memset(row + n, 0, (size_t)(h->len - n) * sizeof *row);
    if (h->j->h.edit)
        edit(h, i, row);
}

/* The place of a row's weights among all weights, whose rows are S long. */
static size_t weights_row(const Head *h, int i)
{
    const Job *j = h->j;
    size_t r = (size_t)(h->b * j->K + i / j->T);
    return ((r * (size_t)j->h.heads + (size_t)h->head) * (size_t)j->T + (size_t)(i % j->T)) * (size_t)j->S;
}

static void export(const Head *h, int i, const real *row)
{
    if (!h->j->weights)
        return;
    real *to = h->j->weights->val + weights_row(h, i);
    memcpy(to, row, (size_t)h->len * sizeof *to);
    memset(to + h->len, 0, (size_t)(h->j->S - h->len) * sizeof *to);
}

static void drop(const Head *h, int i, const real *x, real *y)
{
    draws_apply(&h->j->draws, weights_row(h, i), (size_t)h->len, x, y);
}

/* ---- many queries: products ---- */

typedef struct {
    real *keys, *values; /* room for k^T; v, backward: v^T */
    real *k, *q, *dc;    /* backward only: k; the block's queries and context gradients */
    real *w, *dropped, *dw;
    size_t w_row; /* keys rounded up to whole panels: what lies beyond `len` means nothing */
} Space;

static size_t round_up(size_t n)
{
    return (n + 63) / 64 * 64;
}

/* Columns of a product over the keys: whole panels, so that no tile has an edge. */
static int padded(int len)
{
    return (len + loops->panel - 1) / loops->panel * loops->panel;
}

/* How a part's scratch is laid out; gives its length when base is NULL. */
static size_t lay_out(const Job *j, real *base, bool backward, Space *s)
{
    size_t at = 0, block = BLOCK;
    s->w_row = (size_t)padded(j->S);
    const struct {
        real **place;
        size_t len;
    } all[] = {
        { &s->keys, matmul_packed_len(j->S, j->d) },
        { &s->values, backward ? matmul_packed_len(j->S, j->d) : matmul_open_len(j->d, j->S) },
        { &s->w, block * s->w_row },
        { &s->dropped, j->draws.threshold ? block * s->w_row : 0 },
        { &s->dw, backward ? block * s->w_row : 0 },
        { &s->k, backward ? matmul_open_len(j->d, j->S) : 0 },
        { &s->q, backward ? matmul_open_len(j->d, BLOCK) : 0 },
        { &s->dc, backward ? matmul_open_len(j->d, BLOCK) : 0 },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        *all[i].place = base ? base + at : NULL;
        at += round_up(all[i].len);
    }
    return at;
}

/* Weights of rows i .. i+n, and after dropout. */
static const real *block_weights(const Head *h, const Space *s, Right keys, int i, int n)
{
    const real *q = h->q + (size_t)i * h->q_row;
    matmul_here(n, padded(h->len), h->j->d, q, h->q_row, keys, s->w, s->w_row, false);
    for (int r = 0; r < n; r++)
        weigh(h, i + r, s->w + (size_t)r * s->w_row);
    if (!h->j->draws.threshold)
        return s->w;
    for (int r = 0; r < n; r++)
        drop(h, i + r, s->w + (size_t)r * s->w_row, s->dropped + (size_t)r * s->w_row);
    return s->dropped;
}

static void head_forward(const Head *h, const Space *s)
{
    int rows = h->j->K * h->j->T, d = h->j->d;
    Right keys = matmul_turn(h->len, d, h->k, h->kv_row, s->keys);
    Right values = matmul_open(d, h->len, h->v, h->kv_row, s->values);
    for (int i = 0; i < rows; i += BLOCK) {
        int n = rows - i < BLOCK ? rows - i : BLOCK;
        const real *w = block_weights(h, s, keys, i, n);
        for (int r = 0; r < n; r++)
            export(h, i + r, s->w + (size_t)r * s->w_row);
        matmul_here(n, d, h->len, w, s->w_row, values, h->out + (size_t)i * h->out_row, h->out_row, false);
    }
}

/* ---- one query at a time ---- */

static void head_single(const Head *h, real *w)
{
    int rows = h->j->K * h->j->T, d = h->j->d;
    for (int i = 0; i < rows; i++) {
        real *out = h->out + (size_t)i * h->out_row;
        loops->dots(h->len, d, h->q + (size_t)i * h->q_row, h->k, h->kv_row, w);
        weigh(h, i, w);
        export(h, i, w);
        if (h->j->draws.threshold)
            drop(h, i, w, w);
        memset(out, 0, (size_t)d * sizeof *out);
        loops->mix(h->len, d, w, h->v, h->kv_row, out);
    }
}

/* ---- sharing heads out ---- */

static void forward_part(int from, int to, void *context)
{
    const Job *j = context;
    int n = j->B * j->h.heads;
    for (int part = from; part < to; part++) {
        Space s;
        lay_out(j, j->scratch + (size_t)part * j->part_len, false, &s);
        for (int i = (int)((long)n * part / j->parts); i < (int)((long)n * (part + 1) / j->parts); i++) {
            Head h = head_of(j, i / j->h.heads, i % j->h.heads);
            if (j->T == 1)
                head_single(&h, s.w);
            else
                head_forward(&h, &s);
        }
    }
}

/* Parts have their own scratch, since nothing may be taken while threads run. */
static void run(Job *j, Arena *scratch, bool backward, void (*body)(int from, int to, void *context))
{
    int n = j->B * j->h.heads, most = PARTS_EACH * threads_get();
    double work = (double)j->K * j->T * j->S * j->d;
    Space s;
    most = 1 + (int)(n * work / 30000) < most ? 1 + (int)(n * work / 30000) : most;
    j->parts = n < most ? n : most;
    j->part_len = lay_out(j, NULL, backward, &s);
    size_t mark = arena_mark(scratch);
    j->scratch = arena_array(scratch, real, (size_t)j->parts * j->part_len);
    threads_each(j->parts, 1, body, j);
    arena_rewind(scratch, mark);
}

/* ---- backward ---- */

/* Gradients of q, k and v lie where their values do. */
typedef struct {
    real *q, *k, *v;
    const real *out;
} HeadGrads;

static HeadGrads grads_of(const Head *h)
{
    const Job *j = h->j;
    return (HeadGrads){ j->q->grad ? j->q->grad + (h->q - j->q->val) : NULL,
                        j->kv->grad ? j->kv->grad + (h->k - j->kv->val) : NULL,
                        j->kv->grad ? j->kv->grad + (h->v - j->kv->val) : NULL,
                        j->out->grad + (h->out - j->out->val) };
}

/* dw becomes ds in place. */
static void score_grads(const Head *h, const Space *s, int i, int rows)
{
    for (int r = 0; r < rows; r++) {
        real *dw = s->dw + (size_t)r * s->w_row;
        if (h->j->draws.threshold)
            drop(h, i + r, dw, dw);
        int n = seen(h, i + r);
        loops->softmax_back(n, h->j->h.uniform ? 0 : h->j->scale, s->w + (size_t)r * s->w_row, dw, dw);
        memset(dw + n, 0, (size_t)(h->len - n) * sizeof *dw);
    }
}

/* A head's right-hand sides: k^T, v^T and k. */
typedef struct {
    Right keys, values, k;
} Rights;

static void block_backward(const Head *h, const HeadGrads *g, const Space *s, const Rights *b, int i, int n)
{
    int d = h->j->d;
    const real *dc = g->out + (size_t)i * h->out_row, *q = h->q + (size_t)i * h->q_row;
    const real *w = block_weights(h, s, b->keys, i, n);
    matmul_here(n, padded(h->len), d, dc, h->out_row, b->values, s->dw, s->w_row, false);
    score_grads(h, s, i, n);
    if (g->q)
        matmul_here(n, d, h->len, s->dw, s->w_row, b->k, g->q + (size_t)i * h->q_row, h->q_row, true);
    if (!g->k)
        return;
    Right context = matmul_open(d, n, dc, h->out_row, s->dc), queries = matmul_open(d, n, q, h->q_row, s->q);
    matmul_turned_here(h->len, d, n, w, s->w_row, context, g->v, h->kv_row, true);
    matmul_turned_here(h->len, d, n, s->dw, s->w_row, queries, g->k, h->kv_row, true);
}

static void head_backward(const Head *h, const Space *s)
{
    int rows = h->j->K * h->j->T, d = h->j->d;
    HeadGrads g = grads_of(h);
    Rights b = { matmul_turn(h->len, d, h->k, h->kv_row, s->keys),
                 matmul_turn(h->len, d, h->v, h->kv_row, s->values),
                 matmul_open(d, h->len, h->k, h->kv_row, s->k) };
    for (int i = 0; i < rows; i += BLOCK)
        block_backward(h, &g, s, &b, i, rows - i < BLOCK ? rows - i : BLOCK);
}

static void backward_part(int from, int to, void *context)
{
    const Job *j = context;
    int n = j->B * j->h.heads;
    for (int part = from; part < to; part++) {
        Space s;
        lay_out(j, j->scratch + (size_t)part * j->part_len, true, &s);
        for (int i = (int)((long)n * part / j->parts); i < (int)((long)n * (part + 1) / j->parts); i++) {
            Head h = head_of(j, i / j->h.heads, i % j->h.heads);
            head_backward(&h, &s);
        }
    }
}

static void multi_head_backward(const Node *n)
{
    run(n->saved, n->tape->scratch, true, backward_part);
}
static const Op multi_head_op = { "multi_head", multi_head_backward };

/* ---- */

static Tensor *weights_new(Tape *t, const Heads *h, int R, int T, int S)
{
    return h->weights ? *h->weights = tensor_new(t->batch, 4, (int[]){ R, h->heads, T, S }, false) : NULL;
}

Tensor *op_multi_head(Tape *t, Tensor *q, Tensor *kv, const Heads *h)
{
    int R = q->dim[0], T = q->dim[1], B = kv->dim[0], S = kv->dim[1], d = h->D / h->heads;
    assert(q->n_dim == 3 && kv->n_dim == 3 && R % B == 0 && d * h->heads == h->D);
    assert(h->q_at + h->D <= tensor_last(q) && h->k_at + h->D <= tensor_last(kv));
    assert(h->v_at + h->D <= tensor_last(kv) && (!h->causal || (T == S && R == B && !h->lengths)));
    assert(!h->edit || !t->recording);
    Job *j = arena_zero(t->batch, 1, sizeof *j);
    *j = (Job){ .h = *h,
                .q = q,
                .kv = kv,
                .B = B,
                .K = R / B,
                .T = T,
                .S = S,
                .d = d,
                .scale = (real)(1 / sqrt(d)),
                .draws = draws_new(t, h->dropout) };
    if (h->lengths) {
        int *copy = arena_array(t->batch, int, B);
        j->h.lengths = memcpy(copy, h->lengths, (size_t)B * sizeof *copy);
    }
    j->out = tape_late_tensor(t, 3, (int[]){ R, T, h->D });
    j->weights = weights_new(t, h, R, T, S);
    run(j, t->scratch, false, forward_part);
    j->weights = NULL;
    return op_note(t, &multi_head_op, j, q, kv, j->out);
}

/* ---- keys and values that were kept ---- */

/* Word `word` of row r sees the first n keys. */
static void past_row(const Job *j, int r, int word, int n, real *w)
{
    const real *const *keys = j->past[r];
    size_t row = (size_t)(r * j->T + word), D = (size_t)j->h.D;
    for (int head = 0; head < j->h.heads; head++) {
        size_t at = (size_t)(head * j->d);
        const real *q = j->q->val + row * (size_t)tensor_last(j->q) + (size_t)j->h.q_at + at;
        real *out = j->out->val + row * D + at;
        for (int s = 0; s < n; s++)
            w[s] = j->scale * loops->dot(j->d, q, keys[s] + j->h.k_at + at);
        loops->softmax(n, w, w);
        memset(out, 0, (size_t)j->d * sizeof *out);
        for (int s = 0; s < n; s++)
            loops->axpy(j->d, w[s], keys[s] + j->h.v_at + at, out);
        if (j->weights) {
            size_t place = ((size_t)r * (size_t)j->h.heads + (size_t)head) * (size_t)j->T + (size_t)word;
            real *to = j->weights->val + place * (size_t)j->S;
            memcpy(to, w, (size_t)n * sizeof *to);
            memset(to + n, 0, (size_t)(j->S - n) * sizeof *to);
        }
    }
}

static void past_part(int from, int to, void *context)
{
    const Job *j = context;
    for (int part = from; part < to; part++) {
        real *w = j->scratch + (size_t)part * j->part_len;
        for (int r = (int)((long)j->B * part / j->parts); r < (int)((long)j->B * (part + 1) / j->parts); r++)
            for (int word = 0; word < j->T; word++)
                past_row(j, r, word, j->S - j->T + word + 1, w);
    }
}

Tensor *multi_head_past(Tape *t, Tensor *q, const real *const *const *keys, int n, const Heads *h)
{
    int R = q->dim[0], T = q->dim[1], d = h->D / h->heads;
    assert(!t->recording && n >= T && d * h->heads == h->D && !h->lengths && !h->edit);
    Job j = { .h = *h, .q = q, .B = R, .K = 1, .T = T, .S = n, .d = d, .scale = (real)(1 / sqrt(d)) };
    j.past = keys;
    j.out = tape_late_tensor(t, 3, (int[]){ R, T, h->D });
    j.weights = weights_new(t, h, R, T, n);
    j.parts = R < PARTS_EACH * threads_get() ? R : PARTS_EACH * threads_get();
    j.part_len = round_up((size_t)n);
    size_t mark = arena_mark(t->scratch);
    j.scratch = arena_array(t->scratch, real, (size_t)j.parts * j.part_len);
    threads_each(j.parts, 1, past_part, &j);
    arena_rewind(t->scratch, mark);
    return j.out;
}
