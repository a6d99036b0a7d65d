/* ter.h -- translation edit rate, equal to sacreBLEU's (which is Tercom's but for extreme lines).
 *
 * Snover et al. 2006: the fewest edits that turn an output into a reference, over the reference's length; an
 * edit inserts, deletes or replaces a word, or shifts a run of words. Lower is better, and more than 100 is
 * possible. Of several references the nearest gives the edits, all of them together the mean length.
 * Statistics add up over sentences, as in bleu.h.
 */
#ifndef METRIC_TER_H
#define METRIC_TER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/str.h"
#include "metric/line.h"

/* All zero is sacreBLEU's default: words are what stands between blanks, in lower case. */
typedef struct {
    bool normalized;     /* punctuation apart, much as 13a does it */
    bool no_punct;       /* . , ? : ; ! " ( ) are taken out */
    bool asian_support;  /* with normalized: CJK characters apart; with no_punct: their punctuation too */
    bool case_sensitive; /* no lower-casing */
} TerOptions;

typedef struct {
    double edits, ref_len; /* words */
} TerStats;

/* refs[r][i] is reference r of hyp[i]; the score, 100 edits a word, is put in *out. each (may be NULL): room
 * for n TerStats, one a sentence. LB_USAGE for no reference at all. */
LbStatus ter_corpus(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, TerOptions options,
                    TerStats *each, double *out, LbError *err);

typedef struct TerCounter TerCounter; /* one thread's working memory */

TerCounter *ter_open(TerOptions options);
void ter_close(TerCounter *c); /* NULL is fine */

/* Adds one sentence to *stats; n_refs > 0. */
void ter_add(TerCounter *c, TerStats *stats, Line hyp, const Line *refs, size_t n_refs);
double ter_score(const TerStats *stats); /* without reference words: 100, or 0 without any edit */

/* In words, appended to out: "TER = 43.21", and a signature as sacreBLEU's. */
void ter_format(double score, Str *out);
void ter_signature(TerOptions options, size_t n_refs, Str *out);

#endif
