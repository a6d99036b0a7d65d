/* codes.h -- text as an array of code points, the form in which all metrics compare it.
 *
 * Python's str methods are the yardstick here, because the published figures were made with them: lower(),
 * split(), rstrip(). Arrays are array.h's; a function that fills one replaces what it held.
 */
#ifndef METRIC_CODES_H
#define METRIC_CODES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "metric/line.h"

typedef struct {
    size_t start, end; /* code points [start, end) */
} Word;

void codes_read(uint32_t **codes, Line line);
void codes_lower(uint32_t **codes);                    /* str.lower(): final sigma, and U+0130 becomes two */
void codes_strip(uint32_t *codes);                     /* str.rstrip() */
void codes_squeeze(uint32_t *codes);                   /* all white space goes: ''.join(str.split()) */
void codes_words(const uint32_t *codes, Word **words); /* str.split() */

bool code_is_punctuation(uint32_t code);       /* Unicode general category P* */
bool code_is_symbol(uint32_t code);            /* S* */
bool code_is_number(uint32_t code);            /* N* */
bool code_is_letter(uint32_t code);            /* L* */
bool code_is_ascii_punctuation(uint32_t code); /* Python's string.punctuation */

#endif
