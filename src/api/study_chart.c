/* study_chart.c -- quality against length as a picture: a curve with its interval for each score. */
#include <stdlib.h>

#include "api/study.h"
#include "base/array.h"
#include "base/status.h"
#include "base/str.h"
#include "view/chart.h"

/* Curves go from bucket to bucket, at the mean length of its sentences. */
typedef struct {
    Series *series;
    char **names;    /* [systems] */
    double *numbers; /* [systems, 4, buckets]: x, y, low, high */
    size_t n;
} Curves;

static void fill(const LbStudy *s, size_t system, double *to)
{
    size_t n = array_len(s->buckets);
    for (size_t i = 0; i < n; i++) {
        const StudyGroup *g = &s->buckets[i];
        Quality q = g->quality[study_cell(system, s->metric)];
        to[i] = g->mean, to[n + i] = q.value, to[2 * n + i] = q.low, to[3 * n + i] = q.high;
    }
}

/* Of two, in words that need no explanation. */
static char *name_of(const LbStudy *s, size_t system)
{
    Str name = { 0 };
    const StudySystem *x = &s->systems[system];
    str_addf(&name, "%s%s", x->attends ? x->score : "no attention",
             x->attends && array_len(s->systems) == 2 ? " attention" : "");
    return str_take(&name);
}

static Curves curves_new(const LbStudy *s)
{
    size_t n = array_len(s->buckets);
    Curves c = { .n = array_len(s->systems) };
    c.series = memory_get(c.n, sizeof *c.series);
    c.names = memory_get(c.n, sizeof *c.names);
    c.numbers = memory_get(c.n * 4 * n + 1, sizeof *c.numbers);
    int colour = 1;
    for (size_t i = 0; i < c.n; i++) {
        double *x = c.numbers + i * 4 * n;
        fill(s, i, x);
        c.names[i] = name_of(s, i);
        c.series[i] = (Series){
            c.names[i], (int)n, x, x + n, x + 2 * n, x + 3 * n, i == s->base ? CHART_GREY : colour
        };
        colour += i != s->base;
        colour += colour == CHART_GREY;
    }
    return c;
}

static void curves_free(Curves *c)
{
    for (size_t i = 0; i < c->n; i++)
        free(c->names[i]);
    free(c->names);
    free(c->series);
    free(c->numbers);
}

static int find_shades(const LbStudy *s, Shade *to)
{
    const double half = 0.5; /* lengths are whole: a range ends between two of them */
    double from = s->shortest - half, usual = s->usual + half, longest = s->longest + half;
    if (usual > 0.85 * longest) {
        to[0] = (Shade){ "lengths trained on", from, longest, 0.7 };
        return 1;
    }
    to[0] = (Shade){ "95 % of the training", from, usual, 0.7 };
    to[1] = (Shade){ "the rest of it", usual, longest, 0.35 };
    return 2;
}

LbStatus lb_study_chart(const LbStudy *s, const char *path, LbError *err)
{
    assert(s && path);
    Curves c = curves_new(s);
    Shade shades[2];
    Str title = { 0 }, across = { 0 };
    str_addf(&title, "%s by length of the %s, with 95 %% intervals",
             s->metric == STUDY_BLEU    ? "BLEU"
             : s->metric == STUDY_EXACT ? "Exact outputs"
                                        : "Tokens in their place",
             study_side(s));
    str_addf(&across, "%s length, %s", study_side(s), s->unit);
    Chart chart = { .title = title.text,
                    .x_label = across.text,
                    .y_label = study_metric_titles[s->metric],
                    .series = c.series,
                    .n_series = (int)c.n,
                    .bands = true,
                    .from_zero = true,
                    .y_high = s->metric == STUDY_BLEU ? 0 : 100,
                    .shades = shades,
                    .n_shades = find_shades(s, shades) };
    LbStatus status = chart_write(&chart, path, err);
    str_free(&title);
    str_free(&across);
    curves_free(&c);
    return status;
}
