/* array.c -- growing arrays, and malloc that never returns NULL.
 *
 * Room at least doubles, so a push costs O(1) on average. The head is 16 bytes, which keeps the items
 * as aligned as malloc made it.
 */
#include "base/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/status.h"

static const char *const the_heap = "the program";

void *memory_get(size_t n, size_t size)
{
    void *got = calloc(n ? n : 1, size ? size : 1);
    if (!got) {
        size_t bytes;
        memory_exhausted(the_heap, __builtin_mul_overflow(n, size, &bytes) ? SIZE_MAX : bytes, 0);
    }
    return got;
}

void *memory_resize(void *old, size_t n, size_t size)
{
    size_t bytes;
    if (__builtin_mul_overflow(n, size, &bytes))
        memory_exhausted(the_heap, SIZE_MAX, 0);
    void *got = realloc(old, bytes ? bytes : 1);
    if (!got)
        memory_exhausted(the_heap, bytes, 0);
    return got;
}

char *memory_text(const char *text)
{
    return memory_bytes(text, strlen(text));
}

char *memory_bytes(const char *text, size_t n)
{
    assert(n < SIZE_MAX);
    char *copy = memory_resize(NULL, n + 1, 1);
    if (n)
        memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}

static size_t room_for(size_t room, size_t wanted)
{
    size_t twice = room > SIZE_MAX / 2 ? SIZE_MAX : 2 * room;
    size_t least = twice > 8 ? twice : 8;
    return wanted > least ? wanted : least;
}

void *array_grow_(void *array, size_t more, size_t size)
{
    assert(size > 0);
    ArrayHead *head = array ? array_head_(array) : NULL;
    size_t len = head ? head->len : 0, room = head ? head->room : 0;
    if (array && more <= room - len)
        return array;
    size_t wanted, bytes;
    if (__builtin_add_overflow(len, more, &wanted))
        memory_exhausted(the_heap, SIZE_MAX, 0);
    room = room_for(room, wanted);
    if (__builtin_mul_overflow(room, size, &bytes) || __builtin_add_overflow(bytes, sizeof *head, &bytes))
        memory_exhausted(the_heap, SIZE_MAX, 0);
    head = memory_resize(head, bytes, 1);
    *head = (ArrayHead){ .len = len, .room = room };
    return head + 1;
}

void array_free_(void *array)
{
    if (array)
        free(array_head_(array));
}
