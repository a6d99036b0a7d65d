/* pass.h -- one batch through the model and back, and the memory that takes. */
#ifndef TRAIN_PASS_H
#define TRAIN_PASS_H

#include "model/model.h"

/* What the batches of one update have seen together. */
typedef struct {
    double loss;     /* as it is trained on: summed, with smoothing */
    double nll;      /* without */
    int64_t n_words; /* target words */
    double guide;    /* LossInfo's, and of how many words */
    int64_t n_guided;
} PassSum;

/* Batches as the configuration wants them. */
Batches *pass_batches(const Config *c, const Corpus *corpus);

/* Adds batch i's gradients and loss; `key` seeds its dropout and dropped words. */
void pass_learn(const Model *m, Tape *tape, const Batches *batches, int i, uint64_t key, PassSum *sum);

/* Bytes of weights, gradients, packed copies, optimiser slots and moving average. */
size_t pass_fixed_bytes(const Model *m);

/* ---- train.memory ---- */

/* How train.memory is shared out, in bytes: nothing here depends on the clock or on the machine's state, so
 * that a run which is repeated or resumed shrinks its batches in the same way. */
typedef struct {
    size_t limit;   /* train.memory; 0: none */
    size_t program; /* code, libraries, vocabularies; what validation needs to decode */
    size_t weights; /* pass_fixed_bytes */
    size_t data;    /* corpora, their indexes, and a pool */
    size_t room;    /* what is left for one batch; very much without a limit */
    int S, T;       /* the longest pair there can be, ends of sentence counted */
} Budget;
/* One part of train.memory in so many is for decoding in validation, when there is any. */
enum { PASS_SEARCH_SHARE = 8 };
/* valid may be NULL. LB_MEMORY when nothing is left. */
LbStatus pass_budget(const Model *m, const Batches *batches, const Corpus *train, const Corpus *valid,
                     Budget *out, LbError *err);
/* Finds what a batch takes by training on four small ones (weights stay, gradients are zeroed); cost->room is
 * the budget's. LB_MEMORY when not even the longest pair alone would fit. */
LbStatus pass_measure(const Model *m, const Budget *b, BatchCost *cost, LbError *err);
/* Sentences of the longest length that a batch may have, as configured and with the limit. */
int pass_sentences(const Config *c, const Budget *b, const BatchCost *cost);

/* A tape that leaves room for the rest within train.memory. LB_MEMORY when there is none. */
LbStatus pass_tape(const Model *m, Tape **out, LbError *err);
size_t pass_peak(const Tape *t); /* bytes, the most a batch has taken so far */

double pass_clock(void); /* seconds, from any beginning */

#endif
