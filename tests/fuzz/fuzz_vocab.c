/* fuzz_vocab.c -- a vocabulary that is a list (.vocab), then a line to be split by it.
 *
 * Pieces must cover their bytes in order; a vocabulary that is saved must come back the same.
 */
#define _GNU_SOURCE
#include "fuzz.h"

#include "base/status.h"
#include "base/str.h"
#include "fuzz_pieces.h"
#include "text/vocab.h"

static void expect_same(const Vocab *v)
{
    char *stem = fuzz_path("saved"), *path = NULL;
    LbError err = { 0 };
    Vocab *again = NULL;
    assert(vocab_save(v, stem, &path, &err) == LB_OK && vocab_load(path, &again, &err) == LB_OK);
    assert(vocab_size(again) == vocab_size(v) && text_equal(vocab_level(again), vocab_level(v)));
    for (int i = 0; i < vocab_size(v); i++)
        assert(text_equal(vocab_piece(v, i), vocab_piece(again, i)) && vocab_id(v, vocab_piece(v, i)) == i);
    vocab_free(again);
    free(path);
    free(stem);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes rest = { data, size };
    char *path = fuzz_file("a.vocab", fuzz_part(&rest));
    Vocab *v;
    LbError err = { 0 };
    LbStatus status = vocab_load(path, &v, &err);
    assert((status == LB_OK) == !*err.text && (status == LB_OK) == (v != NULL));
    if (v) {
        expect_pieces(v, rest);
        expect_same(v);
        vocab_free(v);
    }
    free(path);
    return 0;
}
