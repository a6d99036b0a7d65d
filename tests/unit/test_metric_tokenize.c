/* test_metric_tokenize.c -- the tokenizers give what sacreBLEU 2.6 gives; code points and n-grams below them.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/array.h"
#include "metric/codes.h"
#include "metric/gram.h"
#include "metric/tokenize.h"

typedef struct {
    const char *tokenizer, *line, *words;
} TokenizeCase;

static const TokenizeCase cases[] = {
    { "13a", "", "" },
    { "13a", "Hello, world!", "Hello , world !" },
    { "13a", "It cost $1,000.50 (or 3.5%).", "It cost $ 1,000.50 ( or 3.5 % ) ." },
    { "13a", "don't stop... 1990-95 well-known", "don't stop . . . 1990 - 95 well-known" },
    { "13a", "a.. ,b .", "a . . , b ." },
    { "13a", "&quot;A &amp;lt; B&quot;<skipped>", "\" A < B \"" },
    { "13a", "Donau-\nDampf\nschiff", "DonauDampf schiff" },
    { "13a", "x\xC2\xA0y\xE3\x80\x80z \t", "x y z" },
    { "13a", "5.", "5 ." },
    { "13a", "{[(^`~|\\@_=+*/:;<>?#)]}", "{ [ ( ^ ` ~ | \\ @ _ = + * / : ; < > ? # ) ] }" },
    { "13a", "中文，標點。", "中文，標點。" },
    { "intl", "", "" },
    { "intl", "Hello, world!", "Hello , world !" },
    { "intl", "In 1999.", "In 1999." },
    { "intl", "1,000.5-6 a,b 1,b a,1", "1,000.5-6 a , b 1 , b a , 1" },
    { "intl", "...a", ". . . a" },
    { "intl", "price £5·6 €7 «q» 5°C 1+1=2", "price £ 5·6 € 7 « q » 5 ° C 1 + 1 = 2" },
    { "intl", "中文，標點。", "中文 ， 標點 。" },
    { "intl", "²½.Ⅳ,x ٣٫١٤", "²½.Ⅳ , x ٣٫١٤" },
    { "intl", "&quot; re\xCC\x81.", "& quot ; re\xCC\x81 ." },
    { "intl", "a_b $x^2", "a _ b $ x ^ 2" },
    { "char", "", "" },
    { "char", "a b", "a b" },
    { "char", "n\xC3\xA9\xCC\x81 \xE4\xB8\xAD", "n \xC3\xA9 \xCC\x81 \xE4\xB8\xAD" },
    { "char", "\xE2\x80\xA8x\xE2\x80\xA8y ", "x y" },
    { "none", "", "" },
    { "none", "  a,  b. ", "a, b." },
    { "none", "x\xE2\x80\x83y", "x y" },
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Str got = { 0 };
        str_add(&got, "");
        tokenize_line(tokenizer_find(cases[i].tokenizer), line_of(cases[i].line), &got);
        if (strcmp(got.text, cases[i].words) != 0)
            print_error("%s of `%s`\n", cases[i].tokenizer, cases[i].line);
        assert_string_equal(got.text, cases[i].words);
        str_free(&got);
    }
}

static void test_names(void **state)
{
    (void)state;
    int n = 0;
    for (; tokenizer_names[n]; n++)
        assert_string_equal(tokenizer_name(tokenizer_find(tokenizer_names[n])), tokenizer_names[n]);
    assert_int_equal(n, 4);
    assert_null(tokenizer_find("13"));
    assert_null(tokenizer_find(""));
}

/* ---- lower case, as Python 3.11 has it ---- */
static const char *const lower_cases[][2] = {
    { "ABC xyz 123", "abc xyz 123" },
    { "ÄÖÜẞ ÉÈ ЖЩ ԱՒ", "äöüß éè жщ աւ" },
    { "ΟΔΟΣ ΣΟΣ Σ ΑΣ.", "οδος σος σ ας." }, /* final only behind a letter and before none */
    { "ΑΣ'Α ΑΣ' Α:Σ", "ασ'α ας' α:ς" },
    { "İ Iİİx", "i\xCC\x87 ii\xCC\x87i\xCC\x87x" },
    { "ⅣΣ ªΣ ⒶΣ 🄰Σ", "ⅳς ªς ⓐς 🄰ς" },
    { "Α^Σ Α^Σα", "α^ς α^σα" },
    { "", "" },
};

static void test_lower(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof lower_cases / sizeof *lower_cases; i++) {
        uint32_t *codes = NULL;
        Str got = { 0 };
        str_add(&got, "");
        codes_read(&codes, line_of(lower_cases[i][0]));
        codes_lower(&codes);
        for (size_t k = 0; k < array_len(codes); k++)
            str_add_code(&got, codes[k]);
        assert_string_equal(got.text, lower_cases[i][1]);
        str_free(&got);
        array_free(codes);
    }
}

static void test_bytes_that_are_not_utf8(void **state)
{
    (void)state;
    uint32_t *codes = NULL;
    codes_read(&codes, (Line){ "a\xC3\xA9\xFF\0\xE4\xB8", 7 });
    assert_true(array_len(codes) >= 5);
    assert_int_equal(codes[1], 0xE9);
    assert_int_equal(codes[2], 0xFFFD);
    assert_int_equal(codes[3], 0);
    assert_int_equal(codes[4], 0xFFFD);
    array_free(codes);
}

/* ---- n-grams against counting by comparing everything with everything ---- */
static size_t occurrences(const uint32_t *gram, size_t order, const uint32_t *text, size_t n)
{
    size_t found = 0;
    for (size_t i = 0; i + order <= n; i++)
        found += memcmp(gram, text + i, order * sizeof *gram) == 0;
    return found;
}

/* sum over different n-grams of min(count in a, most of the counts in b and c) */
static size_t clipped(const uint32_t *a, size_t n_a, const uint32_t *b, size_t n_b, const uint32_t *c,
                      size_t n_c, size_t order)
{
    size_t sum = 0;
    for (size_t i = 0; i + order <= n_a; i++) {
        size_t before = occurrences(a + i, order, a, i + order - 1);
        size_t in_b = occurrences(a + i, order, b, n_b), in_c = occurrences(a + i, order, c, n_c);
        sum += before < (in_b > in_c ? in_b : in_c);
    }
    return sum;
}

static void fill(uint32_t *text, size_t n, uint32_t *seed, uint32_t kinds)
{
    for (size_t i = 0; i < n; i++) {
        *seed = *seed * 1664525u + 1013904223u;
        text[i] = (*seed >> 16) % kinds;
    }
}

static void test_grams(void **state)
{
    (void)state;
    enum { N = 900, ORDER = 6 };
    static uint32_t a[N], b[N], c[N];
    static const size_t sizes[] = { N, 3, 0, 50, N, 1, 200 }; /* large first: clearing must forget */
    Grams *g = grams_new();
    uint32_t seed = 1;
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
        size_t n = sizes[k], match[ORDER] = { 0 };
        fill(a, n, &seed, 4);
        fill(b, n, &seed, 4);
        fill(c, n / 2, &seed, 3);
        grams_clear(g);
        grams_learn(g, b, n, ORDER);
        grams_learn(g, c, n / 2, ORDER);
        grams_match(g, a, n, ORDER, match);
        for (size_t order = 1; order <= ORDER; order++)
            assert_int_equal(match[order - 1], clipped(a, n, b, n, c, n / 2, order));
    }
    grams_free(g);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases), cmocka_unit_test(test_names),
        cmocka_unit_test(test_lower), cmocka_unit_test(test_bytes_that_are_not_utf8),
        cmocka_unit_test(test_grams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
