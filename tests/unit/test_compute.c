/* test_compute.c -- matrix products and loops of every instruction set that this machine has, against plain
 * loops in double. Of a product a row's bits may depend on nothing but that row and the right-hand side:
 * neither on how many rows there are, nor on the threads, nor on how the left-hand side lies in memory.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/rng.h"
#include "compute/compute.h"
#include "compute/matmul.h"

#include <cmocka.h> /* last: it has a macro called fail */

static Arena *memory;
static const char *const sets[] = { "baseline", "avx2", "avx512" };

/* Runs a check with each instruction set of this machine. */
static void each_set(void (*check)(void))
{
    int n = 0;
    for (int i = 0; i < 3; i++) {
        if (compute_start(sets[i], NULL) != LB_OK)
            continue;
        assert_string_equal(compute_isa(), sets[i]);
        arena_rewind(memory, 0);
        check();
        n++;
    }
    assert_true(n >= 1);
    compute_start("auto", NULL);
}

static real *noise(size_t n, uint64_t seed)
{
    real *x = arena_array(memory, real, n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)((double)(rng_hash(seed, i) >> 11) * 0x1p-52 - 1); /* in [-1, 1) */
    return x;
}

/* ---- choosing ---- */

static void test_choice(void **state)
{
    (void)state;
    LbError err = { 0 };
    assert_int_equal(compute_start("mmx", &err), LB_USAGE);
    assert_non_null(strstr(err.text, "mmx"));
    assert_int_equal(compute_start("baseline", &err), LB_OK);
    assert_string_equal(compute_isa(), "baseline");
    assert_int_equal(compute_start("auto", &err), LB_OK);
    assert_int_equal(compute_start(NULL, &err), LB_OK);
}

/* ---- threads ---- */

enum { ITEMS = 1000 };

static void count_items(int from, int to, void *context)
{
    int *count = context;
    for (int i = from; i < to; i++)
        count[i]++;
}

static void test_threads_each(void **state)
{
    (void)state;
    for (int threads = 1; threads <= 4; threads++)
        for (int n = 0; n <= ITEMS; n += n < 20 ? 1 : 97)
            for (int grain = 0; grain <= 50; grain += 7) {
                int count[ITEMS + 1] = { 0 };
                threads_set(threads);
                threads_each(n, grain, count_items, count);
                for (int i = 0; i <= ITEMS; i++)
                    assert_int_equal(count[i], i < n);
            }
    threads_set(1);
}

/* ---- matrix products ---- */

enum { A_GAP = 3, C_GAP = 5, GUARD = 77 }; /* rows are further apart than they are long */

typedef struct {
    int M, N, K;
    const real *a, *turned, *b, *b_turned, *before; /* [M,K+gap] [K,M+gap] [K,N] [N,K] [M,N+gap] */
    double *sum, *size; /* [M,N]: A B, and |A| |B|, which rounding is measured by */
} Product;

static Product product_new(int M, int N, int K)
{
    Product p = { M, N, K };
    size_t m = (size_t)M, n = (size_t)N, k = (size_t)K;
    real *a = noise(m * (k + A_GAP), 1), *b = noise(k * n, 2);
    real *turned = noise(k * (m + A_GAP), 3), *b_turned = noise(n * k, 4);
    p.sum = arena_zero(memory, m * n, sizeof *p.sum);
    p.size = arena_zero(memory, m * n, sizeof *p.size);
    for (size_t i = 0; i < m; i++)
        for (size_t l = 0; l < k; l++) {
            double left = (double)a[i * (k + A_GAP) + l];
            turned[l * (m + A_GAP) + i] = a[i * (k + A_GAP) + l];
            for (size_t j = 0; j < n; j++) {
                double y = left * (double)b[l * n + j];
                p.sum[i * n + j] += y;
                p.size[i * n + j] += fabs(y);
            }
        }
    for (size_t l = 0; l < k; l++)
        for (size_t j = 0; j < n; j++)
            b_turned[j * k + l] = b[l * n + j];
    p.a = a, p.turned = turned, p.b = b, p.b_turned = b_turned, p.before = noise(m * (n + C_GAP), 5);
    return p;
}

static size_t width_of(const Product *p)
{
    return (size_t)p->N + C_GAP;
}

static real *result_new(const Product *p, bool add)
{
    size_t n = (size_t)p->M * width_of(p);
    real *c = arena_array(memory, real, n);
    memcpy(c, p->before, n * sizeof *c);
    for (size_t i = 0; i < n; i++)
        if (!add || i % width_of(p) >= (size_t)p->N)
            c[i] = GUARD;
    return c;
}

static void check_values(const Product *p, const real *c, bool add)
{
    for (int i = 0; i < p->M; i++)
        for (size_t j = 0; j < width_of(p); j++) {
            size_t at = (size_t)i * width_of(p) + j, in = (size_t)i * (size_t)p->N + j;
            if (j >= (size_t)p->N) {
                assert_true(c[at] == GUARD);
                continue;
            }
            double before = add ? (double)p->before[at] : 0;
            double allowed = 1e-6 * (p->size[in] + fabs(before));
            if (!(fabs((double)c[at] - p->sum[in] - before) <= allowed))
                fail_msg("%s: [%d,%d] x [%d,%d] at %d,%zu: %.9g instead of %.9g", compute_isa(), p->M, p->K,
                         p->K, p->N, i, j, (double)c[at], p->sum[in] + before);
        }
}

static const real *packed(const Product *p, bool from_turned)
{
    real *out = arena_array(memory, real, matmul_packed_len(p->N, p->K));
    if (from_turned)
        matmul_pack(p->N, p->K, p->b_turned, (size_t)p->K, true, out);
    else
        matmul_pack(p->N, p->K, p->b, (size_t)p->N, false, out);
    return out;
}

static void check_same_bits(const Product *p, const real *c, const real *d, const char *what)
{
    if (memcmp(c, d, (size_t)p->M * width_of(p) * sizeof *c) != 0)
        fail_msg("%s: [%d,%d] x [%d,%d]: other bits %s", compute_isa(), p->M, p->K, p->K, p->N, what);
}

static void multiply(const Product *p, int from, int M, const real *b, real *c, bool add)
{
    size_t lda = (size_t)p->K + A_GAP;
    matmul(M, p->N, p->K, p->a + (size_t)from * lda, lda, b, c + (size_t)from * width_of(p), width_of(p),
           add);
}

/* The same numbers by all ways that should not matter. */
static void check_ways(const Product *p, bool add)
{
    const real *b = packed(p, false);
    real *c = result_new(p, add), *single = result_new(p, add), *halves = result_new(p, add);
    real *turned = result_new(p, add), *threads = result_new(p, add);
    multiply(p, 0, p->M, b, c, add);
    check_values(p, c, add);
    for (int i = 0; i < p->M; i++)
        multiply(p, i, 1, b, single, add);
    check_same_bits(p, c, single, "row by row");
    multiply(p, 0, p->M / 2, b, halves, add);
    multiply(p, p->M / 2, p->M - p->M / 2, packed(p, true), halves, add);
    check_same_bits(p, c, halves, "in two parts");
    matmul_turned(p->M, p->N, p->K, p->turned, (size_t)p->M + A_GAP, b, turned, width_of(p), add);
    check_same_bits(p, c, turned, "from a turned left-hand side");
    for (int n = 2; n <= 3; n++) {
        memcpy(threads, result_new(p, add), (size_t)p->M * width_of(p) * sizeof *threads);
        threads_set(n);
        multiply(p, 0, p->M, b, threads, add);
        threads_set(1);
        check_same_bits(p, c, threads, "with more threads");
    }
}

static void check_product(int M, int N, int K)
{
    size_t mark = arena_mark(memory);
    Product p = product_new(M, N, K);
    for (int i = 0; i < 3; i++)
        if (compute_start(sets[i], NULL) == LB_OK) {
            check_ways(&p, false);
            check_ways(&p, true);
        }
    compute_start("auto", NULL);
    arena_rewind(memory, mark);
}

/* On both sides of the edges of tiles (6, 12), panels (8, 16, 32) and blocks (256). */
static const int sizes[] = { 1, 2, 5, 6, 7, 11, 12, 13, 15, 16, 17, 31, 32, 33, 48, 97, 255, 256, 257, 513 };
enum { N_SIZES = sizeof sizes / sizeof *sizes, LARGEST = 12000 };

static void test_products(void **state)
{
    (void)state;
    for (int m = 0; m < N_SIZES; m++)
        for (int n = 0; n < N_SIZES; n++)
            for (int k = 0; k < N_SIZES; k++)
                if ((double)sizes[m] * sizes[n] * sizes[k] <= LARGEST)
                    check_product(sizes[m], sizes[n], sizes[k]);
}

static void test_large_products(void **state)
{
    (void)state;
    static const int large[][3] = {
        { 97, 33, 257 }, { 7, 97, 513 }, { 257, 17, 97 }, { 13, 257, 256 }, { 1, 513, 513 }
    };
    for (size_t i = 0; i < sizeof large / sizeof *large; i++)
        check_product(large[i][0], large[i][1], large[i][2]);
}

/* Nothing to do is done without touching anything. */
static void check_nothing(void)
{
    real b[4] = { 1, 2, 3, 4 }, c = GUARD, *out = arena_array(memory, real, matmul_packed_len(2, 2));
    matmul_pack(2, 2, b, 2, false, out);
    matmul(0, 2, 2, b, 2, out, &c, 2, false);
    matmul(1, 0, 2, b, 2, out, &c, 2, false);
    assert_true(c == GUARD);
}

static void test_nothing(void **state)
{
    (void)state;
    each_set(check_nothing);
}

/* ---- functions of one number ---- */

typedef struct {
    const char *name;
    double (*truth)(double x);
    double low, high, relative, absolute;
} CurveCase;

static double sigmoid_truth(double x)
{
    return 1 / (1 + exp(-x));
}

static const CurveCase curves[] = {
    { "tanh", tanh, -12, 12, 0, 3e-7 },
    { "tanh", tanh, -1e4, 1e4, 0, 3e-7 },
    { "sigmoid", sigmoid_truth, -30, 30, 1e-6, 0 },
    { "sigmoid", sigmoid_truth, -1e4, 1e4, 0, 3e-7 },
    { "exp", exp, -85, 85, 1e-6, 0 },
    { "exp", exp, -1e4, 0, 0, 3e-7 },
};

static void apply(const CurveCase *c, int n, const real *x, real *y)
{
    if (!strcmp(c->name, "exp"))
        loops->exp_minus(n, x, 0, y);
    else
        (*c->name == 't' ? loops->tanh : loops->sigmoid)((size_t)n, x, y);
}

static void check_curves(void)
{
    enum { N = 20011 };
    real *x = arena_array(memory, real, N), *y = arena_array(memory, real, N);
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++) {
        const CurveCase *c = &curves[i];
        for (int j = 0; j < N; j++)
            x[j] = (real)(c->low + (c->high - c->low) * j / (N - 1));
        apply(c, N, x, y);
        for (int j = 0; j < N; j++) {
            double truth = c->truth((double)x[j]), error = fabs((double)y[j] - truth);
            if (!(error <= c->relative * truth + c->absolute))
                fail_msg("%s: %s(%g) is %.9g instead of %.9g", compute_isa(), c->name, (double)x[j],
                         (double)y[j], truth);
        }
    }
}

static void check_extremes(void)
{
    enum { N = 8 };
    const real x[N] = { -INFINITY, -1e30f, -1e4f, -0.0f, 0, 1e4f, 1e30f, INFINITY };
    real y[N];
    loops->tanh(N, x, y);
    for (int i = 0; i < N; i++)
        assert_true(fabs((double)y[i] - tanh((double)x[i])) < 1e-6);
    loops->sigmoid(N, x, y);
    for (int i = 0; i < N; i++)
        assert_true(fabs((double)y[i] - sigmoid_truth((double)x[i])) < 1e-6);
    loops->exp_minus(N, x, 0, y);
    for (int i = 0; i < 3; i++)
        assert_true(y[i] >= 0 && y[i] < 1e-37f);
    for (int i = 5; i < N; i++)
        assert_true(y[i] > 1e37f);
}

static void test_curves(void **state)
{
    (void)state;
    each_set(check_curves);
    each_set(check_extremes);
}

/* ---- rows ---- */

static double log_sum_truth(int n, const real *x)
{
    double top = (double)x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = fmax(top, (double)x[i]);
    for (int i = 0; i < n; i++)
        sum += exp((double)x[i] - top);
    return top + log(sum);
}

static void check_softmax(int n, real *x, real *y)
{
    double z = log_sum_truth(n, x), sum = 0, ours = (double)loops->log_sum_exp(n, x);
    if (!(fabs(ours - z) <= 1e-6 * (1 + fabs(z))))
        fail_msg("%s: log_sum_exp of %d numbers is %.9g instead of %.9g", compute_isa(), n, ours, z);
    loops->softmax(n, x, y);
    for (int i = 0; i < n; i++) {
        /* x - max is rounded before exp: an error in proportion to its size */
        double apart = (double)x[i] - z, truth = exp(apart), allowed = truth * (1e-6 - 6e-8 * apart) + 1e-30;
        if (!(y[i] >= 0 && fabs((double)y[i] - truth) <= allowed))
            fail_msg("%s: softmax of %d numbers at %d: %.9g instead of %.9g", compute_isa(), n, i,
                     (double)y[i], truth);
        sum += (double)y[i];
    }
    assert_true(fabs(sum - 1) < 1e-6);
    loops->softmax(n, x, x); /* in place */
    assert_memory_equal(x, y, (size_t)n * sizeof *x);
}

/* Flat, usual and steep rows; a number added to all of a row changes nothing but rounding. */
static void check_softmaxes(void)
{
    static const double scales[] = { 0, 1, 10, 60 }, shifts[] = { 0, -1000, 1000 };
    real *x = arena_array(memory, real, 1000), *y = arena_array(memory, real, 1000);
    for (int n = 1; n <= 1000; n += n < 70 ? 1 : 93)
        for (int i = 0; i < 4 * 3; i++) {
            size_t mark = arena_mark(memory);
            const real *z = noise((size_t)n, (uint64_t)n);
            for (int j = 0; j < n; j++)
                x[j] = (real)(scales[i / 3] * (double)z[j] + shifts[i % 3]);
            arena_rewind(memory, mark);
            check_softmax(n, x, y);
        }
}

static void check_softmax_extremes(void)
{
    real y[4];
    loops->softmax(4, (real[]){ 1e4f, -1e4f, -INFINITY, 1e4f }, y);
    assert_true(y[0] == 0.5f && y[3] == 0.5f && y[1] >= 0 && y[1] < 1e-37f && y[2] >= 0 && y[2] < 1e-37f);
    loops->softmax(1, (real[]){ -1e4f }, y);
    assert_true(y[0] == 1);
    loops->softmax(4, (real[]){ -1e4f, -1e4f, -1e4f, -1e4f }, y);
    assert_true(y[0] == 0.25f && y[3] == 0.25f);
    assert_true(loops->log_sum_exp(2, (real[]){ 1e4f, -INFINITY }) == 1e4f);
    assert_true(fabs((double)loops->log_sum_exp(2, (real[]){ -1e4f, -1e4f }) + 1e4 - log(2)) < 1e-3);
}

static void test_softmax(void **state)
{
    (void)state;
    each_set(check_softmaxes);
    each_set(check_softmax_extremes);
}

static void check_sums_of(int n)
{
    const real *x = noise((size_t)n, 1), *k = noise((size_t)n, 2), *v = noise((size_t)n, 3);
    double dot = 0, additive = 0, squares = 0, size = 0;
    for (int i = 0; i < n; i++) {
        dot += (double)x[i] * (double)k[i];
        additive += (double)v[i] * tanh((double)x[i] + (double)k[i]);
        squares += (double)x[i] * (double)x[i];
        size += 1;
    }
    assert_true(fabs((double)loops->dot(n, x, k) - dot) <= 1e-6 * size);
    assert_true(fabs((double)loops->additive(n, x, k, v) - additive) <= 1e-6 * size);
    assert_true(fabs(loops->sum_squares((size_t)n, x) - squares) <= 1e-6 * squares);
}

/* y += a x; y += x k; y = x k, and nothing beyond n. */
static void check_rows_of(int n)
{
    size_t room = (size_t)n + 1;
    const real *x = noise(room, 1), *k = noise(room, 2), *before = noise(room, 3);
    real *y = arena_array(memory, real, 3 * room);
    for (int i = 0; i < 3; i++)
        memcpy(y + (size_t)i * room, before, room * sizeof *y);
    loops->axpy(n, -1.5f, x, y);
    loops->mul_add(n, x, k, y + room);
    loops->mul(n, x, k, y + 2 * room);
    for (int i = 0; i <= n; i++) {
        double xk = (double)x[i] * (double)k[i], b = (double)before[i];
        bool in = i < n;
        assert_true(fabs((double)y[i] - b + (in ? 1.5 * (double)x[i] : 0)) <= 3e-7);
        assert_true(fabs((double)y[room + (size_t)i] - b - (in ? xk : 0)) <= 3e-7);
        assert_true(fabs((double)y[2 * room + (size_t)i] - (in ? xk : b)) <= 3e-7);
    }
}

static void check_rows(void)
{
    for (int n = 1; n <= 600; n += n < 70 ? 1 : 37) {
        size_t mark = arena_mark(memory);
        check_sums_of(n);
        check_rows_of(n);
        arena_rewind(memory, mark);
    }
    check_sums_of(10000);
}

static void test_rows(void **state)
{
    (void)state;
    each_set(check_rows);
}

static int begin(void **state)
{
    (void)state;
    threads_set(1);
    memory = arena_new("numbers", 256 << 20);
    return 0;
}

static int end(void **state)
{
    (void)state;
    arena_free(memory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_choice),   cmocka_unit_test(test_threads_each),
        cmocka_unit_test(test_products), cmocka_unit_test(test_large_products),
        cmocka_unit_test(test_nothing),  cmocka_unit_test(test_curves),
        cmocka_unit_test(test_softmax),  cmocka_unit_test(test_rows),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
