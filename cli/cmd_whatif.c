/* cmd_whatif.c -- lookback whatif: the output of a text, and the output it would have had. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/chosen.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/screen.h"
#include "cli/unknown.h"

typedef struct {
    Common common;
    char *model, *erase, *prefix, *colour;
    char **mask, **swap, **attend;
    int beam, columns, layer, head; /* layer, head -1: all */
} Settings;

static const Option options[] = {
    MODEL_OPTION,
    LIST("mask", 0, "N", mask, "Erase source word N, or words N-M"),
    ERASE_OPTION,
    LIST("swap", 0, "N:TEXT", swap, "Put TEXT in the place of source word N"),
    TEXT("prefix", 0, NULL, "TEXT", prefix, "The output begins with TEXT"),
    LIST("attend", 0, "T:S", attend,
         "Word T of the output looks only at source word S, or words S-U; words before it are kept"),
    INT("layer", 0, NULL, 0, 100000, layer, "--attend only in this layer, counted from 0; not given: in all"),
    INT("head", 0, NULL, 0, 100000, head, "--attend only in this head, counted from 0; not given: in all"),
    INT("beam", 'b', NULL, 1, 1000, beam, "Hypotheses kept; not given: the model's"),
    CHOICE("colour", 0, "auto", colour_names, "auto|truecolor|256|ascii", colour,
           "auto: what the terminal can show"),
    INT("columns", 0, NULL, 0, 10000, columns, "Width of what is shown; 0: the window's"),
    JSON_OPTION("One JSON object a line: both outputs with the scores of their words, and more"),
    COMMON_OPTIONS,
};

typedef struct {
    const Settings *settings;
    Loaded loaded;
    LbTranslateOptions options;
    size_t *mask;      /* array */
    LbSwap *swaps;     /* array */
    LbAttend *attends; /* array */
    LbChanges changes;
    bool shows; /* one text, for a person */
} Job;

/* ---- flags ---- */

enum { MOST_WORD = 100000 };

/* Reads digits at *text and moves it behind them; false: there are none, or too many. */
static bool read_number(const char **text, size_t *out)
{
    char *end;
    if (**text < '0' || **text > '9')
        return false;
    unsigned long long n = strtoull(*text, &end, 10);
    *text = end;
    *out = (size_t)n;
    return n <= MOST_WORD;
}

/* "5" or "5-6" */
static bool read_range(const char **text, size_t *first, size_t *last)
{
    if (!read_number(text, first))
        return false;
    *last = *first;
    if (**text != '-')
        return true;
    ++*text;
    return read_number(text, last) && *last >= *first;
}

static LbStatus fail_flag(const char *flag, const char *value, const char *form, LbError *err)
{
    return fail(err, LB_USAGE, "`%.100s` for --%s: %s, words counted from 0", value, flag, form);
}

static LbStatus read_masks(Job *j, LbError *err)
{
    for (size_t i = 0; i < array_len(j->settings->mask); i++) {
        const char *text = j->settings->mask[i];
        size_t first, last;
        if (!read_range(&text, &first, &last) || *text)
            return fail_flag("mask", j->settings->mask[i], "it is 3 or 3-5", err);
        for (size_t w = first; w <= last; w++)
            array_push(j->mask, w);
    }
    return LB_OK;
}

static LbStatus read_swaps(Job *j, LbError *err)
{
    for (size_t i = 0; i < array_len(j->settings->swap); i++) {
        const char *text = j->settings->swap[i];
        size_t word;
        if (!read_number(&text, &word) || *text != ':')
            return fail_flag("swap", j->settings->swap[i], "it is 3:word", err);
        array_push(j->swaps, (LbSwap){ word, { text + 1, strlen(text + 1) } });
    }
    return LB_OK;
}

static LbStatus read_attends(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    for (size_t i = 0; i < array_len(s->attend); i++) {
        const char *text = s->attend[i];
        LbAttend a = { .layer = s->layer, .head = s->head };
        if (!read_number(&text, &a.target) || *text++ != ':' || !read_range(&text, &a.first, &a.last) ||
            *text)
            return fail_flag("attend", s->attend[i],
                             "it is T:S or T:S-U, a word of the output and words of the source", err);
        array_push(j->attends, a);
    }
    if (!j->attends && (s->layer >= 0 || s->head >= 0))
        return fail(err, LB_USAGE, "--layer and --head say where --attend works; give that, too");
    return LB_OK;
}

static LbStatus read_changes(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    LbStatus status = read_masks(j, err);
    if (status == LB_OK)
        status = read_swaps(j, err);
    if (status == LB_OK)
        status = read_attends(j, err);
    j->changes = (LbChanges){ .mask = j->mask,
                              .n_mask = array_len(j->mask),
                              .erase = erase_chosen(s->erase),
                              .swaps = j->swaps,
                              .n_swaps = array_len(j->swaps),
                              .attends = j->attends,
                              .n_attends = array_len(j->attends),
                              .prefix = { s->prefix, s->prefix ? strlen(s->prefix) : 0 } };
    return status;
}

/* ---- lines ---- */

static void show(const Job *j, const LbWhatif *w)
{
    const Settings *s = j->settings;
    int columns = s->columns ? s->columns : screen_columns(STDOUT_FILENO);
    char *text = lb_whatif_text(w, screen_colour(s->colour), columns);
    print_block(text);
    free(text);
}

static void print_json(const LbWhatif *w)
{
    char *text = lb_whatif_json(w);
    puts(text);
    free(text);
}

static void print_output(const LbResult *r)
{
    Str line = { 0 };
    add_clean(&line, r->hypotheses[0].text);
    puts(line.text);
    str_free(&line);
}

static void print(const Job *j, const LbWhatif *w, LbText text, uint64_t line)
{
    unknown_tell(w->before, text, line);
    if (w->unknown)
        screen_say("line %llu: the model has never seen %s; <unk> stands for it in the changed text",
                   (unsigned long long)line + 1, w->unknown);
    if (j->settings->common.json)
        print_json(w);
    else if (j->shows)
        show(j, w);
    else
        print_output(w->after);
}

/* A line without the words in question keeps its output, so that there is one for every line. */
static LbStatus leave_as_is(const Job *j, LbText text, uint64_t line, LbError *err)
{
    screen_say("line %llu stays as it is: %s", (unsigned long long)line + 1, err->text);
    if (j->settings->common.json) {
        puts("null");
        return LB_OK;
    }
    LbResult *r;
    LbStatus status = lb_translate(j->loaded.session, &text, 1, NULL, j->options, &r, err);
    if (status == LB_OK)
        print_output(r);
    lb_results_free(r);
    return status;
}

static LbStatus answer(const Job *j, LbText text, uint64_t line, LbError *err)
{
    LbWhatif *w;
    LbStatus status = lb_whatif(j->loaded.session, text, &j->changes, j->options, &w, err);
    if (status == LB_OK)
        print(j, w, text, line);
    else if (status == LB_DATA && !j->shows)
        status = leave_as_is(j, text, line, err);
    lb_whatif_free(w);
    return status == LB_OK ? print_flush(err) : status;
}

static LbStatus answer_lines(const Job *j, Lines *in, LbError *err)
{
    LbStatus status;
    while ((status = lines_read(in, err)) == LB_OK && array_len(in->lines) > 0)
        for (size_t i = 0; i < array_len(in->lines); i++)
            if ((status = answer(j, in->lines[i], in->first + i, err)) != LB_OK)
                return status == LB_CANCELLED ? fail_after(err, in->first + i) : status;
    return status == LB_CANCELLED ? fail_after(err, in->first) : status;
}

/* An argument that names a file is read line by line; any other is the text itself. */
static LbStatus answer_input(Job *j, char **args, size_t n_args, LbError *err)
{
    j->shows = n_args > 0 && !text_equal(args[0], "-") && !file_exists(args[0]);
    if (j->shows)
        return answer(j, (LbText){ args[0], strlen(args[0]) }, 0, err);
    Lines in = lines_of(args, n_args);
    LbStatus status = answer_lines(j, &in, err);
    lines_close(&in);
    return status;
}

/* ---- begin and end ---- */

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Job j = { .settings = s };
    LbStatus status = read_changes(&j, err);
    if (status == LB_OK)
        status = loaded_open(&j.loaded, s->model, NULL, &s->common, err);
    if (status == LB_OK) {
        j.options = lb_translate_default(j.loaded.models[0]);
        j.options.beam = s->beam ? s->beam : j.options.beam;
        status = answer_input(&j, args, n_args, err);
    }
    loaded_close(&j.loaded);
    array_free(j.mask);
    array_free(j.swaps);
    array_free(j.attends);
    return status;
}

static void blank(void *settings)
{
    Settings *s = settings;
    s->layer = s->head = -1;
}

const Command cmd_whatif = {
    .name = "whatif",
    .help = "change what a model reads, or where it looks, and see what becomes of the output",
    .usage = "-m DIR [\"text\" | FILE | -]",
    .about =
        "Translates a text as it is and with changes, and shows both outputs, word under word, with their\n"
        "scores, and how likely the old output would have been. Words are counted from 0; without changes "
        "they\n"
        "are shown with their numbers. All flags may be repeated and combined. An argument that names a file "
        "is\n"
        "read line by line, and without one standard input is; then only the new output is printed, a line "
        "for\n"
        "each, unless --json.",
    .examples = "  lookback whatif -m demo/model 'She loves cats'\n"
                "      source and output with the numbers of their words\n"
                "  lookback whatif -m demo/model 'She loves cats' --mask 2\n"
                "      the output when the model cannot read `cats`\n"
                "  lookback whatif -m demo/model 'She loves cats' --swap 0:They --swap 2:dogs\n"
                "      the output of another sentence, beside the first\n"
                "  lookback whatif -m demo/model 'She loves cats' --prefix Il\n"
                "      how the output goes on after another beginning\n"
                "  lookback whatif -m demo/model 'She loves cats' --attend 1:2\n"
                "      what word 1 of the output would have been, had the model looked at `cats` only\n",
    .options = options,
    .size = sizeof(Settings),
    .most = 1,
    .blank = blank,
    .run = run,
};
