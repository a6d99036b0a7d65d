/* eval_metric.h -- a metric as lb_eval sees it: a row that turns texts into figures and statistics. */
#ifndef API_EVAL_METRIC_H
#define API_EVAL_METRIC_H

#include <jansson.h>

#include "base/str.h"
#include "lookback.h"
#include "metric/line.h"

typedef struct Metric Metric;

/* One system's outputs, measured. The metric fills score, text, signature, json and, when asked for by
 * options.samples, rows. */
typedef struct {
    const Metric *metric;
    const LbText *hyp, *const *refs;
    size_t n, n_refs, n_gold; /* n_gold: lines of refs[0] for aer, elsewhere n */
    LbEvalOptions options;
    LbError *err;

    Line *lines, **ref_lines; /* the texts as the metrics take them */
    double score;
    Str text, signature; /* "NAME = 12.34 ..."; "nrefs:1|..." */
    Str rest;     /* lines for people behind the signature, each with a line end before it; or nothing */
    json_t *json; /* the name and what only this metric has */
    double *rows; /* [n, width] statistics that add up over lines; array.h */
    size_t width;
} Eval;

struct Metric {
    const char *name;
    LbStatus (*measure)(Eval *e);
    double (*score)(const double *sums, const Eval *e); /* of summed rows */
};

/* eval_aer.c; the number of sentences takes the place of e->n. */
LbStatus eval_aer(Eval *e);
double eval_aer_score(const double *sums, const Eval *e);

extern const Metric eval_metrics[]; /* ends with a NULL name */

const Metric *eval_metric_find(const char *name, LbError *err); /* NULL: no such one */

#endif
