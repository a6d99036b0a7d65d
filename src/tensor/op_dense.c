/* op_dense.c -- a product with a weight matrix and what Transformers put around it, in one op:
 *
 *     y = residual + drop(f(norm(x) w^T + b))
 *
 * where norm, f and residual may each be missing. Only y is kept (and, for most f, what f was given): norm(x)
 * and the gradient before the residual are made again or in place, so a layer takes little memory and its
 * numbers are passed over once. Ba et al. 2016 (layer norm); Vaswani et al. 2017, sections 3.1 and 5.4.
 */
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/draws.h"
#include "tensor/op.h"
#include "tensor/param.h"
#include "tensor/rows.h"
#include "tensor/weight_grad.h"

typedef struct {
    Dense d;
    Tensor *x, *y;
    Draws draws;
    real *z; /* [rows,O] what the curve was given, where y does not tell; or NULL */
} Job;

/* ---- layer norm of rows, by threads ---- */

enum { NORM_ROWS = 32 }; /* rows whose dgain and dshift are summed together: fixed, so that sums are */

typedef struct {
    const real *x, *dy;
    const Tensor *gain, *shift;
    real *y, *dx;
    real *sums; /* [blocks][2][D] of the backward pass */
    int rows;
} Norm;

static void norm_rows(int from, int to, void *context)
{
    const Norm *n = context;
    size_t D = tensor_len(n->gain);
    for (size_t i = (size_t)from; i < (size_t)to; i++)
        loops->norm((int)D, n->x + i * D, n->gain->val, n->shift->val, NORM_EPS, n->y + i * D);
}

static void norm_forward(const Tensor *x, const Tensor *gain, const Tensor *shift, real *y)
{
    int D = tensor_last(x);
    threads_each((int)tensor_rows(x), 1 + 16384 / D, norm_rows,
                 &(Norm){ .x = x->val, .gain = gain, .shift = shift, .y = y });
}

static void norm_blocks_back(int from, int to, void *context)
{
    const Norm *n = context;
    size_t D = tensor_len(n->gain);
    for (int block = from; block < to; block++) {
        real *dgain = n->sums + (size_t)block * 2 * D;
        memset(dgain, 0, 2 * D * sizeof *dgain);
        int end = (block + 1) * NORM_ROWS < n->rows ? (block + 1) * NORM_ROWS : n->rows;
        for (size_t i = (size_t)(block * NORM_ROWS); i < (size_t)end; i++)
            loops->norm_back((int)D, n->x + i * D, n->gain->val, NORM_EPS, n->dy + i * D, n->dx + i * D,
                             dgain, dgain + D);
    }
}

/* dx, dgain, dshift += those of norm(x) whose gradient is dy. */
static void norm_backward(Arena *scratch, const Tensor *x, Tensor *gain, Tensor *shift, const real *dy)
{
    size_t D = tensor_len(gain), n = tensor_rows(x), blocks = (n + NORM_ROWS - 1) / NORM_ROWS;
    real *dx = x->grad ? x->grad : arena_zero(scratch, n * D, sizeof *dx);
    Norm job = { .x = x->val, .dy = dy, .gain = gain, .dx = dx, .rows = (int)n };
    job.sums = arena_array(scratch, real, blocks * 2 * D);
    threads_each((int)blocks, 1, norm_blocks_back, &job);
    if (gain->grad)
        rows_sum(&(Rows){ blocks, (int)D, job.sums, 2 * D, gain->grad, 0 });
    if (shift->grad)
        rows_sum(&(Rows){ blocks, (int)D, job.sums + D, 2 * D, shift->grad, 0 });
}

/* ---- norm: y = norm(x) ---- */

static void layer_norm_backward(const Node *n)
{
    norm_backward(n->tape->scratch, n->in[0], n->in[1], n->in[2], n->out[0]->grad);
}
static const Op layer_norm_op = { "layer_norm", layer_norm_backward };

Tensor *op_layer_norm(Tape *t, Tensor *x, Tensor *gain, Tensor *shift)
{
    expect_shape(gain, tensor_last(x));
    expect_shape(shift, tensor_last(x));
    Tensor *y = tape_late_tensor(t, x->n_dim, x->dim);
    norm_forward(x, gain, shift, y->val);
    Node *n = tape_record(t, &layer_norm_op, NULL);
    if (n)
        n->in[0] = x, n->in[1] = gain, n->in[2] = shift, n->out[0] = y;
    return y;
}

/* ---- dense ---- */

static real *normed(const Job *j, Arena *a)
{
    if (!j->d.gain)
        return j->x->val;
    real *y = arena_array(a, real, tensor_len(j->x));
    norm_forward(j->x, j->d.gain, j->d.shift, y);
    return y;
}

/* What comes after the product, while a row is at hand. */
static void finish_rows(int from, int to, void *context)
{
    const Job *j = context;
    size_t O = (size_t)tensor_last(j->y);
    for (size_t i = (size_t)from; i < (size_t)to; i++) {
        real *y = j->y->val + i * O;
        if (j->z)
            memcpy(j->z + i * O, y, O * sizeof *y);
        if (j->d.curve)
            j->d.curve->value(O, y, y);
        if (j->draws.threshold)
            draws_apply(&j->draws, i * O, O, y, y);
        if (j->d.residual)
            loops->axpy((int)O, 1, j->d.residual->val + i * O, y);
    }
}

/* y's gradient becomes that of the product; the residual's share is taken before. */
static void finish_rows_back(int from, int to, void *context)
{
    const Job *j = context;
    size_t O = (size_t)tensor_last(j->y);
    for (size_t i = (size_t)from; i < (size_t)to; i++) {
        real *dy = j->y->grad + i * O;
        if (j->d.residual && j->d.residual->grad)
            loops->axpy((int)O, 1, dy, j->d.residual->grad + i * O);
        if (j->draws.threshold)
            draws_apply(&j->draws, i * O, O, dy, dy);
        if (j->d.curve)
            j->d.curve->back(O, (j->z ? j->z : j->y->val) + i * O, dy, dy);
    }
}

static void finish(const Job *j, void (*rows)(int from, int to, void *context))
{
    if (j->d.curve || j->draws.threshold || j->d.residual)
        threads_each((int)tensor_rows(j->y), 1 + 8192 / tensor_last(j->y), rows, (void *)j);
}

static void input_backward(const Job *j, Tape *t)
{
    Arena *scratch = t->scratch;
    int rows = (int)tensor_rows(j->x), I = tensor_last(j->x), O = tensor_last(j->y);
    const real *packed = tape_packed_back(t, j->d.w);
    if (!j->d.gain) {
        if (j->x->grad)
            matmul(rows, I, O, j->y->grad, (size_t)O, packed, j->x->grad, (size_t)I, true);
        return;
    }
    real *d = arena_array(scratch, real, tensor_len(j->x));
    matmul(rows, I, O, j->y->grad, (size_t)O, packed, d, (size_t)I, false);
    norm_backward(scratch, j->x, j->d.gain, j->d.shift, d);
}

static void dense_backward(const Node *n)
{
    const Job *j = n->saved;
    Arena *scratch = n->tape->scratch;
    int rows = (int)tensor_rows(j->x), I = tensor_last(j->x), O = tensor_last(j->y);
    finish(j, finish_rows_back);
    if (j->d.b && j->d.b->grad)
        rows_sum(&(Rows){ (size_t)rows, O, j->y->grad, (size_t)O, j->d.b->grad, 0 });
    weight_grad_now(n->tape,
                    &(WeightGrad){ j->d.w, 0, rows, O, I, j->y->grad, normed(j, scratch), (size_t)O });
    input_backward(j, n->tape);
}
static const Op dense_op = { "dense", dense_backward };

static void check(const Tensor *x, const Dense *d)
{
    int I = tensor_last(x), O = d->w->dim[0];
    expect_shape(d->w, O, I);
    if (d->b)
        expect_shape(d->b, O);
    if (d->gain) {
        expect_shape(d->gain, I);
        expect_shape(d->shift, I);
    }
    assert(!d->residual || (tensor_last(d->residual) == O && tensor_rows(d->residual) == tensor_rows(x)));
}

/* The gradient of f's input can be told from its output only where f is ReLU and nothing was added. */
static bool output_tells(const Dense *d)
{
    return !d->curve || (!strcmp(d->curve->name, "relu") && !d->residual);
}

Tensor *op_dense(Tape *t, Tensor *x, const Dense *d)
{
    check(x, d);
    int rows = (int)tensor_rows(x), I = tensor_last(x), O = d->w->dim[0], dim[4];
    memcpy(dim, x->dim, sizeof dim);
    dim[x->n_dim - 1] = O;
    Job *j = arena_zero(t->batch, 1, sizeof *j);
    *j = (Job){ .d = *d, .x = x, .y = tape_late_tensor(t, x->n_dim, dim), .draws = draws_new(t, d->dropout) };
    j->z = t->recording && !output_tells(d) ? arena_array(t->batch, real, tensor_len(j->y)) : NULL;
    size_t mark = arena_mark(t->scratch);
    matmul_from(rows, O, I, normed(j, t->scratch), (size_t)I, tensor_packed(d->w, false, t->scratch),
                d->b ? d->b->val : NULL, j->y->val, (size_t)O);
    arena_rewind(t->scratch, mark);
    finish(j, finish_rows);
    Node *n = tape_record(t, &dense_op, j);
    if (n)
        n->in[0] = x, n->in[1] = d->w, n->in[2] = d->b, n->in[3] = d->gain, n->in[4] = d->shift,
        n->in[5] = d->residual, n->out[0] = j->y;
    return j->y;
}
