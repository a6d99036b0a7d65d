/* score_scaled_dot.c -- (W q) . (U h) / sqrt(A) (Vaswani et al. 2017, section 3.2.1). */
#include <math.h>

#include "model/cell.h"
#include "model/score.h"

static void declare(Score *s, Params *p)
{
    s->w_query = param_named(p, "attention", "query", INIT_UNIFORM, s->hidden, s->query);
    s->w_memory = param_named(p, "attention", "memory", INIT_UNIFORM, s->hidden, s->memory);
}

static Tensor *keys(const Score *s, Tape *t, Tensor *memory)
{
    return op_linear(t, memory, s->w_memory, NULL);
}

static Tensor *score(const Score *s, Tape *t, Tensor *query, Tensor *key, Tensor *cover, const int *lengths)
{
    Tensor *q = op_scale(t, op_linear(t, query, s->w_query, NULL), 1 / sqrt(s->hidden));
    Tensor *x = op_dot_each(t, q, key, lengths);
    return cover ? op_cover(t, x, cover, q, s->w_coverage) : x;
}

const ScoreKind score_scaled_dot = {
    "scaled-dot", "(W q) . (U h) / sqrt(A) (Vaswani 2017)", true, false, true, true, declare, keys, score
};
