/* matmul.c -- C (+)= A B with B packed: the product every model spends its time in.
 *
 * B is packed in blocks of K_BLOCK rows and, inside a block, panels of PANEL columns, so the innermost loop
 * reads it in order. A tile of STRIP x PANEL numbers of C stays in registers while k runs. Every number of C
 * is the same chain of multiply-adds in the order of k, whatever M, whatever tile it falls into and whoever
 * computes it: so a row's bits do not depend on its neighbours nor on the number of threads.
 */
#include <assert.h>

#include "compute/isa/vec.h"
#include "compute/matmul.h"

enum { ROW_BLOCK = 8 * STRIP }; /* rows of A that stay in the second cache while all panels pass */

/* Rows of C are far apart, so no hardware prefetcher follows them: the tile after this one is asked for here.
 */
INLINE void expect_tile(const real *c, size_t ldc, int rows)
{
    for (int r = 0; r < rows; r++) {
        __builtin_prefetch(c + (size_t)r * ldc, 1);
        __builtin_prefetch(c + (size_t)r * ldc + PANEL - 1, 1);
    }
}

/* What a tile begins with: rows of numbers, `row` apart. */
typedef struct {
    const real *at;
    size_t row;
} Start;

/* `rows` is a constant at each call below, so the loops over it unroll into registers. */
INLINE void tile(const int rows, int K, const real *a, size_t a_row, size_t a_col, const real *b,
                 size_t b_row, real *c, size_t ldc, Start s)
{
    Vec sum[STRIP][PANEL_VECS];
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < PANEL_VECS; v++)
            sum[r][v] = vec_load(s.at + (size_t)r * s.row + v * VEC);
    for (int k = 0; k < K; k++, b += b_row, a += a_col) {
        Vec right[PANEL_VECS];
#pragma GCC unroll 4
        for (int v = 0; v < PANEL_VECS; v++)
            right[v] = vec_load(b + v * VEC);
#pragma GCC unroll 16
        for (int r = 0; r < rows; r++) {
            real left = a[(size_t)r * a_row];
#pragma GCC unroll 4
            for (int v = 0; v < PANEL_VECS; v++)
                sum[r][v] += left * right[v];
        }
    }
#pragma GCC unroll 16
    for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
        for (int v = 0; v < PANEL_VECS; v++)
            vec_store(c + (size_t)r * ldc + v * VEC, sum[r][v]);
}

#define TILE_CASE(n)                                                                                         \
    case n:                                                                                                  \
        tile(n, K, a, a_row, a_col, b, b_row, c, ldc, s);                                                    \
        break;
static void tile_rows(int rows, int K, const real *a, size_t a_row, size_t a_col, const real *b, size_t b_row,
                      real *c, size_t ldc, Start s)
{
    switch (rows) {
        TILE_CASE(1)
        TILE_CASE(2)
        TILE_CASE(3)
        TILE_CASE(4)
        TILE_CASE(5)
        TILE_CASE(6)
#if defined ISA_avx512
        TILE_CASE(7)
        TILE_CASE(8)
        TILE_CASE(9)
        TILE_CASE(10)
        TILE_CASE(11)
        TILE_CASE(12)
#endif
    }
}

/* A tile whose last columns lie outside C: through a full-width copy. */
static void tile_edge(int rows, int columns, int K, const real *a, size_t a_row, size_t a_col, const real *b,
                      size_t b_row, real *c, size_t ldc, Start s)
{
    real wide[STRIP * PANEL] = { 0 };
    for (int r = 0; r < rows; r++)
        memcpy(wide + r * PANEL, s.at + (size_t)r * s.row, (size_t)columns * sizeof *c);
    tile_rows(rows, K, a, a_row, a_col, b, b_row, wide, PANEL, (Start){ wide, PANEL });
    for (int r = 0; r < rows; r++)
        memcpy(c + (size_t)r * ldc, wide + r * PANEL, (size_t)columns * sizeof *c);
}

/* Rows of A as the tiles want them: strips `strip` apart, in a strip rows and columns as given. */
typedef struct {
    const real *a;
    size_t strip, row, col;
} Left;

static const real nothing[PANEL];

/* What a panel of C begins with: itself, the same row everywhere, or nothing. */
static Start start_of(const MatmulJob *j, int panel, const real *c, bool add)
{
    size_t at = (size_t)panel * PANEL;
    return add ? (Start){ c + at, j->ldc } : j->start ? (Start){ j->start + at, 0 } : (Start){ nothing, 0 };
}

/* One panel against all rows of a block. */
static void panel_rows(const MatmulJob *j, int rows, int K, const Left *left, int panel, const real *b,
                       real *c, bool add)
{
    Start s = start_of(j, panel, c, add);
    int columns = j->N - panel * PANEL;
    size_t a_row = left->row, a_col = left->col, b_row = j->b_row ? j->b_row : PANEL;
    for (int r = 0; r < rows; r += STRIP, s.at += STRIP * s.row) {
        int n = rows - r < STRIP ? rows - r : STRIP;
        const real *ar = left->a + (size_t)(r / STRIP) * left->strip;
        real *cr = c + (size_t)r * j->ldc + (size_t)panel * PANEL;
        if (r + STRIP < rows)
            expect_tile(cr + STRIP * j->ldc, j->ldc, rows - r - STRIP < STRIP ? rows - r - STRIP : STRIP);
        else if (columns > PANEL)
            expect_tile(c + (size_t)(panel + 1) * PANEL, j->ldc, rows < STRIP ? rows : STRIP);
        if (columns >= PANEL)
            tile_rows(n, K, ar, a_row, a_col, b, b_row, cr, j->ldc, s);
        else
            tile_edge(n, columns, K, ar, a_row, a_col, b, b_row, cr, j->ldc, s);
    }
}

enum { AHEAD = 8 }; /* rows of a transposed A, whose distance no hardware prefetcher follows either */

/* A transposed A is copied together first, strip by strip in the order of the tile's loop: reading it in
 * place would miss the cache at each k. */
static void gather(int rows, int K, const real *a, size_t a_col, real *out)
{
    int whole = rows / STRIP * STRIP;
    for (int k = 0; k < K; k++, a += a_col) {
        real *to = out + (size_t)k * STRIP;
        if (k + AHEAD < K)
            for (int r = 0; r < rows; r += 64 / (int)sizeof(real))
                __builtin_prefetch(a + AHEAD * a_col + r);
        for (int r = 0; r < whole; r += STRIP)
            memcpy(to + (size_t)r * (size_t)K, a + r, STRIP * sizeof *a);
        if (whole < rows)
            memcpy(to + (size_t)whole * (size_t)K, a + whole, (size_t)(rows - whole) * sizeof *a);
    }
}

/* Rows m0.. and columns k0.. of A. */
static Left left_of(const MatmulJob *j, int m, int rows, int k0, int K, real *copy)
{
    const real *a = j->a + (size_t)m * j->a_row + (size_t)k0 * j->a_col;
    if (j->a_col == 1)
        return (Left){ a, STRIP * j->a_row, j->a_row, 1 };
    assert(j->a_row == 1);
    gather(rows, K, a, j->a_col, copy);
    return (Left){ copy, STRIP * (size_t)K, 1, STRIP };
}

/* Rows k0.. of a panel of B. */
static const real *right_of(const MatmulJob *j, int k0, int K, int panel)
{
    size_t k = (size_t)k0, p = (size_t)panel * PANEL, panels = (size_t)(j->N + PANEL - 1) / PANEL;
    return j->packed + (j->b_row ? k * j->b_row + p : k * panels * PANEL + p * (size_t)K);
}

void ISA_NAME(matmul)(const MatmulJob *j, int m0, int m1, int p0, int p1)
{
    real copy[ROW_BLOCK * K_BLOCK];
    for (int k0 = 0; k0 < j->K; k0 += K_BLOCK) {
        int K = j->K - k0 < K_BLOCK ? j->K - k0 : K_BLOCK;
        for (int m = m0; m < m1; m += ROW_BLOCK) {
            int rows = m1 - m < ROW_BLOCK ? m1 - m : ROW_BLOCK;
            Left left = left_of(j, m, rows, k0, K, copy);
            for (int p = p0; p < p1; p++)
                panel_rows(j, rows, K, &left, p, right_of(j, k0, K, p), j->c + (size_t)m * j->ldc,
                           j->add || k0 > 0);
        }
    }
}
