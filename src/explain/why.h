/* why.h -- what spoke for one word of an output against another in its place.
 *
 *     margin = log p(chosen | before, source) - log p(other | before, source)
 *
 * each word as a whole: the product over its pieces, forced one after the other. What a word of the source,
 * or a word of the output before the place, has to do with it is what its absence takes away:
 *
 *     share = margin - margin without that word
 *
 * above 0: it spoke for the chosen word, below 0: for the other one. Words of the source are erased as
 * erase.h says; words of the output before are always read as <unk>. Shares need not sum to the margin: words
 * can stand in for each other. That a choice is explained against another choice: Yin and Neubig 2022,
 * "Interpreting Language Models with Contrastive Explanations".
 */
#ifndef EXPLAIN_WHY_H
#define EXPLAIN_WHY_H

#include "explain/erase.h"

/* Pieces without marks; a chosen or other word that is VOCAB_EOS alone is the end of the sentence. */
typedef struct {
    const int *source, *source_word; /* [n_source] pieces, and the word of each, from 0 */
    const int *before, *before_word; /* [n_before] pieces of the output before the place, likewise */
    const int *chosen, *other;
    int n_source, n_before, n_chosen, n_other;
    Unknown unknown; /* the names of what is not in the vocabularies */
} WhyQuestion;

typedef struct {
    int n_source, n_before; /* words */
    double chosen, other;   /* log-probabilities */
    double *source;         /* [n_source] shares */
    double *before;         /* [n_before] */
    double *gradient; /* [n_source] what gradient times input (gradient.h, the sum) says of the margin */
} WhyAnswer;

/* Two forced outputs for each word, and a backward pass for each word of both; memory of the answer from
 * `results`. False: cancelled. */
bool why_ask(Searcher *s, const Model *m, EraseMethod how, const WhyQuestion *q, Arena *results,
             WhyAnswer *out);

/* The likeliest other word in the chosen one's place: its first piece is another one, the rest is what
 * greedy search goes on with. An array (array.h), the caller's; VOCAB_EOS alone: the end. NULL: there is none
 * among the likeliest pieces. */
int *why_rival(Searcher *s, const Model *m, const WhyQuestion *q, Arena *scratch);

#endif
