/* eval_metric.c -- the table of metrics; the figures themselves are made in src/metric.
 *
 * A metric's statistics are rows of numbers that add up: summed over all lines, or over the lines that a
 * bootstrap draws, they give the score.
 */
#include "api/eval_metric.h"

#include <stdlib.h>

#include "api/unknown.h"
#include "base/array.h"
#include "metric/bleu.h"
#include "metric/chrf.h"
#include "metric/codes.h"
#include "metric/exact.h"
#include "metric/rouge.h"
#include "metric/ter.h"

static const Line *const *refs_of(const Eval *e)
{
    return (const Line *const *)e->ref_lines;
}

/* Room for a row of statistics a line. */
static void rows_room(Eval *e, size_t width)
{
    e->width = width;
    array_cut(e->rows, 0);
    (void)array_add(e->rows, e->n * width);
}

/* Room for n statistics of `size` bytes, or NULL when nobody asks for them. */
static void *each_room(const Eval *e, size_t size)
{
    return e->options.samples > 0 ? memory_get(e->n + 1, size) : NULL;
}

/* ---- BLEU ---- */
enum { BLEU_WIDTH = 2 * BLEU_ORDER + 2 };

static BleuOptions bleu_options(const Eval *e)
{
    const LbEvalOptions *o = &e->options;
    return (BleuOptions){ .tokenize = o->tokenize,
                          .smooth = o->smooth,
                          .smooth_value = o->smooth_value,
                          .lowercase = o->lowercase };
}

static void bleu_rows(Eval *e, const BleuStats *each)
{
    rows_room(e, BLEU_WIDTH);
    for (size_t i = 0; i < e->n; i++) {
        double *row = e->rows + i * BLEU_WIDTH;
        for (int n = 0; n < BLEU_ORDER; n++) {
            row[n] = (double)each[i].correct[n];
            row[BLEU_ORDER + n] = (double)each[i].total[n];
        }
        row[BLEU_WIDTH - 2] = (double)each[i].sys_len;
        row[BLEU_WIDTH - 1] = (double)each[i].ref_len;
    }
}

static double score_bleu(const double *sums, const Eval *e)
{
    BleuStats s = { .sys_len = (size_t)sums[BLEU_WIDTH - 2], .ref_len = (size_t)sums[BLEU_WIDTH - 1] };
    for (int n = 0; n < BLEU_ORDER; n++) {
        s.correct[n] = (size_t)sums[n];
        s.total[n] = (size_t)sums[BLEU_ORDER + n];
    }
    Bleu bleu;
    bleu_score(&s, bleu_options(e), &bleu);
    return bleu.score;
}

static json_t *bleu_json(const Bleu *b)
{
    json_t *precisions = json_array();
    for (int n = 0; n < BLEU_ORDER; n++)
        json_array_append_new(precisions, json_real(b->precision[n]));
    return json_pack("{ss so sf sf sI sI}", "name", "BLEU", "precisions", precisions, "bp", b->penalty,
                     "ratio", b->ratio, "sys_len", (json_int_t)b->sys_len, "ref_len", (json_int_t)b->ref_len);
}

static LbStatus measure_bleu(Eval *e)
{
    BleuOptions options = bleu_options(e);
    BleuStats *each = each_room(e, sizeof *each);
    Bleu bleu;
    LbStatus status = bleu_corpus(e->lines, refs_of(e), e->n, e->n_refs, options, each, &bleu, e->err);
    if (status == LB_OK) {
        e->score = bleu.score;
        bleu_format(&bleu, &e->text);
        bleu_signature(options, e->n_refs, &e->signature);
        e->json = bleu_json(&bleu);
    }
    if (status == LB_OK && each)
        bleu_rows(e, each);
    free(each);
    return status;
}

/* ---- chrF ---- */
static ChrfOptions chrf_options(const Eval *e)
{
    return (ChrfOptions){ .word_order = e->options.word_order, .lowercase = e->options.lowercase };
}

/* n-grams of the output, of the reference, and in both: only the orders there are */
static void chrf_rows(Eval *e, const ChrfStats *each)
{
    size_t orders = CHRF_CHAR_ORDER + (size_t)e->options.word_order;
    rows_room(e, 3 * orders);
    for (size_t i = 0; i < e->n; i++)
        for (size_t k = 0; k < orders; k++) {
            double *row = e->rows + i * e->width;
            row[k] = (double)each[i].hyp[k];
            row[orders + k] = (double)each[i].ref[k];
            row[2 * orders + k] = (double)each[i].match[k];
        }
}

static double score_chrf(const double *sums, const Eval *e)
{
    ChrfStats s = { 0 };
    size_t orders = e->width / 3;
    for (size_t k = 0; k < orders; k++) {
        s.hyp[k] = (size_t)sums[k];
        s.ref[k] = (size_t)sums[orders + k];
        s.match[k] = (size_t)sums[2 * orders + k];
    }
    return chrf_score(&s, chrf_options(e));
}

static LbStatus measure_chrf(Eval *e)
{
    ChrfOptions options = chrf_options(e);
    ChrfStats *each = each_room(e, sizeof *each);
    LbStatus status = chrf_corpus(e->lines, refs_of(e), e->n, e->n_refs, options, each, &e->score, e->err);
    if (status == LB_OK) {
        chrf_format(e->score, options, &e->text);
        chrf_signature(options, e->n_refs, &e->signature);
        e->json = json_pack("{ss#}", "name", e->text.text, (int)strcspn(e->text.text, " "));
    }
    if (status == LB_OK && each)
        chrf_rows(e, each);
    free(each);
    return status;
}

/* ---- TER ---- */
static double score_ter(const double *sums, const Eval *e)
{
    (void)e;
    return ter_score(&(TerStats){ sums[0], sums[1] });
}

static LbStatus measure_ter(Eval *e)
{
    const LbEvalOptions *o = &e->options;
    TerOptions options = { o->normalized, o->no_punct, o->asian_support, o->case_sensitive };
    TerStats *each = memory_get(e->n + 1, sizeof *each), all = { 0 };
    LbStatus status = ter_corpus(e->lines, refs_of(e), e->n, e->n_refs, options, each, &e->score, e->err);
    rows_room(e, 2);
    for (size_t i = 0; i < e->n; i++) {
        all.edits += e->rows[2 * i] = each[i].edits;
        all.ref_len += e->rows[2 * i + 1] = each[i].ref_len;
    }
    free(each);
    ter_format(e->score, &e->text);
    ter_signature(options, e->n_refs, &e->signature);
    e->json = json_pack("{ss sf sf}", "name", "TER", "num_edits", all.edits, "ref_length", all.ref_len);
    return status;
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

enum { LINES, TOKENS, F1, EXACT_WIDTH };

static void exact_rows(Eval *e)
{
    Exact *each = memory_get(e->n + 1, sizeof *each);
    exact_each(e->lines, refs_of(e), e->n, e->n_refs, each);
    rows_room(e, EXACT_WIDTH);
    for (size_t i = 0; i < e->n; i++) {
        e->rows[i * EXACT_WIDTH + LINES] = each[i].line;
        e->rows[i * EXACT_WIDTH + TOKENS] = each[i].tokens;
        e->rows[i * EXACT_WIDTH + F1] = each[i].f1;
    }
    free(each);
}

static double column_mean(const Eval *e, size_t column)
{
    double sum = 0;
    for (size_t i = 0; i < e->n; i++)
        sum += e->rows[i * e->width + column];
    return e->n > 0 ? sum / (double)e->n : 0;
}

static double score_exact(const double *sums, const Eval *e)
{
    return sums[e->options.f1 ? F1 : LINES] / (double)e->n;
}

static void exact_report(Eval *e)
{
    const char *name = e->options.f1 ? "F1" : "exact", *other = e->options.f1 ? "exact" : "F1";
    double lines = column_mean(e, LINES), tokens = column_mean(e, TOKENS), f1 = column_mean(e, F1);
    e->score = e->options.f1 ? f1 : lines;
    str_addf(&e->text, "%s = %.2f (%s = %.2f tokens = %.2f lines = %zu)", name, e->score, other,
             e->options.f1 ? lines : f1, tokens, e->n);
    str_addf(&e->signature, "nrefs:%zu|case:%s|version:lookback-" LB_VERSION, e->n_refs,
             e->options.lowercase ? "lc" : "mixed");
    e->json = json_pack("{ss sf sf sf sI}", "name", name, "exact", lines, "tokens", tokens, "f1", f1, "lines",
                        (json_int_t)e->n);
}

static LbStatus measure_exact(Eval *e)
{
    char **lowered = NULL;
    if (e->options.lowercase) {
        array_push(lowered, lower_lines(e->lines, e->n));
        for (size_t r = 0; r < e->n_refs; r++)
            array_push(lowered, lower_lines(e->ref_lines[r], e->n));
    }
    exact_rows(e);
    exact_report(e);
    for (size_t i = 0; i < array_len(lowered); i++)
        free(lowered[i]);
    array_free(lowered);
    return LB_OK;
}

/* ---- SQuAD ---- */
static double score_squad(const double *sums, const Eval *e)
{
    return sums[1] / (double)e->n;
}

static LbStatus measure_squad(Eval *e)
{
    Squad *each = memory_get(e->n + 1, sizeof *each);
    Squad mean = exact_squad(e->lines, refs_of(e), e->n, e->n_refs, each);
    rows_room(e, 2);
    for (size_t i = 0; i < e->n; i++) {
        e->rows[2 * i] = each[i].exact;
        e->rows[2 * i + 1] = each[i].f1;
    }
    free(each);
    e->score = mean.f1;
    str_addf(&e->text, "F1 = %.2f (exact = %.2f lines = %zu)", mean.f1, mean.exact, e->n);
    str_addf(&e->signature, "nrefs:%zu|norm:squad|version:lookback-" LB_VERSION, e->n_refs);
    e->json = json_pack("{ss sf sf sI}", "name", "squad", "exact", mean.exact, "f1", mean.f1, "lines",
                        (json_int_t)e->n);
    return LB_OK;
}

/* ---- ROUGE ---- */
static void rouge_rows(Eval *e, const Rouge *each)
{
    rows_room(e, 3 * ROUGE_KINDS);
    for (size_t i = 0; i < e->n; i++)
        for (size_t k = 0; k < ROUGE_KINDS; k++) {
            double *row = e->rows + i * e->width + 3 * k;
            row[0] = each[i].kind[k].f1;
            row[1] = each[i].kind[k].precision;
            row[2] = each[i].kind[k].recall;
        }
}

static double score_rouge(const double *sums, const Eval *e)
{
    return sums[3 * ROUGE_L] / (double)e->n;
}

static void rouge_report(Eval *e)
{
    const LbEvalOptions *o = &e->options;
    e->score = column_mean(e, 3 * ROUGE_L);
    e->json = json_pack("{ss}", "name", "ROUGE-L");
    str_addf(&e->text, "ROUGE-L = %.2f (", e->score);
    for (size_t k = 0; k < ROUGE_KINDS; k++) {
        double f1 = column_mean(e, 3 * k);
        if (k != ROUGE_L)
            str_addf(&e->text, "%s = %.2f ", rouge_names[k], f1);
        json_object_set_new(e->json, rouge_names[k],
                            json_pack("{sf sf sf}", "f1", f1, "precision", column_mean(e, 3 * k + 1),
                                      "recall", column_mean(e, 3 * k + 2)));
    }
    json_object_set_new(e->json, "lines", json_integer((json_int_t)e->n));
    str_addf(&e->text, "lines = %zu)", e->n);
    str_addf(&e->signature, "nrefs:%zu|stem:%s|sentences:%s|version:lookback-" LB_VERSION, e->n_refs,
             o->stem ? "yes" : "no", o->sentence_end ? o->sentence_end : "<n>");
}

static LbStatus measure_rouge(Eval *e)
{
    RougeOptions options = { e->options.stem, e->options.sentence_end };
    Rouge *each = memory_get(e->n + 1, sizeof *each);
    LbStatus status = rouge_each(e->lines, refs_of(e), e->n, e->n_refs, options, each, e->err);
    if (status == LB_OK) {
        rouge_rows(e, each);
        rouge_report(e);
    }
    free(each);
    return status;
}

/* ---- all ---- */
const Metric eval_metrics[] = {
    { "aer", eval_aer, eval_aer_score },     { "bleu", measure_bleu, score_bleu },
    { "chrf", measure_chrf, score_chrf },    { "exact", measure_exact, score_exact },
    { "rouge", measure_rouge, score_rouge }, { "squad", measure_squad, score_squad },
    { "ter", measure_ter, score_ter },       { 0 },
};

const Metric *eval_metric_find(const char *name, LbError *err)
{
    const char *names[sizeof eval_metrics / sizeof *eval_metrics] = { NULL };
    for (int i = 0; eval_metrics[i].name; i++) {
        if (text_equal(name, eval_metrics[i].name))
            return &eval_metrics[i];
        names[i] = eval_metrics[i].name;
    }
    unknown_name("metric", name, names, err);
    return NULL;
}
