/* ops.c -- whole operations, forward and backward, and the optimiser, at the shape of rnn512-general:
 * 64 sentences of 30 words on both sides, 512 wide, a vocabulary of 8000.
 *
 * An operation of products is held against their peak, one that moves numbers against memory: by the bytes
 * that it must move at least, so its share also tells what is moved more often than needed. What a cache
 * holds (embedding) may exceed it.
 */
#include "bench/bench.h"
#include "tensor/op.h"
#include "train/optim.h"

enum { B = 64, S = 30, T = 30, D = 512, V = 8000 };
static const size_t memory = (size_t)1 << 30; /* bytes each arena may take */
static const double enough = 0.5;             /* seconds */

typedef struct {
    BenchResult *out;
    LbError *err;
    const BenchOp *op;
    Arena *arena;
    Tape *tape;
    Params *params;
    Tensor *x, *y, *h, *u;
    int *ids;  /* [B*T] below V */
    int *rows; /* [B*T] 0, 1, 2, ... */
    Config config;
    Model *model;
    Optim *optim;
} Work;

struct BenchOp {
    void (*prepare)(Work *w);
    void (*run)(void *work);
    double flop, bytes; /* of one run; one of them 0 */
};

static Tensor *random_tensor(Work *w, int rows, int words, int width)
{
    Tensor *x = tensor_new(w->arena, 3, (int[]){ rows, words, width }, true);
    x->val = bench_numbers(w->arena, tensor_len(x));
    return x;
}

/* The notes of the tape, last first, as tape_backward would take them; what the last one says stays 0. */
static void go_back(Tape *t)
{
    for (const Node *n = t->last; n; n = n->before)
        n->op->backward(n);
    tape_reset(t);
}

/* ---- recurrence ---- */

static void prepare_lstm(Work *w)
{
    w->x = random_tensor(w, B, T, 4 * D);
    w->h = tensor_of(w->arena, bench_numbers(w->arena, B * D), 2, (int[]){ B, D });
    w->params = params_new();
    w->u = param_add(w->params, "u", INIT_RECURRENT, USE_PRODUCT, 2, (int[]){ 4 * D, D });
    params_allocate(w->params, true, false);
    params_init(w->params, 1);
}

static void run_lstm(void *work)
{
    Work *w = work;
    op_lstm(w->tape, w->x, w->u, w->h, w->h, NULL, false);
    go_back(w->tape);
}

const BenchOp bench_lstm_sequence = { prepare_lstm, run_lstm, 6.0 * B *T * 4 * D *D, 0 };

/* ---- attention ---- */

static void prepare_attention(Work *w)
{
    w->x = random_tensor(w, B, T, D);
    w->y = random_tensor(w, B, S, D);
}

static void run_attention(void *work)
{
    Work *w = work;
    Tensor *scores = op_dot_each(w->tape, w->x, w->y, NULL);
    op_mix(w->tape, op_softmax(w->tape, scores, NULL), w->y, NULL);
    go_back(w->tape);
}

const BenchOp bench_attention = { prepare_attention, run_attention, 6.0 * B *T *S * 2 * D, 0 };

/* ---- output layer, softmax and loss ---- */

static void prepare_output(Work *w)
{
    w->x = random_tensor(w, B, T, D);
    w->params = params_new();
    w->u = param_add(w->params, "output", INIT_UNIFORM, USE_PRODUCT, 2, (int[]){ V, D });
    params_allocate(w->params, true, false);
    params_init(w->params, 1);
}

static void run_cross_entropy(void *work)
{
    Work *w = work;
    op_cross_entropy(w->tape, w->x, w->rows, B * T, w->u, NULL, w->ids, 0, NULL, NULL);
    go_back(w->tape);
}

const BenchOp bench_cross_entropy = { prepare_output, run_cross_entropy, 6.0 * B *T *D *V, 0 };

/* ---- what moves numbers ---- */

static void prepare_table(Work *w)
{
    w->x = tensor_new(w->arena, 2, (int[]){ V, D }, true);
    w->x->val = bench_numbers(w->arena, tensor_len(w->x));
}

static void run_embedding(void *work)
{
    Work *w = work;
    op_embed(w->tape, w->x, w->ids, B, T);
    go_back(w->tape);
}

const BenchOp bench_embedding = { prepare_table, run_embedding, 0, 5.0 * B *T *D * sizeof(real) };

/* ---- the optimiser: clipping reads the gradients; Adam reads and writes four numbers for each ---- */

static void run_adam(void *work)
{
    Work *w = work;
    optim_step(w->optim, 1, 0.001);
}

const BenchOp bench_adam = { NULL, run_adam, 0, 0 };

static LbStatus prepare_adam(Work *w, double *bytes)
{
    LbStatus status = shape_model(&bench_general_512, true, &w->config, &w->model, w->err);
    if (status != LB_OK)
        return status;
    *bytes = 9.0 * (double)params_len(w->model->params) * sizeof(real);
    return optim_new(&w->config, w->model->params, &w->optim, w->err);
}

/* ---- all ---- */

static LbStatus prepare(Work *w, double *bytes)
{
    *bytes = w->op->bytes;
    if (!w->op->prepare)
        return prepare_adam(w, bytes);
    w->tape = tape_new(memory);
    w->tape->recording = w->tape->training = true;
    w->ids = arena_array(w->arena, int, B *T);
    w->rows = arena_array(w->arena, int, B *T);
    for (int i = 0; i < B * T; i++) {
        w->ids[i] = (int)((unsigned)i * 2654435761u % V);
        w->rows[i] = i;
    }
    w->op->prepare(w);
    return LB_OK;
}

static LbStatus measure(void *arg)
{
    Work *w = arg;
    BenchResult *out = w->out;
    double bytes, gflops = 0, gbytes = 0;
    if (w->op->flop > 0)
        gflops = bench_peak_gflops(w->arena);
    else
        gbytes = bench_peak_gbytes(w->arena);
    LbStatus status = prepare(w, &bytes);
    if (status != LB_OK)
        return status;
    double seconds = bench_least(w->op->run, w, enough);
    if (w->op->flop > 0)
        out->peak_gflops = gflops, out->share_of_peak = 1e-9 * w->op->flop / seconds / gflops;
    else
        out->peak_gbytes = gbytes, out->share_of_bandwidth = 1e-9 * bytes / seconds / gbytes;
    return LB_OK;
}

LbStatus bench_op(const BenchCase *c, BenchResult *out, LbError *err)
{
    Work w = { .out = out, .err = err, .op = c->what, .arena = arena_new("bench", memory) };
    LbStatus status = guard(measure, &w, err);
    optim_free(w.optim);
    model_free(w.model);
    config_free(&w.config);
    params_free(w.params);
    tape_free(w.tape);
    arena_free(w.arena);
    return status;
}
