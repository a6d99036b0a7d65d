#include "explain/rank.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/rng.h"
#include "base/status.h"

static const double GRAINS = 1 << 20;

void rank_even(double *row, size_t n)
{
    double most = 0;
    for (size_t i = 0; i < n; i++)
        most = fmax(most, row[i]);
    for (size_t i = 0; i < n; i++)
        row[i] = most > 0 ? rint(row[i] / most * GRAINS) : 0;
}

/* ---- order ---- */

typedef struct {
    double value;
    uint64_t chance;
    size_t place;
} Ranked;

static Ranked ranked(const double *row, size_t i, uint64_t key)
{
    return (Ranked){ row[i], rng_hash(key, i), i };
}

/* Largest first. */
static int compare(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->value > y->value || x->value < y->value)
        return x->value > y->value ? -1 : 1;
    return x->chance < y->chance ? -1 : x->chance > y->chance;
}

size_t rank_top(const double *row, size_t n, uint64_t key)
{
    assert(n > 0);
    size_t best = 0;
    for (size_t i = 1; i < n; i++)
        if (row[i] > row[best] || (!(row[i] < row[best]) && rng_hash(key, i) < rng_hash(key, best)))
            best = i;
    return best;
}

void rank_order(const double *row, size_t n, uint64_t key, size_t *order)
{
    Ranked *all = memory_get(n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = ranked(row, i, key);
    qsort(all, n, sizeof *all, compare);
    for (size_t i = 0; i < n; i++)
        order[i] = all[i].place;
    free(all);
}

/* ---- agreement ---- */

static int sign(double x)
{
    return (x > 0) - (x < 0);
}

/* (concordant - discordant) / sqrt(pairs not tied in x * pairs not tied in y) */
double rank_tau(const double *x, const double *y, size_t n)
{
    double agree = 0, apart_x = 0, apart_y = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t j = i + 1; j < n; j++) {
            int a = sign(x[i] - x[j]), b = sign(y[i] - y[j]);
            agree += a * b;
            apart_x += a != 0;
            apart_y += b != 0;
        }
    return apart_x > 0 && apart_y > 0 ? agree / sqrt(apart_x * apart_y) : 0;
}
