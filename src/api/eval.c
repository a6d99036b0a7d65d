/* eval.c -- how good outputs are, as a number, as a line for people and as JSON, with error bars.
 *
 * The metrics are the rows of eval_metric.c. The JSON objects have sacreBLEU's keys: name, score, signature,
 * verbose_score, confidence_mean, confidence_var; those of the paired test system, score, mean, ci, p_value.
 */
#include <stdlib.h>

#include "api/eval_metric.h"
#include "api/unknown.h"
#include "base/array.h"
#include "base/status.h"
#include "metric/bootstrap.h"
#include "metric/tokenize.h"

/* ---- options ---- */
static const char *const smoothings[] = { "exp", "floor", "add-k", "none", NULL };

static LbStatus check_options(const LbEvalOptions *o, size_t n, size_t n_refs, LbError *err)
{
    LbStatus status = LB_OK;
    if (n_refs == 0)
        return fail(err, LB_USAGE, "there is no reference to compare with");
    if (o->samples < 0 || o->samples == 1)
        return fail(err, LB_USAGE, "a bootstrap takes at least 2 resamples, not %d", o->samples);
    if (o->samples > 0 && n == 0)
        return fail(err, LB_DATA, "there are no lines to draw resamples from");
    if (o->tokenize)
        status = check_name("tokenizer", o->tokenize, tokenizer_names, err);
    if (status == LB_OK && o->smooth)
        status = check_name("smoothing", o->smooth, smoothings, err);
    return status;
}

LbEvalOptions lb_eval_default(void)
{
    return (LbEvalOptions){ .tokenize = "13a", .smooth = "exp", .seed = BOOTSTRAP_SEED };
}

static uint64_t seed_of(const LbEvalOptions *o)
{
    return o->seed ? o->seed : BOOTSTRAP_SEED;
}

static size_t gold_lines(const char *metric, const LbEvalOptions *o, size_t n)
{
    return o->n_gold && text_equal(metric, "aer") ? o->n_gold : n;
}

/* ---- one system ---- */
static Line *lines_of(const LbText *texts, size_t n)
{
    Line *lines = memory_get(n + 1, sizeof *lines);
    for (size_t i = 0; i < n; i++)
        lines[i] = (Line){ texts[i].text, texts[i].len };
    return lines;
}

static LbStatus eval_measure(Eval *e)
{
    e->lines = lines_of(e->hyp, e->n);
    e->ref_lines = memory_get(e->n_refs, sizeof *e->ref_lines);
    for (size_t r = 0; r < e->n_refs; r++)
        e->ref_lines[r] = lines_of(e->refs[r], r == 0 ? e->n_gold : e->n);
    return e->metric->measure(e);
}

static void eval_free(Eval *e)
{
    for (size_t r = 0; e->ref_lines && r < e->n_refs; r++)
        free(e->ref_lines[r]);
    free(e->ref_lines);
    free(e->lines);
    array_free(e->rows);
    str_free(&e->text);
    str_free(&e->signature);
    str_free(&e->rest);
    json_decref(e->json);
}

static double score_of_sums(const double *sums, const void *how)
{
    const Eval *e = how;
    return e->metric->score(sums, e);
}

/* An array of options.samples scores, the caller's. */
static double *eval_resample(const Eval *e)
{
    size_t samples = (size_t)e->options.samples;
    double *scores = memory_get(samples, sizeof *scores);
    Bootstrap b = { e->rows, e->n, e->width, score_of_sums, e };
    bootstrap_scores(&b, samples, seed_of(&e->options), scores);
    return scores;
}

static void str_insert(Str *s, size_t at, const char *text)
{
    char *rest = memory_bytes(s->text + at, s->len - at);
    size_t n_rest = s->len - at;
    str_cut(s, at);
    str_add(s, text);
    str_add_bytes(s, rest, n_rest);
    free(rest);
}

/* "nrefs:1|case:..." becomes "nrefs:1|bs:1000|seed:12345|case:...", as sacreBLEU has it. */
static void sign_bootstrap(Eval *e)
{
    Str part = { 0 };
    str_addf(&part, "|bs:%d|seed:%llu", e->options.samples, (unsigned long long)seed_of(&e->options));
    str_insert(&e->signature, strcspn(e->signature.text, "|"), part.text);
    str_free(&part);
}

/* ---- one system, for lb_eval ---- */
/* "BLEU = 38.47 72.1/..." becomes "BLEU = 38.47 (μ = 38.46 ± 0.75) 72.1/...". */
static void show_interval(Eval *e, Interval i)
{
    Str part = { 0 };
    const char *number = strstr(e->text.text, " = ") + 3;
    size_t at = (size_t)(number - e->text.text) + strcspn(number, " ");
    str_addf(&part, "μ = %.2f ± %.2f", i.mean, i.half);
    json_object_set_new(e->json, "confidence_mean", json_real(i.mean));
    json_object_set_new(e->json, "confidence_var", json_real(i.half));
    json_object_set_new(e->json, "confidence", json_string(part.text));
    str_insert(&part, 0, " (");
    str_add(&part, ")");
    str_insert(&e->text, at, part.text);
    str_free(&part);
}

static LbStatus measure(void *arg)
{
    Eval *e = arg;
    LbStatus status = eval_measure(e);
    if (status != LB_OK || e->options.samples == 0)
        return status;
    double *scores = eval_resample(e);
    show_interval(e, bootstrap_interval(scores, (size_t)e->options.samples));
    sign_bootstrap(e);
    free(scores);
    return LB_OK;
}

static char *eval_json(const Eval *e)
{
    json_t *all = json_pack("{sO sf ss ss}", "name", json_object_get(e->json, "name"), "score", e->score,
                            "signature", e->signature.text, "verbose_score", e->text.text);
    json_object_update_missing(all, e->json);
    char *text = json_dumps(all, JSON_REAL_PRECISION(15));
    json_decref(all);
    return text;
}

static void hand_out(Eval *e, double *score, char **text, char **json)
{
    if (score)
        *score = e->score;
    if (json)
        *json = eval_json(e);
    if (text) {
        str_addf(&e->text, "\n%s%s", e->signature.text, e->rest.len ? e->rest.text : "");
        *text = str_take(&e->text);
    }
}

LbStatus lb_eval(const char *metric, const LbText *hyp, const LbText *const *refs, size_t n, size_t n_refs,
                 LbEvalOptions o, double *score, char **text, char **json, LbError *err)
{
    if (text)
        *text = NULL;
    if (json)
        *json = NULL;
    Eval e = { eval_metric_find(metric, err), hyp, refs, n, n_refs, gold_lines(metric, &o, n), o, err };
    if (!e.metric)
        return LB_USAGE;
    LbStatus status = check_options(&o, n, n_refs, err);
    if (status == LB_OK)
        status = guard(measure, &e, err);
    if (status == LB_OK)
        hand_out(&e, score, text, json);
    eval_free(&e);
    return status;
}

/* ---- several systems ---- */
typedef struct {
    const char *name;
    Eval eval;
    double *scores; /* of the resamples */
    Interval interval;
    double p; /* against the first system */
} System;

typedef struct {
    System *systems; /* array.h; the first is the baseline */
    Str text;
} Paired;

static LbStatus system_measure(System *s, const System *base)
{
    size_t samples = (size_t)s->eval.options.samples;
    LbStatus status = eval_measure(&s->eval);
    if (status != LB_OK)
        return status;
    s->scores = eval_resample(&s->eval);
    s->interval = bootstrap_interval(s->scores, samples);
    s->p = bootstrap_p(s->scores, base->scores, samples, s->eval.score - base->eval.score);
    array_free(s->eval.rows);
    sign_bootstrap(&s->eval);
    return LB_OK;
}

static LbStatus measure_all(void *arg)
{
    Paired *p = arg;
    LbStatus status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < array_len(p->systems); i++)
        status = system_measure(&p->systems[i], &p->systems[0]);
    return status;
}

/* "Baseline: FILE" or "FILE", blanks up to the column. */
static void add_name(Str *out, const System *s, bool is_base, int columns)
{
    size_t start = out->len;
    str_add(out, is_base ? "Baseline: " : "");
    utf8_repair(out, s->name, strlen(s->name));
    int width = columns > 0 ? utf8_width(out->text + start, out->len - start) : 0;
    for (; width < columns; width++)
        str_add_char(out, ' ');
}

static int name_columns(const Paired *p)
{
    int most = 8;
    for (size_t i = 0; i < array_len(p->systems); i++) {
        Str name = { 0 };
        add_name(&name, &p->systems[i], i == 0, 0);
        int width = utf8_width(name.text, name.len);
        most = width > most ? width : most;
        str_free(&name);
    }
    return most;
}

static void paired_text(Paired *p)
{
    const Eval *base = &p->systems[0].eval;
    int columns = name_columns(p);
    str_addf(&p->text, "%-*s  %8.*s  %-18s  p\n", columns, "System", (int)strcspn(base->text.text, " "),
             base->text.text, " μ ± 95% CI");
    for (size_t i = 0; i < array_len(p->systems); i++) {
        const System *s = &p->systems[i];
        add_name(&p->text, s, i == 0, columns);
        str_addf(&p->text, "  %8.2f  (%6.2f ± %5.2f)", s->eval.score, s->interval.mean, s->interval.half);
        if (i > 0)
            str_addf(&p->text, "  %.4f%s", s->p, s->p < 0.05 ? " *" : "");
        str_add_char(&p->text, '\n');
    }
    str_addf(
        &p->text,
        "Paired bootstrap test with %d resamples. p: the chance of so large a difference from the baseline\n"
        "between systems that are equally good; * below 0.05.\n%s",
        base->options.samples, base->signature.text);
}

static json_t *system_json(const System *s, bool is_base)
{
    Str name = { 0 };
    str_add(&name, "");
    utf8_repair(&name, s->name, strlen(s->name));
    json_t *out = json_pack("{ss sO sf sf sf so ss}", "system", name.text, "name",
                            json_object_get(s->eval.json, "name"), "score", s->eval.score, "mean",
                            s->interval.mean, "ci", s->interval.half, "p_value",
                            is_base ? json_null() : json_real(s->p), "signature", s->eval.signature.text);
    str_free(&name);
    return out;
}

static char *paired_json(const Paired *p)
{
    Str lines = { 0 };
    for (size_t i = 0; i < array_len(p->systems); i++) {
        json_t *one = system_json(&p->systems[i], i == 0);
        char *text = json_dumps(one, JSON_REAL_PRECISION(15));
        str_addf(&lines, "%s%s", i ? "\n" : "", text);
        free(text);
        json_decref(one);
    }
    return str_take(&lines);
}

static void paired_free(Paired *p)
{
    for (size_t i = 0; i < array_len(p->systems); i++) {
        eval_free(&p->systems[i].eval);
        free(p->systems[i].scores);
    }
    array_free(p->systems);
    str_free(&p->text);
}

static void paired_hand_out(Paired *p, char **text, char **json)
{
    if (json)
        *json = paired_json(p);
    if (text) {
        paired_text(p);
        *text = str_take(&p->text);
    }
}

LbStatus lb_eval_paired(const char *metric, const LbSystem *systems, size_t n_systems,
                        const LbText *const *refs, size_t n, size_t n_refs, LbEvalOptions o, char **text,
                        char **json, LbError *err)
{
    if (text)
        *text = NULL;
    if (json)
        *json = NULL;
    const Metric *m = eval_metric_find(metric, err);
    if (!m)
        return LB_USAGE;
    if (n_systems < 2)
        return fail(err, LB_USAGE, "a paired test takes at least two systems");
    o.samples = o.samples ? o.samples : BOOTSTRAP_SAMPLES;
    LbStatus status = check_options(&o, n, n_refs, err);
    if (status != LB_OK)
        return status;
    Paired p = { 0 };
    for (size_t i = 0; i < n_systems; i++)
        array_push(p.systems,
                   (System){ systems[i].name,
                             { m, systems[i].lines, refs, n, n_refs, gold_lines(metric, &o, n), o, err },
                             NULL });
    status = guard(measure_all, &p, err);
    if (status == LB_OK)
        paired_hand_out(&p, text, json);
    paired_free(&p);
    return status;
}
