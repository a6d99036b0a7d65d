#include "api/watch.h"

#include <math.h>
#include <stdlib.h>

#include "api/watch_own.h"
#include "base/array.h"
#include "base/str.h"
#include "train/pass.h"

/* Rows of this share of the largest entropy are called uniform; attention that stays so for so many
 * validations in a row, over at least an epoch or so many steps, is worth a word. */
static const double UNIFORM = 0.95;
enum { ALARM_VALIDATIONS = 3, ALARM_STEPS = 2000 };

/* Of all time, writing the page may take this share, and these seconds besides. */
static const double PAGE_SHARE = 0.01, PAGE_GRACE = 0.3;
/* Between validations it is written now and then. */
static const double PAGE_SECONDS = 20;

enum { POINTS = 400 };

void watch_say(const Watch *w, const char *format, ...)
{
    Str line = { 0 };
    va_list args;
    va_start(args, format);
    str_addv(&line, format, args);
    va_end(args);
    w->plan.say(w->plan.context, line.text);
    str_free(&line);
}

/* ---- begin and end ---- */

/* The mean over target words of log S. */
static double uniform_entropy(const Model *m, const Corpus *c)
{
    double sum = 0, n = 0;
    for (size_t i = 0; c && m->has_attention && i < c->n; i++) {
        int source, target;
        corpus_source(c, i, &source);
        corpus_target(c, i, &target);
        sum += (target + 1) * log(source + marks_count(c->marks));
        n += target + 1;
    }
    return n > 0 ? sum / n : NAN;
}

Watch *watch_new(const WatchPlan *plan)
{
    Watch *w = memory_get(1, sizeof *w);
    *w = (Watch){
        .plan = *plan, .kind = -1, .uniform = uniform_entropy(plan->model, plan->valid), .began = pass_clock()
    };
    probes_choose(w);
    return w;
}

static void drop_outputs(Watch *w)
{
    for (size_t i = 0; i < array_len(w->outputs); i++)
        free(w->outputs[i]);
    array_free(w->outputs);
}

void watch_free(Watch *w)
{
    if (!w)
        return;
    probes_free(w);
    snapshots_free(&w->snapshots);
    snapshot_free(&w->now);
    drop_outputs(w);
    array_free(w->valids);
    array_free(w->points.points);
    journal_close(&w->log);
    free(w->alarm.text);
    free(w);
}

/* ---- the page ---- */

static bool affordable(const Watch *w)
{
    return w->spent < PAGE_GRACE + PAGE_SHARE * (pass_clock() - w->began);
}

/* A page that can no longer be written ends no training. */
static void write_page(Watch *w)
{
    LbError why;
    double start = pass_clock();
    LbStatus status = watch_write(w, &why);
    if (status != LB_OK && !w->broken)
        watch_say(w, "the page is not up to date: %s", why.text);
    w->broken = status != LB_OK;
    w->written = pass_clock();
    w->spent += w->written - start;
}

/* ---- the alarm ---- */

static bool is_uniform(const Watch *w, const TrainValid *v)
{
    return v->entropy >= UNIFORM * w->uniform;
}

static void add_advice(const Watch *w, Str *out)
{
    const Config *c = &w->plan.model->config;
    if (text_equal(c->attention.score, "uniform")) {
        str_add(out, "model.attention.score is uniform, which cannot choose; any other score can");
        return;
    }
    str_addf(out, "Try another train.learning_rate (now %g)", c->learning_rate);
    if (!config_is_guided(c))
        str_add(out, ", guided attention (train.guide.links)");
    if (text_equal(c->type, "rnn") && !c->decoder.input_feeding)
        str_add(out, ", model.decoder.input_feeding=true");
    str_add(out, ", more training data, or more epochs");
}

static char *alarm_text(const Watch *w, const TrainValid *first, int n)
{
    Str out = { 0 };
    const TrainValid *last = &array_last(w->valids);
    str_addf(
        &out,
        "attention has been uniform in %d validations in a row, since step %lld: its rows have an entropy "
        "of %.2f nats where looking everywhere alike has %.2f, so no word is looked at more than another"
        "%s. ",
        n, (long long)first->step, last->entropy, w->uniform,
        last->loss < first->loss ? " (the loss falls all the same: the model learns without looking)" : "");
    add_advice(w, &out);
    return str_take(&out);
}

static void tell_alarm(Watch *w, const TrainValid *first, int n)
{
    bool is_new = w->alarm.since == 0;
    free(w->alarm.text);
    w->alarm = (Alarm){ first->step, alarm_text(w, first, n) };
    if (is_new)
        watch_say(w, "%s", w->alarm.text);
}

static void look_for_alarm(Watch *w)
{
    int n = 0, all = (int)array_len(w->valids);
    while (n < all && is_uniform(w, &w->valids[all - 1 - n]))
        n++;
    if (n == 0 && w->alarm.since > 0) {
        watch_say(w, "attention is no longer uniform");
        free(w->alarm.text);
        w->alarm = (Alarm){ 0 };
    }
    if (n < ALARM_VALIDATIONS)
        return;
    const TrainValid *first = &w->valids[all - n], *last = &w->valids[all - 1];
    if (last->epoch > first->epoch || last->step - first->step >= ALARM_STEPS)
        tell_alarm(w, first, n);
}

/* ---- what the trainer tells ---- */

/* Failures of the probes are told once and again when they are others. */
static LbStatus passed_over(const Watch *w, LbStatus status, const LbError *why)
{
    if (status == LB_OK || status == LB_CANCELLED)
        return status;
    watch_say(w, "the probes were not looked at: %s", why->text);
    return LB_OK;
}

static LbStatus probe(Watch *w, int64_t step, LbError *err)
{
    return array_len(w->probes) ? probes_pass(w, step, err) : LB_OK;
}

LbStatus watch_begin(Watch *w, int64_t step, LbError *err)
{
    LbStatus status = probe(w, step, err);
    if (status == LB_OK)
        status = watch_open_log(w, step, err);
    if (status == LB_OK && step == 0 && array_len(w->probes))
        status = watch_log(w, &w->now, err);
    if (status != LB_OK)
        return status;
    look_for_alarm(w);
    if (!w->shown)
        status = watch_write(w, err);
    else
        write_page(w);
    w->shown |= status == LB_OK;
    w->written = pass_clock();
    return status;
}

static Point joined(Point a, Point b)
{
    double n = (double)(a.n + b.n), share = (double)b.n / n;
    return (Point){ b.step, a.loss + share * (b.loss - a.loss),
                    a.words_per_second + share * (b.words_per_second - a.words_per_second), a.n + b.n };
}

static void points_halve(Points *all)
{
    size_t n = array_len(all->points) / 2;
    for (size_t i = 0; i < n; i++)
        all->points[i] = joined(all->points[2 * i], all->points[2 * i + 1]);
    array_cut(all->points, n);
    all->each *= 2;
}

void points_add(Points *all, Point p)
{
    while (array_len(all->points) > 0 && array_last(all->points).step >= p.step)
        array_cut(all->points, array_len(all->points) - 1);
    size_t n = array_len(all->points);
    if (n > 0 && all->points[n - 1].n < all->each) {
        all->points[n - 1] = joined(all->points[n - 1], p);
        return;
    }
    if (n == POINTS)
        points_halve(all);
    array_push(all->points, p);
}

void watch_report(Watch *w, const TrainReport *r)
{
    points_add(&w->points, (Point){ r->step, r->loss, r->words_per_second, 1 });
    if (pass_clock() - w->written > PAGE_SECONDS && affordable(w))
        write_page(w);
}

void watch_outputs(Watch *w, char *const *texts)
{
    drop_outputs(w);
    for (size_t i = 0; i < array_len(w->probes); i++)
        array_push(w->outputs, memory_text(texts[w->probes[i].pair]));
}

LbStatus watch_probe(Watch *w, int64_t step, LbError *err)
{
    LbError why;
    LbStatus status = probe(w, step, &why);
    if (status == LB_OK && array_len(w->probes))
        status = watch_log(w, &w->now, &why);
    status = passed_over(w, status, &why);
    return status == LB_OK ? LB_OK : fail(err, status, "%s", why.text);
}

void watch_validated(Watch *w, const TrainValid *v)
{
    valids_add(&w->valids, *v);
    look_for_alarm(w);
    if (affordable(w))
        write_page(w);
}

void watch_end(Watch *w, const char *why)
{
    w->why = why;
    if (w->shown)
        write_page(w);
}
