/* cmd_train.c -- lookback train: learn a model. Ctrl-C saves first. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "cli/command.h"
#include "cli/screen.h"
#include "cli/stop.h"
#include "cli/training.h"

typedef struct {
    Common common;
    char *watch;
    bool resume, overwrite, dry_run, dump;
} Settings;

static const Option options[] = {
    FLAG("resume", resume, "Go on where the training in model_dir stopped"),
    FLAG("overwrite", overwrite, "Start anew in a model_dir that holds a model"),
    TEXT("watch", 0, NULL, "PAGE.html", watch,
         "Keeps a page that shows the training while it goes on: curves, and where the model looks in some "
         "pairs of the validation data at each validation"),
    FLAG("dry-run", dry_run,
         "Check configuration and data, and tell sizes, memory and time; nothing is trained"),
    FLAG("dump-config", dump, "The whole configuration with its defaults as YAML on standard output"),
    SEED_OPTION("The same as seed=N: the same seed gives the same model"),
    JSON_OPTION("At the end one JSON object on standard output"),
    COMMON_OPTIONS,
};

/* ---- what is to be trained ---- */

typedef struct {
    const char *config; /* NULL: none */
    char **overrides;   /* an array of owned texts */
} Plan;

static void plan_free(Plan *p)
{
    for (size_t i = 0; i < array_len(p->overrides); i++)
        free(p->overrides[i]);
    array_free(p->overrides);
}

static void add_override(Plan *p, const char *key, unsigned long long value)
{
    Str text = { 0 };
    str_addf(&text, "%s=%llu", key, value);
    array_push(p->overrides, str_take(&text));
}

/* The first argument is the file, unless it is a key=value (and no file of that name is there). */
static LbStatus plan_make(Plan *p, const Common *common, char **args, size_t n_args, LbError *err)
{
    for (size_t i = 0; i < n_args; i++) {
        bool is_pair = strchr(args[i], '=') != NULL;
        if (i == 0 && (!is_pair || file_exists(args[i])))
            p->config = args[i];
        else if (is_pair)
            array_push(p->overrides, memory_text(args[i]));
        else
            return fail(err, LB_USAGE,
                        "`%s` is not of the form key=value; one file, then keys: lookback train "
                        "CONFIG.yaml train.epochs=3",
                        args[i]);
    }
    if (common->seed >= 0)
        add_override(p, "seed", (unsigned long long)common->seed);
    if (common->memory > 0)
        add_override(p, "train.memory", common->memory);
    return LB_OK;
}

/* ---- the three things to do with it ---- */

static LbStatus print_text(LbStatus status, char *text)
{
    if (status == LB_OK)
        print_block(text);
    free(text);
    return status;
}

static LbStatus dump(const Plan *p, LbError *err)
{
    char *text = NULL;
    LbStatus status =
        lb_config_dump(p->config, (const char *const *)p->overrides, array_len(p->overrides), &text, err);
    return print_text(status, text);
}

static LbStatus rehearse(const Plan *p, LbError *err)
{
    char *text = NULL;
    LbStatus status =
        lb_train_dry(p->config, (const char *const *)p->overrides, array_len(p->overrides), &text, err);
    return print_text(status, text);
}

static void print_summary(const LbTrainSummary *s)
{
    printf("{\"why\": \"%s\", \"step\": %lld, \"best_step\": %lld, \"epoch\": %d, \"best\": ", s->why,
           (long long)s->step, (long long)s->best_step, s->epoch);
    if (s->best == s->best)
        printf("%.6g", s->best);
    else
        printf("null");
    printf(", \"seconds\": %.1f}\n", s->seconds);
}

static void tell_summary(const LbTrainSummary *s)
{
    Str line = { 0 };
    str_addf(&line, "done (%s): %lld steps, ", s->why, (long long)s->step);
    add_clock(&line, s->seconds);
    if (s->best_step > 0)
        str_addf(&line, "; the best model is that of step %lld, with %.4g", (long long)s->best_step, s->best);
    screen_say("%s", line.text);
    str_free(&line);
}

static LbStatus fail_stopped(const Plan *p, const LbTrainSummary *s, LbError *err)
{
    if (s->step == 0)
        return fail(err, LB_CANCELLED,
                    "training was stopped before its first step; there is nothing to resume");
    return fail(err, LB_CANCELLED,
                "training was stopped after %lld steps and saved; go on with `lookback train "
                "%s%s--resume` (and the same key=value settings)",
                (long long)s->step, p->config ? p->config : "", p->config ? " " : "");
}

static LbStatus train(const Settings *s, const Plan *p, LbError *err)
{
    Training training = { 0 };
    LbTrainHooks hooks = training_hooks(&training);
    char *typed = command_typed();
    hooks.page = s->watch;
    hooks.command = typed;
    LbTrainSummary summary = { 0 };
    stop_watch(false);
    LbStatus status = lb_train(p->config, (const char *const *)p->overrides, array_len(p->overrides),
                               s->resume, s->overwrite, &hooks, &summary, err);
    free(typed);
    screen_wipe();
    if (status == LB_CANCELLED)
        return fail_stopped(p, &summary, err);
    if (status != LB_OK)
        return status;
    tell_summary(&summary);
    if (s->common.json)
        print_summary(&summary);
    return LB_OK;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Plan plan = { 0 };
    LbStatus status = plan_make(&plan, &s->common, args, n_args, err);
    if (status == LB_OK && s->dump)
        status = dump(&plan, err);
    else if (status == LB_OK && s->dry_run)
        status = rehearse(&plan, err);
    else if (status == LB_OK)
        status = train(s, &plan, err);
    plan_free(&plan);
    return status;
}

const Command cmd_train = {
    .name = "train",
    .help = "learn a model from parallel text",
    .usage = "CONFIG.yaml [key=value ...]",
    .about = "Trains the model that CONFIG.yaml describes, into its model_dir. key=value settings go over "
             "the file's:\n"
             "train.epochs=3, model.attention.score=dot. docs/config.md lists every key. Vocabularies are "
             "learned\n"
             "first, the data is checked and counted, then training reports as it goes. Ctrl-C stops "
             "cleanly: what\n"
             "was learned is saved, and --resume goes on as if nothing had happened.",
    .examples = "  lookback train recipes/multi30k-rnn.yaml --dry-run\n"
                "      is everything there, and how long will it take?\n"
                "  lookback train recipes/multi30k-rnn.yaml model_dir=models/dot model.attention.score=dot\n"
                "      the recipe with another attention score\n"
                "  lookback train recipes/multi30k-rnn.yaml --watch watch.html\n"
                "      with a page to look at in a browser while it goes on\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .run = run,
};
