/* judge.h -- what a model thinks of given outputs, piece by piece: many short forced passes, as checking asks
 * for, without the [rows, vocabulary] numbers of search_force.
 */
#ifndef SEARCH_JUDGE_H
#define SEARCH_JUDGE_H

#include "search/search.h"

/* A source and an output for it, without marks; what comes out is the caller's memory. */
typedef struct {
    const int *source, *target; /* [n_source], [n_target] */
    int n_source, n_target;
    double *log_probs; /* [n_target+1] natural log, end of sentence last */
    bool *likeliest;   /* [n_target+1] no other piece that search may choose is likelier */
    int *best;         /* NULL, or [n_target+1] the likeliest piece that search may choose */
    double *copied;    /* NULL, or [n_target+1] the share of each probability that came from copying */
} Judged;

/* All of them in one batch. The model is one of pairs; a source without pieces needs one that is given marks.
 * Numbers of a row do not depend on the others, to the bit. */
void search_judge(Searcher *s, const Model *m, const Judged *rows, int n);
/* The same; to the searcher's override row i is sentence numbers[i] (NULL: i). */
void search_judge_as(Searcher *s, const Model *m, const Judged *rows, int n, const int *numbers);

#endif
