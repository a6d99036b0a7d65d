/* sentences.h -- sentences of a source: where a text is parted into them, how much attention each gets, and
 * whether an output rests on it.
 *
 * A text that has the word `|||` is parted there and nowhere else. Any other is parted behind marks that end
 * sentences (. ! ? and those of other scripts, with the quotes and brackets that close behind them), when
 * white space follows; behind wide ones (Chinese, Japanese) without it; and at blank lines. A full stop ends
 * none behind initials and usual abbreviations, and no mark does before a small letter, unless the whole text
 * is without capitals. In doubt two sentences stay together. Rules, not a model: Punkt (Kiss and Strunk 2006)
 * does better on abbreviations that no list has.
 *
 * What a sentence gets of a row of attention is the sum over its words. An output word *rests on* a sentence
 * that has the largest share of its row, or at least 0.1 of it: a highlight (erase.h), a sentence wide.
 */
#ifndef EXPLAIN_SENTENCES_H
#define EXPLAIN_SENTENCES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

/* Bytes of the text, without white space at the edges, never empty, in order: an array (array.h), the
 * caller's. len <= INT_MAX / 2. */
Span *sentences_split(const char *text, size_t len);

/* attention [T,S] -> rows [T,n], summed over the words of each sentence; of [S]: the sentence of each word,
 * -1: of none. */
void sentences_pool(const double *attention, size_t T, size_t S, const int *of, size_t n, double *rows);

/* An output's words with the whole source, and without one sentence of it. */
typedef struct {
    size_t T;                      /* words, ends of sentences among them */
    const bool *is_end;            /* [T] */
    const double *whole, *without; /* [T] log-probabilities */
    const bool *likeliest, *stays; /* [T] whether the word is what search would choose */
    const bool *rests;             /* [T] whether it rests on the sentence; NULL: all do */
} SentenceCut;

typedef struct {
    double drop;    /* nats that the whole output loses, ends counted */
    bool supported; /* the words that rest on the sentence lose half their probability together, or one of
                     * them stops being the likeliest and they lose at least 0.1 nats */
    bool flips;     /* a word, or the end, stops being the likeliest */
} SentenceLoss;

/* Ends rest on nothing; where no word does, all are asked. */
SentenceLoss sentence_loss(const SentenceCut *c);

#endif
