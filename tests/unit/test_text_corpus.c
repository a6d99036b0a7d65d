/* Reading parallel text: what is kept, what is counted, what is refused. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "text/corpus.h"
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_pairs_are_numbered),
        cmocka_unit_test(test_faults_are_counted),
        cmocka_unit_test(test_tsv),
        cmocka_unit_test(test_counts_that_differ),
        cmocka_unit_test(test_nothing_usable),
    };
    return cmocka_run_group_tests(tests, folder_make, folder_remove);
}
