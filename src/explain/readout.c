#include "explain/readout.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

void readout_words(const double *pieces, size_t T, size_t S, const int *target_word, const int *source_word,
                   size_t n_target, size_t n_source, double *words)
{
    int *n_pieces = memory_get(n_target + 1, sizeof *n_pieces);
    for (size_t t = 0; t < T; t++)
        n_pieces[target_word[t]]++;
    memset(words, 0, n_target * n_source * sizeof *words);
    for (size_t t = 0; t < T; t++) {
        double *row = words + (size_t)target_word[t] * n_source;
        for (size_t s = 0; s < S; s++)
            row[source_word[s]] += pieces[t * S + s] / n_pieces[target_word[t]];
    }
    free(n_pieces);
}

size_t readout_top(const double *row, size_t n)
{
    size_t best = 0;
    for (size_t s = 1; s < n; s++)
        if (row[s] > row[best])
            best = s;
    return best;
}
