/* lines.h -- lines of files or of standard input, a chunk at a time.
 *
 * A chunk is what is there: thousands of lines of a file, but a single one when a person types or a program
 * waits for the answer before it sends the next.
 */
#ifndef CLI_LINES_H
#define CLI_LINES_H

#include "base/array.h"
#include "base/file.h"
#include "lookback.h"

typedef struct {
    char *const *paths;
    size_t n_paths, at; /* the one being read */
    Reader *reader;     /* NULL between files */
    LbText *lines;      /* the chunk: an array (array.h), texts by malloc */
    uint64_t first;     /* number of its first line, from 0, over all files */
    uint64_t *begins;   /* array: the first line of each file that was opened */
} Lines;

/* paths stay the caller's; n 0 is standard input. */
Lines lines_of(char *const *paths, size_t n);
void lines_close(Lines *in);

/* The next chunk; without lines at the end. lines_read takes what is there, at least one line; lines_take
 * waits for n. */
LbStatus lines_read(Lines *in, LbError *err);
LbStatus lines_take(Lines *in, size_t n, LbError *err);

/* Two files read side by side: the next chunk of a, and as many lines of b. It is LB_DATA, with both counts,
 * when one of them ends earlier. */
LbStatus lines_read_both(Lines *a, Lines *b, LbError *err);

/* LB_DATA, with both counts; reads both to their ends. */
LbStatus lines_differ(Lines *a, Lines *b, LbError *err);

/* All lines of one file. */
LbStatus lines_read_all(Lines *in, LbError *err);

/* How messages call it. */
const char *lines_name(const Lines *in);
/* How messages call a line that was read: "line 3", of several files "b.txt, line 3". free() it. */
char *lines_place(const Lines *in, uint64_t line);
bool lines_begins(const Lines *in, uint64_t line); /* whether a file begins with it */

#endif
