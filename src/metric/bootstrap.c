/* bootstrap.c -- resampling sums of statistics; no sentence is looked at twice. */
#include "metric/bootstrap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/rng.h"
#include "base/status.h"

static void add_row(double *sums, const double *row, size_t width)
{
    for (size_t k = 0; k < width; k++)
        sums[k] += row[k];
}

/* The sums of one resample. */
static void resample(const double *rows, size_t n, size_t width, Rng *rng, double *sums)
{
    memset(sums, 0, width * sizeof *sums);
    for (size_t i = 0; i < n; i++) {
        size_t drawn = (size_t)(rng_unit(rng) * (double)n);
        add_row(sums, rows + drawn * width, width);
    }
}

void bootstrap_sums(const double *rows, size_t n, size_t width, size_t samples, uint64_t seed, double *sums)
{
    assert(n > 0);
    Rng rng = rng_new(seed);
    for (size_t s = 0; s < samples; s++)
        resample(rows, n, width, &rng, sums + s * width);
}

void bootstrap_scores(const Bootstrap *b, size_t samples, uint64_t seed, double *scores)
{
    assert(b->n > 0);
    Rng rng = rng_new(seed);
    double *sums = memory_get(b->width, sizeof *sums);
    for (size_t s = 0; s < samples; s++) {
        resample(b->rows, b->n, b->width, &rng, sums);
        scores[s] = b->score(sums, b->how);
    }
    free(sums);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double mean_of(const double *x, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += x[i];
    return sum / (double)n;
}

Range bootstrap_range(const double *scores, size_t samples)
{
    assert(samples > 0);
    size_t outside = samples / 40; /* on either side */
    double *sorted = memory_get(samples, sizeof *sorted);
    memcpy(sorted, scores, samples * sizeof *sorted);
    qsort(sorted, samples, sizeof *sorted, compare);
    Range out = { sorted[outside], sorted[samples - 1 - outside] };
    free(sorted);
    return out;
}

Interval bootstrap_interval(const double *scores, size_t samples)
{
    Range r = bootstrap_range(scores, samples);
    return (Interval){ mean_of(scores, samples), (r.high - r.low) / 2 };
}

double bootstrap_p(const double *scores, const double *base, size_t samples, double difference)
{
    assert(samples > 0);
    if (difference == 0)
        return 1;
    double *apart = memory_get(samples, sizeof *apart);
    for (size_t i = 0; i < samples; i++)
        apart[i] = fabs(scores[i] - base[i]);
    double mean = mean_of(apart, samples);
    size_t larger = 0;
    for (size_t i = 0; i < samples; i++)
        larger += apart[i] - mean > fabs(difference);
    free(apart);
    return (double)(larger + 1) / (double)(samples + 1);
}
