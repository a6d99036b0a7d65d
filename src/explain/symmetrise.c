#include "explain/symmetrise.h"

#include <stdlib.h>

#include "base/array.h"

const char *const symmetrise_names[] = { "intersection",        "union",
                                         "grow-diag",           "grow-diag-final",
                                         "grow-diag-final-and", "grow-diagonal",
                                         "grow-diagonal-final", NULL };

typedef struct Grid Grid;
typedef struct {
    bool all;             /* begin with the union */
    void (*grow)(Grid *); /* NULL: nothing more */
    int linked; /* of the words of what is taken in the end at most so many have a link; -1: nothing */
} Method;

/* The union, in order, and what is known of each link. */
struct Grid {
    AerLink *links; /* array */
    bool *forward, *reverse, *taken;
    bool *source_linked, *target_linked; /* of words */
};

/* ---- the union ---- */

static AerLink *join(const AerLink *a, size_t n_a, const AerLink *b, size_t n_b)
{
    AerLink *all = NULL;
    for (size_t i = 0; i < n_a + n_b; i++) {
        AerLink link = i < n_a ? a[i] : b[i - n_a];
        array_push(all, (AerLink){ link.source, link.target, true });
    }
    links_sort(all);
    return all;
}

static int order(const AerLink *a, int source, int target)
{
    if (a->source != source)
        return a->source < source ? -1 : 1;
    return (a->target > target) - (a->target < target);
}

/* Where that pair is in the union; its length: nowhere. */
static size_t find(const Grid *g, int source, int target)
{
    size_t from = 0, n = array_len(g->links), to = n;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (order(&g->links[middle], source, target) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from < n && order(&g->links[from], source, target) == 0 ? from : n;
}

static void mark(const Grid *g, const AerLink *links, size_t n, bool *marks)
{
    for (size_t i = 0; i < n; i++)
        marks[find(g, links[i].source, links[i].target)] = true;
}

static Grid grid_new(const AerLink *forward, size_t n_forward, const AerLink *reverse, size_t n_reverse)
{
    Grid g = { .links = join(forward, n_forward, reverse, n_reverse) };
    size_t n = array_len(g.links);
    int source = 0, target = 0;
    for (size_t i = 0; i < n; i++) {
        source = g.links[i].source > source ? g.links[i].source : source;
        target = g.links[i].target > target ? g.links[i].target : target;
    }
    g.forward = memory_get(3 * n + 1, sizeof *g.forward);
    g.reverse = g.forward + n;
    g.taken = g.reverse + n;
    g.source_linked = memory_get((size_t)source + (size_t)target + 2, sizeof *g.source_linked);
    g.target_linked = g.source_linked + source + 1;
    mark(&g, forward, n_forward, g.forward);
    mark(&g, reverse, n_reverse, g.reverse);
    return g;
}

static void grid_free(Grid *g)
{
    array_free(g->links);
    free(g->forward);
    free(g->source_linked);
}

/* ---- taking links ---- */

static void take(Grid *g, size_t i)
{
    g->taken[i] = true;
    g->source_linked[g->links[i].source] = g->target_linked[g->links[i].target] = true;
}

static int words_linked(const Grid *g, size_t i)
{
    return g->source_linked[g->links[i].source] + g->target_linked[g->links[i].target];
}

static bool touches(const Grid *g, size_t i)
{
    for (int s = -1; s <= 1; s++)
        for (int t = -1; t <= 1; t++) {
            size_t at = find(g, g->links[i].source + s, g->links[i].target + t);
            if (at < array_len(g->links) && g->taken[at])
                return true;
        }
    return false;
}

static void grow(Grid *g)
{
    size_t n = 0, *left = memory_get(array_len(g->links) + 1, sizeof *left);
    for (size_t i = 0; i < array_len(g->links); i++)
        if (!g->taken[i])
            left[n++] = i;
    for (bool grown = true; grown;) {
        size_t kept = 0;
        grown = false;
        for (size_t k = 0; k < n; k++) {
            if (words_linked(g, left[k]) < 2 && touches(g, left[k])) {
                take(g, left[k]);
                grown = true;
            } else {
                left[kept++] = left[k];
            }
        }
        n = kept;
    }
    free(left);
}

/* Takes free corners of link i; true: some. */
static bool take_corners(Grid *g, size_t i)
{
    static const int corners[4][2] = { { -1, 1 }, { -1, -1 }, { 1, -1 }, { 1, 1 } };
    bool taken = false;
    for (int k = 0; k < 4; k++) {
        size_t at = find(g, g->links[i].source + corners[k][0], g->links[i].target + corners[k][1]);
        if (at < array_len(g->links) && words_linked(g, at) == 0) {
            take(g, at);
            taken = true;
        }
    }
    return taken;
}

static void grow_corners(Grid *g)
{
    for (bool grown = true; grown;) {
        grown = false;
        for (size_t i = 0; i < array_len(g->links); i++)
            if (g->taken[i])
                grown |= take_corners(g, i);
    }
}

/* Takes what one direction has and of whose two words at most so many have a link. */
static void finish(Grid *g, const bool *direction, int linked)
{
    for (size_t i = 0; i < array_len(g->links); i++)
        if (direction[i] && !g->taken[i] && words_linked(g, i) <= linked)
            take(g, i);
}

static void take_agreed(Grid *g, bool all)
{
    for (size_t i = 0; i < array_len(g->links); i++)
        if (all || (g->forward[i] && g->reverse[i]))
            take(g, i);
}

static const Method methods[] = {
    { false, NULL, -1 }, { true, NULL, -1 },          { false, grow, -1 },        { false, grow, 1 },
    { false, grow, 0 },  { false, grow_corners, -1 }, { false, grow_corners, 0 },
};

AerLink *symmetrise(const AerLink *forward, size_t n_forward, const AerLink *reverse, size_t n_reverse,
                    int method)
{
    const Method *m = &methods[method];
    Grid g = grid_new(forward, n_forward, reverse, n_reverse);
    AerLink *out = NULL;
    take_agreed(&g, m->all);
    if (m->grow)
        m->grow(&g);
    if (m->linked >= 0) {
        finish(&g, g.forward, m->linked);
        finish(&g, g.reverse, m->linked);
    }
    for (size_t i = 0; i < array_len(g.links); i++)
        if (g.taken[i])
            array_push(out, g.links[i]);
    grid_free(&g);
    return out;
}
