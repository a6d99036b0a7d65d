/* str.c -- text that is built up, UTF-8 after RFC 3629, the nearest known name, and numbers.
 *
 * Decoding is strict: surrogates, over-long forms and values over U+10FFFF are malformed, and of a
 * malformed sequence each byte counts as one U+FFFD. Not here: normalisation and case (text/ has them).
 */
#define _GNU_SOURCE
#include "base/str.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <utf8proc.h>

#include "base/array.h"
#include "base/status.h"

/* ---- Str ---- */

static void str_reserve(Str *s, size_t more)
{
    size_t wanted;
    if (__builtin_add_overflow(s->len, more, &wanted) || wanted == SIZE_MAX)
        memory_exhausted("a text", SIZE_MAX, 0);
    if (s->text && wanted < s->room)
        return;
    size_t room = s->room > SIZE_MAX / 2 ? SIZE_MAX : 2 * s->room;
    room = room > 32 ? room : 32;
    room = room > wanted ? room : wanted + 1;
    s->text = memory_resize(s->text, room, 1);
    s->room = room;
}

void str_add_bytes(Str *s, const char *text, size_t n)
{
    str_reserve(s, n);
    if (n)
        memcpy(s->text + s->len, text, n);
    s->len += n;
    s->text[s->len] = '\0';
}

void str_add(Str *s, const char *text)
{
    str_add_bytes(s, text, strlen(text));
}

void str_add_char(Str *s, char c)
{
    str_add_bytes(s, &c, 1);
}

void str_add_code(Str *s, uint32_t code_point)
{
    char bytes[4];
    str_add_bytes(s, bytes, utf8_put(code_point, bytes));
}

void str_addv(Str *s, const char *format, va_list arguments)
{
    assert(format);
    va_list again;
    va_copy(again, arguments);
    int n = vsnprintf(NULL, 0, format, arguments);
    if (n < 0) /* more than INT_MAX bytes */
        memory_exhausted("a text", INT_MAX, 0);
    str_reserve(s, (size_t)n);
    vsnprintf(s->text + s->len, (size_t)n + 1, format, again);
    va_end(again);
    s->len += (size_t)n;
}

void str_addf(Str *s, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    str_addv(s, format, arguments);
    va_end(arguments);
}

void str_cut(Str *s, size_t len)
{
    assert(len <= s->len);
    str_reserve(s, 0);
    s->len = len;
    s->text[len] = '\0';
}

void str_end_line(Str *s)
{
    while (s->len > 0 && s->text[s->len - 1] == ' ')
        str_cut(s, s->len - 1);
    str_add_char(s, '\n');
}

void str_free(Str *s)
{
    free(s->text);
    *s = (Str){ 0 };
}

char *str_take(Str *s)
{
    str_reserve(s, 0);
    s->text[s->len] = '\0';
    char *text = s->text;
    *s = (Str){ 0 };
    return text;
}

/* ---- UTF-8 ---- */

/* By the length of a sequence: the least code point that needs it, and the bits of its first byte. */
static const uint32_t least_code[5] = { 0, 0, 0x80, 0x800, 0x10000 };
static const uint8_t lead_bits[5] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };

static size_t length_by_lead(uint8_t lead)
{
    return lead < 0x80 ? 1 : lead < 0xC2 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF5 ? 4 : 0;
}

static bool is_scalar_value(uint32_t code)
{
    return code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF);
}

/* Decodes one sequence; 0 when it is not well-formed. */
static size_t decode(const uint8_t *s, size_t n, uint32_t *code)
{
    size_t length = length_by_lead(s[0]);
    if (length == 0 || length > n)
        return 0;
    uint32_t value = s[0] & lead_bits[length];
    for (size_t i = 1; i < length; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        value = value << 6 | (s[i] & 0x3F);
    }
    *code = value;
    return value >= least_code[length] && is_scalar_value(value) ? length : 0;
}

size_t utf8_next(const char *text, size_t n, uint32_t *code, bool *valid)
{
    assert(n > 0);
    size_t length = decode((const uint8_t *)text, n, code);
    if (valid)
        *valid = length > 0;
    if (length > 0)
        return length;
    *code = 0xFFFD;
    return 1;
}

size_t utf8_put(uint32_t code, char out[4])
{
    assert(is_scalar_value(code));
    size_t length = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = length - 1; i > 0; i--, code >>= 6)
        out[i] = (char)(0x80 | (code & 0x3F));
    static const uint8_t lead[5] = { 0, 0, 0xC0, 0xE0, 0xF0 };
    out[0] = (char)(lead[length] | code);
    return length;
}

size_t utf8_mark(const char *text, size_t n)
{
    return n >= 3 && !memcmp(text, "\xEF\xBB\xBF", 3) ? 3 : 0;
}

bool utf8_is_valid(const char *text, size_t n)
{
    uint32_t code;
    bool valid = true;
    for (size_t i = 0; i < n && valid;)
        i += utf8_next(text + i, n - i, &code, &valid);
    return valid;
}

size_t utf8_count(const char *text, size_t n)
{
    uint32_t code;
    size_t count = 0;
    for (size_t i = 0; i < n; count++)
        i += utf8_next(text + i, n - i, &code, NULL);
    return count;
}

bool utf8_is_space(uint32_t code)
{
    static const struct {
        uint32_t first, last;
    } spaces[] = {
        { 0x09, 0x0D },     { 0x1C, 0x20 },     { 0x85, 0x85 },     { 0xA0, 0xA0 },     { 0x1680, 0x1680 },
        { 0x2000, 0x200A }, { 0x2028, 0x2029 }, { 0x202F, 0x202F }, { 0x205F, 0x205F }, { 0x3000, 0x3000 },
    };
    for (size_t i = 0; i < sizeof spaces / sizeof *spaces; i++)
        if (code >= spaces[i].first && code <= spaces[i].last)
            return true;
    return false;
}

/* Well-formed stretches are copied whole. */
size_t utf8_repair(Str *out, const char *text, size_t n)
{
    size_t replaced = 0, start = 0, step;
    for (size_t i = 0; i < n; i += step) {
        uint32_t code;
        bool valid;
        step = utf8_next(text + i, n - i, &code, &valid);
        if (valid && code != 0)
            continue;
        str_add_bytes(out, text + start, i - start);
        str_add_code(out, 0xFFFD);
        start = i + step;
        replaced++;
    }
    str_add_bytes(out, text + start, n - start);
    return replaced;
}

int utf8_width(const char *text, size_t n)
{
    int64_t columns = 0;
    for (size_t i = 0; i < n;) {
        uint32_t code;
        i += utf8_next(text + i, n - i, &code, NULL);
        columns += utf8proc_charwidth((utf8proc_int32_t)code);
    }
    return columns < INT_MAX ? (int)columns : INT_MAX;
}

/* ---- comparing ---- */

bool text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

bool text_starts(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

int text_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

enum { LONGEST_NAME = 100 };

static int letter(char c)
{
    return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c == '_' ? '-' : c;
}

static int least(int a, int b)
{
    return a < b ? a : b;
}

/* Letters inserted, removed, changed, or swapped with a neighbour (Damerau 1964, Oommen and Loke's
 * restricted form). Case and the difference of - and _ are free. */
static int edits(const char *a, const char *b)
{
    int rows[3][LONGEST_NAME + 1];
    int n = (int)strlen(a), m = (int)strlen(b);
    for (int j = 0; j <= m; j++)
        rows[0][j] = j;
    for (int i = 1; i <= n; i++) {
        int *now = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];
        now[0] = i;
        for (int j = 1; j <= m; j++) {
            now[j] = above[j - 1] + (letter(a[i - 1]) != letter(b[j - 1]));
            now[j] = least(now[j], least(above[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && letter(a[i - 1]) == letter(b[j - 2]) &&
                letter(a[i - 2]) == letter(b[j - 1]))
                now[j] = least(now[j], two_above[j - 2] + 1);
        }
    }
    return rows[n % 3][m];
}

/* `cell` for `encoder.cell`, and `norm` for `normalize`. */
static bool is_shortened(const char *name, const char *full)
{
    size_t n = strlen(name), m = strlen(full);
    if (n < 3 || n >= m)
        return false;
    return strncmp(full, name, n) == 0 || (full[m - n - 1] == '.' && strcmp(full + m - n, name) == 0);
}

const char *text_nearest(const char *name, const char *const *names, size_t n)
{
    const char *nearest = NULL;
    size_t length = strlen(name);
    if (length > LONGEST_NAME)
        return NULL;
    int best = least((int)(length + 1) / 3, 3) + 1;
    for (size_t i = 0; i < n; i++) {
        if (strlen(names[i]) > LONGEST_NAME)
            continue;
        int distance = edits(name, names[i]);
        if (distance > 1 && is_shortened(name, names[i]))
            distance = 1;
        if (distance < best) {
            best = distance;
            nearest = names[i];
        }
    }
    return nearest;
}

/* ---- numbers ---- */

static bool only_of(const char *text, const char *letters)
{
    return *text && text[strspn(text, letters)] == '\0';
}

bool text_to_int(const char *text, long long *out)
{
    if (!only_of(text, "+-0123456789"))
        return false;
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (errno || end == text || *end)
        return false;
    *out = value;
    return true;
}

bool text_to_real(const char *text, double *out)
{
    if (!only_of(text, "+-.0123456789eE"))
        return false;
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end || !isfinite(value))
        return false;
    *out = value;
    return true;
}

/* K, M, G, T, each also as KB or KiB, in either case: the power of 1024. -1: not a unit. */
static int unit_power(const char *unit)
{
    static const char *const units[] = { "", "K", "M", "G", "T" };
    if (strcasecmp(unit, "B") == 0)
        return 0;
    for (int i = 0; i < 5; i++) {
        size_t n = strlen(units[i]);
        if (strncasecmp(unit, units[i], n) != 0)
            continue;
        const char *tail = unit + n;
        if (*tail == '\0' || (i > 0 && (strcasecmp(tail, "B") == 0 || strcasecmp(tail, "iB") == 0)))
            return i;
    }
    return -1;
}

static bool scale_whole(const char *digits, size_t factor, size_t *out)
{
    errno = 0;
    unsigned long long value = strtoull(digits, NULL, 10);
    return !errno && !__builtin_mul_overflow(value, factor, out);
}

static bool scale_fraction(const char *digits, size_t factor, size_t *out)
{
    char *end;
    double value = strtod(digits, &end) * (double)factor;
    if (end == digits || value >= 0x1p63)
        return false;
    *out = (size_t)value;
    return true;
}

bool text_to_size(const char *text, size_t *out)
{
    char digits[40];
    size_t whole = strspn(text, "0123456789"), n = whole;
    if (text[n] == '.')
        n += 1 + strspn(text + n + 1, "0123456789");
    int power = unit_power(text + n);
    if (whole == 0 || n >= sizeof digits || power < 0 || (n > whole && power == 0))
        return false;
    memcpy(digits, text, n);
    digits[n] = '\0';
    size_t factor = (size_t)1 << 10 * power;
    return n > whole ? scale_fraction(digits, factor, out) : scale_whole(digits, factor, out);
}

/* ---- words ---- */

static bool is_ascii_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

Span *text_words(const char *text, size_t n)
{
    if (n > INT_MAX)
        memory_exhausted("the words of one line", n, INT_MAX);
    Span *words = NULL;
    int end = (int)n;
    for (int i = 0; i < end;) {
        int start = i;
        while (i < end && !is_ascii_space(text[i]))
            i++;
        if (i > start)
            array_push(words, (Span){ start, i });
        else
            i++;
    }
    return words;
}
