/* page_text.c -- one text of a page: the result as --json tells it, its figures, the maps of every layer and
 * head, and the decoder's steps.
 *
 * A page is to stay small enough to be sent to somebody, so what is large has a limit, and what is left out
 * is named with its reason: CELLS_SENTENCE and CELLS_PAGE numbers of maps beside the one that stands for the
 * model, STEP_CELLS for the steps of a text. For the same reason the maps of layers and heads have wider
 * steps than the one that stands for the model, but for their largest cells.
 */
#include <math.h>
#include <stdlib.h>

#include "api/figures.h"
#include "api/handle.h"
#include "api/heads.h"
#include "api/page.h"
#include "api/steps.h"
#include "base/array.h"
#include "base/str.h"
#include "search/maps.h"

#define HEAD_STEP 0.4 /* of what an even spread gives a cell: below, a map takes twice the room */
#define HEAD_STEP_MOST 0.004
enum { CELLS_SENTENCE = 500000, CELLS_PAGE = 6000000, STEP_CELLS = 40000 };

/* ---- blocks ---- */

json_t *page_source(LbText text)
{
    Str clean = { 0 };
    str_add(&clean, "");
    utf8_repair(&clean, text.text ? text.text : "", text.len);
    json_t *out = json_stringn(clean.text, clean.len);
    str_free(&clean);
    return out;
}

json_t *page_row(uint64_t line, LbText source, const char *output, double score)
{
    return json_pack("{s:I, s:o, s:o, s:o, s:{}}", "line", (json_int_t)line, "source", page_source(source),
                     "output", json_text(output), "score", json_number(score), "values");
}

void page_put(LbPage *p, json_t *sentence, json_t *row)
{
    char *text = json_line(sentence);
    page_block(&p->file, text, &p->numbers.numbers);
    numbers_clear(&p->numbers.numbers);
    json_array_append_new(p->sentences, row);
    free(text);
}

/* ---- every layer and head ---- */

typedef struct {
    LbPage *p;
    const LbResult *r;
    const LbHypothesis *h;
    json_t *kinds; /* that fit */
    Str left_out;
} HeadBlocks;

static json_t *kind_json(const HeadBlocks *x, LbMapKind kind)
{
    const LbHeads *all = &x->h->heads[kind];
    json_t *maps = json_array();
    size_t rows = 0, columns = 0;
    for (size_t i = 0; i < all->n_layers * all->n_heads; i++) {
        double *weights = head_matrix(x->r, x->h, kind, (int)(i / all->n_heads), (int)(i % all->n_heads),
                                      false, &rows, &columns);
        x->p->numbers.step[UNIT_HEAD] = fmin(HEAD_STEP / (double)columns, HEAD_STEP_MOST);
        json_array_append_new(maps, json_matrix_to(&x->p->numbers, UNIT_HEAD, weights, rows, columns));
        free(weights);
    }
    const LbWord *row = kind == LB_ENCODER ? x->r->source_words : x->h->words;
    LbWord *inputs = kind == LB_DECODER ? head_inputs(x->h->words, columns) : NULL;
    json_t *o = json_pack("{s:I, s:I, s:o, s:o, s:o}", "layers", (json_int_t)all->n_layers, "heads",
                          (json_int_t)all->n_heads, "rows", json_words(row, rows), "columns",
                          json_words(inputs ? inputs : x->r->source_words, columns), "maps", maps);
    free(inputs);
    return o;
}

/* Numbers of all maps of a kind, in words. */
static size_t cells_of(const HeadBlocks *x, LbMapKind kind)
{
    const LbHeads *all = &x->h->heads[kind];
    size_t rows = kind == LB_ENCODER ? x->r->n_source_words : x->h->n_words,
           columns = kind == LB_DECODER ? x->h->n_words : x->r->n_source_words;
    return all->n_layers * all->n_heads * rows * columns;
}

static void leave_out(HeadBlocks *x, LbMapKind kind, const char *why)
{
    str_addf(&x->left_out, "%s%s: %s", x->left_out.len ? "; " : "", head_kind_name(kind), why);
}

static void add_kind(HeadBlocks *x, LbMapKind kind, size_t *cells)
{
    HeadCount count = maps_count(x->p->session->models[0], (MapKind)kind);
    size_t more = cells_of(x, kind);
    if (count.layers == 0 || (kind == LB_CROSS && count.layers * count.heads == 1))
        return;
    if (x->h->heads[kind].n_layers == 0)
        leave_out(x, kind, "the maps of all layers and heads take too much memory for so long a text");
    else if (*cells + more > CELLS_SENTENCE)
        leave_out(x, kind, "so long a text has more numbers than a page should have");
    else if (x->p->cells + more > CELLS_PAGE)
        leave_out(x, kind, "so many texts have more numbers than a page should have");
    else {
        json_object_set_new(x->kinds, head_kind_name(kind), kind_json(x, kind));
        *cells += more;
        x->p->cells += more;
    }
}

static void add_heads(LbPage *p, const LbPageText *x, json_t *o)
{
    HeadBlocks heads = { p, x->result, &x->result->hypotheses[0], json_object(), { 0 } };
    size_t cells = 0;
    for (LbMapKind kind = 0; kind < LB_KINDS; kind++)
        add_kind(&heads, kind, &cells);
    if (json_object_size(heads.kinds))
        json_object_set(o, "heads", heads.kinds);
    json_decref(heads.kinds);
    if (heads.left_out.len)
        json_object_set_new(o, "heads_left_out", json_string(heads.left_out.text));
    str_free(&heads.left_out);
}

/* ---- steps ---- */

static json_t *likely_json(const TraceStep *step)
{
    json_t *a = json_array();
    for (int i = 0; i < step->n_likely; i++)
        json_array_append_new(a,
                              json_pack("[o,f]", json_text(step->likely[i]), step->likely_probabilities[i]));
    return a;
}

/* One row of each step, gathered to a matrix; null where steps have none. */
static json_t *gathered(LbPage *p, const Steps *all, const double *(*row)(const TraceStep *step), Unit unit)
{
    size_t S = (size_t)all->n_source;
    if (all->n == 0 || !row(&all->steps[0]))
        return json_null();
    double *values = memory_get((size_t)all->n * S, sizeof *values);
    for (int t = 0; t < all->n; t++)
        for (size_t s = 0; s < S; s++)
            values[(size_t)t * S + s] = row(&all->steps[t])[s];
    json_t *out = json_matrix_to(&p->numbers, unit, values, (size_t)all->n, S);
    free(values);
    return out;
}

static const double *scores_of(const TraceStep *step)
{
    return step->scores;
}

static const double *weights_of(const TraceStep *step)
{
    return step->weights;
}

static const double *context_of(const TraceStep *step)
{
    return step->context_shares;
}

static json_t *steps_json(LbPage *p, const Steps *all)
{
    json_t *source = json_array(), *words = json_array(), *probability = json_array(), *likely = json_array();
    for (int s = 0; s < all->n_source; s++)
        json_array_append_new(source, json_text(all->source[s]));
    for (int t = 0; t < all->n; t++) {
        json_array_append_new(words, json_text(all->steps[t].word));
        json_array_append_new(probability, json_number(all->steps[t].probability));
        json_array_append_new(likely, likely_json(&all->steps[t]));
    }
    json_t *scores = gathered(p, all, scores_of, UNIT_OTHER),
           *weights = gathered(p, all, weights_of, UNIT_WEIGHT),
           *context = gathered(p, all, context_of, UNIT_OTHER);
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "source", source, "words", words, "probability",
                     probability, "scores", scores, "weights", weights, "context", context, "likely", likely);
}

/* A text that cannot be told step by step has none. */
static LbStatus add_steps(LbPage *p, const LbPageText *x, json_t *o, LbError *err)
{
    Steps steps;
    const LbHypothesis *h = &x->result->hypotheses[0];
    if (!x->steps || h->n_pieces > STEP_CELLS / x->result->n_source_pieces)
        return LB_OK;
    LbStatus status = steps_of(p->session, x->text, x->result, 0, &steps, err);
    if (status == LB_OK)
        json_object_set_new(o, "steps", steps_json(p, &steps));
    return status == LB_MEMORY || status == LB_CANCELLED ? status : LB_OK;
}

/* ---- figures and gold ---- */

typedef struct {
    LbPage *p;
    const LbPageText *x;
    json_t *out;
} Measuring;

static LbStatus measure(void *context)
{
    Measuring *m = context;
    Arena *a = m->p->session->inputs;
    arena_rewind(a, 0);
    m->out = figures_of_map(m->x->result, m->x->checked, m->x->erasure, m->x->line, a);
    return LB_OK;
}

static LbStatus add_figures(LbPage *p, const LbPageText *x, json_t *o, LbError *err)
{
    Measuring m = { p, x, NULL };
    LbStatus status = x->erasure && p->figures ? guard(measure, &m, err) : LB_OK;
    json_object_set_new(o, "figures", m.out ? m.out : json_null());
    return status;
}

static LbStatus add_gold(const LbPageText *x, json_t *o, LbError *err)
{
    AerLink *links = NULL;
    LbStatus status = x->gold ? links_parse(line_of(x->gold), &links, err) : LB_OK;
    json_t *all = json_array();
    for (size_t i = 0; i < array_len(links); i++)
        json_array_append_new(
            all, json_pack("[i,i,s]", links[i].source, links[i].target, links[i].sure ? "sure" : "possible"));
    if (x->gold && status == LB_OK)
        json_object_set(o, "gold", all);
    json_decref(all);
    array_free(links);
    return status;
}

/* ---- evidence ---- */

/* From offsets in a raw line to those in the text of the page, where malformed bytes are U+FFFD; they must
 * not go down. */
typedef struct {
    LbText raw;
    size_t at, shown;
} Place;

static json_int_t shown_at(Place *p, size_t at)
{
    Str clean = { 0 };
    utf8_repair(&clean, p->raw.text + p->at, at - p->at);
    p->shown += clean.len;
    p->at = at;
    str_free(&clean);
    return (json_int_t)p->shown;
}

static json_t *sentence_check_json(const LbSentence *x)
{
    return x->mark == LB_UNCHECKED ? json_null()
                                   : json_pack("{s:s, s:o, s:b, s:o}", "mark", lb_mark_name(x->mark), "drop",
                                               json_number(x->drop), "flips", (int)x->flips, "instead",
                                               x->instead ? json_text(x->instead) : json_null());
}

static json_t *sentence_json(const LbSentence *x, bool weighed, Place *p)
{
    const LbWord *w = x->stands_out ? &x->words[x->heaviest] : NULL;
    json_int_t start = shown_at(p, x->span.start), from = w ? shown_at(p, w->start) : 0,
               to = w ? shown_at(p, w->end) : 0, end = shown_at(p, x->span.end);
    return json_pack("{s:[I,I], s:o, s:o, s:o}", "span", start, end, "weight",
                     weighed ? json_number(x->weight) : json_null(), "heaviest",
                     w ? json_pack("[I,I]", from, to) : json_null(), "check", sentence_check_json(x));
}

static json_t *evidence_json(const LbEvidence *e, LbText text)
{
    json_t *sentences = json_array(), *ranked = json_array();
    Place place = { text, 0, 0 };
    for (size_t i = 0; i < e->n_sentences; i++) {
        json_array_append_new(sentences, sentence_json(&e->sentences[i], e->weighed, &place));
        json_array_append_new(ranked, json_integer((json_int_t)e->ranked[i]));
    }
    return json_pack("{s:o, s:o, s:o}", "inside", e->weighed ? json_number(e->inside) : json_null(),
                     "sentences", sentences, "ranked", ranked);
}

/* ---- all of it ---- */

static json_t *basic_json(LbPage *p, const LbPageText *x)
{
    LbJsonParts parts = { .attention = true,
                          .map = x->map,
                          .checked = x->checked,
                          .erasure = x->erasure,
                          .gradient = x->gradient };
    json_t *o = json_pack("{s:I, s:o, s:o}", "line", (json_int_t)x->line, "text", page_source(x->text),
                          "result", result_json(x->result, parts, &p->numbers));
    if (x->erasure && !x->gradient && x->no_gradient)
        json_object_set_new(o, "gradient_left_out", json_text(x->no_gradient));
    if (x->evidence)
        json_object_set_new(o, "evidence", evidence_json(x->evidence, x->text));
    return o;
}

void page_label(LbPage *p, const char *label)
{
    size_t n = json_array_size(p->sentences);
    if (n > 0)
        json_object_set_new(json_array_get(p->sentences, n - 1), "label", json_text(label));
}

/* Figures of the text stand in the list as well, to sort it by. */
static json_t *row_of(const LbPageText *x, json_t *sentence, json_t *values)
{
    const LbHypothesis *h = &x->result->hypotheses[0];
    json_t *row = page_row(x->line, x->text, h->text, h->score), *all = json_object_get(row, "values");
    json_t *figures = json_object_get(sentence, "figures");
    if (json_is_object(figures))
        json_object_update(all, figures);
    json_object_update(all, values);
    return row;
}

LbStatus page_add_text(LbPage *p, const LbPageText *x, json_t *more, json_t *values, LbError *err)
{
    numbers_clear(&p->numbers.numbers);
    if (x->erasure)
        p->erased = true, p->erase = (EraseMethod)x->erasure->erase;
    json_t *o = basic_json(p, x);
    LbStatus status = add_figures(p, x, o, err);
    json_object_update(o, more);
    if (status == LB_OK)
        status = add_gold(x, o, err);
    if (status == LB_OK && x->heads)
        add_heads(p, x, o);
    if (status == LB_OK)
        status = add_steps(p, x, o, err);
    if (status == LB_OK) {
        json_t *row = row_of(x, o, values);
        page_put(p, json_incref(o), row);
    }
    json_decref(o);
    json_decref(more);
    json_decref(values);
    return status;
}

LbStatus lb_page_add(LbPage *p, const LbPageText *x, LbError *err)
{
    assert(p && x && x->result && (!x->erasure || x->checked));
    p->figures |= x->erasure != NULL;
    return page_add_text(p, x, json_object(), json_object(), err);
}

/* ---- words checked ---- */

enum { MOST_ERASED = 120 };

static LbStatus erase_words(LbPage *p, const LbResult *r, LbMap **map, LbErasure **erasure, LbError *err)
{
    if (r->n_parts > 1 || r->n_source_words > MOST_ERASED || !r->hypotheses[0].attention)
        return LB_OK;
    LbStatus status = lb_map_new(r, 0, lb_map_default(), map, err);
    if (status == LB_OK)
        status = lb_erase(p->session, r, 0, LB_ERASE_UNK, erasure, err);
    if (status == LB_OK)
        lb_map_check(*map, *erasure);
    return status;
}

LbStatus page_add_checked(LbPage *p, const LbPageText *x, json_t *more, json_t *values, LbError *err)
{
    LbMap *map = NULL;
    LbErasure *erasure = NULL;
    LbStatus status = erase_words(p, x->result, &map, &erasure, err);
    LbPageText text = *x;
    text.checked = map, text.erasure = erasure;
    text.no_gradient = "lookback explain --html measures it";
    if (status == LB_OK) {
        status = page_add_text(p, &text, more, values, err);
    } else {
        json_decref(more);
        json_decref(values);
    }
    lb_erasure_free(erasure);
    lb_map_free(map);
    return status;
}

LbStatus lb_page_add_checked(LbPage *p, const LbPageText *x, LbError *err)
{
    assert(p && x && x->result);
    p->figures = true;
    return page_add_checked(p, x, json_object(), json_object(), err);
}
