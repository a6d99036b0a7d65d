/* op_linear.c -- y = x w^T + b, the product with a weight matrix. */
#include <string.h>

#include "compute/compute.h"
#include "compute/matmul.h"
#include "tensor/op.h"
#include "tensor/param.h"

typedef struct {
    real *to;
    const real *rows;
    int n, width;
} ColumnSum;

static void sum_some_columns(int from, int to, void *context)
{
    const ColumnSum *s = context;
    for (int i = 0; i < s->n; i++)
        loops->axpy(to - from, 1, s->rows + (size_t)i * (size_t)s->width + from, s->to + from);
}

/* dx += dy w;  dw += dy^T x;  db += sum of the rows of dy */
static void linear_backward(const Node *n)
{
    Tensor *x = n->in[0], *w = n->in[1], *b = n->in[2];
    const Tensor *y = n->out[0];
    int rows = (int)tensor_rows(x), I = tensor_last(x), O = tensor_last(y);
    if (x->grad)
        matmul(rows, I, O, y->grad, (size_t)O, tensor_packed(w, true, n->scratch), x->grad, (size_t)I, true);
    if (w->grad) {
        real *packed = arena_array(n->scratch, real, matmul_packed_len(I, rows));
        matmul_pack(I, rows, x->val, (size_t)I, false, packed);
        matmul_turned(O, I, rows, y->grad, (size_t)O, packed, w->grad, (size_t)I, true);
    }
    if (b && b->grad)
        threads_each(O, 1 + 100000 / (rows + 1), sum_some_columns, &(ColumnSum){ b->grad, y->grad, rows, O });
}
static const Op linear_op = { "linear", linear_backward };

Tensor *op_linear(Tape *t, Tensor *x, Tensor *w, Tensor *b)
{
    int I = tensor_last(x), O = w->dim[0];
    expect_shape(w, O, I);
    if (b)
        expect_shape(b, O);
    int dim[4];
    memcpy(dim, x->dim, sizeof dim);
    dim[x->n_dim - 1] = O;
    Tensor *y = tape_tensor(t, x->n_dim, dim);
    int rows = (int)tensor_rows(x);
    if (b)
        for (int i = 0; i < rows; i++)
            memcpy(y->val + (size_t)i * (size_t)O, b->val, (size_t)O * sizeof(real));
    size_t mark = arena_mark(t->scratch);
    matmul(rows, O, I, x->val, (size_t)I, tensor_packed(w, false, t->scratch), y->val, (size_t)O, b != NULL);
    arena_rewind(t->scratch, mark);
    Node *n = tape_record(t, &linear_op, NULL);
    if (n)
        n->in[0] = x, n->in[1] = w, n->in[2] = b, n->out[0] = y;
    return y;
}
