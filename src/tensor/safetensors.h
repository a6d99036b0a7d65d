/* safetensors.h -- named tensors in a file, in the layout of Hugging Face's safetensors.
 *
 * Eight bytes of header length (little-endian), a JSON header that gives each tensor's type, shape and byte
 * range, then the bytes themselves without gaps. A file is mapped and every number in it is checked before it
 * is used. docs/format.md tells what lookback adds: checksums, in the header's `__metadata__`.
 */
#ifndef TENSOR_SAFETENSORS_H
#define TENSOR_SAFETENSORS_H

#include <stddef.h>

#include "base/status.h"
#include "compute/real.h"

enum { STORED_DIMS = 8, SAFETENSORS_VERSION = 1 };

typedef struct {
    const char *name;
    const char *dtype; /* F32, F64, I64, U8 ...: see safetensors_width */
    int n_dim;         /* 0: a single number */
    size_t dim[STORED_DIMS];
    const void *data; /* row-major; of a file opened, not aligned: only memcpy may touch it */
    size_t bytes;     /* written by safetensors_open; safetensors_write works it out */
} StoredTensor;

typedef struct {
    const char *key, *value; /* UTF-8; keys other than format, version and crc32* */
} StoredNote;

/* Bytes of one number; 0: no such type. */
size_t safetensors_width(const char *dtype);

/* Writes the file so that a crash leaves the old one or the new one. Names are distinct and none is
 * "__metadata__"; the order is free. */
LbStatus safetensors_write(const char *path, const StoredTensor *tensors, size_t n, const StoredNote *notes,
                           size_t n_notes, LbError *err);

typedef struct SafeTensors SafeTensors;

/* Maps a file and checks all of it, checksums included where it has them: LB_FORMAT if anything is wrong. */
LbStatus safetensors_open(const char *path, SafeTensors **out, LbError *err);
void safetensors_close(SafeTensors *s); /* NULL is fine; tensors and notes of it are gone */

size_t safetensors_count(const SafeTensors *s);
const StoredTensor *safetensors_get(const SafeTensors *s, size_t i); /* in the order of their bytes */
const StoredTensor *safetensors_find(const SafeTensors *s, const char *name); /* NULL: none */
const char *safetensors_note(const SafeTensors *s, const char *key);          /* NULL: none */

/* What a `real` is called in a file. */
extern const char *const stored_real;
/* Copies F32 or F64 numbers, converting where need be; false for any other type. */
bool stored_reals(const StoredTensor *t, real *to);
/* "[3,4]"; out has room for STORED_SHAPE_TEXT bytes. Returns out. */
enum { STORED_SHAPE_TEXT = STORED_DIMS * 21 + 3 };
char *stored_shape(const StoredTensor *t, char *out);

#endif
