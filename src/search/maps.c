/* maps.c -- forced passes over what was found, a few hypotheses at a time, so that the maps of all layers and
 * heads of one pass stay small beside the rest.
 */
#include "search/maps.h"

#include <string.h>

#include "model/norms.h"

static const double ONE_MOST = 256e6; /* bytes of the maps of one hypothesis */
static const double PASS_MOST = 64e6; /* of one pass, if it has more than one hypothesis */

/* ---- shapes ---- */

HeadCount maps_count(const Model *m, MapKind kind)
{
    const Config *c = &m->config;
    HeadCount encoder = { c->encoder.layers, c->encoder.heads },
              decoder = { c->decoder.layers, c->decoder.heads }, none = { 0, 0 };
    bool several = !strcmp(c->attention.score, "multi-head");
    if (!strcmp(c->type, "rnn"))
        return kind == MAP_CROSS && m->has_attention ? (HeadCount){ 1, several ? c->attention.heads : 1 }
                                                     : none;
    if (!strcmp(c->type, "memory"))
        return kind == MAP_CROSS ? (HeadCount){ 1, c->memory_hops } : none;
    if (!strcmp(c->type, "lm"))
        return kind == MAP_DECODER && !strcmp(c->decoder.cell, "transformer") ? decoder : none;
    if (!strcmp(c->type, "mlm"))
        return kind == MAP_ENCODER ? encoder : none;
    return kind == MAP_ENCODER ? encoder : decoder;
}

static int side(MapKind kind, int T, int S, bool columns)
{
    return kind == MAP_ENCODER || (kind == MAP_CROSS && columns) ? S : T;
}

/* What one hypothesis takes in a pass. */
static double map_bytes(const Model *m, MapsWanted wanted, int T, int S)
{
    double sum = 0;
    if (wanted == MAPS_ONE)
        return (double)(maps_count(m, MAP_CROSS).heads + 1) * T * S * sizeof(real);
    for (MapKind k = 0; k < MAP_KINDS; k++) {
        HeadCount n = maps_count(m, k);
        sum += (double)n.layers * n.heads * side(k, T, S, false) * side(k, T, S, true);
    }
    if (wanted == MAPS_NORMS)
        sum += (double)maps_count(m, MAP_CROSS).layers * (maps_count(m, MAP_CROSS).heads + 1) * T * S;
    return sum * sizeof(real);
}

/* ---- from tensors to hypotheses ---- */

static const LayerMaps *layers_of(const Maps *m, MapKind kind)
{
    return kind == MAP_CROSS ? &m->cross : kind == MAP_ENCODER ? &m->encoder : &m->decoder;
}

/* Row r of [R,H,T',S']: the weights that are real, [H,T,S]. */
static void copy_layer(const Tensor *x, int r, int T, int S, real *to)
{
    int H = x->dim[1], padded_T = x->dim[2], padded_S = x->dim[3];
    for (int h = 0; h < H; h++)
        for (int t = 0; t < T; t++, to += S)
            memcpy(to,
                   x->val + (((size_t)r * (size_t)H + (size_t)h) * (size_t)padded_T + (size_t)t) *
                                (size_t)padded_S,
                   (size_t)S * sizeof *to);
}

static HeadMaps copy_maps(const LayerMaps *m, int r, int T, int S, Arena *a)
{
    HeadMaps all = { 0 };
    if (m->n_layers == 0)
        return all;
    all = (HeadMaps){ m->n_layers, m->layer[0]->dim[1], T, S, NULL };
    size_t each = (size_t)all.heads * (size_t)T * (size_t)S;
    all.weights = arena_array(a, real, (size_t)m->n_layers * each);
    for (int l = 0; l < m->n_layers; l++)
        copy_layer(m->layer[l], r, T, S, all.weights + (size_t)l * each);
    return all;
}

/* into = the running mean of maps 0..i, element by element. */
static void mean_into(real *into, const real *x, size_t n, int i)
{
    for (size_t j = 0; j < n; j++)
        into[j] += (x[j] - into[j]) / (real)(i + 1);
}

/* Row r of [R,T',S']: the weights that are real, [T,S]. */
static void copy_row(const Tensor *x, int r, int T, int S, real *to)
{
    for (int t = 0; t < T; t++)
        memcpy(to + (size_t)t * (size_t)S,
               x->val + ((size_t)r * (size_t)x->dim[1] + (size_t)t) * (size_t)x->dim[2],
               (size_t)S * sizeof *to);
}

/* [R,T',S'], the mean over the models; NULL when one of them does not look back. */
static Tensor *mean_summary(const Maps *maps, int n_models, Tape *t)
{
    Tensor *all = maps_summary(&maps[0], t);
    for (int i = 1; i < n_models && all; i++) {
        Tensor *one = maps_summary(&maps[i], t);
        if (!one)
            return NULL;
        mean_into(all->val, one->val, tensor_len(all), i);
    }
    return all;
}

static bool single(const LayerMaps *m)
{
    return m->n_layers == 1 && m->layer[0]->dim[1] == 1;
}

/* Of the same kind by each model. */
static HeadMaps ensemble_maps(const LayerMaps *const *of, int n_models, int r, int T, int S, Arena *a)
{
    HeadMaps all = copy_maps(of[0], r, T, S, a);
    for (int i = 0; i < n_models; i++)
        if (!single(of[i]))
            return all;
    for (int i = 1; i < n_models; i++) {
        HeadMaps one = copy_maps(of[i], r, T, S, a);
        mean_into(all.weights, one.weights, (size_t)T * (size_t)S, i);
    }
    return all;
}

/* What the models saw in a pass; norms NULL: not wanted. */
typedef struct {
    int n_models;
    const Maps *maps;      /* [n_models] */
    const NormMaps *norms; /* [n_models] */
    const LayerMaps **of;  /* [n_models] room */
} Seen;

static void take_all(const Seen *x, int r, int T, int S, Arena *results, Hypothesis *h)
{
    for (MapKind k = 0; k < MAP_KINDS; k++) {
        for (int i = 0; i < x->n_models; i++)
            x->of[i] = layers_of(&x->maps[i], k);
        h->maps[k] = ensemble_maps(x->of, x->n_models, r, side(k, T, S, false), side(k, T, S, true), results);
    }
    for (int together = 0; x->norms && together < 2; together++) {
        for (int i = 0; i < x->n_models; i++)
            x->of[i] = together ? &x->norms[i].together : &x->norms[i].each;
        *(together ? &h->norms_together : &h->norms) = ensemble_maps(x->of, x->n_models, r, T, S, results);
    }
}

/* ---- passes ---- */

typedef struct {
    Hypothesis *h;
    int sentence;
} Pick;

typedef struct {
    Searcher *s;
    const Model *const *models;
    int n_models;
    const Batch *b;
    MapsWanted wanted;
    Arena *results;
} Job;

static double bytes_of(const Job *j, int T, int S)
{
    double sum = 0;
    for (int i = 0; i < j->n_models; i++)
        sum += map_bytes(j->models[i], j->wanted, T, S);
    return sum;
}

static Batch *batch_of(const Job *j, const Pick *picks, int n, int *sentence, Arena *a)
{
    const int **target = arena_array(a, const int *, n);
    int *target_len = arena_array(a, int, n);
    for (int i = 0; i < n; i++) {
        sentence[i] = picks[i].sentence;
        target[i] = picks[i].h->ids;
        target_len[i] = picks[i].h->n;
    }
    Batch *b = batch_pick(j->b, sentence, n, a);
    batch_add_targets(b, target, target_len, a);
    return b;
}

static void run_pass(const Job *j, const Pick *picks, int n)
{
    Tape *t = searcher_begin(j->s);
    int *sentence = arena_array(t->batch, int, n);
    const Batch *b = batch_of(j, picks, n, sentence, t->batch);
    const size_t n_models = (size_t)j->n_models;
    Maps *maps = arena_zero(t->batch, n_models, sizeof *maps);
    NormMaps *norms = j->wanted == MAPS_NORMS ? arena_array(t->batch, NormMaps, n_models) : NULL;
    const Seen seen = { j->n_models, maps, norms, arena_array(t->batch, const LayerMaps *, n_models) };
    for (int i = 0; i < j->n_models; i++) {
        maps[i].summary = j->wanted == MAPS_ONE;
        State *state = searcher_encode(j->s, j->models[i], b, &maps[i]);
        state->numbers = sentence;
        model_decode(j->models[i], t, b->target_in, b->T, state);
        if (norms)
            norms_of(j->models[i], t, state, &maps[i], &norms[i]);
    }
    const Tensor *mean = mean_summary(maps, j->n_models, t);
    for (int i = 0; i < n; i++) {
        Hypothesis *h = picks[i].h;
        int T = h->n + 1, S = b->source_len[i];
        if (mean && !h->weights) {
            h->weights = arena_array(j->results, real, (size_t)T * (size_t)S);
            copy_row(mean, i, T, S, h->weights);
        }
        if (j->wanted >= MAPS_ALL)
            take_all(&seen, i, T, S, j->results, h);
    }
}

/* How many of picks[0..n) share a pass. */
static int pass_size(const Job *j, const Pick *picks, int n)
{
    int T = 0, S = 0, i = 0;
    for (; i < n; i++) {
        int len = j->b->source_len[picks[i].sentence];
        S = len > S ? len : S;
        T = picks[i].h->n + 1 > T ? picks[i].h->n + 1 : T;
        if (i > 0 && (i + 1) * bytes_of(j, T, S) > PASS_MOST)
            break;
    }
    return i;
}

static int list_picks(const Job *j, const Found *found, Pick *picks)
{
    int n = 0;
    for (int i = 0; i < j->b->B; i++)
        for (int k = 0; k < found[i].n_hyp; k++) {
            Hypothesis *h = &found[i].hyp[k];
            h->too_large = bytes_of(j, h->n + 1, found[i].S) > ONE_MOST;
            if (!h->too_large && (j->wanted >= MAPS_ALL || !h->weights))
                picks[n++] = (Pick){ h, i };
        }
    return n;
}

bool search_maps(Searcher *s, const Model *const *models, int n_models, const Batch *b, MapsWanted wanted,
                 Arena *results, const Found *found)
{
    Job j = { s, models, n_models, b, wanted, results };
    bool looks = wanted >= MAPS_ALL;
    for (int i = 0; i < n_models; i++)
        looks |= models[i]->has_attention;
    if (wanted == MAPS_NONE || !looks)
        return true;
    int most = 0;
    for (int i = 0; i < b->B; i++)
        most += found[i].n_hyp;
    Pick *picks = arena_array(results, Pick, most);
    for (int at = 0, n = list_picks(&j, found, picks); at < n;) {
        if (searcher_cancelled(s))
            return false;
        int size = pass_size(&j, picks + at, n - at);
        run_pass(&j, picks + at, size);
        at += size;
    }
    return true;
}
