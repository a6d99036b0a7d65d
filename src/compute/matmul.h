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

/* C[M,N] = A[M,K] B, or += when add. Rows of A and C are lda and ldc apart. Runs on all threads. */
void matmul(int M, int N, int K, const real *a, size_t lda, const real *packed, real *c, size_t ldc,
            bool add);

/* The same with A given transposed: element (m,k) is a[k*lda + m]. */
void matmul_turned(int M, int N, int K, const real *a, size_t lda, const real *packed, real *c, size_t ldc,
                   bool add);

/* The three on this thread alone, for parts of work that threads already share. */
void matmul_pack_here(int N, int K, const real *b, size_t ld, bool transposed, real *packed);
void matmul_here(int M, int N, int K, const real *a, size_t lda, const real *packed, real *c, size_t ldc,
                 bool add);
void matmul_turned_here(int M, int N, int K, const real *a, size_t lda, const real *packed, real *c,
                        size_t ldc, bool add);

#endif
