/* validate.c -- see validate.h. */
#include "train/validate.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "metric/bleu.h"
#include "metric/chrf.h"
#include "metric/exact.h"
#include "metric/rouge.h"

static const Figure figures[] = {
    { .name = "loss", .offset = offsetof(TrainValid, loss), .chooses = true, .less_is_better = true },
    { .name = "ppl", .offset = offsetof(TrainValid, ppl) },
    { .name = "accuracy", .offset = offsetof(TrainValid, accuracy), .chooses = true },
    { .name = "bleu", .offset = offsetof(TrainValid, bleu), .chooses = true, .decodes = true },
    { .name = "chrf", .offset = offsetof(TrainValid, chrf), .chooses = true, .decodes = true },
    { .name = "exact", .offset = offsetof(TrainValid, exact), .chooses = true, .decodes = true },
    { .name = "rouge", .offset = offsetof(TrainValid, rouge), .chooses = true, .decodes = true },
    { .name = "entropy", .offset = offsetof(TrainValid, entropy) },
    { .name = "end_mass", .offset = offsetof(TrainValid, end_mass) },
    { .name = "rate", .offset = offsetof(TrainValid, rate) },
    { .name = "seconds", .offset = offsetof(TrainValid, seconds) },
};
enum { N_FIGURES = sizeof figures / sizeof *figures };

const Figure *figure_find(const char *metric)
{
    for (int i = 0; i < N_FIGURES; i++)
        if (figures[i].chooses && text_equal(figures[i].name, metric))
            return &figures[i];
    return NULL;
}

double figure_value(const Figure *f, const TrainValid *v)
{
    return *(const double *)(const void *)((const char *)v + f->offset);
}

bool figure_better(const Figure *f, double value, double best)
{
    if (isnan(value) || isnan(best))
        return !isnan(value);
    return f->less_is_better ? value < best : value > best;
}

/* ---- validation.tsv ---- */

void validate_header(Str *out)
{
    str_add(out, "step\tepoch");
    for (int i = 0; i < N_FIGURES; i++)
        str_addf(out, "\t%s", figures[i].name);
}

void validate_row(const TrainValid *v, Str *out)
{
    str_addf(out, "%lld\t%d", (long long)v->step, v->epoch);
    for (int i = 0; i < N_FIGURES; i++) {
        double value = figure_value(&figures[i], v);
        if (isnan(value))
            str_add(out, "\t-");
        else
            str_addf(out, "\t%.6g", value);
    }
}

/* ---- given the true words so far ---- */

typedef struct {
    const Model *model;
    Tape *tape;
    Batches *order;
    const TrainHooks *hooks;
    LbError *err;
    LossInfo sum;
} Forced;

static void add_loss(LossInfo *sum, const LossInfo *more)
{
    sum->nll += more->nll;
    sum->n_words += more->n_words;
    sum->n_correct += more->n_correct;
    sum->entropy += more->entropy;
    sum->end_mass += more->end_mass;
}

enum { HIDING = 1 };

static LbStatus forced_pass(void *context)
{
    Forced *f = context;
    for (int i = 0; i < batches_count(f->order); i++) {
        if (f->hooks->cancelled && f->hooks->cancelled(f->hooks->context))
            return fail(f->err, LB_CANCELLED, "stopped on request");
        tape_reset(f->tape);
        f->tape->recording = f->tape->training = false;
        LossInfo info = { 0 };
        Batch *b = batches_get(f->order, i, f->tape->batch);
        model_hide(f->model, b, HIDING, f->tape->batch); /* always the same words */
        model_loss(f->model, f->tape, b, 0, &info);
        add_loss(&f->sum, &info);
    }
    return LB_OK;
}

static void set_forced(const LossInfo *sum, bool attention, TrainValid *out)
{
    double n = sum->n_words;
    out->loss = sum->nll / n;
    out->ppl = exp(out->loss);
    out->accuracy = 100 * sum->n_correct / n;
    out->entropy = attention ? sum->entropy / n : NAN;
    out->end_mass = attention ? sum->end_mass / n : NAN;
}

/* ---- by itself ---- */

static Line *lines_of(char *const *texts, size_t n)
{
    Line *lines = memory_get(n, sizeof *lines);
    for (size_t i = 0; i < n; i++)
        lines[i] = line_of(texts[i]);
    return lines;
}

/* NAN for lines too long to be compared in this way: other figures can be had of them. */
static double rouge_l(const Line *hyp, const Line *const *refs, size_t n)
{
    Rouge *each = memory_get(n + 1, sizeof *each);
    double sum = 0;
    LbStatus status = rouge_each(hyp, refs, n, 1, (RougeOptions){ 0 }, each, NULL);
    for (size_t i = 0; status == LB_OK && i < n; i++)
        sum += each[i].kind[ROUGE_L].f1;
    free(each);
    return status == LB_OK ? sum / (double)n : NAN;
}

static LbStatus score(char *const *texts, const Corpus *valid, const char *tokenize, TrainValid *out,
                      LbError *err)
{
    size_t n = valid->n;
    Line *hyp = lines_of(texts, n), *ref = lines_of(valid->target_lines, n);
    const Line *refs[] = { ref };
    Bleu bleu = { 0 };
    LbStatus status = bleu_corpus(hyp, refs, n, 1, (BleuOptions){ .tokenize = tokenize }, NULL, &bleu, err);
    if (!status)
        status = chrf_corpus(hyp, refs, n, 1, (ChrfOptions){ 0 }, NULL, &out->chrf, err);
    out->bleu = bleu.score;
    out->exact = exact_lines(hyp, ref, n);
    out->rouge = rouge_l(hyp, refs, n);
    free(hyp);
    free(ref);
    return status;
}

static LbStatus decode(const Model *m, const Corpus *valid, const TrainHooks *hooks, TrainValid *out,
                       LbError *err)
{
    assert(hooks && hooks->decode && valid->target_lines);
    char **texts = NULL;
    params_freeze(m->params);
    LbStatus status = hooks->decode(hooks->context, m, valid, &texts, err);
    if (status)
        return status;
    status = score(texts, valid, m->config.validate_tokenize, out, err);
    for (size_t i = 0; i < valid->n; i++)
        free(texts[i]);
    free(texts);
    return status;
}

LbStatus validate(const Model *m, Tape *tape, Batches *order, const Corpus *valid, const TrainHooks *hooks,
                  TrainValid *out, LbError *err)
{
    Forced f = { .model = m, .tape = tape, .order = order, .hooks = hooks, .err = err };
    LbStatus status = guard(forced_pass, &f, err);
    if (status)
        return status;
    set_forced(&f.sum, m->has_attention, out);
    out->bleu = out->chrf = out->exact = out->rouge = NAN;
    return figure_find(m->config.metric)->decodes ? decode(m, valid, hooks, out, err) : LB_OK;
}
