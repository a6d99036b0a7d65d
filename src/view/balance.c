#include "view/balance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "view/label.h"

enum { SIDE = 16, ROWS_MOST = 40, WORD_MOST = 24, NAME_MOST = 14 };

/* Which rows are shown: all, or those farthest from 0. free() it. */
static bool *choose_rows(const BalanceRow *rows, int n)
{
    bool *shown = memory_get((size_t)n + 1, sizeof *shown);
    for (int k = 0; k < n && k < ROWS_MOST; k++) {
        int best = -1;
        for (int i = 0; i < n; i++)
            if (!shown[i] &&
                (best < 0 || fabs(rows[i].value) > fabs(rows[best].value) || isnan(rows[best].value)))
                best = i;
        shown[best] = true;
    }
    return shown;
}

static void add_padded(Str *out, const char *text, int width, bool right)
{
    int n = width - utf8_width(text, strlen(text));
    for (int i = 0; right && i < n; i++)
        str_add_char(out, ' ');
    str_add(out, text);
    for (int i = 0; !right && i < n; i++)
        str_add_char(out, ' ');
}

static char *short_label(const char *text, int most)
{
    Str clean = { 0 }, cut = { 0 };
    label_clean(&clean, text);
    label_shorten(&cut, clean.text, most);
    str_free(&clean);
    return str_take(&cut);
}

static void add_bar(Str *out, int n, bool right, TerminalColour mode)
{
    for (int i = n; !right && i < SIDE; i++)
        str_add_char(out, ' ');
    if (mode != TERMINAL_ASCII && n > 0)
        str_add(out, right ? "\x1b[48;5;39m" : "\x1b[48;5;208m");
    for (int i = 0; i < n; i++)
        str_add_char(out, mode == TERMINAL_ASCII ? '#' : ' ');
    if (mode != TERMINAL_ASCII && n > 0)
        str_add(out, "\x1b[0m");
    for (int i = n; right && i < SIDE; i++)
        str_add_char(out, ' ');
}

static void add_row(const Balance *b, const BalanceRow *r, TerminalOptions o, Str *out)
{
    double share = isnan(r->value) ? 0 : fmin(fabs(r->value) / b->scale, 1);
    int n = (int)(share * SIDE + 0.5);
    char *word = short_label(r->word, WORD_MOST);
    str_addf(out, "  %*d ", b->digits, r->number);
    add_padded(out, word, b->word_width, false);
    str_add(out, "  ");
    add_bar(out, r->value < 0 ? n : 0, false, o.colour);
    str_add_char(out, '|');
    add_bar(out, r->value > 0 ? n : 0, true, o.colour);
    str_addf(out, isnan(r->value) ? "     none" : " %8.3f", r->value);
    if (b->beside && !isnan(r->beside))
        str_addf(out, " %12.3f", r->beside);
    str_end_line(out);
    free(word);
}

static void add_head(const Balance *b, Str *out)
{
    char *left = short_label(b->left, NAME_MOST), *right = short_label(b->right, NAME_MOST);
    Str side = { 0 };
    for (int i = 0; i < 2 + b->digits + 1 + b->word_width + 2; i++)
        str_add_char(out, ' ');
    str_addf(&side, "%s <-", left);
    add_padded(out, side.text, SIDE, true);
    str_cut(&side, 0);
    str_addf(&side, "-> %s", right);
    str_add_char(out, '|');
    add_padded(out, side.text, SIDE, false);
    if (b->beside)
        str_addf(out, "  erasing %12s", b->beside);
    str_end_line(out);
    str_free(&side);
    free(left);
    free(right);
}

void balance_fit(Balance *b, const BalanceRow *rows, int n)
{
    for (int i = 0; i < n; i++) {
        char *word = short_label(rows[i].word, WORD_MOST);
        int width = utf8_width(word, strlen(word)), digits = snprintf(NULL, 0, "%d", rows[i].number);
        b->word_width = width > b->word_width ? width : b->word_width;
        b->digits = digits > b->digits ? digits : b->digits;
        b->scale = fabs(rows[i].value) > b->scale ? fabs(rows[i].value) : b->scale;
        free(word);
    }
}

void terminal_balance(const Balance *b, const BalanceRow *rows, int n, TerminalOptions o, Str *out)
{
    bool *shown = choose_rows(rows, n);
    int hidden = 0;
    add_head(b, out);
    for (int i = 0; i < n; i++) {
        hidden += !shown[i];
        if (shown[i])
            add_row(b, &rows[i], o, out);
    }
    if (hidden > 0)
        str_addf(out, "  and %d more, nearer to 0\n", hidden);
    free(shown);
}
