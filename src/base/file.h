/* file.h -- reading lines (plain, .gz or standard input), mapping files, and writing so that a crash at
 * any moment leaves either the old file or the new one.
 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"

/* ---- lines ---- */
typedef struct Reader Reader;

/* path "-" is standard input; gzip is recognised by its content. */
Reader *reader_open(const char *path, LbError *err); /* NULL on failure */
void reader_close(Reader *r);                        /* NULL is fine */

/* The next line without its end (\n, or \r\n); any length, NUL bytes kept, a NUL added behind it. The text
 * is the reader's, until the next call. Returns 1 for a line, 0 at the end, -1 on failure (err filled).
 * A file's last line counts with or without its newline, and a byte order mark in front of the first is no
 * part of it. A line is there as soon as its end was read, also from a pipe or a terminal. A read that a
 * signal interrupts fails with LB_CANCELLED. */
int reader_line(Reader *r, const char **text, size_t *len, LbError *err);
int reader_number(const Reader *r); /* of the line last read, from 1 */
/* The next bytes as they are, unpacked, at least one: for those who do not read lines. Returns as above. */
int reader_bytes(Reader *r, const char **bytes, size_t *n, LbError *err);
/* From now on cancelled(context) is asked four times a second while there is nothing to read yet; when it
 * says true, reading ends with LB_CANCELLED. */
void reader_watch(Reader *r, bool (*cancelled)(void *context), void *context);
/* Whether reader_line would find something to read (or the end) without waiting for somebody to write it. */
bool reader_ready(const Reader *r);

/* ---- whole files ---- */
/* All of a file (unpacked if .gz), a NUL added; the caller's to free(). NULL on failure. */
char *file_read(const char *path, size_t *len, LbError *err);

typedef struct {
    const uint8_t *data; /* read-only; NULL for an empty file */
    size_t len;
} Mapped;
LbStatus file_map(const char *path, Mapped *out, LbError *err);
void file_unmap(Mapped *m);

/* "cannot WHAT PATH: REASON", and what to try where that is known; `reason` as in errno. */
LbStatus file_fail(LbError *err, const char *what, const char *path, int reason);

bool file_exists(const char *path);
bool file_is_dir(const char *path);
LbStatus dir_make(const char *path, LbError *err);  /* with its parents; already there is fine */
char *path_join(const char *dir, const char *name); /* the caller's to free() */
char **dir_list(const char *path);                  /* sorted names, an array of free()able texts */
void dir_drop(const char *path);                    /* with the files in it; a folder inside keeps both */
/* Keeps others from taking the same lock until close(*lock) or the end of the process, however that comes; -1
 * where the file system has no locks. LB_FILE when somebody else has it. */
LbStatus dir_lock(const char *path, int *lock, LbError *err);

/* ---- writing ---- */
typedef struct {
    FILE *f; /* write here */
    char *path, *temporary;
} NewFile;
/* Opens a temporary neighbour of path; ".gz" is not compressed. A link is followed; a device or pipe is
 * written directly. */
LbStatus new_file_open(NewFile *n, const char *path, LbError *err);
LbStatus new_file_keep(NewFile *n, LbError *err); /* flush, fsync, rename over path, fsync the folder */
void new_file_drop(NewFile *n);                   /* forget it; fine after keep */
/* Removes the temporary files that killed processes have left in a folder. */
void new_file_sweep(const char *dir);
LbStatus file_write(const char *path, const char *text, size_t len, LbError *err); /* all three */

uint32_t crc32_of(const void *data, size_t len);

#endif
