/* ct2_file.h -- CTranslate2's model.bin as named variables.
 *
 * Little-endian: u32 version; text spec, u32 revision (from version 2 on); u32 variables, each: text name, u8
 * rank, u32 sizes, then u8 width of a number and u32 numbers (up to version 3) or u8 type and u32 bytes (from
 * version 4 on), then the numbers; from version 3 on u32 aliases, each: text alias, text name. A text is a
 * u16 length, its NUL counted, and bytes. Versions 5 and 6 changed nothing in this file. Read off
 * CTranslate2's src/models/model.cc and python/ctranslate2/specs/model_spec.py.
 */
#ifndef CONVERT_CT2_FILE_H
#define CONVERT_CT2_FILE_H

#include <stdbool.h>

#include "base/file.h"
#include "tensor/tensor.h"

enum { CT2_DIMS = 4, CT2_NEWEST = 6, CT2_NAME = 256 };

typedef struct Ct2Kind Ct2Kind;

typedef struct {
    char *name; /* "encoder/layer_0/ffn/linear_0/weight" */
    int n_dim;  /* 0: a single number */
    size_t dim[CT2_DIMS];
    size_t n; /* numbers */
    const Ct2Kind *kind;
    const uint8_t *data; /* in the mapped file, not aligned */
    bool used;
} Ct2Var;

typedef struct {
    char *path;
    Mapped file;
    uint32_t version, revision;
    char *spec;
    Ct2Var *vars; /* an array, by name; aliases are variables too */
} Ct2File;

/* Maps a file and checks all of it. On failure *out is still to be closed. LB_FILE, LB_FORMAT. */
LbStatus ct2_open(const char *path, Ct2File *out, LbError *err);
void ct2_close(Ct2File *f); /* zeroed is fine */

const Ct2Var *ct2_find(const Ct2File *f, const char *name); /* NULL: none */
Ct2Var *ct2_use(Ct2File *f, const char *name);              /* the same, and notes that it is of use */
const char *ct2_type(const Ct2Var *v);                      /* "float32", "int8" ... */
bool ct2_is_flag(const Ct2Var *v);                          /* of type int8 */
double ct2_value(const Ct2Var *v, size_t i);

/* A matrix (or vector: one row each), quantised or not: row r is its numbers over its scale. */
typedef struct {
    const Ct2Var *v, *scale; /* scale NULL: `all` for every row */
    double all;
    size_t rows, columns;
} Ct2Rows;

/* LB_FORMAT: there is no such variable, it has another rank, or a type or scale that means no number. */
LbStatus ct2_rows(Ct2File *f, const char *name, int n_dim, Ct2Rows *out, LbError *err);
void ct2_row(const Ct2Rows *m, size_t r, real *to);

#endif
