/* cmd_fill.c -- lookback fill: lines with [MASK] in, the same lines with guesses in their places out, in
 * order. */
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "cli/json.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *model, *input;
    int guesses, batch;
} Settings;

static const char *const inputs[] = { "text", "tokens", NULL };

static const Option options[] = {
    MODEL_OPTION,
    INT("guesses", 'k', NULL, 1, 1000, guesses,
        "After ` ||| `, for each mask, the N likeliest words with their probabilities"),
    CHOICE("input", 0, "text", inputs, "text|tokens", input,
           "tokens: lines are pieces of the vocabulary, separated by spaces"),
    INT("batch", 0, "64", 1, 100000, batch, "Lines at a time; changes nothing but speed"),
    JSON_OPTION(
        "One JSON object a line: text, and for each mask its span and guesses (-k, 5 when not given)"),
    COMMON_OPTIONS,
};

enum { GUESSES_IN_JSON = 5 };

typedef struct {
    const Settings *settings;
    Loaded loaded;
    LbFillOptions options;
    Lines in;
    uint64_t n_without; /* lines without a mask */
} Job;

/* ---- one answer ---- */

/* The line as it was, the likeliest guesses in the places of its masks. */
static void add_filled(const LbResult *r, LbText raw, Str *out)
{
    size_t at = 0;
    for (size_t i = 0; i < r->n_blanks; i++) {
        const LbBlank *b = &r->blanks[i];
        utf8_repair(out, raw.text + at, b->start - at);
        while (b->guesses[0].goes_on && out->len > 0 && out->text[out->len - 1] == ' ')
            str_cut(out, out->len - 1);
        str_add(out, b->guesses[0].text);
        at = b->end;
    }
    utf8_repair(out, raw.text + at, raw.len - at);
}

static void add_guesses(const LbBlank *b, Str *out)
{
    str_add(out, " |||");
    for (size_t i = 0; i < b->n_guesses; i++)
        str_addf(out, " %s%s %.4f", b->guesses[i].goes_on ? "~" : "", b->guesses[i].text,
                 b->guesses[i].probability);
}

static json_t *json_blank(const LbBlank *b)
{
    json_t *all = json_array();
    for (size_t i = 0; i < b->n_guesses; i++)
        json_array_append_new(all, json_pack("{s:s, s:s, s:f}", "text", b->guesses[i].text, "piece",
                                             b->guesses[i].piece, "probability", b->guesses[i].probability));
    return json_pack("{s:[I,I], s:o}", "span", (json_int_t)b->start, (json_int_t)b->end, "guesses", all);
}

static void print_object(const LbResult *r, const char *text)
{
    json_t *blanks = json_array();
    for (size_t i = 0; i < r->n_blanks; i++)
        json_array_append_new(blanks, json_blank(&r->blanks[i]));
    json_print(json_pack("{s:s, s:o, s:o}", "text", text, "score", json_finite(r->hypotheses[0].score),
                         "masks", blanks));
}

static void answer(Job *j, const LbResult *r, LbText raw, uint64_t line)
{
    Str text = { 0 };
    str_add(&text, "");
    add_filled(r, raw, &text);
    if (j->settings->common.json) {
        print_object(r, text.text);
    } else {
        for (size_t i = 0; i < r->n_blanks && j->settings->guesses > 0; i++)
            add_guesses(&r->blanks[i], &text);
        puts(text.text);
    }
    str_free(&text);
    j->n_without += r->n_blanks == 0;
    if (r->n_parts > 1)
        screen_say("line %llu is longer than the model takes and was read in %zu parts",
                   (unsigned long long)line + 1, r->n_parts);
}

/* ---- all lines ---- */

static LbStatus ask(void *job, size_t from, size_t n, LbResult **out, LbError *err)
{
    Job *j = job;
    return lb_fill(j->loaded.session, j->in.lines + from, n, j->options, out, err);
}

static void answer_line(void *job, const LbResult *r, size_t i)
{
    Job *j = job;
    answer(j, r, j->in.lines[i], j->in.first + i);
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Job j = { .settings = s, .in = lines_of(args, n_args) };
    LbStatus status = loaded_open(&j.loaded, s->model, NULL, &s->common, err);
    j.options = (LbFillOptions){ .guesses = s->guesses       ? s->guesses
                                            : s->common.json ? GUESSES_IN_JSON
                                                             : 1,
                                 .batch = s->batch,
                                 .tokens = text_equal(s->input, "tokens") };
    if (status == LB_OK)
        status = loaded_answer(&j.loaded, &j.in, &(Answers){ &j, ask, answer_line, j.options.batch }, err);
    if (j.n_without > 0)
        screen_say("%llu line%s without a [MASK]: written as read", (unsigned long long)j.n_without,
                   j.n_without == 1 ? "" : "s");
    lines_close(&j.in);
    loaded_close(&j.loaded);
    return status;
}

const Command cmd_fill = {
    .name = "fill",
    .help = "guess the words that stand as [MASK], one text a line",
    .usage = "-m DIR [flags] [FILE ...]",
    .about = "Reads lines from files or standard input and writes each with the likeliest words in the "
             "places of its\n"
             "[MASK]s, in order. Each is guessed by itself, all others being masks still. A guess marked ~ "
             "goes on\n"
             "with the word before it. The model is one of model.type mlm.",
    .examples = "  lookback fill -m models/mlm <texts.txt\n"
                "      the likeliest words\n"
                "  lookback fill -m models/mlm -k 3 <texts.txt\n"
                "      and the three likeliest of each mask, with their probabilities\n",
    .options = options,
    .size = sizeof(Settings),
    .run = run,
};
