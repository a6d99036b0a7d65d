/* What a head does, on matrices whose figures are known; signs of odd sentences; readout. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "explain/heads.h"
#include "explain/readout.h"
#include "explain/suspicion.h"
#include "metric/auroc.h"

#include <cmocka.h> /* last: it has a macro called fail */

static void near(double x, double want, const char *what)
{
    if (!(fabs(x - want) < 1e-9))
        fail_msg("%s is %.12f instead of %.12f", what, x, want);
}
#define NEAR(x, want) near(x, want, #x)

/* Four places of self-attention, the last the end of sentence. */
static HeadMap self_map(const double *w)
{
    return (HeadMap){
        .weights = w, .rows = 4, .columns = 4, .row_to = 3, .column_to = 3, .has_end = true, .self = true
    };
}

static HeadFigures figures_of(const HeadMap *m)
{
    HeadSums s = { 0 };
    heads_add(&s, m);
    return heads_figures(&s);
}

static void test_uniform(void **state)
{
    (void)state;
    double w[16];
    for (int i = 0; i < 16; i++)
        w[i] = 0.25;
    HeadMap m = self_map(w);
    HeadFigures f = figures_of(&m);
    assert_int_equal(f.n_rows, 3);
    NEAR(f.entropy, log(4));
    NEAR(f.normalised, 1);
    NEAR(f.largest, 0.25);
    NEAR(f.same, 0.25);
    NEAR(f.previous, 0.5 / 3); /* the first row has no previous word */
    NEAR(f.next, 0.25);
    NEAR(f.first, 0.25);
    NEAR(f.end, 0.25);
    /* distances 0 1 2 3; 1 0 1 2; 2 1 0 1: means 1.5, 1, 1 of at most 3, 2, 2 */
    NEAR(f.diagonality, 0.5);
    assert_true(isnan(f.accuracy) && isnan(f.aer));
    assert_string_equal(heads_role(&f, true), "uniform");
}

static void test_positions(void **state)
{
    (void)state;
    const double same[16] = { [0] = 1, [5] = 1, [10] = 1, [15] = 1 },
                 before[16] = { [0] = 1, [4] = 1, [9] = 1, [14] = 1 },
                 after[16] = { [1] = 1, [6] = 1, [11] = 1, [15] = 1 },
                 end[16] = { [3] = 1, [7] = 1, [11] = 1, [15] = 1 },
                 first[16] = { [0] = 1, [4] = 1, [8] = 1, [12] = 1 };
    const struct {
        const double *w;
        double previous, same, next, first, end, diagonality;
        const char *role;
    } cases[] = { { same, 0, 1, 0, 1. / 3, 0, 1, "same" },
                  { before, 2. / 3, 1. / 3, 0, 2. / 3, 0, 1 - (0.5 + 0.5) / 3, "first" },
                  { after, 0, 0, 1, 0, 1. / 3, 1 - (1. / 3 + 0.5 + 0.5) / 3, "next" },
                  { end, 0, 0, 1. / 3, 0, 1, 1 - (1 + 1 + 0.5) / 3, "end" },
                  { first, 1. / 3, 1. / 3, 0, 1, 0, 1 - (0 + 0.5 + 1) / 3, "first" } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        HeadMap m = self_map(cases[i].w);
        HeadFigures f = figures_of(&m);
        NEAR(f.entropy, 0);
        NEAR(f.normalised, 0);
        NEAR(f.largest, 1);
        NEAR(f.previous, cases[i].previous);
        NEAR(f.same, cases[i].same);
        NEAR(f.next, cases[i].next);
        NEAR(f.first, cases[i].first);
        NEAR(f.end, cases[i].end);
        NEAR(f.diagonality, cases[i].diagonality);
        assert_string_equal(heads_role(&f, true), cases[i].role);
    }
}

/* A decoder's first row has nothing to choose among; row t sees t+1 columns, more when there is weight. */
static void test_causal(void **state)
{
    (void)state;
    const double w[16] = { 1, 0, 0, 0, 0.5, 0.5, 0, 0, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25, 0.25 };
    HeadMap m = self_map(w);
    m.causal = true;
    m.has_end = false;
    HeadFigures f = figures_of(&m);
    assert_int_equal(f.n_rows, 2);
    NEAR(f.entropy, (log(2) + log(4)) / 2);
    NEAR(f.normalised, 1);
    NEAR(f.next, 0.25 / 2);
    NEAR(f.same, 0.75 / 2);
    assert_true(isnan(f.end));
}

/* Three words of the output, five of the source and its end: the diagonal goes 0, 2, 4. */
static void test_cross(void **state)
{
    (void)state;
    const double w[4 * 6] = { [0] = 1, [6 + 2] = 0.5, [6 + 5] = 0.5, [12 + 3] = 1, [18 + 5] = 1 };
    HeadMap m = { .weights = w, .rows = 4, .columns = 6, .row_to = 3, .column_to = 5, .has_end = true };
    HeadSums s = { 0 };
    heads_add(&s, &m);
    const AerLink gold[] = { { 0, 0, true }, { 3, 2, false }, { 4, 2, true } };
    heads_add_gold(&s, &m, gold, 3);
    HeadFigures f = heads_figures(&s);
    NEAR(f.same, (1 + 0.5 + 0) / 3);
    NEAR(f.previous, 1. / 3);
    NEAR(f.end, 0.5 / 3);
    NEAR(f.entropy, log(2) / 3);
    NEAR(f.diagonality, (1 + (1 - 1.5 / 3) + (1 - 1. / 4)) / 3);
    NEAR(f.accuracy, 1); /* both linked words; the second has none */
    /* A = 0-0 2-1 3-2, S = 0-0 4-2: |A and S| 1, |A and P| 2 */
    NEAR(f.aer, 1 - (1 + 2.) / (3 + 2));
    assert_string_equal(heads_role(&f, false), "alignment");
    f.accuracy = NAN;
    assert_string_equal(heads_role(&f, false), "-");
    f.diagonality = 0.8;
    assert_string_equal(heads_role(&f, false), "diagonal");
}

/* Figures add up over sentences by rows; without a row there is none. */
static void test_sums(void **state)
{
    (void)state;
    double w[16];
    for (int i = 0; i < 16; i++)
        w[i] = 0.25;
    const double one[2] = { 0, 1 }, single[1] = { 1 };
    HeadMap m = self_map(w),
            n = { .weights = one, .rows = 1, .columns = 2, .row_to = 1, .column_to = 1, .has_end = true },
            empty = { .weights = single, .rows = 1, .columns = 1, .has_end = true };
    HeadSums s = { 0 };
    heads_add(&s, &empty);
    HeadFigures none = heads_figures(&s);
    assert_int_equal(none.n_rows, 0);
    assert_true(isnan(none.entropy) && isnan(none.end));
    assert_string_equal(heads_role(&none, true), "-");
    heads_add(&s, &m);
    heads_add(&s, &n);
    HeadFigures f = heads_figures(&s);
    assert_int_equal(f.n_rows, 4);
    NEAR(f.entropy, 3 * log(4) / 4);
    NEAR(f.end, (3 * 0.25 + 1) / 4);
}

static void test_suspicion(void **state)
{
    (void)state;
    const char *const source[] = { "a", "b", "a", "b" }, *const loop[] = { "x", "y", "x", "y",
                                                                           "x", "y", "x", "y" };
    assert_int_equal(suspicion_pairs(source, 0), 0);
    assert_int_equal(suspicion_pairs(source, 1), 0);
    assert_int_equal(suspicion_pairs(source, 4), 2);
    assert_int_equal(suspicion_pairs(loop, 8), 4);
    double w[8 * 5] = { 0 };
    for (int t = 0; t < 8; t++)
        w[t * 5] = w[t * 5 + 4] = 0.5;
    HeadMap m = { .weights = w, .rows = 8, .columns = 5, .row_to = 8, .column_to = 4, .has_end = true };
    Suspect x = {
        .map = &m, .source = source, .target = loop, .n_source = 4, .n_target = 8, .score = log(0.25)
    };
    Suspicion s = suspicion_of(&x);
    NEAR(s.end, 0.5);
    NEAR(s.ignored, 0.75);
    NEAR(s.repeated, 2. / 4);
    NEAR(s.surprise, 0.75);
    NEAR(s.entropy, log(2) / log(5));
    NEAR(s.suspicion, (0.5 + 0.75 + 0.5 + 0.75) / 4);
    assert_true(isnan(s.detached) && isnan(s.contribution));
    NEAR(s.looped, 4. / 6); /* six words repeat, two of them as in the source */
    assert_int_equal(s.loop.from, 0);
    assert_int_equal(s.loop.to, 8);
    NEAR(s.dropped, 0.75); /* nothing looks at the last three */
    assert_int_equal(s.hole.from, 1);
    assert_int_equal(s.hole.to, 4);
    HeadMap none = { .weights = w, .rows = 1, .columns = 1 };
    s = suspicion_of(&(Suspect){ .map = &none, .source = source, .target = loop });
    NEAR(s.suspicion, 0);
}

/* Nothing looks at the last three source words, but the output depends on one of them. */
static void test_suspicion_by_erasing(void **state)
{
    (void)state;
    const char *const source[] = { "a", "b", "c", "d" }, *const target[] = { "x", "y" };
    double w[2 * 5] = { 1, 0, 0, 0, 0, 1, 0, 0, 0, 0 }, drop[2 * 4] = { 3, 0, 0, 0, 2, NAN, 2, 0 };
    double log_probs[] = { -1, -2 }, without[] = { -4, -8 };
    HeadMap m = { .weights = w, .rows = 2, .columns = 5, .row_to = 2, .column_to = 4, .has_end = true };
    Suspect x = { &m, source, target, 4, 2, -1.5, drop, log_probs, without };
    Suspicion s = suspicion_of(&x);
    NEAR(s.contribution, 4.5);
    NEAR(s.detached, 0.25);
    NEAR(s.dropped, (1 + 0 + 1) / 4.); /* b, over c, of which the output lost 2 nats, to d */
    assert_int_equal(s.hole.from, 1);
    assert_int_equal(s.hole.to, 4);
    NEAR(s.suspicion, 1);
    double looked[4], effect[4];
    suspicion_cover(&x, looked, effect);
    const double want_looked[] = { 2, 0, 0, 0 }, want_effect[] = { 3, 0, 2, 0 };
    for (int i = 0; i < 4; i++) {
        NEAR(looked[i], want_looked[i]);
        NEAR(effect[i], want_effect[i]);
    }
    without[0] = -1, without[1] = -1; /* the source makes it worse */
    NEAR(suspicion_of(&x).detached, 1);
}

static void test_stretches(void **state)
{
    (void)state;
    Stretch cuts[8];
    Suspicion s = { .dropped = 0.3, .hole = { 1, 3 }, .gain = NAN };
    assert_int_equal(suspicion_cuts(&s, 4, cuts), 7);
    const size_t want[7][2] = { { 1, 3 }, { 0, 1 }, { 1, 4 }, { 0, 2 }, { 2, 4 }, { 0, 3 }, { 3, 4 } };
    for (int i = 0; i < 7; i++)
        assert_true(cuts[i].from == want[i][0] && cuts[i].to == want[i][1]);
    const double worse[7] = { -3, -2, -1, -2, -2, -2, -2 }, better[7] = { -3, -2, 1, 4, 2, -2, -2 };
    suspicion_settle(&s, cuts, worse, 7); /* nothing gains: the hole stays */
    assert_true(s.hole.from == 1 && s.hole.to == 3 && s.gain == -3);
    suspicion_settle(&s, cuts, better, 7);
    assert_true(s.hole.from == 0 && s.hole.to == 2 && s.gain == 4);
    s.dropped = 0.1;
    assert_int_equal(suspicion_cuts(&s, 4, cuts), 0);
    s.dropped = 1;
    assert_int_equal(suspicion_cuts(&s, 1, cuts), 0);
}

static void test_loops(void **state)
{
    (void)state;
    const struct {
        const char *words[10];
        size_t n, from, to, extra;
    } cases[] = {
        { { "a", "b", "c" }, 3, 0, 0, 0 },
        { { "a" }, 1, 0, 0, 0 },
        { { "a", "a" }, 2, 0, 2, 1 },
        { { "x", "a", "b", "c", "a", "b", "y" }, 7, 0, 0, 0 }, /* not once more in full */
        { { "x", "a", "b", "a", "b", "a", "y" }, 7, 1, 6, 3 },
        { { "a", "a", "x", "b", "b", "b", "b", "c" }, 8, 3, 7, 3 },
        { { "a", "b", "c", "d", "a", "b", "c", "d" }, 8, 0, 8, 4 },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t extra;
        Stretch at = suspicion_loop(cases[i].words, cases[i].n, &extra);
        assert_int_equal(at.from, cases[i].from);
        assert_int_equal(at.to, cases[i].to);
        assert_int_equal(extra, cases[i].extra);
    }
}

static void test_auroc(void **state)
{
    (void)state;
    const double high[] = { 3, 5, 4 }, low[] = { 1, 2 }, mixed[] = { 2, 4 }, broken[] = { 1, NAN };
    NEAR(auroc(high, 3, low, 2), 1);
    NEAR(auroc(low, 2, high, 3), 0);
    NEAR(auroc(high, 3, high, 3), 0.5);
    NEAR(auroc(high, 3, mixed, 2), (1 + 1 + 1 + 0 + 1 + 0.5) / 6);
    assert_true(isnan(auroc(high, 3, broken, 2)) && isnan(auroc(high, 0, low, 2)));
}

/* Sum over the pieces of a column's word, mean over those of a row's. */
static void test_readout(void **state)
{
    (void)state;
    const double pieces[3 * 4] = { 0.1, 0.2, 0.3, 0.4, 0.5, 0.5, 0, 0, 0, 0, 0, 1 };
    double words[2 * 3];
    readout_words(pieces, 3, 4, (const int[]){ 0, 0, 1 }, (const int[]){ 0, 1, 1, 2 }, 2, 3, words);
    const double want[6] = { 0.3, 0.5, 0.2, 0, 0, 1 };
    for (int i = 0; i < 6; i++)
        NEAR(words[i], want[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_uniform),
        cmocka_unit_test(test_positions),
        cmocka_unit_test(test_causal),
        cmocka_unit_test(test_cross),
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_suspicion),
        cmocka_unit_test(test_suspicion_by_erasing),
        cmocka_unit_test(test_stretches),
        cmocka_unit_test(test_loops),
        cmocka_unit_test(test_auroc),
        cmocka_unit_test(test_readout),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
