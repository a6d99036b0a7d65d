/* cmd_average.c -- lookback average: several checkpoints, one model. */
#include "base/status.h"
#include "cli/command.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *out;
    int last;
} Settings;

static const Option options[] = {
    TEXT("out", 'o', NULL, "DIR", out, "The new model's folder"),
    INT("last", 0, "0", 0, 100000, last, "Of one model folder: only its latest N checkpoints; 0: all"),
    COMMON_OPTIONS,
};

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    if (!s->out)
        return fail(err, LB_USAGE, "where to? Name the new model's folder with -o DIR");
    LbStatus status = lb_average_last((const char *const *)args, n_args, (size_t)s->last, s->out, err);
    if (status == LB_OK)
        screen_say("%s holds the average", s->out);
    return status;
}

const Command cmd_average = {
    .name = "average",
    .help = "average the weights of several checkpoints into one model",
    .usage = "DIR [DIR2 ...] -o OUT",
    .about = "Averages weights. With one model folder, those of the checkpoints it kept (train.keep in its\n"
             "configuration: the default, 3, is few; set 5 to 10), or the last N of them; with several\n"
             "folders or checkpoint files of the same architecture, theirs. An average of the last\n"
             "checkpoints is often better than the best of them.",
    .examples = "  lookback average models/ende -o models/ende-average\n"
                "      the kept checkpoints of one training\n"
                "  lookback average models/ende --last 5 -o models/ende-last5\n"
                "      only the last five of them\n"
                "  lookback average models/a models/b -o models/ab\n"
                "      two model folders\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .on_heap = true,
    .run = run,
};
