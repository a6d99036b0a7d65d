/* score_concat.c -- v . tanh(W [q; h]) (Luong et al. 2015, section 3.1).
 *
 * W has a block for q and a block for h, kept as two matrices so that the block for h meets the source once a
 * sentence. Other than `additive` it has no bias.
 */
#include "model/cell.h"
#include "model/score.h"

static void declare(Score *s, Params *p)
{
    s->w_query = param_named(p, "attention", "query", INIT_UNIFORM, s->hidden, s->query);
    s->w_memory = param_named(p, "attention", "memory", INIT_UNIFORM, s->hidden, s->memory);
    s->v = param_named(p, "attention", "v", INIT_UNIFORM, s->hidden, 0);
}

static Tensor *keys(const Score *s, Tape *t, Tensor *memory)
{
    return op_linear(t, memory, s->w_memory, NULL);
}

static Tensor *score(const Score *s, Tape *t, Tensor *query, Tensor *key, Tensor *cover, const int *lengths)
{
    Tensor *q = op_linear(t, query, s->w_query, NULL);
    return cover ? op_additive_covered(t, q, key, s->v, cover, s->w_coverage, lengths)
                 : op_additive(t, q, key, s->v, lengths);
}

const ScoreKind score_concat = {
    "concat", "v . tanh(W [q; h]) (Luong 2015)", true, false, true, true, declare, keys, score
};
