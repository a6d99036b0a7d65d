/* watch_probe.c -- the probes of a watch: which pairs they are, and where the model looks in them now.
 *
 * They are taken evenly from the validation data by length, and forced: the words of a map are the same at
 * all times, so that one can be laid over the other.
 */
#include <stdlib.h>
#include <string.h>

#include "api/watch_own.h"
#include "base/array.h"
#include "search/maps.h"

enum { PROBES = 6, LONGEST = 60 }; /* pieces of a side: about 40 words */

/* ---- which ---- */

typedef struct {
    int len;
    size_t pair;
} Candidate;

static int by_length(const void *a, const void *b)
{
    const Candidate *x = a, *y = b;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return x->pair < y->pair ? -1 : x->pair > y->pair;
}

static int longest(const Config *c)
{
    int reads = c->max_input > 0 ? c->max_input : c->max_length;
    return reads > 0 && reads < LONGEST ? reads : LONGEST;
}

static Candidate *candidates(const Corpus *c, int most)
{
    Candidate *all = NULL;
    for (size_t i = 0; i < c->n; i++) {
        int source, target;
        corpus_source(c, i, &source);
        corpus_target(c, i, &target);
        if (source <= most && target <= most)
            array_push(all, (Candidate){ source + target, i });
    }
    if (all)
        qsort(all, array_len(all), sizeof *all, by_length);
    return all;
}

void probes_choose(Watch *w)
{
    if (!w->plan.valid)
        return;
    Candidate *all = candidates(w->plan.valid, longest(&w->plan.model->config));
    size_t n = array_len(all), wanted = n < PROBES ? n : PROBES;
    for (size_t i = 0; i < wanted; i++)
        array_push(w->probes, (Probe){ .pair = all[(2 * i + 1) * n / (2 * wanted)].pair });
    array_free(all);
}

static void texts_free(char ***texts)
{
    for (size_t i = 0; i < array_len(*texts); i++)
        free((*texts)[i]);
    array_free(*texts);
}

void probes_free(Watch *w)
{
    for (size_t i = 0; i < array_len(w->probes); i++) {
        texts_free(&w->probes[i].source);
        texts_free(&w->probes[i].reference);
    }
    array_free(w->probes);
}

/* ---- snapshots ---- */

enum { SNAPSHOTS = 60 };

void snapshot_free(Snapshot *s)
{
    texts_free(&s->outputs);
    array_free(s->weights);
    *s = (Snapshot){ 0 };
}

void snapshots_free(Snapshots *all)
{
    for (size_t i = 0; i < array_len(all->kept); i++)
        snapshot_free(&all->kept[i]);
    array_free(all->kept);
    *all = (Snapshots){ 0 };
}

/* Every other one goes. */
static void snapshots_thin(Snapshots *all)
{
    size_t n = 0;
    for (size_t i = 0; i < array_len(all->kept); i++)
        if (i % 2 == 0)
            all->kept[n++] = all->kept[i];
        else
            snapshot_free(&all->kept[i]);
    array_cut(all->kept, n);
    all->every *= 2;
}

/* The last one stays only if its place, counted from 0, is one to be kept. */
void snapshots_add(Snapshots *all, Snapshot s)
{
    if (all->every == 0)
        all->every = 1;
    if (all->n > 0 && (all->n - 1) % all->every != 0) {
        snapshot_free(&array_last(all->kept));
        array_cut(all->kept, array_len(all->kept) - 1);
    }
    if (array_len(all->kept) == SNAPSHOTS)
        snapshots_thin(all);
    array_push(all->kept, s);
    all->n++;
}

/* ---- what the model makes of them ---- */

static LbText text_of(char *const *lines, size_t i)
{
    return (LbText){ lines[i], strlen(lines[i]) };
}

static LbStatus force(const Watch *w, const LbText *source, const LbText *target, LbResult **out,
                      LbError *err)
{
    const Model *m = w->plan.model;
    LbSession *s = w->plan.session;
    size_t n = array_len(w->probes);
    if (m->kind->hide)
        return lb_fill(s, target, n, (LbFillOptions){ .guesses = 1, .batch = PROBES, .maps = LB_MAPS_ALL },
                       out, err);
    if (config_is_one_sided(&m->config))
        return lb_score(s, NULL, target, n, PROBES, false, LB_MAPS_ALL, out, err);
    return lb_score(s, source, target, n, PROBES, false, LB_MAPS_ONE, out, err);
}

static LbStatus force_all(const Watch *w, LbResult **out, LbError *err)
{
    const Corpus *c = w->plan.valid;
    LbText source[PROBES], target[PROBES];
    for (size_t i = 0; i < array_len(w->probes); i++) {
        source[i] = text_of(c->source_lines, w->probes[i].pair);
        target[i] = text_of(c->target_lines, w->probes[i].pair);
    }
    return force(w, source, target, out, err);
}

static LbStatus translate(const Watch *w, char ***outputs, LbError *err)
{
    size_t n = array_len(w->probes);
    const int *ids[PROBES];
    int lens[PROBES];
    const char *lines[PROBES];
    for (size_t i = 0; i < n; i++)
        lines[i] = w->plan.valid->source_lines[w->probes[i].pair];
    for (size_t i = 0; i < n; i++)
        ids[i] = corpus_source(w->plan.valid, w->probes[i].pair, &lens[i]);
    SearchOptions o = search_default();
    o.beam = 1;
    o.length_factor = 1.5; /* what has hardly learned does not end */
    char **texts;
    LbStatus status = translate_ids(w->plan.session, ids, lens, lines, n, o, &texts, err);
    if (status != LB_OK)
        return status;
    for (size_t i = 0; i < n; i++)
        array_push(*outputs, texts[i]);
    free(texts);
    return LB_OK;
}

static void keep_words(char ***to, const LbWord *words, size_t n)
{
    for (size_t i = 0; i < n && array_len(*to) < n; i++)
        array_push(*to, memory_text(words[i].text));
}

static LbMapKind kind_of(const Model *m)
{
    LbMapKind kind = LB_CROSS;
    while (kind < LB_KINDS && maps_count(m, (MapKind)kind).layers == 0)
        kind++;
    return kind;
}

static LbStatus read_map(Watch *w, Probe *p, const LbResult *r, LbError *err)
{
    LbMap *map;
    LbMapKind kind = kind_of(w->plan.model);
    w->kind = kind < LB_KINDS ? (int)kind : -1;
    if (w->kind < 0)
        return LB_OK;
    LbStatus status = lb_map_new(r, 0, (LbMapChoice){ .kind = kind, .layer = -1, .head = -1 }, &map, err);
    if (status != LB_OK)
        return status;
    p->n_rows = map->n_rows, p->n_columns = map->n_columns;
    float *to = array_add(w->now.weights, map->n_rows * map->n_columns);
    for (size_t i = 0; i < map->n_rows * map->n_columns; i++)
        to[i] = (float)map->weights[i];
    lb_map_free(map);
    return LB_OK;
}

static LbStatus read_probes(Watch *w, const LbResult *results, LbError *err)
{
    LbStatus status = LB_OK;
    for (size_t i = 0; i < array_len(w->probes) && status == LB_OK; i++) {
        Probe *p = &w->probes[i];
        const LbResult *r = &results[i];
        keep_words(&p->source, r->source_words, r->n_source_words);
        keep_words(&p->reference, r->hypotheses[0].words, r->hypotheses[0].n_words);
        status = read_map(w, p, r, err);
    }
    return status;
}

LbStatus probes_pass(Watch *w, int64_t step, LbError *err)
{
    LbResult *results;
    const Model *m = w->plan.model;
    snapshot_free(&w->now);
    params_freeze(m->params);
    LbStatus status = force_all(w, &results, err);
    if (status != LB_OK)
        return status;
    w->now.step = step;
    status = read_probes(w, results, err);
    lb_results_free(results);
    w->now.outputs = w->outputs;
    w->outputs = NULL;
    if (status == LB_OK && !w->now.outputs && !config_is_one_sided(&m->config))
        status = translate(w, &w->now.outputs, err);
    return status;
}
