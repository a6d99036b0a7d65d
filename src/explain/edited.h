/* edited.h -- a source with some of its words erased or replaced: what the model would have read.
 *
 * Words replaced change the line, which is cut into pieces anew, so that the model reads what it would read
 * had somebody written so. Words erased change pieces: each becomes <unk>, or is taken out. Which bytes, and
 * so which pieces, became of an old word is known throughout.
 */
#ifndef EXPLAIN_EDITED_H
#define EXPLAIN_EDITED_H

#include "base/str.h"
#include "explain/erase.h"
#include "text/vocab_unknown.h"

/* What happens to a word. */
typedef struct {
    bool erased;
    const char *by; /* [by_len] bytes that replace it; NULL: it stays as it is */
    size_t by_len;
} WordEdit;

/* The pieces of an old word among the new ones: [first, end); none: it was taken out. */
typedef struct {
    int first, end;
} PieceRange;

typedef struct {
    Str raw;           /* the line with words replaced */
    Piece *pieces;     /* array; spans in raw; words are numbered without gaps */
    PieceRange *words; /* array: of each old word */
} Edited;

/* raw [len] and its pieces (an array) as the vocabulary cut them; edits [pieces_words(pieces)]. Where words
 * are copied, `unknown` (else NULL), empty at first, is filled with the new line's unknown words, which have
 * numbers of their own (vocab_unknown.h). */
Edited edited_new(const Vocab *v, const char *raw, size_t len, const Piece *pieces, const WordEdit *edits,
                  EraseMethod how, Names *unknown);
void edited_free(Edited *e);

#endif
