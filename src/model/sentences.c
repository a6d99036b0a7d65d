/* sentences.c -- see sentences.h. Sentences are laid into rows as long as the longest, one after the other
 * with a place between, so that rows are half full at least, and all rows are read at the same time. Between
 * two sentences the cell is shut (op_shut), so that a sentence's states depend on its own words alone,
 * wherever it lies and whatever its neighbours are.
 */
#include "model/sentences.h"

#include <string.h>

static int width_of(const EncoderConfig *e)
{
    return e->bidirectional ? e->hidden / 2 : e->hidden;
}

void sentences_declare(SentenceCells *c, Params *p, const EncoderConfig *e)
{
    c->both = e->bidirectional;
    cell_declare(&c->forward, p, e->cell, "encoder.forward.0", e->embedding, width_of(e));
    if (c->both)
        cell_declare(&c->backward, p, e->cell, "encoder.backward.0", e->embedding, width_of(e));
}

/* ---- the layout ---- */

typedef struct {
    int R, L;
    int *to;   /* [B*S] place of a word */
    int *from; /* [R*L] the word of a place; -1: shut */
} Layout;

/* The words from i on that belong together; sources end where a row of S words does. */
static int run_length(const bool *inside, int i, int S)
{
    int n = 0;
    while (inside[i + n] && (n++, (i + n) % S != 0))
        ;
    return n;
}

static int longest_run(const bool *inside, int n, int S)
{
    int most = 1;
    for (int i = 0, len; i < n; i += len + !len) {
        len = run_length(inside, i, S);
        most = len > most ? len : most;
    }
    return most;
}

/* Where each word goes; returns how many rows there are. */
static int lay(const bool *inside, int n, int S, int L, int *to)
{
    int row = 0, used = 0;
    for (int i = 0, len; i < n; i += len + !len) {
        len = run_length(inside, i, S);
        if (used + len > L)
            row++, used = 0;
        for (int k = 0; k < len; k++)
            to[i + k] = row * L + used + k;
        used += len ? len + 1 : 0;
    }
    return row + 1;
}

static Layout layout_of(Tape *t, const bool *inside, int n, int S)
{
    Layout y = { .L = longest_run(inside, n, S), .to = arena_zero(t->batch, (size_t)n, sizeof(int)) };
    y.R = lay(inside, n, S, y.L, y.to);
    y.from = arena_array(t->batch, int, (size_t)y.R *(size_t)y.L);
    memset(y.from, -1, (size_t)y.R * (size_t)y.L * sizeof *y.from);
    for (int i = 0; i < n; i++)
        if (inside[i])
            y.from[y.to[i]] = i;
    return y;
}

/* Words in rows: [B,S,E] -> [R,L,E]; what lies at shut places is not read. */
static Tensor *words_in_rows(Tape *t, Tensor *x, const Layout *y)
{
    int n = y->R * y->L, *ids = arena_array(t->batch, int, n);
    for (int i = 0; i < n; i++)
        ids[i] = y->from[i] < 0 ? 0 : y->from[i];
    Tensor *words = op_reshape(t, x, 2, (int[]){ x->dim[0] * x->dim[1], x->dim[2] });
    return op_embed(t, words, ids, y->R, y->L);
}

/* ---- reading ---- */

static Tensor *run(const Cell *c, Tape *t, Tensor *x, const bool *shut, bool reverse)
{
    Tensor *start = tensor_new(t->batch, 2, (int[]){ x->dim[0], c->hidden }, false);
    memset(start->val, 0, tensor_len(start) * sizeof(real));
    Tensor *gates = op_shut(t, cell_input(c, t, x), shut, c->hidden);
    return cell_run(c, t, gates, start, c->kind->has_c ? start : NULL, NULL, reverse).all;
}

SentenceStates sentences_read(const SentenceCells *c, Tape *t, Tensor *x, const bool *inside)
{
    const Layout y = layout_of(t, inside, x->dim[0] * x->dim[1], x->dim[1]);
    bool *shut = arena_array(t->batch, bool, (size_t)y.R *(size_t)y.L);
    for (int i = 0; i < y.R * y.L; i++)
        shut[i] = y.from[i] < 0;
    Tensor *rows = words_in_rows(t, x, &y);
    return (SentenceStates){ run(&c->forward, t, rows, shut, false),
                             c->both ? run(&c->backward, t, rows, shut, true) : NULL, y.to };
}

/* ---- the ends of spans ---- */

/* 0 in place of what an empty span found. */
static Tensor *without_empty(Tape *t, Tensor *found, const int *at)
{
    Tensor *keep = tensor_new(t->batch, found->n_dim, found->dim, false);
    size_t H = (size_t)tensor_last(found);
    for (size_t i = 0; i < tensor_len(keep); i++)
        keep->val[i] = at[i / H] >= 0;
    return op_mul(t, found, keep);
}

static Tensor *take(const SentenceStates *s, Tape *t, Tensor *states, const Spans *spans, int B, int S)
{
    bool last = states == s->forward;
    int n = B * spans->n, *at = arena_array(t->batch, int, n), *ids = arena_array(t->batch, int, n);
    memset(at, -1, (size_t)n * sizeof *at);
    for (int k = 0; k < B * S; k++) {
        int i = last ? k : B * S - 1 - k;
        if (spans->of[i] >= 0)
            at[i / S * spans->n + spans->of[i]] = s->to[i];
    }
    for (int i = 0; i < n; i++)
        ids[i] = at[i] < 0 ? 0 : at[i];
    Tensor *rows = op_reshape(t, states, 2, (int[]){ (int)tensor_rows(states), tensor_last(states) });
    return without_empty(t, op_embed(t, rows, ids, B, spans->n), at);
}

Tensor *sentences_take(const SentenceStates *s, Tape *t, const Spans *spans, int B, int S)
{
    Tensor *forward = take(s, t, s->forward, spans, B, S);
    return s->backward ? op_join(t, forward, take(s, t, s->backward, spans, B, S)) : forward;
}
