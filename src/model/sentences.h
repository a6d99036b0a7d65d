/* sentences.h -- recurrent cells that read each sentence of a source from its own beginning (sentences.c). */
#ifndef MODEL_SENTENCES_H
#define MODEL_SENTENCES_H

#include "model/cell.h"
#include "model/config.h"

typedef struct {
    Cell forward, backward; /* backward: where both directions are read */
    bool both;
} SentenceCells;

/* States after every word of a batch; in rows of their own, where word i of B*S is number to[i]. */
typedef struct {
    Tensor *forward, *backward; /* [R,L,*]; backward NULL: one direction */
    const int *to;              /* [B*S]; 0 for words of no sentence */
} SentenceStates;

void sentences_declare(SentenceCells *c, Params *p, const EncoderConfig *e);

/* x [B,S,E]; inside [B*S]: is the word of a sentence? Sentences have a word that is not between them. */
SentenceStates sentences_read(const SentenceCells *c, Tape *t, Tensor *x, const bool *inside);

/* What is known at the end of each span (backward: at its beginning), both directions beside each other, for
 * spans of B sources of S words: [B,n,hidden]; 0 of an empty span. */
Tensor *sentences_take(const SentenceStates *s, Tape *t, const Spans *spans, int B, int S);

#endif
