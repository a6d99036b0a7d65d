/* steer.h -- attention told where to look, for one sentence: source places that nobody may look at, and
 * target places that look at given source places only.
 *
 * What is taken away goes to what is left in proportion to what it had, evenly if it had nothing: the least
 * change that does what was asked for. Places are those of pieces, marks and end of sentence counted.
 */
#ifndef EXPLAIN_STEER_H
#define EXPLAIN_STEER_H

#include "model/override.h"

typedef struct {
    int from, to;     /* target places [from, to) */
    int layer, head;  /* -1: all */
    const bool *open; /* [n] of the source's places, those that they look at */
} Steer;

typedef struct {
    const bool *closed;  /* [n] source places that nobody looks at; NULL: none */
    const Steer *steers; /* [n_steers] later ones act on what earlier ones left */
    int n_steers;
} Steering;

/* s is not copied, and may change between passes. For batches of one sentence. */
Override steer_override(const Steering *s);

#endif
