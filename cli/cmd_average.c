/* cmd_average.c -- lookback average: several checkpoints, one model. */
#include "base/status.h"
#include "cli/command.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *out;
} Settings;

static const Option options[] = {
    TEXT("out", 'o', NULL, "DIR", out, "The new model's folder"),
    COMMON_OPTIONS,
};

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    if (!s->out)
        return fail(err, LB_USAGE, "where to? Name the new model's folder with -o DIR");
    LbStatus status = lb_average((const char *const *)args, n_args, s->out, err);
    if (status == LB_OK)
        screen_say("%s holds the average", s->out);
    return status;
}

const Command cmd_average = {
    .name = "average",
    .help = "average the weights of several checkpoints into one model",
    .usage = "DIR [DIR2 ...] -o OUT",
    .about = "Averages weights. With one model folder, those of the checkpoints it kept (train.keep in its\n"
             "configuration); with several folders or checkpoint files of the same architecture, theirs. An "
             "average\n"
             "of the last checkpoints is often a little better than the best of them.",
    .examples = "  lookback average models/ende -o models/ende-average\n"
                "      the kept checkpoints of one training\n"
                "  lookback average models/a models/b -o models/ab\n"
                "      two model folders\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .on_heap = true,
    .run = run,
};
