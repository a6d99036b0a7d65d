/* Many maps in one picture: kinds, words, names of layers and heads, sizes. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/str.h"
#include "view/grid.h"

#include <cmocka.h> /* last: it has a macro called fail */

/* Read by the address sanitizer: what these libraries keep for the life of the process. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libcairo\n";
}

static const char *const some_words[] = { "attention", "is", "<all>", "you", "need", "图书馆", "R&D" };

typedef struct {
    MapGrid grid;
    Map words;
    const char **texts;
    double **maps;
} Sample;

/* Head k of layer l looks at the word k - l places behind, most of the time. */
static Sample *sample_new(int layers, int heads, int n)
{
    Sample *s = memory_get(1, sizeof *s);
    s->texts = memory_get((size_t)n, sizeof *s->texts);
    s->maps = memory_get((size_t)(layers * heads), sizeof *s->maps);
    for (int i = 0; i < n; i++)
        s->texts[i] = i + 1 < n ? some_words[i % 7] : "</s>";
    for (int m = 0; m < layers * heads; m++) {
        s->maps[m] = memory_get((size_t)n * (size_t)n, sizeof **s->maps);
        for (int t = 0; t < n; t++) {
            int to = ((t + m % heads - m / heads) % n + n) % n;
            for (int k = 0; k < n; k++)
                s->maps[m][t * n + k] = (k == to ? 0.75 : 0) + 0.25 / n;
        }
    }
    s->words = (Map){ .n_source = n,
                      .n_target = n,
                      .source = s->texts,
                      .target = s->texts,
                      .end_source = true,
                      .end_target = true,
                      .title = "every <head>" };
    s->grid = (MapGrid){ &s->words, (const double *const *)s->maps, layers, heads, 0, 0 };
    return s;
}

static void sample_free(Sample *s)
{
    for (int i = 0; i < s->grid.n_layers * s->grid.n_heads; i++)
        free(s->maps[i]);
    free(s->maps);
    free(s->texts);
    free(s);
}

static char *rendered(const Sample *s, PictureKind kind, size_t *len)
{
    char *bytes;
    LbError err = { 0 };
    assert_int_equal(grid_render(&s->grid, kind, &bytes, len, &err), LB_OK);
    return bytes;
}

static uint32_t png_side(const char *png, int at)
{
    const uint8_t *b = (const uint8_t *)png + at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Set LOOKBACK_PICTURES to a folder to look at them. */
static void keep_for_eyes(const char *name, const char *bytes, size_t len)
{
    const char *dir = getenv("LOOKBACK_PICTURES");
    if (!dir)
        return;
    Str path = { 0 };
    str_addf(&path, "%s/%s.png", dir, name);
    assert_int_equal(file_write(path.text, bytes, len, NULL), LB_OK);
    str_free(&path);
}

static void test_sizes(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int layers, heads, n;
    } cases[] = { { "one", 1, 1, 5 },    { "dot", 1, 1, 1 },    { "usual", 6, 8, 20 }, { "wide", 2, 16, 60 },
                  { "tall", 16, 2, 12 }, { "long", 1, 2, 150 }, { "few", 3, 4, 8 } };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Sample *s = sample_new(cases[i].layers, cases[i].heads, cases[i].n);
        size_t len;
        char *png = rendered(s, PICTURE_PNG, &len);
        keep_for_eyes(cases[i].name, png, len);
        assert_in_range(png_side(png, 16), 2 * 60, 2 * 4200);
        assert_in_range(png_side(png, 20), 2 * 60, 2 * 4200);
        free(png);
        sample_free(s);
    }
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

/* Every cell that matters is named with its layer and head; the same drawing gives the same bytes. */
static void test_svg(void **state)
{
    (void)state;
    Sample *s = sample_new(2, 3, 8);
    size_t len, again_len;
    char *svg = rendered(s, PICTURE_SVG, &len), *again = rendered(s, PICTURE_SVG, &again_len);
    assert_int_equal(len, again_len);
    assert_memory_equal(svg, again, len);
    assert_int_equal(len, strlen(svg));
    assert_true(utf8_is_valid(svg, len));
    assert_non_null(strstr(svg, "<title>every &lt;head&gt;</title>"));
    assert_non_null(strstr(svg, "Source words: attention is &lt;all&gt; you need"));
    assert_int_equal(count(svg, "</title></rect>"), 2 * 3 * 8);
    assert_int_equal(count(svg, "layer 1, head 2: "), 8);
    assert_non_null(strstr(svg, "layer 0, head 1: attention -&gt; is 0.78"));
    assert_null(strstr(svg, "layer 2"));
    free(svg);
    free(again);
    sample_free(s);
}

static void test_pdf(void **state)
{
    (void)state;
    Sample *s = sample_new(2, 2, 5);
    size_t len;
    char *pdf = rendered(s, PICTURE_PDF, &len);
    assert_true(len > 5 && memcmp(pdf, "%PDF-", 5) == 0);
    free(pdf);
    s->maps[0][0] = NAN;
    s->maps[1][1] = 1e300;
    s->maps[2][2] = -1;
    free(rendered(s, PICTURE_SVG, &len));
    sample_free(s);
}

static void test_files(void **state)
{
    (void)state;
    LbError err = { 0 };
    Sample *s = sample_new(1, 1, 3);
    assert_int_equal(grid_write(&s->grid, "grid.gif", &err), LB_USAGE);
    assert_int_equal(grid_write(&s->grid, "nowhere/grid.svg", &err), LB_FILE);
    sample_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_svg),
        cmocka_unit_test(test_pdf),
        cmocka_unit_test(test_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
