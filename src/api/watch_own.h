/* watch_own.h -- what a watch is inside: shared by watch*.c alone. */
#ifndef API_WATCH_OWN_H
#define API_WATCH_OWN_H

#include <jansson.h>

#include "api/watch.h"
#include "lookback.h"
#include "train/journal.h"

/* ---- probes ---- */

/* Words as the model's maps have them, marks included. */
typedef struct {
    size_t pair;                /* of the validation data */
    char **source, **reference; /* arrays of owned texts */
    size_t n_rows, n_columns;   /* of its map; 0: it has none */
} Probe;

/* All probes at one time. */
typedef struct {
    int64_t step;
    char **outputs; /* an array of owned texts, one a probe */
    float *weights; /* an array: the probes' maps, one after the other */
} Snapshot;

/* Every n-th of a series, and its last: few enough to be looked at, the same whoever adds them up when. */
typedef struct {
    Snapshot *kept;  /* an array */
    size_t n, every; /* added so far; of those every so many are kept */
} Snapshots;

void snapshot_free(Snapshot *s);
void snapshots_add(Snapshots *all, Snapshot s); /* taken over; its step is above all others */
void snapshots_free(Snapshots *all);

/* ---- curves ---- */

/* Reports, thinned by joining neighbours. */
typedef struct {
    int64_t step;                  /* of the last */
    double loss, words_per_second; /* means */
    size_t n;                      /* reports in it */
} Point;

typedef struct {
    Point *points; /* an array */
    size_t each;   /* reports in a full one */
} Points;

void points_add(Points *all, Point p);

/* ---- all of it ---- */

typedef struct {
    int64_t since; /* step; 0: none */
    char *text;    /* owned */
} Alarm;

struct Watch {
    WatchPlan plan;
    int kind;      /* LbMapKind of the probes' maps; -1: there are none */
    Probe *probes; /* an array */
    Snapshots snapshots;
    Snapshot now;       /* not yet a validation's */
    char **outputs;     /* an array: what the next probe need not decode */
    TrainValid *valids; /* an array, by step */
    Points points;
    Journal log;    /* watch.jsonl */
    double uniform; /* the entropy of rows that look everywhere alike, over the validation data; NAN */
    Alarm alarm;
    double began, spent, written; /* pass_clock; seconds; pass_clock of the page on disk */
    bool shown;                   /* there is a page */
    bool broken;                  /* the page could not be written, and that was told */
    const char *why;              /* it ended */
};

void watch_say(const Watch *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- watch_probe.c ---- */
void probes_choose(Watch *w);
void probes_free(Watch *w);
/* One forced pass: w->now. The first time it names the words. */
LbStatus probes_pass(Watch *w, int64_t step, LbError *err);

/* ---- watch_log.c ---- */
/* Reads the folder's logs as far as `step`, cuts watch.jsonl there, and opens it. */
LbStatus watch_open_log(Watch *w, int64_t step, LbError *err);
LbStatus watch_log(Watch *w, const Snapshot *s, LbError *err);
json_t *valid_json(const TrainValid *v);         /* what was measured */
void valids_add(TrainValid **all, TrainValid v); /* those of its step and later ones are no more */

/* ---- watch_page.c ---- */
LbStatus watch_write(const Watch *w, LbError *err);

#endif
