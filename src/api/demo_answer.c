/* demo_answer.c -- stories made by rule, a model that answers questions about them by copying names that it
 * has never seen, and the sentences its answers rest on.
 *
 * Its vocabulary has the words that facts and questions are made of and nothing else, so a name of the
 * training texts is as new to it as one of the test texts, and as a reader's own. Unknown words are told
 * apart by their order, counted from the end (model.copy.order): a name that is asked for is read alike in
 * every text. Texts of the test part are short, as most of training, or a page long.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "api/demo.h"
#include "base/array.h"
#include "base/file.h"
#include "base/status.h"
#include "base/str.h"
#include "explain/readout.h"

enum { N_TRAIN = 60000, N_PAGES = 2500, N_VALID = 200, N_TEST = 500, N_TEST_PAGES = 200 };
enum { FEWEST = 1, MOST = 8, FEWEST_OF_PAGE = 30, MOST_OF_PAGE = 42 }; /* sentences */
enum { BATCH = 64, STEPS = 2400, STEPS_WITHOUT = 300 };

/* Texts with what is right. */
typedef struct {
    char **source, **target, **evidence; /* arrays; those of the tour for short texts */
} Part;

typedef struct {
    size_t n, right, found; /* texts; answers; heaviest words that are in the evidence */
} Marks;

typedef struct {
    Demo *t;
    DemoModel ready;
    LbPage *page; /* while texts are shown */
    Part texts, pages;
    double seconds_without, paris, berlin; /* weights of the answer's word */
    bool literal_right;                    /* both questions */
    Marks text_marks, page_marks, without;
} Answering;

/* ---- the corpus ---- */

static void part_free(Part *p)
{
    demo_lines_free(p->source);
    demo_lines_free(p->target);
    demo_lines_free(p->evidence);
}

static LbStatus part_read(const Demo *t, const char *folder, Part *p)
{
    const char *const names[] = { "test.src", "test.tgt", "test.evidence" };
    char ***const into[] = { &p->source, &p->target, &p->evidence };
    LbStatus status = LB_OK;
    for (int i = 0; status == LB_OK && i < 3; i++) {
        char *path = path_join(folder, names[i]);
        status = demo_lines(t, path, into[i]);
        free(path);
    }
    return status;
}

static LbStatus make_part(const Demo *t, const char *folder, LbSynthOptions o, Part *p)
{
    char *dir = demo_path(t, folder);
    LbStatus status = lb_synth("stories", dir, o, NULL, t->err);
    free(dir);
    return status == LB_OK ? part_read(t, folder, p) : status;
}

static int some(const Demo *t, int n)
{
    return demo_sized(t, n, 20);
}

static LbStatus make_corpus(Answering *a)
{
    Demo *t = a->t;
    demo_say(
        t,
        "1. Stories, made by rule\n\n"
        "   %d texts of %d to %d sentences about people and places, %d of a page, and a question to each. "
        "People,\n"
        "   places, firms and jobs of the %d texts that are held out are in no training text.\n\n",
        some(t, N_TRAIN), FEWEST, MOST, some(t, N_PAGES), some(t, N_TEST) + some(t, N_TEST_PAGES));
    const LbSynthOptions texts = { .n_train = some(t, N_TRAIN),
                                   .n_valid = some(t, N_VALID),
                                   .n_test = some(t, N_TEST),
                                   .seed = t->seed,
                                   .fewest_sentences = FEWEST,
                                   .most_sentences = MOST },
                         pages = { .n_train = some(t, N_PAGES),
                                   .n_test = some(t, N_TEST_PAGES),
                                   .seed = t->seed + 1,
                                   .fewest_sentences = FEWEST_OF_PAGE,
                                   .most_sentences = MOST_OF_PAGE };
    LbStatus status = make_part(t, "data", texts, &a->texts);
    if (status == LB_OK)
        status = make_part(t, "data-pages", pages, &a->pages);
    for (size_t i = 1; status == LB_OK && i < 4; i++)
        demo_say(t, "      %s\n         %s\n", a->texts.source[i], a->texts.target[i]);
    return status;
}

/* ---- training ---- */

static LbStatus write_config(const Demo *t, int steps)
{
    Str s = { 0 };
    str_add(&s, "data:\n");
    str_addf(&s,
             "  train:\n    source: [%s/data/train.src, %s/data-pages/train.src]\n"
             "    target: [%s/data/train.tgt, %s/data-pages/train.tgt]\n",
             t->dir, t->dir, t->dir, t->dir);
    str_addf(&s, "  valid: { source: %s/data/valid.src, target: %s/data/valid.tgt }\n", t->dir, t->dir);
    str_add(&s, "  source: { level: word, punctuation: split, size: 107 }   # words of facts and questions\n"
                "  target: { level: word, size: 5 }                         # none: answers are copied\n"
                "  max_length: 2000\n"
                "model:\n"
                "  encoder: { cell: gru-reset-after, hidden: 128, embedding: 64, dropout: 0 }\n"
                "  decoder: { cell: gru-reset-after, hidden: 128, embedding: 64, dropout: 0, "
                "input_feeding: false }\n"
                "  attention: { score: general, hidden: 64, place: after }\n"
                "  copy: { type: pointer, slots: 64, order: last }\n"
                "train:\n  learning_rate: 0.004\n");
    str_addf(&s, "  schedule: { type: cosine, warmup: 100, steps: %d }\n", steps);
    str_addf(&s,
             "  batch: { sentences: %d }\n  label_smoothing: 0\n  source_unk_rate: 0.02\n  epochs: 0\n"
             "  max_steps: %d\n  validate_every: { steps: %d }\n  metric: exact\n  patience: 0\n  keep: 1\n"
             "decode: { beam: 1 }\n",
             BATCH, steps, steps);
    LbStatus status = demo_config(t, s.text);
    str_free(&s);
    return status;
}

static LbStatus train(Answering *a)
{
    Demo *t = a->t;
    demo_say(t,
             "\n2. A recurrent model with attention that can copy\n\n"
             "   It reads text and question. Where it looks, it may copy the word: \"Paris\" need not be in "
             "its vocabulary.\n"
             "   Nobody tells it where to look.\n");
    int steps = demo_sized(t, STEPS, 3);
    LbStatus status = write_config(t, steps);
    return status == LB_OK ? demo_train(t, "model", "with copying", steps, NULL, &a->ready) : status;
}

/* ---- marks ---- */

/* The first `k:i-j` of a line: words i to j. */
static bool in_evidence(const char *line, size_t word)
{
    size_t first, last;
    return sscanf(line, "%*u:%zu-%zu", &first, &last) == 2 && first <= word && word <= last;
}

static void mark_one(Marks *m, const LbResult *r, const Part *p, size_t i)
{
    const LbHypothesis *h = &r->hypotheses[0];
    m->n++;
    m->right += text_equal(h->text, p->target[i]);
    m->found += h->attention && in_evidence(p->evidence[i], readout_top(h->attention, r->n_source_words));
}

static LbStatus mark(const Demo *t, const DemoModel *r, const Part *p, Marks *m)
{
    LbText *source = demo_texts(p->source);
    LbResult *results = NULL;
    size_t n = array_len(p->source);
    LbStatus status =
        lb_translate(r->session, source, n, NULL, lb_translate_default(r->model), &results, t->err);
    for (size_t i = 0; status == LB_OK && i < n; i++)
        mark_one(m, &results[i], p, i);
    lb_results_free(results);
    free(source);
    return status;
}

static LbStatus mark_all(Answering *a)
{
    LbStatus status = mark(a->t, &a->ready, &a->texts, &a->text_marks);
    if (status == LB_OK)
        status = mark(a->t, &a->ready, &a->pages, &a->page_marks);
    return status;
}

/* ---- showing ---- */

static void say_sentence(const Demo *t, const LbSentence *x, const char *text, bool is_lit)
{
    int len = (int)(x->span.end - x->span.start);
    if (!is_lit) {
        demo_say(t, "                        %.*s\n", len, text + x->span.start);
        return;
    }
    demo_say(t, "   => %4.2f  %-11s  %.*s   [%s %.2f]\n", x->weight, lb_mark_name(x->mark), len,
             text + x->span.start, x->n_words ? x->words[x->heaviest].text : "",
             x->n_words ? x->word_weights[x->heaviest] : 0);
}

/* All sentences, those that hold the weight marked and checked; on the page as well, under its number. */
static LbStatus show_evidence(const Answering *a, const char *text, const LbResult *r, size_t number)
{
    const Demo *t = a->t;
    size_t n;
    LbSpan *spans = lb_sentences((LbText){ text, strlen(text) }, &n);
    LbEvidence *e = lb_evidence_new(r, 0, spans, n - 1, (LbEvidenceOptions){ 0 }); /* not the question */
    size_t n_lit = lb_evidence_most(e, 0.5, 3);
    LbStatus status = lb_evidence_check(e, a->ready.session, r, 0, e->ranked, n_lit, t->err);
    for (size_t i = 0; status == LB_OK && i < e->n_sentences; i++) {
        bool is_lit = false;
        for (size_t k = 0; k < n_lit; k++)
            is_lit |= e->ranked[k] == i;
        say_sentence(t, &e->sentences[i], text, is_lit);
    }
    if (status == LB_OK)
        demo_say(t, "   %.*s\n   %s\n\n", (int)(spans[n - 1].end - spans[n - 1].start),
                 text + spans[n - 1].start, r->hypotheses[0].text);
    LbPageText x = { .text = { text, strlen(text) }, .line = number, .result = r, .evidence = e };
    if (status == LB_OK)
        status = lb_page_add_checked(a->page, &x, t->err);
    lb_evidence_free(e);
    free(spans);
    return status;
}

/* Whether the answer is right; the weight of the heaviest word if that is the answer, else 0. */
static bool is_right(const LbResult *r, const char *answer, double *weight)
{
    const LbHypothesis *h = &r->hypotheses[0];
    size_t top = readout_top(h->attention, r->n_source_words);
    *weight = text_equal(r->source_words[top].text, answer) ? h->attention[top] : 0;
    return text_equal(h->text, answer);
}

static LbStatus show(const Answering *a, size_t number, const char *text, const char *answer, bool *right,
                     double *weight)
{
    LbText line = { text, strlen(text) };
    LbResult *r = NULL;
    LbStatus status =
        lb_translate(a->ready.session, &line, 1, NULL, lb_translate_default(a->ready.model), &r, a->t->err);
    if (status == LB_OK) {
        *right = is_right(r, answer, weight);
        status = show_evidence(a, text, r, number);
    }
    lb_results_free(r);
    return status;
}

/* A held-out page without a CEO, a sentence about one put into it, and the question about that. */
static char *make_article(const Part *pages)
{
    static const char separator[] = " ||| ", said[] = "The CEO of Solabit visited Berlin on Monday. ||| ",
                      asked[] = "What city did the CEO visit?";
    size_t i = 0;
    while (i + 1 < array_len(pages->source) &&
           (strstr(pages->source[i], "CEO") || strstr(pages->source[i], "Berlin")))
        i++;
    const char *page = pages->source[i], *middle = page, *end = page;
    for (const char *c = page; (c = strstr(c, separator)); c++) {
        end = c + strlen(separator);
        if ((size_t)(c - page) < strlen(page) * 6 / 10)
            middle = end;
    }
    Str s = { 0 };
    str_addf(&s, "%.*s%s%.*s%s", (int)(middle - page), page, said, (int)(end - middle), middle, asked);
    return str_take(&s);
}

static LbStatus show_literal(Answering *a)
{
    bool first = false, second = false;
    char *article = make_article(&a->pages);
    demo_say(a->t, "\n3. Answers, and the sentences they rest on\n\n"
                   "   Weights are shares of where it looked. Each marked sentence is put to the test: the "
                   "text is read again\n"
                   "   without it.\n\n");
    LbStatus status = show(a, 0, a->texts.source[0], a->texts.target[0], &first, &a->paris);
    if (status == LB_OK)
        status = show(a, 1, article, "Berlin", &second, &a->berlin);
    a->literal_right = first && second;
    free(article);
    return status;
}

static LbStatus show_some(Answering *a)
{
    LbStatus status = demo_page(a->t, &a->ready, &a->page);
    if (status == LB_OK)
        status = show_literal(a);
    for (size_t i = array_len(a->texts.source) > 16 ? 14 : 1, k = 2; status == LB_OK && i < 16; i++, k++) {
        bool right;
        double weight;
        if (i < array_len(a->texts.source))
            status = show(a, k, a->texts.source[i], a->texts.target[i], &right, &weight);
    }
    return demo_page_end(a->t, a->page, status);
}

/* ---- without copying ---- */

/* The same model, with every word of training in its vocabularies, must say names itself. */
static LbStatus train_without(Answering *a)
{
    Demo *t = a->t;
    int steps = demo_sized(t, STEPS_WITHOUT, 3);
    Str most = { 0 }, schedule = { 0 }, every = { 0 };
    str_addf(&most, "train.max_steps=%d", steps);
    str_addf(&schedule, "train.schedule.steps=%d", steps);
    str_addf(&every, "train.validate_every.steps=%d", steps);
    const char *const overrides[] = { "model.copy.type=none",
                                      "model.copy.slots=0",
                                      "data.source.size=0",
                                      "data.target.size=0",
                                      most.text,
                                      schedule.text,
                                      every.text,
                                      NULL };
    DemoModel r = { 0 };
    demo_say(t, "4. The same model without copying\n\n"
                "   It knows every word of training, and can say only those.\n");
    LbStatus status = demo_train(t, "model-without-copying", "without copying", steps, overrides, &r);
    a->seconds_without = r.seconds;
    str_free(&most), str_free(&schedule), str_free(&every);
    if (status == LB_OK)
        status = mark(t, &r, &a->texts, &a->without);
    demo_close(&r);
    return status;
}

/* ---- the report ---- */

static double right(const Marks *m)
{
    return demo_share(m->right, m->n);
}

static double found(const Marks *m)
{
    return demo_share(m->found, m->n);
}

static void say_results(const Answering *a)
{
    const Marks *texts = &a->text_marks, *pages = &a->page_marks;
    demo_say(a->t,
             "\n5. What copying is worth: held-out texts, all names new\n\n"
             "                                    right answers   heaviest word in the evidence\n"
             "   %4zu texts of %d to %d sentences     %6.1f %%        %6.1f %%\n"
             "   %4zu pages of %d to %d sentences   %6.1f %%        %6.1f %%\n"
             "   without copying, the texts          %6.1f %%\n\n"
             "   Trained for %.0f seconds (without copying, in fewer steps: %.0f).\n",
             texts->n, FEWEST, MOST, right(texts), found(texts), pages->n, FEWEST_OF_PAGE, MOST_OF_PAGE,
             right(pages), found(pages), right(&a->without), a->ready.seconds, a->seconds_without);
}

static void say_what_next(const Demo *t)
{
    demo_say(t,
             "\n6. Now you\n\n"
             "   Open %s/page.html in a browser: the texts above, their evidence lit; point at a sentence.\n"
             "   The model is an ordinary folder, %s/model. Try a text of your own, of such sentences:\n\n"
             "      lookback answer -m %s/model --context \"Dora, who met Otto in Rome, lives in Oslo.\" "
             "--question \"Where does Dora live?\"\n"
             "      lookback explain -m %s/model \"Dora lives in Oslo. ||| Who lives in Oslo?\"\n"
             "      lookback check -m %s/model %s/data/test.src --evidence %s/data/test.evidence\n\n"
             "   Settings to change: %s/demo.yaml.\n",
             t->dir, t->dir, t->dir, t->dir, t->dir, t->dir, t->dir, t->dir);
}

/* Shares in per cent. */
static LbStatus write_report(const Answering *a)
{
    const Demo *t = a->t;
    json_t *o = json_pack(
        "{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:b, s:f, s:f, s:I, s:I, s:I}", "exact", right(&a->text_marks),
        "exact_pages", right(&a->page_marks), "exact_without_copying", right(&a->without), "hit",
        found(&a->text_marks), "hit_pages", found(&a->page_marks), "weight_of_paris", a->paris,
        "weight_of_berlin", a->berlin, "both_questions_right", a->literal_right, "seconds_training",
        a->ready.seconds, "seconds_training_without_copying", a->seconds_without, "texts",
        (json_int_t)a->text_marks.n, "pages", (json_int_t)a->page_marks.n, "seed", (json_int_t)t->seed);
    return demo_report(t, o);
}

LbStatus demo_answer(Demo *t)
{
    Answering a = { .t = t };
    LbStatus (*const steps[])(Answering *) = { make_corpus, train, show_some, mark_all, train_without };
    LbStatus status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < sizeof steps / sizeof *steps; i++)
        status = steps[i](&a);
    if (status == LB_OK)
        status = write_report(&a);
    if (status == LB_OK) {
        say_results(&a);
        say_what_next(t);
    }
    demo_close(&a.ready);
    part_free(&a.texts);
    part_free(&a.pages);
    return status;
}
