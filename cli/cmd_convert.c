/* cmd_convert.c -- lookback convert: another system's model becomes one of ours. */
#include <stdlib.h>
#include <string.h>

#include "base/status.h"
#include "cli/command.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    bool overwrite;
} Settings;

static const Option options[] = {
    FLAG("overwrite", overwrite, "Replace a model that OUT holds"),
    COMMON_OPTIONS,
};

static void tell_lines(char *told)
{
    char *save = NULL;
    for (char *line = strtok_r(told, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
        screen_say("%s", line);
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    char *told;
    (void)n_args; /* two: checked from the table */
    if (!*args[1])
        return fail(err, LB_USAGE, "OUT has no name: where should the model go?");
    LbStatus status = lb_convert(args[0], args[1], s->overwrite, &told, err);
    if (status != LB_OK)
        return status;
    tell_lines(told);
    free(told);
    screen_say("%s holds the model", args[1]);
    return status;
}

const Command cmd_convert = {
    .name = "convert",
    .help = "read another system's model and write it as one of lookback's",
    .usage = "IN OUT",
    .about =
        "Reads a model that another system has trained and writes it as a model folder, exactly. IN is a\n"
        "CTranslate2 folder with an encoder-decoder Transformer (float32, float16, bfloat16, int16 or\n"
        "int8 weights), or the .npz file of a g2p_en model. What lookback cannot represent is an error.",
    .examples = "  lookback convert opus-ende-ct2 models/ende\n"
                "      a CTranslate2 folder: model.bin, vocabularies, config.json\n"
                "  lookback convert checkpoint20.npz models/g2p\n"
                "      spelling to sound\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 2,
    .most = 2,
    .on_heap = true,
    .run = run,
};
