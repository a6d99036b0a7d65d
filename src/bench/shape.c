/* shape.c -- a model with random weights and a corpus of random words, as a BenchShape wants them. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/rng.h"
#include "bench/bench.h"

static LbStatus read_back(const char *path, const Str *text, Vocab **out, LbError *err)
{
    LbStatus status = file_write(path, text->text, text->len, err);
    return status == LB_OK ? vocab_load(path, out, err) : status;
}

static char *temporary(const char *name)
{
    const char *folder = getenv("TMPDIR");
    return path_join(folder && *folder ? folder : "/tmp", name);
}

static LbStatus make_vocab(int size, Vocab **out, LbError *err)
{
    char *path = temporary("lookback-bench-XXXXXX.vocab");
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
    static const char *const usual[] = { "data.shared_vocabulary=true", "train.source_unk_rate=0",
                                         "train.clip_norm=1",           "train.optimizer=adam",
                                         "train.batch.tokens=0",        "train.memory=16G" };
    Str sentences = { 0 };
    str_addf(&sentences, "train.batch.sentences=%d", s->sentences);
    const char **all = NULL;
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        array_push(all, usual[i]);
    for (int i = 0; s->settings[i]; i++)
        array_push(all, s->settings[i]);
    array_push(all, sentences.text);
    LbStatus status = config_load(c, NULL, all, (int)array_len(all), err);
    array_free(all);
    str_free(&sentences);
    return status;
}

void shape_corpus(const BenchShape *s, int n_batches, Corpus *c)
{
    Rng r = rng_new(1);
    int len = s->length - 1; /* the end of sentence is the last word */
    c->n = (size_t)s->sentences * (size_t)n_batches;
    for (size_t i = 0; i < c->n; i++) {
        array_push(c->start, array_len(c->ids));
        array_push(c->source_len, len);
        for (int k = 0; k < 2 * len; k++)
            array_push(c->ids, VOCAB_FIRST + rng_below(&r, s->vocabulary - VOCAB_FIRST));
    }
    array_push(c->start, array_len(c->ids));
}

void shape_corpus_free(Corpus *c)
{
    array_free(c->ids);
    array_free(c->start);
    array_free(c->source_len);
}

LbStatus shape_model(const BenchShape *s, bool with_grad, Config *c, Model **out, LbError *err)
{
    Vocab *vocab = NULL;
    LbStatus status = make_config(s, c, err);
    if (status == LB_OK)
        status = make_vocab(s->vocabulary, &vocab, err);
    if (status == LB_OK)
        status = model_new(c, vocab, vocab, with_grad, out, err);
    if (status != LB_OK) {
        vocab_free(vocab);
        return status;
    }
    assert(vocab_size(vocab) == s->vocabulary);
    params_init((*out)->params, 1);
    return LB_OK;
}

/* ---- as a folder ---- */

static LbStatus write_folder(const BenchShape *s, const char *folder, LbError *err)
{
    Config config;
    Model *m = NULL;
    LbStatus status = shape_model(s, false, &config, &m, err);
    if (status == LB_OK) {
        free(m->config.model_dir);
        m->config.model_dir = memory_text(folder);
        status = model_save_plan(m, err);
    }
    char *weights = path_join(folder, "model.safetensors");
    if (status == LB_OK)
        status = model_save_weights(m, weights, err);
    free(weights);
    model_free(m);
    config_free(&config);
    return status;
}

LbStatus shape_folder(const BenchShape *s, char **folder, LbError *err)
{
    *folder = temporary("lookback-bench-XXXXXX");
    if (!mkdtemp(*folder)) {
        LbStatus status = fail(err, LB_FILE, "cannot make the folder %s", *folder);
        free(*folder);
        *folder = NULL;
        return status;
    }
    return write_folder(s, *folder, err);
}

void shape_folder_remove(char *folder)
{
    if (folder)
        dir_drop(folder);
    free(folder);
}
