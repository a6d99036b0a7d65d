/* test_metric_bleu.c -- BLEU equals sacreBLEU 2.6 on awkward lines and on real output. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "metric/bleu.h"
#include "unit/test_metric_lines.h"

typedef struct {
    size_t n_refs;
    BleuOptions options;
    double score; /* sacreBLEU's, and its lengths */
    size_t sys_len, ref_len;
} BleuCase;

static const BleuCase awkward_cases[] = {
    { 1, { "13a", "exp", 0, false, false }, 90.889956973, 955, 935 },
    { 1, { "13a", "exp", 0, true, false }, 91.236398173, 955, 935 },
    { 1, { "intl", "exp", 0, false, false }, 88.340855342, 987, 945 },
    { 1, { "intl", "exp", 0, true, false }, 88.675884715, 987, 945 },
    { 1, { "char", "exp", 0, false, false }, 89.466540414, 1963, 1894 },
    { 1, { "char", "exp", 0, true, false }, 90.682594502, 1964, 1894 },
    { 1, { "none", "exp", 0, false, false }, 85.567612023, 496, 486 },
    { 1, { "none", "exp", 0, true, false }, 86.084373993, 496, 486 },
    { 2, { "13a", "exp", 0, false, false }, 93.261043102, 955, 937 },
    { 2, { "13a", "exp", 0, true, false }, 93.663149326, 955, 937 },
    { 2, { "intl", "exp", 0, false, false }, 90.991531715, 987, 947 },
    { 2, { "intl", "exp", 0, true, false }, 91.380522878, 987, 947 },
    { 2, { "char", "exp", 0, false, false }, 92.150576090, 1963, 1899 },
    { 2, { "char", "exp", 0, true, false }, 93.432136079, 1964, 1900 },
    { 2, { "none", "exp", 0, false, false }, 88.750370496, 496, 487 },
    { 2, { "none", "exp", 0, true, false }, 89.431619431, 496, 487 },
};

/* Lines 5 to 8 against the first reference, and line 10 against the second, by turns. */
static const BleuCase smoothing_cases[] = {
    { 1, { "13a", "exp", 0, false, false }, 92.681412916, 19, 19 },
    { 1, { "13a", "exp", 0, false, false }, 39.763536438, 5, 4 },
    { 1, { "13a", "floor", 0, false, false }, 92.681412916, 19, 19 },
    { 1, { "13a", "floor", 0, false, false }, 26.591479485, 5, 4 },
    { 1, { "13a", "floor", 0.5, false, false }, 92.681412916, 19, 19 },
    { 1, { "13a", "floor", 0.5, false, false }, 39.763536438, 5, 4 },
    { 1, { "13a", "add-k", 0, false, false }, 93.143627843, 19, 19 },
    { 1, { "13a", "add-k", 0, false, false }, 49.492320038, 5, 4 },
    { 1, { "13a", "add-k", 0.3, false, false }, 92.828317975, 19, 19 },
    { 1, { "13a", "add-k", 0.3, false, false }, 35.835078939, 5, 4 },
    { 1, { "13a", "none", 0, false, false }, 92.681412916, 19, 19 },
    { 1, { "13a", "none", 0, false, false }, 0.000000000, 5, 4 },
};

static const BleuCase newstest_cases[] = {
    { 1, { "13a", "exp", 0, false, false }, 22.426748947, 63927, 66655 },
    { 1, { "13a", "exp", 0, true, false }, 23.548409858, 63927, 66655 },
    { 1, { "intl", "exp", 0, false, false }, 23.845299677, 66172, 69372 },
    { 1, { "intl", "exp", 0, true, false }, 24.970808657, 66172, 69372 },
    { 1, { "char", "exp", 0, false, false }, 54.652180635, 268362, 284629 },
    { 1, { "char", "exp", 0, true, false }, 55.536321438, 268362, 284629 },
    { 1, { "none", "exp", 0, false, false }, 22.584677521, 63211, 64807 },
    { 1, { "none", "exp", 0, true, false }, 23.729973281, 63211, 64807 },
};

#define N_CASES(cases) (sizeof(cases) / sizeof *(cases))

static void expect(const BleuCase *c, const Line *hyp, const Line *ref0, const Line *ref1, size_t n)
{
    const Line *refs[] = { ref0, ref1 };
    Bleu got;
    LbError err;
    assert_int_equal(bleu_corpus(hyp, refs, n, c->n_refs, c->options, NULL, &got, &err), LB_OK);
    if (fabs(got.score - c->score) > 1e-6)
        print_error("%s %s %g: %.9f, expected %.9f\n", c->options.tokenize, c->options.smooth,
                    c->options.smooth_value, got.score, c->score);
    assert_true(fabs(got.score - c->score) <= 1e-6);
    assert_int_equal(got.sys_len, c->sys_len);
    assert_int_equal(got.ref_len, c->ref_len);
}

static void test_awkward_lines(void **state)
{
    (void)state;
    Scored s;
    awkward_read(&s);
    for (size_t i = 0; i < N_CASES(awkward_cases); i++)
        expect(&awkward_cases[i], s.hyp.line, s.ref[0].line, s.ref[1].line, array_len(s.hyp.line));
    scored_free(&s);
}

static void test_smoothing(void **state)
{
    (void)state;
    Scored s;
    awkward_read(&s);
    for (size_t i = 0; i < N_CASES(smoothing_cases); i += 2) {
        expect(&smoothing_cases[i], s.hyp.line + 4, s.ref[0].line + 4, NULL, 4);
        expect(&smoothing_cases[i + 1], s.hyp.line + 9, s.ref[1].line + 9, NULL, 1);
    }
    scored_free(&s);
}

static void test_newstest(void **state)
{
    (void)state;
    Scored s;
    if (!newstest_read(&s))
        skip();
    assert_int_equal(array_len(s.hyp.line), 3000);
    assert_int_equal(array_len(s.ref[0].line), 3000);
    for (size_t i = 0; i < N_CASES(newstest_cases); i++)
        expect(&newstest_cases[i], s.hyp.line, s.ref[0].line, NULL, 3000);
    scored_free(&s);
}

/* TensorFlow's NMT splits at single blanks, so that an empty line is one empty word: three here. */
static void test_newstest_single_blanks(void **state)
{
    (void)state;
    Scored s;
    if (!newstest_read(&s))
        skip();
    BleuOptions options = { .tokenize = "none", .smooth = "none" };
    const Line *refs[] = { s.ref[0].line };
    BleuStats *each = memory_get(3000, sizeof *each), all = { 0 };
    Bleu got;
    assert_int_equal(bleu_corpus(s.hyp.line, refs, 3000, 1, options, each, &got, NULL), LB_OK);
    for (size_t i = 0; i < 3000; i++) {
        each[i].total[0] += s.hyp.line[i].len == 0;
        each[i].sys_len += s.hyp.line[i].len == 0;
        bleu_sum(&all, &each[i]);
    }
    bleu_score(&all, options, &got);
    assert_true(fabs(got.score - 22.5855084573) < 1e-9);
    free(each);
    scored_free(&s);
}

/* ---- by hand ---- */
static Bleu score_one(const char *hyp, const char *ref0, const char *ref1, BleuOptions options)
{
    Line line = line_of(hyp), first = line_of(ref0), second = line_of(ref1 ? ref1 : "");
    const Line *refs[] = { &first, &second };
    Bleu got;
    assert_int_equal(bleu_corpus(&line, refs, 1, ref1 ? 2 : 1, options, NULL, &got, NULL), LB_OK);
    return got;
}

static void test_counts_are_clipped(void **state)
{
    (void)state;
    BleuCounter *c;
    BleuStats s = { 0 };
    Line refs[] = { line_of("the cat is on the mat"), line_of("there is a cat on the mat") };
    assert_int_equal(bleu_open((BleuOptions){ 0 }, &c, NULL), LB_OK);
    bleu_add(c, &s, line_of("the the the the the the the"), refs, 2); /* Papineni et al., example 2: 2/7 */
    assert_int_equal(s.correct[0], 2);
    assert_int_equal(s.total[0], 7);
    assert_int_equal(s.correct[1], 0);
    assert_int_equal(s.total[3], 4);
    assert_int_equal(s.ref_len, 7);
    bleu_add(c, &s, line_of("the mat"), refs, 2);
    assert_int_equal(s.correct[0], 4);
    assert_int_equal(s.correct[1], 1);
    assert_int_equal(s.sys_len, 9);
    assert_int_equal(s.ref_len, 13);
    bleu_close(c);
}

static void test_nearest_reference(void **state)
{
    (void)state;
    assert_int_equal(score_one("a b c d", "a b c d e f", "a b", (BleuOptions){ 0 }).ref_len, 2);
    assert_int_equal(score_one("a b c d", "a b", "a b c d e f", (BleuOptions){ 0 }).ref_len, 2);
    assert_int_equal(score_one("a b c d", "a b", "a b c d e", (BleuOptions){ 0 }).ref_len, 5);
    assert_int_equal(score_one("a", "", "a b c", (BleuOptions){ 0 }).ref_len, 0);
}

static void test_effective_order(void **state)
{
    (void)state;
    BleuOptions short_too = { .effective_order = true };
    assert_true(score_one("a b", "a b", NULL, (BleuOptions){ 0 }).score == 0);
    assert_true(fabs(score_one("a b", "a b", NULL, short_too).score - 100) < 1e-9);
}

/* At the end of a line the dot of "1995." stays where it is; blanks behind it must not change that. */
static void test_ends_are_stripped(void **state)
{
    (void)state;
    assert_int_equal(score_one("in 1995. \t", "in 1995 .", NULL, (BleuOptions){ .tokenize = "intl" }).sys_len,
                     2);
}

static void test_nothing_at_all(void **state)
{
    (void)state;
    const Line *refs[] = { NULL };
    Bleu got;
    LbError err;
    assert_int_equal(bleu_corpus(NULL, refs, 0, 1, (BleuOptions){ 0 }, NULL, &got, &err), LB_OK);
    assert_true(got.score == 0 && got.ratio == 0);
    assert_int_equal(bleu_corpus(NULL, NULL, 0, 0, (BleuOptions){ 0 }, NULL, &got, &err), LB_USAGE);
}

static void test_wrong_options(void **state)
{
    (void)state;
    static const BleuOptions wrong[] = {
        { .tokenize = "13b" }, { .smooth = "laplace" }, { .smooth_value = -1 }, { .smooth_value = NAN }
    };
    for (size_t i = 0; i < N_CASES(wrong); i++) {
        BleuCounter *c;
        LbError err = { 0 };
        assert_int_equal(bleu_open(wrong[i], &c, &err), LB_USAGE);
        assert_null(c);
        assert_true(err.text[0] != 0);
    }
}

/* Long, repetitive and broken input: the tables grow and are used again. */
static void test_long_lines(void **state)
{
    (void)state;
    enum { N = 300000 };
    char *text = memory_get(N, 1);
    for (size_t i = 0; i < N; i++)
        text[i] = (char)(i % 7 == 6 ? ' ' : 128 + (i * i / 7) % 128);
    Line lines[] = { { text, N }, line_of("a b c d e"), { text, N } };
    const Line *refs[] = { lines };
    Bleu got;
    assert_int_equal(bleu_corpus(lines, refs, 3, 1, (BleuOptions){ 0 }, NULL, &got, NULL), LB_OK);
    assert_true(fabs(got.score - 100) < 1e-9);
    assert_true(got.sys_len > 2 * N / 7);
    free(text);
}

static void test_in_words(void **state)
{
    (void)state;
    Bleu b = { 41.0249, { 72.06, 50, 33.333, 25.25 }, 0.99951, 1.0124, 1012, 1000 };
    Str text = { 0 };
    bleu_format(&b, &text);
    assert_string_equal(text.text, "BLEU = 41.02 72.1/50.0/33.3/25.2 "
                                   "(BP = 1.000 ratio = 1.012 hyp_len = 1012 ref_len = 1000)");
    str_cut(&text, 0);
    bleu_signature((BleuOptions){ 0 }, 1, &text);
    assert_string_equal(text.text,
                        "nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:lookback-" LB_VERSION);
    str_cut(&text, 0);
    bleu_signature((BleuOptions){ .tokenize = "intl", .smooth = "floor", .lowercase = true }, 3, &text);
    assert_string_equal(text.text,
                        "nrefs:3|case:lc|eff:no|tok:intl|smooth:floor[0.10]|version:lookback-" LB_VERSION);
    str_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_awkward_lines),      cmocka_unit_test(test_smoothing),
        cmocka_unit_test(test_newstest),           cmocka_unit_test(test_newstest_single_blanks),
        cmocka_unit_test(test_counts_are_clipped), cmocka_unit_test(test_nearest_reference),
        cmocka_unit_test(test_effective_order),    cmocka_unit_test(test_nothing_at_all),
        cmocka_unit_test(test_ends_are_stripped),  cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_long_lines),         cmocka_unit_test(test_in_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
