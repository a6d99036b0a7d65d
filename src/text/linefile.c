/* linefile.c -- an index of line beginnings, and pread() into one small window.
 *
 * Mapping the file would be shorter, but a mapped file that somebody cuts off ends the process with SIGBUS,
 * and its pages count as resident memory; pread() gives a short count, and the system's cache stays the
 * system's. One offset for every STRIDE lines makes the index half a byte a line: a line is found by reading
 * its block, some kilobytes at most for lines of usual length, and counting newlines.
 *
 * Invariant: next_at is where line `next` begins; window holds the bytes [at, at + len) of the file.
 */
#define _GNU_SOURCE
#include "text/linefile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/array.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/str.h"

enum { STRIDE = 16, WINDOW = 1 << 13, SCAN = 1 << 18 };

struct LineFile {
    char *path;
    int fd;
    bool spooled; /* the temporary file is ours alone */
    uint64_t size;
    struct timespec written; /* when the file last was, before it was opened */
    uint64_t *begins;        /* an array: where line i * STRIDE begins */
    size_t n;
    uint32_t crc;
    char *window;
    size_t room, len;
    uint64_t at;
    size_t next;
    uint64_t next_at;
};

static LbStatus fail_system(LbError *err, const char *what, const char *path)
{
    return fail(err, LB_FILE, "cannot %s %s: %s", what, path, strerror(errno));
}

static LbStatus status_of(const LbError *err)
{
    return err && err->status != LB_OK ? err->status : LB_FILE;
}

/* ---- unpacking ---- */

static int temporary_file(const char *folder, LbError *err)
{
    const char *usual = getenv("TMPDIR");
    char *path = path_join(folder ? folder : usual && *usual ? usual : "/tmp", "lookback-XXXXXX");
    int fd = mkostemp(path, O_CLOEXEC);
    if (fd < 0)
        fail_system(err, "make the temporary file", path);
    else
        unlink(path);
    free(path);
    return fd;
}

static LbStatus write_all(int fd, const char *bytes, size_t n, const char *path, LbError *err)
{
    while (n > 0) {
        ssize_t wrote = write(fd, bytes, n);
        if (wrote < 0 && errno != EINTR)
            return fail_system(err, "write the unpacked text of", path);
        bytes += wrote > 0 ? wrote : 0;
        n -= wrote > 0 ? (size_t)wrote : 0;
    }
    return LB_OK;
}

static LbStatus unpack(LineFile *f, const char *folder, LbError *err)
{
    Reader *in = reader_open(f->path, err);
    if (!in)
        return status_of(err);
    LbStatus status = (f->fd = temporary_file(folder, err)) < 0 ? status_of(err) : LB_OK;
    const char *bytes;
    size_t n;
    int more = 0;
    while (status == LB_OK && (more = reader_bytes(in, &bytes, &n, err)) > 0)
        status = write_all(f->fd, bytes, n, f->path, err);
    reader_close(in);
    f->spooled = true;
    return status == LB_OK && more < 0 ? status_of(err) : status;
}

/* ---- opening ---- */

/* A plain file that is no gzip file can be read where it is. */
static bool open_plain(LineFile *f)
{
    struct stat about;
    unsigned char magic[2];
    if (text_equal(f->path, "-"))
        return false;
    f->fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not make it wait */
    if (f->fd >= 0 && fstat(f->fd, &about) == 0 && S_ISREG(about.st_mode) &&
        !(pread(f->fd, magic, 2, 0) == 2 && magic[0] == 0x1F && magic[1] == 0x8B))
        return true;
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
    return false;
}

static LbStatus fail_shorter(const LineFile *f, LbError *err)
{
    return fail(err, LB_DATA, "%s has become shorter while it was read", f->path);
}

/* Up to n bytes from offset `at`; fewer only at the end that the file had when it was opened. */
static LbStatus read_at(const LineFile *f, uint64_t at, size_t n, char *to, LbError *err)
{
    for (size_t got = 0; got < n;) {
        ssize_t more = pread(f->fd, to + got, n - got, (off_t)(at + got));
        if (more < 0 && errno != EINTR)
            return fail_system(err, "read", f->path);
        if (more == 0)
            return fail_shorter(f, err);
        got += more > 0 ? (size_t)more : 0;
    }
    return LB_OK;
}

/* Lines begin at 0 and behind every newline that is not the file's last byte. */
static void begin_line(LineFile *f, uint64_t at)
{
    if (at < f->size && f->n++ % STRIDE == 0)
        array_push(f->begins, at);
}

static LbStatus scan(LineFile *f, LbError *err)
{
    char *bytes = memory_get(SCAN, 1);
    LbStatus status = LB_OK;
    begin_line(f, 0);
    for (uint64_t at = 0; at < f->size && status == LB_OK; at += SCAN) {
        size_t n = f->size - at < SCAN ? (size_t)(f->size - at) : SCAN;
        status = read_at(f, at, n, bytes, err);
        if (status != LB_OK)
            break;
        f->crc = (uint32_t)crc32(f->crc, (const Bytef *)bytes, (uInt)n);
        for (const char *c = bytes; (c = memchr(c, '\n', (size_t)(bytes + n - c))); c++)
            begin_line(f, at + (uint64_t)(c - bytes) + 1);
        if (f->n >= INT_MAX)
            status = fail(err, LB_DATA, "%s has more than %d lines", f->path, INT_MAX - 1);
    }
    free(bytes);
    return status;
}

static LbStatus measure(LineFile *f, LbError *err)
{
    struct stat about;
    if (fstat(f->fd, &about) != 0)
        return fail_system(err, "look at", f->path);
    f->size = (uint64_t)about.st_size;
    f->written = about.st_mtim;
    return scan(f, err);
}

LbStatus linefile_open(const char *path, const char *folder, LineFile **out, LbError *err)
{
    LineFile *f = memory_get(1, sizeof *f);
    *f = (LineFile){ .path = memory_text(path), .fd = -1 };
    LbStatus status = open_plain(f) ? LB_OK : unpack(f, folder, err);
    if (status == LB_OK)
        status = measure(f, err);
    if (status != LB_OK)
        linefile_close(f);
    *out = status == LB_OK ? f : NULL;
    return status;
}

void linefile_close(LineFile *f)
{
    if (!f)
        return;
    if (f->fd >= 0)
        close(f->fd);
    array_free(f->begins);
    free(f->window);
    free(f->path);
    free(f);
}

/* ---- what is known of it ---- */

size_t linefile_count(const LineFile *f)
{
    return f->n;
}

size_t linefile_bytes(const LineFile *f)
{
    return (size_t)f->size;
}

size_t linefile_memory(const LineFile *f)
{
    return 2 * array_len(f->begins) * sizeof *f->begins; /* arrays grow by doubling */
}

uint64_t linefile_hash(const LineFile *f)
{
    return rng_hash(rng_hash(f->size, f->n), f->crc);
}

LbStatus linefile_check(const LineFile *f, LbError *err)
{
    struct stat about;
    if (f->spooled)
        return LB_OK;
    if (fstat(f->fd, &about) != 0)
        return fail_system(err, "look at", f->path);
    if ((uint64_t)about.st_size < f->size)
        return fail_shorter(f, err);
    bool same = (uint64_t)about.st_size == f->size && about.st_mtim.tv_sec == f->written.tv_sec &&
                about.st_mtim.tv_nsec == f->written.tv_nsec;
    return same ? LB_OK
                : fail(err, LB_DATA, "%s was written to while it was trained on; start again", f->path);
}

/* ---- one line ---- */

static LbStatus fill(LineFile *f, uint64_t at, size_t n, LbError *err)
{
    if (n > f->room) {
        f->room = n > WINDOW ? n : WINDOW;
        f->window = memory_resize(f->window, f->room, 1);
    }
    f->at = at;
    f->len = 0;
    LbStatus status = read_at(f, at, n, f->window, err);
    f->len = status == LB_OK ? n : 0;
    return status;
}

static bool holds(const LineFile *f, uint64_t at)
{
    return at >= f->at && at - f->at < f->len;
}

/* Where the line that begins at `from` ends: at its newline, or at the end of the file. */
static LbStatus find_end(LineFile *f, uint64_t from, uint64_t *end, LbError *err)
{
    LbStatus status = LB_OK;
    *end = f->size;
    for (uint64_t at = from; at < f->size && status == LB_OK; at = f->at + f->len) {
        uint64_t left = f->size - at;
        if (!holds(f, at))
            status = fill(f, at, left < WINDOW ? (size_t)left : WINDOW, err);
        if (status != LB_OK)
            break;
        const char *c = f->window + (at - f->at);
        const char *newline = memchr(c, '\n', (size_t)(f->at + f->len - at));
        if (!newline)
            continue;
        *end = f->at + (uint64_t)(newline - f->window);
        break;
    }
    return status;
}

/* Moves to line i, at worst from the beginning of its block. */
static LbStatus seek(LineFile *f, size_t i, LbError *err)
{
    LbStatus status = LB_OK;
    size_t block = i / STRIDE;
    if (i < f->next || block * STRIDE > f->next) {
        f->next = block * STRIDE;
        f->next_at = f->begins[block];
    }
    for (; f->next < i && status == LB_OK; f->next++) {
        uint64_t end;
        status = find_end(f, f->next_at, &end, err);
        f->next_at = end + 1;
    }
    return status;
}

LbStatus linefile_read(LineFile *f, size_t i, const char **text, size_t *len, LbError *err)
{
    assert(i < f->n);
    *text = NULL;
    LbStatus status = seek(f, i, err);
    uint64_t from = f->next_at, end;
    if (status == LB_OK && from > f->size)
        status = fail(err, LB_DATA, "%s has other lines than when it was opened", f->path);
    if (status == LB_OK)
        status = find_end(f, from, &end, err);
    if (status != LB_OK)
        return status;
    *len = (size_t)(end - from);
    f->next = i + 1;
    f->next_at = end + 1;
    if (*len > LINE_MOST)
        return LB_OK;
    if (*len > 0 && (!holds(f, from) || !holds(f, end - 1)))
        status = fill(f, from, *len, err);
    if (status != LB_OK)
        return status;
    *text = *len > 0 ? f->window + (from - f->at) : "";
    *len -= end<f->size && * len> 0 && (*text)[*len - 1] == '\r';
    size_t mark = i == 0 ? utf8_mark(*text, *len) : 0;
    *text += mark, *len -= mark;
    return LB_OK;
}
