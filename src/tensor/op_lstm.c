/* op_lstm.c -- a whole sequence of the long short-term memory (Hochreiter and Schmidhuber 1997; forget gate:
 * Gers et al. 2000).
 *
 *     i, f, o = sigmoid(x + u h),  g = tanh(x + u h),  c' = f c + i g,  h' = o tanh(c')
 *
 * The input's part of all gates arrives as x, computed as one product over all steps.
 */
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/param.h"
#include "tensor/recurrent.h"

static void forward_row(const Sequence *s, int step, int b, void *context)
{
    (void)context;
    int H = s->H;
    loops->lstm(H, sequence_at(s->gates, s, step, b, s->G), sequence_at(s->c, s, step, b, H),
                sequence_at(s->c, s, step + 1, b, H), sequence_at(s->h, s, step + 1, b, H));
}

static void backward_row(const Sequence *s, int step, int b, void *context)
{
    SequenceGrads *g = context;
    int H = s->H;
    real *dh = g->dh + (size_t)b * (size_t)H, *dc = g->dc + (size_t)b * (size_t)H;
    loops->lstm_back(H, sequence_at(s->gates, s, step, b, s->G), sequence_at(s->c, s, step, b, H),
                     sequence_at(s->c, s, step + 1, b, H), dh, dc, sequence_at(g->d_gates, s, step, b, s->G));
    memset(dh, 0, (size_t)H * sizeof *dh);
}

/* dh of the step before = d_gates u; idle rows hand theirs on */
static void lstm_backward(const Node *n)
{
    const Sequence *s = n->saved;
    Tensor *u = n->in[1];
    SequenceGrads g = sequence_grads(s, n);
    const real *packed = tensor_packed(u, true, n->scratch);
    for (int step = s->T - 1; step >= 0; step--) {
        sequence_receive(s, &g, step, n->out[0]);
        sequence_rows(s, step, backward_row, &g);
        matmul(s->B, s->H, s->G, sequence_at(g.d_gates, s, step, 0, s->G), (size_t)s->G, packed, g.dh,
               (size_t)s->H, true);
    }
    sequence_weight_grad(s, g.d_gates, s->G, 0, s->h, u, n->scratch);
    sequence_return(s, &g, n->in[0], n->in[2], n->in[3]);
}
static const Op lstm_op = { "lstm", lstm_backward };

Recurrent op_lstm(Tape *t, Tensor *x, Tensor *u, Tensor *h, Tensor *c, const int *lengths, bool reverse)
{
    Sequence *s = sequence_new(t, x, h, 4, lengths, reverse);
    expect_shape(u, s->G, s->H);
    expect_shape(c, s->B, s->H);
    s->c = arena_array(t->batch, real, (size_t)(s->T + 1) * (size_t)s->B * (size_t)s->H);
    memcpy(s->c, c->val, tensor_len(c) * sizeof(real));
    size_t mark = arena_mark(t->scratch);
    const real *packed = tensor_packed(u, false, t->scratch);
    for (int step = 0; step < s->T; step++) {
        sequence_load(s, step, x);
        matmul(s->B, s->G, s->H, sequence_at(s->h, s, step, 0, s->H), (size_t)s->H, packed,
               sequence_at(s->gates, s, step, 0, s->G), (size_t)s->G, true);
        sequence_rows(s, step, forward_row, NULL);
        sequence_hold(s, step, s->h);
        sequence_hold(s, step, s->c);
    }
    arena_rewind(t->scratch, mark);
    Recurrent out = sequence_outputs(t, s);
    Node *n = tape_record(t, &lstm_op, s);
    if (n) {
        n->in[0] = x, n->in[1] = u, n->in[2] = h, n->in[3] = c;
        n->out[0] = out.all, n->out[1] = out.h, n->out[2] = out.c;
    }
    return out;
}
