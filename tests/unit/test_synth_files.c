/* What synth writes: the same bytes for the same seed, parts that share no text, links that fit. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/str.h"
#include "synth/synth.h"

static char *folder;

static int make_folder(void **state)
{
    (void)state;
    char name[] = "synth_files_XXXXXX";
    folder = memory_text(mkdtemp(name));
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    char **dirs = dir_list(folder);
    for (size_t i = 0; i < array_len(dirs); i++) {
        char *dir = path_join(folder, dirs[i]);
        char **names = dir_list(dir);
        for (size_t k = 0; k < array_len(names); k++) {
            char *path = path_join(dir, names[k]);
            unlink(path);
            free(path);
            free(names[k]);
        }
        array_free(names);
        rmdir(dir);
        free(dir);
        free(dirs[i]);
    }
    array_free(dirs);
    rmdir(folder);
    free(folder);
    return 0;
}

static void write_to(const char *dir, const char *task, SynthSizes sizes, uint64_t seed, SynthReport *report)
{
    LbError err = { 0 };
    char *path = path_join(folder, dir);
    assert_int_equal(synth_write(synth_find(task, NULL), sizes, seed, path, report, &err), LB_OK);
    free(path);
}

static char *read_whole(const char *dir, const char *name)
{
    LbError err = { 0 };
    size_t len;
    char *in = path_join(folder, dir), *path = path_join(in, name), *text = file_read(path, &len, &err);
    assert_non_null(text);
    free(path);
    free(in);
    return text;
}

/* Lines of text, which they cut up and outlive not; an array. */
static char **lines_of(char *text)
{
    char **lines = NULL;
    for (char *end; (end = strchr(text, '\n')); text = end + 1) {
        *end = 0;
        array_push(lines, text);
    }
    return lines;
}

static int n_words(const char *text)
{
    Span *words = text_words(text, strlen(text));
    int n = (int)array_len(words);
    array_free(words);
    return n;
}

static void test_same_seed_same_bytes(void **state)
{
    (void)state;
    static const char *const names[] = { "train.en", "train.fr",   "train.align", "valid.en",
                                         "test.fr",  "test.align", "test.en" };
    write_to("a", "svo", (SynthSizes){ 300, 20, 60 }, 5, NULL);
    write_to("b", "svo", (SynthSizes){ 300, 20, 60 }, 5, NULL);
    write_to("c", "svo", (SynthSizes){ 100, 20, 60 }, 5, NULL);
    write_to("d", "svo", (SynthSizes){ 300, 20, 60 }, 6, NULL);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *a = read_whole("a", names[i]), *b = read_whole("b", names[i]);
        char *c = read_whole("c", names[i]), *d = read_whole("d", names[i]);
        assert_string_equal(a, b);
        assert_string_not_equal(a, d);
        assert_true(text_starts(a, c)); /* fewer training sentences: a shorter train, the same test */
        free(a), free(b), free(c), free(d);
    }
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool contains(char **sorted, char *line)
{
    return bsearch(&line, sorted, array_len(sorted), sizeof line, compare_lines) != NULL;
}

static void test_parts_share_nothing(void **state)
{
    (void)state;
    write_to("parts", "svo", (SynthSizes){ 20000, 1000, 5000 }, 1, NULL);
    char *text[] = { read_whole("parts", "train.en"), read_whole("parts", "valid.en"),
                     read_whole("parts", "test.en") };
    char **train = lines_of(text[0]), **valid = lines_of(text[1]), **test = lines_of(text[2]);
    assert_int_equal(array_len(train), 20000);
    assert_int_equal(array_len(valid), 1000);
    assert_int_equal(array_len(test), 5000);
    assert_string_equal(test[0], "She loves cats");
    qsort(train, array_len(train), sizeof *train, compare_lines);
    qsort(valid, array_len(valid), sizeof *valid, compare_lines);
    for (size_t i = 0; i < array_len(test); i++)
        assert_false(contains(train, test[i]) || contains(valid, test[i]));
    for (size_t i = 0; i < array_len(valid); i++)
        assert_false(contains(train, valid[i]) || (i > 0 && strcmp(valid[i], valid[i - 1]) == 0));
    qsort(test, array_len(test), sizeof *test, compare_lines);
    for (size_t i = 1; i < array_len(test); i++)
        assert_string_not_equal(test[i], test[i - 1]);
    array_free(train), array_free(valid), array_free(test);
    free(text[0]), free(text[1]), free(text[2]);
}

static void test_lengths_are_spread(void **state)
{
    (void)state;
    write_to("lengths", "svo", (SynthSizes){ 3000, 0, 280 }, 1, NULL);
    int tested[64] = { 0 }, trained[64] = { 0 };
    char *text[] = { read_whole("lengths", "train.en"), read_whole("lengths", "test.en") };
    char **train = lines_of(text[0]), **test = lines_of(text[1]);
    for (size_t i = 0; i < array_len(test); i++)
        tested[n_words(test[i])]++;
    for (size_t i = 0; i < array_len(train); i++)
        trained[n_words(train[i])]++;
    for (int n = 3; n <= 30; n++) {
        assert_int_equal(tested[n], 10);
        assert_true(trained[n] >= 20);
    }
    array_free(train), array_free(test);
    free(text[0]), free(text[1]);
}

/* Of every task; short texts are drawn again and again, so this fails where nothing is held out. */
static void test_all_parts_share_nothing(void **state)
{
    (void)state;
    for (const SynthTask *t = synth_tasks; t->name; t++) {
        if (!t->draw)
            continue;
        char train_name[32], test_name[32];
        snprintf(train_name, sizeof train_name, "train.%s", t->source_suffix);
        snprintf(test_name, sizeof test_name, "test.%s", t->source_suffix);
        write_to("parts", t->name, (SynthSizes){ 3000, 20, 500 }, 2, NULL);
        char *text[] = { read_whole("parts", train_name), read_whole("parts", test_name) };
        char **train = lines_of(text[0]), **test = lines_of(text[1]);
        assert_true(array_len(train) == 3000 && array_len(test) == 500);
        qsort(train, array_len(train), sizeof *train, compare_lines);
        for (size_t i = 0; i < array_len(test); i++)
            assert_false(contains(train, test[i]));
        array_free(train), array_free(test);
        free(text[0]), free(text[1]);
    }
}

static void check_vocabulary(const char *suffix)
{
    char train_name[32], other_name[32];
    snprintf(train_name, sizeof train_name, "train.%s", suffix);
    snprintf(other_name, sizeof other_name, "test.%s", suffix);
    char *train = read_whole("parts", train_name), *other = read_whole("parts", other_name);
    char **seen = NULL, *rest = NULL;
    for (char *w = strtok_r(train, " \n", &rest); w; w = strtok_r(NULL, " \n", &rest))
        array_push(seen, w);
    qsort(seen, array_len(seen), sizeof *seen, compare_lines);
    for (char *w = strtok_r(other, " \n", &rest); w; w = strtok_r(NULL, " \n", &rest))
        if (!contains(seen, w))
            fail_msg("\"%s\" is not in the training text", w);
    array_free(seen);
    free(train);
    free(other);
}

static void test_training_has_all_words(void **state)
{
    (void)state;
    write_to("parts", "svo", (SynthSizes){ 20000, 1000, 5000 }, 1, NULL);
    check_vocabulary("en");
    check_vocabulary("fr");
}

/* ---- pairs ---- */

static int n_points(const char *text)
{
    int n = 0;
    for (; *text; text++)
        n += strchr(",.?'", *text) != NULL;
    return n;
}

/* Every word has a link (`every_word`), and its first is a sure one (`all_sure`). */
static void check_links(const SynthPair *pair, bool every_word, bool all_sure, bool counts_points)
{
    bool linked[256] = { 0 };
    int last = 0, n = n_words(pair->source);
    if (counts_points) /* the s of 's is a word as well */
        n += n_points(pair->source) + (strchr(pair->source, '\'') != NULL);
    assert_int_equal(n, pair->n_source);
    assert_int_equal(n_words(pair->target) + (counts_points ? n_points(pair->target) : 0), pair->n_target);
    for (size_t k = 0; k < array_len(pair->links); k++) {
        const SynthLink *l = &pair->links[k];
        assert_in_range(l->source, 0, pair->n_source - 1);
        assert_in_range(l->target, last, pair->n_target - 1);
        assert_true(l->sure || linked[l->target] || !all_sure);
        linked[l->target] = true;
        last = l->target;
    }
    for (int j = 0; every_word && j < pair->n_target; j++)
        assert_true(linked[j]);
}

static void test_links_fit(void **state)
{
    (void)state;
    for (const SynthTask *t = synth_tasks; t->name; t++) {
        if (!t->draw)
            continue;
        Rng r = rng_new(4);
        SynthPair pair = { 0 };
        for (int i = 0; i < 1000; i++) {
            synth_make(t, &r, &pair);
            check_links(&pair, !text_equal(t->name, "lexicon"), !text_equal(t->name, "dates"),
                        t->of_sentences);
        }
        synth_pair_free(&pair);
    }
}

static void test_copy_and_reverse(void **state)
{
    (void)state;
    Rng r = rng_new(4);
    SynthPair pair = { 0 };
    synth_make_length(synth_find("copy", NULL), &r, 7, &pair);
    assert_string_equal(pair.source, pair.target);
    for (int k = 0; k < 7; k++)
        assert_true(pair.links[k].source == k && pair.links[k].target == k);
    synth_make_length(synth_find("reverse", NULL), &r, 7, &pair);
    assert_memory_equal(pair.source, pair.target + strlen(pair.target) - 4, 4); /* words of four letters */
    for (int k = 0; k < 7; k++)
        assert_true(pair.links[k].source == 6 - k && pair.links[k].target == k);
    synth_pair_free(&pair);
}

static void test_perfect_reader(void **state)
{
    (void)state;
    SynthPair pair = { .n_source = 2, .n_target = 2 };
    array_push(pair.links, (SynthLink){ 0, 0, true });
    array_push(pair.links, (SynthLink){ 1, 0, true });
    array_push(pair.links, (SynthLink){ 1, 1, false });
    /* A = {0-0, 1-1}, S = {0-0, 1-0}: 1 - (1 + 2) / (2 + 2) */
    assert_true(synth_read(&pair, 1).perfect.aer == 0.25);
    assert_true(synth_read(&pair, 1).perfect.hit == -1);
    pair.n_target = 3; /* and a word from nothing: 1 - (1 + 2) / (3 + 2) */
    double aer = synth_read(&pair, 1).perfect.aer;
    assert_true(aer > 0.4 - 1e-12 && aer < 0.4 + 1e-12);
    array_free(pair.links);

    SynthReport report;
    write_to("reader", "copy", (SynthSizes){ 10, 0, 50 }, 1, &report);
    assert_true(report.perfect.aer == 0);
    write_to("reader", "svo", (SynthSizes){ 10, 0, 500 }, 1, &report);
    assert_true(report.perfect.aer > 0 && report.perfect.aer < 0.01);
}

/* ---- what goes wrong ---- */

static void test_errors(void **state)
{
    (void)state;
    LbError err = { 0 };
    assert_null(synth_find("svoo", &err));
    assert_int_equal(err.status, LB_USAGE);
    assert_non_null(strstr(err.text, "svo"));
    assert_non_null(strstr(err.text, "lexicon"));
    assert_int_equal(file_write("synth_blocked", "x", 1, &err), LB_OK);
    assert_int_equal(
        synth_write(synth_find("copy", NULL), (SynthSizes){ 1, 1, 1 }, 1, "synth_blocked/in", NULL, &err),
        LB_FILE);
    unlink("synth_blocked");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_same_seed_same_bytes),
        cmocka_unit_test(test_parts_share_nothing),
        cmocka_unit_test(test_all_parts_share_nothing),
        cmocka_unit_test(test_lengths_are_spread),
        cmocka_unit_test(test_training_has_all_words),
        cmocka_unit_test(test_links_fit),
        cmocka_unit_test(test_copy_and_reverse),
        cmocka_unit_test(test_perfect_reader),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
