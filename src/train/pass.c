/* pass.c -- see pass.h. */
#include "train/pass.h"

#include <math.h>
#include <time.h>

#include "base/array.h"
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
    if (!model_hide(m, b, rng_hash(key, 1), tape->batch))
        batch_drop_words(b, m->config.source_unk_rate, rng_hash(key, 1));
    LossInfo info = { 0 };
    Tensor *loss = model_loss(m, tape, b, m->config.label_smoothing, &info);
    tape_backward(tape, loss);
    sum->loss += (double)loss->val[0];
    sum->nll += info.nll;
    sum->n_words += b->n_target;
    sum->guide += info.guide;
    sum->n_guided += info.n_guided;
}

/* ---- memory ---- */

/* Weights and gradients; and unless they are packed at use, each matrix packed for both directions. */
enum { BARE = 2, PACKED = 2 };

size_t pass_fixed_bytes(const Model *m)
{
    int blocks = BARE + (m->kind->packs_at_use ? 0 : PACKED) + optim_blocks(&m->config);
    return params_len(m->params) * sizeof(real) * (size_t)blocks;
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

/* ---- a budget ---- */

enum { PROGRAM = 48 << 20, PIECE_BYTES = 256, USUAL_PAIR = 50 };

static size_t program_bytes(const Model *m)
{
    size_t pieces = (size_t)vocab_size(m->source);
    if (m->target != m->source)
        pieces += (size_t)vocab_size(m->target);
    return PROGRAM + pieces * PIECE_BYTES;
}

/* Arrays may be twice as large as what is in them. A target piece has about one guide. */
static size_t pool_bytes(const Batches *b, bool guided)
{
    size_t pair = USUAL_PAIR * sizeof(int) + sizeof(size_t) + 8 * sizeof(int);
    if (guided)
        pair += USUAL_PAIR * sizeof(GuideCell) + sizeof(size_t);
    return 2 * pair * (size_t)batches_pool_lines(b);
}

static void find_longest(const Config *c, const Corpus *train, Budget *b)
{
    b->S = b->T = train->text ? c->max_length + 1 : 1;
    for (size_t i = 0; i < train->n; i++) {
        int source, target;
        corpus_source(train, i, &source);
        corpus_target(train, i, &target);
        b->S = source >= b->S ? source + 1 : b->S;
        b->T = target >= b->T ? target + 1 : b->T;
    }
}

static size_t mib(size_t bytes)
{
    return (bytes + (1 << 20) - 1) >> 20;
}

LbStatus pass_budget(const Model *m, const Batches *batches, const Corpus *train, const Corpus *valid,
                     Budget *out, LbError *err)
{
    Budget b = { .limit = m->config.memory, .program = program_bytes(m), .weights = pass_fixed_bytes(m) };
    b.data = corpus_memory(train) + (valid ? corpus_memory(valid) : 0) + pool_bytes(batches, train->guided);
    if (valid)
        b.program += b.limit / PASS_SEARCH_SHARE;
    find_longest(&m->config, train, &b);
    size_t taken = b.program + b.weights + b.data;
    b.room = b.limit == 0 ? (size_t)1 << 40 : b.limit > taken ? b.limit - taken : 0;
    *out = b;
    if (b.room > 0)
        return LB_OK;
    return fail(
        err, LB_MEMORY,
        "weights, gradients and optimiser take %zu MiB, the data %zu, the program %zu; train.memory is "
        "%zu MiB. Raise it or make the model smaller",
        mib(b.weights), mib(b.data), mib(b.program), mib(b.limit));
}

/* ---- what a batch takes ---- */

enum { SAMPLE_B = 8, MOST_PIECES = 47 };

typedef struct {
    const Model *model;
    size_t room;
    int S, T;
    double bytes;
} Trial;

static Batch *trial_batch(const Trial *t, Arena *arena)
{
    int len = (t->S > t->T ? t->S : t->T), *words = arena_array(arena, int, len), lens[2][SAMPLE_B];
    const int *rows[SAMPLE_B];
    for (int k = 0; k < len; k++)
        words[k] = VOCAB_UNK;
    for (int i = 0; i < SAMPLE_B; i++) {
        rows[i] = words;
        lens[0][i] = t->S - 1;
        lens[1][i] = t->T - 1;
    }
    Batch *b = batch_sources(rows, lens[0], SAMPLE_B, model_marks(t->model), arena);
    batch_add_targets(b, rows, lens[1], arena);
    if (config_is_guided(&t->model->config))
        b->guide = arena_zero(arena, 1, sizeof *b->guide);
    return b;
}

static LbStatus run_trial(void *arg)
{
    Trial *t = arg;
    Tape *tape = tape_new(t->room);
    tape->recording = tape->training = true;
    LossInfo info;
    Batch *b = trial_batch(t, tape->batch);
    model_hide(t->model, b, 0, tape->batch);
    tape_backward(tape, model_loss(t->model, tape, b, t->model->config.label_smoothing, &info));
    t->bytes = (double)pass_peak(tape);
    tape_free(tape);
    return LB_OK;
}

static double positive(double x)
{
    return x > 0 ? x : 0;
}

/* From four corners: the mixed difference gives what grows with S T, the plain ones what grows with S and
 * with T. A tenth is added, because scratch grows in steps. */
static BatchCost cost_of(const double f[2][2], const int words[2])
{
    double s = words[0], d = fmax(words[1] - words[0], 1), n = SAMPLE_B * d;
    double both = positive((f[1][1] - f[1][0] - f[0][1] + f[0][0]) / (n * d));
    double source = positive((f[1][0] - f[0][0]) / n - both * s);
    double target = positive((f[0][1] - f[0][0]) / n - both * s);
    double fixed = f[0][0] - SAMPLE_B * ((source + target) * s + both * s * s);
    return (BatchCost){ 1.1 * positive(fixed), 1.1 * source, 1.1 * target, 1.1 * both, 0 };
}

static LbStatus too_long(const Budget *b, double bytes, LbError *err)
{
    return fail(
        err, LB_MEMORY,
        "a batch of the longest pair alone (%d and %d pieces) would take %zu MiB, and train.memory (%zu "
        "MiB) leaves %zu. Raise it, or make the model or data.max_length smaller",
        b->S - 1, b->T - 1, mib((size_t)bytes), mib(b->limit), mib(b->room));
}

LbStatus pass_measure(const Model *m, const Budget *b, BatchCost *cost, LbError *err)
{
    const int longest = m->config.max_length < MOST_PIECES ? m->config.max_length : MOST_PIECES,
              shortest = longest > 1 ? longest / 2 : 1, /* some models know no more places than they need */
        words[2] = { shortest + 1, longest + 1 };
    double f[2][2];
    for (int i = 0; i < 4; i++) {
        Trial t = { m, (size_t)1 << 40, words[i / 2], words[i % 2], 0 };
        LbStatus status = guard(run_trial, &t, err);
        if (status)
            return status;
        f[i / 2][i % 2] = t.bytes;
    }
    params_zero_grads(m->params);
    *cost = cost_of((const double(*)[2])f, words);
    cost->room = (double)b->room;
    double least = batch_bytes(cost, 1, b->S, b->T);
    return least > cost->room ? too_long(b, least, err) : LB_OK;
}

int pass_sentences(const Config *c, const Budget *b, const BatchCost *cost)
{
    int longer = b->S > b->T ? b->S : b->T, n = c->batch_tokens / longer;
    n = c->batch_sentences > 0 ? c->batch_sentences : n > 1 ? n : 1;
    double one = batch_bytes(cost, 1, b->S, b->T) - cost->fixed, most = (cost->room - cost->fixed) / one;
    return most < n ? (int)most : n;
}

double pass_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
