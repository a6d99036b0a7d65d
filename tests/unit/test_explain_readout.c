/* Links read out of maps by hand: rows, sinks, thresholds; and the choice among read-outs, which must see
 * through heads that agree with themselves. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "explain/choose.h"

#include <cmocka.h> /* last: it has a macro called fail */

#define N(a) (sizeof(a) / sizeof *(a))

static void near(double x, double want)
{
    if (!(fabs(x - want) < 1e-6))
        fail_msg("%.9f instead of %.9f", x, want);
}

/* Source words "a" (2 pieces), "," and the end; target words "x" (2 pieces), "y" and the end. */
static const int source_word[] = { 0, 0, 1, -1 }, target_word[] = { 0, 0, 1, -1 };
static const bool source_stop[] = { false, true }, target_stop[] = { false, false };
static const float map[] = { 0.1F, 0.2F, 0.3F, 0.4F, 0.3F, 0.2F, 0.4F, 0.1F,
                             0.1F, 0.1F, 0.1F, 0.7F, 0.0F, 0.0F, 0.0F, 1.0F };

static Reading reading(void)
{
    return (Reading){ .n_source = 2,
                      .n_target = 2,
                      .S = 4,
                      .T = 4,
                      .source_word = source_word,
                      .target_word = target_word,
                      .source_stop = source_stop,
                      .target_stop = target_stop,
                      .n_layers = 1,
                      .n_heads = 1,
                      .raw = map };
}

static void expect_rows(Readout o, const double *want, double dropped)
{
    Reading r = reading();
    double rows[6];
    near(readout_rows(&r, &o, rows), dropped);
    for (size_t i = 0; i < N(rows); i++)
        near(rows[i], want[i]);
}

static void test_rows(void **state)
{
    (void)state;
    expect_rows((Readout){ .sinks = SINKS_KEEP }, (double[]){ 0.4, 0.35, 0.25, 0.2, 0.1, 0.7 }, 0);
    expect_rows((Readout){ .sinks = SINKS_KEEP, .input = true }, (double[]){ 0.35, 0.25, 0.4, 0, 0, 1 }, 0);
    expect_rows((Readout){ .sinks = SINKS_END }, (double[]){ 8. / 15, 7. / 15, 0, 2. / 3, 1. / 3, 0 },
                (0.25 + 0.7) / 2);
    expect_rows((Readout){ .sinks = SINKS_PUNCTUATION }, (double[]){ 1, 0, 0, 1, 0, 0 }, (0.6 + 0.8) / 2);
}

static void expect_links(Readout o, const char *forward, const char *backward)
{
    Reading r = reading();
    double rows[6];
    char got[2][40] = { "", "" };
    (void)readout_rows(&r, &o, rows);
    for (int k = 0; k < 2; k++) {
        AerLink *links = NULL;
        (k ? readout_backward : readout_links)(&r, &o, rows, &links);
        for (size_t i = 0, at = 0; i < array_len(links); i++)
            at +=
                (size_t)snprintf(got[k] + at, sizeof got[k] - at, "%d-%d ", links[i].source, links[i].target);
        array_free(links);
    }
    assert_string_equal(got[0], forward);
    assert_string_equal(got[1], backward);
}

static void test_links(void **state)
{
    (void)state;
    expect_links((Readout){ .sinks = SINKS_KEEP }, "0-0 ", "0-0 1-0 ");
    expect_links((Readout){ .sinks = SINKS_END }, "0-0 0-1 ", "0-1 1-0 ");
    expect_links((Readout){ .sinks = SINKS_END, .null = 0.6 }, "0-1 ", "0-1 ");
    expect_links((Readout){ .sinks = SINKS_KEEP, .input = true }, "", "0-0 1-0 ");
    assert_int_equal(readout_link((double[]){ 0, 0, 0 }, 2, 0), -1);
    assert_int_equal(readout_diagonal(0, 2, 5), 1);
    assert_int_equal(readout_diagonal(1, 2, 5), 3);
    assert_int_equal(readout_diagonal(3, 4, 0), -1);
}

/* ---- choosing ---- */

enum { WORDS = 4, PIECES = WORDS + 1, HEADS = 3, CELLS = PIECES * PIECES };

/* Word t depends on word of[t]. Head 0 looks along the diagonal, with all its weight; head 1 at of[t], with
 * 0.6, but where nothing is lost (of[t] < 0) at word 0 with 0.3; head 2 nowhere in particular. */
static void make(const int *of, float *maps, double *drop)
{
    memset(drop, 0, WORDS * WORDS * sizeof *drop);
    for (int t = 0; t < PIECES; t++)
        for (int s = 0; s < PIECES; s++) {
            int top = t == WORDS ? WORDS : of[t];
            double other = top < 0 ? (s == 0 ? 0.3 : 0.7 / WORDS) : (s == top ? 0.6 : 0.4 / WORDS);
            maps[t * PIECES + s] = s == t;
            maps[CELLS + t * PIECES + s] = (float)other;
            maps[2 * CELLS + t * PIECES + s] = 1.0F / PIECES;
            if (t < WORDS && s < WORDS)
                drop[t * WORDS + s] = s == top ? 3 : 0.01 * (s + 1);
        }
}

static Choice choose(Wish wish)
{
    static const int ofs[2][WORDS] = { { 2, 0, -1, 1 }, { 1, 3, 0, -1 } }, word[PIECES] = { 0, 1, 2, 3, -1 };
    static const bool stop[WORDS];
    float maps[2][HEADS * CELLS];
    double drop[2][WORDS * WORDS];
    Example examples[2];
    for (int i = 0; i < 2; i++) {
        make(ofs[i], maps[i], drop[i]);
        examples[i] = (Example){
            { WORDS, WORDS, PIECES, PIECES, word, word, stop, stop, 1, HEADS, maps[i], NULL, NULL }, drop[i]
        };
    }
    return choose_readout(examples, 2, wish, (Readout){ .layer = 0, .head = -1 });
}

static void test_choice(void **state)
{
    (void)state;
    Choice c = choose((Wish){ CHOOSE_MAP, CHOOSE_MAP, CHOOSE, CHOOSE, CHOOSE, -1 });
    assert_int_equal(c.readout.head, 1);
    assert_true(!c.readout.input && c.skill > 0.95);
    assert_int_equal(c.n_tried, (HEADS + 1) * 2 * SINKS_KINDS);
    assert_true(c.readout.null > 0.3 &&
                c.readout.null < 0.7); /* words that nothing is lost of stay unlinked */
    c = choose((Wish){ CHOOSE_MAP, 0, CHOOSE, CHOOSE, CHOOSE, 0 });
    assert_true(c.skill < 0.2 && c.agreement > 0.99); /* the diagonal agrees with itself */
    assert_int_equal(c.readout.head, 0);
    assert_true(c.readout.null == 0);
    c = choose((Wish){ 0, 2, 1, 0, SINKS_END, 0.25 });
    assert_true(c.n_tried == 1 && c.readout.head == 2 && c.readout.input && c.readout.sinks == SINKS_END);
    assert_true(c.readout.null == 0.25);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_links),
        cmocka_unit_test(test_choice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
