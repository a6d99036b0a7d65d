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
    if (!sequence_idle(s, step, b))
        loops->lstm(s->H, sequence_at(s->x->val, s, step, b, s->G),
                    sequence_before(s->c, s->first_c, s, step, b), sequence_at(s->c, s, step, b, s->H),
                    sequence_at(s->out.all->val, s, step, b, s->H));
    sequence_advance(s, step, b);
}

static void backward_row(const Sequence *s, int step, int b, void *context)
{
    const SequenceGrads *g = context;
    size_t H = (size_t)s->H;
    real *dh = g->dh + (size_t)b * H;
    if (!sequence_receive(s, g, step, b))
        return;
    loops->lstm_back(s->H, sequence_at(s->x->val, s, step, b, s->G),
                     sequence_before(s->c, s->first_c, s, step, b), sequence_at(s->c, s, step, b, s->H), dh,
                     g->dc + (size_t)b * H, g->d + (size_t)b * (size_t)s->G);
    memset(dh, 0, H * sizeof *dh);
    sequence_keep(s, g, step, b);
}

/* dh of the step before = d_gates u; idle rows hand theirs on */
static void lstm_backward(const Node *n)
{
    const Sequence *s = n->saved;
    Tensor *u = n->in[1];
    SequenceGrads g = sequence_grads(s, n);
    const real *packed = tape_packed_back(n->tape, u);
    for (int step = s->T - 1; step >= 0; step--) {
        sequence_rows(s, step, backward_row, &g);
        matmul(s->B, s->H, s->G, g.d, (size_t)s->G, packed, g.dh, (size_t)s->H, true);
    }
    sequence_weight_grad(s, n->tape, u, 0, s->G, s->x->grad, s->G, sequence_states(s, n->tape));
    sequence_return(s, &g, n->in[2], n->in[3]);
}
static const Op lstm_op = { "lstm", lstm_backward };

Recurrent op_lstm(Tape *t, Tensor *x, Tensor *u, Tensor *h, Tensor *c, const int *lengths, bool reverse)
{
    Sequence *s = sequence_new(t, x, h, c, 4, lengths, reverse);
    expect_shape(u, s->G, s->H);
    size_t mark = arena_mark(t->scratch);
    const real *packed = tensor_packed(u, false, t->scratch);
    for (int step = 0; step < s->T; step++) {
        sequence_product(s, step, s->h_now, packed, 0, s->G);
        sequence_rows(s, step, forward_row, NULL);
    }
    arena_rewind(t->scratch, mark);
    sequence_finish(s);
    Node *n = tape_record(t, &lstm_op, s);
    if (n) {
        n->in[0] = x, n->in[1] = u, n->in[2] = h, n->in[3] = c;
        n->out[0] = s->out.all, n->out[1] = s->out.h, n->out[2] = s->out.c;
    }
    return s->out;
}
