/* sentencepiece.h -- the SentencePiece library as plain C.
 *
 * No function below calls back, jumps or throws; every C++ exception ends inside. Texts handed in are valid
 * UTF-8 without NUL. A model is immutable and may be shared between threads.
 * Kudo and Richardson 2018; unigram: Kudo 2018; BPE: Sennrich, Haddow and Birch 2016.
 */
#ifndef TEXT_SENTENCEPIECE_H
#define TEXT_SENTENCEPIECE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct SpModel SpModel;

typedef struct {
    const char *type; /* "unigram" or "bpe" */
    int size;         /* the most pieces */
    double coverage;  /* the share of characters that must be pieces */
    bool lowercase;
    const char *mask; /* a piece that stands for a hidden word, read from text as it is; NULL: none */
} SpOptions;

typedef struct {
    int id;
    uint32_t start, end; /* bytes of the text, [start, end); white space before a piece counts as its own */
} SpPiece;

enum { SP_MESSAGE = 256 }; /* room for a message, its NUL included */

/* Learns from sentences; *model: the serialised model, free() it. False: message says why. */
bool sp_train(char *const *sentences, size_t n, SpOptions options, char **model, size_t *len,
              char message[SP_MESSAGE]);

SpModel *sp_load(const char *model, size_t len, char message[SP_MESSAGE]); /* NULL: message says why */
void sp_free(SpModel *m);                                                  /* NULL is fine */
const char *sp_bytes(const SpModel *m, size_t *len);                       /* serialised; the model's */

int sp_size(const SpModel *m);
const char *sp_name(const SpModel *m, int id); /* the model's */
bool sp_is_byte(const SpModel *m, int id);     /* <0x41> */
bool sp_is_control(const SpModel *m, int id);  /* never text: </s> and the like */
/* The model's ids of unknown, padding, begin and end of sentence, in this order; -1: it has none. */
void sp_specials(const SpModel *m, int ids[4]);

/* *pieces: [*n], free() it; a line that the library refuses is one unknown piece. False when memory ran out.
 */
bool sp_encode(const SpModel *m, const char *text, size_t len, SpPiece **pieces, size_t *n);

#ifdef __cplusplus
}
#endif
#endif
