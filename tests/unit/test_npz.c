/* NumPy's .npz: what lookback and others write is read; whatever is not right is an error, never a crash. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <math.h>
#include <minizip/zip.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/str.h"
#include "tensor/npz.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { LIMIT = 1 << 20 };

static char path[] = P_tmpdir "/lookback-npz-XXXXXX";

/* ---- small files by hand ---- */

/* A .npy: its header's text, padded as NumPy pads, and n bytes of numbers. */
static Str npy(int version, const char *header, const void *data, size_t n)
{
    Str out = { 0 };
    size_t begin = version == 1 ? 10 : 12, len = strlen(header);
    size_t padded = (begin + len + 1 + 63) / 64 * 64 - begin;
    str_add_bytes(&out, "\x93NUMPY", 6);
    str_add_char(&out, (char)version);
    str_add_char(&out, 0);
    for (size_t i = 0; i < begin - 8; i++)
        str_add_char(&out, (char)(padded >> (8 * i)));
    str_add(&out, header);
    for (size_t i = len; i + 1 < padded; i++)
        str_add_char(&out, ' ');
    str_add_char(&out, '\n');
    str_add_bytes(&out, data, n);
    return out;
}

static void put_member(zipFile zip, const char *name, const Str *bytes, int method)
{
    zip_fileinfo info = { 0 };
    assert_int_equal(zipOpenNewFileInZip(zip, name, &info, NULL, 0, NULL, 0, NULL, method, 6), ZIP_OK);
    assert_int_equal(zipWriteInFileInZip(zip, bytes->text, (unsigned)bytes->len), ZIP_OK);
    assert_int_equal(zipCloseFileInZip(zip), ZIP_OK);
}

static void put_one(const char *header, const void *data, size_t n)
{
    Str array = npy(1, header, data, n);
    zipFile zip = zipOpen64(path, APPEND_STATUS_CREATE);
    put_member(zip, "x.npy", &array, Z_DEFLATED);
    assert_int_equal(zipClose(zip, NULL), ZIP_OK);
    str_free(&array);
}

static NpzArray get(const char *name, size_t limit, LbStatus expected)
{
    Npz *z;
    NpzArray a;
    LbError err = { 0 };
    if (npz_open(path, limit, &z, &err) != LB_OK)
        fail_msg("%s", err.text);
    LbStatus status = npz_read(z, name, &a, &err);
    if (status != expected)
        fail_msg("status %d: %s", (int)status, err.text);
    assert_true((status == LB_OK) == (a.values != NULL));
    npz_close(z);
    return a;
}

/* ---- what can be read ---- */

typedef struct {
    const char *header;
    const void *data;
    size_t bytes;
    int n_dim;
    size_t dim[3];
    double values[6];
} Good;

static const float f4[] = { 1, -2, 3.5f, 0, 1e30f, -0.0f };
static const double f8[] = { 0.5, -4096, 3 };
static const int32_t i4[] = { -7, INT32_MAX, 0, 4 };
static const int64_t i8[] = { -7 };
static const uint16_t f2[] = { 0x3C00, 0xC000, 0x7BFF, 0x0001, 0x7C00 };
static const int8_t i1[] = { -128, 127 };
static const uint8_t u1[] = { 255 };

static const Good good[] = {
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }",
      f4,
      24,
      2,
      { 2, 3 },
      { 1, -2, 3.5, 0, 1e30f, 0 } },
    { "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }",
      f4,
      24,
      2,
      { 2, 3 },
      { 1, 3.5, 1e30f, -2, 0, 0 } },
    { "{\"shape\":(3,),\"fortran_order\":True,\"descr\":\"<f8\"}", f8, 24, 1, { 3 }, { 0.5, -4096, 3 } },
    { "{'descr': '<f2', 'fortran_order': False, 'shape': (5,), }",
      f2,
      10,
      1,
      { 5 },
      { 1, -2, 65504, 5.9604644775390625e-8, INFINITY } },
    { "{'descr': '<i4', 'fortran_order': False, 'shape': (1, 2, 2), }",
      i4,
      16,
      3,
      { 1, 2, 2 },
      { -7, (float)INT32_MAX, 0, 4 } },
    { "{'descr': '<i8', 'fortran_order': False, 'shape': (), }", i8, 8, 0, { 0 }, { -7 } },
    { "{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }", i1, 2, 1, { 2 }, { -128, 127 } },
    { "{'descr': '|u1', 'fortran_order': False, 'shape': (1,), }", u1, 1, 1, { 1 }, { 255 } },
    { "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }", f4, 0, 2, { 0, 4 }, { 0 } },
};

static void expect(const Good *g, const NpzArray *a)
{
    size_t n = 1;
    assert_int_equal(a->n_dim, g->n_dim);
    for (int i = 0; i < g->n_dim; i++) {
        assert_int_equal(a->dim[i], g->dim[i]);
        n *= g->dim[i];
    }
    assert_int_equal(a->n, n);
    for (size_t i = 0; i < n; i++)
        assert_true((double)a->values[i] == g->values[i]);
}

static void kinds_orders_and_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        put_one(good[i].header, good[i].data, good[i].bytes);
        NpzArray a = get("x", LIMIT, LB_OK);
        expect(&good[i], &a);
        npz_array_free(&a);
    }
}

static void members_stored_and_deflated(void **state)
{
    (void)state;
    Str first = npy(1, good[0].header, f4, 24), second = npy(2, good[4].header, i4, 16), other = { 0 };
    str_add(&other, "not an array");
    zipFile zip = zipOpen64(path, APPEND_STATUS_CREATE);
    put_member(zip, "stored.npy", &first, 0);
    put_member(zip, "readme.txt", &other, 0);
    put_member(zip, "a/b.npy", &second, Z_DEFLATED);
    put_member(zip, "bad.npy", &other, Z_DEFLATED);
    zipClose(zip, NULL);
    Npz *z;
    assert_int_equal(npz_open(path, LIMIT, &z, NULL), LB_OK);
    assert_int_equal(npz_count(z), 3);
    assert_string_equal(npz_name(z, 1), "a/b");
    NpzArray a;
    assert_int_equal(npz_read(z, "a/b", &a, NULL), LB_OK);
    expect(&good[4], &a);
    npz_array_free(&a);
    assert_int_equal(npz_read(z, "bad", &a, NULL), LB_FORMAT);
    assert_int_equal(npz_read(z, "stored", &a, NULL), LB_OK);
    expect(&good[0], &a);
    npz_array_free(&a);
    npz_close(z);
    npz_close(NULL);
    str_free(&first);
    str_free(&second);
    str_free(&other);
}

/* What lb_attention_file writes. */
static void attention_reads_back(void **state)
{
    (void)state;
    const LbWord source[] = { { "ein", 0, 3 }, { "</s>", 3, 3 } }, target[] = { { "a", 0, 1 } };
    const double weights[] = { 0.25, 0.75 };
    const LbHypothesis h = { .text = "a", .n_words = 1, .words = target, .attention = weights };
    const LbResult r = { .n_source_words = 2, .source_words = source, .n_hypotheses = 1, .hypotheses = &h };
    char name[64];
    snprintf(name, sizeof name, "%s.npz", path);
    LbAttentionFile *f;
    LbError err = { 0 };
    assert_int_equal(lb_attention_open(name, false, &f, &err), LB_OK);
    assert_int_equal(lb_attention_add(f, &r, 7, &err), LB_OK);
    assert_int_equal(lb_attention_close(f, &err), LB_OK);
    Npz *z;
    NpzArray a;
    assert_int_equal(npz_open(name, LIMIT, &z, &err), LB_OK);
    assert_int_equal(npz_count(z), 3);
    assert_int_equal(npz_read(z, "7.cross", &a, &err), LB_OK);
    assert_true(a.n_dim == 4 && a.dim[0] == 1 && a.dim[1] == 1 && a.dim[2] == 1 && a.dim[3] == 2);
    assert_true(a.n == 2 && (double)a.values[0] == 0.25 && (double)a.values[1] == 0.75);
    npz_array_free(&a);
    assert_int_equal(npz_read(z, "7.source", &a, &err), LB_FORMAT);
    assert_non_null(strstr(err.text, "<U4"));
    npz_close(z);
    unlink(name);
}

/* ---- what cannot ---- */

static const char *const bad_headers[] = {
    "",
    "{}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3)} x",
    "{'descr': '<f4' 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': '<f4', 'fortran_order': false, 'shape': (2, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': [2, 3]}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (6)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 4)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (5,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,6,1)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 6)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'shape': (2, 3)}",
    "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), 'more': 1}",
    "{'descr': '>f4', 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': '|O', 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 3)}",
    "{'descr': '<f4\\'', 'fortran_order': False, 'shape': (2, 3)}",
};

static void wrong_headers_are_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof bad_headers / sizeof *bad_headers; i++) {
        put_one(bad_headers[i], f4, 24);
        get("x", LIMIT, LB_FORMAT);
    }
    put_one(good[0].header, f4, 24);
    get("y", LIMIT, LB_FORMAT);
}

static void a_bomb_stops_at_the_limit(void **state)
{
    (void)state;
    size_t n = 300000;
    float *zeros = calloc(n, sizeof *zeros); /* packs to a thousandth */
    put_one("{'descr': '<f4', 'fortran_order': False, 'shape': (300000,), }", zeros, n * sizeof *zeros);
    get("x", LIMIT, LB_MEMORY);
    NpzArray a = get("x", 2 * LIMIT, LB_OK);
    npz_array_free(&a);
    free(zeros);
}

/* LB_OK, or an error that says something. */
static bool loads(const char *bytes, size_t n)
{
    assert_int_equal(file_write(path, bytes, n, NULL), LB_OK);
    Npz *z;
    NpzArray a = { 0 };
    LbError err = { 0 };
    LbStatus status = npz_open(path, LIMIT, &z, &err);
    if (status == LB_OK)
        status = npz_read(z, npz_count(z) ? npz_name(z, 0) : "x", &a, &err);
    assert_true((status == LB_OK) == !*err.text);
    if (status == LB_OK && a.n == 6 && a.n_dim == 2)
        assert_true((double)a.values[2] == 3.5); /* the checksum saw to that */
    npz_array_free(&a);
    npz_close(z);
    return status == LB_OK;
}

static void damage_is_found(void **state)
{
    (void)state;
    put_one(good[0].header, f4, 24);
    size_t len;
    char *bytes = file_read(path, &len, NULL);
    for (size_t n = 0; n < len; n++)
        if (loads(bytes, n) && n + 4 < len) /* minizip reads zeros behind the end: the last four are such */
            fail_msg("%zu of %zu bytes are enough", n, len);
    for (size_t i = 0; i < len; i++) {
        bytes[i] ^= 0x41;
        loads(bytes, len); /* dates and other things of no account may change */
        bytes[i] ^= 0x41;
    }
    assert_true(loads(bytes, len));
    free(bytes);
}

static void wrong_files_are_errors(void **state)
{
    (void)state;
    Npz *z;
    LbError err = { 0 };
    assert_int_equal(npz_open("/nowhere/a.npz", LIMIT, &z, &err), LB_FILE);
    assert_null(z);
    assert_int_equal(npz_open("unit", LIMIT, &z, &err), LB_FILE);
    assert_int_equal(npz_open("unit/test_npz.c", LIMIT, &z, &err), LB_FORMAT);
}

static int make(void **state)
{
    (void)state;
    int fd = mkstemp(path);
    return fd < 0 || close(fd) != 0;
}

static int drop(void **state)
{
    (void)state;
    return unlink(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_orders_and_shapes),   cmocka_unit_test(members_stored_and_deflated),
        cmocka_unit_test(attention_reads_back),      cmocka_unit_test(wrong_headers_are_errors),
        cmocka_unit_test(a_bomb_stops_at_the_limit), cmocka_unit_test(damage_is_found),
        cmocka_unit_test(wrong_files_are_errors),
    };
    return cmocka_run_group_tests_name("npz", tests, make, drop);
}
