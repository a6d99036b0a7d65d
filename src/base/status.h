/* status.h -- how a function says that the world went wrong.
 *
 * Wrong use (a bug of ours) is an assert, which stays on in release builds. Wrong world (files, memory,
 * input) is a status: the function returns it and fills an LbError with what, where and what to try.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#include "lookback.h"

#undef NDEBUG /* an assert is part of the program */
#include <assert.h>

/* Fills *err (may be NULL) and returns status, so that `return fail(err, LB_FILE, ...)` reads well. */
LbStatus(fail)(LbError *err, LbStatus status, const char *format, ...) /* (): cmocka.h has a macro fail */
    __attribute__((format(printf, 3, 4)));

/* The same for a message about line `line` (from 1) of some input; the text ends in " (line N)". */
LbStatus fail_line(LbError *err, LbStatus status, int line, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* Memory limits are found deep inside: `guard` runs body(arg) and turns a memory_exhausted() below it
 * into LB_MEMORY. It is the only setjmp; what body owns besides arena memory it must hold(). */
LbStatus guard(LbStatus (*body)(void *arg), void *arg, LbError *err);

/* What a function must give back although memory_exhausted() may leave it: hold() notes it with the innermost
 * guard, which then calls give_back(what) on the way out. let_go() takes the note away and calls it now,
 * unhold() only takes it away. Notes live in their functions' frames and go in the reverse order. */
typedef struct Held {
    void *what;
    void (*give_back)(void *what); /* takes no memory */
    struct Held *outer;
} Held;
void hold(Held *h, void *what, void (*give_back)(void *what));
void let_go(Held *h);
void unhold(Held *h);

/* Gives up the innermost guard of this thread, or aborts with the message when there is none. Never call
 * it inside a parallel region, or below C++ or cairo frames. */
_Noreturn void memory_exhausted(const char *what, size_t wanted, size_t limit);

#endif
