/* compute.h -- instruction sets and threads.
 *
 * The only folder with a pragma, a vendor call or per-instruction-set code.
 */
#ifndef COMPUTE_COMPUTE_H
#define COMPUTE_COMPUTE_H

#include "base/status.h"
#include "compute/loops.h"

/* "auto" (the best this machine has), "avx512", "avx2" or "baseline". Called once, before any other use;
 * without it the first use means auto, or LOOKBACK_ISA from the environment. */
LbStatus compute_start(const char *isa, LbError *err);
const char *compute_isa(void);

void threads_set(int n); /* for this thread's calls from now on; 0: all cores */
int threads_get(void);

/* Calls body(from, to) on parts that together are [0, n); at least `grain` items each unless n is smaller.
 * Parts run at the same time: body must write only what belongs to its items, and may not exhaust memory. */
void threads_each(int n, int grain, void (*body)(int from, int to, void *context), void *context);

#endif
