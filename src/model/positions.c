#include "model/positions.h"

#include <math.h>
#include <string.h>

/* Vaswani et al. 2017, section 3.5, in the layout of Tensor2Tensor, OpenNMT and Marian: sines fill the first
 * half of the width, cosines the second. The first word is at place 1. */
static Tensor *sinusoidal(Tensor *table, Tape *t, int first, int T, int D, int *at)
{
    (void)table;
    int half = D / 2;
    double step = log(10000) / (half > 1 ? half - 1 : 1);
    Tensor *y = tensor_new(t->batch, 2, (int[]){ T, D }, false);
    for (int k = 0; k < half; k++) {
        double pace = exp(-k * step);
        for (int i = 0; i < T; i++) {
            real *row = y->val + (size_t)i * (size_t)D;
            row[k] = (real)sin((first + i + 1) * pace);
            row[half + k] = (real)cos((first + i + 1) * pace);
        }
    }
    *at = 0;
    return y;
}

static Tensor *learned(Tensor *table, Tape *t, int first, int T, int D, int *at)
{
    (void)t, (void)T, (void)D;
    *at = first;
    return table;
}

const PositionKind position_kinds[] = {
    { "sinusoidal", "waves of many lengths; sentences may be longer than any in training", false,
      sinusoidal },
    { "learned", "a vector for each place; no sentence may be longer", true, learned },
    { 0 },
};

const PositionKind *position_find(const char *name)
{
    for (const PositionKind *p = position_kinds; p->name; p++)
        if (!strcmp(p->name, name))
            return p;
    return NULL;
}
