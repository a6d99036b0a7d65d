/* label.h -- words made fit for showing: harmless, whole or visibly shortened.
 *
 * A word may hold anything: terminal escape sequences, newlines, direction overrides, bytes that are no
 * UTF-8. What is shown never acts: control characters and malformed bytes become \xNN, direction controls
 * and noncharacters U+FFFD. A combining mark without a base sits on a dotted circle, leading spaces are
 * U+2423, and no word at all is "".
 */
#ifndef VIEW_LABEL_H
#define VIEW_LABEL_H

#include <stdbool.h>

#include "base/str.h"

/* Appends a harmless form of text to out. text is NULL or ends in NUL. */
void label_clean(Str *out, const char *text);

/* The same for text that goes into XML: & < > " ' escaped. */
void label_xml(Str *out, const char *text);

/* Bytes of the user-perceived character (grapheme cluster) at text, n > 0 bytes of clean text. */
size_t label_cluster(const char *text, size_t n);

/* Whether text has a right-to-left letter (Hebrew, Arabic ...). */
bool label_is_rtl(const char *text);

/* Appends clean text, whole if it takes at most `columns` screen columns (columns >= 4), else as much of
 * it as fits with "..." after it. Returns whether it was whole. */
bool label_shorten(Str *out, const char *text, int columns);

/* Harmless forms of n words, each a memory of its own; labels_free them. words NULL: all empty. */
char **labels_new(const char *const *words, int n);
/* The same, each cut with a dots sign where it is longer than is worth laying out (200 letters). */
char **labels_short(const char *const *words, int n);
void labels_free(char **labels, int n);

#endif
