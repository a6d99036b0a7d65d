#include "view/readings.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "view/label.h"

enum { WORD_MOST = 20 };

typedef struct {
    char **words;         /* [n] short */
    char **top[READINGS]; /* [n] with their numbers */
    int width[READINGS + 1], digits;
} Cells;

static int width_of(const char *text)
{
    return utf8_width(text, strlen(text));
}

static char *short_label(const char *text)
{
    Str clean = { 0 }, cut = { 0 };
    label_clean(&clean, text);
    label_shorten(&cut, clean.text, WORD_MOST);
    str_free(&clean);
    return str_take(&cut);
}

static char *top_label(const ReadingRow *r, int k)
{
    Str out = { 0 };
    str_add(&out, "-");
    if (r->top[k]) {
        char *word = short_label(r->top[k]);
        str_cut(&out, 0);
        str_addf(&out, "%s %.2f", word, r->value[k]);
        free(word);
    }
    return str_take(&out);
}

static void widen(int *width, const char *text)
{
    *width = width_of(text) > *width ? width_of(text) : *width;
}

static Cells cells_new(const char *const *names, const ReadingRow *rows, int n)
{
    Cells c = { .words = memory_get((size_t)n + 1, sizeof *c.words), .digits = 1 };
    for (int k = 0; k < READINGS; k++) {
        c.top[k] = memory_get((size_t)n + 1, sizeof *c.top[k]);
        widen(&c.width[k + 1], names[k]);
    }
    for (int i = 0; i < n; i++) {
        int digits = snprintf(NULL, 0, "%d", rows[i].number);
        c.digits = digits > c.digits ? digits : c.digits;
        widen(&c.width[0], c.words[i] = short_label(rows[i].word));
        for (int k = 0; k < READINGS; k++)
            widen(&c.width[k + 1], c.top[k][i] = top_label(&rows[i], k));
    }
    return c;
}

static void cells_free(Cells *c, int n)
{
    labels_free(c->words, n);
    for (int k = 0; k < READINGS; k++)
        labels_free(c->top[k], n);
}

static void add_padded(Str *out, const char *text, int width)
{
    str_add(out, text);
    for (int i = width_of(text); i < width; i++)
        str_add_char(out, ' ');
}

void terminal_readings(const char *const names[READINGS], const ReadingRow *rows, int n, TerminalOptions o,
                       Str *out)
{
    Cells c = cells_new(names, rows, n);
    int used = 2 + c.digits + 1 + c.width[0] + c.width[1] + c.width[2] + c.width[3] + 2;
    const char *gap = used + 9 <= (o.columns > 0 ? o.columns : 80) ? "   " : "  ";
    add_padded(out, "", 2 + c.digits + 1 + c.width[0]);
    for (int k = 0; k < READINGS; k++) {
        str_add(out, gap);
        add_padded(out, names[k], c.width[k + 1]);
    }
    str_end_line(out);
    for (int i = 0; i < n; i++) {
        str_addf(out, "  %*d ", c.digits, rows[i].number);
        add_padded(out, c.words[i], c.width[0]);
        for (int k = 0; k < READINGS; k++) {
            str_add(out, gap);
            add_padded(out, c.top[k][i], c.width[k + 1]);
        }
        str_add(out, rows[i].differs ? " *" : "");
        str_end_line(out);
    }
    cells_free(&c, n);
}
