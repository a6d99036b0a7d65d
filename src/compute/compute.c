/* compute.c -- choosing the instruction set, and the one parallel loop. */
#include "compute/compute.h"

#include <stdlib.h>
#include <string.h>
#ifdef _OPENMP
#include <omp.h>
#endif

static bool has_avx512(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
static bool has_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}
static bool has_baseline(void)
{
    return true;
}

static const struct {
    const char *name;
    const Loops *table;
    bool (*present)(void);
} sets[] = {
    { "avx512", &loops_avx512, has_avx512 },
    { "avx2", &loops_avx2, has_avx2 },
    { "baseline", &loops_baseline, has_baseline },
};
enum { N_SETS = sizeof sets / sizeof *sets };

const Loops *loops = &loops_baseline;

LbStatus compute_start(const char *isa, LbError *err)
{
    bool any = !isa || !strcmp(isa, "auto");
    for (int i = 0; i < N_SETS; i++) {
        if (!any && strcmp(isa, sets[i].name) != 0)
            continue;
        if (sets[i].present()) {
            if (loops != sets[i].table) /* other threads may be reading it */
                loops = sets[i].table;
            return LB_OK;
        }
        if (!any)
            return fail(err, LB_USAGE, "this machine has no %s; try --isa auto", isa);
    }
    return fail(err, LB_USAGE, "unknown instruction set \"%s\"; there are auto, avx512, avx2 and baseline",
                isa);
}

/* Before main: a library user who never calls compute_start gets the best set, or LOOKBACK_ISA. */
__attribute__((constructor)) static void choose_at_start(void)
{
    __builtin_cpu_init();
    if (compute_start(getenv("LOOKBACK_ISA"), NULL) != LB_OK)
        compute_start("auto", NULL);
}

const Curve *curve_find(const char *name)
{
    for (int i = 0; i < N_CURVES; i++)
        if (!strcmp(loops->curve[i].name, name))
            return &loops->curve[i];
    return NULL;
}

const char *compute_isa(void)
{
    return loops->isa;
}

#ifdef _OPENMP
static _Thread_local int n_threads;

void threads_set(int n)
{
    n_threads = n > 0 ? n : omp_get_num_procs();
}

int threads_get(void)
{
    if (!n_threads)
        threads_set(0);
    return n_threads;
}

/* Work is cut into more parts than there are threads. Each thread has a share of them, the same one in every
 * call, so that what it works on stays in its cache; when done it helps the others. So a thread that was held
 * up by something else on the machine holds nobody up for long. */
enum { PARTS_EACH = 4, MOST_THREADS = 256 };

typedef struct {
    _Alignas(64) int next; /* taken atomically */
    int end;
} Share;

static void work_through(Share *share, int n, int parts, void (*body)(int from, int to, void *context),
                         void *context)
{
    for (int i; (i = __atomic_fetch_add(&share->next, 1, __ATOMIC_RELAXED)) < share->end;)
        body((int)((long)n * i / parts), (int)((long)n * (i + 1) / parts), context);
}

void threads_each(int n, int grain, void (*body)(int from, int to, void *context), void *context)
{
    int threads = threads_get() < MOST_THREADS ? threads_get() : MOST_THREADS;
    int parts = threads * PARTS_EACH, most = grain > 0 ? n / grain : n;
    parts = parts < most ? parts : most;
    threads = threads < parts ? threads : parts;
    if (threads <= 1) {
        if (n > 0)
            body(0, n, context);
        return;
    }
    Share shares[MOST_THREADS];
    for (int i = 0; i < threads; i++)
        shares[i] = (Share){ (int)((long)parts * i / threads), (int)((long)parts * (i + 1) / threads) };
#pragma omp parallel num_threads(threads)
    for (int i = 0; i < threads; i++)
        work_through(&shares[(omp_get_thread_num() + i) % threads], n, parts, body, context);
}
#else
void threads_set(int n)
{
    (void)n;
}
int threads_get(void)
{
    return 1;
}
void threads_each(int n, int grain, void (*body)(int from, int to, void *context), void *context)
{
    (void)grain;
    if (n > 0)
        body(0, n, context);
}
#endif
