/* op_curve.c -- tanh, sigmoid and ReLU: the derivative from the value. */
#include "compute/loops.h"
#include "tensor/op_simple.h"

/* y = tanh(x);  dx += dy (1 - y^2) */
static void tanh_backward(const Node *n)
{
    const Tensor *y = n->out[0];
    Tensor *x = n->in[0];
    if (x->grad)
        for (size_t i = 0; i < tensor_len(y); i++)
            x->grad[i] += y->grad[i] * (1 - y->val[i] * y->val[i]);
}
static const Op tanh_op = { "tanh", tanh_backward };

Tensor *op_tanh(Tape *t, Tensor *x)
{
    Tensor *y = tensor_like(t, x);
    loops->tanh(tensor_len(x), x->val, y->val);
    return op_note(t, &tanh_op, NULL, x, NULL, y);
}

/* y = 1 / (1 + exp(-x));  dx += dy y (1 - y) */
static void sigmoid_backward(const Node *n)
{
    const Tensor *y = n->out[0];
    Tensor *x = n->in[0];
    if (x->grad)
        for (size_t i = 0; i < tensor_len(y); i++)
            x->grad[i] += y->grad[i] * y->val[i] * (1 - y->val[i]);
}
static const Op sigmoid_op = { "sigmoid", sigmoid_backward };

Tensor *op_sigmoid(Tape *t, Tensor *x)
{
    Tensor *y = tensor_like(t, x);
    loops->sigmoid(tensor_len(x), x->val, y->val);
    return op_note(t, &sigmoid_op, NULL, x, NULL, y);
}

/* y = max(x, 0);  dx += dy where x > 0 */
static void relu_backward(const Node *n)
{
    const Tensor *y = n->out[0];
    Tensor *x = n->in[0];
    if (x->grad)
        for (size_t i = 0; i < tensor_len(y); i++)
            x->grad[i] += y->val[i] > 0 ? y->grad[i] : 0;
}
static const Op relu_op = { "relu", relu_backward };

Tensor *op_relu(Tape *t, Tensor *x)
{
    Tensor *y = tensor_like(t, x);
    for (size_t i = 0; i < tensor_len(x); i++)
        y->val[i] = x->val[i] > 0 ? x->val[i] : 0;
    return op_note(t, &relu_op, NULL, x, NULL, y);
}
