/* cmd_align.c -- lookback align: which words belong together, read from attention over given pairs. */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "cli/chosen.h"
#include "cli/lines.h"
#include "cli/pairs.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *model;
    int batch;
    bool soft;
    Chosen chosen;
    char **links, *links_reverse, *symmetrize;
} Settings;

static const char *const methods[] = { "intersection",        "union",
                                       "grow-diag",           "grow-diag-final",
                                       "grow-diag-final-and", "grow-diagonal",
                                       "grow-diagonal-final", NULL };

static const Option options[] = {
    MODEL_OPTION,
    FLAG("soft", soft, "All weights: target pieces separated by spaces, source pieces by commas"),
    HEAD_OPTIONS,
    LIST("links", 0, "FILE", links,
         "No model: links that are there already, source-target; twice, for both directions"),
    TEXT("links-reverse", 0, NULL, "FILE", links_reverse,
         "The other direction of --links, as target-source pairs"),
    CHOICE("symmetrize", 0, NULL, methods, "METHOD", symmetrize,
           "How two directions become one: intersection, union, grow-diag, grow-diag-final, "
           "grow-diag-final-and, "
           "grow-diagonal, grow-diagonal-final; not given: grow-diag"),
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

/* ---- links that are there ---- */

static LbStatus print_both(const Settings *s, const Lines *forward, const Lines *reverse, LbError *err)
{
    char *out, *told;
    LbStatus status = lb_symmetrize(s->symmetrize ? s->symmetrize : "grow-diag",
                                    (LbLinks){ forward->lines, array_len(forward->lines), false },
                                    (LbLinks){ reverse->lines, array_len(reverse->lines), s->links_reverse },
                                    &out, &told, err);
    if (status != LB_OK)
        return status;
    screen_say("%s", told);
    fputs(out, stdout);
    free(out);
    free(told);
    return print_flush(err);
}

static LbStatus run_links(const Settings *s, size_t n_args, LbError *err)
{
    size_t n = array_len(s->links) + (s->links_reverse ? 1 : 0);
    if (n != 2 || array_len(s->links) == 0 || n_args > 0 || s->model)
        return fail(err, LB_USAGE,
                    "usage: lookback align --links FILE --links FILE, or --links FILE "
                    "--links-reverse FILE, without model and texts");
    char *const *second = s->links_reverse ? &s->links_reverse : &s->links[1];
    Lines forward = lines_of(s->links, 1), reverse = lines_of(second, 1);
    LbStatus status = lines_read_all(&forward, err);
    if (status == LB_OK)
        status = lines_read_all(&reverse, err);
    if (status == LB_OK)
        status = print_both(s, &forward, &reverse, err);
    lines_close(&forward);
    lines_close(&reverse);
    return status;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Job j = { .settings = s };
    if (array_len(s->links) > 0 || s->links_reverse)
        return run_links(s, n_args, err);
    if (n_args < 2)
        return fail(err, LB_USAGE, "usage: lookback align -m DIR SRC TGT");
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
    .usage = "-m DIR SRC TGT | --links FILE --links FILE",
    .about =
        "Prints, for each line of SRC and the same line of TGT, the pairs of words that belong together in\n"
        "Pharaoh's form, `0-0 1-2`: source word, target word, from 0. Every target word is linked to the\n"
        "source word that its row of attention is largest at. Of a Transformer the mean over the heads of "
        "the\n"
        "layer last but one is read, unless a layer or a head is chosen.",
    .examples =
        "  lookback align -m demo/model demo/test.en demo/test.fr\n"
        "      one line of links for each pair\n"
        "  lookback align -m demo/model --soft demo/test.en demo/test.fr\n"
        "      the weights themselves\n"
        "  lookback align --links en-fr.links --links-reverse fr-en.links --symmetrize grow-diag-final\n"
        "      two directions made one, as fast_align's atools does it\n",
    .options = options,
    .size = sizeof(Settings),
    .most = 2,
    .run = run,
};
