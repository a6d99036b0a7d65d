/* reading.h -- pairs of lines as links are read from them: words, pieces, and one forced pass with the maps
 * of every layer and head.
 *
 * Words are what spaces separate in the lines as they were given, whatever the vocabulary makes of them: a
 * word that leaves no piece keeps its number.
 */
#ifndef API_READING_H
#define API_READING_H

#include "api/handle.h"
#include "api/input.h"
#include "base/str.h"
#include "explain/erase.h"
#include "explain/readout.h"

typedef struct {
    Span *words;     /* array: of the raw line */
    Piece *pieces;   /* array */
    int *ids, *word; /* [n pieces]: vocabulary entries; words */
    int *row_word;   /* [n pieces + marks]: words, -1 for marks */
    bool *stop;      /* [n words]: punctuation */
    size_t n_rows;
} ReadSide;

typedef struct {
    ReadSide source, target;
    bool too_long; /* longer than the model takes: there is no reading */
} ReadPair;

/* Pairs of n lines, the caller's to free with pairs_free. words_are_pieces: every piece is a word. */
ReadPair *pairs_read(const Model *m, const LbText *source, const LbText *target, size_t n, int most_source,
                     int most_target, bool words_are_pieces);
void pairs_free(ReadPair *pairs, size_t n);

/* Takes one reading; it lives until the call returns, or, with keep, as long as s->results is not rewound. */
typedef void TakeReading(void *context, size_t i, const Reading *r);

/* Passes over pairs[0..n), in any order, those that are too long (or whose maps are) left out. To be called
 * below guard; memory from s->results, which is the caller's to rewind. False: cancelled. */
bool pairs_pass(LbSession *s, const ReadPair *pairs, size_t n, int batch, bool norms, bool keep,
                TakeReading *take, void *context);

/* For src/explain/erase.h; its arrays are the pair's. */
ErasePair pair_to_erase(const ReadPair *p);

#endif
