#include "view/numbers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "base/array.h"
#include "base/status.h"

enum { CODE_NAN = 254, CODE_EXACT = 255, STEPS = 253 };

/* ---- one row ---- */

/* Not finite: not known. */
static float number_of(double x)
{
    float f = (float)x;
    return isfinite(f) ? f : NAN;
}

/* Whether a is before b among the largest; equal ones stay in their order. */
static bool is_larger(float a, float b)
{
    return !isnan(a) && (isnan(b) || fabsf(a) > fabsf(b));
}

/* Columns of the k largest, in the order of columns. */
static void find_largest(const double *row, size_t n, size_t k, size_t *out)
{
    size_t found = 0, order[NUMBERS_EXACT];
    for (size_t i = 0; i < n; i++) {
        float x = number_of(row[i]);
        size_t at = found;
        while (at > 0 && is_larger(x, number_of(row[order[at - 1]])))
            at--;
        if (at == k)
            continue;
        found += found < k;
        memmove(order + at + 1, order + at, (found - at - 1) * sizeof *order);
        order[at] = i;
    }
    for (size_t i = 0; i < k; i++) {
        size_t at = i;
        for (; at > 0 && out[at - 1] > order[i]; at--)
            out[at] = out[at - 1];
        out[at] = order[i];
    }
}

typedef struct {
    float lo, hi, exact[NUMBERS_EXACT];
} Row;

static double decoded(const Row *r, uint8_t code)
{
    return (double)r->lo + code / (double)STEPS * ((double)r->hi - (double)r->lo);
}

static uint8_t code_of(const Row *r, float x)
{
    double width = (double)r->hi - (double)r->lo;
    return isnan(x) ? CODE_NAN : width > 0 ? (uint8_t)lround(((double)x - (double)r->lo) / width * STEPS) : 0;
}

/* Codes of the cells that are not marked as exact yet; the largest error. */
static double encode_rest(Row *r, const double *row, size_t n, uint8_t *codes)
{
    double error = 0;
    for (size_t i = 0; i < n; i++)
        if (codes[i] != CODE_EXACT) {
            r->lo = fminf(r->lo, number_of(row[i]));
            r->hi = fmaxf(r->hi, number_of(row[i]));
        }
    for (size_t i = 0; i < n; i++) {
        float x = number_of(row[i]);
        if (codes[i] == CODE_EXACT)
            continue;
        codes[i] = code_of(r, x);
        if (!isnan(x))
            error = fmax(error, fabs(decoded(r, codes[i]) - (double)x));
    }
    return error;
}

static double encode(const double *row, size_t n, size_t k, uint8_t *codes, Row *out)
{
    size_t largest[NUMBERS_EXACT];
    find_largest(row, n, k, largest);
    memset(codes, 0, n);
    *out = (Row){ 0 };
    for (size_t i = 0; i < k; i++) {
        codes[largest[i]] = CODE_EXACT;
        out->exact[i] = number_of(row[largest[i]]);
    }
    return encode_rest(out, row, n, codes);
}

/* ---- a matrix ---- */

/* Byte b of number i of n goes to plane b. */
static void put_planes(uint8_t *planes, size_t i, size_t n, float x)
{
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    for (size_t b = 0; b < 4; b++)
        planes[b * n + i] = (uint8_t)(bits >> 8 * b);
}

double numbers_add(uint8_t **bytes, const double *values, size_t rows, size_t columns)
{
    size_t k = columns < NUMBERS_EXACT ? columns : NUMBERS_EXACT;
    uint8_t *codes = array_add(*bytes, rows * columns + 4 * rows * (2 + k)), *lo = codes + rows * columns,
            *hi = lo + 4 * rows, *exact = hi + 4 * rows;
    double error = 0;
    for (size_t r = 0; r < rows; r++) {
        Row row;
        error = fmax(error, encode(values + r * columns, columns, k, codes + r * columns, &row));
        put_planes(lo, r, rows, row.lo);
        put_planes(hi, r, rows, row.hi);
        for (size_t i = 0; i < k; i++)
            put_planes(exact, r * k + i, rows * k, row.exact[i]);
    }
    return error;
}

/* ---- as text ---- */

size_t base64_put(const uint8_t *bytes, size_t n, char *out)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *to = out;
    for (size_t i = 0; i < n; i += 3) {
        uint32_t three = (uint32_t)bytes[i] << 16 | (i + 1 < n ? (uint32_t)bytes[i + 1] << 8 : 0) |
                         (i + 2 < n ? bytes[i + 2] : 0u);
        *to++ = letters[three >> 18];
        *to++ = letters[three >> 12 & 63];
        *to++ = i + 1 < n ? letters[three >> 6 & 63] : '=';
        *to++ = i + 2 < n ? letters[three & 63] : '=';
    }
    return (size_t)(to - out);
}

enum { PIECE = 3 << 12 }; /* whole threes: only the last piece is padded */

void numbers_write(const uint8_t *bytes, size_t n, FILE *f)
{
    uint8_t packed[PIECE];
    char text[PIECE / 3 * 4];
    z_stream z = { 0 };
    if (deflateInit(&z, Z_BEST_COMPRESSION) != Z_OK)
        memory_exhausted("packing numbers", n, 0);
    int status = Z_OK;
    while (status != Z_STREAM_END) {
        z.next_out = packed, z.avail_out = PIECE;
        do {
            size_t left = n - z.total_in;
            z.next_in = (Bytef *)(uintptr_t)(n ? bytes + z.total_in : packed);
            z.avail_in = (uInt)(left < 1 << 30 ? left : 1 << 30);
            status = deflate(&z, left <= 1 << 30 ? Z_FINISH : Z_NO_FLUSH);
        } while (status == Z_OK && z.avail_out > 0);
        size_t letters = base64_put(packed, PIECE - z.avail_out, text);
        fwrite(text, 1, letters, f);
    }
    deflateEnd(&z);
}
