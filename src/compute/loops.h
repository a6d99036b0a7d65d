/* loops.h -- the fused loops, one table of functions per instruction set.
 *
 * The bodies are in isa/, written once and compiled for baseline x86-64, AVX2 and AVX-512. compute_start
 * chooses a table; everything above this folder calls `loops->name(...)` or the wrappers of matmul.h. No
 * function here starts threads: callers split rows with threads_each. Row strides are in elements.
 */
#ifndef COMPUTE_LOOPS_H
#define COMPUTE_LOOPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compute/real.h"

/* One matrix product, or a part of it: rows [m0,m1) and column panels [p0,p1) of C (+)= A B, where element
 * (m,k) of A is a[m * a_row + k * a_col] and B is packed (matmul.h). */
typedef struct {
    int M, N, K;
    const real *a;
    size_t a_row, a_col;
    const real *packed;
    size_t b_row; /* 0: packed; else B lies open, rows so far apart, N is a multiple of the panel */
    real *c;
    size_t ldc;
    bool add;
    const real *start; /* [N] what every row of C begins with; NULL: 0 */
} MatmulJob;

/* A curve of one number, over n of them: y = f(z), and dz = dy f'(z). y may be z, dz may be dy. */
typedef struct {
    const char *name;
    void (*value)(size_t n, const real *z, real *y);
    void (*back)(size_t n, const real *z, const real *dy, real *dz);
} Curve;
enum { N_CURVES = 4 };

typedef struct {
    const char *isa;
    int panel; /* columns of B packed together */
    int strip; /* rows of C computed together */

    void (*matmul)(const MatmulJob *job, int m0, int m1, int p0, int p1);

    /* ---- rows of numbers ---- */
    real (*dot)(int n, const real *x, const real *y);
    /* out[r] = x . row r of y; y += sum of a[r] times row r of x: rows of n numbers, `stride` apart */
    void (*dots)(int rows, int n, const real *x, const real *y, size_t stride, real *out);
    void (*mix)(int rows, int n, const real *a, const real *x, size_t stride, real *y);
    void (*axpy)(int n, real a, const real *x, real *y); /* y += a x */
    /* y += all rows of x, `stride` apart, n numbers each */
    void (*add_rows)(size_t rows, int n, const real *x, size_t stride, real *y);
    void (*tanh)(size_t n, const real *x, real *y);
    void (*sigmoid)(size_t n, const real *x, real *y);
    real (*sum)(int n, const real *x);
    real (*max)(int n, const real *x);              /* n >= 1 */
    real (*softmax)(int n, const real *x, real *y); /* y may be x; n >= 1; gives log_sum_exp(x) */
    real (*log_sum_exp)(int n, const real *x);      /* log of the sum of exp(x) */
    void (*exp_minus)(int n, const real *x, real shift, real *y); /* y = exp(x - shift) */
    void (*shift_scale)(int n, real a, real shift, real *x);      /* x = a (x - shift) */
    /* y = softmax(x) - shift; *sum = sum of x, *max its largest; gives log_sum_exp(x). y may be x. */
    real (*softmax_less)(int n, const real *x, real shift, real *y, real *sum, real *max);
    void (*tanh_back)(size_t n, const real *y, const real *dy, real *dx); /* dx = dy (1 - y^2); may be dy */
    void (*softmax_back)(int n, real a, const real *y, const real *dy, real *dx); /* a y (dy - y . dy) */
    /* y = x / (1 - rate), but 0 where the draw of number first + i is below the threshold: scale = 1 / (1 -
     * rate), threshold = rate 2^32. The draw is a hash of key and number: the same on every instruction set.
     */
    void (*dropout)(size_t n, uint64_t key, size_t first, uint32_t threshold, real scale, const real *x,
                    real *y);
    /* y = (x - mean) / deviation * gain + shift: Ba et al. 2016; eps is added to the variance. */
    void (*norm)(int n, const real *x, const real *gain, const real *shift, real eps, real *y);
    /* dx +=, dgain +=, dshift += */
    void (*norm_back)(int n, const real *x, const real *gain, real eps, const real *dy, real *dx, real *dgain,
                      real *dshift);
    Curve curve[N_CURVES]; /* what stands inside feed-forward networks, by name */

    /* ---- LSTM cell on one row: gates hold pre-activations in, activations out, in order i f g o ---- */
    void (*lstm)(int H, real *gates, const real *c_before, real *c, real *h);
    /* dh, dc: gradient of this step's h and c; d_gates out; dc becomes the gradient of c_before. */
    void (*lstm_back)(int H, const real *gates, const real *c_before, const real *c, const real *dh, real *dc,
                      real *d_gates);

    /* ---- GRU cell on one row; gates in order r z n ---- */
    /* rz: pre-activations in, activations out; rh = r * h. */
    void (*gru_gates)(int H, real *rz, const real *h_before, real *rh);
    /* n: pre-activation in, tanh out; h = (1 - z) n + z h_before. */
    void (*gru_new)(int H, const real *z, real *n, const real *h_before, real *h);
    /* d_gates[z] and d_gates[n] out; dh becomes the part of h_before's gradient that passes through z. */
    void (*gru_new_back)(int H, const real *gates, const real *h_before, real *dh, real *d_gates);
    /* d_gates[r] out from d_rh; dh += d_rh r. */
    void (*gru_gates_back)(int H, const real *gates, const real *h_before, const real *d_rh, real *dh,
                           real *d_gates);
    /* y += a * b, elementwise; y = a * b */
    void (*mul_add)(int n, const real *a, const real *b, real *y);
    void (*mul)(int n, const real *a, const real *b, real *y);

    /* ---- additive score of one query q against one key k: v . tanh(q + k) ---- */
    real (*additive)(int n, const real *q, const real *k, const real *v);
    /* dv += g tanh(q + k); dq += and dk += g v (1 - tanh^2) */
    void (*additive_back)(int n, real g, const real *q, const real *k, const real *v, real *dq, real *dk,
                          real *dv);

    /* ---- optimiser ---- */
    double (*sum_squares)(size_t n, const real *x);
    /* Kingma and Ba 2015, with decoupled decay (Loshchilov and Hutter 2019): g is scaled first. */
    void (*adam)(size_t n, real *w, const real *g, real *m, real *v, real scale, real rate, real beta1,
                 real beta2, real eps, real decay);
} Loops;

extern const Loops loops_baseline, loops_avx2, loops_avx512;
extern const Loops *loops; /* the chosen one; set before main, changed by compute_start */

const Curve *curve_find(const char *name); /* NULL when there is none */

#endif
