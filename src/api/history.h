/* history.h -- how training went: validation.tsv read back, and drawn with letters. */
#ifndef API_HISTORY_H
#define API_HISTORY_H

#include "base/str.h"
#include "base/status.h"

typedef struct {
    char **names;   /* an array (array.h) of owned texts: the columns, "step" first */
    double *values; /* an array, row after row; NAN: not measured */
    int n_rows;
    int n_broken; /* lines that are not what they should be, left out */
} History;

/* A folder without the file has an empty history. LB_FORMAT when its first line names no columns. */
LbStatus history_read(History *h, const char *path, LbError *err);
void history_free(History *h);

int history_column(const History *h, const char *name); /* -1: none */
double history_value(const History *h, int row, int column);

/* The best measured row; -1: none. */
int history_best(const History *h, int column, bool less_is_better);

/* Appends a chart of a column against the steps, some 60 columns wide; nothing if fewer than two rows have
 * it. */
void history_chart(const History *h, int column, Str *out);

#endif
