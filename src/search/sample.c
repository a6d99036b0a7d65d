/* sample.c -- top-k (Fan et al. 2018) and nucleus (Holtzman et al. 2020) sampling with temperature. */
#include "search/sample.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
    double p;
    int word;
} Choice;

static int by_probability(const void *a, const void *b)
{
    const Choice *x = a, *y = b;
    if (x->p != y->p)
        return x->p > y->p ? -1 : 1;
    return x->word - y->word;
}

static int likeliest(const real *log_probs, int V)
{
    int best = 0;
    for (int w = 1; w < V; w++)
        if (log_probs[w] > log_probs[best])
            best = w;
    return best;
}

/* How many of the sorted choices stay, and their sum. */
static int nucleus(const Choice *c, int n, double top_p, double total, double *sum)
{
    int kept = 0;
    *sum = 0;
    while (kept < n && (kept == 0 || *sum < top_p * total))
        *sum += c[kept++].p;
    return kept;
}

int sample_word(const real *log_probs, int V, int top_k, double top_p, double temperature, Rng *r,
                Arena *scratch)
{
    int best = likeliest(log_probs, V), n = 0;
    if (temperature <= 0)
        return best;
    size_t mark = arena_mark(scratch);
    Choice *c = arena_array(scratch, Choice, V);
    for (int w = 0; w < V; w++)
        if (log_probs[w] > -INFINITY)
            c[n++] = (Choice){ exp(((double)log_probs[w] - (double)log_probs[best]) / temperature), w };
    qsort(c, (size_t)n, sizeof *c, by_probability);
    if (top_k > 0 && top_k < n)
        n = top_k;
    double total = 0, sum, draw;
    for (int i = 0; i < n; i++)
        total += c[i].p;
    n = nucleus(c, n, top_p, total, &sum);
    draw = rng_unit(r) * sum;
    int i = 0;
    while (i < n - 1 && (draw -= c[i].p) >= 0)
        i++;
    int word = c[i].word;
    arena_rewind(scratch, mark);
    return word;
}
