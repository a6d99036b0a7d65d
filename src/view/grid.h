/* grid.h -- many maps of the same words side by side: every layer (down) and head (across).
 *
 * Small multiples (Tufte 1990, "Envisioning Information", chapter 4): one colour scale from 0 to 1, the same
 * columns and rows everywhere, so words stand once: column words above each head's first map, row words left
 * of each layer. Where cells are too small for words to be read none stand there; an SVG names every cell's
 * map in a tooltip and all words in its <desc>.
 */
#ifndef VIEW_GRID_H
#define VIEW_GRID_H

#include "explain/map.h"
#include "view/canvas.h"

typedef struct {
    const Map *words;          /* words, sides and title; its weights are not used */
    const double *const *maps; /* [n_layers, n_heads], each [n_target, n_source] */
    int n_layers, n_heads;
    int first_layer, first_head; /* what the first ones are called */
    const char *const *names;    /* NULL, or [n_heads] what stands above the maps instead of layer and head */
} MapGrid;

/* As picture_write(). */
LbStatus grid_write(const MapGrid *g, const char *path, LbError *err);

/* As picture_render(), at 2 pixels for each px in a PNG where that is not too large. */
LbStatus grid_render(const MapGrid *g, PictureKind kind, char **bytes, size_t *len, LbError *err);

#endif
