/* study_report.c -- a study as a table, as lines of numbers and as JSON. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/study_json.h"
#include "base/array.h"
#include "base/status.h"
#include "base/str.h"

enum { A_BLOCK = 4 }; /* systems beside each other */

/* ---- a table of texts ---- */

typedef struct {
    char **cells; /* array, row by row */
    size_t columns;
} Grid;

static void put(Grid *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(Grid *g, const char *format, ...)
{
    Str text = { 0 };
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    array_push(g->cells, str_take(&text));
}

static void add_cell(Str *out, const char *text, int width, bool left)
{
    str_addf(out, left ? "%-*s" : "  %*s", width, text);
}

/* The first column to the left, the others to the right; the cells are given up. */
static void grid_print(Grid *g, Str *out)
{
    size_t n = array_len(g->cells);
    int *width = memory_get(g->columns, sizeof *width);
    for (size_t i = 0; i < n; i++) {
        int w = (int)strlen(g->cells[i]), *most = &width[i % g->columns];
        *most = w > *most ? w : *most;
    }
    for (size_t i = 0; i < n; i++) {
        size_t column = i % g->columns;
        add_cell(out, g->cells[i], width[column], column == 0);
        if (column + 1 == g->columns)
            str_end_line(out);
        free(g->cells[i]);
    }
    free(width);
    array_free(g->cells);
}

/* ---- the table ---- */

static const StudyGroup *group_at(const LbStudy *s, size_t i)
{
    size_t n = array_len(s->buckets);
    return i < n ? &s->buckets[i] : &s->groups[i - n];
}

static size_t n_groups(const LbStudy *s)
{
    return array_len(s->buckets) + array_len(s->groups);
}

static void put_quality(Grid *g, Quality q)
{
    if (isnan(q.value))
        put(g, "-");
    else
        put(g, "%.1f (%.1f to %.1f)", q.value, q.low, q.high);
}

/* Small ones with more figures: a range that lies on one side of 0 is to look so. */
static void put_gain(Grid *g, Quality q)
{
    int digits = fabs(q.value) < 0.1 ? 2 : 1;
    if (isnan(q.value))
        put(g, "-");
    else
        put(g, "%+.*f (%+.*f to %+.*f)%s", digits, q.value, digits, q.low, digits, q.high,
            study_differs(q) ? " *" : "  ");
}

typedef struct {
    size_t from, to;
    bool gain;
} Block;

static void put_head(Grid *g, const LbStudy *s, Block b)
{
    put(g, "%s", s->unit);
    put(g, "trained");
    put(g, "sentences");
    for (size_t i = b.from; i < b.to; i++)
        if (!b.gain)
            put(g, "%s", s->systems[i].score);
        else if (i != s->base)
            put(g, "%s - %s", s->systems[i].score, s->systems[s->base].score);
}

static void put_group(Grid *g, const LbStudy *s, const StudyGroup *x, Block b)
{
    put(g, "%s", x->name);
    put(g, "%s", study_places[x->place]);
    put(g, "%zu", array_len(x->members));
    for (size_t i = b.from; i < b.to; i++)
        if (!b.gain)
            put_quality(g, x->quality[study_cell(i, s->metric)]);
        else if (i != s->base)
            put_gain(g, x->gain[study_cell(i, s->metric)]);
}

static void add_block(const LbStudy *s, Block b, Str *out)
{
    Grid g = { NULL, 3 + (b.to - b.from) - (b.gain && s->base >= b.from && s->base < b.to) };
    if (g.columns == 3)
        return;
    put_head(&g, s, b);
    for (size_t i = 0; i < n_groups(s); i++)
        put_group(&g, s, group_at(s, i), b);
    grid_print(&g, out);
    str_add_char(out, '\n');
}

static void add_intro(const LbStudy *s, Str *out)
{
    str_addf(out, "%s by %s length, %zu test sentence%s", study_metric_titles[s->metric], study_side(s),
             study_size(s), study_size(s) == 1 ? "" : "s");
    if (s->o.seeds > 1)
        str_addf(out, ", mean of %d trainings each", s->o.seeds);
    str_addf(
        out,
        "; ranges: 95 %% of %d resamples\ntraining lengths: %d to %d %s, 95 %% of the pairs up to %d\n\n",
        s->o.samples, s->shortest, s->longest, s->unit, s->usual);
}

static void add_notes(const LbStudy *s, Str *out)
{
    if (array_len(s->systems) > 1)
        str_add(
            out,
            "Differences are paired: both on the same draws of sentences; * the range lies on one side of "
            "0.\n");
    for (size_t i = 0; i < array_len(s->systems); i++)
        if (s->systems[i].runs[0].in_parts > 0)
            str_addf(out, "%s read %zu sentences in parts: they are longer than it takes.\n",
                     s->systems[i].score, s->systems[i].runs[0].in_parts);
}

static char *study_table(const LbStudy *s)
{
    Str out = { 0 };
    add_intro(s, &out);
    for (int gain = 0; gain < 2; gain++)
        for (size_t i = 0; i < array_len(s->systems); i += A_BLOCK) {
            size_t n = array_len(s->systems);
            add_block(s, (Block){ i, i + A_BLOCK < n ? i + A_BLOCK : n, gain }, &out);
        }
    add_notes(s, &out);
    return str_take(&out);
}

/* ---- lines of numbers ---- */

static void add_number(Str *out, double x)
{
    if (isnan(x))
        str_add(out, "\t-");
    else
        str_addf(out, "\t%.4f", x);
}

static void add_line(Str *out, const LbStudy *s, const StudyGroup *g, size_t system, StudyMetric m)
{
    Quality q = g->quality[study_cell(system, m)], gain = g->gain[study_cell(system, m)];
    const double all[] = { q.value, q.low, q.high, gain.value, gain.low, gain.high };
    str_addf(out, "%s\t%d\t%d\t%s\t%zu\t%s\t%s", g->name, g->range.low, g->range.high, study_places[g->place],
             array_len(g->members), s->systems[system].score, study_metrics[m]);
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        add_number(out, all[i]);
    str_add_char(out, '\n');
}

static char *study_tsv(const LbStudy *s)
{
    Str out = { 0 };
    str_add(&out, "group\tfrom\tto\ttrained\tsentences\tscore\tmetric\tvalue\tlow\thigh\tgain\tgain_low\t"
                  "gain_high\n");
    for (size_t i = 0; i < n_groups(s); i++)
        for (size_t k = 0; k < array_len(s->systems); k++)
            for (int m = 0; m < STUDY_METRICS; m++)
                add_line(&out, s, group_at(s, i), k, (StudyMetric)m);
    return str_take(&out);
}

/* ---- JSON ---- */

static json_t *quality_json(Quality q)
{
    return json_pack("{s:o, s:o, s:o}", "value", json_number(q.value), "low", json_number(q.low), "high",
                     json_number(q.high));
}

static json_t *metric_json(const LbStudy *s, const StudyGroup *g, size_t cell)
{
    json_t *o = quality_json(g->quality[cell]), *own = json_array();
    for (int k = 0; k < s->o.seeds; k++)
        json_array_append_new(own, json_number(g->own[cell * (size_t)s->o.seeds + (size_t)k]));
    json_object_set_new(o, "runs", own);
    json_object_set_new(o, "gain", quality_json(g->gain[cell]));
    return o;
}

static json_t *group_json(const LbStudy *s, const StudyGroup *g)
{
    json_t *scores = json_object();
    for (size_t i = 0; i < array_len(s->systems); i++) {
        json_t *o = json_object();
        for (int m = 0; m < STUDY_METRICS; m++)
            json_object_set_new(o, study_metrics[m], metric_json(s, g, study_cell(i, (StudyMetric)m)));
        json_object_set_new(scores, s->systems[i].score, o);
    }
    return json_pack("{s:s, s:i, s:i, s:s, s:I, s:f, s:o}", "name", g->name, "low", g->range.low, "high",
                     g->range.high, "trained", study_places[g->place], "sentences",
                     (json_int_t)array_len(g->members), "mean_length", g->mean, "scores", scores);
}

static json_t *groups_json(const LbStudy *s, const StudyGroup *all)
{
    json_t *list = json_array();
    for (size_t i = 0; i < array_len(all); i++)
        json_array_append_new(list, group_json(s, &all[i]));
    return list;
}

static json_t *systems_json(const LbStudy *s)
{
    json_t *list = json_array();
    for (size_t i = 0; i < array_len(s->systems); i++) {
        json_t *runs = json_array();
        for (size_t k = 0; k < array_len(s->systems[i].runs); k++) {
            const StudyRun *r = &s->systems[i].runs[k];
            json_array_append_new(runs,
                                  json_pack("{s:o, s:I, s:I, s:f, s:I}", "model", json_text(r->dir), "seed",
                                            (json_int_t)r->seed, "steps", (json_int_t)r->steps, "seconds",
                                            r->seconds, "read_in_parts", (json_int_t)r->in_parts));
        }
        json_array_append_new(list, json_pack("{s:s, s:o}", "score", s->systems[i].score, "runs", runs));
    }
    return list;
}

json_t *study_json(const LbStudy *s)
{
    json_t *trained = json_pack("{s:I, s:i, s:i, s:i}", "pairs", (json_int_t)s->n_trained, "shortest",
                                s->shortest, "usual", s->usual, "longest", s->longest);
    return json_pack("{s:s, s:s, s:s, s:s, s:I, s:i, s:o, s:s, s:o, s:o, s:o}", "study", "length", "metric",
                     study_metrics[s->metric], "by", study_side(s), "unit", s->unit, "sentences",
                     (json_int_t)study_size(s), "samples", s->o.samples, "trained", trained, "baseline",
                     s->systems[s->base].score, "systems", systems_json(s), "buckets",
                     groups_json(s, s->buckets), "groups", groups_json(s, s->groups));
}

char *lb_study_report(const LbStudy *s, LbReport form)
{
    assert(s);
    if (form == LB_JSON)
        return json_line(study_json(s));
    return form == LB_TSV ? study_tsv(s) : study_table(s);
}
