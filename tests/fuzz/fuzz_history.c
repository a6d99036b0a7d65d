/* fuzz_history.c -- validation.tsv, which a person may have edited and a crash may have torn. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "api/history.h"
#include "base/status.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = fuzz_file("validation.tsv", (Bytes){ data, size });
    History h;
    LbError err = { 0 };
    LbStatus status = history_read(&h, path, &err);
    assert((status == LB_OK) == !*err.text);
    if (status == LB_OK && h.n_rows > 0) {
        Str text = { 0 };
        for (int i = 0; i < (int)array_len(h.names); i++) {
            int best = history_best(&h, i, i % 2);
            assert(best < h.n_rows);
            history_chart(&h, i, &text);
        }
        str_free(&text);
    }
    history_free(&h);
    free(path);
    return 0;
}
