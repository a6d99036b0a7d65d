#include "explain/highlight.h"

#include "explain/erase.h"

HighlightCount highlight_count(const Map *m)
{
    int n[] = { [MARK_UNCHECKED] = 0, [MARK_SUPPORTED] = 0, [MARK_UNSUPPORTED] = 0 };
    for (int t = 0; t < m->n_target; t++) {
        const double *row = m->weights + (size_t)t * (size_t)m->n_source;
        const Mark *marks = m->marks + (size_t)t * (size_t)m->n_source;
        for (int s = 0; s < m->n_source; s++)
            n[marks[s]] +=
                marks[s] != MARK_UNCHECKED || erase_highlights(row, (size_t)m->n_source, (size_t)s);
    }
    return (HighlightCount){ n[MARK_SUPPORTED], n[MARK_UNSUPPORTED], n[MARK_UNCHECKED] };
}
