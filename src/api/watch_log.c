/* watch_log.c -- the folder's logs read back, and watch.jsonl written.
 *
 * The first line of watch.jsonl says what the probes are; each other one is a snapshot. What is shown is
 * always what such a line says, so a run that was resumed shows the same numbers as one that was not.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/heads.h"
#include "api/history.h"
#include "api/json.h"
#include "api/watch_own.h"
#include "base/array.h"
#include "base/file.h"
#include "train/checkpoint.h"

enum { DIGITS = 4 };

/* ---- lines of watch.jsonl ---- */

static json_t *texts_json(char *const *texts)
{
    json_t *list = json_array();
    for (size_t i = 0; i < array_len(texts); i++)
        json_array_append_new(list, json_text(texts[i]));
    return list;
}

static json_t *probe_json(const Probe *p)
{
    return json_pack("{sI so so}", "pair", (json_int_t)p->pair, "source", texts_json(p->source), "reference",
                     texts_json(p->reference));
}

static char *line_of_json(json_t *object)
{
    char *text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(DIGITS));
    json_decref(object);
    return text;
}

/* Without pretending to be a snapshot: it has no step. */
static char *header(const Watch *w)
{
    json_t *list = json_array();
    for (size_t i = 0; i < array_len(w->probes); i++)
        json_array_append_new(list, probe_json(&w->probes[i]));
    const char *kind = w->kind < 0 ? NULL : head_kind_name((LbMapKind)w->kind);
    return line_of_json(json_pack("{si ss? so}", "format", 1, "map", kind, "probes", list));
}

static json_t *weights_json(const float *weights, size_t rows, size_t columns)
{
    json_t *matrix = json_array();
    for (size_t i = 0; i < rows; i++) {
        json_t *row = json_array();
        for (size_t j = 0; j < columns; j++)
            json_array_append_new(row, json_number((double)weights[i * columns + j]));
        json_array_append_new(matrix, row);
    }
    return matrix;
}

static char *snapshot_line(const Watch *w, const Snapshot *s)
{
    json_t *maps = json_array();
    const float *at = s->weights;
    for (size_t i = 0; i < array_len(w->probes) && w->kind >= 0; i++) {
        const Probe *p = &w->probes[i];
        json_array_append_new(maps, weights_json(at, p->n_rows, p->n_columns));
        at += p->n_rows * p->n_columns;
    }
    return line_of_json(json_pack("{sI so so}", "step", (json_int_t)s->step, "output", texts_json(s->outputs),
                                  "weights", maps));
}

static bool read_row(const json_t *row, size_t columns, float *to)
{
    bool good = json_array_size(row) == columns;
    for (size_t i = 0; good && i < columns; i++) {
        const json_t *x = json_array_get(row, i);
        good = json_is_number(x) || json_is_null(x);
        to[i] = good && json_is_number(x) ? (float)json_number_value(x) : NAN;
    }
    return good;
}

static bool read_matrix(const json_t *matrix, const Probe *p, Snapshot *s)
{
    bool good = json_array_size(matrix) == p->n_rows;
    for (size_t i = 0; good && i < p->n_rows; i++)
        good = read_row(json_array_get(matrix, i), p->n_columns, array_add(s->weights, p->n_columns));
    return good;
}

static bool read_outputs(const json_t *list, size_t n, Snapshot *s)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *text = json_string_value(json_array_get(list, i));
        array_push(s->outputs, memory_text(text ? text : ""));
    }
    return json_is_array(list) && (array_len(s->outputs) == n || !s->outputs);
}

static bool read_snapshot(const Watch *w, const json_t *line, Snapshot *s)
{
    size_t n = array_len(w->probes), n_maps = w->kind >= 0 ? n : 0;
    const json_t *step = json_object_get(line, "step"), *maps = json_object_get(line, "weights");
    *s = (Snapshot){ .step = json_integer_value(step) };
    bool good = json_is_integer(step) && read_outputs(json_object_get(line, "output"), n, s) &&
                json_array_size(maps) == n_maps;
    for (size_t i = 0; good && i < n_maps; i++)
        good = read_matrix(json_array_get(maps, i), &w->probes[i], s);
    if (!good)
        snapshot_free(s);
    return good;
}

/* Takes what the line says; false: it is not a whole line of a later step. */
static bool take_line(Watch *w, const char *text, size_t len, int64_t step)
{
    json_t *line = json_loadb(text, len, 0, NULL);
    Snapshot s;
    bool good = read_snapshot(w, line, &s);
    json_decref(line);
    const Snapshot *kept = w->snapshots.kept;
    if (good && (s.step > step || (kept && s.step <= array_last(kept).step))) {
        snapshot_free(&s);
        good = false;
    }
    if (good)
        snapshots_add(&w->snapshots, s);
    return good;
}

LbStatus watch_log(Watch *w, const Snapshot *s, LbError *err)
{
    char *line = snapshot_line(w, s);
    LbStatus status = journal_add(&w->log, line, err);
    take_line(w, line, strlen(line), INT64_MAX);
    free(line);
    return status;
}

/* ---- watch.jsonl read back ---- */

/* The length of what counts: whole lines up to `step`, if they are about these probes. */
static LbStatus read_log(Watch *w, const char *path, const char *first, int64_t step, size_t *keep,
                         LbError *err)
{
    Reader *in = reader_open(path, err);
    const char *text;
    size_t len;
    int more;
    *keep = 0;
    if (!in)
        return LB_FILE;
    while ((more = reader_line(in, &text, &len, err)) > 0) {
        bool good =
            *keep == 0 ? len == strlen(first) && !memcmp(text, first, len) : take_line(w, text, len, step);
        if (!good)
            break;
        *keep += len + 1;
    }
    reader_close(in);
    return more < 0 ? LB_FILE : LB_OK;
}

static LbStatus open_log(Watch *w, const char *dir, int64_t step, LbError *err)
{
    size_t keep = 0;
    char *path = path_join(dir, WATCH_FILE), *first = header(w);
    bool there = step > 0 && file_exists(path);
    LbStatus status = there ? read_log(w, path, first, step, &keep, err) : LB_OK;
    if (there && keep == 0)
        watch_say(w, "%s is about other probes: it begins anew", path);
    if (status == LB_OK)
        status = journal_open(&w->log, dir, WATCH_FILE, keep, err);
    if (status == LB_OK && keep == 0)
        status = journal_add(&w->log, first, err);
    free(first);
    free(path);
    return status;
}

static int64_t step_of(const char *text, size_t len)
{
    json_t *line = json_loadb(text, len, 0, NULL);
    int64_t step = json_integer_value(json_object_get(line, "step"));
    json_decref(line);
    return step;
}

LbStatus watch_cut(const char *dir, int64_t step, LbError *err)
{
    char *path = path_join(dir, WATCH_FILE);
    size_t keep = 0, len;
    const char *text;
    LbStatus status = LB_OK;
    Reader *in = file_exists(path) ? reader_open(path, err) : NULL;
    if (in && step == 0)
        unlink(path);
    while (in && reader_line(in, &text, &len, err) > 0 && step_of(text, len) <= step)
        keep += len + 1;
    reader_close(in);
    if (in && step > 0) {
        Journal log;
        status = journal_open(&log, dir, WATCH_FILE, keep, err);
        journal_close(&log);
    }
    free(path);
    return status;
}

/* ---- the other two ---- */

static const struct {
    const char *name;
    size_t offset; /* in TrainValid, a double */
} figures[] = {
    { "loss", offsetof(TrainValid, loss) },         { "ppl", offsetof(TrainValid, ppl) },
    { "accuracy", offsetof(TrainValid, accuracy) }, { "bleu", offsetof(TrainValid, bleu) },
    { "chrf", offsetof(TrainValid, chrf) },         { "exact", offsetof(TrainValid, exact) },
    { "rouge", offsetof(TrainValid, rouge) },       { "entropy", offsetof(TrainValid, entropy) },
    { "end_mass", offsetof(TrainValid, end_mass) }, { "rate", offsetof(TrainValid, rate) },
    { "seconds", offsetof(TrainValid, seconds) },
};
enum { N_FIGURES = sizeof figures / sizeof *figures };

static double value_at(const History *h, int row, const char *name)
{
    int column = history_column(h, name);
    return column < 0 ? NAN : history_value(h, row, column);
}

static TrainValid valid_of(const History *h, int row)
{
    double epoch = value_at(h, row, "epoch");
    TrainValid v = { .step = (int64_t)history_value(h, row, 0), .epoch = epoch > 0 ? (int)epoch : 0 };
    for (int i = 0; i < N_FIGURES; i++)
        *(double *)(void *)((char *)&v + figures[i].offset) = value_at(h, row, figures[i].name);
    return v;
}

/* As validation.tsv has it: a resumed run knows no more. */
static double as_logged(double value)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", value);
    return strtod(text, NULL);
}

json_t *valid_json(const TrainValid *v)
{
    json_t *x = json_pack("{sI si}", "step", (json_int_t)v->step, "epoch", v->epoch);
    for (int i = 0; i < N_FIGURES; i++) {
        double value = *(const double *)(const void *)((const char *)v + figures[i].offset);
        if (isfinite(value))
            json_object_set_new(x, figures[i].name, json_real(as_logged(value)));
    }
    return x;
}

void valids_add(TrainValid **all, TrainValid v)
{
    while (array_len(*all) > 0 && array_last(*all).step >= v.step)
        array_cut(*all, array_len(*all) - 1);
    array_push(*all, v);
}

static LbStatus read_validations(Watch *w, const char *dir, int64_t step, LbError *err)
{
    History h;
    char *path = path_join(dir, VALIDATION_FILE);
    LbStatus status = history_read(&h, path, err);
    for (int i = 0; status == LB_OK && i < h.n_rows; i++)
        if (history_value(&h, i, 0) <= (double)step)
            valids_add(&w->valids, valid_of(&h, i));
    history_free(&h);
    free(path);
    return status;
}

static void take_report(Watch *w, const json_t *line, int64_t step)
{
    const json_t *at = json_object_get(line, "step"), *loss = json_object_get(line, "loss");
    if (json_is_integer(at) && json_is_number(loss) && json_integer_value(at) <= step)
        points_add(&w->points, (Point){ json_integer_value(at), json_number_value(loss),
                                        json_number_value(json_object_get(line, "words_per_second")), 1 });
}

static LbStatus read_reports(Watch *w, const char *dir, int64_t step, LbError *err)
{
    char *path = path_join(dir, LOG_FILE);
    Reader *in = reader_open(path, err);
    const char *text;
    size_t len;
    int more = in ? 0 : -1;
    while (in && (more = reader_line(in, &text, &len, err)) > 0) {
        json_t *line = json_loadb(text, len, 0, NULL);
        take_report(w, line, step);
        json_decref(line);
    }
    reader_close(in);
    free(path);
    return more < 0 ? LB_FILE : LB_OK;
}

LbStatus watch_open_log(Watch *w, int64_t step, LbError *err)
{
    const char *dir = w->plan.model->config.model_dir;
    journal_close(&w->log);
    snapshots_free(&w->snapshots);
    array_free(w->valids);
    array_free(w->points.points);
    w->points.each = 1;
    LbStatus status = read_validations(w, dir, step, err);
    if (status == LB_OK)
        status = read_reports(w, dir, step, err);
    return status == LB_OK ? open_log(w, dir, step, err) : status;
}
