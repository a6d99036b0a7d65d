/* Files of links in every format; the error rate by hand; two directions made one, link by link. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "explain/symmetrise.h"
#include "metric/aer.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { MOST_LINES = 4 };

/* "sentence: source-target[?] ..." with a bar between sentences; the links as they were understood. */
static void show(const Links *l, char *out, size_t room)
{
    size_t at = 0;
    *out = '\0';
    for (size_t i = 0; i < l->n; i++) {
        size_t n;
        const AerLink *links = links_of(l, i, &n);
        at += (size_t)snprintf(out + at, room - at, "%s", i ? "|" : "");
        for (size_t k = 0; k < n; k++)
            at += (size_t)snprintf(out + at, room - at, "%s%d%c%d", k ? " " : "", links[k].source,
                                   links[k].sure ? '-' : '?', links[k].target);
    }
}

typedef struct {
    const char *lines[MOST_LINES];
    const char *format; /* asked for; NULL: auto */
    int base;           /* asked for */
    bool reverse;
    const char *found; /* what format it is */
    int from;
    const char *want;
} FormatCase;

static const FormatCase formats[] = {
    { { "0-0 1-2", "2?1 3p3" }, NULL, -1, false, "pharaoh", 0, "0-0 1-2|2?1 3?3" },
    { { "1-1 2-3", "", "3p2" }, NULL, -1, false, "pharaoh", 1, "0-0 1-2||2?1" },
    { { "1-1 2-3" }, NULL, 0, false, "pharaoh", 0, "1-1 2-3" },
    { { "1-4 2-3" }, "talp", -1, true, "talp", 1, "2-1 3-0" },
    { { "0-4 2-3" }, "talp", -1, false, "talp", 0, "0-4 2-3" },
    { { " 3-1\t0-0:0.25 \r" }, NULL, -1, false, "pharaoh", 0, "0-0 3-1" },
    { { "5-1 0-0 5?1 5-1 0?0" }, NULL, -1, false, "pharaoh", 0, "0-0 5-1" },
    { { "", "  " }, NULL, -1, false, "pharaoh", 1, "|" },
    { { "0001 1 1", "0003 2 1 P", "1 2 2 S 0.7" }, NULL, -1, false, "naacl", 1, "0-0 1-1||1?0" },
    { { "", "1 0 3 P", "2 1 1 S" }, NULL, -1, false, "naacl", 1, "|0-0" },
    { { "2 1 3" }, "naacl", 0, true, "naacl", 0, "|3-1" },
};

static size_t lines_of(const char *const *texts, Line *lines)
{
    size_t n = 0;
    for (; n < MOST_LINES && texts[n]; n++)
        lines[n] = line_of(texts[n]);
    return n;
}

static void test_formats(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
        const FormatCase *c = &formats[i];
        Line lines[MOST_LINES];
        Links l;
        LbError err = { 0 };
        char got[200];
        size_t n = lines_of(c->lines, lines);
        LbStatus status = links_read(lines, n, (LinksForm){ c->format, c->base, c->reverse }, &l, &err);
        if (status != LB_OK)
            fail_msg("case %zu: %s", i, err.text);
        show(&l, got, sizeof got);
        assert_string_equal(got, c->want);
        assert_string_equal(l.format, c->found);
        assert_int_equal(l.base, c->from);
        links_free(&l);
    }
}

typedef struct {
    const char *lines[MOST_LINES];
    const char *format;
    int base;
    int line;
    const char *words;
} BadCase;

static const BadCase bad[] = {
    { { "0-0", "1-x" }, NULL, -1, 2, "\"1-x\" is not a link" },
    { { "-1-0" }, NULL, -1, 1, "is not a link" },
    { { "+1-0" }, NULL, -1, 1, "is not a link" },
    { { "1-0a" }, NULL, -1, 1, "is not a link" },
    { { "1-" }, NULL, -1, 1, "is not a link" },
    { { "1" }, NULL, -1, 1, "is not a link" },
    { { "0-0", "", "99999999999999999999-0" }, NULL, -1, 3, "above 1000000" },
    { { "0-1000001" }, NULL, -1, 1, "above 1000000" },
    { { "1-1", "2-0" }, NULL, 1, 2, "has a word 0" },
    { { "1 1 1", "2 1" }, NULL, -1, 2, "is not a link like `17 3 4 S`" },
    { { "1 1 1 X" }, NULL, -1, 1, "17 3 4 S" },
    { { "1 1 1 S 0.5 x" }, "naacl", -1, 1, "17 3 4 S" },
    { { "9999999 1 1" }, NULL, -1, 1, "above 1000000" },
    { { "0 1 1" }, NULL, -1, 1, "counted from 1" },
    { { "0-0" }, "gizza", -1, 0, "unknown format of links `gizza`" },
};

static void test_bad(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        Line lines[MOST_LINES];
        Links l;
        LbError err = { 0 };
        size_t n = lines_of(bad[i].lines, lines);
        assert_int_not_equal(links_read(lines, n, (LinksForm){ bad[i].format, bad[i].base, false }, &l, &err),
                             LB_OK);
        if (!strstr(err.text, bad[i].words) || err.line != bad[i].line)
            fail_msg("case %zu: line %d, %s", i, err.line, err.text);
        links_free(&l);
    }
}

#define N(a) (sizeof(a) / sizeof *(a))

/* |A| 3, |S| 2, A and P: 0-0 and 2-2, A and S: 0-0; the link given twice counts once. */
static void test_error_rate(void **state)
{
    (void)state;
    const AerLink gold[] = { { 0, 0, true }, { 1, 1, true }, { 2, 2, false } },
                  links[] = { { 2, 2, true }, { 0, 0, true }, { 5, 1, true }, { 0, 0, true } };
    AerCounts c = { 0 };
    aer_add(&c, gold, N(gold), links, N(links));
    assert_true(c.links == 3 && c.sure == 2 && c.in_sure == 1 && c.in_possible == 2);
    assert_true(fabs(aer_score(&c) - (1 - 3. / 5)) < 1e-12);
    assert_true(fabs(aer_precision(&c) - 2. / 3) < 1e-12 && fabs(aer_recall(&c) - 1. / 2) < 1e-12);
    assert_true(fabs(aer_f1(&c) - 4. / 7) < 1e-12);
    const AerCounts nothing = { 0 };
    assert_true(aer_score(&nothing) == 0 && aer_f1(&nothing) == 0);
    AerLink *wrong, *missing;
    aer_errors(gold, N(gold), links, N(links), &wrong, &missing);
    assert_true(array_len(wrong) == 1 && wrong[0].source == 5 && wrong[0].target == 1);
    assert_true(array_len(missing) == 1 && missing[0].source == 1 && missing[0].target == 1);
    array_free(wrong);
    array_free(missing);
}

/* By hand. Forward: 0-0 1-1 2-3 4-4 0-5; reverse: 0-0 1-1 1-2 5-5 4-3 6-4.
 *
 *   grow-diag: from 0-0 1-1, 1-2 touches 1-1 and word 2 is free; then 2-3 touches 1-2; then 4-3 touches
 * nothing final: forward 0-5 (5 is free), 4-4; reverse 4-3: both taken; 5-5 (5 is free); 6-4 (6 is free)
 *   final-and: forward 4-4; reverse 5-5; 0-5, 6-4 and 4-3 have a word with a link
 *   grow-diagonal: 1-2 is no corner; 2-3 is none of 1-1
 *   its final: forward 2-3, 4-4; reverse 5-5 */
static void test_symmetrise(void **state)
{
    (void)state;
    const AerLink forward[] = { { 0, 0, true },
                                { 1, 1, true },
                                { 2, 3, true },
                                { 4, 4, true },
                                { 0, 5, true } },
                  reverse[] = { { 0, 0, true }, { 1, 1, true }, { 1, 2, true },
                                { 5, 5, true }, { 4, 3, true }, { 6, 4, true } };
    static const char *const want[] = { "0-0 1-1",
                                        "0-0 0-5 1-1 1-2 2-3 4-3 4-4 5-5 6-4",
                                        "0-0 1-1 1-2 2-3",
                                        "0-0 0-5 1-1 1-2 2-3 4-4 5-5 6-4",
                                        "0-0 1-1 1-2 2-3 4-4 5-5",
                                        "0-0 1-1",
                                        "0-0 1-1 2-3 4-4 5-5" };
    for (int m = 0; symmetrise_names[m]; m++) {
        char got[200] = "";
        AerLink *both = symmetrise(forward, N(forward), reverse, N(reverse), m);
        for (size_t i = 0, at = 0; i < array_len(both); i++)
            at += (size_t)snprintf(got + at, sizeof got - at, "%s%d-%d", i ? " " : "", both[i].source,
                                   both[i].target);
        assert_string_equal(got, want[m]);
        array_free(both);
        both = symmetrise(NULL, 0, NULL, 0, m);
        assert_int_equal(array_len(both), 0);
        array_free(both);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formats),
        cmocka_unit_test(test_bad),
        cmocka_unit_test(test_error_rate),
        cmocka_unit_test(test_symmetrise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
