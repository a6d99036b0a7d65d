/* small_model.h -- tiny models with random weights, one for every choice that the tables of src/model offer,
 * and ragged batches to feed them: for the tests of src/model and src/search, in float and in double.
 *
 * Include it before cmocka.h, whose macro `fail` would otherwise meet a function of that name; what is
 * wrong with a model is told by asserts and by small_differs.
 */
#ifndef TEST_SMALL_MODEL_H
#define TEST_SMALL_MODEL_H

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/cell.h"
#include "model/model.h"
#include "model/score.h"

enum { SMALL_WORDS = 6, SMALL_SETTINGS = 10, SMALL_MEMORY = 256 << 20 };

typedef struct {
    const char *setting[SMALL_SETTINGS]; /* key=value, NULL: no more */
} SmallCase;

/* What the product of scores, cells, places and input feeding leaves out. */
static const SmallCase small_extras[] = {
    { { "model.encoder.layers=2", "model.decoder.layers=2" } },
    { { "model.encoder.layers=2", "model.decoder.layers=2", "model.encoder.cell=lstm",
        "model.decoder.cell=lstm", "model.attention.place=before" } },
    { { "model.encoder.layers=1", "model.decoder.layers=2", "model.decoder.input_feeding=false" } },
    { { "model.encoder.layers=2", "model.decoder.layers=1", "model.decoder.init=last" } },
    { { "model.encoder.bidirectional=false" } },
    { { "model.encoder.bidirectional=false", "model.encoder.cell=lstm", "model.decoder.cell=lstm",
        "model.decoder.init=last" } },
    { { "model.encoder.cell=gru", "model.decoder.cell=lstm", "model.decoder.init=last" } },
    { { "model.encoder.cell=lstm", "model.decoder.cell=gru-reset-after" } },
    { { "model.decoder.init=zero" } },
    { { "model.decoder.init=zero", "model.encoder.cell=lstm", "model.decoder.cell=lstm",
        "model.decoder.input_feeding=false" } },
    { { "model.tied_embeddings=false" } },
    { { "model.tied_embeddings=true", "model.decoder.embedding=8" } },
    { { "data.shared_vocabulary=true", "model.shared_embeddings=true" } },
    { { "data.shared_vocabulary=true", "model.shared_embeddings=true", "model.tied_embeddings=false" } },
    { { "model.attention.score=general", "model.encoder.hidden=6", "model.decoder.hidden=10" } },
    { { "model.attention.score=additive", "model.encoder.hidden=10", "model.attention.hidden=5" } },
    { { "model.attention.score=concat", "model.encoder.hidden=6", "model.attention.hidden=5" } },
    { { "model.attention.score=scaled-dot", "model.encoder.hidden=10", "model.attention.hidden=7",
        "model.attention.place=before" } },
    { { "model.attention.score=multi-head", "model.encoder.hidden=10", "model.attention.hidden=6",
        "model.attention.heads=3", "model.attention.place=before" } },
    { { "model.attention.score=multi-head", "model.attention.heads=1",
        "model.decoder.input_feeding=false" } },
    { { "model.attention.score=none", "model.encoder.hidden=10", "model.attention.place=before" } },
    { { "model.decoder.readout=none", "model.attention.score=none", "model.tied_embeddings=false" } },
    { { "model.decoder.readout=none", "model.attention.place=before", "model.decoder.input_feeding=true" } },
};

#define SMALL_TRANSFORMER                                                                                    \
    "model.type=transformer", "model.encoder.heads=2", "model.decoder.heads=4",                              \
        "model.encoder.feed_forward=5", "model.decoder.feed_forward=7"

static const SmallCase small_transformers[] = {
    { { SMALL_TRANSFORMER } },
    { { SMALL_TRANSFORMER, "model.encoder.layers=2", "model.decoder.layers=3", "model.norm=post" } },
    { { SMALL_TRANSFORMER, "model.decoder.layers=2", "model.positions=learned" } },
    { { SMALL_TRANSFORMER, "model.encoder.hidden=6", "model.normalize_embeddings=true",
        "model.activation=gelu" } },
    { { SMALL_TRANSFORMER, "model.tied_embeddings=false", "model.scale_embeddings=false",
        "model.activation=swish" } },
    { { SMALL_TRANSFORMER, "data.shared_vocabulary=true", "model.shared_embeddings=true",
        "model.activation=gelu-tanh" } },
};

#define SMALL_MEMORY_NETWORK                                                                                 \
    "model.type=memory", "model.memory.separator=w0", "model.memory.sentences=2", "model.encoder.embedding=6"

static const SmallCase small_memories[] = {
    { { SMALL_MEMORY_NETWORK } },
    { { SMALL_MEMORY_NETWORK, "model.memory.linear_epochs=0", "model.memory.hops=2" } },
    { { SMALL_MEMORY_NETWORK, "model.memory.linear_epochs=0", "model.memory.hops=1", "model.memory.words=bag",
        "model.decoder.cell=lstm", "data.shared_vocabulary=false", "model.tied_embeddings=false" } },
    { { SMALL_MEMORY_NETWORK, "model.memory.words=recurrent" } },
    { { SMALL_MEMORY_NETWORK, "model.memory.words=recurrent", "model.memory.linear_epochs=0",
        "model.encoder.cell=lstm", "model.encoder.bidirectional=false" } },
    { { SMALL_MEMORY_NETWORK, "model.memory.words=recurrent", "model.encoder.cell=gru-reset-after" } },
};

/* One text. */
static const SmallCase small_lms[] = {
    { { "model.type=lm", "model.decoder.cell=gru" } },
    { { "model.type=lm", "model.decoder.cell=lstm", "model.decoder.layers=2" } },
    { { "model.type=lm", "model.decoder.cell=gru-reset-after", "model.tied_embeddings=false" } },
    { { "model.type=lm", "model.decoder.heads=2", "model.decoder.feed_forward=5",
        "model.decoder.layers=2" } },
    { { "model.type=lm", "model.decoder.heads=4", "model.decoder.feed_forward=7", "model.norm=post",
        "model.positions=learned", "model.tied_embeddings=false" } },
};

/* Models that guess masked words: they do not decode, so small_check_all leaves them out. */
static const SmallCase small_masked[] = {
    { { "model.type=mlm", "model.encoder.heads=2", "model.encoder.feed_forward=5", "model.encoder.layers=2",
        "train.mask_rate=0.4" } },
    { { "model.type=mlm", "model.encoder.heads=4", "model.encoder.feed_forward=7", "model.norm=post",
        "model.positions=learned", "model.tied_embeddings=false", "train.mask_rate=0.4" } },
};

/* The deepest network the settings allow is built like any other. */
static const SmallCase small_deep = { { "model.encoder.layers=16", "model.decoder.layers=16",
                                        "model.encoder.cell=lstm", "model.decoder.cell=lstm",
                                        "model.encoder.hidden=4", "model.decoder.hidden=4",
                                        "model.decoder.input_feeding=false" } };

static inline void small_name(const SmallCase *c, char *out, size_t room)
{
    size_t n = 0;
    out[0] = '\0';
    for (int i = 0; i < SMALL_SETTINGS && c->setting[i]; i++)
        n += (size_t)snprintf(out + n, n < room ? room - n : 0, "%s%s", i ? " " : "", c->setting[i]);
}

/* A vocabulary of n_words words w0 w1 ... after the four special pieces (and a mask). */
static inline Vocab *small_vocab(int n_words, bool mask)
{
    char path[] = P_tmpdir "/lookback-words-XXXXXX";
    int fd = mkstemp(path);
    FILE *f = fdopen(fd, "w");
    assert(f);
    for (int i = 0; i < n_words; i++)
        fprintf(f, "w%d ", i);
    fputc('\n', f);
    fclose(f);
    Vocab *v = NULL;
    LbError err = { 0 };
    const char *paths[] = { path };
    LbStatus status =
        vocab_train(paths, 1, (VocabOptions){ .level = "word", .min_count = 1, .mask = mask }, &v, &err);
    unlink(path);
    if (status != LB_OK)
        fprintf(stderr, "%s\n", err.text);
    assert(status == LB_OK && vocab_size(v) == VOCAB_FIRST + mask + n_words);
    return v;
}

/* Random numbers on top of the usual first weights, so that biases count and outputs are not all alike. */
static inline void small_shake(Model *m, uint64_t seed)
{
    Rng r = rng_new(seed);
    params_init(m->params, seed);
    for (int i = 0; i < params_count(m->params); i++) {
        const Tensor *x = &params_get(m->params, i)->tensor;
        for (size_t j = 0; j < tensor_len(x); j++)
            x->val[j] += (real)(0.3 * rng_normal(&r));
    }
    params_changed(m->params);
}

/* A model as the case says; what it leaves open is small and without dropout. */
static inline Model *small_model_of(const SmallCase *c, int n_words, uint64_t seed, bool with_grad)
{
    const char *settings[9 + SMALL_SETTINGS] = {
        "data.source.level=word",    "data.target.level=word",  "data.max_length=12",
        "model.encoder.hidden=8",    "model.decoder.hidden=8",  "model.encoder.embedding=6",
        "model.decoder.embedding=6", "model.encoder.dropout=0", "model.decoder.dropout=0",
    };
    int n = 9;
    for (int i = 0; i < SMALL_SETTINGS && c->setting[i]; i++) /* a later text replaces an earlier one */
        settings[n++] = c->setting[i];
    Config config;
    LbError err = { 0 };
    Model *m = NULL;
    LbStatus status = config_load(&config, NULL, settings, n, &err);
    if (status == LB_OK) {
        Vocab *source = small_vocab(n_words, !strcmp(config.type, "mlm"));
        Vocab *target = config.shared_vocabulary ? source : small_vocab(n_words, false);
        status = model_new(&config, source, target, with_grad, &m, &err);
        config_free(&config);
    }
    if (status != LB_OK)
        fprintf(stderr, "%s\n", err.text);
    assert(status == LB_OK);
    small_shake(m, seed);
    return m;
}

/* With gradients. */
static inline Model *small_model(const SmallCase *c, int n_words, uint64_t seed)
{
    return small_model_of(c, n_words, seed, true);
}

typedef void SmallCheck(Model *m, const char *name);

static inline void small_check_case(const SmallCase *c, SmallCheck *check)
{
    char name[400];
    small_name(c, name, sizeof name);
    Model *m = small_model(c, SMALL_WORDS, 11);
    check(m, name);
    model_free(m);
}

/* One score with one cell: both places, with and without input feeding. */
static inline void small_check_pair(const char *score, const char *cell, SmallCheck *check)
{
    static const char *const places[] = { "before", "after" }, *const feeding[] = { "false", "true" };
    char text[5][80];
    for (int i = 0; i < 4; i++) {
        snprintf(text[0], sizeof text[0], "model.attention.score=%s", score);
        snprintf(text[1], sizeof text[1], "model.encoder.cell=%s", cell);
        snprintf(text[2], sizeof text[2], "model.decoder.cell=%s", cell);
        snprintf(text[3], sizeof text[3], "model.attention.place=%s", places[i / 2]);
        snprintf(text[4], sizeof text[4], "model.decoder.input_feeding=%s", feeding[i % 2]);
        small_check_case(&(SmallCase){ { text[0], text[1], text[2], text[3], text[4] } }, check);
    }
}

/* Every score x every cell x place x input feeding, and the extras. */
static inline void small_check_all(SmallCheck *check)
{
    for (int s = 0; score_kinds[s]; s++)
        for (int c = 0; cell_kinds[c]; c++)
            small_check_pair(score_kinds[s]->name, cell_kinds[c]->name, check);
    for (size_t i = 0; i < sizeof small_extras / sizeof *small_extras; i++)
        small_check_case(&small_extras[i], check);
    for (size_t i = 0; i < sizeof small_transformers / sizeof *small_transformers; i++)
        small_check_case(&small_transformers[i], check);
    for (size_t i = 0; i < sizeof small_memories / sizeof *small_memories; i++)
        small_check_case(&small_memories[i], check);
    for (size_t i = 0; i < sizeof small_lms / sizeof *small_lms; i++)
        small_check_case(&small_lms[i], check);
}

/* n sentences of 0 to `longest` random words, <unk> among them; the second one is empty, the third full. */
static inline const int **small_sentences(Arena *a, const Vocab *v, int n, int longest, Rng *r, int *lens)
{
    const int **ids = arena_array(a, const int *, n);
    for (int i = 0; i < n; i++) {
        lens[i] = i == 1 ? 0 : i == 2 ? longest : 1 + rng_below(r, longest);
        int *row = arena_array(a, int, lens[i] + 1);
        for (int j = 0; j < lens[i]; j++)
            row[j] = rng_below(r, 10) ? VOCAB_FIRST + rng_below(r, vocab_size(v) - VOCAB_FIRST) : VOCAB_UNK;
        ids[i] = row;
    }
    return ids;
}

/* A ragged batch of n sentence pairs. */
static inline Batch *small_batch(Arena *a, const Model *m, int n, int longest, uint64_t seed)
{
    Rng r = rng_new(seed);
    int *lens = arena_array(a, int, n), *target_lens = arena_array(a, int, n);
    const int **source = small_sentences(a, m->source, n, longest, &r, lens);
    const int **target = small_sentences(a, m->target, n, longest - 1, &r, target_lens);
    Batch *b = batch_sources(source, lens, n, (SourceMarks){ 0 }, a);
    batch_add_targets(b, target, target_lens, a);
    return b;
}

/* Whether two rows of numbers differ by more than the tolerance; 0: in any bit. */
static inline bool small_differs(const real *x, const real *y, size_t n, double tolerance)
{
    if (tolerance <= 0)
        return memcmp(x, y, n * sizeof *x) != 0;
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)x[i] - (double)y[i]) <= tolerance))
            return true;
    return false;
}

/* ---- property 2: T words at once equal the same words in pieces ---- */

/* Rows [from, from+n) of all three steps against a piece of n steps: [R,T,D] against [R,n,D]. */
static inline bool small_piece_differs(const Tensor *all, const Tensor *piece, int from, double tolerance)
{
    if (!all || !piece)
        return all != piece;
    int T = all->dim[1], n = piece->dim[1], D = all->dim[2];
    for (int r = 0; r < all->dim[0]; r++) {
        const real *x = all->val + ((size_t)r * (size_t)T + (size_t)from) * (size_t)D;
        const real *y = piece->val + (size_t)r * (size_t)n * (size_t)D;
        if (small_differs(x, y, (size_t)n * (size_t)D, tolerance))
            return true;
    }
    return false;
}

/* Words [from, from+n) of every sentence, row-major. */
static inline int *small_words(Arena *a, const Batch *b, int from, int n)
{
    int *words = arena_array(a, int, (size_t)b->B *(size_t)n);
    for (int i = 0; i < b->B; i++)
        memcpy(words + i * n, b->target_in + i * b->T + from, (size_t)n * sizeof *words);
    return words;
}

/* NULL, or what differs when the target is decoded `length` words at a time, overridden or (NULL) not. */
static inline const char *small_steps_differ(const Model *m, Tape *t, const Batch *b, int length,
                                             double tolerance, const Override *override)
{
    tape_reset(t);
    t->recording = t->training = false;
    State *s = model_encode(m, t, b, NULL);
    s->override = override;
    Decoded all = model_decode(m, t, b->target_in, b->T, s);
    Tensor *logits = model_logits(m, t, all.hidden);
    s = model_encode(m, t, b, NULL);
    s->override = override;
    for (int from = 0; from < b->T; from += length) {
        int n = b->T - from < length ? b->T - from : length;
        Decoded d = model_decode(m, t, small_words(t->batch, b, from, n), n, s);
        if (s->step != from + n)
            return "count of steps";
        if (small_piece_differs(all.hidden, d.hidden, from, tolerance))
            return "hidden";
        if (small_piece_differs(all.weights, d.weights, from, tolerance))
            return "weights";
        if (small_piece_differs(all.scores, d.scores, from, tolerance))
            return "scores";
        if (small_piece_differs(all.context, d.context, from, tolerance))
            return "context";
        if (small_piece_differs(logits, model_logits(m, t, d.hidden), from, tolerance))
            return "logits";
    }
    return NULL;
}

#endif
