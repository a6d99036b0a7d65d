/* cmd_check.c -- lookback check: does the output depend on what attention points at? */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "cli/chosen.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/screen.h"
#include "cli/stop.h"
#include "cli/training.h"

enum { LINES_AT_ONCE = 50, BAR = 20 };

typedef struct {
    Common common;
    char *model, *target, *gold, *evidence, *reference, *uniform, *erase, *rows, *weights, *control, *export,
        *html;
    int n, batch, beam, samples;
    bool sets, gradient, one_map, tokens;
    Chosen chosen;
} Settings;

static const char *const rows_names[] = { "output", "input", NULL },
                         *const weights_names[] = { "raw", "norm", NULL },
                         *const control_names[] = { "none",    "shuffled",      "foreign",
                                                    "uniform", "leave-one-out", NULL };

static const Option options[] = {
    MODEL_OPTION,
    TEXT("target", 0, NULL, "FILE", target, "Check these outputs, a line each, instead of the model's own"),
    INT("n", 0, "1000", 0, 1000000000, n, "So many lines from the beginning; 0: all"),
    ERASE_OPTION,
    HEAD_OPTIONS,
    CHOICE("rows", 0, "output", rows_names, "output|input", rows,
           "The row that belongs to a word: where it is said, or where it is read next"),
    CHOICE("weights", 0, "raw", weights_names, "raw|norm", weights,
           "Weights as they are, or times the length of what they bring in (Kobayashi et al. 2020)"),
    FLAG("one-map", one_map, "Leave out the comparison of every layer and head; takes less memory"),
    TEXT("gold", 0, NULL, "FILE", gold,
         "Word links made by hand for --target, `0-0 1?2`: how well top words agree with them"),
    TEXT("evidence", 0, NULL, "FILE", evidence,
         "Source words that hold the answer, `4-9` or `1:4-9` a line: how often top words are among them"),
    FLAG("gradient", gradient,
         "Gradient times input beside it: where it points, and how far it agrees; about twice the work"),
    FLAG("sets", sets, "Erase sets of words as well (ERASER): some 20 times the work"),
    TEXT("uniform", 0, NULL, "DIR", uniform,
         "The same model trained with attention score `uniform`: does it do as well?"),
    TEXT("reference", 0, NULL, "FILE", reference,
         "Outputs made by people, for --uniform; not given: --target"),
    CHOICE("control", 0, "none", control_names, "none|shuffled|foreign|uniform|leave-one-out", control,
           "Test the test: something that must not pass, or leave-one-out, which must, instead of attention"),
    TEXT(
        "html", 0, NULL, "FILE", html,
        "A page to read in a browser: table and verdict, and every sentence with its map, drops and figures"),
    TEXT("export", 0, NULL, "FILE", export,
         "Writes pieces, weights, drops and draws as JSON lines, to compute the table again elsewhere"),
    INT("beam", 'b', NULL, 0, 1000, beam,
        "Hypotheses kept for the model's own outputs; not given: the model's"),
    INT("batch", 0, "64", 1, 100000, batch, "Sentences decoded at a time; changes nothing but speed"),
    INT("samples", 0, "1000", 1, 1000000, samples, "Resamples for the intervals"),
    FLAG("tokens", tokens, "Files hold pieces of the vocabulary, separated by spaces"),
    SEED_OPTION("Decides ties, other sentences and resamples; not given: 1"),
    JSON_OPTION("One JSON object with every figure and interval"),
    COMMON_OPTIONS,
};

/* ---- data ---- */

enum { SOURCE, TARGET, GOLD, EVIDENCE, REFERENCE, FILES };

typedef struct {
    const Settings *settings;
    Loaded own, uniform;
    char *path[FILES]; /* NULL: not given */
    Lines file[FILES];
    size_t n;
    LbCheck *check;
    LbPage *page; /* NULL: none */
    double begun;
} Job;

/* One line more than wanted tells that there are more. */
static LbStatus read_file(Job *j, int i, LbError *err)
{
    size_t most = j->settings->n > 0 ? (size_t)j->settings->n : SIZE_MAX - 1;
    j->file[i] = lines_of(&j->path[i], 1);
    LbStatus status = lines_take(&j->file[i], most + 1, err);
    size_t n = array_len(j->file[i].lines), n_source = array_len(j->file[SOURCE].lines);
    if (status == LB_OK && n != n_source)
        return fail(err, LB_DATA,
                    "%s has %zu lines but %s has %zu; line i of one belongs to line i of the other",
                    lines_name(&j->file[SOURCE]), n_source, lines_name(&j->file[i]), n);
    if (i == SOURCE && n > most)
        screen_say("%s has more than %zu lines: the first %zu are checked; --n 0 checks all",
                   lines_name(&j->file[i]), most, most);
    if (i == SOURCE)
        j->n = n < most ? n : most;
    return status;
}

static LbStatus read_files(Job *j, LbError *err)
{
    LbStatus status = LB_OK;
    for (int i = 0; i < FILES && status == LB_OK; i++)
        if (j->path[i])
            status = read_file(j, i, err);
    return status;
}

/* ---- progress ---- */

static void show_progress(const Job *j, size_t done)
{
    if (!screen_is_live())
        return;
    double seconds = clock_now() - j->begun;
    Str line = { 0 };
    str_add_char(&line, '[');
    for (size_t i = 0; i < BAR; i++)
        str_add_char(&line, i < BAR * done / j->n ? '#' : '-');
    str_addf(&line, "] %zu/%zu sentences, ", done, j->n);
    add_clock(&line, seconds);
    if (done > 0) {
        str_add(&line, ", ");
        add_clock(&line, seconds * (double)(j->n - done) / (double)done);
        str_add(&line, " left");
    }
    screen_live(line.text);
    str_free(&line);
}

/* ---- checking ---- */

static const LbText *lines_from(const Job *j, int file, size_t at)
{
    return j->path[file] ? j->file[file].lines + at : NULL;
}

static LbStatus check_some(Job *j, size_t at, size_t n, LbError *err)
{
    const LbText *source = lines_from(j, SOURCE, at);
    const LbCheckLines beside = { lines_from(j, TARGET, at), lines_from(j, GOLD, at),
                                  lines_from(j, EVIDENCE, at) };
    LbStatus status = lb_check_add(j->check, source, beside, n, err);
    if (status == LB_OK && j->settings->uniform)
        status = lb_check_compare(j->check, j->uniform.session, source, lines_from(j, REFERENCE, at), n, err);
    return status;
}

/* A line of one file belongs to the same line of the others: all are named. */
static LbStatus fail_in_files(const Job *j, size_t at, LbError *err)
{
    Str names = { 0 };
    str_add(&names, lines_name(&j->file[SOURCE]));
    for (int i = SOURCE + 1; i < FILES; i++)
        if (j->path[i])
            str_addf(&names, ", %s", lines_name(&j->file[i]));
    LbStatus status = fail_in_chunk(err, names.text, at);
    str_free(&names);
    return status;
}

static LbStatus check_all(Job *j, LbError *err)
{
    LbStatus status = LB_OK;
    j->begun = clock_now();
    for (size_t at = 0; at < j->n && status == LB_OK; at += LINES_AT_ONCE) {
        show_progress(j, at);
        status = check_some(j, at, j->n - at < LINES_AT_ONCE ? j->n - at : LINES_AT_ONCE, err);
        if (status != LB_OK && err && err->line > 0)
            return fail_in_files(j, at, err);
    }
    screen_wipe();
    return status;
}

static LbStatus open_page(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    if (!s->html)
        return LB_OK;
    LbPageOptions o = { .title = "lookback check",
                        .model = s->model,
                        .decoding = lb_translate_default(j->own.models[0]),
                        .given = s->target != NULL };
    o.decoding.beam = s->beam ? s->beam : o.decoding.beam;
    LbStatus status = page_begin(s->html, j->own.session, o, &j->page, err);
    if (status == LB_OK)
        lb_check_page(j->check, j->page);
    return status;
}

static LbStatus report(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    char *text = NULL;
    LbStatus status = s->export ? lb_check_export(j->check, s->export, err) : LB_OK;
    if (status == LB_OK)
        status = lb_check_report(j->check, s->common.json, &text, err);
    if (status == LB_OK)
        print_block(text);
    free(text);
    if (status == LB_OK)
        status = print_flush(err);
    return status;
}

static LbStatus begin(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    LbMapChoice choice;
    LbStatus status = chosen_read(&s->chosen, false, &choice, err);
    if (status != LB_OK)
        return status;
    LbCheckOptions o = lb_check_default();
    o.erase = erase_chosen(s->erase), o.control = s->control, o.rows = s->rows, o.weights = s->weights;
    o.layer = choice.layer, o.head = choice.head;
    o.one_map = s->one_map, o.sets = s->sets, o.gradient = s->gradient, o.tokens = s->tokens;
    o.batch = s->batch, o.beam = s->beam, o.samples = s->samples;
    o.seed = seed_or(&s->common, o.seed);
    status = loaded_open(&j->own, s->model, NULL, &s->common, err);
    if (status == LB_OK && s->uniform)
        status = loaded_open(&j->uniform, s->uniform, NULL, &s->common, err);
    if (status == LB_OK)
        status = lb_check_new(j->own.session, o, &j->check, err);
    return status == LB_OK ? open_page(j, err) : status;
}

static LbStatus check_settings(const Settings *s, LbError *err)
{
    if (s->gold && !s->target)
        return fail(err, LB_USAGE, "--gold links the words of given outputs: name them with --target");
    if (s->uniform && !s->reference && !s->target)
        return fail(err, LB_USAGE,
                    "--uniform compares two models on outputs made by people: name them with "
                    "--reference");
    if (s->reference && !s->uniform)
        return fail(err, LB_USAGE, "--reference goes with --uniform DIR");
    return page_name(s->html, err);
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    (void)n_args;
    const Settings *s = settings;
    LbStatus status = check_settings(s, err);
    if (status != LB_OK)
        return status;
    Job j = { .settings = s,
              .path = { args[0], s->target, s->gold, s->evidence, s->reference ? s->reference : s->target } };
    if (!s->uniform)
        j.path[REFERENCE] = NULL;
    status = begin(&j, err);
    if (status == LB_OK)
        status = read_files(&j, err);
    if (status == LB_OK)
        status = check_all(&j, err);
    if (status == LB_OK)
        status = report(&j, err);
    status = page_end(j.page, s->html, status, err);
    lb_check_free(j.check);
    for (int i = 0; i < FILES; i++)
        if (j.path[i])
            lines_close(&j.file[i]);
    loaded_close(&j.uniform);
    loaded_close(&j.own);
    return status;
}

const Command cmd_check = {
    .name = "check",
    .help = "whether the output depends on what attention points at: a table and a verdict",
    .usage = "-m DIR SRC",
    .about =
        "Attention shows where a model looked. Whether its output depends on that is another question, and\n"
        "this answers it by experiment: every word of every source is erased in turn, and what each word of\n"
        "the output loses, in nats of log-probability, is compared with what attention pointed at.\n"
        "\n"
        "Columns: `attention` is the map under test; `foreign` the map of another sentence of similar "
        "lengths\n"
        "(what position alone explains); `random` any source word; `best` the word that matters most. Skill\n"
        "is where attention stands between random (0) and best (1). The verdict is `faithful`, `weak` or "
        "`not\n"
        "faithful`, from 95 % bootstrap intervals over sentences; fewer than 50 sentences are too little "
        "data.\n"
        "Without --target the model's own outputs are checked. docs/check.md defines every figure.",
    .examples = "  lookback check -m models/ende test.en\n"
                "      the table and the verdict, and which layer and head is the most faithful\n"
                "  lookback check -m models/ende test.en --n 200 --html check.html\n"
                "      and a page with every sentence\n"
                "  lookback check -m models/ende test.en --control shuffled\n"
                "      the same with weights shuffled: it must say `not faithful`\n"
                "  lookback check -m models/ende test.en --target test.de --gold test.align\n"
                "      given outputs, and how well top words agree with links made by hand\n"
                "  lookback check -m models/ende test.en --uniform models/ende-uniform --reference test.de\n"
                "      and whether a model that cannot choose where it looks does as well\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .most = 1,
    .run = run,
};
