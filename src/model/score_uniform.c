/* score_uniform.c -- every source word gets the same weight: attention that cannot choose. A control: if a
 * model trained so does as well, its weights tell nothing (Jain and Wallace 2019; Wiegreffe and Pinter 2019).
 * A Transformer's cross attention does the same with this name (Heads.uniform).
 */
#include <string.h>

#include "model/score.h"

static void declare(Score *s, Params *p)
{
    (void)s, (void)p;
}

static Tensor *score(const Score *s, Tape *t, Tensor *query, Tensor *keys, Tensor *cover, const int *lengths)
{
    (void)s, (void)lengths, (void)cover;
    Tensor *zero = tensor_new(t->batch, 3, (int[]){ query->dim[0], query->dim[1], keys->dim[1] }, false);
    memset(zero->val, 0, tensor_len(zero) * sizeof *zero->val);
    return zero;
}

const ScoreKind score_uniform = {
    "uniform", "the same weight for every word: a control", true, false, false, false, declare, NULL, score
};
