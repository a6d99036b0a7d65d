/* matmul.h -- matrix products on packed right-hand sides.
 *
 * The right-hand side is packed once and used many times: a weight stays packed as long as it does not
 * change. The result of a row depends on that row and on B alone: the same bits for any M and any number of
 * threads.
 */
#ifndef COMPUTE_MATMUL_H
#define COMPUTE_MATMUL_H

#include <stdbool.h>
#include <stddef.h>

#include "compute/real.h"

enum { K_BLOCK = 256 }; /* rows of B packed together: with a panel of columns they fit the first cache */

size_t matmul_packed_len(int N, int K); /* in reals */

/* Packs B[K,N]: element (k,n) is b[k*ld + n], or b[n*ld + k] when transposed. */
void matmul_pack(int N, int K, const real *b, size_t ld, bool transposed, real *packed);

/* The way back from a transposed one: b[n*K + k]. */
void matmul_unpack(int N, int K, const real *packed, real *b);

/* C[M,N] = A[M,K] B, or += when add. Rows of A and C are lda and ldc apart. Runs on all threads. */
void matmul(int M, int N, int K, const real *a, size_t lda, const real *packed, real *c, size_t ldc,
            bool add);

/* C = A B where every row of C begins with `start` [N]: a bias; NULL: 0. */
void matmul_from(int M, int N, int K, const real *a, size_t lda, const real *packed, const real *start,
                 real *c, size_t ldc);

/* The same with A given transposed: element (m,k) is a[k*lda + m]. */
void matmul_turned(int M, int N, int K, const real *a, size_t lda, const real *packed, real *c, size_t ldc,
                   bool add);

/* ---- on this thread alone, for parts of work that threads already share ----
 *
 * Small right-hand sides are not worth packing: B[K,N] is read where it lies if N is a multiple of the panel,
 * and packed into `space` (matmul_open_len numbers) if not. A transposed one, b[n*ld + k], is always packed
 * (matmul_packed_len). */
typedef struct {
    const real *at;
    size_t row; /* 0: packed */
} Right;
size_t matmul_open_len(int N, int K);
Right matmul_open(int N, int K, const real *b, size_t ld, real *space);
Right matmul_turn(int N, int K, const real *b, size_t ld, real *space);
void matmul_here(int M, int N, int K, const real *a, size_t lda, Right b, real *c, size_t ldc, bool add);
void matmul_turned_here(int M, int N, int K, const real *a, size_t lda, Right b, real *c, size_t ldc,
                        bool add);

#endif
