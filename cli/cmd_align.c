/* cmd_align.c -- lookback align: which words belong together, read from attention over given pairs. */
#include <stdio.h>
#include <stdlib.h>

#include "cli/chosen.h"
#include "cli/pairs.h"

typedef struct {
    Common common;
    char *model;
    int batch;
    bool soft;
    Chosen chosen;
} Settings;

static const Option options[] = {
    MODEL_OPTION,
    FLAG("soft", soft, "All weights: target pieces separated by spaces, source pieces by commas"),
    HEAD_OPTIONS,
    INT("batch", 0, "64", 1, 100000, batch, "Pairs at a time; changes nothing but speed"),
    JSON_OPTION("One JSON object a line; with --soft the weights of words as well"),
    COMMON_OPTIONS,
};

typedef struct {
    const Settings *settings;
    LbMapChoice choice;
} Job;

static char *alignment(const Job *j, const LbResult *r, const LbMap *m)
{
    const Settings *s = j->settings;
    if (s->common.json)
        return chosen_any(&s->chosen) ? lb_result_json_map(r, m) : lb_result_json(r, s->soft);
    return s->soft ? lb_map_soft(m) : lb_map_links(m, 0);
}

/* A line that is too long for maps has no links; that was told. */
static LbStatus print_alignment(void *context, const LbResult *r, uint64_t line, LbError *err)
{
    (void)line;
    const Job *j = context;
    LbMap *m = NULL;
    if (!r->hypotheses[0].maps_too_large) {
        LbStatus status = lb_map_new(r, 0, j->choice, &m, err);
        if (status != LB_OK)
            return status;
    }
    char *text = m ? alignment(j, r, m) : j->settings->common.json ? lb_result_json(r, false) : NULL;
    puts(text ? text : "");
    free(text);
    lb_map_free(m);
    return LB_OK;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Job j = { .settings = s };
    LbStatus status = chosen_read(&s->chosen, s->soft && !s->common.json, &j.choice, err);
    if (status != LB_OK)
        return status;
    const Pairs pairs = { .common = &s->common,
                          .model = s->model,
                          .batch = s->batch,
                          .attends = "align",
                          .maps = chosen_any(&s->chosen) ? LB_MAPS_ALL : LB_MAPS_ONE,
                          .take = print_alignment,
                          .context = &j };
    return pairs_run(&pairs, args, n_args, err);
}

const Command cmd_align = {
    .name = "align",
    .help = "word alignment of given pairs, read from attention",
    .usage = "-m DIR SRC TGT",
    .about =
        "Prints, for each line of SRC and the same line of TGT, the pairs of words that belong together in\n"
        "Pharaoh's form, `0-0 1-2`: source word, target word, from 0. Every target word is linked to the\n"
        "source word that its row of attention is largest at. Of a Transformer the mean over the heads of "
        "the\n"
        "layer last but one is read, unless a layer or a head is chosen.",
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
