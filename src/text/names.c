/* names.c -- an open table with linear probing; it doubles when half full. */
#include "text/names.h"

#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/status.h"

/* FNV-1a, with a last mix because the table uses the low bits. */
static uint64_t hash_text(const char *text, size_t len)
{
    uint64_t h = 0xCBF29CE484222325u;
    for (size_t i = 0; i < len; i++)
        h = (h ^ (unsigned char)text[i]) * 0x100000001B3u;
    return h ^ (h >> 32);
}

static bool same(const char *stored, const char *text, size_t len)
{
    return strncmp(stored, text, len) == 0 && stored[len] == '\0';
}

/* The slot that holds text, or the free one where it belongs. */
static size_t slot_of(const Names *n, const char *text, size_t len)
{
    size_t at = hash_text(text, len) & (n->room - 1);
    while (n->slots[at] && !same(n->texts[n->slots[at] - 1], text, len))
        at = (at + 1) & (n->room - 1);
    return at;
}

static void enter(Names *n, int number)
{
    const char *text = n->texts[number];
    size_t at = slot_of(n, text, strlen(text));
    if (!n->slots[at])
        n->slots[at] = number + 1;
}

static void make_room(Names *n)
{
    if ((array_len(n->texts) + 1) * 2 <= n->room)
        return;
    n->room = n->room ? n->room * 2 : 64;
    free(n->slots);
    n->slots = memory_get(n->room, sizeof *n->slots);
    for (int i = 0; i < names_count(n); i++)
        enter(n, i);
}

int names_count(const Names *n)
{
    return (int)array_len(n->texts);
}

int names_find(const Names *n, const char *text, size_t len)
{
    return n->room ? n->slots[slot_of(n, text, len)] - 1 : -1;
}

int names_add(Names *n, const char *text, size_t len)
{
    assert(array_len(n->texts) < INT_MAX / 2);
    make_room(n);
    array_push(n->texts, memory_bytes(text, len));
    int number = names_count(n) - 1;
    enter(n, number);
    return number;
}

void names_free(Names *n)
{
    for (size_t i = 0; i < array_len(n->texts); i++)
        free(n->texts[i]);
    array_free(n->texts);
    free(n->slots);
    *n = (Names){ 0 };
}
