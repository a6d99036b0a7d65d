/* pass.h -- one batch through the model and back, and the memory that takes. */
#ifndef TRAIN_PASS_H
#define TRAIN_PASS_H

#include "model/model.h"

/* What the batches of one update have seen together. */
typedef struct {
    double loss;     /* as it is trained on: summed, with smoothing */
    double nll;      /* without */
    int64_t n_words; /* target words */
} PassSum;

/* Batches as the configuration wants them. */
Batches *pass_batches(const Config *c, const Corpus *corpus);

/* Adds batch i's gradients and loss; `key` seeds its dropout and dropped words. */
void pass_learn(const Model *m, Tape *tape, const Batches *batches, int i, uint64_t key, PassSum *sum);

/* Bytes of weights, gradients, packed copies and optimiser slots. */
size_t pass_fixed_bytes(const Model *m);

/* A tape that leaves room for the rest within train.memory. LB_MEMORY when there is none. */
LbStatus pass_tape(const Model *m, Tape **out, LbError *err);
size_t pass_peak(const Tape *t); /* bytes, the most a batch has taken so far */

double pass_clock(void); /* seconds, from any beginning */

#endif
