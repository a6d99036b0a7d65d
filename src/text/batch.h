/* batch.h -- which sentences are trained on together, and in which order.
 *
 * Each epoch goes through all lines of the corpus in an order that is a function of (seed, epoch), a pool of
 * lines at a time: a pool, about a hundred batches, is encoded, sorted by length, cut into batches, and the
 * batches are shuffled. So batches have little padding, no more than a pool is in memory, and a position
 * (epoch, pool, batch) is all that a resumed run needs: neither the pools before it nor the rest of the
 * epoch's order have to be made again.
 */
#ifndef TEXT_BATCH_H
#define TEXT_BATCH_H

#include "base/arena.h"
#include "text/corpus.h"

/* Where attention should be: weight column[i] of row[i], a place in [B,T], should be share[i]. The shares of
 * a row sum to 1. */
typedef struct {
    int n, n_rows; /* cells; rows that have some */
    int *row, *column;
    double *share;
} Guide;

typedef struct {
    int B, S, T;     /* sentences; longest source incl. its marks; longest target incl. end */
    int *source;     /* [B,S] pieces between their marks, then VOCAB_PAD */
    int *target_in;  /* [B,T] VOCAB_BOS, then pieces, then VOCAB_PAD: what the decoder reads */
    int *target_out; /* [B,T] pieces, VOCAB_EOS, then VOCAB_PAD: what it should say */
    int n_marks;     /* of each source: VOCAB_BOS before it, VOCAB_EOS behind it; mostly the latter alone */
    int *source_len, *target_len; /* [B] true lengths, marks and end of sentence counted */
    int n_target;                 /* sum of target_len, or of what is to be guessed */
    int *guessed;                 /* [n_target] places in [B,T] that are to be guessed; NULL: all */
    size_t *pair;                 /* [B] index in the corpus */
    int known;                    /* as Corpus.known */
    Guide *guide;                 /* NULL: attention is not guided */
} Batch;

/* A batch from given pairs of a corpus; memory from the arena. target parts are as above. */
Batch *batch_make(const Corpus *c, const size_t *pairs, int n, Arena *arena);
/* A batch of sources only (target NULL, T = 0): n sentences of ids without their marks; a source with neither
 * pieces nor marks would be nothing at all: that is wrong use. */
Batch *batch_sources(const int *const *ids, const int *lens, int n, SourceMarks marks, Arena *arena);
/* Sources rows[0..n) of a batch, in that order, as a batch of sources only. */
Batch *batch_pick(const Batch *b, const int *rows, int n, Arena *arena);
/* The given target outputs added to a batch of sources (forced decoding). */
void batch_add_targets(Batch *b, const int *const *ids, const int *lens, Arena *arena);

/* What a batch takes: fixed + B (source S + target T + both S T) bytes. `room` 0: no limit, else batches of
 * more than one pair are cut so that they take no more than `room`. */
typedef struct {
    double fixed, source, target, both, room;
} BatchCost;
double batch_bytes(const BatchCost *cost, int B, int S, int T);

typedef struct Batches Batches;
/* Either sentences > 0, or tokens > 0: the most of B * max(S, T) a batch may have (at least one pair). */
Batches *batches_new(const Corpus *c, int sentences, int tokens, uint64_t seed);
void batches_free(Batches *b);
void batches_limit(Batches *b, const BatchCost *cost); /* before the first pool is opened */

/* Makes the batches of a pool (from 0) of an epoch (from 0); nothing to do when that one is open. The corpus'
 * files may fail: LB_DATA, LB_FILE. */
LbStatus batches_open(Batches *b, int epoch, int pool, LbError *err);
int batches_pools(const Batches *b);      /* in an epoch */
int batches_pool_lines(const Batches *b); /* of the corpus, in each pool but the last */
/* The whole epoch as one pool: for a corpus in memory of which all is wanted, as in validation. */
void batches_begin(Batches *b, int epoch);

/* Of the pool that is open. */
int batches_count(const Batches *b);
Batch *batches_get(const Batches *b, int i,
                   Arena *arena);                     /* pair: numbers of pairs, or lines (corpus_take) */
const CorpusReport *batches_report(const Batches *b); /* of a corpus on disk */
/* How many batches the epoch will have had, when `before` came before this pool. */
int batches_expected(const Batches *b, int before);
/* Masked words (Devlin et al. 2019, section 3.1), of a batch made from one text: each piece of a target is
 * chosen with probability rate, at least one of a sentence; of those chosen 80 % become `mask`, 10 % a random
 * piece and 10 % stay. The source becomes what is left to see, `guessed` what was chosen. What happens to a
 * sentence depends on key and its number (`pair`), not on the batch around it. */
void batch_mask_words(Batch *b, const Vocab *v, double rate, uint64_t key, Arena *arena);
/* Replaces source pieces by VOCAB_UNK with probability rate, unknown words left as they are: what is a copy
 * of one needs it. key: a hash of (seed, epoch, batch). */
void batch_drop_words(Batch *b, double rate, uint64_t key);

#endif
