/* batch.h -- which sentences are trained on together, and in which order.
 *
 * Each epoch the pairs are shuffled (seed, epoch), cut into pools of about a hundred batches, sorted by
 * length inside a pool, cut into batches, and the batches shuffled. So batches have little padding and their
 * order is a function of seed and epoch alone: a position (epoch, batch) is all that a resumed run needs.
 */
#ifndef TEXT_BATCH_H
#define TEXT_BATCH_H

#include "base/arena.h"
#include "text/corpus.h"

typedef struct {
    int B, S, T;     /* sentences; longest source incl. end of sentence; longest target incl. end */
    int *source;     /* [B,S] pieces, then VOCAB_EOS, then VOCAB_PAD */
    int *target_in;  /* [B,T] VOCAB_BOS, then pieces, then VOCAB_PAD: what the decoder reads */
    int *target_out; /* [B,T] pieces, VOCAB_EOS, then VOCAB_PAD: what it should say */
    int *source_len, *target_len; /* [B] true lengths, end of sentence counted */
    int n_target;                 /* sum of target_len */
    size_t *pair;                 /* [B] index in the corpus */
} Batch;

/* A batch from given pairs of a corpus; memory from the arena. target parts are as above. */
Batch *batch_make(const Corpus *c, const size_t *pairs, int n, Arena *arena);
/* A batch of sources only (target NULL, T = 0): n sentences of ids without end of sentence. */
Batch *batch_sources(const int *const *ids, const int *lens, int n, Arena *arena);
/* The given target outputs added to a batch of sources (forced decoding). */
void batch_add_targets(Batch *b, const int *const *ids, const int *lens, Arena *arena);

typedef struct Batches Batches;
/* Either sentences > 0, or tokens > 0: the most of B * max(S, T) a batch may have (at least one pair). */
Batches *batches_new(const Corpus *c, int sentences, int tokens, uint64_t seed);
void batches_free(Batches *b);
void batches_begin(Batches *b, int epoch); /* makes the order of this epoch (from 0) */
int batches_count(const Batches *b);       /* batches in this epoch */
Batch *batches_get(const Batches *b, int i, Arena *arena);
/* Replaces source pieces by VOCAB_UNK with probability rate; key: a hash of (seed, epoch, batch). */
void batch_drop_words(Batch *b, double rate, uint64_t key);

#endif
