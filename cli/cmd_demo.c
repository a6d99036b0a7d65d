/* cmd_demo.c -- lookback demo: the guided tour. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/array.h"
#include "base/status.h"
#include "base/str.h"
#include "cli/command.h"
#include "cli/screen.h"
#include "cli/stop.h"

typedef struct {
    Common common;
    char *out, *colour;
    double size;
} Settings;

static const Option options[] = {
    TEXT("out", 'o', NULL, "DIR", out,
         "The folder for everything it makes; not given: demo, of other tours than translate demo/NAME"),
    REAL("size", 0, "1", 0.001, 1, "F", size,
         "This share of the data and of the training: a quick look at the form, with a model that knows "
         "little"),
    CHOICE("colour", 0, "auto", colour_names, "auto|truecolor|256|ascii", colour,
           "Colours of heat maps; auto: what the terminal can show"),
    SEED_OPTION("Another seed is another corpus and another model; not given: 1"),
    COMMON_OPTIONS,
};

/* ---- hooks ---- */

static void say(void *context, const char *text)
{
    (void)context;
    screen_wipe();
    print_block(text);
    fflush(stdout);
}

/* In a pipe only now and then. */
static void progress(void *context, const char *line)
{
    static const time_t pause = 10; /* seconds */
    time_t *spoke = context, now = time(NULL);
    screen_live(line);
    if (screen_is_live() || now - *spoke < pause)
        return;
    screen_say("%s", line);
    *spoke = now;
}

static void names(Str *out)
{
    const char *name;
    for (size_t i = 0; (name = lb_demo_name(i)); i++)
        str_addf(out, "%s%s", i ? " " : "", name);
}

/* free() it */
static char *folder(const Settings *s, const char *tour)
{
    if (s->out)
        return memory_text(s->out);
    Str name = { 0 };
    str_add(&name, "demo");
    if (!text_equal(tour, "translate"))
        str_addf(&name, "/%s", tour);
    return str_take(&name);
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    time_t spoke = 0;
    LbDemoHooks hooks = {
        &spoke, say, progress, stop_wanted, screen_colour(s->colour), screen_columns(STDOUT_FILENO), s->size
    };
    stop_watch(false);
    const char *tour = n_args > 0 ? args[0] : "translate";
    char *out = folder(s, tour);
    LbStatus status = lb_demo(tour, out, seed_or(&s->common, 1), &hooks, err);
    if (status == LB_CANCELLED)
        fail(err, LB_CANCELLED, "the tour was stopped; what it made so far is in %s", out);
    free(out);
    return status;
}

const Command cmd_demo = {
    .name = "demo",
    .help = "the guided tour: makes a small corpus, trains on it, shows where the model looks",
    .usage = "[translate|answer|summarize] [--out DIR]",
    .about =
        "Each tour makes its own text by rule, trains a model on it, also one that lacks what the tour is "
        "about,\n"
        "and shows where the model looked. It takes a few minutes; the model is left in DIR/model for every "
        "other\n"
        "verb.\n\n"
        "translate: English sentences to French. answer: questions about stories, whose answers are names "
        "that\n"
        "the model has never seen and copies, with the sentences that they rest on. summarize: reports to "
        "their\n"
        "headlines, with the sentences that a headline rests on.",
    .examples =
        "  lookback demo\n"
        "      the tour; everything goes to the folder demo\n"
        "  echo 'She loves cats' | lookback translate -m demo/model\n"
        "      afterwards: its model, your sentence\n"
        "  lookback demo answer\n"
        "  lookback answer -m demo/answer/model --context 'Dora lives in Oslo.' --question 'Who lives in "
        "Oslo?'\n"
        "      the tour of questions, and one of your own\n",
    .options = options,
    .size = sizeof(Settings),
    .most = 1,
    .words = names,
    .run = run,
};
