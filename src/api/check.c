/* check.c -- a data set is decoded and its words are erased, some lines at a time; what was measured is kept
 * until the end, for a test compares a sentence with others.
 */
#include "api/check.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "api/parts.h"
#include "base/array.h"
#include "base/str.h"
#include "explain/gradient.h"
#include "search/maps.h"

static const size_t CELLS_MOST = (size_t)1 << 22; /* target words times source words of one sentence */

LbCheckOptions lb_check_default(void)
{
    return (LbCheckOptions){ .layer = -1, .head = -1, .batch = 64, .samples = 1000, .seed = 1 };
}

/* ---- beginning ---- */

static const char *const controls[] = { "none", "shuffled", "foreign", "uniform", "leave-one-out", NULL },
                         *const row_names[] = { "output", "input", NULL },
                         *const weight_names[] = { "raw", "norm", NULL };

/* The place of a name in a list that NULL ends; NULL is the first. -1: it is not there. */
static int find(const char *name, const char *const *names)
{
    for (int i = 0; names[i]; i++)
        if (!name || text_equal(name, names[i]))
            return i;
    return -1;
}

static LbStatus find_option(const char *what, const char *name, const char *const *names, int *out,
                            LbError *err)
{
    *out = find(name, names);
    if (*out >= 0)
        return LB_OK;
    Str list = { 0 };
    for (int i = 0; names[i]; i++)
        str_addf(&list, "%s%s", i ? ", " : "", names[i]);
    LbStatus status = fail(err, LB_USAGE, "no %s `%.60s`; there is %s", what, name, list.text);
    str_free(&list);
    return status;
}

static LbStatus read_options(LbCheck *c, LbError *err)
{
    const LbCheckOptions *o = &c->o;
    int control = 0, rows = 0, weights = 0;
    assert((unsigned)o->erase < ERASE_METHODS);
    LbStatus status = find_option("control", o->control, controls, &control, err);
    if (status == LB_OK)
        status = find_option("kind of rows", o->rows, row_names, &rows, err);
    if (status == LB_OK)
        status = find_option("kind of weights", o->weights, weight_names, &weights, err);
    if (status != LB_OK)
        return status;
    c->how = (EraseMethod)o->erase, c->control = (CheckControl)control, c->input = rows > 0,
    c->norm = weights > 0;
    c->o.control = controls[c->control];
    if (o->samples < 1 || o->samples > 1000000 || o->batch < 1 || o->beam < 0)
        return fail(err, LB_USAGE, "resamples and batch must be above 0, the beam not below");
    if (o->sets && c->control != CONTROL_NONE)
        return fail(err, LB_USAGE, "sets of words are erased for the map itself, not for a control");
    return LB_OK;
}

static LbStatus check_model(const LbSession *s, LbError *err)
{
    LbStatus status = check_use(s->models[0], FOR_PAIRS, "be checked", err);
    if (status == LB_OK && s->n_models != 1)
        return fail(err, LB_USAGE, "a check is of one model, not of an ensemble");
    if (status == LB_OK && !s->models[0]->has_attention)
        return fail(err, LB_DATA,
                    "this model cannot look back (its attention score is `none`): there is nothing to check");
    return status;
}

void lb_check_free(LbCheck *c)
{
    if (!c)
        return;
    arena_free(c->kept);
    array_free(c->maps);
    array_free(c->sentences);
    array_free(c->pairs);
    array_free(c->sets);
    array_free(c->compared);
    free(c);
}

/* ---- maps ---- */

static void add_layer(LbCheck *c, MapName m)
{
    for (m.head = 0; m.head < c->n_heads; m.head++)
        array_push(c->maps, m);
    m.head = -1;
    if (c->n_heads > 1)
        array_push(c->maps, m);
}

/* Of one head the mean is itself. */
static bool is_tested(const LbCheck *c, const MapName *m)
{
    HeadPlace stands = model_stands(c->s->models[0]);
    bool chosen = c->o.layer >= 0 || c->o.head >= 0;
    int layer = c->o.layer < 0 ? stands.layer : c->o.layer, head = chosen ? c->o.head : stands.head;
    head = c->n_heads == 1 ? 0 : head;
    return m->layer == layer && m->head == head && m->input == c->input && m->norm == c->norm;
}

static LbStatus list_maps(LbCheck *c, LbError *err)
{
    HeadCount count = maps_count(c->s->models[0], MAP_CROSS);
    c->n_layers = count.layers, c->n_heads = count.heads;
    if (c->o.layer >= c->n_layers || c->o.head >= c->n_heads)
        return fail(err, LB_USAGE, "there is no %s %d: the cross attention has layers 0 to %d, heads 0 to %d",
                    c->o.layer >= c->n_layers ? "layer" : "head",
                    c->o.layer >= c->n_layers ? c->o.layer : c->o.head, c->n_layers - 1, c->n_heads - 1);
    for (int i = 0; i < 4; i++)
        for (int layer = 0; layer < c->n_layers; layer++)
            add_layer(c, (MapName){ .layer = layer, .input = i & 1, .norm = i >> 1 });
    for (size_t i = 0; i < array_len(c->maps); i++)
        if (is_tested(c, &c->maps[i]))
            c->under_test = (int)i;
    if (c->o.one_map) {
        c->maps[0] = c->maps[c->under_test];
        array_cut(c->maps, 1);
        c->under_test = 0;
    }
    return LB_OK;
}

LbStatus lb_check_new(LbSession *s, LbCheckOptions o, LbCheck **out, LbError *err)
{
    assert(s && out);
    *out = NULL;
    LbCheck *c = memory_get(1, sizeof *c);
    c->s = s;
    c->o = o;
    LbStatus status = read_options(c, err);
    if (status == LB_OK)
        status = check_model(s, err);
    if (status == LB_OK)
        status = list_maps(c, err);
    if (status == LB_OK) {
        c->kept = arena_new("check", s->share.limit);
        arena_share(c->kept, &s->share);
        *out = c;
        return LB_OK;
    }
    lb_check_free(c);
    return status;
}

/* One head [*,columns] in words: summed over the pieces of a source word, mean over those of a target word;
 * added to words [T,S] with a factor. */
static void add_head(const real *weights, size_t columns, size_t begin, const ErasePair *p, bool input,
                     const int *target_pieces, size_t S, double factor, float *words)
{
    for (int i = 0; i < p->n_target; i++) {
        const real *row = weights + (size_t)(i + input) * columns + begin;
        int t = p->target_word[i];
        for (int k = 0; k < p->n_source; k++)
            words[(size_t)t * S + (size_t)p->source_word[k]] +=
                (float)(factor * (double)row[k] / target_pieces[t]);
    }
}

/* The heads that a map is the mean of. */
static const HeadMaps *heads_of(const Hypothesis *h, const MapName *m, int *from, int *n)
{
    const HeadMaps *all = !m->norm ? &h->maps[MAP_CROSS] : m->head < 0 ? &h->norms_together : &h->norms;
    *from = m->head < 0 ? 0 : m->head;
    *n = m->head < 0 ? all->heads : 1;
    return all;
}

static int *count_pieces(const int *word, int n, int n_words, Arena *a)
{
    int *count = arena_zero(a, (size_t)n_words + 1, sizeof *count);
    for (int i = 0; i < n; i++)
        count[word[i]]++;
    return count;
}

static void take_maps(const LbCheck *c, const Hypothesis *h, const ErasePair *p, CheckSentence *x)
{
    size_t S = (size_t)erase_words_count(p->source_word, p->n_source),
           T = (size_t)erase_words_count(p->target_word, p->n_target), n = array_len(c->maps);
    float *maps = arena_zero(c->kept, n * T * S, sizeof *maps);
    size_t mark = arena_mark(c->kept);
    const int *pieces = count_pieces(p->target_word, p->n_target, (int)T, c->kept);
    for (size_t i = 0; i < n; i++) {
        int from, n_heads;
        const HeadMaps *all = heads_of(h, &c->maps[i], &from, &n_heads);
        size_t columns = (size_t)all->columns, each = (size_t)all->rows * columns,
               layer = (size_t)c->maps[i].layer * (size_t)all->heads;
        for (int k = from; k < from + n_heads; k++)
            add_head(all->weights + (layer + (size_t)k) * each, columns, model_marks(c->s->models[0]).begin,
                     p, c->maps[i].input, pieces, S, 1. / n_heads, maps + i * T * S);
    }
    arena_rewind(c->kept, mark);
    x->maps = maps;
}

/* ---- one sentence ---- */

/* Whether a line can be checked; if not, it is counted. */
static bool takes_part(LbCheck *c, const LbResult *r)
{
    const LbHypothesis *h = &r->hypotheses[0];
    bool long_one = r->n_parts > 1 || h->n_words > CELLS_MOST / r->n_source_words;
    bool empty = h->n_words < 2 || r->n_source_words < 1 + (size_t)r->source_begin + r->source_end;
    c->n_long += long_one;
    c->n_empty += empty && !long_one;
    return !long_one && !empty;
}

static LbStatus take_links(LbText line, Arena *a, CheckSentence *x, LbError *err)
{
    AerLink *links = NULL;
    LbStatus status = links_parse((Line){ line.text, line.len }, &links, err);
    if (status == LB_OK) {
        links_sort(links);
        size_t n = array_len(links);
        AerLink *copy = arena_array(a, AerLink, n);
        if (n > 0)
            memcpy(copy, links, n * sizeof *copy);
        x->gold = copy, x->n_gold = n, x->has_gold = true;
    }
    array_free(links);
    return status;
}

/* "3-7" or "2:3-7": words 3 to 7; "3": word 3. False: it is not of this form. */
static bool read_range(const char *text, long long *from, long long *to)
{
    const char *colon = strchr(text, ':'), *dash;
    text = colon ? colon + 1 : text;
    dash = strchr(text, '-');
    char *first = dash ? memory_bytes(text, (size_t)(dash - text)) : memory_text(text);
    bool fits = text_to_int(first, from) && text_to_int(dash ? dash + 1 : text, to);
    free(first);
    return fits && *from >= 0 && *to >= *from;
}

static LbStatus take_evidence(LbText line, int S, Arena *a, CheckSentence *x, LbError *err)
{
    bool *evidence = arena_zero(a, (size_t)S, sizeof *evidence);
    Span *spans = text_words(line.text, line.len);
    LbStatus status = LB_OK;
    for (size_t i = 0; i < array_len(spans) && status == LB_OK; i++) {
        long long from, to;
        char *text = memory_bytes(line.text + spans[i].start, (size_t)(spans[i].end - spans[i].start));
        if (!read_range(text, &from, &to) || to >= S)
            status = fail(err, LB_DATA, "evidence `%.40s` is no range `i-j` of the %d source words", text, S);
        for (long long s = from; status == LB_OK && s <= to; s++)
            evidence[s] = true;
        free(text);
    }
    array_free(spans);
    x->evidence = evidence;
    return status;
}

static LbStatus take_gold(const LbCheck *c, LbCheckLines beside, size_t i, int S, CheckSentence *x,
                          LbError *err)
{
    LbStatus status = LB_OK;
    if (beside.gold)
        status = take_links(beside.gold[i], c->kept, x, err);
    if (status == LB_OK && beside.evidence)
        status = take_evidence(beside.evidence[i], S, c->kept, x, err);
    if (status != LB_OK && err)
        err->line = (int)i + 1;
    return status;
}

/* ---- some lines ---- */

typedef struct {
    LbCheck *c;
    const LbResult *results;
    LbCheckLines beside;
    size_t n;
    uint64_t first; /* number of the first line */
    int tokens;     /* in a batch; 0: as usual */
    LbError *err;
} Chunk;

static LbStatus take_line(const Chunk *k, size_t i)
{
    LbCheck *c = k->c;
    const LbResult *r = &k->results[i];
    if (!takes_part(c, r))
        return LB_OK;
    ResultPart *part;
    size_t n_parts;
    LbStatus status = result_parts(r, 0, c->s->models[0], c->kept, &part, &n_parts, k->err);
    if (status != LB_OK)
        return status;
    ErasePair pair = part->pair;
    int S = erase_words_count(pair.source_word, pair.n_source);
    CheckSentence x = { .line = k->first + i };
    x.pieces = count_pieces(pair.source_word, pair.n_source, S, c->kept);
    status = take_gold(c, k->beside, i, S, &x, k->err);
    if (status == LB_OK) {
        array_push(c->sentences, x);
        array_push(c->pairs, pair);
    }
    return status;
}

/* One forced pass over pairs [from, from + n) for the maps of all layers and heads. False: cancelled. */
static bool look(LbCheck *c, size_t from, int n)
{
    Arena *a = c->s->inputs;
    const ErasePair *pairs = c->pairs + from;
    const int **source = arena_array(a, const int *, n);
    int *lens = arena_array(a, int, n);
    Hypothesis *h = arena_zero(a, (size_t)n, sizeof *h);
    Found *found = arena_array(a, Found, n);
    for (int i = 0; i < n; i++) {
        source[i] = pairs[i].source, lens[i] = pairs[i].n_source;
        h[i].n = pairs[i].n_target;
        h[i].ids = arena_array(a, int, h[i].n);
        memcpy(h[i].ids, pairs[i].target, (size_t)h[i].n * sizeof *h[i].ids);
    }
    Batch *b = batch_sources(source, lens, n, model_marks(c->s->models[0]), a);
    for (int i = 0; i < n; i++)
        found[i] = (Found){ 1, &h[i], b->source_len[i] };
    bool norms = !c->o.one_map || c->norm;
    if (!search_maps(c->s->searcher, c->s->models, 1, b, norms ? MAPS_NORMS : MAPS_ALL, c->s->results, found))
        return false;
    for (int i = 0; i < n; i++)
        if (!h[i].too_large)
            take_maps(c, &h[i], &pairs[i], &c->sentences[from + (size_t)i]);
    return true;
}

/* Sentences whose maps are too large go. */
static void drop_too_large(LbCheck *c, size_t from)
{
    size_t n = from;
    for (size_t i = from; i < array_len(c->sentences); i++)
        if (c->sentences[i].maps) {
            c->sentences[n] = c->sentences[i];
            c->pairs[n++] = c->pairs[i];
        }
    c->n_long += array_len(c->sentences) - n;
    array_cut(c->sentences, n);
    array_cut(c->pairs, n);
}

enum { LOOKED_AT = 16 }; /* pairs in a pass: their maps are large */

static LbStatus look_lines(const Chunk *k, size_t from)
{
    LbCheck *c = k->c;
    size_t n = array_len(c->sentences);
    for (size_t at = from; at < n; at += LOOKED_AT) {
        arena_rewind(c->s->inputs, 0);
        arena_rewind(c->s->results, 0);
        if (searcher_cancelled(c->s->searcher) ||
            !look(c, at, n - at < LOOKED_AT ? (int)(n - at) : LOOKED_AT))
            return fail(k->err, LB_CANCELLED, "stopped on request");
    }
    drop_too_large(c, from);
    return LB_OK;
}

/* Gradient times input of the same words. */
static bool take_gradient(LbCheck *c, size_t i, int tokens)
{
    arena_rewind(c->s->results, 0);
    CheckSentence *x = &c->sentences[i];
    size_t S = (size_t)x->erased->S, T = (size_t)x->erased->T;
    Gradient g;
    if (!gradient_of(c->s->searcher, c->s->models[0], &c->pairs[i], tokens, c->s->results, &g))
        return false;
    double *rows = arena_array(c->kept, double, T *S);
    for (size_t t = 0; t < T; t++)
        memcpy(rows + t * S, g.norm + t * (size_t)g.columns + (size_t)g.first, S * sizeof *rows);
    x->gradient = rows;
    return true;
}

static LbStatus erase_lines(const Chunk *k, size_t from)
{
    LbCheck *c = k->c;
    const Model *m = c->s->models[0];
    size_t n = array_len(c->sentences) - from;
    Erased *erased = arena_array(c->kept, Erased, n);
    bool finished = erase_each(c->s->searcher, m, c->how, c->pairs + from, n, k->tokens, c->kept, erased);
    for (size_t i = 0; i < n; i++)
        c->sentences[from + i].erased = &erased[i];
    for (size_t i = from; i < from + n && finished && c->o.gradient; i++)
        finished = take_gradient(c, i, k->tokens);
    for (size_t i = from; i < from + n && finished && c->o.sets; i++) {
        SetDrops d;
        finished = sets_run(c->s->searcher, m, c->how, &c->sentences[i], c->under_test, c->o.seed,
                            &c->pairs[i], k->tokens, c->kept, &d);
        array_push(c->sets, d);
    }
    return finished ? LB_OK : fail(k->err, LB_CANCELLED, "stopped on request");
}

static LbStatus take_chunk(void *context)
{
    const Chunk *k = context;
    size_t from = array_len(k->c->sentences);
    LbStatus status = LB_OK;
    for (size_t i = 0; i < k->n && status == LB_OK; i++)
        status = take_line(k, i);
    if (status == LB_OK)
        status = look_lines(k, from);
    return status == LB_OK ? erase_lines(k, from) : status;
}

/* What a chunk that failed has left is taken away, so that it can be tried again. */
static LbStatus try_chunk(Chunk *k)
{
    LbCheck *c = k->c;
    size_t mark = arena_mark(c->kept), n = array_len(c->sentences), n_long = c->n_long, n_empty = c->n_empty;
    LbStatus status = guard(take_chunk, k, k->err);
    if (status == LB_OK)
        return status;
    arena_rewind(c->kept, mark);
    array_cut(c->sentences, n);
    array_cut(c->pairs, n);
    array_cut(c->sets, c->o.sets ? n : 0);
    c->n_long = n_long, c->n_empty = n_empty;
    return status;
}

/* Sentences from number `from` on come from these results. */
static LbStatus write_page(const Chunk *k, const LbText *source, size_t from)
{
    LbStatus status = LB_OK;
    for (size_t i = from; i < array_len(k->c->sentences) && status == LB_OK; i++) {
        size_t at = (size_t)(k->c->sentences[i].line - k->first);
        status = check_page_add(k->c, &k->results[at], source[at], i, k->err);
    }
    return status;
}

static LbStatus decode(LbCheck *c, const LbText *source, const LbText *target, size_t n, LbResult **out,
                       LbError *err)
{
    LbMaps maps = !c->page ? LB_MAPS_NONE : c->n_layers * c->n_heads > 1 ? LB_MAPS_ALL : LB_MAPS_ONE;
    if (target)
        return lb_score(c->s, source, target, n, c->o.batch, c->o.tokens, maps, out, err);
    const Config *config = &c->s->models[0]->config;
    LbTranslateOptions o = { .beam = c->o.beam ? c->o.beam : config->beam,
                             .n_best = 1,
                             .normalize = config->normalize,
                             .batch = c->o.batch,
                             .length_factor = 3,
                             .tokens = c->o.tokens,
                             .top_p = 1,
                             .temperature = 1,
                             .seed = 1,
                             .first_line = c->n_lines,
                             .maps = maps };
    return lb_translate(c->s, source, n, NULL, o, out, err);
}

LbStatus lb_check_add(LbCheck *c, const LbText *source, LbCheckLines beside, size_t n, LbError *err)
{
    assert(c && (source || n == 0));
    Chunk k = { .c = c, .beside = beside, .n = n, .first = c->n_lines, .err = err };
    LbResult *results;
    size_t from = array_len(c->sentences);
    LbStatus status = decode(c, source, beside.target, n, &results, err);
    if (status != LB_OK)
        return status;
    k.results = results;
    status = try_chunk(&k);
    if (status == LB_MEMORY) {
        searcher_release(c->s->searcher);
        arena_release(c->s->results);
        arena_release(c->s->inputs);
        k.tokens = 512;
        status = try_chunk(&k);
    }
    if (status == LB_OK && c->page)
        status = write_page(&k, source, from);
    lb_results_free(results);
    c->n_lines += status == LB_OK ? n : 0;
    return status;
}

/* ---- against a model that cannot choose ---- */

LbStatus lb_check_compare(LbCheck *c, LbSession *uniform, const LbText *source, const LbText *reference,
                          size_t n, LbError *err)
{
    assert(c && uniform && ((source && reference) || n == 0));
    LbResult *own = NULL, *other = NULL;
    LbStatus status = lb_score(c->s, source, reference, n, c->o.batch, c->o.tokens, LB_MAPS_NONE, &own, err);
    if (status == LB_OK)
        status = lb_score(uniform, source, reference, n, c->o.batch, c->o.tokens, LB_MAPS_NONE, &other, err);
    for (size_t i = 0; i < n && status == LB_OK; i++) {
        const LbHypothesis *a = &own[i].hypotheses[0], *b = &other[i].hypotheses[0];
        if (a->n_pieces != b->n_pieces)
            status =
                fail_line(err, LB_DATA, (int)i + 1,
                          "the two models cut the reference into different pieces; compare models with the "
                          "same vocabulary");
        else
            array_push(c->compared, (Compared){ a->score, b->score, (double)a->n_pieces });
    }
    lb_results_free(own);
    lb_results_free(other);
    return status;
}
