/* cmd_translate.c -- lookback translate: lines in, as many lines out, in order.
 *
 * A chunk of lines is translated at once and written before the next is read; a chunk that does not fit into
 * the memory limit is halved until it does. Which lines share a chunk changes no output.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/array.h"
#include "cli/chosen.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/screen.h"
#include "cli/training.h"
#include "cli/unknown.h"

typedef struct {
    Common common;
    char *model, **ensemble, *alignment, *prefix, *attention, *input, *erase;
    int beam, batch, n_best, top_k, max_input, no_repeat;
    double normalize, factor, top_p, temperature;
    bool word_scores, sample, pieces, check, replace_unk;
} Settings;

static const char *const inputs[] = { "text", "tokens", NULL };
static const char *const alignments[] = { "hard", "soft", NULL };

static const Option options[] = {
    MODEL_OPTION,
    LIST("ensemble", 0, "DIR", ensemble, "One more model that has a say; may be given several times"),
    INT("beam", 'b', NULL, 1, 1000, beam, "Hypotheses kept, 1 is greedy; not given: the model's, 5"),
    REAL("normalize", 'n', NULL, 0, 10, "A", normalize,
         "Hypotheses are ranked by score / length^A; not given: the model's, 1"),
    INT("n-best", 0, NULL, 1, 1000, n_best, "The N best of each line: 0 ||| text ||| F0= -1.23 ||| -0.41"),
    ROW("alignment", 0, OPTION_TEXT, NULL, alignment,
        "After ` ||| ` which words belong together: the strongest link of each word, all weights of pieces, "
        "or links of at least this weight",
        .choices = alignments, .what = "[hard|soft|THRESHOLD]"),
    FLAG("word-scores", word_scores,
         "After ` ||| WordScores=` the log-probability of each piece and of the end of sentence"),
    TEXT("attention", 0, NULL, "FILE", attention,
         "Writes the weights of every layer and head to FILE.npz or FILE.jsonl"),
    FLAG("pieces", pieces, "With --attention: of pieces instead of words"),
    FLAG("check", check,
         "With --json: whether the output depends on the source words that stand out; a pass for each word"),
    ERASE_OPTION,
    FLAG("replace-unk", replace_unk,
         "What would be <unk> in an output is the source word that its attention is largest on"),
    TEXT("force-prefix", 0, NULL, "FILE", prefix,
         "Output i begins with line i of FILE; a word that the model can neither say nor copy becomes <unk>"),
    FLAG("sample", sample, "Draw words at random instead of taking the likeliest"),
    INT("top-k", 0, NULL, 0, 1000000, top_k, "With --sample: only from the N likeliest; 0: all"),
    REAL("top-p", 0, "1", 0.000001, 1, "P", top_p,
         "With --sample: only from the likeliest that have probability P together"),
    REAL("temperature", 0, "1", 0.000001, 1000, "X", temperature,
         "With --sample: below 1 less surprising, above 1 more"),
    SEED_OPTION("With --sample: the same seed draws the same words; not given: 1"),
    INT("no-repeat-ngram", 0, NULL, 0, 1000, no_repeat,
        "No N pieces in a row come twice in an output; 0: they may; not given: the model's"),
    CHOICE("input", 0, "text", inputs, "text|tokens", input,
           "tokens: lines are pieces of the vocabulary, separated by spaces"),
    INT("max-input", 0, NULL, 0, 1000000, max_input,
        "Source pieces read at once, at most as many as the model was trained for; a longer line is split; "
        "0: "
        "the model's"),
    REAL("max-length-factor", 0, NULL, 0.01, 1000, "F", factor,
         "The longest output, in lengths of its source; not given: 3"),
    INT("batch", 0, NULL, 1, 100000, batch, "Sentences at a time; changes nothing but speed; not given: 64"),
    JSON_OPTION("One JSON object a line; with --alignment soft the weights as well"),
    COMMON_OPTIONS,
};

/* What 0 cannot say: an exponent of 0 is a wish of its own. */
static void blank(void *settings)
{
    Settings *s = settings;
    s->normalize = s->no_repeat = -1;
}

typedef struct {
    const Settings *settings;
    Loaded loaded;
    LbTranslateOptions options;
    bool soft;        /* the alignment is */
    double threshold; /* of a hard one; 0: the strongest link of each word */
    Lines in, prefix;
    LbAttentionFile *attention; /* NULL: none is written */
    double started;             /* clock_now() */
    uint64_t n_unknown;         /* lines with words that the model has never seen */
} Job;

/* ---- settings ---- */

static LbTranslateOptions translate_options(const Settings *s, const LbModel *m)
{
    LbTranslateOptions o = lb_translate_default(m);
    o.beam = s->beam ? s->beam : s->sample ? 1 : o.beam;
    o.n_best = s->n_best ? s->n_best : 1;
    if (!s->beam && !s->sample && o.beam < o.n_best)
        o.beam = o.n_best;
    o.normalize = s->normalize >= 0 ? s->normalize : o.normalize;
    o.no_repeat = s->no_repeat >= 0 ? s->no_repeat : o.no_repeat;
    o.batch = s->batch ? s->batch : o.batch;
    o.length_factor = s->factor > 0 ? s->factor : o.length_factor;
    o.max_input = s->max_input;
    o.tokens = text_equal(s->input, "tokens");
    o.replace_unk = s->replace_unk;
    o.sample = s->sample;
    o.top_k = s->top_k;
    o.top_p = s->top_p;
    o.temperature = s->temperature;
    o.seed = seed_or(&s->common, 1);
    o.maps = s->attention ? LB_MAPS_ALL : s->alignment || s->common.json ? LB_MAPS_ONE : LB_MAPS_NONE;
    return o;
}

/* --alignment's value: hard, soft, or a weight above 0. */
static LbStatus read_alignment(Job *j, LbError *err)
{
    const char *text = j->settings->alignment;
    if (!text || text_equal(text, "hard"))
        return LB_OK;
    j->soft = text_equal(text, "soft");
    bool is_weight = text_to_real(text, &j->threshold) && j->threshold > 0 && j->threshold <= 1;
    if (j->soft || is_weight)
        return LB_OK;
    return fail(err, LB_USAGE, "`%.60s` for --alignment is not hard, soft or a weight above 0 and up to 1",
                text);
}

static LbStatus check_together(const Settings *s, LbError *err)
{
    if (s->sample && s->beam > 1)
        return fail(err, LB_USAGE, "--sample draws one output for a line; leave out --beam");
    if (!s->sample && (s->top_k > 0 || s->top_p < 1 || s->temperature != 1))
        return fail(err, LB_USAGE, "--top-k, --top-p and --temperature say how --sample draws; add --sample");
    if (s->common.json && s->n_best > 1)
        return fail(err, LB_USAGE, "--json tells the best output of a line only; leave out --n-best");
    if (s->pieces && !s->attention)
        return fail(err, LB_USAGE, "--pieces goes with --attention FILE");
    if (s->check && !s->common.json)
        return fail(err, LB_USAGE, "--check goes with --json; `explain` shows what it finds as text");
    if (s->check && array_len(s->ensemble) > 0)
        return fail(err, LB_USAGE, "--check looks at one model; leave out --ensemble");
    return LB_OK;
}

static LbStatus open_all(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    LbStatus status = check_together(s, err);
    if (status == LB_OK)
        status = read_alignment(j, err);
    if (status == LB_OK)
        status = loaded_open(&j->loaded, s->model, s->ensemble, &s->common, err);
    if (status == LB_OK && (s->alignment || s->attention))
        status = loaded_must_attend(&j->loaded, s->alignment ? "--alignment" : "--attention", err);
    if (status == LB_OK && s->check)
        status = loaded_must_attend(&j->loaded, "--check", err);
    if (status == LB_OK && s->attention)
        status = lb_attention_open(s->attention, s->pieces, &j->attention, err);
    if (status == LB_OK)
        j->options = translate_options(s, j->loaded.models[0]);
    return status;
}

/* ---- one line ---- */

static void add_alignment(const Job *j, const LbResult *r, size_t hypothesis, Str *out)
{
    char *text = j->soft ? lb_alignment_soft(r, hypothesis) : lb_alignment_hard(r, hypothesis, j->threshold);
    str_addf(out, " ||| %s", text);
    free(text);
}

static void add_hypothesis(const Job *j, const LbResult *r, size_t hypothesis, Str *out)
{
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    add_clean(out, h->text);
    if (j->settings->alignment)
        add_alignment(j, r, hypothesis, out);
    if (j->settings->word_scores)
        str_add(out, " ||| WordScores=");
    for (size_t i = 0; j->settings->word_scores && i < h->n_pieces; i++)
        str_addf(out, " %.5f", h->piece_scores[i]);
}

static void add_n_best(const Job *j, const LbResult *r, uint64_t line, Str *out)
{
    for (size_t i = 0; i < r->n_hypotheses; i++) {
        const LbHypothesis *h = &r->hypotheses[i];
        str_addf(out, "%s%llu ||| ", i ? "\n" : "", (unsigned long long)line);
        add_hypothesis(j, r, i, out);
        str_addf(out, " ||| F0= %g ||| %g", h->score, h->normalized);
    }
}

static void add_json(const Job *j, const LbResult *r, const LbMap *map, const LbErasure *erasure, Str *out)
{
    LbJsonParts parts = { .attention = j->soft, .checked = map, .erasure = erasure };
    char *text = lb_result_json_with(r, parts);
    str_add(out, text);
    free(text);
}

/* A line that cannot be checked is told of, and has no "check". */
static LbStatus add_checked(const Job *j, const LbResult *r, uint64_t line, Str *out, LbError *err)
{
    LbErasure *erasure;
    LbMap *map;
    LbError why;
    if (!r->hypotheses[0].attention) {
        add_json(j, r, NULL, NULL, out);
        return LB_OK;
    }
    LbStatus status = lb_map_new(r, 0, lb_map_default(), &map, err);
    if (status != LB_OK)
        return status;
    status = lb_erase(j->loaded.session, r, 0, erase_chosen(j->settings->erase), &erasure, &why);
    if (status == LB_OK)
        lb_map_check(map, erasure);
    else if (status == LB_DATA)
        screen_say("line %llu is not checked: %s", (unsigned long long)line + 1, why.text);
    add_json(j, r, map, erasure, out);
    lb_map_free(map);
    lb_erasure_free(erasure);
    return status == LB_OK || status == LB_DATA ? LB_OK : fail(err, status, "%s", why.text);
}

static void tell_oddities(Job *j, const LbResult *r, LbText raw, uint64_t line)
{
    unsigned long long number = (unsigned long long)line + 1;
    if (r->n_parts > 1)
        screen_say("line %llu is longer than the model takes and was read in %zu parts", number, r->n_parts);
    if (r->hypotheses[0].maps_too_large)
        screen_say("line %llu is too long for maps of where the model looked; it has none", number);
    if (r->n_unknown > 0 && j->n_unknown++ < UNKNOWN_TOLD)
        unknown_tell(r, raw, line);
}

static LbStatus answer(Job *j, const LbResult *r, LbText raw, uint64_t line, LbError *err)
{
    Str out = { 0 };
    LbStatus status = LB_OK;
    if (j->settings->check)
        status = add_checked(j, r, line, &out, err);
    else if (j->settings->common.json)
        add_json(j, r, NULL, NULL, &out);
    else if (j->settings->n_best)
        add_n_best(j, r, line, &out);
    else
        add_hypothesis(j, r, 0, &out);
    str_add_char(&out, '\n');
    if (status == LB_OK)
        fwrite(out.text, 1, out.len, stdout);
    str_free(&out);
    if (status != LB_OK)
        return status;
    tell_oddities(j, r, raw, line);
    return j->attention ? lb_attention_add(j->attention, r, (size_t)line, err) : LB_OK;
}

/* ---- all lines ---- */

enum { LINES_WITH_MAPS = 200 }; /* maps of all heads are large: fewer lines at once */

static LbStatus translate_range(Job *j, size_t from, size_t n, LbError *err)
{
    LbResult *results;
    const LbText *prefix = j->settings->prefix ? j->prefix.lines + from : NULL;
    j->options.first_line = j->in.first + from;
    LbStatus status =
        lb_translate(j->loaded.session, j->in.lines + from, n, prefix, j->options, &results, err);
    loaded_tell_batch(&j->loaded, j->options.batch);
    if (status == LB_MEMORY && n > 1) {
        status = translate_range(j, from, n / 2, err);
        return status == LB_OK ? translate_range(j, from + n / 2, n - n / 2, err) : status;
    }
    for (size_t i = 0; status == LB_OK && i < n; i++)
        status = answer(j, &results[i], j->in.lines[from + i], j->in.first + from + i, err);
    lb_results_free(results);
    return status;
}

static LbStatus translate_chunk(Job *j, LbError *err)
{
    LbStatus status = LB_OK;
    size_t n = array_len(j->in.lines), most = j->attention ? LINES_WITH_MAPS : n;
    for (size_t from = 0; from < n && status == LB_OK; from += most)
        status = translate_range(j, from, n - from < most ? n - from : most, err);
    return status;
}

static LbStatus read_chunk(Job *j, LbError *err)
{
    return j->settings->prefix ? lines_read_both(&j->in, &j->prefix, err) : lines_read(&j->in, err);
}

/* Of a long file whose output goes elsewhere. */
static void tell_progress(const Job *j)
{
    uint64_t n = j->in.first + array_len(j->in.lines);
    double seconds = clock_now() - j->started;
    if (!screen_is_live() || isatty(STDOUT_FILENO))
        return;
    Str line = { 0 };
    str_addf(&line, "%llu lines  %.1f a second  ", (unsigned long long)n,
             seconds > 0 ? (double)n / seconds : 0);
    add_clock(&line, seconds);
    screen_live(line.text);
    str_free(&line);
}

/* Every line before the chunk at hand is written, none of it is. */
static LbStatus fail_stopped(const Job *j, LbError *err)
{
    if (j->attention)
        return fail(err, LB_CANCELLED, "stopped after line %llu; %s is not kept",
                    (unsigned long long)j->in.first, j->settings->attention);
    return fail_after(err, j->in.first);
}

static LbStatus translate_all(Job *j, LbError *err)
{
    LbStatus status;
    while ((status = read_chunk(j, err)) == LB_OK && array_len(j->in.lines) > 0) {
        status = translate_chunk(j, err);
        if (status == LB_OK)
            status = print_flush(err);
        tell_progress(j);
        if (status != LB_OK)
            break;
    }
    return status == LB_CANCELLED ? fail_stopped(j, err) : status;
}

static LbStatus close_all(Job *j, LbStatus status, LbError *err)
{
    if (status == LB_OK && j->attention)
        status = lb_attention_close(j->attention, err);
    else
        lb_attention_drop(j->attention);
    lines_close(&j->in);
    if (j->settings->prefix)
        lines_close(&j->prefix);
    loaded_close(&j->loaded);
    return status;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Job j = { .settings = s, .in = lines_of(args, n_args), .started = clock_now() };
    if (s->prefix)
        j.prefix = lines_of(&s->prefix, 1);
    LbStatus status = open_all(&j, err);
    if (status == LB_OK)
        status = translate_all(&j, err);
    if (j.n_unknown > UNKNOWN_TOLD)
        screen_say("%llu lines in all have words that the model has never seen",
                   (unsigned long long)j.n_unknown);
    return close_all(&j, status, err);
}

const Command cmd_translate = {
    .name = "translate",
    .help = "translate standard input, one sentence a line",
    .usage = "-m DIR [flags] [FILE ...]",
    .about =
        "Reads lines from files or standard input and writes one line for each, in order. At a terminal "
        "every\n"
        "line is answered at once. A line longer than the model takes is read in parts, split at ends of\n"
        "sentences where there are any, and named on standard error.",
    .examples = "  lookback translate -m models/ende <test.en >output.de\n"
                "      beam search as the model's configuration says\n"
                "  echo 'She loves cats' | lookback translate -m demo/model --n-best 3 --alignment\n"
                "      the three best, with their words aligned to the source\n",
    .options = options,
    .size = sizeof(Settings),
    .blank = blank,
    .run = run,
};
