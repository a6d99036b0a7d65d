/* op_linear.c -- products with a weight matrix: y = x w^T + b, and two that a decoder makes at each step. */
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/op.h"
#include "tensor/param.h"
#include "tensor/rows.h"
#include "tensor/weight_grad.h"

/* A result with x's leading dimensions and w's rows as the innermost one. */
static Tensor *result_of(Tape *t, const Tensor *x, int O)
{
    int dim[4];
    memcpy(dim, x->dim, sizeof dim);
    dim[x->n_dim - 1] = O;
    return tape_tensor(t, x->n_dim, dim);
}

/* y += x w^T: x [rows,I], y [rows,O] */
static void multiply_add(Tape *t, int rows, const real *x, const Tensor *w, real *y)
{
    size_t mark = arena_mark(t->scratch);
    const real *packed = tensor_packed(w, false, t->scratch);
    matmul(rows, w->dim[0], w->dim[1], x, (size_t)w->dim[1], packed, y, (size_t)w->dim[0], true);
    arena_rewind(t->scratch, mark);
}

/* y = x w^T + b; b may be NULL */
static void multiply(Tape *t, int rows, const real *x, const Tensor *w, const Tensor *b, real *y)
{
    size_t mark = arena_mark(t->scratch);
    const real *packed = tensor_packed(w, false, t->scratch);
    matmul_from(rows, w->dim[0], w->dim[1], x, (size_t)w->dim[1], packed, b ? b->val : NULL, y,
                (size_t)w->dim[0]);
    arena_rewind(t->scratch, mark);
}

/* db += sum of the rows of dy */
static void bias_grad(Tensor *b, const Tensor *y)
{
    size_t O = (size_t)tensor_last(y);
    if (b && b->grad)
        rows_sum(&(Rows){ tensor_rows(y), (int)O, y->grad, O, b->grad, 0 });
}

/* ---- linear: y = x w^T + b;  dx += dy w;  dw += dy^T x ---- */

static void linear_backward(const Node *n)
{
    Tensor *x = n->in[0], *w = n->in[1], *y = n->out[0];
    int rows = (int)tensor_rows(x), I = tensor_last(x), O = tensor_last(y);
    if (x->grad)
        matmul(rows, I, O, y->grad, (size_t)O, tape_packed_back(n->tape, w), x->grad, (size_t)I, true);
    weight_grad(n->tape, &(WeightGrad){ w, 0, rows, O, I, y->grad, x->val, (size_t)O });
    bias_grad(n->in[2], y);
}
static const Op linear_op = { "linear", linear_backward };

Tensor *op_linear(Tape *t, Tensor *x, Tensor *w, Tensor *b)
{
    int I = tensor_last(x), O = w->dim[0];
    expect_shape(w, O, I);
    Tensor *y = result_of(t, x, O);
    if (b)
        expect_shape(b, O);
    multiply(t, (int)tensor_rows(x), x->val, w, b, y->val);
    Node *n = tape_record(t, &linear_op, NULL);
    if (n)
        n->in[0] = x, n->in[1] = w, n->in[2] = b, n->out[0] = y;
    return y;
}

/* ---- step plus: y = base[:, step] + x w^T ---- */

static void step_plus_backward(const Node *n)
{
    Tensor *base = n->in[2];
    const Tensor *y = n->out[0];
    size_t T = (size_t)base->dim[1], D = (size_t)base->dim[2], step = (size_t) * (const int *)n->saved;
    if (base->grad)
        rows_add(&(Rows){ (size_t)base->dim[0], (int)D, y->grad, D, base->grad + step * D, T * D });
    linear_backward(&(Node){ .in = { n->in[0], n->in[1] }, .out = { n->out[0] }, .tape = n->tape });
}
static const Op step_plus_op = { "step_plus", step_plus_backward };

Tensor *op_step_plus(Tape *t, Tensor *base, int step, Tensor *x, Tensor *w)
{
    int B = base->dim[0], T = base->dim[1], O = base->dim[2], I = tensor_last(x);
    expect_shape(base, B, T, O);
    expect_shape(x, B, 1, I);
    expect_shape(w, O, I);
    assert(step >= 0 && step < T);
    Tensor *y = tape_new_tensor(t, B, 1, O);
    size_t D = (size_t)O;
    rows_copy(&(Rows){ (size_t)B, O, base->val + (size_t)step * D, (size_t)T * D, y->val, D });
    multiply_add(t, B, x->val, w, y->val);
    int *saved = arena_array(t->batch, int, 1);
    *saved = step;
    Node *n = tape_record(t, &step_plus_op, saved);
    if (n)
        n->in[0] = x, n->in[1] = w, n->in[2] = base, n->out[0] = y;
    return y;
}

/* ---- readout: y = tanh([x1 x2] w^T + b). The joined rows live for the call only. ---- */

typedef struct {
    const Tensor *y;
    real *to;
} TanhRows;

static void tanh_rows(int from, int to, void *context)
{
    const TanhRows *c = context;
    size_t O = (size_t)tensor_last(c->y), at = (size_t)from * O;
    loops->tanh((size_t)(to - from) * O, c->to + at, c->to + at);
}

static void tanh_rows_back(int from, int to, void *context)
{
    const TanhRows *c = context;
    size_t O = (size_t)tensor_last(c->y), at = (size_t)from * O;
    loops->tanh_back((size_t)(to - from) * O, c->y->val + at, c->to + at, c->to + at);
}

/* y's gradient becomes that of the pre-activation: nobody reads it afterwards. */
static void readout_backward(const Node *note)
{
    Tensor *x1 = note->in[0], *x2 = note->in[1], *w = note->in[2], *y = note->out[0];
    int rows = (int)tensor_rows(y), O = tensor_last(y), C = tensor_last(x1), D = tensor_last(x2);
    Arena *scratch = note->tape->scratch;
    threads_each(rows, 8, tanh_rows_back, &(TanhRows){ y, y->grad });
    size_t n = (size_t)rows, width = (size_t)C + (size_t)D;
    real *joined = arena_array(scratch, real, n * width);
    matmul(rows, C + D, O, y->grad, (size_t)O, tape_packed_back(note->tape, w), joined, width, false);
    if (x1->grad)
        rows_add(&(Rows){ n, C, joined, width, x1->grad, (size_t)C });
    if (x2->grad)
        rows_add(&(Rows){ n, D, joined + C, width, x2->grad, (size_t)D });
    weight_grad(note->tape, &(WeightGrad){ w, 0, rows, O, C, y->grad, x1->val, (size_t)O });
    weight_grad(note->tape, &(WeightGrad){ w, (size_t)C, rows, O, D, y->grad, x2->val, (size_t)O });
    bias_grad(note->in[3], y);
}
static const Op readout_op = { "readout", readout_backward };

Tensor *op_readout(Tape *t, Tensor *x1, Tensor *x2, Tensor *w, Tensor *b)
{
    int rows = (int)tensor_rows(x1), O = w->dim[0], C = tensor_last(x1), D = tensor_last(x2);
    size_t n = (size_t)rows, width = (size_t)C + (size_t)D;
    expect_shape(w, O, C + D);
    expect_shape(b, O);
    assert((int)tensor_rows(x2) == rows);
    Tensor *y = result_of(t, x1, O);
    size_t mark = arena_mark(t->scratch);
    real *joined = arena_array(t->scratch, real, n * width);
    rows_copy(&(Rows){ n, C, x1->val, (size_t)C, joined, width });
    rows_copy(&(Rows){ n, D, x2->val, (size_t)D, joined + C, width });
    multiply(t, rows, joined, w, b, y->val);
    arena_rewind(t->scratch, mark);
    threads_each(rows, 8, tanh_rows, &(TanhRows){ y, y->val });
    Node *note = tape_record(t, &readout_op, NULL);
    if (note)
        note->in[0] = x1, note->in[1] = x2, note->in[2] = w, note->in[3] = b, note->out[0] = y;
    return y;
}
