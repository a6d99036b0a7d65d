/* bleu.h -- corpus BLEU, equal to sacreBLEU's.
 *
 * Papineni et al. 2002: the geometric mean of the clipped precisions of n-grams, n = 1..4, times a penalty
 * for output shorter than the reference (of several, the one nearest in length, the shorter on a tie).
 * Everything is computed from BleuStats, which simply add up over sentences: keep them per sentence to
 * resample, or add them up while decoding.
 */
#ifndef METRIC_BLEU_H
#define METRIC_BLEU_H

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "base/str.h"
#include "metric/line.h"

enum { BLEU_ORDER = 4 };

/* All zero is sacreBLEU's default. */
typedef struct {
    const char *tokenize; /* a name of tokenize.h; NULL: "13a" */
    const char *smooth;   /* "exp", "floor", "add-k" or "none"; NULL: "exp" (Chen and Cherry 2014) */
    double smooth_value;  /* for floor and add-k; 0: their defaults, 0.1 and 1 */
    bool lowercase;
    bool effective_order; /* leave out orders longer than the output: for single sentences */
} BleuOptions;

typedef struct {
    size_t correct[BLEU_ORDER], total[BLEU_ORDER]; /* n-grams: found in a reference; in the output */
    size_t sys_len, ref_len;                       /* words */
} BleuStats;

typedef struct {
    double score;                 /* 0..100 */
    double precision[BLEU_ORDER]; /* 0..100, smoothed */
    double penalty, ratio;        /* brevity penalty; sys_len / ref_len, 0 without reference words */
    size_t sys_len, ref_len;
} Bleu;

/* ---- a whole corpus ---- */
/* refs[r][i] is reference r of hyp[i]. each (may be NULL): room for n BleuStats, one a sentence. LB_USAGE for
 * unknown names, a bad value, or no reference at all. */
LbStatus bleu_corpus(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, BleuOptions options,
                     BleuStats *each, Bleu *out, LbError *err);

/* ---- sentence by sentence ---- */
typedef struct BleuCounter BleuCounter; /* one thread's working memory */

LbStatus bleu_open(BleuOptions options, BleuCounter **out,
                   LbError *err); /* the names in options must live on */
void bleu_close(BleuCounter *c);  /* NULL is fine */

/* Adds one sentence to *stats; n_refs > 0. */
void bleu_add(BleuCounter *c, BleuStats *stats, Line hyp, const Line *refs, size_t n_refs);
void bleu_sum(BleuStats *to, const BleuStats *more);

/* The score of summed statistics; options as bleu_open accepts them. */
void bleu_score(const BleuStats *stats, BleuOptions options, Bleu *out);

/* ---- in words (appended to out) ---- */
void bleu_format(const Bleu *b, Str *out); /* BLEU = 41.02 72.1/.../28.4 (BP = 1.000 ratio = ...) */
/* nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp|version:lookback-X.Y.Z */
void bleu_signature(BleuOptions options, size_t n_refs, Str *out);

#endif
