/* canvas.h -- a drawing becomes the bytes of an SVG, PNG or PDF file.
 *
 * One drawing function serves all three kinds (cairo), text is laid out by pango in whatever fonts the
 * system has for the script. The same drawing gives the same bytes: dates are fixed, names that cairo
 * counts through the process are taken out. Nothing here or in a drawing function may take arena memory or
 * other memory that ends in memory_exhausted(): cairo's frames cannot be unwound.
 */
#ifndef VIEW_CANVAS_H
#define VIEW_CANVAS_H

#include <cairo.h>
#include <pango/pangocairo.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/str.h"
#include "view/colour.h"

typedef enum { PICTURE_SVG, PICTURE_PNG, PICTURE_PDF } PictureKind;

/* By the suffix of path, in either case; any other suffix is an error that names the three. */
LbStatus picture_kind(const char *path, PictureKind *kind, LbError *err);

/* What draws text: one layout, reused. Sizes are in px of the drawing. */
typedef struct {
    cairo_t *cr;
    PangoFontMap *fonts;
    PangoContext *context;
    PangoLayout *layout;
} Pen;

Pen pen_new(cairo_t *cr); /* takes its own reference to cr */
void pen_free(Pen *p);
void pen_colour(Pen *p, Colour c, double alpha);

/* Sets the text of the layout; most > 0: ellipsised to that width. Gives its width and height. */
void pen_text(Pen *p, const char *text, double size, bool bold, double most, double *width, double *height);
/* Shows the text last set. Its point at share (fx, fy) of its box (0, 0: top left) goes to (x, y), turned
 * by `angle` about that point. */
void pen_show(Pen *p, double x, double y, double fx, double fy, double angle);

/* The scale of weights from 0 (below) to 1: a bar with numbers at its right, together SCALE_WIDTH wide. */
#define SCALE_WIDTH 42.0
void pen_scale(Pen *p, double x, double y, double height);

/* Says how large the drawing is, before any surface is opened. */
typedef void (*Measure)(Pen *p, void *arg, double *width, double *height);
typedef void (*Draw)(Pen *p, void *arg);

typedef struct {
    Measure measure;
    Draw draw;
    void *arg;
    const char *title;                           /* clean text for PDF metadata; NULL: none */
    void (*svg_head)(const void *arg, Str *out); /* adds XML behind the opening <svg ...>; NULL: none */
    void (*svg_tail)(const void *arg, Str *out); /* and before </svg>; both run when cairo is done */
    double scale; /* pixels for each px in a PNG; 0: 2, or less where 2 would be too large */
} Canvas;

/* *bytes is the caller's to free(). A drawing over 32767 px a side, or a PNG over 128 million pixels, is
 * LB_DATA. */
LbStatus canvas_render(const Canvas *c, PictureKind kind, char **bytes, size_t *len, LbError *err);

#endif
