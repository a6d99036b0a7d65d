/* eval.c -- how good outputs are, as a number, as a line for people and as JSON.
 *
 * A metric is a row in the table below; the figures themselves are made in src/metric. The JSON objects have
 * sacreBLEU's keys: name, score, signature, and for BLEU verbose_score.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "api/unknown.h"
#include "base/array.h"
#include "metric/aer.h"
#include "metric/bleu.h"
#include "metric/chrf.h"
#include "metric/codes.h"
#include "metric/exact.h"
#include "metric/tokenize.h"

typedef struct Metric Metric;

typedef struct {
    const Metric *metric;
    const LbText *hyp, *const *refs;
    size_t n, n_refs;
    LbEvalOptions options;
    LbError *err;

    Line *lines, **ref_lines; /* the texts as the metrics take them */
    double score;
    Str text, signature; /* for people: the figures */
    json_t *json;
} Eval;

struct Metric {
    const char *name;
    LbStatus (*measure)(Eval *e);
};

static const Line *const *refs_of(const Eval *e)
{
    return (const Line *const *)e->ref_lines;
}

/* ---- BLEU ---- */

static json_t *bleu_json(const Bleu *b, const Eval *e)
{
    json_t *precisions = json_array();
    for (int n = 0; n < BLEU_ORDER; n++)
        json_array_append_new(precisions, json_real(b->precision[n]));
    return json_pack("{ss sf ss ss so sf sf sI sI}", "name", "BLEU", "score", b->score, "signature",
                     e->signature.text, "verbose_score", e->text.text, "precisions", precisions, "bp",
                     b->penalty, "ratio", b->ratio, "sys_len", (json_int_t)b->sys_len, "ref_len",
                     (json_int_t)b->ref_len);
}

static LbStatus measure_bleu(Eval *e)
{
    const LbEvalOptions *o = &e->options;
    BleuOptions options = { .tokenize = o->tokenize,
                            .smooth = o->smooth,
                            .smooth_value = o->smooth_value,
                            .lowercase = o->lowercase };
    Bleu bleu;
    LbStatus status = bleu_corpus(e->lines, refs_of(e), e->n, e->n_refs, options, NULL, &bleu, e->err);
    if (status != LB_OK)
        return status;
    e->score = bleu.score;
    bleu_format(&bleu, &e->text);
    bleu_signature(options, e->n_refs, &e->signature);
    e->json = bleu_json(&bleu, e);
    return LB_OK;
}

/* ---- chrF ---- */

static LbStatus measure_chrf(Eval *e)
{
    ChrfOptions options = { .word_order = e->options.word_order, .lowercase = e->options.lowercase };
    LbStatus status = chrf_corpus(e->lines, refs_of(e), e->n, e->n_refs, options, NULL, &e->score, e->err);
    if (status != LB_OK)
        return status;
    chrf_format(e->score, options, &e->text);
    chrf_signature(options, e->n_refs, &e->signature);
    e->json = json_pack("{ss# sf ss ss}", "name", e->text.text, (int)strcspn(e->text.text, " "), "score",
                        e->score, "signature", e->signature.text, "verbose_score", e->text.text);
    return LB_OK;
}

/* ---- exact ---- */

/* The line in lower case, its bytes kept in *all (which may move: lines are set when it is complete). */
static size_t add_lowered(Line line, uint32_t **codes, Str *all)
{
    size_t before = all->len;
    codes_read(codes, line);
    codes_lower(codes);
    for (size_t i = 0; i < array_len(*codes); i++)
        str_add_code(all, (*codes)[i]);
    return all->len - before;
}

static char *lower_lines(Line *lines, size_t n)
{
    uint32_t *codes = NULL;
    Str all = { 0 };
    str_add(&all, "");
    for (size_t i = 0; i < n; i++)
        lines[i].len = add_lowered(lines[i], &codes, &all);
    array_free(codes);
    char *text = str_take(&all), *at = text;
    for (size_t i = 0; i < n; at += lines[i++].len)
        lines[i].text = at;
    return text;
}

typedef double Agreement(const Line *hyp, const Line *ref, size_t n);

/* The mean over lines of the best agreement with any reference. */
static double best_mean(const Eval *e, Agreement *agreement)
{
    double sum = 0;
    for (size_t i = 0; i < e->n; i++) {
        double best = 0;
        for (size_t r = 0; r < e->n_refs; r++) {
            double one = agreement(&e->lines[i], &e->ref_lines[r][i], 1);
            best = one > best ? one : best;
        }
        sum += best;
    }
    return e->n > 0 ? sum / (double)e->n : 0;
}

static void exact_report(Eval *e, double tokens)
{
    str_addf(&e->text, "exact = %.2f (tokens = %.2f lines = %zu)", e->score, tokens, e->n);
    str_addf(&e->signature, "nrefs:%zu|case:%s|version:lookback-" LB_VERSION, e->n_refs,
             e->options.lowercase ? "lc" : "mixed");
    e->json =
        json_pack("{ss sf ss ss sf sI}", "name", "exact", "score", e->score, "signature", e->signature.text,
                  "verbose_score", e->text.text, "tokens", tokens, "lines", (json_int_t)e->n);
}

static LbStatus measure_exact(Eval *e)
{
    char **lowered = NULL;
    if (e->options.lowercase) {
        array_push(lowered, lower_lines(e->lines, e->n));
        for (size_t r = 0; r < e->n_refs; r++)
            array_push(lowered, lower_lines(e->ref_lines[r], e->n));
    }
    e->score = best_mean(e, exact_lines);
    exact_report(e, best_mean(e, exact_tokens));
    for (size_t i = 0; i < array_len(lowered); i++)
        free(lowered[i]);
    array_free(lowered);
    return LB_OK;
}

/* ---- all ---- */

/* ---- alignment error ---- */

static LbStatus count_links(const Eval *e, size_t i, AerCounts *counts)
{
    AerLink *links = NULL, *gold = NULL;
    char *ours = memory_bytes(e->lines[i].text, e->lines[i].len);
    char *theirs = memory_bytes(e->ref_lines[0][i].text, e->ref_lines[0][i].len);
    LbError why = { 0 };
    LbStatus status = aer_parse(ours, &links, &why);
    if (status == LB_OK)
        status = aer_parse(theirs, &gold, &why);
    if (status == LB_OK)
        aer_add(counts, gold, array_len(gold), links, array_len(links));
    else
        fail_line(e->err, status, (int)i + 1, "%s", why.text);
    array_free(links);
    array_free(gold);
    free(ours);
    free(theirs);
    return status;
}

static LbStatus measure_aer(Eval *e)
{
    AerCounts c = { 0 };
    for (size_t i = 0; i < e->n; i++) {
        LbStatus status = count_links(e, i, &c);
        if (status != LB_OK)
            return status;
    }
    e->score = 100 * aer_score(&c);
    double precision = c.links ? 100 * (double)c.in_possible / (double)c.links : 0;
    double recall = c.sure ? 100 * (double)c.in_sure / (double)c.sure : 0;
    double f1 = precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0;
    str_addf(&e->text, "AER = %.2f (precision = %.2f recall = %.2f F1 = %.2f links = %zu sure = %zu)",
             e->score, precision, recall, f1, c.links, c.sure);
    str_addf(&e->signature,
             "links:i-j sure, i?j or ipj possible, counted from 0|version:lookback-" LB_VERSION);
    e->json = json_pack("{ss sf sf sf sf sI sI ss}", "name", "aer", "aer", e->score, "precision", precision,
                        "recall", recall, "f1", f1, "links", (json_int_t)c.links, "sure", (json_int_t)c.sure,
                        "signature", e->signature.text);
    return LB_OK;
}

static const Metric metrics[] = {
    { "aer", measure_aer },
    { "bleu", measure_bleu },
    { "chrf", measure_chrf },
    { "exact", measure_exact },
};
enum { N_METRICS = sizeof metrics / sizeof *metrics };

static const char *const smoothings[] = { "exp", "floor", "add-k", "none", NULL };

static const Metric *metric_find(const char *name, LbError *err)
{
    const char *names[N_METRICS + 1] = { NULL };
    for (int i = 0; i < N_METRICS; i++) {
        if (text_equal(name, metrics[i].name))
            return &metrics[i];
        names[i] = metrics[i].name;
    }
    unknown_name("metric", name, names, err);
    return NULL;
}

static LbStatus check_options(const LbEvalOptions *o, size_t n_refs, LbError *err)
{
    LbStatus status = LB_OK;
    if (n_refs == 0)
        return fail(err, LB_USAGE, "there is no reference to compare with");
    if (o->tokenize)
        status = check_name("tokenizer", o->tokenize, tokenizer_names, err);
    if (status == LB_OK && o->smooth)
        status = check_name("smoothing", o->smooth, smoothings, err);
    return status;
}

static Line *lines_of(const LbText *texts, size_t n)
{
    Line *lines = memory_get(n + 1, sizeof *lines);
    for (size_t i = 0; i < n; i++)
        lines[i] = (Line){ texts[i].text, texts[i].len };
    return lines;
}

static LbStatus measure(void *arg)
{
    Eval *e = arg;
    e->lines = lines_of(e->hyp, e->n);
    e->ref_lines = memory_get(e->n_refs, sizeof *e->ref_lines);
    for (size_t r = 0; r < e->n_refs; r++)
        e->ref_lines[r] = lines_of(e->refs[r], e->n);
    return e->metric->measure(e);
}

static void hand_out(Eval *e, double *score, char **text, char **json)
{
    if (score)
        *score = e->score;
    if (json)
        *json = json_dumps(e->json, JSON_REAL_PRECISION(15));
    if (text) {
        str_addf(&e->text, "\n%s", e->signature.text);
        *text = str_take(&e->text);
    }
}

static void eval_free(Eval *e)
{
    for (size_t r = 0; e->ref_lines && r < e->n_refs; r++)
        free(e->ref_lines[r]);
    free(e->ref_lines);
    free(e->lines);
    str_free(&e->text);
    str_free(&e->signature);
    json_decref(e->json);
}

LbStatus lb_eval(const char *metric, const LbText *hyp, const LbText *const *refs, size_t n, size_t n_refs,
                 LbEvalOptions o, double *score, char **text, char **json, LbError *err)
{
    if (text)
        *text = NULL;
    if (json)
        *json = NULL;
    Eval e = { metric_find(metric, err), hyp, refs, n, n_refs, o, err };
    if (!e.metric)
        return LB_USAGE;
    LbStatus status = check_options(&o, n_refs, err);
    if (status == LB_OK)
        status = guard(measure, &e, err);
    if (status == LB_OK)
        hand_out(&e, score, text, json);
    eval_free(&e);
    return status;
}
