/* score_multi_head.c -- several looks at once, each with its own part of queries, keys and values (Vaswani et
 * al. 2017, section 3.2.2), asked by a recurrent decoder:
 *
 *     head i: c_i = softmax(q_i K_i^T / sqrt(d)) V_i        context = W_o [c_1; ...; c_H]
 *
 * Keys and values are computed once a sentence. There is no one row of scores: the weights that are shown are
 * the mean over the heads, the scores their logarithms, of which the mean is the softmax again. While
 * training nobody looks at them, and they are not made, unless one head (or the mean) is guided: it is what
 * is shown then, too. What copies is the mean.
 */
#include <math.h>

#include "model/attention.h"
#include "model/cell.h"
#include "model/norms.h"
#include "model/score.h"

static void declare(Score *s, Params *p)
{
    assert(s->hidden % s->heads == 0);
    s->w_query = param_named(p, "attention", "query", INIT_UNIFORM, s->hidden, s->query);
    s->w_memory = param_named(p, "attention", "memory", INIT_UNIFORM, 2 * s->hidden, s->memory);
    s->w_out = param_named(p, "attention", "out", INIT_UNIFORM, s->memory, s->hidden);
}

static Tensor *keys(const Score *s, Tape *t, Tensor *memory)
{
    return op_linear(t, memory, s->w_memory, NULL);
}

/* 0 where there is no weight at all: padding. */
static Tensor *logs_of(Tape *t, const Tensor *weights)
{
    Tensor *y = tensor_new(t->batch, 3, weights->dim, false);
    for (size_t i = 0; i < tensor_len(y); i++)
        y->val[i] = weights->val[i] > 0 ? (real)log((double)weights->val[i]) : 0;
    return y;
}

static Tensor *mean_of(Tape *t, Tensor *heads)
{
    return maps_summary(&(Maps){ .cross = { 1, { heads } }, .stands = { 0, -1 } }, t);
}

static Look look(const Score *s, Tape *t, Tensor *query, Tensor *kv, const State *state, bool shown,
                 const RowEdit *edit)
{
    Look l = { 0 };
    const Heads h = { .D = s->hidden,
                      .heads = s->heads,
                      .v_at = s->hidden,
                      .lengths = state->lengths,
                      .dropout = s->dropout,
                      .weights = shown ? &l.heads : NULL,
                      .edit = edit };
    Tensor *q = op_linear(t, query, s->w_query, NULL), *mixed = op_multi_head(t, q, kv, &h);
    l.context = op_linear(t, mixed, s->w_out, NULL);
    if (shown) {
        HeadPlace stands = { 0, s->guided ? s->guided_head : -1 };
        l.weights = maps_summary(&(Maps){ .cross = { 1, { l.heads } }, .stands = stands }, t);
        l.scores = logs_of(t, l.weights);
    } else if (t->training && s->guided)
        l.weights = attention_of_heads(t, q, kv, &h, s->guided_head);
    if (state->wants_copy)
        l.copy = t->recording ? attention_of_heads(t, q, kv, &h, -1) : mean_of(t, l.heads);
    return l;
}

static Tensor *values(const Score *s, Tape *t, const Tensor *kv, int b, int n)
{
    return op_linear(t, norms_heads_apart(t, kv, b, n, s->hidden, s->hidden, s->heads), s->w_out, NULL);
}

const ScoreKind score_multi_head = { "multi-head", "several scaled dots side by side (Vaswani 2017)",
                                     true,         false,
                                     false,        false,
                                     declare,      keys,
                                     .look = look, .values = values };
