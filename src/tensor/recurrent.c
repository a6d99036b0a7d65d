#include "tensor/recurrent.h"

#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"

static int time_of(const Sequence *s, int step)
{
    return s->reverse ? s->T - 1 - step : step;
}

bool sequence_idle(const Sequence *s, int step, int b)
{
    return s->lengths && time_of(s, step) >= s->lengths[b];
}

Sequence *sequence_new(Tape *t, const Tensor *x, const Tensor *h, int gates, const int *lengths, bool reverse)
{
    int B = h->dim[0], H = h->dim[1], T = x->dim[1];
    expect_shape(h, B, H);
    expect_shape(x, B, T, gates * H);
    Sequence *s = arena_zero(t->batch, 1, sizeof *s);
    *s = (Sequence){ .B = B, .T = T, .H = H, .G = gates * H, .reverse = reverse };
    if (lengths) {
        int *copy = arena_array(t->batch, int, B);
        s->lengths = memcpy(copy, lengths, (size_t)B * sizeof *lengths);
    }
    s->gates = arena_array(t->batch, real, (size_t)T * (size_t)B * (size_t)s->G);
    s->h = arena_array(t->batch, real, (size_t)(T + 1) * (size_t)B * (size_t)H);
    memcpy(s->h, h->val, (size_t)B * (size_t)H * sizeof(real));
    return s;
}

void sequence_load(const Sequence *s, int step, const Tensor *x)
{
    size_t G = (size_t)s->G, t = (size_t)time_of(s, step);
    for (size_t b = 0; b < (size_t)s->B; b++)
        memcpy(sequence_at(s->gates, s, step, (int)b, s->G), x->val + (b * (size_t)s->T + t) * G,
               G * sizeof(real));
}

void sequence_hold(const Sequence *s, int step, real *states)
{
    for (int b = 0; b < s->B; b++)
        if (sequence_idle(s, step, b))
            memcpy(sequence_at(states, s, step + 1, b, s->H), sequence_at(states, s, step, b, s->H),
                   (size_t)s->H * sizeof(real));
}

static Tensor *last_state(Tape *t, const Sequence *s, const real *states)
{
    Tensor *last = tape_new_tensor(t, s->B, s->H);
    memcpy(last->val, sequence_at(states, s, s->T, 0, s->H), tensor_len(last) * sizeof(real));
    return last;
}

Recurrent sequence_outputs(Tape *t, const Sequence *s)
{
    size_t H = (size_t)s->H;
    Recurrent out = { .all = tape_new_tensor(t, s->B, s->T, s->H) };
    for (int step = 0; step < s->T; step++)
        for (int b = 0; b < s->B; b++) {
            real *to = out.all->val + ((size_t)b * (size_t)s->T + (size_t)time_of(s, step)) * H;
            if (sequence_idle(s, step, b))
                memset(to, 0, H * sizeof *to);
            else
                memcpy(to, sequence_at(s->h, s, step + 1, b, s->H), H * sizeof *to);
        }
    out.h = last_state(t, s, s->h);
    out.c = s->c ? last_state(t, s, s->c) : NULL;
    return out;
}

SequenceGrads sequence_grads(const Sequence *s, const Node *n)
{
    size_t states = (size_t)s->B * (size_t)s->H;
    SequenceGrads g = { .dh = arena_array(n->scratch, real, states) };
    memcpy(g.dh, n->out[1]->grad, states * sizeof(real));
    if (s->c) {
        g.dc = arena_array(n->scratch, real, states);
        memcpy(g.dc, n->out[2]->grad, states * sizeof(real));
    }
    g.d_gates = arena_zero(n->scratch, (size_t)s->T * (size_t)s->B * (size_t)s->G, sizeof(real));
    return g;
}

void sequence_receive(const Sequence *s, SequenceGrads *g, int step, const Tensor *all)
{
    size_t H = (size_t)s->H, t = (size_t)time_of(s, step);
    for (int b = 0; b < s->B; b++)
        if (!sequence_idle(s, step, b))
            loops->axpy(s->H, 1, all->grad + ((size_t)b * (size_t)s->T + t) * H, g->dh + (size_t)b * H);
}

static void add_states(const Sequence *s, const real *from, Tensor *to)
{
    if (to && to->grad)
        loops->axpy(s->B * s->H, 1, from, to->grad);
}

void sequence_return(const Sequence *s, const SequenceGrads *g, Tensor *x, Tensor *h, Tensor *c)
{
    add_states(s, g->dh, h);
    add_states(s, g->dc, c);
    if (!x->grad)
        return;
    for (int step = 0; step < s->T; step++)
        for (int b = 0; b < s->B; b++)
            loops->axpy(s->G, 1, sequence_at(g->d_gates, s, step, b, s->G),
                        x->grad + ((size_t)b * (size_t)s->T + (size_t)time_of(s, step)) * (size_t)s->G);
}

void sequence_weight_grad(const Sequence *s, const real *d, int width, int from, const real *states,
                          Tensor *u, Arena *scratch)
{
    if (!u->grad)
        return;
    int rows = s->T * s->B, O = u->dim[0], H = s->H;
    real *packed = arena_array(scratch, real, matmul_packed_len(H, rows));
    matmul_pack(H, rows, states, (size_t)H, false, packed);
    matmul_turned(O, H, rows, d + from, (size_t)width, packed, u->grad, (size_t)H, true);
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
        if (!sequence_idle(j->s, j->step, b))
            j->row(j->s, j->step, b, j->context);
}

void sequence_rows(const Sequence *s, int step, SequenceRow *row, void *context)
{
    threads_each(s->B, 1 + 8192 / s->G, some_rows, &(RowJob){ s, step, row, context });
}
