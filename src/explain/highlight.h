/* highlight.h -- the cells of a map that stand out, and what became of them when they were checked.
 *
 * A highlight is a cell that has its row's largest weight (the first of equals), or at least 0.1. Words of
 * the source are checked; a begin or end of sentence cannot be erased, so highlights on it stay unchecked.
 */
#ifndef EXPLAIN_HIGHLIGHT_H
#define EXPLAIN_HIGHLIGHT_H

#include "explain/map.h"

typedef struct {
    int supported, unsupported, unchecked;
} HighlightCount;

/* Of a map with marks. */
HighlightCount highlight_count(const Map *m);

#endif
