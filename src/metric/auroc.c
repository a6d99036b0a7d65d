/* auroc.c -- see auroc.h: by ranks, of which equal numbers get the mean. */
#include "metric/auroc.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/array.h"

typedef struct {
    double value;
    bool first;
} Item;

static int by_value(const void *a, const void *b)
{
    const Item *x = a, *y = b;
    return (x->value > y->value) - (x->value < y->value);
}

/* The sum of the ranks, from 1, of those of the first kind. */
static double rank_sum(const Item *sorted, size_t n)
{
    double sum = 0;
    for (size_t i = 0, j; i < n; i = j) {
        size_t n_first = 0;
        for (j = i; j < n && sorted[j].value == sorted[i].value; j++)
            n_first += sorted[j].first;
        sum += (double)n_first * ((double)(i + 1) + (double)j) / 2;
    }
    return sum;
}

double auroc(const double *first, size_t n_first, const double *second, size_t n_second)
{
    size_t n = n_first + n_second;
    Item *all = memory_get(n + 1, sizeof *all);
    bool whole = n_first > 0 && n_second > 0;
    for (size_t i = 0; i < n; i++) {
        all[i] = (Item){ i < n_first ? first[i] : second[i - n_first], i < n_first };
        whole &= !isnan(all[i].value);
    }
    double a = (double)n_first, area = NAN;
    if (whole) {
        qsort(all, n, sizeof *all, by_value);
        area = (rank_sum(all, n) - a * (a + 1) / 2) / (a * (double)n_second);
    }
    free(all);
    return area;
}
