/* maps.h -- where every layer and head looked while an output was written.
 *
 * Search keeps nothing of what its steps saw but the weights of a recurrent model. What else is wanted is
 * read off one forced pass over the outputs that were found: the same numbers (decoding at once is decoding
 * word by word), and search itself is the same with and without.
 *
 * The one map that stands for a Transformer is the mean over the heads of the cross attention of the layer
 * last but one, or the only one (maps_summary): it agrees best with alignments made by hand (Garg et al.
 * 2019, "Jointly Learning to Align and Translate with Transformer Models"). Where training guided a head, it
 * is that one (model_stands).
 */
#ifndef SEARCH_MAPS_H
#define SEARCH_MAPS_H

#include "search/search.h"

/* ALL and norms, too: NORMS. */
typedef enum { MAPS_NONE, MAPS_ONE, MAPS_ALL, MAPS_NORMS } MapsWanted;

/* Layers and heads of a model's attention; 0 and 0: it has none of that kind. */
typedef struct {
    int layers, heads;
} HeadCount;
HeadCount maps_count(const Model *m, MapKind kind);

/* Fills weights (where search gave none) and, with MAPS_ALL and MAPS_NORMS, maps of all hypotheses that were
 * found for b's sources; memory from `results`. An ensemble: weights are the mean over models; maps are those
 * of the first model, or the mean when all models have one layer and one head. A hypothesis whose maps would
 * take more than 256 MB gets none and is marked too_large. False: cancelled. */
bool search_maps(Searcher *s, const Model *const *models, int n_models, const Batch *b, MapsWanted wanted,
                 Arena *results, const Found *found);

#endif
