/* links.h -- files of word links, as hands and aligners write them.
 *
 *     pharaoh   a line a sentence: `0-0 1-2 3?4`; i-j is sure, i?j or ipj possible; a score behind it,
 * `0-0:0.9`, is passed over talp      the same (Lambert et al. 2005), counted from 1 naacl     a line a link:
 * `sentence source target [S|P] [confidence]` (Mihalcea and Pedersen 2003), counted from 1; word 0 is NULL,
 * and its links are left out
 *
 * Whether words are counted from 0 or from 1 is the commonest mistake with such files, so it is found, and
 * told: a file (not of naacl) with a word 0 counts from 0, one without counts from 1.
 */
#ifndef METRIC_LINKS_H
#define METRIC_LINKS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "metric/line.h"

enum { LINKS_MOST = 1000000 }; /* words of a sentence, sentences of naacl */

typedef struct {
    int source, target; /* words, from 0 */
    bool sure;
} AerLink;

extern const char *const links_formats[]; /* auto, pharaoh, talp, naacl, NULL */

typedef struct {
    const char *format; /* NULL: auto, by the look of the first line */
    int base;           /* 0 or 1; -1: found */
    bool reverse;       /* pairs are target-source */
} LinksForm;

typedef struct {
    AerLink *links; /* array (array.h): of sentence i those from begin[i] to begin[i+1], as links_sort leaves
                       them */
    size_t *begin;  /* [n + 1] */
    size_t n;       /* lines; of naacl the last sentence that has links */
    const char *format;
    int base;
    bool has_zero; /* some link has a word 0 */
    bool by_line;  /* not naacl: every line is a sentence */
} Links;

/* LB_USAGE: an unknown format; LB_FORMAT, with the line: what is no link, or a word 0 where base is 1. */
LbStatus links_read(const Line *lines, size_t n, LinksForm form, Links *out, LbError *err);
void links_free(Links *l);

/* Links of sentence i; *n is 0 behind the last sentence. */
const AerLink *links_of(const Links *l, size_t i, size_t *n);

/* One line in Pharaoh's form, numbers as they stand. *out: an array in the line's order, the caller's. */
LbStatus links_parse(Line line, AerLink **out, LbError *err);

/* Orders an array by source, then target, and leaves one of each pair, sure if any was. */
void links_sort(AerLink *links);

#endif
