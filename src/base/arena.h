/* arena.h -- memory that is taken piece by piece and given back all at once.
 *
 * An arena reserves address space up to its limit; pages become real when they are first touched. Memory
 * has four lives (weights: the model; tensors: the batch; state: the sentence; scratch: the call), each
 * an arena that is marked and rewound. A request over the limit ends in memory_exhausted().
 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

typedef struct Arena Arena;

Arena *arena_new(const char *name, size_t limit); /* limit in bytes; name appears in messages */
void arena_free(Arena *a);                        /* NULL is fine */

/* n items of `size` bytes, aligned to 64 bytes. The overflow of n * size is checked. */
void *arena_alloc(Arena *a, size_t n, size_t size); /* contents undefined */
void *arena_zero(Arena *a, size_t n, size_t size);  /* all zero */
char *arena_text(Arena *a, const char *text);       /* a copy */

size_t arena_mark(const Arena *a);
void arena_rewind(Arena *a, size_t mark); /* everything taken since the mark is gone */

size_t arena_used(const Arena *a);
size_t arena_peak(const Arena *a); /* the most that was ever in use */
size_t arena_limit(const Arena *a);

/* Several arenas with one limit for what they take together. What is resident counts: an arena's peak, until
 * arena_release. */
typedef struct {
    size_t limit, taken;
} ArenaShare;
void arena_share(Arena *a, ArenaShare *s); /* of an arena that was never used; s lives longer */
void arena_release(Arena *a);              /* all is gone, and the pages are the system's again */

/* The whole pages inside a range are the system's again: what an arena had there reads as 0, what a mapped
 * file had there is read again when it is needed. */
void memory_forget(const void *from, size_t bytes);

#define arena_array(a, type, n) ((type *)arena_alloc(a, (size_t)(n), sizeof(type)))

#endif
