/* test_metric_lengths.c -- buckets of lengths are round, keep to what was trained on and leave out nobody;
 * the intervals of buckets are those of the bootstrap, and paired differences are narrower than unpaired
 * ones.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/rng.h"
#include "metric/lengths.h"

/* ---- edges ---- */

typedef struct {
    int low, high, each, trained; /* `each` sentences of every length from low to high */
    int edges[10];                /* those expected; 0 ends them */
} EdgeCase;

static const EdgeCase cases[] = {
    { 5, 60, 20, 30, { 10, 20, 30, 40, 50 } },
    { 5, 60, 20, 33, { 10, 20, 33, 40, 50 } }, /* nearer to 30 than half a step: takes its place */
    { 5, 60, 20, 35, { 10, 20, 35, 50 } },     /* as near to 40 */
    { 1, 9, 100, 9, { 2, 4, 6, 8 } },          /* all was trained on */
    { 1, 9, 100, 100, { 2, 4, 6, 8 } },        /* and more */
    { 1, 8, 100, 0, { 1, 2, 3, 4, 5, 6, 7 } },
    { 7, 7, 100, 3, { 0 } }, /* one length, one bucket */
    { 30, 1005, 1, 255, { 255, 400, 600, 800 } },
    { 3, 30, 1, 20, { 5, 10, 15, 20, 25 } },
};

static int *lengths_of(const EdgeCase *c)
{
    int *all = NULL;
    for (int i = 0; i < c->each; i++)
        for (int k = c->low; k <= c->high; k++)
            array_push(all, k);
    return all;
}

static void test_edges(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const EdgeCase *c = &cases[i];
        int *lengths = lengths_of(c), *edges = length_edges(lengths, array_len(lengths), c->trained);
        size_t n = 0;
        while (c->edges[n])
            n++;
        if (array_len(edges) != n)
            print_message("case %zu: %zu edges\n", i, array_len(edges));
        assert_int_equal(array_len(edges), n);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(edges[k], c->edges[k]);
        array_free(lengths);
        array_free(edges);
    }
}

/* Any lengths: edges go up, every bucket has somebody, and everybody is in one bucket. */
static void test_buckets_part(void **state)
{
    (void)state;
    Rng rng = rng_new(7);
    for (int trial = 0; trial < 300; trial++) {
        int *lengths = NULL, n = 1 + rng_below(&rng, 200), wide = 1 + rng_below(&rng, trial % 3 ? 90 : 3000);
        for (int i = 0; i < n; i++)
            array_push(lengths, rng_below(&rng, wide));
        int *edges = length_edges(lengths, (size_t)n, rng_below(&rng, wide));
        LengthRange *ranges = length_ranges(edges, array_len(edges), lengths, (size_t)n);
        size_t all = 0;
        for (size_t i = 0; i < array_len(ranges); i++) {
            size_t *members = length_members(lengths, (size_t)n, ranges[i]);
            assert_true(array_len(members) > 0);
            assert_true(i == 0 || ranges[i].low == ranges[i - 1].high + 1);
            all += array_len(members);
            array_free(members);
        }
        assert_int_equal(all, n);
        assert_true(array_len(ranges) <= 10);
        array_free(lengths);
        array_free(edges);
        array_free(ranges);
    }
    assert_null(length_edges(NULL, 0, 5));
}

/* ---- figures ---- */

enum { N = 400, SAMPLES = 1000 };

static double mean_score(const double *sums, const void *how)
{
    (void)how;
    return sums[0] / sums[1];
}

/* The second system is right wherever the first is, and in a tenth of the others. */
static void test_paired(void **state)
{
    (void)state;
    static double a[N][2], b[N][2], c[N][2];
    Rng rng = rng_new(3);
    size_t all[N];
    for (size_t i = 0; i < N; i++) {
        a[i][0] = rng_unit(&rng) < 0.5 ? 100 : 0;
        b[i][0] = a[i][0] > 0 || i % 10 == 0 ? 100 : 0;
        c[i][0] = rng_unit(&rng) < 0.5 ? 100 : 0;
        a[i][1] = b[i][1] = c[i][1] = 1;
        all[i] = i;
    }
    const double *one[] = { &a[0][0] }, *other[] = { &b[0][0] }, *both[] = { &a[0][0], &c[0][0] };
    LengthRuns x = { one, 1, 2, mean_score, NULL }, y = { other, 1, 2, mean_score, NULL };
    LengthRuns two = { both, 2, 2, mean_score, NULL };
    double draws_x[SAMPLES], draws_y[SAMPLES], draws_two[SAMPLES], own[2];
    Quality p = length_quality(&x, all, N, SAMPLES, 1, own, draws_x);
    Quality q = length_quality(&y, all, N, SAMPLES, 1, NULL, draws_y);
    assert_true(p.value == own[0] && p.low < p.value && p.value < p.high);
    assert_true(p.high > q.low); /* unpaired, the two could not be told apart */
    Quality gain = length_gain(q, draws_y, p, draws_x, SAMPLES);
    assert_true(gain.value == q.value - p.value && gain.low > 0 && gain.low < gain.value);
    assert_true(gain.high - gain.low < (q.high - q.low) * 0.7);
    Quality mean = length_quality(&two, all, N, SAMPLES, 1, own, draws_two);
    assert_true(fabs(mean.value - (own[0] + own[1]) / 2) < 1e-9);
    assert_true(mean.high - mean.low < p.high - p.low); /* two runs that err in different places */
    Quality none = length_quality(&x, all, 0, SAMPLES, 1, own, draws_x);
    assert_true(isnan(none.value) && isnan(none.low));
    assert_true(isnan(length_gain(none, draws_x, q, draws_y, SAMPLES).value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_edges),
        cmocka_unit_test(test_buckets_part),
        cmocka_unit_test(test_paired),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
