/* grid.c -- see grid.h.
 *
 *                  head 0     head 1
 *                  / / / /    / / / /
 *      layer  rows [][][][]   [][][][]   scale
 *        0
 *      layer  rows [][][][]   [][][][]
 *        1
 *
 * Cells are whole pixels, so they meet without seams. All cells of one colour are one path, which keeps an
 * SVG of thousands of cells small; they are sorted by colour before cairo is touched.
 */
#include "view/grid.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "view/label.h"

#define MARGIN 24.0
#define GAP 8.0
#define BETWEEN 14.0 /* two maps */
#define TITLE_SIZE 16.0
#define NAME_SIZE 12.0
enum { WIDE_MOST = 1500, CELL_LEAST = 2, CELL_MOST = 40, CELL_WORDS = 7, LEVELS = 256 };

static const Colour ink = { 0x22, 0x26, 0x2b }, pale = { 0x80, 0x86, 0x8d };

typedef struct {
    const MapGrid *g;
    int n_rows, n_cols;
    char **rows, **cols;
    char *title;          /* NULL: none */
    uint32_t *cells;      /* numbers of cells over all maps, sorted by level; */
    size_t first[LEVELS]; /* of each level, */
    size_t n[LEVELS];     /* and how many */
    /* decided by measure() */
    double cell, size; /* px: a cell's side, the words' font */
    double x, y;       /* top left of the first map */
    double row_most, head_most;
    double flat; /* column words lie flat: 1, stand: 0 */
    double width, height;
} Plan;

/* ---- cells by colour ---- */

static int level_of(double weight)
{
    return (int)(colour_share(weight) * (LEVELS - 1) + 0.5);
}

static size_t map_size(const Plan *p)
{
    return (size_t)p->n_rows * (size_t)p->n_cols;
}

static size_t n_cells(const Plan *p)
{
    return map_size(p) * (size_t)p->g->n_layers * (size_t)p->g->n_heads;
}

static double weight_at(const Plan *p, size_t cell)
{
    return p->g->maps[cell / map_size(p)][cell % map_size(p)];
}

/* Level 0 is the ground and not listed. */
static void sort_cells(Plan *p)
{
    size_t all = n_cells(p), at = 0, placed[LEVELS] = { 0 };
    for (size_t i = 0; i < all; i++)
        p->n[level_of(weight_at(p, i))]++;
    for (int l = 1; l < LEVELS; l++) {
        p->first[l] = at;
        at += p->n[l];
    }
    p->cells = memory_get(at + 1, sizeof *p->cells);
    for (size_t i = 0; i < all; i++) {
        int l = level_of(weight_at(p, i));
        if (l > 0)
            p->cells[p->first[l] + placed[l]++] = (uint32_t)i;
    }
}

/* ---- the layout ---- */

static double cell_side(const Plan *p)
{
    double across = (double)p->n_cols * p->g->n_heads, down = (double)p->n_rows * p->g->n_layers;
    double side = floor(WIDE_MOST / fmax(across, down * 0.75));
    return fmin(fmax(side, CELL_LEAST), CELL_MOST);
}

static bool shows_words(const Plan *p)
{
    return p->cell >= CELL_WORDS;
}

static double widest(Pen *pen, char **words, int n, double size, double most)
{
    double wide = 0, w, h;
    for (int i = 0; i < n; i++) {
        pen_text(pen, words[i], size, false, most, &w, &h);
        wide = fmax(wide, w);
    }
    return wide;
}

static double map_x(const Plan *p, int head)
{
    return p->x + head * (p->cell * p->n_cols + BETWEEN);
}

static double map_y(const Plan *p, int layer)
{
    return p->y + layer * (p->cell * p->n_rows + BETWEEN);
}

static void measure(Pen *pen, void *arg, double *width, double *height)
{
    Plan *p = arg;
    double heads = 0, rows = 0, title = 0, h;
    p->cell = cell_side(p);
    p->size = fmin(13, p->cell * 0.9);
    p->row_most = p->head_most = p->size * 14;
    if (shows_words(p)) {
        double wide = widest(pen, p->cols, p->n_cols, p->size, p->head_most);
        p->flat = wide + 4 <= p->cell;
        heads = (p->flat ? p->size * 1.4 : wide) + GAP;
        rows = widest(pen, p->rows, p->n_rows, p->size, p->row_most) + GAP;
    }
    if (p->title)
        pen_text(pen, p->title, TITLE_SIZE, true, 0, &title, &h);
    p->x = ceil(MARGIN + NAME_SIZE * 1.8 + rows);
    p->y = ceil(MARGIN + (p->title ? TITLE_SIZE * 2 : 0) + NAME_SIZE * 1.8 + heads);
    double right = map_x(p, p->g->n_heads) - BETWEEN, bottom = map_y(p, p->g->n_layers) - BETWEEN;
    p->width = *width = fmax(right + 3 * GAP + SCALE_WIDTH, MARGIN + fmin(title, 900)) + MARGIN;
    p->height = *height = fmax(bottom, p->y + 64) + MARGIN;
}

/* ---- the drawing ---- */

static void draw_columns(Pen *pen, const Plan *p, int head)
{
    double w, h;
    for (int c = 0; c < p->n_cols; c++) {
        double x = map_x(p, head) + (c + 0.5) * p->cell, y = p->y - GAP / 2;
        pen_colour(pen, p->g->words->end_source && c == p->n_cols - 1 ? pale : ink, 1);
        pen_text(pen, p->cols[c], p->size, false, p->head_most, &w, &h);
        if (p->flat > 0)
            pen_show(pen, x, y, 0.5, 1, 0);
        else
            pen_show(pen, x, y, 0, 0.5, -M_PI / 2);
    }
}

static void draw_rows(Pen *pen, const Plan *p, int layer)
{
    double w, h;
    for (int r = 0; r < p->n_rows; r++) {
        pen_colour(pen, p->g->words->end_target && r == p->n_rows - 1 ? pale : ink, 1);
        pen_text(pen, p->rows[r], p->size, false, p->row_most, &w, &h);
        pen_show(pen, p->x - GAP / 2, map_y(p, layer) + (r + 0.5) * p->cell, 1, 0.5, 0);
    }
}

static void draw_name(Pen *pen, const char *name, double most, double x, double y, double angle)
{
    double w, h;
    pen_colour(pen, ink, 1);
    pen_text(pen, name, NAME_SIZE, true, most, &w, &h);
    pen_show(pen, x, y, 0.5, 0.5, angle);
}

/* "head 3" */
static void draw_number(Pen *pen, const char *what, int number, double x, double y, double angle)
{
    char text[40];
    snprintf(text, sizeof text, "%s %d", what, number);
    draw_name(pen, text, 0, x, y, angle);
}

static void draw_names(Pen *pen, const Plan *p)
{
    double top = MARGIN + (p->title ? TITLE_SIZE * 2 : 0) + NAME_SIZE / 2, w = p->cell * p->n_cols,
           h = p->cell * p->n_rows;
    for (int k = 0; k < p->g->n_heads && p->g->names; k++)
        draw_name(pen, p->g->names[k], fmax(w, 60), fmax(map_x(p, k) + w / 2, MARGIN), top, 0);
    for (int k = 0; k < p->g->n_heads && !p->g->names; k++)
        draw_number(pen, "head", p->g->first_head + k, fmax(map_x(p, k) + w / 2, MARGIN), top, 0);
    for (int l = 0; l < p->g->n_layers && !p->g->names; l++)
        draw_number(pen, "layer", p->g->first_layer + l, MARGIN + NAME_SIZE / 2, map_y(p, l) + h / 2,
                    -M_PI / 2);
}

static void draw_grounds(Pen *pen, const Plan *p)
{
    for (int l = 0; l < p->g->n_layers; l++)
        for (int k = 0; k < p->g->n_heads; k++)
            cairo_rectangle(pen->cr, map_x(p, k), map_y(p, l), p->cell * p->n_cols, p->cell * p->n_rows);
    pen_colour(pen, colour_cividis(0), 1);
    cairo_fill(pen->cr);
}

typedef struct {
    int layer, head, row, col;
} Place;

static Place place_of(const Plan *p, size_t cell)
{
    size_t map = cell / map_size(p), in = cell % map_size(p), heads = (size_t)p->g->n_heads;
    return (Place){ (int)(map / heads), (int)(map % heads), (int)(in / (size_t)p->n_cols),
                    (int)(in % (size_t)p->n_cols) };
}

static void draw_level(Pen *pen, const Plan *p, int level)
{
    for (size_t i = 0; i < p->n[level]; i++) {
        Place at = place_of(p, p->cells[p->first[level] + i]);
        cairo_rectangle(pen->cr, map_x(p, at.head) + at.col * p->cell, map_y(p, at.layer) + at.row * p->cell,
                        p->cell, p->cell);
    }
    pen_colour(pen, colour_cividis(level / (LEVELS - 1.0)), 1);
    cairo_fill(pen->cr);
}

static void draw(Pen *pen, void *arg)
{
    const Plan *p = arg;
    double w, h;
    if (p->title) {
        pen_colour(pen, ink, 1);
        pen_text(pen, p->title, TITLE_SIZE, true, p->width - 2 * MARGIN, &w, &h);
        pen_show(pen, MARGIN, MARGIN, 0, 0, 0);
    }
    draw_names(pen, p);
    for (int k = 0; k < p->g->n_heads && shows_words(p); k++)
        draw_columns(pen, p, k);
    for (int l = 0; l < p->g->n_layers && shows_words(p); l++)
        draw_rows(pen, p, l);
    draw_grounds(pen, p);
    for (int level = 1; level < LEVELS; level++)
        draw_level(pen, p, level);
    double high = map_y(p, p->g->n_layers) - BETWEEN - p->y;
    pen_scale(pen, map_x(p, p->g->n_heads) - BETWEEN + 3 * GAP, p->y, fmin(fmax(high, 64), 320));
}

/* ---- words in an SVG ---- */

static void add_words(Str *s, const char *side, char **words, int n)
{
    str_addf(s, "\n%c%s words:", toupper((unsigned char)*side), side + 1);
    for (int i = 0; i < n; i++) {
        str_add_char(s, ' ');
        label_xml(s, words[i]);
    }
}

static void svg_words(const void *arg, Str *s)
{
    const Plan *p = arg;
    str_add(s, "<title>");
    label_xml(s, p->title ? p->title : "Where every head looked");
    str_add(s, "</title>\n<desc>");
    add_words(s, map_column_side(p->g->words), p->cols, p->n_cols);
    add_words(s, map_row_side(p->g->words), p->rows, p->n_rows);
    str_add(s, "</desc>\n");
}

static void add_map_name(const Plan *p, Place at, Str *s)
{
    if (p->g->names)
        label_xml(s, p->g->names[at.head]);
    else
        str_addf(s, "layer %d, head %d", p->g->first_layer + at.layer, p->g->first_head + at.head);
    str_add(s, ": ");
}

/* Invisible squares over the cells that matter. */
static void svg_tooltips(const void *arg, Str *s)
{
    const Plan *p = arg;
    str_add(s, "<g fill=\"none\" pointer-events=\"all\">\n");
    for (int level = LEVELS / 10; level < LEVELS; level++)
        for (size_t i = 0; i < p->n[level]; i++) {
            size_t cell = p->cells[p->first[level] + i];
            Place at = place_of(p, cell);
            str_addf(s, "<rect x=\"%g\" y=\"%g\" width=\"%g\" height=\"%g\"><title>",
                     map_x(p, at.head) + at.col * p->cell, map_y(p, at.layer) + at.row * p->cell, p->cell,
                     p->cell);
            add_map_name(p, at, s);
            label_xml(s, p->rows[at.row]);
            str_add(s, " -&gt; ");
            label_xml(s, p->cols[at.col]);
            str_addf(s, " %.2f</title></rect>\n", weight_at(p, cell));
        }
    str_add(s, "</g>\n");
}

/* ---- the whole ---- */

static Plan plan_new(const MapGrid *g)
{
    Plan p = { .g = g, .n_rows = g->words->n_target, .n_cols = g->words->n_source };
    p.rows = labels_short(g->words->target, p.n_rows);
    p.cols = labels_short(g->words->source, p.n_cols);
    if (g->words->title) {
        char **title = labels_short(&g->words->title, 1);
        p.title = title[0];
        free(title);
    }
    return p;
}

static void plan_free(Plan *p)
{
    labels_free(p->rows, p->n_rows);
    labels_free(p->cols, p->n_cols);
    free(p->title);
    free(p->cells);
}

LbStatus grid_render(const MapGrid *g, PictureKind kind, char **bytes, size_t *len, LbError *err)
{
    *bytes = NULL;
    *len = 0;
    assert(g->n_layers > 0 && g->n_heads > 0 && g->words->n_source > 0 && g->words->n_target > 0);
    Plan p = plan_new(g);
    Canvas c = { .measure = measure,
                 .draw = draw,
                 .arg = &p,
                 .title = p.title,
                 .svg_head = svg_words,
                 .svg_tail = svg_tooltips };
    LbStatus status = n_cells(&p) <= 100000000
                          ? LB_OK
                          : fail(err, LB_DATA,
                                 "a picture of %zu cells is too large: choose a layer or a "
                                 "head, or show fewer words",
                                 n_cells(&p));
    if (status == LB_OK) {
        sort_cells(&p);
        status = canvas_render(&c, kind, bytes, len, err);
    }
    plan_free(&p);
    return status;
}

LbStatus grid_write(const MapGrid *g, const char *path, LbError *err)
{
    PictureKind kind;
    char *bytes;
    size_t len;
    LbStatus status = picture_kind(path, &kind, err);
    if (status == LB_OK)
        status = grid_render(g, kind, &bytes, &len, err);
    if (status != LB_OK)
        return status;
    status = file_write(path, bytes, len, err);
    free(bytes);
    return status;
}
