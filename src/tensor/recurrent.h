/* recurrent.h -- what the recurrent ops share: a sequence worked through step by step.
 *
 * Steps are counted in the order of work, i = 0 .. T-1; time_of(i) is the word (reverse: from the end).
 * Inside, everything is kept step after step, [T][B][...], so that a step's rows are one block for the
 * product with the recurrent weights. A row whose sentence is shorter keeps its state: it is `idle` at that
 * step.
 */
#ifndef TENSOR_RECURRENT_H
#define TENSOR_RECURRENT_H

#include "tensor/op.h"

typedef struct {
    int B, T, H, G; /* G: width of the gates, 3H or 4H */
    const int *lengths;
    bool reverse;
    real *gates; /* [T][B][G] activations */
    real *h, *c; /* [T+1][B][H]: before step 0, after step 0, ... ; c: LSTM only */
    real *extra; /* [T][B][H]: the GRUs' intermediate product */
} Sequence;

Sequence *sequence_new(Tape *t, const Tensor *x, const Tensor *h, int gates, const int *lengths,
                       bool reverse);
bool sequence_idle(const Sequence *s, int step, int b);
void sequence_load(const Sequence *s, int step, const Tensor *x); /* gates of this step = x's rows */
void sequence_hold(const Sequence *s, int step, real *states);    /* idle rows: after = before */
Recurrent sequence_outputs(Tape *t, const Sequence *s);           /* copies h (and c) out */

/* Backward: dh [B,H] (and dc) run from the last step to the first. */
typedef struct {
    real *dh, *dc; /* [B,H] */
    real *d_gates; /* [T][B][G]; 0 in idle rows */
} SequenceGrads;
SequenceGrads sequence_grads(const Sequence *s, const Node *n);
void sequence_receive(const Sequence *s, SequenceGrads *g, int step,
                      const Tensor *all); /* dh += what came from above */
void sequence_return(const Sequence *s, const SequenceGrads *g, Tensor *x, Tensor *h, Tensor *c);
/* du += sum over steps and rows of d^T states: d rows are `width` apart (rows of u), from column `from`. */
void sequence_weight_grad(const Sequence *s, const real *d, int width, int from, const real *states,
                          Tensor *u, Arena *scratch);

/* Calls row(s, step, b, context) for every row that is not idle, on all threads. */
typedef void SequenceRow(const Sequence *s, int step, int b, void *context);
void sequence_rows(const Sequence *s, int step, SequenceRow *row, void *context);

static inline real *sequence_at(const real *block, const Sequence *s, int step, int b, int width)
{
    return (real *)block + ((size_t)step * (size_t)s->B + (size_t)b) * (size_t)width;
}

#endif
