/* products.c -- matrix products at the shapes that training and decoding are made of.
 *
 * [M,K] x [K,N] with the right-hand side packed beforehand, as weights are; M is a batch (64), a batch of
 * hypotheses (320), all words of a batch (1920), or what is left at the end of a search (1, 8). A gradient of
 * weights is x^T dy over all words; there the packing of x belongs to the work. Packing alone moves each
 * number twice and is held against memory. A product may exceed the peak a little: that is one of 2048-cubes.
 */
#include "bench/bench.h"
#include "compute/matmul.h"

typedef struct {
    const BenchProduct *shape;
    BenchResult *out;
    Arena *arena;
    real *a, *b, *packed, *c;
} Work;

static void forward(void *context)
{
    const Work *w = context;
    const BenchProduct *s = w->shape;
    matmul(s->M, s->N, s->K, w->a, (size_t)s->K, w->packed, w->c, (size_t)s->N, false);
}

static void pack(void *context)
{
    const Work *w = context;
    matmul_pack(w->shape->N, w->shape->K, w->b, (size_t)w->shape->N, false, w->packed);
}

static void pack_transposed(void *context)
{
    const Work *w = context;
    matmul_pack(w->shape->N, w->shape->K, w->b, (size_t)w->shape->K, true, w->packed);
}

static void gradient(void *context)
{
    const Work *w = context;
    const BenchProduct *s = w->shape;
    pack(context);
    matmul_turned(s->M, s->N, s->K, w->a, (size_t)s->M, w->packed, w->c, (size_t)s->N, true);
}

static void (*const works[])(void *) = {
    [PRODUCT_FORWARD] = forward,
    [PRODUCT_GRADIENT] = gradient,
    [PRODUCT_PACK] = pack,
    [PRODUCT_PACK_TRANSPOSED] = pack_transposed,
};

static LbStatus measure(void *arg)
{
    Work *w = arg;
    const BenchProduct *s = w->shape;
    const double enough = 0.3; /* seconds */
    double products = (double)s->M * s->N * s->K, numbers = (double)s->N * s->K;
    double gflops = s->M ? bench_peak_gflops(w->arena) : 0;
    double gbytes = s->M ? 0 : bench_peak_gbytes(w->arena);
    w->a = bench_numbers(w->arena, (size_t)s->M * (size_t)s->K);
    w->b = bench_numbers(w->arena, (size_t)s->K * (size_t)s->N);
    w->packed = arena_array(w->arena, real, matmul_packed_len(s->N, s->K));
    w->c = arena_zero(w->arena, (size_t)s->M * (size_t)s->N, sizeof(real));
    pack(w);
    double seconds = bench_least(works[s->kind], w, enough);
    if (s->M) {
        w->out->peak_gflops = gflops;
        w->out->share_of_peak = 2e-9 * products / seconds / gflops;
    } else {
        w->out->peak_gbytes = gbytes;
        w->out->share_of_bandwidth = 2e-9 * numbers * sizeof(real) / seconds / gbytes;
    }
    return LB_OK;
}

LbStatus bench_product(const BenchCase *c, BenchResult *out, LbError *err)
{
    Work w = { .shape = c->what, .out = out, .arena = arena_new("bench", BENCH_SCRATCH) };
    LbStatus status = guard(measure, &w, err);
    arena_free(w.arena);
    return status;
}
