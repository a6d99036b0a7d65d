/* Unknown words of a source: their numbers, their names, and both in a corpus. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "text/batch.h"
#include "text/vocab_unknown.h"
#include "unit/test_text_files.h"

static Vocab *learned(VocabOptions options, const char *text)
{
    const char *path = put("train.txt", text);
    Vocab *v;
    LbError err = { 0 };
    assert_int_equal(vocab_train(&path, 1, options, &v, &err), LB_OK);
    return v;
}

static Vocab *words_of(const char *text)
{
    return learned((VocabOptions){ .level = "word" }, text);
}

/* The pieces of a line, numbered as a source (to: false) or a target. */
static Piece *numbered(const Vocab *v, const char *line, size_t len, bool to, Names *words)
{
    Piece *p = vocab_encode(v, line, len);
    if (to)
        unknown_target(v, line, p, array_len(p), words);
    else
        unknown_source(v, line, p, array_len(p), words);
    return p;
}

/* Numbers beyond the vocabulary as -1, -2, ... */
static void expect_ids(const Vocab *v, const Piece *p, const int *expected, size_t n)
{
    assert_int_equal(array_len(p), n);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(p[i].id < vocab_size(v) ? p[i].id : vocab_size(v) - p[i].id - 1, expected[i]);
}

#define EXPECT(v, p, ...)                                                                                    \
    expect_ids(v, p, (const int[]){ __VA_ARGS__ }, sizeof((const int[]){ __VA_ARGS__ }) / sizeof(int))

/* ---- numbers ---- */

static void test_in_order_of_appearance(void **state)
{
    (void)state;
    Vocab *v = words_of("a b\n"), *t = words_of("x Qq y z\n");
    int a = vocab_id(v, "a");
    const char source[] = "Zy a Qq Zy <unk> </s> \xFF b \xFE N\0L N\xFFL <pad>";
    Names words = { 0 };
    Piece *p = numbered(v, source, sizeof source - 1, false, &words);
    EXPECT(v, p, -1, a, -2, -1, VOCAB_UNK, VOCAB_UNK, -3, vocab_id(v, "b"), -3, -4, -4, VOCAB_UNK);
    assert_int_equal(names_count(&words), 4);
    assert_string_equal(words.texts[2], "\xEF\xBF\xBD");
    array_free(p);
    const char target[] = "Qq x Zy Foo </s> N\xFEL y";
    p = numbered(t, target, sizeof target - 1, true, &words);
    EXPECT(t, p, -2, vocab_id(t, "x"), -1, VOCAB_UNK, VOCAB_UNK, -4, vocab_id(t, "y"));
    unknown_target(t, target, p, array_len(p), &words); /* again: the same */
    EXPECT(t, p, -2, vocab_id(t, "x"), -1, VOCAB_UNK, VOCAB_UNK, -4, vocab_id(t, "y"));
    array_free(p);
    names_free(&words);
    vocab_free(v);
    vocab_free(t);
}

static void test_as_the_vocabulary_reads_them(void **state)
{
    (void)state;
    VocabOptions lower = { .level = "word", .lowercase = true, .punctuation = "split" };
    Vocab *v = learned(lower, "a . ,\n");
    Names words = { 0 };
    Piece *p = numbered(v, "Zy, A (zY).", 11, false, &words);
    EXPECT(v, p, -1, vocab_id(v, ","), vocab_id(v, "a"), -2, -1, -3, vocab_id(v, "."));
    assert_string_equal(words.texts[0], "zy");
    array_free(p);
    p = vocab_encode_tokens(v, "A ZY", 4); /* names: "A" is none, but is spelled as one */
    unknown_source(v, "A ZY", p, 2, &words);
    EXPECT(v, p, VOCAB_UNK, -1);
    array_free(p);
    names_free(&words);
    vocab_free(v);
}

static void test_no_words(void **state)
{
    (void)state;
    Vocab *v = words_of("a\n");
    Names words = { 0 };
    unknown_source(v, NULL, NULL, 0, &words);
    unknown_target(v, NULL, NULL, 0, &words);
    Piece *p = numbered(v, "what a", 6, true, &words);
    EXPECT(v, p, VOCAB_UNK, vocab_id(v, "a"));
    assert_int_equal(unknown_words(NULL).n, 0);
    array_free(p);
    vocab_free(v);
}

static void test_a_hundred_thousand(void **state)
{
    (void)state;
    enum { MANY = 100000 };
    Vocab *v = words_of("a\n");
    Str line = { 0 };
    for (int i = 0; i < MANY; i++)
        str_addf(&line, "w%d ", i);
    for (int i = 0; i < MANY; i++)
        str_add(&line, "again ");
    Names words = { 0 };
    Piece *p = numbered(v, line.text, line.len, false, &words);
    assert_int_equal(names_count(&words), MANY + 1);
    assert_int_equal(p[MANY - 1].id, vocab_size(v) + MANY - 1);
    assert_int_equal(array_last(p).id, vocab_size(v) + MANY);
    array_free(p);
    names_free(&words);
    str_free(&line);
    vocab_free(v);
}

/* ---- names ---- */

typedef struct {
    VocabOptions options;
    const char *learned, *source, *target, *back;
} Spelled;

static const Spelled spelled[] = {
    { { .level = "word" }, "a b\n", "Zy a Qq", "b Qq, Qq a Zy new", "b <unk> Qq a Zy <unk>" },
    { { .level = "word", .punctuation = "split" }, "a ( ) .\n", "Zy a", "a (Zy).", "a (Zy)." },
    { { .level = "tokens" }, "a\n", "Zy a", "Zy a", "Zy a" },
    { { .level = "char" }, "abc\n", "xa\xC3\xA9 ", "\xC3\xA9 b x", "\xC3\xA9 b x" },
    { { .level = "sentencepiece", .size = 12 },
      "a aa b ab\n",
      "a \xD0\x96\xD1\x83\xD0\xBA b",
      "b \xD0\x96\xD1\x83\xD0\xBA a",
      "b \xD0\x96\xD1\x83\xD0\xBA a" },
};

static void test_names_come_back(void **state)
{
    (void)state;
    Arena *arena = arena_new("test", 1 << 20);
    for (size_t i = 0; i < sizeof spelled / sizeof *spelled; i++) {
        const Spelled *s = &spelled[i];
        Vocab *v = learned(s->options, s->learned);
        Names words = { 0 };
        Piece *from = numbered(v, s->source, strlen(s->source), false, &words), *spans,
              *to = numbered(v, s->target, strlen(s->target), true, &words);
        int *ids = NULL;
        for (size_t k = 0; k < array_len(to); k++)
            array_push(ids, to[k].id);
        Unknown kept = unknown_keep(&words, arena);
        char *text = vocab_decode_with(v, kept, ids, (int)array_len(ids), &spans);
        assert_string_equal(text, s->back);
        for (size_t k = 0; k < array_len(ids); k++) {
            assert_int_equal(spans[k].id, ids[k]);
            assert_int_equal(spans[k].word, to[k].word);
            assert_int_equal(unknown_target_id(v, vocab_name(v, ids[k], kept), &words), ids[k]);
        }
        Names again = { 0 };
        for (size_t k = 0; k < array_len(from); k++)
            assert_int_equal(unknown_source_id(v, vocab_name(v, from[k].id, kept), &again), from[k].id);
        assert_int_equal(names_count(&again), kept.n);
        array_free(from);
        array_free(to);
        array_free(spans);
        array_free(ids);
        free(text);
        names_free(&words);
        names_free(&again);
        vocab_free(v);
    }
    arena_free(arena);
}

static void test_a_number_without_a_name(void **state)
{
    (void)state;
    Vocab *v = words_of("a\n");
    int ids[] = { vocab_size(v), vocab_id(v, "a"), vocab_size(v) + 7 };
    Piece *spans;
    char *text = vocab_decode(v, ids, 3, &spans);
    assert_string_equal(text, "<unk> a <unk>");
    assert_int_equal(spans[2].id, ids[2]);
    array_free(spans);
    free(text);
    vocab_free(v);
}

/* ---- a corpus ---- */

static void expect_pair(const Corpus *c, size_t i, const int *source, int n_source, const int *target,
                        int n_target)
{
    int n;
    const int *ids = corpus_source(c, i, &n);
    assert_int_equal(n, n_source);
    assert_memory_equal(ids, source, (size_t)n * sizeof *ids);
    ids = corpus_target(c, i, &n);
    assert_int_equal(n, n_target);
    assert_memory_equal(ids, target, (size_t)n * sizeof *ids);
}

static void test_in_a_corpus(void **state)
{
    (void)state;
    Vocab *s = words_of("a b c\n"), *t = words_of("x y\n");
    int V = vocab_size(s), W = vocab_size(t);
    const int sources[][3] = { { 4, V, V + 1 }, { V, 5, V } },
              targets[][3] = { { W + 1, 4, 0 }, { W, 0, 5 } };
    for (size_t at_once = 0; at_once < 2; at_once++) { /* 1 byte: they stay on disk */
        CorpusFiles files = { .at_once = at_once, .unknown = true };
        array_push(files.source, put("s", "a Zy Qq\nQq b Qq\n"));
        array_push(files.target, put("t", "Qq x Foo\nQq Zy y\n"));
        Corpus *c, taken = { 0 };
        LbError err = { 0 };
        assert_int_equal(corpus_load(&files, s, t, false, &c, &err), LB_OK);
        assert_int_equal(c->text != NULL, at_once);
        assert_int_equal(c->report.source_unknown, 4);
        assert_int_equal(c->report.target_unknown, 4);
        assert_int_equal(corpus_take(c, (const int[]){ 1, 0 }, 2, &taken, &err), LB_OK);
        expect_pair(&taken, 0, sources[1], 3, targets[1], 3);
        expect_pair(&taken, 1, sources[0], 3, targets[0], 3);
        Arena *arena = arena_new("test", 1 << 20);
        Batch *b = batch_make(&taken, (const size_t[]){ 0, 1 }, 2, arena);
        batch_drop_words(b, 1, 1);
        const int left[] = { V, VOCAB_UNK, V, VOCAB_EOS, VOCAB_UNK, V, V + 1, VOCAB_EOS };
        assert_memory_equal(b->source, left, sizeof left);
        arena_free(arena);
        corpus_clear(&taken);
        corpus_free(c);
        array_free(files.source);
        array_free(files.target);
    }
    vocab_free(s);
    vocab_free(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_in_order_of_appearance),
        cmocka_unit_test(test_as_the_vocabulary_reads_them),
        cmocka_unit_test(test_no_words),
        cmocka_unit_test(test_a_hundred_thousand),
        cmocka_unit_test(test_names_come_back),
        cmocka_unit_test(test_a_number_without_a_name),
        cmocka_unit_test(test_in_a_corpus),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
