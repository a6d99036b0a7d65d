/* cmd_inspect.c -- lookback inspect: what a model folder holds. */
#include <stdlib.h>

#include "cli/command.h"
#include "cli/screen.h"

typedef struct {
    Common common;
} Settings;

static const Option options[] = { JSON_OPTION("One JSON object instead of the report for people"),
                                  COMMON_OPTIONS };

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    (void)n_args;
    const Settings *s = settings;
    char *text = NULL;
    LbStatus status = lb_inspect(args[0], s->common.json, &text, err);
    if (status == LB_OK)
        print_block(text);
    free(text);
    return status;
}

const Command cmd_inspect = {
    .name = "inspect",
    .help = "what a model folder holds: configuration, parameters, memory, training curve",
    .usage = "DIR",
    .about = "Prints a model's configuration, its parameters with shapes, the memory they take, its "
             "vocabularies and\n"
             "how its training went.",
    .examples = "  lookback inspect demo/model\n"
                "      the model that `lookback demo` made\n"
                "  lookback inspect demo/model --json\n"
                "      the same for a program\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .most = 1,
    .on_heap = true,
    .run = run,
};
