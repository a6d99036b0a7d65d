/* readings.h -- three readings of an output as JSON; and what all that forces an output once more asks first.
 */
#ifndef API_READINGS_H
#define API_READINGS_H

#include "api/json.h"

/* A list with an entry for each word of the output: what each reading points at. */
json_t *readings_json(const LbMap *m, const LbErasure *e, const LbGradient *g);
json_t *gradient_json(const LbGradient *g, JsonNumbers *to); /* both matrices */

#endif
