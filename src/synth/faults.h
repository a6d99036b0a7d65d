/* faults.h -- pairs of which it is known what is wrong with them, from a parallel corpus.
 *
 * Of each pair of the corpus five are made, one after the other:
 *     natural      as it is
 *     wrong        the target beside another pair's source of nearly the same length
 *     joined       two short pairs joined; nothing is wrong: what `dropped` is to be compared with
 *     dropped I-J  the same two sources, but one target: source words I to J are not in the target
 *     looped I-J   words of the target said again and again: target words I to J; what came after them
 * follows or, as often, does not This is what the labels file says, a line for each pair; words are what
 * spaces separate, from 0, J is one of them. As targets a model's own outputs will do as well.
 */
#ifndef SYNTH_FAULTS_H
#define SYNTH_FAULTS_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

enum { FAULT_PAIRS = 20 }; /* the fewest that can be used */

typedef struct {
    const char *source, *target;               /* files; at most one of them "-" */
    const char *dir;                           /* gets faults.{SOURCE_SUFFIX,TARGET_SUFFIX,labels} */
    const char *source_suffix, *target_suffix; /* without the dot */
    size_t most;                               /* pairs, at least FAULT_PAIRS; of more a sample is drawn */
    uint64_t seed;
} FaultOrder;

/* *n_pairs: those used. Pairs of which a side is empty or has more than 200 words are passed over. LB_DATA:
 * the files have different numbers of lines, or fewer than FAULT_PAIRS pairs, or too few different ones. */
LbStatus faults_write(const FaultOrder *o, size_t *n_pairs, LbError *err);

#endif
