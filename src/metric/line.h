/* line.h -- one line of text as the metrics take it: bytes with a length, so that NUL bytes count. */
#ifndef METRIC_LINE_H
#define METRIC_LINE_H

#include <stddef.h>
#include <string.h>

typedef struct {
    const char *text; /* UTF-8; a byte that is not stands for U+FFFD; never NULL unless len is 0 */
    size_t len;
} Line;

static inline Line line_of(const char *text)
{
    return (Line){ text, strlen(text) };
}

#endif
