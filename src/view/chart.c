/* chart.c -- see chart.h. The size is fixed; only the legend makes room for itself at the right. */
#include "view/chart.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "view/label.h"

#define PLOT_WIDTH 560.0
#define PLOT_HEIGHT 320.0
#define LEFT 76.0
#define RIGHT 28.0
#define BOTTOM 62.0
enum { TICKS = 6 };

static const Colour ink = { 0x22, 0x26, 0x2b }, pale = { 0x80, 0x86, 0x8d }, line = { 0xe3, 0xe6, 0xe9 },
                    shade = { 0xdf, 0xe6, 0xee };
static const Colour okabe_ito[] = { { 0, 114, 178 }, { 230, 159, 0 },   { 0, 158, 115 },
                                    { 213, 94, 0 },  { 204, 121, 167 }, { 86, 180, 233 },
                                    { 60, 60, 60 },  { 160, 140, 0 },   { 136, 34, 85 } };
enum { N_COLOURS = sizeof okabe_ito / sizeof *okabe_ito };

typedef struct {
    double low, high, step;
} Axis;

typedef struct {
    const Chart *c;
    char **texts, **names, **shades; /* clean: title, x_label, y_label; names of series and of shades */
    Axis x, y;
    double top, legend;  /* px: above the plot, and of the legend's names */
    double slot;         /* bars: the smallest distance of two x, in x's units */
    struct Name *places; /* [n_series] */
} Plan;

/* ---- axes ---- */

static bool shown(const Series *s, int i)
{
    return isfinite(s->x[i]) && isfinite(s->y[i]) && fabs(s->x[i]) < 1e300 && fabs(s->y[i]) < 1e300;
}

static void include(Axis *a, double v)
{
    if (!isfinite(v))
        return;
    a->low = fmin(a->low, v);
    a->high = fmax(a->high, v);
}

/* The ends go out to whole steps of 1, 2 or 5 times a power of ten. */
static void round_axis(Axis *a, bool keep_ends)
{
    double wide = a->high - a->low;
    if (!(wide > fabs(a->high) * 1e-12)) {
        wide = fmax(fabs(a->high), 1);
        a->low -= wide / 2;
        a->high += wide / 2;
    }
    double power = pow(10, floor(log10(wide / TICKS))), times = wide / TICKS / power;
    a->step = power * (times <= 1 ? 1 : times <= 2 ? 2 : times <= 5 ? 5 : 10);
    if (keep_ends)
        return;
    a->low = floor(a->low / a->step + 1e-9) * a->step;
    a->high = ceil(a->high / a->step - 1e-9) * a->step;
}

static bool find_axes(Plan *g)
{
    g->x = g->y = (Axis){ INFINITY, -INFINITY, 0 };
    for (int k = 0; k < g->c->n_series; k++)
        for (int i = 0; i < g->c->series[k].n; i++) {
            const Series *s = &g->c->series[k];
            if (!shown(s, i))
                continue;
            include(&g->x, s->x[i]);
            include(&g->y, s->y[i]);
            include(&g->y, s->low ? s->low[i] : s->y[i]);
            include(&g->y, s->high ? s->high[i] : s->y[i]);
        }
    if (g->x.low > g->x.high)
        return false;
    if (g->c->bars)
        include(&g->y, 0);
    if (g->c->from_zero)
        include(&g->x, 0);
    bool given = g->c->y_low < g->c->y_high;
    if (given)
        g->y = (Axis){ g->c->y_low, g->c->y_high, 0 };
    round_axis(&g->y, given);
    return true;
}

/* Half a slot of room on either side, so that the outer bars stand inside. */
static void find_slots(Plan *g)
{
    g->slot = INFINITY;
    for (int k = 0; k < g->c->n_series; k++)
        for (int i = 1; i < g->c->series[k].n; i++) {
            double gap = fabs(g->c->series[k].x[i] - g->c->series[k].x[i - 1]);
            if (gap > 0 && gap < g->slot)
                g->slot = gap;
        }
    if (!isfinite(g->slot))
        g->slot = 1;
    if (g->c->bars) {
        g->x.low -= g->slot / 2;
        g->x.high += g->slot / 2;
    }
    round_axis(&g->x, g->c->bars);
}

static double at_x(const Plan *g, double x)
{
    return LEFT + PLOT_WIDTH * (x - g->x.low) / (g->x.high - g->x.low);
}

static double at_y(const Plan *g, double y)
{
    return g->top + PLOT_HEIGHT * (1 - (y - g->y.low) / (g->y.high - g->y.low));
}

/* ---- drawing ---- */

static void stroke(Pen *p, double x0, double y0, double x1, double y1, Colour c, double width)
{
    cairo_move_to(p->cr, x0, y0);
    cairo_line_to(p->cr, x1, y1);
    cairo_set_line_width(p->cr, width);
    pen_colour(p, c, 1);
    cairo_stroke(p->cr);
}

static void say(Pen *p, const char *text, double size, double x, double y, double fx, double fy, double angle)
{
    double w, h;
    pen_text(p, text, size, false, PLOT_WIDTH, &w, &h);
    pen_show(p, x, y, fx, fy, angle);
}

static void draw_ticks(Pen *p, const Plan *g, const Axis *a, bool across)
{
    char text[32];
    double first = ceil(a->low / a->step - 1e-9);
    for (int i = 0; i < 4 * TICKS && (first + i) * a->step <= a->high + a->step * 1e-9; i++) {
        double v = (first + i) * a->step;
        snprintf(text, sizeof text, "%.6g", fabs(v) < a->step * 1e-9 ? 0 : v);
        if (!across)
            stroke(p, LEFT, at_y(g, v), LEFT + PLOT_WIDTH, at_y(g, v), line, 1);
        pen_colour(p, pale, 1);
        if (across)
            say(p, text, 12, at_x(g, v), g->top + PLOT_HEIGHT + 8, 0.5, 0, 0);
        else
            say(p, text, 12, LEFT - 8, at_y(g, v), 1, 0.5, 0);
    }
}

/* A sign of its own for each series: circle, square, diamond, triangle. */
static void draw_point(Pen *p, int series, double x, double y)
{
    static const struct {
        int corners;
        double turn;
    } signs[] = { { 0, 0 }, { 4, M_PI / 4 }, { 4, 0 }, { 3, -M_PI / 2 } };
    int corners = signs[series % 4].corners;
    double radius = corners ? 5 : 4;
    cairo_new_sub_path(p->cr);
    if (corners == 0)
        cairo_arc(p->cr, x, y, radius, 0, 2 * M_PI);
    for (int i = 0; i < corners; i++) {
        double angle = signs[series % 4].turn + 2 * M_PI * i / corners;
        cairo_line_to(p->cr, x + radius * cos(angle), y + radius * sin(angle));
    }
    cairo_close_path(p->cr);
    cairo_fill(p->cr);
}

static void draw_interval(Pen *p, const Plan *g, const Series *s, int i, double x)
{
    if (!s->low || !s->high || !isfinite(s->low[i]) || !isfinite(s->high[i]))
        return;
    cairo_move_to(p->cr, x, at_y(g, s->low[i]));
    cairo_line_to(p->cr, x, at_y(g, s->high[i]));
    cairo_set_line_width(p->cr, 1.5);
    cairo_stroke(p->cr);
}

static Colour colour_of(const Plan *g, int k)
{
    int own = g->c->series[k].colour;
    return okabe_ito[(own ? own - 1 : k) % N_COLOURS];
}

static bool has_interval(const Series *s, int i)
{
    return shown(s, i) && s->low && s->high && isfinite(s->low[i]) && isfinite(s->high[i]);
}

/* From points i to j of a curve, both included. */
static void fill_band(Pen *p, const Plan *g, const Series *s, int i, int j)
{
    for (int k = i; k <= j; k++)
        cairo_line_to(p->cr, at_x(g, s->x[k]), at_y(g, s->high[k]));
    for (int k = j; k >= i; k--)
        cairo_line_to(p->cr, at_x(g, s->x[k]), at_y(g, s->low[k]));
    cairo_close_path(p->cr);
    cairo_fill(p->cr);
}

static void draw_band(Pen *p, const Plan *g, int k)
{
    const Series *s = &g->c->series[k];
    pen_colour(p, colour_of(g, k), 0.18);
    for (int i = 0, j; i < s->n; i = j + 1) {
        for (j = i; j < s->n && has_interval(s, j); j++)
            ;
        if (j > i)
            fill_band(p, g, s, i, j - 1);
    }
}

static void draw_curve(Pen *p, const Plan *g, int k)
{
    const Series *s = &g->c->series[k];
    bool pen_down = false;
    pen_colour(p, colour_of(g, k), 1);
    for (int i = 0; i < s->n; i++) {
        if (shown(s, i) && pen_down)
            cairo_line_to(p->cr, at_x(g, s->x[i]), at_y(g, s->y[i]));
        else if (shown(s, i))
            cairo_move_to(p->cr, at_x(g, s->x[i]), at_y(g, s->y[i]));
        pen_down = shown(s, i);
    }
    cairo_set_line_width(p->cr, 2);
    cairo_set_line_join(p->cr, CAIRO_LINE_JOIN_ROUND);
    cairo_stroke(p->cr);
    for (int i = 0; i < s->n; i++)
        if (shown(s, i)) {
            if (!g->c->bands || s->n == 1)
                draw_interval(p, g, s, i, at_x(g, s->x[i]));
            if (s->n <= 60)
                draw_point(p, k, at_x(g, s->x[i]), at_y(g, s->y[i]));
        }
}

static void draw_bars(Pen *p, const Plan *g, int k)
{
    const Series *s = &g->c->series[k];
    double wide = g->slot * 0.8 / g->c->n_series;
    for (int i = 0; i < s->n; i++) {
        if (!shown(s, i))
            continue;
        double left = s->x[i] - g->slot * 0.4 + k * wide, x = at_x(g, left), y = at_y(g, s->y[i]);
        cairo_rectangle(p->cr, x, y, (at_x(g, left + wide) - x) * 0.94, at_y(g, 0) - y);
        pen_colour(p, colour_of(g, k), 1);
        cairo_fill(p->cr);
        pen_colour(p, ink, 1);
        draw_interval(p, g, s, i, at_x(g, left + wide * 0.47));
    }
}

static void draw_shade(Pen *p, const Plan *g, int i)
{
    const Shade *s = &g->c->shades[i];
    double from = at_x(g, fmax(s->from, g->x.low)), to = at_x(g, fmin(s->to, g->x.high));
    if (!(to > from))
        return;
    cairo_rectangle(p->cr, from, g->top, to - from, PLOT_HEIGHT);
    pen_colour(p, shade, s->strength);
    cairo_fill(p->cr);
    pen_colour(p, pale, 1);
    double w, h, end = i + 1 < g->c->n_shades ? at_x(g, s[1].from) - 4 : LEFT + PLOT_WIDTH;
    pen_text(p, g->shades[i], 12, false, fmax(end - from, 1), &w, &h);
    pen_show(p, from, g->top - 8, 0, 1, 0);
}

/* Where the names of curves stand: beside their last points, from the top down, none over another. */
typedef struct Name {
    int series;
    double y;
} Name;

static int by_height(const void *a, const void *b)
{
    const Name *x = a, *y = b;
    return x->y != y->y ? (x->y > y->y) - (x->y < y->y) : x->series - y->series;
}

static double last_height(const Plan *g, const Series *s)
{
    for (int i = s->n - 1; i >= 0; i--)
        if (shown(s, i))
            return at_y(g, s->y[i]);
    return g->top;
}

static void place_names(const Plan *g, Name *names)
{
    const double gap = 18, floor_y = g->top + PLOT_HEIGHT;
    int n = g->c->n_series;
    for (int k = 0; k < n; k++)
        names[k] = (Name){ k, last_height(g, &g->c->series[k]) };
    qsort(names, (size_t)n, sizeof *names, by_height);
    for (int i = 1; i < n; i++)
        names[i].y = fmax(names[i].y, names[i - 1].y + gap);
    if (n > 0)
        names[n - 1].y = fmin(names[n - 1].y, floor_y);
    for (int i = n - 2; i >= 0; i--)
        names[i].y = fmin(names[i].y, names[i + 1].y - gap);
}

static void draw_names(Pen *p, const Plan *g)
{
    double w, h, x = LEFT + PLOT_WIDTH + 8;
    Name *names = g->places;
    place_names(g, names);
    for (int i = 0; i < g->c->n_series; i++) {
        pen_colour(p, colour_of(g, names[i].series), 1);
        draw_point(p, names[i].series, x + 6, names[i].y);
        pen_text(p, g->names[names[i].series], 14, true, 220, &w, &h);
        pen_show(p, x + 16, names[i].y, 0, 0.5, 0);
    }
}

static void draw_legend(Pen *p, const Plan *g)
{
    double w, h, x = LEFT + PLOT_WIDTH + 24;
    for (int k = 0; k < g->c->n_series; k++) {
        double y = g->top + 12 + 24 * k;
        stroke(p, x, y, x + 24, y, colour_of(g, k), g->c->bars ? 12 : 2);
        if (!g->c->bars)
            draw_point(p, k, x + 12, y);
        pen_colour(p, ink, 1);
        pen_text(p, g->names[k], 13, false, 220, &w, &h);
        pen_show(p, x + 32, y, 0, 0.5, 0);
    }
}

static void draw(Pen *p, void *arg)
{
    const Plan *g = arg;
    double w, h, floor_y = g->top + PLOT_HEIGHT;
    for (int i = 0; i < g->c->n_shades; i++)
        draw_shade(p, g, i);
    draw_ticks(p, g, &g->y, false);
    draw_ticks(p, g, &g->x, true);
    cairo_save(p->cr);
    cairo_rectangle(p->cr, LEFT - 6, g->top - 6, PLOT_WIDTH + 12, PLOT_HEIGHT + 12);
    cairo_clip(p->cr);
    for (int k = 0; g->c->bands && k < g->c->n_series; k++)
        draw_band(p, g, k);
    for (int k = 0; k < g->c->n_series; k++)
        (g->c->bars ? draw_bars : draw_curve)(p, g, k);
    cairo_restore(p->cr);
    stroke(p, LEFT, floor_y, LEFT + PLOT_WIDTH, floor_y, pale, 1);
    (g->c->bands ? draw_names : draw_legend)(p, g);
    pen_colour(p, ink, 1);
    if (g->c->x_label)
        say(p, g->texts[1], 13, LEFT + PLOT_WIDTH / 2, floor_y + BOTTOM - 14, 0.5, 1, 0);
    if (g->c->y_label)
        say(p, g->texts[2], 13, 14, g->top + PLOT_HEIGHT / 2, 0.5, 0, -M_PI / 2);
    if (g->c->title) {
        pen_text(p, g->texts[0], 16, true, LEFT + PLOT_WIDTH, &w, &h);
        pen_show(p, 24, 20, 0, 0, 0);
    }
}

static void measure(Pen *p, void *arg, double *width, double *height)
{
    Plan *g = arg;
    double h, w;
    g->top = (g->c->title ? 64 : 28) + (g->c->n_shades ? 18 : 0);
    for (int k = 0; k < g->c->n_series; k++) {
        pen_text(p, g->names[k], 13, false, 220, &w, &h);
        g->legend = fmax(g->legend, w);
    }
    *width = LEFT + PLOT_WIDTH + 24 + 32 + g->legend + RIGHT;
    *height = g->top + fmax(PLOT_HEIGHT, 24.0 * g->c->n_series) + BOTTOM;
}

/* Letters are shapes in cairo's SVG; the words stand in <title> and <desc>. */
static void svg_words(const void *arg, Str *s)
{
    const Plan *g = arg;
    str_add(s, "<title>");
    label_xml(s, g->c->title ? g->c->title : "Chart");
    str_add(s, "</title>\n<desc>");
    for (int k = 0; k < g->c->n_series; k++) {
        label_xml(s, g->names[k]);
        str_add(s, ":");
        for (int i = 0; i < g->c->series[k].n; i++)
            if (shown(&g->c->series[k], i))
                str_addf(s, " (%g, %g)", g->c->series[k].x[i], g->c->series[k].y[i]);
        str_add(s, "\n");
    }
    str_add(s, "</desc>\n");
}

static char **shade_names(const Chart *c)
{
    const char **names = memory_get((size_t)c->n_shades + 1, sizeof *names);
    for (int i = 0; i < c->n_shades; i++)
        names[i] = c->shades[i].name;
    char **clean = labels_new(names, c->n_shades);
    free(names);
    return clean;
}

LbStatus chart_render(const Chart *c, PictureKind kind, char **bytes, size_t *len, LbError *err)
{
    Plan g = { .c = c };
    *bytes = NULL;
    *len = 0;
    if (!find_axes(&g))
        return fail(err, LB_DATA, "no chart: there is not one point to draw");
    find_slots(&g);
    const char *texts[] = { c->title, c->x_label, c->y_label };
    const char **names = memory_get((size_t)c->n_series, sizeof *names);
    for (int k = 0; k < c->n_series; k++)
        names[k] = c->series[k].name;
    g.texts = labels_new(texts, 3);
    g.names = labels_new(names, c->n_series);
    free(names);
    g.shades = shade_names(c);
    g.places = memory_get((size_t)c->n_series + 1, sizeof *g.places);
    Canvas canvas = { .measure = measure,
                      .draw = draw,
                      .arg = &g,
                      .title = c->title ? g.texts[0] : NULL,
                      .svg_head = svg_words };
    LbStatus status = canvas_render(&canvas, kind, bytes, len, err);
    labels_free(g.texts, 3);
    labels_free(g.names, c->n_series);
    labels_free(g.shades, c->n_shades);
    free(g.places);
    return status;
}

LbStatus chart_write(const Chart *c, const char *path, LbError *err)
{
    PictureKind kind;
    char *bytes;
    size_t len;
    LbStatus status = picture_kind(path, &kind, err);
    if (status == LB_OK)
        status = chart_render(c, kind, &bytes, &len, err);
    if (status != LB_OK)
        return status;
    status = file_write(path, bytes, len, err);
    free(bytes);
    return status;
}
