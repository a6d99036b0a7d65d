/* synth.c -- text made by rule, written to a folder. */
#include "synth/synth.h"

enum { MOST_TASKS = 31 };

/* The public half of the table, filled before main. */
static LbSynthTask tasks[MOST_TASKS + 1];

__attribute__((constructor)) static void fill_tasks(void)
{
    for (int i = 0; synth_tasks[i].name; i++) {
        assert(i < MOST_TASKS);
        tasks[i] = (LbSynthTask){ synth_tasks[i].name, synth_tasks[i].help };
    }
}

const LbSynthTask *lb_synth_tasks(void)
{
    return tasks;
}

typedef struct {
    SynthTask task;
    const char *dir;
    const LbSynthOptions *o;
    SynthReport report;
    LbError *err;
} Writing;

static LbStatus write_files(void *arg)
{
    Writing *w = arg;
    SynthSizes sizes = { w->o->n_train, w->o->n_valid, w->o->n_test };
    return synth_write(&w->task, sizes, w->o->seed, w->dir, &w->report, w->err);
}

static LbStatus check_sizes(const LbSynthOptions *o, LbError *err)
{
    if (o->n_train < 0 || o->n_valid < 0 || o->n_test < 0)
        return fail(err, LB_USAGE, "the number of sentence pairs must be 0 or more, not %d, %d and %d",
                    o->n_train, o->n_valid, o->n_test);
    if (o->n_train == 0 && o->n_valid == 0 && o->n_test == 0)
        return fail(err, LB_USAGE, "no sentence pairs are asked for: give a number of at least 1");
    return LB_OK;
}

static LbStatus set_facts(SynthTask *task, int facts, LbError *err)
{
    if (facts == 0)
        return LB_OK;
    if (!task->fact_words)
        return fail(err, LB_USAGE, "the task %s has no facts whose number could be given", task->name);
    if (facts < SYNTH_FEWEST_FACTS || facts > SYNTH_MOST_FACTS)
        return fail(err, LB_USAGE, "a text has %d to %d facts, not %d", SYNTH_FEWEST_FACTS, SYNTH_MOST_FACTS,
                    facts);
    *task = synth_with_facts(task, facts);
    return LB_OK;
}

LbStatus lb_synth(const char *task, const char *dir, LbSynthOptions o, LbSynthReport *report, LbError *err)
{
    assert(dir);
    const SynthTask *found = synth_find(task ? task : "", err);
    if (!found)
        return LB_USAGE;
    Writing w = { .task = *found, .dir = dir, .o = &o, .err = err };
    LbStatus status = check_sizes(&o, err);
    if (status == LB_OK)
        status = set_facts(&w.task, o.facts, err);
    if (status == LB_OK)
        status = guard(write_files, &w, err);
    const SynthReading *perfect = &w.report.perfect, *diagonal = &w.report.diagonal;
    if (status == LB_OK && report)
        *report = (LbSynthReport){ perfect->aer, perfect->hit, diagonal->aer, diagonal->hit };
    return status;
}
