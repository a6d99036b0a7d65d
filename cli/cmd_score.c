/* cmd_score.c -- lookback score: what a model thinks of given pairs, or a language model of a text. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/json.h"
#include "cli/pairs.h"

typedef struct {
    Common common;
    char *model, *input, *attention;
    int batch;
    bool word_scores, summary, pieces;
} Settings;

static const char *const inputs[] = { "text", "tokens", NULL };

static const Option options[] = {
    MODEL_OPTION,
    FLAG("word-scores", word_scores,
         "After ` ||| ` one number for each target piece and the end of sentence"),
    FLAG("summary", summary, "Only the perplexity of all lines together, for a piece and for a word"),
    CHOICE("input", 0, "text", inputs, "text|tokens", input,
           "tokens: files hold pieces of the vocabulary, separated by spaces"),
    TEXT("attention", 0, NULL, "FILE", attention,
         "Writes the weights of every layer and head to FILE.npz or FILE.jsonl"),
    FLAG("pieces", pieces, "With --attention: of pieces instead of words"),
    INT("batch", 0, "64", 1, 100000, batch, "Pairs at a time; changes nothing but speed"),
    JSON_OPTION("One JSON object a line: score, tokens, log_probs"),
    COMMON_OPTIONS,
};

typedef struct {
    const Settings *settings;
    uint64_t n_lines, n_pieces, n_words; /* so far; ends of sentences counted */
    double sum;
} Job;

/* ---- one pair ---- */

static void print_object(const LbHypothesis *h)
{
    json_t *tokens = json_array(), *scores = json_array();
    for (size_t i = 0; i < h->n_pieces; i++) {
        json_array_append_new(tokens, json_string(h->pieces[i].text));
        json_array_append_new(scores, json_finite(h->piece_scores[i]));
    }
    json_print(
        json_pack("{s:o, s:o, s:o}", "score", json_finite(h->score), "tokens", tokens, "log_probs", scores));
}

static void print_numbers(const LbHypothesis *h, bool each)
{
    printf("%.6f%s", h->score, each ? " |||" : "");
    for (size_t i = 0; each && i < h->n_pieces; i++)
        printf(" %.6f", h->piece_scores[i]);
    putchar('\n');
}

static LbStatus take_pair(void *context, const LbResult *r, LbText source, uint64_t line, LbError *err)
{
    (void)source;
    (void)line, (void)err;
    Job *j = context;
    const LbHypothesis *h = &r->hypotheses[0];
    j->n_lines++;
    j->n_pieces += h->n_pieces;
    j->n_words += h->n_words;
    j->sum += h->score;
    if (j->settings->summary)
        return LB_OK;
    if (j->settings->common.json)
        print_object(h);
    else
        print_numbers(h, j->settings->word_scores);
    return LB_OK;
}

/* ---- all pairs ---- */

static double perplexity(const Job *j, uint64_t n)
{
    return exp(-j->sum / (double)(n ? n : 1));
}

static void print_summary(const Job *j)
{
    const char *format =
        j->settings->common.json
            ? "{\"perplexity\": %.6g, \"log_prob\": %.6f, \"tokens\": %llu, \"lines\": %llu, "
              "\"word_perplexity\": %.6g, \"words\": %llu}\n"
            : "perplexity %.6g  log-probability %.6f  tokens %llu  lines %llu  word-perplexity %.6g  words "
              "%llu\n";
    printf(format, perplexity(j, j->n_pieces), j->sum, (unsigned long long)j->n_pieces,
           (unsigned long long)j->n_lines, perplexity(j, j->n_words), (unsigned long long)j->n_words);
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Job j = { .settings = s };
    if (s->pieces && !s->attention)
        return fail(err, LB_USAGE, "--pieces goes with --attention FILE");
    const Pairs pairs = { .common = &s->common,
                          .model = s->model,
                          .batch = s->batch,
                          .one_text = true,
                          .tokens = text_equal(s->input, "tokens"),
                          .attends = s->attention ? "--attention" : NULL,
                          .maps = s->attention ? LB_MAPS_ALL : LB_MAPS_NONE,
                          .attention = s->attention,
                          .pieces = s->pieces,
                          .take = take_pair,
                          .context = &j };
    LbStatus status = pairs_run(&pairs, args, n_args, err);
    if (status == LB_OK && s->summary)
        print_summary(&j);
    return status;
}

const Command cmd_score = {
    .name = "score",
    .help = "log-probabilities of given pairs of source and target, or of a text",
    .usage = "-m DIR [SRC TGT | TEXT]",
    .about = "Prints, for each line of SRC and the same line of TGT, the natural logarithm of the "
             "probability that\n"
             "the model gives to the target, its end of sentence included; with a language model (model.type "
             "lm),\n"
             "that of each line of TEXT. Perplexities count the end of a sentence as a piece and as a word.",
    .examples = "  lookback score -m models/ende test.en test.de\n"
                "      one number a line\n"
                "  lookback score -m models/ende --summary test.en test.de\n"
                "      the model's perplexity on a test set\n"
                "  lookback score -m models/lm --summary test.de\n"
                "      that of a language model\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .most = 2,
    .run = run,
};
