/* The train loop on a small copying task: it learns; a stopped and resumed run ends with the same bytes;
 * threads change nothing; it stops when it should; and what goes wrong leaves a folder that can be opened.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "compute/compute.h"
#include "train/checkpoint.h"
#include "train/trainer.h"

#include "remove_tree.h"

/* ---- a run: a folder, data, and what the hooks saw ---- */

enum { PAIRS = 52, HELD_OUT = 12, SETTINGS = 24 };

typedef struct {
    char dir[40];
    const char *settings[SETTINGS];
    int n_settings;
    char *model_dir;
    /* hooks */
    int64_t cancel_after; /* updates of this run; 0: never */
    int64_t asked;
    int cancel_decoding; /* that many more times */
    const char *answer;  /* of decoding; NULL: the reference */
    size_t at_once;      /* CorpusFiles.at_once of the training data; 1: it stays on disk */
    bool guided;         /* by the file train.links */
    double first_guide, last_guide;
    int n_read_all, n_messages;
    int n_reports, n_validations, n_best;
    double first_loss, last_loss, loss, exact, bleu, rouge;
    LbError err;
    TrainSummary summary;
} Run;

static char *in_dir(const char *dir, const char *name)
{
    static char path[4][200];
    static int turn;
    turn = (turn + 1) % 4;
    char joined[200]; /* dir may be one of the four */
    snprintf(joined, sizeof joined, "%s/%s", dir, name);
    return strcpy(path[turn], joined);
}

/* Lines of two to six of eight words; the target is the same line. */
static void write_data(const char *path, int n, uint64_t seed)
{
    Str text = { 0 };
    Rng r = rng_new(seed);
    for (int i = 0; i < n; i++) {
        int len = 2 + rng_below(&r, 5);
        for (int k = 0; k < len; k++)
            str_addf(&text, "%s%c", k ? " " : "", 'a' + rng_below(&r, 8));
        str_add(&text, "\n");
    }
    assert_int_equal(file_write(path, text.text, text.len, NULL), LB_OK);
    str_free(&text);
}

static Run run_new(void)
{
    Run r = { .dir = "/tmp/lookback-train-XXXXXX" };
    assert_non_null(mkdtemp(r.dir));
    write_data(in_dir(r.dir, "train"), PAIRS, 1);
    write_data(in_dir(r.dir, "valid"), HELD_OUT, 2);
    static const char *const usual[] = {
        "data.source.level=tokens",  "data.target.level=tokens",  "model.encoder.hidden=16",
        "model.encoder.embedding=8", "model.decoder.hidden=16",   "model.decoder.embedding=8",
        "train.batch.sentences=8",   "train.metric=loss",         "train.report_steps=3",
        "train.learning_rate=0.01",  "train.schedule.patience=1", "train.epochs=4",
        "train.memory=200M",
    };
    for (size_t i = 0; i < sizeof usual / sizeof *usual; i++)
        r.settings[r.n_settings++] = usual[i];
    return r;
}

static void run_end(Run *r)
{
    remove_tree(r->dir);
}

static void set(Run *r, const char *setting)
{
    assert_true(r->n_settings < SETTINGS);
    r->settings[r->n_settings++] = setting;
}

static Vocab *vocab_of(const Run *r)
{
    Vocab *v;
    const char *path = in_dir(r->dir, "train");
    assert_int_equal(vocab_train(&path, 1, (VocabOptions){ .level = "tokens", .min_count = 1 }, &v, NULL),
                     LB_OK);
    return v;
}

static Corpus *corpus_of(const Run *r, const char *name, const Vocab *v)
{
    char **path = NULL;
    array_push(path, in_dir(r->dir, name));
    Corpus *c;
    LbError err;
    bool valid = text_equal(name, "valid");
    CorpusFiles files = { .source = path, .target = path, .max_length = 50, .at_once = r->at_once };
    if (r->guided && !valid)
        array_push(files.guide, in_dir(r->dir, "train.links"));
    files.guide_form = guide_links;
    if (corpus_load(&files, v, v, valid, &c, &err))
        fail_msg("%s", err.text);
    array_free(path);
    array_free(files.guide);
    return c;
}

/* ---- hooks ---- */

static bool hook_cancelled(void *context)
{
    Run *r = context;
    return r->cancel_after > 0 && r->asked++ >= r->cancel_after;
}

static void hook_report(void *context, const TrainReport *report)
{
    Run *r = context;
    if (r->n_reports++ == 0)
        r->first_loss = report->loss, r->first_guide = report->guide;
    r->last_loss = report->loss;
    r->last_guide = report->guide;
    assert_true(r->guided == !isnan(report->guide));
    assert_true(report->words_per_second > 0 && report->norm > 0 && report->memory > 1000);
    assert_true(report->batch >= 1 && report->batch <= report->n_batch && report->epoch >= 1);
}

static void hook_validated(void *context, const TrainValid *v)
{
    Run *r = context;
    r->n_validations++;
    r->n_best += v->best;
    r->loss = v->loss;
    r->exact = v->exact;
    r->bleu = v->bleu;
    r->rouge = v->rouge;
}

static LbStatus hook_decode(void *context, const Model *m, const Corpus *valid, char ***texts, LbError *err)
{
    (void)m;
    Run *r = context;
    if (r->cancel_decoding-- > 0)
        return err->status = LB_CANCELLED;
    *texts = memory_get(valid->n, sizeof **texts);
    for (size_t i = 0; i < valid->n; i++)
        (*texts)[i] = memory_text(r->answer ? r->answer : valid->target_lines[i]);
    return LB_OK;
}

static void hook_message(void *context, const char *text)
{
    Run *r = context;
    r->n_messages += strstr(text, "train.memory is") != NULL;
}

static void hook_read_all(void *context, const CorpusReport *report)
{
    Run *r = context;
    r->n_read_all++;
    assert_int_equal(report->pairs, report->lines); /* of these files all can be used */
}

/* ---- training, each time with everything made anew, as another process would ---- */

static Config config_of(Run *r, const char *folder)
{
    Config c;
    Str dir = { 0 };
    str_addf(&dir, "model_dir=%s", in_dir(r->dir, folder));
    const char *all[SETTINGS + 1];
    memcpy(all, r->settings, sizeof r->settings);
    all[r->n_settings] = dir.text;
    if (config_load(&c, NULL, all, r->n_settings + 1, &r->err))
        fail_msg("%s", r->err.text);
    str_free(&dir);
    return c;
}

static LbStatus train_with(Run *r, const char *folder, bool resume, double rate, bool valid)
{
    Config c = config_of(r, folder);
    if (rate > 0)
        c.learning_rate = rate;
    Vocab *v = vocab_of(r);
    Corpus *train = corpus_of(r, "train", v), *held_out = valid ? corpus_of(r, "valid", v) : NULL;
    Model *m;
    if (model_new(&c, v, v, true, &m, &r->err))
        fail_msg("%s", r->err.text);
    TrainHooks hooks = { r,           hook_cancelled, hook_report,  hook_validated,
                         hook_decode, hook_message,   hook_read_all };
    r->asked = 0;
    LbStatus status = train_run(m, train, held_out, &hooks, resume, &r->summary, &r->err);
    for (size_t i = 0; i < params_len(m->params); i++)
        assert_true(status == LB_MEMORY || isfinite(params_values(m->params)[i]));
    model_free(m);
    corpus_free(train);
    corpus_free(held_out);
    config_free(&c);
    return status;
}

static LbStatus train(Run *r, const char *folder, bool resume)
{
    return train_with(r, folder, resume, 0, true);
}

static void train_ok(Run *r, const char *folder, bool resume)
{
    if (train(r, folder, resume))
        fail_msg("%s", r->err.text);
}

static void assert_same_file(const Run *r, const char *one, const char *other, const char *name)
{
    size_t n, k;
    char *a = file_read(in_dir(in_dir(r->dir, one), name), &n, NULL);
    char *b = file_read(in_dir(in_dir(r->dir, other), name), &k, NULL);
    assert_non_null(a);
    assert_non_null(b);
    assert_int_equal(n, k);
    if (memcmp(a, b, n))
        fail_msg("%s differs between %s and %s", name, one, other);
    free(a);
    free(b);
}

static int count_lines(const Run *r, const char *folder, const char *name)
{
    size_t n;
    char *text = file_read(in_dir(in_dir(r->dir, folder), name), &n, NULL);
    assert_non_null(text);
    int lines = 0;
    for (size_t i = 0; i < n; i++)
        lines += text[i] == '\n';
    free(text);
    return lines;
}

static void assert_opens(Run *r, const char *folder)
{
    Model *m;
    if (model_open(in_dir(r->dir, folder), false, &m, &r->err))
        fail_msg("%s", r->err.text);
    model_free(m);
}

/* ---- tests ---- */

static void test_learns(void **state)
{
    (void)state;
    Run r = run_new();
    set(&r, "train.epochs=25");
    set(&r, "train.schedule.type=constant");
    train_ok(&r, "m", false);
    assert_true(r.first_loss > 1.8 && r.last_loss < 0.75 * r.first_loss);
    assert_string_equal(r.summary.why, "epochs");
    assert_int_equal(r.summary.epoch, 25);
    assert_int_equal(r.summary.step, 25 * 7);
    assert_int_equal(r.n_validations, 25);
    assert_int_equal(r.n_reports, 25 * 7 / 3);
    assert_int_equal(count_lines(&r, "m", LOG_FILE), r.n_reports);
    assert_int_equal(count_lines(&r, "m", VALIDATION_FILE), 26);
    assert_opens(&r, "m");
    run_end(&r);
}

/* 28 updates in four epochs of 7 batches (accumulated: 16 of two batches, or of the one that is left). */
static void test_resume(void **state)
{
    (void)state;
    static const char *const variants[][4] = {
        { "train.accumulate=1" },
        { "train.accumulate=2" },
        { "train.average_decay=0.1" },
        { "train.validate_every.steps=5" },
        { "train.optimizer=sgd", "train.momentum=0.9" },
        /* never right: the rate drops at the third and fifth validation, the fifth is the last */
        { "train.metric=exact", "train.schedule.patience=2", "train.patience=4", "train.epochs=9" },
    };
    Rng random = rng_new(7);
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        Run r = run_new();
        r.answer = "never right";
        for (int k = 0; k < 4 && variants[i][k]; k++)
            set(&r, variants[i][k]);
        train_ok(&r, "whole", false);
        int64_t steps = r.summary.step;
        LbStatus status = LB_CANCELLED;
        int parts = 0;
        for (bool resume = false; status == LB_CANCELLED; resume = true, parts++) {
            r.cancel_after = 1 + rng_below(&random, 6);
            status = train(&r, "parts", resume);
        }
        if (status)
            fail_msg("%s", r.err.text);
        assert_true(parts > 2);
        assert_int_equal(r.summary.step, steps);
        char last[60];
        snprintf(last, sizeof last, "checkpoints/step-%06d.safetensors", (int)steps);
        assert_same_file(&r, "whole", "parts", last);
        assert_same_file(&r, "whole", "parts", "model.safetensors");
        assert_int_equal(count_lines(&r, "whole", LOG_FILE), count_lines(&r, "parts", LOG_FILE));
        assert_int_equal(count_lines(&r, "whole", VALIDATION_FILE),
                         count_lines(&r, "parts", VALIDATION_FILE));
        run_end(&r);
    }
}

static Model *model_with(Run *r, const char *folder, const char *file)
{
    Config c = config_of(r, folder);
    Vocab *v = vocab_of(r);
    Model *m;
    if (model_new(&c, v, v, true, &m, &r->err) ||
        model_load_weights(m, in_dir(in_dir(r->dir, folder), file), &r->err))
        fail_msg("%s", r->err.text);
    config_free(&c);
    return m;
}

/* An epoch of 32 pairs as four batches and as one: an update has the same gradient, but for rounding. */
static void test_accumulate(void **state)
{
    (void)state;
    Model *m[2];
    for (int i = 0; i < 2; i++) {
        Run r = run_new();
        Str same = { 0 };
        for (int k = 0; k < 32; k++)
            str_addf(&same, "%c %c a\n", 'a' + k / 2 % 8, 'h' - k / 4 % 8);
        assert_int_equal(file_write(in_dir(r.dir, "train"), same.text, same.len, NULL), LB_OK);
        str_free(&same);
        set(&r, "model.encoder.dropout=0");
        set(&r, "model.decoder.dropout=0");
        set(&r, "train.source_unk_rate=0");
        set(&r, "train.schedule.type=constant");
        set(&r, "train.optimizer=sgd");
        set(&r, i ? "train.batch.sentences=32" : "train.batch.sentences=8");
        set(&r, i ? "train.accumulate=1" : "train.accumulate=4");
        if (train_with(&r, "m", false, 0, false))
            fail_msg("%s", r.err.text);
        assert_int_equal(r.summary.step, 4);
        m[i] = model_with(&r, "m", WEIGHTS_FILE);
        run_end(&r);
    }
    const real *a = params_values(m[0]->params), *b = params_values(m[1]->params);
    for (size_t i = 0; i < params_len(m[0]->params); i++)
        assert_true(fabs((double)(a[i] - b[i])) < 1e-6);
    model_free(m[0]);
    model_free(m[1]);
}

/* What is kept is the average of the weights after each update, which a run of one update at a time shows. */
static void test_moving_average(void **state)
{
    (void)state;
    enum { STEPS = 4 };
    Run r = run_new();
    set(&r, "train.average_decay=0.8"); /* above 9 / (t + 10) from the third update on */
    set(&r, "train.validate_every.steps=1");
    set(&r, "train.keep=100");
    double *average = NULL;
    for (int step = 0; step <= STEPS; step++) {
        static char limit[STEPS + 1][40];
        snprintf(limit[step], sizeof limit[step], "train.max_steps=%d", step ? step : 1);
        set(&r, limit[step]);
        if (step == 0)
            continue;
        train_ok(&r, "m", step > 1);
        Model *raw = model_with(&r, "m", STATE_FILE);
        size_t n = params_len(raw->params);
        if (!average) {
            average = memory_get(n, sizeof *average);
            params_init(raw->params, 1);
            for (size_t i = 0; i < n; i++)
                average[i] = (double)params_values(raw->params)[i];
            model_free(raw);
            raw = model_with(&r, "m", STATE_FILE);
        }
        char kept[60];
        snprintf(kept, sizeof kept, "checkpoints/step-%06d.safetensors", step);
        Model *smooth = model_with(&r, "m", kept);
        double share = fmax(0.8, 9 / (step + 9.0)), apart = 0;
        for (size_t i = 0; i < n; i++) {
            double w = (double)params_values(raw->params)[i];
            average[i] += share * (w - average[i]);
            assert_true(fabs(average[i] - (double)params_values(smooth->params)[i]) < 1e-6);
            apart = fmax(apart, fabs(w - average[i]));
        }
        assert_true(apart > 1e-4);
        model_free(raw);
        model_free(smooth);
    }
    free(average);
    run_end(&r);
}

/* A run that ended between two validations makes one more; going on must not notice. */
static void test_resume_after_end(void **state)
{
    (void)state;
    Run r = run_new();
    train_ok(&r, "whole", false);
    for (int steps = 5; steps <= 30; steps += 5) {
        static char limit[2][40];
        snprintf(limit[0], sizeof limit[0], "train.max_steps=%d", steps);
        Run part = r;
        set(&part, limit[0]);
        train_ok(&part, "parts", steps > 5);
        assert_int_equal(part.summary.step, steps < 28 ? steps : 28);
        assert_string_equal(part.summary.why, steps < 28 ? "max_steps" : "epochs");
    }
    assert_same_file(&r, "whole", "parts", "checkpoints/step-000028.safetensors");
    run_end(&r);
}

/* Stopped while validation decodes: that validation is made up for. */
static void test_resume_in_validation(void **state)
{
    (void)state;
    Run r = run_new();
    set(&r, "train.metric=exact");
    r.answer = "a";
    train_ok(&r, "whole", false);
    int n = r.n_validations;
    Run part = r;
    part.n_validations = 0;
    for (int i = 0; i < 3; i++) {
        part.cancel_decoding = 1;
        assert_int_equal(train(&part, "parts", i > 0), LB_CANCELLED);
        assert_int_equal(part.summary.step, 7);
        assert_string_equal(part.summary.why, "cancelled");
    }
    part.cancel_decoding = 0;
    train_ok(&part, "parts", true);
    assert_int_equal(part.n_validations, n);
    assert_same_file(&r, "whole", "parts", "checkpoints/step-000028.safetensors");
    run_end(&r);
}

static void test_threads(void **state)
{
    (void)state;
    Run r = run_new();
    threads_set(1);
    train_ok(&r, "one", false);
    threads_set(2);
    train_ok(&r, "two", false);
    threads_set(0);
    assert_same_file(&r, "one", "two", "checkpoints/step-000028.safetensors");
    set(&r, "seed=2"); /* and the test can fail */
    train_ok(&r, "other", false);
    size_t n;
    char *a = file_read(in_dir(in_dir(r.dir, "one"), "model.safetensors"), &n, NULL);
    char *b = file_read(in_dir(in_dir(r.dir, "other"), "model.safetensors"), &n, NULL);
    assert_memory_not_equal(a, b, n);
    free(a);
    free(b);
    run_end(&r);
}

static void test_diverges(void **state)
{
    (void)state;
    static const char *const optimizers[] = { "train.optimizer=sgd", "train.optimizer=adam" };
    for (int i = 0; i < 2; i++) {
        Run r = run_new();
        set(&r, optimizers[i]);
        set(&r, "train.clip_norm=0");
        set(&r, "train.schedule.type=constant");
        set(&r, "train.learning_rate=100");
        assert_int_equal(train(&r, "m", false), LB_DIVERGED);
        assert_non_null(strstr(r.err.text, "train.learning_rate"));
        assert_null(r.summary.why);
        assert_opens(&r, "m");
        run_end(&r);
    }
}

static void test_decodes(void **state)
{
    (void)state;
    Run r = run_new();
    set(&r, "train.metric=bleu");
    set(&r, "train.epochs=1");
    train_ok(&r, "m", false);
    assert_true(fabs(r.exact - 100) < 1e-9 && fabs(r.bleu - 100) < 1e-9 && fabs(r.rouge - 100) < 1e-9);
    r.answer = "";
    train_ok(&r, "m", false);
    assert_true(r.exact == 0 && r.bleu == 0 && r.rouge == 0);
    size_t n;
    char *text = file_read(in_dir(in_dir(r.dir, "m"), VALIDATION_FILE), &n, NULL);
    assert_true(text_starts(text, "step\tepoch\tloss\tppl\taccuracy\tbleu\tchrf\texact\trouge\tentropy\t"
                                  "end_mass\trate\tseconds\n7\t1\t"));
    free(text);
    run_end(&r);
}

static void check_early_stop(const char *metric)
{
    Run r = run_new();
    set(&r, metric);
    set(&r, "train.patience=2");
    set(&r, "train.epochs=50");
    set(&r, "train.keep=2");
    r.answer = "never right";
    train_ok(&r, "m", false);
    assert_string_equal(r.summary.why, "patience");
    assert_int_equal(r.n_validations, 3);
    assert_int_equal(r.n_best, 1);
    assert_int_equal(r.summary.best_step, 7);
    assert_true(r.summary.best == 0);
    char **kept = dir_list(in_dir(in_dir(r.dir, "m"), CHECKPOINT_DIR));
    assert_int_equal(array_len(kept), 2);
    assert_string_equal(kept[1], "step-000021.safetensors");
    for (size_t i = 0; i < array_len(kept); i++)
        free(kept[i]);
    array_free(kept);
    run_end(&r);
}

static void test_early_stop(void **state)
{
    (void)state;
    check_early_stop("train.metric=exact");
    check_early_stop("train.metric=rouge");
}

/* Time spent before a resume counts. */
static void test_minutes(void **state)
{
    (void)state;
    Run r = run_new();
    set(&r, "train.minutes=0.001");
    set(&r, "train.epochs=0");
    train_ok(&r, "m", false);
    assert_string_equal(r.summary.why, "minutes");
    assert_true(r.summary.seconds >= 0.06 && r.summary.step > 0);
    int64_t step = r.summary.step;
    train_ok(&r, "m", true);
    assert_int_equal(r.summary.step, step);
    run_end(&r);
}

/* Without validation data the last weights are the model's. */
static void test_no_validation(void **state)
{
    (void)state;
    Run r = run_new();
    set(&r, "train.metric=bleu");
    set(&r, "train.max_steps=10");
    assert_int_equal(train_with(&r, "m", false, 0, false), LB_OK);
    assert_int_equal(r.n_validations, 0);
    assert_opens(&r, "m");
    set(&r, "train.max_steps=14");
    assert_int_equal(train_with(&r, "m", true, 0, false), LB_OK);
    size_t n, k;
    char *a = file_read(in_dir(in_dir(r.dir, "m"), "model.safetensors"), &n, NULL);
    char *b = file_read(in_dir(in_dir(r.dir, "m"), "checkpoints/step-000014.safetensors"), &k, NULL);
    assert_int_equal(n, k);
    assert_memory_equal(a, b, n);
    free(a);
    free(b);
    run_end(&r);
}

/* Position 6 of 7 batches does not exist among 4. */
static void test_larger_batches(void **state)
{
    (void)state;
    Run r = run_new();
    set(&r, "train.max_steps=6");
    train_ok(&r, "m", false);
    set(&r, "train.batch.sentences=16");
    set(&r, "train.max_steps=10");
    train_ok(&r, "m", true);
    assert_int_equal(r.summary.epoch, 2);
    run_end(&r);
}

/* Pools of 100 pairs, 250 pairs in all: stopped inside pools and between them; in memory or on disk. */
static void test_pools(void **state)
{
    (void)state;
    Rng random = rng_new(8);
    Run r = run_new();
    write_data(in_dir(r.dir, "train"), 250, 1);
    set(&r, "train.batch.sentences=1");
    set(&r, "train.accumulate=9"); /* 250 = 27 * 9 + 7: some updates are of two pools */
    set(&r, "train.epochs=2");
    set(&r, "model.encoder.hidden=4");
    set(&r, "model.decoder.hidden=4");
    train_ok(&r, "whole", false);
    assert_int_equal(r.summary.step, 56);
    assert_int_equal(r.n_read_all, 0);
    r.at_once = 1;
    train_ok(&r, "disk", false);
    assert_int_equal(r.n_read_all, 1);
    assert_same_file(&r, "whole", "disk", "checkpoints/step-000056.safetensors");
    LbStatus status = LB_CANCELLED;
    for (int part = 0; status == LB_CANCELLED; part++) {
        r.cancel_after = 1 + rng_below(&random, 20);
        r.at_once = (size_t)part % 2;
        status = train(&r, "parts", part > 0);
    }
    if (status)
        fail_msg("%s", r.err.text);
    assert_same_file(&r, "whole", "parts", "checkpoints/step-000056.safetensors");
    run_end(&r);
}

/* The least limit that is not refused (to 64 KiB) shrinks batches, and shrinks them again when resumed. */
/* The copying task's links: word i to word i; of every fifth line none. */
static void write_links(const Run *r)
{
    size_t n;
    char *text = file_read(in_dir(r->dir, "train"), &n, NULL);
    Str links = { 0 };
    for (size_t i = 0, line = 0, word = 0; i < n; i++) {
        if (text[i] == '\n')
            str_add(&links, "\n"), word = 0, line++;
        else if (text[i] != ' ' && line % 5)
            str_addf(&links, "%zu-%zu ", word, word), word++;
    }
    assert_int_equal(file_write(in_dir(r->dir, "train.links"), links.text, links.len, NULL), LB_OK);
    str_free(&links);
    free(text);
}

static void put_other_links(const Run *r)
{
    Str links = { 0 };
    for (int i = 0; i < 250; i++)
        str_add(&links, "0-0\n");
    assert_int_equal(file_write(in_dir(r->dir, "train.links"), links.text, links.len, NULL), LB_OK);
    str_free(&links);
}

static Run guided_run(bool transformer)
{
    Run r = run_new();
    write_data(in_dir(r.dir, "train"), 250, 1);
    write_links(&r);
    r.guided = true;
    set(&r, "train.guide.links=train.links");
    set(&r, "data.train.source=s");
    set(&r, "data.train.target=t");
    set(&r, "train.guide.weight=1");
    set(&r, "train.report_steps=25");
    set(&r, "train.schedule.type=constant");
    set(&r, "train.batch.sentences=2");
    set(&r, transformer ? "model.type=transformer" : "train.accumulate=2");
    return r;
}

/* Guided attention goes where the links are; the order, pools on disk, resuming and threads keep links and
 * pairs together, to the bit. */
static void test_guided(void **state)
{
    (void)state;
    Rng random = rng_new(9);
    for (int transformer = 0; transformer < 2; transformer++) {
        Run r = guided_run(transformer);
        threads_set(1);
        train_ok(&r, "whole", false);
        if (!(r.first_guide > 1 && r.last_guide < 0.6 * r.first_guide))
            fail_msg("guide: %g at first, %g at last", r.first_guide, r.last_guide);
        Run disk = r;
        disk.at_once = 1;
        threads_set(2);
        train_ok(&disk, "disk", false);
        threads_set(0);
        assert_same_file(&r, "whole", "disk", WEIGHTS_FILE);
        LbStatus status = LB_CANCELLED;
        for (int part = 0; status == LB_CANCELLED; part++) {
            r.cancel_after = 1 + rng_below(&random, transformer ? 100 : 50);
            status = train(&r, "parts", part > 0);
        }
        if (status)
            fail_msg("%s", r.err.text);
        assert_same_file(&r, "whole", "parts", WEIGHTS_FILE);
        assert_int_equal(count_lines(&r, "whole", LOG_FILE), count_lines(&r, "parts", LOG_FILE));
        put_other_links(&r);
        assert_int_equal(train(&r, "parts", true), LB_DATA); /* the gold is part of the data */
        run_end(&r);
    }
}

static void test_memory(void **state)
{
    (void)state;
    Run r = run_new();
    set(&r, "train.batch.sentences=52");
    set(&r, "train.epochs=2");
    train_ok(&r, "free", false);
    assert_int_equal(r.n_messages, 0);
    assert_int_equal(r.summary.step, 2);
    static char limit[40];
    Run tight = r;
    set(&tight, limit);
    for (int low = 40 << 10, high = 104 << 10; high - low > 64;) {
        int middle = (low + high) / 2;
        snprintf(limit, sizeof limit, "train.memory=%dK", middle);
        if (train(&tight, "tight", false) == LB_MEMORY)
            low = middle;
        else
            high = middle;
        snprintf(limit, sizeof limit, "train.memory=%dK", high);
    }
    tight.n_messages = 0;
    train_ok(&tight, "tight", false);
    assert_int_equal(tight.n_messages, 1);
    assert_true(tight.summary.step > 4);
    tight.cancel_after = 2;
    assert_int_equal(train(&tight, "parts", false), LB_CANCELLED);
    tight.cancel_after = 0;
    train_ok(&tight, "parts", true);
    assert_same_file(&tight, "tight", "parts", "model.safetensors");
    run_end(&r);
}

static void test_refuses(void **state)
{
    (void)state;
    Run r = run_new();
    assert_int_equal(train(&r, "m", true), LB_FILE);
    assert_non_null(strstr(r.err.text, "without --resume"));
    set(&r, "train.max_steps=3");
    train_ok(&r, "m", false);

    Run other = r;
    set(&other, "seed=9");
    assert_int_equal(train(&other, "m", true), LB_DATA);
    other = r;
    set(&other, "train.optimizer=sgd");
    assert_int_equal(train(&other, "m", true), LB_DATA);
    assert_non_null(strstr(other.err.text, "adam"));
    other = r;
    set(&other, "model.decoder.hidden=8");
    assert_int_equal(train(&other, "m", true), LB_FORMAT);
    other = r;
    set(&other, "train.memory=100K");
    assert_int_equal(train(&other, "m", false), LB_MEMORY);
    set(&other, "train.memory=300K");
    assert_int_equal(train(&other, "m", false), LB_MEMORY);
    assert_non_null(strstr(other.err.text, "train.memory"));

    train_ok(&r, "m", false);
    write_data(in_dir(r.dir, "train"), PAIRS, 5);
    assert_int_equal(train(&r, "m", true), LB_DATA);
    assert_non_null(strstr(r.err.text, "other training data"));
    assert_int_equal(file_write(in_dir(in_dir(r.dir, "m"), STATE_FILE), "rubbish", 7, NULL), LB_OK);
    assert_int_equal(train(&r, "m", true), LB_FORMAT);
    run_end(&r);
}

/* Every line of the log is an object with these keys. */
static void test_log(void **state)
{
    (void)state;
    Run r = run_new();
    train_ok(&r, "m", false);
    Reader *reader = reader_open(in_dir(in_dir(r.dir, "m"), LOG_FILE), NULL);
    const char *text;
    size_t len;
    static const char *const keys[] = { "step", "epoch", "batch",   "loss",  "ppl", "words_per_second",
                                        "rate", "norm",  "seconds", "memory" };
    for (int step = 3; reader_line(reader, &text, &len, NULL) == 1; step += 3) {
        json_t *line = json_loads(text, 0, NULL);
        assert_int_equal(json_integer_value(json_object_get(line, "step")), step);
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            assert_true(json_is_number(json_object_get(line, keys[i])));
        json_decref(line);
    }
    reader_close(reader);
    run_end(&r);
}

/* Mean of two checkpoints, number by number. */
static void test_average(void **state)
{
    (void)state;
    Run r = run_new();
    train_ok(&r, "m", false);
    char *dir = memory_text(in_dir(r.dir, "m"));
    Model *m;
    assert_int_equal(model_open(dir, false, &m, NULL), LB_OK);
    char *path[2] = { path_join(dir, "checkpoints/step-000021.safetensors"),
                      path_join(dir, "checkpoints/step-000028.safetensors") };
    size_t n = params_len(m->params);
    real *value[2];
    for (int i = 0; i < 2; i++) {
        value[i] = memory_get(n, sizeof(real));
        assert_int_equal(model_load_weights(m, path[i], NULL), LB_OK);
        memcpy(value[i], params_values(m->params), n * sizeof(real));
    }
    assert_memory_not_equal(value[0], value[1], n * sizeof(real));
    assert_int_equal(checkpoint_average(m, (const char *const *)path, 2, NULL), LB_OK);
    for (size_t i = 0; i < n; i++)
        assert_true(fabs((double)params_values(m->params)[i] -
                         ((double)value[0][i] + (double)value[1][i]) / 2) < 1e-7);
    for (int i = 0; i < 2; i++) {
        free(path[i]);
        free(value[i]);
    }
    free(dir);
    model_free(m);
    run_end(&r);
}

static void test_estimate(void **state)
{
    (void)state;
    Run r = run_new();
    set(&r, "train.metric=bleu");
    r.answer = "a";
    Config c = config_of(&r, "m");
    Vocab *v = vocab_of(&r);
    Corpus *corpus = corpus_of(&r, "train", v), *held_out = corpus_of(&r, "valid", v);
    TrainHooks hooks = { .context = &r, .decode = hook_decode };
    Model *m;
    assert_int_equal(model_new(&c, v, v, true, &m, NULL), LB_OK);
    params_init(m->params, 1);
    TrainEstimate e;
    assert_int_equal(train_estimate(m, corpus, held_out, &hooks, &e, &r.err), LB_OK);
    assert_int_equal(e.parameters, params_learned(m->params));
    assert_int_equal(e.batches, 7);
    assert_true(e.weights_bytes >= 4 * sizeof(real) * e.parameters && e.batch_bytes > 10000);
    assert_true(e.words_per_second > 0 && e.seconds_per_epoch > 0);
    assert_true(e.peak_bytes > e.weights_bytes + e.batch_bytes);
    Model *untouched;
    assert_int_equal(model_new(&c, v, v, true, &untouched, NULL), LB_OK);
    params_init(untouched->params, 1);
    assert_memory_equal(params_values(m->params), params_values(untouched->params),
                        params_len(m->params) * sizeof(real));
    untouched->source = untouched->target = NULL;
    model_free(untouched);
    assert_int_equal(train_estimate(m, corpus, NULL, NULL, &e, &r.err), LB_OK);
    assert_true(params_grads(m->params)[0] == 0);
    model_free(m);
    corpus_free(corpus);
    corpus_free(held_out);
    config_free(&c);
    run_end(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_learns),           cmocka_unit_test(test_resume),
        cmocka_unit_test(test_resume_after_end), cmocka_unit_test(test_resume_in_validation),
        cmocka_unit_test(test_threads),          cmocka_unit_test(test_diverges),
        cmocka_unit_test(test_decodes),          cmocka_unit_test(test_early_stop),
        cmocka_unit_test(test_minutes),          cmocka_unit_test(test_no_validation),
        cmocka_unit_test(test_larger_batches),   cmocka_unit_test(test_pools),
        cmocka_unit_test(test_guided),           cmocka_unit_test(test_memory),
        cmocka_unit_test(test_refuses),          cmocka_unit_test(test_log),
        cmocka_unit_test(test_average),          cmocka_unit_test(test_accumulate),
        cmocka_unit_test(test_moving_average),   cmocka_unit_test(test_estimate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
