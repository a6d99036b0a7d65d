/* vec.h -- what the files compiled per instruction set share: names, vector width, exp and tanh. */
#ifndef COMPUTE_ISA_VEC_H
#define COMPUTE_ISA_VEC_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#include "compute/loops.h"

#define ISA_PASTE_(a, b) a##_##b
#define ISA_PASTE(a, b) ISA_PASTE_(a, b)
#define ISA_NAME(name) ISA_PASTE(name, ISA)
#define ISA_TEXT_(x) #x
#define ISA_TEXT(x) ISA_TEXT_(x)
#define INLINE static inline __attribute__((always_inline))

#if defined ISA_avx512
enum { VEC_BYTES = 64, STRIP = 12 };
#elif defined ISA_avx2
enum { VEC_BYTES = 32, STRIP = 6 };
#else
enum { VEC_BYTES = 16, STRIP = 6 };
#endif
enum { VEC = VEC_BYTES / (int)sizeof(real), PANEL_VECS = 2, PANEL = PANEL_VECS * VEC };

typedef real Vec __attribute__((vector_size(VEC_BYTES), aligned(sizeof(real)), may_alias));

INLINE Vec vec_load(const real *p)
{
    return *(const Vec *)p;
}
INLINE void vec_store(real *p, Vec v)
{
    *(Vec *)p = v;
}
INLINE real vec_sum(Vec v)
{
    real s = 0;
    for (int i = 0; i < VEC; i++)
        s += v[i];
    return s;
}

#if REAL_IS_DOUBLE
INLINE real exp_of(real x)
{
    return exp(x);
}
INLINE real tanh_of(real x)
{
    return tanh(x);
}
#else
/* exp by 2^n 2^f, |f| <= 1/2, and a polynomial (Cephes expf, Moshier); relative error about 1e-7. */
INLINE real exp_of(real x)
{
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    real n = (x * 1.44269504088896341f + 12582912.0f) - 12582912.0f;
    real r = x - n * 0.693359375f + n * 2.12194440e-4f;
    real p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    union {
        int32_t i;
        float f;
    } scale = { .i = ((int32_t)n + 127) << 23 };
    return p * scale.f;
}
INLINE real tanh_of(real x)
{
    return 1.0f - 2.0f / (exp_of(2.0f * x) + 1.0f);
}
#endif
INLINE real sigmoid_of(real x)
{
    return 1 / (1 + exp_of(-x));
}

void ISA_NAME(matmul)(const MatmulJob *job, int m0, int m1, int p0, int p1);

#endif
