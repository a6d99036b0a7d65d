/* pass.c -- see pass.h. */
#include "train/pass.h"

#include <time.h>

#include "train/optim.h"

Batches *pass_batches(const Config *c, const Corpus *corpus)
{
    int sentences = c->batch_sentences;
    return batches_new(corpus, sentences, sentences > 0 ? 0 : c->batch_tokens, (uint64_t)c->seed);
}

void pass_learn(const Model *m, Tape *tape, const Batches *batches, int i, uint64_t key, PassSum *sum)
{
    tape_reset(tape);
    tape->recording = tape->training = true;
    tape->seed = rng_hash(key, 0);
    Batch *b = batches_get(batches, i, tape->batch);
    batch_drop_words(b, m->config.source_unk_rate, rng_hash(key, 1));
    LossInfo info = { 0 };
    Tensor *loss = model_loss(m, tape, b, m->config.label_smoothing, &info);
    tape_backward(tape, loss);
    sum->loss += (double)loss->val[0];
    sum->nll += info.nll;
    sum->n_words += b->n_target;
}

/* ---- memory ---- */

enum { COPIES = 4 }; /* weights, gradients, and each matrix packed for both directions */

size_t pass_fixed_bytes(const Model *m)
{
    const OptimKind *kind = optim_find(m->config.optimizer);
    return params_len(m->params) * sizeof(real) * (size_t)(COPIES + (kind ? kind->n_slots : 0));
}

LbStatus pass_tape(const Model *m, Tape **out, LbError *err)
{
    size_t limit = m->config.memory, fixed = pass_fixed_bytes(m);
    *out = NULL;
    if (limit > 0 && fixed >= limit)
        return fail(
            err, LB_MEMORY,
            "weights, gradients and optimiser alone take %zu MiB; train.memory is %zu MiB. Raise it or "
            "make the model smaller",
            fixed >> 20, limit >> 20);
    *out = tape_new(limit > 0 ? limit - fixed : (size_t)1 << 40);
    return LB_OK;
}

size_t pass_peak(const Tape *t)
{
    return arena_peak(t->batch) + arena_peak(t->scratch);
}

double pass_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
