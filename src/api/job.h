/* job.h -- translating and scoring lines that are pieces already: what lb_translate and lb_score do behind
 * reading, for those who change what is read.
 */
#ifndef API_JOB_H
#define API_JOB_H

#include "api/input.h"

/* source [n], target [n] (forced beginnings; NULL: none): as input_read gives them; both are given up. o has
 * been checked. not_next: see SearchOptions. *out is NULL on failure. */
LbStatus job_translate(LbSession *s, InputLine *source, InputLine *target, size_t n, LbTranslateOptions o,
                       const bool *not_next, LbResult **out, LbError *err);
/* The same with whole outputs. */
LbStatus job_score(LbSession *s, InputLine *source, InputLine *target, size_t n, int batch, LbMaps maps,
                   LbResult **out, LbError *err);

#endif
