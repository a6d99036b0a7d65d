/* Where a text is parted into sentences; attention summed over them; what one of them is worth to an output.
 */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "explain/sentences.h"

#include <cmocka.h> /* last: it has a macro called fail */

/* What is wanted is the text with a / between sentences. */
static const struct {
    const char *text, *want;
} splits[] = {
    { "", "" },
    { " \t\n ", "" },
    { "no end mark at all", "no end mark at all" },
    { "One. Two.", "One./Two." },
    { "  One!  Two?\nThree", "One!/Two?/Three" },
    { "Mary moved to the bathroom. John went to the hallway.",
      "Mary moved to the bathroom./John went to the hallway." },
    /* `|||` parts, and then nothing else does */
    { "a b ||| c. D ||| e", "a b/c. D/e" },
    { "||| a ||| ||| b |||", "a/b" },
    { "a|||b. C", "a|||b./C" },
    /* abbreviations, initials, acronyms, numbers */
    { "Dr. Smith met Mr. J. R. Doe. They spoke.", "Dr. Smith met Mr. J. R. Doe./They spoke." },
    { "See Fig. 3 for it. See fig. 4.", "See Fig. 3 for it./See fig. 4." },
    { "I said no. He left.", "I said no./He left." },
    { "It was I. You knew.", "It was I./You knew." },
    { "Pi is 3.14 and e is 2.72. Both are known.", "Pi is 3.14 and e is 2.72./Both are known." },
    { "He is 42. She is 40.", "He is 42./She is 40." },
    { "1. First. 2. Second.", "1. First./2. Second." },
    { "The U.S. Army came at 5 p.m. Then it left.", "The U.S. Army came at 5 p.m./Then it left." },
    { "Use words, e.g. Paris. Or cf. Rome.", "Use words, e.g. Paris./Or cf. Rome." },
    { "Smith et al. (2010) and apples, pears etc. are here.",
      "Smith et al. (2010) and apples, pears etc. are here." },
    { "Apples, pears, etc. We like them.", "Apples, pears, etc./We like them." },
    { "Mail a@b.com. Or visit lookback.org. Bye", "Mail a@b.com./Or visit lookback.org./Bye" },
    /* quotes, brackets, repeated marks, ellipsis */
    { "He said \"Go.\" She went. (She ran.) Away!", "He said \"Go.\"/She went./(She ran.)/Away!" },
    { "\"Why?\" he asked. \xE2\x80\x9CNo!\xE2\x80\x9D It is.",
      "\"Why?\" he asked./\xE2\x80\x9CNo!\xE2\x80\x9D/It is." },
    { "What?! Really... yes. Well... No\xE2\x80\xA6 Never\xE2\x80\xA6 or so.",
      "What?!/Really... yes./Well.../No\xE2\x80\xA6/Never\xE2\x80\xA6 or so." },
    { "Wait . . . what ?", "Wait . . ./what ?" },
    { "... ! ?", "... ! ?" },
    /* text without capitals, tokenised or not */
    { "the bade is vize . the tola is kuro . what is it ?",
      "the bade is vize ./the tola is kuro ./what is it ?" },
    { "mary went home. john slept.", "mary went home./john slept." },
    { "NLP of iPhones. eBay is one.", "NLP of iPhones. eBay is one." },
    /* other scripts: no blanks behind wide marks */
    { "\xE7\x8C\xAB\xE3\x80\x82\xE7\x8A\xAC\xEF\xBC\x81\xE9\xB3\xA5",
      "\xE7\x8C\xAB\xE3\x80\x82/\xE7\x8A\xAC\xEF\xBC\x81/\xE9\xB3\xA5" },
    { "\xE3\x80\x8C\xE7\x8C\xAB\xE3\x80\x82\xE3\x80\x8D\xE3\x81\xA8\xE7\x8A\xAC\xE3\x80\x82\xE9\xB3\xA5",
      "\xE3\x80\x8C\xE7\x8C\xAB\xE3\x80\x82\xE3\x80\x8D\xE3\x81\xA8\xE7\x8A\xAC\xE3\x80\x82/\xE9\xB3\xA5" },
    { "\xE0\xA4\x95\xE0\xA5\xA4 \xE0\xA4\x96\xE0\xA5\xA4",
      "\xE0\xA4\x95\xE0\xA5\xA4/\xE0\xA4\x96\xE0\xA5\xA4" },
    { "\xC3\x89mile est l\xC3\xA0. Il dort.", "\xC3\x89mile est l\xC3\xA0./Il dort." },
    /* blank lines end what has no mark */
    { "A heading\n\nIts text. More\nof it", "A heading/Its text./More\nof it" },
    { "a\r\n\r\nb", "a/b" },
    /* any bytes */
    { "\xFF\xFE. \x80. Z", "\xFF\xFE./\x80./Z" },
};

static void test_splits(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof splits / sizeof *splits; i++) {
        Span *spans = sentences_split(splits[i].text, strlen(splits[i].text));
        Str got = { 0 };
        str_add(&got, "");
        for (size_t k = 0; k < array_len(spans); k++) {
            str_add(&got, k ? "/" : "");
            str_add_bytes(&got, splits[i].text + spans[k].start, (size_t)(spans[k].end - spans[k].start));
        }
        if (strcmp(got.text, splits[i].want) != 0)
            fail_msg("`%s` became `%s`", splits[i].text, got.text);
        str_free(&got);
        array_free(spans);
    }
}

/* Every byte that is no white space is in one sentence, whatever the bytes; NUL among them. */
static void test_keeps_all(void **state)
{
    (void)state;
    static const char *const parts[] = { "a", "B", "1", ".",  "!", "?", "\"",           "'",
                                         ")", " ", "(", "\n", " ", "|", "\xE3\x80\x82", "\xC3\xA0" };
    uint64_t x = 1;
    for (int i = 0; i < 2000; i++) {
        char text[120];
        size_t n = 0;
        for (int k = 0; k < 40; k++) {
            x = x * 6364136223846793005u + 1442695040888963407u;
            const char *part = parts[(x >> 33) % 16];
            memcpy(text + n, part, strlen(part));
            n += strlen(part);
        }
        text[x % n] = '\0';
        Span *spans = sentences_split(text, n);
        bool inside[sizeof text] = { 0 };
        int before = 0;
        for (size_t k = 0; k < array_len(spans); k++) {
            assert_true(spans[k].start >= before && spans[k].end > spans[k].start);
            before = spans[k].end;
            assert_true(before <= (int)n);
            memset(inside + spans[k].start, 1, (size_t)(spans[k].end - spans[k].start));
        }
        for (size_t k = 0; k < n; k++)
            if (!inside[k] && !memchr(" \n|", text[k], 3))
                fail_msg("byte %zu of text %d is in no sentence", k, i);
        array_free(spans);
    }
}

static void test_pool(void **state)
{
    (void)state;
    const double attention[] = { .1, .2, .3, .1, .3, 0, 0, 0, 1, 0 };
    double rows[4];
    sentences_pool(attention, 2, 5, (int[]){ 0, 0, -1, 1, -1 }, 2, rows);
    assert_true(fabs(rows[0] - .3) < 1e-12 && fabs(rows[1] - .1) < 1e-12);
    assert_true(rows[2] == 0 && rows[3] == 1);
}

static void test_loss(void **state)
{
    (void)state;
    enum { T = 3 };
    static const bool is_end[T] = { false, false, true }, all[T] = { true, true, true },
                      changed[T] = { true, false, true }, end_changes[T] = { true, true, false };
    const struct {
        double without[T];
        const bool *stays, *rests;
        double drop;
        bool supported, flips;
    } cases[] = {
        { { -1, -1, -1 }, all, NULL, 0, false, false },
        { { -1, -1.7, -1 }, all, NULL, .7, true, false },
        { { -1, -1.6, -1 }, all, NULL, .6, false, false },
        { { -1, -1.6, -1 }, changed, NULL, .6, true, true },
        { { -1, -1.05, -1 }, changed, NULL, .05, false, true },
        { { -1, -1, -9 }, end_changes, NULL, 8, false, true }, /* ends rest on nothing */
        { { -1, -1.7, -1 }, all, (bool[]){ true, false, true }, .7, false, false },
        { { -1, -1.7, -1 }, all, (bool[]){ false, true, false }, .7, true, false },
        { { -1, -1.7, -1 }, all, (bool[]){ false, false, false }, .7, true, false },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SentenceCut c = {
            T, is_end, (double[]){ -1, -1, -1 }, cases[i].without, all, cases[i].stays, cases[i].rests
        };
        SentenceLoss x = sentence_loss(&c);
        if (fabs(x.drop - cases[i].drop) > 1e-9 || x.supported != cases[i].supported ||
            x.flips != cases[i].flips)
            fail_msg("case %zu: %f %d %d", i, x.drop, x.supported, x.flips);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_splits),
        cmocka_unit_test(test_keeps_all),
        cmocka_unit_test(test_pool),
        cmocka_unit_test(test_loss),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
