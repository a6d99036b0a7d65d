/* The terminal's maps and traces: exact text, alignment, and that no word can act on the terminal. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memrchr */
#endif
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "view/colour.h"
#include "view/label.h"
#include "view/terminal.h"

static const char *english[] = { "the", "cats", "</s>" }, *french[] = { "les", "chats", "</s>" };
static const double weights[] = { 0.93, 0.05, 0.02, 0.2, 0.8, 0, 0, 0.45, 0.55 };
static const Mark marks[] = { MARK_SUPPORTED, 0, 0, 0, MARK_UNSUPPORTED, 0, 0, 0, 0 };
static const Map small = {
    .n_source = 3, .n_target = 3, .source = english, .target = french, .weights = weights
};

static char *shown(const Map *m, TerminalColour colour, int columns, bool transposed)
{
    Str s = { 0 };
    terminal_map(m, (TerminalOptions){ colour, columns, transposed }, &s);
    return str_take(&s);
}

static void expect_map(const Map *m, int columns, bool transposed, const char *expected)
{
    char *text = shown(m, TERMINAL_ASCII, columns, transposed);
    assert_string_equal(text, expected);
    free(text);
}

static void test_across(void **state)
{
    (void)state;
    expect_map(&small, 80, false,
               "       the  cats </s>\n"
               "  les |@@@@           | -> the 0.93\n"
               "chats |:::: %%%%      | -> cats 0.80\n"
               " </s> |     ==== ++++ | -> </s> 0.55\n"
               "weight: each sign of \" .:-=+*#%@\" is a tenth, from 0 to 1\n");
}

static void test_down_and_marks(void **state)
{
    (void)state;
    Map m = small;
    m.marks = marks;
    m.title = "cats";
    expect_map(&m, 45, false,
               "cats\n"
               "         c <\n"
               "       t a /\n"
               "       h t s\n"
               "       e s >\n"
               "  les |@     | -> the 0.93  supported\n"
               "chats |: %/  | -> cats 0.80  not supported\n"
               " </s> |  = + | -> </s> 0.55\n"
               "weight: each sign of \" .:-=+*#%@\" is a tenth, from 0 to 1\n"
               "1 of 2 highlights are supported: erasing the\n"
               "word changes the output. 3 more look at no\n"
               "word and stay unchecked.\n"
               "Not supported, hatched with /: without the\n"
               "word the output is nearly as likely.\n"
               "  chats -> cats 0.80\n");
}

/* Hatched with and without colour, counted, and told in words; narrow windows wrap the words. */
static void test_marks(void **state)
{
    (void)state;
    Map m = small;
    m.marks = marks;
    m.erased = "read as <unk>";
    static const char told[] =
        "1 of 2 highlights are supported: erasing the word (read as <unk>) changes the "
        "output. 3 more look at no word and stay unchecked.\n"
        "Not supported, hatched with /: without the word the output is nearly as likely.\n"
        "  chats -> cats 0.80\n";
    for (TerminalColour c = TERMINAL_ASCII; c <= TERMINAL_TRUE; c++) {
        char *text = shown(&m, c, 200, false), *narrow = shown(&m, c, 30, false);
        assert_non_null(strstr(text, told));
        assert_non_null(strstr(text, c == TERMINAL_ASCII ? "%/%/ " : "0.80/"));
        assert_non_null(strstr(narrow, "1 of 2 highlights are\nsupported: erasing the word\n"));
        assert_non_null(strstr(narrow, c == TERMINAL_ASCII ? "%/%/ " : "0.80/"));
        free(text);
        free(narrow);
    }
}

static void test_nothing_checked(void **state)
{
    (void)state;
    static const Mark unchecked[9] = { MARK_UNCHECKED };
    Map m = small;
    m.marks = unchecked;
    char *text = shown(&m, TERMINAL_ASCII, 80, false);
    assert_non_null(strstr(text, "No highlight could be checked"));
    assert_null(strstr(text, "supported:"));
    free(text);
}

static void test_transposed(void **state)
{
    (void)state;
    expect_map(&small, 80, true,
               "       les  chats </s>\n"
               " the |@@@@@ :::::       | <- les 0.93\n"
               "cats |      %%%%% ===== | <- chats 0.80\n"
               "</s> |            +++++ | <- </s> 0.55\n"
               "weight: each sign of \" .:-=+*#%@\" is a tenth, from 0 to 1\n");
}

static void test_nothing_to_show(void **state)
{
    (void)state;
    Map none = small;
    none.weights = NULL;
    expect_map(&none, 80, false, "This model has no attention, so there is no map of where it looked.\n");
    Map empty = small;
    empty.n_source = 0;
    expect_map(&empty, 80, false, "The source has no words, so there is nothing to show.\n");
    empty = small;
    empty.n_target = 0;
    expect_map(&empty, 80, true, "The target has no words, so there is nothing to show.\n");
}

/* Screen columns before the last '|' of each line that has two. All lines of a grid must agree. */
static void expect_aligned(const char *text)
{
    long column = -1;
    int rows = 0;
    for (const char *line = text; *line; line = strchr(line, '\n') + 1) {
        size_t len = strcspn(line, "\n");
        const char *first = memchr(line, '|', len), *last = memrchr(line, '|', len);
        if (!first || first == last)
            continue;
        long here = utf8_width(line, (size_t)(first - line)) * 1000 + utf8_width(line, (size_t)(last - line));
        assert_true(column < 0 || column == here);
        column = here;
        rows++;
    }
    assert_true(rows >= 3);
}

static void test_wide_and_combining(void **state)
{
    (void)state;
    const char *chinese[] = { "图书馆", "e\u0301te\u0301", "注" },
               *mixed[] = { "बिल्ली", "学", "a\u0301\u0302" };
    Map m = { .n_source = 3, .n_target = 3, .source = chinese, .target = mixed, .weights = weights };
    for (int columns = 24; columns <= 90; columns += 6) {
        char *text = shown(&m, TERMINAL_ASCII, columns, false);
        expect_aligned(text);
        free(text);
    }
}

static int lines_wider_than(const char *text, int columns)
{
    int n = 0;
    for (const char *line = text; *line; line = strchr(line, '\n') + 1)
        n += utf8_width(line, strcspn(line, "\n")) > columns;
    return n;
}

/* Whatever the window, each of the 60 columns is in exactly one block, and only the sentences of the
 * legend may be wider than a narrow window. */
static void test_blocks(void **state)
{
    (void)state;
    static const char *words[60];
    static double w[3 * 60];
    for (int i = 0; i < 60; i++)
        words[i] = "word";
    for (int t = 0; t < 3; t++)
        w[t * 60 + 20 * t + 5] = 1;
    Map m = { .n_source = 60, .n_target = 3, .source = words, .target = french, .weights = w };
    for (int columns = 30; columns < 200; columns += 7) {
        char *text = shown(&m, TERMINAL_ASCII, columns, false);
        assert_true(lines_wider_than(text, columns) <= 1);
        int full = 0;
        for (const char *c = text; *c; c++)
            full += *c == '@';
        assert_int_equal(full, 3 + 1); /* and one in the legend */
        free(text);
    }
}

/* A word that is too long for its place is shortened there and given in full below. */
static void test_long_words(void **state)
{
    (void)state;
    static char word[3001];
    memset(word, 'x', 3000);
    const char *source[] = { word, "b" }, *target[] = { "c", word };
    Map m = { .n_source = 2, .n_target = 2, .source = source, .target = target, .weights = weights };
    char *text = shown(&m, TERMINAL_ASCII, 80, false);
    assert_non_null(strstr(text, "xxx..."));
    assert_non_null(strstr(text, "target word 2 in full: xxx"));
    const char *first = strstr(text, word);
    assert_non_null(first);
    assert_non_null(strstr(first + 1, word));
    free(text);
}

static void test_harmless(void **state)
{
    (void)state;
    const char *bad[] = { "\x1b[31mred",
                          "a\nb\r\t",
                          "x\xff\xc3",
                          "\u202eabc\u2066",
                          "",
                          "\u0301",
                          "\xc2\x9b"
                          "1m",
                          "\x7f" };
    double w[64] = { [0] = NAN, [9] = INFINITY, [18] = -1, [27] = 1e300 };
    Map m = {
        .n_source = 8, .n_target = 8, .source = bad, .target = bad, .weights = w, .title = "\x1b]0;t\x07"
    };
    for (int columns = 0; columns < 200; columns += 9) {
        char *text = shown(&m, TERMINAL_ASCII, columns, false);
        for (const char *c = text; *c; c++)
            assert_true(*c == '\n' || (unsigned char)*c >= 0x20);
        assert_null(strchr(text, 0x7f));
        assert_null(strstr(text, "\xc2\x9b"));
        assert_null(strstr(text, "\u202e"));
        assert_true(utf8_is_valid(text, strlen(text)));
        free(text);
    }
    char *text = shown(&m, TERMINAL_TRUE, 80, false);
    assert_null(strstr(text, "\x1b[31m"));
    assert_non_null(strstr(text, "\\x1B[31mred"));
    free(text);
}

/* Right-to-left words are isolated in colour modes alone. */
static void test_isolates(void **state)
{
    (void)state;
    const char *arabic[] = { "قطة", "على", "b" };
    Map m = { .n_source = 3, .n_target = 3, .source = arabic, .target = french, .weights = weights };
    char *plain = shown(&m, TERMINAL_ASCII, 80, false), *colour = shown(&m, TERMINAL_256, 80, false);
    assert_null(strstr(plain, "\u2068"));
    assert_null(strchr(plain, 0x1b));
    assert_non_null(strstr(colour, "\u2068قطة\u2069 0.93"));
    assert_non_null(strstr(colour, "\x1b[48;5;"));
    free(plain);
    free(colour);
}

static void test_trace(void **state)
{
    (void)state;
    const char *source[] = { "a", "b", "c", "d", "e", "f" }, *likely[] = { "x", "\x1b[2J" };
    double scores[] = { 1, 2, 0, 0, -1, -2 }, w[] = { 0.2, 0.6, 0.05, 0.05, 0.05, 0.05 };
    double shares[] = { 0.1, 0.7, 0.05, 0.05, 0.05, 0.05 }, p[] = { 0.75, 0.125 };
    TraceStep steps[] = {
        { .word = "x",
          .probability = 0.75,
          .n_source = 6,
          .source = source,
          .scores = scores,
          .weights = w,
          .context_shares = shares,
          .n_likely = 2,
          .likely = likely,
          .likely_probabilities = p },
        { .word = "y", .probability = 0.5 },
    };
    Str s = { 0 };
    terminal_trace(steps, 2, (TerminalOptions){ 0 }, &s);
    assert_non_null(strstr(s.text, "step 1: x  with probability 0.750\n"));
    assert_non_null(strstr(s.text, "    b           2.000     0.600      0.700  ############........\n"
                                   "    a           1.000     0.200      0.100  ####................\n"));
    assert_non_null(strstr(s.text, "and 1 more source words, together 0.050 of the weight\n"));
    assert_non_null(strstr(s.text, "likeliest: x 0.750, \\x1B[2J 0.125\n"));
    assert_non_null(strstr(s.text, "step 2: y  with probability 0.500\n    this model has no attention"));
    str_free(&s);
    terminal_trace(NULL, 0, (TerminalOptions){ 0 }, &s);
    assert_string_equal(s.text, "The decoder took no step, so there is nothing to tell.\n");
    str_free(&s);
}

static void test_colours(void **state)
{
    (void)state;
    Colour low = colour_cividis(0), high = colour_cividis(1), bad = colour_cividis(NAN);
    assert_true(low.r == 0x00 && low.g == 0x22 && low.b == 0x4e);
    assert_true(high.r == 0xfe && high.g == 0xe8 && high.b == 0x38);
    assert_memory_equal(&bad, &low, sizeof low);
    assert_int_equal(colour_on(low).r, 255);
    assert_int_equal(colour_on(high).r, 0);
    assert_int_equal(colour_256((Colour){ 255, 255, 255 }), 231);
    assert_int_equal(colour_256((Colour){ 0, 0, 0 }), 16);
    assert_int_equal(colour_256((Colour){ 128, 128, 128 }), 244);
    for (int i = 1; i < 256; i++) {
        Colour a = colour_cividis((i - 1) / 255.0), b = colour_cividis(i / 255.0);
        assert_true(a.r + 2 * a.g <= b.r + 2 * b.g); /* lightness grows */
    }
}

static void test_labels(void **state)
{
    (void)state;
    Str s = { 0 };
    label_xml(&s, "<a href=\"x\">&'\x01\xef\xbf\xbf");
    assert_string_equal(s.text, "&lt;a href=&quot;x&quot;&gt;&amp;&#39;\\x01\uFFFD");
    str_free(&s);
    label_clean(&s, NULL);
    assert_string_equal(s.text, "\"\"");
    str_free(&s);
    assert_false(label_shorten(&s, "图书馆图书馆", 8));
    assert_string_equal(s.text, "图书...");
    str_free(&s);
    assert_int_equal(label_cluster("e\u0301x", 4), 3);
    assert_true(label_is_rtl("aא"));
    assert_false(label_is_rtl("été 1"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_across),
        cmocka_unit_test(test_down_and_marks),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_nothing_checked),
        cmocka_unit_test(test_transposed),
        cmocka_unit_test(test_nothing_to_show),
        cmocka_unit_test(test_wide_and_combining),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_long_words),
        cmocka_unit_test(test_harmless),
        cmocka_unit_test(test_isolates),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_colours),
        cmocka_unit_test(test_labels),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
