/* cmd_synth.c -- lookback synth: text made by rule, with its gold alignment. */
#include <stdio.h>

#include "base/status.h"
#include "cli/command.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    int n_train, n_valid, n_test;
    char *out;
    bool list;
} Settings;

static const Option options[] = {
    INT("n", 'n', "10000", 0, 100000000, n_train, "Pairs to train on"),
    INT("valid", 0, "500", 0, 100000000, n_valid, "Pairs for validation"),
    INT("test", 0, "500", 0, 100000000, n_test, "Pairs to test on, with gold alignment"),
    TEXT("out", 'o', NULL, "DIR", out, "The folder the files go to"),
    FLAG("list", list, "The tasks, one a line"),
    SEED_OPTION("The same seed gives the same text; not given: 1"),
    JSON_OPTION("One JSON object on standard output"),
    COMMON_OPTIONS,
};

static LbStatus list_tasks(void)
{
    for (const LbSynthTask *t = lb_synth_tasks(); t->name; t++)
        printf("%-12s %s\n", t->name, t->help);
    return LB_OK;
}

static LbStatus make(const Settings *s, const char *task, LbError *err)
{
    double perfect = 0;
    LbStatus status =
        lb_synth(task, s->n_train, s->n_valid, s->n_test, seed_or(&s->common, 1), s->out, &perfect, err);
    if (status != LB_OK)
        return status;
    if (s->common.json)
        printf(
            "{\"task\": \"%s\", \"train\": %d, \"valid\": %d, \"test\": %d, \"perfect_reader_aer\": %.4f}\n",
            task, s->n_train, s->n_valid, s->n_test, 100 * perfect);
    screen_say(
        "%s: %d training, %d validation and %d test pairs; the alignment error of a perfect reader with one "
        "link a word is %.2f %%",
        s->out, s->n_train, s->n_valid, s->n_test, 100 * perfect);
    return LB_OK;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    if (s->list)
        return list_tasks();
    if (n_args == 0)
        return fail(err, LB_USAGE, "which task? `lookback synth --list` names them");
    if (!s->out)
        return fail(err, LB_USAGE, "where to? Name a folder with --out DIR");
    return make(s, args[0], err);
}

static void tasks(Str *out)
{
    for (const LbSynthTask *t = lb_synth_tasks(); t->name; t++)
        str_addf(out, "%s ", t->name);
}

const Command cmd_synth = {
    .name = "synth",
    .help = "make parallel text by rule, with its gold alignment",
    .usage = "TASK --out DIR [--n N] [--seed S]",
    .about =
        "Writes DIR/{train,valid,test} as source, target and .align files. The right output and the right\n"
        "alignment of every line are known, and no test sentence is among those to train on.",
    .examples = "  lookback synth svo --n 20000 --out data\n"
                "      English and French from a small grammar\n"
                "  lookback synth --list\n"
                "      the tasks there are\n",
    .options = options,
    .size = sizeof(Settings),
    .most = 1,
    .words = tasks,
    .on_heap = true,
    .run = run,
};
