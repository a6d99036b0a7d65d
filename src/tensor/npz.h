/* npz.h -- NumPy's .npz, read: named arrays of numbers in a zip file.
 *
 * Other systems keep their models so. Every size in the file is checked against the file before memory is
 * taken for it, and an array is never larger than the limit given, whatever it unpacks to.
 */
#ifndef TENSOR_NPZ_H
#define TENSOR_NPZ_H

#include <stddef.h>

#include "base/status.h"
#include "compute/real.h"

enum { NPZ_DIMS = 8 };

typedef struct Npz Npz;

typedef struct {
    char dtype[8]; /* as the file says: "<f4", "|i1" ... */
    int n_dim;     /* 0: a single number */
    size_t dim[NPZ_DIMS];
    size_t n;     /* numbers: the product of dim */
    real *values; /* [n] row-major, whatever order the file has; never NULL after npz_read */
} NpzArray;

/* Reads the directory. An array may take up to `limit` bytes in memory. Members that are not named
 * NAME.npy are passed over. LB_FILE: it cannot be read; LB_FORMAT: it is damaged or no .npz. */
LbStatus npz_open(const char *path, size_t limit, Npz **out, LbError *err);
void npz_close(Npz *z); /* NULL is fine; arrays read from it stay */

size_t npz_count(const Npz *z);
const char *npz_name(const Npz *z, size_t i); /* without .npy, in the order of the file */

/* Reads an array of f2, f4, f8, i1, u1, i4 or i8, little-endian, in C or Fortran order, stored or deflated.
 * LB_FORMAT: no such array, damaged, or of another type; LB_MEMORY: larger than the limit. */
LbStatus npz_read(Npz *z, const char *name, NpzArray *out, LbError *err);
void npz_array_free(NpzArray *a); /* zeroed is fine */

#endif
