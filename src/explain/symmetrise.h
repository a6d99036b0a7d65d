/* symmetrise.h -- one alignment out of two directions (Och and Ney 2003; Koehn, Och and Marcu 2003).
 *
 *     intersection         what both have: precise
 *     union                what one of them has: complete
 *     grow-diag            the intersection, and of the union what touches it, also by a corner, as long as
 * one of the two words has no link yet grow-diag-final      then of either direction what has a word without
 * a link grow-diag-final-and  then of either direction only what has two such words grow-diagonal        the
 * intersection, and of the union what touches it by a corner and has two such words grow-diagonal-final  then
 * of either direction what has two such words
 *
 * Two readings of the same heuristic are in use. The three in the middle are those of Moses' program and of
 * fast_align's atools, the last two those of Moses' manual, NLTK and the alignment-scripts of Zenkel et al.
 * (2019). Which link comes first decides what may follow; the order is theirs, so the sets are the same.
 * atools: by source word, then target word, in passes over what is left until one adds nothing.
 * alignment-scripts: the same passes over what is taken, asking its four corners in a fixed order. At the end
 * the forward links, then the reverse ones.
 */
#ifndef EXPLAIN_SYMMETRISE_H
#define EXPLAIN_SYMMETRISE_H

#include "metric/links.h"

extern const char *const symmetrise_names[]; /* the seven above, then NULL */

/* Both directions as source-target pairs, in any order. An array (array.h), ordered as links_sort does, all
 * sure; the caller's. method: an index of symmetrise_names. */
AerLink *symmetrise(const AerLink *forward, size_t n_forward, const AerLink *reverse, size_t n_reverse,
                    int method);

#endif
