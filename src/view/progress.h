/* progress.h -- how far long work has come, as one line of text. Nothing is printed here.
 *
 *     training  43% [########----------]  12,345 words/s  1:02 done, 1:22 left  loss 3.21
 */
#ifndef VIEW_PROGRESS_H
#define VIEW_PROGRESS_H

#include "base/str.h"

typedef struct {
    const char *label;  /* NULL: none */
    double done, total; /* in units; total 0: not known, so neither bar nor remaining time */
    double done_before; /* of done, what earlier work had finished when the clock started */
    const char *unit;   /* "words": the rate is "12,345 words/s"; NULL: no rate */
    double seconds;     /* since the start */
    double rate;        /* units a second, where the caller knows better than done / seconds; else 0 */
    const char *suffix; /* free text at the end; NULL: none */
} Progress;

/* For a terminal: at most `columns` wide (0: 80), no newline. What does not fit goes in this order: bar,
 * rate, then the end of the line as "...". */
void progress_line(const Progress *p, int columns, Str *out);

/* For a pipe or a log: everything, without a bar, one line, no newline. */
void progress_plain(const Progress *p, Str *out);

/* 75 -> "1:15", 3700 -> "1:01:40", 200000 -> "2d 07:33:20"; not finite or below 0 -> "?". */
void progress_time(double seconds, Str *out);

/* 1234567 -> "1,234,567"; below 10 with two digits after the point. */
void progress_number(double value, Str *out);

#endif
