#include "model/override.h"

/* The chosen places of a row; NULL: it is left alone. */
static const bool *chosen_at(const ColumnEdit *e, const OverridePlace *p)
{
    assert(p->sentence < e->n_sentences);
    const Columns *c = &e->sentences[p->sentence];
    return p->t < c->n_rows ? c->rows[p->t] : c->others;
}

/* Places with chosen[s] == side: how many, and their weight. */
static int count(const bool *chosen, bool side, int n, const real *weights, double *sum)
{
    int n_side = 0;
    *sum = 0;
    for (int s = 0; s < n; s++)
        if (chosen[s] == side) {
            n_side++;
            *sum += (double)weights[s];
        }
    return n_side;
}

/* All weight goes to places with chosen[s] == side. */
static void keep(const bool *chosen, bool side, int n, real *weights)
{
    double sum;
    int n_side = count(chosen, side, n, weights, &sum);
    if (n_side == 0)
        return;
    for (int s = 0; s < n; s++)
        if (chosen[s] != side)
            weights[s] = 0;
        else
            weights[s] = sum <= 0 ? (real)(1.0 / n_side) : (real)((double)weights[s] / sum);
}

void override_close(const void *column_edit, const OverridePlace *place, int n, real *weights)
{
    const bool *closed = chosen_at(column_edit, place);
    double had;
    if (!closed)
        return;
    count(closed, true, n, weights, &had);
    if (had > 0)
        keep(closed, false, n, weights);
}

void override_attend(const void *column_edit, const OverridePlace *place, int n, real *weights)
{
    const bool *wanted = chosen_at(column_edit, place);
    if (wanted)
        keep(wanted, true, n, weights);
}
