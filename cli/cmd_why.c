/* cmd_why.c -- lookback why: what spoke for a word of the output, and what for another in its place. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/chosen.h"
#include "cli/loaded.h"
#include "cli/screen.h"
#include "cli/unknown.h"

typedef struct {
    Common common;
    char *model, *other, *target, *erase, *colour;
    int at, beam, columns;
} Settings;

static const Option options[] = {
    MODEL_OPTION,
    INT("at", 0, "-1", -1, 1000000, at,
        "The word of the output to ask about, counted from 0; -1: show the words with their numbers"),
    TEXT("not", 0, NULL, "WORD", other, "The word it is compared with; not given: the likeliest other one"),
    TEXT("target", 0, NULL, "TEXT", target, "Ask about this output instead of the model's own"),
    ERASE_OPTION,
    INT("beam", 'b', NULL, 1, 1000, beam, "Hypotheses kept; not given: the model's"),
    CHOICE("colour", 0, "auto", colour_names, "auto|truecolor|256|ascii", colour,
           "auto: what the terminal can show"),
    INT("columns", 0, NULL, 0, 10000, columns, "Width of what is shown; 0: the window's"),
    JSON_OPTION("One JSON object: both scores, and the share of every word"),
    COMMON_OPTIONS,
};

static LbStatus decode(LbSession *session, const LbModel *m, const Settings *s, LbText text, LbResult **out,
                       LbError *err)
{
    LbTranslateOptions o = lb_translate_default(m);
    o.beam = s->beam ? s->beam : o.beam;
    if (!s->target)
        return lb_translate(session, &text, 1, NULL, o, out, err);
    return lb_score(session, &text, &(LbText){ s->target, strlen(s->target) }, 1, 1, false, LB_MAPS_NONE, out,
                    err);
}

static void show(const Settings *s, const LbResult *r, const LbWhy *w)
{
    LbColour colour = screen_colour(s->colour);
    int columns = s->columns ? s->columns : screen_columns(STDOUT_FILENO);
    char *words = lb_result_words(r, 0, colour, columns), *why = w ? lb_why_text(w, colour, columns) : NULL;
    print_block(words);
    puts(why ? "" : "Choose a word of the output: --at NUMBER");
    print_block(why ? why : "");
    free(words);
    free(why);
}

static LbStatus answer(const Settings *s, LbSession *session, const LbResult *r, LbError *err)
{
    LbWhy *w = NULL;
    if (s->at < 0 && (s->other || s->common.json))
        return fail(err, LB_USAGE, "which word of the output? --at NUMBER says it; without, they are shown");
    LbStatus status =
        s->at < 0 ? LB_OK : lb_why(session, r, 0, (size_t)s->at, s->other, erase_chosen(s->erase), &w, err);
    if (status == LB_OK && !s->common.json)
        show(s, r, w);
    if (status == LB_OK && s->common.json) {
        char *text = lb_why_json(w);
        puts(text);
        free(text);
    }
    lb_why_free(w);
    return status;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    (void)n_args;
    const Settings *s = settings;
    Loaded loaded = { 0 };
    LbResult *r = NULL;
    LbText text = { args[0], strlen(args[0]) };
    LbStatus status = loaded_open(&loaded, s->model, NULL, &s->common, err);
    if (status == LB_OK)
        status = decode(loaded.session, loaded.models[0], s, text, &r, err);
    if (status == LB_OK)
        unknown_tell(r, text, 0);
    if (status == LB_OK)
        status = answer(s, loaded.session, r, err);
    lb_results_free(r);
    loaded_close(&loaded);
    return status == LB_OK ? print_flush(err) : status;
}

const Command cmd_why = {
    .name = "why",
    .help = "what spoke for a word of the output, and what for another",
    .usage = "-m DIR --at N [--not WORD] \"text\"",
    .about =
        "Compares a word that the model wrote with another that it might have written in its place: how "
        "much\n"
        "likelier it was, and how that changes when a word of the source is erased, or a word of the output\n"
        "before it is not known. What falls most spoke most for the word that was written; what is below 0\n"
        "spoke for the other. Words are counted from 0; without --at they are shown with their numbers. A\n"
        "word of several pieces counts as a whole. `--not '</s>'` asks why the output did not end there.",
    .examples = "  lookback why -m demo/model 'She loves cats'\n"
                "      the words with their numbers\n"
                "  lookback why -m demo/model 'She loves cats' --at 0\n"
                "      why the output begins with `Elle`, and not with the next likeliest word\n"
                "  lookback why -m demo/model 'She loves cats' --at 3 --not chiens --json\n"
                "      why `chats` and not `chiens`, for a program\n",
    .options = options,
    .size = sizeof(Settings),
    .least = 1,
    .most = 1,
    .run = run,
};
