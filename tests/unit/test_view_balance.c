/* Bars to either side of an axis: exact text, what is left out, colours. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "view/balance.h"

static char *shown(const BalanceRow *rows, int n, const char *beside, TerminalColour colour)
{
    Balance b = { .left = "Frau", .right = "Mann", .beside = beside, .scale = 0.01 };
    balance_fit(&b, rows, n);
    Str out = { 0 };
    terminal_balance(&b, rows, n, (TerminalOptions){ colour, 80, false }, &out);
    return str_take(&out);
}

static const BalanceRow three[] = { { "ein", 0, -1, 0.5 }, { "\x1b[2J", 1, 4, NAN }, { "x", 2, NAN, NAN } };

static void test_text(void **state)
{
    (void)state;
    char *text = shown(three, 3, NULL, TERMINAL_ASCII);
    assert_string_equal(text, "                      Frau <-|-> Mann\n"
                              "  0 ein                  ####|                   -1.000\n"
                              "  1 \\x1B[2J                  |################    4.000\n"
                              "  2 x                        |                     none\n");
    free(text);
    text = shown(three, 3, "gradient", TERMINAL_TRUE);
    assert_non_null(strstr(text, "  erasing     gradient\n"));
    assert_non_null(strstr(text, "-1.000        0.500\n"));
    assert_null(strstr(text, "\x1b[2J"));
    free(text);
}

/* Forty rows are enough, and they are the ones that matter, in their order. */
static void test_many(void **state)
{
    (void)state;
    BalanceRow rows[100];
    for (int i = 0; i < 100; i++)
        rows[i] = (BalanceRow){ "w", i, i % 2 ? 0.01 * i : -0.01 * i, NAN };
    char *text = shown(rows, 100, NULL, TERMINAL_ASCII);
    assert_non_null(strstr(text, "and 60 more, nearer to 0\n"));
    assert_null(strstr(text, " 59 w"));
    assert_non_null(strstr(text, "  60 w"));
    assert_true(strstr(text, "  60 w") < strstr(text, "  99 w"));
    free(text);
    text = shown(NULL, 0, NULL, TERMINAL_ASCII);
    assert_non_null(strstr(text, "Frau <-|-> Mann\n"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_text), cmocka_unit_test(test_many) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
