/* readings.h -- one output read in several ways: for each word the source word that each reading points at.
 *
 *                  attention       gradient        leave-one-out
 *     0 ein        A 0.88          man 0.41        man 0.62        *
 *     1 mann       man 0.79        man 0.66        man 3.80
 */
#ifndef VIEW_READINGS_H
#define VIEW_READINGS_H

#include "view/terminal.h"

enum { READINGS = 3 };

typedef struct {
    const char *word; /* of the output; any bytes */
    int number;
    const char *top[READINGS]; /* NULL: it points at none */
    double value[READINGS];
    bool differs; /* "*" */
} ReadingRow;

void terminal_readings(const char *const names[READINGS], const ReadingRow *rows, int n, TerminalOptions o,
                       Str *out);

#endif
