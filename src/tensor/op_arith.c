/* op_arith.c -- sums, products and scaling, number by number. */
#include "tensor/op_simple.h"

/* y = a + b;  da += dy, db += dy */
static void add_backward(const Node *n)
{
    const Tensor *y = n->out[0];
    for (int side = 0; side < 2; side++)
        if (n->in[side]->grad)
            for (size_t i = 0; i < tensor_len(y); i++)
                n->in[side]->grad[i] += y->grad[i];
}
static const Op add_op = { "add", add_backward };

Tensor *op_add(Tape *t, Tensor *a, Tensor *b)
{
    tensor_expect(b, "b", a->n_dim, a->dim);
    Tensor *y = tensor_like(t, a);
    for (size_t i = 0; i < tensor_len(y); i++)
        y->val[i] = a->val[i] + b->val[i];
    return op_note(t, &add_op, NULL, a, b, y);
}

/* y = a b;  da += dy b, db += dy a */
static void mul_backward(const Node *n)
{
    const Tensor *y = n->out[0];
    for (int side = 0; side < 2; side++) {
        Tensor *to = n->in[side];
        const Tensor *other = n->in[1 - side];
        if (to->grad)
            for (size_t i = 0; i < tensor_len(y); i++)
                to->grad[i] += y->grad[i] * other->val[i];
    }
}
static const Op mul_op = { "mul", mul_backward };

Tensor *op_mul(Tape *t, Tensor *a, Tensor *b)
{
    tensor_expect(b, "b", a->n_dim, a->dim);
    Tensor *y = tensor_like(t, a);
    for (size_t i = 0; i < tensor_len(y); i++)
        y->val[i] = a->val[i] * b->val[i];
    return op_note(t, &mul_op, NULL, a, b, y);
}

/* y = a x;  dx += a dy */
static void scale_backward(const Node *n)
{
    const Tensor *y = n->out[0];
    real a = *(const real *)n->saved;
    if (n->in[0]->grad)
        for (size_t i = 0; i < tensor_len(y); i++)
            n->in[0]->grad[i] += a * y->grad[i];
}
static const Op scale_op = { "scale", scale_backward };

Tensor *op_scale(Tape *t, Tensor *x, double a)
{
    real *saved = arena_array(t->batch, real, 1);
    *saved = (real)a;
    Tensor *y = tensor_like(t, x);
    for (size_t i = 0; i < tensor_len(y); i++)
        y->val[i] = *saved * x->val[i];
    return op_note(t, &scale_op, saved, x, NULL, y);
}

/* y = sum of x;  dx += dy */
static void sum_backward(const Node *n)
{
    Tensor *x = n->in[0];
    if (x->grad)
        for (size_t i = 0; i < tensor_len(x); i++)
            x->grad[i] += n->out[0]->grad[0];
}
static const Op sum_op = { "sum", sum_backward };

Tensor *op_sum(Tape *t, Tensor *x)
{
    Tensor *y = tape_new_tensor(t, 1);
    y->val[0] = 0;
    for (size_t i = 0; i < tensor_len(x); i++)
        y->val[0] += x->val[i];
    return op_note(t, &sum_op, NULL, x, NULL, y);
}
