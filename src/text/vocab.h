/* vocab.h -- text to numbered pieces and back.
 *
 * A vocabulary splits a line into pieces at one of four levels: `sentencepiece` (subwords, unigram or BPE),
 * `word` (white space), `char` (Unicode code points) and `tokens` (pieces as given, separated by spaces).
 * Every piece knows the bytes of the raw line it came from and the word it belongs to, so that what the model
 * says about pieces can be told in words.
 */
#ifndef TEXT_VOCAB_H
#define TEXT_VOCAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "base/str.h"

/* The first four ids are the same in every vocabulary, SentencePiece's included. */
enum { VOCAB_UNK = 0, VOCAB_PAD = 1, VOCAB_BOS = 2, VOCAB_EOS = 3, VOCAB_FIRST = 4 };

typedef struct Vocab Vocab; /* never changes once made; may be shared between threads */

typedef struct {
    int id;
    int start, end; /* bytes of the raw line, [start, end) */
    int word;       /* index of its word within the line, from 0, in order */
} Piece;

typedef struct {
    const char *level; /* "sentencepiece", "word", "char", "tokens" */
    const char *type;  /* SentencePiece: "unigram" or "bpe" */
    int size;          /* the most pieces, specials included; 0: all, or 8000 (SentencePiece) */
    int min_count;     /* word, char, tokens: rarer ones become <unk>; default 1 */
    bool lowercase;
    const char *punctuation; /* word: "keep" (NULL), "split", "drop"; see vocab_encode */
    bool mask;               /* has a piece [MASK], and text that says [MASK] is read as that */
    uint64_t seed;
    size_t memory; /* bytes that learning may take, about; 0: no limit */
} VocabOptions;

/* Learning reads every k-th line of the files, from the first: 1 unless `memory` is too little for all
 * of their text. Of a .gz file the size is guessed from its packed one. */
uint64_t vocab_step(const char *const *paths, size_t n_paths, const VocabOptions *o);

/* Learns from files (plain or .gz). A SentencePiece model too large for its data is made as large as the
 * data allows (vocab_size says how large); one too small for the data's characters is an error. More than two
 * million sentences are sampled by seed. The same files and options give the same vocabulary, bit for bit. */
LbStatus vocab_train(const char *const *paths, size_t n_paths, VocabOptions options, Vocab **out,
                     LbError *err);

/* `path`.model (SentencePiece) or `path`.vocab (one token a line, from <unk> on; a first line "#level word
 * lowercase split-punctuation" tells the rest): the suffix belongs to the path given. A foreign SentencePiece
 * model, whose special pieces have other ids or are absent, works: its ids are mapped to ours. A .vocab file
 * that lacks <unk>, <pad>, <s>, </s>, has a piece twice, an empty line or bytes that are not UTF-8 is refused
 * with the number of the line. */
LbStatus vocab_load(const char *path, Vocab **out, LbError *err);
/* A list of given pieces behind the four special ones, at level word, char or tokens; `name` is used in
 * messages (LB_FORMAT, as above; the line is that of the file it would be saved as). */
LbStatus vocab_of_list(const char *level, bool lowercase, const char *const *pieces, size_t n,
                       const char *name, Vocab **out, LbError *err);
/* Saves as stem.model or stem.vocab, whichever the level wants; *path (may be NULL): the name, free() it. */
LbStatus vocab_save(const Vocab *v, const char *stem, char **path, LbError *err);
uint32_t vocab_crc(const Vocab *v); /* CRC-32 of what vocab_save writes */
void vocab_free(Vocab *v);

int vocab_size(const Vocab *v);
const char *vocab_level(const Vocab *v);
const char *vocab_piece(const Vocab *v, int id); /* as stored: "_the", "<unk>"; owned by v */
int vocab_id(const Vocab *v, const char *piece); /* VOCAB_UNK when unknown */
int vocab_mask(const Vocab *v);             /* the piece [MASK], as which text is read; -1: it has none */
bool vocab_is_word(const Vocab *v, int id); /* a piece of text: neither special nor a mask */

/* Words of one text that a vocabulary does not know (vocab_unknown.h): id vocab_size + k is texts[k]. */
typedef struct {
    const char *const *texts;
    int n;
} Unknown;
/* As vocab_piece, of those too; "<unk>" for an id that is neither. */
const char *vocab_name(const Vocab *v, int id, Unknown words);
/* How the text of a piece is looked up, into *out: malformed bytes and NUL as U+FFFD, lower case if asked. */
void vocab_spell(const Vocab *v, const char *text, size_t len, Str *out);

/* The pieces of a line, without begin or end of sentence: an array (array.h), the caller's. Invalid UTF-8 and
 * NUL become U+FFFD for the model, while spans stay offsets into the raw bytes. White space around a subword
 * is not in its span, so a lone blank has an empty one. An empty line has no pieces. len <= INT_MAX / 2.
 * A vocabulary of words that splits punctuation makes each character of Unicode's categories P* a piece, with
 * the marks combined with it; one that drops punctuation leaves these bytes out of every span. */
Piece *vocab_encode(const Vocab *v, const char *text, size_t len);
/* Pieces given by name, separated by spaces (`--input tokens`), whatever the level. Unknown names, and those
 * of <pad>, <s> and </s>, give <unk>. */
Piece *vocab_encode_tokens(const Vocab *v, const char *text, size_t len);

/* Text of ids, specials but <unk> left out (<unk> is written "<unk>"); the caller's to free(). *spans (may be
 * NULL): an array with one Piece an id, spans in the returned text, words numbered as above (end of sentence
 * and other specials: an empty span, a word of their own). Where punctuation is split, no blank is written
 * before . , ; : ! ? ) and none after ( (and their wide forms). */
char *vocab_decode(const Vocab *v, const int *ids, int n, Piece **spans);
char *vocab_decode_with(const Vocab *v, Unknown words, const int *ids, int n, Piece **spans);

/* What a person calls words, for a line and its pieces: white-space separated runs; each piece by itself in
 * scripts written without spaces (Han, Kana, Thai ...); each character at level char. Piece.word numbers
 * these. The bytes of word w are [first piece's start, last piece's end). */
int pieces_words(const Piece *pieces); /* how many words */

#endif
