/* op_attention.c -- scores, weights and context, each over the true length of its sentence.
 *
 * An op is a function of one target word and its sentence's source words. Sentences are independent, so
 * threads share them; what belongs to all sentences (v of the additive score) is summed sentence by sentence
 * afterwards, in order.
 */
#include <string.h>

#include "compute/compute.h"
#include "tensor/op_simple.h"

/* What an op here works on. The letters of the formulas: x [B,T,*], y [B,S,*]; r is the result. */
typedef struct Job Job;
struct Job {
    int B, T, S, D;
    const int *lengths; /* NULL: all S */
    Tensor *x, *y, *v, *r;
    real *dv;                                         /* [B,D] of the additive score */
    Tensor *c, *w;                                    /* coverage [B,T,S], and its vector [D] */
    real *room, *dw;                                  /* [B,2,D], [B,D] */
    void (*row)(const Job *j, int b, int t, int len); /* target word t over `len` source words */
};

static Job *job_new(Tape *t, int B, int T, int S, int D, const int *lengths)
{
    Job *j = arena_zero(t->batch, 1, sizeof *j);
    *j = (Job){ .B = B, .T = T, .S = S, .D = D };
    if (lengths) {
        int *copy = arena_array(t->batch, int, B);
        j->lengths = memcpy(copy, lengths, (size_t)B * sizeof *lengths);
    }
    return j;
}

static void some_sentences(int from, int to, void *context)
{
    const Job *j = context;
    for (int b = from; b < to; b++)
        for (int t = 0; t < j->T; t++)
            j->row(j, b, t, j->lengths ? j->lengths[b] : j->S);
}

static void run(const Job *j, void (*row)(const Job *j, int b, int t, int len))
{
    Job with_row = *j;
    with_row.row = row;
    double work = (double)j->T * j->S * j->D;
    threads_each(j->B, 1 + (int)(50000 / (work + 1)), some_sentences, &with_row);
}

/* Leaves the note and gives back the result. */
static Tensor *note(Tape *t, const Op *op, Job *j)
{
    return op_note(t, op, j, j->x, j->y, j->r);
}

/* Row t of sentence b of a [B,T,width] block; source(j, ...) the same of [B,S,width]. */
static real *target(const Job *j, real *block, int b, int t, int width)
{
    return block + ((size_t)b * (size_t)j->T + (size_t)t) * (size_t)width;
}
static real *source(const Job *j, real *block, int b, int s, int width)
{
    return block + ((size_t)b * (size_t)j->S + (size_t)s) * (size_t)width;
}

/* ---- dot: r[t,s] = q[t] . k[s];  dq[t] += dr k[s], dk[s] += dr q[t] ---- */
static void dot_row(const Job *j, int b, int t, int len)
{
    real *r = target(j, j->r->val, b, t, j->S);
    const real *q = target(j, j->x->val, b, t, j->D);
    memset(r, 0, (size_t)j->S * sizeof *r);
    loops->dots(len, j->D, q, source(j, j->y->val, b, 0, j->D), (size_t)j->D, r);
}

static void dot_row_back(const Job *j, int b, int t, int len)
{
    const real *dr = target(j, j->r->grad, b, t, j->S), *q = target(j, j->x->val, b, t, j->D);
    if (j->x->grad)
        loops->mix(len, j->D, dr, source(j, j->y->val, b, 0, j->D), (size_t)j->D,
                   target(j, j->x->grad, b, t, j->D));
    for (int s = 0; j->y->grad && s < len; s++)
        loops->axpy(j->D, dr[s], q, source(j, j->y->grad, b, s, j->D));
}

static void dot_backward(const Node *n)
{
    run(n->saved, dot_row_back);
}
static const Op dot_op = { "dot_each", dot_backward };

Tensor *op_dot_each(Tape *t, Tensor *q, Tensor *k, const int *lengths)
{
    int B = k->dim[0], S = k->dim[1], D = k->dim[2], T = q->dim[1];
    expect_shape(q, B, T, D);
    expect_shape(k, B, S, D);
    Job *j = job_new(t, B, T, S, D, lengths);
    j->x = q, j->y = k, j->r = tape_new_tensor(t, B, T, S);
    run(j, dot_row);
    return note(t, &dot_op, j);
}

/* ---- additive: r[t,s] = v . tanh(q[t] + k[s]) (Bahdanau et al. 2015, A.1.2) ---- */
static void additive_row(const Job *j, int b, int t, int len)
{
    real *r = target(j, j->r->val, b, t, j->S);
    const real *q = target(j, j->x->val, b, t, j->D);
    memset(r, 0, (size_t)j->S * sizeof *r);
    for (int s = 0; s < len; s++)
        r[s] = loops->additive(j->D, q, source(j, j->y->val, b, s, j->D), j->v->val);
}

static void additive_row_back(const Job *j, int b, int t, int len)
{
    const real *dr = target(j, j->r->grad, b, t, j->S), *q = target(j, j->x->val, b, t, j->D);
    for (int s = 0; s < len; s++)
        loops->additive_back(j->D, dr[s], q, source(j, j->y->val, b, s, j->D), j->v->val,
                             target(j, j->x->grad, b, t, j->D), source(j, j->y->grad, b, s, j->D),
                             j->dv + (size_t)b * (size_t)j->D);
}

/* A gradient that nobody wants is computed all the same, into a sink: three cases fewer. */
static Tensor with_sink(const Tensor *x, Arena *scratch)
{
    Tensor copy = *x;
    if (!copy.grad)
        copy.grad = arena_zero(scratch, tensor_len(x), sizeof(real));
    return copy;
}

static void additive_backward(const Node *n)
{
    Job j = *(const Job *)n->saved;
    Tensor q = with_sink(j.x, n->tape->scratch), k = with_sink(j.y, n->tape->scratch);
    j.x = &q, j.y = &k;
    j.dv = arena_zero(n->tape->scratch, (size_t)j.B * (size_t)j.D, sizeof(real));
    run(&j, additive_row_back);
    if (j.v->grad)
        for (int b = 0; b < j.B; b++)
            loops->axpy(j.D, 1, j.dv + (size_t)b * (size_t)j.D, j.v->grad);
}
static const Op additive_op = { "additive", additive_backward };

Tensor *op_additive(Tape *t, Tensor *q, Tensor *k, Tensor *v, const int *lengths)
{
    int B = k->dim[0], S = k->dim[1], A = k->dim[2], T = q->dim[1];
    expect_shape(q, B, T, A);
    expect_shape(k, B, S, A);
    expect_shape(v, A);
    Job *j = job_new(t, B, T, S, A, lengths);
    j->x = q, j->y = k, j->v = v, j->r = tape_new_tensor(t, B, T, S);
    run(j, additive_row);
    return note(t, &additive_op, j);
}

/* ---- additive with coverage: r[t,s] = v . tanh(q[t] + c[t,s] w + k[s]) (See et al. 2017, equation 11).
 * With z the gradient of the sum: dq += z, dk += z, dc += w . z, dw += c z ---- */
static real *covered_query(const Job *j, int b, int t, int s)
{
    real *q = j->room + (size_t)b * 2 * (size_t)j->D;
    memcpy(q, target(j, j->x->val, b, t, j->D), (size_t)j->D * sizeof *q);
    loops->axpy(j->D, target(j, j->c->val, b, t, j->S)[s], j->w->val, q);
    return q;
}

static void covered_row(const Job *j, int b, int t, int len)
{
    real *r = target(j, j->r->val, b, t, j->S);
    memset(r, 0, (size_t)j->S * sizeof *r);
    for (int s = 0; s < len; s++)
        r[s] = loops->additive(j->D, covered_query(j, b, t, s), source(j, j->y->val, b, s, j->D), j->v->val);
}

static void covered_row_back(const Job *j, int b, int t, int len)
{
    const real *dr = target(j, j->r->grad, b, t, j->S), *c = target(j, j->c->val, b, t, j->S);
    const size_t D = (size_t)j->D;
    real *z = j->room + ((size_t)b * 2 + 1) * D, *dc = target(j, j->c->grad, b, t, j->S);
    for (int s = 0; s < len; s++) {
        memset(z, 0, D * sizeof *z);
        loops->additive_back(j->D, dr[s], covered_query(j, b, t, s), source(j, j->y->val, b, s, j->D),
                             j->v->val, z, source(j, j->y->grad, b, s, j->D), j->dv + (size_t)b * D);
        loops->axpy(j->D, 1, z, target(j, j->x->grad, b, t, j->D));
        loops->axpy(j->D, c[s], z, j->dw + (size_t)b * D);
        dc[s] += loops->dot(j->D, j->w->val, z);
    }
}

static void covered_backward(const Node *n)
{
    Job j = *(const Job *)n->saved;
    Arena *scratch = n->tape->scratch;
    const size_t D = (size_t)j.D, B = (size_t)j.B;
    Tensor q = with_sink(j.x, scratch), k = with_sink(j.y, scratch), c = with_sink(j.c, scratch);
    j.x = &q, j.y = &k, j.c = &c;
    j.dv = arena_zero(scratch, B * D, sizeof(real));
    j.dw = arena_zero(scratch, B * D, sizeof(real));
    j.room = arena_array(scratch, real, B * 2 * D);
    run(&j, covered_row_back);
    for (size_t b = 0; b < B; b++) {
        if (j.v->grad)
            loops->axpy(j.D, 1, j.dv + b * D, j.v->grad);
        if (j.w->grad)
            loops->axpy(j.D, 1, j.dw + b * D, j.w->grad);
    }
}
static const Op covered_op = { "additive_covered", covered_backward };

Tensor *op_additive_covered(Tape *t, Tensor *q, Tensor *k, Tensor *v, Tensor *c, Tensor *w,
                            const int *lengths)
{
    int B = k->dim[0], S = k->dim[1], A = k->dim[2], T = q->dim[1];
    expect_shape(q, B, T, A);
    expect_shape(k, B, S, A);
    expect_shape(c, B, T, S);
    expect_shape(w, A);
    Job *j = job_new(t, B, T, S, A, lengths);
    j->x = q, j->y = k, j->v = v, j->c = c, j->w = w, j->r = tape_new_tensor(t, B, T, S);
    size_t mark = arena_mark(t->scratch);
    j->room = arena_array(t->scratch, real, (size_t)B * 2 * (size_t)A);
    run(j, covered_row);
    arena_rewind(t->scratch, mark);
    Node *n = tape_record(t, &covered_op, j);
    if (n)
        n->in[0] = q, n->in[1] = k, n->in[2] = v, n->in[3] = c, n->in[4] = w, n->out[0] = j->r;
    return j->r;
}

/* ---- softmax over each row's true length, 0 beyond;  dx = r (dr - r . dr) ---- */
static void softmax_row(const Job *j, int b, int t, int len)
{
    assert(len >= 1 && len <= j->S);
    real *r = target(j, j->r->val, b, t, j->S);
    loops->softmax(len, target(j, j->x->val, b, t, j->S), r);
    memset(r + len, 0, (size_t)(j->S - len) * sizeof *r);
}

static void softmax_row_back(const Job *j, int b, int t, int len)
{
    const real *r = target(j, j->r->val, b, t, j->S), *dr = target(j, j->r->grad, b, t, j->S);
    real *dx = target(j, j->x->grad, b, t, j->S), mean = loops->dot(len, r, dr);
    for (int s = 0; s < len; s++)
        dx[s] += r[s] * (dr[s] - mean);
}

static void softmax_backward(const Node *n)
{
    const Job *j = n->saved;
    if (j->x->grad)
        run(j, softmax_row_back);
}
static const Op softmax_op = { "softmax", softmax_backward };

Tensor *op_softmax(Tape *t, Tensor *x, const int *lengths)
{
    int B = x->dim[0], T = x->dim[1], S = x->dim[2];
    expect_shape(x, B, T, S);
    Job *j = job_new(t, B, T, S, 1, lengths);
    j->x = x, j->r = tape_new_tensor(t, B, T, S);
    run(j, softmax_row);
    return note(t, &softmax_op, j);
}

/* ---- mix: r[t] = sum over s of w[t,s] m[s];  dw[t,s] += dr[t] . m[s], dm[s] += w[t,s] dr[t] ---- */
static void mix_row(const Job *j, int b, int t, int len)
{
    real *r = target(j, j->r->val, b, t, j->D);
    const real *w = target(j, j->x->val, b, t, j->S);
    memset(r, 0, (size_t)j->D * sizeof *r);
    loops->mix(len, j->D, w, source(j, j->y->val, b, 0, j->D), (size_t)j->D, r);
}

static void mix_row_back(const Job *j, int b, int t, int len)
{
    const real *dr = target(j, j->r->grad, b, t, j->D), *w = target(j, j->x->val, b, t, j->S);
    for (int s = 0; j->x->grad && s < len; s++)
        target(j, j->x->grad, b, t, j->S)[s] += loops->dot(j->D, dr, source(j, j->y->val, b, s, j->D));
    for (int s = 0; j->y->grad && s < len; s++)
        loops->axpy(j->D, w[s], dr, source(j, j->y->grad, b, s, j->D));
}

static void mix_backward(const Node *n)
{
    run(n->saved, mix_row_back);
}
static const Op mix_op = { "mix", mix_backward };

Tensor *op_mix(Tape *t, Tensor *weights, Tensor *memory, const int *lengths)
{
    int B = memory->dim[0], S = memory->dim[1], D = memory->dim[2], T = weights->dim[1];
    expect_shape(weights, B, T, S);
    expect_shape(memory, B, S, D);
    Job *j = job_new(t, B, T, S, D, lengths);
    j->x = weights, j->y = memory, j->r = tape_new_tensor(t, B, T, D);
    run(j, mix_row);
    return note(t, &mix_op, j);
}
