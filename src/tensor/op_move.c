/* op_move.c -- numbers that only change place: the gradient goes back the way the value came. */
#include <string.h>

#include "compute/loops.h"
#include "tensor/op_simple.h"

static int *keep_ints(Tape *t, const int *ids, size_t n)
{
    int *copy = arena_array(t->batch, int, n);
    memcpy(copy, ids, n * sizeof *ids);
    return copy;
}

/* A result with x's leading dimensions and another innermost one. */
static Tensor *with_last(Tape *t, const Tensor *x, int last)
{
    int dim[4];
    memcpy(dim, x->dim, sizeof dim);
    dim[x->n_dim - 1] = last;
    return tape_tensor(t, x->n_dim, dim);
}

/* Copies (or adds) n columns of each row. */
static void move_columns(size_t rows, int n, const real *from, int from_width, real *to, int to_width,
                         bool add)
{
    for (size_t i = 0; i < rows; i++, from += from_width, to += to_width)
        if (add)
            loops->axpy(n, 1, from, to);
        else
            memcpy(to, from, (size_t)n * sizeof *to);
}

/* ---- embed: y[i] = table[id[i]];  dtable[id[i]] += dy[i] ---- */
static void embed_backward(const Node *n)
{
    Tensor *table = n->in[0];
    const Tensor *y = n->out[0];
    const int *ids = n->saved;
    int E = tensor_last(table);
    if (table->grad)
        for (size_t i = 0; i < tensor_rows(y); i++)
            loops->axpy(E, 1, y->grad + i * (size_t)E, table->grad + (size_t)ids[i] * (size_t)E);
}
static const Op embed_op = { "embed", embed_backward };

Tensor *op_embed(Tape *t, Tensor *table, const int *ids, int B, int T)
{
    int V = table->dim[0], E = table->dim[1];
    Tensor *y = tape_new_tensor(t, B, T, E);
    for (size_t i = 0; i < (size_t)B * (size_t)T; i++) {
        assert(ids[i] >= 0 && ids[i] < V);
        memcpy(y->val + i * (size_t)E, table->val + (size_t)ids[i] * (size_t)E, (size_t)E * sizeof(real));
    }
    return op_note(t, &embed_op, t->recording ? keep_ints(t, ids, (size_t)B * (size_t)T) : NULL, table, NULL,
                   y);
}

/* ---- join: y = [a b] along the innermost dimension ---- */
static void join_backward(const Node *n)
{
    Tensor *a = n->in[0], *b = n->in[1];
    const Tensor *y = n->out[0];
    int C = tensor_last(a), D = tensor_last(b);
    if (a->grad)
        move_columns(tensor_rows(y), C, y->grad, C + D, a->grad, C, true);
    if (b->grad)
        move_columns(tensor_rows(y), D, y->grad + C, C + D, b->grad, D, true);
}
static const Op join_op = { "join", join_backward };

Tensor *op_join(Tape *t, Tensor *a, Tensor *b)
{
    int C = tensor_last(a), D = tensor_last(b);
    assert(tensor_rows(a) == tensor_rows(b));
    Tensor *y = with_last(t, a, C + D);
    move_columns(tensor_rows(a), C, a->val, C, y->val, C + D, false);
    move_columns(tensor_rows(b), D, b->val, D, y->val + C, C + D, false);
    return op_note(t, &join_op, NULL, a, b, y);
}

/* ---- columns: y = x[..., from : from+n] ---- */
static void columns_backward(const Node *n)
{
    Tensor *x = n->in[0];
    const Tensor *y = n->out[0];
    int from = *(const int *)n->saved;
    if (x->grad)
        move_columns(tensor_rows(x), tensor_last(y), y->grad, tensor_last(y), x->grad + from, tensor_last(x),
                     true);
}
static const Op columns_op = { "columns", columns_backward };

Tensor *op_columns(Tape *t, Tensor *x, int from, int n)
{
    assert(from >= 0 && n > 0 && from + n <= tensor_last(x));
    Tensor *y = with_last(t, x, n);
    move_columns(tensor_rows(x), n, x->val + from, tensor_last(x), y->val, n, false);
    return op_note(t, &columns_op, keep_ints(t, &from, 1), x, NULL, y);
}

Tensor *op_cut(Tape *t, Tensor *x, int S)
{
    return S == tensor_last(x) ? x : op_columns(t, x, 0, S);
}

/* ---- reshape: the same numbers under other dimensions; no note, since the memory is shared ---- */
Tensor *op_reshape(Tape *t, Tensor *x, int n_dim, const int *dim)
{
    Tensor *y = arena_zero(t->batch, 1, sizeof *y);
    y->n_dim = n_dim;
    memcpy(y->dim, dim, (size_t)n_dim * sizeof *dim);
    y->val = x->val;
    y->grad = x->grad;
    assert(tensor_len(y) == tensor_len(x));
    return y;
}

/* ---- stack: y[:, i, :] = steps[i] ---- */
typedef struct {
    int n;
    Tensor **steps;
} Stack;

static void stack_backward(const Node *n)
{
    const Stack *s = n->saved;
    const Tensor *y = n->out[0];
    int D = y->dim[2];
    for (int i = 0; i < s->n; i++)
        if (s->steps[i]->grad)
            move_columns((size_t)y->dim[0], D, y->grad + (size_t)i * (size_t)D, s->n * D, s->steps[i]->grad,
                         D, true);
}
static const Op stack_op = { "stack", stack_backward };

Tensor *op_stack(Tape *t, Tensor *const *steps, int n)
{
    int B = steps[0]->dim[0], D = steps[0]->dim[2];
    if (n == 1)
        return steps[0];
    Stack *s = arena_alloc(t->batch, 1, sizeof *s);
    s->n = n;
    s->steps = arena_array(t->batch, Tensor *, n);
    Tensor *y = tape_new_tensor(t, B, n, D);
    for (int i = 0; i < n; i++) {
        expect_shape(steps[i], B, 1, D);
        s->steps[i] = steps[i];
        move_columns((size_t)B, D, steps[i]->val, D, y->val + (size_t)i * (size_t)D, n * D, false);
    }
    return op_note(t, &stack_op, s, NULL, NULL, y);
}

/* ---- repeat: y[b, t, :] = x[b, :];  dx[b] += sum over t of dy[b, t] ---- */
static void repeat_backward(const Node *n)
{
    Tensor *x = n->in[0];
    const Tensor *y = n->out[0];
    int T = y->dim[1], D = y->dim[2];
    if (x->grad)
        for (int i = 0; i < T; i++)
            move_columns((size_t)x->dim[0], D, y->grad + (size_t)i * (size_t)D, T * D, x->grad, D, true);
}
static const Op repeat_op = { "repeat", repeat_backward };

Tensor *op_repeat(Tape *t, Tensor *x, int n)
{
    int B = x->dim[0], D = x->dim[1];
    expect_shape(x, B, D);
    Tensor *y = tape_new_tensor(t, B, n, D);
    for (int i = 0; i < n; i++)
        move_columns((size_t)B, D, x->val, D, y->val + (size_t)i * (size_t)D, n * D, false);
    return op_note(t, &repeat_op, NULL, x, NULL, y);
}
