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

enum { MAP_LAYERS = 16 };

/* Attention weights of one kind: a tensor a layer, [R,H,T,S], rows sum to 1, exactly 0 beyond true lengths. A
 * recurrent model has one cross map with one head. */
typedef struct {
    int n_layers;
    Tensor *layer[MAP_LAYERS];
} LayerMaps;

/* Of a whole model: encoder [B,H,S,S], decoder [R,H,T,past+T], cross [R,H,T,S]; the last two are of the
 * latest model_decode. Kinds that a model does not have keep n_layers 0. */
typedef struct Maps {
    LayerMaps encoder, decoder, cross;
} Maps;

typedef struct State {
    int B, K;           /* sentences; hypotheses per sentence (1 until state_widen) */
    int S;              /* longest source in the batch, end of sentence counted */
    const int *lengths; /* [B] true source lengths */
    int step;           /* target words read so far */
    Maps *maps;         /* where decoding puts its attention; NULL: not wanted */
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
