/* fuzz_sentencepiece.c -- a SentencePiece model (.model) of any origin, then a line to be split by it. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "base/status.h"
#include "fuzz_pieces.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes rest = { data, size };
    char *path = fuzz_file("a.model", fuzz_part(&rest));
    Vocab *v;
    LbError err = { 0 };
    LbStatus status = vocab_load(path, &v, &err);
    assert((status == LB_OK) == !*err.text && (status == LB_OK) == (v != NULL));
    if (v) {
        expect_pieces(v, rest);
        vocab_free(v);
    }
    free(path);
    return 0;
}
