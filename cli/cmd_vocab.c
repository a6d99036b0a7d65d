/* cmd_vocab.c -- lookback vocab train|encode|decode: text to pieces and back, as filters. */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/status.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *model, *out, *level, *type, *punctuation;
    int size, min_count;
    bool lowercase, mask, ids;
} Settings;

static const char *const levels[] = { "sentencepiece", "word", "char", "tokens", NULL };
static const char *const types[] = { "unigram", "bpe", NULL };
static const char *const punctuations[] = { "keep", "split", "drop", NULL };

static const Option options[] = {
    TEXT("model", 'm', NULL, "FILE", model, "encode, decode: the .model or .vocab file"),
    FLAG("ids", ids, "encode, decode: numbers instead of pieces"),
    TEXT("out", 'o', NULL, "STEM", out, "train: writes STEM.model (sentencepiece) or STEM.vocab"),
    CHOICE("level", 0, "sentencepiece", levels, "sentencepiece|word|char|tokens", level,
           "train: what lines are cut into"),
    CHOICE("type", 0, "unigram", types, "unigram|bpe", type, "train: the kind of SentencePiece model"),
    INT("size", 0, NULL, 0, 10000000, size, "train: the most pieces; not given: 8000, others: all"),
    INT("min-count", 0, "1", 1, 1000000000, min_count, "train: rarer words, characters, tokens are left out"),
    FLAG("lowercase", lowercase, "train: lower-case text before anything else"),
    CHOICE("punctuation", 0, "keep", punctuations, "keep|split|drop", punctuation,
           "train: at level word, each punctuation character is a word, or is skipped"),
    FLAG("mask", mask, "train: with a piece [MASK], for models that guess masked words"),
    SEED_OPTION("train: which sentences are sampled from very large files"),
    JSON_OPTION("train: one JSON object on standard output"),
    COMMON_OPTIONS,
};

/* ---- train ---- */

static LbStatus save(const Settings *s, const LbVocab *v, LbError *err)
{
    char *path = NULL;
    LbStatus status = lb_vocab_save(v, s->out, &path, err);
    if (status == LB_OK && s->common.json)
        printf("{\"pieces\": %d, \"level\": \"%s\"}\n", lb_vocab_size(v), s->level);
    if (status == LB_OK)
        screen_say("%s: %d pieces", path, lb_vocab_size(v));
    free(path);
    return status;
}

static LbStatus train(const Settings *s, char **args, size_t n_args, LbError *err)
{
    if (!s->out)
        return fail(err, LB_USAGE, "where to? Name the new vocabulary with -o STEM");
    if (n_args == 0)
        return fail(err, LB_USAGE, "which text? Name the files to learn the vocabulary from");
    LbVocabOptions o = { s->level,         s->type,      s->size,
                         s->min_count,     s->lowercase, seed_or(&s->common, 1),
                         s->common.memory, s->mask,      s->punctuation };
    LbVocab *v;
    LbStatus status = lb_vocab_train((const char *const *)args, n_args, o, &v, err);
    if (status == LB_OK)
        status = save(s, v, err);
    lb_vocab_free(v);
    return status;
}

/* ---- filters ---- */

typedef LbStatus Filter(const LbVocab *v, LbText line, bool ids, char **out, LbError *err);

static LbStatus encode_line(const LbVocab *v, LbText line, bool ids, char **out, LbError *err)
{
    *out = lb_vocab_encode(v, line, ids);
    return *out ? LB_OK : fail(err, LB_MEMORY, "no memory for a line of %zu bytes", line.len);
}

static LbStatus print_filtered(const Settings *s, const LbVocab *v, Filter *filter, LbText line, LbError *err)
{
    char *text = NULL;
    LbStatus status = filter(v, line, s->ids, &text, err);
    Str out = { 0 };
    if (status == LB_OK) {
        add_clean(&out, text);
        puts(out.text);
    }
    str_free(&out);
    free(text);
    return status;
}

static LbStatus filter_lines(const Settings *s, const LbVocab *v, Filter *filter, Lines *in, LbError *err)
{
    LbStatus status;
    while ((status = lines_read(in, err)) == LB_OK && array_len(in->lines) > 0) {
        for (size_t i = 0; status == LB_OK && i < array_len(in->lines); i++) {
            status = print_filtered(s, v, filter, in->lines[i], err);
            if (status != LB_OK)
                return fail_line(err, status, (int)(in->first + i + 1), "%s: %s", lines_name(in), err->text);
        }
        if ((status = print_flush(err)) != LB_OK)
            return status;
    }
    return status;
}

static LbStatus filter_files(const Settings *s, Filter *filter, char **args, size_t n_args, LbError *err)
{
    if (!s->model)
        return fail(err, LB_USAGE, "which vocabulary? Name its file with -m FILE");
    LbVocab *v;
    LbStatus status = lb_vocab_load(s->model, &v, err);
    if (status != LB_OK)
        return status;
    Lines in = lines_of(args, n_args);
    status = filter_lines(s, v, filter, &in, err);
    lines_close(&in);
    lb_vocab_free(v);
    return status;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    static const char *const actions[] = { "train", "encode", "decode" };
    if (text_equal(args[0], "train"))
        return train(settings, args + 1, n_args - 1, err);
    if (text_equal(args[0], "encode"))
        return filter_files(settings, encode_line, args + 1, n_args - 1, err);
    if (text_equal(args[0], "decode"))
        return filter_files(settings, lb_vocab_decode, args + 1, n_args - 1, err);
    const char *nearest = text_nearest(args[0], actions, 3);
    return fail(err, LB_USAGE, "unknown action `%.60s`; %s%s", args[0],
                nearest ? "did you mean " : "there are ", nearest ? nearest : "train, encode and decode");
}

const Command cmd_vocab = {
    .name = "vocab",
    .help = "learn a vocabulary; cut text into its pieces and join them again",
    .usage = "train|encode|decode [flags] [FILE ...]",
    .about =
        "`train` learns a vocabulary from text files. `encode` turns each line into pieces separated by "
        "spaces,\n"
        "`decode` turns pieces into text; both read files or standard input. Training a model learns its\n"
        "vocabularies by itself: this verb is for looking, and for sharing one between models.",
    .examples = "  lookback vocab train train.en train.de --size 8000 -o ende\n"
                "      one SentencePiece vocabulary for two languages: ende.model\n"
                "  lookback vocab encode -m ende.model test.en | lookback vocab decode -m ende.model\n"
                "      there and back\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .on_heap = true,
    .run = run,
};
