/* map.h -- one attention map in words, ready to be drawn or printed.
 *
 * weights[t * n_source + s] is how much target word t looked at source word s. Rows sum to 1. The end of
 * sentence is the last word on either side, marked by end_source / end_target.
 */
#ifndef EXPLAIN_MAP_H
#define EXPLAIN_MAP_H

#include <stdbool.h>
#include <stddef.h>

typedef enum { MARK_UNCHECKED, MARK_SUPPORTED, MARK_UNSUPPORTED } Mark;

typedef struct {
    int n_source, n_target;
    const char **source, **target; /* UTF-8 words; the end of sentence is "</s>" */
    const double *weights;         /* [n_target, n_source]; NULL: a model without attention */
    const Mark *marks;             /* [n_target, n_source] or NULL: nothing was checked */
    const char *erased;            /* how words were erased for `marks`: "read as <unk>"; NULL: not told */
    bool end_source, end_target;   /* the last word is the end of sentence */
    /* What messages call columns and rows; NULL: "source" and "target". Maps of self-attention have both from
     * one side. */
    const char *column_side, *row_side;
    const char *title; /* NULL: none */
} Map;

static inline const char *map_column_side(const Map *m)
{
    return m->column_side ? m->column_side : "source";
}

static inline const char *map_row_side(const Map *m)
{
    return m->row_side ? m->row_side : "target";
}

/* One step of the decoder, told slowly (explain --trace). All arrays belong to whoever made the step. */
typedef struct {
    const char *word;   /* the target piece chosen at this step */
    double probability; /* of it */
    int n_source;
    const char **source;          /* source pieces */
    const double *scores;         /* [n_source] raw scores before softmax; NULL without attention, and where
                                   * weights are a mean over heads */
    const double *weights;        /* [n_source] after softmax */
    const double *context_shares; /* [n_source] length of weight * vector over the sum of those lengths; NULL
                                   * where scores are */
    int n_likely;                 /* five, or fewer */
    const char **likely;          /* likeliest next pieces */
    const double *likely_probabilities;
} TraceStep;

#endif
