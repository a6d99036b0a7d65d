/* training.c -- whole training steps on random batches: forward, backward, clipping, Adam.
 *
 * The time is the median over the steps, which is how other systems are measured on the same shapes. Share of
 * peak: 6 operations (a product and a sum, forward and twice backward) for each multiply-add of the forward
 * pass, over the peak; the larger one of those measured before and after.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/rng.h"
#include "bench/bench.h"
#include "train/optim.h"
#include "train/pass.h"

enum { N_BATCHES = 4, WARM_STEPS = 2, LEAST_STEPS = 5, MOST_STEPS = 30 };
static const double enough = 4; /* seconds of steps */

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

/* ---- a vocabulary, a configuration and a corpus made of nothing ---- */

static LbStatus read_back(const char *path, const Str *text, Vocab **out, LbError *err)
{
    LbStatus status = file_write(path, text->text, text->len, err);
    return status == LB_OK ? vocab_load(path, out, err) : status;
}

static LbStatus make_vocab(int size, Vocab **out, LbError *err)
{
    const char *folder = getenv("TMPDIR");
    char *path = path_join(folder && *folder ? folder : "/tmp", "lookback-bench-XXXXXX.vocab");
    int file = mkstemps(path, 6);
    Str text = { 0 };
    str_add(&text, "#level tokens\n<unk>\n<pad>\n<s>\n</s>\n");
    for (int i = VOCAB_FIRST; i < size; i++)
        str_addf(&text, "w%d\n", i);
    LbStatus status =
        file < 0 ? fail(err, LB_FILE, "cannot write %s", path) : read_back(path, &text, out, err);
    if (file >= 0) {
        close(file);
        unlink(path);
    }
    str_free(&text);
    free(path);
    return status;
}

static LbStatus make_config(const BenchShape *s, Config *c, LbError *err)
{
    Str lines[9] = { 0 };
    str_addf(&lines[0], "model.encoder.hidden=%d", s->hidden);
    str_addf(&lines[1], "model.decoder.hidden=%d", s->hidden);
    str_addf(&lines[2], "model.encoder.embedding=%d", s->embedding);
    str_addf(&lines[3], "model.decoder.embedding=%d", s->embedding);
    str_addf(&lines[4], "model.attention.score=%s", s->score);
    str_addf(&lines[5], "model.decoder.input_feeding=%s", s->input_feeding ? "true" : "false");
    str_addf(&lines[6], "train.batch.sentences=%d", s->sentences);
    str_add(&lines[7], "model.encoder.cell=lstm");
    str_add(&lines[8], "model.decoder.cell=lstm");
    static const char *const rest[] = { "data.shared_vocabulary=true", "model.tied_embeddings=false",
                                        "model.decoder.init=zero",     "model.encoder.dropout=0",
                                        "model.decoder.dropout=0",     "model.attention.place=after",
                                        "train.label_smoothing=0",     "train.source_unk_rate=0",
                                        "train.clip_norm=1",           "train.optimizer=adam",
                                        "train.batch.tokens=0",        "train.memory=16G" };
    const char *all[9 + sizeof rest / sizeof *rest];
    for (int i = 0; i < 9; i++)
        all[i] = lines[i].text;
    memcpy(all + 9, rest, sizeof rest);
    LbStatus status = config_load(c, NULL, all, (int)(sizeof all / sizeof *all), err);
    for (int i = 0; i < 9; i++)
        str_free(&lines[i]);
    return status;
}

static void make_corpus(const BenchShape *s, Corpus *c)
{
    Rng r = rng_new(1);
    int len = s->length - 1; /* the end of sentence is the last word */
    c->n = (size_t)s->sentences * N_BATCHES;
    for (size_t i = 0; i < c->n; i++) {
        array_push(c->start, array_len(c->ids));
        array_push(c->source_len, len);
        for (int k = 0; k < 2 * len; k++)
            array_push(c->ids, VOCAB_FIRST + rng_below(&r, s->vocabulary - VOCAB_FIRST));
    }
    array_push(c->start, array_len(c->ids));
}

static LbStatus make_model(Bench *b)
{
    Vocab *vocab = NULL;
    LbStatus status = make_config(b->shape, &b->config, b->err);
    if (status == LB_OK)
        status = make_vocab(b->shape->vocabulary, &vocab, b->err);
    if (status == LB_OK)
        status = model_new(&b->config, vocab, vocab, true, &b->model, b->err);
    if (status != LB_OK) {
        vocab_free(vocab);
        return status;
    }
    assert(vocab_size(vocab) == b->shape->vocabulary);
    params_init(b->model->params, 1);
    return LB_OK;
}

/* ---- steps ---- */

static void step(Bench *b, int i)
{
    PassSum sum = { 0 };
    pass_learn(b->model, b->tape, b->batches, i % N_BATCHES, (uint64_t)i, &sum);
    optim_step(b->optim, 1 / (double)sum.n_words, 0.001);
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Seconds a step: the median. */
static double time_steps(Bench *b)
{
    double took[MOST_STEPS], spent = 0;
    int n = 0;
    for (int i = 0; i < WARM_STEPS; i++)
        step(b, i);
    while (n < LEAST_STEPS || (n < MOST_STEPS && spent < enough)) {
        double start = pass_clock();
        step(b, WARM_STEPS + n);
        took[n] = pass_clock() - start;
        spent += took[n++];
    }
    qsort(took, (size_t)n, sizeof *took, by_size);
    return took[n / 2];
}

static LbStatus measure(void *arg)
{
    Bench *b = arg;
    LbStatus status = make_model(b);
    if (status == LB_OK)
        status = pass_tape(b->model, &b->tape, b->err);
    if (status == LB_OK)
        status = optim_new(&b->config, b->model->params, &b->optim, b->err);
    if (status != LB_OK)
        return status;
    make_corpus(b->shape, &b->corpus);
    b->batches = pass_batches(&b->config, &b->corpus);
    batches_begin(b->batches, 0);
    assert(batches_count(b->batches) == N_BATCHES);

    b->out->tokens_per_second = (double)b->shape->sentences * b->shape->length / time_steps(b);
    return LB_OK;
}

static void bench_free(Bench *b)
{
    batches_free(b->batches);
    array_free(b->corpus.ids);
    array_free(b->corpus.start);
    array_free(b->corpus.source_len);
    optim_free(b->optim);
    tape_free(b->tape);
    model_free(b->model);
    config_free(&b->config);
}

/* In memory of its own, so that it does not count as the training's. */
static LbStatus measure_peak(void *arg)
{
    double *gflops = arg;
    Arena *scratch = arena_new("bench", BENCH_SCRATCH);
    *gflops = bench_peak_gflops(scratch);
    arena_free(scratch);
    return LB_OK;
}

LbStatus bench_training(const BenchCase *c, BenchResult *out, LbError *err)
{
    Bench b = { .shape = c->what, .out = out, .err = err };
    double before = 0, after = 0;
    LbStatus status = guard(measure_peak, &before, err);
    if (status == LB_OK)
        status = guard(measure, &b, err);
    bench_free(&b);
    if (status == LB_OK)
        status = guard(measure_peak, &after, err);
    out->peak_gflops = fmax(before, after);
    out->share_of_peak = 6e-9 * b.shape->products * out->tokens_per_second / out->peak_gflops;
    return status;
}
