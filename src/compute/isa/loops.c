/* loops.c -- the fused loops of one instruction set. Plain loops over rows, which the compiler turns into
 * vectors; sums use explicit vectors, because their order is part of the result. Formulas: loops.h.
 */
#include "compute/isa/vec.h"

static real dot(int n, const real *x, const real *y)
{
    Vec s0 = { 0 }, s1 = { 0 };
    int i = 0;
    for (; i + 2 * VEC <= n; i += 2 * VEC) {
        s0 += vec_load(x + i) * vec_load(y + i);
        s1 += vec_load(x + i + VEC) * vec_load(y + i + VEC);
    }
    real s = vec_sum(s0 + s1);
    for (; i < n; i++)
        s += x[i] * y[i];
    return s;
}

/* Four rows at a time share the loads of x; every result is summed as dot() does. */
static void dots(int rows, int n, const real *x, const real *y, size_t stride, real *out)
{
    int r = 0, whole = n / (2 * VEC) * (2 * VEC);
    for (; r + 4 <= rows; r += 4, y += 4 * stride) {
        Vec s[4][2] = { 0 };
        for (int i = 0; i < whole; i += 2 * VEC)
#pragma GCC unroll 4
            for (int k = 0; k < 4; k++) {
                s[k][0] += vec_load(x + i) * vec_load(y + (size_t)k * stride + i);
                s[k][1] += vec_load(x + i + VEC) * vec_load(y + (size_t)k * stride + i + VEC);
            }
        for (int k = 0; k < 4; k++) {
            out[r + k] = vec_sum(s[k][0] + s[k][1]);
            for (int i = whole; i < n; i++)
                out[r + k] += x[i] * y[(size_t)k * stride + (size_t)i];
        }
    }
    for (; r < rows; r++, y += stride)
        out[r] = dot(n, x, y);
}

/* A block of y stays in registers while all rows pass. */
static void mix(int rows, int n, const real *a, const real *x, size_t stride, real *y)
{
    int i = 0;
    for (; i + 4 * VEC <= n; i += 4 * VEC) {
        Vec s[4];
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++)
            s[k] = vec_load(y + i + k * VEC);
        for (int r = 0; r < rows; r++)
#pragma GCC unroll 4
            for (int k = 0; k < 4; k++)
                s[k] += a[r] * vec_load(x + (size_t)r * stride + i + k * VEC);
#pragma GCC unroll 4
        for (int k = 0; k < 4; k++)
            vec_store(y + i + k * VEC, s[k]);
    }
    for (; i < n; i++)
        for (int r = 0; r < rows; r++)
            y[i] += a[r] * x[(size_t)r * stride + (size_t)i];
}

static void axpy(int n, real a, const real *x, real *y)
{
    for (int i = 0; i < n; i++)
        y[i] += a * x[i];
}

/* Eight rows at a time: y is loaded and stored an eighth as often. */
static void add_rows(size_t rows, int n, const real *x, size_t stride, real *restrict y)
{
    size_t r = 0;
    for (; r + 8 <= rows; r += 8, x += 8 * stride) {
        const real *a = x, *b = a + stride, *c = b + stride, *d = c + stride, *e = d + stride,
                   *f = e + stride, *g = f + stride, *h = g + stride;
        for (int i = 0; i < n; i++)
            y[i] += ((a[i] + b[i]) + (c[i] + d[i])) + ((e[i] + f[i]) + (g[i] + h[i]));
    }
    for (; r < rows; r++, x += stride)
        axpy(n, 1, x, y);
}

static void tanh_row(size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = tanh_of(x[i]);
}

static void sigmoid_row(size_t n, const real *x, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = sigmoid_of(x[i]);
}

/* Lane by lane: compilers keep to the order of a chain of comparisons. */
static real max_of(int n, const real *x)
{
    real most[2 * VEC], m = x[0];
    int i = 0;
    for (int k = 0; k < 2 * VEC; k++)
        most[k] = m;
    for (; i + 2 * VEC <= n; i += 2 * VEC)
        for (int k = 0; k < 2 * VEC; k++)
            most[k] = x[i + k] > most[k] ? x[i + k] : most[k];
    for (int k = 0; k < 2 * VEC; k++)
        m = most[k] > m ? most[k] : m;
    for (; i < n; i++)
        m = x[i] > m ? x[i] : m;
    return m;
}

static void exp_minus(int n, const real *x, real shift, real *y)
{
    for (int i = 0; i < n; i++)
        y[i] = exp_of(x[i] - shift);
}

static real sum_of(int n, const real *x)
{
    Vec s = { 0 };
    int i = 0;
    for (; i + VEC <= n; i += VEC)
        s += vec_load(x + i);
    real sum = vec_sum(s);
    for (; i < n; i++)
        sum += x[i];
    return sum;
}

static real log_of(real x)
{
#if REAL_IS_DOUBLE
    return log(x);
#else
    return logf(x);
#endif
}

static real softmax(int n, const real *x, real *y)
{
    real m = max_of(n, x);
    exp_minus(n, x, m, y);
    real sum = sum_of(n, y), over = 1 / sum;
    for (int i = 0; i < n; i++)
        y[i] *= over;
    return m + log_of(sum);
}

/* Three passes: rows of a whole vocabulary do not stay in the first cache. */
static real softmax_less(int n, const real *x, real shift, real *y, real *sum, real *max)
{
    Vec s0 = { 0 }, s1 = { 0 };
    real m = max_of(n, x);
    int i = 0;
    *sum = 0;
    for (int k = 0; k < n; k += 256) {
        int len = n - k < 256 ? n - k : 256;
        *sum += sum_of(len, x + k);
        exp_minus(len, x + k, m, y + k);
        for (i = k; i + 2 * VEC <= k + len; i += 2 * VEC) {
            s0 += vec_load(y + i);
            s1 += vec_load(y + i + VEC);
        }
    }
    real all = vec_sum(s0 + s1);
    for (; i < n; i++)
        all += y[i];
    real over = 1 / all;
    for (int k = 0; k < n; k++)
        y[k] = y[k] * over - shift;
    *max = m;
    return m + log_of(all);
}

static real log_sum_exp(int n, const real *x)
{
    real m = max_of(n, x), sum = 0;
    real part[256];
    for (int i = 0; i < n; i += 256) {
        int k = n - i < 256 ? n - i : 256;
        exp_minus(k, x + i, m, part);
        sum += sum_of(k, part);
    }
    return m + log_of(sum);
}

static void shift_scale(int n, real a, real shift, real *x)
{
    for (int i = 0; i < n; i++)
        x[i] = a * (x[i] - shift);
}

static void tanh_back(size_t n, const real *y, const real *dy, real *dx)
{
    for (size_t i = 0; i < n; i++)
        dx[i] = dy[i] * (1 - y[i] * y[i]);
}

static void softmax_back(int n, real a, const real *y, const real *dy, real *dx)
{
    real mean = dot(n, y, dy);
    for (int i = 0; i < n; i++)
        dx[i] = a * y[i] * (dy[i] - mean);
}

/* 32 bits that depend on every bit of the number and the key: two rounds of multiply and shift (the finish of
 * MurmurHash3, Appleby), the key's halves before each. */
INLINE uint32_t draw(uint32_t i, uint32_t low, uint32_t high)
{
    uint32_t h = (i * 0x9E3779B1u) ^ low;
    h = (h ^ (h >> 16)) * 0x85EBCA6Bu + high;
    h = (h ^ (h >> 13)) * 0xC2B2AE35u;
    return h ^ (h >> 16);
}

static void dropout(size_t n, uint64_t key, size_t first, uint32_t threshold, real scale, const real *x,
                    real *y)
{
    uint32_t low = (uint32_t)key, high = (uint32_t)(key >> 32), at = (uint32_t)first;
    int32_t least = (int32_t)(threshold ^ 0x80000000u); /* vectors compare signed numbers */
    for (uint32_t i = 0; i < (uint32_t)n; i++)
        y[i] = (int32_t)(draw(at + i, low, high) ^ 0x80000000u) < least ? 0 : x[i] * scale;
}

static real root_of(real x)
{
#if REAL_IS_DOUBLE
    return sqrt(x);
#else
    return sqrtf(x);
#endif
}

/* Mean and 1 / deviation of a row. */
INLINE void row_shape(int n, const real *x, real eps, real *mean, real *over)
{
    real m = sum_of(n, x) / (real)n;
    Vec s = { 0 };
    int i = 0;
    for (; i + VEC <= n; i += VEC) {
        Vec d = vec_load(x + i) - m;
        s += d * d;
    }
    real sum = vec_sum(s);
    for (; i < n; i++)
        sum += (x[i] - m) * (x[i] - m);
    *mean = m;
    *over = 1 / root_of(sum / (real)n + eps);
}

static void norm(int n, const real *x, const real *gain, const real *shift, real eps, real *y)
{
    real mean, over;
    row_shape(n, x, eps, &mean, &over);
    for (int i = 0; i < n; i++)
        y[i] = (x[i] - mean) * over * gain[i] + shift[i];
}

/* With u = (x - mean) over and e = dy gain: dx = over (e - mean(e) - u mean(e u)). */
static void norm_back(int n, const real *x, const real *gain, real eps, const real *dy, real *restrict dx,
                      real *restrict dgain, real *restrict dshift)
{
    real mean, over;
    row_shape(n, x, eps, &mean, &over);
    Vec s0 = { 0 }, s1 = { 0 };
    int i = 0;
    for (; i + VEC <= n; i += VEC) {
        Vec e = vec_load(dy + i) * vec_load(gain + i);
        s0 += e;
        s1 += e * ((vec_load(x + i) - mean) * over);
    }
    real e_sum = vec_sum(s0), eu_sum = vec_sum(s1);
    for (; i < n; i++) {
        real e = dy[i] * gain[i];
        e_sum += e;
        eu_sum += e * (x[i] - mean) * over;
    }
    e_sum /= (real)n, eu_sum /= (real)n;
    for (i = 0; i < n; i++) {
        real u = (x[i] - mean) * over;
        dgain[i] += dy[i] * u;
        dshift[i] += dy[i];
        dx[i] += over * (dy[i] * gain[i] - e_sum - u * eu_sum);
    }
}

/* ---- curves ---- */

static void relu(size_t n, const real *z, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = z[i] > 0 ? z[i] : 0;
}

static void relu_back(size_t n, const real *z, const real *dy, real *dz)
{
    for (size_t i = 0; i < n; i++)
        dz[i] = z[i] > 0 ? dy[i] : 0;
}

/* erf: Abramowitz and Stegun 7.1.26, error below 1.5e-7. */
INLINE real erf_of(real x)
{
#if REAL_IS_DOUBLE
    return erf(x);
#else
    real a = x < 0 ? -x : x, t = 1 / (1 + 0.3275911f * a);
    real p = 1.061405429f;
    p = p * t - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    real y = 1 - p * t * exp_of(-a * a);
    return x < 0 ? -y : y;
#endif
}

#define ROOT_HALF REAL(0.70710678118654752440)
#define ROOT_2_OVER_PI REAL(0.79788456080286535588)

/* Hendrycks and Gimpel 2016: z Phi(z). */
static void gelu(size_t n, const real *z, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = REAL(0.5) * z[i] * (1 + erf_of(z[i] * ROOT_HALF));
}

static void gelu_back(size_t n, const real *z, const real *dy, real *dz)
{
    for (size_t i = 0; i < n; i++) {
        real density = REAL(0.5) * ROOT_2_OVER_PI * exp_of(REAL(-0.5) * z[i] * z[i]);
        dz[i] = dy[i] * (REAL(0.5) * (1 + erf_of(z[i] * ROOT_HALF)) + z[i] * density);
    }
}

/* Its approximation by tanh, which some systems use instead. */
static void gelu_tanh(size_t n, const real *z, real *y)
{
    for (size_t i = 0; i < n; i++) {
        real x = z[i];
        y[i] = REAL(0.5) * x * (1 + tanh_of(ROOT_2_OVER_PI * (x + REAL(0.044715) * x * x * x)));
    }
}

static void gelu_tanh_back(size_t n, const real *z, const real *dy, real *dz)
{
    for (size_t i = 0; i < n; i++) {
        real x = z[i], t = tanh_of(ROOT_2_OVER_PI * (x + REAL(0.044715) * x * x * x));
        real slope = ROOT_2_OVER_PI * (1 + 3 * REAL(0.044715) * x * x);
        dz[i] = dy[i] * (REAL(0.5) * (1 + t) + REAL(0.5) * x * (1 - t * t) * slope);
    }
}

/* Ramachandran et al. 2017: z sigmoid(z). */
static void swish(size_t n, const real *z, real *y)
{
    for (size_t i = 0; i < n; i++)
        y[i] = z[i] * sigmoid_of(z[i]);
}

static void swish_back(size_t n, const real *z, const real *dy, real *dz)
{
    for (size_t i = 0; i < n; i++) {
        real s = sigmoid_of(z[i]);
        dz[i] = dy[i] * s * (1 + z[i] * (1 - s));
    }
}

static void lstm(int H, real *restrict gates, const real *restrict c_before, real *restrict c,
                 real *restrict h)
{
    real *i = gates, *f = i + H, *g = f + H, *o = g + H;
    for (int j = 0; j < H; j++) {
        i[j] = sigmoid_of(i[j]);
        f[j] = sigmoid_of(f[j]);
        g[j] = tanh_of(g[j]);
        o[j] = sigmoid_of(o[j]);
        c[j] = f[j] * c_before[j] + i[j] * g[j];
        h[j] = o[j] * tanh_of(c[j]);
    }
}

static void lstm_back(int H, const real *restrict gates, const real *restrict c_before,
                      const real *restrict c, const real *restrict dh, real *restrict dc,
                      real *restrict d_gates)
{
    const real *i = gates, *f = i + H, *g = f + H, *o = g + H;
    real *di = d_gates, *df = di + H, *dg = df + H, *d_o = dg + H;
    for (int j = 0; j < H; j++) {
        real y = tanh_of(c[j]);
        real d = dc[j] + dh[j] * o[j] * (1 - y * y);
        d_o[j] = dh[j] * y * o[j] * (1 - o[j]);
        di[j] = d * g[j] * i[j] * (1 - i[j]);
        df[j] = d * c_before[j] * f[j] * (1 - f[j]);
        dg[j] = d * i[j] * (1 - g[j] * g[j]);
        dc[j] = d * f[j];
    }
}

static void gru_gates(int H, real *restrict rz, const real *restrict h_before, real *restrict rh)
{
    for (int j = 0; j < 2 * H; j++)
        rz[j] = sigmoid_of(rz[j]);
    for (int j = 0; j < H; j++)
        rh[j] = rz[j] * h_before[j];
}

static void gru_new(int H, const real *restrict z, real *restrict n, const real *restrict h_before,
                    real *restrict h)
{
    for (int j = 0; j < H; j++) {
        n[j] = tanh_of(n[j]);
        h[j] = n[j] + z[j] * (h_before[j] - n[j]);
    }
}

static void gru_new_back(int H, const real *restrict gates, const real *restrict h_before, real *restrict dh,
                         real *restrict d_gates)
{
    const real *z = gates + H, *n = z + H;
    real *dz = d_gates + H, *dn = dz + H;
    for (int j = 0; j < H; j++) {
        dz[j] = dh[j] * (h_before[j] - n[j]) * z[j] * (1 - z[j]);
        dn[j] = dh[j] * (1 - z[j]) * (1 - n[j] * n[j]);
        dh[j] *= z[j];
    }
}

static void gru_gates_back(int H, const real *restrict r, const real *restrict h_before,
                           const real *restrict d_rh, real *restrict dh, real *restrict dr)
{
    for (int j = 0; j < H; j++) {
        dr[j] = d_rh[j] * h_before[j] * r[j] * (1 - r[j]);
        dh[j] += d_rh[j] * r[j];
    }
}

static void mul_add(int n, const real *a, const real *b, real *y)
{
    for (int i = 0; i < n; i++)
        y[i] += a[i] * b[i];
}

static void mul(int n, const real *a, const real *b, real *y)
{
    for (int i = 0; i < n; i++)
        y[i] = a[i] * b[i];
}

static real additive(int n, const real *q, const real *k, const real *v)
{
    real part[256], sum = 0;
    for (int i = 0; i < n; i += 256) {
        int m = n - i < 256 ? n - i : 256;
        for (int j = 0; j < m; j++)
            part[j] = tanh_of(q[i + j] + k[i + j]) * v[i + j];
        sum += sum_of(m, part);
    }
    return sum;
}

static void additive_back(int n, real g, const real *restrict q, const real *restrict k,
                          const real *restrict v, real *restrict dq, real *restrict dk, real *restrict dv)
{
    for (int i = 0; i < n; i++) {
        real y = tanh_of(q[i] + k[i]);
        real d = g * v[i] * (1 - y * y);
        dv[i] += g * y;
        dq[i] += d;
        dk[i] += d;
    }
}

static double sum_squares(size_t n, const real *x)
{
    double sum = 0;
    for (size_t i = 0; i < n; i += 4096) {
        int k = n - i < 4096 ? (int)(n - i) : 4096;
        sum += (double)dot(k, x + i, x + i);
    }
    return sum;
}

static void adam(size_t n, real *restrict w, const real *restrict g, real *restrict m, real *restrict v,
                 real scale, real rate, real beta1, real beta2, real eps, real decay)
{
    for (size_t i = 0; i < n; i++) {
        real d = g[i] * scale;
        m[i] = beta1 * m[i] + (1 - beta1) * d;
        v[i] = beta2 * v[i] + (1 - beta2) * d * d;
        w[i] -= rate * m[i] / (root_of(v[i]) + eps) + decay * w[i];
    }
}

const Loops ISA_NAME(loops) = {
    .isa = ISA_TEXT(ISA),
    .panel = PANEL,
    .strip = STRIP,
    .matmul = ISA_NAME(matmul),
    .dot = dot,
    .dots = dots,
    .mix = mix,
    .axpy = axpy,
    .add_rows = add_rows,
    .tanh = tanh_row,
    .sigmoid = sigmoid_row,
    .sum = sum_of,
    .max = max_of,
    .softmax = softmax,
    .log_sum_exp = log_sum_exp,
    .exp_minus = exp_minus,
    .shift_scale = shift_scale,
    .softmax_less = softmax_less,
    .tanh_back = tanh_back,
    .softmax_back = softmax_back,
    .dropout = dropout,
    .norm = norm,
    .norm_back = norm_back,
    .curve = { { "relu", relu, relu_back },
               { "gelu", gelu, gelu_back },
               { "gelu-tanh", gelu_tanh, gelu_tanh_back },
               { "swish", swish, swish_back } },
    .lstm = lstm,
    .lstm_back = lstm_back,
    .gru_gates = gru_gates,
    .gru_new = gru_new,
    .gru_new_back = gru_new_back,
    .gru_gates_back = gru_gates_back,
    .mul_add = mul_add,
    .mul = mul,
    .additive = additive,
    .additive_back = additive_back,
    .sum_squares = sum_squares,
    .adam = adam,
};
