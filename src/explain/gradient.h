/* gradient.h -- what an output leans on, to first order: gradient times input.
 *
 * For target word t and source word s, e_s being the embeddings of its pieces as the model reads them
 * (scaled, before positions are added) and log p(y_t) the sum over the target word's pieces,
 *
 *     v = d log p(y_t) / d e_s * e_s   (elementwise),    norm = |v|,    sum = sum of v's numbers
 *
 * (Denil et al. 2014; Li et al. 2016, "Visualizing and Understanding Neural Models in NLP"). The sum is what
 * a straight line says erasing e_s to 0 would cost; the norm does not let numbers of either sign cancel.
 *
 * One backward pass gives one row of the map. So the pair is repeated, once for every target word with its
 * output up to that word, and one pass over the batch gives all rows: they do not depend on each other.
 */
#ifndef EXPLAIN_GRADIENT_H
#define EXPLAIN_GRADIENT_H

#include "explain/erase.h"

/* Rows are target words, the last one the end of sentence. Columns are places of the source as the model
 * reads it: word s is column first + s; before and behind them are the marks, if the model is given any. */
typedef struct {
    int rows, columns, first;
    double *norm, *sum; /* [rows, columns] */
} Gradient;

/* Of a model for inference, lean or not; dropout is off. Batches have up to `tokens` pieces of either side
 * (0: a usual number), which changes nothing but memory. out's memory from results. False: cancelled. */
bool gradient_of(Searcher *s, const Model *m, const ErasePair *pair, int tokens, Arena *results,
                 Gradient *out);

#endif
