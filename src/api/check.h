/* check.h -- what a check has gathered, for those who report it (check_report.c, check_export.c). */
#ifndef API_CHECK_H
#define API_CHECK_H

#include <jansson.h>

#include "api/handle.h"
#include "api/page.h"
#include "explain/check.h"
#include "explain/sets.h"

/* One of the maps that are compared. */
typedef struct {
    int layer, head; /* head -1: the mean over all; of norms: all together */
    bool input;      /* the row where the word is read, not the one where it is said */
    bool norm;       /* weights times the length of what they bring in */
} MapName;

/* Of one sentence, by both models. */
typedef struct {
    double own, uniform, pieces; /* log-probabilities; pieces with the end of sentence */
} Compared;

struct LbCheck {
    LbSession *s;
    LbCheckOptions o;
    EraseMethod how;
    CheckControl control;
    bool input, norm;
    Arena *kept;              /* all that sentences point to */
    MapName *maps;            /* an array */
    int n_layers, n_heads;    /* of the model's cross attention */
    int under_test;           /* a number of maps */
    CheckSentence *sentences; /* an array */
    ErasePair *pairs;         /* an array beside it */
    SetDrops *sets;           /* an array beside it; empty unless asked for */
    Compared *compared;       /* an array */
    LbPage *page;             /* NULL: none; sentences go on it as they are checked */
    uint64_t n_lines;
    size_t n_empty, n_long;
};

typedef struct {
    CheckResult result;
    MapSkill *skills; /* [maps]; NULL for a control: it has no maps */
    Estimate sets[SETS_FIGURES];
    double uniform_pieces;         /* compared; 0: no uniform model was */
    Estimate own, uniform, better; /* log-probability of a piece, and the difference */
} CheckReport;

/* Memory from `kept`. */
CheckReport check_report(const LbCheck *c);
LbStatus check_ready(const LbCheck *c, LbError *err); /* LB_DATA: no sentence was checked */
CheckPlan check_plan(const LbCheck *c);
const char *check_control_says(CheckControl control); /* "a negative control: ..."; NULL: it is none */
json_t *check_json(const LbCheck *c, const CheckReport *r);

/* Puts sentence k, which comes from this result and text, on the page. */
LbStatus check_page_add(LbCheck *c, const LbResult *r, LbText source, size_t k, LbError *err);
/* Table and verdict, where the page tells of the whole. */
void check_page_report(const LbCheck *c, const CheckReport *r);

json_t *check_map_json(const MapName *m);
json_t *check_head_json(const LbCheck *c, const CheckResult *r);

#endif
