#include "tensor/rows.h"

#include <string.h>

#include "compute/compute.h"

enum { WORTH = 16384 }; /* numbers that are worth another thread */

static int grain(int n)
{
    return 1 + WORTH / (n + 1);
}

static void copy_some(int first, int end, void *context)
{
    const Rows *r = context;
    for (size_t i = (size_t)first; i < (size_t)end; i++)
        memcpy(r->to + i * r->to_stride, r->from + i * r->from_stride, (size_t)r->n * sizeof(real));
}

void rows_copy(const Rows *r)
{
    threads_each((int)r->rows, grain(r->n), copy_some, (void *)r);
}

static void add_some(int first, int end, void *context)
{
    const Rows *r = context;
    for (size_t i = (size_t)first; i < (size_t)end; i++)
        loops->axpy(r->n, 1, r->from + i * r->from_stride, r->to + i * r->to_stride);
}

void rows_add(const Rows *r)
{
    threads_each((int)r->rows, grain(r->n), add_some, (void *)r);
}

/* Columns are shared out, so that each sum keeps the order of its rows. */
static void sum_some(int first, int end, void *context)
{
    const Rows *r = context;
    loops->add_rows(r->rows, end - first, r->from + first, r->from_stride, r->to + first);
}

void rows_sum(const Rows *r)
{
    threads_each(r->n, 1 + WORTH / ((int)r->rows + 1), sum_some, (void *)r);
}

typedef struct {
    real *x;
    size_t n;
} Zero;

static void zero_some(int first, int end, void *context)
{
    const Zero *z = context;
    size_t from = (size_t)first * WORTH, to = (size_t)end * WORTH;
    memset(z->x + from, 0, ((to < z->n ? to : z->n) - from) * sizeof(real));
}

void rows_zero(real *x, size_t n)
{
    threads_each((int)((n + WORTH - 1) / WORTH), 1, zero_some, &(Zero){ x, n });
}
