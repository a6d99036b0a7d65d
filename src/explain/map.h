/* map.h -- one attention map in words, ready to be drawn or printed.
 *
 * weights[t * n_source + s] is how much target word t looked at source word s. Rows sum to 1. The end of
 * sentence is the last word on either side, marked by end_source / end_target.
 */
#ifndef EXPLAIN_MAP_H
#define EXPLAIN_MAP_H

#include <stdbool.h>

typedef enum { MARK_UNCHECKED, MARK_SUPPORTED, MARK_UNSUPPORTED } Mark;

typedef struct {
    int n_source, n_target;
    const char **source, **target; /* UTF-8 words; the end of sentence is "</s>" */
    const double *weights;         /* [n_target, n_source]; NULL: a model without attention */
    const Mark *marks;             /* [n_target, n_source] or NULL: nothing was checked */
    bool end_source, end_target;   /* the last word is the end of sentence */
    const char *title;             /* NULL: none */
} Map;

/* One step of the decoder, told slowly (explain --trace). All arrays belong to whoever made the step. */
typedef struct {
    const char *word;   /* the target piece chosen at this step */
    double probability; /* of it */
    int n_source;
    const char **source;          /* source pieces */
    const double *scores;         /* [n_source] raw scores before softmax; NULL without attention */
    const double *weights;        /* [n_source] after softmax */
    const double *context_shares; /* [n_source] length of weight * vector over the sum of those lengths */
    int n_likely;                 /* five, or fewer */
    const char **likely;          /* likeliest next pieces */
    const double *likely_probabilities;
} TraceStep;

#endif
