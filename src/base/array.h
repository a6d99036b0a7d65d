/* array.h -- growing arrays for what has no arena: lists of lines, files, tokens.
 *
 * An array is a plain pointer, NULL when empty; its length lives in front of it:
 *
 *     int *ids = NULL;
 *     array_push(ids, 7);
 *     for (size_t i = 0; i < array_len(ids); i++) use(ids[i]);
 *     array_free(ids);
 */
#ifndef BASE_ARRAY_H
#define BASE_ARRAY_H

#include <stddef.h>

typedef struct {
    size_t len, room;
} ArrayHead;

void *array_grow_(void *array, size_t more, size_t size); /* use the macros */
void array_free_(void *array);

#define array_head_(a) ((ArrayHead *)(void *)(a)-1)
#define array_len(a) ((a) ? array_head_(a)->len : 0)
#define array_reserve(a, more) ((a) = array_grow_(a, more, sizeof *(a)))
#define array_push(a, ...) (array_reserve(a, 1), (a)[array_head_(a)->len++] = (__VA_ARGS__))
/* Makes room for n more items and counts them in; returns where they begin (contents undefined). */
#define array_add(a, n) (array_reserve(a, n), array_head_(a)->len += (n), (a) + array_head_(a)->len - (n))
#define array_cut(a, n) ((a) ? (void)(array_head_(a)->len = (n)) : (void)0) /* n <= array_len(a) */
#define array_last(a) ((a)[array_len(a) - 1])
#define array_free(a) (array_free_(a), (a) = NULL)

/* malloc and friends that end in memory_exhausted() instead of NULL. */
void *memory_get(size_t n, size_t size); /* zeroed; free() it */
void *memory_resize(void *old, size_t n, size_t size);
char *memory_text(const char *text);            /* a copy of a C string */
char *memory_bytes(const char *text, size_t n); /* a copy of n bytes and a NUL */

#endif
