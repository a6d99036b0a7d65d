/* What stands out in a map, and how much of it was found to matter. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "explain/highlight.h"

static void test_highlights(void **state)
{
    (void)state;
    static const struct {
        double row[4];
        bool is[4];
    } cases[] = {
        { { 0.85, 0.1, 0.05, 0 }, { 1, 1, 0, 0 } },
        { { 0.09, 0.08, 0.09, 0.07 }, { 1, 0, 0, 0 } }, /* the first of equals */
        { { 0.25, 0.25, 0.25, 0.25 }, { 1, 1, 1, 1 } },
        { { 0, 0, 0, 0 }, { 0, 0, 0, 0 } },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (int s = 0; s < 4; s++)
            assert_int_equal(highlight_is(cases[i].row, 4, s), cases[i].is[s]);
}

static void test_count(void **state)
{
    (void)state;
    static const double weights[] = { 0.7, 0.2, 0.1, 0.03, 0.02, 0.95 };
    static const Mark marks[] = { MARK_SUPPORTED, MARK_UNSUPPORTED, MARK_SUPPORTED, 0, 0, 0 };
    Map m = { .n_source = 3, .n_target = 2, .weights = weights, .marks = marks };
    HighlightCount n = highlight_count(&m);
    assert_int_equal(n.supported, 2);
    assert_int_equal(n.unsupported, 1);
    assert_int_equal(n.unchecked, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_highlights), cmocka_unit_test(test_count) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
