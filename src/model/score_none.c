/* score_none.c -- no attention: the decoder is given the encoder's last state and nothing else (Sutskever et
 * al. 2014; Cho et al. 2014). The baseline that shows what looking back is worth.
 */
#include "model/score.h"

static void declare(Score *s, Params *p)
{
    (void)s, (void)p;
}

const ScoreKind score_none = { "none", "no attention: one fixed context vector", .attends = false,
                               .declare = declare };
