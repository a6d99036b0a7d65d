/* cmd_explain.c -- lookback explain: an output, and where the model looked while it wrote it. */
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
    char *model, *target, *erase, *colour, *pictures[3], *grid, *json, *tsv, *cells, *attention, *html;
    int columns, beam;
    bool trace, pieces, ascii, no_check, readings, replace_unk;
    Chosen chosen;
} Settings;

static const Option options[] = {
    MODEL_OPTION,
    TEXT("target", 0, NULL, "TEXT", target, "Explain this output instead of the model's own"),
    FLAG("trace", trace, "Step by step: raw scores, weights, the context's shares, the likeliest next words"),
    FLAG("no-check", no_check, "Do not check whether the output depends on the words that stand out"),
    ERASE_OPTION,
    FLAG("readings", readings,
         "Beside attention what gradients and erasing point at, and where they differ; pictures show all "
         "three"),
    FLAG("pieces", pieces, "Pieces of the vocabulary instead of words"),
    KIND_OPTION,
    HEAD_OPTIONS,
    INT("beam", 'b', NULL, 1, 1000, beam, "Hypotheses kept; not given: the model's"),
    FLAG("replace-unk", replace_unk,
         "What would be <unk> in an output is the source word that its attention is largest on"),
    TEXT("svg", 0, NULL, "FILE", pictures[0], "The map as a picture; of line 2 as FILE-2, and so on"),
    TEXT("png", 0, NULL, "FILE", pictures[1], "The same as PNG"),
    TEXT("pdf", 0, NULL, "FILE", pictures[2], "The same as PDF"),
    TEXT("grid", 0, NULL, "FILE", grid,
         "Every layer and head of the kind as one picture: FILE.svg, .png or .pdf; --layer or --head leave "
         "the "
         "others out"),
    TEXT("attention", 0, NULL, "FILE", attention,
         "Writes the weights of every layer and head to FILE.npz or FILE.jsonl"),
    TEXT("html", 0, NULL, "FILE", html,
         "A page to read in a browser, for all lines: words, maps, checks, every number; no network is used"),
    TEXT("json", 0, NULL, "FILE", json,
         "Output, spans, alignment and weights, one object a line; -: on standard output instead of the map"),
    TEXT("tsv", 0, NULL, "FILE", tsv,
         "The weights as a table, source words across; -: on standard output instead of the map"),
    TEXT("cells", 0, NULL, "FILE", cells,
         "A line for every cell of the map: words, weight, what erasing the word changes, mark"),
    CHOICE("colour", 0, "auto", colour_names, "auto|truecolor|256|ascii", colour,
           "auto: what the terminal can show"),
    FLAG("ascii", ascii, "The same as --colour ascii"),
    INT("columns", 0, NULL, 0, 10000, columns, "Width of the map; 0: the window's"),
    COMMON_OPTIONS,
};

enum { GRADIENT_CELLS = 40000 };

/* What becomes a file; on standard output it replaces the map. */
typedef struct {
    NewFile file;
    FILE *f; /* NULL: not asked for */
} Sink;

typedef struct {
    const Settings *settings;
    Loaded loaded;
    LbTranslateOptions options;
    LbMapChoice choice;
    LbErase erase;
    LbAttentionFile *attention; /* NULL: none is written */
    LbPage *page;               /* likewise */
    LbColour colour;
    int columns;
    bool continues, guesses; /* a language model; one that guesses masked words */
    bool checks;             /* whether the output depends on what stands out */
    bool shows;              /* the map, on standard output */
    Sink json, tsv, cells;
} Job;

/* What is known of one text. */
typedef struct {
    LbText text;
    uint64_t line; /* from 0 */
    const LbResult *r;
    LbMap *map;           /* NULL: the text has none */
    LbErasure *erasure;   /* NULL: nothing was checked */
    LbGradient *gradient; /* NULL: not asked for */
} Told;

/* ---- files ---- */

static bool wants_weights(const Settings *s)
{
    return s->pictures[0] || s->pictures[1] || s->pictures[2] || s->tsv || s->cells || s->grid ||
           s->attention;
}

static LbStatus sink_open(Sink *s, const char *path, LbError *err)
{
    if (!path)
        return LB_OK;
    LbStatus status = text_equal(path, "-") ? LB_OK : new_file_open(&s->file, path, err);
    s->f = text_equal(path, "-") ? stdout : s->file.f;
    return status;
}

static LbStatus sink_close(Sink *s, LbStatus status, LbError *err)
{
    if (s->f && s->f != stdout && status == LB_OK)
        status = new_file_keep(&s->file, err);
    if (s->f && s->f != stdout)
        new_file_drop(&s->file);
    return status;
}

/* "map.svg" of line 2 is "map-2.svg". */
static char *numbered(const char *path, uint64_t line)
{
    const char *slash = strrchr(path, '/'), *dot = strrchr(path, '.');
    size_t stem = dot && (!slash || dot > slash) ? (size_t)(dot - path) : strlen(path);
    Str out = { 0 };
    str_add_bytes(&out, path, stem);
    if (line > 0)
        str_addf(&out, "-%llu", (unsigned long long)line + 1);
    str_add(&out, path + stem);
    return str_take(&out);
}

static bool chooses(const Job *j)
{
    return chosen_any(&j->settings->chosen) || j->continues || j->guesses;
}

/* A chosen map says which it is; the one that stands for the model needs no title. */
static char *title_of(const Job *j, const LbMap *m)
{
    return chooses(j) ? lb_map_name(m) : NULL;
}

static LbStatus write_picture(const Job *j, const Told *x, const char *name, LbError *err)
{
    char *path = numbered(name, x->line), *title = title_of(j, x->map), grid_title[40];
    snprintf(grid_title, sizeof grid_title, "%s attention", kind_names[j->choice.kind]);
    LbStatus status = name == j->settings->grid ? lb_map_grid(x->r, 0, j->choice, grid_title, path, err)
                      : j->settings->readings && x->gradient
                          ? lb_readings_picture(x->map, x->erasure, x->gradient, title, path, err)
                          : lb_map_picture(x->map, title, path, err);
    if (status == LB_OK)
        screen_say("wrote %s", path);
    free(path);
    free(title);
    return status;
}

static LbStatus write_pictures(const Job *j, const Told *x, LbError *err)
{
    const Settings *s = j->settings;
    const char *const names[] = { s->pictures[0], s->pictures[1], s->pictures[2], s->grid };
    LbStatus status = LB_OK;
    for (int i = 0; i < 4 && status == LB_OK; i++)
        if (names[i])
            status = write_picture(j, x, names[i], err);
    return status;
}

/* Prints a text that was made for it. */
static void write_text(char *text, const char *end, FILE *f)
{
    fprintf(f, "%s%s", text, end);
    free(text);
}

static void write_json(const Job *j, const Told *x)
{
    LbJsonParts parts = { .attention = true,
                          .map = chooses(j) ? x->map : NULL,
                          .checked = x->map,
                          .erasure = x->erasure,
                          .gradient = j->settings->readings ? x->gradient : NULL };
    write_text(lb_result_json_with(x->r, parts), "\n", j->json.f);
}

static LbStatus fail_no_map(uint64_t line, LbError *err)
{
    return fail(err, LB_DATA,
                "line %llu is too long for a picture or table of where the model looked; "
                "explain its sentences one by one",
                (unsigned long long)line + 1);
}

static LbStatus write_page(const Job *j, const Told *x, LbError *err)
{
    LbPageText on = { .text = x->text,
                      .line = x->line,
                      .result = x->r,
                      .map = chooses(j) ? x->map : NULL,
                      .checked = x->map,
                      .erasure = x->erasure,
                      .gradient = x->gradient,
                      .no_gradient = "the text is long; --readings measures it all the same",
                      .heads = true,
                      .steps = !j->continues && !j->guesses };
    return lb_page_add(j->page, &on, err);
}

static LbStatus write_files(const Job *j, const Told *x, LbError *err)
{
    if (j->json.f)
        write_json(j, x);
    if (wants_weights(j->settings) && !x->map)
        return fail_no_map(x->line, err);
    if (j->tsv.f)
        fputs(x->line > 0 ? "\n" : "", j->tsv.f);
    if (j->tsv.f)
        write_text(lb_map_tsv(x->map), "", j->tsv.f);
    if (j->cells.f)
        write_text(lb_map_cells(x->map, x->erasure, j->settings->readings ? x->gradient : NULL, x->line), "",
                   j->cells.f);
    LbStatus status = j->page ? write_page(j, x, err) : LB_OK;
    if (status == LB_OK)
        status = write_pictures(j, x, err);
    return status == LB_OK && j->attention ? lb_attention_add(j->attention, x->r, (size_t)x->line, err)
                                           : status;
}

/* ---- the terminal ---- */

static void show_output(LbText text, const LbHypothesis *h)
{
    Str head = { 0 };
    add_harmless(&head, text.text, text.len);
    str_add(&head, "\n-> ");
    add_harmless(&head, h->text, strlen(h->text));
    str_addf(&head, "   (log-probability %.3f)\n", h->score);
    print_block(head.text);
    str_free(&head);
}

static void show_map(const Job *j, const LbMap *m)
{
    if (!m) {
        puts(lb_model_attends(j->loaded.models[0])
                 ? "The text is too long for a map of where the model looked."
                 : "This model cannot look back (its attention score is `none`), so there is no map to show "
                   "and nothing to check.");
        return;
    }
    char *map = lb_map_text(m, j->colour, j->columns), *title = title_of(j, m);
    if (title)
        puts(title);
    print_block(map);
    free(title);
    free(map);
}

/* Words that were copied rather than chosen; where from is on the map. */
static void show_copied(const LbHypothesis *h)
{
    Str out = { 0 };
    for (size_t t = 0; h->copied && t + 1 < h->n_words; t++)
        if (h->copied[t] >= 0.5 && h->words[t].end > h->words[t].start) {
            str_add(&out, out.len ? ", " : "copied from the source: ");
            add_harmless(&out, h->words[t].text, strlen(h->words[t].text));
            str_addf(&out, " %.0f %%", 100 * h->copied[t]);
        }
    if (h->copied)
        puts(out.len ? out.text : "copied from the source: no word of the output by half or more");
    str_free(&out);
}

static void show_readings(const Job *j, const Told *x)
{
    putchar('\n');
    char *text = lb_readings_text(x->map, x->erasure, x->gradient, j->colour, j->columns);
    print_block(text);
    free(text);
}

static LbStatus show_trace(const Job *j, const Told *x, LbError *err)
{
    char *trace;
    LbStatus status = lb_trace(j->loaded.session, x->text, x->r, 0, j->colour, j->columns, &trace, err);
    if (status == LB_OK)
        print_block(trace);
    free(trace);
    return status;
}

/* ---- lines ---- */

static void tell_oddities(const LbResult *r, LbText text, uint64_t line)
{
    unsigned long long number = (unsigned long long)line + 1;
    if (r->n_parts > 1)
        screen_say("line %llu is longer than the model takes and was read in %zu parts", number, r->n_parts);
    unknown_tell(r, text, line);
}

/* A language model's own continuation, or the one given. */
static LbStatus decode_text(const Job *j, LbText text, LbResult **out, LbError *err)
{
    const char *target = j->settings->target;
    if (!target)
        return lb_generate(j->loaded.session, &text, 1, j->options, out, err);
    Str whole = { 0 };
    str_add_bytes(&whole, text.text, text.len);
    str_add(&whole, target);
    LbStatus status = lb_score(j->loaded.session, NULL, &(LbText){ whole.text, whole.len }, 1, 1, false,
                               j->options.maps, out, err);
    str_free(&whole);
    return status;
}

static LbStatus decode_with(const Job *j, LbMaps maps, LbText text, LbResult **out, LbError *err)
{
    const char *target = j->settings->target;
    LbTranslateOptions how = j->options;
    how.maps = maps;
    if (j->continues)
        return decode_text(j, text, out, err);
    if (j->guesses)
        return lb_fill(j->loaded.session, &text, 1, (LbFillOptions){ 1, 1, false, maps }, out, err);
    if (!target)
        return lb_translate(j->loaded.session, &text, 1, NULL, how, out, err);
    return lb_score(j->loaded.session, &text, &(LbText){ target, strlen(target) }, 1, 1, false, maps, out,
                    err);
}

/* A page does without the maps of all layers and heads where they are too large, but not without the one. */
static LbStatus decode(const Job *j, LbText text, LbResult **out, LbError *err)
{
    LbStatus status = decode_with(j, j->options.maps, text, out, err);
    bool only_for_page = j->page && !chooses(j) && !j->settings->grid && !j->settings->attention;
    if (status != LB_OK || !only_for_page || !(*out)->hypotheses[0].maps_too_large)
        return status;
    lb_results_free(*out);
    return decode_with(j, LB_MAPS_ONE, text, out, err);
}

/* x->map stays NULL for a text without one: it is too long, or the model does not look back. */
static LbStatus take_map(const Job *j, Told *x, LbError *err)
{
    const LbHypothesis *h = &x->r->hypotheses[0];
    return h->maps_too_large || (!chooses(j) && !h->attention) ? LB_OK
                                                               : lb_map_new(x->r, 0, j->choice, &x->map, err);
}

/* A page has all three readings, unless that takes too long: a backward pass for every word. */
static bool wants_gradient(const Settings *s, const LbMap *m)
{
    return s->readings || (s->html && !s->pieces && m->n_rows <= GRADIENT_CELLS / m->n_columns);
}

/* A text that cannot be checked is explained all the same. */
static LbStatus check_map(const Job *j, Told *x, LbError *err)
{
    LbError why;
    if (!j->checks || !x->map || x->map->kind != LB_CROSS)
        return LB_OK;
    LbStatus status = lb_erase(j->loaded.session, x->r, 0, j->erase, &x->erasure, &why);
    if (status == LB_OK)
        lb_map_check(x->map, x->erasure);
    if (status == LB_OK && wants_gradient(j->settings, x->map))
        status = lb_gradient(j->loaded.session, x->r, 0, &x->gradient, &why);
    if (status == LB_DATA)
        screen_say("line %llu is not checked: %s", (unsigned long long)x->line + 1, why.text);
    return status == LB_OK || status == LB_DATA ? LB_OK : fail(err, status, "%s", why.text);
}

static LbStatus tell(const Job *j, const Told *x, LbError *err)
{
    LbStatus status = LB_OK;
    tell_oddities(x->r, x->text, x->line);
    if (j->shows && x->line > 0)
        putchar('\n');
    if (j->shows) {
        show_output(x->text, &x->r->hypotheses[0]);
        show_map(j, x->map);
        show_copied(&x->r->hypotheses[0]);
    }
    if (j->shows && j->settings->readings && x->gradient)
        show_readings(j, x);
    if (j->settings->trace)
        status = show_trace(j, x, err);
    if (status == LB_OK)
        status = write_files(j, x, err);
    return status == LB_OK ? print_flush(err) : status;
}

static LbStatus explain_line(const Job *j, LbText text, uint64_t line, LbError *err)
{
    LbResult *r;
    Told x = { .text = text, .line = line };
    LbStatus status = decode(j, text, &r, err);
    x.r = r;
    if (status == LB_OK)
        status = take_map(j, &x, err);
    if (status == LB_OK)
        status = check_map(j, &x, err);
    if (status == LB_OK)
        status = tell(j, &x, err);
    lb_map_free(x.map);
    lb_erasure_free(x.erasure);
    lb_gradient_free(x.gradient);
    lb_results_free(r);
    return status;
}

static LbStatus explain_lines(const Job *j, Lines *in, LbError *err)
{
    LbStatus status;
    while ((status = lines_read(in, err)) == LB_OK && array_len(in->lines) > 0)
        for (size_t i = 0; i < array_len(in->lines); i++)
            if ((status = explain_line(j, in->lines[i], in->first + i, err)) != LB_OK)
                return status == LB_CANCELLED ? fail_after(err, in->first + i) : status;
    return status == LB_CANCELLED ? fail_after(err, in->first) : status;
}

/* An argument that names a file is read line by line; any other is the text itself. */
static LbStatus explain_input(const Job *j, char **args, size_t n_args, LbError *err)
{
    if (n_args > 0 && !text_equal(args[0], "-") && !file_exists(args[0]))
        return explain_line(j, (LbText){ args[0], strlen(args[0]) }, 0, err);
    Lines in = lines_of(args, n_args);
    LbStatus status = explain_lines(j, &in, err);
    lines_close(&in);
    return status;
}

/* ---- begin and end ---- */

static LbStatus check_names(const Settings *s, LbError *err)
{
    static const char *const suffixes[] = { ".svg", ".png", ".pdf" };
    for (int i = 0; i < 3; i++) {
        const char *path = s->pictures[i], *dot = path ? strrchr(path, '.') : NULL;
        if (path && !text_equal(dot, suffixes[i]))
            return fail(err, LB_USAGE, "--%s %.200s: the name must end in %s", suffixes[i] + 1, path,
                        suffixes[i]);
    }
    return page_name(s->html, err);
}

/* Models of one text have no source to look at, but the text itself. */
static LbStatus fit_to_model(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    const char *type = lb_model_type(j->loaded.models[0]);
    j->continues = text_equal(type, "lm");
    j->guesses = text_equal(type, "mlm");
    if (!s->chosen.kind && (j->continues || j->guesses))
        j->choice.kind = j->continues ? LB_DECODER : LB_ENCODER;
    if (s->trace && (j->continues || j->guesses))
        return fail(err, LB_USAGE, "--trace tells of a source, which a model of type %s does not have", type);
    if (s->target && j->guesses)
        return fail(err, LB_USAGE, "--target: a model of type mlm writes no output; its text has [MASK]s");
    return LB_OK;
}

static LbStatus check_readings(const Settings *s, LbError *err)
{
    if (s->readings && (s->pieces || s->no_check))
        return fail(err, LB_USAGE, "--readings compares words with what erasing them does; leave out --%s",
                    s->pieces ? "pieces" : "no-check");
    if (s->readings && s->chosen.kind && !text_equal(s->chosen.kind, "cross"))
        return fail(err, LB_USAGE, "--readings is of cross attention; leave out --kind");
    return LB_OK;
}

static LbStatus open_files(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    LbStatus status = sink_open(&j->json, s->json, err);
    if (status == LB_OK)
        status = sink_open(&j->tsv, s->tsv, err);
    if (status == LB_OK)
        status = sink_open(&j->cells, s->cells, err);
    if (status == LB_OK && s->attention)
        status = lb_attention_open(s->attention, s->pieces, &j->attention, err);
    return status;
}

static LbStatus open_page(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    if (!s->html)
        return LB_OK;
    LbPageOptions o = { .title = "lookback explain",
                        .model = s->model,
                        .decoding = j->options,
                        .given = s->target != NULL,
                        .chosen = chooses(j),
                        .choice = j->choice };
    return page_begin(s->html, j->loaded.session, o, &j->page, err);
}

static LbStatus open_all(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    LbStatus status = check_names(s, err);
    if (status == LB_OK)
        status = check_readings(s, err);
    if (status == LB_OK)
        status = chosen_read(&s->chosen, s->pieces, &j->choice, err);
    if (status == LB_OK)
        status = loaded_open(&j->loaded, s->model, NULL, &s->common, err);
    if (status == LB_OK)
        status = fit_to_model(j, err);
    if (status == LB_OK && wants_weights(s))
        status = loaded_must_attend(&j->loaded, "a picture or table", err);
    return status == LB_OK ? open_files(j, err) : status;
}

static void choose_options(Job *j)
{
    const Settings *s = j->settings;
    j->options = lb_translate_default(j->loaded.models[0]);
    j->options.maps =
        chosen_any(&s->chosen) || s->grid || s->attention || s->html ? LB_MAPS_ALL : LB_MAPS_ONE;
    if (j->continues || j->guesses)
        j->options.maps = LB_MAPS_ALL;
    j->options.beam = s->beam ? s->beam : j->continues ? 1 : j->options.beam;
    j->options.replace_unk = s->replace_unk;
    j->colour = s->ascii ? LB_ASCII : screen_colour(s->colour);
    j->columns = s->columns ? s->columns : screen_columns(STDOUT_FILENO);
    j->shows = j->json.f != stdout && j->tsv.f != stdout && j->cells.f != stdout;
    j->checks = !s->no_check && !j->continues && !j->guesses;
    j->erase = erase_chosen(s->erase);
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    Job j = { .settings = settings };
    LbStatus status = open_all(&j, err);
    if (status == LB_OK) {
        choose_options(&j);
        status = open_page(&j, err);
    }
    if (status == LB_OK)
        status = explain_input(&j, args, n_args, err);
    status = page_end(j.page, j.settings->html, status, err);
    if (status == LB_OK && j.attention)
        status = lb_attention_close(j.attention, err);
    else
        lb_attention_drop(j.attention);
    status = sink_close(&j.json, status, err);
    status = sink_close(&j.tsv, status, err);
    status = sink_close(&j.cells, status, err);
    loaded_close(&j.loaded);
    return status;
}

const Command cmd_explain = {
    .name = "explain",
    .help = "show where the model looked while it wrote its output",
    .usage = "-m DIR [\"text\" | FILE | -]",
    .about =
        "Translates a text and draws its attention: a row for every word written, a column for every word\n"
        "read, dark where the model did not look. The text is given as an argument; an argument that names\n"
        "a file is read line by line, and without one standard input is.\n\n"
        "Cells that stand out, a row's largest and those of at least 0.1, are checked: the word they point "
        "at\n"
        "is erased and the output scored again. A cell is supported if the output word then loses half its\n"
        "probability or another becomes the likeliest; else it is hatched: the model looked there, but the\n"
        "output hardly depends on it. --no-check leaves that out.\n\n"
        "Of a Transformer the mean over the heads of the layer last but one is shown, or what training "
        "guided, or\n"
        "what copies, unless --kind, --layer or --head choose another map. The rows of --kind decoder are "
        "the\n"
        "words written, its columns what the decoder had read: <s>, then the output. A language model "
        "continues the text (--target: with this)\n"
        "and shows that; one that guesses masked words shows how the words of the text look at each other.",
    .examples = "  lookback explain -m demo/model \"She loves cats\"\n"
                "      a heat map in the terminal, checked\n"
                "  lookback explain -m demo/model \"She loves cats\" --trace --svg cats.svg\n"
                "      every step of the decoder in numbers, and the map as a picture\n"
                "  lookback explain -m demo/model lines.txt --html lines.html\n"
                "      a page to look at in a browser\n"
                "  lookback explain -m demo/model \"She loves cats\" --readings\n"
                "      attention, gradients and erasing side by side\n"
                "  lookback explain -m models/ende \"She loves cats\" --kind encoder --layer 0 --head 3\n"
                "      one head of a Transformer's encoder\n"
                "  lookback explain -m models/ende \"She loves cats\" --grid heads.png\n"
                "      every layer and head of the cross attention in one picture\n",
    .options = options,
    .size = sizeof(Settings),
    .most = 1,
    .run = run,
};
