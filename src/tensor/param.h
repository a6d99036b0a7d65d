/* param.h -- what is learned: named tensors in one block of values and one of gradients.
 *
 * A model first declares all parameters, then allocates them together, so that the optimiser, the clipping
 * and the checkpoint each see one flat block. Every tensor begins on a 64-byte boundary; the gaps stay 0.
 */
#ifndef TENSOR_PARAM_H
#define TENSOR_PARAM_H

#include "base/rng.h"
#include "tensor/tape.h"

typedef enum {
    INIT_ZERO,
    INIT_ONE,
    INIT_UNIFORM,   /* Glorot and Bengio 2010: +-sqrt(6 / (rows + columns)) */
    INIT_RECURRENT, /* [n*H,H]: n square blocks, each orthogonal (Saxe et al. 2014) */
    INIT_EMBEDDING, /* normal, deviation 0.1 */
    INIT_WORDS,     /* normal, deviation columns^-1/2: for embeddings that are scaled by columns^1/2 */
    INIT_LSTM_BIAS, /* [4H]: 0, but 1 for the forget gate (Jozefowicz et al. 2015) */
} Init;

typedef enum {
    USE_ROWS,             /* read as it is */
    USE_PRODUCT,          /* a matrix: the right-hand side of products, kept packed */
    USE_ROWS_AND_PRODUCT, /* both: an embedding that is the output layer, too */
} Use;

typedef struct {
    char *name; /* "decoder.cell.0.input" */
    Tensor tensor;
    Init init;
    Use use;
    size_t offset; /* in reals from the start of the block */
} Param;

typedef struct Params Params;

Params *params_new(void);
void params_free(Params *p);

/* Declares; the tensor's memory comes with params_allocate and its address never changes. */
Tensor *param_add(Params *p, const char *name, Init init, Use use, int n_dim, const int *dim);
/* With gradients, and unless `pack_at_use`, matrices keep two packed copies, made anew after each step: right
 * for a matrix that a step uses often. Else they are packed into scratch at each use: half the memory. */
void params_allocate(Params *p, bool with_grad, bool pack_at_use);
void params_init(Params *p, uint64_t seed); /* the same seed gives the same bits */

int params_count(const Params *p);
const Param *params_get(const Params *p, int i);
const Param *params_find(const Params *p, const char *name); /* NULL */
size_t params_len(const Params *p);                          /* of the block, gaps included */
size_t params_learned(const Params *p);                      /* numbers that are learned, gaps left out */
real *params_values(Params *p); /* the block; call params_changed after writing to it */
real *params_grads(Params *p);  /* NULL without gradients */
void params_zero_grads(Params *p);

/* Weights changed: packed copies are stale. */
void params_changed(Params *p);
/* Packs every matrix now, so that inference only reads: a model may then be shared between threads. */
void params_freeze(Params *p);
/* Packs parameter i now and forgets its values unless ops read them besides (embeddings): half the memory. */
void params_freeze_lean(Params *p, int i);

/* w [O,I] packed as the right-hand side of x w^T (K = I, N = O) or, `back`, of dy w (K = O, N = I). From the
 * cache when w is a parameter, else packed into scratch. */
const real *tensor_packed(const Tensor *w, bool back, Arena *scratch);
/* `back`, for a backward pass. A parameter without gradient keeps no such copy: it is made once and stays
 * with the tape's batch, also from a model that forgot its values. */
const real *tape_packed_back(Tape *t, const Tensor *w);

#endif
