/* label.c -- see label.h. Character properties are utf8proc's. */
#include "view/label.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/array.h"
#include "base/status.h"

enum { LETTERS_MOST = 200 };

static bool is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0);
}

/* Marks, embeddings, overrides and isolates change the order of what stands around them; line separators
 * break lines; tags (U+E0000..) are invisible; noncharacters may not stand in XML. */
static bool is_disruptive(uint32_t code)
{
    return code == 0x061C || code == 0x200E || code == 0x200F || code == 0xFEFF ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2066 && code <= 0x206F) ||
           (code >= 0xFFF9 && code <= 0xFFFB) || (code >= 0xFDD0 && code <= 0xFDEF) ||
           (code >= 0xE0000 && code <= 0xE007F) || (code & 0xFFFE) == 0xFFFE;
}

static bool is_space(uint32_t code)
{
    return code == 0x20 || code == 0xA0 || code == 0x3000;
}

/* What takes no column of its own hangs on what stands before it. */
static bool needs_base(uint32_t code)
{
    return utf8proc_charwidth((utf8proc_int32_t)code) == 0 && !is_control(code) && !is_disruptive(code);
}

void label_clean(Str *out, const char *text)
{
    size_t n = text ? strlen(text) : 0, step;
    if (n == 0)
        str_add(out, "\"\"");
    bool all_spaces = true;
    for (size_t i = 0; i < n; i += step) {
        uint32_t code;
        bool valid;
        step = utf8_next(text + i, n - i, &code, &valid);
        if (i == 0 && valid && needs_base(code))
            str_add_code(out, 0x25CC);
        all_spaces = all_spaces && valid && is_space(code);
        if (!valid)
            for (size_t k = 0; k < step; k++)
                str_addf(out, "\\x%02X", (unsigned char)text[i + k]);
        else if (is_control(code))
            str_addf(out, "\\x%02X", code);
        else if (all_spaces)
            str_add_code(out, 0x2423);
        else
            str_add_code(out, is_disruptive(code) ? 0xFFFD : code);
    }
}

static const char *xml_name(char c)
{
    static const struct {
        char c;
        const char *name;
    } names[] = { { '&', "&amp;" }, { '<', "&lt;" }, { '>', "&gt;" }, { '"', "&quot;" }, { '\'', "&#39;" } };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].c == c)
            return names[i].name;
    return NULL;
}

void label_xml(Str *out, const char *text)
{
    Str clean = { 0 };
    label_clean(&clean, text);
    for (size_t i = 0; i < clean.len; i++) {
        const char *name = xml_name(clean.text[i]);
        if (name)
            str_add(out, name);
        else
            str_add_char(out, clean.text[i]);
    }
    str_free(&clean);
}

size_t label_cluster(const char *text, size_t n)
{
    uint32_t before, code;
    utf8proc_int32_t state = 0;
    size_t len = utf8_next(text, n, &before, NULL);
    while (len < n) {
        size_t step = utf8_next(text + len, n - len, &code, NULL);
        if (utf8proc_grapheme_break_stateful((utf8proc_int32_t)before, (utf8proc_int32_t)code, &state))
            break;
        before = code;
        len += step;
    }
    return len;
}

bool label_is_rtl(const char *text)
{
    size_t n = strlen(text), step;
    for (size_t i = 0; i < n; i += step) {
        uint32_t code;
        step = utf8_next(text + i, n - i, &code, NULL);
        int bidi = utf8proc_get_property((utf8proc_int32_t)code)->bidi_class;
        if (bidi == UTF8PROC_BIDI_CLASS_R || bidi == UTF8PROC_BIDI_CLASS_AL)
            return true;
    }
    return false;
}

bool label_shorten(Str *out, const char *text, int columns)
{
    assert(columns >= 4);
    size_t n = strlen(text), len = 0;
    int used = 0;
    if (n <= (size_t)columns || (n < 100000 && utf8_width(text, n) <= columns)) {
        str_add(out, text);
        return true;
    }
    while (len < n) {
        size_t step = label_cluster(text + len, n - len);
        used += utf8_width(text + len, step);
        if (used > columns - 3)
            break;
        len += step;
    }
    str_add_bytes(out, text, len);
    str_add(out, "...");
    return false;
}

char **labels_new(const char *const *words, int n)
{
    char **labels = memory_get((size_t)n + 1, sizeof *labels);
    for (int i = 0; i < n; i++) {
        Str s = { 0 };
        label_clean(&s, words ? words[i] : NULL);
        labels[i] = str_take(&s);
    }
    return labels;
}

char **labels_short(const char *const *words, int n)
{
    char **labels = labels_new(words, n);
    for (int i = 0; i < n; i++) {
        char *all = labels[i];
        size_t len = strlen(all), kept = 0;
        for (int k = 0; k < LETTERS_MOST && kept < len; k++)
            kept += label_cluster(all + kept, len - kept);
        if (kept == len)
            continue;
        Str s = { 0 };
        str_add_bytes(&s, all, kept);
        str_add(&s, "\u2026");
        labels[i] = str_take(&s);
        free(all);
    }
    return labels;
}

void labels_free(char **labels, int n)
{
    for (int i = 0; labels && i < n; i++)
        free(labels[i]);
    free(labels);
}
