/* linefile.h -- a text file whose lines can be read in any order, without holding it in memory.
 *
 * Opening reads the file once: it finds where lines begin (one offset is kept for every 16 lines), counts
 * them, and takes a checksum. A .gz file, a pipe and "-" are unpacked into a temporary file that has no name
 * and so is gone with the process.
 */
#ifndef TEXT_LINEFILE_H
#define TEXT_LINEFILE_H

#include "base/status.h"

typedef struct LineFile LineFile;

enum { LINE_MOST = 1 << 20 }; /* bytes; a longer line is counted, never read */

/* folder: where to unpack; NULL: TMPDIR, else /tmp. */
LbStatus linefile_open(const char *path, const char *folder, LineFile **out, LbError *err);
void linefile_close(LineFile *f); /* NULL is fine */

size_t linefile_count(const LineFile *f);  /* lines; a last one without a newline counts */
size_t linefile_bytes(const LineFile *f);  /* of text, unpacked */
size_t linefile_memory(const LineFile *f); /* bytes that the index takes */
uint64_t linefile_hash(const LineFile *f); /* of its content */

/* Line i < count without its end (\n or \r\n), the file's until the next call; text is NULL when it is longer
 * than LINE_MOST. A file that has become shorter since it was opened is LB_DATA. */
LbStatus linefile_read(LineFile *f, size_t i, const char **text, size_t *len, LbError *err);
/* LB_DATA when the file was written to since it was opened. */
LbStatus linefile_check(const LineFile *f, LbError *err);

#endif
