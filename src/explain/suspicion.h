/* suspicion.h -- signs that a sentence's output has little to do with its source, and where.
 *
 * Three faults, each with a sign from 0 to 1 and, where it has one, a place:
 *
 *     detached  the output does not rest on the source: 1 - (how many nats the source saves its words, over
 *               what they cost without it), of log p(y_t | x) and log p(y_t | all of x erased)
 *     dropped   part of the source is not said: over the stretch of source words that has most of it, the
 *               sum of 1 - coverage, by the number of all source words. Coverage, at most 3: what a word gets
 *               from all words of the output together / 5, plus the most nats that one of them loses without
 *               it / 2 (leave-one-out, erase.h). So a stretch is empty if nothing looks there and nothing
 *               depends on it, but for a word here and there. Without erasing: weight / 0.8 alone
 *     looped    words are said again and again: e / (e + 2), e being how many words repeat, at once, an
 * n-gram of up to LOOP_WORDS words, beyond what the source itself repeats (after Raunak et al. 2021)
 *
 * and what tells something about all of them:
 *
 *     end       mean weight of the output's words on the source's end of sentence (Guerreiro et al. 2023)
 *     ignored   share of source words that get less than 0.2 from all words of the output together
 *     repeated  e / (e + 2), e being how much more often the output's commonest pair of words comes than the
 *               source's
 *     surprise  1 - exp(mean log-probability of a piece)
 *     entropy   mean over the output's words of the entropy of their row, over that of an even spread
 *
 * They are signs, not verdicts: a good translation may leave a source word unseen. Thresholds are ours,
 * chosen on Multi30k's validation part.
 */
#ifndef EXPLAIN_SUSPICION_H
#define EXPLAIN_SUSPICION_H

#include "explain/heads.h"

enum { LOOP_WORDS = 8 };

typedef struct {
    size_t from, to; /* words [from, to); empty: nowhere */
} Stretch;

typedef struct {
    double suspicion; /* all in all: see suspicion_of */
    double detached, dropped, looped, end, ignored, repeated, surprise, entropy;
    double contribution; /* nats that the source saves a word of the output; it and detached NAN without
                            erasing */
    Stretch hole, loop;  /* of the source; of the output */
    double gain;         /* nats by which the output is likelier when the hole is taken out; NAN: not tried */
} Suspicion;

/* One sentence. Words are those without begin and end of sentence. */
typedef struct {
    const HeadMap *map; /* the one that stands for the model, output by source words */
    const char *const *source, *const *target;
    size_t n_source, n_target;
    double score; /* the mean log-probability of a piece */
    /* NULL, or by erasing: [n_target, n_source] what each word of the output loses without each of the
     * source; [n_target] log-probabilities with the whole source, and without any of it. */
    const double *drop, *log_probs, *without;
} Suspect;

/* suspicion: the largest of detached^8, (2 dropped)^2 (at most 1) and looped: powers that make what natural
 * sentences have small; without erasing the mean of end, ignored, repeated and surprise. */
Suspicion suspicion_of(const Suspect *s);

/* ---- where exactly a part is missing (Vamvas and Sennrich 2022, "As little as possible, as much as
 * necessary: detecting over- and undertranslations with contrastive conditioning"): an output that leaves a
 * part out is likelier if the source has not got it. A model that is led astray by what is missing looks at
 * the wrong words, and the hole found by coverage is in the wrong place; this still tells. ---- */

/* Stretches to be tried: the hole, and every beginning and end of the source; none (0) where `dropped` is
 * small. cuts has room for 2 n_source. */
size_t suspicion_cuts(const Suspicion *s, size_t n_source, Stretch *cuts);
/* The hole becomes the one with the largest gain, if that is above 0. */
void suspicion_settle(Suspicion *s, const Stretch *cuts, const double *gain, size_t n);

/* [n_source] what each source word gets from all words of the output together, and the most that one of them
 * loses without it (NULL: not wanted, or nothing was erased). */
void suspicion_cover(const Suspect *s, double *looked, double *effect);

/* The words that an immediate repetition makes, longest of all; *extra: how many of them repeat others. */
Stretch suspicion_loop(const char *const *words, size_t n, size_t *extra);

/* How often the commonest pair of neighbouring words comes: 0 of fewer than two words. */
size_t suspicion_pairs(const char *const *words, size_t n);

#endif
