/* cmd_generate.c -- lookback generate: prompts in, as many continued texts out, in order. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "cli/json.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *model, *input;
    int beam, batch, top_k, max_length;
    double normalize, top_p, temperature;
    bool sample;
} Settings;

static const char *const inputs[] = { "text", "tokens", NULL };

static const Option options[] = {
    MODEL_OPTION,
    INT("max-length", 0, NULL, 1, 1000000, max_length,
        "The most pieces that are added; not given: what the prompt leaves of the model's length"),
    INT("beam", 'b', "1", 1, 1000, beam, "Hypotheses kept, 1 is greedy"),
    REAL("normalize", 'n', NULL, 0, 10, "A", normalize,
         "Hypotheses are ranked by score / length^A; not given: the model's, 1"),
    FLAG("sample", sample, "Draw words at random instead of taking the likeliest"),
    INT("top-k", 0, NULL, 0, 1000000, top_k, "With --sample: only from the N likeliest; 0: all"),
    REAL("top-p", 0, "1", 0.000001, 1, "P", top_p,
         "With --sample: only from the likeliest that have probability P together"),
    REAL("temperature", 0, "1", 0.000001, 1000, "X", temperature,
         "With --sample: below 1 less surprising, above 1 more"),
    SEED_OPTION("With --sample: the same seed draws the same words; not given: 1"),
    CHOICE("input", 0, "text", inputs, "text|tokens", input,
           "tokens: prompts are pieces of the vocabulary, separated by spaces"),
    INT("batch", 0, "64", 1, 100000, batch, "Prompts at a time; changes nothing but speed"),
    JSON_OPTION("One JSON object a line: prompt, text (what was added), score, tokens, log_probs"),
    COMMON_OPTIONS,
};

static void blank(void *settings)
{
    ((Settings *)settings)->normalize = -1;
}

typedef struct {
    const Settings *settings;
    Loaded loaded;
    LbTranslateOptions options;
    Lines in;
} Job;

/* ---- one answer ---- */

/* Where the continuation begins in the hypothesis' text. */
static const char *added_text(const LbResult *r)
{
    const LbHypothesis *h = &r->hypotheses[0];
    return h->text + (r->n_prompt > 0 ? h->pieces[r->n_prompt - 1].end : 0);
}

static void print_object(const LbResult *r, LbText prompt)
{
    const LbHypothesis *h = &r->hypotheses[0];
    json_t *tokens = json_array(), *scores = json_array();
    double sum = 0;
    for (size_t i = r->n_prompt; i < h->n_pieces; i++) {
        json_array_append_new(tokens, json_string(h->pieces[i].text));
        json_array_append_new(scores, json_finite(h->piece_scores[i]));
        sum += h->piece_scores[i];
    }
    json_print(json_pack("{s:o, s:s, s:o, s:o, s:o}", "prompt", json_clean(prompt.text, prompt.len), "text",
                         added_text(r), "score", json_finite(sum), "tokens", tokens, "log_probs", scores));
}

static bool ends_blank(const Str *text)
{
    return text->len == 0 || text->text[text->len - 1] == ' ';
}

static void tell_oddities(const LbResult *r, uint64_t line)
{
    unsigned long long number = (unsigned long long)line + 1;
    if (r->n_left_out > 0)
        screen_say(
            "line %llu: the prompt is longer than the model takes; its first %zu pieces were not read, its "
            "last %zu were",
            number, r->n_left_out, r->n_prompt);
    if (r->n_unknown > 0)
        screen_say("line %llu: the model has never seen %zu piece%s of the prompt and reads <unk> instead",
                   number, r->n_unknown, r->n_unknown == 1 ? "" : "s");
}

static void answer(const Job *j, const LbResult *r, LbText raw, uint64_t line)
{
    Str text = { 0 };
    str_add(&text, "");
    utf8_repair(&text, raw.text, raw.len);
    if (j->settings->common.json) {
        print_object(r, raw);
    } else {
        const char *added = added_text(r);
        str_add(&text, *added == ' ' && ends_blank(&text) ? added + 1 : added);
        print_block(text.text);
    }
    str_free(&text);
    tell_oddities(r, line);
}

/* ---- all lines ---- */

static LbStatus ask(void *job, size_t from, size_t n, LbResult **out, LbError *err)
{
    Job *j = job;
    j->options.first_line = j->in.first + from;
    return lb_generate(j->loaded.session, j->in.lines + from, n, j->options, out, err);
}

static void answer_line(void *job, const LbResult *r, size_t i)
{
    Job *j = job;
    answer(j, r, j->in.lines[i], j->in.first + i);
}

static LbStatus check_together(const Settings *s, LbError *err)
{
    if (s->sample && s->beam > 1)
        return fail(err, LB_USAGE, "--sample draws one output for a line; leave out --beam");
    if (!s->sample && (s->top_k > 0 || s->top_p < 1 || s->temperature != 1))
        return fail(err, LB_USAGE, "--top-k, --top-p and --temperature say how --sample draws; add --sample");
    return LB_OK;
}

static LbTranslateOptions generate_options(const Settings *s, const LbModel *m)
{
    LbTranslateOptions o = lb_translate_default(m);
    o.beam = s->beam;
    o.normalize = s->normalize >= 0 ? s->normalize : o.normalize;
    o.batch = s->batch;
    o.max_length = s->max_length;
    o.tokens = text_equal(s->input, "tokens");
    o.sample = s->sample;
    o.top_k = s->top_k;
    o.top_p = s->top_p;
    o.temperature = s->temperature;
    o.seed = seed_or(&s->common, 1);
    return o;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Job j = { .settings = s, .in = lines_of(args, n_args) };
    LbStatus status = check_together(s, err);
    if (status == LB_OK)
        status = loaded_open(&j.loaded, s->model, NULL, &s->common, err);
    if (status == LB_OK) {
        j.options = generate_options(s, j.loaded.models[0]);
        status = loaded_answer(&j.loaded, &j.in, &(Answers){ &j, ask, answer_line, j.options.batch }, err);
    }
    lines_close(&j.in);
    loaded_close(&j.loaded);
    return status;
}

const Command cmd_generate = {
    .name = "generate",
    .help = "continue prompts with a language model, one a line",
    .usage = "-m DIR [flags] [FILE ...]",
    .about =
        "Reads prompts from files or standard input and writes each with its continuation, in order; an "
        "empty\n"
        "line is a text from its beginning. A prompt longer than the model takes is continued from its end,\n"
        "and named on standard error. The model is one of model.type lm.",
    .examples = "  lookback generate -m models/lm <prompts.txt\n"
                "      the likeliest word after word\n"
                "  lookback generate -m models/lm --sample --top-p 0.9 --seed 7 <prompts.txt\n"
                "      another text for every seed\n",
    .options = options,
    .size = sizeof(Settings),
    .blank = blank,
    .run = run,
};
