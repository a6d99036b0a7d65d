/* cmd_demo.c -- lookback demo: the guided tour. */
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/status.h"
#include "cli/command.h"
#include "cli/screen.h"
#include "cli/stop.h"

typedef struct {
    Common common;
    char *out, *colour;
    double size;
} Settings;

static const Option options[] = {
    TEXT("out", 'o', "demo", "DIR", out, "The folder for everything it makes"),
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

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    time_t spoke = 0;
    LbDemoHooks hooks = {
        &spoke, say, progress, stop_wanted, screen_colour(s->colour), screen_columns(STDOUT_FILENO), s->size
    };
    stop_watch(false);
    LbStatus status =
        lb_demo(n_args > 0 ? args[0] : "translate", s->out, seed_or(&s->common, 1), &hooks, err);
    if (status == LB_CANCELLED)
        return fail(err, LB_CANCELLED, "the tour was stopped; what it made so far is in %s", s->out);
    return status;
}

const Command cmd_demo = {
    .name = "demo",
    .help = "the guided tour: makes a small corpus, trains on it, shows where the model looks",
    .usage = "[translate|summarize] [--out DIR]",
    .about =
        "Writes an English-French corpus from a small grammar, trains a model with attention and one "
        "without,\n"
        "translates sentences that neither has seen, and shows where the first one looked. `summarize` does "
        "the\n"
        "same with reports and their headlines, and shows the sentences that a headline rests on. It takes a "
        "few\n"
        "minutes; the model is left in DIR/model for every other verb.",
    .examples = "  lookback demo\n"
                "      the tour; everything goes to the folder demo\n"
                "  lookback demo summarize --out news\n"
                "      the tour of summaries\n"
                "  echo 'She loves cats' | lookback translate -m demo/model\n"
                "      afterwards: its model, your sentence\n",
    .options = options,
    .size = sizeof(Settings),
    .most = 1,
    .words = names,
    .run = run,
};
