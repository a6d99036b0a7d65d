/* Reading parallel text: what is kept, what is counted, what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "text/batch.h"
#include "text/linefile.h"
#include "unit/test_text_files.h"

static Vocab *words_of(const char *text)
{
    const char *path = put("words.txt", text);
    Vocab *v;
    LbError err = { 0 };
    assert_int_equal(vocab_train(&path, 1, (VocabOptions){ .level = "word" }, &v, &err), LB_OK);
    return v;
}

static LbStatus load(CorpusFiles files, bool keep_text, Corpus **c, LbError *err)
{
    Vocab *source = words_of("a b c\n"), *target = words_of("x y z\n");
    *err = (LbError){ 0 };
    LbStatus status = corpus_load(&files, source, target, keep_text, c, err);
    vocab_free(source);
    vocab_free(target);
    array_free(files.source);
    array_free(files.target);
    array_free(files.tsv);
    return status;
}

static CorpusFiles two_files(char *source, char *target)
{
    CorpusFiles files = { 0 };
    array_push(files.source, source);
    array_push(files.target, target);
    return files;
}

static void test_pairs_are_numbered(void **state)
{
    (void)state;
    CorpusFiles files = two_files(put("s1", "a b\nc\n"), put_gz("t1.gz", "x\r\ny z z\r\n"));
    array_push(files.source, put("s2", "b unheard"));
    array_push(files.target, put("t2", "z"));
    Corpus *c;
    LbError err;
    assert_int_equal(load(files, true, &c, &err), LB_OK);
    assert_int_equal(c->n, 3);
    const int sources[3][2] = { { 4, 5 }, { 6 }, { 5, VOCAB_UNK } }, source_lens[] = { 2, 1, 2 };
    const int targets[3][3] = { { 4 }, { 5, 6, 6 }, { 6 } }, target_lens[] = { 1, 3, 1 };
    for (size_t i = 0; i < 3; i++) {
        int n;
        const int *ids = corpus_source(c, i, &n);
        assert_int_equal(n, source_lens[i]);
        assert_memory_equal(ids, sources[i], (size_t)n * sizeof *ids);
        ids = corpus_target(c, i, &n);
        assert_int_equal(n, target_lens[i]);
        assert_memory_equal(ids, targets[i], (size_t)n * sizeof *ids);
    }
    assert_string_equal(c->source_lines[2], "b unheard");
    assert_string_equal(c->target_lines[0], "x");
    assert_int_equal(c->report.source_pieces, 5);
    assert_int_equal(c->report.target_pieces, 5);
    assert_int_equal(c->report.source_unknown, 1);
    assert_int_equal(c->report.target_unknown, 0);
    corpus_free(c);
}

static void test_faults_are_counted(void **state)
{
    (void)state;
    const char source[] = "a\n\na b c\na\na\xFF a\nb\0 b\n \nb\n";
    const char target[] = "x\nx\nx\n\nx\ny\nz\nx y z\n";
    CorpusFiles files = two_files(put_bytes("s", source, sizeof source - 1), put("t", target));
    files.max_length = 2;
    Corpus *c;
    LbError err;
    assert_int_equal(load(files, true, &c, &err), LB_OK);
    const CorpusReport *r = &c->report;
    assert_int_equal(r->pairs, 3);
    assert_int_equal(r->empty, 3);
    assert_int_equal(r->first_empty, 2);
    assert_int_equal(r->too_long, 2);
    assert_int_equal(r->first_too_long, 3);
    assert_int_equal(r->invalid_utf8, 2);
    assert_int_equal(r->first_invalid, 5);
    assert_int_equal(r->no_tab, 0);
    assert_int_equal(array_len(c->source_lines), 3);
    assert_string_equal(c->source_lines[2], "b\xEF\xBF\xBD b"); /* not cut at the NUL */
    Str text = { 0 };
    corpus_describe(r, &text);
    assert_non_null(strstr(text.text, "3 pairs; "));
    assert_non_null(strstr(text.text, "3 pairs left out because a side is empty, the first in line 2\n"));
    assert_non_null(strstr(text.text, "first in line 5"));
    assert_null(strstr(text.text, "tab"));
    str_free(&text);
    corpus_free(c);
}

static void test_tsv(void **state)
{
    (void)state;
    CorpusFiles files = { 0 };
    array_push(files.tsv, put("pairs.tsv", "a\tx\nno tab\nb b\ty y\tCC-BY\n\tx\na\t\n"));
    Corpus *c;
    LbError err;
    assert_int_equal(load(files, false, &c, &err), LB_OK);
    assert_int_equal(c->n, 2);
    assert_null(c->source_lines);
    assert_int_equal(c->report.no_tab, 1);
    assert_int_equal(c->report.first_no_tab, 2);
    assert_int_equal(c->report.empty, 2);
    assert_int_equal(c->report.first_empty, 4);
    int n;
    corpus_target(c, 1, &n);
    assert_int_equal(n, 2);
    corpus_free(c);
}

/* Either side longer, at the end of a file or a file without a line. */
static void test_counts_that_differ(void **state)
{
    (void)state;
    const struct {
        const char *source, *target, *says;
    } cases[] = {
        { "a\na\na\n", "x\n", "short.s has 3 lines and %s/short.t has 1;" },
        { "a\n", "x\nx\nx\nx", "short.s has 1 lines and %s/short.t has 4;" },
        { "", "x\n", "short.s has 0 lines and %s/short.t has 1;" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char says[200];
        snprintf(says, sizeof says, cases[i].says, folder);
        Corpus *c = (Corpus *)says;
        LbError err;
        CorpusFiles files = two_files(put("short.s", cases[i].source), put("short.t", cases[i].target));
        assert_int_equal(load(files, false, &c, &err), LB_DATA);
        assert_null(c);
        assert_non_null(strstr(err.text, says));
    }
}

static void test_nothing_usable(void **state)
{
    (void)state;
    Corpus *c;
    LbError err;
    CorpusFiles files = two_files(put("none.s", "\na a a\n"), put("none.t", "x\ny\n"));
    files.max_length = 2;
    assert_int_equal(load(files, false, &c, &err), LB_DATA);
    assert_non_null(strstr(err.text, "none.s"));
    assert_non_null(strstr(err.text, "none.t"));
    assert_non_null(strstr(err.text, "2 lines, of which 1 empty, 1 longer than 2"));
    assert_int_equal(load(two_files(place("absent"), put("t", "x\n")), false, &c, &err), LB_FILE);
    assert_non_null(strstr(err.text, "absent"));
    assert_int_equal(load(two_files(put("s", "a\n"), place("absent")), false, &c, &err), LB_FILE);
    assert_int_equal(load((CorpusFiles){ 0 }, false, &c, &err), LB_USAGE);
    files = two_files(put("s", "a\n"), put("t", "x\n"));
    array_push(files.source, place("s"));
    assert_int_equal(load(files, false, &c, &err), LB_USAGE);
    assert_null(c);
    corpus_free(NULL);
}

/* ---- gold for attention ---- */

/* Pieces are characters, one or more to a word. */
static Vocab *letters(void)
{
    const char *path = put("letters.txt", "a b c d\n");
    Vocab *v;
    assert_int_equal(
        vocab_train(&path, 1, (VocabOptions){ .level = "sentencepiece", .type = "bpe", .size = 9 }, &v, NULL),
        LB_OK);
    return v;
}

static LbStatus load_guided(const Vocab *v, const char *gold, GuideForm *form, bool tsv, size_t at_once,
                            Corpus **c, LbError *err)
{
    CorpusFiles files =
        tsv ? (CorpusFiles){ 0 }
            : two_files(put("g.s", "ab c\n\nabcdabcd\na b\nd\n"), put("g.t", "c ab\na\nb\nab\nd a\n"));
    if (tsv)
        array_push(files.tsv, put("g.tsv", "ab c\tc ab\n\ta\nabcdabcd\tb\na b\tab\nd\td a\n"));
    array_push(files.guide, put_gz("gold.gz", gold));
    files.guide_form = form;
    files.max_length = 6;
    files.at_once = at_once;
    *err = (LbError){ 0 };
    LbStatus status = corpus_load(&files, v, v, false, c, err);
    array_free(files.source);
    array_free(files.target);
    array_free(files.tsv);
    array_free(files.guide);
    return status;
}

/* Shares of a row, as text: "place:share place:share". */
static void assert_row(const Batch *b, int row, const char *expected)
{
    Str got = { 0 };
    str_add(&got, "");
    for (int i = 0; i < b->guide->n; i++)
        if (b->guide->row[i] == row)
            str_addf(&got, "%s%d:%.3g", got.len ? " " : "", b->guide->column[i], b->guide->share[i]);
    assert_string_equal(got.text, expected);
    str_free(&got);
}

/* Pieces of "ab c" are " ", a, b, " ", c: SentencePiece marks a word's beginning. Lines 1 and 2 are left out,
 * and what their gold says with them. */
static void test_gold_in_step(void **state)
{
    (void)state;
    const char *gold = "0-1 1-0 1-1 1-1\nnonsense\n7-7\n0-0 1?0\n\n";
    Arena *arena = arena_new("test", 1 << 20);
    Vocab *v = letters();
    for (int way = 0; way < 4; way++) {
        Corpus *c, taken = { 0 };
        LbError err;
        if (load_guided(v, gold, guide_links, way / 2, (size_t)way % 2, &c, &err))
            fail_msg("%s", err.text);
        assert_true((way % 2) == (c->text != NULL));
        const int lines[] = { 4, 3, 2, 1, 0 };
        assert_int_equal(corpus_take(c, lines, 5, &taken, &err), LB_OK);
        assert_int_equal(taken.n, 3);
        const size_t wanted[] = { 0, 1, 2 };
        Batch *b = batch_make(&taken, wanted, 3, arena);
        assert_int_equal(b->guide->n_rows, 3 + 5);
        assert_row(b, 0, "");
        for (int t = 0; t < 3; t++) /* "a b" to "ab": of word 0, pieces 0 and 1 */
            assert_row(b, b->T + t, "0:0.5 1:0.5");
        assert_row(b, b->T + 3, "");
        for (int t = 0; t < 2; t++) /* "c": linked to "c" */
            assert_row(b, 2 * b->T + t, "3:0.5 4:0.5");
        for (int t = 2; t < 5; t++) /* "ab": to both words */
            assert_row(b, 2 * b->T + t, "0:0.167 1:0.167 2:0.167 3:0.25 4:0.25");
        corpus_clear(&taken);
        corpus_free(c);
    }
    arena_free(arena);
    vocab_free(v);
}

static void test_evidence(void **state)
{
    (void)state;
    Corpus *c;
    LbError err;
    Vocab *v = letters();
    if (load_guided(v, "3:1-1\n\n\n0-1\n0", guide_evidence, false, 0, &c, &err))
        fail_msg("%s", err.text);
    assert_int_equal(c->report.guided_pieces, 5 + 3 + 4);
    Arena *arena = arena_new("test", 1 << 20);
    const size_t pairs[] = { 0, 1 };
    Batch *b = batch_make(c, pairs, 2, arena);
    for (int t = 0; t < 5; t++)
        assert_row(b, t, "3:0.5 4:0.5");
    for (int t = 0; t < 3; t++)
        assert_row(b, b->T + t, "0:0.25 1:0.25 2:0.25 3:0.25");
    assert_row(b, b->T + 3, "");
    arena_free(arena);
    corpus_free(c);
    vocab_free(v);
}

static void test_wrong_gold(void **state)
{
    (void)state;
    const struct {
        const char *gold;
        bool evidence;
        const char *says;
    } cases[] = {
        { "0-1\n\n\n0-0 1-\n\n", false, "\"1-\" is not a link like 3-4 (line 4)" },
        { "0-1\n\n\n\n0-3\n", false, "there is no target word 3: the line has 2, counted from 0 (line 5)" },
        { "2-0\n\n\n\n\n", false, "there is no source word 2" },
        { "0-0x\n\n\n\n\n", false, "\"0-0x\" is not a link" },
        { "0-99999999999999999999\n\n\n\n\n", false, "is not a link" },
        { "0-1\n\n\n\n", false, "has 4 lines" },
        { "1-0\n\n\n\n\n", true, "\"1-0\" is not a range of words like 3-5 or 0:3-5 (line 1)" },
        { "0-2\n\n\n\n\n", true, "there is no source word 2" },
        { "0 - 1\n\n\n\n\n", true, "\"-\" is not a range" },
    };
    Vocab *v = letters();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Corpus *c;
        LbError err;
        GuideForm *form = cases[i].evidence ? guide_evidence : guide_links;
        assert_int_equal(load_guided(v, cases[i].gold, form, i % 2, 0, &c, &err), LB_DATA);
        assert_non_null(strstr(err.text, "gold.gz"));
        if (!strstr(err.text, cases[i].says))
            fail_msg("%s", err.text);
    }
    vocab_free(v);
}

/* ---- lines in any order ---- */

static void check_line(LineFile *f, size_t i, const char *expected, size_t n)
{
    const char *text;
    size_t len;
    LbError err = { 0 };
    if (linefile_read(f, i, &text, &len, &err))
        fail_msg("%s", err.text);
    assert_int_equal(len, n);
    assert_memory_equal(text, expected, n);
}

/* Lines of all lengths around the window's; a byte order mark, \r\n, none, a NUL; forwards, backwards and at
 * random. */
static void test_lines_in_any_order(void **state)
{
    (void)state;
    enum { LINES = 301 }; /* the last one is not empty */
    Str text = { 0 };
    size_t begin[LINES + 1];
    str_add(&text, "\xEF\xBB\xBF");
    for (size_t i = 0; i < LINES; i++) {
        begin[i] = text.len;
        for (size_t k = 0; k < (i % 50 == 7 ? 20000 + i : i % 13); k++)
            str_add_char(&text, (char)(k % 40 ? 'a' + (int)(i + k) % 26 : 0));
        str_add(&text, i == LINES - 1 ? "" : i % 3 ? "\n" : "\r\n");
    }
    begin[LINES] = text.len + 1;
    const char *paths[] = { put_bytes("lines", text.text, text.len), place("lines.gz") };
    gzFile packed = gzopen(paths[1], "wb");
    assert_int_equal(gzwrite(packed, text.text, (unsigned)text.len), (int)text.len);
    gzclose(packed);
    uint64_t hash = 0;
    for (int p = 0; p < 2; p++) {
        LineFile *f;
        assert_int_equal(linefile_open(paths[p], folder, &f, NULL), LB_OK);
        assert_int_equal(linefile_count(f), LINES);
        assert_true(p == 0 || linefile_hash(f) == hash);
        hash = linefile_hash(f);
        Rng r = rng_new(5);
        for (size_t k = 0; k < 4 * LINES; k++) {
            size_t i = k < LINES ? k : k < 2 * LINES ? 2 * LINES - 1 - k : (size_t)rng_below(&r, LINES);
            size_t end = i % 3 == 0 && i < LINES - 1 ? 2 : 1;
            check_line(f, i, text.text + begin[i], begin[i + 1] - begin[i] - end);
        }
        linefile_close(f);
    }
    str_free(&text);
}

static void test_lines_that_cannot_be_read(void **state)
{
    (void)state;
    Str text = { 0 };
    for (int i = 0; i <= LINE_MOST; i++)
        str_add_char(&text, 'x');
    str_add(&text, "\nshort\n");
    char *path = put_bytes("long", text.text, text.len);
    str_free(&text);
    LineFile *f;
    const char *line;
    size_t len;
    LbError err;
    assert_int_equal(linefile_open(path, NULL, &f, NULL), LB_OK);
    assert_int_equal(linefile_read(f, 0, &line, &len, &err), LB_OK);
    assert_null(line);
    assert_int_equal(len, LINE_MOST + 1);
    check_line(f, 1, "short", 5);
    assert_int_equal(linefile_check(f, &err), LB_OK);
    assert_int_equal(truncate(path, 100), 0); /* while it is open */
    assert_int_equal(linefile_read(f, 0, &line, &len, &err), LB_DATA);
    assert_non_null(strstr(err.text, "shorter"));
    assert_int_equal(linefile_check(f, &err), LB_DATA);
    linefile_close(f);
    assert_int_equal(linefile_open(put("empty", ""), NULL, &f, &err), LB_OK);
    assert_int_equal(linefile_count(f), 0);
    linefile_close(f);
    assert_int_equal(linefile_open(folder, NULL, &f, &err), LB_FILE);
    assert_int_equal(linefile_open(place("absent"), NULL, &f, &err), LB_FILE);
    assert_null(f);
}

/* ---- on disk ---- */

static void write_pairs(const char *names[3], int n)
{
    Str text[3] = { { 0 } };
    Rng r = rng_new(3);
    for (int i = 0; i < n; i++) {
        int side[2] = { rng_below(&r, 9), rng_below(&r, 9) }; /* some empty, some too long */
        for (int s = 0; s < 2; s++)
            for (int k = 0; k < side[s]; k++) {
                char word[] = { k ? ' ' : (char)('a' + 23 * s), (char)('a' + 23 * s + rng_below(&r, 3)), 0 };
                str_add(&text[s], word + (k == 0));
                str_add(&text[2], word + (k == 0));
                if (s == 0 && k == side[0] - 1 && i % 11)
                    str_add(&text[2], "\t"); /* not on every line */
            }
        for (int s = 0; s < 3; s++)
            str_add(&text[s], "\n");
    }
    for (int s = 0; s < 3; s++) {
        put_bytes(names[s], text[s].text, text[s].len);
        str_free(&text[s]);
    }
}

/* Everything in a batch is the same whether the corpus is in memory or on disk. */
static void assert_same_batches(const Corpus *one, const Corpus *other)
{
    Arena *arena = arena_new("test", 1 << 22);
    Batches *a = batches_new(one, 3, 0, 5), *b = batches_new(other, 3, 0, 5);
    size_t pairs = 0;
    CorpusReport seen = { 0 };
    assert_int_equal(batches_pools(a), 4);
    for (int pool = 0; pool < batches_pools(a); pool++) {
        assert_int_equal(batches_open(a, 2, pool, NULL), LB_OK);
        assert_int_equal(batches_open(b, 2, pool, NULL), LB_OK);
        assert_int_equal(batches_count(a), batches_count(b));
        corpus_add_report(&seen, batches_report(b));
        for (int i = 0; i < batches_count(a); i++) {
            Batch *x = batches_get(a, i, arena), *y = batches_get(b, i, arena);
            assert_true(x->B == y->B && x->S == y->S && x->T == y->T);
            assert_memory_equal(x->source, y->source, (size_t)(x->B * x->S) * sizeof(int));
            assert_memory_equal(x->target_out, y->target_out, (size_t)(x->B * x->T) * sizeof(int));
            for (int k = 0; k < x->B; k++)
                assert_int_equal(one->from[x->pair[k]], y->pair[k]);
            pairs += (size_t)x->B;
            arena_rewind(arena, 0);
        }
    }
    assert_int_equal(pairs, one->n);
    assert_memory_equal(&seen, &one->report, sizeof seen);
    batches_free(a);
    batches_free(b);
    arena_free(arena);
}

static void test_on_disk(void **state)
{
    (void)state;
    const char *names[] = { "disk.s", "disk.t", "disk.tsv" };
    write_pairs(names, 1000);
    Vocab *source = words_of("a b c\n"), *target = words_of("x y z\n");
    for (int tsv = 0; tsv < 2; tsv++) {
        CorpusFiles files = tsv ? (CorpusFiles){ 0 } : two_files(place("disk.s"), place("disk.t"));
        if (tsv)
            array_push(files.tsv, place("disk.tsv"));
        files.max_length = 6;
        Corpus *memory, *disk;
        assert_int_equal(corpus_load(&files, source, target, false, &memory, NULL), LB_OK);
        files.at_once = 100;
        assert_int_equal(corpus_load(&files, source, target, false, &disk, NULL), LB_OK);
        assert_true(memory->n > 300 && memory->n < 900 && !memory->text);
        assert_true(disk->text && disk->n == 0);
        assert_int_equal(corpus_lines(disk), 1000);
        assert_true(corpus_hash(disk) == corpus_hash(memory));
        assert_same_batches(memory, disk);
        corpus_free(memory);
        corpus_free(disk);
        array_free(files.source);
        array_free(files.target);
        array_free(files.tsv);
    }
    vocab_free(source);
    vocab_free(target);
}

/* Cut off or written to between two pools: a message, not a crash. */
static void test_file_changes(void **state)
{
    (void)state;
    const char *names[] = { "moving.s", "moving.t", "moving.tsv" };
    write_pairs(names, 500);
    Vocab *source = words_of("a b c\n"), *target = words_of("x y z\n");
    CorpusFiles files = two_files(place("moving.s"), place("moving.t"));
    files.at_once = 1;
    Corpus *c;
    assert_int_equal(corpus_load(&files, source, target, false, &c, NULL), LB_OK);
    Batches *b = batches_new(c, 1, 0, 1);
    assert_int_equal(batches_open(b, 0, 0, NULL), LB_OK);
    assert_int_equal(truncate(place("moving.t"), 50), 0);
    LbError err;
    assert_int_equal(batches_open(b, 0, 0, &err), LB_OK); /* it is open */
    assert_int_equal(batches_open(b, 0, 1, &err), LB_DATA);
    assert_non_null(strstr(err.text, "moving.t"));
    batches_free(b);
    corpus_free(c);
    array_free(files.source);
    array_free(files.target);
    vocab_free(source);
    vocab_free(target);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_are_numbered),
        cmocka_unit_test(test_faults_are_counted),
        cmocka_unit_test(test_tsv),
        cmocka_unit_test(test_counts_that_differ),
        cmocka_unit_test(test_nothing_usable),
        cmocka_unit_test(test_lines_in_any_order),
        cmocka_unit_test(test_lines_that_cannot_be_read),
        cmocka_unit_test(test_on_disk),
        cmocka_unit_test(test_gold_in_step),
        cmocka_unit_test(test_evidence),
        cmocka_unit_test(test_wrong_gold),
        cmocka_unit_test(test_file_changes),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
