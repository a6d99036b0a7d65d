/* cmd_diagnose.c -- lookback diagnose: what each head does over a data set, and which sentences look odd. */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "cli/chosen.h"
#include "cli/lines.h"
#include "cli/pairs.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *model, *gold, *labels, *erase, *html;
    int batch, worst;
    bool tsv, pieces, no_check;
} Settings;

static const Option options[] = {
    MODEL_OPTION,
    TEXT("gold", 0, NULL, "FILE", gold,
         "Word links made by hand, a line for each pair, `0-0 1?2`: how well each head agrees with them"),
    TEXT(
        "labels", 0, NULL, "FILE", labels,
        "What is known to be wrong, a label for each pair as `synth hallucinate` writes them: tells how well "
        "each sign finds it"),
    TEXT("html", 0, NULL, "FILE", html,
         "A page to read in a browser: every sentence, to be sorted by any sign, with its map and checks"),
    ERASE_OPTION,
    FLAG("no-check", no_check, "Erase nothing: fewer signs, and much faster"),
    FLAG("pieces", pieces, "Pieces of the vocabulary instead of words"),
    INT("worst", 0, "10", 0, 1000000000, worst, "So many suspicious sentences; 0: none"),
    INT("batch", 0, "64", 1, 100000, batch, "Sentences at a time; changes nothing but speed"),
    FLAG("tsv", tsv, "Two tables separated by tabs: heads, and after an empty line sentences"),
    JSON_OPTION("One JSON object a line: heads, then sentences (which have a `line`, from 0)"),
    COMMON_OPTIONS,
};

typedef struct {
    const Settings *settings;
    LbDiagnosis *diagnosis;
    LbPage *page; /* NULL: none */
    bool given;   /* targets */
    Lines gold, labels;
} Job;

static LbStatus opened(void *context, LbSession *session, const LbTranslateOptions *o, LbError *err)
{
    Job *j = context;
    const Settings *s = j->settings;
    if (!s->no_check)
        lb_diagnosis_check(j->diagnosis, session, erase_chosen(s->erase));
    if (!s->html)
        return LB_OK;
    LbPageOptions about = {
        .title = "lookback diagnose", .model = s->model, .decoding = *o, .given = j->given
    };
    LbStatus status = page_begin(s->html, session, about, &j->page, err);
    if (status == LB_OK)
        lb_diagnosis_page(j->diagnosis, j->page);
    return status;
}

/* What a file says of the line at hand (NULL: there is no file); it is read a line at a time, in step with
 * the pairs. */
static LbStatus next_of(Lines *lines, bool wanted, uint64_t line, const char **text, LbError *err)
{
    *text = NULL;
    if (!wanted)
        return LB_OK;
    LbStatus status = lines_take(lines, 1, err);
    if (status == LB_OK && array_len(lines->lines) == 0)
        return fail(err, LB_DATA, "%s has %llu lines and the text has more: there is one for each pair",
                    lines_name(lines), (unsigned long long)line);
    if (status == LB_OK)
        *text = lines->lines[0].text; /* ended by a NUL (lines.c) */
    return status;
}

static LbStatus fail_in(const Lines *lines, uint64_t line, LbStatus status, LbError *err)
{
    return err ? fail_line(err, status, (int)line + 1, "%s: %s", lines_name(lines), err->text) : status;
}

static LbStatus take_pair(void *context, const LbResult *r, LbText source, uint64_t line, LbError *err)
{
    Job *j = context;
    const char *links, *label;
    LbStatus status = next_of(&j->gold, j->settings->gold, line, &links, err);
    if (status == LB_OK)
        status = next_of(&j->labels, j->settings->labels, line, &label, err);
    if (status != LB_OK)
        return status;
    lb_diagnosis_text(j->diagnosis, source);
    status = lb_diagnosis_add(j->diagnosis, r, line, links, err);
    if (status == LB_DATA || status == LB_FORMAT)
        return fail_in(&j->gold, line, status, err);
    if (status == LB_OK && label) {
        status = lb_diagnosis_label(j->diagnosis, label, err);
        return status == LB_OK ? LB_OK : fail_in(&j->labels, line, status, err);
    }
    return status;
}

static LbStatus check_settings(const Settings *s, size_t n_args, LbError *err)
{
    if (s->gold && s->pieces)
        return fail(err, LB_USAGE, "--gold links words; leave out --pieces");
    if (s->gold && n_args < 2)
        return fail(err, LB_USAGE, "--gold links the words of given pairs: name the targets as well");
    if (s->labels && n_args < 2)
        return fail(err, LB_USAGE, "--labels tells what is wrong with given pairs: name the targets as well");
    if (s->tsv && s->common.json)
        return fail(err, LB_USAGE, "--tsv and --json are two forms of the same report; take one");
    return page_name(s->html, err);
}

static LbStatus print_report(void *context, LbError *err)
{
    Job *j = context;
    const Settings *s = j->settings;
    char *text = lb_diagnosis_report(j->diagnosis,
                                     s->common.json ? LB_JSON
                                     : s->tsv       ? LB_TSV
                                                    : LB_TABLE,
                                     (size_t)s->worst);
    fputs(text, stdout);
    free(text);
    LbStatus status = page_end(j->page, s->html, print_flush(err), err);
    j->page = NULL;
    return status;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    LbStatus status = check_settings(s, n_args, err);
    if (status != LB_OK)
        return status;
    Job j = { .settings = s, .diagnosis = lb_diagnosis_new(s->pieces), .given = n_args > 1 };
    if (s->gold)
        j.gold = lines_of(&s->gold, 1);
    if (s->labels)
        j.labels = lines_of(&s->labels, 1);
    const Pairs pairs = { .common = &s->common,
                          .model = s->model,
                          .batch = s->batch,
                          .attends = "diagnose",
                          .maps = LB_MAPS_ALL,
                          .take = take_pair,
                          .opened = opened,
                          .done = print_report,
                          .context = &j };
    status = pairs_run(&pairs, args, n_args, err);
    lb_page_drop(j.page);
    if (s->gold)
        lines_close(&j.gold);
    if (s->labels)
        lines_close(&j.labels);
    lb_diagnosis_free(j.diagnosis);
    return status;
}

const Command cmd_diagnose = {
    .name = "diagnose",
    .help = "what each attention head does, and which sentences look odd",
    .usage = "-m DIR SRC [TGT]",
    .about =
        "Prints, for every layer and head, where its weights lie over all sentences of SRC: how spread they\n"
        "are, how near the diagonal, how much goes to the word before or after, to the first word and the "
        "end\n"
        "of sentence, and how well they agree with links made by hand; then the sentences that look odd, "
        "worst\n"
        "first: outputs that do not rest on their source, parts of the source that are not said, loops, and\n"
        "where. For that every word of a source is erased and the output scored again. Without TGT the "
        "model's\n"
        "own output is looked at; a model of one text (type lm or mlm) reads SRC itself.",
    .examples = "  lookback diagnose -m models/ende test.en\n"
                "      heads and odd sentences of the model's own translations\n"
                "  lookback diagnose -m models/ende test.en test.de --html odd.html\n"
                "      a page of all pairs, the oddest first\n"
                "  lookback diagnose -m models/ende test.en test.de --gold test.align --worst 0\n"
                "      which heads align\n"
                "  lookback diagnose -m models/ende faults.src faults.tgt --labels faults.labels\n"
                "      how well faults that `synth hallucinate` planted are found\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .most = 2,
    .run = run,
};
