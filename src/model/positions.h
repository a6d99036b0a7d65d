/* positions.h -- what is added to a word's vector to say where it stands: a row in a table each. */
#ifndef MODEL_POSITIONS_H
#define MODEL_POSITIONS_H

#include "tensor/op.h"
#include "tensor/param.h"

typedef struct {
    const char *name, *help;
    bool learned; /* a table [P,D] of parameters; else nothing is learned and any length can be read */
    /* Rows for places first .. first+T-1 are rows *at, *at + 1 ... of the result [*,D]. */
    Tensor *(*rows)(Tensor *table, Tape *t, int first, int T, int D, int *at);
} PositionKind;

extern const PositionKind position_kinds[]; /* ends with a NULL name */
const PositionKind *position_find(const char *name);

#endif
