/* str.h -- text that is built up, UTF-8, and the nearest known name.
 *
 * Text has a length and may hold NUL bytes; a NUL follows it for the sake of printf.
 */
#ifndef BASE_STR_H
#define BASE_STR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct {
    char *text; /* never NULL after the first str_ call on it */
    size_t len, room;
} Str;

void str_add(Str *s, const char *text);
void str_add_bytes(Str *s, const char *text, size_t n);
void str_add_char(Str *s, char c);
void str_add_code(Str *s, uint32_t code_point); /* as UTF-8 */
void str_addf(Str *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
void str_addv(Str *s, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
void str_cut(Str *s, size_t len); /* len <= s->len */
void str_end_line(Str *s);        /* spaces at the end go, and the line ends */
void str_free(Str *s);            /* ready for use again */
char *str_take(Str *s);           /* the text, now the caller's to free(); s is empty again */

/* The next code point of text[0..n), n > 0: its value in *code (U+FFFD for a byte that is not UTF-8) and
 * the bytes it takes (1 to 4). *valid (may be NULL) says whether it was well-formed. */
size_t utf8_next(const char *text, size_t n, uint32_t *code, bool *valid);
size_t utf8_put(uint32_t code, char out[4]);    /* bytes written */
size_t utf8_mark(const char *text, size_t n);   /* bytes of the byte order mark it begins with: 3 or 0 */
bool utf8_is_valid(const char *text, size_t n); /* strict: no surrogates, no over-long forms */
size_t utf8_count(const char *text, size_t n);  /* code points */
bool utf8_is_space(uint32_t code);              /* white space in Python's sense (str.split) */

/* Appends text to out with each malformed byte and each NUL as U+FFFD. Returns how many were replaced. */
size_t utf8_repair(Str *out, const char *text, size_t n);

/* Screen columns of text in a terminal: wide characters take 2, combining ones 0 (utf8proc). */
int utf8_width(const char *text, size_t n);

bool text_equal(const char *a, const char *b); /* both may be NULL */
bool text_starts(const char *text, const char *prefix);
int text_compare(const void *a, const void *b); /* for qsort over char * */

/* The name nearest to `name` in names[0..n), or NULL if none is near enough to be a likely slip. */
const char *text_nearest(const char *name, const char *const *names, size_t n);

/* Whole-string number parsing: false unless all of text is one number in range. */
bool text_to_int(const char *text, long long *out);
bool text_to_real(const char *text, double *out);
bool text_to_size(const char *text, size_t *out); /* "512", "64K", "1.5G" (powers of 1024) */

/* Splits at runs of ASCII white space. Pieces are offsets into text, so nothing is copied. */
typedef struct {
    int start, end; /* bytes [start, end) */
} Span;
Span *text_words(const char *text, size_t n); /* an array (array.h), the caller's */

#endif
