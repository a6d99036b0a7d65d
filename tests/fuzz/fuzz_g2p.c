/* fuzz_g2p.c -- an .npz file that may be a g2p_en model. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "base/status.h"
#include "convert/convert.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = fuzz_file("g2p.npz", (Bytes){ data, size });
    Model *m;
    Str told = { 0 };
    LbError err = { 0 };
    LbStatus status = convert_read(path, &m, &told, &err);
    assert((status == LB_OK) == !*err.text && (status == LB_OK) == (m != NULL));
    if (m)
        assert(vocab_size(m->source) == 30 && vocab_size(m->target) == 74);
    model_free(m);
    str_free(&told);
    free(path);
    return 0;
}
