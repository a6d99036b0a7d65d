/* machine.c -- which machine the library works on: instruction set, threads, and what it was built with. */
#include <stdio.h>
#include <stdlib.h>

#include "api/unknown.h"
#include "compute/compute.h"

enum { MOST_THREADS = 1024 };

static const char *const isas[] = { "auto", "avx512", "avx2", "baseline", NULL };

/* Nothing asked for: LOOKBACK_ISA decides, and a wrong value in it is told here. */
static const char *isa_or_default(const char *isa)
{
    const char *named = isa ? isa : getenv("LOOKBACK_ISA");
    return named && *named ? named : "auto";
}

const char *lb_version(void)
{
    return LB_VERSION;
}

const char *lb_status_name(LbStatus status)
{
    static const char *const names[] = { "ok",   "usage",  "file",     "format",
                                         "data", "memory", "diverged", "cancelled" };
    assert((size_t)status < sizeof names / sizeof *names);
    return names[status];
}

void lb_threads(int threads)
{
    assert(threads >= 0 && threads <= MOST_THREADS);
    threads_set(threads);
}

LbStatus lb_start(const char *isa, int threads, LbError *err)
{
    const char *wanted = isa_or_default(isa);
    LbStatus status = check_name("instruction set", wanted, isas, err);
    if (status == LB_OK && (threads < 0 || threads > MOST_THREADS))
        status = fail(err, LB_USAGE, "%d threads: 1 to %d, or 0 for all cores", threads, MOST_THREADS);
    if (status == LB_OK)
        status = compute_start(wanted, err);
    if (status == LB_OK)
        threads_set(threads);
    return status;
}

const char *lb_isa(void)
{
    return compute_isa();
}

const char *lb_compiler(void)
{
#ifdef __clang__
    return "clang " __clang_version__;
#else
    return "gcc " __VERSION__;
#endif
}

const char *lb_onednn(void)
{
    return "none"; /* products are our own on every instruction set: docs/architecture.md */
}
