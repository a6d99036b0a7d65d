/* canvas.c -- see canvas.h. */
#include "view/canvas.h"

#include <cairo-pdf.h>
#include <cairo-svg.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static const double side_most = 32767; /* cairo's coordinates in an image */
static const double area_most = 128e6; /* pixels of 4 bytes: half a gigabyte */
static const Colour pale = { 0x80, 0x86, 0x8d };
static const char font[] = "Sans";
static const char date[] = "2000-01-01T00:00:00"; /* of every PDF, so that equal pictures are equal bytes */

LbStatus picture_kind(const char *path, PictureKind *kind, LbError *err)
{
    static const char *const suffixes[] = {
        [PICTURE_SVG] = ".svg", [PICTURE_PNG] = ".png", [PICTURE_PDF] = ".pdf"
    };
    const char *dot = strrchr(path, '.');
    for (int k = PICTURE_SVG; dot && k <= PICTURE_PDF; k++)
        if (strcasecmp(dot, suffixes[k]) == 0) {
            *kind = (PictureKind)k;
            return LB_OK;
        }
    return fail(err, LB_USAGE, "%s: a picture's name must end in .svg, .png or .pdf", path);
}

/* ---- the pen ---- */

/* Unhinted metrics: text is as wide in a PNG as in a PDF. */
Pen pen_new(cairo_t *cr)
{
    Pen p = { .cr = cairo_reference(cr), .fonts = pango_cairo_font_map_new() };
    p.context = pango_font_map_create_context(p.fonts);
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(p.context, options);
    cairo_font_options_destroy(options);
    pango_cairo_context_set_resolution(p.context, 72);
    p.layout = pango_layout_new(p.context);
    pango_layout_set_single_paragraph_mode(p.layout, TRUE);
    return p;
}

void pen_free(Pen *p)
{
    g_object_unref(p->layout);
    g_object_unref(p->context);
    g_object_unref(p->fonts);
    cairo_destroy(p->cr);
}

void pen_colour(Pen *p, Colour c, double alpha)
{
    cairo_set_source_rgba(p->cr, c.r / 255.0, c.g / 255.0, c.b / 255.0, alpha);
}

void pen_text(Pen *p, const char *text, double size, bool bold, double most, double *width, double *height)
{
    PangoFontDescription *d = pango_font_description_new();
    pango_font_description_set_family_static(d, font);
    pango_font_description_set_weight(d, bold ? PANGO_WEIGHT_BOLD : PANGO_WEIGHT_NORMAL);
    pango_font_description_set_absolute_size(d, size * PANGO_SCALE);
    pango_layout_set_font_description(p->layout, d);
    pango_font_description_free(d);
    pango_layout_set_width(p->layout, -1);
    pango_layout_set_text(p->layout, text, -1);
    PangoRectangle box;
    pango_layout_get_extents(p->layout, NULL, &box);
    if (most > 0 && box.width > most * PANGO_SCALE) {
        pango_layout_set_ellipsize(p->layout, PANGO_ELLIPSIZE_END);
        pango_layout_set_width(p->layout, (int)(most * PANGO_SCALE));
        pango_layout_get_extents(p->layout, NULL, &box);
    }
    *width = (double)box.width / PANGO_SCALE;
    *height = (double)box.height / PANGO_SCALE;
}

void pen_show(Pen *p, double x, double y, double fx, double fy, double angle)
{
    PangoRectangle box;
    pango_layout_get_extents(p->layout, NULL, &box);
    cairo_save(p->cr);
    cairo_translate(p->cr, x, y);
    cairo_rotate(p->cr, angle);
    cairo_move_to(p->cr, -(box.x + fx * box.width) / PANGO_SCALE, -(box.y + fy * box.height) / PANGO_SCALE);
    pango_cairo_show_layout(p->cr, p->layout);
    cairo_restore(p->cr);
}

void pen_scale(Pen *p, double x, double y, double height)
{
    static const char *const steps[] = { "0", "0.25", "0.5", "0.75", "1" };
    const double bar = 12;
    double w, h;
    cairo_pattern_t *fade = cairo_pattern_create_linear(0, y + height, 0, y);
    for (int i = 0; i <= 32; i++) {
        Colour c = colour_cividis(i / 32.0);
        cairo_pattern_add_color_stop_rgb(fade, i / 32.0, c.r / 255.0, c.g / 255.0, c.b / 255.0);
    }
    cairo_rectangle(p->cr, x, y, bar, height);
    cairo_set_source(p->cr, fade);
    cairo_fill(p->cr);
    cairo_pattern_destroy(fade);
    pen_colour(p, pale, 1);
    for (int i = 0; i <= 4; i++) {
        pen_text(p, steps[i], 11, false, 0, &w, &h);
        pen_show(p, x + bar + 5, y + height * (1 - i / 4.0), 0, 0.8 - 0.15 * i, 0);
    }
}

/* ---- surfaces ---- */

static cairo_status_t put(void *file, const unsigned char *data, unsigned len)
{
    return fwrite(data, 1, len, file) == len ? CAIRO_STATUS_SUCCESS : CAIRO_STATUS_WRITE_ERROR;
}

static cairo_surface_t *surface_new(const Canvas *c, PictureKind kind, double w, double h, double scale,
                                    FILE *f)
{
    if (kind == PICTURE_PNG) {
        cairo_surface_t *image =
            cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)ceil(w * scale), (int)ceil(h * scale));
        cairo_surface_set_device_scale(image, scale, scale);
        return image;
    }
    if (kind == PICTURE_SVG) {
        cairo_surface_t *svg = cairo_svg_surface_create_for_stream(put, f, w, h);
        cairo_svg_surface_set_document_unit(svg, CAIRO_SVG_UNIT_PX);
        return svg;
    }
    cairo_surface_t *pdf = cairo_pdf_surface_create_for_stream(put, f, w, h);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATE_DATE, date);
    cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_CREATOR, "lookback " LB_VERSION);
    if (c->title)
        cairo_pdf_surface_set_metadata(pdf, CAIRO_PDF_METADATA_TITLE, c->title);
    return pdf;
}

static void draw_on(const Canvas *c, cairo_surface_t *surface)
{
    cairo_t *cr = cairo_create(surface);
    cairo_set_source_rgb(cr, 1, 1, 1);
    cairo_paint(cr);
    Pen pen = pen_new(cr);
    c->draw(&pen, c->arg);
    pen_free(&pen);
    cairo_show_page(cr);
    cairo_destroy(cr);
}

static void measure(const Canvas *c, double *w, double *h)
{
    cairo_surface_t *surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, 1, 1);
    cairo_t *cr = cairo_create(surface);
    Pen pen = pen_new(cr);
    c->measure(&pen, c->arg, w, h);
    pen_free(&pen);
    cairo_destroy(cr);
    cairo_surface_destroy(surface);
    *w = ceil(*w);
    *h = ceil(*h);
}

static bool fits(PictureKind kind, double w, double h)
{
    return w <= side_most && h <= side_most && (kind != PICTURE_PNG || w * h <= area_most);
}

/* Cairo numbers its surfaces through the life of the process and writes the number as an id that nothing
 * refers to; it is left out. from ends in NUL. */
static void add_without_surface_ids(Str *out, const char *from)
{
    static const char id[] = " id=\"surface";
    for (const char *at; (at = strstr(from, id)); from = strchr(at + sizeof id, '"') + 1)
        str_add_bytes(out, from, (size_t)(at - from));
    str_add(out, from);
}

static void svg_finish(const Canvas *c, char **bytes, size_t *len)
{
    Str out = { 0 };
    char *body = strchr(strstr(*bytes, "<svg"), '>') + 1, *close = *bytes + *len;
    while (strncmp(--close, "</svg>", 6) != 0)
        assert(close > body);
    *close = 0;
    str_add_bytes(&out, *bytes, (size_t)(body - *bytes));
    str_add(&out, "\n");
    if (c->svg_head)
        c->svg_head(c->arg, &out);
    add_without_surface_ids(&out, body);
    if (c->svg_tail)
        c->svg_tail(c->arg, &out);
    str_add(&out, "</svg>\n");
    free(*bytes);
    *len = out.len;
    *bytes = str_take(&out);
}

static double choose_scale(const Canvas *c, PictureKind kind, double w, double h)
{
    if (kind != PICTURE_PNG)
        return 1;
    return c->scale > 0 ? c->scale : fits(kind, w * 2, h * 2) ? 2 : 1;
}

static cairo_status_t render_to(const Canvas *c, PictureKind kind, double w, double h, double scale, FILE *f)
{
    cairo_surface_t *surface = surface_new(c, kind, w, h, scale, f);
    draw_on(c, surface);
    cairo_status_t status = cairo_surface_status(surface);
    if (status == CAIRO_STATUS_SUCCESS && kind == PICTURE_PNG)
        status = cairo_surface_write_to_png_stream(surface, put, f);
    cairo_surface_finish(surface);
    if (status == CAIRO_STATUS_SUCCESS)
        status = cairo_surface_status(surface);
    cairo_surface_destroy(surface);
    return status;
}

LbStatus canvas_render(const Canvas *c, PictureKind kind, char **bytes, size_t *len, LbError *err)
{
    double w, h;
    *bytes = NULL;
    *len = 0;
    measure(c, &w, &h);
    double scale = choose_scale(c, kind, w, h);
    if (!fits(kind, w * scale, h * scale))
        return fail(err, LB_DATA,
                    "the picture would be %.0f x %.0f px; a side may have %.0f, a PNG %.0f million in all: "
                    "show fewer words",
                    w * scale, h * scale, side_most, area_most / 1e6);
    FILE *f = open_memstream(bytes, len);
    if (!f)
        return fail(err, LB_MEMORY, "no memory for a picture");
    cairo_status_t status = render_to(c, kind, w, h, scale, f);
    if (fclose(f) != 0 || status != CAIRO_STATUS_SUCCESS) {
        free(*bytes);
        *bytes = NULL;
        *len = 0;
        return fail(err, LB_MEMORY, "the picture could not be drawn: %s", cairo_status_to_string(status));
    }
    if (kind == PICTURE_SVG)
        svg_finish(c, bytes, len);
    return LB_OK;
}
