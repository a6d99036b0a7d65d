/* estimate.c -- what training will take, found by training a little. */
#include <string.h>

#include "train/pass.h"
#include "train/trainer.h"

enum { TIMED = 3 };

typedef struct {
    Model *model;
    Tape *tape;
    Batches *batches;
    TrainEstimate *out;
    double words; /* in the first pool */
} Estimate;

/* Two batches can be the largest: the one with most target words (the output layer's share) and the one
 * with most pairs of a source and a target word (the attention's). */
typedef struct {
    int index[2];
    double size[2];
} Largest;

static Largest largest_batches(Estimate *e)
{
    Largest most = { 0 };
    for (int i = 0; i < batches_count(e->batches); i++) {
        tape_reset(e->tape);
        const Batch *b = batches_get(e->batches, i, e->tape->batch);
        double size[2] = { (double)b->B * b->T, (double)b->B * b->T * b->S };
        e->words += b->n_target;
        for (int k = 0; k < 2; k++)
            if (size[k] > most.size[k])
                most.size[k] = size[k], most.index[k] = i;
    }
    return most;
}

static LbStatus measure(void *context)
{
    Estimate *e = context;
    PassSum ignored = { 0 }, timed = { 0 };
    Largest most = largest_batches(e);
    for (int k = 0; k < 2; k++)
        pass_learn(e->model, e->tape, e->batches, most.index[k], 0, &ignored);
    double start = pass_clock();
    for (int i = 0; i < TIMED; i++)
        pass_learn(e->model, e->tape, e->batches, i * batches_count(e->batches) / TIMED, 0, &timed);
    e->out->words_per_second = (double)timed.n_words / (pass_clock() - start);
    return LB_OK;
}

static LbStatus plan(Estimate *e, const Corpus *train, const Corpus *valid, LbError *err)
{
    Budget budget;
    BatchCost cost;
    e->batches = pass_batches(&e->model->config, train);
    LbStatus status = pass_budget(e->model, e->batches, train, valid, &budget, err);
    if (!status)
        status = pass_measure(e->model, &budget, &cost, err);
    if (status)
        return status;
    e->tape = tape_new(budget.room);
    e->out->data_bytes = budget.data;
    e->out->program_bytes = budget.program;
    batches_limit(e->batches, &cost);
    return batches_open(e->batches, 0, 0, err);
}

LbStatus train_estimate(Model *m, const Corpus *train, const Corpus *valid, TrainEstimate *out, LbError *err)
{
    *out = (TrainEstimate){ .parameters = params_learned(m->params), .weights_bytes = pass_fixed_bytes(m) };
    Estimate e = { .model = m, .out = out };
    LbStatus status = plan(&e, train, valid, err);
    if (!status)
        status = guard(measure, &e, err);
    if (!status) {
        out->batches = batches_expected(e.batches, 0);
        out->seconds_per_epoch = e.words / out->words_per_second * out->batches / batches_count(e.batches);
        out->batch_bytes = pass_peak(e.tape);
    }
    params_zero_grads(m->params);
    batches_free(e.batches);
    tape_free(e.tape);
    return status;
}
