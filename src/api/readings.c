/* readings.c -- three readings of one output side by side: where it looked (attention), what it leans on to
 * first order (gradient times input), and what it loses without a word (leave-one-out).
 *
 * Only words of the source are compared, no begin or end of sentence: those cannot be erased.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/handle.h"
#include "api/heads.h"
#include "api/own_map.h"
#include "api/parts.h"
#include "api/readings.h"
#include "base/array.h"
#include "base/str.h"
#include "explain/gradient.h"
#include "view/grid.h"
#include "view/readings.h"

static const char *const names[READINGS] = { "attention", "gradient x input", "leave-one-out" };
static const char *const keys[READINGS] = { "attention", "gradient", "leave_one_out" };

/* ---- gradient times input ---- */

typedef struct {
    LbGradient pub;
    double *norm, *sum;
} OwnGradient;

typedef struct {
    LbSession *s;
    const LbResult *r;
    size_t hypothesis;
    int tokens; /* in a batch */
    OwnGradient *out;
    LbError *err;
} Job;

void lb_gradient_free(LbGradient *gradient)
{
    OwnGradient *g = (OwnGradient *)(void *)gradient;
    if (!g)
        return;
    free(g->norm);
    free(g->sum);
    free(g);
}

static void take_part(const OwnGradient *out, const ResultPart *p, const Gradient *g)
{
    size_t columns = out->pub.n_source_words, column = p->source_word - (size_t)g->first;
    for (int t = 0; t < g->rows; t++) {
        size_t to = (p->target_word + (size_t)t) * columns + column, from = (size_t)t * (size_t)g->columns;
        memcpy(out->norm + to, g->norm + from, (size_t)g->columns * sizeof *g->norm);
        memcpy(out->sum + to, g->sum + from, (size_t)g->columns * sizeof *g->sum);
    }
}

static LbStatus measure(void *context)
{
    const Job *j = context;
    ResultPart *parts;
    size_t n;
    arena_rewind(j->s->inputs, 0);
    LbStatus status = result_parts(j->r, j->hypothesis, j->s->models[0], j->s->inputs, &parts, &n, j->err);
    for (size_t i = 0; i < n && status == LB_OK; i++) {
        Gradient g;
        arena_rewind(j->s->results, 0);
        if (!gradient_of(j->s->searcher, j->s->models[0], &parts[i].pair, j->tokens, j->s->results, &g))
            return fail(j->err, LB_CANCELLED, "stopped on request");
        take_part(j->out, &parts[i], &g);
    }
    return status;
}

LbStatus lb_gradient(LbSession *s, const LbResult *r, size_t hypothesis, LbGradient **out, LbError *err)
{
    assert(s && r && out && hypothesis < r->n_hypotheses);
    *out = NULL;
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    LbStatus status = result_can_be_forced(s, r, h, "say what its output leans on", err);
    if (status != LB_OK)
        return status;
    size_t cells = h->n_words * r->n_source_words;
    Job j = { .s = s, .r = r, .hypothesis = hypothesis, .out = memory_get(1, sizeof *j.out), .err = err };
    j.out->norm = memory_get(cells, sizeof *j.out->norm);
    j.out->sum = memory_get(cells, sizeof *j.out->sum);
    j.out->pub = (LbGradient){ h->n_words, r->n_source_words, j.out->norm, j.out->sum };
    status = result_was_read(r) ? result_in_slices(s, measure, &j, &j.tokens, err) : LB_OK;
    if (status == LB_OK)
        *out = &j.out->pub;
    else
        lb_gradient_free(&j.out->pub);
    return status;
}

/* ---- three numbers for every cell ---- */

static double cell_value(const LbMap *m, const LbErasure *e, const LbGradient *g, int reading, size_t t,
                         size_t s)
{
    size_t cell = t * m->n_columns + s;
    return reading == 0 ? m->weights[cell] : reading == 1 ? g->norm[cell] : e->drop[cell];
}

/* The word at which a reading is largest; -1: none. */
static long top_of(const LbMap *m, const LbErasure *e, const LbGradient *g, int reading, size_t t)
{
    long best = -1;
    for (size_t s = 0; s < m->n_columns; s++) {
        double v = cell_value(m, e, g, reading, t, s);
        if (!isnan(e->drop[t * m->n_columns + s]) &&
            (best < 0 || v > cell_value(m, e, g, reading, t, (size_t)best)))
            best = (long)s;
    }
    return best;
}

/* Norms have no unit: they are told as shares of their row. */
static double shown_value(const LbMap *m, const LbErasure *e, const LbGradient *g, int reading, size_t t,
                          size_t s)
{
    double sum = 0;
    for (size_t i = 0; i < m->n_columns && reading == 1; i++)
        sum += cell_value(m, e, g, 1, t, i);
    double v = cell_value(m, e, g, reading, t, s);
    return reading == 1 ? (sum > 0 ? v / sum : 0) : v;
}

static void check_words(const LbMap *m, const LbErasure *e, const LbGradient *g)
{
    assert(m && e && g && m->kind == LB_CROSS);
    assert(m->n_rows == e->n_words && m->n_columns == e->n_source_words); /* words, not pieces */
    assert(m->n_rows == g->n_words && m->n_columns == g->n_source_words);
}

/* ---- for a person ---- */

static ReadingRow reading_row(const LbMap *m, const LbErasure *e, const LbGradient *g, size_t t)
{
    ReadingRow row = { .word = m->rows[t].text, .number = (int)t };
    long first = top_of(m, e, g, 0, t);
    for (int k = 0; k < READINGS; k++) {
        long top = top_of(m, e, g, k, t);
        row.top[k] = top >= 0 ? m->columns[top].text : NULL;
        row.value[k] = top >= 0 ? shown_value(m, e, g, k, t, (size_t)top) : 0;
        row.differs |= top != first;
    }
    return row;
}

static void add_summary(const LbMap *m, const LbErasure *e, const LbGradient *g, Str *out)
{
    size_t n = 0, all = 0, erased = 0;
    for (size_t t = 0; t < m->n_rows; t++) {
        long a = top_of(m, e, g, 0, t), b = top_of(m, e, g, 1, t), c = top_of(m, e, g, 2, t);
        if (head_is_mark(&m->rows[t]) || a < 0)
            continue;
        n++;
        all += a == b && a == c;
        erased += a == c;
    }
    str_addf(
        out,
        "All three point at the same word for %zu of %zu; attention and leave-one-out do for %zu. *: they "
        "do not.\n",
        all, n, erased);
}

char *lb_readings_text(const LbMap *m, const LbErasure *e, const LbGradient *g, LbColour colour, int columns)
{
    check_words(m, e, g);
    ReadingRow *rows = memory_get(m->n_rows, sizeof *rows);
    int n = 0;
    for (size_t t = 0; t < m->n_rows; t++)
        if (!head_is_mark(&m->rows[t]))
            rows[n++] = reading_row(m, e, g, t);
    Str out = { 0 };
    terminal_readings(names, rows, n, terminal_options(colour, columns), &out);
    add_summary(m, e, g, &out);
    free(rows);
    return str_take(&out);
}

/* ---- as a picture ---- */

/* What a reading's map shows: the weight; the share of the row; the share of the probability that is lost. */
static double drawn(const LbMap *m, const LbErasure *e, const LbGradient *g, int reading, size_t t, size_t s)
{
    double v = shown_value(m, e, g, reading, t, s);
    return reading < 2 ? v : v > 0 ? 1 - exp(-v) : 0;
}

LbStatus lb_readings_picture(const LbMap *m, const LbErasure *e, const LbGradient *g, const char *title,
                             const char *path, LbError *err)
{
    static const char *const above[READINGS] = { "attention: weight", "gradient x input: share",
                                                 "leave-one-out: probability lost" };
    check_words(m, e, g);
    size_t cells = m->n_rows * m->n_columns;
    double *values = memory_get(READINGS * cells, sizeof *values);
    for (int k = 0; k < READINGS; k++)
        for (size_t t = 0; t < m->n_rows; t++)
            for (size_t s = 0; s < m->n_columns; s++)
                values[(size_t)k * cells + t * m->n_columns + s] = drawn(m, e, g, k, t, s);
    Map view = map_view(m, title);
    const double *maps[READINGS] = { values, values + cells, values + 2 * cells };
    const MapGrid grid = { &view, maps, 1, READINGS, 0, 0, above };
    LbStatus status = grid_write(&grid, path, err);
    map_view_free(&view);
    free(values);
    return status;
}

/* ---- JSON ---- */

static json_t *json_top(const LbMap *m, const LbErasure *e, const LbGradient *g, int reading, size_t t)
{
    long s = top_of(m, e, g, reading, t);
    size_t begin = head_is_mark(&m->columns[0]) && text_equal(m->columns[0].text, "<s>");
    if (s < 0)
        return json_null();
    return json_pack("{s:I, s:o, s:o}", "source", (json_int_t)s - (json_int_t)begin, "word",
                     json_text(m->columns[s].text), "value",
                     json_number(shown_value(m, e, g, reading, t, (size_t)s)));
}

json_t *readings_json(const LbMap *m, const LbErasure *e, const LbGradient *g)
{
    check_words(m, e, g);
    json_t *a = json_array();
    for (size_t t = 0; t < m->n_rows; t++) {
        if (head_is_mark(&m->rows[t]))
            continue;
        json_t *o = json_pack("{s:I, s:o}", "target", (json_int_t)t, "word", json_text(m->rows[t].text));
        for (int k = 0; k < READINGS; k++)
            json_object_set_new(o, keys[k], json_top(m, e, g, k, t));
        json_object_set_new(o, "agree", json_boolean(!reading_row(m, e, g, t).differs));
        json_array_append_new(a, o);
    }
    return a;
}

json_t *gradient_json(const LbGradient *g, JsonNumbers *to)
{
    json_t *norm = json_matrix_to(to, UNIT_OTHER, g->norm, g->n_words, g->n_source_words),
           *sum = json_matrix_to(to, UNIT_OTHER, g->sum, g->n_words, g->n_source_words);
    return json_pack("{s:o, s:o}", "norm", norm, "sum", sum);
}
