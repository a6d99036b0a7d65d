/* cmd_help.c -- lookback help: the list of verbs, a verb's page, the manual pages. */
#include "cli/pages.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    bool man;
} Settings;

static const Option options[] = {
    FLAG("man", man, "As a manual page: `lookback help --man VERB | man -l -`"),
    COMMON_OPTIONS,
};

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    const Command *c = n_args > 0 ? command_find(args[0], err) : NULL;
    if (n_args > 0 && !c)
        return LB_USAGE;
    Str page = { 0 };
    if (s->man)
        page_man(c, &page);
    else if (c)
        page_help(c, &page);
    else
        page_overview(&page);
    print_block(page.text);
    str_free(&page);
    return LB_OK;
}

static void verbs(Str *out)
{
    for (const Command *const *c = commands; *c; c++)
        str_addf(out, "%s ", (*c)->name);
}

const Command cmd_help = {
    .name = "help",
    .help = "what there is, what a verb takes, the manual pages",
    .usage = "[VERB] [--man]",
    .about = "Prints the list of verbs, or what one verb takes; `lookback VERB --help` is the same. With "
             "--man it\n"
             "prints a manual page instead: lookback(1), or lookback-VERB(1).",
    .examples = "  lookback help translate\n"
                "      every flag of translate\n"
                "  lookback help --man translate | man -l -\n"
                "      its manual page, where it is not installed\n",
    .options = options,
    .size = sizeof(Settings),
    .most = 1,
    .quick = true,
    .words = verbs,
    .run = run,
};
