/* test_metric_rouge.c -- ROUGE and Porter's stems; the figures are those of the package rouge-score 0.1.2. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "metric/porter.h"
#include "metric/rouge.h"

typedef struct {
    const char *hyp, *ref;
    bool stem;
    RougeScore kind[ROUGE_KINDS]; /* precision, recall, F1 */
} RougeCase;

static const RougeCase cases[] = {
    { "the cat sat on the mat",
      "a cat was sitting on the mat",
      false,
      { { 66.666667, 57.142857, 61.538462 },
        { 40.000000, 33.333333, 36.363636 },
        { 66.666667, 57.142857, 61.538462 },
        { 66.666667, 57.142857, 61.538462 } } },
    { "police killed the gunman",
      "police kill the gunman",
      false,
      { { 75.000000, 75.000000, 75.000000 },
        { 33.333333, 33.333333, 33.333333 },
        { 75.000000, 75.000000, 75.000000 },
        { 75.000000, 75.000000, 75.000000 } } },
    { "police killed the gunman",
      "police kill the gunman",
      true,
      { { 100.000000, 100.000000, 100.000000 },
        { 100.000000, 100.000000, 100.000000 },
        { 100.000000, 100.000000, 100.000000 },
        { 100.000000, 100.000000, 100.000000 } } },
    { "a b c d e<n>f g",
      "c d<n>a b f h",
      false,
      { { 71.428571, 83.333333, 76.923077 },
        { 33.333333, 40.000000, 36.363636 },
        { 42.857143, 50.000000, 46.153846 },
        { 71.428571, 83.333333, 76.923077 } } },
    { "the relational models agreed<n>ponies' ties, skies",
      "Relating a model agreeing<n>pony tied the sky!",
      true,
      { { 100.000000, 87.500000, 93.333333 },
        { 50.000000, 42.857143, 46.153846 },
        { 85.714286, 75.000000, 80.000000 },
        { 100.000000, 87.500000, 93.333333 } } },
    { "a b a b a",
      "b a b",
      false,
      { { 60.000000, 100.000000, 75.000000 },
        { 50.000000, 100.000000, 66.666667 },
        { 60.000000, 100.000000, 75.000000 },
        { 60.000000, 100.000000, 75.000000 } } },
    { "",
      "word",
      false,
      { { 0.000000, 0.000000, 0.000000 },
        { 0.000000, 0.000000, 0.000000 },
        { 0.000000, 0.000000, 0.000000 },
        { 0.000000, 0.000000, 0.000000 } } },
    { "...",
      "...",
      false,
      { { 0.000000, 0.000000, 0.000000 },
        { 0.000000, 0.000000, 0.000000 },
        { 0.000000, 0.000000, 0.000000 },
        { 0.000000, 0.000000, 0.000000 } } },
    { "w1 w2 w6 w7 w8<n>w1 w3 w8 w9 w5",
      "w1 w2 w3 w4 w5",
      false,
      { { 40.000000, 80.000000, 53.333333 },
        { 11.111111, 25.000000, 15.384615 },
        { 40.000000, 80.000000, 53.333333 },
        { 40.000000, 80.000000, 53.333333 } } },
    { "x y z y x",
      "y x z x y",
      false,
      { { 100.000000, 100.000000, 100.000000 },
        { 50.000000, 50.000000, 50.000000 },
        { 60.000000, 60.000000, 60.000000 },
        { 60.000000, 60.000000, 60.000000 } } },
    { "Größe über 5km",
      "grosse ber 5 km",
      false,
      { { 25.000000, 25.000000, 25.000000 },
        { 0.000000, 0.000000, 0.000000 },
        { 25.000000, 25.000000, 25.000000 },
        { 25.000000, 25.000000, 25.000000 } } },
};

static void expect(const RougeCase *c, int kind, double got, double wanted)
{
    if (fabs(got - wanted) > 1e-5)
        print_error("ROUGE-%s of `%s`, `%s`: %g, expected %g\n", rouge_names[kind], c->hyp, c->ref, got,
                    wanted);
    assert_true(fabs(got - wanted) <= 1e-5);
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const RougeCase *c = &cases[i];
        Line hyp = line_of(c->hyp), ref = line_of(c->ref);
        const Line *refs[] = { &ref };
        Rouge r;
        assert_int_equal(rouge_each(&hyp, refs, 1, 1, (RougeOptions){ .stem = c->stem }, &r, NULL), LB_OK);
        for (int k = 0; k < ROUGE_KINDS; k++) {
            expect(c, k, r.kind[k].precision, c->kind[k].precision);
            expect(c, k, r.kind[k].recall, c->kind[k].recall);
            expect(c, k, r.kind[k].f1, c->kind[k].f1);
        }
    }
}

/* Each kind takes the reference that is best for it. */
static void test_references(void **state)
{
    (void)state;
    Line hyp = line_of("a b c d"), one = line_of("d c b a"), two = line_of("a b x y z");
    const Line *refs[] = { &one, &two };
    Rouge r;
    assert_int_equal(rouge_each(&hyp, refs, 1, 2, (RougeOptions){ 0 }, &r, NULL), LB_OK);
    assert_true(fabs(r.kind[ROUGE_1].f1 - 100) < 1e-9);
    assert_true(fabs(r.kind[ROUGE_2].recall - 25) < 1e-9);
    assert_true(fabs(r.kind[ROUGE_L].recall - 40) < 1e-9);
}

static void test_sentence_end(void **state)
{
    (void)state;
    Line hyp = line_of("c d\ta b"), ref = line_of("a b\tc d");
    const Line *refs[] = { &ref };
    Rouge r;
    rouge_each(&hyp, refs, 1, 1, (RougeOptions){ .sentence_end = "\t" }, &r, NULL);
    assert_true(fabs(r.kind[ROUGE_LSUM].f1 - 100) < 1e-9);
    rouge_each(&hyp, refs, 1, 1, (RougeOptions){ .sentence_end = "" }, &r, NULL);
    assert_true(fabs(r.kind[ROUGE_LSUM].f1 - 50) < 1e-9);
}

static void test_too_long(void **state)
{
    (void)state;
    enum { N = 1 << 15 };
    char *text = calloc(N, 2);
    LbError err;
    for (size_t i = 0; i < N; i++)
        memcpy(text + 2 * i, "a ", 2);
    Line line = { text, 2 * N };
    const Line *refs[] = { &line };
    Rouge r;
    assert_int_equal(rouge_each(&line, refs, 1, 1, (RougeOptions){ 0 }, &r, &err), LB_DATA);
    assert_non_null(strstr(err.text, "line 1"));
    free(text);
}

/* One word for every rule that NLTK's stemmer changes, and some for each step. */
static void test_stems(void **state)
{
    (void)state;
    static const char *const stems[][2] = {
        { "caresses", "caress" },
        { "ponies", "poni" },
        { "ties", "tie" },
        { "died", "die" },
        { "spied", "spi" },
        { "agreed", "agre" },
        { "feed", "feed" },
        { "hopping", "hop" },
        { "falling", "fall" },
        { "filing", "file" },
        { "sky", "sky" },
        { "skies", "sky" },
        { "happy", "happi" },
        { "enjoy", "enjoy" },
        { "by", "by" },
        { "relational", "relat" },
        { "vietnamization", "vietnam" },
        { "geology", "geolog" },
        { "hopefully", "hope" },
        { "finally", "final" },
        { "possibly", "possibl" },
        { "adoption", "adopt" },
        { "controlling", "control" },
        { "roll", "roll" },
        { "rate", "rate" },
        { "cease", "ceas" },
        { "owed", "owe" },
        { "4444s", "4444" },
    };
    for (size_t i = 0; i < sizeof stems / sizeof *stems; i++) {
        char word[32];
        strcpy(word, stems[i][0]);
        word[porter_stem(word, strlen(word))] = 0;
        assert_string_equal(word, stems[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),        cmocka_unit_test(test_references),
        cmocka_unit_test(test_sentence_end), cmocka_unit_test(test_too_long),
        cmocka_unit_test(test_stems),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
