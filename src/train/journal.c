/* journal.c -- see journal.h. */
#define _GNU_SOURCE
#include "train/journal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static LbStatus journal_fail(const Journal *j, LbError *err)
{
    return file_fail(err, "write", j->path, errno);
}

/* Where the last line ends that lies within the first `most` bytes. */
static LbStatus whole_lines(const Journal *j, size_t most, size_t *len, LbError *err)
{
    Mapped file;
    LbStatus status = file_map(j->path, &file, err);
    if (status != LB_OK)
        return status;
    *len = file.len < most ? file.len : most;
    while (*len > 0 && file.data[*len - 1] != '\n')
        --*len;
    file_unmap(&file);
    return LB_OK;
}

LbStatus journal_open(Journal *j, const char *dir, const char *name, size_t keep, LbError *err)
{
    *j = (Journal){ .path = path_join(dir, name) };
    j->f = fopen(j->path, "abe");
    if (!j->f)
        return journal_fail(j, err);
    LbStatus status = whole_lines(j, keep, &j->len, err);
    if (status != LB_OK)
        return status;
    return ftruncate(fileno(j->f), (off_t)j->len) ? journal_fail(j, err) : LB_OK;
}

LbStatus journal_add(Journal *j, const char *line, LbError *err)
{
    if (fprintf(j->f, "%s\n", line) < 0 || fflush(j->f) != 0)
        return journal_fail(j, err);
    j->len += strlen(line) + 1;
    return LB_OK;
}

LbStatus journal_sync(Journal *j, LbError *err)
{
    return fdatasync(fileno(j->f)) != 0 && errno != EINVAL ? journal_fail(j, err) : LB_OK;
}

void journal_close(Journal *j)
{
    if (j->f)
        fclose(j->f);
    free(j->path);
    *j = (Journal){ 0 };
}
