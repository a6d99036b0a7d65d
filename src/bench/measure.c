/* measure.c -- time, memory, and the peak that whole pieces of work are held against.
 *
 * A machine may slow down or speed up while it is measured, so the peak is taken before and after the work
 * and the larger one counts. Memory is the most that was resident at once during the work alone: what others
 * left behind is given back first and the system's mark set anew.
 */
#define _GNU_SOURCE
#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "base/process.h"
#include "bench/bench.h"

/* ---- time ---- */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

double bench_least(void (*work)(void *context), void *context, double enough)
{
    double least = INFINITY, spent = 0;
    work(context);
    for (int i = 0; i < 3 || spent < enough; i++) {
        double start = now();
        work(context);
        double took = now() - start;
        least = took < least ? took : least;
        spent += took;
    }
    return least;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double bench_median(void (*work)(int i, void *context), void *context)
{
    enum { WARM = 2, LEAST = 5, MOST = 30 };
    const double enough = 4; /* seconds */
    double took[MOST], spent = 0;
    int n = 0;
    for (int i = 0; i < WARM; i++)
        work(i, context);
    while (n < LEAST || (n < MOST && spent < enough)) {
        double start = now();
        work(WARM + n, context);
        took[n] = now() - start;
        spent += took[n++];
    }
    qsort(took, (size_t)n, sizeof *took, by_size);
    return took[n / 2];
}

/* ---- memory ---- */

void bench_forget_memory(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    FILE *f = fopen("/proc/self/clear_refs", "w");
    if (!f)
        return;
    fputs("5", f);
    fclose(f);
}

double bench_memory_mb(void)
{
    struct rusage use;
    size_t bytes = process_peak();
    if (bytes == 0 && getrusage(RUSAGE_SELF, &use) == 0)
        bytes = (size_t)use.ru_maxrss * 1024;
    return (double)bytes / 1e6;
}

/* ---- work beside the peak ---- */

static LbStatus measure_peak(void *arg)
{
    double *gflops = arg;
    Arena *scratch = arena_new("bench", BENCH_SCRATCH);
    *gflops = bench_peak_gflops(scratch);
    arena_free(scratch);
    return LB_OK;
}

LbStatus bench_beside_peak(LbStatus (*work)(void *context), void (*release)(void *context), void *context,
                           BenchResult *out, LbError *err)
{
    double before = 0, after = 0;
    LbStatus status = guard(measure_peak, &before, err);
    bench_forget_memory();
    if (status == LB_OK)
        status = guard(work, context, err);
    out->memory_mb = bench_memory_mb();
    release(context);
    if (status == LB_OK)
        status = guard(measure_peak, &after, err);
    out->peak_gflops = fmax(before, after);
    return status;
}
