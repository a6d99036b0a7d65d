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
