/* result.h -- from what search found, in pieces of parts, to what a user gets: lines, words, bytes. */
#ifndef API_RESULT_H
#define API_RESULT_H

#include "api/input.h"
#include "search/search.h"

/* Results are handed out as one array in one arena, which lies in front of it. */
LbResult *results_new(size_t n, size_t limit, Arena **arena);

/* Fills one result from the parts of its line, in order; an empty line has none. Memory from a. m: what found
 * them, or the first of an ensemble. */
void result_fill(LbResult *r, const InputLine *line, const Found *const *parts, const Model *m,
                 const LbTranslateOptions *o, Arena *a);

#endif
