/* op_gru_after.c -- the gated recurrent unit as cuDNN and PyTorch compute it: one recurrent product a step.
 *
 *     m = u h + b,  r, z = sigmoid(x + m),  n = tanh(x_n + r m_n),  h' = (1 - z) n + z h
 *
 * s->extra keeps m_n; on the way back r d_n takes its place.
 */
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/param.h"
#include "tensor/recurrent.h"
#include "tensor/rows.h"

static const real *before(const Sequence *s, int step, int b)
{
    return sequence_before(s->out.all->val, s->first_h, s, step, b);
}

/* context: m [B,3H] */
static void forward_row(const Sequence *s, int step, int b, void *context)
{
    int H = s->H;
    const real *m = (const real *)context + (size_t)b * (size_t)s->G;
    real *gates = sequence_at(s->x->val, s, step, b, s->G), *kept = sequence_at(s->extra, s, step, b, H);
    if (!sequence_idle(s, step, b)) {
        loops->axpy(2 * H, 1, m, gates);
        loops->sigmoid((size_t)(2 * H), gates, gates);
        memcpy(kept, m + 2 * H, (size_t)H * sizeof *m);
        loops->mul_add(H, gates, kept, gates + 2 * H);
        loops->gru_new(H, gates + H, gates + 2 * H, before(s, step, b),
                       sequence_at(s->out.all->val, s, step, b, H));
    }
    sequence_advance(s, step, b);
}

/* dn, dz as in gru_new;  dr = dn m_n r (1 - r);  dm_n = dn r. x gets d; then d becomes the gradient of m. */
static void backward_row(const Sequence *s, int step, int b, void *context)
{
    const SequenceGrads *g = context;
    int H = s->H;
    const real *r = sequence_at(s->x->val, s, step, b, s->G);
    real *m = sequence_at(s->extra, s, step, b, H), *d = g->d + (size_t)b * (size_t)s->G, *dn = d + 2 * H;
    if (!sequence_receive(s, g, step, b))
        return;
    loops->gru_new_back(H, r, before(s, step, b), g->dh + (size_t)b * (size_t)H, d);
    for (int j = 0; j < H; j++)
        d[j] = dn[j] * m[j] * r[j] * (1 - r[j]);
    sequence_keep(s, g, step, b);
    loops->mul(H, dn, r, m);
    memcpy(dn, m, (size_t)H * sizeof *dn);
}

static void gru_after_backward(const Node *n)
{
    const Sequence *s = n->saved;
    Tensor *u = n->in[1], *b = n->in[2];
    size_t H = (size_t)s->H, G = (size_t)s->G, rows = (size_t)s->T * (size_t)s->B;
    SequenceGrads g = sequence_grads(s, n);
    const real *packed = tape_packed_back(n->tape, u);
    for (int step = s->T - 1; step >= 0; step--) {
        sequence_rows(s, step, backward_row, &g);
        matmul(s->B, s->H, s->G, g.d, G, packed, g.dh, H, true);
    }
    const real *states = sequence_states(s, n->tape);
    sequence_weight_grad(s, n->tape, u, 0, 2 * s->H, s->x->grad, s->G, states);
    sequence_weight_grad(s, n->tape, u, 2 * s->H, s->H, s->extra, s->H, states);
    if (b->grad) {
        rows_sum(&(Rows){ rows, 2 * s->H, s->x->grad, G, b->grad, 0 });
        rows_sum(&(Rows){ rows, s->H, s->extra, H, b->grad + 2 * H, 0 });
    }
    sequence_return(s, &g, n->in[3], NULL);
}
static const Op gru_after_op = { "gru-after", gru_after_backward };

Recurrent op_gru_after(Tape *t, Tensor *x, Tensor *u, Tensor *b, Tensor *h, const int *lengths, bool reverse)
{
    Sequence *s = sequence_new(t, x, h, NULL, 3, lengths, reverse);
    size_t H = (size_t)s->H, G = (size_t)s->G;
    expect_shape(u, s->G, s->H);
    expect_shape(b, s->G);
    s->extra = arena_zero(t->batch, (size_t)s->T * (size_t)s->B * H, sizeof(real));
    size_t mark = arena_mark(t->scratch);
    const real *packed = tensor_packed(u, false, t->scratch);
    real *m = arena_array(t->scratch, real, (size_t)s->B * G);
    for (int step = 0; step < s->T; step++) {
        rows_copy(&(Rows){ (size_t)s->B, s->G, b->val, 0, m, G });
        matmul(s->B, s->G, s->H, s->h_now, H, packed, m, G, true);
        sequence_rows(s, step, forward_row, m);
    }
    arena_rewind(t->scratch, mark);
    Node *n = tape_record(t, &gru_after_op, s);
    if (n) {
        n->in[0] = x, n->in[1] = u, n->in[2] = b, n->in[3] = h;
        n->out[0] = s->out.all, n->out[1] = s->out.h;
    }
    return s->out;
}
