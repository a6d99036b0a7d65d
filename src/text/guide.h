/* guide.h -- where attention should be: gold that comes with a pair of lines, told in pieces.
 *
 * A file of gold has a line for each pair. Words are counted as Piece.word counts them, from 0.
 *
 * Links, "3-4 5-4": source word, target word (Pharaoh's form). Possible links, "3?4" or "3p4", are read and
 * guide nothing.
 *
 * Evidence, "4-7 12-13": ranges of source words with both ends in ("4" alone is "4-4"), where every target
 * word should look. The number of a sentence may stand before a range, "2:4-7", and says nothing more.
 *
 * A target piece has the links of its word; each linked source word gets the same share, spread evenly over
 * its pieces. So the shares of a target piece sum to 1, or there are none and it is not guided.
 */
#ifndef TEXT_GUIDE_H
#define TEXT_GUIDE_H

#include "base/status.h"
#include "text/vocab.h"

enum { GUIDE_ALL = -1 };

/* How much of the attention of target piece t (GUIDE_ALL: of every one) belongs to source piece s. */
typedef struct {
    int t, s;
    float share;
} GuideCell;

/* Adds the cells of a line to *cells, an array (array.h): by target piece, then source piece. LB_DATA, saying
 * what is wrong: not a link or range, or a word that the pair does not have. */
typedef LbStatus GuideForm(const char *line, size_t len, const Piece *source, const Piece *target,
                           GuideCell **cells, LbError *err);
GuideForm guide_links, guide_evidence;

#endif
