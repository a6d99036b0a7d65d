/* picture.h -- where the model looked, as a picture file.
 *
 * A heat map with target words as rows and source words as columns, coloured by cividis on a fixed scale from
 * 0 to 1. The cells become smaller as the map grows; a large cell shows its weight as a number. A highlight
 * on which the output was found to depend has a thin border, one on which it does not is hatched, and a line
 * below counts them. Words are drawn by pango, so Chinese, Arabic and
 * Devanagari come out right wherever fonts for them are installed.
 *
 * A word wider than about thirty letters is ellipsised in the drawing (with a dots sign); in an SVG it stands
 * in full in the <desc>, and every cell that is not nearly 0 has a tooltip.
 */
#ifndef VIEW_PICTURE_H
#define VIEW_PICTURE_H

#include "explain/map.h"
#include "view/canvas.h"

typedef struct {
    bool transposed; /* rows are source words */
    double scale;    /* pixels for each px in a PNG; 0: 2, or 1 where 2 would be too large */
} PictureOptions;

/* The kind is told by the suffix of path, .svg .png or .pdf (else LB_USAGE). The file is complete or not
 * there. A map without attention or without words, or too large a map, is LB_DATA. */
LbStatus picture_write(const Map *m, const char *path, PictureOptions o, LbError *err);

/* The same into memory; *bytes is the caller's to free(). The same map gives the same bytes. */
LbStatus picture_render(const Map *m, PictureKind kind, PictureOptions o, char **bytes, size_t *len,
                        LbError *err);

#endif
