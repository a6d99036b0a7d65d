/* numbers.h -- matrices packed for a page: one byte for most cells, the largest of each row exact.
 *
 * Per row the k = min(8, columns) cells that are largest in |x| (ties: the lower column; a number that is not
 * finite is smallest) stand as float32; the others are the nearest of 254 steps from lo to hi, or not known
 * (NaN). lo is the least of them and 0, hi the greatest and 0, or more where steps are wide. A matrix is,
 * little endian:
 *
 *     codes uint8 [rows, columns]    0..253: lo + code / 253 (hi - lo); 254: NaN; 255: the row's next exact
 *     lo float32 [rows], hi float32 [rows], exact float32 [rows, k]
 *
 * each of the three as four planes, all lowest bytes first. Codes and planes are deflated with tables of
 * their own: both save a sixth. docs/page.md has a reader.
 */
#ifndef VIEW_NUMBERS_H
#define VIEW_NUMBERS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { NUMBERS_LEVELS = 254, NUMBERS_EXACT = 8 };

/* Matrices one after the other; all zero: none. Two arrays (array.h). */
typedef struct {
    uint8_t *bytes;
    size_t *ends; /* of codes, of planes, of the next codes ...: where statistics change */
} Numbers;
void numbers_clear(Numbers *n); /* ready for the next ones */
void numbers_free(Numbers *n);

/* Appends a matrix [rows, columns] whose steps are not narrower than `step` (0: as narrow as can be). Returns
 * the largest |shown - value| of it, value being a float32. */
double numbers_add(Numbers *n, const double *values, size_t rows, size_t columns, double step);

/* Writes the bytes deflated (zlib's format, RFC 1950) in base64. A failure to write stays in f. */
void numbers_write(const Numbers *n, FILE *f);

/* The same of any bytes. */
void text_pack(const char *text, size_t n, FILE *f);

/* Base64 of n bytes; out has room for 4 * ((n + 2) / 3) letters. Returns how many. */
size_t base64_put(const uint8_t *bytes, size_t n, char *out);

#endif
