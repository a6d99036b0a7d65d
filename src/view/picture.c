/* picture.c -- see picture.h.
 *
 * All words are made ready before cairo is touched; measure() then decides every place, draw() only draws.
 *
 *      title
 *               / / / /   heads       turned as little as the room allows: 0, 60 or 90 degrees
 *      rows     [][][][]  scale       the scale bar is as high as the grid, within limits
 *      what the check found, what borders and hatching mean
 */
#include "view/picture.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "explain/highlight.h"
#include "view/label.h"

#define MARGIN 24.0
#define GAP 8.0
#define TITLE_SIZE 16.0

static const Colour ink = { 0x22, 0x26, 0x2b }, pale = { 0x80, 0x86, 0x8d }, white = { 255, 255, 255 };
enum { NOTE_SIZE = 11, NOTE_LINE = 20, SWATCH = 14 };

/* What stands below a map that was checked. */
static const struct {
    Mark mark;
    const char *text;
} notes[] = {
    { MARK_SUPPORTED, "supported: without that word the output changes" },
    { MARK_UNSUPPORTED, "not supported: without that word the output is nearly as likely" },
};
enum { N_NOTES = sizeof notes / sizeof *notes };

typedef struct {
    const Map *m;
    PictureOptions o;
    int n_rows, n_cols;
    char **rows, **cols;
    bool end_row, end_col; /* the last one is the end of sentence: paler */
    char *title;           /* NULL: none */
    char summary[120];     /* of the check; "": none */
    /* decided by measure() */
    double cell, size;          /* px: a cell's side, the words' font */
    double x, y;                /* top left of the grid */
    double angle;               /* of the heads, from 0 to -pi/2 */
    double head_most, row_most; /* words are ellipsised to this width */
    double bar_height;
    double width, height;
} Plan;

/* ---- the layout ---- */

static double cell_side(int n)
{
    static const struct {
        int n;
        double side;
    } sides[] = { { 4, 64 }, { 8, 52 }, { 14, 42 }, { 24, 32 }, { 40, 24 }, { 80, 19 } };
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++)
        if (n <= sides[i].n)
            return sides[i].side;
    return 16;
}

static double widest(Pen *p, char **words, int n, double size, double most)
{
    double wide = 0, w, h;
    for (int i = 0; i < n; i++) {
        pen_text(p, words[i], size, false, most, &w, &h);
        wide = fmax(wide, w);
    }
    return wide;
}

/* Heads lie flat if each fits its column, else lean by 60 degrees if the lines have room, else stand.
 * Returns how high they reach, and in *over how far the last one hangs over the right edge. */
static double place_heads(Pen *p, Plan *g, double *over)
{
    double wide = widest(p, g->cols, g->n_cols, g->size, g->head_most);
    *over = 0;
    if (wide + 6 <= g->cell) {
        g->angle = 0;
        return g->size * 1.5;
    }
    g->angle = g->cell >= g->size * 1.9 ? -M_PI / 3 : -M_PI / 2;
    *over = fmax(0, wide * cos(g->angle) + g->size - g->cell / 2);
    return wide * sin(-g->angle) + g->size;
}

static double notes_height(const Plan *g)
{
    return g->m->marks ? GAP + (N_NOTES + 1) * NOTE_LINE : 0;
}

static double notes_width(Pen *p, const Plan *g)
{
    double wide = 0, w, h;
    for (int i = 0; g->m->marks && i <= N_NOTES; i++) {
        pen_text(p, i < N_NOTES ? notes[i].text : g->summary, NOTE_SIZE, false, 0, &w, &h);
        wide = fmax(wide, w + SWATCH + GAP);
    }
    return wide;
}

static void measure(Pen *p, void *arg, double *width, double *height)
{
    Plan *g = arg;
    double over, title_width = 0, h;
    g->cell = cell_side(g->n_rows > g->n_cols ? g->n_rows : g->n_cols);
    g->size = fmin(14, g->cell * 0.62);
    g->head_most = g->row_most = g->size * 16;
    if (g->title)
        pen_text(p, g->title, TITLE_SIZE, true, 0, &title_width, &h);
    double heads = place_heads(p, g, &over), grid_width = g->cell * g->n_cols,
           grid_height = g->cell * g->n_rows;
    g->x = MARGIN + widest(p, g->rows, g->n_rows, g->size, g->row_most) + GAP;
    g->y = MARGIN + (g->title ? TITLE_SIZE * 2 : 0) + heads + GAP;
    g->bar_height = fmin(fmax(grid_height, 64), 320);
    double right = fmax(grid_width + 3 * GAP + SCALE_WIDTH, grid_width + over);
    g->width = fmax(g->x + right, MARGIN + fmin(fmax(title_width, notes_width(p, g)), 900)) + MARGIN;
    g->height = g->y + fmax(grid_height, g->bar_height) + notes_height(g) + MARGIN;
    *width = g->width;
    *height = g->height;
}

/* ---- the drawing ---- */

static size_t cell_index(const Plan *g, int row, int col)
{
    size_t t = (size_t)(g->o.transposed ? col : row), s = (size_t)(g->o.transposed ? row : col);
    return t * (size_t)g->m->n_source + s;
}

static void draw_title(Pen *p, const Plan *g)
{
    double w, h;
    if (!g->title)
        return;
    pen_colour(p, ink, 1);
    pen_text(p, g->title, TITLE_SIZE, true, g->width - 2 * MARGIN, &w, &h);
    pen_show(p, MARGIN, MARGIN, 0, 0, 0);
}

static void draw_heads(Pen *p, const Plan *g)
{
    double w, h;
    for (int c = 0; c < g->n_cols; c++) {
        double x = g->x + (c + 0.5) * g->cell, y = g->y - GAP;
        pen_colour(p, g->end_col && c == g->n_cols - 1 ? pale : ink, 1);
        pen_text(p, g->cols[c], g->size, false, g->head_most, &w, &h);
        if (g->angle < 0)
            pen_show(p, x, y, 0, 0.5, g->angle);
        else
            pen_show(p, x, y, 0.5, 1, 0);
    }
}

static void draw_rows(Pen *p, const Plan *g)
{
    double w, h;
    for (int r = 0; r < g->n_rows; r++) {
        pen_colour(p, g->end_row && r == g->n_rows - 1 ? pale : ink, 1);
        pen_text(p, g->rows[r], g->size, false, g->row_most, &w, &h);
        pen_show(p, g->x - GAP, g->y + (r + 0.5) * g->cell, 1, 0.5, 0);
    }
}

static void draw_hatch(Pen *p, double x, double y, double side, Colour c)
{
    double step = fmax(4, side / 6);
    cairo_save(p->cr);
    cairo_rectangle(p->cr, x, y, side, side);
    cairo_clip(p->cr);
    for (double d = step / 2; d < 2 * side; d += step) {
        cairo_move_to(p->cr, x + d, y);
        cairo_line_to(p->cr, x + d - 2 * side, y + 2 * side);
    }
    cairo_set_line_width(p->cr, fmax(1, side / 36));
    pen_colour(p, c, 0.55);
    cairo_stroke(p->cr);
    cairo_restore(p->cr);
}

static void draw_border(Pen *p, double x, double y, double side, Colour c)
{
    double wide = fmax(1, side / 28), inset = wide / 2 + fmax(1, side / 16);
    cairo_rectangle(p->cr, x + inset, y + inset, side - 2 * inset, side - 2 * inset);
    cairo_set_line_width(p->cr, wide);
    pen_colour(p, c, 0.8);
    cairo_stroke(p->cr);
}

static void draw_mark(Pen *p, double x, double y, double side, Mark mark, Colour c)
{
    if (mark == MARK_UNSUPPORTED)
        draw_hatch(p, x, y, side, c);
    else if (mark == MARK_SUPPORTED)
        draw_border(p, x, y, side, c);
}

/* The number, on a patch of the cell's colour when it would stand on hatching. */
static void draw_value(Pen *p, const Plan *g, double x, double y, double weight, bool hatched)
{
    char text[16];
    double w, h;
    Colour back = colour_cividis(weight);
    snprintf(text, sizeof text, "%.2f", weight);
    pen_text(p, text, fmin(13, g->cell * 0.28), false, 0, &w, &h);
    if (hatched) {
        pen_colour(p, back, 1);
        cairo_rectangle(p->cr, x + g->cell / 2 - w / 2 - 2, y + g->cell / 2 - h / 2, w + 4, h);
        cairo_fill(p->cr);
    }
    pen_colour(p, colour_on(back), 1);
    pen_show(p, x + g->cell / 2, y + g->cell / 2, 0.5, 0.5, 0);
}

static void draw_cell(Pen *p, const Plan *g, int row, int col)
{
    size_t i = cell_index(g, row, col);
    double weight = colour_share(g->m->weights[i]), x = g->x + col * g->cell, y = g->y + row * g->cell;
    Mark mark = g->m->marks ? g->m->marks[i] : MARK_UNCHECKED;
    Colour back = colour_cividis(weight);
    if (weight >= 0.5 / 255) {
        pen_colour(p, back, 1);
        cairo_rectangle(p->cr, x, y, g->cell, g->cell);
        cairo_fill(p->cr);
    }
    draw_mark(p, x, y, g->cell, mark, colour_on(back));
    if (g->cell >= 32 && weight >= 0.005)
        draw_value(p, g, x, y, weight, mark == MARK_UNSUPPORTED);
}

/* White lines between the cells. */
static void draw_lines(Pen *p, const Plan *g)
{
    double w = g->n_cols * g->cell, h = g->n_rows * g->cell;
    for (int c = 1; c < g->n_cols; c++) {
        cairo_move_to(p->cr, g->x + c * g->cell, g->y);
        cairo_rel_line_to(p->cr, 0, h);
    }
    for (int r = 1; r < g->n_rows; r++) {
        cairo_move_to(p->cr, g->x, g->y + r * g->cell);
        cairo_rel_line_to(p->cr, w, 0);
    }
    cairo_set_line_width(p->cr, g->cell >= 32 ? 1.5 : 0.5);
    pen_colour(p, white, g->cell >= 32 ? 1 : 0.35);
    cairo_stroke(p->cr);
}

static void draw_grid(Pen *p, const Plan *g)
{
    cairo_rectangle(p->cr, g->x, g->y, g->n_cols * g->cell, g->n_rows * g->cell);
    pen_colour(p, colour_cividis(0), 1);
    cairo_fill(p->cr);
    for (int r = 0; r < g->n_rows; r++)
        for (int c = 0; c < g->n_cols; c++)
            draw_cell(p, g, r, c);
    draw_lines(p, g);
}

/* The summary, then what the marks mean, each beside a swatch. */
static void draw_notes(Pen *p, const Plan *g)
{
    double w, h, y = g->height - MARGIN - (N_NOTES + 0.5) * NOTE_LINE, room = g->width - 2 * MARGIN;
    Colour ground = colour_cividis(0.45);
    pen_colour(p, ink, 1);
    pen_text(p, g->summary, NOTE_SIZE, false, room, &w, &h);
    pen_show(p, MARGIN, y, 0, 0.5, 0);
    for (int i = 0; i < N_NOTES; i++) {
        y += NOTE_LINE;
        cairo_rectangle(p->cr, MARGIN, y - SWATCH / 2.0, SWATCH, SWATCH);
        pen_colour(p, ground, 1);
        cairo_fill(p->cr);
        draw_mark(p, MARGIN, y - SWATCH / 2.0, SWATCH, notes[i].mark, colour_on(ground));
        pen_colour(p, ink, 1);
        pen_text(p, notes[i].text, NOTE_SIZE, false, room - SWATCH - GAP, &w, &h);
        pen_show(p, MARGIN + SWATCH + GAP, y, 0, 0.5, 0);
    }
}

static void draw(Pen *p, void *arg)
{
    const Plan *g = arg;
    draw_title(p, g);
    draw_heads(p, g);
    draw_rows(p, g);
    draw_grid(p, g);
    pen_scale(p, g->x + g->n_cols * g->cell + 3 * GAP, g->y, g->bar_height);
    if (g->m->marks)
        draw_notes(p, g);
}

/* ---- words in an SVG ---- */

static void add_words(Str *s, const char *side, const char **words, int n)
{
    str_addf(s, "\n%c%s words:", toupper((unsigned char)*side), side + 1);
    for (int i = 0; i < n; i++) {
        str_add_char(s, ' ');
        label_xml(s, words[i]);
    }
}

/* Cairo draws letters as shapes; the words themselves stand in <title>, <desc> and the tooltips. */
static void svg_words(const void *arg, Str *s)
{
    const Map *m = ((const Plan *)arg)->m;
    str_add(s, "<title>");
    label_xml(s, m->title ? m->title : "Where the model looked");
    str_add(s, "</title>\n<desc>");
    add_words(s, map_column_side(m), m->source, m->n_source);
    add_words(s, map_row_side(m), m->target, m->n_target);
    str_add(s, "</desc>\n");
}

static void add_tooltip(const Plan *g, int r, int c, double weight, Mark mark, Str *s)
{
    static const char *const said[] = { "", ", supported", ", not supported" };
    str_addf(s, "<rect x=\"%.1f\" y=\"%.1f\" width=\"%g\" height=\"%g\"><title>", g->x + c * g->cell,
             g->y + r * g->cell, g->cell, g->cell);
    label_xml(s, g->rows[r]);
    str_add(s, g->o.transposed ? " &lt;- " : " -&gt; ");
    label_xml(s, g->cols[c]);
    str_addf(s, " %.2f%s</title></rect>\n", weight, said[mark]);
}

/* Invisible squares over the cells with something in them. */
static void svg_tooltips(const void *arg, Str *s)
{
    const Plan *g = arg;
    str_add(s, "<g fill=\"none\" pointer-events=\"all\">\n");
    for (int r = 0; r < g->n_rows; r++)
        for (int c = 0; c < g->n_cols; c++) {
            size_t i = cell_index(g, r, c);
            double weight = colour_share(g->m->weights[i]);
            if (weight >= 0.01)
                add_tooltip(g, r, c, weight, g->m->marks ? g->m->marks[i] : MARK_UNCHECKED, s);
        }
    str_add(s, "</g>\n");
}

/* ---- the whole ---- */

static void summarize_check(Plan *g)
{
    HighlightCount n = highlight_count(g->m);
    snprintf(g->summary, sizeof g->summary, "%d of %d highlights supported%s%.60s%s", n.supported,
             n.supported + n.unsupported, g->m->erased ? " (words erased: " : "",
             g->m->erased ? g->m->erased : "", g->m->erased ? ")" : "");
}

static Plan plan_new(const Map *m, PictureOptions o)
{
    Plan g = { .m = m, .o = o };
    g.n_rows = o.transposed ? m->n_source : m->n_target;
    g.n_cols = o.transposed ? m->n_target : m->n_source;
    g.rows = labels_short(o.transposed ? m->source : m->target, g.n_rows);
    g.cols = labels_short(o.transposed ? m->target : m->source, g.n_cols);
    g.end_row = o.transposed ? m->end_source : m->end_target;
    g.end_col = o.transposed ? m->end_target : m->end_source;
    if (m->title) {
        char **title = labels_short(&m->title, 1);
        g.title = title[0];
        free(title);
    }
    if (m->marks)
        summarize_check(&g);
    return g;
}

static void plan_free(Plan *g)
{
    labels_free(g->rows, g->n_rows);
    labels_free(g->cols, g->n_cols);
    free(g->title);
}

LbStatus picture_render(const Map *m, PictureKind kind, PictureOptions o, char **bytes, size_t *len,
                        LbError *err)
{
    *bytes = NULL;
    *len = 0;
    if (!m->weights)
        return fail(err, LB_DATA, "no picture: this model has no attention");
    if (m->n_source <= 0 || m->n_target <= 0)
        return fail(err, LB_DATA, "no picture: the %s has no words", m->n_source <= 0 ? "source" : "target");
    Plan g = plan_new(m, o);
    Canvas c = { .measure = measure,
                 .draw = draw,
                 .arg = &g,
                 .title = g.title,
                 .svg_head = svg_words,
                 .svg_tail = svg_tooltips,
                 .scale = o.scale };
    LbStatus status = canvas_render(&c, kind, bytes, len, err);
    plan_free(&g);
    return status;
}

LbStatus picture_write(const Map *m, const char *path, PictureOptions o, LbError *err)
{
    PictureKind kind;
    char *bytes;
    size_t len;
    LbStatus status = picture_kind(path, &kind, err);
    if (status == LB_OK)
        status = picture_render(m, kind, o, &bytes, &len, err);
    if (status != LB_OK)
        return status;
    status = file_write(path, bytes, len, err);
    free(bytes);
    return status;
}
