/* optim.c -- see optim.h. */
#include "train/optim.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compute/compute.h"

const OptimKind *const optim_kinds[] = { &optim_sgd, &optim_adam, &optim_adamw, NULL };

const OptimKind *optim_find(const char *name)
{
    for (const OptimKind *const *k = optim_kinds; *k; k++)
        if (text_equal((*k)->name, name))
            return *k;
    return NULL;
}

static size_t n_chunks(const Optim *o)
{
    return (params_len(o->params) + OPTIM_CHUNK - 1) / OPTIM_CHUNK;
}

static LbStatus unknown_kind(const char *name, LbError *err)
{
    Str names = { 0 };
    for (const OptimKind *const *k = optim_kinds; *k; k++)
        str_addf(&names, "%s%s", k == optim_kinds ? "" : ", ", (*k)->name);
    LbStatus status = fail(err, LB_USAGE, "train.optimizer is %s; there are %s", name, names.text);
    str_free(&names);
    return status;
}

int optim_blocks(const Config *config)
{
    const OptimKind *kind = optim_find(config->optimizer);
    return (kind ? kind->n_slots : 0) + (config->average_decay > 0);
}

LbStatus optim_new(const Config *config, Params *params, Optim **out, LbError *err)
{
    *out = NULL;
    const OptimKind *kind = optim_find(config->optimizer);
    if (!kind)
        return unknown_kind(config->optimizer, err);
    assert(params_grads(params));
    Optim *o = memory_get(1, sizeof *o);
    *o = (Optim){ .kind = kind, .config = config, .params = params };
    size_t len = params_len(params), chunks = n_chunks(o);
    o->arena = arena_new("optimiser", (size_t)optim_blocks(config) * (len * sizeof(real) + 64) +
                                          chunks * sizeof(double) + 64);
    for (int i = 0; i < kind->n_slots; i++)
        o->slot[i] = arena_zero(o->arena, len, sizeof(real));
    if (config->average_decay > 0)
        o->average = arena_zero(o->arena, len, sizeof(real));
    o->partial = arena_array(o->arena, double, chunks);
    *out = o;
    return LB_OK;
}

void optim_free(Optim *o)
{
    if (!o)
        return;
    arena_free(o->arena);
    free(o);
}

/* ---- chunks ---- */

static size_t chunk_len(const Optim *o, int chunk)
{
    size_t from = (size_t)chunk * OPTIM_CHUNK, left = params_len(o->params) - from;
    return left < OPTIM_CHUNK ? left : OPTIM_CHUNK;
}

static void square_chunks(int from, int to, void *context)
{
    Optim *o = context;
    for (int i = from; i < to; i++)
        o->partial[i] =
            loops->sum_squares(chunk_len(o, i), params_grads(o->params) + (size_t)i * OPTIM_CHUNK);
}

double optim_norm(Optim *o)
{
    int n = (int)n_chunks(o);
    threads_each(n, 1, square_chunks, o);
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += o->partial[i];
    return sqrt(sum);
}

/* ---- the moving average ---- */

void optim_average_begin(Optim *o)
{
    if (o->average)
        memcpy(o->average, params_values(o->params), params_len(o->params) * sizeof(real));
}

void optim_average_swap(Optim *o)
{
    if (!o->average)
        return;
    real *w = params_values(o->params);
    for (size_t i = 0; i < params_len(o->params); i++) {
        const real kept = w[i];
        w[i] = o->average[i];
        o->average[i] = kept;
    }
    params_changed(o->params);
}

static void average_update(const Optim *o, size_t from, size_t n)
{
    const real share = (real)fmax(o->config->average_decay, 9 / ((double)o->step + 9));
    const real *w = params_values(o->params) + from;
    real *average = o->average + from;
    for (size_t i = 0; i < n; i++)
        average[i] += share * (w[i] - average[i]);
}

/* ---- an update ---- */

static void update_chunks(int from, int to, void *context)
{
    const OptimStep *s = context;
    for (int i = from; i < to; i++) {
        size_t at = (size_t)i * OPTIM_CHUNK, n = chunk_len(s->optim, i);
        s->optim->kind->update(s, at, n);
        if (s->optim->average)
            average_update(s->optim, at, n);
        memset(params_grads(s->optim->params) + at, 0, n * sizeof(real));
    }
}

double optim_step(Optim *o, double scale, double rate)
{
    double norm = scale * optim_norm(o), most = o->config->clip_norm;
    if (!isfinite(norm))
        return norm;
    if (most > 0 && norm > most)
        scale *= most / norm;
    o->step++;
    threads_each((int)n_chunks(o), 1, update_chunks,
                 &(OptimStep){ .optim = o, .rate = rate, .scale = scale });
    params_changed(o->params);
    return norm;
}
