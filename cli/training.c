/* training.c -- reports of a training, as they come in.
 *
 * On a terminal the last report is a live line with a bar for the epoch; validations and messages stay. In a
 * pipe a report is a line of its own, though not more than one in two seconds.
 */
#include "cli/training.h"

#include <math.h>
#include <time.h>

#include "cli/screen.h"
#include "cli/stop.h"

enum { BAR = 16 };

static const double plain_pause = 2; /* seconds */

double clock_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

void add_clock(Str *out, double seconds)
{
    long long s = seconds > 0 && seconds < 1e12 ? (long long)seconds : 0;
    if (s >= 3600)
        str_addf(out, "%lld:%02lld:%02lld", s / 3600, s / 60 % 60, s % 60);
    else
        str_addf(out, "%lld:%02lld", s / 60, s % 60);
}

/* ---- reports ---- */

static void learn_pace(Training *t, const LbTrainReport *r)
{
    int batches = r->batch - t->batch;
    double pace = batches > 0 ? (r->seconds - t->seconds) / batches : 0;
    if (r->epoch == t->epoch && pace > 0)
        t->batch_seconds = t->batch_seconds > 0 ? 0.7 * t->batch_seconds + 0.3 * pace : pace;
    t->epoch = r->epoch;
    t->batch = r->batch;
    t->seconds = r->seconds;
}

static void add_bar(Str *out, int done, int all)
{
    int filled = all > 0 ? (int)((long long)BAR * done / all) : 0;
    str_add_char(out, '[');
    for (int i = 0; i < BAR; i++)
        str_add_char(out, i < filled ? '#' : '-');
    str_add(out, "] ");
}

/* The most wanted comes first: a narrow window cuts the end. */
static void describe(const Training *t, const LbTrainReport *r, Str *out)
{
    str_addf(out, "epoch %d  ", r->epoch);
    if (screen_is_live())
        add_bar(out, r->batch, r->n_batch);
    str_addf(out, "%d/%d", r->batch, r->n_batch);
    if (t->batch_seconds > 0) {
        str_add(out, ", ");
        add_clock(out, t->batch_seconds * (r->n_batch - r->batch));
        str_add(out, " left");
    }
    str_addf(out, "  loss %.3f  ppl %.2f  %.0f words/s  ", r->loss, r->ppl, r->words_per_second);
    add_clock(out, r->seconds);
    if (!isnan(r->guide))
        str_addf(out, "  guide %.3f", r->guide);
    str_addf(out, "  %.0f MB", (double)r->memory / 1e6);
}

static void report(void *context, const LbTrainReport *r)
{
    Training *t = context;
    learn_pace(t, r);
    if (!screen_is_live() && clock_now() - t->spoke < plain_pause)
        return;
    t->spoke = clock_now();
    Str line = { 0 };
    describe(t, r, &line);
    if (screen_is_live())
        screen_live(line.text);
    else
        screen_say("%s", line.text);
    str_free(&line);
}

/* ---- what stays on the screen ---- */

static void add_figure(Str *out, const char *name, double value)
{
    if (!isnan(value))
        str_addf(out, "  %s %.2f", name, value);
}

static void validated(void *context, const LbValidReport *v)
{
    (void)context;
    Str line = { 0 };
    str_addf(&line, "epoch %d  step %lld  validation: loss %.3f", v->epoch, (long long)v->step, v->loss);
    add_figure(&line, "ppl", v->ppl);
    add_figure(&line, "accuracy", v->accuracy);
    add_figure(&line, "BLEU", v->bleu);
    add_figure(&line, "chrF", v->chrf);
    add_figure(&line, "exact", v->exact);
    add_figure(&line, "ROUGE-L", v->rouge);
    str_add(&line, "  ");
    add_clock(&line, v->seconds);
    screen_say("%s%s", line.text, v->best ? "  best so far" : "");
    str_free(&line);
}

static void message(void *context, const char *text)
{
    (void)context;
    screen_say("%s", text);
}

LbTrainHooks training_hooks(Training *t)
{
    return (LbTrainHooks){
        .context = t, .message = message, .report = report, .validated = validated, .cancelled = stop_wanted
    };
}
