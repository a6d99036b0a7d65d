/* op_gru_after.c -- the gated recurrent unit as cuDNN and PyTorch compute it: one recurrent product a step.
 *
 *     m = u h + b,  r, z = sigmoid(x + m),  n = tanh(x_n + r m_n),  h' = (1 - z) n + z h
 *
 * s->extra keeps m_n.
 */
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/param.h"
#include "tensor/recurrent.h"

typedef struct {
    real *m; /* [B,3H] this step's u h + b */
} Step;

static void forward_row(const Sequence *s, int step, int b, void *context)
{
    int H = s->H;
    const real *m = ((Step *)context)->m + (size_t)b * (size_t)s->G;
    const real *before = sequence_at(s->h, s, step, b, H);
    real *gates = sequence_at(s->gates, s, step, b, s->G), *keep = sequence_at(s->extra, s, step, b, H);
    loops->axpy(2 * H, 1, m, gates);
    loops->sigmoid((size_t)(2 * H), gates, gates);
    memcpy(keep, m + 2 * H, (size_t)H * sizeof *m);
    loops->mul_add(H, gates, keep, gates + 2 * H);
    loops->gru_new(H, gates + H, gates + 2 * H, before, sequence_at(s->h, s, step + 1, b, H));
}

typedef struct {
    SequenceGrads g;
    real *d_m; /* [T][B][3H] gradient of m: d_gates but for the last third, which is r d_n */
} AfterGrads;

/* dn, dz as in gru_new;  dr = dn m_n r (1 - r);  dm_n = dn r */
static void backward_row(const Sequence *s, int step, int b, void *context)
{
    AfterGrads *g = context;
    int H = s->H;
    const real *r = sequence_at(s->gates, s, step, b, s->G), *m = sequence_at(s->extra, s, step, b, H);
    real *d = sequence_at(g->g.d_gates, s, step, b, s->G), *dm = sequence_at(g->d_m, s, step, b, s->G);
    loops->gru_new_back(H, r, sequence_at(s->h, s, step, b, H), g->g.dh + (size_t)b * (size_t)H, d);
    const real *dn = d + 2 * H;
    for (int j = 0; j < H; j++)
        d[j] = dn[j] * m[j] * r[j] * (1 - r[j]);
    memcpy(dm, d, (size_t)(2 * H) * sizeof *d);
    loops->mul(H, dn, r, dm + 2 * H);
}

static void gru_after_backward(const Node *n)
{
    const Sequence *s = n->saved;
    Tensor *u = n->in[1], *b = n->in[2];
    size_t H = (size_t)s->H, G = (size_t)s->G, rows = (size_t)s->T * (size_t)s->B;
    AfterGrads g = { sequence_grads(s, n), arena_zero(n->scratch, rows * G, sizeof(real)) };
    const real *packed = tensor_packed(u, true, n->scratch);
    for (int step = s->T - 1; step >= 0; step--) {
        sequence_receive(s, &g.g, step, n->out[0]);
        sequence_rows(s, step, backward_row, &g);
        matmul(s->B, s->H, s->G, sequence_at(g.d_m, s, step, 0, s->G), G, packed, g.g.dh, H, true);
    }
    sequence_weight_grad(s, g.d_m, s->G, 0, s->h, u, n->scratch);
    if (b->grad)
        for (size_t i = 0; i < rows; i++)
            loops->axpy(s->G, 1, g.d_m + i * G, b->grad);
    sequence_return(s, &g.g, n->in[0], n->in[3], NULL);
}
static const Op gru_after_op = { "gru-after", gru_after_backward };

Recurrent op_gru_after(Tape *t, Tensor *x, Tensor *u, Tensor *b, Tensor *h, const int *lengths, bool reverse)
{
    Sequence *s = sequence_new(t, x, h, 3, lengths, reverse);
    size_t H = (size_t)s->H, G = (size_t)s->G;
    expect_shape(u, s->G, s->H);
    expect_shape(b, s->G);
    s->extra = arena_zero(t->batch, (size_t)s->T * (size_t)s->B * H, sizeof(real));
    size_t mark = arena_mark(t->scratch);
    const real *packed = tensor_packed(u, false, t->scratch);
    Step m = { arena_array(t->scratch, real, (size_t)s->B * G) };
    for (int step = 0; step < s->T; step++) {
        sequence_load(s, step, x);
        for (int row = 0; row < s->B; row++)
            memcpy(m.m + (size_t)row * G, b->val, G * sizeof(real));
        matmul(s->B, s->G, s->H, sequence_at(s->h, s, step, 0, s->H), H, packed, m.m, G, true);
        sequence_rows(s, step, forward_row, &m);
        sequence_hold(s, step, s->h);
    }
    arena_rewind(t->scratch, mark);
    Recurrent out = sequence_outputs(t, s);
    Node *n = tape_record(t, &gru_after_op, s);
    if (n) {
        n->in[0] = x, n->in[1] = u, n->in[2] = b, n->in[3] = h;
        n->out[0] = out.all, n->out[1] = out.h;
    }
    return out;
}
