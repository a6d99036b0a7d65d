/* score_dot.c -- q . h (Luong et al. 2015, section 3.1). No parameters; both widths must be equal. */
#include "model/score.h"

static void declare(Score *s, Params *p)
{
    (void)p;
    assert(s->query == s->memory);
}

static Tensor *score(const Score *s, Tape *t, Tensor *query, Tensor *keys, Tensor *cover, const int *lengths)
{
    Tensor *x = op_dot_each(t, query, keys, lengths);
    return cover ? op_cover(t, x, cover, query, s->w_coverage) : x;
}

const ScoreKind score_dot = { "dot",          "q . h (Luong 2015)", true,          .equal_widths = true,
                              .covers = true, .declare = declare,   .score = score };
