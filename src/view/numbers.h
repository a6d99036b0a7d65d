/* numbers.h -- matrices packed for a page: one byte for most cells, the largest of each row exact.
 *
 * Per row the k = min(8, columns) cells that are largest in |x| (ties: the lower column; a number that is not
 * finite is smallest) stand as float32; the others are steps of 1/253 between lo and hi, the least and the
 * greatest of them and 0, or not known (NaN). A matrix is, little endian:
 *
 *     codes uint8 [rows, columns]    0..253: lo + code / 253 (hi - lo); 254: NaN; 255: the row's next exact
 *     lo float32 [rows], hi float32 [rows], exact float32 [rows, k]
 *
 * each of the three as four planes, all lowest bytes first: they deflate better. docs/page.md has a reader.
 */
#ifndef VIEW_NUMBERS_H
#define VIEW_NUMBERS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { NUMBERS_LEVELS = 254, NUMBERS_EXACT = 8 };

/* Appends a matrix [rows, columns] to *bytes, an array (array.h). Returns the largest |shown - value| of it,
 * value being a float32. */
double numbers_add(uint8_t **bytes, const double *values, size_t rows, size_t columns);

/* Writes bytes deflated (zlib's format, RFC 1950) in base64. A failure to write stays in f. */
void numbers_write(const uint8_t *bytes, size_t n, FILE *f);

/* Base64 of n bytes; out has room for 4 * ((n + 2) / 3) letters. Returns how many. */
size_t base64_put(const uint8_t *bytes, size_t n, char *out);

#endif
