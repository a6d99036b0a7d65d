/* Three readings in a table: exact text, long and harmful words, narrow windows. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "view/readings.h"

static const char *const names[READINGS] = { "attention", "gradient", "leave-one-out" };

static char *shown(const ReadingRow *rows, int n, int columns)
{
    Str out = { 0 };
    terminal_readings(names, rows, n, (TerminalOptions){ TERMINAL_ASCII, columns, false }, &out);
    return str_take(&out);
}

static void test_text(void **state)
{
    (void)state;
    static const ReadingRow rows[] = {
        { "ein", 0, { "a", "man", "man" }, { 0.884, 0.41, 0.62 }, true },
        { "\x1b[2J", 1, { "man", "man", NULL }, { 0.5, 0.6, 0 }, false },
    };
    char *text = shown(rows, 2, 80);
    assert_string_equal(text, "              attention   gradient   leave-one-out\n"
                              "  0 ein       a 0.88      man 0.41   man 0.62      *\n"
                              "  1 \\x1B[2J   man 0.50    man 0.60   -\n");
    free(text);
    text = shown(rows, 2, 40);
    assert_non_null(strstr(text, "attention  gradient  leave-one-out\n"));
    free(text);
    text = shown(NULL, 0, 80);
    assert_non_null(strstr(text, "attention"));
    free(text);
}

static void test_long(void **state)
{
    (void)state;
    static const char word[] = "Donaudampfschifffahrtsgesellschaft";
    static const ReadingRow rows[] = { { word, 1000, { word, word, word }, { 1, 1, 1 }, false } };
    char *text = shown(rows, 1, 80);
    assert_null(strstr(text, word));
    assert_non_null(strstr(text, "  1000 Donaudampfschiff"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_text), cmocka_unit_test(test_long) };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
