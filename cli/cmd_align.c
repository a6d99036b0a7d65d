/* cmd_align.c -- lookback align: which words belong together, read from attention over given pairs. */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/screen.h"

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

typedef struct {
    const Settings *settings;
    Loaded loaded;
    Lines source, target;
} Job;

static void print_alignment(const Settings *s, const LbResult *r)
{
    char *text = s->common.json ? lb_result_json(r, s->soft)
                 : s->soft      ? lb_alignment_soft(r, 0)
                                : lb_alignment_hard(r, 0, 0);
    puts(text);
    free(text);
}

static LbStatus align_chunk(Job *j, LbError *err)
{
    size_t n = array_len(j->source.lines);
    LbResult *results;
    LbStatus status = lb_score(j->loaded.session, j->source.lines, j->target.lines, n, j->settings->batch,
                               false, &results, err);
    if (status != LB_OK)
        return fail_in_chunk(err, lines_name(&j->source), j->source.first);
    for (size_t i = 0; i < n; i++)
        print_alignment(j->settings, &results[i]);
    lb_results_free(results);
    return print_flush(err);
}

static LbStatus align_all(Job *j, LbError *err)
{
    LbStatus status = loaded_must_attend(&j->loaded, "align", err);
    while (status == LB_OK && (status = lines_read_both(&j->source, &j->target, err)) == LB_OK) {
        if (array_len(j->source.lines) == 0)
            return LB_OK;
        status = align_chunk(j, err);
    }
    return status;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    (void)n_args;
    const Settings *s = settings;
    Job j = { .settings = s, .source = lines_of(args, 1), .target = lines_of(args + 1, 1) };
    LbStatus status = loaded_open(&j.loaded, s->model, NULL, &s->common, err);
    if (status == LB_OK)
        status = align_all(&j, err);
    lines_close(&j.source);
    lines_close(&j.target);
    loaded_close(&j.loaded);
    return status;
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
