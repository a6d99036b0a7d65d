/* copied.h -- how much of an output was copied from its source. */
#ifndef SEARCH_COPIED_H
#define SEARCH_COPIED_H

#include "search/search.h"

/* Fills `copied` of all hypotheses that were found for b's sources, by forced passes; memory from `results`.
 * An ensemble: the share of its mean probability. Nothing for models that do not copy. False: cancelled. */
bool search_copied(Searcher *s, const Model *const *models, int n_models, const Batch *b, Arena *results,
                   const Found *found);

#endif
