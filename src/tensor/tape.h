/* tape.h -- what was computed, in order, so that gradients can be sent back.
 *
 * An op computes its value at once and leaves a note on the tape. C control flow is the model: loops and
 * early stops are just C. tape_backward walks the notes in reverse order of creation. With recording off
 * nothing is noted and no gradient memory is taken: that is inference.
 *
 * Everything an op makes lives in the tape's batch arena and dies at tape_reset. Scratch lives for one call.
 */
#ifndef TENSOR_TAPE_H
#define TENSOR_TAPE_H

#include <stdint.h>

#include "tensor/tensor.h"

typedef struct Node Node;
typedef struct Tape Tape;
typedef struct LateGrad LateGrad;
typedef struct FreeGrad FreeGrad;
typedef struct TapePack TapePack;

typedef struct {
    const char *name;
    void (*backward)(const Node *n);
} Op;

enum { NODE_IN = 6, NODE_OUT = 3 };

struct Node {
    const Op *op;
    Tensor *in[NODE_IN], *out[NODE_OUT]; /* unused places are NULL */
    void *saved;                         /* what the backward function needs besides, in the batch arena */
    Tape *tape;
    Node *before;
};

struct Tape {
    Arena *batch, *scratch;
    Node *last;
    LateGrad *late, *last_late; /* weight_grad.h */
    FreeGrad *free_grads;       /* memory of gradients that are done with */
    TapePack *packs;            /* of weights without gradient (tape_packed_back) */
    bool recording;
    bool training;     /* dropout is active */
    uint64_t seed;     /* of this step's dropout */
    int epoch;         /* of training, from 0 */
    uint64_t n_random; /* how many ops have drawn so far in this step */
};

Tape *tape_new(size_t limit); /* limit in bytes for each of its two arenas */
void tape_free(Tape *t);
void tape_reset(Tape *t); /* forgets notes and every tensor made since tape_new */

/* out: a fresh tensor for an op's result; it has a gradient iff the tape records. */
Tensor *tape_tensor(Tape *t, int n_dim, const int *dim);
#define tape_new_tensor(t, ...)                                                                              \
    tape_tensor(t, (int)(sizeof((int[]){ __VA_ARGS__ }) / sizeof(int)), (const int[]){ __VA_ARGS__ })

/* The same, but its gradient's memory is taken when the backward pass comes to the first op that read it, and
 * is used again once the op that made it is done: of a deep network only a few gradients exist at a time.
 * Whoever reads it must find it among its node's in[], and not keep its grad beyond the backward function. */
Tensor *tape_late_tensor(Tape *t, int n_dim, const int *dim);

/* Of what the batch arena took since `mark` only x is wanted any more: the rest is given back and x moves to
 * its place. For inference: a tape that records keeps everything, and x is given back as it is. */
Tensor *tape_keep_only(Tape *t, size_t mark, Tensor *x);

/* A constant made from numbers (copied). */
Tensor *tape_input(Tape *t, const real *values, int n_dim, const int *dim);

/* Leaves a note; does nothing when not recording. Fill in[] and out[] of the returned node (never NULL
 * while recording); NULL means: not recording. */
Node *tape_record(Tape *t, const Op *op, void *saved);

/* Sends gradients back from a scalar, whose own gradient is set to 1. */
void tape_backward(Tape *t, Tensor *loss);

#endif
