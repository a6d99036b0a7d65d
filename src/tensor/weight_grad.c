#include "tensor/weight_grad.h"

#include "compute/matmul.h"
#include "tensor/rows.h"

enum { FEW_ROWS = 256, TOGETHER = 512 };

struct LateGrad {
    WeightGrad g;
    LateGrad *next; /* in order of arrival */
};

static void multiply(Arena *scratch, const WeightGrad *g)
{
    size_t mark = arena_mark(scratch), ld = (size_t)tensor_last(g->w);
    real *packed = arena_array(scratch, real, matmul_packed_len(g->n_in, g->rows));
    matmul_pack(g->n_in, g->rows, g->x, (size_t)g->n_in, false, packed);
    matmul_turned(g->n_out, g->n_in, g->rows, g->d, g->d_stride, packed, g->w->grad + g->offset, ld, true);
    arena_rewind(scratch, mark);
}

Arena *weight_grad_arena(Tape *t, int rows)
{
    return rows < FEW_ROWS ? t->batch : t->scratch;
}

void weight_grad_now(Tape *t, const WeightGrad *g)
{
    if (g->w->grad && g->rows > 0)
        multiply(t->scratch, g);
}

void weight_grad(Tape *t, const WeightGrad *g)
{
    if (!g->w->grad || g->rows == 0)
        return;
    if (g->rows >= FEW_ROWS) {
        multiply(t->scratch, g);
        return;
    }
    LateGrad *late = arena_alloc(t->batch, 1, sizeof *late);
    *late = (LateGrad){ *g, NULL };
    *(t->last_late ? &t->last_late->next : &t->late) = late;
    t->last_late = late;
}

static bool same_weight(const WeightGrad *a, const WeightGrad *b)
{
    return a->w == b->w && a->offset == b->offset && a->n_out == b->n_out && a->n_in == b->n_in;
}

/* All that waits for the weight of `first`, TOGETHER rows at a time; it is done when its rows are 0. */
static void finish_weight(Arena *scratch, LateGrad *first)
{
    WeightGrad all = first->g;
    size_t n_out = (size_t)all.n_out, n_in = (size_t)all.n_in, most = TOGETHER + FEW_ROWS;
    real *d = arena_array(scratch, real, most * n_out), *x = arena_array(scratch, real, most * n_in);
    all.d = d, all.d_stride = n_out, all.x = x, all.rows = 0;
    for (LateGrad *l = first; l; l = l->next) {
        if (!same_weight(&l->g, &first->g))
            continue;
        size_t done = (size_t)all.rows, rows = (size_t)l->g.rows;
        rows_copy(&(Rows){ rows, all.n_out, l->g.d, l->g.d_stride, d + done * n_out, n_out });
        rows_copy(&(Rows){ rows, all.n_in, l->g.x, n_in, x + done * n_in, n_in });
        all.rows += l->g.rows;
        l->g.rows = 0;
        if (all.rows >= TOGETHER) {
            multiply(scratch, &all);
            all.rows = 0;
        }
    }
    if (all.rows > 0)
        multiply(scratch, &all);
}

void weight_grad_finish(Tape *t)
{
    for (LateGrad *l = t->late; l; l = l->next) {
        size_t mark = arena_mark(t->scratch);
        if (l->g.rows > 0)
            finish_weight(t->scratch, l);
        arena_rewind(t->scratch, mark);
    }
    t->late = t->last_late = NULL;
}
