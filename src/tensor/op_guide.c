/* op_guide.c -- how far attention is from where it should be.
 *
 *     loss = -sum over cells of share log w[row, column],   dw[row, column] -= share / w dloss
 *
 * The cross-entropy of rows of weights with rows of gold (Chen et al. 2016, "Guided Alignment Training for
 * Topic-Aware Neural Machine Translation"; Garg et al. 2019). A weight counts as at least LEAST, so that one
 * that has become 0 gives a finite loss.
 */
#include <math.h>
#include <string.h>

#include "tensor/op_simple.h"

#define LEAST REAL(1e-30)

typedef struct {
    int n, *row, *column;
    double *share;
} Cells;

static size_t place(const Cells *c, const Tensor *w, int i)
{
    return (size_t)c->row[i] * (size_t)tensor_last(w) + (size_t)c->column[i];
}

static real at_least(real w)
{
    return w > LEAST ? w : LEAST;
}

static void guide_backward(const Node *n)
{
    const Cells *c = n->saved;
    Tensor *w = n->in[0];
    real d = n->out[0]->grad[0];
    for (int i = 0; w->grad && i < c->n; i++)
        w->grad[place(c, w, i)] -= d * (real)c->share[i] / at_least(w->val[place(c, w, i)]);
}
static const Op guide_op = { "guide", guide_backward };

static void *keep(Tape *t, const void *x, int n, size_t size)
{
    void *copy = arena_alloc(t->batch, (size_t)n, size);
    return n ? memcpy(copy, x, (size_t)n * size) : copy;
}

Tensor *op_guide(Tape *t, Tensor *weights, int n, const int *row, const int *column, const double *share)
{
    Cells *c = arena_alloc(t->batch, 1, sizeof *c);
    *c = (Cells){ n, keep(t, row, n, sizeof *row), keep(t, column, n, sizeof *column),
                  keep(t, share, n, sizeof *share) };
    double loss = 0;
    for (int i = 0; i < n; i++) {
        assert(row[i] >= 0 && (size_t)row[i] < tensor_rows(weights));
        assert(column[i] >= 0 && column[i] < tensor_last(weights));
        loss -= share[i] * log((double)at_least(weights->val[place(c, weights, i)]));
    }
    Tensor *y = tape_new_tensor(t, 1);
    y->val[0] = (real)loss;
    return op_note(t, &guide_op, c, weights, NULL, y);
}
