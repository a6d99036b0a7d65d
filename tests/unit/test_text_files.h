/* test_text_files.h -- small files in a folder of their own, for the tests of src/text. */
#ifndef TEST_TEXT_FILES_H
#define TEST_TEXT_FILES_H

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#include "base/array.h"
#include "base/file.h"

static char folder[] = P_tmpdir "/lookback-text-XXXXXX";

static int folder_make(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int folder_remove(void **state)
{
    (void)state;
    dir_drop(folder);
    return file_exists(folder) ? -1 : 0;
}

/* The path of a file in the folder, new or not; lives as long as the program. */
static inline char *place(const char *name)
{
    static char paths[32][128];
    static int next;
    char *path = paths[next++ % 32];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static inline char *put_bytes(const char *name, const char *text, size_t len)
{
    char *path = place(name);
    FILE *f = fopen(path, "wb");
    assert(f && fwrite(text, 1, len, f) == len && fclose(f) == 0);
    return path;
}

static inline char *put(const char *name, const char *text)
{
    return put_bytes(name, text, strlen(text));
}

static inline char *put_gz(const char *name, const char *text)
{
    char *path = place(name);
    gzFile f = gzopen(path, "wb");
    assert(f && gzwrite(f, text, (unsigned)strlen(text)) == (int)strlen(text) && gzclose(f) == Z_OK);
    return path;
}

#endif
