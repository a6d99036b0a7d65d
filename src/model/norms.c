#include "model/norms.h"

#include <math.h>
#include <string.h>

Tensor *norms_heads_apart(Tape *t, const Tensor *kv, int b, int n, int at, int D, int heads)
{
    size_t S = (size_t)kv->dim[1], W = (size_t)tensor_last(kv), d = (size_t)(D / heads);
    Tensor *x = tensor_new(t->batch, 3, (int[]){ heads, n, D }, false);
    memset(x->val, 0, tensor_len(x) * sizeof *x->val);
    for (size_t h = 0; h < (size_t)heads; h++)
        for (size_t s = 0; s < (size_t)n; s++)
            memcpy(x->val + (h * (size_t)n + s) * (size_t)D + h * d,
                   kv->val + ((size_t)b * S + s) * W + (size_t)at + h * d, d * sizeof *x->val);
    return x;
}

/* f_h(s) . f_k(s) of all heads h and k: [n][H][H] */
static double *products(const Tensor *f, Arena *a)
{
    size_t H = (size_t)f->dim[0], n = (size_t)f->dim[1], O = (size_t)f->dim[2];
    double *all = arena_array(a, double, n *H *H);
    for (size_t s = 0; s < n; s++)
        for (size_t h = 0; h < H; h++)
            for (size_t k = 0; k <= h; k++) {
                const real *x = f->val + (h * n + s) * O, *y = f->val + (k * n + s) * O;
                double sum = 0;
                for (size_t i = 0; i < O; i++)
                    sum += (double)x[i] * (double)y[i];
                all[(s * H + h) * H + k] = all[(s * H + k) * H + h] = sum;
            }
    return all;
}

/* One target word: weights of head h are w + h * step, products of source place s `gram + s * H * H`. */
typedef struct {
    const real *w;
    size_t step, H, n;
    const double *gram;
} Row;

static double length_each(const Row *r, size_t h, size_t s)
{
    return (double)r->w[h * r->step + s] * sqrt(r->gram[(s * r->H + h) * r->H + h]);
}

/* |sum over heads of w_h f_h|: its square is the sum of w_h w_k f_h . f_k. */
static double length_together(const Row *r, size_t unused, size_t s)
{
    const double *gram = r->gram + s * r->H * r->H;
    double sum = 0;
    (void)unused;
    for (size_t h = 0; h < r->H; h++)
        for (size_t k = 0; k < r->H; k++)
            sum += gram[h * r->H + k] * (double)r->w[h * r->step + s] * (double)r->w[k * r->step + s];
    return sum > 0 ? sqrt(sum) : 0;
}

/* What a row of zeros becomes: the mean weight of heads [h, h_end). */
static double weight(const Row *r, size_t h, size_t h_end, size_t s)
{
    double sum = 0;
    for (size_t k = h; k < h_end; k++)
        sum += (double)r->w[k * r->step + s];
    return sum / (double)(h_end - h);
}

static void fill_row(const Row *r, double (*length)(const Row *r, size_t h, size_t s), size_t h, size_t h_end,
                     real *to)
{
    double sum = 0;
    for (size_t s = 0; s < r->n; s++)
        sum += length(r, h, s);
    for (size_t s = 0; s < r->n; s++)
        to[s] = (real)(sum > 0 ? length(r, h, s) / sum : weight(r, h, h_end, s));
}

static void fill_sentence(const Tensor *w, const double *gram, size_t row, size_t n, Tensor *each,
                          Tensor *together)
{
    size_t H = (size_t)w->dim[1], T = (size_t)w->dim[2], S = (size_t)w->dim[3];
    for (size_t t = 0; t < T; t++) {
        size_t first = (row * H * T + t) * S;
        const Row r = { w->val + first, T * S, H, n, gram };
        for (size_t h = 0; h < H; h++)
            fill_row(&r, length_each, h, h + 1, each->val + first + h * T * S);
        fill_row(&r, length_together, 0, H, together->val + (row * T + t) * S);
    }
}

static Tensor *empty(Tape *t, const Tensor *w, int heads)
{
    Tensor *x = tensor_new(t->batch, 4, (int[]){ w->dim[0], heads, w->dim[2], w->dim[3] }, false);
    memset(x->val, 0, tensor_len(x) * sizeof *x->val);
    return x;
}

static void fill_layer(const Model *m, Tape *t, const State *s, int layer, const Tensor *w, NormMaps *out)
{
    Tensor *each = out->each.layer[layer] = empty(t, w, w->dim[1]);
    Tensor *together = out->together.layer[layer] = empty(t, w, 1);
    for (int b = 0; b < s->B; b++) {
        size_t mark = arena_mark(t->batch);
        const double *gram = products(m->kind->values(m, t, s, layer, b), t->batch);
        for (int k = 0; k < s->K; k++)
            fill_sentence(w, gram, (size_t)(b * s->K + k), (size_t)s->lengths[b], each, together);
        arena_rewind(t->batch, mark);
    }
}

void norms_of(const Model *m, Tape *t, const State *s, const Maps *maps, NormMaps *out)
{
    int n = maps->cross.n_layers;
    assert(!maps->summary && !t->recording);
    *out = (NormMaps){ .each.n_layers = n, .together.n_layers = n };
    for (int i = 0; i < n; i++)
        fill_layer(m, t, s, i, maps->cross.layer[i], out);
}
