#include "explain/sets.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/rng.h"
#include "explain/rank.h"
#include "metric/bootstrap.h"

static const struct {
    const char *name;
    double words, share; /* so many words, or this share of them */
} sizes[SETS_SIZES] = { { "1", 1, 0 },    { "2", 2, 0 },    { "3", 3, 0 },   { "5", 5, 0 },
                        { "10%", 0, .1 }, { "20%", 0, .2 }, { "50%", 0, .5 } };

int sets_size(int i, int S)
{
    double n = sizes[i].words > 0 ? sizes[i].words : round(sizes[i].share * S);
    return n < 1 ? 1 : n > S ? S : (int)n;
}

const char *sets_name(int i)
{
    return sizes[i].name;
}

/* ---- orders ---- */

static void order_by_map(const CheckSentence *x, int map, uint64_t key, int *order)
{
    size_t S = (size_t)x->erased->S, T = (size_t)x->erased->T;
    double *mean = memory_get(S, sizeof *mean);
    size_t *ranked = memory_get(S, sizeof *ranked);
    const float *weights = x->maps + (size_t)map * T * S;
    for (size_t i = 0; i < T * S; i++)
        mean[i % S] += (double)weights[i] / x->pieces[i % S];
    rank_even(mean, S);
    rank_order(mean, S, key, ranked);
    for (size_t s = 0; s < S; s++)
        order[s] = (int)ranked[s];
    free(ranked);
    free(mean);
}

static void order_all(const CheckSentence *x, int map, uint64_t seed, int *orders)
{
    int S = x->erased->S;
    uint64_t key = rng_hash(rng_hash(seed, x->line), UINT64_C(1) << 32);
    Rng rng = rng_new(key);
    order_by_map(x, map, key, orders);
    for (int i = 1; i < SETS_ORDERS; i++) {
        int *order = orders + i * S;
        for (int s = 0; s < S; s++)
            order[s] = s;
        rng_shuffle(&rng, order, S);
    }
}

/* ---- passes ---- */

/* Of each order, sizes without the first words and then sizes with them alone. */
static ErasePass *list_passes(const ErasePair *pair, const int *orders, int S, int T, Arena *a)
{
    ErasePass *all = arena_array(a, ErasePass, SETS_ORDERS * 2 * SETS_SIZES), *p = all;
    for (int i = 0; i < SETS_ORDERS; i++)
        for (int k = 0; k < 2 * SETS_SIZES; k++) {
            int n = sets_size(k % SETS_SIZES, S);
            bool alone = k >= SETS_SIZES;
            *p++ = (ErasePass){ .pair = pair,
                                .words = orders + i * S + (alone ? n : 0),
                                .n_words = alone ? S - n : n,
                                .log_probs = arena_array(a, double, T + 1),
                                .likeliest = arena_array(a, bool, T + 1) };
        }
    return all;
}

static double sum_of(const double *x, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += x[i];
    return sum;
}

static void take_passes(const ErasePass *passes, const CheckSentence *x, int n_pieces, SetDrops *out)
{
    const Erased *e = x->erased;
    double whole = sum_of(e->log_probs, e->T + 1);
    for (int i = 0; i < SETS_ORDERS; i++)
        for (int k = 0; k < 2 * SETS_SIZES; k++) {
            double *to = k < SETS_SIZES ? &out->without[i][k] : &out->alone[i][k - SETS_SIZES];
            *to = (whole - sum_of(passes[i * 2 * SETS_SIZES + k].log_probs, e->T + 1)) / (n_pieces + 1);
        }
}

bool sets_run(Searcher *s, const Model *m, EraseMethod how, const CheckSentence *x, int map, uint64_t seed,
              const ErasePair *pair, int tokens, Arena *results, SetDrops *out)
{
    int S = x->erased->S;
    *out = (SetDrops){ arena_array(results, int, SETS_ORDERS *(size_t)S),
                       arena_alloc(results, SETS_ORDERS, sizeof *out->without),
                       arena_alloc(results, SETS_ORDERS, sizeof *out->alone) };
    order_all(x, map, seed, out->orders);
    size_t mark = arena_mark(results);
    ErasePass *passes = list_passes(pair, out->orders, S, x->erased->T, results);
    bool finished = erase_run(s, m, how, passes, SETS_ORDERS * 2 * SETS_SIZES, tokens, results);
    if (finished)
        take_passes(passes, x, pair->n_target, out);
    arena_rewind(results, mark);
    return finished;
}

/* ---- figures ---- */

static double *figure(double *row, int kind, int size)
{
    return &row[kind * (SETS_SIZES + 1) + size];
}

/* One sentence's figures: a mean over sentences is what is reported. */
static void row_of(const SetDrops *d, double *row)
{
    for (int i = 0; i < SETS_ORDERS; i++)
        for (int k = 0; k < SETS_SIZES; k++) {
            int random = i > 0;
            double share = random ? 1. / SETS_DRAWS : 1, without = share * d->without[i][k],
                   alone = share * d->alone[i][k];
            *figure(row, SETS_WITHOUT + random, k) += without;
            *figure(row, SETS_WITHOUT + random, SETS_SIZES) += without / SETS_SIZES;
            *figure(row, SETS_ALONE + random, k) += alone;
            *figure(row, SETS_ALONE + random, SETS_SIZES) += alone / SETS_SIZES;
        }
}

static Estimate mean_of(const double *rows, const double *sums, size_t n, size_t samples, size_t i)
{
    double *means = memory_get(samples, sizeof *means), mean = 0;
    for (size_t k = 0; k < n; k++)
        mean += rows[k * SETS_FIGURES + i] / (double)n;
    for (size_t s = 0; s < samples; s++)
        means[s] = sums[s * SETS_FIGURES + i] / (double)n;
    Range r = bootstrap_range(means, samples);
    free(means);
    return (Estimate){ mean, r.low, r.high };
}

void sets_figures(const SetDrops *all, size_t n, size_t samples, uint64_t seed, Estimate *out)
{
    double *rows = memory_get(n * SETS_FIGURES, sizeof *rows),
           *sums = memory_get(samples * SETS_FIGURES, sizeof *sums);
    for (size_t k = 0; k < n; k++)
        row_of(&all[k], rows + k * SETS_FIGURES);
    bootstrap_sums(rows, n, SETS_FIGURES, samples, seed, sums);
    for (size_t i = 0; i < SETS_FIGURES; i++)
        out[i] = mean_of(rows, sums, n, samples, i);
    free(sums);
    free(rows);
}
