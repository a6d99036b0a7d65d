/* cell.c -- see cell.h. The arithmetic is in tensor/op_lstm.c, op_gru.c and op_gru_after.c. */
#include "model/cell.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"

Tensor *param_named(Params *p, const char *prefix, const char *name, Init init, int rows, int columns)
{
    Str full = { 0 };
    str_addf(&full, "%s.%s", prefix, name);
    Tensor *x = param_add(p, full.text, init, columns ? USE_PRODUCT : USE_ROWS, columns ? 2 : 1,
                          (int[]){ rows, columns });
    str_free(&full);
    return x;
}

/* ---- lstm ---- */
static void lstm_declare(Cell *c, Params *p, const char *prefix)
{
    c->u = param_named(p, prefix, "recurrent", INIT_RECURRENT, 4 * c->hidden, c->hidden);
}
static Recurrent lstm_run(const Cell *c, Tape *t, Tensor *x, Tensor *h, Tensor *cell, const int *lengths,
                          bool reverse)
{
    return op_lstm(t, x, c->u, h, cell, lengths, reverse);
}
static const CellKind lstm = { "lstm", "long short-term memory", 4, true, lstm_declare, lstm_run };

/* ---- gru ---- */
static void gru_declare(Cell *c, Params *p, const char *prefix)
{
    c->u = param_named(p, prefix, "recurrent", INIT_RECURRENT, 2 * c->hidden, c->hidden);
    c->u_n = param_named(p, prefix, "recurrent_new", INIT_RECURRENT, c->hidden, c->hidden);
}
static Recurrent gru_run(const Cell *c, Tape *t, Tensor *x, Tensor *h, Tensor *cell, const int *lengths,
                         bool reverse)
{
    (void)cell;
    return op_gru(t, x, c->u, c->u_n, h, lengths, reverse);
}
static const CellKind gru = { "gru", "gated recurrent unit", 3, false, gru_declare, gru_run };

/* ---- gru-reset-after ---- */
static void after_declare(Cell *c, Params *p, const char *prefix)
{
    c->u = param_named(p, prefix, "recurrent", INIT_RECURRENT, 3 * c->hidden, c->hidden);
    c->u_b = param_named(p, prefix, "recurrent_bias", INIT_ZERO, 3 * c->hidden, 0);
}
static Recurrent after_run(const Cell *c, Tape *t, Tensor *x, Tensor *h, Tensor *cell, const int *lengths,
                           bool reverse)
{
    (void)cell;
    return op_gru_after(t, x, c->u, c->u_b, h, lengths, reverse);
}
static const CellKind gru_after = {
    "gru-reset-after", "gated recurrent unit as in cuDNN and PyTorch", 3, false, after_declare, after_run
};

const char *const cell_h_names[CELL_LAYERS] = {
    "h.0", "h.1", "h.2",  "h.3",  "h.4",  "h.5",  "h.6",  "h.7",
    "h.8", "h.9", "h.10", "h.11", "h.12", "h.13", "h.14", "h.15"
};
const char *const cell_c_names[CELL_LAYERS] = {
    "c.0", "c.1", "c.2",  "c.3",  "c.4",  "c.5",  "c.6",  "c.7",
    "c.8", "c.9", "c.10", "c.11", "c.12", "c.13", "c.14", "c.15"
};

const CellKind *const cell_kinds[] = { &lstm, &gru, &gru_after, NULL };

const CellKind *cell_find(const char *name)
{
    for (int i = 0; cell_kinds[i]; i++)
        if (!strcmp(cell_kinds[i]->name, name))
            return cell_kinds[i];
    assert(!"a cell that the configuration check let through");
    return NULL;
}

void cell_declare(Cell *c, Params *p, const char *kind, const char *prefix, int input, int hidden)
{
    *c = (Cell){ .kind = cell_find(kind), .input = input, .hidden = hidden };
    int rows = c->kind->gates * hidden;
    c->w = param_named(p, prefix, "input", INIT_UNIFORM, rows, input);
    c->b = param_named(p, prefix, "bias", c->kind->has_c ? INIT_LSTM_BIAS : INIT_ZERO, rows, 0);
    c->kind->declare(c, p, prefix);
}

Tensor *cell_input(const Cell *c, Tape *t, Tensor *x)
{
    return op_linear(t, x, c->w, c->b);
}

Recurrent cell_run(const Cell *c, Tape *t, Tensor *gates, Tensor *h, Tensor *cell, const int *lengths,
                   bool reverse)
{
    return c->kind->run(c, t, gates, h, cell, lengths, reverse);
}
