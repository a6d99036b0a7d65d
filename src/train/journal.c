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
    return fail(err, LB_FILE, "%s: %s", j->path, strerror(errno));
}

LbStatus journal_open(Journal *j, const char *dir, const char *name, size_t keep, LbError *err)
{
    *j = (Journal){ .path = path_join(dir, name) };
    j->f = fopen(j->path, "ab");
    if (!j->f || fseek(j->f, 0, SEEK_END) != 0)
        return journal_fail(j, err);
    long len = ftell(j->f);
    j->len = len > 0 ? (size_t)len : 0;
    if (j->len <= keep)
        return LB_OK;
    j->len = keep;
    return ftruncate(fileno(j->f), (off_t)keep) ? journal_fail(j, err) : LB_OK;
}

LbStatus journal_add(Journal *j, const char *line, LbError *err)
{
    if (fprintf(j->f, "%s\n", line) < 0 || fflush(j->f) != 0)
        return journal_fail(j, err);
    j->len += strlen(line) + 1;
    return LB_OK;
}

void journal_close(Journal *j)
{
    if (j->f)
        fclose(j->f);
    free(j->path);
    *j = (Journal){ 0 };
}
