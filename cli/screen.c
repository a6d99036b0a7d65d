/* screen.c -- terminals: how wide, which colours, and the one line that is overwritten. */
#include "cli/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/status.h"

static bool is_quiet, has_live_line;

/* ---- standard error ---- */

void screen_quiet(bool quiet)
{
    is_quiet = quiet;
}

bool screen_is_live(void)
{
    return isatty(STDERR_FILENO);
}

void screen_wipe(void)
{
    if (has_live_line)
        fputs("\r\033[K", stderr);
    has_live_line = false;
}

void screen_say(const char *format, ...)
{
    if (is_quiet)
        return;
    screen_wipe();
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    putc('\n', stderr);
}

/* How many bytes of text fit into so many columns. */
static int fitting(const char *text, int columns)
{
    size_t n = strlen(text), used = 0;
    uint32_t code;
    while (used < n) {
        size_t step = utf8_next(text + used, n - used, &code, NULL);
        if (utf8_width(text, used + step) > columns)
            break;
        used += step;
    }
    return (int)used;
}

void screen_live(const char *line)
{
    if (is_quiet || !screen_is_live())
        return;
    /* The last column stays free: some terminals wrap as soon as it is written. */
    fprintf(stderr, "\r\033[K%.*s", fitting(line, screen_columns(STDERR_FILENO) - 1), line);
    fflush(stderr);
    has_live_line = true;
}

/* ---- standard output ---- */

const char *const colour_names[] = { "auto", "truecolor", "256", "ascii", NULL };

static bool variable_is(const char *name, const char *value)
{
    return text_equal(getenv(name), value);
}

static LbColour colour_of_terminal(void)
{
    const char *no_colour = getenv("NO_COLOR"), *term = getenv("TERM");
    if (!isatty(STDOUT_FILENO) || (no_colour && *no_colour) || !term)
        return LB_ASCII;
    if (variable_is("COLORTERM", "truecolor") || variable_is("COLORTERM", "24bit") || strstr(term, "-direct"))
        return LB_TRUECOLOUR;
    return strstr(term, "256") ? LB_COLOUR_256 : LB_ASCII;
}

LbColour screen_colour(const char *choice)
{
    static const LbColour colours[] = { LB_ASCII, LB_TRUECOLOUR, LB_COLOUR_256, LB_ASCII };
    int i = 0;
    while (colour_names[i] && !text_equal(choice, colour_names[i]))
        i++;
    return i == 0 || !colour_names[i] ? colour_of_terminal() : colours[i];
}

int screen_columns(int fd)
{
    struct winsize size = { 0 };
    if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
        return size.ws_col;
    long long columns;
    const char *text = getenv("COLUMNS");
    return text && text_to_int(text, &columns) && columns > 0 && columns < 10000 ? (int)columns : 80;
}

void print_block(const char *text)
{
    size_t n = strlen(text);
    fwrite(text, 1, n, stdout);
    if (n == 0 || text[n - 1] != '\n')
        putchar('\n');
}

void add_clean(Str *out, const char *text)
{
    str_add(out, "");
    size_t from = out->len;
    str_add(out, text);
    for (size_t i = from; i < out->len; i++)
        if (out->text[i] == '\n' || out->text[i] == '\r')
            out->text[i] = ' ';
}

void add_harmless(Str *out, const char *text, size_t n)
{
    for (size_t i = 0; i < n;) {
        uint32_t code;
        i += utf8_next(text + i, n - i, &code, NULL);
        bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
        str_add_code(out, is_control ? 0xFFFD : code);
    }
}

LbStatus print_flush(LbError *err)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return LB_OK;
    return fail(err, LB_FILE,
                "cannot write the results to standard output: it was closed, or the disk is full");
}
