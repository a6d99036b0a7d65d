/* demo_summarize.c -- the tour of summaries: reports made by rule, a model that writes their headlines, and
 * the sentences that these rest on, found by where it looked and checked by taking them out.
 *
 * The corpus says which sentences its headlines are from, so what was found can be marked.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/demo.h"
#include "base/array.h"
#include "base/status.h"

enum {
    N_TRAIN = 20000,
    N_VALID = 100,
    N_TEST = 500,
    N_LONG = 40,
    LONG_SENTENCES = 40,
    STEPS = 700,
    BATCH = 32
};

typedef struct {
    Demo *d;
    int steps;
    char **source, **target, **gold; /* arrays: the held-out part, line by line */
} Tour;

/* What one model did on the held-out reports. */
typedef struct {
    size_t right, total;
    size_t found, supported, wanted; /* sentences that headlines are from, among as many key sentences */
    double rouge, seconds;
} Marks;

/* ---- the corpus ---- */

static void drop_test(Tour *t)
{
    demo_lines_free(t->source);
    demo_lines_free(t->target);
    demo_lines_free(t->gold);
    t->source = t->target = t->gold = NULL;
}

static LbStatus read_test(Tour *t)
{
    drop_test(t);
    LbStatus status = demo_lines(t->d, "test.src", &t->source);
    if (status == LB_OK)
        status = demo_lines(t->d, "test.tgt", &t->target);
    return status == LB_OK ? demo_lines(t->d, "test.evidence", &t->gold) : status;
}

static LbStatus make_corpus(Tour *t)
{
    int n_train = demo_sized(t->d, N_TRAIN, 300), n_test = demo_sized(t->d, N_TEST, 20);
    demo_say(t->d,
             "1. Reports, made by a grammar\n\n"
             "   4 to 12 sentences each, of which two or three say what happened; the headline is just that. "
             "No word\n"
             "   marks them, and the others name the same things. %d reports are for training, %d are held "
             "out.\n",
             n_train, n_test);
    LbSynthOptions o = { .n_train = n_train, .n_valid = N_VALID, .n_test = n_test, .seed = t->d->seed };
    LbStatus status = lb_synth("news", t->d->dir, o, NULL, t->d->err);
    return status == LB_OK ? read_test(t) : status;
}

/* ---- training ---- */

static LbStatus write_config(const Tour *t)
{
    const char *dir = t->d->dir;
    Str s = { 0 };
    str_addf(&s, "data:\n  train: { source: %s/train.src, target: %s/train.tgt }\n", dir, dir);
    str_addf(&s, "  valid: { source: %s/valid.src, target: %s/valid.tgt }\n", dir, dir);
    str_add(&s,
            "  source: { level: word, punctuation: split }\n  target: { level: word, punctuation: split }\n"
            "  max_length: 250\n"
            "model:\n"
            "  encoder: { cell: gru-reset-after, hidden: 128, embedding: 64, dropout: 0 }\n"
            "  decoder: { cell: gru-reset-after, hidden: 128, embedding: 64, dropout: 0, "
            "input_feeding: false }\n"
            "  attention: { score: additive, hidden: 64, place: after }   # try: dot, general, none\n"
            "train:\n  learning_rate: 0.004\n  source_unk_rate: 0.05\n");
    str_addf(&s, "  schedule: { type: cosine, warmup: 50, steps: %d, min_rate: 0.00002 }\n", t->steps);
    str_addf(&s,
             "  batch: { sentences: %d }\n  label_smoothing: 0\n  epochs: 0\n  max_steps: %d\n"
             "  metric: rouge\n  patience: 0\n"
             "decode: { beam: 1 }\n",
             BATCH, t->steps);
    LbStatus status = demo_config(t->d, s.text);
    str_free(&s);
    return status;
}

/* ---- marking ---- */

/* Whether sentence k stands in a line of evidence: "2:14-20 9:63-69". */
static bool is_gold(const char *line, size_t k)
{
    while (line && *line) {
        if (strtoul(line, NULL, 10) == k)
            return true;
        line = strchr(line, ' ');
        line += line != NULL;
    }
    return false;
}

static size_t n_gold(const char *line)
{
    size_t n = 0;
    for (; *line; line++)
        n += *line == ':';
    return n;
}

/* One held-out report. */
typedef struct {
    LbDocument *document;
    LbResult *result;
    LbEvidence *evidence; /* NULL: the model does not look back */
    size_t *keys, n_keys;
} Read;

static void read_free(Read *x)
{
    free(x->keys);
    lb_evidence_free(x->evidence);
    lb_results_free(x->result);
    lb_document_free(x->document);
}

/* Its headline, and as many key sentences as the corpus has, checked. */
static LbStatus read_report(const Tour *t, const DemoModel *m, size_t i, Read *x)
{
    LbTranslateOptions o = lb_translate_default(m->model);
    *x = (Read){ 0 };
    o.maps = LB_MAPS_ONE;
    o.no_repeat = 3;
    o.max_length = 100;
    o.whole = true;
    o.max_input = 0;
    LbText line = { t->source[i], strlen(t->source[i]) };
    LbStatus status = lb_document_read(m->model, line, &x->document, t->d->err);
    if (status == LB_OK)
        status = lb_translate(m->session, &x->document->text, 1, NULL, o, &x->result, t->d->err);
    if (status != LB_OK || !lb_model_attends(m->model))
        return status;
    x->evidence = lb_evidence_new(x->result, 0, x->document->sentences, x->document->n_sentences,
                                  lb_key_sentences(m->model));
    x->keys = lb_evidence_keys(x->evidence, n_gold(t->gold[i]), &x->n_keys);
    return lb_evidence_check(x->evidence, m->session, x->result, 0, x->keys, x->n_keys, t->d->err);
}

static void mark_one(const Tour *t, size_t i, const Read *x, Marks *m)
{
    m->total++;
    m->right += !strcmp(x->result->hypotheses[0].text, t->target[i]);
    m->wanted += x->evidence ? n_gold(t->gold[i]) : 0;
    for (size_t k = 0; k < x->n_keys; k++) {
        m->found += is_gold(t->gold[i], x->keys[k]);
        m->supported += x->evidence->sentences[x->keys[k]].mark == LB_SUPPORTED;
    }
}

static LbStatus mark(const Tour *t, const DemoModel *model, Marks *m)
{
    LbStatus status = LB_OK;
    char **out = NULL;
    for (size_t i = 0; status == LB_OK && i < array_len(t->source); i++) {
        Read x;
        status = read_report(t, model, i, &x);
        if (status == LB_OK) {
            mark_one(t, i, &x, m);
            array_push(out, memory_text(x.result->hypotheses[0].text));
        }
        read_free(&x);
    }
    LbText *hyp = demo_texts(out), *ref = demo_texts(t->target);
    const LbText *refs[] = { ref };
    if (status == LB_OK)
        status = lb_eval("rouge", hyp, refs, array_len(out), 1, lb_eval_default(), &m->rouge, NULL, NULL,
                         t->d->err);
    free(hyp);
    free(ref);
    demo_lines_free(out);
    return status;
}

/* ---- showing ---- */

enum { LEVELS = 5 };
/* Behind words, darker with more weight: 256 colours of xterm, and text that can be read on them. */
static const char *const lit[LEVELS] = { "", "\033[48;5;236m", "\033[48;5;24m", "\033[48;5;31m",
                                         "\033[1;30;48;5;214m" };

static int level_of(double weight, double most)
{
    int level = most > 0 ? (int)(weight / most * LEVELS) : 0;
    return level < LEVELS ? level : LEVELS - 1;
}

static void add_word(const Demo *d, const LbDocument *x, const LbWord *w, double weight, double most,
                     Str *out)
{
    int level = level_of(weight, most);
    const char *end = level == 0 ? "" : d->hooks->colour == LB_ASCII ? "]" : "\033[0m";
    str_add(out, level == 0 ? "" : d->hooks->colour == LB_ASCII ? "[" : lit[level]);
    str_add_bytes(out, x->text.text + w->start, w->end - w->start);
    str_add(out, end);
}

/* A sentence with its words lit by their weights. */
static void add_sentence(const Demo *d, const LbDocument *x, const LbSentence *s, double most, Str *out)
{
    size_t at = s->span.start;
    for (size_t i = 0; i < s->n_words; i++) {
        const LbWord *w = &s->words[i];
        str_add_bytes(out, x->text.text + at, w->start - at);
        add_word(d, x, w, s->word_weights[i], most, out);
        at = w->end;
    }
    str_add_bytes(out, x->text.text + at, s->span.end - at);
}

static double heaviest(const LbEvidence *e)
{
    double most = 0;
    for (size_t i = 0; i < e->n_sentences; i++)
        for (size_t k = 0; k < e->sentences[i].n_words; k++)
            most = fmax(most, e->sentences[i].word_weights[k]);
    return most;
}

static bool is_key(const Read *x, size_t i)
{
    for (size_t k = 0; k < x->n_keys; k++)
        if (x->keys[k] == i)
            return true;
    return false;
}

static void show(const Tour *t, const Read *x)
{
    Str out = { 0 };
    const LbEvidence *e = x->evidence;
    double most = heaviest(e);
    for (size_t i = 0; i < e->n_sentences; i++) {
        const LbSentence *s = &e->sentences[i];
        if (is_key(x, i))
            str_addf(&out, "   %3.0f %%  %-11s  ", 100 * s->weight, lb_mark_name(s->mark));
        else
            str_addf(&out, "%*s", 22, "");
        add_sentence(t->d, x->document, s, most, &out);
        str_add_char(&out, '\n');
    }
    demo_say(t->d, "\n%s\n   Headline: %s\n", out.text, x->result->hypotheses[0].text);
    str_free(&out);
}

static LbStatus add_to_page(const Tour *t, LbPage *page, const Read *x, size_t line)
{
    return lb_page_add_checked(
        page,
        &(LbPageText){
            .text = x->document->text, .line = line, .result = x->result, .evidence = x->evidence },
        t->d->err);
}

/* The first in the terminal, all on the page. */
static LbStatus show_some(const Tour *t, const DemoModel *m)
{
    enum { SAID = 2, SHOWN = 5 };
    LbPage *page;
    size_t from = array_len(t->source) / 2;
    LbStatus status = demo_page(t->d, m, &page);
    for (size_t i = from; status == LB_OK && i < from + SHOWN && i < array_len(t->source); i++) {
        Read x;
        status = read_report(t, m, i, &x);
        if (status == LB_OK && i < from + SAID)
            show(t, &x);
        if (status == LB_OK)
            status = add_to_page(t, page, &x, i);
        read_free(&x);
    }
    return demo_page_end(t->d, page, status);
}

/* ---- the tour ---- */

/* Reports of 40 sentences, in a folder of their own: the longest of the training had 12. */
static LbStatus mark_long(Tour *t, const DemoModel *model, Marks *m)
{
    char *dir = demo_path(t->d, "long");
    LbSynthOptions o = { .n_test = demo_sized(t->d, N_LONG, 5),
                         .seed = t->d->seed,
                         .fewest_sentences = LONG_SENTENCES,
                         .most_sentences = LONG_SENTENCES };
    LbStatus status = lb_synth("news", dir, o, NULL, t->d->err);
    Demo d = *t->d;
    d.dir = dir;
    Tour of_long = { .d = &d };
    if (status == LB_OK)
        status = read_test(&of_long);
    if (status == LB_OK)
        status = mark(&of_long, model, m);
    drop_test(&of_long);
    free(dir);
    return status;
}

static LbStatus train_and_show(Tour *t, Marks *m, Marks *of_long)
{
    demo_say(t->d,
             "\n2. An encoder-decoder with attention learns to write headlines\n\n"
             "   It is shown reports and headlines, and nothing of which sentence a headline is from.\n");
    DemoModel r = { 0 };
    LbStatus status = demo_train(t->d, "model", "with attention", t->steps, NULL, &r);
    m->seconds = r.seconds;
    if (status == LB_OK)
        demo_say(
            t->d,
            "\n3. The sentences that a headline rests on\n\n"
            "   The attention on a sentence's words, added up; words are lit by how much they were looked "
            "at.\n"
            "   Then each of these sentences is taken out and the headline scored again: it is supported "
            "if the\n"
            "   words that looked there lose half their probability.\n");
    if (status == LB_OK)
        status = show_some(t, &r);
    if (status == LB_OK)
        status = mark(t, &r, m);
    if (status == LB_OK)
        status = mark_long(t, &r, of_long);
    demo_close(&r);
    return status;
}

static LbStatus train_without(Tour *t, Marks *m)
{
    DemoModel r = { 0 };
    LbStatus status = demo_train_without_attention(t->d, "report", t->steps, &r);
    m->seconds = r.seconds;
    if (status == LB_OK)
        status = mark(t, &r, m);
    demo_close(&r);
    return status;
}

static void compare(const Tour *t, const Marks *with, const Marks *of_long, const Marks *without)
{
    demo_say(t->d,
             "\n5. What looking back is worth: %zu held-out reports\n\n"
             "                                       with attention   without\n"
             "   headlines exactly right                  %6.1f %%    %6.1f %%\n"
             "   ROUGE-L                                  %6.1f      %6.1f\n"
             "   key sentences that are the right ones    %6.1f %%\n"
             "   key sentences supported by the check     %6.1f %%\n"
             "   reports of 40 sentences: exactly right   %6.1f %%\n"
             "   reports of 40 sentences: key sentences   %6.1f %%\n",
             with->total, demo_share(with->right, with->total), demo_share(without->right, without->total),
             with->rouge, without->rouge, demo_share(with->found, with->wanted),
             demo_share(with->supported, with->wanted), demo_share(of_long->right, of_long->total),
             demo_share(of_long->found, of_long->wanted));
}

/* All shares in per cent. */
static LbStatus write_report(const Tour *t, const Marks *with, const Marks *of_long, const Marks *without)
{
    json_t *o = json_pack(
        "{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:I}", "exact",
        demo_share(with->right, with->total), "exact_without_attention",
        demo_share(without->right, without->total), "rouge_l", with->rouge, "rouge_l_without_attention",
        without->rouge, "key_sentences", demo_share(with->found, with->wanted), "supported",
        demo_share(with->supported, with->wanted), "exact_long", demo_share(of_long->right, of_long->total),
        "key_sentences_long", demo_share(of_long->found, of_long->wanted), "seconds_training", with->seconds,
        "seconds_training_without_attention", without->seconds, "documents", (json_int_t)with->total, "seed",
        (json_int_t)t->d->seed);
    return demo_report(t->d, o);
}

static void say_what_next(const Tour *t)
{
    const char *dir = t->d->dir;
    demo_say(t->d,
             "\n6. Now you\n\n"
             "   Open %s/page.html in a browser: reports, and what their headlines rest on.\n"
             "   The model is an ordinary folder, %s/model; every command takes it:\n\n"
             "      lookback summarize -m %s/model --key-sentences 3 %s/test.src\n"
             "      head -1 %s/test.src | lookback explain -m %s/model - --html report.html\n"
             "      echo \"Tickets cost 40 euros. Yesterday the zoo of Oslo lost a ferry.\" |\n"
             "          lookback summarize -m %s/model --json\n\n"
             "   Settings to change: %s/demo.yaml.\n",
             dir, dir, dir, dir, dir, dir, dir, dir);
}

LbStatus demo_summarize(Demo *d)
{
    Tour t = { .d = d, .steps = demo_sized(d, STEPS, 10) };
    Marks with = { 0 }, of_long = { 0 }, without = { 0 };
    LbStatus status = make_corpus(&t);
    if (status == LB_OK)
        status = write_config(&t);
    if (status == LB_OK)
        status = train_and_show(&t, &with, &of_long);
    if (status == LB_OK)
        status = train_without(&t, &without);
    if (status == LB_OK)
        status = write_report(&t, &with, &of_long, &without);
    drop_test(&t);
    if (status != LB_OK)
        return status;
    compare(&t, &with, &of_long, &without);
    say_what_next(&t);
    return LB_OK;
}
