/* fuzz.h -- what the fuzz targets have in common.
 *
 * A target is one file, fuzz_NAME.c, with one function, LLVMFuzzerTestOneInput (libFuzzer's name for it). It
 * hands the bytes to a reader of src/, uses what that reader let through, and asserts what must hold then; a
 * sanitizer sees the rest. Inputs of several parts are separated by lines that say "%%", so that seeds stay
 * readable. Readers take paths, so parts are written to a folder of this process, best in memory:
 * scripts/fuzz.sh sets TMPDIR so. The seeds of fuzz_NAME.c are the files of seeds/NAME; test_fuzz_seeds runs
 * them in the ordinary builds.
 */
#ifndef FUZZ_H
#define FUZZ_H

#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

typedef struct {
    const uint8_t *data;
    size_t size;
} Bytes;

/* Takes the part up to the next line "%%", or all that is left. */
static inline Bytes fuzz_part(Bytes *rest)
{
    static const char line[] = "\n%%\n";
    size_t n = sizeof line - 1;
    const uint8_t *at = rest->size ? memmem(rest->data, rest->size, line, n) : NULL;
    Bytes part = { rest->data, at ? (size_t)(at - rest->data) : rest->size };
    size_t used = at ? part.size + n : part.size;
    *rest = (Bytes){ rest->data + used, rest->size - used };
    return part;
}

/* A copy with a NUL behind it, without NUL bytes before; free() it. */
static inline char *fuzz_text(Bytes part)
{
    char *text = memory_bytes((const char *)part.data, part.size);
    for (size_t i = 0; i < part.size; i++)
        text[i] = text[i] ? text[i] : ' ';
    return text;
}

static char *fuzz_folder_;

static inline void fuzz_folder_remove_(void)
{
    char **names = dir_list(fuzz_folder_);
    for (size_t i = 0; i < array_len(names); i++) {
        char *path = path_join(fuzz_folder_, names[i]);
        unlink(path);
        free(path);
        free(names[i]);
    }
    array_free(names);
    rmdir(fuzz_folder_);
    free(fuzz_folder_);
}

/* Where a file of that name is, or would be: free() it. */
static inline char *fuzz_path(const char *name)
{
    if (!fuzz_folder_) {
        const char *base = getenv("TMPDIR");
        fuzz_folder_ = path_join(base ? base : P_tmpdir, "lookback-fuzz-XXXXXX");
        if (!mkdtemp(fuzz_folder_))
            abort();
        atexit(fuzz_folder_remove_);
    }
    return path_join(fuzz_folder_, name);
}

/* A file with these bytes: its path, free() it. */
static inline char *fuzz_file(const char *name, Bytes part)
{
    char *path = fuzz_path(name);
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (fd < 0 || write(fd, part.data, part.size) != (ssize_t)part.size || close(fd) != 0)
        abort();
    return path;
}

#endif
