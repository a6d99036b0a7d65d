/* What stands out in a map, and how much of it was found to matter. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "explain/highlight.h"

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
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_count) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
