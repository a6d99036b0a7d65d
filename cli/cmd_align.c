/* cmd_align.c -- lookback align: which words belong together, read from attention over given pairs. */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "cli/chosen.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/screen.h"

enum { CHUNK = 2000 };

typedef struct {
    Common common;
    char *model, *reverse, *readout, *row, *weights, *sinks;
    double null_below;
    int batch, sample;
    bool soft, scores, pieces;
    char *layer, *head;
    char **links, *links_reverse, *symmetrize;
} Settings;

static const char *const readouts[] = { "auto", "plain", "erase", "diagonal", NULL };
static const char *const rows[] = { "output", "input", NULL };
static const char *const weights[] = { "raw", "norm", NULL };
static const char *const sinks[] = { "keep", "end", "punctuation", NULL };
static const char *const methods[] = { "intersection",        "union",
                                       "grow-diag",           "grow-diag-final",
                                       "grow-diag-final-and", "grow-diagonal",
                                       "grow-diagonal-final", NULL };

static const Option options[] = {
    MODEL_OPTION,
    CHOICE("readout", 0, "auto", readouts, "auto|plain|erase|diagonal", readout,
           "How links are read: auto chooses what is not given below, without gold links; plain is what "
           "translate "
           "--alignment prints; erase asks what is lost without each source word, the slowest; diagonal "
           "needs no "
           "model"),
    TEXT("layer", 0, NULL, "N|mean", layer, "Attention of this layer, counted from 0, or the mean over all"),
    TEXT("head", 0, NULL, "N|mean", head, "Of this head, counted from 0, or the mean over all"),
    CHOICE("row", 0, NULL, rows, "output|input", row,
           "The row that predicts a word, or the one where the decoder reads it"),
    CHOICE("weights", 0, NULL, weights, "raw|norm", weights,
           "As they are, or times the length of what they bring in"),
    CHOICE("sinks", 0, NULL, sinks, "keep|end|punctuation", sinks,
           "What is taken out of a row: nothing, ends of sentences, or punctuation, too"),
    REAL("null", 0, "-1", -1, 1, "X", null_below,
         "Words whose largest weight is below stay without a link; -1: chosen"),
    TEXT("reverse", 0, NULL, "DIR2", reverse, "A model of the other direction, read as well"),
    CHOICE("symmetrize", 0, NULL, methods, "METHOD", symmetrize,
           "How two directions become one; not given: grow-diagonal with --reverse or --links, else one "
           "direction"),
    FLAG("scores", scores, "Each link with its weight: 0-0:0.9731"),
    FLAG("soft", soft, "All weights: target words separated by spaces, source words by commas"),
    FLAG("pieces", pieces, "Of pieces of the vocabulary instead of words"),
    INT("sample", 0, "64", 1, 100000, sample, "Pairs that auto looks at"),
    LIST("links", 0, "FILE", links,
         "No model: links that are there already, source-target; twice, for both directions"),
    TEXT("links-reverse", 0, NULL, "FILE", links_reverse,
         "The other direction of --links, as target-source pairs"),
    INT("batch", 0, "64", 1, 100000, batch, "Pairs at a time; changes nothing but speed"),
    JSON_OPTION("One JSON object a line: links, scores, read-out; with --soft the weights"),
    COMMON_OPTIONS,
};

/* ---- a model ---- */

typedef struct {
    const Settings *settings;
    Loaded forward, reverse;
    LbAligner *aligner;
    Lines source, target;
    bool told;
} Job;

static void tell(Job *j)
{
    char *told = lb_aligner_told(j->aligner, false);
    screen_say("%s", told);
    free(told);
    j->told = true;
}

static char *show(const Job *j, const LbAlignment *x)
{
    const Settings *s = j->settings;
    if (s->common.json)
        return lb_alignment_json(j->aligner, x, s->soft);
    return s->soft ? lb_alignment_weights(x) : lb_alignment_text(x, s->scores);
}

static void print_pair(const Job *j, const LbAlignment *x, uint64_t line)
{
    if (x->too_long)
        screen_say("line %llu is longer than the model takes: it has no links", (unsigned long long)line + 1);
    char *text = show(j, x);
    puts(text);
    free(text);
}

/* What is dropped tells how much of a map was no word. */
static void print_all(Job *j, const LbAlignment *all, size_t n)
{
    double dropped = 0;
    for (size_t i = 0; i < n; i++) {
        print_pair(j, &all[i], j->source.first + i);
        dropped += all[i].dropped / (double)n;
    }
    if (dropped > 0)
        screen_say("lines %llu to %llu: %.1f %% of the weight was taken out with the sinks",
                   (unsigned long long)j->source.first + 1, (unsigned long long)j->source.first + n,
                   100 * dropped);
}

static LbStatus read_chunk(Job *j, LbError *err)
{
    LbStatus status = lines_take(&j->source, CHUNK, err);
    size_t n = array_len(j->source.lines);
    if (status == LB_OK)
        status = lines_take(&j->target, CHUNK, err);
    if (status == LB_OK && array_len(j->target.lines) != n)
        status = lines_differ(&j->source, &j->target, err);
    return status;
}

static LbStatus align_chunk(Job *j, LbError *err)
{
    LbAlignment *all;
    size_t n = array_len(j->source.lines);
    LbStatus status = lb_align(j->aligner, j->source.lines, j->target.lines, n, &all, err);
    if (status != LB_OK)
        return status == LB_CANCELLED ? fail_after(err, j->source.first) : status;
    if (!j->told)
        tell(j);
    print_all(j, all, n);
    lb_alignments_free(all);
    return print_flush(err);
}

static LbStatus run_chunks(Job *j, LbError *err)
{
    LbStatus status = read_chunk(j, err);
    while (status == LB_OK && array_len(j->source.lines) > 0) {
        status = align_chunk(j, err);
        if (status == LB_OK)
            status = read_chunk(j, err);
    }
    return status;
}

/* A number from 0, or `mean`, which is -1; not given: as it is. */
static LbStatus read_map(const char *flag, const char *text, int *out, LbError *err)
{
    if (!text_equal(text, "mean"))
        return chosen_index(flag, text, out, err);
    *out = -1;
    return LB_OK;
}

static LbStatus open_all(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    LbAlignOptions o = lb_align_default();
    LbStatus status = read_map("layer", s->layer, &o.layer, err);
    if (status == LB_OK)
        status = read_map("head", s->head, &o.head, err);
    if (status == LB_OK && !text_equal(s->readout, "diagonal"))
        status = loaded_open(&j->forward, s->model, NULL, &s->common, err);
    if (status == LB_OK && j->forward.session)
        status = loaded_must_attend(&j->forward, "align", err);
    if (status == LB_OK && s->reverse)
        status = loaded_open(&j->reverse, s->reverse, NULL, &s->common, err);
    if (status != LB_OK)
        return status;
    o.readout = s->readout, o.row = s->row, o.weights = s->weights, o.sinks = s->sinks;
    o.symmetrize = s->symmetrize, o.null_below = s->null_below;
    o.sample = s->sample, o.batch = s->batch, o.pieces = s->pieces;
    return lb_aligner_new(j->forward.session, j->reverse.session, o, &j->aligner, err);
}

static LbStatus run_model(const Settings *s, char *const *args, LbError *err)
{
    Job j = { .settings = s, .source = lines_of(args, 1), .target = lines_of(args + 1, 1) };
    LbStatus status = open_all(&j, err);
    if (status == LB_OK)
        status = run_chunks(&j, err);
    lb_aligner_free(j.aligner);
    lines_close(&j.source);
    lines_close(&j.target);
    loaded_close(&j.forward);
    loaded_close(&j.reverse);
    return status;
}

/* ---- links that are there ---- */

static LbStatus print_both(const Settings *s, const Lines *forward, const Lines *reverse, LbError *err)
{
    char *out, *told;
    LbStatus status = lb_symmetrize(s->symmetrize ? s->symmetrize : "grow-diagonal",
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
    if (array_len(s->links) > 0 || s->links_reverse)
        return run_links(s, n_args, err);
    if (n_args < 2)
        return fail(err, LB_USAGE, "usage: lookback align -m DIR SRC TGT");
    return run_model(s, args, err);
}

const Command cmd_align = {
    .name = "align",
    .help = "word alignment of given pairs, read from attention",
    .usage = "-m DIR SRC TGT | --links FILE --links FILE",
    .about =
        "Prints, for each line of SRC and the same line of TGT, the pairs of words that belong together in\n"
        "Pharaoh's form, `0-0 1-2`: source word, target word, from 0. A target word is linked to the source\n"
        "word that its row of attention is largest at. Which layer, head, row and kind of weights that is "
        "read\n"
        "from, what is taken out, and below which weight a word stays without a link, is found by erasing\n"
        "source words of the first pairs and seeing which target words depend on them; standard error says\n"
        "what was chosen and why.",
    .examples =
        "  lookback align -m demo/model demo/test.en demo/test.fr\n"
        "      one line of links for each pair\n"
        "  lookback align -m en-fr --reverse fr-en --symmetrize intersection test.en test.fr\n"
        "      two models, the links that both give\n"
        "  lookback align -m demo/model --readout plain --layer 1 --head 3 --soft demo/test.en demo/test.fr\n"
        "      the weights of one head\n"
        "  lookback align --links en-fr.links --links-reverse fr-en.links --symmetrize grow-diag-final\n"
        "      two directions made one, as fast_align's atools does it\n",
    .options = options,
    .size = sizeof(Settings),
    .most = 2,
    .run = run,
};
