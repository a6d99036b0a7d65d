/* training.c -- whole training steps on random batches: forward, backward, clipping, Adam.
 *
 * The time is the median over the steps, which is how other systems are measured on the same shapes. Share of
 * peak: 6 operations (a product and a sum, forward and twice backward) for each multiply-add of the forward
 * pass, over the peak; the larger one of those measured before and after.
 */
#include <math.h>
#include <stdlib.h>

#include "bench/bench.h"
#include "train/optim.h"
#include "train/pass.h"

enum { N_BATCHES = 4 };

typedef struct {
    const BenchShape *shape;
    BenchResult *out;
    LbError *err;
    Corpus corpus;
    Config config;
    Model *model;
    Batches *batches;
    Tape *tape;
    Optim *optim;
} Bench;

/* ---- steps ---- */

static void step(Bench *b, int i)
{
    PassSum sum = { 0 };
    pass_learn(b->model, b->tape, b->batches, i % N_BATCHES, (uint64_t)i, &sum);
    optim_step(b->optim, 1 / (double)sum.n_words, 0.001);
}

static void time_step(int i, void *context)
{
    step(context, i);
}

static LbStatus measure(void *arg)
{
    Bench *b = arg;
    LbStatus status = shape_model(b->shape, true, &b->config, &b->model, b->err);
    if (status == LB_OK)
        status = pass_tape(b->model, &b->tape, b->err);
    if (status == LB_OK)
        status = optim_new(&b->config, b->model->params, &b->optim, b->err);
    if (status != LB_OK)
        return status;
    shape_corpus(b->shape, N_BATCHES, &b->corpus);
    b->batches = pass_batches(&b->config, &b->corpus);
    batches_begin(b->batches, 0);
    assert(batches_count(b->batches) == N_BATCHES);

    b->out->tokens_per_second = (double)b->shape->sentences * b->shape->length / bench_median(time_step, b);
    return LB_OK;
}

static void release(void *arg)
{
    Bench *b = arg;
    batches_free(b->batches);
    shape_corpus_free(&b->corpus);
    optim_free(b->optim);
    tape_free(b->tape);
    model_free(b->model);
    config_free(&b->config);
}

LbStatus bench_training(const BenchCase *c, BenchResult *out, LbError *err)
{
    Bench b = { .shape = c->what, .out = out, .err = err };
    LbStatus status = bench_beside_peak(measure, release, &b, out, err);
    if (status == LB_OK)
        out->share_of_peak = 6e-9 * b.shape->products * out->tokens_per_second / out->peak_gflops;
    return status;
}
