#include "model/score.h"

#include <string.h>

const ScoreKind *const score_kinds[] = {
    &score_none,       &score_dot,      &score_general,    &score_additive, &score_concat,
    &score_scaled_dot, &score_location, &score_multi_head, &score_uniform,  NULL,
};

const ScoreKind *score_find(const char *name)
{
    for (int i = 0; score_kinds[i]; i++)
        if (!strcmp(score_kinds[i]->name, name))
            return score_kinds[i];
    return NULL;
}
