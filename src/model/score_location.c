/* score_location.c -- W q: one number per source position, from the decoder state alone (Luong et al. 2015,
 * section 3.1). It does not see the words, so it learns where to look by place only. W has data.max_length +
 * 1 rows; longer sources are split before they come here.
 */
#include "model/cell.h"
#include "model/score.h"

static void declare(Score *s, Params *p)
{
    s->w_query = param_named(p, "attention", "query", INIT_UNIFORM, s->max_length, s->query);
}

static Tensor *score(const Score *s, Tape *t, Tensor *query, Tensor *keys, Tensor *cover, const int *lengths)
{
    (void)lengths, (void)cover;
    return op_cut(t, op_linear(t, query, s->w_query, NULL), keys->dim[1]);
}

const ScoreKind score_location = {
    "location", "W q: by place alone, not by word (Luong 2015)", true, false, false, false, declare, NULL,
    score
};
