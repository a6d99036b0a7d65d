/* op_shut.c -- a recurrent cell forgets, at chosen places: (1 - z) n + z h with z = n = 0 in the GRUs, f c +
 * i g with f = i = 0 in the LSTM. The block of the new value is the third in all of them.
 *
 * In place, like the cells: what the gates were is not wanted by whoever made them, and no gradient goes to
 * them.
 */
#include <string.h>

#include "tensor/op_simple.h"

enum { NEW = 2 }; /* r z n; i f g o */
#define SHUT REAL(-1e4)

typedef struct {
    size_t n, *at; /* rows that are shut */
} Shut;

static void shut_backward(const Node *n)
{
    const Shut *s = n->saved;
    Tensor *x = n->in[0];
    size_t width = (size_t)tensor_last(x);
    for (size_t i = 0; x->grad && i < s->n; i++)
        memset(x->grad + s->at[i] * width, 0, width * sizeof *x->grad);
}
static const Op shut_op = { "shut", shut_backward };

static void shut_row(real *row, int width, int H)
{
    for (int k = 0; k < width; k++)
        row[k] = k / H == NEW ? 0 : SHUT;
}

Tensor *op_shut(Tape *t, Tensor *x, const bool *shut, int H)
{
    int width = tensor_last(x);
    assert(width % H == 0 && width / H > NEW);
    Shut *s = arena_zero(t->batch, 1, sizeof *s);
    s->at = arena_array(t->batch, size_t, tensor_rows(x));
    for (size_t i = 0; i < tensor_rows(x); i++)
        if (shut[i]) {
            s->at[s->n++] = i;
            shut_row(x->val + i * (size_t)width, width, H);
        }
    Node *n = tape_record(t, &shut_op, s);
    if (n)
        n->in[0] = x;
    return x;
}
