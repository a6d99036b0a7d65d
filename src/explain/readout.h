/* readout.h -- reading words and links out of attention over pieces.
 *
 * The weight of a source word is the sum over its pieces; a target word's row is the mean over its pieces. So
 * every row still sums to 1. What can be chosen:
 *
 *     row      output: the row that predicts the word; input: the row where the word is what the decoder
 * reads, one place later (of Transformers often the better one: Kobayashi et al. 2020) weights  raw, or norm:
 * weight times the length of what it brings in (Kobayashi et al. 2020) sinks    marks (begin and end of
 * sentence), and punctuation for words that are none, can be taken out and the rest of the row made to sum to
 * 1 again; kept marks win their row: the word stays unlinked null     a word whose largest weight is below
 * stays unlinked
 */
#ifndef EXPLAIN_READOUT_H
#define EXPLAIN_READOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "metric/links.h"

/* pieces [T,S] and the word of each target and source piece -> words [n_target, n_source], all overwritten.
 */
void readout_words(const double *pieces, size_t T, size_t S, const int *target_word, const int *source_word,
                   size_t n_target, size_t n_source, double *words);

/* The column with the largest weight of one row; the first of equals. n >= 1. */
size_t readout_top(const double *row, size_t n);

/* ---- links ---- */

typedef enum { SINKS_KEEP, SINKS_END, SINKS_PUNCTUATION, SINKS_KINDS } Sinks;

typedef struct {
    int layer, head; /* -1: the mean over all; layer -1 with head -1 only */
    bool input, norm;
    Sinks sinks;
    double null;
} Readout;

/* One forced pass over a pair. The arrays are the caller's. */
typedef struct {
    size_t n_source, n_target;             /* words */
    size_t S, T;                           /* pieces, marks counted */
    const int *source_word, *target_word;  /* [S], [T]; -1: a mark */
    const bool *source_stop, *target_stop; /* [n_source], [n_target] punctuation */
    size_t n_layers, n_heads;
    const float *raw;      /* [n_layers, n_heads, T, S] */
    const float *norm;     /* the same, or NULL */
    const float *together; /* with norm: [n_layers, T, S], of all heads of a layer */
} Reading;

/* Weights of layer, head, row and weights in words: [n_target, n_source + 1], marks in the last column. A
 * word without pieces has weights 0. */
void readout_weigh(const Reading *r, const Readout *o, double *rows);
/* Takes out what o->sinks says; returns the mean share of a row that went. */
double readout_drop(const Reading *r, const Readout *o, double *rows);
/* Both. */
double readout_rows(const Reading *r, const Readout *o, double *rows);

/* The source word that row [n_source + 1] links its word to; -1: none. */
int readout_link(const double *row, size_t n_source, double null);
/* For all target words, or, backward, for all source words the target word whose row gives them most;
 * appended to the array *out. */
void readout_links(const Reading *r, const Readout *o, const double *rows, AerLink **out);
void readout_backward(const Reading *r, const Readout *o, const double *rows, AerLink **out);

/* What needs no model: of m source words, word t of n has word floor((t + 1/2) m / n); -1: there is none. */
int readout_diagonal(size_t t, size_t n_target, size_t n_source);

#endif
