/* score_general.c -- q . W h (Luong et al. 2015, section 3.1). W h is computed once a sentence. */
#include "model/cell.h"
#include "model/score.h"

static void declare(Score *s, Params *p)
{
    s->w_memory = param_named(p, "attention", "memory", INIT_UNIFORM, s->query, s->memory);
}

static Tensor *keys(const Score *s, Tape *t, Tensor *memory)
{
    return op_linear(t, memory, s->w_memory, NULL);
}

static Tensor *score(const Score *s, Tape *t, Tensor *query, Tensor *key, Tensor *cover, const int *lengths)
{
    Tensor *x = op_dot_each(t, query, key, lengths);
    return cover ? op_cover(t, x, cover, query, s->w_coverage) : x;
}

const ScoreKind score_general = { "general", "q . W h (Luong 2015)", true, false, true, false, declare, keys,
                                  score };
