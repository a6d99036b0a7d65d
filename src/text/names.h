/* names.h -- texts numbered from 0, found by hashing.
 *
 * Both directions of a vocabulary: number to text (an array) and text to number (an open table). A text may
 * be entered twice; the first number is the one that is found.
 */
#ifndef TEXT_NAMES_H
#define TEXT_NAMES_H

#include <stddef.h>

typedef struct {
    char **texts; /* an array (array.h) of owned texts, by number */
    int *slots;   /* [room] number + 1; 0: free */
    size_t room;  /* a power of 2, more than half of it free */
} Names;          /* all zero: empty */

void names_free(Names *n);
int names_count(const Names *n);
int names_find(const Names *n, const char *text, size_t len); /* -1 when absent; text holds no NUL */
int names_add(Names *n, const char *text, size_t len);        /* the new number */

#endif
