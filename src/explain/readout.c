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

/* ---- links ---- */

/* Adds one map's weights, each times `share`. */
static void add_map(const Reading *r, const Readout *o, const float *map, const double *share, double *rows)
{
    size_t width = r->n_source + 1;
    for (size_t t = 0; t + o->input < r->T; t++) {
        int word = r->target_word[t];
        const float *from = map + (t + o->input) * r->S;
        for (size_t s = 0; word >= 0 && s < r->S; s++) {
            size_t column = r->source_word[s] < 0 ? r->n_source : (size_t)r->source_word[s];
            rows[(size_t)word * width + column] += (double)from[s] * share[word];
        }
    }
}

/* One part in so many as a word has pieces and as there are maps. */
static double *shares(const Reading *r, size_t n_maps)
{
    double *share = memory_get(r->n_target + 1, sizeof *share);
    for (size_t t = 0; t < r->T; t++)
        if (r->target_word[t] >= 0)
            share[r->target_word[t]]++;
    for (size_t t = 0; t < r->n_target; t++)
        share[t] = share[t] > 0 ? 1 / (share[t] * (double)n_maps) : 0;
    return share;
}

/* One layer or head, or with -1 all of them. */
static size_t maps_from(int one)
{
    return one < 0 ? 0 : (size_t)one;
}

static size_t maps_to(int one, size_t n)
{
    return one < 0 ? n : (size_t)one + 1;
}

void readout_weigh(const Reading *r, const Readout *o, double *rows)
{
    size_t n = r->T * r->S, layer = maps_from(o->layer), last = maps_to(o->layer, r->n_layers);
    bool together = o->head < 0 && o->norm;
    size_t head = maps_from(o->head), heads = together ? 1 : maps_to(o->head, r->n_heads);
    double *share = shares(r, (last - layer) * (heads - head));
    memset(rows, 0, r->n_target * (r->n_source + 1) * sizeof *rows);
    for (size_t l = layer; l < last; l++)
        for (size_t h = head; h < heads; h++)
            add_map(r, o,
                    together ? r->together + l * n : (o->norm ? r->norm : r->raw) + (l * r->n_heads + h) * n,
                    share, rows);
    free(share);
}

/* What one row loses; the rest sums to 1 again. */
static double drop(const Reading *r, const Readout *o, double *row, bool stop)
{
    double sum = 0, lost = row[r->n_source];
    row[r->n_source] = 0;
    for (size_t s = 0; s < r->n_source; s++) {
        if (o->sinks == SINKS_PUNCTUATION && !stop && r->source_stop[s]) {
            lost += row[s];
            row[s] = 0;
        }
        sum += row[s];
    }
    for (size_t s = 0; s < r->n_source && sum > 0; s++)
        row[s] /= sum;
    return sum + lost > 0 ? lost / (sum + lost) : 0;
}

double readout_drop(const Reading *r, const Readout *o, double *rows)
{
    double lost = 0;
    for (size_t t = 0; t < r->n_target && o->sinks != SINKS_KEEP; t++)
        lost += drop(r, o, rows + t * (r->n_source + 1), r->target_stop[t]);
    return r->n_target > 0 ? lost / (double)r->n_target : 0;
}

double readout_rows(const Reading *r, const Readout *o, double *rows)
{
    readout_weigh(r, o, rows);
    return readout_drop(r, o, rows);
}

int readout_link(const double *row, size_t n_source, double null)
{
    if (n_source == 0)
        return -1;
    size_t top = readout_top(row, n_source);
    return row[top] > 0 && row[top] >= null && row[top] >= row[n_source] ? (int)top : -1;
}

void readout_links(const Reading *r, const Readout *o, const double *rows, AerLink **out)
{
    for (size_t t = 0; t < r->n_target; t++) {
        int s = readout_link(rows + t * (r->n_source + 1), r->n_source, o->null);
        if (s >= 0)
            array_push(*out, (AerLink){ s, (int)t, true });
    }
}

void readout_backward(const Reading *r, const Readout *o, const double *rows, AerLink **out)
{
    size_t width = r->n_source + 1;
    for (size_t s = 0; s < r->n_source; s++) {
        size_t top = 0;
        for (size_t t = 1; t < r->n_target; t++)
            if (rows[t * width + s] > rows[top * width + s])
                top = t;
        double most = r->n_target > 0 ? rows[top * width + s] : 0;
        if (most > 0 && most >= o->null)
            array_push(*out, (AerLink){ (int)s, (int)top, true });
    }
}

int readout_diagonal(size_t t, size_t n_target, size_t n_source)
{
    return n_source == 0 ? -1 : (int)((2 * t + 1) * n_source / (2 * n_target));
}
