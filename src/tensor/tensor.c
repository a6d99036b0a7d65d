#include "tensor/tensor.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

size_t tensor_len(const Tensor *x)
{
    size_t n = 1;
    for (int i = 0; i < x->n_dim; i++)
        n *= (size_t)x->dim[i];
    return n;
}

int tensor_last(const Tensor *x)
{
    return x->dim[x->n_dim - 1];
}

size_t tensor_rows(const Tensor *x)
{
    size_t n = 1;
    for (int i = 0; i < x->n_dim - 1; i++)
        n *= (size_t)x->dim[i];
    return n;
}

static Tensor *shaped(Arena *a, int n_dim, const int *dim)
{
    assert(n_dim >= 1 && n_dim <= 4);
    Tensor *x = arena_zero(a, 1, sizeof *x);
    x->n_dim = n_dim;
    for (int i = 0; i < n_dim; i++) {
        assert(dim[i] >= 0);
        x->dim[i] = dim[i];
    }
    return x;
}

Tensor *tensor_new(Arena *a, int n_dim, const int *dim, bool with_grad)
{
    Tensor *x = shaped(a, n_dim, dim);
    x->val = arena_array(a, real, tensor_len(x));
    x->grad = with_grad ? arena_zero(a, tensor_len(x), sizeof(real)) : NULL;
    return x;
}

Tensor *tensor_of(Arena *a, const real *values, int n_dim, const int *dim)
{
    Tensor *x = tensor_new(a, n_dim, dim, false);
    memcpy(x->val, values, tensor_len(x) * sizeof(real));
    return x;
}

static void print_shape(const char *what, int n_dim, const int *dim)
{
    fprintf(stderr, "%s [", what);
    for (int i = 0; i < n_dim; i++)
        fprintf(stderr, i ? ",%d" : "%d", dim[i]);
    fprintf(stderr, "]\n");
}

void tensor_expect(const Tensor *x, const char *what, int n_dim, const int *dim)
{
    bool fits = x->n_dim == n_dim;
    for (int i = 0; fits && i < n_dim; i++)
        fits = dim[i] < 0 || dim[i] == x->dim[i];
    if (fits)
        return;
    print_shape("expected shape", n_dim, dim);
    print_shape(what, x->n_dim, x->dim);
    abort();
}
