/* Optimisers against numbers worked out by hand, clipping, and the same bits for any number of threads. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "compute/compute.h"
#include "train/optim.h"

static Config config_of(const char *optimizer)
{
    return (
        Config){ .optimizer = (char *)(uintptr_t)optimizer, .beta1 = 0.9, .beta2 = 0.999, .epsilon = 1e-8 };
}

static Params *params_of(int n)
{
    Params *p = params_new();
    param_add(p, "w", INIT_ZERO, USE_ROWS, 1, &n);
    params_allocate(p, true, false);
    params_init(p, 1);
    return p;
}

static Optim *optim_of(const Config *c, Params *p)
{
    Optim *o;
    assert_int_equal(optim_new(c, p, &o, NULL), LB_OK);
    return o;
}

typedef struct {
    const char *name, *optimizer;
    double momentum, decay, clip, scale;
    double w, g, g2; /* the weight, its gradients in the first and the second update */
    double after, after2;
} Case;

/* Rate 0.1. Adam's first step is rate * g / (|g| + eps): just the sign. */
static const Case cases[] = {
    { "sgd", "sgd", 0, 0, 0, 1, 1, 2, 4, 0.8, 0.4 },
    { "sgd, scaled", "sgd", 0, 0, 0, 0.5, 1, 2, 4, 0.9, 0.7 },
    { "sgd, momentum", "sgd", 0.9, 0, 0, 1, 1, 2, 4, 0.8, 0.8 - 0.1 * (0.9 * 2 + 4) },
    { "sgd, decay", "sgd", 0, 0.5, 0, 1, 1, 2, 4, 1 - 0.1 * 2.5, 0.75 - 0.1 * (4 + 0.375) },
    { "sgd, clipped", "sgd", 0, 0, 1, 1, 1, 2, -4, 0.9, 1 },
    { "sgd, clipped after scaling", "sgd", 0, 0, 1, 0.25, 1, 2, -8, 0.95, 1.05 },
    { "adam", "adam", 0, 0, 0, 1, 1, 2, 4, 0.9,
      /* m^ = (0.9*0.1*2 + 0.1*4) / (1-0.81), v^ = (0.999*0.001*4 + 0.001*16) / (1-0.998001) */
      0.9 - 0.1 * (0.58 / 0.19) / 3.1627522 },
    { "adam, decay", "adam", 0, 3, 0, 1, 1, -2, -2, 0.9, 0.9 - 0.1 * (0.16 / 0.19) / 0.8630599 },
    { "adamw, decay", "adamw", 0, 0.5, 0, 1, 1, 2, 2, 1 - 0.1 * 0.5 - 0.1, 0.85 - 0.1 * 0.5 * 0.85 - 0.1 },
};

static void test_updates(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const Case *k = &cases[i];
        Config c = config_of(k->optimizer);
        c.momentum = k->momentum, c.weight_decay = k->decay, c.clip_norm = k->clip;
        Params *p = params_of(1);
        Optim *o = optim_of(&c, p);
        params_values(p)[0] = (real)k->w;
        params_grads(p)[0] = (real)k->g;
        double norm = optim_step(o, k->scale, 0.1), first = (double)params_values(p)[0];
        assert_true(fabs(norm - fabs(k->g * k->scale)) < 1e-6);
        assert_true(params_grads(p)[0] == 0);
        params_grads(p)[0] = (real)k->g2;
        optim_step(o, k->scale, 0.1);
        double second = (double)params_values(p)[0];
        if (!(fabs(first - k->after) < 1e-5 && fabs(second - k->after2) < 1e-5))
            fail_msg("%s: %.9g %.9g, not %.9g %.9g", k->name, first, second, k->after, k->after2);
        optim_free(o);
        params_free(p);
    }
}

/* Three chunks and a bit, spread over several parameters. */
static void test_norm(void **state)
{
    (void)state;
    int n = 3 * (int)OPTIM_CHUNK + 77;
    Config c = config_of("sgd");
    Params *p = params_of(n);
    Optim *o = optim_of(&c, p);
    double sum = 0;
    for (int i = 0; i < n; i++) {
        params_grads(p)[i] = (real)(i % 13 - 6) / 8;
        sum += (double)params_grads(p)[i] * (double)params_grads(p)[i];
    }
    assert_true(fabs(optim_norm(o) - sqrt(sum)) < 1e-6 * sqrt(sum));
    optim_free(o);
    params_free(p);
}

static void test_not_finite(void **state)
{
    (void)state;
    for (const OptimKind *const *k = optim_kinds; *k; k++)
        for (int bad = 0; bad < 2; bad++) {
            Config c = config_of((*k)->name);
            Params *p = params_of(3);
            Optim *o = optim_of(&c, p);
            params_values(p)[0] = 5;
            params_grads(p)[0] = 1;
            params_grads(p)[2] = bad ? (real)NAN : (real)INFINITY;
            assert_true(!isfinite(optim_step(o, 1, 0.1)));
            assert_true(params_values(p)[0] == 5 && params_values(p)[2] == 0 && o->step == 0);
            optim_free(o);
            params_free(p);
        }
}

static void train_with(const char *optimizer, int threads, int n, real *out)
{
    threads_set(threads);
    Config c = config_of(optimizer);
    c.clip_norm = 1, c.momentum = 0.5, c.weight_decay = 0.01;
    Params *p = params_of(n);
    Optim *o = optim_of(&c, p);
    Rng r = rng_new(4);
    for (int step = 0; step < 3; step++) {
        for (int i = 0; i < n; i++)
            params_grads(p)[i] = (real)rng_normal(&r);
        optim_step(o, 0.5, 0.01);
    }
    memcpy(out, params_values(p), (size_t)n * sizeof *out);
    optim_free(o);
    params_free(p);
    threads_set(0);
}

static void test_threads(void **state)
{
    (void)state;
    enum { N = 5 * OPTIM_CHUNK + 1001 };
    static real one[N], many[N];
    for (const OptimKind *const *k = optim_kinds; *k; k++) {
        train_with((*k)->name, 1, N, one);
        assert_true(one[N - 1] != 0);
        for (int threads = 2; threads <= 4; threads++) {
            train_with((*k)->name, threads, N, many);
            assert_memory_equal(one, many, sizeof one);
        }
    }
}

static void test_unknown(void **state)
{
    (void)state;
    Config c = config_of("adamm");
    Params *p = params_of(1);
    Optim *o;
    LbError err;
    assert_int_equal(optim_new(&c, p, &o, &err), LB_USAGE);
    assert_null(o);
    assert_non_null(strstr(err.text, "sgd, adam, adamw"));
    params_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_updates), cmocka_unit_test(test_norm),    cmocka_unit_test(test_not_finite),
        cmocka_unit_test(test_threads), cmocka_unit_test(test_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
