#include "explain/edited.h"

#include <stdlib.h>

#include "base/array.h"

/* Bytes of a line. */
typedef struct {
    int start, end;
} Bytes;

static Bytes *bytes_of_words(const Piece *pieces)
{
    Bytes *words = NULL;
    for (size_t i = 0; i < array_len(pieces); i++)
        if (i == 0 || pieces[i].word != pieces[i - 1].word)
            array_push(words, (Bytes){ pieces[i].start, pieces[i].end });
        else
            array_last(words).end = pieces[i].end;
    return words;
}

/* Writes the new line; words become where they stand in it. */
static void write_line(Str *out, const char *raw, size_t len, Bytes *words, const WordEdit *edits)
{
    size_t at = 0;
    str_add(out, "");
    for (size_t w = 0; w < array_len(words); w++) {
        size_t start = (size_t)words[w].start, end = (size_t)words[w].end;
        str_add_bytes(out, raw + at, start - at);
        words[w].start = (int)out->len;
        if (edits[w].by)
            str_add_bytes(out, edits[w].by, edits[w].by_len);
        else
            str_add_bytes(out, raw + start, end - start);
        words[w].end = (int)out->len;
        at = end;
    }
    str_add_bytes(out, raw + at, len - at);
}

/* The pieces of those new words that share a byte with the old one. */
static PieceRange pieces_in(const Piece *pieces, Bytes old)
{
    PieceRange r = { 0, 0 };
    int n = (int)array_len(pieces);
    for (int i = 0, end; i < n; i = end) {
        for (end = i + 1; end < n && pieces[end].word == pieces[i].word;)
            end++;
        if (pieces[i].start >= old.end || pieces[end - 1].end <= old.start)
            continue;
        r.first = r.end ? r.first : i;
        r.end = end;
    }
    return r;
}

/* Marks the pieces that an erased word became. */
static bool *find_erased(const Edited *e, const WordEdit *edits)
{
    bool *erased = memory_get(array_len(e->pieces) + 1, sizeof *erased);
    for (size_t w = 0; w < array_len(e->words); w++)
        for (int i = e->words[w].first; edits[w].erased && i < e->words[w].end; i++)
            erased[i] = true;
    return erased;
}

/* Pieces that are marked go; ranges follow. */
static void take_out(Edited *e, const bool *erased)
{
    size_t n = array_len(e->pieces), kept = 0;
    int *place = memory_get(n + 1, sizeof *place), word = -1, last = -1;
    for (size_t i = 0; i < n; i++) {
        place[i] = (int)kept;
        if (erased[i])
            continue;
        Piece p = e->pieces[i];
        word += p.word != last;
        last = p.word;
        p.word = word;
        e->pieces[kept++] = p;
    }
    place[n] = (int)kept;
    array_cut(e->pieces, kept);
    for (size_t w = 0; w < array_len(e->words); w++)
        e->words[w] = (PieceRange){ place[e->words[w].first], place[e->words[w].end] };
    free(place);
}

static void erase(Edited *e, const WordEdit *edits, EraseMethod how)
{
    bool *erased = find_erased(e, edits);
    for (size_t i = 0; how == ERASE_UNK && i < array_len(e->pieces); i++)
        e->pieces[i].id = erased[i] ? VOCAB_UNK : e->pieces[i].id;
    if (how == ERASE_DELETE)
        take_out(e, erased);
    free(erased);
}

Edited edited_new(const Vocab *v, const char *raw, size_t len, const Piece *pieces, const WordEdit *edits,
                  EraseMethod how, Names *unknown)
{
    Edited e = { 0 };
    Bytes *words = bytes_of_words(pieces);
    write_line(&e.raw, raw, len, words, edits);
    e.pieces = vocab_encode(v, e.raw.text, e.raw.len);
    if (unknown)
        unknown_source(v, e.raw.text, e.pieces, array_len(e.pieces), unknown);
    for (size_t w = 0; w < array_len(words); w++)
        array_push(e.words, pieces_in(e.pieces, words[w]));
    erase(&e, edits, how);
    array_free(words);
    return e;
}

void edited_free(Edited *e)
{
    str_free(&e->raw);
    array_free(e->pieces);
    array_free(e->words);
}
