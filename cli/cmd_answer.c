/* cmd_answer.c -- lookback answer: questions about texts in, answers with their evidence out.
 *
 * Questions are answered some at a time, in the order of their lines. A line that asks nothing that can be
 * answered is told of on standard error and has an empty line in its place; the rest is done, and the exit
 * status says so. Where right answers are told, what was reached is counted, and one sentence that is no
 * evidence is taken out for each question, for comparison.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/status.h"
#include "cli/evidence.h"
#include "cli/json.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/questions.h"
#include "cli/screen.h"
#include "cli/stop.h"
#include "cli/training.h"
#include "cli/unknown.h"

typedef struct {
    Common common;
    char *model, *context, *question, *html;
    int evidence, beam, batch, max_input, max_length;
    bool no_check, summary, replace_unk;
} Settings;

static const Option options[] = {
    MODEL_OPTION,
    TEXT("context", 0, NULL, "TEXT", context, "The text that --question is about; @FILE: what the file says"),
    TEXT("question", 0, NULL, "TEXT", question, "One question, instead of lines of them"),
    INT("evidence", 'k', NULL, 0, 1000, evidence,
        "Sentences shown with an answer; 0: none; not given: those that hold half the attention, at most 3"),
    FLAG("no-check", no_check, "Do not try the answer without each of them: faster, and no marks"),
    FLAG("summary", summary,
         "Only what was reached: right answers, evidence that was found, answers that change without it"),
    INT("beam", 'b', NULL, 1, 1000, beam, "Hypotheses kept, 1 is greedy; not given: the model's, 5"),
    FLAG("replace-unk", replace_unk,
         "What would be <unk> in an answer is the word of the text that its attention is largest on"),
    INT("max-input", 0, "20000", 1, 1000000, max_input, "The longest text that is taken, in pieces"),
    INT("max-length", 0, "50", 1, 10000, max_length, "The longest answer, in pieces"),
    INT("batch", 0, "64", 1, 100000, batch, "Questions at a time; changes nothing but speed"),
    TEXT("html", 0, NULL, "FILE", html,
         "A page to look at in a browser: the text of each question with its evidence, checked"),
    SEED_OPTION("Draws the other sentences that are taken out for comparison; not given: 1"),
    JSON_OPTION("One JSON object a question: answer, score, evidence with offsets and checks"),
    COMMON_OPTIONS,
};

/* What 0 cannot say: no evidence at all. */
static void blank(void *settings)
{
    ((Settings *)settings)->evidence = -1;
}

enum {
    USUAL_EVIDENCE = 3,
    WRONG_TOLD = 20,
    MOST_ERASED = 100, /* sentences, where nothing but taking them out tells which matter */
    GROUP_BYTES = 1 << 20
};

typedef struct {
    uint64_t asked, told, right;      /* questions; with an answer told; answered so */
    uint64_t traced, found;           /* with supporting sentences told; the first sentence is one of them */
    uint64_t without, changed;        /* first sentence taken out; the answer changed */
    uint64_t other, changed_by_other; /* a random other sentence */
} Counts;

typedef struct {
    const Settings *settings;
    Loaded loaded;
    LbTranslateOptions options;
    Lines in;
    QuestionReader reader;
    Question *group; /* array: read, not answered */
    size_t bytes;    /* of their texts */
    uint64_t n_wrong, n_unknown;
    Counts counts;
    LbPage *page; /* NULL: none is written */
    double started;
} Job;

/* ---- evidence ---- */

typedef struct {
    LbEvidence *evidence;
    size_t n;     /* shown: the first of the ranked */
    size_t other; /* taken out for comparison; SIZE_MAX: none */
} Shown;

static bool is_supporting(const Question *q, size_t k)
{
    for (size_t i = 0; i < array_len(q->supporting); i++)
        if (q->supporting[i] == q->number[k])
            return true;
    return false;
}

/* By chance one of those that are neither the first of the ranked nor said to support the answer. */
static size_t draw_other(const Job *j, const Question *q, const LbEvidence *e)
{
    size_t *rest = NULL, other = SIZE_MAX;
    for (size_t k = 0; k < e->n_sentences; k++)
        if (k != e->ranked[0] && !is_supporting(q, k))
            array_push(rest, k);
    Rng random = rng_new(rng_hash(seed_or(&j->settings->common, 1), q->line));
    if (array_len(rest) > 0)
        other = rest[rng_below(&random, (int)array_len(rest))];
    array_free(rest);
    return other;
}

static bool is_measured(const Job *j, const Question *q)
{
    return j->settings->summary || q->answer || q->is_told;
}

static size_t n_shown(const Settings *s, const LbEvidence *e)
{
    size_t most = s->evidence < 0 ? USUAL_EVIDENCE : (size_t)s->evidence;
    return s->evidence < 0 && e->weighed ? lb_evidence_most(e, 0.5, most)
           : most < e->n_sentences       ? most
                                         : e->n_sentences;
}

/* Without weights: the sentences that the answer depends on, the first in any case. */
static size_t n_supported(const LbEvidence *e, size_t most)
{
    size_t n = most > 0;
    while (n < most && e->sentences[e->ranked[n]].mark == LB_SUPPORTED)
        n++;
    return n;
}

static LbStatus check_ranked(const Job *j, const Question *q, const LbResult *r, Shown *x, LbError *err)
{
    bool measured = is_measured(j, q);
    size_t *which = NULL;
    for (size_t i = 0; i < x->n || (measured && i < 1); i++)
        array_push(which, x->evidence->ranked[i]);
    if (measured && (x->other = draw_other(j, q, x->evidence)) != SIZE_MAX)
        array_push(which, x->other);
    LbStatus status = lb_evidence_check(x->evidence, j->loaded.session, r, 0, which, array_len(which), err);
    array_free(which);
    return status;
}

static void say_of(const Job *j, const Question *q, const char *what)
{
    char *place = lines_place(&j->in, q->line);
    screen_say("%s%s%s", j->settings->context ? "" : place, j->settings->context ? "" : ": ", what);
    free(place);
}

static LbStatus check_all(const Job *j, const Question *q, const LbResult *r, Shown *x, LbError *err)
{
    LbStatus status = LB_OK;
    if (x->evidence->n_sentences > MOST_ERASED)
        say_of(j, q, "a model without attention, and so many sentences: too many to try each");
    else
        status = lb_evidence_check(x->evidence, j->loaded.session, r, 0, NULL, 0, err);
    x->n = x->evidence->n_sentences > MOST_ERASED ? 0 : n_supported(x->evidence, x->n);
    if (is_measured(j, q) && x->evidence->n_sentences <= MOST_ERASED)
        x->other = draw_other(j, q, x->evidence);
    return status;
}

static LbStatus find_evidence(const Job *j, const Question *q, const LbResult *r, Shown *out, LbError *err)
{
    LbEvidence *e = lb_evidence_new(r, 0, q->sentences, array_len(q->sentences), (LbEvidenceOptions){ 0 });
    *out = (Shown){ e, n_shown(j->settings, e), SIZE_MAX };
    if (j->settings->no_check) {
        out->n = e->weighed ? out->n : 0;
        return LB_OK;
    }
    return e->weighed ? check_ranked(j, q, r, out, err) : check_all(j, q, r, out, err);
}

/* ---- what was reached ---- */

/* As it is compared: commas are blanks, no full stop at the end, single blanks between words. */
static char *plain(const char *text)
{
    Str out = { 0 };
    str_add(&out, "");
    for (; *text; text++) {
        bool is_blank = strchr(", \t\r\n", *text) != NULL;
        if (!is_blank)
            str_add_char(&out, *text);
        else if (out.len > 0 && out.text[out.len - 1] != ' ')
            str_add_char(&out, ' ');
    }
    while (out.len > 0 && strchr(" .", out.text[out.len - 1]))
        str_cut(&out, out.len - 1);
    return str_take(&out);
}

/* Whatever the letters' case. */
static bool is_right(const char *answer, const char *wanted)
{
    char *a = plain(answer), *b = plain(wanted);
    double score = 0;
    LbEvalOptions o = lb_eval_default();
    o.lowercase = true;
    LbText hyp = { a, strlen(a) }, ref = { b, strlen(b) };
    const LbText *refs[] = { &ref };
    lb_eval("exact", &hyp, refs, 1, 1, o, &score, NULL, NULL, NULL);
    free(a);
    free(b);
    return score > 50;
}

static void count(Counts *c, const Question *q, const LbResult *r, const Shown *x)
{
    const LbEvidence *e = x->evidence;
    bool has_first = e->n_sentences > 0 && (e->weighed || x->n > 0);
    c->asked++;
    if (q->answer) {
        c->told++;
        c->right += is_right(r->hypotheses[0].text, q->answer);
    }
    if (q->is_told && has_first) {
        c->traced++;
        c->found += is_supporting(q, e->ranked[0]);
    }
    if (has_first && e->sentences[e->ranked[0]].mark != LB_UNCHECKED) {
        c->without++;
        c->changed += e->sentences[e->ranked[0]].flips;
    }
    if (x->other != SIZE_MAX) {
        c->other++;
        c->changed_by_other += e->sentences[x->other].flips;
    }
}

static double share(uint64_t part, uint64_t all)
{
    return 100 * (double)part / (double)all;
}

static void add_count(Str *out, const char *what, uint64_t part, uint64_t all)
{
    if (all > 0)
        str_addf(out, "%-48s %6.2f %%  %llu of %llu\n", what, share(part, all), (unsigned long long)part,
                 (unsigned long long)all);
}

static char *counts_text(const Counts *c)
{
    Str out = { 0 };
    str_addf(&out, "%llu question%s\n", (unsigned long long)c->asked, c->asked == 1 ? "" : "s");
    add_count(&out, "right answers", c->right, c->told);
    add_count(&out, "the first sentence is one that tells the answer", c->found, c->traced);
    add_count(&out, "without the first sentence the answer changes", c->changed, c->without);
    add_count(&out, "without a random other one it changes", c->changed_by_other, c->other);
    return str_take(&out);
}

static json_t *json_share(uint64_t part, uint64_t all)
{
    return all > 0 ? json_real(share(part, all)) : json_null();
}

static json_t *counts_json(const Counts *c)
{
    return json_pack("{s:I, s:o, s:o, s:o, s:o}", "questions", (json_int_t)c->asked, "exact",
                     json_share(c->right, c->told), "hit", json_share(c->found, c->traced), "flips",
                     json_share(c->changed, c->without), "flips_random",
                     json_share(c->changed_by_other, c->other));
}

/* ---- output ---- */

static json_t *json_text(const char *text)
{
    return json_clean(text, strlen(text));
}

/* From offsets in what the model read to those in the context as it was given. */
static long long shift(const Question *q, size_t k)
{
    return (long long)q->sentences[k].start - (long long)q->before[k];
}

static json_t *json_one(const Question *q, const LbEvidence *e, size_t k)
{
    json_t *o = json_object(), *rest = evidence_json(e, k, shift(q, k));
    LbSpan x = q->sentences[k];
    json_object_set_new(o, "sentence", json_integer((json_int_t)q->number[k]));
    json_object_set_new(o, "text", json_clean(q->text.text + x.start, x.end - x.start));
    json_object_update(o, rest);
    json_decref(rest);
    return o;
}

static json_t *json_sentences(const Question *q, const LbEvidence *e)
{
    json_t *all = json_array();
    for (size_t k = 0; k < e->n_sentences; k++)
        json_array_append_new(all,
                              json_pack("{s:I, s:I, s:I, s:o}", "sentence", (json_int_t)q->number[k], "start",
                                        (json_int_t)e->sentences[k].span.start - shift(q, k), "end",
                                        (json_int_t)e->sentences[k].span.end - shift(q, k), "weight",
                                        e->weighed ? json_real(e->sentences[k].weight) : json_null()));
    return all;
}

static void print_object(const Question *q, const LbResult *r, const Shown *x)
{
    const LbHypothesis *h = &r->hypotheses[0];
    json_t *list = json_array(), *o = json_pack("{s:o, s:o, s:o}", "answer", json_text(h->text), "score",
                                                json_finite(h->score), "evidence", list);
    for (size_t i = 0; i < x->n; i++)
        json_array_append_new(list, json_one(q, x->evidence, x->evidence->ranked[i]));
    json_object_set_new(o, "question", json_text(q->question));
    json_object_set_new(o, "inside", x->evidence->weighed ? json_real(x->evidence->inside) : json_null());
    json_object_set_new(o, "sentences", json_sentences(q, x->evidence));
    if (q->answer)
        json_object_set_new(o, "right", json_boolean(is_right(h->text, q->answer)));
    if (q->is_told) {
        json_t *numbers = json_array();
        for (size_t i = 0; i < array_len(q->supporting); i++)
            json_array_append_new(numbers, json_integer((json_int_t)q->supporting[i]));
        json_object_set_new(o, "supporting", numbers);
    }
    if (q->id)
        json_object_set(o, "id", q->id);
    json_print(o);
}

static void print_text(const Question *q, const LbResult *r, const Shown *x)
{
    Str out = { 0 };
    add_clean(&out, r->hypotheses[0].text);
    str_add_char(&out, '\n');
    for (size_t i = 0; i < x->n; i++)
        evidence_add_text(&out, x->evidence, x->evidence->ranked[i], q->text.text);
    fwrite(out.text, 1, out.len, stdout);
    str_free(&out);
}

static void tell_wrong(Job *j, const Question *q, const char *why)
{
    if (j->n_wrong < WRONG_TOLD) {
        char *place = lines_place(&j->in, q->line);
        screen_wipe();
        fprintf(stderr, "lookback: %s: %s\n", place, why);
        free(place);
    }
    if (j->n_wrong++ == WRONG_TOLD)
        fprintf(stderr, "lookback: more lines cannot be answered; they are counted, not named\n");
    if (j->settings->summary)
        return;
    if (j->settings->common.json)
        json_print(json_pack("{s:o}", "error", json_text(why)));
    else
        putchar('\n');
}

static LbStatus add_to_page(const Job *j, const Question *q, const LbResult *r, const LbEvidence *e,
                            LbError *err)
{
    LbPageText x = { .text = { q->text.text, q->text.len }, .line = q->line, .result = r, .evidence = e };
    return (j->settings->no_check ? lb_page_add : lb_page_add_checked)(j->page, &x, err);
}

static LbStatus answer(Job *j, const Question *q, const LbResult *r, LbError *err)
{
    Shown x;
    if (r->n_parts > 1) /* a question about a part of the text would be another question */
        return fail(err, LB_DATA,
                    "the text is longer than what this model has places for; ask about a part of it");
    LbStatus status = find_evidence(j, q, r, &x, err);
    if (status == LB_OK) {
        if (!j->settings->summary)
            (j->settings->common.json ? print_object : print_text)(q, r, &x);
        count(&j->counts, q, r, &x);
        if (j->page)
            status = add_to_page(j, q, r, x.evidence, err);
        if (evidence_is_cut(r, j->settings->max_length))
            say_of(j, q, "the answer is as long as --max-length lets it be; it may lack its end");
        if (r->n_unknown > 0 && j->n_unknown++ < UNKNOWN_TOLD)
            unknown_tell(r, (LbText){ q->text.text, q->text.len }, q->line);
    }
    lb_evidence_free(x.evidence);
    return status;
}

/* One that is too much for the memory limit does not end the others. */
static LbStatus pass_over(Job *j, const Question *q, LbStatus status, LbError *err)
{
    if (status != LB_MEMORY && status != LB_DATA)
        return status;
    tell_wrong(j, q, err->text);
    return LB_OK;
}

/* ---- groups ---- */

static void check_length(Job *j, Question *q)
{
    size_t n = lb_model_pieces(j->loaded.models[0], (LbText){ q->text.text, q->text.len });
    if (n <= (size_t)j->settings->max_input)
        return;
    Str why = { 0 };
    str_addf(&why, "the text and its question have %zu pieces; %d is the most (--max-input)", n,
             j->settings->max_input);
    q->wrong = str_take(&why);
    LbText story = { j->reader.story.text, j->reader.story.len };
    if (q->of_story && lb_model_pieces(j->loaded.models[0], story) >= (size_t)j->settings->max_input)
        j->reader.too_long = memory_text(q->wrong);
}

static LbStatus answer_range(Job *j, const Question *const *q, size_t n, LbError *err)
{
    LbResult *results;
    LbText *lines = memory_get(n + 1, sizeof *lines);
    for (size_t i = 0; i < n; i++)
        lines[i] = (LbText){ q[i]->text.text, q[i]->text.len };
    LbStatus status = lb_translate(j->loaded.session, lines, n, NULL, j->options, &results, err);
    free(lines);
    loaded_tell_batch(&j->loaded, j->options.batch);
    if (status == LB_MEMORY && n > 1) {
        status = answer_range(j, q, n / 2, err);
        return status == LB_OK ? answer_range(j, q + n / 2, n - n / 2, err) : status;
    }
    if (status != LB_OK)
        return n == 1 ? pass_over(j, q[0], status, err) : status;
    for (size_t i = 0; status == LB_OK && i < n; i++)
        status = pass_over(j, q[i], answer(j, q[i], &results[i], err), err);
    lb_results_free(results);
    return status;
}

static void tell_progress(const Job *j)
{
    double seconds = clock_now() - j->started;
    uint64_t n = j->counts.asked;
    if (!screen_is_live() || (isatty(STDOUT_FILENO) && !j->settings->summary))
        return;
    Str line = { 0 };
    str_addf(&line, "%llu questions  %.1f a second  ", (unsigned long long)n,
             seconds > 0 ? (double)n / seconds : 0);
    add_clock(&line, seconds);
    screen_live(line.text);
    str_free(&line);
}

/* All that was read, in order: runs of questions between those that are wrong. */
static LbStatus answer_group(Job *j, LbError *err)
{
    LbStatus status = LB_OK;
    size_t n = array_len(j->group);
    const Question **run = memory_get(n + 1, sizeof *run);
    for (size_t i = 0, n_run = 0; i < n && status == LB_OK; i++) {
        if (!j->group[i].wrong)
            run[n_run++] = &j->group[i];
        if (n_run > 0 && (j->group[i].wrong || i + 1 == n)) {
            status = answer_range(j, run, n_run, err);
            n_run = 0;
        }
        if (status == LB_OK && j->group[i].wrong)
            tell_wrong(j, &j->group[i], j->group[i].wrong);
    }
    free(run);
    for (size_t i = 0; i < n; i++)
        question_free(&j->group[i]);
    array_cut(j->group, 0);
    j->bytes = 0;
    if (status == LB_OK)
        status = print_flush(err);
    tell_progress(j);
    return status;
}

static LbStatus add_question(Job *j, Question q, LbError *err)
{
    if (!q.wrong)
        check_length(j, &q);
    if (q.wrong)
        str_free(&q.text);
    array_push(j->group, q);
    j->bytes += q.text.len;
    bool is_full = array_len(j->group) >= (size_t)j->settings->batch || j->bytes >= GROUP_BYTES;
    return is_full ? answer_group(j, err) : LB_OK;
}

/* Line i of the chunk. */
static LbStatus take_line(Job *j, size_t i, LbError *err)
{
    Question q;
    if (stop_wanted(NULL))
        return LB_CANCELLED;
    if (lines_begins(&j->in, j->in.first + i))
        question_reader_forget(&j->reader);
    return question_read(&j->reader, j->in.lines[i], j->in.first + i, &q) ? add_question(j, q, err) : LB_OK;
}

static LbStatus answer_lines(Job *j, LbError *err)
{
    LbStatus status;
    while ((status = lines_read(&j->in, err)) == LB_OK && array_len(j->in.lines) > 0) {
        for (size_t i = 0; i < array_len(j->in.lines) && status == LB_OK; i++)
            status = take_line(j, i, err);
        if (status == LB_OK)
            status = answer_group(j, err);
        if (status != LB_OK)
            break;
    }
    return status == LB_CANCELLED ? fail_after(err, j->in.first) : status;
}

/* ---- one question ---- */

static LbStatus answer_one(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    char *read = NULL;
    LbText context = { s->context, strlen(s->context) }, question = { s->question, strlen(s->question) };
    if (text_equal(s->context, "@"))
        return fail(err, LB_USAGE, "--context @FILE reads a file; which one?");
    if (s->context[0] == '@') {
        read = file_read(s->context + 1, &context.len, err);
        if (!read)
            return err->status;
        size_t mark = utf8_mark(read, context.len);
        context = (LbText){ read + mark, context.len - mark };
    }
    Question q = question_of(j->reader.separator, context, question);
    LbStatus status = LB_OK;
    if (!q.wrong)
        check_length(j, &q);
    if (q.wrong)
        status = fail(err, LB_DATA, "%s", q.wrong);
    else
        status = answer_range(j, (const Question *const[]){ &q }, 1, err);
    question_free(&q);
    free(read);
    return status;
}

/* ---- the verb ---- */

static LbStatus check_together(const Settings *s, size_t n_args, LbError *err)
{
    if (!s->context != !s->question)
        return fail(err, LB_USAGE, "--context and --question go together");
    if (s->context && n_args > 0)
        return fail(err, LB_USAGE, "either files of questions, or one with --context and --question");
    LbStatus status = page_name(s->html, err);
    if (status != LB_OK)
        return status;
    if (s->summary && s->no_check)
        return fail(err, LB_USAGE, "--summary tells what checks find; leave out --no-check");
    return LB_OK;
}

static LbStatus tell_counts(const Job *j, LbError *err)
{
    bool is_told = j->counts.told > 0 || j->counts.traced > 0;
    char *text = counts_text(&j->counts);
    if (j->settings->summary && j->settings->common.json) {
        json_print(counts_json(&j->counts));
    } else if (j->settings->summary) {
        fputs(text, stdout);
    } else if (is_told) {
        text[strlen(text) - 1] = '\0';
        screen_say("%s", text);
    }
    free(text);
    if (j->n_unknown > UNKNOWN_TOLD)
        screen_say("%llu questions in all have words that the model has never seen",
                   (unsigned long long)j->n_unknown);
    if (j->n_wrong == 0)
        return LB_OK;
    return fail(err, LB_DATA, "%llu line%s could not be answered, %llu could", (unsigned long long)j->n_wrong,
                j->n_wrong == 1 ? "" : "s", (unsigned long long)j->counts.asked);
}

static LbStatus open_model(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    LbStatus status = loaded_open(&j->loaded, s->model, NULL, &s->common, err);
    if (status != LB_OK)
        return status;
    const LbModel *m = j->loaded.models[0];
    j->options = lb_translate_default(m);
    j->options.beam = s->beam ? s->beam : j->options.beam;
    j->options.batch = s->batch;
    j->options.max_input = s->max_input;
    j->options.max_length = s->max_length;
    j->options.whole = true;
    j->options.replace_unk = s->replace_unk;
    j->options.maps = LB_MAPS_ONE;
    j->reader.separator = lb_model_separator(m);
    if (!lb_model_attends(m))
        screen_say(s->no_check ? "this model does not look back: there is no evidence to show"
                               : "this model does not look back: its evidence is the sentences without which "
                                 "the answer changes most");
    return LB_OK;
}

static LbStatus open_page(Job *j, LbError *err)
{
    const Settings *s = j->settings;
    LbPageOptions o = { .title = "lookback answer", .model = s->model, .decoding = j->options };
    return s->html ? page_begin(s->html, j->loaded.session, o, &j->page, err) : LB_OK;
}

static LbStatus run(const void *settings, char **args, size_t n_args, LbError *err)
{
    const Settings *s = settings;
    Job j = { .settings = s, .in = lines_of(args, n_args), .started = clock_now() };
    LbStatus status = check_together(s, n_args, err);
    if (status == LB_OK)
        status = open_model(&j, err);
    if (status == LB_OK)
        status = open_page(&j, err);
    if (status == LB_OK)
        status = s->context ? answer_one(&j, err) : answer_lines(&j, err);
    status = page_end(j.page, s->html, status, err);
    if (status == LB_OK)
        status = tell_counts(&j, err);
    for (size_t i = 0; i < array_len(j.group); i++)
        question_free(&j.group[i]);
    array_free(j.group);
    question_reader_free(&j.reader);
    lines_close(&j.in);
    loaded_close(&j.loaded);
    return status;
}

const Command cmd_answer = {
    .name = "answer",
    .help = "answer questions about texts, and show the sentences that the answers rest on",
    .usage = "-m DIR [flags] [FILE ...]",
    .about =
        "Reads questions from files or standard input: stories in bAbI's form, or JSON lines. Writes each "
        "answer and,\n"
        "indented, the sentences that the model looked at: their share of its attention, whether the answer "
        "depends\n"
        "on them (it is scored again without each), the sentence, its heaviest word, and what the answer "
        "would be\n"
        "without it. Where lines tell right answers, what was reached stands at the end, on standard error.\n"
        "The model is any that reads a text and a question and writes the answer (recipes/babi.sh trains "
        "some).",
    .examples =
        "  lookback answer -m models/babi/1/model --context 'Mary went to the kitchen. John went to the "
        "hallway.' \\\n"
        "      --question 'Where is Mary?'\n"
        "      one question\n"
        "  lookback answer -m models/babi/1/model qa1_test.txt --summary\n"
        "      `1 Mary went to the kitchen.` `2 Where is Mary?<tab>kitchen<tab>1`: right answers, right "
        "evidence\n"
        "  echo '{\"context\": [\"Mary went to the kitchen.\"], \"question\": \"Where is Mary?\"}' |\n"
        "      lookback answer -m models/babi/1/model --json\n"
        "      offsets and weights of sentences and words, for programs\n",
    .options = options,
    .size = sizeof(Settings),
    .blank = blank,
    .run = run,
};
