/* whatif.h -- an answer to "what if", with what only its own functions need. */
#ifndef API_WHATIF_H
#define API_WHATIF_H

#include "lookback.h"

typedef struct {
    LbWhatif pub; /* the first member */
    LbResult *before, *after, *forced;
    char *text, **changed, *unknown;
    bool source_changes, changes; /* whether anything was to change the source; anything at all */
} OwnWhatif;

static inline const OwnWhatif *own_whatif(const LbWhatif *w)
{
    return (const OwnWhatif *)(const void *)w;
}

#endif
