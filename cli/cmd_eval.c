/* cmd_eval.c -- lookback eval: how good outputs are. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/status.h"
#include "cli/command.h"
#include "cli/lines.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *tokenize, *smooth, *sentence_end;
    double smooth_value;
    bool lowercase, normalized, no_punct, asian_support, case_sensitive, f1, stem, confidence;
    int word_order, samples;
    char **paired;
    char *gold_format, *gold_index, *index, **text; /* of aer */
    bool reverse;
} Settings;

static const char *const tokenizers[] = { "13a", "none", "char", "intl", NULL };
static const char *const smoothings[] = { "exp", "floor", "add-k", "none", NULL };
static const char *const link_formats[] = { "auto", "pharaoh", "talp", "naacl", NULL };
static const char *const indices[] = { "0", "1", NULL };

static const Option options[] = {
    CHOICE("tokenize", 0, "13a", tokenizers, "13a|none|char|intl", tokenize,
           "bleu: how lines are cut into tokens, as sacreBLEU does it"),
    FLAG("lowercase", lowercase, "Compare in lower case"),
    CHOICE("smooth", 0, "exp", smoothings, "exp|floor|add-k|none", smooth,
           "bleu: what happens to an n-gram order without a match"),
    REAL("smooth-value", 0, NULL, 0, 1e6, "X", smooth_value,
         "bleu: for floor and add-k; not given: 0.1 and 1"),
    INT("word-order", 0, "0", 0, 10, word_order, "chrf: word n-grams; 2 is chrF++"),
    FLAG("normalized", normalized, "ter: part punctuation from words"),
    FLAG("no-punct", no_punct, "ter: take punctuation out"),
    FLAG("asian-support", asian_support,
         "ter: with --normalized or --no-punct, Chinese and Japanese characters too"),
    FLAG("case-sensitive", case_sensitive, "ter: do not compare in lower case"),
    FLAG("f1", f1, "exact: F1 of the tokens instead of the share of equal lines"),
    FLAG("stem", stem, "rouge: compare stemmed words"),
    TEXT("sentence-end", 0, "<n>", "TEXT", sentence_end,
         "rouge: what parts sentences within a line, for Lsum"),
    CHOICE("gold-format", 0, "auto", link_formats, "auto|pharaoh|talp|naacl", gold_format,
           "aer: how GOLD is written"),
    CHOICE("gold-index", 0, NULL, indices, "0|1", gold_index,
           "aer: GOLD counts words from this; not given: 1 for NAACL, else 0 if there is a word 0"),
    CHOICE("index", 0, NULL, indices, "0|1", index, "aer: the same for HYP"),
    FLAG("reverse", reverse, "aer: the pairs of HYP are target-source"),
    LIST("text", 0, "FILE", text,
         "aer: show the most frequent errors in words; twice, source and target, or once with `source ||| "
         "target`"),
    FLAG("confidence", confidence, "Add the 95 % confidence interval, by bootstrap resampling"),
    LIST("paired-bootstrap", 0, "HYP2", paired,
         "Compare another system's outputs with HYP, by paired bootstrap; may be given again"),
    INT("bootstrap-samples", 0, "1000", 2, 10000000, samples, "Resamples of a bootstrap"),
    INT("seed", 0, "12345", 1, 2147483647, common.seed, "Seed of the resamples"),
    JSON_OPTION("JSON instead of the lines for people: one object a system"),
    COMMON_OPTIONS,
};

typedef struct {
    Lines *inputs; /* an array: the outputs, the references, the outputs of other systems, then texts */
    size_t n_refs, n_systems;
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
        status = lines_read_all(&array_last(t->inputs), err);
    }
    return status;
}

/* Links may be numbered instead of one line a sentence: their lines are compared where they are read. */
static LbStatus check_counts(const Texts *t, bool links, LbError *err)
{
    size_t n = array_len(t->inputs[0].lines);
    for (size_t i = links ? 1 + t->n_refs : 1; i < t->n_refs + t->n_systems; i++)
        if (array_len(t->inputs[i].lines) != n)
            return fail(err, LB_DATA,
                        "%s has %zu lines but %s has %zu; line i of one is judged by line i of the other",
                        lines_name(&t->inputs[0]), n, lines_name(&t->inputs[i]),
                        array_len(t->inputs[i].lines));
    size_t empty = array_len(t->inputs[1].lines) > 0 ? 0 : 1;
    return n > 0 && empty == 0 ? LB_OK
                               : fail(err, LB_DATA, "%s is empty; there is nothing to measure",
                                      lines_name(&t->inputs[empty]));
}

static LbStatus check_texts(const Settings *s, const Texts *t, bool links, LbError *err)
{
    size_t from = t->n_refs + t->n_systems, n = array_len(t->inputs) - from;
    if (n == 0)
        return LB_OK;
    if (!links || n > 2)
        return fail(err, LB_USAGE,
                    links ? "--text is given once, with `source ||| target`, or twice"
                          : "--text is of use to aer only");
    if (array_len(s->paired) > 0)
        return fail(err, LB_USAGE, "--text tells the errors of one HYP: leave out --paired-bootstrap");
    size_t lines = array_len(t->inputs[from].lines);
    if (n == 2 && array_len(t->inputs[from + 1].lines) != lines)
        return fail(err, LB_DATA,
                    "%s has %zu lines but %s has %zu; line i of one belongs to line i of the other",
                    lines_name(&t->inputs[from]), lines, lines_name(&t->inputs[from + 1]),
                    array_len(t->inputs[from + 1].lines));
    return LB_OK;
}

/* Which of the texts the words of links are in. */
static void set_texts(const Texts *t, LbEvalOptions *o)
{
    size_t from = t->n_refs + t->n_systems, n = array_len(t->inputs) - from;
    o->source = n > 0 ? t->inputs[from].lines : NULL;
    o->target = n > 1 ? t->inputs[from + 1].lines : NULL;
    o->n_text = n > 0 ? array_len(t->inputs[from].lines) : 0;
}

static LbEvalOptions options_of(const Settings *s)
{
    bool resamples = s->confidence || array_len(s->paired) > 0;
    return (LbEvalOptions){ .tokenize = s->tokenize,
                            .smooth = s->smooth,
                            .smooth_value = s->smooth_value,
                            .lowercase = s->lowercase,
                            .word_order = s->word_order,
                            .normalized = s->normalized,
                            .no_punct = s->no_punct,
                            .asian_support = s->asian_support,
                            .case_sensitive = s->case_sensitive,
                            .f1 = s->f1,
                            .stem = s->stem,
                            .sentence_end = s->sentence_end,
                            .gold_format = s->gold_format,
                            .gold_index = s->gold_index,
                            .index = s->index,
                            .reverse = s->reverse,
                            .samples = resamples ? s->samples : 0,
                            .seed = seed_or(&s->common, 0) };
}

/* HYP and those it is compared with: an array, the caller's. */
static LbSystem *systems_of(const Texts *t)
{
    LbSystem *systems = NULL;
    array_push(systems, (LbSystem){ lines_name(&t->inputs[0]), t->inputs[0].lines });
    for (size_t i = 1 + t->n_refs; i < t->n_refs + t->n_systems; i++)
        array_push(systems, (LbSystem){ lines_name(&t->inputs[i]), t->inputs[i].lines });
    return systems;
}

/* ROUGE's words are runs of a to z and figures; of lines in other scripts nothing is left to compare. */
static void tell_other_scripts(const Lines *refs)
{
    size_t n = 0;
    for (size_t i = 0; i < array_len(refs->lines); i++) {
        LbText x = refs->lines[i];
        size_t at = 0;
        while (at < x.len && !isalnum((unsigned char)x.text[at]))
            at++;
        n += x.len > 0 && at == x.len;
    }
    if (n > 0)
        screen_say(
            "%zu of %zu lines of %s have no letter from a to z and no figure: rouge, which compares nothing "
            "else, gives 0 for them",
            n, array_len(refs->lines), lines_name(refs));
}

static LbStatus measure(const Settings *s, const char *metric, const Texts *t, LbError *err)
{
    if (text_equal(metric, "rouge"))
        tell_other_scripts(&t->inputs[1]);
    const LbText **refs = NULL;
    for (size_t i = 1; i <= t->n_refs; i++)
        array_push(refs, t->inputs[i].lines);
    char *out = NULL, **text = s->common.json ? NULL : &out, **json = s->common.json ? &out : NULL;
    size_t n = array_len(t->inputs[0].lines);
    LbSystem *systems = systems_of(t);
    LbEvalOptions o = options_of(s);
    set_texts(t, &o);
    o.n_gold = array_len(t->inputs[1].lines);
    LbStatus status =
        array_len(systems) > 1
            ? lb_eval_paired(metric, systems, array_len(systems), refs, n, t->n_refs, o, text, json, err)
            : lb_eval(metric, systems[0].lines, refs, n, t->n_refs, o, NULL, text, json, err);
    if (status == LB_OK && out)
        print_block(out);
    free(out);
    array_free(systems);
    array_free(refs);
    return status;
}

static LbStatus check_metric(const char *metric, LbError *err)
{
    static const char *const metrics[] = { "bleu", "chrf", "ter", "rouge", "exact", "squad", "aer" };
    enum { N_METRICS = sizeof metrics / sizeof *metrics };
    for (int i = 0; i < N_METRICS; i++)
        if (text_equal(metric, metrics[i]))
            return LB_OK;
    const char *nearest = text_nearest(metric, metrics, N_METRICS);
    return fail(err, LB_USAGE, "unknown metric `%.60s`; %s%s", metric,
                nearest ? "did you mean " : "there are ",
                nearest ? nearest : "bleu, chrf, ter, rouge, exact, squad and aer");
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

static LbStatus read_all(const Settings *s, char *const *args, size_t n_args, Texts *texts, LbError *err)
{
    LbStatus status = read_texts(texts, args + 1, n_args - 1, err);
    if (status == LB_OK)
        status = read_texts(texts, s->paired, array_len(s->paired), err);
    if (status == LB_OK)
        status = read_texts(texts, s->text, array_len(s->text), err);
    return status;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Texts texts = { .n_refs = n_args - 2, .n_systems = 1 + array_len(s->paired) };
    bool links = text_equal(args[0], "aer");
    LbStatus status = check_metric(args[0], err);
    if (status == LB_OK && links)
        status = gold_last(args, n_args, err);
    if (status == LB_OK)
        status = read_all(s, args, n_args, &texts, err);
    if (status == LB_OK)
        status = check_counts(&texts, links, err);
    if (status == LB_OK)
        status = check_texts(s, &texts, links, err);
    if (status == LB_OK)
        status = measure(s, args[0], &texts, err);
    texts_free(&texts);
    return status;
}

const Command cmd_eval = {
    .name = "eval",
    .help = "measure outputs against references: BLEU, chrF, TER, ROUGE, exact match, alignment error",
    .usage = "bleu|chrf|ter|rouge|exact|squad HYP REF [REF2 ...] | aer GOLD HYP [flags]",
    .about =
        "Compares the outputs in HYP with one or more reference files, line by line. BLEU, chrF and TER are\n"
        "those of sacreBLEU, and so is the signature line that says how they were computed. For TER, edits "
        "a\n"
        "word, lower is better. rouge is F1 of ROUGE-1, 2, L and Lsum, those of the package rouge-score. "
        "exact\n"
        "is the share of lines that are the same; squad compares answers as SQuAD does. Outputs are\n"
        "detokenised text, unless --tokenize none says otherwise.\n"
        "aer compares word links, one line a sentence: `i-j` sure, `i?j` or `ipj` possible; or a line a "
        "link,\n"
        "NAACL's `sentence source target S`. Whether a file counts words from 0 or 1 is found, and told.\n"
        "--confidence says how far the score could be off by the choice of lines; --paired-bootstrap, "
        "whether\n"
        "two systems differ by more than chance.",
    .examples = "  lookback eval bleu output.de test.de\n"
                "      BLEU of output.de with the tokenizer 13a\n"
                "  lookback translate -m models/ende test.en | lookback eval chrf --json - test.de\n"
                "      outputs from a pipe, the score as JSON\n"
                "  lookback eval aer --confidence --text test.en --text test.fr gold.links output.links\n"
                "      alignment error, its interval, and the words that are most often wrong\n"
                "  lookback eval bleu --paired-bootstrap new.de old.de test.de\n"
                "      is new.de better than old.de, or is it chance?\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 3,
    .on_heap = true,
    .run = run,
};
