/* cmd_summarize.c -- lookback summarize: documents in, as many summaries out, with the sentences that they
 * rest on.
 *
 * A line that is no document is told of, gives an empty line, and does not keep the others from being done.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/array.h"
#include "cli/evidence.h"
#include "cli/json.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/screen.h"

typedef struct {
    Common common;
    char *model, *html;
    int beam, batch, keys, max_input, max_length, no_repeat;
    double normalize;
    bool no_check, calibrate, replace_unk;
} Settings;

enum { USUAL_KEYS = 3 };

static const Option options[] = {
    MODEL_OPTION,
    INT("key-sentences", 'k', NULL, 0, 1000, keys,
        "The N sentences that the summary rests on most, in the order of the document; not given: none, with "
        "--json and --html 3"),
    TEXT("html", 0, NULL, "FILE", html,
         "A page to look at in a browser: each document with its key sentences, checked; of 3 if -k says "
         "none"),
    FLAG("no-check", no_check, "Do not check whether the summary depends on its key sentences"),
    INT("no-repeat-ngram", 0, NULL, 0, 1000, no_repeat,
        "No N pieces in a row come twice in a summary; 0: they may; not given: the model's, or 3"),
    FLAG("replace-unk", replace_unk,
         "What would be <unk> in a summary is the word of the document that its attention is largest on"),
    INT("beam", 'b', NULL, 1, 1000, beam, "Hypotheses kept, 1 is greedy; not given: the model's, 5"),
    REAL("normalize", 'n', NULL, 0, 10, "A", normalize,
         "Hypotheses are ranked by score / length^A; not given: the model's, 1"),
    INT("max-input", 0, "20000", 1, 1000000, max_input, "The longest document that is taken, in pieces"),
    INT("max-length", 0, "200", 1, 10000, max_length, "The longest summary, in pieces"),
    INT("batch", 0, NULL, 1, 100000, batch, "Documents at a time; changes nothing but speed; not given: 64"),
    FLAG("calibrate", calibrate,
         "Write no summaries, but measure with these documents what attention a sentence gets for its place "
         "alone, and keep that in the model's folder: key sentences are then corrected by it"),
    JSON_OPTION("One JSON object a line: summary, key sentences with offsets, weights, words and checks"),
    COMMON_OPTIONS,
};

static void blank(void *settings)
{
    Settings *s = settings;
    s->normalize = s->no_repeat = s->keys = -1;
}

typedef struct {
    const Settings *settings;
    Loaded loaded;
    LbTranslateOptions options;
    size_t n_keys, n_shown; /* key sentences that are checked; that are printed */
    bool reads;             /* key sentences are wanted, and the model looks back */
    Lines in;
    LbDocument **documents; /* array: of the lines asked last; NULL: the line is none, and why says */
    LbError *why;           /* array */
    LbEvidence **all;       /* array: with --calibrate */
    LbPage *page;           /* NULL: none is written */
    size_t from;            /* the first of these lines in its chunk */
    uint64_t n_bad, n_lines;
    LbStatus failed; /* answering a line did */
    LbError *err;
} Job;

/* ---- documents ---- */

static void forget_documents(Job *j)
{
    for (size_t i = 0; i < array_len(j->documents); i++)
        lb_document_free(j->documents[i]);
    array_cut(j->documents, 0);
    array_cut(j->why, 0);
}

static LbStatus read_document(const Job *j, LbText line, LbDocument **out, LbError *err)
{
    const LbModel *m = j->loaded.models[0];
    LbStatus status = lb_document_read(m, line, out, err);
    if (status != LB_OK)
        return status;
    size_t n = lb_model_pieces(m, (*out)->text), most = (size_t)j->settings->max_input;
    if (n <= most)
        return LB_OK;
    lb_document_free(*out);
    *out = NULL;
    return fail(err, LB_DATA, "a document of %zu pieces; %zu is the most (--max-input)", n, most);
}

/* Lines that are no documents are asked as empty ones. */
static LbStatus ask(void *job, size_t from, size_t n, LbResult **out, LbError *err)
{
    Job *j = job;
    LbText *texts = memory_get(n + 1, sizeof *texts);
    forget_documents(j);
    j->from = from;
    for (size_t i = 0; i < n; i++) {
        LbDocument *d = NULL;
        LbError why = { 0 };
        if (read_document(j, j->in.lines[from + i], &d, &why) == LB_OK)
            texts[i] = d->text;
        array_push(j->documents, d);
        array_push(j->why, why);
    }
    LbStatus status = lb_translate(j->loaded.session, texts, n, NULL, j->options, out, err);
    free(texts);
    return status;
}

/* ---- one line ---- */

static void refuse(Job *j, const LbError *why, uint64_t line)
{
    screen_wipe();
    char *place = lines_place(&j->in, line);
    fprintf(stderr, "lookback: %s: %s\n", place, why->text);
    free(place);
    j->n_bad++;
    if (j->settings->calibrate)
        return;
    if (j->settings->common.json)
        json_print(json_pack("{ss}", "error", why->text));
    else
        putchar('\n');
}

static void print_text(const LbDocument *d, const LbResult *r, const LbEvidence *e, size_t n_keys)
{
    Str out = { 0 };
    add_clean(&out, r->hypotheses[0].text);
    str_add_char(&out, '\n');
    size_t n = 0, *keys = e ? lb_evidence_keys(e, n_keys, &n) : NULL;
    for (size_t i = 0; i < n; i++)
        evidence_add_text(&out, e, keys[i], d->text.text);
    fwrite(out.text, 1, out.len, stdout);
    str_free(&out);
    free(keys);
}

/* Offsets are of what was given. */
static json_t *json_key(const LbDocument *d, const LbEvidence *e, size_t k)
{
    const LbSentence *x = &e->sentences[k];
    json_t *o = json_object(),
           *rest = evidence_json(e, k, (long long)d->sentences[k].start - (long long)d->given[k].start);
    json_object_set_new(o, "sentence", json_integer((json_int_t)k));
    json_object_set_new(o, "text", json_clean(d->text.text + x->span.start, x->span.end - x->span.start));
    json_object_set_new(o, "rank", json_finite(x->rank));
    json_object_update(o, rest);
    json_decref(rest);
    return o;
}

static void print_object(const LbDocument *d, const LbResult *r, const LbEvidence *e, size_t n_keys)
{
    size_t n = 0, *keys = e ? lb_evidence_keys(e, n_keys, &n) : NULL;
    json_t *list = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(list, json_key(d, e, keys[i]));
    free(keys);
    json_print(json_pack("{s:s, s:o, s:I, s:o}", "summary", r->hypotheses[0].text, "score",
                         json_finite(r->hypotheses[0].score), "sentences", (json_int_t)d->n_sentences,
                         "key_sentences", list));
}

/* A text that cannot be checked is told of and has unchecked key sentences. */
static LbStatus check_keys(const Job *j, LbEvidence *e, const LbResult *r, uint64_t line, LbError *err)
{
    if (j->settings->no_check || j->settings->calibrate)
        return LB_OK;
    LbError why = { 0 };
    size_t n, *keys = lb_evidence_keys(e, j->n_keys, &n);
    LbStatus status = lb_evidence_check(e, j->loaded.session, r, 0, keys, n, &why);
    free(keys);
    if (status != LB_DATA)
        return status == LB_OK ? LB_OK : fail(err, status, "%s", why.text);
    char *place = lines_place(&j->in, line);
    screen_say("%s is not checked: %s", place, why.text);
    free(place);
    return LB_OK;
}

static void tell_oddities(const Job *j, const LbDocument *d, const LbResult *r, uint64_t line)
{
    char *place = lines_place(&j->in, line);
    if (r->n_parts > 1)
        screen_say("%s is longer than the model can take and was read in %zu parts", place, r->n_parts);
    if (r->hypotheses[0].maps_too_large)
        screen_say("%s, of %zu sentences, is too long for a map of where the model looked", place,
                   d->n_sentences);
    if (evidence_is_cut(r, j->settings->max_length))
        screen_say("%s: the summary is as long as --max-length lets it be; it may lack its end", place);
    free(place);
}

static LbStatus add_to_page(const Job *j, const LbDocument *d, const LbResult *r, const LbEvidence *e,
                            uint64_t line)
{
    LbPageText x = { .text = d->text, .line = line, .result = r, .evidence = e };
    return (j->settings->no_check ? lb_page_add : lb_page_add_checked)(j->page, &x, j->err);
}

static LbStatus summarize(Job *j, const LbDocument *d, const LbResult *r, uint64_t line)
{
    LbEvidence *e = NULL;
    LbStatus status = LB_OK;
    if (j->reads) {
        e = lb_evidence_new(r, 0, d->sentences, d->n_sentences, lb_key_sentences(j->loaded.models[0]));
        status = check_keys(j, e, r, line, j->err);
    }
    if (status == LB_OK && j->settings->calibrate) {
        array_push(j->all, e);
        return LB_OK;
    }
    if (status == LB_OK)
        (j->settings->common.json ? print_object : print_text)(d, r, e, j->n_shown);
    if (status == LB_OK && j->page)
        status = add_to_page(j, d, r, e, line);
    lb_evidence_free(e);
    tell_oddities(j, d, r, line);
    return status;
}

static void answer(void *job, const LbResult *r, size_t i)
{
    Job *j = job;
    if (j->failed != LB_OK)
        return;
    j->n_lines++;
    const LbDocument *d = j->documents[i - j->from];
    if (d)
        j->failed = summarize(j, d, r, j->in.first + i);
    else
        refuse(j, &j->why[i - j->from], j->in.first + i);
}

/* ---- all ---- */

static LbTranslateOptions summary_options(const Settings *s, const LbModel *m)
{
    LbTranslateOptions o = lb_translate_default(m);
    o.beam = s->beam ? s->beam : o.beam;
    o.normalize = s->normalize >= 0 ? s->normalize : o.normalize;
    o.no_repeat = s->no_repeat >= 0 ? s->no_repeat : o.no_repeat > 0 ? o.no_repeat : 3;
    o.batch = s->batch ? s->batch : o.batch;
    o.max_input = s->max_input;
    o.max_length = s->max_length;
    o.whole = true;
    o.replace_unk = s->replace_unk;
    return o;
}

static LbStatus check_together(const Settings *s, LbError *err)
{
    if (s->calibrate && (s->html || s->common.json || s->keys > 0))
        return fail(err, LB_USAGE,
                    "--calibrate writes no summaries: leave out --html, --json and --key-sentences");
    return page_name(s->html, err);
}

static LbStatus begin(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    LbStatus status = check_together(s, err);
    if (status == LB_OK)
        status = loaded_open(&j->loaded, s->model, NULL, &s->common, err);
    if (status == LB_OK && s->calibrate)
        status = loaded_must_attend(&j->loaded, "--calibrate", err);
    else if (status == LB_OK && s->keys > 0)
        status = loaded_must_attend(&j->loaded, "--key-sentences", err);
    if (status != LB_OK)
        return status;
    j->n_shown = s->keys >= 0 ? (size_t)s->keys : s->common.json ? USUAL_KEYS : 0;
    j->n_keys = s->html && s->keys < 0 ? USUAL_KEYS : j->n_shown;
    j->reads = (j->n_keys > 0 || s->calibrate) && lb_model_attends(j->loaded.models[0]);
    j->options = summary_options(s, j->loaded.models[0]);
    j->options.maps = j->reads ? LB_MAPS_ONE : LB_MAPS_NONE;
    LbPageOptions about = { .title = "lookback summarize", .model = s->model, .decoding = j->options };
    return s->html ? page_begin(s->html, j->loaded.session, about, &j->page, err) : LB_OK;
}

static LbStatus calibrate(const Job *j, LbError *err)
{
    const LbEvidence **all = memory_get(array_len(j->all) + 1, sizeof *all);
    size_t n = array_len(j->all);
    for (size_t i = 0; i < n; i++)
        all[i] = j->all[i];
    LbStatus status = lb_key_sentences_learn(j->settings->model, all, n, err);
    free(all);
    size_t n_used = 0;
    for (size_t i = 0; i < n; i++)
        n_used += j->all[i]->n_sentences > 1;
    if (status == LB_OK)
        screen_say("%s: key sentences are corrected by what places get in %zu documents of several sentences",
                   j->settings->model, n_used);
    return status;
}

static LbStatus finish(Job *j, LbStatus status, LbError *err)
{
    if (status == LB_OK && j->settings->calibrate)
        status = calibrate(j, err);
    status = page_end(j->page, j->settings->html, status, err);
    if (status == LB_OK && j->n_bad > 0)
        status = fail(err, LB_DATA, "%llu of %llu documents were not %s", (unsigned long long)j->n_bad,
                      (unsigned long long)j->n_lines, j->settings->calibrate ? "used" : "summarised");
    forget_documents(j);
    for (size_t i = 0; i < array_len(j->all); i++)
        lb_evidence_free(j->all[i]);
    array_free(j->all);
    array_free(j->documents);
    array_free(j->why);
    lines_close(&j->in);
    loaded_close(&j->loaded);
    return status;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    Job j = { .settings = settings, .in = lines_of(args, n_args), .err = err };
    LbStatus status = begin(&j, err);
    if (status == LB_OK) {
        Answers a = { &j, ask, answer, j.options.batch };
        status = loaded_answer(&j.loaded, &j.in, &a, err);
    }
    return finish(&j, status == LB_OK ? j.failed : status, err);
}

const Command cmd_summarize = {
    .name = "summarize",
    .help = "summarise documents, and show the sentences that a summary rests on",
    .usage = "-m DIR [flags] [FILE ...]",
    .about =
        "Reads a document from each line: text, or a JSON object with its sentences, {\"source\": [\"...\", "
        "...]}.\n"
        "Writes its summary as one line. A document is read whole, also when it is longer than those the "
        "model\n"
        "was trained on.\n\n"
        "Key sentences follow their summary, in lines that begin with blanks: share of the attention, "
        "whether\n"
        "the summary depends on the sentence (it is taken out, and the summary scored again), text.\n"
        "They are those with most attention for their length and place (docs/summarize.md).\n\n"
        "A line that is no document, empty, binary, too long or wrong JSON, is told of, gives an empty line\n"
        "(with --json {\"error\": ...}), and the others are done; the exit status is then 1.",
    .examples = "  lookback summarize -m models/scitldr abstracts.txt\n"
                "      a line for each\n"
                "  lookback summarize -m models/scitldr --key-sentences 2 abstracts.jsonl\n"
                "      and below it the two sentences that it rests on most, checked\n"
                "  lookback summarize -m models/scitldr --json abstracts.jsonl\n"
                "      with offsets and the weight of every word\n"
                "  lookback summarize -m models/scitldr --calibrate valid.jsonl\n"
                "      once, after training: what attention a sentence gets for its place alone\n",
    .options = options,
    .size = sizeof(Settings),
    .blank = blank,
    .run = run,
};
