/* op_move.c -- numbers that only change place: the gradient goes back the way the value came. */
#include <string.h>

#include "compute/compute.h"
#include "tensor/draws.h"
#include "tensor/op_simple.h"
#include "tensor/rows.h"

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

/* ---- embed: y[i] = table[id[i]];  dtable[id[i]] += dy[i] ---- */

typedef struct {
    const Tensor *table, *y;
    const int *ids;
} Lookup;

static void look_up_rows(int from, int to, void *context)
{
    const Lookup *l = context;
    size_t E = (size_t)tensor_last(l->table);
    for (size_t i = (size_t)from; i < (size_t)to; i++)
        memcpy(l->y->val + i * E, l->table->val + (size_t)l->ids[i] * E, E * sizeof(real));
}

/* Columns are shared out: a word may come more than once. */
static void embed_columns_back(int from, int to, void *context)
{
    const Lookup *l = context;
    size_t E = (size_t)tensor_last(l->table), n = tensor_rows(l->y);
    for (size_t i = 0; i < n; i++)
        loops->axpy(to - from, 1, l->y->grad + i * E + from, l->table->grad + (size_t)l->ids[i] * E + from);
}

static void embed_backward(const Node *n)
{
    Lookup l = { n->in[0], n->out[0], n->saved };
    if (l.table->grad)
        threads_each(tensor_last(l.table), 64, embed_columns_back, &l);
}
static const Op embed_op = { "embed", embed_backward };

Tensor *op_embed(Tape *t, Tensor *table, const int *ids, int B, int T)
{
    int V = table->dim[0], E = table->dim[1];
    size_t n = (size_t)B * (size_t)T;
    Tensor *y = tape_new_tensor(t, B, T, E);
    for (size_t i = 0; i < n; i++)
        assert(ids[i] >= 0 && ids[i] < V);
    threads_each((int)n, 1 + 16384 / (E + 1), look_up_rows, &(Lookup){ table, y, ids });
    return op_note(t, &embed_op, t->recording ? keep_ints(t, ids, n) : NULL, table, NULL, y);
}

/* ---- embed at: y[b,t] = drop(scale table[id] + positions[t]) ---- */

typedef struct {
    Tensor *table, *more, *positions, *y; /* more: the rows behind the table's */
    const int *ids;
    int first;
    real scale;
    Draws draws;
} Placed;

/* Row of the positions for row i of y. */
static size_t place_of(const Placed *p, size_t i)
{
    return (size_t)p->first + i % (size_t)p->y->dim[1];
}

/* Row `id`, of the values or of the gradients; NULL: nobody wants them. */
static real *table_row(const Placed *p, int id, bool grad)
{
    int V = p->table->dim[0];
    const Tensor *x = id < V ? p->table : p->more;
    real *block = grad ? x->grad : x->val;
    return block ? block + (size_t)(id < V ? id : id - V) * (size_t)tensor_last(x) : NULL;
}

static void place_rows(int from, int to, void *context)
{
    const Placed *p = context;
    size_t E = (size_t)tensor_last(p->table);
    for (size_t i = (size_t)from; i < (size_t)to; i++) {
        real *y = p->y->val + i * E;
        if (p->positions)
            memcpy(y, p->positions->val + place_of(p, i) * E, E * sizeof *y);
        else
            memset(y, 0, E * sizeof *y);
        loops->axpy((int)E, p->scale, table_row(p, p->ids[i], false), y);
        if (p->draws.threshold)
            draws_apply(&p->draws, i * E, E, y, y);
    }
}

static void place_rows_back(int from, int to, void *context)
{
    const Placed *p = context;
    size_t E = (size_t)tensor_last(p->table);
    for (size_t i = (size_t)from; i < (size_t)to; i++)
        draws_apply(&p->draws, i * E, E, p->y->grad + i * E, p->y->grad + i * E);
}

/* Columns are shared out: a word, and a place, may come more than once. */
static void place_columns_back(int from, int to, void *context)
{
    const Placed *p = context;
    size_t E = (size_t)tensor_last(p->table), n = tensor_rows(p->y);
    for (size_t i = 0; i < n; i++) {
        const real *dy = p->y->grad + i * E + from;
        real *row = table_row(p, p->ids[i], true);
        if (row)
            loops->axpy(to - from, p->scale, dy, row + from);
        if (p->positions && p->positions->grad)
            loops->axpy(to - from, 1, dy, p->positions->grad + place_of(p, i) * E + from);
    }
}

static void embed_at_backward(const Node *n)
{
    const Placed *p = n->saved;
    int E = tensor_last(p->table), rows = (int)tensor_rows(p->y);
    if (p->draws.threshold)
        threads_each(rows, 1 + 16384 / E, place_rows_back, (void *)p);
    threads_each(E, 64, place_columns_back, (void *)p);
}
static const Op embed_at_op = { "embed_at", embed_at_backward };

Tensor *op_embed_at(Tape *t, Tensor *table, Tensor *more, const int *ids, int B, int T, double scale,
                    Tensor *positions, int first, double dropout)
{
    int V = table->dim[0] + (more ? more->dim[0] : 0), E = table->dim[1];
    if (more)
        expect_shape(more, -1, E);
    size_t n = (size_t)B * (size_t)T;
    for (size_t i = 0; i < n; i++)
        assert(ids[i] >= 0 && ids[i] < V);
    if (positions) {
        expect_shape(positions, -1, E);
        assert(first >= 0 && first + T <= positions->dim[0]);
    }
    Placed *p = arena_alloc(t->batch, 1, sizeof *p);
    *p = (Placed){ table,
                   more,
                   positions,
                   tape_late_tensor(t, 3, (int[]){ B, T, E }),
                   keep_ints(t, ids, n),
                   first,
                   (real)scale,
                   draws_new(t, dropout) };
    threads_each((int)n, 1 + 16384 / E, place_rows, p);
    Node *note = tape_record(t, &embed_at_op, p);
    if (note)
        note->in[0] = table, note->in[1] = positions, note->in[2] = more, note->out[0] = p->y;
    return p->y;
}

/* ---- join: y = [a b] along the innermost dimension ---- */
static void join_backward(const Node *n)
{
    Tensor *a = n->in[0], *b = n->in[1];
    const Tensor *y = n->out[0];
    int C = tensor_last(a), D = tensor_last(b);
    if (a->grad)
        rows_add(&(Rows){ tensor_rows(y), C, y->grad, (size_t)(C + D), a->grad, (size_t)C });
    if (b->grad)
        rows_add(&(Rows){ tensor_rows(y), D, y->grad + C, (size_t)(C + D), b->grad, (size_t)D });
}
static const Op join_op = { "join", join_backward };

Tensor *op_join(Tape *t, Tensor *a, Tensor *b)
{
    int C = tensor_last(a), D = tensor_last(b);
    assert(tensor_rows(a) == tensor_rows(b));
    Tensor *y = with_last(t, a, C + D);
    rows_copy(&(Rows){ tensor_rows(a), C, a->val, (size_t)C, y->val, (size_t)(C + D) });
    rows_copy(&(Rows){ tensor_rows(b), D, b->val, (size_t)D, y->val + C, (size_t)(C + D) });
    return op_note(t, &join_op, NULL, a, b, y);
}

/* ---- columns: y = x[..., from : from+n] ---- */
static void columns_backward(const Node *n)
{
    Tensor *x = n->in[0];
    const Tensor *y = n->out[0];
    int from = *(const int *)n->saved;
    if (x->grad)
        rows_add(&(Rows){ tensor_rows(x), tensor_last(y), y->grad, (size_t)tensor_last(y), x->grad + from,
                          (size_t)tensor_last(x) });
}
static const Op columns_op = { "columns", columns_backward };

Tensor *op_columns(Tape *t, Tensor *x, int from, int n)
{
    assert(from >= 0 && n > 0 && from + n <= tensor_last(x));
    Tensor *y = with_last(t, x, n);
    rows_copy(&(Rows){ tensor_rows(x), n, x->val + from, (size_t)tensor_last(x), y->val, (size_t)n });
    return op_note(t, &columns_op, keep_ints(t, &from, 1), x, NULL, y);
}

Tensor *op_cut(Tape *t, Tensor *x, int S)
{
    return S == tensor_last(x) ? x : op_columns(t, x, 0, S);
}

/* ---- reshape: the same numbers under other dimensions; no note, since the memory is shared ---- */
Tensor *op_reshape(Tape *t, Tensor *x, int n_dim, const int *dim)
{
    assert(!x->late_grad);
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
            rows_add(&(Rows){ (size_t)y->dim[0], D, y->grad + (size_t)i * (size_t)D, (size_t)(s->n * D),
                              s->steps[i]->grad, (size_t)D });
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
        rows_copy(&(Rows){ (size_t)B, D, steps[i]->val, (size_t)D, y->val + (size_t)i * (size_t)D,
                           (size_t)(n * D) });
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
            rows_add(&(Rows){ (size_t)x->dim[0], D, y->grad + (size_t)i * (size_t)D, (size_t)(T * D), x->grad,
                              (size_t)D });
}
static const Op repeat_op = { "repeat", repeat_backward };

Tensor *op_repeat(Tape *t, Tensor *x, int n)
{
    int B = x->dim[0], D = x->dim[1];
    expect_shape(x, B, D);
    Tensor *y = tape_new_tensor(t, B, n, D);
    for (int i = 0; i < n; i++)
        rows_copy(
            &(Rows){ (size_t)B, D, x->val, (size_t)D, y->val + (size_t)i * (size_t)D, (size_t)(n * D) });
    return op_note(t, &repeat_op, NULL, x, NULL, y);
}
