/* vocab_level.h -- what the levels of a vocabulary share (for the vocab_*.c files only).
 *
 * A level is a row in vocab.c's table. `word`, `char` and `tokens` are lists of pieces and differ in how they
 * split a line; `sentencepiece` wraps a model.
 */
#ifndef TEXT_VOCAB_LEVEL_H
#define TEXT_VOCAB_LEVEL_H

#include <stdint.h>

#include "base/str.h"
#include "text/names.h"
#include "text/sentencepiece.h"
#include "text/vocab.h"

enum { META = 0x2581, META_LEN = 3 }; /* SentencePiece's visible space */
#define META_TEXT "\xE2\x96\x81"

typedef struct Level Level;

typedef enum { PUNCTUATION_KEEP, PUNCTUATION_SPLIT, PUNCTUATION_DROP } Punctuation;

struct Vocab {
    const Level *level;
    bool lowercase; /* lists; a SentencePiece model does it by itself */
    Punctuation punctuation;
    Names names; /* by our ids */
    SpModel *sp; /* NULL for lists */
    int *ours;   /* [sp_size] our id of a model's id */
    short *kind; /* [size] CONTROL, TEXT, or the value of a byte piece; NULL for lists */
    int mask;    /* the piece [MASK]; -1: none */
};
#define MASK_TEXT "[MASK]"
enum { MASK_LEN = sizeof MASK_TEXT - 1 };

enum { CONTROL = -2, TEXT = -1 };

typedef struct {
    const char *const *paths;
    size_t n_paths;
    VocabOptions options;
} VocabTask;

struct Level {
    const char *name, *suffix;
    bool joined; /* text is the pieces one after the other, META being a space; else spaces go between */
    LbStatus (*train)(Vocab *v, const VocabTask *task, LbError *err);
    LbStatus (*load)(Vocab *v, const char *path, LbError *err);
    void (*write)(const Vocab *v, Str *out); /* adds what load reads */
    Piece *(*encode)(const Vocab *v, const char *text, size_t len);
    void (*number_words)(const Vocab *v, const char *text, size_t len, Piece *pieces);
    Span *(*split)(const char *text, size_t len); /* lists: an array of what becomes pieces */
};

extern const Level vocab_levels[];
const Level *vocab_level_find(const char *name); /* NULL when there is none */
extern const char *const vocab_specials[VOCAB_FIRST];

/* Reads the files, in order, and hands every line, or every vocab_step'th, to `line`. */
typedef void LineTaker(void *to, const char *text, size_t len);
LbStatus vocab_read_lines(const VocabTask *task, LineTaker *line, void *to, LbError *err);

/* vocab_list.c */
LbStatus list_train(Vocab *v, const VocabTask *task, LbError *err);
LbStatus list_load(Vocab *v, const char *path, LbError *err); /* sets v->level too */
LbStatus list_fill(Vocab *v, const char *name, const char *const *pieces, size_t n, LbError *err);
void list_write(const Vocab *v, Str *out);
Piece *list_encode(const Vocab *v, const char *text, size_t len);
void list_spell(const Vocab *v, const char *text, size_t len, Str *key);
void list_number_words(const Vocab *v, const char *text, size_t len, Piece *pieces);
Span *split_words(const char *text, size_t len);
Span *split_chars(const char *text, size_t len);

/* vocab_subword.c */
LbStatus subword_train(Vocab *v, const VocabTask *task, LbError *err);
LbStatus subword_load(Vocab *v, const char *path, LbError *err);
void subword_write(const Vocab *v, Str *out);
Piece *subword_encode(const Vocab *v, const char *text, size_t len);
void subword_number_words(const Vocab *v, const char *text, size_t len, Piece *pieces);

/* Of ids beyond the vocabulary, too. */
static inline short kind_of_piece(const Vocab *v, int id)
{
    return v->kind && id < vocab_size(v) ? v->kind[id] : TEXT;
}

/* A piece that is never text: padding, begin and end of sentence, a model's own marks. */
static inline bool is_control(const Vocab *v, int id)
{
    return (id > VOCAB_UNK && id < VOCAB_FIRST) || kind_of_piece(v, id) == CONTROL;
}

#endif
