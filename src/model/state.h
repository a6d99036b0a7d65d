/* state.h -- what a decoder remembers between words, as named slots.
 *
 * A slot is per sentence (the encoder's memory: [B,...]) or per hypothesis (the recurrent state: [R,...] with
 * R = B * K rows, sentence-major). Search knows one thing about a model: how to pick rows of its state.
 */
#ifndef MODEL_STATE_H
#define MODEL_STATE_H

#include "model/override.h"
#include "tensor/tape.h"

enum { STATE_SLOTS = 48 };

typedef struct {
    const char *name; /* "memory", "keys", "h.0" ... */
    Tensor *tensor;
    bool per_hyp;
} Slot;

enum { MAP_LAYERS = 16 };

/* Attention weights of one kind: a tensor a layer, [R,H,T,S], rows sum to 1, exactly 0 beyond true lengths. A
 * recurrent model has one cross map, with one head but for score multi-head. */
typedef struct {
    int n_layers;
    Tensor *layer[MAP_LAYERS];
} LayerMaps;

/* A head of cross attention; head -1: the mean over the layer's. */
typedef struct {
    int layer, head;
} HeadPlace;

/* Of a whole model: encoder [B,H,S,S], decoder [R,H,T,past+T], cross [R,H,T,S]; the last two are of the
 * latest model_decode. Kinds that a model does not have keep n_layers 0. */
typedef struct Maps {
    LayerMaps encoder, decoder, cross;
    bool summary;     /* set by the caller: only what maps_summary needs, one layer of `cross`, is wanted */
    HeadPlace stands; /* for the model: model_stands */
} Maps;

/* The one cross layer that stands for many: the last but one, or the only one (Garg et al. 2019). */
int maps_summary_layer(int n_layers);
/* What stands for the model: [R,T,S]; NULL when there is no cross attention. Of any maps, summary or not. */
Tensor *maps_summary(const Maps *m, Tape *t);

/* Weights [R,T,S] that gradients go through, wanted by guided training and by copying. */
typedef struct {
    HeadPlace at;
    Tensor *weights; /* set by decoding with a Transformer; a recurrent decoder gives them as they are */
} Guided;

/* What the encoder reads: rows of `table` times `scale`, a Transformer's plus positions; NULL: word vectors
 * as they are in `embedded`. */
typedef struct {
    Tensor *embedded;           /* [B,S,E] */
    const Tensor *table, *more; /* more: rows behind the table's, or NULL */
    double scale;
    const int *ids; /* [B,S] rows of the table */
} SourceRead;

typedef struct Past Past;

/* [B,n] which of the vectors for unknown words each of a sentence's is read as; n 0: as <unk>. */
typedef struct {
    const int *of;
    int n;
} UnknownAs;

typedef struct State {
    int B, K;                 /* sentences; hypotheses per sentence (1 until state_widen) */
    int S;                    /* longest source in the batch, end of sentence counted */
    const int *lengths;       /* [B] true source lengths */
    const int *numbers;       /* [B] which sentence each is to `override` */
    int step;                 /* target words read so far */
    Maps *maps;               /* where decoding puts its attention; NULL: not wanted */
    const Override *override; /* of its cross attention; NULL: none. Set by the caller of model_encode */
    Guided *guided;           /* weights that training wants; NULL: none */
    bool wants_copy;          /* `copy` is to be set by every model_decode, */
    Guided copy;              /* while nothing is recorded, too */
    UnknownAs unknown_as;     /* of the state's sentences */
    int n_beyond;             /* words that can only be copied: the most of any sentence */
    SourceRead read;          /* while recording, of a model of pairs; else zeros */
    Past *past;               /* NULL: state_begin_past was not called */
    Arena *keep; /* where the past is kept: that of state_new, until search has a longer-lived one */
    int n_slots;
    Slot slot[STATE_SLOTS];
} State;

State *state_new(Arena *a, int B, int S, const int *lengths);
void state_set(State *s, const char *name, Tensor *tensor, bool per_hyp); /* adds or replaces */
Tensor *state_get(const State *s, const char *name);                      /* asserts that it is there */

/* What changes rows of cross attention of a layer, whose word 0 is word `at` of this call of decode; NULL:
 * nothing does. */
const RowEdit *state_row_edit(const State *s, const Tape *t, int layer, int at);

/* ---- the past: what decoder self-attention reads again, keys and values of every word so far ----
 *
 * Rows are written once and never move: picking hypotheses changes which old row each one goes back to. So a
 * beam costs some numbers a step, however long its hypotheses are. */
void state_begin_past(State *s, int n_layers);
/* Columns from `from` on of rows [R,T,*] are this step's past of the layer, `width` numbers a word. Layers
 * come in order. The tensor is copied unless it lives as long as the past. */
void state_append(State *s, const Tape *t, int layer, const Tensor *rows, int from, int width);
/* [R][n] where each row's words are, oldest first; memory from the arena. */
const real *const *const *state_past(const State *s, int layer, Arena *a, int *n);

/* Row i of every per-hypothesis slot becomes old row from[i], i in [0,n); n = B * K_new, sentence-major. New
 * tensors are taken from `to`. */
void state_pick(State *s, const int *from, int n, Arena *to);
/* Keeps only these sentences (all slots, lengths); hypotheses of a sentence stay together. */
void state_keep(State *s, const int *sentences, int n, Arena *to);

#endif
