/* optim.h -- from gradients to new weights.
 *
 * An optimiser sees three kinds of flat block, all of the same length: the weights, their gradients, and
 * its own slots (Adam's two moments). It works on them in chunks of OPTIM_CHUNK numbers. The chunks are the
 * same for any number of threads and the squares of the norm are added up in their order, so the weights
 * have the same bits for any number of threads.
 *
 * A moving average of the weights (train.average_decay) is one block more and is updated with them:
 *
 *     average += max(decay, 9 / (t + 10)) (w - average)        t: updates before this one
 *
 * as in Marian and OpenNMT; the second term, which rules at first, lets it forget the random beginning.
 *
 * A kind is one file ending in a const record, and a line in the table of optim.c.
 */
#ifndef TRAIN_OPTIM_H
#define TRAIN_OPTIM_H

#include "model/config.h"
#include "tensor/param.h"

enum { OPTIM_SLOTS = 2, OPTIM_CHUNK = 65536 };

typedef struct Optim Optim;

/* One update, as every chunk sees it. */
typedef struct {
    const Optim *optim;
    double rate;  /* learning rate of this update */
    double scale; /* gradients are multiplied by this first: one over the words, times the clipping */
} OptimStep;

typedef struct {
    const char *name, *help;
    int n_slots;
    const char *slot[OPTIM_SLOTS]; /* their names in a checkpoint */
    /* Updates numbers [from, from + n) of the blocks; may use the gradients up. */
    void (*update)(const OptimStep *s, size_t from, size_t n);
} OptimKind;

struct Optim {
    const OptimKind *kind;
    const Config *config; /* the caller's: beta1, beta2, epsilon, momentum, weight_decay, clip_norm */
    Params *params;       /* the caller's */
    real *slot[OPTIM_SLOTS];
    real *average; /* of the weights; NULL: none is wanted */
    int64_t step;  /* updates made; while one is being made, its number from 1 */
    double *partial;
    Arena *arena;
};

extern const OptimKind optim_sgd, optim_adam, optim_adamw;
extern const OptimKind *const optim_kinds[]; /* ends with NULL */

const OptimKind *optim_find(const char *name); /* NULL: no such one */

/* For parameters with gradients; slots are 0. An unknown config->optimizer is LB_USAGE. */
LbStatus optim_new(const Config *config, Params *params, Optim **out, LbError *err);
void optim_free(Optim *o); /* NULL is fine */

/* Blocks as long as the weights that an optimiser with this configuration has. */
int optim_blocks(const Config *config);

/* The average begins anew, as the weights are now; nothing when there is none. */
void optim_average_begin(Optim *o);
/* Exchanges weights and average: twice is as before. Nothing when there is none. */
void optim_average_swap(Optim *o);

/* The Euclidean norm of all gradients together. */
double optim_norm(Optim *o);

/* One update of the weights from `scale` times the gradients, clipped to config->clip_norm (0: not at all;
 * Pascanu et al. 2013); the gradients are then 0. Returns the norm before clipping. When that is not finite,
 * weights and slots stay as they are. */
double optim_step(Optim *o, double scale, double rate);

#endif
