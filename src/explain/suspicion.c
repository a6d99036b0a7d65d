#include "explain/suspicion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define IGNORED 0.2

typedef struct {
    const char *first, *second;
} Pair;

static int by_text(const void *a, const void *b)
{
    const Pair *x = a, *y = b;
    int order = strcmp(x->first, y->first);
    return order ? order : strcmp(x->second, y->second);
}

size_t suspicion_pairs(const char *const *words, size_t n)
{
    if (n < 2)
        return 0;
    Pair *pairs = memory_get(n - 1, sizeof *pairs);
    for (size_t i = 0; i + 1 < n; i++)
        pairs[i] = (Pair){ words[i], words[i + 1] };
    qsort(pairs, n - 1, sizeof *pairs, by_text);
    size_t most = 1;
    for (size_t i = 1, run = 1; i + 1 < n; i++) {
        run = by_text(&pairs[i], &pairs[i - 1]) ? 1 : run + 1;
        most = run > most ? run : most;
    }
    free(pairs);
    return most;
}

static double repeated(const char *const *source, size_t n_source, const char *const *target, size_t n_target)
{
    size_t in_target = suspicion_pairs(target, n_target), in_source = suspicion_pairs(source, n_source);
    size_t usual = in_source > 1 ? in_source : 1;
    double more = in_target > usual ? (double)(in_target - usual) : 0;
    return more / (more + 2);
}

static double end_mass(const HeadMap *m)
{
    double sum = 0;
    for (size_t i = m->row_from; i < m->row_to && m->has_end; i++)
        sum += m->weights[i * m->columns + m->columns - 1];
    return m->row_to > m->row_from ? sum / (double)(m->row_to - m->row_from) : 0;
}

static double ignored(const HeadMap *m)
{
    size_t n = 0;
    for (size_t k = m->column_from; k < m->column_to; k++) {
        double sum = 0;
        for (size_t i = m->row_from; i < m->row_to; i++)
            sum += m->weights[i * m->columns + k];
        n += sum < IGNORED;
    }
    return m->column_to > m->column_from ? (double)n / (double)(m->column_to - m->column_from) : 0;
}

Suspicion suspicion_of(const HeadMap *m, const char *const *source, size_t n_source,
                       const char *const *target, size_t n_target, double score)
{
    Suspicion s = { .end = end_mass(m),
                    .ignored = ignored(m),
                    .repeated = repeated(source, n_source, target, n_target),
                    .surprise = 1 - exp(fmin(score, 0)) };
    s.suspicion = (s.end + s.ignored + s.repeated + s.surprise) / 4;
    return s;
}
