#include "view/numbers.h"

#include <limits.h>
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
static double encode_rest(Row *r, const double *row, size_t n, double step, uint8_t *codes)
{
    double error = 0;
    for (size_t i = 0; i < n; i++)
        if (codes[i] != CODE_EXACT) {
            r->lo = fminf(r->lo, number_of(row[i]));
            r->hi = fmaxf(r->hi, number_of(row[i]));
        }
    if (r->hi > r->lo)
        r->hi = fmaxf(r->hi, (float)((double)r->lo + STEPS * step));
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

static double encode(const double *row, size_t n, size_t k, double step, uint8_t *codes, Row *out)
{
    size_t largest[NUMBERS_EXACT];
    find_largest(row, n, k, largest);
    memset(codes, 0, n);
    *out = (Row){ 0 };
    for (size_t i = 0; i < k; i++) {
        codes[largest[i]] = CODE_EXACT;
        out->exact[i] = number_of(row[largest[i]]);
    }
    return encode_rest(out, row, n, step, codes);
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

void numbers_clear(Numbers *n)
{
    array_cut(n->bytes, 0);
    array_cut(n->ends, 0);
}

void numbers_free(Numbers *n)
{
    array_free(n->bytes);
    array_free(n->ends);
}

double numbers_add(Numbers *n, const double *values, size_t rows, size_t columns, double step)
{
    size_t k = columns < NUMBERS_EXACT ? columns : NUMBERS_EXACT;
    uint8_t *codes = array_add(n->bytes, rows * columns + 4 * rows * (2 + k)), *lo = codes + rows * columns,
            *hi = lo + 4 * rows, *exact = hi + 4 * rows;
    array_push(n->ends, (size_t)(lo - n->bytes));
    array_push(n->ends, array_len(n->bytes));
    double error = 0;
    for (size_t r = 0; r < rows; r++) {
        Row row;
        error = fmax(error, encode(values + r * columns, columns, k, step, codes + r * columns, &row));
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

enum {
    PIECE = 3 << 12, /* whole threes: only the last piece is padded */
    OWN_TABLE = 2000 /* so many bytes are worth a table of their own */
};

typedef struct {
    z_stream z;
    uint8_t packed[PIECE];
    FILE *f;
} Packer;

static void write_piece(Packer *p)
{
    char text[PIECE / 3 * 4];
    size_t n = base64_put(p->packed, PIECE - p->z.avail_out, text);
    fwrite(text, 1, n, p->f);
    p->z.next_out = p->packed, p->z.avail_out = PIECE;
}

static void packer_begin(Packer *p, int strategy, FILE *f)
{
    *p = (Packer){ .f = f };
    if (deflateInit2(&p->z, Z_BEST_COMPRESSION, Z_DEFLATED, MAX_WBITS, MAX_MEM_LEVEL, strategy) != Z_OK)
        memory_exhausted("packing a page", 0, 0);
    p->z.next_out = p->packed, p->z.avail_out = PIECE;
}

static void pack(Packer *p, const void *bytes, size_t n, int flush)
{
    assert(n <= UINT_MAX);
    p->z.next_in = (Bytef *)(uintptr_t)bytes;
    p->z.avail_in = (uInt)n;
    do {
        if (p->z.avail_out == 0)
            write_piece(p);
        deflate(&p->z, flush);
    } while (p->z.avail_out == 0);
}

static void packer_end(Packer *p)
{
    pack(p, "", 0, Z_FINISH);
    write_piece(p);
    deflateEnd(&p->z);
}

void numbers_write(const Numbers *n, FILE *f)
{
    Packer p;
    size_t from = 0;
    packer_begin(&p, Z_FILTERED, f);
    for (size_t i = 0; i < array_len(n->ends); from = n->ends[i++]) {
        size_t len = n->ends[i] - from;
        pack(&p, n->bytes + from, len, len < OWN_TABLE ? Z_NO_FLUSH : Z_BLOCK);
    }
    packer_end(&p);
}

void text_pack(const char *text, size_t n, FILE *f)
{
    Packer p;
    packer_begin(&p, Z_DEFAULT_STRATEGY, f);
    pack(&p, text, n, Z_NO_FLUSH);
    packer_end(&p);
}
