/* cmd_align.c -- lookback align: which words belong together, read from attention over given pairs. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/pairs.h"

typedef struct {
    Common common;
    char *model;
    int batch;
    bool soft;
} Settings;

static const Option options[] = {
    MODEL_OPTION,
    FLAG("soft", soft, "All weights: target pieces separated by spaces, source pieces by commas"),
    INT("batch", 0, "64", 1, 100000, batch, "Pairs at a time; changes nothing but speed"),
    JSON_OPTION("One JSON object a line; with --soft the weights of words as well"),
    COMMON_OPTIONS,
};

static void print_alignment(void *context, const LbResult *r)
{
    const Settings *s = context;
    char *text = s->common.json ? lb_result_json(r, s->soft)
                 : s->soft      ? lb_alignment_soft(r, 0)
                                : lb_alignment_hard(r, 0, 0);
    puts(text);
    free(text);
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    (void)n_args;
    const Settings *s = settings;
    const Pairs pairs = { .common = &s->common,
                          .model = s->model,
                          .batch = s->batch,
                          .attends = "align",
                          .take = print_alignment,
                          .context = (void *)s };
    return pairs_run(&pairs, args, err);
}

const Command cmd_align = {
    .name = "align",
    .help = "word alignment of given pairs, read from attention",
    .usage = "-m DIR SRC TGT",
    .about =
        "Prints, for each line of SRC and the same line of TGT, the pairs of words that belong together in\n"
        "Pharaoh's form, `0-0 1-2`: source word, target word, from 0. Every target word is linked to the\n"
        "source word that its row of attention is largest at.",
    .examples = "  lookback align -m demo/model demo/test.en demo/test.fr\n"
                "      one line of links for each pair\n"
                "  lookback align -m demo/model --soft demo/test.en demo/test.fr\n"
                "      the weights themselves\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 2,
    .most = 2,
    .run = run,
};
