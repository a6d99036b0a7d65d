/* gram.c -- a tree of n-grams in one hash table.
 *
 * Gram i is found by (number of its prefix, last symbol); gram 0 is the empty one. Comparison is exact: no
 * n-gram is ever taken for another. Clearing takes constant time because a slot is believed only if the gram
 * it names points back at it (Briggs and Torczon 1993, "An efficient representation for sparse sets"), so
 * that one long segment does not slow down all the short ones behind it.
 */
#include "metric/gram.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/status.h"

typedef struct {
    uint32_t prefix, symbol; /* what it is */
    uint32_t slot;           /* where it is found */
    uint32_t count, pass;    /* occurrences in the text of that pass */
    uint32_t most;           /* of all texts learned */
} Gram;

struct Grams {
    Gram *gram; /* n of them, room for 3/4 of the slots */
    uint32_t *slots;
    uint32_t n, bits; /* 1 << bits slots */
    uint32_t pass;
};

enum { FIRST_BITS = 10, MOST_BITS = 31, NOWHERE = -1 };

static void grams_room(Grams *g, uint32_t bits)
{
    size_t n_slots = (size_t)1 << bits;
    if (bits > MOST_BITS)
        memory_exhausted("n-grams of one line", n_slots, (size_t)1 << MOST_BITS);
    g->bits = bits;
    free(g->slots);
    g->slots = memory_get(n_slots, sizeof *g->slots);
    g->gram = memory_resize(g->gram, n_slots / 4 * 3 + 1, sizeof *g->gram);
}

Grams *grams_new(void)
{
    Grams *g = memory_get(1, sizeof *g);
    grams_room(g, FIRST_BITS);
    g->gram[0] = (Gram){ .slot = (uint32_t)NOWHERE };
    grams_clear(g);
    return g;
}

void grams_free(Grams *g)
{
    if (!g)
        return;
    free(g->gram);
    free(g->slots);
    free(g);
}

void grams_clear(Grams *g)
{
    g->n = 1;
    g->pass = 0;
}

/* The slot of (prefix, symbol), or the free one where it belongs. */
static uint32_t find_slot(const Grams *g, uint32_t prefix, uint32_t symbol)
{
    uint32_t mask = (1u << g->bits) - 1;
    uint64_t hash = (prefix * UINT64_C(0x9E3779B97F4A7C15)) ^ (symbol * UINT64_C(0xD6E8FEB86659FD93));
    uint32_t slot = (uint32_t)((hash * UINT64_C(0xBF58476D1CE4E5B9)) >> (64 - g->bits));
    for (;; slot = (slot + 1) & mask) {
        uint32_t i = g->slots[slot];
        if (i >= g->n || g->gram[i].slot != slot)
            return slot;
        if (g->gram[i].prefix == prefix && g->gram[i].symbol == symbol)
            return slot;
    }
}

/* The gram, or 0 when it is not there. */
static uint32_t gram_find(const Grams *g, uint32_t prefix, uint32_t symbol)
{
    uint32_t slot = find_slot(g, prefix, symbol), i = g->slots[slot];
    return i < g->n && g->gram[i].slot == slot ? i : 0;
}

static void grams_grow(Grams *g)
{
    uint32_t n = g->n;
    grams_room(g, g->bits + 1);
    for (g->n = 1; g->n < n; g->n++) { /* a gram not yet placed must not be believed */
        Gram *one = &g->gram[g->n];
        one->slot = find_slot(g, one->prefix, one->symbol);
        g->slots[one->slot] = g->n;
    }
}

static uint32_t gram_make(Grams *g, uint32_t prefix, uint32_t symbol)
{
    uint32_t found = gram_find(g, prefix, symbol);
    if (found)
        return found;
    if (g->n > ((size_t)1 << g->bits) / 4 * 3)
        grams_grow(g);
    uint32_t slot = find_slot(g, prefix, symbol);
    g->slots[slot] = g->n;
    g->gram[g->n] = (Gram){ .prefix = prefix, .symbol = symbol, .slot = slot };
    return g->n++;
}

static uint32_t gram_count(Grams *g, uint32_t i)
{
    Gram *gram = &g->gram[i];
    if (gram->pass != g->pass)
        gram->count = 0;
    gram->pass = g->pass;
    return ++gram->count;
}

void grams_learn(Grams *g, const uint32_t *symbols, size_t n, int order)
{
    g->pass++;
    for (size_t i = 0; i < n; i++) {
        uint32_t gram = 0;
        for (size_t k = i; k < n && k < i + (size_t)order; k++) {
            gram = gram_make(g, gram, symbols[k]);
            uint32_t count = gram_count(g, gram);
            if (count > g->gram[gram].most)
                g->gram[gram].most = count;
        }
    }
}

void grams_match(Grams *g, const uint32_t *symbols, size_t n, int order, size_t *match)
{
    g->pass++;
    for (size_t i = 0; i < n; i++) {
        uint32_t gram = 0;
        for (size_t k = i; k < n && k < i + (size_t)order; k++) {
            gram = gram_find(g, gram, symbols[k]);
            if (!gram)
                break; /* nor is anything longer there */
            match[k - i] += gram_count(g, gram) <= g->gram[gram].most;
        }
    }
}

static uint32_t word_number(Grams *words, const uint32_t *codes, Word word, bool learn)
{
    uint32_t number = 0;
    for (size_t i = word.start; i < word.end; i++) {
        number = learn ? gram_make(words, number, codes[i]) : gram_find(words, number, codes[i]);
        if (!number)
            return 0;
    }
    return number;
}

void grams_number(Grams *words, const uint32_t *codes, const Word *list, bool learn, uint32_t **symbols)
{
    array_cut(*symbols, 0);
    for (size_t i = 0; i < array_len(list); i++)
        array_push(*symbols, word_number(words, codes, list[i], learn));
}
