/* lines.c -- lines in chunks, alone or two files side by side. */
#include "cli/lines.h"

#include <stdlib.h>

#include "base/str.h"
#include "cli/stop.h"

enum { CHUNK_LINES = 4000, CHUNK_BYTES = 1 << 18 };

static char standard_input[] = "-";
static char *const only_standard_input[] = { standard_input };

Lines lines_of(char *const *paths, size_t n)
{
    return n > 0 ? (Lines){ .paths = paths, .n_paths = n }
                 : (Lines){ .paths = only_standard_input, .n_paths = 1 };
}

/* The next chunk begins where this one ends. */
static void forget_lines(Lines *in)
{
    in->first += array_len(in->lines);
    for (size_t i = 0; i < array_len(in->lines); i++)
        free((char *)(uintptr_t)in->lines[i].text);
    array_cut(in->lines, 0);
}

void lines_close(Lines *in)
{
    forget_lines(in);
    array_free(in->lines);
    array_free(in->begins);
    reader_close(in->reader);
    in->reader = NULL;
}

/* The last file that begins at or before a line; empty ones begin where the next does. */
static size_t file_of(const Lines *in, uint64_t line)
{
    size_t i = array_len(in->begins);
    while (i > 1 && in->begins[i - 1] > line)
        i--;
    return i > 0 ? i - 1 : 0;
}

char *lines_place(const Lines *in, uint64_t line)
{
    Str out = { 0 };
    size_t i = file_of(in, line);
    uint64_t from = i < array_len(in->begins) ? in->begins[i] : 0;
    if (in->n_paths > 1)
        str_addf(&out, "%s, ", text_equal(in->paths[i], "-") ? "standard input" : in->paths[i]);
    str_addf(&out, "line %llu", (unsigned long long)(line - from) + 1);
    return str_take(&out);
}

bool lines_begins(const Lines *in, uint64_t line)
{
    size_t i = file_of(in, line);
    return i < array_len(in->begins) && in->begins[i] == line;
}

const char *lines_name(const Lines *in)
{
    const char *path = in->paths[in->at < in->n_paths ? in->at : in->n_paths - 1];
    return text_equal(path, "-") ? "standard input" : path;
}

/* One line more: 1, 0 at the end of the last file, -1 on failure. */
static int next_line(Lines *in, LbError *err)
{
    while (in->at < in->n_paths) {
        if (!in->reader) {
            if (!(in->reader = reader_open(in->paths[in->at], err)))
                return -1;
            array_push(in->begins, in->first + array_len(in->lines));
        }
        reader_watch(in->reader, stop_wanted, NULL);
        const char *text;
        size_t len;
        int more = reader_line(in->reader, &text, &len, err);
        if (more > 0)
            array_push(in->lines, (LbText){ memory_bytes(text, len), len });
        if (more != 0)
            return more;
        reader_close(in->reader);
        in->reader = NULL;
        in->at++;
    }
    return 0;
}

static LbStatus status_of(int more, const LbError *err)
{
    return more >= 0 ? LB_OK : err ? err->status : LB_FILE;
}

LbStatus lines_read(Lines *in, LbError *err)
{
    int more = 1;
    size_t bytes = 0;
    forget_lines(in);
    do {
        more = next_line(in, err);
        bytes += more > 0 ? array_last(in->lines).len : 0;
    } while (more > 0 && array_len(in->lines) < CHUNK_LINES && bytes < CHUNK_BYTES && in->reader &&
             reader_ready(in->reader));
    return status_of(more, err);
}

LbStatus lines_take(Lines *in, size_t n, LbError *err)
{
    int more = 1;
    forget_lines(in);
    while (more > 0 && array_len(in->lines) < n)
        more = next_line(in, err);
    return status_of(more, err);
}

LbStatus lines_read_all(Lines *in, LbError *err)
{
    return lines_take(in, SIZE_MAX, err);
}

/* How many lines it has, to its end; 0 when it cannot be read. */
static uint64_t count_all(Lines *in)
{
    LbStatus status;
    do
        status = lines_take(in, CHUNK_LINES, NULL);
    while (status == LB_OK && array_len(in->lines) > 0);
    return in->first;
}

LbStatus lines_differ(Lines *a, Lines *b, LbError *err)
{
    uint64_t n_a = count_all(a), n_b = count_all(b);
    return fail(err, LB_DATA,
                "%s has %llu lines but %s has %llu; line i of one belongs to line i of the other",
                lines_name(a), (unsigned long long)n_a, lines_name(b), (unsigned long long)n_b);
}

LbStatus lines_read_both(Lines *a, Lines *b, LbError *err)
{
    LbStatus status = lines_read(a, err);
    size_t n = array_len(a->lines);
    if (status == LB_OK)
        status = lines_take(b, n > 0 ? n : 1, err);
    if (status == LB_OK && array_len(b->lines) != n)
        status = lines_differ(a, b, err);
    return status;
}
