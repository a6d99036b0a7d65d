/* vocab.c -- vocabularies by themselves: learned, kept, and applied to lines. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "api/handle.h"
#include "api/unknown.h"
#include "base/array.h"

static const char *const levels[] = { "sentencepiece", "word", "char", "tokens", NULL };
static const char *const types[] = { "unigram", "bpe", NULL };
static const char *const punctuations[] = { "keep", "split", "drop", NULL };

/* ---- made and kept ---- */

typedef struct {
    const char *const *files;
    size_t n;
    VocabOptions options;
    const char *path; /* NULL: learn */
    LbVocab *handle;
    LbError *err;
} Making;

static LbStatus make(void *arg)
{
    Making *m = arg;
    m->handle = memory_get(1, sizeof *m->handle);
    if (m->path)
        return vocab_load(m->path, &m->handle->vocab, m->err);
    return vocab_train(m->files, m->n, m->options, &m->handle->vocab, m->err);
}

static LbStatus make_guarded(Making *m, LbVocab **out)
{
    LbStatus status = guard(make, m, m->err);
    if (status != LB_OK)
        lb_vocab_free(m->handle);
    *out = status == LB_OK ? m->handle : NULL;
    return status;
}

static LbStatus check_options(const VocabOptions *o, size_t n_files, LbError *err)
{
    if (n_files == 0)
        return fail(err, LB_USAGE, "there is no text to learn a vocabulary from: name one or more files");
    if (o->min_count < 1)
        return fail(err, LB_USAGE, "a least count of %d: it must be 1 or more", o->min_count);
    LbStatus status = check_name("level", o->level, levels, err);
    if (status == LB_OK)
        status = check_name("type", o->type, types, err);
    return status == LB_OK && o->punctuation ? check_name("punctuation", o->punctuation, punctuations, err)
                                             : status;
}

LbVocabOptions lb_vocab_default(void)
{
    return (LbVocabOptions){ .level = levels[0], .type = types[0], .size = 8000, .min_count = 1, .seed = 1 };
}

LbStatus lb_vocab_train(const char *const *files, size_t n, LbVocabOptions o, LbVocab **out, LbError *err)
{
    assert(out && (files || n == 0));
    *out = NULL;
    VocabOptions options = { .level = o.level ? o.level : levels[0],
                             .type = o.type ? o.type : types[0],
                             .size = o.size,
                             .min_count = o.min_count ? o.min_count : 1,
                             .lowercase = o.lowercase,
                             .punctuation = o.punctuation,
                             .mask = o.mask,
                             .seed = o.seed,
                             .memory = o.memory };
    LbStatus status = check_options(&options, n, err);
    if (status != LB_OK)
        return status;
    return make_guarded(&(Making){ .files = files, .n = n, .options = options, .err = err }, out);
}

LbStatus lb_vocab_load(const char *path, LbVocab **out, LbError *err)
{
    assert(path && out);
    return make_guarded(&(Making){ .path = path, .err = err }, out);
}

typedef struct {
    const Vocab *vocab;
    const char *stem;
    char **path;
    LbError *err;
} Saving;

static LbStatus save(void *arg)
{
    const Saving *s = arg;
    return vocab_save(s->vocab, s->stem, s->path, s->err);
}

LbStatus lb_vocab_save(const LbVocab *v, const char *stem, char **path, LbError *err)
{
    assert(v && stem);
    if (path)
        *path = NULL;
    return guard(save, &(Saving){ v->vocab, stem, path, err }, err);
}

void lb_vocab_free(LbVocab *v)
{
    if (!v)
        return;
    vocab_free(v->vocab);
    free(v);
}

int lb_vocab_size(const LbVocab *v)
{
    assert(v);
    return vocab_size(v->vocab);
}

/* ---- applied ---- */

typedef struct {
    const Vocab *vocab;
    LbText line;
    bool ids;
    char *out;
    LbError *err;
} Applying;

static LbStatus check_line(const LbText *line, LbError *err)
{
    if (line->len > INT_MAX / 2)
        return fail(err, LB_DATA, "a line of %zu bytes: at most %d can be read", line->len, INT_MAX / 2);
    return LB_OK;
}

static LbStatus encode(void *arg)
{
    Applying *a = arg;
    Str out = { 0 };
    str_add(&out, "");
    Piece *pieces = vocab_encode(a->vocab, a->line.len ? a->line.text : "", a->line.len);
    for (size_t i = 0; i < array_len(pieces); i++) {
        if (i > 0)
            str_add_char(&out, ' ');
        if (a->ids)
            str_addf(&out, "%d", pieces[i].id);
        else
            str_add(&out, vocab_piece(a->vocab, pieces[i].id));
    }
    array_free(pieces);
    a->out = str_take(&out);
    return LB_OK;
}

/* NULL for a line beyond a gigabyte, or without memory. */
char *lb_vocab_encode(const LbVocab *v, LbText line, bool ids)
{
    assert(v);
    Applying a = { .vocab = v->vocab, .line = line, .ids = ids };
    if (check_line(&line, NULL) == LB_OK)
        guard(encode, &a, NULL);
    return a.out;
}

/* The number that a word of the line stands for; -1 (err filled) when it stands for none. */
static int read_number(const Applying *a, const char *word)
{
    long long id;
    if (text_to_int(word, &id) && id >= 0 && id < vocab_size(a->vocab))
        return (int)id;
    fail(a->err, LB_DATA, "`%.80s` is no number of a piece: they go from 0 to %d", word,
         vocab_size(a->vocab) - 1);
    return -1;
}

static int read_piece(const Applying *a, const char *word)
{
    int id = vocab_id(a->vocab, word);
    if (text_equal(vocab_piece(a->vocab, id), word))
        return id;
    fail(a->err, LB_DATA, "`%.80s` is no piece of the vocabulary; is this text that was never encoded?",
         word);
    return -1;
}

/* An array of the line's ids; false when a word of it is unknown. */
static bool read_ids(const Applying *a, int **ids)
{
    Span *words = text_words(a->line.len ? a->line.text : "", a->line.len);
    bool good = true;
    for (size_t i = 0; good && i < array_len(words); i++) {
        Span w = words[i];
        char *word = memory_bytes(a->line.text + w.start, (size_t)(w.end - w.start));
        int id = a->ids ? read_number(a, word) : read_piece(a, word);
        free(word);
        good = id >= 0;
        if (good)
            array_push(*ids, id);
    }
    array_free(words);
    return good;
}

static LbStatus decode(void *arg)
{
    Applying *a = arg;
    int *ids = NULL;
    bool good = read_ids(a, &ids);
    if (good)
        a->out = vocab_decode(a->vocab, ids, (int)array_len(ids), NULL);
    array_free(ids);
    return good ? LB_OK : LB_DATA;
}

LbStatus lb_vocab_decode(const LbVocab *v, LbText line, bool ids, char **out, LbError *err)
{
    assert(v && out);
    Applying a = { .vocab = v->vocab, .line = line, .ids = ids, .err = err };
    *out = NULL;
    LbStatus status = check_line(&line, err);
    if (status == LB_OK)
        status = guard(decode, &a, err);
    *out = a.out;
    return status;
}
