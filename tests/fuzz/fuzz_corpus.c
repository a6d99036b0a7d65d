/* fuzz_corpus.c -- training text: options, then one file of `source TAB target`, or two files; packed or not.
 *
 * The first line is "LEVEL LENGTH SENTENCES TOKENS": how lines are split, the longest pair kept, and the size
 * of a batch. A vocabulary is learned from the text itself. Every pair that was kept must be in exactly one
 * batch of an epoch, as it was; and a corpus left on disk must give the same batches as one in memory.
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

/* The same sentences in the same places; numbers of pairs in the one are lines in the other. */
static void expect_equal(const Corpus *c, const Batch *x, const Batch *y)
{
    assert(x->B == y->B && x->S == y->S && x->T == y->T && x->n_target == y->n_target);
    assert(!memcmp(x->source, y->source, (size_t)(x->B * x->S) * sizeof *x->source));
    assert(!memcmp(x->target_out, y->target_out, (size_t)(x->B * x->T) * sizeof *x->target_out));
    for (int i = 0; i < x->B; i++)
        assert((size_t)c->from[x->pair[i]] == y->pair[i] || x->pair[i] == y->pair[i]);
}

/* Goes through the pool that is open in both; met counts pairs of c. */
static void expect_pool(const Corpus *c, Batches *memory, Batches *disk, const Settings *s, int *met)
{
    Arena *arena = arena_new("fuzz", 1 << 26);
    assert(batches_count(memory) == batches_count(disk));
    for (int i = 0; i < batches_count(memory); i++) {
        Batch *b = batches_get(memory, i, arena);
        assert(b->B >= 1 && (s->sentences == 0 || b->B <= s->sentences));
        for (int k = 0; k < b->B; k++) {
            met[b->pair[k]]++;
            expect_row(c, b, k);
        }
        expect_equal(c, b, batches_get(disk, i, arena));
        batch_drop_words(b, 0.5, 3);
        arena_rewind(arena, 0);
    }
    arena_free(arena);
}

/* c is in memory, on_disk is the same text left where it is. */
static void expect_epoch(const Corpus *c, const Corpus *on_disk, const Settings *s)
{
    Batches *memory = batches_new(c, s->sentences, s->tokens, 7);
    Batches *disk = batches_new(on_disk, s->sentences, s->tokens, 7);
    int *met = memory_get(c->n, sizeof *met), pools = batches_pools(memory);
    assert(batches_pools(disk) == pools && corpus_hash(c) == corpus_hash(on_disk));
    for (int pool = 0; pool < pools; pool++) {
        LbError err = { 0 };
        assert(batches_open(memory, 1, pool, &err) == LB_OK && batches_open(disk, 1, pool, &err) == LB_OK);
        expect_pool(c, memory, disk, s, met);
    }
    for (size_t i = 0; i < c->n; i++)
        assert(met[i] == 1);
    free(met);
    batches_free(memory);
    batches_free(disk);
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
}

static void load(CorpusFiles *files, const Vocab *v, const Settings *s)
{
    Corpus *c, *on_disk;
    LbError err = { 0 };
    LbStatus status = corpus_load(files, v, v, true, &c, &err);
    assert((status == LB_OK) == !*err.text && (status == LB_OK) == (c != NULL));
    files->at_once = 1;
    assert(corpus_load(files, v, v, false, &on_disk, &err) == status);
    if (c) {
        expect_corpus(c, s);
        expect_epoch(c, on_disk, s);
    }
    corpus_free(c);
    corpus_free(on_disk);
}

static void learn_and_load(char **paths, const Settings *s)
{
    CorpusFiles files = { .max_length = s->length };
    if (array_len(paths) == 2) {
        array_push(files.source, paths[0]);
        array_push(files.target, paths[1]);
    } else {
        array_push(files.tsv, paths[0]);
    }
    Vocab *v;
    LbError err = { 0 };
    VocabOptions o = { .level = s->level, .size = 50, .min_count = 1 };
    if (vocab_train((const char *const *)paths, array_len(paths), o, &v, &err) == LB_OK)
        load(&files, v, s);
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
    learn_and_load(paths, &s);
    for (size_t i = 0; i < array_len(paths); i++)
        free(paths[i]);
    array_free(paths);
    return 0;
}
