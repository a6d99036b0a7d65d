/* op_gru.c -- a whole sequence of the gated recurrent unit (Cho et al. 2014).
 *
 *     r, z = sigmoid(x + u_rz h),  n = tanh(x_n + u_n (r h)),  h' = (1 - z) n + z h
 *
 * The reset gate acts before the product with u_n; op_gru_after.c is the other variant.
 */
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/param.h"
#include "tensor/recurrent.h"
#include "tensor/weight_grad.h"

typedef struct {
    SequenceGrads g;
    real *rh; /* [B,H] r h of the step under way; backward: its gradient */
} Gru;

static const real *before(const Sequence *s, int step, int b)
{
    return sequence_before(s->out.all->val, s->first_h, s, step, b);
}

static void gates_row(const Sequence *s, int step, int b, void *context)
{
    const Gru *g = context;
    if (!sequence_idle(s, step, b))
        loops->gru_gates(s->H, sequence_at(s->x->val, s, step, b, s->G), before(s, step, b),
                         g->rh + (size_t)b * (size_t)s->H);
}

static void new_row(const Sequence *s, int step, int b, void *context)
{
    (void)context;
    real *gates = sequence_at(s->x->val, s, step, b, s->G);
    if (!sequence_idle(s, step, b))
        loops->gru_new(s->H, gates + s->H, gates + 2 * s->H, before(s, step, b),
                       sequence_at(s->out.all->val, s, step, b, s->H));
    sequence_advance(s, step, b);
}

static void new_row_back(const Sequence *s, int step, int b, void *context)
{
    const Gru *g = context;
    if (sequence_receive(s, &g->g, step, b))
        loops->gru_new_back(s->H, sequence_at(s->x->val, s, step, b, s->G), before(s, step, b),
                            g->g.dh + (size_t)b * (size_t)s->H, g->g.d + (size_t)b * (size_t)s->G);
}

static void gates_row_back(const Sequence *s, int step, int b, void *context)
{
    const Gru *g = context;
    size_t at = (size_t)b * (size_t)s->H;
    if (sequence_idle(s, step, b))
        return;
    loops->gru_gates_back(s->H, sequence_at(s->x->val, s, step, b, s->G), before(s, step, b), g->rh + at,
                          g->g.dh + at, g->g.d + (size_t)b * (size_t)s->G);
    sequence_keep(s, &g->g, step, b);
}

/* States before each step times r, [B,T,H]. */
static const real *reset_states(const Sequence *s, const real *states, Arena *a)
{
    size_t n = (size_t)s->B * (size_t)s->T, H = (size_t)s->H;
    real *all = arena_array(a, real, n * H);
    for (size_t i = 0; i < n; i++)
        loops->mul(s->H, s->x->val + i * (size_t)s->G, states + i * H, all + i * H);
    return all;
}

/* d(r h) = d_n u_n;  dh of the step before = z dh + r d(r h) + d_rz u_rz */
static void gru_backward(const Node *n)
{
    const Sequence *s = n->saved;
    Tensor *u_rz = n->in[1], *u_n = n->in[2];
    Arena *scratch = n->tape->scratch;
    size_t H = (size_t)s->H, G = (size_t)s->G;
    Gru g = { sequence_grads(s, n), arena_array(scratch, real, (size_t)s->B * H) };
    const real *packed_rz = tape_packed_back(n->tape, u_rz), *packed_n = tape_packed_back(n->tape, u_n);
    for (int step = s->T - 1; step >= 0; step--) {
        sequence_rows(s, step, new_row_back, &g);
        matmul(s->B, s->H, s->H, g.g.d + 2 * H, G, packed_n, g.rh, H, false);
        sequence_rows(s, step, gates_row_back, &g);
        matmul(s->B, s->H, 2 * s->H, g.g.d, G, packed_rz, g.g.dh, H, true);
    }
    const real *states = sequence_states(s, n->tape);
    sequence_weight_grad(s, n->tape, u_rz, 0, 2 * s->H, s->x->grad, s->G, states);
    states = reset_states(s, states, weight_grad_arena(n->tape, s->B * s->T));
    sequence_weight_grad(s, n->tape, u_n, 0, s->H, s->x->grad + 2 * H, s->G, states);
    sequence_return(s, &g.g, n->in[3], NULL);
}
static const Op gru_op = { "gru", gru_backward };

Recurrent op_gru(Tape *t, Tensor *x, Tensor *u_rz, Tensor *u_n, Tensor *h, const int *lengths, bool reverse)
{
    Sequence *s = sequence_new(t, x, h, NULL, 3, lengths, reverse);
    expect_shape(u_rz, 2 * s->H, s->H);
    expect_shape(u_n, s->H, s->H);
    size_t mark = arena_mark(t->scratch);
    const real *packed_rz = tensor_packed(u_rz, false, t->scratch),
               *packed_n = tensor_packed(u_n, false, t->scratch);
    Gru g = { .rh = arena_zero(t->scratch, (size_t)s->B * (size_t)s->H, sizeof(real)) };
    for (int step = 0; step < s->T; step++) {
        sequence_product(s, step, s->h_now, packed_rz, 0, 2 * s->H);
        sequence_rows(s, step, gates_row, &g);
        sequence_product(s, step, g.rh, packed_n, 2 * s->H, s->H);
        sequence_rows(s, step, new_row, &g);
    }
    arena_rewind(t->scratch, mark);
    Node *n = tape_record(t, &gru_op, s);
    if (n) {
        n->in[0] = x, n->in[1] = u_rz, n->in[2] = u_n, n->in[3] = h;
        n->out[0] = s->out.all, n->out[1] = s->out.h;
    }
    return s->out;
}
