/* cmd_diagnose.c -- lookback diagnose: what each head does over a data set, and which sentences look odd. */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "cli/lines.h"
#include "cli/pairs.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *model, *gold;
    int batch, worst;
    bool tsv, pieces;
} Settings;

static const Option options[] = {
    MODEL_OPTION,
    TEXT("gold", 0, NULL, "FILE", gold,
         "Word links made by hand, a line for each pair, `0-0 1?2`: how well each head agrees with them"),
    FLAG("pieces", pieces, "Pieces of the vocabulary instead of words"),
    INT("worst", 0, "10", 0, 1000000000, worst, "So many suspicious sentences; 0: none"),
    INT("batch", 0, "64", 1, 100000, batch, "Sentences at a time; changes nothing but speed"),
    FLAG("tsv", tsv, "Two tables separated by tabs: heads, and after an empty line sentences"),
    JSON_OPTION("One JSON object a line: heads, then sentences (which have a `line`, from 0)"),
    COMMON_OPTIONS,
};

typedef struct {
    LbDiagnosis *diagnosis;
    Lines gold;
    bool has_gold;
} Job;

/* Links of the line at hand; they are read one line at a time, in step with the pairs. */
static LbStatus next_gold(Job *j, uint64_t line, const char **links, LbError *err)
{
    *links = NULL;
    if (!j->has_gold)
        return LB_OK;
    LbStatus status = lines_take(&j->gold, 1, err);
    if (status == LB_OK && array_len(j->gold.lines) == 0)
        return fail(err, LB_DATA, "%s has %llu lines and the text has more: there is one of links for each",
                    lines_name(&j->gold), (unsigned long long)line);
    if (status == LB_OK)
        *links = j->gold.lines[0].text; /* ended by a NUL (lines.c) */
    return status;
}

static LbStatus take_pair(void *context, const LbResult *r, uint64_t line, LbError *err)
{
    Job *j = context;
    const char *links;
    LbStatus status = next_gold(j, line, &links, err);
    if (status != LB_OK)
        return status;
    status = lb_diagnosis_add(j->diagnosis, r, line, links, err);
    if (status != LB_OK && err)
        return fail_line(err, status, (int)line + 1, "%s: %s", lines_name(&j->gold), err->text);
    return status;
}

static LbStatus check_settings(const Settings *s, size_t n_args, LbError *err)
{
    if (s->gold && s->pieces)
        return fail(err, LB_USAGE, "--gold links words; leave out --pieces");
    if (s->gold && n_args < 2)
        return fail(err, LB_USAGE, "--gold links the words of given pairs: name the targets as well");
    if (s->tsv && s->common.json)
        return fail(err, LB_USAGE, "--tsv and --json are two forms of the same report; take one");
    return LB_OK;
}

static LbStatus print_report(const Settings *s, const LbDiagnosis *d, LbError *err)
{
    char *text = lb_diagnosis_report(d,
                                     s->common.json ? LB_JSON
                                     : s->tsv       ? LB_TSV
                                                    : LB_TABLE,
                                     (size_t)s->worst);
    fputs(text, stdout);
    free(text);
    return print_flush(err);
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    LbStatus status = check_settings(s, n_args, err);
    if (status != LB_OK)
        return status;
    Job j = { .diagnosis = lb_diagnosis_new(s->pieces), .has_gold = s->gold != NULL };
    if (j.has_gold)
        j.gold = lines_of(&s->gold, 1);
    const Pairs pairs = { .common = &s->common,
                          .model = s->model,
                          .batch = s->batch,
                          .attends = "diagnose",
                          .maps = LB_MAPS_ALL,
                          .take = take_pair,
                          .context = &j };
    status = pairs_run(&pairs, args, n_args, err);
    if (status == LB_OK)
        status = print_report(s, j.diagnosis, err);
    if (j.has_gold)
        lines_close(&j.gold);
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
        "of sentence, and how well they agree with links made by hand; then the sentences whose attention,\n"
        "repetitions or scores are odd, worst first. Without TGT the model's own output is looked at; a "
        "model\n"
        "of one text (type lm or mlm) reads SRC itself.",
    .examples = "  lookback diagnose -m models/ende test.en\n"
                "      heads and odd sentences of the model's own translations\n"
                "  lookback diagnose -m models/ende test.en test.de --gold test.align --worst 0\n"
                "      which heads align\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .most = 2,
    .run = run,
};
