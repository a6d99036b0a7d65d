#include "api/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/heads.h"
#include "api/own_map.h"
#include "api/readings.h"
#include "base/array.h"
#include "base/status.h"
#include "base/str.h"
#include "explain/erase.h"
#include "explain/readout.h"

json_t *json_text(const char *text)
{
    json_t *x = json_string(text);
    if (x)
        return x;
    Str clean = { 0 };
    utf8_repair(&clean, text, strlen(text));
    x = json_string(clean.text);
    str_free(&clean);
    return x;
}

json_t *json_words(const LbWord *words, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(a, json_text(words[i].text));
    return a;
}

json_t *json_spans(const LbWord *words, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(a, json_pack("[I,I]", (json_int_t)words[i].start, (json_int_t)words[i].end));
    return a;
}

json_t *json_number(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}

json_t *json_reals(const double *values, size_t n)
{
    json_t *a = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(a, json_number(values[i]));
    return a;
}

json_t *json_matrix(const double *values, size_t rows, size_t columns)
{
    if (!values)
        return json_null();
    json_t *a = json_array();
    for (size_t i = 0; i < rows; i++)
        json_array_append_new(a, json_reals(values + i * columns, columns));
    return a;
}

json_t *json_matrix_to(JsonNumbers *to, Unit unit, const double *values, size_t rows, size_t columns)
{
    if (!to || !values)
        return json_matrix(values, rows, columns);
    size_t at = array_len(to->numbers.bytes);
    double error = numbers_add(&to->numbers, values, rows, columns, to->step[unit]);
    to->error[unit] = fmax(to->error[unit], error);
    return json_pack("{s:{s:I, s:I, s:I}}", "$matrix", "at", (json_int_t)at, "rows", (json_int_t)rows,
                     "columns", (json_int_t)columns);
}

char *json_line(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(object);
    char *copy = memory_text(text);
    free(text);
    return copy;
}

/* [[source, target], ...]: for each target word the source word with the largest weight, ends left out.
 * attention [target words, source words], or NULL. */
static json_t *alignment(const LbResult *r, const LbHypothesis *h, const double *attention)
{
    json_t *a = json_array();
    for (size_t t = 0; attention && t < h->n_words; t++) {
        size_t s = readout_top(attention + t * r->n_source_words, r->n_source_words);
        if (!head_is_mark(&h->words[t]) && !head_is_mark(&r->source_words[s]))
            json_array_append_new(a, json_pack("[I,I]", (json_int_t)(s - r->source_begin), (json_int_t)t));
    }
    return a;
}

static json_t *result_object(const LbResult *r, bool attention, JsonNumbers *to)
{
    const LbHypothesis *h = &r->hypotheses[0];
    json_t *o = json_object();
    json_object_set_new(o, "translation", json_text(h->text));
    json_object_set_new(o, "score", json_number(h->score));
    json_object_set_new(o, "tokens", json_words(h->words, h->n_words));
    json_object_set_new(o, "source_tokens", json_words(r->source_words, r->n_source_words));
    json_object_set_new(o, "source_spans", json_spans(r->source_words, r->n_source_words));
    json_object_set_new(o, "target_spans", json_spans(h->words, h->n_words));
    json_object_set_new(o, "alignment", alignment(r, h, h->attention));
    if (h->copied)
        json_object_set_new(o, "copied", json_reals(h->copied, h->n_words));
    if (attention && h->attention)
        json_object_set_new(o, "attention",
                            json_matrix_to(to, UNIT_WEIGHT, h->attention, h->n_words, r->n_source_words));
    return o;
}

static void add_map(json_t *o, const LbResult *r, const LbMap *m, JsonNumbers *to)
{
    const LbHypothesis *h = &r->hypotheses[0];
    if (m->kind == LB_CROSS && m->rows == h->words)
        json_object_set_new(o, "alignment", alignment(r, h, m->weights));
    json_t *head = m->head < 0 ? json_string("mean") : json_integer(m->head);
    json_object_set_new(o, "map",
                        json_pack("{s:s, s:i, s:o, s:o, s:o, s:o}", "kind", head_kind_name(m->kind), "layer",
                                  m->layer, "head", head, "rows", json_words(m->rows, m->n_rows), "columns",
                                  json_words(m->columns, m->n_columns), "weights",
                                  json_matrix_to(to, UNIT_WEIGHT, m->weights, m->n_rows, m->n_columns)));
}

/* ---- what was checked ---- */

/* Cells that are no highlight have no mark. */
static json_t *marks(const LbMap *m)
{
    json_t *a = json_array();
    for (size_t t = 0; t < m->n_rows; t++) {
        json_t *row = json_array();
        for (size_t s = 0; s < m->n_columns; s++)
            json_array_append_new(row, map_highlights(m, t, s) ? json_string(map_mark_name(m, t, s))
                                                               : json_null());
        json_array_append_new(a, row);
    }
    return a;
}

static json_t *highlight(const LbResult *r, const LbMap *m, const LbErasure *e, size_t t, size_t s)
{
    size_t cell = map_cell(m, e->n_words, e->n_source_words, t, s);
    return json_pack("{s:I, s:I, s:o, s:o, s:f, s:o, s:s, s:o}", "target", (json_int_t)t, "source",
                     (json_int_t)s - r->source_begin, "target_word", json_text(m->rows[t].text),
                     "source_word", json_text(m->columns[s].text), "weight", m->weights[t * m->n_columns + s],
                     "drop", json_number(e->drop[cell]), "mark", map_mark_name(m, t, s), "instead",
                     e->instead[cell] ? json_text(e->instead[cell]) : json_null());
}

static json_t *check(const LbResult *r, const LbMap *m, const LbErasure *e, JsonNumbers *to)
{
    json_t *list = json_array();
    size_t n[] = { [LB_UNCHECKED] = 0, [LB_SUPPORTED] = 0, [LB_UNSUPPORTED] = 0 };
    for (size_t t = 0; t < m->n_rows; t++)
        for (size_t s = 0; s < m->n_columns; s++)
            if (map_highlights(m, t, s)) {
                json_array_append_new(list, highlight(r, m, e, t, s));
                n[m->marks[t * m->n_columns + s]]++;
            }
    json_t *o =
        json_pack("{s:s, s:I, s:I, s:I, s:o, s:o}", "erase", erase_name((EraseMethod)e->erase), "supported",
                  (json_int_t)n[LB_SUPPORTED], "unsupported", (json_int_t)n[LB_UNSUPPORTED], "unchecked",
                  (json_int_t)n[LB_UNCHECKED], "highlights", list, "drop",
                  json_matrix_to(to, UNIT_NAT, e->drop, e->n_words, e->n_source_words));
    if (!to)
        json_object_set_new(o, "marks", marks(m));
    return o;
}

json_t *result_json(const LbResult *r, LbJsonParts p, JsonNumbers *to)
{
    assert(r && (!p.erasure || (p.checked && p.checked->marks)) && (!p.gradient || p.erasure));
    json_t *o = result_object(r, p.attention, to);
    if (p.map)
        add_map(o, r, p.map, to);
    if (p.erasure)
        json_object_set_new(o, "check", check(r, p.checked, p.erasure, to));
    if (p.gradient) {
        json_object_set_new(o, "gradient", gradient_json(p.gradient, to));
        json_object_set_new(o, "readings", readings_json(p.checked, p.erasure, p.gradient));
    }
    return o;
}

char *lb_result_json_with(const LbResult *r, LbJsonParts p)
{
    return json_line(result_json(r, p, NULL));
}

char *lb_result_json(const LbResult *r, bool attention)
{
    return lb_result_json_with(r, (LbJsonParts){ .attention = attention });
}

char *lb_result_json_map(const LbResult *r, const LbMap *m)
{
    assert(m);
    return lb_result_json_with(r, (LbJsonParts){ .attention = true, .map = m });
}
