/* test_metric_ter.c -- TER equals sacreBLEU 2.6 on lines made to be awkward and on real output. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "metric/ter.h"
#include "unit/test_metric_lines.h"

enum { MOST_REFS = 3 };

typedef struct {
    const char *hyp, *refs[MOST_REFS];
    TerOptions options;
    double edits, ref_len; /* sacreBLEU's */
} TerCase;

/* clang-format off */
static const TerCase cases[] = {
    { "the cat sat on the mat", { "the cat sat on the mat" }, { 0 }, 0, 6 },
    { "on the mat sat the cat", { "the cat sat on the mat" }, { 0 }, 2, 6 },
    { "The Cat sat on the mat .", { "the cat sat on the mat ." }, { 0 }, 0, 7 },
    { "The Cat sat on the mat .", { "the cat sat on the mat ." }, { .case_sensitive = true }, 2, 7 },
    { "", { "a b c" }, { 0 }, 3, 3 },
    { "a b c", { "" }, { 0 }, 3, 0 },
    { "", { "" }, { 0 }, 0, 0 },
    { "a b c d e f g h", { "e f g h a b c d" }, { 0 }, 1, 8 },
    { "d a b c x y z", { "a b c d z y x" }, { 0 }, 3, 7 },
    { "a a b a a b a", { "b a a b a a a b b" }, { 0 }, 3, 9 },
    { "this week the saudis denied information published in the new york times",
      { "saudi arabia denied this week information published in the american new york times" }, { 0 }, 4, 13 },
    { "one two three", { "one three two", "two three one four", "three" }, { 0 }, 1, 8.0 / 3 },
    { "he said, \"it's John's 5-6 point 3.5, no?\"", { "he said it 's john 's 5 - 6 point 3.5 no" },
      { 0 }, 10, 12 },
    { "he said, \"it's John's 5-6 point 3.5, no?\"", { "he said , \" it 's john 's 5 - 6 point 3.5 , no ? \"" },
      { .normalized = true }, 0, 17 },
    { "he said, \"it's John's 5-6 point 3.5, no?\"", { "he said it's john's 5-6 point 35 no" },
      { .no_punct = true }, 0, 8 },
    { "he said, \"it's John's 5-6 point 3.5, no?\"", { "he said it's john's five" },
      { .normalized = true, .no_punct = true }, 6, 7 },
    { "東京は、日本の首都。", { "東京は日本の首都" }, { 0 }, 1, 1 },
    { "東京は、日本の首都。", { "東京は日本の首都" }, { .normalized = true, .asian_support = true }, 2, 8 },
    { "東京は、日本の首都。", { "東京は日本の首都" }, { .no_punct = true, .asian_support = true }, 0, 1 },
    { "東京は、日本の首都。", { "京東は日本の首都！" },
      { .normalized = true, .no_punct = true, .asian_support = true }, 1, 8 },
    { "a&amp;b &lt;x&gt; ...y.5", { "a & b < x > . . . y .5" }, { .normalized = true }, 0, 12 },
    { "a b", { "a<,.5" }, { .normalized = true }, 4, 5 }, /* references are normalised twice */
};
/* clang-format on */

static void test_tiny_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const TerCase *c = &cases[i];
        Line refs[MOST_REFS];
        size_t n_refs = 0;
        for (; n_refs < MOST_REFS && c->refs[n_refs]; n_refs++)
            refs[n_refs] = line_of(c->refs[n_refs]);
        TerStats s = { 0 };
        TerCounter *counter = ter_open(c->options);
        ter_add(counter, &s, line_of(c->hyp), refs, n_refs);
        ter_close(counter);
        if (fabs(s.edits - c->edits) > 1e-9 || fabs(s.ref_len - c->ref_len) > 1e-9)
            fail_msg("\"%s\": %g edits of %g words, expected %g of %g", c->hyp, s.edits, s.ref_len, c->edits,
                     c->ref_len);
    }
}

static void expect(const Scored *s, size_t n_refs, TerOptions options, double score)
{
    const Line *refs[] = { s->ref[0].line, s->ref[1].line };
    double got;
    assert_int_equal(ter_corpus(s->hyp.line, refs, array_len(s->hyp.line), n_refs, options, NULL, &got, NULL),
                     LB_OK);
    if (fabs(got - score) > 1e-6)
        fail_msg("TER is %.9f, expected %.9f", got, score);
}

static void test_awkward_lines(void **state)
{
    (void)state;
    Scored s;
    awkward_read(&s);
    expect(&s, 1, (TerOptions){ 0 }, 11.728395062);
    expect(&s, 2, (TerOptions){ 0 }, 13.220815752);
    expect(&s, 1, (TerOptions){ .normalized = true }, 7.249466951);
    expect(&s, 2, (TerOptions){ .normalized = true }, 8.649468892);
    expect(&s, 1, (TerOptions){ .no_punct = true }, 11.434511435);
    expect(&s, 2, (TerOptions){ .case_sensitive = true }, 14.064697609);
    expect(&s, 1, (TerOptions){ .normalized = true, .asian_support = true }, 7.376185458);
    expect(&s, 2, (TerOptions){ true, true, true, false }, 11.653116531);
    expect(&s, 2, (TerOptions){ true, true, true, true }, 12.466124661);
    scored_free(&s);
}

static void test_newstest(void **state)
{
    (void)state;
    Scored s;
    if (!newstest_read(&s))
        skip();
    expect(&s, 1, (TerOptions){ 0 }, 58.677303378);
    expect(&s, 1, (TerOptions){ .normalized = true }, 59.273872928);
    scored_free(&s);
}

/* A block of words moved is one edit, however long; the line itself may be long too. */
static void test_long_lines(void **state)
{
    (void)state;
    enum { WORDS = 20000 };
    Str hyp = { 0 }, ref = { 0 };
    for (int i = 0; i < WORDS; i++) {
        str_addf(&ref, "w%d ", i);
        str_addf(&hyp, "w%d ", i % 100 < 5 ? i + 5 : i % 100 < 10 ? i - 5 : i);
    }
    TerStats s = { 0 };
    TerCounter *c = ter_open((TerOptions){ 0 });
    Line line = { ref.text, ref.len }, short_one = line_of("w7 w3");
    ter_add(c, &s, (Line){ hyp.text, hyp.len }, &line, 1);
    assert_true(s.edits >= WORDS / 100 && s.edits <= WORDS / 10 && s.ref_len == WORDS);
    s = (TerStats){ 0 };
    ter_add(c, &s, short_one, &line, 1);
    assert_true(s.edits >= WORDS - 2 && s.edits <= WORDS);
    s = (TerStats){ 0 };
    ter_add(c, &s, line, &short_one, 1);
    assert_true(s.edits >= WORDS - 2 && s.edits <= WORDS);
    ter_close(c);
    str_free(&hyp);
    str_free(&ref);
}

static void test_words(void **state)
{
    (void)state;
    Str text = { 0 };
    ter_format(43.2149, &text);
    ter_signature((TerOptions){ .normalized = true, .no_punct = true }, 2, &text);
    assert_string_equal(text.text, "TER = 43.21nrefs:2|case:lc|tok:tercom|norm:yes|punct:no|asian:no|version:"
                                   "lookback-" LB_VERSION);
    str_free(&text);
    assert_true(ter_score(&(TerStats){ 0, 0 }) == 0 && ter_score(&(TerStats){ 2, 0 }) == 100);
    double score;
    LbError err;
    assert_int_equal(ter_corpus(NULL, NULL, 0, 0, (TerOptions){ 0 }, NULL, &score, &err), LB_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tiny_lines), cmocka_unit_test(test_awkward_lines),
        cmocka_unit_test(test_newstest),   cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
