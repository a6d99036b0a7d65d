/* override.h -- attention changed inside the model: what would it say if it had looked elsewhere?
 *
 * Every row of cross-attention weights, right after the softmax, is given to an editor, which may change it
 * before it is used and exported; so maps show what was used. A row that the editor leaves alone keeps its
 * bits, and so do its neighbours. Inference only: a tape that records is never overridden.
 *
 * Here are the type and two editors: columns that are closed, and rows that are told where to look. Only
 * attention is changed: recurrent encoders and self-attention have told words of each other before.
 */
#ifndef MODEL_OVERRIDE_H
#define MODEL_OVERRIDE_H

#include "tensor/op.h"

/* Where a row of weights is. All count from 0. */
typedef struct {
    int layer, head; /* recurrent models have one layer; one head, but for score multi-head */
    int sentence;    /* in the batch that was searched or forced */
    int row;         /* of the state: sentences still searched times hypotheses */
    int t;           /* target place in the whole output; the end of sentence has one, too */
} OverridePlace;

typedef struct {
    int layer, head; /* -1: all */
    /* weights [n], n the sentence's true length, marks counted; they are to sum to 1 afterwards. Pure:
     * threads call it in any order. */
    void (*edit)(const void *context, const OverridePlace *place, int n, real *weights);
    const void *context;
} Override;

/* Some source places of one sentence, for some target places. */
typedef struct {
    int n_rows;
    const bool *const *rows; /* [n_rows] by target place, each [n]; NULL: that row is left alone */
    const bool *others;      /* [n] for all target places from n_rows on; NULL: they are left alone */
} Columns;

/* An editor's context. */
typedef struct {
    int n_sentences;
    const Columns *sentences; /* [n_sentences] */
} ColumnEdit;

/* Weights of the chosen places become 0, the others share what these had in proportion; evenly if they had
 * nothing. A row stays when it had nothing there, or when all places are chosen. */
void override_close(const void *column_edit, const OverridePlace *place, int n, real *weights);
/* All weight goes to the chosen places, in proportion (evenly if they had nothing). A row of which no place
 * is chosen stays. */
void override_attend(const void *column_edit, const OverridePlace *place, int n, real *weights);

#endif
