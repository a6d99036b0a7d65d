/* synth.h -- text made by rule, so that the right translation and the right alignment are known.
 *
 * A task draws pairs of sentences with gold links, some with gold evidence. Source to target is a function:
 * one source text never has two targets, so a model can be right every time. Draws are seeded: the same seed
 * gives the same bytes.
 *
 * Links: source word i, target word j, both from 0, words being what white space separates (and, in stories,
 * punctuation, each character of it). A sure link says
 * "j is the translation of i"; a possible link says "i has a say in j's form, looking there is no mistake".
 * Each task's own file states its convention. Evidence: the sentences of the source that the target rests on.
 */
#ifndef SYNTH_SYNTH_H
#define SYNTH_SYNTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/status.h"

typedef struct {
    int source, target;
    bool sure;
} SynthLink;

/* Words first to last of the source, both included, which are its sentence number `sentence`; all from 0. */
typedef struct {
    int sentence, first, last;
} SynthEvidence;

/* Zeroed before its first use; filled again and again; given back with synth_pair_free. */
typedef struct {
    char *source, *target;
    int n_source, n_target;  /* words */
    SynthLink *links;        /* an array (array.h), by target word, sure ones first */
    SynthEvidence *evidence; /* an array, in order; empty if the task has none */
} SynthPair;

typedef struct Draft Draft;

enum { SYNTH_TRAIN, SYNTH_VALID, SYNTH_TEST };

typedef struct SynthTask {
    const char *name, *help;
    const char *source_suffix, *target_suffix;      /* of the files, without the dot */
    int shortest, longest;                          /* source words */
    void (*draw)(Rng *r, int n_source, Draft *out); /* NULL: it has a way of its own (faults.h) */
    void (*draw_first)(Draft *out); /* a sentence that heads the test part and is in no other; NULL: none */
    bool has_evidence;
    int fact_words, more_words; /* a text of n facts has n * fact_words + more_words words; 0: no facts */
    int most;                   /* source words that may be asked for; 0: lengths are as they are */
    void (*draw_all)(Rng *r, int n_source, Draft *out); /* texts of any number of facts share their words */
    bool of_sentences;                                  /* shortest and longest count sentences */
    int names, seen_places;                             /* stories: see synth_with_stories */
    int part;                                           /* for which it draws: SYNTH_... */
} SynthTask;

extern const SynthTask synth_tasks[]; /* ends with a NULL name */

const SynthTask *synth_find(const char *name, LbError *err); /* NULL: unknown, the nearest name is offered */

enum { SYNTH_FEWEST_FACTS = 5, SYNTH_MOST_FACTS = 200 };
SynthTask synth_with_facts(const SynthTask *task, int n_facts); /* of a task with fact_words */
SynthTask synth_with_lengths(const SynthTask *task, int shortest, int longest); /* both at most task->most */

/* Texts of `fewest` to `most` sentences. The training part has `names` people, as many places and firms;
 * other parts have names of their own, but for seen_places percent of their places. */
enum { SYNTH_MOST_SENTENCES = 50, SYNTH_FEWEST_NAMES = 300, SYNTH_MOST_NAMES = 4000, SYNTH_NAMES = 2000 };
SynthTask synth_with_stories(const SynthTask *task, int fewest, int most, int names, int seen_places);

/* One pair: of a length drawn by synth (half of them from the lower third of the task's range, half from
 * all of it), or of exactly n_source words (or sentences), shortest <= n_source <= longest. */
void synth_make(const SynthTask *task, Rng *r, SynthPair *out);
void synth_make_length(const SynthTask *task, Rng *r, int n_source, SynthPair *out);
void synth_pair_free(SynthPair *pair);

/* ---- readers ---- */

/* What a reader reaches that gives every target word exactly one link, as an attention row's maximum does.
 * aer = 1 - (|A and S| + |A and P|) / (|A| + |S|), Och and Ney 2003, over all pairs; hit: the share of its
 * links that lead into the evidence, of the pairs that have any. Both 0 to 1; -1 where there is nothing to
 * count. */
typedef struct {
    double aer, hit;
} SynthReading;

typedef struct {
    SynthReading perfect; /* takes a sure link, else a possible one; a word without links costs it an error */
    SynthReading
        diagonal; /* knows the lengths alone: word j of T looks at word floor((j + 1/2) S / T) of S */
} SynthReport;

SynthReport synth_read(const SynthPair *pairs, size_t n_pairs);

/* The same, pair by pair. Zeroed before its first use. */
typedef struct {
    size_t links, in_sure, in_possible, sought, found;
} ReaderCount;
typedef struct {
    size_t n_sure;
    ReaderCount perfect, diagonal;
} ReaderCounts;
void readers_count(ReaderCounts *n, const SynthPair *pair);
SynthReport readers_report(const ReaderCounts *n);

/* ---- files ---- */

typedef struct {
    int n_train, n_valid, n_test;
} SynthSizes;

/* Writes dir/{train,valid,test}.{SOURCE,TARGET,align} and, for a task with evidence, .evidence; a part of
 * size 0 is not written. The align files hold `i-j` for a sure and `i?j` for a possible link, the evidence
 * files `k:i-j` for sentence k, words i to j; one line for each pair. No source text of the test part is in
 * valid or train, none of valid in train; within test and valid all differ. Lengths in test and valid go
 * round evenly from 3 words (or the task's shortest) to its longest. The parts are drawn apart: a test set
 * does not change with n_train. report, of the test part, may be NULL. */
LbStatus synth_write(const SynthTask *task, SynthSizes sizes, uint64_t seed, const char *dir,
                     SynthReport *report, LbError *err);

#endif
