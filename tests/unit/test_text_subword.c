/* Vocabularies that are SentencePiece models: training, spans over raw bytes, words, hostile text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/rng.h"
#include "base/str.h"
#include "text/vocab.h"
#include "unit/test_text_files.h"

static const char *const words[] = {
    "the",
    "a",
    "man",
    "woman",
    "walks",
    "walking",
    "running",
    "runs",
    "in",
    "on",
    "street",
    "house",
    "horse",
    "red",
    "green",
    "Full",
    "width",
    "text",
    "1",
    "riding",
    "writing",
    "eating",
    "\xE6\x9D\xB1\xE4\xBA\xAC", /* Han */
};
enum { N_WORDS = sizeof words / sizeof *words };

static char *training_text(int lines, uint64_t seed)
{
    Str s = { 0 };
    Rng rng = rng_new(seed);
    for (int i = 0; i < lines; i++) {
        int n = 3 + rng_below(&rng, 8);
        for (int k = 0; k < n; k++)
            str_addf(&s, "%s%s", k ? " " : "", words[rng_below(&rng, N_WORDS)]);
        str_add(&s, ".\n");
    }
    return str_take(&s);
}

static Vocab *learn(VocabOptions options, const char *text)
{
    options.level = "sentencepiece";
    const char *path = put("train.txt", text);
    Vocab *v;
    LbError err = { 0 };
    assert_int_equal(vocab_train(&path, 1, options, &v, &err), LB_OK);
    return v;
}

static Vocab *learn_usual(const char *type)
{
    char *text = training_text(300, 1);
    Vocab *v = learn((VocabOptions){ .type = type, .size = 80 }, text);
    free(text);
    return v;
}

static char *decode_pieces(const Vocab *v, const Piece *pieces, Piece **spans)
{
    int *ids = NULL;
    for (size_t i = 0; i < array_len(pieces); i++)
        array_push(ids, pieces[i].id);
    char *back = vocab_decode(v, ids, (int)array_len(ids), spans);
    array_free(ids);
    return back;
}

static void expect_back(const Vocab *v, const char *text, const char *expected)
{
    Piece *p = vocab_encode(v, text, strlen(text));
    char *back = decode_pieces(v, p, NULL);
    assert_string_equal(back, expected);
    free(back);
    array_free(p);
}

/* The raw bytes of word w. */
static void expect_word(const Piece *p, const char *raw, int w, const char *expected)
{
    int start = -1, end = -1;
    for (size_t i = 0; i < array_len(p); i++)
        if (p[i].word == w) {
            start = start < 0 ? p[i].start : start;
            end = p[i].end;
        }
    assert_int_equal(end - start, strlen(expected));
    assert_memory_equal(raw + start, expected, strlen(expected));
}

static void test_round_trips(void **state)
{
    (void)state;
    const char *const types[] = { "unigram", "bpe", NULL };
    for (int i = 0; i < 3; i++) {
        Vocab *v = learn_usual(types[i]);
        assert_string_equal(vocab_level(v), "sentencepiece");
        assert_in_range(vocab_size(v), 45, 80);
        for (int id = 0; id < VOCAB_FIRST; id++)
            assert_int_equal(vocab_id(v, vocab_piece(v, id)), id);
        assert_string_equal(vocab_piece(v, VOCAB_EOS), "</s>");
        expect_back(v, "the woman walks in the street.", "the woman walks in the street.");
        expect_back(v, "  the   house ", "the house");
        expect_back(v, "\xEF\xBC\xA6ull", "Full"); /* full-width F */
        expect_back(v, "", "");
        vocab_free(v);
    }
}

static void test_lowercase(void **state)
{
    (void)state;
    Vocab *v = learn((VocabOptions){ .size = 40, .lowercase = true }, "Red GREEN red green\nRED Green\n");
    expect_back(v, "RED green", "red green");
    vocab_free(v);
}

static void test_spans_are_of_the_raw_bytes(void **state)
{
    (void)state;
    /* U+3000, full-width letters (3 bytes for 1), a circled digit, a malformed byte, a NUL, blanks */
    const char raw[] = "  the\xFF\xEF\xBC\xA6\xEF\xBD\x95ll\0 \xE3\x80\x80\xE2\x91\xA0  red. ";
    Vocab *v = learn_usual("unigram");
    Piece *p = vocab_encode(v, raw, sizeof raw - 1);
    char *back = decode_pieces(v, p, NULL);
    assert_string_equal(back, "the Full 1 red.");
    assert_int_equal(pieces_words(p), 4);
    expect_word(p, raw, 0, "the");
    expect_word(p, raw, 1, "\xEF\xBC\xA6\xEF\xBD\x95ll");
    expect_word(p, raw, 2, "\xE2\x91\xA0");
    expect_word(p, raw, 3, "red.");
    for (size_t i = 0; i < array_len(p); i++) {
        assert_true(p[i].start <= p[i].end);
        assert_true(i == 0 || p[i - 1].end <= p[i].start);
    }
    free(back);
    array_free(p);
    vocab_free(v);
}

static void test_any_bytes(void **state)
{
    (void)state;
    Vocab *v = learn_usual("unigram");
    Rng rng = rng_new(5);
    for (int i = 0; i < 2000; i++) {
        char raw[60];
        int n = rng_below(&rng, 60);
        for (int k = 0; k < n; k++)
            raw[k] =
                (char)(rng_below(&rng, 3) ? rng_below(&rng, 256) : "the \xE3\x80\x80"[rng_below(&rng, 7)]);
        Piece *p = vocab_encode(v, raw, (size_t)n), *spans;
        for (size_t k = 0; k < array_len(p); k++) {
            assert_true(p[k].start >= (k ? p[k - 1].end : 0) && p[k].end >= p[k].start && p[k].end <= n);
            assert_in_range(p[k].word - (k ? p[k - 1].word : 0), 0, 1);
        }
        char *back = decode_pieces(v, p, &spans);
        assert_true(utf8_is_valid(back, strlen(back)));
        assert_int_equal(array_len(spans), array_len(p));
        assert_true(!spans || array_last(spans).end <= (int)strlen(back));
        free(back);
        array_free(p);
        array_free(spans);
    }
    vocab_free(v);
}

static void test_text_cannot_name_specials(void **state)
{
    (void)state;
    Vocab *v = learn_usual("bpe");
    const char raw[] = "the </s> <pad> <s>man";
    Piece *p = vocab_encode(v, raw, sizeof raw - 1);
    for (size_t i = 0; i < array_len(p); i++)
        assert_true(p[i].id == VOCAB_UNK || p[i].id >= VOCAB_FIRST);
    array_free(p);
    p = vocab_encode_tokens(v, "\xE2\x96\x81 </s> x", 10);
    assert_int_equal(array_len(p), 3);
    assert_true(p[0].id >= VOCAB_FIRST);
    assert_int_equal(p[1].id, VOCAB_UNK);
    array_free(p);
    vocab_free(v);
}

static void test_words_without_spaces(void **state)
{
    (void)state;
    Vocab *v = learn_usual("unigram");
    const char raw[] = "the \xE6\x9D\xB1\xE4\xBA\xAC\xE6\x9D\xB1\xE4\xBA\xACred";
    Piece *p = vocab_encode(v, raw, sizeof raw - 1);
    int words_found = pieces_words(p);
    assert_true(words_found >= 4); /* the, at least two in Han, red */
    expect_word(p, raw, 0, "the");
    expect_word(p, raw, words_found - 1, "red");
    array_free(p);
    vocab_free(v);
}

static void test_decode_spans(void **state)
{
    (void)state;
    Vocab *v = learn_usual("unigram");
    const char raw[] = "the horse";
    Piece *p = vocab_encode(v, raw, sizeof raw - 1), *spans;
    array_push(p, (Piece){ .id = VOCAB_EOS });
    char *back = decode_pieces(v, p, &spans);
    assert_string_equal(back, raw);
    assert_int_equal(array_len(spans), array_len(p));
    for (size_t i = 0; i + 1 < array_len(p); i++) {
        assert_int_equal(spans[i].start, p[i].start);
        assert_int_equal(spans[i].end, p[i].end);
        assert_int_equal(spans[i].word, p[i].word);
    }
    Piece end = array_last(spans);
    assert_int_equal(end.start, 9);
    assert_int_equal(end.end, 9);
    assert_int_equal(end.word, 2);
    free(back);
    array_free(p);
    array_free(spans);
    vocab_free(v);
}

/* ---- training ---- */

static char *model_bytes(const Vocab *v, size_t *len)
{
    char *path;
    LbError err = { 0 };
    assert_int_equal(vocab_save(v, place("saved"), &path, &err), LB_OK);
    assert_string_equal(path + strlen(path) - 12, "/saved.model");
    char *bytes = file_read(path, len, &err);
    free(path);
    return bytes;
}

static void test_same_text_same_bytes(void **state)
{
    (void)state;
    const char *const types[] = { "unigram", "bpe" };
    for (int i = 0; i < 2; i++) {
        Vocab *v = learn_usual(types[i]), *w = learn_usual(types[i]), *x;
        size_t n, m, k;
        char *one = model_bytes(v, &n), *two = model_bytes(w, &m);
        assert_int_equal(n, m);
        assert_memory_equal(one, two, n);
        LbError err = { 0 };
        assert_int_equal(vocab_load(place("saved.model"), &x, &err), LB_OK);
        char *three = model_bytes(x, &k); /* saving what was loaded changes nothing */
        assert_int_equal(n, k);
        assert_memory_equal(one, three, n);
        assert_int_equal(vocab_size(x), vocab_size(v));
        free(one);
        free(two);
        free(three);
        vocab_free(v);
        vocab_free(w);
        vocab_free(x);
    }
}

static void test_too_large_is_reduced(void **state)
{
    (void)state;
    const char *const types[] = { "unigram", "bpe" };
    for (int i = 0; i < 2; i++) {
        Vocab *v = learn((VocabOptions){ .type = types[i], .size = 8000 }, "red green\n");
        assert_in_range(vocab_size(v), VOCAB_FIRST + 6, 40);
        expect_back(v, "green red", "green red");
        vocab_free(v);
    }
}

static void test_two_files_share(void **state)
{
    (void)state;
    const char *paths[] = { put("s.txt", "zebra zebra\n"), put_gz("t.gz", "quick quick\n") };
    Vocab *v;
    LbError err = { 0 };
    VocabOptions options = { .level = "sentencepiece", .size = 100 };
    assert_int_equal(vocab_train(paths, 2, options, &v, &err), LB_OK);
    expect_back(v, "quick zebra", "quick zebra");
    vocab_free(v);
}

static void test_nothing_to_learn_from(void **state)
{
    (void)state;
    const struct {
        const char *text;
        size_t len;
    } cases[] = {
        { "", 0 },           { " \n\t\n", 4 },        { "\0\0\n", 3 },         { "\x01\x02\n\x7F", 4 },
        { "\xFF\n\x80", 3 }, { "\xE2\x96\x85\n", 4 }, { "\xE2\x80\x8B\n", 4 }, { "\xC2\x85\xEF\xBB\xBF", 5 }
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *path = put_bytes("nothing.txt", cases[i].text, cases[i].len);
        Vocab *v;
        LbError err = { 0 };
        VocabOptions options = { .level = "sentencepiece", .size = 100 };
        assert_int_equal(vocab_train(&path, 1, options, &v, &err), LB_DATA);
        assert_null(v);
        assert_non_null(strstr(err.text, "nothing.txt"));
    }
}

static void test_too_small_is_an_error(void **state)
{
    (void)state;
    const char *path = put("letters.txt", "abcdefghijklmnopqrstuvwxyz\n");
    Vocab *v;
    LbError err = { 0 };
    VocabOptions options = { .level = "sentencepiece", .size = 10 };
    assert_int_equal(vocab_train(&path, 1, options, &v, &err), LB_DATA);
    assert_non_null(strstr(err.text, "larger size"));
}

static void test_long_lines(void **state)
{
    (void)state;
    size_t n = 300000;
    char *text = memory_get(n + 1, 1);
    Rng rng = rng_new(3);
    for (size_t i = 0; i < n; i++)
        text[i] = (char)('a' + rng_below(&rng, 3));
    Vocab *v = learn((VocabOptions){ .size = 30, .type = "bpe" }, text);
    Piece *p = vocab_encode(v, text, n);
    assert_int_equal(array_last(p).end, n);
    assert_int_equal(pieces_words(p), 1);
    array_free(p);
    memset(text, 0, n);
    p = vocab_encode(v, text, n);
    assert_int_equal(array_len(p), 0);
    memset(text, ' ', n);
    text[n - 1] = 'a';
    p = vocab_encode(v, text, n);
    assert_int_equal(array_last(p).end, n);
    assert_int_equal(array_last(p).start, n - 1);
    array_free(p);
    vocab_free(v);
    free(text);
}

static void test_damaged_models(void **state)
{
    (void)state;
    Vocab *v = learn_usual("unigram"), *w;
    size_t n;
    char *bytes = model_bytes(v, &n);
    LbError err = { 0 };
    for (size_t cut = 0; cut < n; cut += n / 40 + 1)
        if (vocab_load(put_bytes("cut.model", bytes, cut), &w, &err) == LB_OK)
            vocab_free(w); /* a message cut between two fields may still be one */
        else
            assert_non_null(strstr(err.text, "cut.model"));
    assert_int_equal(vocab_load(put_bytes("cut.model", bytes, n / 2), &w, &err), LB_FORMAT);
    assert_null(w);
    free(bytes);
    vocab_free(v);
}

/* ---- models made elsewhere ---- */

/* One field of sentencepiece_model.proto's ModelProto: a piece (type 1 normal, 2 unknown, 3 control, 6 byte).
 */
static void add_piece(Str *model, const char *name, char type)
{
    size_t n = strlen(name);
    str_add_bytes(model, (char[]){ 0x0A, (char)(n + 9), 0x0A, (char)n }, 4);
    str_add(model, name);
    str_add_bytes(model, "\x15\0\0\x80\xBF\x18", 6); /* score -1 */
    str_add_char(model, type);
}

/* Specials in another order, one absent (padding), a mark of its own, byte pieces. */
static Vocab *foreign(void)
{
    Str model = { 0 };
    add_piece(&model, "<s>", 3);
    add_piece(&model, "</s>", 3);
    add_piece(&model, "\xE2\x96\x81go", 1);
    add_piece(&model, "<unk>", 2);
    add_piece(&model, "<mark>", 3);
    add_piece(&model, "\xE2\x96\x81", 1);
    for (int byte = 0; byte < 256; byte++) {
        char name[8];
        snprintf(name, sizeof name, "<0x%02X>", byte);
        add_piece(&model, name, 6);
    }
    str_add_bytes(&model, "\x12\x03\x98\x02\x01\x1A\x0A\x0A\x08identity", 17); /* byte_fallback; no NFKC */
    Vocab *v;
    LbError err = { 0 };
    assert_int_equal(vocab_load(put_bytes("foreign.model", model.text, model.len), &v, &err), LB_OK);
    str_free(&model);
    return v;
}

static void test_foreign_ids(void **state)
{
    (void)state;
    Vocab *v = foreign();
    const char *const names[] = { "<unk>", "<pad>", "<s>", "</s>", "\xE2\x96\x81go", "<mark>" };
    assert_int_equal(vocab_size(v), 6 + 1 + 256);
    for (int id = 0; id < 6; id++) {
        assert_string_equal(vocab_piece(v, id), names[id]);
        assert_int_equal(vocab_id(v, names[id]), id);
    }
    const int ids[] = { VOCAB_BOS, 4, VOCAB_UNK, 5, 4, VOCAB_EOS, VOCAB_PAD };
    char *text = vocab_decode(v, ids, 7, NULL);
    assert_string_equal(text, "go<unk> go");
    free(text);
    vocab_free(v);
}

static void test_foreign_bytes(void **state)
{
    (void)state;
    Vocab *v = foreign();
    const char raw[] = "go \xE6\x9D\xB1x";
    Piece *p = vocab_encode(v, raw, sizeof raw - 1), *spans;
    assert_int_equal(array_len(p), 6); /* go, blank, three bytes, x */
    expect_word(p, raw, 0, "go");
    expect_word(p, raw, 1, "\xE6\x9D\xB1");
    expect_word(p, raw, 2, "x");
    char *back = decode_pieces(v, p, &spans);
    assert_string_equal(back, raw);
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(spans[i].start, p[i].start);
        assert_int_equal(spans[i].end, p[i].end);
        assert_int_equal(spans[i].word, p[i].word);
    }
    free(back);
    array_free(spans);
    const int broken[] = { p[2].id, p[3].id, 4 }; /* two bytes of three */
    back = vocab_decode(v, broken, 3, &spans);
    assert_true(utf8_is_valid(back, strlen(back)));
    assert_non_null(strstr(back, "\xEF\xBF\xBD go"));
    assert_int_equal(array_len(spans), 3);
    free(back);
    array_free(spans);
    array_free(p);
    vocab_free(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_lowercase),
        cmocka_unit_test(test_spans_are_of_the_raw_bytes),
        cmocka_unit_test(test_any_bytes),
        cmocka_unit_test(test_text_cannot_name_specials),
        cmocka_unit_test(test_words_without_spaces),
        cmocka_unit_test(test_decode_spans),
        cmocka_unit_test(test_same_text_same_bytes),
        cmocka_unit_test(test_too_large_is_reduced),
        cmocka_unit_test(test_two_files_share),
        cmocka_unit_test(test_nothing_to_learn_from),
        cmocka_unit_test(test_too_small_is_an_error),
        cmocka_unit_test(test_long_lines),
        cmocka_unit_test(test_damaged_models),
        cmocka_unit_test(test_foreign_ids),
        cmocka_unit_test(test_foreign_bytes),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
