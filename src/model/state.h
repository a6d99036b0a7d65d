/* state.h -- what a decoder remembers between words, as named slots.
 *
 * A slot is per sentence (the encoder's memory: [B,...]) or per hypothesis (the recurrent state: [R,...] with
 * R = B * K rows, sentence-major). Search knows one thing about a model: how to pick rows of its state.
 */
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

#include "tensor/tape.h"

enum { STATE_SLOTS = 48 };

typedef struct {
    const char *name; /* "memory", "keys", "h.0" ... */
    Tensor *tensor;
    bool per_hyp;
} Slot;

typedef struct State {
    int B, K;           /* sentences; hypotheses per sentence (1 until state_widen) */
    int S;              /* longest source in the batch, end of sentence counted */
    const int *lengths; /* [B] true source lengths */
    int step;           /* target words read so far */
    int n_slots;
    Slot slot[STATE_SLOTS];
} State;

State *state_new(Arena *a, int B, int S, const int *lengths);
void state_set(State *s, const char *name, Tensor *tensor, bool per_hyp); /* adds or replaces */
Tensor *state_get(const State *s, const char *name);                      /* asserts that it is there */

/* Row i of every per-hypothesis slot becomes old row from[i], i in [0,n); n = B * K_new, sentence-major. New
 * tensors are taken from `to`. */
void state_pick(State *s, const int *from, int n, Arena *to);
/* Keeps only these sentences (all slots, lengths); hypotheses of a sentence stay together. */
void state_keep(State *s, const int *sentences, int n, Arena *to);

#endif
