/* erasure.c -- what one output loses when words of its source are not there, and what that says about the
 * highlights of a map.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/erased_as.h"
#include "api/handle.h"
#include "api/heads.h"
#include "api/own_map.h"
#include "api/parts.h"
#include "base/array.h"
#include "base/str.h"

_Static_assert((int)LB_ERASE_DELETE == (int)ERASE_DELETE && (int)LB_ERASE_ATTENTION == (int)ERASE_ATTENTION,
               "the same order");
_Static_assert((int)LB_SUPPORTED == (int)MARK_SUPPORTED && (int)LB_UNSUPPORTED == (int)MARK_UNSUPPORTED,
               "the same order");

const char *erased_as(LbErase how)
{
    static const char *const names[] = {
        [LB_ERASE_UNK] = "read as <unk>",
        [LB_ERASE_DELETE] = "taken out",
        [LB_ERASE_ATTENTION] = "hidden from attention",
    };
    return names[how];
}

/* ---- the handle ---- */

typedef struct {
    LbErasure public;
    double *log_probs, *drop, *without;
    bool *likeliest;
    LbMark *depends;
    char **instead;
} OwnErasure;

static OwnErasure *erasure_new(const LbResult *r, const LbHypothesis *h, LbErase how)
{
    size_t cells = h->n_words * r->n_source_words;
    OwnErasure *e = memory_get(1, sizeof *e);
    e->log_probs = memory_get(h->n_words, sizeof *e->log_probs);
    e->without = memory_get(h->n_words, sizeof *e->without);
    e->likeliest = memory_get(h->n_words, sizeof *e->likeliest);
    e->drop = memory_get(cells, sizeof *e->drop);
    e->depends = memory_get(cells, sizeof *e->depends);
    e->instead = memory_get(cells, sizeof *e->instead);
    for (size_t i = 0; i < cells; i++)
        e->drop[i] = NAN;
    e->public = (LbErasure){ .erase = how,
                             .n_words = h->n_words,
                             .n_source_words = r->n_source_words,
                             .log_probs = e->log_probs,
                             .likeliest = e->likeliest,
                             .drop = e->drop,
                             .depends = e->depends,
                             .instead = (const char *const *)e->instead,
                             .without = e->without };
    return e;
}

void lb_erasure_free(LbErasure *erasure)
{
    OwnErasure *e = (OwnErasure *)(void *)erasure;
    if (!e)
        return;
    for (size_t i = 0; i < e->public.n_words * e->public.n_source_words; i++)
        free(e->instead[i]);
    free(e->instead);
    free(e->log_probs);
    free(e->without);
    free(e->likeliest);
    free(e->drop);
    free(e->depends);
    free(e);
}

/* ---- measuring ---- */

typedef struct {
    LbSession *s;
    const LbResult *r;
    size_t hypothesis;
    int tokens; /* in a batch */
    OwnErasure *out;
    LbError *err;
} Job;

/* What target word t would begin with instead: its pieces up to the first that is no longer the likeliest,
 * and the one that is. NULL: all stay. */
static char *said_instead(const ErasePair *p, const Vocab *v, int t, const int *best)
{
    int first = 0, i;
    while (first < p->n_target && p->target_word[first] < t)
        first++;
    for (i = first; i < p->n_target && p->target_word[i] == t && best[i] == p->target[i];)
        i++;
    bool end = first == p->n_target;
    if (end ? best[i] == VOCAB_EOS : i == p->n_target || p->target_word[i] != t)
        return NULL;
    if (best[i] == VOCAB_EOS)
        return memory_text("</s>");
    int n = i - first + 1, *ids = memory_get((size_t)n, sizeof *ids);
    memcpy(ids, p->target + first, (size_t)(n - 1) * sizeof *ids);
    ids[n - 1] = best[i];
    char *text = vocab_decode_with(v, p->unknown, ids, n, NULL);
    free(ids);
    return text;
}

static void take_part(const OwnErasure *out, const Vocab *v, const ResultPart *p, const Erased *e)
{
    for (int t = 0; t <= e->T; t++) {
        size_t row = p->target_word + (size_t)t;
        out->log_probs[row] = e->log_probs[t];
        out->likeliest[row] = e->likeliest[t];
        for (int s = 0; s < e->S; s++) {
            size_t to = row * out->public.n_source_words + p->source_word + (size_t)s;
            out->drop[to] = e->drop[t * e->S + s];
            out->depends[to] = erase_supports(e, t, s) ? LB_SUPPORTED : LB_UNSUPPORTED;
            free(out->instead[to]);
            out->instead[to] =
                said_instead(&p->pair, v, t, e->best + (size_t)s * (size_t)(p->pair.n_target + 1));
        }
    }
}

LbErasure *erasure_of_part(const Model *m, const LbResult *r, LbErase how, const ResultPart *p,
                           const Erased *e)
{
    OwnErasure *out = erasure_new(r, &r->hypotheses[0], how);
    take_part(out, m->target, p, e);
    return &out->public;
}

/* A pass for each part, with all words of its source erased. */
static bool measure_without(const Job *j, const ResultPart *parts, size_t n, Arena *a)
{
    ErasePass *passes = arena_array(a, ErasePass, n);
    for (size_t i = 0; i < n; i++) {
        const ErasePair *p = &parts[i].pair;
        int S = erase_words_count(p->source_word, p->n_source),
            T = erase_words_count(p->target_word, p->n_target), *all = arena_array(a, int, S);
        for (int s = 0; s < S; s++)
            all[s] = s;
        passes[i] = (ErasePass){ .pair = p,
                                 .words = all,
                                 .n_words = S,
                                 .log_probs = j->out->without + parts[i].target_word,
                                 .likeliest = arena_array(a, bool, T + 1) };
    }
    return erase_run(j->s->searcher, j->s->models[0], (EraseMethod)j->out->public.erase, passes, n, j->tokens,
                     a);
}

static LbStatus measure(void *context)
{
    const Job *j = context;
    Arena *a = j->s->inputs, *results = j->s->results;
    arena_rewind(a, 0);
    arena_rewind(results, 0);
    ResultPart *parts;
    size_t n;
    LbStatus status = result_parts(j->r, j->hypothesis, j->s->models[0], a, &parts, &n, j->err);
    if (status != LB_OK)
        return status;
    ErasePair *pairs = arena_array(a, ErasePair, n);
    Erased *erased = arena_array(a, Erased, n);
    for (size_t i = 0; i < n; i++)
        pairs[i] = parts[i].pair;
    if (!erase_each(j->s->searcher, j->s->models[0], (EraseMethod)j->out->public.erase, pairs, n, j->tokens,
                    results, erased) ||
        !measure_without(j, parts, n, a))
        return fail(j->err, LB_CANCELLED, "stopped on request");
    for (size_t i = 0; i < n; i++)
        take_part(j->out, j->s->models[0]->target, &parts[i], &erased[i]);
    return LB_OK;
}

LbStatus lb_erase(LbSession *s, const LbResult *r, size_t hypothesis, LbErase how, LbErasure **out,
                  LbError *err)
{
    assert(s && r && out && hypothesis < r->n_hypotheses);
    *out = NULL;
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    LbStatus status = result_can_be_forced(s, r, h, "have words of its source erased", err);
    if (status != LB_OK)
        return status;
    Job j = { .s = s, .r = r, .hypothesis = hypothesis, .out = erasure_new(r, h, how), .err = err };
    status = result_was_read(r) ? result_in_slices(s, measure, &j, &j.tokens, err) : LB_OK;
    if (status == LB_OK)
        *out = &j.out->public;
    else
        lb_erasure_free(&j.out->public);
    return status;
}

/* ---- stretches ---- */

typedef struct {
    LbSession *s;
    const LbResult *r;
    const Stretch *cuts;
    size_t n;
    int tokens;
    double *gain;
    LbError *err;
} Cutting;

static ErasePass pass_without(const ErasePair *p, Stretch cut, Arena *a)
{
    int T = erase_words_count(p->target_word, p->n_target), n = (int)(cut.to - cut.from),
        *words = arena_array(a, int, n);
    for (int i = 0; i < n; i++)
        words[i] = (int)cut.from + i;
    return (ErasePass){ .pair = p,
                        .words = words,
                        .n_words = n,
                        .log_probs = arena_array(a, double, T + 1),
                        .likeliest = arena_array(a, bool, T + 1) };
}

static double score_of(const ErasePass *p)
{
    int T = erase_words_count(p->pair->target_word, p->pair->n_target);
    double sum = 0;
    for (int t = 0; t <= T; t++)
        sum += p->log_probs[t];
    return sum;
}

static LbStatus cut_all(void *context)
{
    const Cutting *c = context;
    Arena *a = c->s->inputs;
    arena_rewind(a, 0);
    ResultPart *parts;
    size_t n_parts;
    LbStatus status = result_parts(c->r, 0, c->s->models[0], a, &parts, &n_parts, c->err);
    if (status != LB_OK)
        return status;
    assert(n_parts == 1);
    ErasePass *passes = arena_array(a, ErasePass, c->n + 1);
    for (size_t i = 0; i < c->n; i++)
        passes[i] = pass_without(&parts[0].pair, c->cuts[i], a);
    passes[c->n] = pass_without(&parts[0].pair, (Stretch){ 0, 0 }, a);
    if (!erase_run(c->s->searcher, c->s->models[0], ERASE_DELETE, passes, c->n + 1, c->tokens, a))
        return fail(c->err, LB_CANCELLED, "stopped on request");
    for (size_t i = 0; i < c->n; i++)
        c->gain[i] = score_of(&passes[i]) - score_of(&passes[c->n]);
    return LB_OK;
}

LbStatus erase_stretches(LbSession *s, const LbResult *r, const Stretch *cuts, size_t n, double *gain,
                         LbError *err)
{
    Cutting c = { .s = s, .r = r, .cuts = cuts, .n = n, .gain = gain, .err = err };
    return result_in_slices(s, cut_all, &c, &c.tokens, err);
}

/* ---- marks ---- */

bool map_highlights(const LbMap *m, size_t t, size_t s)
{
    return erase_highlights(m->weights + t * m->n_columns, m->n_columns, s);
}

const char *lb_mark_name(LbMark mark)
{
    static const char *const names[] = {
        [LB_UNCHECKED] = "unchecked", [LB_SUPPORTED] = "supported", [LB_UNSUPPORTED] = "unsupported"
    };
    return names[mark];
}

const char *map_mark_name(const LbMap *m, size_t t, size_t s)
{
    return lb_mark_name(m->marks[t * m->n_columns + s]);
}

size_t map_cell(const LbMap *map, size_t n_words, size_t n_source_words, size_t t, size_t s)
{
    const OwnMap *m = (const OwnMap *)(const void *)map;
    size_t row = m->row_word ? (size_t)m->row_word[t] : t,
           column = m->column_word ? (size_t)m->column_word[s] : s;
    assert(row < n_words && column < n_source_words);
    return row * n_source_words + column;
}

void lb_map_check(LbMap *map, const LbErasure *e)
{
    assert(map && e && map->kind == LB_CROSS);
    OwnMap *m = (OwnMap *)(void *)map;
    free(m->marks);
    m->marks = memory_get(map->n_rows * map->n_columns, sizeof *m->marks);
    for (size_t t = 0; t < map->n_rows; t++)
        for (size_t s = 0; s < map->n_columns; s++)
            if (map_highlights(map, t, s))
                m->marks[t * map->n_columns + s] =
                    e->depends[map_cell(map, e->n_words, e->n_source_words, t, s)];
    map->marks = m->marks;
    map->erase = e->erase;
}

/* ---- a table of cells ---- */

static const char cells_head[] =
    "line\ttarget\ttarget_word\tsource\tsource_word\tweight\tdrop\tmark\tinstead\tgradient\n";

/* Words may hold tabs. */
static void add_text(Str *out, const char *text)
{
    str_add_char(out, '\t');
    for (; text && *text; text++)
        str_add_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
}

static void add_cell(Str *out, const LbMap *m, const LbErasure *e, const LbGradient *g, uint64_t line,
                     size_t t, size_t s)
{
    size_t first = head_is_mark(&m->columns[0]) && text_equal(m->columns[0].text, "<s>"),
           cell = e ? map_cell(m, e->n_words, e->n_source_words, t, s) : 0;
    str_addf(out, "%llu\t%zu", (unsigned long long)line, t);
    add_text(out, m->rows[t].text);
    str_addf(out, "\t%lld", (long long)s - (long long)first);
    add_text(out, m->columns[s].text);
    str_addf(out, "\t%.6f\t", m->weights[t * m->n_columns + s]);
    if (e && !isnan(e->drop[cell]))
        str_addf(out, "%.6f", e->drop[cell]);
    add_text(out, m->marks && map_highlights(m, t, s) ? map_mark_name(m, t, s) : "");
    add_text(out, e ? e->instead[cell] : "");
    str_add_char(out, '\t');
    if (g)
        str_addf(out, "%.6g", g->norm[map_cell(m, g->n_words, g->n_source_words, t, s)]);
    str_add_char(out, '\n');
}

char *lb_map_cells(const LbMap *m, const LbErasure *e, const LbGradient *g, uint64_t line)
{
    assert(m && (!e || m->kind == LB_CROSS));
    Str out = { 0 };
    str_add(&out, line == 0 ? cells_head : "");
    for (size_t t = 0; t < m->n_rows; t++)
        for (size_t s = 0; s < m->n_columns; s++)
            add_cell(&out, m, e, g, line, t, s);
    return str_take(&out);
}
