#include "tensor/recurrent.h"

#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/weight_grad.h"

static int time_of(const Sequence *s, int step)
{
    return s->reverse ? s->T - 1 - step : step;
}

bool sequence_idle(const Sequence *s, int step, int b)
{
    return s->lengths && time_of(s, step) >= s->lengths[b];
}

size_t sequence_index(const Sequence *s, int step, int b)
{
    return (size_t)b * (size_t)s->T + (size_t)time_of(s, step);
}

const real *sequence_before(const real *block, const real *first, const Sequence *s, int step, int b)
{
    if (step == 0 || sequence_idle(s, step - 1, b))
        return first + (size_t)b * (size_t)s->H;
    return sequence_at(block, s, step - 1, b, s->H);
}

/* ---- forward ---- */

Sequence *sequence_new(Tape *t, Tensor *x, const Tensor *h, const Tensor *c, int gates, const int *lengths,
                       bool reverse)
{
    int B = h->dim[0], H = h->dim[1], T = x->dim[1];
    expect_shape(h, B, H);
    expect_shape(x, B, T, gates * H);
    Sequence *s = arena_zero(t->batch, 1, sizeof *s);
    *s = (Sequence){ .B = B, .T = T, .H = H, .G = gates * H, .reverse = reverse, .x = x, .first_h = h->val };
    if (lengths) {
        int *copy = arena_array(t->batch, int, B);
        s->lengths = memcpy(copy, lengths, (size_t)B * sizeof *lengths);
    }
    s->out = (Recurrent){ tape_new_tensor(t, B, T, H), tape_new_tensor(t, B, H), NULL };
    s->h_now = s->out.h->val;
    memcpy(s->h_now, h->val, tensor_len(h) * sizeof(real));
    if (c) {
        expect_shape(c, B, H);
        s->first_c = c->val;
        s->out.c = tape_new_tensor(t, B, H);
        s->c = arena_array(t->batch, real, tensor_len(s->out.all));
    }
    return s;
}

/* The state after the sentence's last word (reverse: its first). */
static const real *last_state(const Sequence *s, const real *block, const real *first, int b)
{
    int len = s->lengths ? s->lengths[b] : s->T;
    return len ? sequence_at(block, s, s->reverse ? s->T - 1 : len - 1, b, s->H) : first + b * s->H;
}

void sequence_finish(const Sequence *s)
{
    for (int b = 0; s->c && b < s->B; b++)
        memcpy(s->out.c->val + (size_t)b * (size_t)s->H, last_state(s, s->c, s->first_c, b),
               (size_t)s->H * sizeof(real));
}

void sequence_product(const Sequence *s, int step, const real *from, const real *packed, int column, int N)
{
    size_t H = (size_t)s->H, G = (size_t)s->G;
    matmul(s->B, N, s->H, from, H, packed, s->x->val + (size_t)time_of(s, step) * G + column,
           (size_t)s->T * G, true);
}

void sequence_advance(const Sequence *s, int step, int b)
{
    real *out = sequence_at(s->out.all->val, s, step, b, s->H);
    if (sequence_idle(s, step, b))
        memset(out, 0, (size_t)s->H * sizeof *out);
    else
        memcpy(s->h_now + (size_t)b * (size_t)s->H, out, (size_t)s->H * sizeof *out);
}

typedef struct {
    const Sequence *s;
    int step;
    SequenceRow *row;
    void *context;
} RowJob;

static void some_rows(int from, int to, void *context)
{
    const RowJob *j = context;
    for (int b = from; b < to; b++)
        j->row(j->s, j->step, b, j->context);
}

void sequence_rows(const Sequence *s, int step, SequenceRow *row, void *context)
{
    threads_each(s->B, 1 + 8192 / s->G, some_rows, &(RowJob){ s, step, row, context });
}

/* ---- backward ---- */

SequenceGrads sequence_grads(const Sequence *s, const Node *n)
{
    size_t H = (size_t)s->B * (size_t)s->H;
    Arena *scratch = n->tape->scratch;
    SequenceGrads g = { .dh = arena_array(scratch, real, H),
                        .d = arena_array(scratch, real, (size_t)s->B * (size_t)s->G) };
    memcpy(g.dh, s->out.h->grad, H * sizeof(real));
    if (s->c) {
        g.dc = arena_array(scratch, real, H);
        memcpy(g.dc, s->out.c->grad, H * sizeof(real));
    }
    return g;
}

bool sequence_receive(const Sequence *s, const SequenceGrads *g, int step, int b)
{
    if (sequence_idle(s, step, b)) {
        memset(g->d + (size_t)b * (size_t)s->G, 0, (size_t)s->G * sizeof *g->d);
        return false;
    }
    loops->axpy(s->H, 1, sequence_at(s->out.all->grad, s, step, b, s->H), g->dh + (size_t)b * (size_t)s->H);
    return true;
}

void sequence_keep(const Sequence *s, const SequenceGrads *g, int step, int b)
{
    memcpy(sequence_at(s->x->grad, s, step, b, s->G), g->d + (size_t)b * (size_t)s->G,
           (size_t)s->G * sizeof(real));
}

static void add_states(const Sequence *s, const real *from, Tensor *to)
{
    if (to && to->grad)
        loops->axpy(s->B * s->H, 1, from, to->grad);
}

void sequence_return(const Sequence *s, const SequenceGrads *g, Tensor *h, Tensor *c)
{
    add_states(s, g->dh, h);
    add_states(s, g->dc, c);
}

typedef struct {
    const Sequence *s;
    real *all;
} States;

static void gather_states(int from, int to, void *context)
{
    const States *g = context;
    const Sequence *s = g->s;
    size_t bytes = (size_t)s->H * sizeof(real);
    for (int b = from; b < to; b++)
        for (int step = 0; step < s->T; step++)
            if (sequence_idle(s, step, b))
                memset(sequence_at(g->all, s, step, b, s->H), 0, bytes);
            else
                memcpy(sequence_at(g->all, s, step, b, s->H),
                       sequence_before(s->out.all->val, s->first_h, s, step, b), bytes);
}

const real *sequence_states(const Sequence *s, Tape *t)
{
    if (s->T == 1)
        return s->first_h;
    size_t n = (size_t)s->B * (size_t)s->T * (size_t)s->H;
    States g = { s, arena_array(weight_grad_arena(t, s->B * s->T), real, n) };
    threads_each(s->B, 1 + 16384 / (s->T * s->H + 1), gather_states, &g);
    return g.all;
}

void sequence_weight_grad(const Sequence *s, Tape *t, Tensor *u, int row, int n, const real *d, int stride,
                          const real *states)
{
    size_t offset = (size_t)row * (size_t)s->H;
    weight_grad(t, &(WeightGrad){ u, offset, s->B * s->T, n, s->H, d, states, (size_t)stride });
}
