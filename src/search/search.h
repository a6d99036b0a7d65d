/* search.h -- using a model: beam search, sampling, and scoring a given output.
 *
 * Search does not know the model: it encodes, decodes a word at a time, and picks rows of the state. Every
 * row is computed independently of its neighbours, so a sentence's output has the same bits for any batch.
 */
#ifndef SEARCH_SEARCH_H
#define SEARCH_SEARCH_H

#include "model/model.h"

/* One thread's working memory for searching; made once, used for any number of batches. */
typedef struct Searcher Searcher;
Searcher *searcher_new(size_t limit); /* bytes for each of its arenas */
void searcher_free(Searcher *s);
void searcher_share(Searcher *s, ArenaShare *share); /* before its first use: a limit for all of its arenas */
void searcher_release(Searcher *s);                  /* gives its memory back; it can be used again */
Tape *searcher_begin(Searcher *s);                   /* its memory is empty: what came before is forgotten */
/* cancelled(context) is asked before every step; NULL: nobody is. */
void searcher_watch(Searcher *s, bool (*cancelled)(void *context), void *context);
bool searcher_cancelled(const Searcher *s); /* what it says now */
/* Cross attention of all that is searched and forced from now on is overridden, in every model; NULL: no
 * more. o is not copied. */
void searcher_override(Searcher *s, const Override *o);
/* model_encode on its tape, overridden. */
State *searcher_encode(Searcher *s, const Model *m, const Batch *b, Maps *maps);

typedef struct {
    int beam;             /* hypotheses kept per sentence; 1: greedy */
    int n_best;           /* hypotheses returned, at most beam */
    bool refill;          /* finished hypotheses give their place to the next best (see beam.c) */
    double normalize;     /* score / length^normalize ranks finished hypotheses (Wu et al. 2016, section 7,
                             simplified) */
    double length_factor; /* the longest output: factor times the source's pieces, and at least 10; models
                             with learned positions may know fewer */
    int max_length;       /* the most words of all outputs; 0: no other limit */
    const int *longest;   /* [B] the longest outputs; NULL: as length_factor says */
    int min_length;       /* the least of words, unless the longest output is shorter */
    bool sample;          /* draw words instead of taking the likeliest; beam must be 1 */
    int top_k;            /* sampling: among the k likeliest; 0: all */
    double top_p;         /* sampling: among the likeliest that together reach p (Holtzman et al. 2020) */
    double temperature;
    const uint64_t *keys;     /* [B] sampling: one seed per sentence */
    const int *const *prefix; /* [B] forced first words, or NULL; */
    const int *prefix_len;    /* [B] */
    int no_repeat;        /* so many words in a row never come twice in an output, forced words aside; 0: they
                             may (Paulus et al. 2018, 2.5) */
    const bool *not_next; /* [V] words that may not come right behind the prefix; NULL: all may */
} SearchOptions;
SearchOptions search_default(void);

/* What looks at what. */
typedef enum { MAP_CROSS, MAP_ENCODER, MAP_DECODER, MAP_KINDS } MapKind;

/* Attention of one kind: [layers, heads, rows, columns], end of sentence last on both sides. cross: target
 * words by source words; encoder: source by source; decoder: row t is the place that says target word t,
 * column j the word it reads at place j, which is the begin of sentence for 0, else target word j-1. */
typedef struct {
    int layers, heads, rows, columns; /* layers 0: none of this kind */
    real *weights;
} HeadMaps;

typedef struct {
    int n;               /* words, end of sentence not counted */
    int *ids;            /* [n]; from the vocabulary's size on: words copied from the source (copying.h) */
    double score;        /* natural log of the probability, end of sentence included */
    double normalized;   /* what hypotheses are ranked by */
    double *word_scores; /* [n+1], end of sentence last */
    real *weights;       /* [n+1, S] attention, S the source's true length; NULL without attention, and of a
                            Transformer until search_maps() */
    double *copied; /* [n+1] by search_copied(): the share of each probability that was copied; or NULL */
    HeadMaps maps[MAP_KINDS];       /* by search_maps() */
    HeadMaps norms, norms_together; /* by search_maps(): cross weights times the length of what they bring in;
                                       of each head, and of all heads of a layer (model/norms.h) */
    bool too_large;                 /* search_maps() left its maps out */
} Hypothesis;

typedef struct {
    int n_hyp;       /* at least 1 */
    Hypothesis *hyp; /* best first */
    int S;           /* the source's true length, marks counted */
} Found;

/* found [b->B]; memory from `results`. False: cancelled, and nothing is found. Several models are an
 * ensemble: their mean probability counts, and their mean attention is returned (NULL unless all have one).
 * They must share their vocabularies. */
bool search_run(Searcher *s, const Model *const *models, int n_models, const Batch *b, const SearchOptions *o,
                Arena *results, Found *found);

/* Forced decoding of b's targets: one hypothesis per sentence with its scores and weights. */
void search_force(Searcher *s, const Model *const *models, int n_models, const Batch *b, Arena *results,
                  Found *found);

/* The tape of a forced pass over one batch, for those who look inside (explain): tensors live until the
 * searcher's next use. log_probs [B,T,V+n] natural log: model_log_probs. */
typedef struct {
    Decoded decoded;
    const Maps *maps; /* of every layer and head */
    State *state;     /* after the pass; slots `memory` and so on */
    Tensor *log_probs;
} ForcedPass;
ForcedPass search_look(Searcher *s, const Model *m, const Batch *b);

#endif
