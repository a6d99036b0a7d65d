#include "view/compare.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "view/label.h"

enum { LABEL = 8, COLUMNS_LEAST = 20 };

typedef struct {
    const char *const *label;
    const CompareCell *cells;
    int n;
    char **word[2]; /* [n] harmless */
    int *width;     /* [n] */
    TerminalOptions o;
} Compare;

static int width_of(const char *text)
{
    return utf8_width(text, strlen(text));
}

/* A cell, filled up to its width. `colour`: an escape sequence, or NULL. */
static void add_cell(Str *out, const char *text, const char *colour, int width)
{
    if (colour)
        str_add(out, colour);
    str_add(out, text);
    if (colour)
        str_add(out, "\x1b[0m");
    for (int i = width_of(text); i < width; i++)
        str_add_char(out, ' ');
}

static void add_numbers(const Compare *c, int from, int to, Str *out)
{
    add_cell(out, "", NULL, LABEL);
    for (int i = from; i < to; i++) {
        char number[16] = "";
        if (c->cells[i].number >= 0)
            snprintf(number, sizeof number, "%d", c->cells[i].number);
        add_cell(out, number, NULL, c->width[i] + 1);
    }
    str_end_line(out);
}

static void add_words(const Compare *c, int side, int from, int to, Str *out)
{
    static const char *const colours[] = { "\x1b[38;5;208m", "\x1b[1;38;5;39m" };
    add_cell(out, c->label[side], NULL, LABEL);
    for (int i = from; i < to; i++) {
        bool marked = c->cells[i].differs && c->label[1] && c->o.colour != TERMINAL_ASCII;
        const char *colour = marked && c->cells[i].word[side] ? colours[side] : NULL;
        add_cell(out, c->word[side][i], colour, c->width[i] + 1);
    }
    str_end_line(out);
}

static void add_marks(const Compare *c, int from, int to, Str *out)
{
    bool any = false;
    for (int i = from; i < to; i++)
        any |= c->cells[i].differs;
    if (!any)
        return;
    add_cell(out, "", NULL, LABEL);
    for (int i = from; i < to; i++)
        for (int k = 0; k <= c->width[i]; k++)
            str_add_char(out, c->cells[i].differs && k < c->width[i] ? '^' : ' ');
    str_end_line(out);
}

/* As many cells as fit into a line, at least one. */
static int block_end(const Compare *c, int from)
{
    int columns = c->o.columns > 0 ? c->o.columns : 80, used = LABEL, to = from;
    columns = columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns;
    while (to < c->n && (to == from || used + c->width[to] <= columns))
        used += c->width[to++] + 1;
    return to;
}

static void add_block(const Compare *c, int from, int to, Str *out)
{
    add_numbers(c, from, to, out);
    add_words(c, 0, from, to, out);
    if (!c->label[1])
        return;
    add_words(c, 1, from, to, out);
    if (c->o.colour == TERMINAL_ASCII)
        add_marks(c, from, to, out);
}

static char **clean_words(const CompareCell *cells, int n, int side)
{
    char **words = memory_get((size_t)n + 1, sizeof *words);
    for (int i = 0; i < n; i++) {
        Str word = { 0 };
        str_add(&word, "");
        if (cells[i].word[side])
            label_clean(&word, cells[i].word[side]);
        words[i] = str_take(&word);
    }
    return words;
}

static int *measure(const Compare *c)
{
    int *width = memory_get((size_t)c->n + 1, sizeof *width);
    for (int i = 0; i < c->n; i++) {
        int number = snprintf(NULL, 0, "%d", c->cells[i].number);
        for (int side = 0; side < 2; side++)
            width[i] = width_of(c->word[side][i]) > width[i] ? width_of(c->word[side][i]) : width[i];
        width[i] = c->cells[i].number >= 0 && number > width[i] ? number : width[i];
    }
    return width;
}

void terminal_compare(const char *const label[2], const CompareCell *cells, int n, TerminalOptions o,
                      Str *out)
{
    Compare c = { .label = label, .cells = cells, .n = n, .o = o };
    for (int side = 0; side < 2; side++)
        c.word[side] = clean_words(cells, n, side);
    c.width = measure(&c);
    int from = 0;
    do {
        int to = block_end(&c, from);
        add_block(&c, from, to, out);
        from = to;
    } while (from < n);
    for (int side = 0; side < 2; side++)
        labels_free(c.word[side], n);
    free(c.width);
}
