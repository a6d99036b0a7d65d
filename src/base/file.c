/* file.c -- reading lines, mapping, and writing through a temporary neighbour.
 *
 * One path for all input: raw read(), then inflate() if the first two bytes are gzip's 1f 8b (RFC 1952,
 * several members one after the other included), then lines. Standard input, pipes and terminals give a
 * line as soon as it is there, because nothing waits for a buffer to fill.
 *
 * Writing keeps the invariant that `path` is always one whole file, the old one or the new one: the new
 * one is written beside it, reaches the disk, and takes the name in one rename().
 */
#define _GNU_SOURCE
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/array.h"
#include "base/str.h"

/* ---- bytes ---- */

enum { BUFFER = 1 << 16, WAIT_MS = 250 };

struct Reader {
    char *path;
    bool (*cancelled)(void *context); /* may be NULL */
    void *context;
    int fd, number;
    bool over;
    bool packed;     /* gzip */
    bool between;    /* packed: a member has ended, another may follow */
    z_stream stream; /* packed: next_in and avail_in are what is left of raw */
    size_t at, end;  /* bytes [at, end) of plain are to be handed out */
    Str line;
    uint8_t raw[BUFFER]; /* as read, when packed */
    uint8_t plain[BUFFER];
};

static const struct {
    int reason;
    const char *advice;
} advices[] = {
    { ENOSPC, "; make room there and try again" },
    { EDQUOT, "; make room there and try again" },
    { EFBIG, "; raise the limit on the size of files (ulimit -f)" },
    { EACCES, "; you have no right to" },
    { EROFS, "; choose another place" },
};

LbStatus file_fail(LbError *err, const char *what, const char *path, int reason)
{
    const char *advice = "";
    for (size_t i = 0; i < sizeof advices / sizeof *advices; i++)
        if (advices[i].reason == reason)
            advice = advices[i].advice;
    return fail(err, LB_FILE, "cannot %s %s: %s%s", what, path,
                reason ? strerror(reason) : "the disk refused it", advice);
}

static LbStatus fail_system(LbError *err, const char *what, const char *path)
{
    return file_fail(err, what, path, errno);
}

void reader_watch(Reader *r, bool (*cancelled)(void *context), void *context)
{
    r->cancelled = cancelled;
    r->context = context;
}

/* False: cancelled before anything came. */
static bool wait_for_input(const Reader *r)
{
    struct pollfd input = { .fd = r->fd, .events = POLLIN };
    bool waiting = r->cancelled != NULL;
    while (waiting) {
        int ready = poll(&input, 1, WAIT_MS);
        waiting = ready == 0 || (ready < 0 && errno == EINTR);
        if (waiting && r->cancelled(r->context))
            return false;
    }
    return true;
}

/* Up to `room` bytes, at least one: how many came, 0 at the end, -1 on failure. */
static ssize_t read_some(Reader *r, uint8_t *to, size_t room, LbError *err)
{
    if (r->over) /* a terminal would ask once more */
        return 0;
    if (!wait_for_input(r)) {
        fail(err, LB_CANCELLED, "reading %s was interrupted", r->path);
        return -1;
    }
    ssize_t n = read(r->fd, to, room);
    r->over = n == 0;
    if (n < 0 && errno == EINTR)
        fail(err, LB_CANCELLED, "reading %s was interrupted", r->path);
    else if (n < 0)
        fail_system(err, "read", r->path);
    return n;
}

/* Reads the beginning and looks at it. A terminal may give a single byte: only 1f asks for a second. */
static LbStatus begin(Reader *r, LbError *err)
{
    while (r->end < 2 && (r->end == 0 || r->plain[0] == 0x1F)) {
        ssize_t n = read_some(r, r->plain + r->end, BUFFER - r->end, err);
        if (n < 0)
            return err ? err->status : LB_FILE;
        if (n == 0)
            return LB_OK;
        r->end += (size_t)n;
    }
    if (r->end < 2 || r->plain[0] != 0x1F || r->plain[1] != 0x8B)
        return LB_OK;
    memcpy(r->raw, r->plain, r->end);
    r->stream = (z_stream){ .next_in = r->raw, .avail_in = (uInt)r->end };
    r->end = 0;
    r->packed = true;
    if (inflateInit2(&r->stream, 16 + MAX_WBITS) != Z_OK)
        memory_exhausted("zlib", BUFFER, 0);
    return LB_OK;
}

static ssize_t refill_raw(Reader *r, LbError *err)
{
    if (r->stream.avail_in > 0)
        return 1;
    ssize_t n = read_some(r, r->raw, BUFFER, err);
    r->stream.next_in = r->raw;
    r->stream.avail_in = n > 0 ? (uInt)n : 0;
    return n;
}

static void skip_zeros(z_stream *stream)
{
    for (; stream->avail_in > 0 && *stream->next_in == 0; stream->avail_in--)
        stream->next_in++;
}

/* Unpacks what raw holds; false when it is not gzip. */
static bool unpack(Reader *r)
{
    if (r->between) {
        skip_zeros(&r->stream); /* padding behind the last member is customary */
        if (r->stream.avail_in == 0)
            return true;
        r->between = false;
        inflateReset(&r->stream);
    }
    r->stream.next_out = r->plain;
    r->stream.avail_out = BUFFER;
    int result = inflate(&r->stream, Z_NO_FLUSH);
    r->at = 0;
    r->end = BUFFER - r->stream.avail_out;
    r->between = result == Z_STREAM_END;
    if (result == Z_MEM_ERROR)
        memory_exhausted("zlib", BUFFER, 0);
    return result == Z_OK || result == Z_STREAM_END || result == Z_BUF_ERROR;
}

/* Gives plain at least one byte: 1, or 0 at the end, or -1. */
static int refill_packed(Reader *r, LbError *err)
{
    while (r->at == r->end) {
        ssize_t n = refill_raw(r, err);
        if (n < 0 || (n == 0 && r->between))
            return (int)n;
        if (n == 0) {
            fail(err, LB_FORMAT, "%s: the gzip file ends too early; copy or pack it again", r->path);
            return -1;
        }
        if (!unpack(r)) {
            fail(err, LB_FORMAT, "%s: the gzip file is damaged (%s)", r->path,
                 r->stream.msg ? r->stream.msg : "bad data");
            return -1;
        }
    }
    return 1;
}

static int refill(Reader *r, LbError *err)
{
    if (r->at < r->end)
        return 1;
    if (r->packed)
        return refill_packed(r, err);
    ssize_t n = read_some(r, r->plain, BUFFER, err);
    r->at = 0;
    r->end = n > 0 ? (size_t)n : 0;
    return n > 0 ? 1 : (int)n;
}

/* ---- lines ---- */

static int open_input(const char *path, LbError *err)
{
    bool is_stdin = strcmp(path, "-") == 0;
    int fd = is_stdin ? fcntl(0, F_DUPFD_CLOEXEC, 0) : open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    if (fd < 0 || fstat(fd, &about) != 0) {
        fail_system(err, "open", is_stdin ? "standard input" : path);
    } else if (S_ISDIR(about.st_mode)) {
        fail(err, LB_FILE, "%s is a folder, not a file", is_stdin ? "standard input" : path);
        close(fd);
        fd = -1;
    }
    return fd;
}

static Reader *reader_on(const char *path, int fd)
{
    Reader *r = memory_get(1, sizeof *r);
    r->path = memory_text(strcmp(path, "-") == 0 ? "standard input" : path);
    r->fd = fd;
    r->number = -1;
    return r;
}

Reader *reader_open(const char *path, LbError *err)
{
    int fd = open_input(path, err);
    return fd < 0 ? NULL : reader_on(path, fd);
}

void reader_close(Reader *r)
{
    if (!r)
        return;
    if (r->packed)
        inflateEnd(&r->stream);
    close(r->fd);
    str_free(&r->line);
    free(r->path);
    free(r);
}

/* The first call reads the beginning, so that opening a terminal does not wait for it. */
static LbStatus begin_once(Reader *r, LbError *err)
{
    if (r->number >= 0)
        return LB_OK;
    r->number = 0;
    return begin(r, err);
}

/* Moves bytes from plain to line up to a newline, which is used up; true when there was one. */
static bool take_line(Reader *r)
{
    const char *from = (const char *)r->plain + r->at;
    const char *newline = memchr(from, '\n', r->end - r->at);
    size_t n = newline ? (size_t)(newline - from) : r->end - r->at;
    str_add_bytes(&r->line, from, n);
    r->at += n + (newline != NULL);
    return newline != NULL;
}

int reader_line(Reader *r, const char **text, size_t *len, LbError *err)
{
    str_cut(&r->line, 0);
    if (begin_once(r, err) != LB_OK)
        return -1;
    bool ended = false, any = false;
    while (!ended) {
        int more = refill(r, err);
        if (more < 0)
            return -1;
        if (more == 0)
            break;
        any = true;
        ended = take_line(r);
    }
    if (ended && r->line.len > 0 && r->line.text[r->line.len - 1] == '\r')
        str_cut(&r->line, r->line.len - 1);
    r->number += any && r->number < INT_MAX;
    size_t mark = r->number == 1 ? utf8_mark(r->line.text, r->line.len) : 0;
    *text = r->line.text + mark;
    *len = r->line.len - mark;
    return any;
}

int reader_bytes(Reader *r, const char **bytes, size_t *n, LbError *err)
{
    int more = begin_once(r, err) == LB_OK ? refill(r, err) : -1;
    *bytes = (const char *)r->plain + r->at;
    *n = more > 0 ? r->end - r->at : 0;
    r->at = r->end;
    return more;
}

int reader_number(const Reader *r)
{
    return r->number > 0 ? r->number : 0;
}

bool reader_ready(const Reader *r)
{
    bool held = r->packed ? r->at < r->end || r->stream.avail_in > 0
                          : memchr(r->plain + r->at, '\n', r->end - r->at) != NULL;
    struct pollfd input = { .fd = r->fd, .events = POLLIN };
    return held || r->over || poll(&input, 1, 0) != 0;
}

/* ---- whole files ---- */

char *file_read(const char *path, size_t *len, LbError *err)
{
    Reader *r = reader_open(path, err);
    if (!r)
        return NULL;
    Str all = { 0 };
    int more = begin_once(r, err) == LB_OK ? 1 : -1;
    while (more > 0 && (more = refill(r, err)) > 0) {
        str_add_bytes(&all, (const char *)r->plain + r->at, r->end - r->at);
        r->at = r->end;
    }
    reader_close(r);
    if (more < 0) {
        str_free(&all);
        return NULL;
    }
    *len = all.len;
    return str_take(&all);
}

static LbStatus map_open(int fd, const char *path, Mapped *out, LbError *err)
{
    struct stat about;
    if (fstat(fd, &about) != 0)
        return fail_system(err, "look at", path);
    if (!S_ISREG(about.st_mode))
        return fail(err, LB_FILE, "%s is not a plain file", path);
    if (about.st_size == 0)
        return LB_OK;
    void *data = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (data == MAP_FAILED)
        return fail_system(err, "map", path);
    *out = (Mapped){ data, (size_t)about.st_size };
    return LB_OK;
}

LbStatus file_map(const char *path, Mapped *out, LbError *err)
{
    *out = (Mapped){ 0 };
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a pipe must not make it wait */
    if (fd < 0)
        return fail_system(err, "open", path);
    LbStatus status = map_open(fd, path, out, err);
    close(fd);
    return status;
}

void file_unmap(Mapped *m)
{
    if (m->data)
        munmap((void *)(uintptr_t)m->data, m->len);
    *m = (Mapped){ 0 };
}

bool file_exists(const char *path)
{
    return access(path, F_OK) == 0;
}

bool file_is_dir(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

/* ---- folders ---- */

static LbStatus dir_make_one(const char *path, LbError *err)
{
    if (mkdir(path, 0777) == 0 || file_is_dir(path))
        return LB_OK;
    if (errno == EEXIST)
        return fail(err, LB_FILE, "cannot make the folder %s: a file has that name", path);
    return fail_system(err, "make the folder", path);
}

LbStatus dir_make(const char *path, LbError *err)
{
    char *part = memory_text(path);
    LbStatus status = LB_OK;
    for (char *at = part + 1; *part && *at && status == LB_OK; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        status = dir_make_one(part, err);
        *at = '/';
    }
    free(part);
    return status == LB_OK ? dir_make_one(path, err) : status;
}

char *path_join(const char *dir, const char *name)
{
    if (!dir || !*dir || *name == '/')
        return memory_text(name);
    Str path = { 0 };
    str_add(&path, dir);
    if (path.text[path.len - 1] != '/')
        str_add_char(&path, '/');
    str_add(&path, name);
    return str_take(&path);
}

char **dir_list(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return NULL;
    char **names = NULL;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            array_push(names, memory_text(entry->d_name));
    closedir(dir);
    if (names)
        qsort(names, array_len(names), sizeof *names, text_compare);
    return names;
}

void dir_drop(const char *path)
{
    char **names = dir_list(path);
    for (size_t i = 0; i < array_len(names); i++) {
        char *file = path_join(path, names[i]);
        unlink(file);
        free(file);
        free(names[i]);
    }
    array_free(names);
    rmdir(path);
}

LbStatus dir_lock(const char *path, int *lock, LbError *err)
{
    *lock = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*lock < 0)
        return fail_system(err, "open", path);
    if (flock(*lock, LOCK_EX | LOCK_NB) == 0)
        return LB_OK;
    bool taken = errno == EWOULDBLOCK;
    close(*lock);
    *lock = -1;
    return taken ? fail(err, LB_FILE,
                        "another process is at work in %s; wait for it, or choose another folder", path)
                 : LB_OK;
}

/* ---- writing ---- */

/* NAME.PID.TRY.tmp */
static void open_temporary(NewFile *n)
{
    Str name = { 0 };
    for (int try = 0; try < 1000 && !n->f; try++) {
        str_cut(&name, 0);
        str_addf(&name, "%s.%d.%d.tmp", n->path, (int)getpid(), try);
        int fd = open(name.text, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
        n->f = fd < 0 ? NULL : fdopen(fd, "w");
    }
    n->temporary = str_take(&name);
}

/* The old file's permissions go over to the new one. */
static void copy_mode(const NewFile *n, const struct stat *old)
{
    if (fchmod(fileno(n->f), old->st_mode & 07777) != 0)
        return; /* not ours to change: the new file keeps its own */
}

LbStatus new_file_open(NewFile *n, const char *path, LbError *err)
{
    char *target = realpath(path, NULL); /* a link stays a link */
    *n = (NewFile){ .path = target ? target : memory_text(path) };
    struct stat old;
    bool replaces = stat(n->path, &old) == 0;
    if (replaces && S_ISDIR(old.st_mode)) {
        new_file_drop(n);
        return fail(err, LB_FILE, "cannot write %s: it is a folder", path);
    }
    if (replaces && !S_ISREG(old.st_mode))
        n->f = fopen(n->path, "we");
    else
        open_temporary(n);
    if (!n->f) {
        fail_system(err, "write", path);
        free(n->temporary);
        n->temporary = NULL;
        new_file_drop(n);
        return LB_FILE;
    }
    if (n->temporary && replaces)
        copy_mode(n, &old);
    return LB_OK;
}

/* Makes the new name last. Some file systems cannot, and then there is nothing more to do. */
static void sync_folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *dir = slash ? memory_bytes(path, (size_t)(slash - path) + 1) : memory_text(".");
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(dir);
}

/* Everything is on disk and closed; false, with errno, if it is not. */
static bool finish_writing(NewFile *n)
{
    bool good = !ferror(n->f) && fflush(n->f) == 0 && (!n->temporary || fsync(fileno(n->f)) == 0);
    int reason = errno;
    good = fclose(n->f) == 0 && good;
    n->f = NULL;
    if (!good && reason)
        errno = reason;
    return good;
}

LbStatus new_file_keep(NewFile *n, LbError *err)
{
    assert(n->f);
    errno = 0;
    LbStatus status = LB_OK;
    if (!finish_writing(n))
        status = fail_system(err, "write", n->path);
    else if (n->temporary && rename(n->temporary, n->path) != 0)
        status = fail_system(err, "write", n->path);
    if (status == LB_OK && n->temporary) {
        sync_folder_of(n->path);
        free(n->temporary);
        n->temporary = NULL;
    }
    new_file_drop(n);
    return status;
}

/* Whether nobody can be writing NAME.PID.TRY.tmp. In a container every run may have the same PID: then a file
 * that is found before anything is written was left by the last one. */
static bool is_left_over(const char *name)
{
    int pid, end = 0;
    const char *dot = name + strlen(name);
    for (int dots = 0; dot > name && dots < 3; dots += *dot == '.')
        dot--;
    bool ours = sscanf(dot, ".%9d.%*3d.tmp%n", &pid, &end) == 1 && end > 0 && !dot[end] && pid > 0;
    return ours && (pid == (int)getpid() || (kill(pid, 0) != 0 && errno == ESRCH));
}

void new_file_sweep(const char *dir)
{
    char **names = dir_list(dir);
    for (size_t i = 0; i < array_len(names); i++) {
        char *path = path_join(dir, names[i]);
        if (is_left_over(names[i]))
            unlink(path);
        free(path);
        free(names[i]);
    }
    array_free(names);
}

void new_file_drop(NewFile *n)
{
    if (n->f)
        fclose(n->f);
    if (n->temporary)
        unlink(n->temporary);
    free(n->temporary);
    free(n->path);
    *n = (NewFile){ 0 };
}

LbStatus file_write(const char *path, const char *text, size_t len, LbError *err)
{
    NewFile n;
    LbStatus status = new_file_open(&n, path, err);
    if (status != LB_OK)
        return status;
    fwrite(text, 1, len, n.f); /* a failure stays in the stream until new_file_keep */
    return new_file_keep(&n, err);
}

uint32_t crc32_of(const void *data, size_t len)
{
    return (uint32_t)crc32_z(crc32_z(0, NULL, 0), data, len);
}
