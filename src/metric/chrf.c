/* chrf.c -- chrF from n-gram statistics.
 *
 * As in sacreBLEU 2.6 (metrics/chrf.py): an order that the output or the reference is too short for is left
 * out of the mean ("effective order"), unless eps_smoothing is asked for. Words, for chrF++, part from one
 * ASCII punctuation mark at their end, or else at their beginning: "(hi)" is "(hi" and ")".
 */
#include "metric/chrf.h"

#include <stdlib.h>

#include "base/array.h"
#include "metric/gram.h"

static ChrfOptions with_defaults(ChrfOptions o)
{
    if (o.char_order == 0)
        o.char_order = CHRF_CHAR_ORDER;
    if (o.beta == 0)
        o.beta = 2;
    return o;
}

static LbStatus check_options(ChrfOptions o, LbError *err)
{
    if (o.char_order < 1 || o.word_order < 0 || o.char_order > CHRF_ORDERS - o.word_order)
        return fail(err, LB_USAGE, "chrF takes at most %d orders, not %d of characters and %d of words",
                    CHRF_ORDERS, o.char_order, o.word_order);
    if (o.beta < 1)
        return fail(err, LB_USAGE, "chrF's beta must be at least 1, not %d", o.beta);
    return LB_OK;
}

/* ---- counting ---- */
typedef struct { /* one line, cut up */
    uint32_t *chars, *words;
} Cut;

struct ChrfCounter {
    ChrfOptions options;
    Grams *numbers, *chars, *words; /* numbers of words; n-grams of either */
    Cut hyp, ref;
    uint32_t *codes;
    Word *list, *parted;
};

LbStatus chrf_open(ChrfOptions options, ChrfCounter **out, LbError *err)
{
    *out = NULL;
    options = with_defaults(options);
    LbStatus status = check_options(options, err);
    if (status != LB_OK)
        return status;
    ChrfCounter *c = memory_get(1, sizeof *c);
    *c = (ChrfCounter){
        .options = options, .numbers = grams_new(), .chars = grams_new(), .words = grams_new()
    };
    *out = c;
    return LB_OK;
}

void chrf_close(ChrfCounter *c)
{
    if (!c)
        return;
    grams_free(c->numbers);
    grams_free(c->chars);
    grams_free(c->words);
    array_free(c->hyp.chars);
    array_free(c->hyp.words);
    array_free(c->ref.chars);
    array_free(c->ref.words);
    array_free(c->codes);
    array_free(c->list);
    array_free(c->parted);
    free(c);
}

/* Parts each word from a punctuation mark at its end, or else at its beginning. */
static void part_words(const uint32_t *codes, const Word *words, Word **parted)
{
    array_cut(*parted, 0);
    for (size_t i = 0; i < array_len(words); i++) {
        Word w = words[i];
        size_t at = w.end;
        if (w.end - w.start > 1 && code_is_ascii_punctuation(codes[w.end - 1]))
            at = w.end - 1;
        else if (w.end - w.start > 1 && code_is_ascii_punctuation(codes[w.start]))
            at = w.start + 1;
        array_push(*parted, (Word){ w.start, at });
        if (at < w.end)
            array_push(*parted, (Word){ at, w.end });
    }
}

/* Words get numbers in the order in which lines are read: all of a sentence's lines in one numbering. */
static void cut_line(ChrfCounter *c, Line line, Cut *out)
{
    codes_read(&c->codes, line);
    if (c->options.lowercase)
        codes_lower(&c->codes);
    if (c->options.word_order > 0) {
        codes_words(c->codes, &c->list);
        part_words(c->codes, c->list, &c->parted);
        grams_number(c->numbers, c->codes, c->parted, true, &out->words);
    }
    if (!c->options.whitespace)
        codes_squeeze(c->codes);
    uint32_t *swap = out->chars;
    out->chars = c->codes;
    c->codes = swap;
}

/* The statistics of one kind of symbol; an order that no reference n-gram has counts no output n-grams. */
static void compare(Grams *g, const uint32_t *hyp, const uint32_t *ref, int order, ChrfStats *s, int first)
{
    size_t n_hyp = array_len(hyp), n_ref = array_len(ref);
    grams_clear(g);
    grams_learn(g, ref, n_ref, order);
    grams_match(g, hyp, n_hyp, order, s->match + first);
    for (int n = 1; n <= order; n++) {
        s->ref[first + n - 1] = grams_in(n_ref, n);
        s->hyp[first + n - 1] = grams_in(n_ref, n) ? grams_in(n_hyp, n) : 0;
    }
}

void chrf_add(ChrfCounter *c, ChrfStats *stats, Line hyp, const Line *refs, size_t n_refs)
{
    assert(n_refs > 0);
    ChrfStats best = { 0 };
    double best_score = -1;
    grams_clear(c->numbers);
    cut_line(c, hyp, &c->hyp);
    for (size_t r = 0; r < n_refs; r++) {
        ChrfStats s = { 0 };
        cut_line(c, refs[r], &c->ref);
        compare(c->chars, c->hyp.chars, c->ref.chars, c->options.char_order, &s, 0);
        compare(c->words, c->hyp.words, c->ref.words, c->options.word_order, &s, c->options.char_order);
        double score = chrf_score(&s, c->options);
        if (score > best_score) {
            best_score = score;
            best = s;
        }
    }
    chrf_sum(stats, &best);
}

void chrf_sum(ChrfStats *to, const ChrfStats *more)
{
    for (int i = 0; i < CHRF_ORDERS; i++) {
        to->hyp[i] += more->hyp[i];
        to->ref[i] += more->ref[i];
        to->match[i] += more->match[i];
    }
}

/* ---- scoring ---- */
/* (1 + beta^2) P R / (beta^2 P + R) */
static double f_score(double precision, double recall, double beta)
{
    double below = beta * beta * precision + recall;
    return below > 0 ? (1 + beta * beta) * precision * recall / below : 0;
}

double chrf_score(const ChrfStats *s, ChrfOptions options)
{
    const double eps = 1e-16;
    ChrfOptions o = with_defaults(options);
    double precisions = 0, recalls = 0, scores = 0;
    int orders = o.char_order + o.word_order, n_effective = 0;
    for (int i = 0; i < orders; i++) {
        double precision = s->hyp[i] ? (double)s->match[i] / (double)s->hyp[i] : eps;
        double recall = s->ref[i] ? (double)s->match[i] / (double)s->ref[i] : eps;
        scores += precision + recall > 0 ? f_score(precision, recall, o.beta) : eps;
        if (s->hyp[i] == 0 || s->ref[i] == 0)
            continue;
        precisions += precision;
        recalls += recall;
        n_effective++;
    }
    if (o.eps_smoothing)
        return 100 * scores / orders;
    return n_effective ? 100 * f_score(precisions / n_effective, recalls / n_effective, o.beta) : 0;
}

LbStatus chrf_corpus(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, ChrfOptions options,
                     ChrfStats *each, double *out, LbError *err)
{
    *out = 0;
    if (n_refs == 0)
        return fail(err, LB_USAGE, "chrF needs at least one reference");
    ChrfCounter *c;
    LbStatus status = chrf_open(options, &c, err);
    if (status != LB_OK)
        return status;
    ChrfStats all = { 0 };
    Line *of_one = memory_get(n_refs, sizeof *of_one);
    for (size_t i = 0; i < n; i++) {
        ChrfStats one = { 0 };
        for (size_t r = 0; r < n_refs; r++)
            of_one[r] = refs[r][i];
        chrf_add(c, &one, hyp[i], of_one, n_refs);
        chrf_sum(&all, &one);
        if (each)
            each[i] = one;
    }
    *out = chrf_score(&all, options);
    free(of_one);
    chrf_close(c);
    return LB_OK;
}

/* ---- in words ---- */
void chrf_format(double score, ChrfOptions options, Str *out)
{
    ChrfOptions o = with_defaults(options);
    str_addf(out, "chrF%d", o.beta);
    for (int i = 0; i < o.word_order; i++)
        str_add_char(out, '+');
    str_addf(out, " = %.2f", score);
}

void chrf_signature(ChrfOptions options, size_t n_refs, Str *out)
{
    ChrfOptions o = with_defaults(options);
    str_addf(out, "nrefs:%zu|case:%s|eff:%s|nc:%d|nw:%d|space:%s|version:lookback-" LB_VERSION, n_refs,
             o.lowercase ? "lc" : "mixed", o.eps_smoothing ? "no" : "yes", o.char_order, o.word_order,
             o.whitespace ? "yes" : "no");
}
