/* terminal.c -- see terminal.h.
 *
 * First the layout is decided (how wide a cell is, how the columns are headed, how many columns a block has),
 * then blocks are printed with it. Only paint() knows about colours.
 */
#include "view/terminal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/status.h"
#include "explain/highlight.h"
#include "view/colour.h"
#include "view/label.h"

enum { ACROSS_MOST = 12, DOWN_MOST = 14, BLOCK_LEAST = 8, TOP = 5, BAR = 20 };
static const char ramp[] = " .:-=+*#%@";

typedef enum { HEAD_ACROSS, HEAD_DOWN, HEAD_NUMBERS } Head;

typedef struct {
    const Map *m;
    TerminalOptions o;
    int n_rows, n_cols;
    char **rows, **cols;             /* whole words, harmless */
    char **short_rows, **short_cols; /* the same, at most `most` columns wide */
    int row_width, col_width;        /* the widest of short_rows, short_cols */
    Head head;
    int cell;      /* screen columns of a cell */
    int per_block; /* cells side by side */
    bool list_below;
} Grid;

/* ---- text with a width ---- */

static int width(const char *text)
{
    return utf8_width(text, strlen(text));
}

static void spaces(Str *out, int n)
{
    for (int i = 0; i < n; i++)
        str_add_char(out, ' ');
}

/* Right-to-left words are isolated so that they do not pull the digits beside them along. */
static void word(Str *out, const char *text, TerminalOptions o)
{
    bool isolate = o.colour != TERMINAL_ASCII && label_is_rtl(text);
    if (isolate)
        str_add_code(out, 0x2068);
    str_add(out, text);
    if (isolate)
        str_add_code(out, 0x2069);
}

/* text on the colour of weight; plain text in ASCII mode. */
static void paint(Str *out, TerminalColour mode, double weight, const char *text)
{
    Colour back = colour_cividis(weight), front = colour_on(back);
    if (mode == TERMINAL_TRUE)
        str_addf(out, "\x1b[48;2;%d;%d;%d;38;2;%d;%d;%dm%s\x1b[0m", back.r, back.g, back.b, front.r, front.g,
                 front.b, text);
    else if (mode == TERMINAL_256)
        str_addf(out, "\x1b[48;5;%d;38;5;%dm%s\x1b[0m", colour_256(back), colour_256(front), text);
    else
        str_add(out, text);
}

static char ramp_sign(double weight)
{
    int i = (int)(colour_share(weight) * 10 + 1e-9);
    return ramp[i > 9 ? 9 : i];
}

/* ---- the layout ---- */

static char **shorten_all(char **words, int n, int most)
{
    char **s = memory_get((size_t)n + 1, sizeof *s);
    for (int i = 0; i < n; i++) {
        Str t = { 0 };
        label_shorten(&t, words[i], most);
        s[i] = str_take(&t);
    }
    return s;
}

static int widest(char **words, int n)
{
    int most = 0;
    for (int i = 0; i < n; i++)
        if (width(words[i]) > most)
            most = width(words[i]);
    return most;
}

static bool any_rtl(char **words, int n)
{
    for (int i = 0; i < n; i++)
        if (label_is_rtl(words[i]))
            return true;
    return false;
}

static int digits(int n)
{
    return n < 10 ? 1 : 1 + digits(n / 10);
}

static void choose_head(Grid *g, int room)
{
    int least = g->o.colour == TERMINAL_ASCII ? 4 : 5; /* a number and a hatch on either side */
    int across = 1 + (g->col_width > least ? g->col_width : least);
    int longest = widest(g->cols, g->n_cols);
    if (longest <= ACROSS_MOST && (long)across * g->n_cols <= room) {
        g->head = HEAD_ACROSS;
        g->cell = across;
    } else if (longest <= DOWN_MOST && !any_rtl(g->cols, g->n_cols)) {
        g->head = HEAD_DOWN;
        g->cell = 2;
    } else {
        g->head = HEAD_NUMBERS;
        g->cell = 1 + digits(g->n_cols);
    }
}

/* A row is: label, border, cells, border, list. */
static void choose_layout(Grid *g)
{
    int list = 5 + g->col_width + 5 + (g->m->marks ? 15 : 0);
    int room = g->o.columns - g->row_width - 2;
    choose_head(g, room - list);
    g->per_block = (room - list) / g->cell;
    int wanted = g->n_cols < BLOCK_LEAST ? g->n_cols : BLOCK_LEAST;
    g->list_below = g->per_block < wanted;
    if (g->list_below) {
        choose_head(g, room - 1);
        g->per_block = (room - 1) / g->cell;
    }
    if (g->per_block < 1)
        g->per_block = 1;
    if (g->per_block > g->n_cols)
        g->per_block = g->n_cols;
}

static Grid grid_new(const Map *m, TerminalOptions o)
{
    Grid g = { .m = m, .o = o };
    g.n_rows = o.transposed ? m->n_source : m->n_target;
    g.n_cols = o.transposed ? m->n_target : m->n_source;
    g.rows = labels_new(o.transposed ? m->source : m->target, g.n_rows);
    g.cols = labels_new(o.transposed ? m->target : m->source, g.n_cols);
    int most = o.columns / 4 < 8 ? 8 : o.columns / 4 > 24 ? 24 : o.columns / 4;
    g.short_rows = shorten_all(g.rows, g.n_rows, most);
    g.short_cols = shorten_all(g.cols, g.n_cols, most);
    g.row_width = widest(g.short_rows, g.n_rows);
    g.col_width = widest(g.short_cols, g.n_cols);
    choose_layout(&g);
    return g;
}

static void grid_free(Grid *g)
{
    labels_free(g->rows, g->n_rows);
    labels_free(g->cols, g->n_cols);
    labels_free(g->short_rows, g->n_rows);
    labels_free(g->short_cols, g->n_cols);
}

static size_t cell_index(const Grid *g, int row, int col)
{
    size_t t = (size_t)(g->o.transposed ? col : row), s = (size_t)(g->o.transposed ? row : col);
    return t * (size_t)g->m->n_source + s;
}

static double cell_weight(const Grid *g, int row, int col)
{
    return g->m->weights[cell_index(g, row, col)];
}

static Mark cell_mark(const Grid *g, int row, int col)
{
    return g->m->marks ? g->m->marks[cell_index(g, row, col)] : MARK_UNCHECKED;
}

/* ---- heads ---- */

static void head_margin(const Grid *g, Str *out)
{
    spaces(out, g->row_width + 2);
}

static void head_across(const Grid *g, int from, int to, Str *out)
{
    head_margin(g, out);
    for (int c = from; c < to; c++) {
        int left = (g->cell - 1 - width(g->cols[c])) / 2;
        spaces(out, left);
        word(out, g->cols[c], g->o);
        spaces(out, g->cell - left - width(g->cols[c]));
    }
    str_end_line(out);
}

static int n_clusters(const char *text)
{
    size_t n = strlen(text);
    int count = 0;
    for (size_t i = 0; i < n; i += label_cluster(text + i, n - i))
        count++;
    return count;
}

/* Cluster number k of text (from 0; below 0: none) in a cell. */
static void head_cluster(const Grid *g, const char *text, int k, Str *out)
{
    size_t n = strlen(text), i = 0;
    if (k < 0) {
        spaces(out, g->cell);
        return;
    }
    while (k-- > 0)
        i += label_cluster(text + i, n - i);
    size_t len = label_cluster(text + i, n - i);
    int w = utf8_width(text + i, len);
    if (w <= g->cell)
        str_add_bytes(out, text + i, len);
    else
        str_add_code(out, 0xFFFD);
    spaces(out, g->cell - (w <= g->cell ? w : 1));
}

static void head_down(const Grid *g, int from, int to, Str *out)
{
    int height = 0;
    for (int c = from; c < to; c++)
        if (n_clusters(g->cols[c]) > height)
            height = n_clusters(g->cols[c]);
    for (int line = 0; line < height; line++) {
        head_margin(g, out);
        for (int c = from; c < to; c++)
            head_cluster(g, g->cols[c], line - (height - n_clusters(g->cols[c])), out);
        str_end_line(out);
    }
}

static void head_numbers(const Grid *g, int from, int to, Str *out)
{
    head_margin(g, out);
    for (int c = from; c < to; c++)
        str_addf(out, "%*d ", g->cell - 1, c + 1);
    str_end_line(out);
}

static void (*const heads[])(const Grid *, int, int, Str *) = {
    [HEAD_ACROSS] = head_across,
    [HEAD_DOWN] = head_down,
    [HEAD_NUMBERS] = head_numbers,
};

/* ---- rows ---- */

/* A cell's text: in colour blank or hatched, with the number when there is room; in ASCII its sign. */
static void add_cell(const Grid *g, int row, int col, Str *out)
{
    char text[32];
    double w = colour_share(cell_weight(g, row, col));
    bool hatched = cell_mark(g, row, col) == MARK_UNSUPPORTED, ascii = g->o.colour == TERMINAL_ASCII;
    int n = g->cell;
    assert(n < (int)sizeof text);
    for (int i = 0; i < n; i++)
        text[i] = ascii ? ramp_sign(w) : ' ';
    for (int i = ascii ? 1 : 0; hatched && i < n; i += ascii ? 2 : 1)
        text[i] = '/';
    if (ascii && !(hatched && n == 2))
        text[n - 1] = ' ';
    text[n] = 0;
    if (!ascii && g->head == HEAD_ACROSS && w >= 0.005) {
        char number[8];
        snprintf(number, sizeof number, "%.2f", w);
        memcpy(text + (n - 4) / 2, number, 4);
    }
    paint(out, g->o.colour, w, text);
}

static int strongest(const Grid *g, int row)
{
    int best = 0;
    for (int c = 1; c < g->n_cols; c++)
        if (colour_share(cell_weight(g, row, c)) > colour_share(cell_weight(g, row, best)))
            best = c;
    return best;
}

static void add_strongest(const Grid *g, int row, Str *out)
{
    static const char *const said[] = { "", "  supported", "  not supported" };
    int best = strongest(g, row);
    str_add(out, g->o.transposed ? " <- " : " -> ");
    word(out, g->short_cols[best], g->o);
    str_addf(out, " %.2f%s", colour_share(cell_weight(g, row, best)), said[cell_mark(g, row, best)]);
}

static void add_row_label(const Grid *g, int row, Str *out)
{
    spaces(out, g->row_width - width(g->short_rows[row]));
    word(out, g->short_rows[row], g->o);
}

static void add_row(const Grid *g, int row, int from, int to, Str *out)
{
    const char *border = g->o.colour == TERMINAL_ASCII ? "|" : " ";
    add_row_label(g, row, out);
    str_addf(out, " %s", border);
    for (int c = from; c < to; c++)
        add_cell(g, row, c, out);
    str_add(out, border);
    if (!g->list_below)
        add_strongest(g, row, out);
    str_end_line(out);
}

static const char *column_side(const Grid *g)
{
    return g->o.transposed ? map_row_side(g->m) : map_column_side(g->m);
}

static void add_blocks(const Grid *g, Str *out)
{
    for (int from = 0; from < g->n_cols; from += g->per_block) {
        int to = from + g->per_block < g->n_cols ? from + g->per_block : g->n_cols;
        if (g->per_block < g->n_cols)
            str_addf(out, "%s%s words %d to %d of %d\n", from > 0 ? "\n" : "", column_side(g), from + 1, to,
                     g->n_cols);
        heads[g->head](g, from, to, out);
        for (int r = 0; r < g->n_rows; r++)
            add_row(g, r, from, to, out);
    }
}

/* ---- below the grid ---- */

static void add_list_below(const Grid *g, Str *out)
{
    str_add_char(out, '\n');
    for (int r = 0; r < g->n_rows; r++) {
        add_row_label(g, r, out);
        add_strongest(g, r, out);
        str_end_line(out);
    }
}

/* Things side by side, wrapped at the window's edge. */
typedef struct {
    int columns, indent, used;
} Flow;

/* Makes room for a thing that many columns wide: what stands between it and the last one, or a new line. */
static void flow_next(Flow *f, const char *between, int wide, Str *out)
{
    if (f->used > 0 && f->used + width(between) + wide > f->columns) {
        str_end_line(out);
        f->used = 0;
    }
    if (f->used == 0)
        spaces(out, f->indent);
    else
        str_add(out, between);
    f->used += wide + (f->used > 0 ? width(between) : f->indent);
}

/* "1 the   2 cats   3 sat", wrapped. */
static void add_numbers(const Grid *g, Str *out)
{
    Flow flow = { .columns = g->o.columns };
    for (int c = 0; c < g->n_cols; c++) {
        flow_next(&flow, "   ", digits(c + 1) + 1 + width(g->cols[c]), out);
        str_addf(out, "%d ", c + 1);
        word(out, g->cols[c], g->o);
    }
    str_end_line(out);
}

/* Words that stand shortened above are given whole. Numbered columns already were. */
static void add_shortened(const Grid *g, const char *side, char **words, char **shown, int n, Str *out)
{
    for (int i = 0; i < n; i++)
        if (strcmp(words[i], shown[i]) != 0) {
            str_addf(out, "%s word %d in full: ", side, i + 1);
            word(out, words[i], g->o);
            str_add_char(out, '\n');
        }
}

static void add_legend(const Grid *g, Str *out)
{
    if (g->o.colour == TERMINAL_ASCII) {
        str_addf(out, "weight: each sign of \"%s\" is a tenth, from 0 to 1\n", ramp);
    } else {
        str_add(out, "weight: 0 ");
        for (int i = 0; i <= 20; i++)
            paint(out, g->o.colour, i / 20.0, " ");
        str_add(out, " 1\n");
    }
}

/* ---- what the check found ---- */

/* A sentence, wrapped between its words. */
static void add_sentence(const Grid *g, const char *text, Str *out)
{
    Flow flow = { .columns = g->o.columns };
    for (size_t n; *text; text += n + (text[n] == ' ')) {
        n = strcspn(text, " ");
        flow_next(&flow, " ", utf8_width(text, n), out);
        str_add_bytes(out, text, n);
    }
    str_end_line(out);
}

static void add_unsupported(const Grid *g, Str *out)
{
    bool flip = g->o.transposed;
    Flow flow = { .columns = g->o.columns, .indent = 2 };
    for (int t = 0; t < g->m->n_target; t++)
        for (int s = 0; s < g->m->n_source; s++) {
            int row = flip ? s : t, col = flip ? t : s;
            if (cell_mark(g, row, col) != MARK_UNSUPPORTED)
                continue;
            const char *target = flip ? g->cols[t] : g->rows[t], *source = flip ? g->rows[s] : g->cols[s];
            flow_next(&flow, ",  ", width(target) + 4 + width(source) + 5, out);
            word(out, target, g->o);
            str_add(out, " -> ");
            word(out, source, g->o);
            str_addf(out, " %.2f", colour_share(cell_weight(g, row, col)));
        }
    str_end_line(out);
}

/* "11 of 12 highlights are supported: ...", and those that are not. */
static void add_check(const Grid *g, Str *out)
{
    HighlightCount n = highlight_count(g->m);
    int all = n.supported + n.unsupported;
    Str text = { 0 };
    if (all == 0)
        str_add(&text, "No highlight could be checked: only words of the source are erased.");
    else
        str_addf(&text, "%d of %d highlight%s supported: erasing the word%s%s%s changes the output.",
                 n.supported, all, all == 1 ? " is" : "s are", g->m->erased ? " (" : "",
                 g->m->erased ? g->m->erased : "", g->m->erased ? ")" : "");
    if (n.unchecked > 0 && all > 0)
        str_addf(&text, " %d more %s at no word and %s unchecked.", n.unchecked,
                 n.unchecked == 1 ? "looks" : "look", n.unchecked == 1 ? "stays" : "stay");
    add_sentence(g, text.text, out);
    str_free(&text);
    if (n.unsupported == 0)
        return;
    add_sentence(g, "Not supported, hatched with /: without the word the output is nearly as likely.", out);
    add_unsupported(g, out);
}

void terminal_map(const Map *m, TerminalOptions o, Str *out)
{
    if (!m->weights || m->n_source <= 0 || m->n_target <= 0) {
        str_add(out, !m->weights ? "This model has no attention, so there is no map of where it looked.\n"
                     : m->n_source <= 0 ? "The source has no words, so there is nothing to show.\n"
                                        : "The target has no words, so there is nothing to show.\n");
        return;
    }
    if (o.columns <= 0)
        o.columns = 80;
    Grid g = grid_new(m, o);
    if (m->title) {
        label_clean(out, m->title);
        str_add_char(out, '\n');
    }
    add_blocks(&g, out);
    if (g.list_below)
        add_list_below(&g, out);
    if (g.head == HEAD_NUMBERS)
        add_numbers(&g, out);
    else
        add_shortened(&g, column_side(&g), g.cols, g.short_cols, g.n_cols, out);
    add_shortened(&g, o.transposed ? map_column_side(m) : map_row_side(m), g.rows, g.short_rows, g.n_rows,
                  out);
    add_legend(&g, out);
    if (m->marks)
        add_check(&g, out);
    grid_free(&g);
}

/* ---- the trace ---- */

/* Indices of the `most` largest of values[0..n), largest first, earlier first among equals; how many. */
static int largest(const double *values, int n, int most, int *index)
{
    int found = 0;
    for (int i = 0; i < n; i++) {
        int at = found;
        while (at > 0 && colour_share(values[i]) > colour_share(values[index[at - 1]]))
            at--;
        if (at >= most)
            continue;
        int end = found < most ? found++ : most - 1;
        memmove(index + at + 1, index + at, (size_t)(end - at) * sizeof *index);
        index[at] = i;
    }
    return found;
}

static void add_bar(Str *out, TerminalColour mode, double weight)
{
    int n = (int)(colour_share(weight) * BAR + 0.5);
    for (int i = 0; i < BAR; i++) {
        if (mode == TERMINAL_ASCII)
            str_add_char(out, i < n ? '#' : '.');
        else if (i < n)
            paint(out, mode, weight, " ");
        else
            str_add(out, "\u00b7");
    }
}

static void add_number(Str *out, const double *values, int i)
{
    if (values)
        str_addf(out, "%9.3f", values[i]);
    else
        str_addf(out, "%9s", "-");
}

static void add_table_row(const TraceStep *s, int i, int wide, TerminalOptions o, Str *out)
{
    char **label = labels_new(s->source + i, 1);
    str_add(out, "    ");
    word(out, label[0], o);
    spaces(out, wide - width(label[0]) + 2);
    add_number(out, s->scores, i);
    str_add(out, " ");
    add_number(out, s->weights, i);
    str_add(out, "  ");
    add_number(out, s->context_shares, i);
    str_add(out, "  ");
    add_bar(out, o.colour, s->weights[i]);
    str_add_char(out, '\n');
    labels_free(label, 1);
}

static void add_table(const TraceStep *s, TerminalOptions o, Str *out)
{
    int top[TOP], n = largest(s->weights, s->n_source, TOP, top), wide = 6;
    double rest = 1;
    for (int k = 0; k < n; k++) {
        char **label = labels_new(s->source + top[k], 1);
        int w = width(label[0]);
        wide = w > wide && w <= 24 ? w : wide;
        labels_free(label, 1);
        rest -= colour_share(s->weights[top[k]]);
    }
    str_addf(out, "    source%*s      score  -> weight  -> share\n", wide - 6, "");
    for (int k = 0; k < n; k++)
        add_table_row(s, top[k], wide, o, out);
    if (n < s->n_source)
        str_addf(out, "    and %d more source words, together %.3f of the weight\n", s->n_source - n,
                 fmax(rest, 0));
}

static void add_likely(const TraceStep *s, TerminalOptions o, Str *out)
{
    char **words = labels_new(s->likely, s->n_likely);
    str_add(out, "    likeliest:");
    for (int i = 0; i < s->n_likely; i++) {
        str_add(out, i > 0 ? ", " : " ");
        word(out, words[i], o);
        str_addf(out, " %.3f", s->likely_probabilities[i]);
    }
    str_add(out, "\n");
    labels_free(words, s->n_likely);
}

static void add_step(const TraceStep *s, int number, TerminalOptions o, Str *out)
{
    char **chosen = labels_new(&s->word, 1);
    str_addf(out, "\nstep %d: ", number);
    word(out, chosen[0], o);
    str_addf(out, "  with probability %.3f\n", s->probability);
    labels_free(chosen, 1);
    if (!s->weights)
        str_add(out, "    this model has no attention: the step saw only the decoder's own state\n");
    else if (s->n_source <= 0)
        str_add(out, "    the source has no words\n");
    else
        add_table(s, o, out);
    if (s->n_likely > 0)
        add_likely(s, o, out);
}

void terminal_trace(const TraceStep *steps, int n, TerminalOptions o, Str *out)
{
    if (n <= 0) {
        str_add(out, "The decoder took no step, so there is nothing to tell.\n");
        return;
    }
    if (steps[0].weights && !steps[0].scores)
        str_add(
            out,
            "Every head of every layer looks for itself. The weights below are the mean over the heads of\n"
            "one layer, so there is no one score behind them and no one context vector.\n");
    else
        str_add(
            out,
            "At each step a source word's score says how well it fits what the decoder is looking for, its\n"
            "weight is the score after softmax (all weights of a step sum to 1), and its share is how much\n"
            "of the context vector, the weighted sum that the decoder then reads, comes from that word.\n");
    for (int i = 0; i < n; i++)
        add_step(&steps[i], i + 1, o, out);
}
