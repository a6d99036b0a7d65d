/* The tests of attention against matrices made by hand: ranks and ties, tau-b, what each figure is, whose
 * rows are foreign, verdicts; and the controls, negative and positive, on data where attention is right.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "explain/check.h"
#include "explain/rank.h"
#include "explain/sets.h"

#include <cmocka.h> /* last: it has a macro called fail */

static Arena *arena;

static void near(double x, double want, const char *what)
{
    if (!(fabs(x - want) < 1e-9))
        fail_msg("%s is %.12f instead of %.12f", what, x, want);
}
#define NEAR(x, want) near(x, want, #x)

/* ---- ranks ---- */

static void test_tau(void **state)
{
    (void)state;
    const double up[] = { 1, 2, 3, 4 }, down[] = { 9, 5, 2, 0 }, flat[] = { 3, 3, 3, 3 };
    NEAR(rank_tau(up, up, 4), 1);
    NEAR(rank_tau(up, down, 4), -1);
    NEAR(rank_tau(up, flat, 4), 0);
    NEAR(rank_tau(flat, up, 4), 0);
    NEAR(rank_tau(up, down, 1), 0);
    const double x[] = { 12, 2, 1, 12, 2 }, y[] = { 1, 4, 7, 1, 0 }; /* scipy.stats.kendalltau's example */
    NEAR(rank_tau(x, y, 5), -0.47140452079103173);
}

/* Equals are drawn evenly, whatever their place; the order agrees with the top. */
static void test_ties(void **state)
{
    (void)state;
    const double row[] = { 0.2, 0.3, 0.1, 0.3, 0.3 };
    int count[5] = { 0 };
    size_t order[5];
    for (uint64_t key = 0; key < 3000; key++) {
        size_t top = rank_top(row, 5, key);
        count[top]++;
        rank_order(row, 5, key, order);
        assert_int_equal(order[0], top);
        assert_int_equal(order[3], 0);
        assert_int_equal(order[4], 2);
    }
    assert_int_equal(count[0] + count[2], 0);
    for (int i = 1; i < 5; i += i == 1 ? 2 : 1)
        assert_true(count[i] > 900 && count[i] < 1100);
}

static void test_even(void **state)
{
    (void)state;
    double row[] = { 0.1, 0.1 * (1 + 1e-9), 0.05, 0 }, nothing[] = { 0, 0 };
    rank_even(row, 4);
    NEAR(row[0], row[1]);
    NEAR(row[2], row[0] / 2);
    NEAR(row[3], 0);
    rank_even(nothing, 2);
    NEAR(nothing[0], 0);
}

/* ---- verdicts ---- */

static void test_verdict(void **state)
{
    (void)state;
    const struct {
        size_t n;
        double random, foreign, skill; /* lower ends */
        Verdict want;
    } cases[] = {
        { 50, 0.01, 0.01, 0.5, VERDICT_FAITHFUL },
        { 50, 0.01, 0.01, 0.49, VERDICT_WEAK },
        { 50, 0, 0.01, 0.9, VERDICT_NOT },
        { 50, 0.01, 0, 0.9, VERDICT_NOT },
        { 50, -1, -1, 0.9, VERDICT_NOT },
        { 49, 1, 1, 1, VERDICT_LITTLE },
        { 50, NAN, 1, 1, VERDICT_NOT },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Estimate random = { 1, cases[i].random, 2 }, foreign = { 1, cases[i].foreign, 2 },
                 skill = { 1, cases[i].skill, 2 };
        assert_int_equal(verdict_of(cases[i].n, &random, &foreign, &skill), cases[i].want);
    }
}

/* ---- figures of one sentence ---- */

static const CheckPlan usual = { .n_maps = 1, .seed = 1, .samples = 200 };

static double figure(const CheckResult *r, CheckTest test, CheckColumn column)
{
    return r->figure[(int)test * CHECK_COLUMNS + (int)column].value;
}

/* Two words from three. Word 1 of the source has two pieces: 0.5 in all is less than 0.4 for word 2. */
static void test_figures(void **state)
{
    (void)state;
    const int pieces[] = { 1, 2, 1 };
    double drop[] = { 0.2, 0.1, 0.9, 2, -0.5, 0.3, 9, 9, 9 }, log_probs[3] = { 0 };
    bool likeliest[] = { true, false, true }, stays[] = { true, true, false, false, true, true, 0, 0, 0 };
    const Erased e = {
        .T = 2, .S = 3, .log_probs = log_probs, .likeliest = likeliest, .drop = drop, .stays = stays
    };
    const float map[] = { 0.1F, 0.5F, 0.4F, 0.25F, 0.25F, 0.125F };
    const AerLink gold[] = { { 1, 0, false }, { 2, 0, true } };
    const CheckSentence x = { 0, pieces, &e, map, NULL, gold, 2, true, NULL };
    CheckPlan p = usual;
    p.sentences = &x, p.n = 1;
    CheckResult r = check_run(&p, arena);
    assert_int_equal(r.verdict, VERDICT_LITTLE);
    assert_int_equal(r.n_words, 2);
    assert_int_equal(r.draws[0].top[0], 2);
    assert_int_equal(r.draws[0].top[1], 0);
    assert_true(r.draws[0].neighbour == SIZE_MAX);
    NEAR(figure(&r, TEST_DROP, OF_MAP), (0.9 + 2) / 2);
    NEAR(figure(&r, TEST_DROP, OF_BEST), (0.9 + 2) / 2);
    NEAR(figure(&r, TEST_DROP, OF_RANDOM), (0.4 + 0.6) / 2);
    NEAR(r.figure[FIGURE_SKILL].value, 1);
    double second = (2 * 0.25 - 0.5 * 0.25 + 0.3 * 0.125) / 0.625;
    double first = 0.1 * 0.2 + 0.5 * 0.1 + 0.4 * 0.9;
    if (fabs(figure(&r, TEST_WEIGHTED, OF_MAP) - (first + second) / 2) > 1e-5) /* weights are floats */
        fail_msg("weighted drop %.9f", figure(&r, TEST_WEIGHTED, OF_MAP));
    NEAR(figure(&r, TEST_SUPPORTED, OF_MAP), 1);
    NEAR(figure(&r, TEST_SUPPORTED, OF_RANDOM), (1. / 3 + 1. / 3) / 2);
    NEAR(figure(&r, TEST_FLIPS, OF_MAP), 1); /* of one word that was the likeliest */
    NEAR(figure(&r, TEST_FLIPS, OF_RANDOM), 1. / 3);
    /* row 0 ranks 0.1 0.25 0.4 against 0.2 0.1 0.9; row 1 0.25 0.125 0.125 against 2 -0.5 0.3 */
    NEAR(figure(&r, TEST_TAU, OF_MAP), (1. / 3 + 2 / sqrt(6)) / 2);
    NEAR(figure(&r, TEST_TAU, OF_BEST), 1);
    NEAR(figure(&r, TEST_HIT1, OF_MAP), 1); /* of the one word that has links */
    NEAR(figure(&r, TEST_HIT1, OF_RANDOM), 2. / 3);
    NEAR(figure(&r, TEST_HIT3, OF_RANDOM), 1);
    NEAR(r.figure[FIGURE_AER].value, 1 - (1 + 1.) / (2 + 1)); /* links 2-0, 0-1; |S| 1 */
    NEAR(r.figure[FIGURE_GOLD_SUPPORTED].value, 1);
    NEAR(r.figure[FIGURE_OTHER_SUPPORTED].value, 1. / 4); /* cells 0-0 and row 1; only 0-1 is supported */
    assert_true(isnan(r.figure[FIGURE_GRADIENT_TAU].value));
}

static void test_nothing(void **state)
{
    (void)state;
    CheckPlan p = usual;
    CheckResult r = check_run(&p, arena);
    assert_int_equal(r.verdict, VERDICT_LITTLE);
    assert_true(isnan(r.figure[FIGURE_SKILL].value));
}

/* ---- many sentences, of which attention knows the truth ---- */

enum { SENTENCES = 120, LONGEST = 9 };

typedef struct {
    CheckSentence x[SENTENCES];
    Erased erased[SENTENCES];
    int pieces[LONGEST];
} World;

/* Each target word depends on one source word; the map gives it most of its weight with probability `right`.
 */
static void fill(World *w, size_t k, double right, Rng *r)
{
    int T = 2 + rng_below(r, LONGEST - 1), S = 2 + rng_below(r, LONGEST - 1);
    size_t cells = (size_t)(T + 1) * (size_t)S;
    double *drop = arena_array(arena, double, cells),
           *log_probs = arena_zero(arena, (size_t)T + 1, sizeof(double));
    bool *stays = arena_array(arena, bool, cells), *likeliest = arena_array(arena, bool, T + 1);
    float *map = arena_array(arena, float, cells);
    for (int t = 0; t <= T; t++) {
        int truth = rng_below(r, S), seen = rng_unit(r) < right ? truth : rng_below(r, S);
        likeliest[t] = true;
        for (int s = 0; s < S; s++) {
            drop[t * S + s] = 0.1 * rng_normal(r) + (s == truth ? 2 : 0);
            stays[t * S + s] = s != truth;
            map[t * S + s] = s == seen ? 0.9F : 0.1F / (float)S;
        }
    }
    w->erased[k] = (Erased){ T, S, log_probs, likeliest, drop, stays, NULL };
    w->x[k] = (CheckSentence){ .line = k, .pieces = w->pieces, .erased = &w->erased[k], .maps = map };
}

static CheckPlan world_new(World *w, double right, CheckControl control)
{
    Rng r = rng_new(7);
    arena_rewind(arena, 0);
    for (int i = 0; i < LONGEST; i++)
        w->pieces[i] = 1;
    for (size_t k = 0; k < SENTENCES; k++)
        fill(w, k, right, &r);
    CheckPlan p = usual;
    p.sentences = w->x, p.n = SENTENCES, p.control = control;
    return p;
}

static void test_controls(void **state)
{
    (void)state;
    static World w;
    const struct {
        double right;
        CheckControl control;
        Verdict want;
        double low, high; /* of skill */
    } cases[] = {
        { 1, CONTROL_NONE, VERDICT_FAITHFUL, 0.98, 1 },      { 0.3, CONTROL_NONE, VERDICT_WEAK, 0.2, 0.4 },
        { 0, CONTROL_NONE, VERDICT_NOT, -0.1, 0.1 },         { 1, CONTROL_SHUFFLED, VERDICT_NOT, -0.1, 0.1 },
        { 1, CONTROL_FOREIGN, VERDICT_NOT, -0.1, 0.1 },      { 1, CONTROL_UNIFORM, VERDICT_NOT, -0.1, 0.1 },
        { 0, CONTROL_LEAVE_ONE_OUT, VERDICT_FAITHFUL, 1, 1 }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        CheckPlan p = world_new(&w, cases[i].right, cases[i].control);
        CheckResult r = check_run(&p, arena);
        const Estimate *skill = &r.figure[FIGURE_SKILL];
        if (r.verdict != cases[i].want || skill->value < cases[i].low || skill->value > cases[i].high)
            fail_msg("case %zu: %s, skill %.3f", i, verdict_name(r.verdict), skill->value);
        assert_true(skill->low <= skill->value && skill->value <= skill->high);
    }
}

/* Whoever is nearest in both lengths; another one than itself. */
static void test_neighbours(void **state)
{
    (void)state;
    static World w;
    CheckPlan p = world_new(&w, 1, CONTROL_NONE);
    CheckResult r = check_run(&p, arena);
    for (size_t k = 0; k < SENTENCES; k++) {
        size_t other = r.draws[k].neighbour;
        assert_true(other != k && other < SENTENCES);
        const Erased *e = &w.erased[k], *f = &w.erased[other];
        int apart = abs(e->T - f->T) + abs(e->S - f->S);
        for (size_t i = 0; i < SENTENCES; i++)
            if (i != k)
                assert_true(abs(e->T - w.erased[i].T) + abs(e->S - w.erased[i].S) >= apart);
    }
}

/* The skill of a list of maps is that of each alone; what is drawn depends on the seed and nothing else. */
static void test_maps(void **state)
{
    (void)state;
    static World w;
    CheckPlan p = world_new(&w, 0.6, CONTROL_NONE);
    for (size_t k = 0; k < SENTENCES; k++) { /* a second map that says nothing */
        size_t cells = (size_t)w.erased[k].T * (size_t)w.erased[k].S;
        float *two = arena_array(arena, float, 2 * cells);
        memcpy(two, w.x[k].maps, cells * sizeof *two);
        for (size_t i = 0; i < cells; i++)
            two[cells + i] = 0.5F;
        w.x[k].maps = two;
    }
    p.n_maps = 2;
    MapSkill maps[2];
    check_maps(&p, maps);
    for (p.map = 0; p.map < 2; p.map++) {
        CheckResult r = check_run(&p, arena);
        NEAR(maps[p.map].skill.value, r.figure[FIGURE_SKILL].value);
        NEAR(maps[p.map].skill.low, r.figure[FIGURE_SKILL].low);
        NEAR(maps[p.map].over_foreign.high, r.figure[FIGURE_OVER_FOREIGN].high);
        assert_int_equal(maps[p.map].verdict, r.verdict);
    }
    assert_int_equal(maps[0].verdict, VERDICT_FAITHFUL);
    assert_int_equal(maps[1].verdict, VERDICT_NOT);
}

static void test_set_sizes(void **state)
{
    (void)state;
    const int want[3][SETS_SIZES] = { { 1, 1, 1, 1, 1, 1, 1 },
                                      { 1, 2, 3, 4, 1, 1, 2 },
                                      { 1, 2, 3, 5, 2, 4, 10 } },
              words[] = { 1, 4, 20 };
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < SETS_SIZES; k++)
            assert_int_equal(sets_size(k, words[i]), want[i][k]);
}

int main(void)
{
    arena = arena_new("check", (size_t)64 << 20);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_tau),       cmocka_unit_test(test_ties),       cmocka_unit_test(test_even),
        cmocka_unit_test(test_verdict),   cmocka_unit_test(test_figures),    cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_controls),  cmocka_unit_test(test_neighbours), cmocka_unit_test(test_maps),
        cmocka_unit_test(test_set_sizes),
    };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(arena);
    return rc;
}
