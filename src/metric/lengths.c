/* lengths.c -- see lengths.h. */
#include "metric/lengths.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/status.h"

enum { MOST_BUCKETS = 8, FEW = 30, VERY_FEW = 5 };

/* ---- edges ---- */

static int by_value(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static int *sorted(const int *lengths, size_t n)
{
    int *all = memory_get(n + 1, sizeof *all);
    if (n > 0)
        memcpy(all, lengths, n * sizeof *all);
    qsort(all, n, sizeof *all, by_value);
    return all;
}

/* 1, 2, 5, 10, 20, ...: the first that needs no more than MOST_BUCKETS. */
static int step_for(int low, int high)
{
    static const int times[] = { 1, 2, 5 };
    for (int power = 1; power <= INT_MAX / 100; power *= 10)
        for (int k = 0; k < 3; k++) {
            int step = power * times[k];
            if ((high - 1) / step - (low - 1) / step < MOST_BUCKETS)
                return step;
        }
    return INT_MAX / 10;
}

static size_t up_to(const int *all, size_t n, int edge)
{
    size_t count = 0;
    while (count < n && all[count] <= edge)
        count++;
    return count;
}

/* Round edges; `trained` takes the place of those no further from it than half a step. */
static int *round_edges(int low, int high, int trained)
{
    int step = step_for(low, high), *edges = NULL;
    bool parts = trained >= low && trained < high;
    for (long long at = ((long long)(low - 1) / step + 1) * step; at < high; at += step)
        if (!parts || 2 * llabs(at - trained) > step)
            array_push(edges, (int)at);
    if (parts)
        array_push(edges, trained);
    if (edges)
        qsort(edges, array_len(edges), sizeof *edges, by_value);
    return edges;
}

/* An edge stays when there are enough sentences between it and the last one that stayed, and behind it. */
static int *join_few(int *edges, const int *all, size_t n, int trained)
{
    size_t few = n / MOST_BUCKETS < FEW ? n / MOST_BUCKETS : FEW, before = 0, kept = 0;
    few = few > 0 ? few : 1;
    for (size_t i = 0; i < array_len(edges); i++) {
        size_t count = up_to(all, n, edges[i]);
        bool is_trained = edges[i] == trained;
        size_t least = is_trained && few > VERY_FEW ? VERY_FEW : few;
        while (is_trained && kept > 0 && count - before < least) {
            kept--;
            before = kept ? up_to(all, n, edges[kept - 1]) : 0;
        }
        if (count - before >= least && n - count >= least) {
            edges[kept++] = edges[i];
            before = count;
        }
    }
    array_cut(edges, kept);
    return edges;
}

int *length_edges(const int *lengths, size_t n, int trained)
{
    int *all = sorted(lengths, n), *edges = NULL;
    size_t first = up_to(all, n, 0); /* empty lines are in the first bucket and move no edge */
    if (first < n)
        edges = join_few(round_edges(all[first], all[n - 1], trained), all, n, trained);
    free(all);
    return edges;
}

LengthRange *length_ranges(const int *edges, size_t n_edges, const int *lengths, size_t n)
{
    int *all = sorted(lengths, n), low = n ? all[0] : 0, high = n ? all[n - 1] : 0;
    free(all);
    LengthRange *out = NULL;
    for (size_t i = 0; i < n_edges; i++) {
        assert(i == 0 || edges[i] > edges[i - 1]);
        array_push(out, (LengthRange){ low < edges[i] ? low : edges[i], edges[i] });
        low = edges[i] + 1;
    }
    array_push(out, (LengthRange){ low, high > low ? high : low });
    return out;
}

size_t *length_members(const int *lengths, size_t n, LengthRange range)
{
    size_t *out = NULL;
    for (size_t i = 0; i < n; i++)
        if (lengths[i] >= range.low && lengths[i] <= range.high)
            array_push(out, i);
    return out;
}

/* ---- scores ---- */

static double *gather(const double *rows, size_t width, const size_t *members, size_t n)
{
    double *out = memory_get(n * width, sizeof *out);
    for (size_t i = 0; i < n; i++)
        memcpy(out + i * width, rows + members[i] * width, width * sizeof *out);
    return out;
}

static double score_all(const double *rows, size_t n, const LengthRuns *runs)
{
    double *sums = memory_get(runs->width, sizeof *sums);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < runs->width; k++)
            sums[k] += rows[i * runs->width + k];
    double score = runs->score(sums, runs->how);
    free(sums);
    return score;
}

/* Adds its share of one run to the mean over runs. */
static double add_run(const LengthRuns *runs, const double *rows, size_t n, size_t samples, uint64_t seed,
                      double *draws)
{
    double *scores = memory_get(samples + 1, sizeof *scores);
    Bootstrap b = { rows, n, runs->width, runs->score, runs->how };
    bootstrap_scores(&b, samples, seed, scores);
    for (size_t s = 0; s < samples; s++)
        draws[s] += scores[s] / (double)runs->n_runs;
    free(scores);
    return score_all(rows, n, runs);
}

Quality length_quality(const LengthRuns *runs, const size_t *members, size_t n_members, size_t samples,
                       uint64_t seed, double *own, double *draws)
{
    assert(samples > 0 && runs->n_runs > 0);
    Quality q = { n_members ? 0 : NAN, NAN, NAN };
    for (size_t s = 0; s < samples; s++)
        draws[s] = n_members ? 0 : NAN;
    for (size_t k = 0; k < runs->n_runs; k++) {
        double score = NAN;
        if (n_members > 0) {
            double *rows = gather(runs->rows[k], runs->width, members, n_members);
            score = add_run(runs, rows, n_members, samples, seed, draws);
            free(rows);
        }
        q.value += score / (double)runs->n_runs;
        if (own)
            own[k] = score;
    }
    if (n_members > 0) {
        Range r = bootstrap_range(draws, samples);
        q.low = r.low, q.high = r.high;
    }
    return q;
}

Quality length_gain(Quality of, const double *draws, Quality base, const double *base_draws, size_t samples)
{
    Quality gain = { of.value - base.value, NAN, NAN };
    if (isnan(gain.value))
        return gain;
    double *apart = memory_get(samples, sizeof *apart);
    for (size_t s = 0; s < samples; s++)
        apart[s] = draws[s] - base_draws[s];
    Range r = bootstrap_range(apart, samples);
    gain.low = r.low, gain.high = r.high;
    free(apart);
    return gain;
}
