/* param.c -- see param.h. Values, gradients and packed copies live in one arena, the weights' life. */
#include "tensor/param.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compute/compute.h"
#include "compute/matmul.h"

struct PackCache {
    real *front, *back; /* for x w^T; for dy w (NULL without gradients) */
    bool front_fresh, back_fresh;
};

struct Params {
    Param **item; /* an array of separately kept items, so that &item->tensor never moves */
    Arena *arena;
    real *values, *grads;
    size_t len;
};

Params *params_new(void)
{
    return memory_get(1, sizeof(Params));
}

void params_free(Params *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < array_len(p->item); i++) {
        free(p->item[i]->name);
        free(p->item[i]->tensor.packs);
        free(p->item[i]);
    }
    array_free(p->item);
    arena_free(p->arena);
    free(p);
}

enum { ALIGN = 64 / (int)sizeof(real) };

Tensor *param_add(Params *p, const char *name, Init init, Use use, int n_dim, const int *dim)
{
    assert(!p->arena && !params_find(p, name) && n_dim >= 1 && n_dim <= 4);
    Param *item = memory_get(1, sizeof *item);
    item->name = memory_text(name);
    item->init = init;
    item->use = use;
    item->offset = p->len;
    item->tensor.n_dim = n_dim;
    for (int i = 0; i < n_dim; i++)
        item->tensor.dim[i] = dim[i];
    if (use != USE_ROWS)
        item->tensor.packs = memory_get(1, sizeof(PackCache));
    p->len += (tensor_len(&item->tensor) + ALIGN - 1) / ALIGN * ALIGN;
    array_push(p->item, item);
    return &item->tensor;
}

static size_t packed_len(const Tensor *w, bool back)
{
    return back ? matmul_packed_len(w->dim[1], w->dim[0]) : matmul_packed_len(w->dim[0], w->dim[1]);
}

static size_t bytes_needed(const Params *p, bool with_grad)
{
    size_t n = p->len * (with_grad ? 2 : 1);
    for (int i = 0; i < params_count(p); i++) {
        const Tensor *w = &p->item[i]->tensor;
        if (w->packs)
            n += packed_len(w, false) + (with_grad ? packed_len(w, true) : 0) + 2 * ALIGN;
    }
    return (n + 4 * ALIGN) * sizeof(real);
}

/* Nothing is packed ahead: tensor_packed uses scratch. */
static void drop_packs(Params *p)
{
    for (int i = 0; i < params_count(p); i++) {
        free(p->item[i]->tensor.packs);
        p->item[i]->tensor.packs = NULL;
    }
}

void params_allocate(Params *p, bool with_grad, bool pack_at_use)
{
    if (with_grad && pack_at_use)
        drop_packs(p);
    p->arena = arena_new("weights", bytes_needed(p, with_grad));
    p->values = arena_zero(p->arena, p->len, sizeof(real));
    p->grads = with_grad ? arena_zero(p->arena, p->len, sizeof(real)) : NULL;
    for (int i = 0; i < params_count(p); i++) {
        Tensor *w = &p->item[i]->tensor;
        w->val = p->values + p->item[i]->offset;
        w->grad = with_grad ? p->grads + p->item[i]->offset : NULL;
        if (!w->packs)
            continue;
        w->packs->front = arena_array(p->arena, real, packed_len(w, false));
        if (with_grad)
            w->packs->back = arena_array(p->arena, real, packed_len(w, true));
    }
}

/* ---- initial values ---- */

static void fill_zero(Tensor *w, Rng *r)
{
    (void)r;
    memset(w->val, 0, tensor_len(w) * sizeof(real));
}

static void fill_one(Tensor *w, Rng *r)
{
    (void)r;
    for (size_t i = 0; i < tensor_len(w); i++)
        w->val[i] = 1;
}

static void fill_uniform(Tensor *w, Rng *r)
{
    double rows = (double)tensor_rows(w), columns = tensor_last(w), range = sqrt(6 / (rows + columns));
    for (size_t i = 0; i < tensor_len(w); i++)
        w->val[i] = (real)(range * (2 * rng_unit(r) - 1));
}

static void fill_normal(Tensor *w, Rng *r, double deviation)
{
    for (size_t i = 0; i < tensor_len(w); i++)
        w->val[i] = (real)(deviation * rng_normal(r));
}

static void fill_embedding(Tensor *w, Rng *r)
{
    fill_normal(w, r, 0.1);
}

static void fill_words(Tensor *w, Rng *r)
{
    fill_normal(w, r, 1 / sqrt(tensor_last(w)));
}

/* Gram and Schmidt on the rows of one square block of normal numbers. */
static void orthogonal_block(real *block, int H)
{
    for (int i = 0; i < H; i++) {
        real *row = block + (size_t)i * (size_t)H;
        for (int j = 0; j < i; j++) {
            const real *other = block + (size_t)j * (size_t)H;
            loops->axpy(H, -loops->dot(H, row, other), other, row);
        }
        real over = 1 / (real)sqrt((double)loops->dot(H, row, row) + 1e-20);
        for (int k = 0; k < H; k++)
            row[k] *= over;
    }
}

static void fill_recurrent(Tensor *w, Rng *r)
{
    int H = w->dim[1];
    assert(w->dim[0] % H == 0);
    fill_normal(w, r, 1);
    for (int block = 0; block < w->dim[0] / H; block++)
        orthogonal_block(w->val + (size_t)block * (size_t)H * (size_t)H, H);
}

static void fill_lstm_bias(Tensor *w, Rng *r)
{
    fill_zero(w, r);
    int H = w->dim[0] / 4;
    for (int j = H; j < 2 * H; j++)
        w->val[j] = 1;
}

static void (*const fillers[])(Tensor *, Rng *) = {
    [INIT_ZERO] = fill_zero,           [INIT_ONE] = fill_one,
    [INIT_UNIFORM] = fill_uniform,     [INIT_RECURRENT] = fill_recurrent,
    [INIT_EMBEDDING] = fill_embedding, [INIT_LSTM_BIAS] = fill_lstm_bias,
    [INIT_WORDS] = fill_words,
};

void params_init(Params *p, uint64_t seed)
{
    for (int i = 0; i < params_count(p); i++) {
        Rng r = rng_new(rng_hash(seed, (uint64_t)i));
        fillers[p->item[i]->init](&p->item[i]->tensor, &r);
    }
    params_changed(p);
}

/* ---- access ---- */

int params_count(const Params *p)
{
    return (int)array_len(p->item);
}

const Param *params_get(const Params *p, int i)
{
    return p->item[i];
}

const Param *params_find(const Params *p, const char *name)
{
    for (int i = 0; i < params_count(p); i++)
        if (!strcmp(p->item[i]->name, name))
            return p->item[i];
    return NULL;
}

size_t params_len(const Params *p)
{
    return p->len;
}

size_t params_learned(const Params *p)
{
    size_t n = 0;
    for (int i = 0; i < params_count(p); i++)
        n += tensor_len(&p->item[i]->tensor);
    return n;
}

real *params_values(Params *p)
{
    return p->values;
}

real *params_grads(Params *p)
{
    return p->grads;
}

void params_zero_grads(Params *p)
{
    memset(p->grads, 0, p->len * sizeof(real));
}

/* ---- packed copies ---- */

void params_changed(Params *p)
{
    for (int i = 0; i < params_count(p); i++) {
        PackCache *c = p->item[i]->tensor.packs;
        if (c)
            c->front_fresh = c->back_fresh = false;
    }
}

static void pack(const Tensor *w, bool back, real *out)
{
    size_t ld = (size_t)w->dim[1];
    if (back)
        matmul_pack(w->dim[1], w->dim[0], w->val, ld, false, out);
    else
        matmul_pack(w->dim[0], w->dim[1], w->val, ld, true, out);
}

const real *tensor_packed(const Tensor *w, bool back, Arena *scratch)
{
    assert(w->n_dim == 2);
    PackCache *c = w->packs;
    real *place = c ? back ? c->back : c->front : NULL;
    bool *fresh = c ? back ? &c->back_fresh : &c->front_fresh : NULL;
    if (place && *fresh)
        return place;
    if (!place)
        place = arena_array(scratch, real, packed_len(w, back));
    pack(w, back, place);
    if (fresh && (place == c->front || place == c->back))
        *fresh = true;
    return place;
}

struct TapePack {
    const Tensor *w;
    real *back;
    TapePack *next;
};

/* Packed from the packed copy of the forward pass: the plain values are gone. */
static void repack(const Tensor *w, Arena *scratch, real *out)
{
    size_t mark = arena_mark(scratch);
    Tensor plain = *w;
    assert(w->packs && w->packs->front_fresh);
    plain.val = arena_array(scratch, real, tensor_len(w));
    matmul_unpack(w->dim[0], w->dim[1], w->packs->front, plain.val);
    pack(&plain, true, out);
    arena_rewind(scratch, mark);
}

const real *tape_packed_back(Tape *t, const Tensor *w)
{
    if (w->grad || !w->packs)
        return tensor_packed(w, true, t->scratch);
    for (const TapePack *p = t->packs; p; p = p->next)
        if (p->w == w)
            return p->back;
    TapePack *p = arena_alloc(t->batch, 1, sizeof *p);
    *p = (TapePack){ w, arena_array(t->batch, real, packed_len(w, true)), t->packs };
    t->packs = p;
    if (w->val)
        pack(w, true, p->back);
    else
        repack(w, t->scratch, p->back);
    return p->back;
}

void params_freeze(Params *p)
{
    for (int i = 0; i < params_count(p); i++)
        if (p->item[i]->tensor.packs)
            tensor_packed(&p->item[i]->tensor, false, NULL);
}

void params_freeze_lean(Params *p, int i)
{
    Tensor *w = &p->item[i]->tensor;
    if (!w->packs)
        return;
    tensor_packed(w, false, NULL);
    if (p->item[i]->use != USE_PRODUCT)
        return;
    memory_forget(w->val, tensor_len(w) * sizeof(real));
    w->val = NULL;
}
