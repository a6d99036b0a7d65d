/* synth.c -- text made by rule, written to a folder; pairs with known faults from it, or from the user's
 * text. */
#include "synth/synth.h"

#include <stdlib.h>

#include "base/file.h"
#include "base/str.h"
#include "synth/faults.h"

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
    SynthTask task; /* that of the pairs */
    bool spoil;     /* it is the base of faults */
    const char *dir;
    const LbSynthOptions *o;
    SynthReport report;
    size_t n_spoilt;
    LbError *err;
} Writing;

/* ---- faults ---- */

static char *test_file(const Writing *w, const char *suffix)
{
    Str name = { 0 };
    str_addf(&name, "test.%s", suffix);
    char *path = path_join(w->dir, name.text);
    str_free(&name);
    return path;
}

static LbStatus spoil(Writing *w, const char *source, const char *target)
{
    const FaultOrder order = { .source = source,
                               .target = target,
                               .dir = w->dir,
                               .source_suffix = w->task.source_suffix,
                               .target_suffix = w->task.target_suffix,
                               .most = (size_t)w->o->n_test,
                               .seed = w->o->seed };
    return faults_write(&order, &w->n_spoilt, w->err);
}

static LbStatus spoil_files(void *arg)
{
    Writing *w = arg;
    return spoil(w, w->o->source, w->o->target);
}

static LbStatus spoil_test(Writing *w)
{
    char *source = test_file(w, w->task.source_suffix), *target = test_file(w, w->task.target_suffix);
    LbStatus status = spoil(w, source, target);
    free(source);
    free(target);
    return status;
}

static LbStatus write_files(void *arg)
{
    Writing *w = arg;
    SynthSizes sizes = { w->o->n_train, w->o->n_valid, w->o->n_test };
    LbStatus status = synth_write(&w->task, sizes, w->o->seed, w->dir, &w->report, w->err);
    return status == LB_OK && w->spoil ? spoil_test(w) : status;
}

/* ---- what is asked for ---- */

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

static LbStatus set_keys(SynthTask *task, bool all_keys, LbError *err)
{
    if (!all_keys)
        return LB_OK;
    if (!task->draw_all)
        return fail(err, LB_USAGE, "the task %s has no facts with keys", task->name);
    task->draw = task->draw_all;
    return LB_OK;
}

static LbStatus set_lengths(SynthTask *task, int shortest, int longest, LbError *err)
{
    if (shortest == 0 && longest == 0)
        return LB_OK;
    if (!task->most)
        return fail(err, LB_USAGE, "texts of the task %s have the lengths that they have", task->name);
    int from = shortest ? shortest : task->shortest, to = longest ? longest : task->longest;
    if (from < 1 || from > to || to > task->most)
        return fail(err, LB_USAGE, "lengths of %s go from 1 to %d words, the shortest first; not %d to %d",
                    task->name, task->most, from, to);
    *task = synth_with_lengths(task, from, to);
    return LB_OK;
}

static LbStatus set_stories(SynthTask *task, const LbSynthOptions *o, LbError *err)
{
    if (!o->fewest_sentences && !o->most_sentences && !o->names && !o->seen_places)
        return LB_OK;
    if (!task->of_sentences)
        return fail(err, LB_USAGE, "sentences are chosen for the tasks stories and news, not for %s",
                    task->name);
    if (!task->names && (o->names || o->seen_places))
        return fail(err, LB_USAGE, "names and places are chosen for the task stories, not for %s",
                    task->name);
    int fewest = o->fewest_sentences ? o->fewest_sentences : task->shortest,
        most = o->most_sentences ? o->most_sentences : task->longest,
        names = o->names ? o->names : task->names;
    if (fewest < 1 || most > SYNTH_MOST_SENTENCES || fewest > most)
        return fail(err, LB_USAGE, "a text has 1 to %d sentences, the fewest first, not %d to %d",
                    SYNTH_MOST_SENTENCES, fewest, most);
    if ((task->names && names < SYNTH_FEWEST_NAMES) || names > SYNTH_MOST_NAMES)
        return fail(err, LB_USAGE, "there are %d to %d names, not %d", SYNTH_FEWEST_NAMES, SYNTH_MOST_NAMES,
                    names);
    if (o->seen_places < 0 || o->seen_places > 100)
        return fail(err, LB_USAGE, "of the places 0 to 100 percent can be known ones, not %d",
                    o->seen_places);
    *task = synth_with_stories(task, fewest, most, names, o->seen_places);
    return LB_OK;
}

/* Of the task that spoils others: whose pairs. */
static LbStatus set_base(Writing *w, const LbSynthOptions *o, LbError *err)
{
    const char *name = o->base ? o->base : "lexicon";
    if (!o->source != !o->target)
        return fail(err, LB_USAGE, "a parallel text has two sides: give a source and a target");
    if (o->source && o->base)
        return fail(err, LB_USAGE, "give a base task or a parallel text, not both");
    if (o->source && text_equal(o->source, "-") && text_equal(o->target, "-"))
        return fail(err, LB_USAGE, "standard input can be one side of the text, not both");
    if (o->n_test < FAULT_PAIRS)
        return fail(err, LB_USAGE, "faults are made of test pairs: ask for at least %d, not %d", FAULT_PAIRS,
                    o->n_test);
    w->spoil = !o->source;
    const SynthTask *base = w->spoil ? synth_find(name, err) : NULL;
    if (w->spoil && !base)
        return LB_USAGE;
    if (w->spoil && !base->draw)
        return fail(err, LB_USAGE, "%s has no pairs of its own to spoil", base->name);
    if (base)
        w->task = *base;
    return LB_OK;
}

static LbStatus set_task(Writing *w, const LbSynthOptions *o, LbError *err)
{
    if (!w->task.draw)
        return set_base(w, o, err);
    if (o->base || o->source || o->target)
        return fail(err, LB_USAGE, "a base task or a parallel text is for the task hallucinate, not for %s",
                    w->task.name);
    return LB_OK;
}

static void fill_report(LbSynthReport *report, const Writing *w)
{
    const SynthReading *perfect = &w->report.perfect, *diagonal = &w->report.diagonal;
    *report = (LbSynthReport){ perfect->aer, perfect->hit, diagonal->aer, diagonal->hit, w->n_spoilt };
}

LbStatus lb_synth(const char *task, const char *dir, LbSynthOptions o, LbSynthReport *report, LbError *err)
{
    assert(dir);
    const SynthReading none = { -1, -1 };
    const SynthTask *found = synth_find(task ? task : "", err);
    if (!found)
        return LB_USAGE;
    Writing w = { .task = *found, .dir = dir, .o = &o, .report = { none, none }, .err = err };
    LbStatus status = check_sizes(&o, err);
    if (status == LB_OK)
        status = set_task(&w, &o, err);
    if (status == LB_OK)
        status = set_facts(&w.task, o.facts, err);
    if (status == LB_OK)
        status = set_keys(&w.task, o.all_keys, err);
    if (status == LB_OK)
        status = set_lengths(&w.task, o.shortest, o.longest, err);
    if (status == LB_OK)
        status = set_stories(&w.task, &o, err);
    if (status == LB_OK)
        status = guard(w.task.draw ? write_files : spoil_files, &w, err);
    if (status == LB_OK && report)
        fill_report(report, &w);
    return status;
}
