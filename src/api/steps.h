/* steps.h -- the decoder told step by step: what lb_trace() prints and a page plays. */
#ifndef API_STEPS_H
#define API_STEPS_H

#include "explain/map.h"
#include "lookback.h"

typedef struct {
    const TraceStep *steps; /* [n] end of sentence last */
    const char **source;    /* [n_source] pieces */
    int n, n_source;
} Steps;

/* Of one output of one source, by a forced pass. All of it is the session's, until that is used again.
 * LB_USAGE for an ensemble and for a line that was read in parts; LB_DATA for another type of model and where
 * nothing was read; LB_MEMORY. */
LbStatus steps_of(LbSession *s, LbText source, const LbResult *r, size_t hypothesis, Steps *out,
                  LbError *err);

#endif
