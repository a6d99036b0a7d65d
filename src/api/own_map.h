/* own_map.h -- what a public map is inside. */
#ifndef API_OWN_MAP_H
#define API_OWN_MAP_H

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
/* Where an erasure of the same result tells of a cell: an index into its matrices. */
size_t map_erased(const LbMap *m, const LbErasure *e, size_t t, size_t s);

#endif
