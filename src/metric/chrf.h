/* chrf.h -- chrF and chrF++, equal to sacreBLEU's.
 *
 * Popovic 2015, 2017: precision and recall of character n-grams (chrF++: and of word n-grams), averaged over
 * the orders, as an F score in which recall weighs beta times as much. Of several references each sentence
 * takes the one that scores best. Statistics add up over sentences, as in bleu.h.
 */
#ifndef METRIC_CHRF_H
#define METRIC_CHRF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/str.h"
#include "metric/line.h"

enum {
    CHRF_ORDERS = 16,   /* the most orders, characters and words together */
    CHRF_CHAR_ORDER = 6 /* of characters, when not said */
};

/* All zero is sacreBLEU's default, chrF2; word_order 2 is chrF2++. */
typedef struct {
    int char_order; /* 0: CHRF_CHAR_ORDER */
    int word_order;
    int beta; /* 0: 2 */
    bool lowercase;
    bool whitespace;    /* keep white space among the characters */
    bool eps_smoothing; /* mean of the orders' F scores, as in chrF++.py, NLTK and Moses */
} ChrfOptions;

/* n-grams of the output, of the reference, and in both; the orders of characters, then those of words */
typedef struct {
    size_t hyp[CHRF_ORDERS], ref[CHRF_ORDERS], match[CHRF_ORDERS];
} ChrfStats;

/* refs[r][i] is reference r of hyp[i]; the score, 0..100, is put in *out. each (may be NULL): room for n
 * ChrfStats, one a sentence. LB_USAGE for orders out of range, or no reference at all. */
LbStatus chrf_corpus(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, ChrfOptions options,
                     ChrfStats *each, double *out, LbError *err);

typedef struct ChrfCounter ChrfCounter; /* one thread's working memory */

LbStatus chrf_open(ChrfOptions options, ChrfCounter **out, LbError *err);
void chrf_close(ChrfCounter *c); /* NULL is fine */

/* Adds one sentence to *stats; n_refs > 0. */
void chrf_add(ChrfCounter *c, ChrfStats *stats, Line hyp, const Line *refs, size_t n_refs);
void chrf_sum(ChrfStats *to, const ChrfStats *more);
double chrf_score(const ChrfStats *stats, ChrfOptions options); /* 0..100 */

/* In words, appended to out: "chrF2++ = 60.12", and a signature as sacreBLEU's. */
void chrf_format(double score, ChrfOptions options, Str *out);
void chrf_signature(ChrfOptions options, size_t n_refs, Str *out);

#endif
