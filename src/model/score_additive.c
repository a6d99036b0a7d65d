/* score_additive.c -- v . tanh(W q + U h + b) (Bahdanau et al. 2015, A.1.2). U h + b is computed once a
 * sentence. */
#include "model/cell.h"
#include "model/score.h"

static void declare(Score *s, Params *p)
{
    s->w_query = param_named(p, "attention", "query", INIT_UNIFORM, s->hidden, s->query);
    s->w_memory = param_named(p, "attention", "memory", INIT_UNIFORM, s->hidden, s->memory);
    s->bias = param_named(p, "attention", "bias", INIT_ZERO, s->hidden, 0);
    s->v = param_named(p, "attention", "v", INIT_UNIFORM, s->hidden, 0);
}

static Tensor *keys(const Score *s, Tape *t, Tensor *memory)
{
    return op_linear(t, memory, s->w_memory, s->bias);
}

static Tensor *score(const Score *s, Tape *t, Tensor *query, Tensor *key, Tensor *cover, const int *lengths)
{
    Tensor *q = op_linear(t, query, s->w_query, NULL);
    return cover ? op_additive_covered(t, q, key, s->v, cover, s->w_coverage, lengths)
                 : op_additive(t, q, key, s->v, lengths);
}

const ScoreKind score_additive = {
    "additive", "v . tanh(W q + U h + b) (Bahdanau 2015)", true, false, true, true, declare, keys, score
};
