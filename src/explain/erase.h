/* erase.h -- what an output loses when words of its source are not there: the measurement under every checked
 * highlight.
 *
 * For a source x of S words and an output y of T words
 *
 *     D[t][s] = log p(y_t | x) - log p(y_t | x without word s)
 *
 * by forced decoding, in nats: leave-one-out (Li, Monroe and Jurafsky 2016, "Understanding Neural Networks
 * through Representation Erasure"). The probability of a target word is the product over its pieces; a source
 * word's pieces are erased together. Begin and end of sentence are never erased. Erasing by `<unk>` means
 * something to models that met it in training (train.source_unk_rate); deleting moves the words behind.
 */
#ifndef EXPLAIN_ERASE_H
#define EXPLAIN_ERASE_H

#include "explain/map.h"
#include "search/search.h"

typedef enum {
    ERASE_UNK,       /* every piece becomes <unk> */
    ERASE_DELETE,    /* its pieces are taken out; what would be no source at all is one <unk> */
    ERASE_ATTENTION, /* the weights of its pieces are 0, in every layer and head, and the others share them;
                      * what the encoder told its neighbours of it stays */
    ERASE_METHODS
} EraseMethod;
const char *erase_name(EraseMethod m); /* "unk", "delete", "attention"; NULL behind the last */

/* A source and an output for it: pieces without marks, and the word of each, from 0, in order. */
typedef struct {
    const int *source, *source_word; /* [n_source] */
    const int *target, *target_word; /* [n_target] */
    int n_source, n_target;
    Unknown unknown; /* the names of what is not in the vocabularies, for those who write pieces as text */
} ErasePair;
int erase_words_count(const int *word, int n); /* words that n pieces are part of */

/* One forced pass: a pair, and the words that are erased from its source. The arrays are the caller's. */
typedef struct {
    const ErasePair *pair;
    const int *words; /* [n_words] any set; n_words 0: the source is whole */
    int n_words;
    double *log_probs; /* [T+1] out: of each target word, end of sentence last */
    bool *likeliest;   /* [T+1] out: all pieces of the word are what search would choose there */
    int *best; /* NULL, or [n_target+1] out: the piece that search would choose for each, and the end */
} ErasePass;

/* Runs them in batches of similar lengths with up to `tokens` pieces of either side (0: a usual number); what
 * comes out does not depend on it. Scratch memory from a. False: cancelled, and some passes were not made. */
bool erase_run(Searcher *s, const Model *m, EraseMethod how, const ErasePass *passes, size_t n, int tokens,
               Arena *a);

/* A pair's words, one by one. */
typedef struct {
    int T, S;          /* words; end of sentence counted on neither side */
    double *log_probs; /* [T+1] with the whole source, end of sentence last */
    bool *likeliest;   /* [T+1] with the whole source */
    double *drop;      /* [T+1,S] D */
    bool *stays;       /* [T+1,S] likeliest[t] without s */
    int *best;         /* [S,n_target+1] ErasePass.best without s */
} Erased;

/* All of the pairs in shared batches; out [n], its memory from results. False: cancelled. */
bool erase_each(Searcher *s, const Model *m, EraseMethod how, const ErasePair *pairs, size_t n, int tokens,
                Arena *results, Erased *out);

/* ---- marks ---- */

#define ERASE_SUPPORT 0.69314718055994530942 /* ln 2: half the probability */
#define ERASE_CHANGE 0.1                     /* nats, when the word is no longer the likeliest */
#define HIGHLIGHT_LEAST 0.1                  /* of a row's weight */

/* Whether target word t (T: the end of sentence) depends on source word s: it loses half its probability, or
 * it stops being the likeliest and loses at least 0.1. */
bool erase_supports(const Erased *e, int t, int s);
/* Whether column s of a row of weights is a highlight: its largest, or at least 0.1. */
bool erase_highlights(const double *row, size_t n, size_t s);

#endif
