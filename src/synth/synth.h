/* synth.h -- text made by rule, so that the right translation and the right alignment are known.
 *
 * A task draws pairs of sentences with gold links. Source to target is a function: one source text never
 * has two targets, so a model can be right every time. Draws are seeded: the same seed gives the same bytes.
 *
 * Links: source word i, target word j, both from 0, words being what white space separates. A sure link says
 * "j is the translation of i"; a possible link says "i has a say in j's form, looking there is no mistake".
 * Each task's own file states its convention.
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

/* Zeroed before its first use; filled again and again; given back with synth_pair_free. */
typedef struct {
    char *source, *target;
    int n_source, n_target; /* words */
    SynthLink *links;       /* an array (array.h), by target word, sure ones first */
} SynthPair;

typedef struct Draft Draft;

typedef struct SynthTask {
    const char *name, *help;
    const char *source_suffix, *target_suffix; /* of the files, without the dot */
    int shortest, longest;                     /* source words */
    void (*draw)(Rng *r, int n_source, Draft *out);
    void (*draw_first)(Draft *out); /* a sentence that heads the test part and is in no other; NULL: none */
} SynthTask;

extern const SynthTask synth_tasks[]; /* ends with a NULL name */

const SynthTask *synth_find(const char *name, LbError *err); /* NULL: unknown, the nearest name is offered */

/* One pair: of a length drawn by synth (half of them from the lower third of the task's range, half from
 * all of it), or of exactly n_source words, shortest <= n_source <= longest. */
void synth_make(const SynthTask *task, Rng *r, SynthPair *out);
void synth_make_length(const SynthTask *task, Rng *r, int n_source, SynthPair *out);
void synth_pair_free(SynthPair *pair);

/* The alignment error of a reader that makes no mistake but gives every target word exactly one link: what
 * an attention row's maximum can reach at best. AER = 1 - (|A and S| + |A and P|) / (|A| + |S|), Och and Ney
 * 2003, over all pairs. It picks a sure link, else a possible one; a word without links costs it an error. */
double synth_perfect_reader_aer(const SynthPair *pairs, size_t n_pairs);

typedef struct {
    int n_train, n_valid, n_test;
} SynthSizes;

typedef struct {
    double perfect_reader_aer; /* on the test part, 0 to 1; 0 if it is empty */
} SynthReport;

/* Writes dir/{train,valid,test}.{SOURCE,TARGET,align}; a part of size 0 is not written. The align files hold
 * `i-j` for a sure and `i?j` for a possible link, one line for each pair. No source text of the test part is
 * in valid or train, none of valid in train; within test and valid all differ. Lengths in test and valid go
 * round evenly from 3 words (or the task's shortest) to its longest. The parts are drawn apart: a test set
 * does not change with n_train. report may be NULL. */
LbStatus synth_write(const SynthTask *task, SynthSizes sizes, uint64_t seed, const char *dir,
                     SynthReport *report, LbError *err);

#endif
