/* demo_translate.c -- the tour of translation: a small English-French corpus made by rule, a model that looks
 * back and one that cannot, and what the difference is. The corpus has gold alignment, so "where it looked"
 * can be marked like an exam.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/demo.h"
#include "base/array.h"
#include "base/status.h"
#include "explain/readout.h"
#include "metric/aer.h"
#include "view/chart.h"

enum { N_TRAIN = 25000, N_VALID = 300, N_TEST = 1000, N_BUCKETS = 6 };

/* Source words: shortest and longest of each bucket. */
static const int bucket[N_BUCKETS][2] = {
    { 1, 5 }, { 6, 10 }, { 11, 15 }, { 16, 20 }, { 21, 25 }, { 26, 30 }
};

typedef struct {
    Demo *d;
    int n_train, n_test;
    double perfect;          /* AER of a perfect reader, 0 to 1 */
    char **source, **target; /* arrays: the held-out part, line by line */
    AerLink **gold;          /* array of arrays */
} Tour;

/* What one model did on the held-out sentences. */
typedef struct {
    size_t right, total, bucket_right[N_BUCKETS], bucket_total[N_BUCKETS];
    double aer; /* 0 to 1; NAN without attention */
    double seconds;
} Marks;

/* ---- the corpus ---- */

static LbStatus read_test(Tour *t)
{
    char **links = NULL;
    LbStatus status = demo_lines(t->d, "test.en", &t->source);
    if (status == LB_OK)
        status = demo_lines(t->d, "test.fr", &t->target);
    if (status == LB_OK)
        status = demo_lines(t->d, "test.align", &links);
    for (size_t i = 0; status == LB_OK && i < array_len(links); i++) {
        AerLink *gold;
        status = links_parse(line_of(links[i]), &gold, t->d->err);
        array_push(t->gold, gold);
    }
    demo_lines_free(links);
    return status;
}

static LbStatus make_corpus(Tour *t)
{
    demo_say(
        t->d,
        "1. A small corpus, made by a grammar\n\n"
        "   English sentences of 2 to 30 words with their French translation, by rule: verbs and adjectives\n"
        "   agree, adjectives move behind the noun, \"not\" stands around the verb. %d sentences are for\n"
        "   training; the %d held out, \"She loves cats\" among them, are never trained on.\n",
        t->n_train, t->n_test);
    LbSynthOptions o = { .n_train = t->n_train, .n_valid = N_VALID, .n_test = t->n_test, .seed = t->d->seed };
    LbSynthReport readers = { 0 };
    LbStatus status = lb_synth("svo", t->d->dir, o, &readers, t->d->err);
    t->perfect = readers.perfect_aer;
    if (status == LB_OK)
        status = read_test(t);
    for (size_t i = 1; status == LB_OK && i < 4; i++)
        demo_say(t->d, "      %s  =  %s\n", t->source[i], t->target[i]);
    return status;
}

/* ---- training ---- */

enum { EPOCHS = 6, BATCH = 64 };

static int n_steps(const Tour *t)
{
    return (t->n_train + BATCH - 1) / BATCH * EPOCHS;
}

static LbStatus write_config(const Tour *t)
{
    const char *dir = t->d->dir;
    Str s = { 0 };
    str_addf(&s, "data:\n  train: { source: %s/train.en, target: %s/train.fr }\n", dir, dir);
    str_addf(&s, "  valid: { source: %s/valid.en, target: %s/valid.fr }\n", dir, dir);
    str_add(
        &s,
        "  source: { level: word }\n  target: { level: word }\n"
        "model:\n"
        "  encoder: { cell: gru-reset-after, hidden: 192, embedding: 96, dropout: 0.1 }\n"
        "  decoder: { cell: gru-reset-after, hidden: 192, embedding: 96, dropout: 0.1, "
        "input_feeding: false }\n"
        "  attention: { score: additive, hidden: 64, place: after }   # try: dot, general, location, none\n"
        "train:\n  learning_rate: 0.004\n");
    str_addf(&s, "  schedule: { type: cosine, warmup: 50, steps: %d }\n", n_steps(t));
    str_addf(&s, "  batch: { sentences: %d }\n  label_smoothing: 0\n  epochs: %d\n  metric: accuracy\n",
             BATCH, EPOCHS);
    LbStatus status = demo_config(t->d, s.text);
    str_free(&s);
    return status;
}

/* ---- using a model ---- */

static int bucket_of(size_t n_words)
{
    int i = 0;
    while (i < N_BUCKETS - 1 && (int)n_words > bucket[i][1])
        i++;
    return i;
}

static void mark_one(Marks *m, const LbResult *r, const char *reference)
{
    int i = bucket_of(r->n_source_words - 1);
    bool right = !strcmp(r->hypotheses[0].text, reference);
    m->right += right;
    m->total++;
    m->bucket_right[i] += right;
    m->bucket_total[i]++;
}

/* One link per target word of the gold translation: its largest weight (readout `output`). */
static void align_one(AerCounts *c, const LbResult *r, const AerLink *gold)
{
    const LbHypothesis *h = &r->hypotheses[0];
    AerLink *links = NULL;
    for (size_t w = 0; w + 1 < h->n_words; w++) {
        size_t s = readout_top(h->attention + w * r->n_source_words, r->n_source_words);
        if (s + 1 < r->n_source_words)
            array_push(links, (AerLink){ (int)s, (int)w, true });
    }
    aer_add(c, gold, array_len(gold), links, array_len(links));
    array_free(links);
}

static LbStatus mark(const Tour *t, const DemoModel *r, Marks *m)
{
    size_t n = array_len(t->source);
    LbText *source = demo_texts(t->source), *target = demo_texts(t->target);
    LbResult *results = NULL, *forced = NULL;
    LbTranslateOptions o = lb_translate_default(r->model);
    o.beam = 1;
    m->aer = NAN;
    LbStatus status = lb_translate(r->session, source, n, NULL, o, &results, t->d->err);
    for (size_t i = 0; status == LB_OK && i < n; i++)
        mark_one(m, &results[i], t->target[i]);
    if (status == LB_OK && lb_model_attends(r->model)) {
        AerCounts counts = { 0 };
        status = lb_score(r->session, source, target, n, 64, false, LB_MAPS_ONE, &forced, t->d->err);
        for (size_t i = 0; status == LB_OK && i < n; i++)
            align_one(&counts, &forced[i], t->gold[i]);
        m->aer = aer_score(&counts);
    }
    lb_results_free(results);
    lb_results_free(forced);
    free(source);
    free(target);
    return status;
}

/* ---- the tour ---- */

static LbStatus write_pictures(const Tour *t, const LbMap *m, const char *name)
{
    const char *const kinds[] = { "svg", "png", "pdf" };
    LbStatus status = LB_OK;
    for (int i = 0; status == LB_OK && i < 3; i++) {
        Str file = { 0 };
        str_addf(&file, "%s/%s.%s", t->d->dir, name, kinds[i]);
        status = lb_map_picture(m, NULL, file.text, t->d->err);
        str_free(&file);
    }
    return status;
}

/* Held-out sentence number `line`, and where its pictures go. */
typedef struct {
    size_t line;
    const char *picture;
} Shown;

static LbText source_of(const Tour *t, size_t i)
{
    return (LbText){ t->source[i], strlen(t->source[i]) };
}

static LbStatus add_to_page(const Tour *t, const DemoModel *ready, LbPage *page, LbPageText x)
{
    LbGradient *g = NULL;
    LbStatus status = lb_gradient(ready->session, x.result, 0, &g, t->d->err);
    x.gradient = g;
    if (status == LB_OK)
        status = lb_page_add(page, &x, t->d->err);
    lb_gradient_free(g);
    return status;
}

/* The map with every highlight checked, in the terminal, as pictures and on the page. */
static LbStatus show_map(const Tour *t, const DemoModel *ready, LbPage *page, const LbResult *r, Shown shown)
{
    LbMap *m = NULL;
    LbErasure *erased = NULL;
    LbStatus status = lb_map_new(r, 0, lb_map_default(), &m, t->d->err);
    if (status == LB_OK)
        status = lb_erase(ready->session, r, 0, LB_ERASE_UNK, &erased, t->d->err);
    if (status == LB_OK) {
        lb_map_check(m, erased);
        char *text = lb_map_text(m, t->d->hooks->colour, t->d->hooks->columns);
        demo_say(t->d, "%s\n", text);
        free(text);
        status = write_pictures(t, m, shown.picture);
    }
    if (status == LB_OK)
        status = add_to_page(t, ready, page,
                             (LbPageText){ .text = source_of(t, shown.line),
                                           .line = shown.line,
                                           .result = r,
                                           .checked = m,
                                           .erasure = erased,
                                           .steps = true });
    lb_erasure_free(erased);
    lb_map_free(m);
    return status;
}

/* The first held-out sentence of about `n_words` words. */
static size_t pick_length(const Tour *t, size_t n_words)
{
    for (size_t i = 1; i < array_len(t->source); i++) {
        Span *words = text_words(t->source[i], strlen(t->source[i]));
        size_t n = array_len(words);
        array_free(words);
        if (n == n_words)
            return i;
    }
    return 1;
}

static LbStatus show_one(const Tour *t, const DemoModel *r, LbPage *page, Shown shown)
{
    LbText line = source_of(t, shown.line);
    const char *expected = t->target[shown.line];
    LbResult *result;
    LbStatus status =
        lb_translate(r->session, &line, 1, NULL, lb_translate_default(r->model), &result, t->d->err);
    if (status != LB_OK)
        return status;
    bool right = !strcmp(result->hypotheses[0].text, expected);
    demo_say(t->d, "   %s\n   %s%s%s\n", line.text, result->hypotheses[0].text,
             right ? "" : "     expected: ", right ? "" : expected);
    status = show_map(t, r, page, result, shown);
    lb_results_free(result);
    return status;
}

/* Three sentences: the one that the tour begins with, and two longer ones. */
static LbStatus show_some(const Tour *t, const DemoModel *r)
{
    const Shown shown[] = { { 0, "she-loves-cats" },
                            { pick_length(t, 9), "held-out-9-words" },
                            { pick_length(t, 14), "held-out-14-words" } };
    LbPage *page;
    LbStatus status = demo_page(t->d, r, &page);
    for (int i = 0; status == LB_OK && i < 3; i++)
        status = show_one(t, r, page, shown[i]);
    return demo_page_end(t->d, page, status);
}

static LbStatus train_and_show(Tour *t, Marks *m)
{
    demo_say(t->d,
             "\n2. An encoder-decoder with attention learns it\n\n"
             "   The encoder reads the English words; the decoder writes French, one word at a time, and "
             "before each\n"
             "   word looks back at all English words with weights that sum to 1. Nobody tells it where to "
             "look.\n");
    DemoModel r = { 0 };
    LbStatus status = demo_train(t->d, "model", "with attention", n_steps(t), NULL, &r);
    m->seconds = r.seconds;
    if (status == LB_OK)
        demo_say(
            t->d,
            "\n3. Where it looked, and whether that mattered\n\n"
            "   One row for each word it wrote, one column for each word it read. Then every highlight is "
            "put "
            "to the\n"
            "   test: the source word is taken away (read as <unk>), and the output is scored again.\n");
    if (status == LB_OK)
        status = show_some(t, &r);
    if (status == LB_OK)
        status = mark(t, &r, m);
    demo_close(&r);
    return status;
}

static LbStatus train_without(Tour *t, Marks *m)
{
    DemoModel r = { 0 };
    LbStatus status = demo_train_without_attention(t->d, "sentence", n_steps(t), &r);
    m->seconds = r.seconds;
    if (status == LB_OK)
        status = mark(t, &r, m);
    demo_close(&r);
    return status;
}

static void compare(const Tour *t, const Marks *with, const Marks *without)
{
    Str table = { 0 };
    str_addf(&table,
             "\n5. What looking back is worth: %zu held-out sentences, exactly right\n\n"
             "   English words   with attention   without\n",
             with->total);
    for (int i = 0; i < N_BUCKETS; i++)
        str_addf(&table, "   %2d to %2d        %9.1f %%      %6.1f %%\n", bucket[i][0], bucket[i][1],
                 demo_share(with->bucket_right[i], with->bucket_total[i]),
                 demo_share(without->bucket_right[i], without->bucket_total[i]));
    str_addf(&table, "   all             %9.1f %%      %6.1f %%\n", demo_share(with->right, with->total),
             demo_share(without->right, without->total));
    str_addf(&table,
             "\n   Alignment error of its attention: %.1f %% (a reader that makes no mistake but gives each\n"
             "   word one link: %.1f %%; lower is better). Trained for %.0f and %.0f seconds.\n",
             100 * with->aer, 100 * t->perfect, with->seconds, without->seconds);
    demo_say(t->d, "%s", table.text);
    str_free(&table);
}

static LbStatus draw_lengths(const Tour *t, const Marks *with, const Marks *without)
{
    double x[N_BUCKETS], y[2][N_BUCKETS];
    for (int i = 0; i < N_BUCKETS; i++) {
        x[i] = (bucket[i][0] + bucket[i][1]) / 2.0;
        y[0][i] = demo_share(with->bucket_right[i], with->bucket_total[i]);
        y[1][i] = demo_share(without->bucket_right[i], without->bucket_total[i]);
    }
    const Series series[] = { { "with attention", N_BUCKETS, x, y[0], NULL, NULL },
                              { "without", N_BUCKETS, x, y[1], NULL, NULL } };
    Chart chart = {
        "Held-out sentences translated exactly right", "English words", "per cent", series, 2, false, 0, 100
    };
    LbStatus status = LB_OK;
    const char *const names[] = { "accuracy-by-length.svg", "accuracy-by-length.png" };
    for (int i = 0; status == LB_OK && i < 2; i++) {
        char *path = demo_path(t->d, names[i]);
        status = chart_write(&chart, path, t->d->err);
        free(path);
    }
    return status;
}

static json_t *lengths_json(const Marks *with, const Marks *without)
{
    json_t *a = json_array();
    for (int i = 0; i < N_BUCKETS; i++)
        json_array_append_new(a, json_pack("{s:i, s:i, s:I, s:f, s:f}", "shortest", bucket[i][0], "longest",
                                           bucket[i][1], "sentences", (json_int_t)with->bucket_total[i],
                                           "exact", demo_share(with->bucket_right[i], with->bucket_total[i]),
                                           "exact_without_attention",
                                           demo_share(without->bucket_right[i], without->bucket_total[i])));
    return a;
}

/* All shares and errors in per cent. */
static LbStatus write_report(const Tour *t, const Marks *with, const Marks *without)
{
    json_t *o = json_pack(
        "{s:f, s:f, s:f, s:f, s:f, s:f, s:I, s:I, s:o}", "exact", demo_share(with->right, with->total),
        "exact_without_attention", demo_share(without->right, without->total), "aer", 100 * with->aer,
        "aer_of_a_perfect_reader", 100 * t->perfect, "seconds_training", with->seconds,
        "seconds_training_without_attention", without->seconds, "sentences", (json_int_t)with->total, "seed",
        (json_int_t)t->d->seed, "by_length", lengths_json(with, without));
    return demo_report(t->d, o);
}

static void say_what_next(const Tour *t)
{
    demo_say(
        t->d,
        "\n6. Now you\n\n"
        "   Open %s/page.html in a browser: point at a French word, and see what it stands on.\n"
        "   The model is an ordinary folder, %s/model; every command takes it. Try a sentence of your "
        "own:\n\n"
        "      echo \"He does not like the small red house\" | lookback translate -m %s/model\n"
        "      lookback explain -m %s/model \"She loves cats\" --html cats.html\n"
        "      lookback explain -m %s/model \"She loves cats\" --trace\n"
        "      lookback whatif -m %s/model \"She loves cats\" --swap 1:hates\n"
        "      lookback check -m %s/model %s/test.en\n"
        "      lookback inspect %s/model\n\n"
        "   It knows the 300 words of its small corpus (%s/model/source.vocab); any other word it reads as "
        "<unk> and says so.\n"
        "   Pictures: %s/she-loves-cats.png, %s/accuracy-by-length.png. Settings to change: %s/demo.yaml.\n",
        t->d->dir, t->d->dir, t->d->dir, t->d->dir, t->d->dir, t->d->dir, t->d->dir, t->d->dir, t->d->dir,
        t->d->dir, t->d->dir, t->d->dir, t->d->dir);
}

static LbStatus tour(Tour *t)
{
    Marks with = { 0 }, without = { 0 };
    LbStatus status = make_corpus(t);
    if (status == LB_OK)
        status = write_config(t);
    if (status == LB_OK)
        status = train_and_show(t, &with);
    if (status == LB_OK)
        status = train_without(t, &without);
    if (status == LB_OK)
        status = write_report(t, &with, &without);
    if (status == LB_OK)
        status = draw_lengths(t, &with, &without);
    if (status != LB_OK)
        return status;
    compare(t, &with, &without);
    say_what_next(t);
    return LB_OK;
}

static void tour_free(Tour *t)
{
    demo_lines_free(t->source);
    demo_lines_free(t->target);
    for (size_t i = 0; i < array_len(t->gold); i++)
        array_free(t->gold[i]);
    array_free(t->gold);
}

LbStatus demo_translate(Demo *d)
{
    Tour t = { .d = d, .n_train = demo_sized(d, N_TRAIN, 200), .n_test = demo_sized(d, N_TEST, 20) };
    LbStatus status = tour(&t);
    tour_free(&t);
    return status;
}
