/* cmd_bench.c -- lookback bench: this machine's peak, and how near the work comes to it. */
#include <stdio.h>

#include "cli/command.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    bool list;
} Settings;

static const Option options[] = {
    FLAG("list", list, "Print the names, and what each measures"),
    JSON_OPTION("One JSON object a line"),
    COMMON_OPTIONS,
};

/* Each result is shown as soon as it is there. */
static void say(void *context, const char *line)
{
    (void)context;
    print_block(line);
    fflush(stdout);
}

static LbStatus list_cases(void)
{
    const char *name, *help;
    for (size_t i = 0; lb_bench_case(i, &name, &help); i++)
        printf("%-25s %s\n", name, help);
    return LB_OK;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    if (s->list)
        return list_cases();
    return lb_bench((const char *const *)args, n_args, s->common.json, say, NULL, err);
}

const Command cmd_bench = {
    .name = "bench",
    .help = "measure this machine's peak, and how near each operation comes to it",
    .usage = "[NAME ...]",
    .about = "Measures matrix products, the fused loops, training and decoding. Shares are of what the "
             "machine can\n"
             "do at most, measured in the same run. Without names (--list) everything is measured.",
    .examples = "  lookback bench\n"
                "      everything\n"
                "  lookback bench --list\n"
                "      the names\n"
                "  lookback bench matmul --threads 1 --json\n"
                "      one measurement, one thread, as JSON\n",
    .options = options,
    .size = sizeof(Settings),
    .run = run,
};
