/* draft.h -- a pair of sentences while it is being made: words, and for each target word where it is from.
 *
 * Words are kept apart (not joined) because what follows may still change them: capitals, elision.
 */
#ifndef SYNTH_DRAFT_H
#define SYNTH_DRAFT_H

#include <stdbool.h>

#include "synth/synth.h"

enum { DRAFT_WORDS = 1024, DRAFT_BYTES = 32, DRAFT_LINKS = 8, DRAFT_EVIDENCE = 4 };

typedef struct {
    char text[DRAFT_BYTES];
    bool glued;                    /* no space before it */
    int from[DRAFT_LINKS], n_from; /* source words, for a target word */
    bool sure[DRAFT_LINKS];
} DraftWord;

struct Draft {
    DraftWord source[DRAFT_WORDS], target[DRAFT_WORDS];
    int n_source, n_target;
    SynthEvidence evidence[DRAFT_EVIDENCE];
    int n_evidence;
    const SynthTask *task; /* what is being drawn; set before, kept */
};

void draft_clear(Draft *d);
int draft_source(Draft *d, const char *word); /* its index */
int draft_glued(Draft *d, const char *word);  /* the same, with no space before it */

/* A target word and its first, sure, link; from -1: none. */
void draft_target(Draft *d, const char *word, int from);

/* One more link of the target word last added. Nothing for source -1; a link that is there stays as sure as
 * it was or becomes surer. */
void draft_sure(Draft *d, int source);
void draft_possible(Draft *d, int source);

/* Sentence `sentence` of the source, its words first to last, is what the target rests on. */
void draft_evidence(Draft *d, int sentence, int first, int last);

/* Target word j has its form from the word after it: possible links to what that one is from. */
void draft_form(Draft *d, int j);

/* Target word j takes over word j + 1: its text becomes `text`, its links the links of both. */
void draft_merge(Draft *d, int j, const char *text);

void draft_capitals(Draft *d); /* the first letter (ASCII) of each side */
void draft_finish(const Draft *d, SynthPair *out);

#endif
