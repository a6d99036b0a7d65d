/* vocab_unknown.h -- words that a vocabulary does not know, told apart within one source so that a model can
 * copy them (See, Liu and Manning 2017, "Get To The Point", section 2.2: the extended vocabulary).
 *
 * The k-th distinct unknown word of a source, in order of appearance, has the id vocab_size + k, on both
 * sides: of the source's vocabulary in the source, of the target's in the target. A target word that equals
 * it has that id even where the target's vocabulary knows it: a copy is then its only spelling, and a name
 * always leads to the same id.
 *
 * Words are compared as the vocabulary reads them: malformed bytes and NUL are U+FFFD, lower case where it is
 * asked for. What is spelled like one of the vocabulary's pieces, "<unk>" and "</s>" among them, is never
 * such a word and stays VOCAB_UNK.
 */
#ifndef TEXT_VOCAB_UNKNOWN_H
#define TEXT_VOCAB_UNKNOWN_H

#include "base/arena.h"
#include "text/names.h"
#include "text/vocab.h"

/* Pieces [n] of a line: those that are VOCAB_UNK get their numbers; new words are added to `words`. */
void unknown_source(const Vocab *v, const char *line, Piece *pieces, size_t n, Names *words);
/* Pieces of a target that equal one of the source's unknown words get its number. */
void unknown_target(const Vocab *v, const char *line, Piece *pieces, size_t n, const Names *words);

/* The same for pieces that are given by name, as vocab_name says it. */
int unknown_source_id(const Vocab *v, const char *name, Names *words);
int unknown_target_id(const Vocab *v, const char *name, const Names *words);

/* The words as vocab_name and vocab_decode_with take them; they belong to `words`, which may be NULL, and are
 * good until one is added. */
Unknown unknown_words(const Names *words);
Unknown unknown_keep(const Names *words, Arena *a); /* a copy that lives in the arena */

#endif
