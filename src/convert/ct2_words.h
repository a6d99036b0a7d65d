/* ct2_words.h -- the vocabularies of a CTranslate2 folder and what its config.json says of them.
 *
 * Files: shared_vocabulary or source_vocabulary and target_vocabulary (or vocabulary, for both), as .json (a
 * list of texts) or .txt (one token a line). The unknown token is appended when it is not among them. Which
 * tokens are special is said by config.json (version 6) or by variables (before); neither need be there.
 */
#ifndef CONVERT_CT2_WORDS_H
#define CONVERT_CT2_WORDS_H

#include "convert/ct2_file.h"
#include "text/vocab.h"

typedef struct {
    char *unk, *bos, *eos, *start; /* texts of tokens; start: what the decoder reads first */
    bool source_begin, source_end; /* whether bos and eos are added to a source */
    double epsilon;                /* of layer norms; 0: not said */
} Ct2Special;

LbStatus ct2_special(Ct2File *f, const char *dir, Ct2Special *out, LbError *err);
void ct2_special_free(Ct2Special *s);

typedef struct {
    char **words;          /* array, the unknown token last when it was appended */
    bool appended, shared; /* shared: the same file serves both sides */
} Ct2Words;

typedef enum { CT2_SOURCE, CT2_TARGET } Ct2Side;
LbStatus ct2_words(const char *dir, Ct2Side side, const Ct2Special *special, Ct2Words *out, LbError *err);
void ct2_words_free(Ct2Words *w);

/* A vocabulary of ours made of theirs. Ids 0 to 3 are <unk>, <pad>, <s>, </s>; then come their other tokens
 * in their order. A name that is taken, empty or with white space in it is changed until it is neither. */
typedef struct {
    Vocab *vocab;
    int *from;                  /* array: their row of our id; -1: they have none */
    bool borrowed[VOCAB_FIRST]; /* the row of a special piece is another piece's: it is read, never said */
    int n_renamed;
} Ct2Mapping;

/* `begin`: which of their tokens is our <s>. */
LbStatus ct2_map(const Ct2Words *w, const Ct2Special *special, const char *begin, const char *name,
                 Ct2Mapping *out, LbError *err);
void ct2_mapping_free(Ct2Mapping *m);

#endif
