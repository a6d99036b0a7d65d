/* estimate.c -- what training will take, found by training a little.
 *
 * The largest batches of all pools (of the first, when the corpus is on disk) are trained on, so that memory
 * is taken as it will be taken; some batches of the first pool are timed, each update with its optimiser's
 * step, at a rate of 0. The longest validation sources are decoded beside that. What is resident then at the
 * most is the estimate of memory, learning the vocabularies included, since training does that as well.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/process.h"
#include "train/optim.h"
#include "train/pass.h"
#include "train/trainer.h"
#include "train/validate.h"

/* Updates that are timed, and seconds that are enough. */
enum { LEAST = 5, MOST = 40, ENOUGH = 5 };
enum { DECODED = 64 };

typedef struct {
    Model *model;
    Tape *tape;
    Optim *optim;
    Batches *batches;
    TrainEstimate *out;
    const Corpus *train, *valid;
    double words; /* in the pools looked at */
    int n_batches;
    LbError *err;
} Estimate;

/* Two batches can be the largest: the one with most target words (the output layer's share) and the one
 * with most pairs of a source and a target word (the attention's). */
enum { KINDS = 2 };
typedef struct {
    int pool[KINDS], index[KINDS];
    double size[KINDS];
} Largest;

static void survey_pool(Estimate *e, int pool, Largest *most)
{
    for (int i = 0; i < batches_count(e->batches); i++, e->n_batches++) {
        tape_reset(e->tape);
        const Batch *b = batches_get(e->batches, i, e->tape->batch);
        double size[KINDS] = { (double)b->B * b->T, (double)b->B * b->T * b->S };
        e->words += b->n_target;
        for (int k = 0; k < KINDS; k++)
            if (size[k] > most->size[k])
                most->size[k] = size[k], most->index[k] = i, most->pool[k] = pool;
    }
}

static LbStatus survey(Estimate *e, Largest *most)
{
    int pools = e->train->text ? 1 : batches_pools(e->batches);
    LbStatus status = LB_OK;
    for (int pool = 0; pool < pools && status == LB_OK; pool++) {
        status = batches_open(e->batches, 0, pool, e->err);
        if (status == LB_OK)
            survey_pool(e, pool, most);
    }
    return status;
}

static LbStatus learn_largest(Estimate *e, const Largest *most)
{
    LbStatus status = LB_OK;
    for (int k = 0; k < KINDS && status == LB_OK; k++) {
        PassSum ignored = { 0 };
        status = batches_open(e->batches, 0, most->pool[k], e->err);
        if (status == LB_OK)
            pass_learn(e->model, e->tape, e->batches, most->index[k], 0, &ignored);
    }
    return status;
}

static void update(Estimate *e, int *next, PassSum *sum)
{
    for (int i = 0; i < e->model->config.accumulate; i++, ++*next)
        pass_learn(e->model, e->tape, e->batches, *next % batches_count(e->batches), (uint64_t)*next, sum);
    optim_step(e->optim, 1 / (double)sum->n_words, 0);
}

static LbStatus time_updates(Estimate *e)
{
    LbStatus status = batches_open(e->batches, 0, 0, e->err);
    if (status != LB_OK)
        return status;
    PassSum sum = { 0 };
    int next = 0;
    update(e, &next, &sum); /* touches the optimiser's memory */
    sum = (PassSum){ 0 };
    const double start = pass_clock();
    for (int i = 0; i < LEAST || (i < MOST && pass_clock() - start < ENOUGH); i++)
        update(e, &next, &sum);
    e->out->words_per_second = (double)sum.n_words / (pass_clock() - start);
    return LB_OK;
}

static LbStatus measure(void *context)
{
    Estimate *e = context;
    Largest most = { 0 };
    LbStatus status = survey(e, &most);
    if (status == LB_OK)
        status = learn_largest(e, &most);
    return status == LB_OK ? time_updates(e) : status;
}

/* ---- decoding ---- */

typedef struct {
    int line, len;
} Long;

static int longest_first(const void *a, const void *b)
{
    return ((const Long *)b)->len - ((const Long *)a)->len;
}

/* The longest sources of a corpus in memory. */
static LbStatus take_longest(const Corpus *c, Corpus *out, LbError *err)
{
    Long *all = memory_get(c->n, sizeof *all);
    int lines[DECODED];
    for (size_t i = 0; i < c->n; i++) {
        all[i].line = (int)i;
        corpus_source(c, i, &all[i].len);
    }
    qsort(all, c->n, sizeof *all, longest_first);
    size_t n = c->n < DECODED ? c->n : DECODED;
    for (size_t i = 0; i < n; i++)
        lines[i] = all[i].line;
    free(all);
    return corpus_take(c, lines, n, out, err);
}

static LbStatus decode_longest(const Estimate *e, const TrainHooks *hooks)
{
    const Figure *figure = figure_find(e->model->config.metric);
    if (!e->valid || !hooks || !hooks->decode || !figure || !figure->decodes)
        return LB_OK;
    Corpus few = { 0 };
    char **texts = NULL;
    LbStatus status = take_longest(e->valid, &few, e->err);
    params_freeze(e->model->params);
    if (status == LB_OK)
        status = hooks->decode(hooks->context, e->model, &few, &texts, e->err);
    for (size_t i = 0; texts && i < few.n; i++)
        free(texts[i]);
    free(texts);
    corpus_clear(&few);
    return status;
}

/* ---- all ---- */

static LbStatus plan(Estimate *e)
{
    Budget budget;
    BatchCost cost;
    e->batches = pass_batches(&e->model->config, e->train);
    LbStatus status = pass_budget(e->model, e->batches, e->train, e->valid, &budget, e->err);
    if (!status)
        status = pass_measure(e->model, &budget, &cost, e->err);
    if (!status)
        status = optim_new(&e->model->config, e->model->params, &e->optim, e->err);
    if (status)
        return status;
    e->tape = tape_new(budget.room);
    e->out->data_bytes = budget.data;
    e->out->program_bytes = budget.program;
    batches_limit(e->batches, &cost);
    return LB_OK;
}

static void conclude(const Estimate *e)
{
    TrainEstimate *out = e->out;
    double share = 1;
    out->batches = e->n_batches;
    if (e->train->text) {
        out->batches = batches_expected(e->batches, 0);
        share = (double)out->batches / e->n_batches;
    }
    out->seconds_per_epoch = e->words / out->words_per_second * share;
    out->batch_bytes = pass_peak(e->tape);
    out->peak_bytes = process_peak();
    if (out->peak_bytes == 0)
        out->peak_bytes = out->weights_bytes + out->batch_bytes + out->data_bytes + out->program_bytes;
}

LbStatus train_estimate(Model *m, const Corpus *train, const Corpus *valid, const TrainHooks *hooks,
                        TrainEstimate *out, LbError *err)
{
    *out = (TrainEstimate){ .parameters = params_learned(m->params), .weights_bytes = pass_fixed_bytes(m) };
    Estimate e = { .model = m, .out = out, .train = train, .valid = valid, .err = err };
    LbStatus status = plan(&e);
    if (!status)
        status = guard(measure, &e, err);
    if (!status)
        status = decode_longest(&e, hooks);
    if (!status)
        conclude(&e);
    params_zero_grads(m->params);
    batches_free(e.batches);
    optim_free(e.optim);
    tape_free(e.tape);
    return status;
}
