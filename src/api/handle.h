/* handle.h -- what the public handles are inside. */
#ifndef API_HANDLE_H
#define API_HANDLE_H

#include "model/model.h"
#include "search/search.h"

enum { MOST_PRIOR = 100 };

struct LbModel {
    Model *model;
    double prior[MOST_PRIOR]; /* [n_prior] see key_sentences.c */
    size_t n_prior;
};

LbStatus key_sentences_load(const char *dir, LbModel *m, LbError *err); /* nothing where there is no file */

struct LbSession {
    const Model **models;
    int n_models;
    Searcher *searcher;
    Arena *results, *inputs; /* of one call: what search found; what it was given */
    ArenaShare share;        /* of the searcher and both arenas */
    int batch;               /* as many sentences at a time have not been too many */
};

struct LbVocab {
    Vocab *vocab;
};

/* Whether it can copy unknown words of a source, which then have numbers of their own (vocab_unknown.h). */
static inline bool model_copies(const Model *m)
{
    return config_copies(&m->config);
}

/* LB_DATA unless the model's type is of use to what is asked for; what: "translate". */
typedef enum { FOR_PAIRS, FOR_TEXT, FOR_MASKS } Purpose;
LbStatus check_use(const Model *m, Purpose use, const char *what, LbError *err);

/* Outputs of a model for n encoded sources (ids without end of sentence), as text; *texts: n of malloc.
 * lines: the sources' text, where unknown words of it may be copied. Used by validation. */
LbStatus translate_ids(LbSession *s, const int *const *ids, const int *lens, const char *const *lines,
                       size_t n, SearchOptions o, char ***texts, LbError *err);

#endif
