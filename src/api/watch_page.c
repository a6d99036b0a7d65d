/* watch_page.c -- the section `watch` of a page: docs/page.md has its format. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "api/heads.h"
#include "api/page.h"
#include "api/watch_own.h"
#include "base/array.h"

static json_t *texts_json(char *const *texts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < array_len(texts); i++)
        json_array_append_new(list, json_text(texts[i]));
    return list;
}

static json_t *valids_json(const Watch *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < array_len(w->valids); i++)
        json_array_append_new(list, valid_json(&w->valids[i]));
    return list;
}

static json_t *points_json(const Points *all)
{
    json_t *list = json_array();
    for (size_t i = 0; i < array_len(all->points); i++) {
        const Point *p = &all->points[i];
        json_array_append_new(list, json_pack("{s:I, s:f, s:f}", "step", (json_int_t)p->step, "loss", p->loss,
                                              "words_per_second", p->words_per_second));
    }
    return list;
}

/* ---- probes through time ---- */

static json_t *weights_json(const Watch *w, size_t probe, const Snapshot *s, JsonNumbers *to)
{
    if (w->kind < 0)
        return json_null();
    const float *from = s->weights;
    for (size_t i = 0; i < probe; i++)
        from += w->probes[i].n_rows * w->probes[i].n_columns;
    const Probe *p = &w->probes[probe];
    double *weights = memory_get(p->n_rows * p->n_columns + 1, sizeof *weights);
    for (size_t i = 0; i < p->n_rows * p->n_columns; i++)
        weights[i] = (double)from[i];
    json_t *matrix = json_matrix_to(to, UNIT_WEIGHT, weights, p->n_rows, p->n_columns);
    free(weights);
    return matrix;
}

static json_t *snapshots_json(const Watch *w, size_t probe, JsonNumbers *to)
{
    json_t *list = json_array();
    for (size_t i = 0; i < array_len(w->snapshots.kept); i++) {
        const Snapshot *s = &w->snapshots.kept[i];
        json_t *output = s->outputs ? json_text(s->outputs[probe]) : json_null();
        json_array_append_new(list, json_pack("{s:I, s:o, s:o}", "step", (json_int_t)s->step, "output",
                                              output, "weights", weights_json(w, probe, s, to)));
    }
    return list;
}

static json_t *probes_json(const Watch *w, JsonNumbers *to)
{
    json_t *list = json_array();
    for (size_t i = 0; i < array_len(w->probes); i++) {
        const Probe *p = &w->probes[i];
        json_array_append_new(list, json_pack("{s:I, s:o, s:o, s:o}", "pair", (json_int_t)p->pair, "source",
                                              texts_json(p->source), "reference", texts_json(p->reference),
                                              "snapshots", snapshots_json(w, i, to)));
    }
    return list;
}

static json_t *alarm_json(const Alarm *a)
{
    return a->since ? json_pack("{s:I, s:o}", "since", (json_int_t)a->since, "text", json_text(a->text))
                    : json_null();
}

static json_t *watch_json(const Watch *w, JsonNumbers *to)
{
    const Config *c = &w->plan.model->config;
    const char *kind = w->kind < 0 ? NULL : head_kind_name((LbMapKind)w->kind);
    return json_pack("{s:b, s:s?, s:s, s:s?, s:o, s:o, s:o, s:o, s:o}", "done", w->why != NULL, "why", w->why,
                     "metric", c->metric, "map", kind, "uniform_entropy", json_number(w->uniform),
                     "validations", valids_json(w), "reports", points_json(&w->points), "probes",
                     probes_json(w, to), "alarm", alarm_json(&w->alarm));
}

static char *title_of(const char *dir)
{
    Str title = { 0 };
    str_addf(&title, "lookback train: %s", dir);
    return str_take(&title);
}

LbStatus watch_write(const Watch *w, LbError *err)
{
    LbPage *p;
    const char *dir = w->plan.model->config.model_dir;
    char *title = title_of(dir);
    LbPageOptions o = { .title = title,
                        .command = w->plan.command,
                        .model = dir,
                        .chosen = w->kind > LB_CROSS,
                        .choice = { .kind = (LbMapKind)w->kind, .layer = -1, .head = -1 } };
    LbStatus status = lb_page_open(w->plan.page, w->plan.session, o, &p, err);
    free(title);
    if (status != LB_OK)
        return status;
    json_object_set_new(p->head, "kind", json_string("watch"));
    json_object_set_new(p->head, "watch", watch_json(w, &p->numbers));
    page_numbers(&p->file, "nwatch", &p->numbers.numbers);
    return lb_page_close(p, err);
}
