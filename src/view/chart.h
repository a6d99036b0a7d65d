/* chart.h -- a few curves or groups of bars on one pair of axes, as a picture file: accuracy against
 * sentence length, loss against step.
 *
 * Colours are those of Okabe and Ito (2008) and two more, told apart with and without colour blindness;
 * curves also differ in their point signs. Axes have ticks at 1, 2 or 5 times a power of ten.
 */
#ifndef VIEW_CHART_H
#define VIEW_CHART_H

#include "view/canvas.h"

typedef struct {
    const char *name;
    int n;
    const double *x, *y;      /* [n]; a point that is not finite is left out, and the curve broken there */
    const double *low, *high; /* [n] interval around y, drawn as a band or whisker; NULL: none */
    int colour;               /* from 1; 0: by the place among the series */
} Series;

enum { CHART_GREY = 7 }; /* a colour for what others are compared with */

/* A range of x behind the curves, with a name at its top. */
typedef struct {
    const char *name;
    double from, to;
    double strength; /* 0 to 1 */
} Shade;

typedef struct {
    const char *title, *x_label, *y_label; /* NULL: none */
    const Series *series;
    int n_series;
    bool bars;            /* bars beside each other at each x, from y = 0 up; else curves */
    double y_low, y_high; /* of the y axis; both 0: taken from the data */
    bool bands;     /* curves: intervals as bands, and names at the ends of curves instead of a legend */
    bool from_zero; /* curves: the x axis begins at 0 */
    const Shade *shades;
    int n_shades;
} Chart;

/* Suffix .svg, .png or .pdf (else LB_USAGE). No finite point at all is LB_DATA. The file is complete or not
 * there. */
LbStatus chart_write(const Chart *c, const char *path, LbError *err);

/* The same into memory; *bytes is the caller's to free(). */
LbStatus chart_render(const Chart *c, PictureKind kind, char **bytes, size_t *len, LbError *err);

#endif
