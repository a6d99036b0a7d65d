/* bleu.c -- corpus BLEU from n-gram statistics.
 *
 * The order of operations is sacreBLEU's (2.6, metrics/bleu.py), so that figures agree to the last digits:
 * lower-case, strip the end, tokenize, split, count; precisions in per cent, and the mean of their logarithms
 * with log 0 = -9999999999. Not here: orders other than 4, and a number of references that varies by sentence
 * (an empty reference counts as a reference of no words).
 */
#include "metric/bleu.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "metric/gram.h"
#include "metric/tokenize.h"

/* ---- options ---- */
typedef struct {
    const char *name;
    double value;   /* by default; 0: takes none */
    double add;     /* add-k: value times this is added to both counts of n > 1 */
    double halving; /* exp: how much smaller each further order without a match is taken */
    double instead; /* the count instead of 0: value times this */
} Smoothing;

static const Smoothing smoothings[] = {
    { .name = "exp", .halving = 2 },
    { .name = "floor", .value = 0.1, .instead = 1 },
    { .name = "add-k", .value = 1, .add = 1 },
    { .name = "none" },
};
enum { N_SMOOTHINGS = sizeof smoothings / sizeof *smoothings };

static const Smoothing *smoothing_of(BleuOptions o)
{
    for (size_t i = 0; i < N_SMOOTHINGS; i++)
        if (text_equal(o.smooth ? o.smooth : "exp", smoothings[i].name))
            return &smoothings[i];
    return NULL;
}

static const Tokenizer *tokenizer_of(BleuOptions o)
{
    return tokenizer_find(o.tokenize ? o.tokenize : "13a");
}

static double smooth_value_of(BleuOptions o)
{
    return o.smooth_value > 0 ? o.smooth_value : smoothing_of(o)->value;
}

static LbStatus check_options(BleuOptions o, LbError *err)
{
    if (!tokenizer_of(o))
        return fail(err, LB_USAGE, "unknown tokenizer `%s`; there are 13a, intl, char and none", o.tokenize);
    if (!smoothing_of(o))
        return fail(err, LB_USAGE, "unknown smoothing `%s`; there are exp, floor, add-k and none", o.smooth);
    if (!(o.smooth_value >= 0 && isfinite(o.smooth_value)))
        return fail(err, LB_USAGE, "the smoothing value must be a positive number, not %g", o.smooth_value);
    return LB_OK;
}

/* ---- counting ---- */
struct BleuCounter {
    const Tokenizer *tokenizer;
    bool lowercase;
    Grams *words, *grams;
    uint32_t *codes, *spare, *symbols; /* of the line at hand */
    Word *list;
    size_t *ref_lens;
};

LbStatus bleu_open(BleuOptions options, BleuCounter **out, LbError *err)
{
    *out = NULL;
    LbStatus status = check_options(options, err);
    if (status != LB_OK)
        return status;
    BleuCounter *c = memory_get(1, sizeof *c);
    c->tokenizer = tokenizer_of(options);
    c->lowercase = options.lowercase;
    c->words = grams_new();
    c->grams = grams_new();
    *out = c;
    return LB_OK;
}

void bleu_close(BleuCounter *c)
{
    if (!c)
        return;
    grams_free(c->words);
    grams_free(c->grams);
    array_free(c->codes);
    array_free(c->spare);
    array_free(c->symbols);
    array_free(c->list);
    array_free(c->ref_lens);
    free(c);
}

/* Leaves the line's words, numbered, in c->symbols; returns how many. */
static size_t read_words(BleuCounter *c, Line line, bool learn)
{
    codes_read(&c->codes, line);
    if (c->lowercase)
        codes_lower(&c->codes);
    codes_strip(c->codes);
    tokenize(c->tokenizer, &c->codes, &c->spare);
    codes_words(c->codes, &c->list);
    grams_number(c->words, c->codes, c->list, learn, &c->symbols);
    return array_len(c->symbols);
}

static size_t distance(size_t a, size_t b)
{
    return a > b ? a - b : b - a;
}

/* The length nearest to `len`; of two as near the shorter. */
static size_t nearest_length(const size_t *lens, size_t len)
{
    size_t best = lens[0];
    for (size_t r = 1; r < array_len(lens); r++) {
        size_t mine = distance(lens[r], len), its = distance(best, len);
        if (mine < its || (mine == its && lens[r] < best))
            best = lens[r];
    }
    return best;
}

void bleu_add(BleuCounter *c, BleuStats *stats, Line hyp, const Line *refs, size_t n_refs)
{
    assert(n_refs > 0);
    grams_clear(c->words);
    grams_clear(c->grams);
    array_cut(c->ref_lens, 0);
    for (size_t r = 0; r < n_refs; r++) {
        array_push(c->ref_lens, read_words(c, refs[r], true));
        grams_learn(c->grams, c->symbols, c->ref_lens[r], BLEU_ORDER);
    }
    size_t len = read_words(c, hyp, false);
    grams_match(c->grams, c->symbols, len, BLEU_ORDER, stats->correct);
    for (int n = 1; n <= BLEU_ORDER; n++)
        stats->total[n - 1] += grams_in(len, n);
    stats->sys_len += len;
    stats->ref_len += nearest_length(c->ref_lens, len);
}

void bleu_sum(BleuStats *to, const BleuStats *more)
{
    for (int n = 0; n < BLEU_ORDER; n++) {
        to->correct[n] += more->correct[n];
        to->total[n] += more->total[n];
    }
    to->sys_len += more->sys_len;
    to->ref_len += more->ref_len;
}

/* ---- scoring ---- */
/* exp(1 - ref_len / sys_len) for output that is too short, else 1 */
static double brevity_penalty(double sys_len, double ref_len)
{
    if (sys_len >= ref_len)
        return 1;
    return sys_len > 0 ? exp(1 - ref_len / sys_len) : 0;
}

/* Fills precision[] and returns how many orders the output is long enough for. */
static int smooth_precisions(const BleuStats *s, const Smoothing *how, double value, double *precision)
{
    double halved = 1;
    for (int n = 0; n < BLEU_ORDER; n++) {
        double added = n > 0 ? how->add * value : 0;
        double correct = (double)s->correct[n] + added, total = (double)s->total[n] + added;
        if (total == 0)
            return n;
        if (correct == 0 && how->halving > 0)
            precision[n] = 100 / ((halved *= how->halving) * total);
        else
            precision[n] = 100 * (correct == 0 ? how->instead * value : correct) / total;
    }
    return BLEU_ORDER;
}

static double geometric_mean(const double *precision, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += precision[i] > 0 ? log(precision[i]) : -9999999999.0;
    return exp(sum / n);
}

static bool matches_nothing(const BleuStats *s)
{
    for (int n = 0; n < BLEU_ORDER; n++)
        if (s->correct[n] > 0)
            return false;
    return true;
}

void bleu_score(const BleuStats *s, BleuOptions options, Bleu *out)
{
    const Smoothing *how = smoothing_of(options);
    assert(how);
    *out = (Bleu){ .sys_len = s->sys_len, .ref_len = s->ref_len };
    out->penalty = brevity_penalty((double)s->sys_len, (double)s->ref_len);
    out->ratio = s->ref_len ? (double)s->sys_len / (double)s->ref_len : 0;
    if (matches_nothing(s))
        return;
    int reached = smooth_precisions(s, how, smooth_value_of(options), out->precision);
    out->score =
        out->penalty * geometric_mean(out->precision, options.effective_order ? reached : BLEU_ORDER);
}

LbStatus bleu_corpus(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, BleuOptions options,
                     BleuStats *each, Bleu *out, LbError *err)
{
    *out = (Bleu){ 0 };
    if (n_refs == 0)
        return fail(err, LB_USAGE, "BLEU needs at least one reference");
    BleuCounter *c;
    LbStatus status = bleu_open(options, &c, err);
    if (status != LB_OK)
        return status;
    BleuStats all = { 0 };
    Line *of_one = memory_get(n_refs, sizeof *of_one);
    for (size_t i = 0; i < n; i++) {
        BleuStats one = { 0 };
        for (size_t r = 0; r < n_refs; r++)
            of_one[r] = refs[r][i];
        bleu_add(c, &one, hyp[i], of_one, n_refs);
        bleu_sum(&all, &one);
        if (each)
            each[i] = one;
    }
    bleu_score(&all, options, out);
    free(of_one);
    bleu_close(c);
    return LB_OK;
}

/* ---- in words ---- */
void bleu_format(const Bleu *b, Str *out)
{
    str_addf(out, "BLEU = %.2f ", b->score);
    for (int n = 0; n < BLEU_ORDER; n++)
        str_addf(out, "%s%.1f", n ? "/" : "", b->precision[n]);
    str_addf(out, " (BP = %.3f ratio = %.3f hyp_len = %zu ref_len = %zu)", b->penalty, b->ratio, b->sys_len,
             b->ref_len);
}

void bleu_signature(BleuOptions o, size_t n_refs, Str *out)
{
    const Smoothing *how = smoothing_of(o);
    assert(how && tokenizer_of(o));
    str_addf(out, "nrefs:%zu|case:%s|eff:%s|tok:%s|smooth:%s", n_refs, o.lowercase ? "lc" : "mixed",
             o.effective_order ? "yes" : "no", tokenizer_name(tokenizer_of(o)), how->name);
    if (how->value > 0)
        str_addf(out, "[%.2f]", smooth_value_of(o));
    str_add(out, "|version:lookback-" LB_VERSION);
}
