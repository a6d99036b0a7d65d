/* recurrent.h -- what the recurrent ops share: a sequence worked through step by step.
 *
 * Steps are counted in the order of work, i = 0 .. T-1; time_of(i) is the word (reverse: from the end). What
 * is kept lies as the tensors do, [B,T,...]; the states of the step under way lie together, [B,...], as the
 * product with the recurrent weights wants them. A row whose sentence is shorter keeps its state: it is
 * `idle` at that step.
 *
 * The input's part of the gates, x, is used up: its values become the activations of the gates.
 */
#ifndef TENSOR_RECURRENT_H
#define TENSOR_RECURRENT_H

#include "tensor/op.h"

typedef struct {
    int B, T, H, G; /* G: width of the gates, 3H or 4H */
    const int *lengths;
    bool reverse;
    Tensor *x;                     /* [B,T,G] */
    const real *first_h, *first_c; /* [B,H] before step 0; c: LSTM only */
    Recurrent out;
    real *c;     /* [B,T,H] */
    real *extra; /* [B,T,H]: what another cell keeps */
    real *h_now; /* [B,H] forward only */
} Sequence;

/* Outputs are made here, the states of the first step are loaded. */
Sequence *sequence_new(Tape *t, Tensor *x, const Tensor *h, const Tensor *c, int gates, const int *lengths,
                       bool reverse);
void sequence_finish(const Sequence *s); /* fills the last states in */
bool sequence_idle(const Sequence *s, int step, int b);
size_t sequence_index(const Sequence *s, int step, int b); /* row of a [B,T,...] block */

static inline real *sequence_at(const real *block, const Sequence *s, int step, int b, int width)
{
    return (real *)block + sequence_index(s, step, b) * (size_t)width;
}
/* The state of a [B,T,H] block before the step. */
const real *sequence_before(const real *block, const real *first, const Sequence *s, int step, int b);

/* gates of this step += from u^T, from column `column` on: from [B,H], packed: N columns. */
void sequence_product(const Sequence *s, int step, const real *from, const real *packed, int column, int N);

/* Calls row(s, step, b, context) for every row, on all threads. */
typedef void SequenceRow(const Sequence *s, int step, int b, void *context);
void sequence_rows(const Sequence *s, int step, SequenceRow *row, void *context);

/* Forward, at the end of a row: the output is in out.all and becomes the state; idle rows put out 0. */
void sequence_advance(const Sequence *s, int step, int b);

/* Backward: dh [B,H] (and dc) run from the last step to the first. */
typedef struct {
    real *dh, *dc; /* [B,H] */
    real *d;       /* [B,G] of the step under way; 0 in idle rows */
} SequenceGrads;
SequenceGrads sequence_grads(const Sequence *s, const Node *n);
/* A row's beginning: dh += what came from above; false, and d = 0, when it is idle. */
bool sequence_receive(const Sequence *s, const SequenceGrads *g, int step, int b);
void sequence_keep(const Sequence *s, const SequenceGrads *g, int step, int b); /* d into x's gradient */
void sequence_return(const Sequence *s, const SequenceGrads *g, Tensor *h, Tensor *c);
/* States before each step, [B,T,H]. */
const real *sequence_states(const Sequence *s, Tape *t);
/* du[n rows of u from `row` on] += d^T states; d [B,T,n] with rows `stride` apart */
void sequence_weight_grad(const Sequence *s, Tape *t, Tensor *u, int row, int n, const real *d, int stride,
                          const real *states);

#endif
