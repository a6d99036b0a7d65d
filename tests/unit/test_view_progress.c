/* Progress lines: exact text, and never wider than the window. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "view/progress.h"

static const Progress half = {
    .label = "training", .done = 5000, .total = 10000, .unit = "words", .seconds = 100, .suffix = "loss 3.21"
};

static void expect_line(const Progress *p, int columns, const char *expected)
{
    Str s = { 0 };
    progress_line(p, columns, &s);
    assert_string_equal(s.text, expected);
    str_free(&s);
}

static void test_line(void **state)
{
    (void)state;
    expect_line(&half, 80,
                "training  50% [#########----------]  50 words/s  1:40 done, 1:40 left  loss 3.21");
    expect_line(&half, 64, "training  50%  50 words/s  1:40 done, 1:40 left  loss 3.21");
    expect_line(&half, 50, "training  50%  1:40 done, 1:40 left  loss 3.21");
    expect_line(&half, 20, "training  50%  1:...");
    Str s = { 0 };
    progress_plain(&half, &s);
    assert_string_equal(s.text, "training  50%  50 words/s  1:40 done, 1:40 left  loss 3.21");
    str_free(&s);
}

/* Work done before the clock started does not count for the rate. */
static void test_resumed(void **state)
{
    (void)state;
    Progress p = half;
    p.done_before = 4000;
    expect_line(&p, 64, "training  50%  10 words/s  1:40 done, 8:20 left  loss 3.21");
}

static void test_never_too_wide(void **state)
{
    (void)state;
    Progress odd[] = {
        half,
        { .label = "翻译\x1b[1m", .done = 20, .total = 10, .unit = "句", .seconds = 1e12, .suffix = "\n" },
        { .done = NAN, .total = NAN, .seconds = NAN, .rate = INFINITY, .unit = "x" },
        { .done = -1, .total = 5, .seconds = -1 },
        { 0 },
    };
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        for (int columns = 4; columns < 150; columns++) {
            Str s = { 0 };
            progress_line(&odd[i], columns, &s);
            assert_true(utf8_width(s.text, s.len) <= columns);
            assert_null(strpbrk(s.text, "\x1b\n"));
            str_free(&s);
        }
}

static void test_numbers(void **state)
{
    (void)state;
    const struct {
        double value;
        const char *text;
    } numbers[] = { { 1234567, "1,234,567" },
                    { 999.6, "1,000" },
                    { 3.14159, "3.14" },
                    { -12345, "-12,345" } },
      times[] = {
          { 75, "1:15" }, { 3700, "1:01:40" }, { 200000, "2d 07:33:20" }, { 0, "0:00" }, { NAN, "?" }
      };
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        Str s = { 0 };
        progress_number(numbers[i].value, &s);
        assert_string_equal(s.text, numbers[i].text);
        str_free(&s);
    }
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        Str s = { 0 };
        progress_time(times[i].value, &s);
        assert_string_equal(s.text, times[i].text);
        str_free(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line),
        cmocka_unit_test(test_resumed),
        cmocka_unit_test(test_never_too_wide),
        cmocka_unit_test(test_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
