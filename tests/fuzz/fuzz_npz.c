/* fuzz_npz.c -- a NumPy .npz file of any origin: every array is read, and each of its numbers touched. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "base/status.h"
#include "tensor/npz.h"

enum { LIMIT = 1 << 24 };

static void expect_array(Npz *z, const char *name)
{
    NpzArray a;
    LbError err = { 0 };
    LbStatus status = npz_read(z, name, &a, &err);
    assert((status == LB_OK) == !*err.text && (status == LB_OK) == (a.values != NULL));
    if (status != LB_OK)
        return;
    size_t n = 1;
    for (int i = 0; i < a.n_dim; i++)
        n *= a.dim[i];
    assert(n == a.n && n * sizeof(real) <= LIMIT);
    for (size_t i = 0; i < n; i++)
        (void)((volatile real *)a.values)[i];
    npz_array_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *path = fuzz_file("a.npz", (Bytes){ data, size });
    Npz *z;
    LbError err = { 0 };
    LbStatus status = npz_open(path, LIMIT, &z, &err);
    assert((status == LB_OK) == !*err.text && (status == LB_OK) == (z != NULL));
    if (z) {
        for (size_t i = 0; i < npz_count(z) && i < 100; i++)
            expect_array(z, npz_name(z, i));
        npz_close(z);
    }
    free(path);
    return 0;
}
