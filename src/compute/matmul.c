/* matmul.c -- packing, and splitting a product between threads. The arithmetic is in isa/matmul.c. */
#include "compute/matmul.h"

#include <string.h>

#include "compute/compute.h"

static int panels_of(int N)
{
    return (N + loops->panel - 1) / loops->panel;
}

size_t matmul_packed_len(int N, int K)
{
    return (size_t)panels_of(N) * (size_t)loops->panel * (size_t)K;
}

typedef struct {
    int N, K;
    const real *b;
    size_t ld;
    bool transposed;
    real *packed;
} PackJob;

typedef real Four __attribute__((vector_size(4 * sizeof(real)), aligned(sizeof(real)), may_alias));
enum { LINE = 64 / (int)sizeof(real) };

/* 4 x 4 numbers turned: out[k][c] = in[c][k], rows `ld` and `width` apart. */
static void turn_four(const real *in, size_t ld, real *out, size_t width)
{
    Four a = *(const Four *)in, b = *(const Four *)(in + ld), c = *(const Four *)(in + 2 * ld),
         d = *(const Four *)(in + 3 * ld);
    Four ab = __builtin_shufflevector(a, b, 0, 4, 1, 5), cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
    Four AB = __builtin_shufflevector(a, b, 2, 6, 3, 7), CD = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(Four *)out = __builtin_shufflevector(ab, cd, 0, 1, 4, 5);
    *(Four *)(out + width) = __builtin_shufflevector(ab, cd, 2, 3, 6, 7);
    *(Four *)(out + 2 * width) = __builtin_shufflevector(AB, CD, 0, 1, 4, 5);
    *(Four *)(out + 3 * width) = __builtin_shufflevector(AB, CD, 2, 3, 6, 7);
}

/* out[k][c] = in[c][k] for n columns of K numbers. */
static void turn(const real *in, size_t ld, int n, int K, real *out, size_t width)
{
    int n4 = n / 4 * 4, K4 = K / 4 * 4;
    for (int c = 0; c < n4; c += 4)
        for (int k = 0; k < K4; k += 4)
            turn_four(in + (size_t)c * ld + k, ld, out + (size_t)k * width + c, width);
    for (int c = 0; c < n; c++)
        for (int k = c < n4 ? K4 : 0; k < K; k++)
            out[(size_t)k * width + (size_t)c] = in[(size_t)c * ld + (size_t)k];
}

/* K rows of n numbers; most panels are as wide as a cache line or two. */
static void copy_rows(const real *in, size_t ld, int n, int K, real *out, size_t width)
{
    if (n == LINE)
        for (int k = 0; k < K; k++)
            memcpy(out + (size_t)k * width, in + (size_t)k * ld, LINE * sizeof *out);
    else
        for (int k = 0; k < K; k++)
            memcpy(out + (size_t)k * width, in + (size_t)k * ld, (size_t)n * sizeof *out);
}

/* One panel of one block: [K][panel], columns outside B are 0. */
static void pack_panel(const PackJob *j, int k0, int K, int p)
{
    int width = loops->panel, n0 = p * width, n = j->N - n0 < width ? j->N - n0 : width;
    size_t w = (size_t)width, k = (size_t)k0, first = (size_t)n0;
    real *out = j->packed + k * (size_t)panels_of(j->N) * w + first * (size_t)K;
    if (n < width)
        memset(out, 0, (size_t)K * w * sizeof *out);
    if (j->transposed)
        turn(j->b + first * j->ld + k, j->ld, n, K, out, w);
    else
        copy_rows(j->b + k * j->ld + first, j->ld, n, K, out, w);
}

static void pack_panels(int from, int to, void *context)
{
    const PackJob *j = context;
    for (int k0 = 0; k0 < j->K; k0 += K_BLOCK)
        for (int p = from; p < to; p++)
            pack_panel(j, k0, j->K - k0 < K_BLOCK ? j->K - k0 : K_BLOCK, p);
}

void matmul_pack(int N, int K, const real *b, size_t ld, bool transposed, real *packed)
{
    PackJob j = { N, K, b, ld, transposed, packed };
    threads_each(panels_of(N), 1 + 32768 / (K * loops->panel + 1), pack_panels, &j);
}

static void unpack_panels(int from, int to, void *context)
{
    const PackJob *j = context;
    size_t width = (size_t)loops->panel, all = (size_t)panels_of(j->N) * width;
    for (int k0 = 0; k0 < j->K; k0 += K_BLOCK)
        for (int p = from; p < to; p++) {
            int K = j->K - k0 < K_BLOCK ? j->K - k0 : K_BLOCK, n0 = p * loops->panel;
            int n = j->N - n0 < loops->panel ? j->N - n0 : loops->panel;
            const real *panel = j->b + (size_t)k0 * all + (size_t)n0 * (size_t)K;
            turn(panel, width, K, n, j->packed + (size_t)n0 * j->ld + (size_t)k0, j->ld);
        }
}

void matmul_unpack(int N, int K, const real *packed, real *b)
{
    PackJob j = { N, K, packed, (size_t)K, true, b };
    threads_each(panels_of(N), 1 + 32768 / (K * loops->panel + 1), unpack_panels, &j);
}

static void some_rows(int from, int to, void *context)
{
    const MatmulJob *j = context;
    int last = to * loops->strip < j->M ? to * loops->strip : j->M;
    loops->matmul(j, from * loops->strip, last, 0, panels_of(j->N));
}

static void some_panels(int from, int to, void *context)
{
    const MatmulJob *j = context;
    loops->matmul(j, 0, j->M, from, to);
}

/* Threads share the longer side; a product too small to be worth a second thread stays on one. */
static void run(const MatmulJob *j)
{
    if (j->M <= 0 || j->N <= 0)
        return;
    assert(j->K > 0);
    int strips = (j->M + loops->strip - 1) / loops->strip, panels = panels_of(j->N);
    double work = (double)j->M * j->N * j->K, least = 100000;
    if (strips > panels)
        threads_each(strips, 1 + (int)(least * strips / work), some_rows, (void *)j);
    else
        threads_each(panels, 1 + (int)(least * panels / work), some_panels, (void *)j);
}

void matmul(int M, int N, int K, const real *a, size_t lda, const real *packed, real *c, size_t ldc, bool add)
{
    run(&(MatmulJob){ M, N, K, a, lda, 1, packed, 0, c, ldc, add, NULL });
}

void matmul_from(int M, int N, int K, const real *a, size_t lda, const real *packed, const real *start,
                 real *c, size_t ldc)
{
    run(&(MatmulJob){ M, N, K, a, lda, 1, packed, 0, c, ldc, false, start });
}

void matmul_turned(int M, int N, int K, const real *a, size_t lda, const real *packed, real *c, size_t ldc,
                   bool add)
{
    run(&(MatmulJob){ M, N, K, a, 1, lda, packed, 0, c, ldc, add, NULL });
}

/* ---- on one thread ---- */

size_t matmul_open_len(int N, int K)
{
    return N % loops->panel ? matmul_packed_len(N, K) : 0;
}

Right matmul_open(int N, int K, const real *b, size_t ld, real *space)
{
    if (N % loops->panel == 0)
        return (Right){ b, ld };
    pack_panels(0, panels_of(N), &(PackJob){ N, K, b, ld, false, space });
    return (Right){ space, 0 };
}

Right matmul_turn(int N, int K, const real *b, size_t ld, real *space)
{
    pack_panels(0, panels_of(N), &(PackJob){ N, K, b, ld, true, space });
    return (Right){ space, 0 };
}

void matmul_here(int M, int N, int K, const real *a, size_t lda, Right b, real *c, size_t ldc, bool add)
{
    loops->matmul(&(MatmulJob){ M, N, K, a, lda, 1, b.at, b.row, c, ldc, add, NULL }, 0, M, 0, panels_of(N));
}

void matmul_turned_here(int M, int N, int K, const real *a, size_t lda, Right b, real *c, size_t ldc,
                        bool add)
{
    loops->matmul(&(MatmulJob){ M, N, K, a, 1, lda, b.at, b.row, c, ldc, add, NULL }, 0, M, 0, panels_of(N));
}
