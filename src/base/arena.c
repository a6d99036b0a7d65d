/* arena.c -- a bump pointer over reserved address space.
 *
 * Invariant: bytes [base + peak, base + limit) were never handed out, so they are still the zeros that
 * the system gave; arena_zero() only clears what lies below the peak. Under AddressSanitizer whatever
 * is not handed out right now (rewound memory, the gap behind an odd size) is poisoned, so that a use
 * after a rewind is found. Pages go back to the system in arena_release() and arena_free() only.
 */
#define _GNU_SOURCE
#include "base/arena.h"

#include <stdlib.h>
#include <string.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/array.h"
#include "base/status.h"

#ifdef __has_feature /* Clang's way of saying what GCC says with a macro */
#if __has_feature(address_sanitizer)
#define __SANITIZE_ADDRESS__ 1
#endif
#endif
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#define ASAN_UNPOISON_MEMORY_REGION(at, n) ((void)(at), (void)(n))
#endif

enum { ALIGN = 64, PAGE = 4096, LARGE = 1 << 24 };

struct Arena {
    char *name, *base;
    size_t limit, used, peak, reserved;
    ArenaShare *share; /* NULL: its own limit is all */
};

static size_t round_up(size_t n, size_t step)
{
    return (n + step - 1) / step * step;
}

Arena *arena_new(const char *name, size_t limit)
{
#ifdef __SANITIZE_THREAD__
    if (limit > (size_t)16 << 30) /* its shadow takes several times what is reserved */
        limit = (size_t)16 << 30;
#endif
    if (limit > SIZE_MAX - 2 * PAGE)
        memory_exhausted(name, limit, 0);
    size_t reserved = round_up(limit + 1, PAGE);
    void *base =
        mmap(NULL, reserved, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED)
        memory_exhausted(name, limit, 0);
    if (limit >= LARGE) /* big pages: a column of a matrix lies on as many pages as it has numbers */
        madvise(base, reserved, MADV_HUGEPAGE);
    Arena *a = memory_get(1, sizeof *a);
    *a = (Arena){ .name = memory_text(name), .base = base, .limit = limit, .reserved = reserved };
    return a;
}

void arena_free(Arena *a)
{
    if (!a)
        return;
    ASAN_UNPOISON_MEMORY_REGION(a->base, a->peak);
    munmap(a->base, a->reserved);
    if (a->share)
        a->share->taken -= a->peak;
    free(a->name);
    free(a);
}

static void count_share(Arena *a, size_t more)
{
    ArenaShare *s = a->share;
    if (!s)
        return;
    if (s->taken > s->limit || more > s->limit - s->taken)
        memory_exhausted(a->name, more, s->limit);
    s->taken += more;
}

/* Advances over n * size bytes; *old_peak says which of them were handed out before. */
static char *take(Arena *a, size_t n, size_t size, size_t *old_peak)
{
    size_t bytes, left = a->limit - a->used;
    if (__builtin_mul_overflow(n, size, &bytes) || bytes > left)
        memory_exhausted(a->name, __builtin_mul_overflow(n, size, &bytes) ? SIZE_MAX : bytes - left,
                         a->limit);
    char *at = a->base + a->used;
    size_t gap = round_up(bytes, ALIGN);
    gap = gap < left ? gap : left;
    *old_peak = a->peak;
    if (a->used + gap > a->peak) {
        count_share(a, a->used + gap - a->peak);
        a->peak = a->used + gap;
    }
    a->used += gap;
    ASAN_POISON_MEMORY_REGION(at, (size_t)(a->base + a->used - at));
    ASAN_UNPOISON_MEMORY_REGION(at, bytes);
    return at;
}

void *arena_alloc(Arena *a, size_t n, size_t size)
{
    size_t old_peak;
    return take(a, n, size, &old_peak);
}

void *arena_zero(Arena *a, size_t n, size_t size)
{
    size_t old_peak;
    char *at = take(a, n, size, &old_peak);
    size_t from = (size_t)(at - a->base), bytes = n * size;
    if (from < old_peak)
        memset(at, 0, bytes < old_peak - from ? bytes : old_peak - from);
    return at;
}

char *arena_text(Arena *a, const char *text)
{
    size_t n = strlen(text) + 1;
    return memcpy(arena_alloc(a, n, 1), text, n);
}

size_t arena_mark(const Arena *a)
{
    return a->used;
}

void arena_rewind(Arena *a, size_t mark)
{
    assert(mark <= a->used);
    ASAN_POISON_MEMORY_REGION(a->base + mark, a->used - mark);
    a->used = mark;
}

void arena_share(Arena *a, ArenaShare *s)
{
    assert(a->peak == 0 && !a->share);
    a->share = s;
}

void arena_release(Arena *a)
{
    ASAN_UNPOISON_MEMORY_REGION(a->base, a->peak);
    madvise(a->base, a->reserved, MADV_DONTNEED);
    if (a->share)
        a->share->taken -= a->peak;
    a->used = a->peak = 0;
}

void memory_forget(const void *from, size_t bytes)
{
    uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = (uintptr_t)from, end = start + bytes;
    start = (start + page - 1) / page * page;
    end = end / page * page;
    if (start < end)
        madvise((void *)start, end - start, MADV_DONTNEED);
}

size_t arena_used(const Arena *a)
{
    return a->used;
}

size_t arena_peak(const Arena *a)
{
    return a->peak;
}

size_t arena_limit(const Arena *a)
{
    return a->limit;
}
