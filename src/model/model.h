/* model.h -- an encoder, a decoder, and what lets the one look back at the other.
 *
 * Training calls model_decode once with the whole target; search calls it with T = 1 again and again. Both
 * are the same code: decoding one word at a time gives what decoding all at once gives.
 */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include "model/config.h"
#include "model/state.h"
#include "tensor/op.h"
#include "tensor/param.h"
#include "text/batch.h"

typedef struct Architecture Architecture;
typedef struct Decoded Decoded;

typedef struct Model {
    Config config;
    Params *params;
    Vocab *source, *target; /* the same object when the vocabulary is shared */
    const Architecture *kind;
    void *parts;                  /* the architecture's own */
    Tensor *output, *output_bias; /* [V,E], [V]: set by declare */
    Tensor *gate, *gate_bias;     /* [1,E], [1] of a model that copies (copying.h); else NULL */
    int *says;                    /* the output word that a source word is copied as; -1: none */
    int longest;                  /* target words there can be, end of sentence counted; 0: any number */
    char hash[9];                 /* checksum of the file it was loaded from, hexadecimal; "": none */
    bool has_attention;           /* false: score `none`; then Decoded.weights is NULL */
} Model;

/* One kind of model: a row in the table of model.c. */
struct Architecture {
    const char *name, *help;
    bool packs_at_use;          /* a step uses each weight once or twice: see params_allocate */
    void *(*declare)(Model *m); /* adds parameters; returns `parts`; memory by memory_get */
    /* The decoder's state before the first word; maps (NULL: not wanted) are filled and kept in the state. */
    State *(*encode)(const Model *m, Tape *t, const Batch *b, Maps *maps);
    void (*decode)(const Model *m, Tape *t, const int *words, int T, State *s, Decoded *out);
    /* NULL, or makes a batch of one text what is learned from: hides words, which `decode` is to guess. */
    void (*hide)(const Model *m, Batch *b, uint64_t key, Arena *arena);
    /* Cross attention: what a weight of 1 on each source place of sentence b brings into the output, by head:
     * [H,n,O], n the sentence's true length. NULL: no cross attention. */
    Tensor *(*values)(const Model *m, Tape *t, const State *s, int layer, int b);
};

struct Decoded {
    Tensor *hidden;  /* [R,T,E] what the output layer reads; R rows (sentences times hypotheses) */
    Tensor *weights; /* [R,T,S] attention; NULL without */
    Tensor *scores;  /* [R,T,S] before softmax; NULL without */
    Tensor *context; /* [R,T,D] what the weights mixed together; NULL from a Transformer */
    Tensor *copy;    /* [R,T,S] the weights that copy or are to cover; NULL: of neither */
};

/* Builds from a checked config and vocabularies (taken over on success). Weights are not set. */
LbStatus model_new(const Config *config, Vocab *source, Vocab *target, bool with_grad, Model **out,
                   LbError *err);
void model_free(Model *m);
SourceMarks model_marks(const Model *m); /* what its sources carry */

/* The cross attention that stands for it where one map is wanted: what was guided; else what copies; else the
 * mean over heads of the layer last but one, or the only one. */
HeadPlace model_stands(const Model *m);

/* maps: NULL, or what the attention of every layer and head is put into, by this call and by every
 * model_decode with the state. Nothing that is computed changes by a bit when they are wanted. */
State *model_encode(const Model *m, Tape *t, const Batch *b, Maps *maps);
/* Of a model that copies, words that its vocabularies do not know may have numbers of their own, in sources
 * and in words: copying.h. words [R,T] (row-major) are what the decoder reads: begin of sentence first.
 * Advances the state by T. */
Decoded model_decode(const Model *m, Tape *t, const int *words, int T, State *s);
/* Of a model that guesses hidden words: hides them, as key says; nothing in others. True when it did. */
bool model_hide(const Model *m, Batch *b, uint64_t key, Arena *arena);
/* hidden [R,T,E] or any [...,E] -> [...,V] */
Tensor *model_logits(const Model *m, Tape *t, Tensor *hidden);

/* What copying adds to what was decoded. False: the model does not copy. */
bool model_mixture(const Model *m, Tape *t, const Decoded *d, const State *s, Mixture *out);
/* Natural logarithms of the probabilities of what comes next, for rows [n] of the flattened [R,T] (NULL: all)
 * -> [...,V+n_beyond]: words that can only be copied stand behind the vocabulary (State.n_beyond, 0 of a
 * model that does not copy), those that a sentence does not have at -INFINITY. */
Tensor *model_log_probs(const Model *m, Tape *t, const Decoded *d, const State *s, const int *rows, int n);
/* Of generated words, before softmax: [...,V]. */
Tensor *model_logits_of(const Model *m, Tape *t, const Decoded *d, const int *rows, int n);
/* op_cross_entropy of these: its arguments. */
Tensor *model_nll(const Model *m, Tape *t, const Decoded *d, const State *s, const int *rows, int n,
                  const int *targets, double smoothing, double *nll, int *correct);

typedef struct {
    double nll; /* summed over target words, natural log */
    int n_words, n_correct;
    double entropy;  /* summed over target words: of the attention row, in nats */
    double end_mass; /* summed over target words: weight on the source's end of sentence, if it has one */
    double guide;    /* summed over guided target words: cross-entropy of their attention with the gold */
    int n_guided;
} LossInfo;

/* Cross-entropy summed over the batch's target words, or those guessed ([1]); info may be NULL. With a guide,
 * plus train.guide.weight times the cross-entropy of attention with it; with coverage, plus its loss. */
Tensor *model_loss(const Model *m, Tape *t, const Batch *b, double smoothing, LossInfo *info);

/* ---- a model on disk (store.c) ---- */
/* Writes config.yaml and vocabularies into config.model_dir, which is made. */
LbStatus model_save_plan(const Model *m, LbError *err);
/* Writes all of a model into a folder, which is made; it may be another one than the configuration names. */
LbStatus model_save(const Model *m, const char *dir, LbError *err);
LbStatus model_save_weights(const Model *m, const char *path, LbError *err);
LbStatus model_load_weights(Model *m, const char *path, LbError *err);
/* Opens a folder for inference (weights frozen), or with gradients to go on training. */
LbStatus model_open(const char *dir, bool with_grad, Model **out, LbError *err);
/* Opens a folder to translate and no more: matrices are packed as they are read, and only that is kept, so
 * neither the file nor its numbers are in memory twice. Values of matrices cannot be read (NULL). */
LbStatus model_open_lean(const char *dir, Model **out, LbError *err);

#endif
