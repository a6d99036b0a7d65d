/* test_metric_chrf.c -- chrF and chrF++ equal sacreBLEU 2.6 on awkward lines and on real output. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "metric/chrf.h"
#include "unit/test_metric_lines.h"

typedef struct {
    size_t n_refs;
    ChrfOptions options;
    double score; /* sacreBLEU's */
    const char *text;
} ChrfCase;

static const ChrfCase awkward_cases[] = {
    { 1, { 0, 0, 0, false, false, false }, 91.170964997, "chrF2 = 91.17" },
    { 1, { 0, 0, 0, true, false, false }, 92.376492790, "chrF2 = 92.38" },
    { 1, { 0, 0, 0, false, true, false }, 90.414354478, "chrF2 = 90.41" },
    { 1, { 0, 0, 0, false, false, true }, 91.170939322, "chrF2 = 91.17" },
    { 1, { 0, 2, 0, false, false, false }, 91.676111468, "chrF2++ = 91.68" },
    { 1, { 0, 2, 0, true, false, false }, 92.691582958, "chrF2++ = 92.69" },
    { 1, { 0, 2, 0, false, true, false }, 91.108440632, "chrF2++ = 91.11" },
    { 1, { 0, 2, 0, false, false, true }, 91.675822657, "chrF2++ = 91.68" },
    { 2, { 0, 0, 0, false, false, false }, 91.912278106, "chrF2 = 91.91" },
    { 2, { 0, 0, 0, true, false, false }, 93.080245954, "chrF2 = 93.08" },
    { 2, { 0, 0, 0, false, true, false }, 91.251762618, "chrF2 = 91.25" },
    { 2, { 0, 0, 0, false, false, true }, 91.912244658, "chrF2 = 91.91" },
    { 2, { 0, 2, 0, false, false, false }, 92.228503889, "chrF2++ = 92.23" },
    { 2, { 0, 2, 0, true, false, false }, 93.187788391, "chrF2++ = 93.19" },
    { 2, { 0, 2, 0, false, true, false }, 91.485917712, "chrF2++ = 91.49" },
    { 2, { 0, 2, 0, false, false, true }, 92.227807628, "chrF2++ = 92.23" },
};

static const ChrfCase newstest_cases[] = {
    { 1, { 0, 0, 0, false, false, false }, 49.221610549, "chrF2 = 49.22" },
    { 1, { 0, 0, 0, true, false, false }, 50.095054666, "chrF2 = 50.10" },
    { 1, { 0, 2, 0, false, false, false }, 47.536179647, "chrF2++ = 47.54" },
    { 1, { 0, 2, 0, true, false, false }, 48.578210759, "chrF2++ = 48.58" },
};

#define N_CASES(cases) (sizeof(cases) / sizeof *(cases))

static void expect(const ChrfCase *c, const Scored *s)
{
    const Line *refs[] = { s->ref[0].line, s->ref[1].line };
    double got;
    Str text = { 0 };
    assert_int_equal(
        chrf_corpus(s->hyp.line, refs, array_len(s->hyp.line), c->n_refs, c->options, NULL, &got, NULL),
        LB_OK);
    if (fabs(got - c->score) > 1e-6)
        print_error("%s: %.9f, expected %.9f\n", c->text, got, c->score);
    assert_true(fabs(got - c->score) <= 1e-6);
    chrf_format(got, c->options, &text);
    assert_string_equal(text.text, c->text);
    str_free(&text);
}

static void test_awkward_lines(void **state)
{
    (void)state;
    Scored s;
    awkward_read(&s);
    for (size_t i = 0; i < N_CASES(awkward_cases); i++)
        expect(&awkward_cases[i], &s);
    scored_free(&s);
}

static void test_newstest(void **state)
{
    (void)state;
    Scored s;
    if (!newstest_read(&s))
        skip();
    for (size_t i = 0; i < N_CASES(newstest_cases); i++)
        expect(&newstest_cases[i], &s);
    scored_free(&s);
}

/* "abc" and "abd": 2 of 3 characters, 1 of 2 pairs, 0 of 1 triple; each is a third of the mean. */
static void test_by_hand(void **state)
{
    (void)state;
    ChrfCounter *c;
    ChrfStats s = { 0 };
    Line refs[] = { line_of("xyz"), line_of("a b d") };
    assert_int_equal(chrf_open((ChrfOptions){ 0 }, &c, NULL), LB_OK);
    chrf_add(c, &s, line_of("abc"), refs, 2);
    assert_int_equal(s.match[0], 2);
    assert_int_equal(s.match[1], 1);
    assert_int_equal(s.match[2], 0);
    assert_int_equal(s.hyp[2], 1);
    assert_int_equal(s.ref[3], 0);
    assert_true(fabs(chrf_score(&s, (ChrfOptions){ 0 }) - 100 * (2.0 / 3 + 0.5) / 3) < 1e-9);
    chrf_close(c);
}

/* chrF++ parts one mark from each word: "(hi)" is "(hi" and ")", "y is two words. */
static void test_words_are_parted(void **state)
{
    (void)state;
    ChrfCounter *c;
    ChrfStats s = { 0 };
    Line ref = line_of("(hi ) \" y .");
    assert_int_equal(chrf_open((ChrfOptions){ .word_order = 1 }, &c, NULL), LB_OK);
    chrf_add(c, &s, line_of("(hi) \"y ."), &ref, 1);
    assert_int_equal(s.hyp[6], 5);
    assert_int_equal(s.ref[6], 6); /* ( hi ) " y . */
    assert_int_equal(s.match[6], 4);
    chrf_close(c);
}

static void test_sums(void **state)
{
    (void)state;
    Line hyp[] = { line_of("one line"), line_of(""), line_of("another") };
    Line ref[] = { line_of("one lime"), line_of("not empty"), line_of("") };
    const Line *refs[] = { ref };
    ChrfStats each[3], all = { 0 };
    double got;
    assert_int_equal(chrf_corpus(hyp, refs, 3, 1, (ChrfOptions){ 0 }, each, &got, NULL), LB_OK);
    for (int i = 0; i < 3; i++)
        chrf_sum(&all, &each[i]);
    assert_true(chrf_score(&all, (ChrfOptions){ 0 }) == got && got > 0 && got < 100);
    assert_int_equal(each[2].hyp[0], 0); /* nothing in the reference to compare with */
}

static void test_wrong_options(void **state)
{
    (void)state;
    static const ChrfOptions wrong[] = {
        { .char_order = -1 }, { .char_order = 17 }, { .word_order = 11 }, { .word_order = -1 }, { .beta = -2 }
    };
    ChrfCounter *c;
    double got;
    for (size_t i = 0; i < N_CASES(wrong); i++) {
        LbError err = { 0 };
        assert_int_equal(chrf_open(wrong[i], &c, &err), LB_USAGE);
        assert_null(c);
        assert_true(err.text[0] != 0);
    }
    assert_int_equal(chrf_corpus(NULL, NULL, 0, 0, (ChrfOptions){ 0 }, NULL, &got, NULL), LB_USAGE);
    assert_int_equal(chrf_open((ChrfOptions){ .char_order = 16 }, &c, NULL), LB_OK);
    chrf_close(c);
}

static void test_signature(void **state)
{
    (void)state;
    Str text = { 0 };
    chrf_signature((ChrfOptions){ 0 }, 1, &text);
    assert_string_equal(text.text,
                        "nrefs:1|case:mixed|eff:yes|nc:6|nw:0|space:no|version:lookback-" LB_VERSION);
    str_cut(&text, 0);
    chrf_signature((ChrfOptions){ .word_order = 2, .lowercase = true, .whitespace = true }, 2, &text);
    assert_string_equal(text.text,
                        "nrefs:2|case:lc|eff:yes|nc:6|nw:2|space:yes|version:lookback-" LB_VERSION);
    str_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_awkward_lines), cmocka_unit_test(test_newstest),
        cmocka_unit_test(test_by_hand),       cmocka_unit_test(test_words_are_parted),
        cmocka_unit_test(test_sums),          cmocka_unit_test(test_wrong_options),
        cmocka_unit_test(test_signature),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
