/* Vocabularies that are lists: splitting, spans, training, files and their faults. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/str.h"
#include "text/vocab.h"
#include "unit/test_text_files.h"

static Vocab *trained(VocabOptions options, const char *text)
{
    const char *path = put("train.txt", text);
    Vocab *v;
    LbError err = { 0 };
    assert_int_equal(vocab_train(&path, 1, options, &v, &err), LB_OK);
    return v;
}

static char *round_trip(const Vocab *v, const char *text, Piece **spans)
{
    Piece *pieces = vocab_encode(v, text, strlen(text));
    int *ids = NULL;
    for (size_t i = 0; i < array_len(pieces); i++)
        array_push(ids, pieces[i].id);
    char *back = vocab_decode(v, ids, (int)array_len(ids), spans);
    array_free(pieces);
    array_free(ids);
    return back;
}

/* ---- encoding ---- */

typedef struct {
    const char *level, *text;
    bool lowercase;
    const char *back; /* what comes back, with "a b ab Ü é" known */
} RoundTrip;

static const RoundTrip trips[] = {
    { "word", "a b ab", false, "a b ab" },
    { "word",
      "  a \t b\xC2\xA0"
      "ab ",
      false, "a b ab" }, /* U+00A0 is white space */
    { "word", "a </s> b <pad>", false, "a <unk> b <unk>" },
    { "word", "A b", false, "<unk> b" },
    { "word", "A B aB", true, "a b ab" },
    { "word", "\xC3\x9C \xC3\xBC", true, "\xC3\xBC \xC3\xBC" },
    { "word", "", false, "" },
    { "word", " \t ", false, "" },
    { "char", "ab ba", false, "ab ba" },
    { "char", " a  b ", false, " a  b " },
    { "char", "a\tb", false, "a b" },
    { "char", "\xC3\xA9z", false, "\xC3\xA9<unk>" },
    { "tokens", "a b  ab", false, "a b ab" },
    { "tokens", "a </s>", false, "a <unk>" },
};

static void test_round_trips(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof trips / sizeof *trips; i++) {
        VocabOptions options = { .level = trips[i].level, .lowercase = trips[i].lowercase };
        Vocab *v = trained(options, "a b ab \xC3\x9C \xC3\xA9\n");
        assert_string_equal(vocab_level(v), trips[i].level);
        char *back = round_trip(v, trips[i].text, NULL);
        assert_string_equal(back, trips[i].back);
        free(back);
        vocab_free(v);
    }
}

static void expect_piece(Piece p, int id, int start, int end, int word)
{
    assert_int_equal(p.id, id);
    assert_int_equal(p.start, start);
    assert_int_equal(p.end, end);
    assert_int_equal(p.word, word);
}

static void test_spans_are_of_the_raw_bytes(void **state)
{
    (void)state;
    const char raw[] = "a \xFF\0 \xE3\x80\x80"
                       "b"; /* U+3000 separates */
    Vocab *v = trained((VocabOptions){ .level = "word" }, "a b \xEF\xBF\xBD\xEF\xBF\xBD\n");
    Piece *p = vocab_encode(v, raw, sizeof raw - 1);
    assert_int_equal(array_len(p), 3);
    expect_piece(p[0], vocab_id(v, "a"), 0, 1, 0);
    expect_piece(p[1], vocab_id(v, "\xEF\xBF\xBD\xEF\xBF\xBD"), 2, 4, 1);
    expect_piece(p[2], vocab_id(v, "b"), 8, 9, 2);
    assert_true(p[1].id >= VOCAB_FIRST);
    assert_int_equal(pieces_words(p), 3);
    array_free(p);
    vocab_free(v);
}

static void test_char_spans(void **state)
{
    (void)state;
    const char raw[] = "a\xE6\x9D\xB1 \xE6\x9D"; /* a character cut in two */
    Vocab *v = trained((VocabOptions){ .level = "char" }, "a\xE6\x9D\xB1 b\n");
    Piece *p = vocab_encode(v, raw, sizeof raw - 1);
    expect_piece(p[0], vocab_id(v, "a"), 0, 1, 0);
    expect_piece(p[1], vocab_id(v, "\xE6\x9D\xB1"), 1, 4, 1);
    expect_piece(p[2], vocab_id(v, "\xE2\x96\x81"), 4, 5, 2);
    expect_piece(p[3], VOCAB_UNK, 5, p[3].end, 3);
    assert_int_equal(array_last(p).end, 7);
    array_free(p);
    vocab_free(v);
}

static void test_tokens_by_name(void **state)
{
    (void)state;
    Vocab *v = trained((VocabOptions){ .level = "char" }, "ab\n");
    const char text[] = " b <s> nothing a";
    Piece *p = vocab_encode_tokens(v, text, sizeof text - 1);
    assert_int_equal(array_len(p), 4);
    expect_piece(p[0], vocab_id(v, "b"), 1, 2, 0);
    expect_piece(p[1], VOCAB_UNK, 3, 6, 1);
    expect_piece(p[2], VOCAB_UNK, 7, 14, 2);
    expect_piece(p[3], vocab_id(v, "a"), 15, 16, 3);
    array_free(p);
    vocab_free(v);
}

static void test_decode_spans(void **state)
{
    (void)state;
    Vocab *v = trained((VocabOptions){ .level = "word" }, "one two\n");
    int ids[] = { vocab_id(v, "two"), VOCAB_UNK, VOCAB_EOS };
    Piece *p;
    char *text = vocab_decode(v, ids, 3, &p);
    assert_string_equal(text, "two <unk>");
    expect_piece(p[0], ids[0], 0, 3, 0);
    expect_piece(p[1], VOCAB_UNK, 4, 9, 1);
    expect_piece(p[2], VOCAB_EOS, 9, 9, 2);
    array_free(p);
    free(text);
    text = vocab_decode(v, NULL, 0, &p);
    assert_string_equal(text, "");
    assert_null(p);
    free(text);
    vocab_free(v);
}

static void test_a_long_line(void **state)
{
    (void)state;
    size_t n = 300000;
    char *text = memory_get(n + 1, 1);
    memset(text, 'a', n);
    const char *const levels[] = { "word", "char", "tokens" };
    for (size_t i = 0; i < 3; i++) {
        Vocab *v = trained((VocabOptions){ .level = levels[i] }, "a\n");
        Piece *p = vocab_encode(v, text, n);
        assert_int_equal(array_len(p), i == 1 ? n : 1);
        assert_int_equal(array_last(p).end, n);
        array_free(p);
        vocab_free(v);
    }
    free(text);
}

/* ---- punctuation ---- */

typedef struct {
    const char *punctuation, *text;
    const char *pieces; /* the bytes of each span, in brackets */
    const char *back;   /* all are known */
} Punctuated;

static const Punctuated punctuated[] = {
    { "keep", "Who? (I.)", "[Who?][(I.)]", "Who? (I.)" },
    { NULL, "Who? (I.)", "[Who?][(I.)]", "Who? (I.)" },
    { "split", "Who? (I.)", "[Who][?][(][I][.][)]", "Who? (I.)" },
    { "split", "a ||| b. c-d 3,5$", "[a][|||][b][.][c][-][d][3][,][5$]", "a ||| b. c - d 3, 5$" },
    { "split", " ..  a", "[.][.][a]", ".. a" },
    { "split", "( a ) ,b", "[(][a][)][,][b]", "(a), b" },
    { "split", "彼は、「猫」。犬", "[彼は][、][「][猫][」][。][犬]", "彼は、 「猫」。 犬" },
    /* a mark stays with what it is combined with: e and acute, ! in a circle */
    { "split", "e\xCC\x81!\xE2\x83\x9D. x", "[e\xCC\x81][!\xE2\x83\x9D][.][x]",
      "e\xCC\x81 !\xE2\x83\x9D. x" },
    { "drop", "Who? (I.) -- a-b", "[Who][I][a][b]", "Who I a b" },
    { "drop", "e\xCC\x81!\xE2\x83\x9D. x", "[e\xCC\x81][x]", "e\xCC\x81 x" },
    { "drop", "...", "", "" },
    { "split", "", "", "" },
};

static char *in_brackets(const char *text, const Piece *pieces)
{
    Str out = { 0 };
    str_add(&out, "");
    for (size_t i = 0; i < array_len(pieces); i++)
        str_addf(&out, "[%.*s]", pieces[i].end - pieces[i].start, text + pieces[i].start);
    return str_take(&out);
}

static void test_punctuation(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof punctuated / sizeof *punctuated; i++) {
        const Punctuated *p = &punctuated[i];
        Str line = { 0 };
        str_addf(&line, "known\n%s\n", p->text);
        Vocab *v = trained((VocabOptions){ .level = "word", .punctuation = p->punctuation }, line.text), *w;
        assert_int_equal(vocab_save(v, place("punctuated"), NULL, NULL), LB_OK);
        assert_int_equal(vocab_load(place("punctuated.vocab"), &w, NULL), LB_OK);
        assert_int_equal(vocab_crc(v), vocab_crc(w));
        Piece *pieces = vocab_encode(w, p->text, strlen(p->text)), *spans;
        char *spelled = in_brackets(p->text, pieces), *back = round_trip(w, p->text, &spans);
        assert_string_equal(spelled, p->pieces);
        assert_string_equal(back, p->back);
        for (size_t k = 0; k < array_len(pieces); k++) {
            assert_int_equal(pieces[k].word, k);
            assert_string_equal(vocab_piece(w, spans[k].id), vocab_piece(v, pieces[k].id));
        }
        array_free(pieces);
        array_free(spans);
        free(spelled);
        free(back);
        str_free(&line);
        vocab_free(v);
        vocab_free(w);
    }
}

static void test_punctuation_before_unknown_and_marks(void **state)
{
    (void)state;
    Vocab *v = trained((VocabOptions){ .level = "word", .punctuation = "split" }, "a . (\n");
    int ids[] = { vocab_id(v, "("), VOCAB_UNK, vocab_id(v, "."), VOCAB_EOS, vocab_id(v, "a") };
    Piece *p;
    char *text = vocab_decode(v, ids, 5, &p);
    assert_string_equal(text, "(<unk>. a");
    expect_piece(p[1], VOCAB_UNK, 1, 6, 1);
    expect_piece(p[2], ids[2], 6, 7, 2);
    expect_piece(p[4], ids[4], 8, 9, 4);
    array_free(p);
    free(text);
    vocab_free(v);
}

/* ---- training ---- */

static void test_the_frequent_come_first(void **state)
{
    (void)state;
    Vocab *v = trained((VocabOptions){ .level = "word", .size = 7, .min_count = 2 }, "c c b b a a d d d e\n");
    const char *const expected[] = { "<unk>", "<pad>", "<s>", "</s>", "d", "a", "b" };
    assert_int_equal(vocab_size(v), 7);
    for (int i = 0; i < 7; i++)
        assert_string_equal(vocab_piece(v, i), expected[i]);
    assert_int_equal(vocab_id(v, "c"), VOCAB_UNK);
    vocab_free(v);
}

static void test_several_files_and_gz(void **state)
{
    (void)state;
    const char *paths[] = { put("one.txt", "x\n"), put_gz("two.gz", "y y\n") };
    Vocab *v;
    LbError err = { 0 };
    assert_int_equal(vocab_train(paths, 2, (VocabOptions){ .level = "word" }, &v, &err), LB_OK);
    assert_int_equal(vocab_id(v, "y"), VOCAB_FIRST);
    assert_int_equal(vocab_id(v, "x"), VOCAB_FIRST + 1);
    vocab_free(v);
}

static void test_training_faults(void **state)
{
    (void)state;
    const struct {
        VocabOptions options;
        const char *text; /* NULL: no file */
        LbStatus status;
    } faults[] = {
        { { .level = "words" }, "a\n", LB_USAGE },
        { { .level = NULL }, "a\n", LB_USAGE },
        { { .level = "word", .punctuation = "cut" }, "a\n", LB_USAGE },
        { { .level = "char", .punctuation = "split" }, "a\n", LB_USAGE },
        { { .level = "word", .punctuation = "drop" }, "... !\n", LB_DATA },
        { { .level = "word", .size = 4 }, "a\n", LB_USAGE },
        { { .level = "word", .size = -1 }, "a\n", LB_USAGE },
        { { .level = "sentencepiece", .type = "bpo" }, "a\n", LB_USAGE },
        { { .level = "word" }, "\n \n", LB_DATA },
        { { .level = "word", .min_count = 2 }, "a b\n", LB_DATA },
        { { .level = "char" }, "", LB_DATA },
        { { .level = "word" }, NULL, LB_FILE },
    };
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        const char *path = faults[i].text ? put("fault.txt", faults[i].text) : place("absent.txt");
        Vocab *v = (Vocab *)&faults;
        LbError err = { 0 };
        assert_int_equal(vocab_train(&path, 1, faults[i].options, &v, &err), faults[i].status);
        assert_null(v);
        assert_int_equal(err.status, faults[i].status);
        assert_true(strlen(err.text) > 0);
    }
}

/* ---- files ---- */

static void test_saved_and_loaded(void **state)
{
    (void)state;
    const char *const levels[] = { "word", "char", "tokens" };
    for (size_t i = 0; i < 3; i++) {
        Vocab *v = trained((VocabOptions){ .level = levels[i], .lowercase = i != 2 }, "# A b #level\n"), *w;
        LbError err = { 0 };
        char *path;
        assert_int_equal(vocab_save(v, place("saved"), &path, &err), LB_OK);
        assert_string_equal(path + strlen(path) - 12, "/saved.vocab");
        assert_int_equal(vocab_load(path, &w, &err), LB_OK);
        assert_string_equal(vocab_level(w), levels[i]);
        assert_int_equal(vocab_size(w), vocab_size(v));
        for (int id = 0; id < vocab_size(v); id++)
            assert_string_equal(vocab_piece(w, id), vocab_piece(v, id));
        char *one = round_trip(v, "A b", NULL), *two = round_trip(w, "A b", NULL);
        assert_string_equal(one, i == 2 ? "A b" : "a b");
        assert_string_equal(one, two);
        free(one);
        free(two);
        free(path);
        vocab_free(v);
        vocab_free(w);
    }
}

#define SPECIALS "<unk>\n<pad>\n<s>\n</s>\n"

typedef struct {
    const char *text;
    int line;         /* named by the error; 0: none; -1: no error */
    const char *says; /* part of the message */
} VocabFile;

static const VocabFile vocab_files[] = {
    { SPECIALS "a\n", -1, NULL },
    { SPECIALS "a", -1, NULL },
    { "#level char lowercase\n" SPECIALS "a\r\n", -1, NULL },
    { "#level word\n" SPECIALS "#level\n", -1, NULL },
    { "", 0, "0 pieces" },
    { SPECIALS, 0, "4 pieces" },
    { "a\n<unk>\n", 1, "<unk>" },
    { "<unk>\n<s>\n<pad>\n</s>\na\n", 2, "<pad>" },
    { "#level word\n<unk>\n<pad>\n<s>\na\n", 5, "</s>" },
    { SPECIALS "a\nb\na\n", 7, "second time" },
    { SPECIALS "<pad>\n", 5, "second time" },
    { SPECIALS "a\n\nb\n", 6, "empty" },
    { SPECIALS "\xFF\n", 5, "UTF-8" },
    { SPECIALS "a b\n", 5, "level word" },
    { "#level char\n" SPECIALS "ab\n", 6, "level char" },
    { "#level line\n" SPECIALS "a\n", 1, "line" },
    { "#level sentencepiece\n" SPECIALS "a\n", 1, "sentencepiece" },
    { "#level\n" SPECIALS "a\n", 1, "level" },
    { "#level word uppercase\n" SPECIALS "a\n", 1, "uppercase" },
    { "#level word lowercase split-punctuation\n" SPECIALS "a\n,\n", -1, NULL },
    { "#level word split-punctuation\n" SPECIALS "a,\n", 6, "level word" },
    { "#level word drop-punctuation\n" SPECIALS "a\n,\n", 7, "level word" },
    { "#level char split-punctuation\n" SPECIALS "a\n", 1, "split-punctuation" },
};

static void test_vocab_files(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof vocab_files / sizeof *vocab_files; i++) {
        const VocabFile *f = &vocab_files[i];
        const char *path = put("case.vocab", f->text);
        Vocab *v;
        LbError err = { 0 };
        LbStatus status = vocab_load(path, &v, &err);
        assert_int_equal(status, f->line < 0 ? LB_OK : LB_FORMAT);
        if (f->line >= 0) {
            assert_null(v);
            assert_int_equal(err.line, f->line);
            assert_non_null(strstr(err.text, f->says));
            assert_non_null(strstr(err.text, "case.vocab"));
        }
        vocab_free(v);
    }
}

static void test_nul_and_absent(void **state)
{
    (void)state;
    Vocab *v;
    LbError err = { 0 };
    const char text[] = SPECIALS "a\0b\n";
    assert_int_equal(vocab_load(put_bytes("nul.vocab", text, sizeof text - 1), &v, &err), LB_FORMAT);
    assert_int_equal(err.line, 5);
    assert_int_equal(vocab_load(place("absent.vocab"), &v, &err), LB_FILE);
    assert_int_equal(vocab_load(place("absent.model"), &v, &err), LB_FILE);
    assert_int_equal(vocab_load(put("text.model", "not a model\n"), &v, &err), LB_FORMAT);
    assert_non_null(strstr(err.text, "text.model"));
    vocab_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trips),
        cmocka_unit_test(test_spans_are_of_the_raw_bytes),
        cmocka_unit_test(test_char_spans),
        cmocka_unit_test(test_tokens_by_name),
        cmocka_unit_test(test_decode_spans),
        cmocka_unit_test(test_a_long_line),
        cmocka_unit_test(test_punctuation),
        cmocka_unit_test(test_punctuation_before_unknown_and_marks),
        cmocka_unit_test(test_the_frequent_come_first),
        cmocka_unit_test(test_several_files_and_gz),
        cmocka_unit_test(test_training_faults),
        cmocka_unit_test(test_saved_and_loaded),
        cmocka_unit_test(test_vocab_files),
        cmocka_unit_test(test_nul_and_absent),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
