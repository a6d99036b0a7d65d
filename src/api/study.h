/* study.h -- what a study of lengths is inside: models trained alike but for their score, what they said of
 * the test sentences, and what that is worth in buckets of lengths.
 */
#ifndef API_STUDY_H
#define API_STUDY_H

#include "metric/lengths.h"
#include "model/config.h"

typedef enum { STUDY_BLEU, STUDY_EXACT, STUDY_TOKENS, STUDY_METRICS } StudyMetric;
extern const char *const study_metrics[], *const study_metric_titles[]; /* "bleu", ...; "BLEU", ... */

/* One training. */
typedef struct {
    char *dir;
    uint64_t seed;
    long long steps;
    double seconds;
    char **outputs;  /* [n], as many as there are test sentences; an array */
    size_t in_parts; /* sentences too long to be read at once */
} StudyRun;

typedef struct {
    char *score;
    bool attends;
    StudyRun *runs;               /* array */
    double **rows[STUDY_METRICS]; /* [n_runs] statistics of the sentences */
} StudySystem;

/* Whether lengths were trained on: by all but the longest twentieth; by that alone; not at all; of all kinds.
 */
typedef enum { STUDY_INSIDE, STUDY_RARE, STUDY_BEYOND, STUDY_MIXED } StudyPlace;
extern const char *const study_places[];

/* Some of the test sentences: a bucket, or all of one place. Figures are [system, metric]. */
typedef struct {
    char *name; /* "11-20"; "inside", "beyond", "all" */
    LengthRange range;
    StudyPlace place;
    size_t *members; /* array */
    double mean;     /* length */
    Quality *quality, *gain;
    double *own; /* [system, metric, run] */
} StudyGroup;

struct LbStudy {
    Config config;
    LbStudyOptions o; /* its texts and lists belong to the caller: do not look at them later */
    const char *path; /* of the configuration, while the study is made */
    const char *const *overrides;
    size_t n_overrides;
    const LbTrainHooks *hooks;
    char *out, *unit; /* unit: "words", "characters" */
    StudyMetric metric;
    StudySystem *systems; /* array */
    size_t base;          /* the system that others are compared with */

    LbText *source, *target;      /* arrays of the same length, texts by malloc */
    int *lengths;                 /* [n] of source or target; an array */
    size_t n_trained;             /* pairs */
    int shortest, usual, longest; /* lengths trained on; usual: of 95 % of the pairs */
    StudyGroup *buckets, *groups; /* arrays */
};

size_t study_size(const LbStudy *s);              /* test sentences */
size_t study_cell(size_t system, StudyMetric m);  /* place in quality and gain */
const char *study_side(const LbStudy *s);         /* "source", "target" */
bool study_differs(Quality gain);                 /* its interval lies on one side of 0 */
void study_measure(LbStudy *s);                   /* fills buckets and groups */
const StudySystem *study_shown(const LbStudy *s); /* whose attention is shown; NULL: none has any */

#endif
