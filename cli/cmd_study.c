/* cmd_study.c -- lookback study: experiments that train several models alike and compare them. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/status.h"
#include "cli/command.h"
#include "cli/screen.h"
#include "cli/stop.h"
#include "cli/training.h"

typedef struct {
    Common common;
    char *scores, *out, *metric, *buckets, *by, *json, *tsv, *html, *pictures[3];
    int seeds, samples, sentences;
    bool overwrite;
} Settings;

enum { N_PICTURES = 3 };
static const char *const picture_ends[N_PICTURES] = { ".svg", ".png", ".pdf" };

static const char *const metric_names[] = { "bleu", "exact", "tokens", NULL }, *const by_names[] = { "source",
                                                                                                     "target",
                                                                                                     NULL };

static const Option options[] = {
    TEXT("scores", 0, NULL, "LIST", scores,
         "Attention scores, separated by commas: none,additive,general; not given: none and the "
         "configuration's"),
    INT("seeds", 0, "1", 1, 100, seeds, "Trainings of each score, with seeds that follow each other"),
    TEXT("out", 'o', NULL, "DIR", out,
         "The folder for the models; not given: model_dir, and -study behind it"),
    CHOICE("metric", 0, "bleu", metric_names, "bleu|exact|tokens", metric,
           "What table and chart show: BLEU, lines that are just right, tokens in their place"),
    TEXT("buckets", 0, NULL, "LIST", buckets, "The last lengths of buckets: 10,20,30; not given: chosen"),
    CHOICE("by", 0, "source", by_names, "source|target", by, "Lengths of the source, or of the reference"),
    INT("samples", 0, "1000", 2, 1000000, samples, "Resamples for the intervals"),
    FLAG("overwrite", overwrite, "Train anew what is there"),
    TEXT("svg", 0, NULL, "FILE", pictures[0], "The chart as a picture"),
    TEXT("png", 0, NULL, "FILE", pictures[1], "The same"),
    TEXT("pdf", 0, NULL, "FILE", pictures[2], "The same"),
    TEXT("html", 0, NULL, "FILE", html,
         "A page to read in a browser: the chart, whose buckets open their sentences with their attention"),
    INT("sentences", 0, "8", 0, 1000, sentences, "Sentences of each bucket on the page"),
    TEXT("json", 0, NULL, "FILE", json,
         "One JSON object with every figure and interval; `-`: on standard output, instead of the table"),
    TEXT("tsv", 0, NULL, "FILE", tsv, "Lines of numbers: every bucket, score and metric; `-` likewise"),
    SEED_OPTION("The first seed; the same as seed=N"),
    COMMON_OPTIONS,
};

typedef struct {
    const char *config;
    char **overrides, **scores; /* arrays of owned texts */
    int *edges;                 /* array */
} Plan;

static void list_free(char **list)
{
    for (size_t i = 0; i < array_len(list); i++)
        free(list[i]);
    array_free(list);
}

static void plan_free(Plan *p)
{
    list_free(p->overrides);
    list_free(p->scores);
    array_free(p->edges);
}

/* The parts of "a,b,c". */
static char **split(const char *text)
{
    char **out = NULL;
    for (size_t n; text && *text; text += n + (text[n] == ',')) {
        n = strcspn(text, ",");
        array_push(out, memory_bytes(text, n));
    }
    return out;
}

static LbStatus read_edges(const char *text, int **out, LbError *err)
{
    char **parts = split(text);
    LbStatus status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < array_len(parts); i++) {
        long long edge;
        if (text_to_int(parts[i], &edge) && edge > 0 && edge < INT_MAX)
            array_push(*out, (int)edge);
        else
            status =
                fail(err, LB_USAGE,
                     "--buckets takes lengths separated by commas, such as 10,20,30; not `%.60s`", parts[i]);
    }
    list_free(parts);
    return status;
}

static void add_override(Plan *p, const char *key, unsigned long long value)
{
    Str text = { 0 };
    str_addf(&text, "%s=%llu", key, value);
    array_push(p->overrides, str_take(&text));
}

static LbStatus plan_make(Plan *p, const Settings *s, char **args, size_t n_args, LbError *err)
{
    if (!text_equal(args[0], "length"))
        return fail(err, LB_USAGE, "there is no study `%.60s`; there is `length`", args[0]);
    if (n_args < 2)
        return fail(err, LB_USAGE, "of what? lookback study length CONFIG.yaml");
    p->config = args[1];
    for (size_t i = 2; i < n_args; i++) {
        if (!strchr(args[i], '='))
            return fail(err, LB_USAGE, "`%.60s` is not of the form key=value; one file, then keys", args[i]);
        array_push(p->overrides, memory_text(args[i]));
    }
    if (s->common.seed >= 0)
        add_override(p, "seed", (unsigned long long)s->common.seed);
    if (s->common.memory > 0)
        add_override(p, "train.memory", s->common.memory);
    p->scores = split(s->scores);
    if (s->scores && !p->scores)
        return fail(err, LB_USAGE, "--scores takes names separated by commas, such as none,additive");
    return read_edges(s->buckets, &p->edges, err);
}

/* ---- what is left of it ---- */

static LbStatus write_report(const LbStudy *study, LbReport form, const char *path, LbError *err)
{
    if (!path)
        return LB_OK;
    char *text = lb_study_report(study, form);
    LbStatus status = LB_OK;
    if (text_equal(path, "-"))
        print_block(text);
    else
        status = file_write(path, text, strlen(text), err);
    free(text);
    return status;
}

static LbStatus write_reports(const Settings *s, const LbStudy *study, LbError *err)
{
    bool instead = text_equal(s->json, "-") || text_equal(s->tsv, "-");
    LbStatus status = write_report(study, LB_TABLE, instead ? NULL : "-", err);
    if (status == LB_OK)
        status = write_report(study, LB_JSON, s->json, err);
    if (status == LB_OK)
        status = write_report(study, LB_TSV, s->tsv, err);
    return status == LB_OK ? print_flush(err) : status;
}

static LbStatus write_views(const Settings *s, const LbStudy *study, LbError *err)
{
    LbStatus status = LB_OK;
    for (int i = 0; status == LB_OK && i < N_PICTURES; i++)
        if (s->pictures[i])
            status = lb_study_chart(study, s->pictures[i], err);
    if (status != LB_OK || !s->html)
        return status;
    char *typed = command_typed();
    screen_say("making the page");
    status = lb_study_page(study, s->html, s->sentences, typed, err);
    free(typed);
    return status;
}

static LbStatus study(const Settings *s, const Plan *p, LbError *err)
{
    Training training = { 0 };
    LbTrainHooks hooks = training_hooks(&training);
    LbStudyOptions o = { .scores = (const char *const *)p->scores,
                         .n_scores = array_len(p->scores),
                         .seeds = s->seeds,
                         .out = s->out,
                         .metric = s->metric,
                         .edges = p->edges,
                         .n_edges = array_len(p->edges),
                         .by_target = text_equal(s->by, "target"),
                         .samples = s->samples,
                         .overwrite = s->overwrite };
    LbStudy *found = NULL;
    stop_watch(false);
    LbStatus status = lb_study_length(p->config, (const char *const *)p->overrides, array_len(p->overrides),
                                      o, &hooks, &found, err);
    screen_wipe();
    if (status == LB_OK)
        status = write_reports(s, found, err);
    if (status == LB_OK)
        status = write_views(s, found, err);
    lb_study_free(found);
    return status;
}

/* What is wrong with names of files is told before hours of training. */
static LbStatus check_names(const Settings *s, LbError *err)
{
    for (int i = 0; i < N_PICTURES; i++) {
        size_t n = s->pictures[i] ? strlen(s->pictures[i]) : 0;
        if (s->pictures[i] && (n < 4 || !text_equal(s->pictures[i] + n - 4, picture_ends[i])))
            return fail(err, LB_USAGE, "--%s %.200s: the name of this picture must end in %s",
                        picture_ends[i] + 1, s->pictures[i], picture_ends[i]);
    }
    return page_name(s->html, err);
}

/* The same of files that cannot be written. */
static LbStatus check_file(const char *path, LbError *err)
{
    if (!path || text_equal(path, "-"))
        return LB_OK;
    NewFile file;
    LbStatus status = new_file_open(&file, path, err);
    if (status == LB_OK)
        new_file_drop(&file);
    return status;
}

static LbStatus check_files(const Settings *s, LbError *err)
{
    const char *const all[] = { s->html, s->json, s->tsv, s->pictures[0], s->pictures[1], s->pictures[2] };
    LbStatus status = LB_OK;
    if (text_equal(s->json, "-") && text_equal(s->tsv, "-"))
        return fail(err, LB_USAGE,
                    "--json - and --tsv - both go to standard output: give one of them a file");
    for (size_t i = 0; status == LB_OK && i < sizeof all / sizeof *all; i++)
        status = check_file(all[i], err);
    return status;
}

static LbStatus check_page(const Settings *s, const Plan *p, LbError *err)
{
    size_t n = array_len(p->scores), n_none = 0;
    for (size_t i = 0; i < n; i++)
        n_none += text_equal(p->scores[i], "none");
    if (!s->html || n == 0 || n_none < n)
        return LB_OK;
    return fail(err, LB_USAGE,
                "--html shows where a model looked, and score none does not look: add another to "
                "--scores");
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Plan p = { 0 };
    LbStatus status = check_names(s, err);
    if (status == LB_OK)
        status = check_files(s, err);
    if (status == LB_OK)
        status = plan_make(&p, s, args, n_args, err);
    if (status == LB_OK)
        status = check_page(s, &p, err);
    if (status == LB_OK)
        status = study(s, &p, err);
    plan_free(&p);
    return status;
}

const Command cmd_study = {
    .name = "study",
    .help = "what attention buys on long text: models trained alike, their quality by length",
    .usage = "length CONFIG.yaml [key=value ...]",
    .about =
        "Trains the model of CONFIG.yaml without attention (score `none`) and with it, or with every score "
        "of\n"
        "--scores, on the same data for the same number of steps, translates the test sentences (data.test) "
        "with\n"
        "each, and tells how good they are by length, inside the lengths of the training data and beyond. "
        "Ranges\n"
        "are 95 % bootstrap intervals; differences are paired. Every training has a folder of its own: "
        "Ctrl-C "
        "loses\n"
        "nothing, the same command goes on, and more scores or seeds train only what is new. docs/study.md "
        "says\n"
        "more.",
    .examples =
        "  lookback study length copy.yaml --svg chart.svg --html page.html\n"
        "      the configuration's score beside none\n"
        "  lookback study length copy.yaml --scores none,dot,general,additive --seeds 3 --metric exact\n"
        "      four scores, three trainings each\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .run = run,
};
