/* cell.h -- recurrent cells: a row in a table each (cell.c). */
#ifndef MODEL_CELL_H
#define MODEL_CELL_H

#include "tensor/op.h"
#include "tensor/param.h"

typedef struct CellKind CellKind;

/* One layer in one direction. */
typedef struct {
    const CellKind *kind;
    int input, hidden;
    Tensor *w, *b;   /* [G*H,I], [G*H]: the input's part of the gates */
    Tensor *u, *u_n; /* recurrent weights; u_n: candidate of `gru` */
    Tensor *u_b;     /* recurrent bias of `gru-reset-after` */
} Cell;

struct CellKind {
    const char *name, *help;
    int gates;
    bool has_c;                                              /* a second state besides h */
    void (*declare)(Cell *c, Params *p, const char *prefix); /* the recurrent part */
    Recurrent (*run)(const Cell *c, Tape *t, Tensor *x, Tensor *h, Tensor *cell, const int *lengths,
                     bool reverse);
};
extern const CellKind *const cell_kinds[]; /* NULL-terminated */

enum { CELL_LAYERS = 16 }; /* as many as the settings allow */
/* What layer i of a decoder is called in its state: h, and c of cells that have it. */
extern const char *const cell_h_names[CELL_LAYERS], *const cell_c_names[CELL_LAYERS];

const CellKind *cell_find(const char *name); /* asserts that it exists: configurations are checked */
void cell_declare(Cell *c, Params *p, const char *kind, const char *prefix, int input, int hidden);

/* The input's part of the gates, for all steps at once: [B,T,I] -> [B,T,G*H]. */
Tensor *cell_input(const Cell *c, Tape *t, Tensor *x);
/* Runs over gates from cell_input (plus whatever else was added to them); c NULL unless has_c. */
Recurrent cell_run(const Cell *c, Tape *t, Tensor *gates, Tensor *h, Tensor *cell, const int *lengths,
                   bool reverse);

/* Declares a parameter called prefix.name. */
Tensor *param_named(Params *p, const char *prefix, const char *name, Init init, int rows,
                    int columns); /* columns 0: a vector */

#endif
