/* input.h -- lines as the model reads them: encoded, and cut where they are longer than it takes. */
#ifndef API_INPUT_H
#define API_INPUT_H

#include "lookback.h"
#include "text/vocab.h"

typedef struct {
    LbText raw;
    Piece *pieces; /* array */
    int *cuts; /* array: part p is pieces [cuts[p], cuts[p+1]); n_parts + 1 numbers; an empty line has no part
                */
} InputLine;

InputLine *input_read(const Vocab *v, const LbText *lines, size_t n, bool tokens,
                      int max_pieces); /* n of them */
InputLine *input_nothing(size_t n);    /* n sources of what is made from nothing: one part, without pieces */
void input_free(InputLine *lines, size_t n);
size_t input_parts(const InputLine *l);

#endif
