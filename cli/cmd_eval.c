/* cmd_eval.c -- lookback eval: how good outputs are. */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/status.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *tokenize, *smooth;
    double smooth_value;
    bool lowercase;
    int word_order;
} Settings;

static const char *const tokenizers[] = { "13a", "none", "char", "intl", NULL };
static const char *const smoothings[] = { "exp", "floor", "add-k", "none", NULL };

static const Option options[] = {
    CHOICE("tokenize", 0, "13a", tokenizers, "13a|none|char|intl", tokenize,
           "bleu: how lines are cut into tokens, as sacreBLEU does it"),
    FLAG("lowercase", lowercase, "Compare in lower case"),
    CHOICE("smooth", 0, "exp", smoothings, "exp|floor|add-k|none", smooth,
           "bleu: what happens to an n-gram order without a match"),
    REAL("smooth-value", 0, NULL, 0, 1e6, "X", smooth_value,
         "bleu: for floor and add-k; not given: 0.1 and 1"),
    INT("word-order", 0, "0", 0, 10, word_order, "chrf: word n-grams; 2 is chrF++"),
    JSON_OPTION("One JSON object instead of the line for people"),
    COMMON_OPTIONS,
};

typedef struct {
    Lines *inputs; /* an array: the outputs, then the references */
} Texts;

static void texts_free(Texts *t)
{
    for (size_t i = 0; i < array_len(t->inputs); i++)
        lines_close(&t->inputs[i]);
    array_free(t->inputs);
}

static LbStatus read_texts(Texts *t, char *const *paths, size_t n, LbError *err)
{
    LbStatus status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < n; i++) {
        array_push(t->inputs, lines_of(paths + i, 1));
        status = lines_read_all(&t->inputs[i], err);
    }
    return status;
}

static LbStatus check_counts(const Texts *t, LbError *err)
{
    size_t n = array_len(t->inputs[0].lines);
    for (size_t i = 1; i < array_len(t->inputs); i++)
        if (array_len(t->inputs[i].lines) != n)
            return fail(err, LB_DATA,
                        "%s has %zu lines but %s has %zu; line i of one is judged by line i of the other",
                        lines_name(&t->inputs[0]), n, lines_name(&t->inputs[i]),
                        array_len(t->inputs[i].lines));
    return n > 0 ? LB_OK
                 : fail(err, LB_DATA, "%s is empty; there is nothing to measure", lines_name(&t->inputs[0]));
}

static LbStatus measure(const Settings *s, const char *metric, const Texts *t, LbError *err)
{
    const LbText **refs = NULL;
    for (size_t i = 1; i < array_len(t->inputs); i++)
        array_push(refs, t->inputs[i].lines);
    LbEvalOptions o = { s->tokenize, s->smooth, s->smooth_value, s->lowercase, s->word_order };
    char *text = NULL;
    bool json = s->common.json;
    LbStatus status = lb_eval(metric, t->inputs[0].lines, refs, array_len(t->inputs[0].lines),
                              array_len(refs), o, NULL, json ? NULL : &text, json ? &text : NULL, err);
    if (status == LB_OK)
        print_block(text);
    free(text);
    array_free(refs);
    return status;
}

static LbStatus check_metric(const char *metric, LbError *err)
{
    static const char *const metrics[] = { "bleu", "chrf", "exact", "aer" };
    enum { N_METRICS = sizeof metrics / sizeof *metrics };
    for (int i = 0; i < N_METRICS; i++)
        if (text_equal(metric, metrics[i]))
            return LB_OK;
    const char *nearest = text_nearest(metric, metrics, N_METRICS);
    return fail(err, LB_USAGE, "unknown metric `%.60s`; %s%s", metric,
                nearest ? "did you mean " : "there are ", nearest ? nearest : "bleu, chrf, exact and aer");
}

/* Users name the gold links first: eval aer GOLD HYP. */
static LbStatus gold_last(char **args, size_t n_args, LbError *err)
{
    if (n_args != 3)
        return fail(err, LB_USAGE, "usage: lookback eval aer GOLD HYP");
    char *gold = args[1];
    args[1] = args[2];
    args[2] = gold;
    return LB_OK;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    Texts texts = { 0 };
    LbStatus status = check_metric(args[0], err);
    if (status == LB_OK && text_equal(args[0], "aer"))
        status = gold_last(args, n_args, err);
    if (status == LB_OK)
        status = read_texts(&texts, args + 1, n_args - 1, err);
    if (status == LB_OK)
        status = check_counts(&texts, err);
    if (status == LB_OK)
        status = measure(settings, args[0], &texts, err);
    texts_free(&texts);
    return status;
}

const Command cmd_eval = {
    .name = "eval",
    .help = "measure outputs against references: BLEU, chrF, exact match, alignment error",
    .usage = "bleu|chrf|exact HYP REF [REF2 ...] | aer GOLD HYP [flags]",
    .about =
        "Compares the outputs in HYP with one or more reference files, line by line. BLEU and chrF are "
        "those\n"
        "of sacreBLEU, and so is the signature line that says how they were computed; exact is the share of\n"
        "lines that are the same. Outputs are detokenised text, unless --tokenize none says otherwise.\n"
        "aer compares word links, one line a sentence: `i-j` sure, `i?j` or `ipj` possible, counted from 0.",
    .examples = "  lookback eval bleu output.de test.de\n"
                "      BLEU of output.de with the tokenizer 13a\n"
                "  lookback translate -m models/ende test.en | lookback eval chrf --json - test.de\n"
                "      outputs from a pipe, the score as JSON\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 3,
    .run = run,
};
