/* input.h -- lines as the model reads them: encoded, and cut where they are longer than it takes. */
#ifndef API_INPUT_H
#define API_INPUT_H

#include "lookback.h"
#include "model/model.h"
#include "text/vocab_unknown.h"

typedef struct {
    LbText raw;
    Piece *pieces; /* array */
    int *cuts; /* array: part p is pieces [cuts[p], cuts[p+1]); n_parts + 1 numbers; an empty line has no part
                */
    Names *unknown; /* [parts] of a source that a model copies from: its unknown words, which have numbers of
                       their own; else NULL */
} InputLine;

InputLine *input_read(const Vocab *v, const LbText *lines, size_t n, bool tokens,
                      int max_pieces); /* n of them */
/* Where words can be copied: numbers the unknown words of each part of sources that have none yet, and those
 * of targets (NULL: none), which are of the first part, likewise, unless they have no text. */
void input_number_unknown(const Model *m, InputLine *source, InputLine *target, size_t n);
Unknown input_unknown(const InputLine *source, size_t part); /* to tell their names */
InputLine *input_nothing(size_t n); /* n sources of what is made from nothing: one part, without pieces */
void input_free(InputLine *lines, size_t n);
size_t input_parts(const InputLine *l);

#endif
