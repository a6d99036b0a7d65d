/* op_gru.c -- a whole sequence of the gated recurrent unit (Cho et al. 2014).
 *
 *     r, z = sigmoid(x + u_rz h),  n = tanh(x_n + u_n (r h)),  h' = (1 - z) n + z h
 *
 * The reset gate acts before the product with u_n; op_gru_after.c is the other variant. s->extra keeps r h.
 */
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/param.h"
#include "tensor/recurrent.h"

static void gates_row(const Sequence *s, int step, int b, void *context)
{
    (void)context;
    loops->gru_gates(s->H, sequence_at(s->gates, s, step, b, s->G), sequence_at(s->h, s, step, b, s->H),
                     sequence_at(s->extra, s, step, b, s->H));
}

static void new_row(const Sequence *s, int step, int b, void *context)
{
    (void)context;
    real *gates = sequence_at(s->gates, s, step, b, s->G);
    loops->gru_new(s->H, gates + s->H, gates + 2 * s->H, sequence_at(s->h, s, step, b, s->H),
                   sequence_at(s->h, s, step + 1, b, s->H));
}

typedef struct {
    SequenceGrads g;
    real *d_rh; /* [B,H] */
} GruGrads;

static void new_row_back(const Sequence *s, int step, int b, void *context)
{
    GruGrads *g = context;
    loops->gru_new_back(s->H, sequence_at(s->gates, s, step, b, s->G), sequence_at(s->h, s, step, b, s->H),
                        g->g.dh + (size_t)b * (size_t)s->H, sequence_at(g->g.d_gates, s, step, b, s->G));
}

static void gates_row_back(const Sequence *s, int step, int b, void *context)
{
    GruGrads *g = context;
    loops->gru_gates_back(s->H, sequence_at(s->gates, s, step, b, s->G), sequence_at(s->h, s, step, b, s->H),
                          g->d_rh + (size_t)b * (size_t)s->H, g->g.dh + (size_t)b * (size_t)s->H,
                          sequence_at(g->g.d_gates, s, step, b, s->G));
}

/* d(r h) = d_n u_n;  dh of the step before = z dh + r d(r h) + d_rz u_rz */
static void gru_backward(const Node *n)
{
    const Sequence *s = n->saved;
    Tensor *u_rz = n->in[1], *u_n = n->in[2];
    size_t H = (size_t)s->H, G = (size_t)s->G;
    GruGrads g = { sequence_grads(s, n), arena_array(n->scratch, real, (size_t)s->B * H) };
    const real *packed_rz = tensor_packed(u_rz, true, n->scratch),
               *packed_n = tensor_packed(u_n, true, n->scratch);
    for (int step = s->T - 1; step >= 0; step--) {
        const real *d = sequence_at(g.g.d_gates, s, step, 0, s->G);
        sequence_receive(s, &g.g, step, n->out[0]);
        sequence_rows(s, step, new_row_back, &g);
        matmul(s->B, s->H, s->H, d + 2 * H, G, packed_n, g.d_rh, H, false);
        sequence_rows(s, step, gates_row_back, &g);
        matmul(s->B, s->H, 2 * s->H, d, G, packed_rz, g.g.dh, H, true);
    }
    sequence_weight_grad(s, g.g.d_gates, s->G, 0, s->h, u_rz, n->scratch);
    sequence_weight_grad(s, g.g.d_gates, s->G, 2 * s->H, s->extra, u_n, n->scratch);
    sequence_return(s, &g.g, n->in[0], n->in[3], NULL);
}
static const Op gru_op = { "gru", gru_backward };

static void forward_step(const Sequence *s, int step, const Tensor *x, const real *packed_rz,
                         const real *packed_n)
{
    size_t H = (size_t)s->H, G = (size_t)s->G;
    real *gates = sequence_at(s->gates, s, step, 0, s->G);
    sequence_load(s, step, x);
    matmul(s->B, 2 * s->H, s->H, sequence_at(s->h, s, step, 0, s->H), H, packed_rz, gates, G, true);
    sequence_rows(s, step, gates_row, NULL);
    matmul(s->B, s->H, s->H, sequence_at(s->extra, s, step, 0, s->H), H, packed_n, gates + 2 * H, G, true);
    sequence_rows(s, step, new_row, NULL);
    sequence_hold(s, step, s->h);
}

Recurrent op_gru(Tape *t, Tensor *x, Tensor *u_rz, Tensor *u_n, Tensor *h, const int *lengths, bool reverse)
{
    Sequence *s = sequence_new(t, x, h, 3, lengths, reverse);
    expect_shape(u_rz, 2 * s->H, s->H);
    expect_shape(u_n, s->H, s->H);
    s->extra = arena_zero(t->batch, (size_t)s->T * (size_t)s->B * (size_t)s->H, sizeof(real));
    size_t mark = arena_mark(t->scratch);
    const real *packed_rz = tensor_packed(u_rz, false, t->scratch),
               *packed_n = tensor_packed(u_n, false, t->scratch);
    for (int step = 0; step < s->T; step++)
        forward_step(s, step, x, packed_rz, packed_n);
    arena_rewind(t->scratch, mark);
    Recurrent out = sequence_outputs(t, s);
    Node *n = tape_record(t, &gru_op, s);
    if (n) {
        n->in[0] = x, n->in[1] = u_rz, n->in[2] = u_n, n->in[3] = h;
        n->out[0] = out.all, n->out[1] = out.h;
    }
    return out;
}
