/* journal.h -- a text file that grows by lines, and is cut back when a run is resumed. */
#ifndef TRAIN_JOURNAL_H
#define TRAIN_JOURNAL_H

#include <stddef.h>
#include <stdio.h>

#include "base/status.h"

typedef struct {
    FILE *f;
    char *path;
    size_t len; /* bytes */
} Journal;

/* Opens for appending after the first `keep` bytes (0: as a new file), or after the last whole line of a file
 * that is shorter. */
LbStatus journal_open(Journal *j, const char *dir, const char *name, size_t keep, LbError *err);
LbStatus journal_add(Journal *j, const char *line, LbError *err); /* a newline is added; flushed */
LbStatus journal_sync(Journal *j, LbError *err);                  /* all lines so far reach the disk */
void journal_close(Journal *j);

#endif
