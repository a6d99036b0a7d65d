/* Pictures and charts: kinds, determinism, escaping, limits. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "view/chart.h"
#include "view/picture.h"

/* Read by the address sanitizer: these two libraries keep a little for the life of the process, and cairo
 * 1.16 loses 768 bytes with each PDF. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig\nleak:libcairo\n";
}

static const char *words[] = { "<a href=\"x\">", "R&D", "图书馆", "बिल्ली", "قطة", "\x1b[1m\x01\xff", "" };
static const Mark marks[49] = { [8] = MARK_UNSUPPORTED, [16] = MARK_SUPPORTED };
static double weights[49];
static const Map map = { .n_source = 7,
                         .n_target = 7,
                         .source = words,
                         .target = words,
                         .weights = weights,
                         .marks = marks,
                         .title = "a < b",
                         .end_source = true };

static int setup(void **state)
{
    (void)state;
    for (int i = 0; i < 7; i++)
        weights[8 * i] = 0.9;
    weights[3] = NAN;
    return 0;
}

static char *rendered(const Map *m, PictureKind kind, size_t *len)
{
    char *bytes;
    LbError err = { 0 };
    assert_int_equal(picture_render(m, kind, (PictureOptions){ 0 }, &bytes, len, &err), LB_OK);
    return bytes;
}

static bool starts(const char *bytes, size_t len, const char *magic)
{
    return len > strlen(magic) && memcmp(bytes, magic, strlen(magic)) == 0;
}

/* Right magic, and the same bytes a second time. */
static void test_kinds(void **state)
{
    (void)state;
    static const char *const magic[] = {
        [PICTURE_SVG] = "<?xml", [PICTURE_PNG] = "\x89PNG\r\n\x1a\n", [PICTURE_PDF] = "%PDF-"
    };
    for (int kind = PICTURE_SVG; kind <= PICTURE_PDF; kind++) {
        size_t n, again_n;
        char *bytes = rendered(&map, (PictureKind)kind, &n);
        char *again = rendered(&map, (PictureKind)kind, &again_n);
        assert_true(starts(bytes, n, magic[kind]));
        assert_int_equal(n, again_n);
        assert_memory_equal(bytes, again, n);
        free(bytes);
        free(again);
    }
}

static int count(const char *text, const char *what)
{
    int n = 0;
    for (const char *at = text; (at = strstr(at, what)); at++)
        n++;
    return n;
}

static void test_svg_words(void **state)
{
    (void)state;
    size_t len;
    char *svg = rendered(&map, PICTURE_SVG, &len);
    assert_int_equal(len, strlen(svg));
    assert_non_null(strstr(svg, "<title>a &lt; b</title>"));
    assert_non_null(strstr(svg, "&lt;a href=&quot;x&quot;&gt; R&amp;D 图书馆"));
    assert_non_null(strstr(svg, "R&amp;D -&gt; R&amp;D 0.90, not supported</title>"));
    assert_non_null(strstr(svg, "\\x1B[1m\\x01\\xFF"));
    assert_null(strstr(svg, "<a href"));
    assert_null(strpbrk(svg, "\x1b\x01"));
    assert_true(utf8_is_valid(svg, len));
    assert_int_equal(count(svg, "</title></rect>"), 7); /* NaN counts as 0 */
    assert_string_equal(svg + len - 7, "</svg>\n");
    free(svg);
}

static uint32_t png_side(const char *png, int at)
{
    const uint8_t *b = (const uint8_t *)png + at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static Map same_words(int n, const char *word)
{
    const char **all = memory_get((size_t)n, sizeof *all);
    for (int i = 0; i < n; i++)
        all[i] = word;
    double *w = memory_get((size_t)n * (size_t)n, sizeof *w);
    return (Map){ .n_source = n, .n_target = n, .source = all, .target = all, .weights = w };
}

static void same_words_free(Map *m)
{
    free(m->source);
    free((void *)(uintptr_t)m->weights);
}

static void test_sizes(void **state)
{
    (void)state;
    static const int sides[] = { 1, 3, 60 };
    for (int i = 0; i < 3; i++) {
        Map m = same_words(sides[i], "attention");
        size_t len;
        char *png = rendered(&m, PICTURE_PNG, &len);
        assert_in_range(png_side(png, 16), 2 * 16 * sides[i], 5000);
        assert_in_range(png_side(png, 20), 2 * 16 * sides[i], 5000);
        free(png);
        same_words_free(&m);
    }
}

/* A word of a million letters makes the picture no wider than one of fifty. */
static void test_long_word(void **state)
{
    (void)state;
    char *word = memory_get(1000001, 1);
    memset(word, 'm', 1000000);
    Map m = same_words(2, word);
    size_t len;
    char *png = rendered(&m, PICTURE_PNG, &len);
    assert_in_range(png_side(png, 16), 100, 2000);
    free(png);
    same_words_free(&m);
    free(word);
}

static void test_limits(void **state)
{
    (void)state;
    char *bytes;
    size_t len;
    LbError err = { 0 };
    Map m = same_words(3000, "a");
    assert_int_equal(picture_render(&m, PICTURE_PNG, (PictureOptions){ 0 }, &bytes, &len, &err), LB_DATA);
    assert_non_null(strstr(err.text, "32767"));
    assert_null(bytes);
    m.n_source = 0;
    assert_int_equal(picture_render(&m, PICTURE_SVG, (PictureOptions){ 0 }, &bytes, &len, &err), LB_DATA);
    assert_non_null(strstr(err.text, "source has no words"));
    m.n_source = 3;
    m.n_target = 0;
    assert_int_equal(picture_render(&m, PICTURE_PDF, (PictureOptions){ 0 }, &bytes, &len, &err), LB_DATA);
    same_words_free(&m);
    m.weights = NULL;
    assert_int_equal(picture_render(&m, PICTURE_SVG, (PictureOptions){ 0 }, &bytes, &len, &err), LB_DATA);
    assert_non_null(strstr(err.text, "no attention"));
}

static void test_write(void **state)
{
    (void)state;
    LbError err = { 0 };
    char dir[] = "/tmp/lookback-view-XXXXXX";
    assert_non_null(mkdtemp(dir));
    char *path = path_join(dir, "map.PNG"), *bad = path_join(dir, "map.jpeg"),
         *gone = path_join(dir, "no/map.svg");
    assert_int_equal(picture_write(&map, path, (PictureOptions){ 0 }, &err), LB_OK);
    size_t len, again_len;
    char *file = file_read(path, &len, &err), *again = rendered(&map, PICTURE_PNG, &again_len);
    assert_int_equal(len, again_len);
    assert_memory_equal(file, again, len);
    assert_int_equal(picture_write(&map, bad, (PictureOptions){ 0 }, &err), LB_USAGE);
    assert_non_null(strstr(err.text, ".svg, .png or .pdf"));
    assert_false(file_exists(bad));
    assert_int_equal(picture_write(&map, gone, (PictureOptions){ 0 }, &err), LB_FILE);
    unlink(path);
    assert_int_equal(rmdir(dir), 0); /* no temporary file was left */
    free(file);
    free(again);
    free(path);
    free(bad);
    free(gone);
}

static void test_chart(void **state)
{
    (void)state;
    const double x[] = { 5, 10, 15 }, y[] = { 90, NAN, 70 }, low[] = { 88, 0, NAN };
    const Series series[] = { { "with <attention>", 3, x, y, low, y },
                              { "without & with", 3, x, x, NULL, NULL } };
    Chart c = { "Accuracy by length", "words", "%", series, 2, false, 0, 0 };
    char *bytes, *again;
    size_t len, again_len;
    LbError err = { 0 };
    for (int bars = 0; bars < 2; bars++) {
        c.bars = bars;
        assert_int_equal(chart_render(&c, PICTURE_SVG, &bytes, &len, &err), LB_OK);
        assert_int_equal(chart_render(&c, PICTURE_SVG, &again, &again_len, &err), LB_OK);
        assert_non_null(strstr(bytes, "with &lt;attention&gt;: (5, 90)"));
        assert_string_equal(bytes, again);
        free(bytes);
        free(again);
    }
    const double nothing[] = { NAN, INFINITY, 1 };
    const Series empty = { "none", 2, x, nothing, NULL, NULL }, one = { "one", 1, x, x, NULL, NULL };
    c.series = &empty;
    c.n_series = 1;
    assert_int_equal(chart_render(&c, PICTURE_SVG, &bytes, &len, &err), LB_DATA);
    c.series = &one;
    assert_int_equal(chart_render(&c, PICTURE_PNG, &bytes, &len, &err), LB_OK);
    free(bytes);
    assert_int_equal(chart_write(&c, "chart", &err), LB_USAGE);
}

/* Bands break where an interval is not known; shades that lie outside the axes are left out. */
static void test_bands(void **state)
{
    (void)state;
    const double x[] = { 5, 10, 15, 20 }, y[] = { 90, 80, NAN, 60 }, low[] = { 88, NAN, 0, 50 };
    const Series series[] = { { "one", 4, x, y, low, y, CHART_GREY }, { "two", 4, x, x, x, y } };
    const Shade shades[] = { { "trained <on>", 5, 12, 1 },
                             { "the rest", 12, 900, 0.5 },
                             { "far", 800, 900, 1 } };
    Chart c = { .series = series, .n_series = 2, .bands = true, .from_zero = true };
    char *plain, *shaded, *again;
    size_t len, shaded_len;
    LbError err = { 0 };
    assert_int_equal(chart_render(&c, PICTURE_SVG, &plain, &len, &err), LB_OK);
    c.shades = shades, c.n_shades = 2;
    assert_int_equal(chart_render(&c, PICTURE_SVG, &shaded, &shaded_len, &err), LB_OK);
    assert_true(shaded_len > len);
    assert_null(strstr(shaded, "nan"));
    c.n_shades = 3;
    assert_int_equal(chart_render(&c, PICTURE_SVG, &again, &len, &err), LB_OK);
    assert_string_equal(shaded, again);
    free(plain);
    free(shaded);
    free(again);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_kinds),  cmocka_unit_test(test_svg_words), cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_limits), cmocka_unit_test(test_long_word), cmocka_unit_test(test_write),
        cmocka_unit_test(test_chart),  cmocka_unit_test(test_bands),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
