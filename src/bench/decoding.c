/* decoding.c -- whole searches with a random model on random sources: what translating runs, batch by batch.
 *
 * Every output is as long as every source (T words, end of sentence counted): a random model would end
 * anywhere, so the end is forbidden before the last word and forced there. Words are those of the one output
 * given for a sentence, however many hypotheses were looked at. The time is the median over the batches.
 *
 * The model is written into a folder and opened from it, so the memory that is told is that of a program
 * which loads a model and decodes, without what making one takes.
 *
 * Share of peak: 2 operations for each multiply-add, over the peak. For a vocabulary of V, a beam of K, and
 * 1 + (T-1) K rows (the first word is one row's choice), a sentence of a recurrent model with embeddings of E
 * and widths of H takes
 *     T source words:      two LSTMs of width H/2,  2 * 4 * H/2 * (E + H/2)
 *                          the keys, once,          H * H
 *     each row:            LSTM                     4 * H * (E + H)
 *                          scores and contexts      2 * T * H
 *                          readout                  2 H * H
 *                          output layer             H * V
 * and one of a Transformer, D wide, F inside, in each layer
 *     T source words:      projections, feed-forward, attention   4 D D + 2 D F + 2 T D
 *                          keys and values for the decoder, once  2 D D
 *     each row:            projections, feed-forward              6 D D + 2 D F
 *                          attention to the source                2 T D
 *                          to its own words, the t-th row         2 t D
 * and D V for the output layer of each row. Left out: choosing, copying of states, softmax, norms.
 */
#include "base/str.h"
#include "bench/bench.h"
#include "search/search.h"

enum { N_BATCHES = 4 };
static const size_t memory = (size_t)1 << 32; /* bytes each arena may take: far more than is needed */

typedef struct {
    const BenchSearch *what;
    BenchResult *out;
    LbError *err;
    char *folder;
    Model *model;
    Corpus corpus;
    Searcher *searcher;
    Arena *inputs, *results;
    Batch *batch[N_BATCHES];
    SearchOptions options;
    double products; /* for one target word */
} Bench;

static double rows_of(const BenchSearch *w)
{
    return 1.0 + (w->shape.length - 1) * w->beam;
}

static double rnn_products(const BenchSearch *w, const Config *c)
{
    double E = c->encoder.embedding, H = c->encoder.hidden, V = w->shape.vocabulary, T = w->shape.length;
    double source_word = 4 * H * (E + H / 2) + H * H;
    double row = 4 * H * (E + H) + 2 * T * H + 2 * H * H + H * V;
    return T * source_word + rows_of(w) * row;
}

static double transformer_products(const BenchSearch *w, const Config *c)
{
    double D = c->decoder.hidden, F = c->decoder.feed_forward, V = w->shape.vocabulary, T = w->shape.length;
    double source_word = 4 * D * D + 2 * D * F + 2 * T * D + 2 * D * D,
           row = 6 * D * D + 2 * D * F + 2 * T * D;
    double own = 2 * D * (1 + w->beam * (T * (T + 1) / 2 - 1)); /* 1, and K for each of 2..T */
    return c->decoder.layers * (T * source_word + rows_of(w) * row + own) + rows_of(w) * D * V;
}

static double sentence_products(const BenchSearch *w, const Config *c)
{
    return (text_equal(c->type, "rnn") ? rnn_products : transformer_products)(w, c);
}

static Batch *make_batch(const Bench *b, int i)
{
    int n = b->what->shape.sentences;
    const int **ids = arena_array(b->inputs, const int *, n);
    int *lens = arena_array(b->inputs, int, n);
    for (int k = 0; k < n; k++) {
        size_t pair = (size_t)(i * n + k);
        ids[k] = b->corpus.ids + b->corpus.start[pair];
        lens[k] = b->corpus.source_len[pair];
    }
    return batch_sources(ids, lens, n, (SourceMarks){ 0 }, b->inputs);
}

static SearchOptions make_options(const BenchSearch *w)
{
    SearchOptions o = search_default();
    o.beam = w->beam;
    o.length_factor = 1;
    o.min_length = w->shape.length - 1;
    return o;
}

static void search_batch(int i, void *context)
{
    Bench *b = context;
    const Model *models[] = { b->model };
    const Batch *batch = b->batch[i % N_BATCHES];
    arena_rewind(b->results, 0);
    Found *found = arena_array(b->results, Found, batch->B);
    search_run(b->searcher, models, 1, batch, &b->options, b->results, found);
    for (int k = 0; k < batch->B; k++)
        assert(found[k].hyp[0].n == b->what->shape.length - 1);
}

static LbStatus measure(void *arg)
{
    Bench *b = arg;
    const BenchShape *shape = &b->what->shape;
    LbStatus status = model_open_lean(b->folder, &b->model, b->err);
    if (status != LB_OK)
        return status;
    b->searcher = searcher_new(memory);
    b->inputs = arena_new("inputs", memory);
    b->results = arena_new("results", memory);
    shape_corpus(shape, N_BATCHES, &b->corpus);
    for (int i = 0; i < N_BATCHES; i++)
        b->batch[i] = make_batch(b, i);
    b->options = make_options(b->what);
    b->products = sentence_products(b->what, &b->model->config) / shape->length;
    b->out->tokens_per_second = (double)shape->sentences * shape->length / bench_median(search_batch, b);
    return LB_OK;
}

static void release(void *arg)
{
    Bench *b = arg;
    shape_corpus_free(&b->corpus);
    arena_free(b->inputs);
    arena_free(b->results);
    searcher_free(b->searcher);
    model_free(b->model);
    b->model = NULL;
}

static LbStatus write_model(void *arg)
{
    Bench *b = arg;
    return shape_folder(&b->what->shape, &b->folder, b->err);
}

LbStatus bench_decoding(const BenchCase *c, BenchResult *out, LbError *err)
{
    Bench b = { .what = c->what, .out = out, .err = err };
    LbStatus status = guard(write_model, &b, err);
    if (status == LB_OK)
        status = bench_beside_peak(measure, release, &b, out, err);
    if (status == LB_OK)
        out->share_of_peak = 2e-9 * b.products * out->tokens_per_second / out->peak_gflops;
    shape_folder_remove(b.folder);
    return status;
}
