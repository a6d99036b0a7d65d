/* fuzz_pieces.h -- what must hold for any vocabulary and any line. */
#ifndef FUZZ_PIECES_H
#define FUZZ_PIECES_H

#include "fuzz.h"

#include "base/status.h"
#include "base/str.h"
#include "text/vocab.h"

static inline void expect_spans(const Vocab *v, const Piece *pieces, size_t len)
{
    for (size_t i = 0; i < array_len(pieces); i++) {
        Piece p = pieces[i];
        assert(p.id >= 0 && p.id < vocab_size(v));
        assert(p.start >= 0 && p.start <= p.end && (size_t)p.end <= len);
        assert(i == 0 ? p.word == 0 : p.word == pieces[i - 1].word || p.word == pieces[i - 1].word + 1);
    }
}

/* The line split, both ways, and every id of the vocabulary said. */
static inline void expect_pieces(const Vocab *v, Bytes line)
{
    char *text = memory_bytes((const char *)line.data, line.size); /* readers put a NUL behind a line */
    Piece *pieces = vocab_encode(v, text, line.size), *tokens = vocab_encode_tokens(v, text, line.size),
          *spans;
    expect_spans(v, pieces, line.size);
    expect_spans(v, tokens, line.size);
    int *ids = NULL;
    for (size_t i = 0; i < array_len(pieces); i++)
        array_push(ids, pieces[i].id);
    for (int i = 0; i < vocab_size(v) && i < 300; i++)
        array_push(ids, i);
    char *said = vocab_decode(v, ids, (int)array_len(ids), &spans);
    assert(utf8_is_valid(said, strlen(said)));
    expect_spans(v, spans, strlen(said));
    free(said);
    array_free(spans);
    array_free(ids);
    array_free(tokens);
    array_free(pieces);
    free(text);
}

#endif
