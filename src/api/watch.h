/* watch.h -- a page that shows a training while it goes on (`train --watch`).
 *
 * After each validation a few fixed pairs of the validation data, the probes, are forced through the model:
 * where it looks then is a line of watch.jsonl in the model folder, and the page is written anew. Nothing of
 * this touches weights, random numbers or the order of the data: training gives the same bits without it.
 *
 * The page is a function of the folder (log.jsonl, validation.tsv, watch.jsonl), so a resumed run goes on
 * with it. When it is written depends on the clock, so that writing takes no more than a hundredth of the
 * time.
 */
#ifndef API_WATCH_H
#define API_WATCH_H

#include "api/handle.h"
#include "train/trainer.h"

#define WATCH_FILE "watch.jsonl"

typedef struct Watch Watch;

/* All of it must outlive the watch. */
typedef struct {
    const char *page;    /* the file */
    const char *command; /* as typed; NULL: not known */
    const Model *model;
    const Corpus *valid; /* with texts; NULL: none */
    LbSession *session;  /* of the model */
    void (*say)(void *context, const char *text);
    void *context;
} WatchPlan;

Watch *watch_new(const WatchPlan *plan);
void watch_free(Watch *w); /* NULL is fine */

/* Before the first update, and after going back: `step` updates have been made, and what the folder tells of
 * later ones counts no more. Writes the page. LB_USAGE or LB_FILE when it cannot be written. */
LbStatus watch_begin(Watch *w, int64_t step, LbError *err);
void watch_report(Watch *w, const TrainReport *r);
/* What the model makes of all sources of the validation data, where that is known: the next probe's. */
void watch_outputs(Watch *w, char *const *texts);
/* Forces the probes. Only LB_CANCELLED ends training; other failures are told and passed over. */
LbStatus watch_probe(Watch *w, int64_t step, LbError *err);
void watch_validated(Watch *w, const TrainValid *v);
/* why: as in TrainSummary, or the name of what went wrong; not NULL. */
void watch_end(Watch *w, const char *why);

/* Cuts watch.jsonl in `dir` back to what was so after `step` updates; nothing when there is none. */
LbStatus watch_cut(const char *dir, int64_t step, LbError *err);

#endif
