/* test_metric_exact.c -- equal lines, tokens and answers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>

#include "metric/exact.h"

typedef struct {
    const char *hyp, *ref;
    double lines, tokens, squad, f1; /* per cent */
} ExactCase;

static const ExactCase cases[] = {
    { "a b c", "a b c", 100, 100, 100, 100 },
    { "a b c", "a  b c", 0, 100, 100, 100 },
    { "b c", "b d c", 0, 100.0 / 3, 0, 80 },
    { "", "", 100, 100, 100, 100 },
    { "", "word", 0, 0, 0, 0 },
    { "the", "an", 0, 0, 100, 100 }, /* neither has a word left */
    { "The Cat!", "cat", 0, 0, 100, 100 },
    { "a\xE2\x80\x93the-cat", "\xE2\x80\x93thecat", 0, 0, 100, 100 }, /* not an article once joined */
    { "theatre an1", "theatre", 0, 50, 0, 200.0 / 3 },
    { "x x y", "x y y", 0, 200.0 / 3, 0, 200.0 / 3 },
    { "\xFF", "\xFE", 0, 100, 100, 100 }, /* either byte stands for U+FFFD */
};

static void expect(const char *what, const ExactCase *c, double got, double wanted)
{
    if (fabs(got - wanted) > 1e-9)
        print_error("%s of `%s`, `%s`: %g, expected %g\n", what, c->hyp, c->ref, got, wanted);
    assert_true(fabs(got - wanted) <= 1e-9);
}

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const ExactCase *c = &cases[i];
        Line hyp = line_of(c->hyp), ref = line_of(c->ref);
        const Line *refs[] = { &ref };
        Squad s = exact_squad(&hyp, refs, 1, 1, NULL);
        expect("lines", c, exact_lines(&hyp, &ref, 1), c->lines);
        expect("tokens", c, exact_tokens(&hyp, &ref, 1), c->tokens);
        expect("squad exact", c, s.exact, c->squad);
        expect("squad F1", c, s.f1, c->f1);
    }
}

static void test_means(void **state)
{
    (void)state;
    Line hyp[] = { line_of("positive"), line_of("positive"), line_of("positive x"), { "a\0b", 3 } };
    Line ref[] = { line_of("positive"), line_of("negative"), line_of("negative x"), { "a\0c", 3 } };
    assert_true(fabs(exact_lines(hyp, ref, 4) - 25) < 1e-9);
    assert_true(fabs(exact_tokens(hyp, ref, 4) - 37.5) < 1e-9);
    assert_true(exact_lines(hyp, ref, 0) == 0 && exact_tokens(hyp, ref, 0) == 0);
}

static void test_best_reference(void **state)
{
    (void)state;
    Line hyp = line_of("Denver Broncos"), far = line_of("Carolina"),
         near = line_of("the Denver Broncos team");
    const Line *refs[] = { &far, &near, &far };
    Squad s = exact_squad(&hyp, refs, 1, 3, NULL);
    assert_true(s.exact == 0 && fabs(s.f1 - 80) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_means),
        cmocka_unit_test(test_best_reference),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
