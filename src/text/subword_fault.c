/* subword_fault.c -- the parts of a SentencePiece model that the library follows without looking.
 *
 * A model is a protocol buffer (sentencepiece_model.proto): pieces in field 1, normalisers in 3 and 5. A
 * normaliser's table is a double-array trie (Yata et al. 2007, as darts-clone writes it) from bytes to places
 * in a list of replacements. The library walks the trie without bounds, and keeps the values it meets on one
 * path in an array of 32 (of 64 for pieces that users defined): a damaged file would lead it anywhere. Here
 * every path of the trie is walked once: all stay inside, end, and meet no more values than that.
 *
 * Unit i: bits 0-7 the byte that leads to it, 8 has a value, 9 the offset counts in 256s, 10-30 the offset;
 * bit 31: the unit is a value. What follows i by byte c is unit base ^ c, base = i ^ offset, if it bears c;
 * its value is unit base. The text has no byte 0.
 */
#include "text/subword_fault.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"

enum { VALUES_MOST = 32, DEFINED_MOST = 64, DEEPEST = 400, USER_DEFINED = 4 };

/* ---- the protocol buffer ---- */

typedef struct {
    const uint8_t *at, *end;
} Bytes;

typedef struct {
    uint64_t number; /* of the field */
    uint64_t value;  /* of a number */
    Bytes bytes;     /* of a text or message; else empty */
} Field;

static bool take_number(Bytes *b, uint64_t *out)
{
    *out = 0;
    for (unsigned shift = 0; shift < 64 && b->at < b->end; shift += 7) {
        uint8_t byte = *b->at++;
        *out |= (uint64_t)(byte & 127) << shift;
        if (byte < 128)
            return true;
    }
    return false;
}

static bool take_bytes(Bytes *b, uint64_t n, Bytes *out)
{
    if (n > (uint64_t)(b->end - b->at))
        return false;
    *out = (Bytes){ b->at, b->at + n };
    b->at += n;
    return true;
}

static bool take_field(Bytes *b, Field *f)
{
    uint64_t tag, n;
    *f = (Field){ 0 };
    if (!take_number(b, &tag) || tag > UINT32_MAX)
        return false;
    f->number = tag >> 3;
    switch (tag & 7) {
    case 0:
        return take_number(b, &f->value);
    case 1:
        return take_bytes(b, 8, &f->bytes);
    case 2:
        return take_number(b, &n) && take_bytes(b, n, &f->bytes);
    case 5:
        return take_bytes(b, 4, &f->bytes);
    default:
        return false; /* groups, which no such model has */
    }
}

/* ---- the trie ---- */

typedef struct {
    const uint8_t *units;
    size_t n;
    Bytes replacements;
    uint32_t *first,
        *next;    /* [n] units by their base: 1 + the first one, 1 + the one after unit i; 0: none */
    uint8_t *met; /* [n] 1 + the most values from here down; 0: not known; WALKING */
} Trie;

enum { WALKING = 255 };

static uint32_t unit_of(const Trie *t, size_t i)
{
    uint32_t unit;
    memcpy(&unit, t->units + 4 * i, sizeof unit);
    return unit;
}

static void link_children(Trie *t)
{
    t->first = memory_get(t->n, sizeof *t->first);
    t->next = memory_get(t->n, sizeof *t->next);
    t->met = memory_get(t->n, sizeof *t->met);
    for (size_t i = 0; i < t->n; i++) {
        uint32_t unit = unit_of(t, i), label = unit & 255;
        if (unit >> 31 || label == 0 || (i ^ label) >= t->n)
            continue;
        t->next[i] = t->first[i ^ label];
        t->first[i ^ label] = (uint32_t)i + 1;
    }
}

/* A value is where a replacement begins: inside, and at the first byte of a character. */
static bool is_place(const Trie *t, uint32_t value)
{
    const Bytes *r = &t->replacements;
    value &= INT32_MAX;
    return value < (size_t)(r->end - r->at) && (r->at[value] & 0xC0) != 0x80;
}

/* Whether all paths from unit i are sound; met[i] then says how many values they may meet. */
static bool walk(Trie *t, size_t i, int depth)
{
    if (t->met[i])
        return t->met[i] != WALKING;
    uint32_t unit = unit_of(t, i);
    size_t base = i ^ (size_t)(unit >> 10) << (unit >> 9 & 1) * 8;
    bool valued = unit >> 8 & 1;
    if ((base | 255) >= t->n || depth > DEEPEST || (valued && !is_place(t, unit_of(t, base))))
        return false;
    t->met[i] = WALKING;
    uint8_t most = 1;
    for (uint32_t k = t->first[base]; k; k = t->next[k - 1]) {
        if (!walk(t, k - 1, depth + 1))
            return false;
        most = t->met[k - 1] > most ? t->met[k - 1] : most;
    }
    t->met[i] = (uint8_t)(most + valued);
    return t->met[i] - 1 <= VALUES_MOST;
}

static bool table_is_sound(Bytes table)
{
    uint32_t size;
    size_t len = (size_t)(table.end - table.at);
    if (len == 0)
        return true;
    if (len <= sizeof size)
        return false;
    memcpy(&size, table.at, sizeof size);
    if (size % 4 || size < 4 || size >= len - sizeof size || table.end[-1] != 0)
        return false;
    table.at += sizeof size;
    Trie t = { .units = table.at, .n = size / 4, .replacements = { table.at + size, table.end } };
    if (!utf8_is_valid((const char *)t.replacements.at, (size_t)(table.end - t.replacements.at)))
        return false;
    link_children(&t);
    bool sound = walk(&t, 0, 0);
    free(t.first);
    free(t.next);
    free(t.met);
    return sound;
}

/* ---- pieces that users defined ---- */

static int by_bytes(const void *a, const void *b)
{
    const Bytes *x = a, *y = b;
    size_t n = (size_t)(x->end - x->at), m = (size_t)(y->end - y->at);
    int order = memcmp(x->at, y->at, n < m ? n : m);
    return order ? order : (n > m) - (n < m);
}

static bool begins(Bytes text, Bytes with)
{
    size_t n = (size_t)(with.end - with.at);
    return (size_t)(text.end - text.at) >= n && memcmp(text.at, with.at, n) == 0;
}

/* Sorted, a piece stands behind all that it begins with. */
static bool chains_are_short(Bytes *pieces)
{
    size_t n = array_len(pieces);
    Bytes *chain = NULL;
    if (n)
        qsort(pieces, n, sizeof *pieces, by_bytes);
    bool fits = true;
    for (size_t i = 0; i < n && fits; i++) {
        while (array_len(chain) && !begins(pieces[i], array_last(chain)))
            array_cut(chain, array_len(chain) - 1);
        array_push(chain, pieces[i]);
        fits = array_len(chain) <= DEFINED_MOST;
    }
    array_free(chain);
    return fits;
}

/* ---- all ---- */

static const char *piece_fault(Bytes piece, Bytes **defined)
{
    Field f;
    Bytes name = { 0 };
    bool is_defined = false;
    while (piece.at < piece.end) {
        if (!take_field(&piece, &f))
            return "a piece is damaged";
        if (f.number == 1 && f.bytes.at)
            name = f.bytes;
        is_defined |= f.number == 3 && f.value == USER_DEFINED;
    }
    if (is_defined && name.at)
        array_push(*defined, name);
    return NULL;
}

static const char *normaliser_fault(Bytes normaliser)
{
    for (Field f; normaliser.at < normaliser.end;) {
        if (!take_field(&normaliser, &f))
            return "its rules of normalisation are damaged";
        if (f.number == 2 && !table_is_sound(f.bytes))
            return "its table of normalisation is damaged";
    }
    return NULL;
}

const char *subword_fault(const char *model, size_t len)
{
    Bytes rest = { (const uint8_t *)model, (const uint8_t *)model + len }, *defined = NULL;
    const char *fault = NULL;
    for (Field f; !fault && rest.at < rest.end;) {
        if (!take_field(&rest, &f))
            fault = "it is damaged or of another kind";
        else if (f.number == 1)
            fault = piece_fault(f.bytes, &defined);
        else if (f.number == 3 || f.number == 5)
            fault = normaliser_fault(f.bytes);
    }
    if (!fault && !chains_are_short(defined))
        fault = "more than 64 pieces of its users begin each with the one before";
    array_free(defined);
    return fault;
}
