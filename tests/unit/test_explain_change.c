/* Edited sources: which pieces a word became; and two outputs word beside word, as text for a terminal. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "explain/diff.h"
#include "explain/edited.h"
#include "view/compare.h"

#include <cmocka.h> /* last: it has a macro called fail */

/* ---- edited sources ---- */

static Vocab *words_vocab(void)
{
    static const char *const words[] = { "a", "cat", "sat", "big", "dog" };
    Vocab *v;
    LbError err = { 0 };
    if (vocab_of_list("word", false, words, 5, "words", &v, &err) != LB_OK)
        fail_msg("%s", err.text);
    return v;
}

/* "a <unk> sat | 0-1 1-2 2-3": pieces, then the range of each old word. */
static char *shown(const Vocab *v, const Edited *e)
{
    Str out = { 0 };
    str_add(&out, "");
    for (size_t i = 0; i < array_len(e->pieces); i++)
        str_addf(&out, "%s ", vocab_piece(v, e->pieces[i].id));
    str_add(&out, "|");
    for (size_t i = 0; i < array_len(e->words); i++)
        str_addf(&out, " %d-%d", e->words[i].first, e->words[i].end);
    return str_take(&out);
}

static void expect_edit(const WordEdit *edits, EraseMethod how, const char *raw, const char *want)
{
    static const char line[] = " a cat  sat ";
    Vocab *v = words_vocab();
    Piece *pieces = vocab_encode(v, line, strlen(line));
    Edited e = edited_new(v, line, strlen(line), pieces, edits, how, NULL);
    char *got = shown(v, &e);
    assert_string_equal(got, want);
    assert_string_equal(e.raw.text, raw);
    for (size_t i = 0; i < array_len(e.pieces); i++)
        assert_int_equal(e.pieces[i].word, i); /* without gaps */
    free(got);
    edited_free(&e);
    array_free(pieces);
    vocab_free(v);
}

static void words_are_erased_and_replaced(void **state)
{
    (void)state;
    const WordEdit none[3] = { { 0 } }, first[3] = { { .erased = true } },
                   second[3] = { [1] = { .erased = true } },
                   all[3] = { { .erased = true }, { .erased = true }, { .erased = true } },
                   dog[3] = { [1] = { .by = "big dog", .by_len = 7 } },
                   both[3] = { { .by = "big dog", .by_len = 7 }, [2] = { .erased = true } },
                   far[3] = { [0] = { .erased = true }, [2] = { .by = "dog", .by_len = 3 } };
    expect_edit(none, ERASE_DELETE, " a cat  sat ", "a cat sat | 0-1 1-2 2-3");
    expect_edit(second, ERASE_UNK, " a cat  sat ", "a <unk> sat | 0-1 1-2 2-3");
    expect_edit(second, ERASE_DELETE, " a cat  sat ", "a sat | 0-1 1-1 1-2");
    expect_edit(first, ERASE_DELETE, " a cat  sat ", "cat sat | 0-0 0-1 1-2");
    expect_edit(all, ERASE_DELETE, " a cat  sat ", "| 0-0 0-0 0-0");
    expect_edit(dog, ERASE_UNK, " a big dog  sat ", "a big dog sat | 0-1 1-3 3-4");
    expect_edit(both, ERASE_UNK, " big dog cat  sat ", "big dog cat <unk> | 0-2 2-3 3-4");
    expect_edit(far, ERASE_DELETE, " a cat  dog ", "cat dog | 0-0 0-1 1-2");
}

/* ---- outputs beside each other ---- */

enum { MOST = 8 };

static int split(char *text, const char **words)
{
    int n = 0;
    for (char *rest = text, *word; (word = strtok_r(rest, " ", &rest)) && n < MOST;)
        words[n++] = word;
    return n;
}

static void expect_diff(const char *a, const char *b, const char *want)
{
    char text_a[100], text_b[100], got[200] = "";
    const char *words_a[MOST], *words_b[MOST];
    snprintf(text_a, sizeof text_a, "%s", a);
    snprintf(text_b, sizeof text_b, "%s", b);
    int n_a = split(text_a, words_a), n_b = split(text_b, words_b), seen_a = 0, seen_b = 0;
    Beside *d = diff_words(words_a, n_a, words_b, n_b);
    for (size_t i = 0; i < array_len(d); i++) {
        size_t len = strlen(got);
        snprintf(got + len, sizeof got - len, "%s%s%c%s", i ? " " : "", d[i].a < 0 ? "-" : words_a[d[i].a],
                 d[i].same ? '=' : '/', d[i].b < 0 ? "-" : words_b[d[i].b]);
        assert_true(d[i].a < 0 || d[i].a == seen_a++);
        assert_true(d[i].b < 0 || d[i].b == seen_b++);
    }
    assert_int_equal(seen_a, n_a);
    assert_int_equal(seen_b, n_b);
    assert_string_equal(got, want);
    array_free(d);
}

static void what_outputs_share_is_found(void **state)
{
    (void)state;
    expect_diff("", "", "");
    expect_diff("a b", "a b", "a=a b=b");
    expect_diff("", "a", "-/a");
    expect_diff("a", "", "a/-");
    expect_diff("a cat sat", "the sat", "a/the cat/- sat=sat");
    expect_diff("a b c d", "x b y d z", "a/x b=b c/y d=d -/z");
    expect_diff("a a a", "a a", "a=a a=a a/-");
    expect_diff("a b", "b a", "a/- b=b -/a");
}

static void expect_shown(TerminalColour colour, const char *const label[2], int columns, const char *want)
{
    const CompareCell cells[] = { { { "Zwei", "Zwei" }, 0, false },
                                  { { "Hunde", NULL }, 1, true },
                                  { { NULL, "\x1b[1m" }, -1, true } };
    Str out = { 0 };
    terminal_compare(label, cells, 3, (TerminalOptions){ .colour = colour, .columns = columns }, &out);
    assert_string_equal(out.text, want);
    str_free(&out);
}

static void changes_are_marked(void **state)
{
    (void)state;
    const char *const both[] = { "before", "after" }, *const one[] = { "output", NULL };
    expect_shown(TERMINAL_ASCII, both, 80,
                 "        0    1\n"
                 "before  Zwei Hunde\n"
                 "after   Zwei       \\x1B[1m\n"
                 "             ^^^^^ ^^^^^^^\n");
    expect_shown(TERMINAL_ASCII, both, 20,
                 "        0    1\n"
                 "before  Zwei Hunde\n"
                 "after   Zwei\n"
                 "             ^^^^^\n"
                 "\n"
                 "before\n"
                 "after   \\x1B[1m\n"
                 "        ^^^^^^^\n");
    expect_shown(TERMINAL_256, both, 80,
                 "        0    1\n"
                 "before  Zwei \x1b[38;5;208mHunde\x1b[0m\n"
                 "after   Zwei       \x1b[1;38;5;39m\\x1B[1m\x1b[0m\n");
    expect_shown(TERMINAL_ASCII, one, 80, "        0    1\noutput  Zwei Hunde\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_erased_and_replaced),
        cmocka_unit_test(what_outputs_share_is_found),
        cmocka_unit_test(changes_are_marked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
