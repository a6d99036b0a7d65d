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
    const SynthTask *task;
    SynthSizes sizes;
    uint64_t seed;
    const char *dir;
    SynthReport report;
    LbError *err;
} Writing;

static LbStatus write_files(void *arg)
{
    Writing *w = arg;
    return synth_write(w->task, w->sizes, w->seed, w->dir, &w->report, w->err);
}

LbStatus lb_synth(const char *task, int n_train, int n_valid, int n_test, uint64_t seed, const char *dir,
                  double *perfect, LbError *err)
{
    assert(dir);
    Writing w = { synth_find(task ? task : "", err), { n_train, n_valid, n_test }, seed, dir, { 0 }, err };
    if (!w.task)
        return LB_USAGE;
    if (n_train < 0 || n_valid < 0 || n_test < 0)
        return fail(err, LB_USAGE, "the number of sentence pairs must be 0 or more, not %d, %d and %d",
                    n_train, n_valid, n_test);
    if (n_train == 0 && n_valid == 0 && n_test == 0)
        return fail(err, LB_USAGE, "no sentence pairs are asked for: give a number of at least 1");
    LbStatus status = guard(write_files, &w, err);
    if (status == LB_OK && perfect)
        *perfect = w.report.perfect_reader_aer;
    return status;
}
