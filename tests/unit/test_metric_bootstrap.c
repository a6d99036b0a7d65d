/* test_metric_bootstrap.c -- resampled means, intervals and p values are those of theory and, within chance,
 * of sacreBLEU 2.6.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>

#include "metric/bootstrap.h"
#include "unit/test_metric_lines.h"

static double first_over_second(const double *sums, const void *how)
{
    return *(const double *)how * sums[0] / sums[1];
}

/* ---- a coin: 120 of 400 lines are right ---- */
enum { COINS = 400, SAMPLES = 4000 };

static double coins[COINS][2];
static const double percent = 100;

static Bootstrap coin_case(int n_right)
{
    for (int i = 0; i < COINS; i++) {
        coins[i][0] = i < n_right;
        coins[i][1] = 1;
    }
    return (Bootstrap){ &coins[0][0], COINS, 2, first_over_second, &percent };
}

static void test_interval_of_a_coin(void **state)
{
    (void)state;
    double scores[SAMPLES];
    Bootstrap b = coin_case(120);
    bootstrap_scores(&b, SAMPLES, 12345, scores);
    Interval i = bootstrap_interval(scores, SAMPLES);
    double deviation = 100 * sqrt(0.3 * 0.7 / COINS);
    assert_true(fabs(i.mean - 30) < 4 * deviation / sqrt(SAMPLES));
    assert_true(fabs(i.half - 1.96 * deviation) < 0.1 * deviation + 0.25); /* scores go in steps of 0.25 */
}

static void test_interval_bounds(void **state)
{
    (void)state;
    double scores[1000]; /* 999 to 0: 25 are left out on either side */
    for (int i = 0; i < 1000; i++)
        scores[i] = 999 - i;
    Interval i = bootstrap_interval(scores, 1000);
    assert_true(i.mean == 499.5 && i.half == (974 - 25) / 2.0);
    i = bootstrap_interval(scores, 1);
    assert_true(i.mean == 999 && i.half == 0);
}

static void test_seeds(void **state)
{
    (void)state;
    double a[50], b[50], c[50];
    Bootstrap coin = coin_case(120);
    bootstrap_scores(&coin, 50, 1, a);
    bootstrap_scores(&coin, 50, 1, b);
    bootstrap_scores(&coin, 50, 2, c);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
}

static void test_p(void **state)
{
    (void)state;
    const double base[4] = { 10, 10, 10, 10 }, other[4] = { 11, 12, 10, 17 }; /* apart 1 2 0 7, mean 2.5 */
    assert_true(bootstrap_p(other, base, 4, 1) == 2 / 5.0);
    assert_true(bootstrap_p(other, base, 4, -1) == 2 / 5.0);
    assert_true(bootstrap_p(other, base, 4, 5) == 1 / 5.0);
    assert_true(bootstrap_p(base, base, 4, 0) == 1);
}

/* ---- against sacreBLEU: the first 1,000 lines of a real output ---- */
enum { REAL = 1000 };

typedef struct {
    const char *metric;
    double mean, half; /* sacreBLEU's */
} IntervalCase;

static const IntervalCase intervals[] = { { "bleu", 22.775, 1.045 }, { "chrf", 49.80, 0.85 } };

static double field(const char *json, const char *name)
{
    json_t *o = json_loads(json, JSON_DISABLE_EOF_CHECK, NULL);
    assert_non_null(o);
    assert_true(json_is_real(json_object_get(o, name)));
    double value = json_real_value(json_object_get(o, name));
    json_decref(o);
    return value;
}

static LbText *texts_of(const Lines *l)
{
    LbText *texts = memory_get(REAL, sizeof *texts);
    for (size_t i = 0; i < REAL; i++)
        texts[i] = (LbText){ l->line[i].text, l->line[i].len };
    return texts;
}

static void expect_interval(const IntervalCase *c, const LbText *hyp, const LbText *const *refs)
{
    LbEvalOptions o = lb_eval_default();
    char *json;
    o.samples = 1000;
    assert_int_equal(lb_eval(c->metric, hyp, refs, REAL, 1, o, NULL, NULL, &json, NULL), LB_OK);
    double mean = field(json, "confidence_mean"), half = field(json, "confidence_var");
    if (fabs(mean - c->mean) > 0.06 || fabs(half - c->half) > 0.1)
        fail_msg("%s: %.3f +- %.3f, sacreBLEU has %.3f +- %.3f", c->metric, mean, half, c->mean, c->half);
    free(json);
}

/* The other system's lines are the reference, none, or the same. */
static double p_of(const LbText *hyp, const LbText *ref, int perfect_every)
{
    LbText *other = memory_get(REAL, sizeof *other);
    for (int i = 0; i < REAL; i++)
        other[i] = i % perfect_every == 0 ? ref[i] : i % perfect_every == 50 ? (LbText){ "", 0 } : hyp[i];
    LbSystem systems[] = { { "one", hyp }, { "other", other } };
    char *json;
    assert_int_equal(lb_eval_paired("bleu", systems, 2, &ref, REAL, 1, lb_eval_default(), NULL, &json, NULL),
                     LB_OK);
    const char *second = strchr(json, '\n');
    assert_non_null(second);
    double p = field(second + 1, "p_value");
    free(json);
    free(other);
    return p;
}

static void test_real_output(void **state)
{
    (void)state;
    Scored s;
    if (!newstest_read(&s))
        skip();
    LbText *hyp = texts_of(&s.hyp), *ref = texts_of(&s.ref[0]);
    const LbText *refs[] = { ref };
    for (size_t i = 0; i < sizeof intervals / sizeof *intervals; i++)
        expect_interval(&intervals[i], hyp, refs);
    double p[2] = { p_of(hyp, ref, 100), p_of(hyp, ref, 200) };
    if (fabs(p[0] - 0.14) > 0.05 || fabs(p[1] - 0.19) > 0.05)
        fail_msg("p is %.3f and %.3f, sacreBLEU has about 0.14 and 0.19", p[0], p[1]);
    free(hyp);
    free(ref);
    scored_free(&s);
}

/* ---- wrong use ---- */
static void test_errors(void **state)
{
    (void)state;
    LbText line = { "a b", 3 };
    const LbText *refs[] = { &line };
    LbSystem one = { "one", &line };
    LbEvalOptions o = { .samples = 1 };
    LbError err;
    assert_int_equal(lb_eval("bleu", &line, refs, 1, 1, o, NULL, NULL, NULL, &err), LB_USAGE);
    o.samples = 10;
    assert_int_equal(lb_eval("bleu", &line, refs, 0, 1, o, NULL, NULL, NULL, &err), LB_DATA);
    assert_int_equal(lb_eval_paired("bleu", &one, 1, refs, 1, 1, o, NULL, NULL, &err), LB_USAGE);
    assert_int_equal(lb_eval_paired("blue", &one, 1, refs, 1, 1, o, NULL, NULL, &err), LB_USAGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_of_a_coin),
        cmocka_unit_test(test_interval_bounds),
        cmocka_unit_test(test_seeds),
        cmocka_unit_test(test_p),
        cmocka_unit_test(test_real_output),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
