/* erased_as.h -- how words were erased, as legends say it, "read as <unk>"; and stretches taken out. */
#ifndef API_ERASED_AS_H
#define API_ERASED_AS_H

#include "api/parts.h"
#include "explain/suspicion.h"
#include "lookback.h"

const char *erased_as(LbErase how);

/* What was measured of the one part of a result's best output; `without` is not known and 0. To be given to
 * lb_erasure_free(). */
LbErasure *erasure_of_part(const Model *m, const LbResult *r, LbErase how, const ResultPart *p,
                           const Erased *e);

/* By how many nats a result's output, its end counted, is likelier without each of n stretches of its source,
 * whose words are counted without marks: gain [n]. The result is of one part. */
LbStatus erase_stretches(LbSession *s, const LbResult *r, const Stretch *cuts, size_t n, double *gain,
                         LbError *err);

#endif
