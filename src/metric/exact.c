/* exact.c -- equal lines, equal tokens, equal answers. */
#include "metric/exact.h"

#include <stdbool.h>

#include "base/array.h"
#include "metric/codes.h"
#include "metric/gram.h"

static double percent(double sum, size_t n)
{
    return n ? 100 * sum / (double)n : 0;
}

double exact_lines(const Line *hyp, const Line *ref, size_t n)
{
    size_t n_equal = 0;
    for (size_t i = 0; i < n; i++)
        n_equal +=
            hyp[i].len == ref[i].len && (ref[i].len == 0 || !memcmp(hyp[i].text, ref[i].text, ref[i].len));
    return percent((double)n_equal, n);
}

/* ---- two lines as numbered words ---- */
typedef struct {
    Grams *numbers, *bag;
    uint32_t *codes, *hyp, *ref; /* hyp, ref: the words' numbers */
    Word *words;
} Pair;

static Pair pair_new(void)
{
    return (Pair){ .numbers = grams_new(), .bag = grams_new() };
}

static void pair_free(Pair *p)
{
    grams_free(p->numbers);
    grams_free(p->bag);
    array_free(p->codes);
    array_free(p->hyp);
    array_free(p->ref);
    array_free(p->words);
}

static void pair_read(Pair *p, Line line, void (*normalise)(uint32_t **codes), uint32_t **out)
{
    codes_read(&p->codes, line);
    if (normalise)
        normalise(&p->codes);
    codes_words(p->codes, &p->words);
    grams_number(p->numbers, p->codes, p->words, true, out);
}

static void pair_set(Pair *p, Line hyp, Line ref, void (*normalise)(uint32_t **codes))
{
    grams_clear(p->numbers);
    pair_read(p, hyp, normalise, &p->hyp);
    pair_read(p, ref, normalise, &p->ref);
}

static size_t pair_same_places(const Pair *p)
{
    size_t n_equal = 0;
    for (size_t i = 0; i < array_len(p->hyp) && i < array_len(p->ref); i++)
        n_equal += p->hyp[i] == p->ref[i];
    return n_equal;
}

static size_t pair_longer(const Pair *p)
{
    return array_len(p->hyp) > array_len(p->ref) ? array_len(p->hyp) : array_len(p->ref);
}

static double pair_agreement(const Pair *p)
{
    size_t longer = pair_longer(p);
    return longer ? (double)pair_same_places(p) / (double)longer : 1;
}

double exact_tokens(const Line *hyp, const Line *ref, size_t n)
{
    Pair p = pair_new();
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        pair_set(&p, hyp[i], ref[i], NULL);
        sum += pair_agreement(&p);
    }
    pair_free(&p);
    return percent(sum, n);
}

static double pair_f1(Pair *p)
{
    size_t n_hyp = array_len(p->hyp), n_ref = array_len(p->ref), n_same = 0;
    if (n_hyp == 0 || n_ref == 0)
        return n_hyp == n_ref;
    grams_clear(p->bag);
    grams_learn(p->bag, p->ref, n_ref, 1);
    grams_match(p->bag, p->hyp, n_hyp, 1, &n_same);
    return 2 * (double)n_same / (double)(n_hyp + n_ref);
}

static double larger(double a, double b)
{
    return a > b ? a : b;
}

/* Line i against its references. */
static Exact exact_one(Pair *p, Line hyp, const Line *const *refs, size_t i, size_t n_refs)
{
    Exact best = { 0 };
    for (size_t r = 0; r < n_refs; r++) {
        pair_set(p, hyp, refs[r][i], NULL);
        best.line = larger(best.line, exact_lines(&hyp, &refs[r][i], 1));
        best.tokens = larger(best.tokens, 100 * pair_agreement(p));
        best.f1 = larger(best.f1, 100 * pair_f1(p));
    }
    return best;
}

void exact_each(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, Exact *each)
{
    Pair p = pair_new();
    for (size_t i = 0; i < n; i++)
        each[i] = exact_one(&p, hyp[i], refs, i, n_refs);
    pair_free(&p);
}

/* ---- SQuAD ---- */
static void drop_punctuation(uint32_t *codes)
{
    size_t n = 0;
    for (size_t i = 0; i < array_len(codes); i++)
        if (!code_is_ascii_punctuation(codes[i]))
            codes[n++] = codes[i];
    array_cut(codes, n);
}

static bool is_article(const uint32_t *codes, size_t n)
{
    static const char *const articles[] = { "a", "an", "the" };
    for (size_t k = 0; k < 3; k++) {
        size_t i = 0;
        while (i < n && articles[k][i] && codes[i] == (unsigned char)articles[k][i])
            i++;
        if (i == n && !articles[k][i])
            return true;
    }
    return false;
}

/* \b(a|an|the)\b becomes a blank: a run of letters and numbers that is just an article. */
static void drop_articles(uint32_t *codes)
{
    size_t n = array_len(codes);
    if (n == 0)
        return;
    for (size_t i = 0, start = 0; i <= n; i++) {
        if (i < n && (code_is_letter(codes[i]) || code_is_number(codes[i])))
            continue;
        if (is_article(codes + start, i - start))
            for (size_t k = start; k < i; k++)
                codes[k] = ' ';
        start = i + 1;
    }
}

static void normalise_answer(uint32_t **codes)
{
    codes_lower(codes);
    drop_punctuation(*codes);
    drop_articles(*codes);
}

static Squad squad_one(Pair *p, Line hyp, const Line *const *refs, size_t i, size_t n_refs)
{
    Squad best = { 0 };
    for (size_t r = 0; r < n_refs; r++) {
        pair_set(p, hyp, refs[r][i], normalise_answer);
        bool equal = array_len(p->hyp) == array_len(p->ref) && pair_same_places(p) == array_len(p->ref);
        best.f1 = larger(best.f1, 100 * pair_f1(p));
        best.exact = larger(best.exact, equal ? 100 : 0);
    }
    return best;
}

Squad exact_squad(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, Squad *each)
{
    Pair p = pair_new();
    Squad mean = { 0 };
    for (size_t i = 0; i < n; i++) {
        Squad one = squad_one(&p, hyp[i], refs, i, n_refs);
        mean.exact += one.exact / (double)n;
        mean.f1 += one.f1 / (double)n;
        if (each)
            each[i] = one;
    }
    pair_free(&p);
    return mean;
}
