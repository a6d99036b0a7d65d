/* score_dot.c -- q . h (Luong et al. 2015, section 3.1). No parameters; both widths must be equal. */
#include "model/score.h"

static void declare(Score *s, Params *p)
{
    (void)p;
    assert(s->query == s->memory);
}

static Tensor *score(const Score *s, Tape *t, Tensor *query, Tensor *keys, const int *lengths)
{
    (void)s;
    return op_dot_each(t, query, keys, lengths);
}

const ScoreKind score_dot = { "dot", "q . h (Luong 2015)", true, .equal_widths = true, declare, NULL, score };
