/* own_map.h -- what a public map is inside. */
#ifndef API_OWN_MAP_H
#define API_OWN_MAP_H

#include "explain/map.h"
#include "lookback.h"

typedef struct {
    LbMap map;
    double *weights;
    LbWord *inputs;                    /* columns of a decoder's map, else NULL */
    LbMark *marks;                     /* lb_map_check(); else NULL */
    const int *row_word, *column_word; /* the result's: of which word each piece is part; NULL: words */
} OwnMap;

/* Whether a cell stands out (explain/erase.h). */
bool map_highlights(const LbMap *m, size_t t, size_t s);
/* "unchecked", "supported", "unsupported"; the map has marks. */
const char *map_mark_name(const LbMap *m, size_t t, size_t s);
/* Where a matrix over the words of the same result tells of a cell of the map: an index. */
size_t map_cell(const LbMap *m, size_t n_words, size_t n_source_words, size_t t, size_t s);
/* A map of cross attention in words with other weights [words, source words], which are taken over. */
LbMap *map_of_words(const LbResult *r, int layer, int head, double *weights);
/* For src/view; to be given to map_view_free(). */
Map map_view(const LbMap *m, const char *title);
void map_view_free(Map *m);

#endif
