/* figures.h -- how faithful the attention of one sentence is: the figures of a check (explain/check.h). */
#ifndef API_FIGURES_H
#define API_FIGURES_H

#include "api/json.h"
#include "explain/check.h"

/* Drop, random, best, skill, flips, flips_random, supported; null for what cannot be told. Scratch from a. */
json_t *figures_json(const CheckSentence *x, CheckControl control, uint64_t seed, Arena *a);

/* The same of a map of words that was checked; null for a text in several parts, or without words. */
json_t *figures_of_map(const LbResult *r, const LbMap *m, const LbErasure *e, uint64_t line, Arena *a);

#endif
