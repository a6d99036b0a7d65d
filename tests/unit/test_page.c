/* test_page.c -- numbers packed for a page come back, and text on a page stays text. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/array.h"
#include "base/file.h"
#include "base/str.h"
#include "view/numbers.h"
#include "view/page.h"

#include <cmocka.h>

/* ---- reading, by the text of numbers.h ---- */

static float plane_number(const uint8_t *planes, size_t i, size_t n)
{
    uint32_t bits = 0;
    for (size_t b = 0; b < 4; b++)
        bits |= (uint32_t)planes[b * n + i] << 8 * b;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

typedef struct {
    double *values;
    bool *exact;
    double *step; /* of each row */
} Read;

static Read read_matrix(const uint8_t *at, size_t rows, size_t columns)
{
    Read out = { memory_get(rows * columns, sizeof(double)), memory_get(rows * columns, sizeof(bool)),
                 memory_get(rows, sizeof(double)) };
    size_t k = columns < 8 ? columns : 8;
    const uint8_t *lo = at + rows * columns, *hi = lo + 4 * rows, *exact = hi + 4 * rows;
    for (size_t r = 0; r < rows; r++) {
        double low = (double)plane_number(lo, r, rows), high = (double)plane_number(hi, r, rows);
        size_t found = 0;
        out.step[r] = (high - low) / 253;
        for (size_t c = r * columns; c < (r + 1) * columns; c++) {
            out.exact[c] = at[c] == 255;
            out.values[c] = at[c] == 255   ? (double)plane_number(exact, r * k + found++, rows * k)
                            : at[c] == 254 ? NAN
                                           : low + at[c] / 253. * (high - low);
        }
        assert_int_equal(found, k);
    }
    return out;
}

static void read_free(Read *r)
{
    free(r->values);
    free(r->exact);
    free(r->step);
}

static bool same(double shown, double value)
{
    return shown == (double)(float)value || (isnan(shown) && !isfinite((float)value));
}

/* Exact cells are the very floats, no other cell is larger, and the rest is at most half a step off. */
static void check_row(const Read *got, const double *row, size_t r, size_t columns)
{
    double least = INFINITY, most = 0;
    for (size_t c = 0; c < columns; c++) {
        size_t cell = r * columns + c;
        if (got->exact[cell]) {
            assert_true(same(got->values[cell], row[c]));
            least = isfinite((float)row[c]) ? fmin(least, fabs(row[c])) : 0;
        } else if (isfinite((float)row[c])) {
            assert_true(fabs(got->values[cell] - (double)(float)row[c]) <= got->step[r] * 0.5001);
            most = fmax(most, fabs(row[c]));
        } else
            assert_true(isnan(got->values[cell]));
    }
    assert_true(least >= most);
}

static void check_matrix(const double *values, size_t rows, size_t columns, double step)
{
    Numbers n = { 0 };
    numbers_add(&n, (const double[]){ 7 }, 1, 1, 0); /* something stands before it */
    double error = numbers_add(&n, values, rows, columns, step), seen = 0;
    size_t k = columns < 8 ? columns : 8;
    assert_int_equal(array_len(n.bytes), 13 + rows * columns + 4 * rows * (2 + k));
    Read got = read_matrix(n.bytes + 13, rows, columns);
    for (size_t r = 0; r < rows; r++)
        check_row(&got, values + r * columns, r, columns);
    for (size_t i = 0; i < rows * columns; i++)
        if (isfinite((float)values[i]))
            seen = fmax(seen, fabs(got.values[i] - (double)(float)values[i]));
    assert_true(seen == error);
    read_free(&got);
    numbers_free(&n);
}

static double noise(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (double)(*state >> 33) / 2147483648.0;
}

static void test_noise(void **unused)
{
    (void)unused;
    static const size_t shapes[][2] = { { 1, 1 }, { 3, 5 }, { 4, 8 }, { 4, 9 }, { 20, 70 }, { 2, 1000 } };
    uint64_t state = 1;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        size_t n = shapes[i][0] * shapes[i][1];
        double *weights = memory_get(n, sizeof *weights), *drops = memory_get(n, sizeof *drops);
        for (size_t j = 0; j < n; j++)
            weights[j] = pow(noise(&state), 8), drops[j] = 20 * (noise(&state) - 0.5);
        check_matrix(weights, shapes[i][0], shapes[i][1], 0);
        check_matrix(weights, shapes[i][0], shapes[i][1], 1. / 256);
        check_matrix(drops, shapes[i][0], shapes[i][1], 0);
        free(weights);
        free(drops);
    }
}

static void test_odd_rows(void **unused)
{
    (void)unused;
    double rows[6][12] = {
        { 0 },
        { .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1, .1 },
        { NAN, 1, NAN, -2, NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN },
        { NAN, INFINITY, -INFINITY, 1e300, 1, 2, 3, 4, 5, 6, 7, 8 },
        { -1, -2, -3, -4, -5, -6, -7, -8, -9, -10, -11, -12 },
        { 1e-30, -1e-30, 1e30, 0, 0, 0, 0, 0, 0, 0, 0, 1e-45 },
    };
    check_matrix(&rows[0][0], 6, 12, 0);
    check_matrix(&rows[0][0], 6, 12, 1);
}

/* Of equal cells those in front are exact, and 0 stays 0 beside numbers above it. */
static void test_ties(void **unused)
{
    (void)unused;
    double row[20] = { 0 };
    for (int i = 4; i < 20; i++)
        row[i] = 0.25;
    Numbers n = { 0 };
    numbers_add(&n, row, 1, 20, 0);
    Read got = read_matrix(n.bytes, 1, 20);
    for (size_t i = 0; i < 20; i++) {
        assert_true(got.exact[i] == (i >= 4 && i < 12));
        assert_true(got.values[i] == row[i]);
    }
    read_free(&got);
    numbers_free(&n);
}

/* ---- as text ---- */

static int letter_value(char c)
{
    return c == '+' ? 62 : c == '/' ? 63 : c <= '9' ? c - '0' + 52 : c <= 'Z' ? c - 'A' : c - 'a' + 26;
}

static uint8_t *base64_read(const char *text, size_t n)
{
    uint8_t *bytes = NULL;
    assert_int_equal(n % 4, 0);
    for (size_t i = 0; i < n; i += 4) {
        uint32_t all = 0;
        for (size_t k = 0; k < 4; k++)
            all = all << 6 | (text[i + k] == '=' ? 0u : (uint32_t)letter_value(text[i + k]));
        for (int k = 0; k < 3; k++)
            if (text[i + 1 + (size_t)k] != '=')
                array_push(bytes, (uint8_t)(all >> (16 - 8 * k)));
    }
    return bytes;
}

static void test_written(void **unused)
{
    (void)unused;
    static const size_t lens[] = { 0, 1, 2, 3, 1000, 12287, 12288, 12289, 300001 };
    uint64_t state = 5;
    for (size_t i = 0; i < sizeof lens / sizeof *lens; i++) {
        char *bytes = memory_get(lens[i] + 1, 1), *out = memory_get(lens[i] + 1, 1);
        for (size_t j = 0; j < lens[i]; j++)
            bytes[j] = (char)(255 * noise(&state));
        char *text = NULL;
        size_t n_text = 0;
        FILE *f = open_memstream(&text, &n_text);
        text_pack(bytes, lens[i], f);
        fclose(f);
        uint8_t *packed = base64_read(text, n_text);
        uLongf n = lens[i] + 1;
        assert_int_equal(uncompress((Bytef *)out, &n, packed, array_len(packed)), Z_OK);
        assert_int_equal(n, lens[i]);
        assert_memory_equal(out, bytes, n);
        array_free(packed);
        free(text);
        free(out);
        free(bytes);
    }
}

/* Matrices small and large: each has tables of its own, or none. */
static void test_many(void **unused)
{
    (void)unused;
    Numbers n = { 0 };
    uint64_t state = 9;
    double values[60 * 60];
    for (size_t i = 0; i < 60 * 60; i++)
        values[i] = noise(&state);
    for (size_t i = 0; i < 12; i++)
        numbers_add(&n, values, i % 3 ? 60 : i, i % 2 ? 60 : 3, 0);
    char *text = NULL;
    size_t n_text = 0;
    FILE *f = open_memstream(&text, &n_text);
    numbers_write(&n, f);
    fclose(f);
    uint8_t *packed = base64_read(text, n_text), *out = memory_get(array_len(n.bytes), 1);
    uLongf len = array_len(n.bytes);
    assert_int_equal(uncompress(out, &len, packed, array_len(packed)), Z_OK);
    assert_int_equal(len, array_len(n.bytes));
    assert_memory_equal(out, n.bytes, len);
    array_free(packed);
    numbers_free(&n);
    free(text);
    free(out);
}

/* ---- the file ---- */

static size_t count_of(const char *text, const char *sought)
{
    size_t n = 0;
    for (; (text = strstr(text, sought)); text++)
        n++;
    return n;
}

static void test_file(void **unused)
{
    (void)unused;
    char path[] = "page-XXXXXX.html";
    close(mkstemps(path, 5));
    Page p;
    LbError err;
    Numbers numbers = { 0 }, none = { 0 };
    numbers_add(&numbers, (const double[]){ 1 }, 1, 1, 0);
    assert_int_equal(page_open(&p, path, "</title><script>alert(1)</script>", &err), LB_OK);
    page_block(&p, "{\"text\":\"</script><!--<script>\"}", &numbers);
    page_block(&p, "{}", &none);
    assert_int_equal(page_close(&p, "{\"a\":\"</script>\"}", &err), LB_OK);
    numbers_free(&numbers);
    size_t len;
    char *html = file_read(path, &len, &err);
    assert_non_null(html);
    assert_int_equal(count_of(html, "<script>"), 1);
    assert_int_equal(count_of(html, "</script>"), 7);
    assert_int_equal(count_of(html, "<!--"), 0);
    assert_int_equal(count_of(html, "{{"), 0);
    assert_non_null(strstr(html, "{\"text\":\"\\u003c/script>\\u003c!--\\u003cscript>\"}"));
    free(html);
    unlink(path);
}

static void test_no_file(void **unused)
{
    (void)unused;
    Page p;
    LbError err;
    assert_int_equal(page_open(&p, "page.txt", "", &err), LB_USAGE);
    assert_int_equal(page_open(&p, "no/such/folder/page.html", "", &err), LB_FILE);
    assert_int_equal(page_open(&p, "dropped.html", "", &err), LB_OK);
    page_drop(&p);
    assert_false(file_exists("dropped.html"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_noise),   cmocka_unit_test(test_odd_rows), cmocka_unit_test(test_ties),
        cmocka_unit_test(test_written), cmocka_unit_test(test_many),     cmocka_unit_test(test_file),
        cmocka_unit_test(test_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
