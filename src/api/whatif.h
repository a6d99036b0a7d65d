/* whatif.h -- an answer to "what if" while it is made, and with what only its own functions need. */
#ifndef API_WHATIF_H
#define API_WHATIF_H

#include "api/handle.h"
#include "explain/edited.h"
#include "explain/steer.h"

/* Target words that are told where to look, in one layer and head or in all. */
typedef struct {
    size_t target;
    int layer, head; /* -1: all */
    bool *words;     /* [source words] the chosen ones */
    bool *open;      /* [source places] theirs */
    int from, to;    /* target places, in pieces */
    char *before, *after;
    double *weights;
    size_t *source; /* array: numbers of the chosen words */
} Told;

typedef struct {
    LbWhatif pub; /* the first member */
    LbResult *before, *after, *forced;
    char *text, **changed, *unknown;
    Told *told; /* array */
    LbAttended *attended;
    bool source_changes, changes; /* whether anything was to change the source; anything at all */
} OwnWhatif;

static inline const OwnWhatif *own_whatif(const LbWhatif *w)
{
    return (const OwnWhatif *)(const void *)w;
}

typedef struct {
    LbSession *s;
    const Model *m;
    LbText text;
    const LbChanges *c;
    LbTranslateOptions o;
    Piece *pieces; /* array: of the text as it is */
    Piece *prefix; /* array */
    Edited edited;
    Names unknown; /* words of the changed source that its vocabulary does not know, of a model that copies */
    bool *closed;  /* [source places] or NULL */
    Steer *steers; /* array */
    Steering steering;
    OwnWhatif *w;
} WhatifJob;

/* "there is no word 7 in the SIDE; it has 3, 0 to 2: 0 The, 1 cat, 2 sat": LB_DATA. */
LbStatus whatif_no_word(const char *side, size_t wanted, const LbWord *words, size_t n, LbError *err);
/* LB_DATA unless the source has the word. */
LbStatus whatif_check_source(const WhatifJob *j, size_t word, LbError *err);
bool whatif_masks(const WhatifJob *j, size_t word);
int whatif_places(const WhatifJob *j); /* of the changed source, marks counted */
/* Chooses the places of source word `word`. */
void whatif_choose(const WhatifJob *j, size_t word, bool *places);

/* The changed source translated, behind the first n_kept pieces of an output (kept NULL: the prefix).
 * not_next: as for job_translate. */
LbStatus whatif_decode(WhatifJob *j, const LbHypothesis *kept, size_t n_kept, const bool *not_next,
                       LbResult **out, LbError *err);

/* Checks what is asked for before anything is decoded. */
LbStatus whatif_check_attends(const WhatifJob *j, LbError *err);
/* Words of the output (w->after, or w->before where nothing else changes) look where they are told; the new
 * output becomes w->after. */
LbStatus whatif_attend(WhatifJob *j, LbError *err);
/* From now on attention is told at the places of those words in h. */
void whatif_tell_places(WhatifJob *j, const LbHypothesis *h);
void whatif_free_told(Told *told);

#endif
