/* status.c -- errors as values, and the one long jump.
 *
 * A message is one line of UTF-8 whatever was put into it: file names and values come from outside, so
 * control bytes and malformed ones become `?`, and a message that is too long ends in "...".
 *
 * Memory limits are met deep inside a computation, where a status would have to pass through every
 * operation. There, and only there, memory_exhausted() jumps to the innermost guard of its thread. That is
 * safe because what lies between owns nothing but arena memory, which the guard's caller rewinds, and what it
 * holds, which is given back before the jump, while the frames that own it are still there.
 */
#include "base/status.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"

typedef struct Guard {
    jmp_buf back;
    LbError *err;
    Held *held; /* the last one first */
    struct Guard *outer;
} Guard;

static _Thread_local Guard *innermost;

/* ---- messages ---- */

/* In place: every control byte and every malformed one becomes `?`. */
static void clean_line(char *text)
{
    size_t n = strlen(text), used = 0, step;
    for (size_t i = 0; i < n; i += step) {
        uint32_t code;
        bool valid;
        step = utf8_next(text + i, n - i, &code, &valid);
        bool clean = valid && code >= 0x20 && code != 0x7F;
        memmove(text + used, clean ? text + i : "?", clean ? step : 1);
        used += clean ? step : 1;
    }
    text[used] = '\0';
}

/* Copies valid UTF-8 into `room` bytes; what does not fit ends in "..." after a whole character. */
static void copy_cut(char *to, size_t room, const char *text)
{
    size_t n = strlen(text);
    bool fits = n < room;
    if (!fits)
        n = room - 4;
    while (!fits && (text[n] & 0xC0) == 0x80)
        n--;
    memcpy(to, text, n);
    strcpy(to + n, fits ? "" : "...");
}

static LbStatus fail_text(LbError *err, LbStatus status, int line, const char *format, va_list arguments)
{
    if (!err)
        return status;
    /* An argument may be err->text itself, so the message is put together elsewhere. */
    char message[2048], where[32] = "";
    vsnprintf(message, sizeof message, format, arguments);
    if (line > 0)
        snprintf(where, sizeof where, " (line %d)", line);
    clean_line(message);
    copy_cut(err->text, sizeof err->text - strlen(where), message);
    strcat(err->text, where);
    err->status = status;
    err->line = line;
    return status;
}

LbStatus fail(LbError *err, LbStatus status, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_text(err, status, 0, format, arguments);
    va_end(arguments);
    return status;
}

LbStatus fail_line(LbError *err, LbStatus status, int line, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fail_text(err, status, line, format, arguments);
    va_end(arguments);
    return status;
}

/* ---- the guard ---- */

LbStatus guard(LbStatus (*body)(void *arg), void *arg, LbError *err)
{
    Guard here = { .err = err, .outer = innermost };
    innermost = &here;
    if (setjmp(here.back)) {
        innermost = here.outer;
        return LB_MEMORY;
    }
    LbStatus status = body(arg);
    assert(!here.held);
    innermost = here.outer;
    return status;
}

void hold(Held *h, void *what, void (*give_back)(void *what))
{
    *h = (Held){ what, give_back, innermost ? innermost->held : NULL };
    if (innermost)
        innermost->held = h;
}

void unhold(Held *h)
{
    assert(!innermost || innermost->held == h);
    if (innermost)
        innermost->held = h->outer;
}

void let_go(Held *h)
{
    unhold(h);
    h->give_back(h->what);
}

_Noreturn void memory_exhausted(const char *what, size_t wanted, size_t limit)
{
    LbError alone;
    LbError *err = innermost ? innermost->err : &alone;
    if (limit > 0)
        fail(err, LB_MEMORY, "out of memory: %s needs %zu bytes more than fit into its limit of %zu bytes",
             what, wanted, limit);
    else
        fail(err, LB_MEMORY, "out of memory: %s wanted %zu bytes", what, wanted);
    for (; innermost && innermost->held; innermost->held = innermost->held->outer)
        innermost->held->give_back(innermost->held->what);
    if (innermost)
        longjmp(innermost->back, 1);
    fprintf(stderr, "%s\n", alone.text); /* nobody is left to hand it to */
    abort();
}
