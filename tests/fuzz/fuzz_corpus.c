/* fuzz_corpus.c -- training text: options, then one file of `source TAB target`, or two files; packed or not.
 *
 * The first line is "LEVEL LENGTH SENTENCES TOKENS": how lines are split, the longest pair kept, and the size
 * of a batch. A vocabulary is learned from the text itself. Every pair that was kept must be in exactly one
 * batch of an epoch, as it was.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include "base/status.h"
#include "text/batch.h"

typedef struct {
    char level[16];
    int length, sentences, tokens;
} Settings;

static Settings read_settings(Bytes part)
{
    Settings s = { "word", 100, 4, 0 };
    char *text = fuzz_text(part);
    sscanf(text, "%15s %d %d %d", s.level, &s.length, &s.sentences, &s.tokens);
    free(text);
    if (strcmp(s.level, "char") && strcmp(s.level, "tokens"))
        strcpy(s.level, "word");
    s.length = s.length < 0 ? 0 : s.length;
    s.sentences = s.sentences < 0 ? 0 : s.sentences % 1000;
    s.tokens = s.sentences > 0 ? 0 : s.tokens < 1 ? 1 : s.tokens;
    return s;
}

/* Row i of a batch is pair[i], with its ends and its padding. */
static void expect_row(const Corpus *c, const Batch *b, int i)
{
    int n, m;
    const int *source = corpus_source(c, b->pair[i], &n), *target = corpus_target(c, b->pair[i], &m);
    const int *row = b->source + i * b->S, *in = b->target_in + i * b->T, *out = b->target_out + i * b->T;
    assert(b->source_len[i] == n + 1 && b->target_len[i] == m + 1 && n < b->S && m < b->T);
    assert(!memcmp(row, source, (size_t)n * sizeof *row) && row[n] == VOCAB_EOS && in[0] == VOCAB_BOS);
    assert(!memcmp(in + 1, target, (size_t)m * sizeof *in) && !memcmp(out, target, (size_t)m * sizeof *out));
    for (int s = n + 1; s < b->S; s++)
        assert(row[s] == VOCAB_PAD);
    for (int t = m + 1; t < b->T; t++)
        assert(in[t] == VOCAB_PAD && out[t] == VOCAB_PAD);
}

static void expect_epoch(const Corpus *c, const Settings *s)
{
    Arena *arena = arena_new("fuzz", 1 << 26);
    Batches *all = batches_new(c, s->sentences, s->tokens, 7);
    size_t *met = memory_get(c->n, sizeof *met);
    batches_begin(all, 1);
    for (int i = 0; i < batches_count(all); i++) {
        Batch *b = batches_get(all, i, arena);
        assert(b->B >= 1 && (s->sentences == 0 || b->B <= s->sentences));
        for (int k = 0; k < b->B; k++) {
            met[b->pair[k]]++;
            expect_row(c, b, k);
        }
        batch_drop_words(b, 0.5, 3);
        arena_rewind(arena, 0);
    }
    for (size_t i = 0; i < c->n; i++)
        assert(met[i] == 1);
    free(met);
    batches_free(all);
    arena_free(arena);
}

static void expect_corpus(const Corpus *c, const Settings *s)
{
    assert(c->n > 0 && c->n == c->report.pairs && array_len(c->source_lines) == c->n);
    Str text = { 0 };
    corpus_describe(&c->report, &text);
    str_free(&text);
    for (size_t i = 0; i < c->n; i++) {
        int n, m;
        corpus_source(c, i, &n);
        corpus_target(c, i, &m);
        assert(n > 0 && m > 0 && (s->length == 0 || (n <= s->length && m <= s->length)));
        assert(utf8_is_valid(c->source_lines[i], strlen(c->source_lines[i])));
    }
    expect_epoch(c, s);
}

static void load(char **paths, const Settings *s)
{
    CorpusFiles files = { .max_length = s->length };
    if (array_len(paths) == 2) {
        array_push(files.source, paths[0]);
        array_push(files.target, paths[1]);
    } else {
        array_push(files.tsv, paths[0]);
    }
    Vocab *v;
    Corpus *c;
    LbError err = { 0 };
    VocabOptions o = { .level = s->level, .size = 50, .min_count = 1 };
    if (vocab_train((const char *const *)paths, array_len(paths), o, &v, &err) == LB_OK) {
        LbStatus status = corpus_load(&files, v, v, true, &c, &err);
        assert((status == LB_OK) == !*err.text && (status == LB_OK) == (c != NULL));
        if (c)
            expect_corpus(c, s);
        corpus_free(c);
    }
    vocab_free(v);
    array_free(files.source);
    array_free(files.target);
    array_free(files.tsv);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes rest = { data, size };
    Settings s = read_settings(fuzz_part(&rest));
    char **paths = NULL;
    array_push(paths, fuzz_file("source.txt", fuzz_part(&rest)));
    if (rest.size)
        array_push(paths, fuzz_file("target.txt", rest));
    load(paths, &s);
    for (size_t i = 0; i < array_len(paths); i++)
        free(paths[i]);
    array_free(paths);
    return 0;
}
