/* cmd_synth.c -- lookback synth: text made by rule, with its gold alignment. */
#include <stdio.h>
#include <string.h>

#include "base/status.h"
#include "cli/command.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    int n_train, n_valid, n_test;
    int facts, names, seen_places; /* 0: not given */
    int shortest, longest;
    char *sentences;
    char *base, *source, *target, *out;
    bool list, all_keys;
} Settings;

static const Option options[] = {
    INT("n", 'n', "10000", 0, 100000000, n_train, "Pairs to train on"),
    INT("valid", 0, "500", 0, 100000000, n_valid, "Pairs for validation"),
    INT("test", 0, "500", 0, 100000000, n_test, "Pairs to test on, with gold alignment"),
    TEXT("out", 'o', NULL, "DIR", out, "The folder the files go to"),
    INT("facts", 0, NULL, 5, 200, facts, "kvqa: facts in a text; not given: 10"),
    FLAG("all-keys", all_keys, "kvqa: the same 400 keys and values for any number of facts"),
    INT("shortest", 0, NULL, 1, 500, shortest,
        "copy, reverse, sort, lexicon: the fewest source words; not given: the task's"),
    INT("longest", 0, NULL, 1, 500, longest, "And the most, to 500; sort: to 100"),
    TEXT("sentences", 0, NULL, "MIN-MAX", sentences,
         "stories, news: sentences in a text, 1 to 50; not given: 2-8, 4-12"),
    INT("names", 0, NULL, 300, 4000, names,
        "stories: people to train on, and as many places and firms, 300 to 4000; not given: 2000"),
    INT("seen-places", 0, "0", 0, 100, seen_places,
        "stories: per cent of the test part's places that are trained on as well; people never are"),
    TEXT("base", 0, NULL, "TASK", base, "hallucinate: the task whose pairs are spoilt; not given: lexicon"),
    TEXT("source", 0, NULL, "FILE", source,
         "hallucinate: instead, a parallel text of yours, its source side"),
    TEXT("target", 0, NULL, "FILE", target, "Its target side, or a model's outputs for it"),
    FLAG("list", list, "The tasks, one a line"),
    SEED_OPTION("The same seed gives the same text; not given: 1"),
    JSON_OPTION("One JSON object on standard output"),
    COMMON_OPTIONS,
};

static LbStatus list_tasks(void)
{
    for (const LbSynthTask *t = lb_synth_tasks(); t->name; t++)
        printf("%-12s %s\n", t->name, t->help);
    return LB_OK;
}

static void print_json(const Settings *s, const char *task, const LbSynthReport *r)
{
    const struct {
        const char *key;
        double value; /* 0 to 1; below 0: there is none */
    } figures[] = {
        { "perfect_reader_aer", r->perfect_aer },
        { "diagonal_aer", r->diagonal_aer },
        { "perfect_reader_hit", r->perfect_hit },
        { "diagonal_hit", r->diagonal_hit },
    };
    printf("{\"task\": \"%s\"", task);
    if (!s->source)
        printf(", \"train\": %d, \"valid\": %d, \"test\": %d", s->n_train, s->n_valid, s->n_test);
    if (r->n_spoilt)
        printf(", \"spoilt\": %zu", r->n_spoilt);
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (figures[i].value >= 0)
            printf(", \"%s\": %.4f", figures[i].key, 100 * figures[i].value);
    puts("}");
}

static void tell(const Settings *s, const LbSynthReport *r)
{
    if (!s->source)
        screen_say("%s: %d training, %d validation and %d test pairs", s->out, s->n_train, s->n_valid,
                   s->n_test);
    if (r->n_spoilt)
        screen_say("%s: faults of %zu pairs, five lines of each", s->out, r->n_spoilt);
    if (r->perfect_aer >= 0)
        screen_say(
            "with one link a word the alignment error is %.2f %% for a perfect reader, %.2f %% for the "
            "diagonal",
            100 * r->perfect_aer, 100 * r->diagonal_aer);
    if (r->perfect_hit >= 0)
        screen_say("of their links %.2f %% and %.2f %% lead into the evidence", 100 * r->perfect_hit,
                   100 * r->diagonal_hit);
}

/* "30" or "30-40" */
static LbStatus read_range(const char *text, int *fewest, int *most, LbError *err)
{
    char end;
    if (!text)
        return LB_OK;
    int n = sscanf(text, "%3d-%3d%c", fewest, most, &end);
    if (n == 1 && !strchr(text, '-'))
        *most = *fewest;
    else if (n != 2)
        return fail(err, LB_USAGE, "--sentences is a range such as 2-8, not %.40s", text);
    if (*fewest < 1 || *most < 1)
        return fail(err, LB_USAGE, "a text has at least one sentence");
    return LB_OK;
}

static LbStatus make(const Settings *s, const char *task, LbError *err)
{
    LbSynthOptions o = { .n_train = s->n_train,
                         .n_valid = s->n_valid,
                         .n_test = s->n_test,
                         .seed = seed_or(&s->common, 1),
                         .facts = s->facts,
                         .all_keys = s->all_keys,
                         .shortest = s->shortest,
                         .longest = s->longest,
                         .names = s->names,
                         .seen_places = s->seen_places,
                         .base = s->base,
                         .source = s->source,
                         .target = s->target };
    LbSynthReport report;
    LbStatus status = read_range(s->sentences, &o.fewest_sentences, &o.most_sentences, err);
    if (status == LB_OK)
        status = lb_synth(task, s->out, o, &report, err);
    if (status == LB_OK && s->common.json)
        print_json(s, task, &report);
    else if (status == LB_OK)
        tell(s, &report);
    return status;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    if (s->list)
        return list_tasks();
    if (n_args == 0)
        return fail(err, LB_USAGE, "which task? `lookback synth --list` names them");
    if (!s->out)
        return fail(err, LB_USAGE, "where to? Name a folder with --out DIR");
    return make(s, args[0], err);
}

static void tasks(Str *out)
{
    for (const LbSynthTask *t = lb_synth_tasks(); t->name; t++)
        str_addf(out, "%s ", t->name);
}

const Command cmd_synth = {
    .name = "synth",
    .help = "make parallel text by rule, with its gold alignment",
    .usage = "TASK --out DIR [--n N] [--seed S]",
    .about =
        "Writes DIR/{train,valid,test} as source, target and .align files, and .evidence files where it is\n"
        "known which sentences an output rests on. The right output and the right alignment of every line\n"
        "are known, and no test sentence is among those to train on. docs/synth.md describes tasks and "
        "files.",
    .examples = "  lookback synth svo --n 20000 --out data\n"
                "      English and French from a small grammar\n"
                "  lookback synth hallucinate --source test.en --target test.de --test 1000 --out faults\n"
                "      1000 natural pairs, each also with a wrong source, a dropped clause, a loop\n"
                "  lookback synth --list\n"
                "      the tasks there are\n",
    .options = options,
    .size = sizeof(Settings),
    .most = 1,
    .words = tasks,
    .on_heap = true,
    .run = run,
};
