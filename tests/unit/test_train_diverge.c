/* A divergence: once it goes back to the last good state and on at half the rate, the next time it stops; and
 * a run that was stopped anywhere on the way ends with the same bytes as one that was not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/str.h"

#include "remove_tree.h"

#include <cmocka.h> /* last: it has a macro called fail */

static char folder[] = "/tmp/lookback-diverge-XXXXXX";

typedef struct {
    int cancel_after; /* updates of this part; 0: never */
    int asked;
    int n_returns;
    char said[200];
    LbError err;
    LbTrainSummary summary;
} Run;

static bool hook_cancelled(void *context)
{
    Run *r = context;
    return r->cancel_after > 0 && r->asked++ >= r->cancel_after;
}

static void hook_message(void *context, const char *text)
{
    Run *r = context;
    if (!strstr(text, "diverged"))
        return;
    r->n_returns++;
    snprintf(r->said, sizeof r->said, "%s", text);
}

static const char *at(const char *name)
{
    static char paths[8][200];
    static int turn;
    char *path = paths[turn++ % 8];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void write_lines(const char *name, int n, uint64_t seed)
{
    Str text = { 0 };
    Rng r = rng_new(seed);
    for (int i = 0; i < n; i++, str_add_char(&text, '\n'))
        for (int k = 2 + rng_below(&r, 6); k > 0; k--)
            str_addf(&text, "%c ", 'a' + rng_below(&r, 8));
    assert_int_equal(file_write(at(name), text.text, text.len, NULL), LB_OK);
    str_free(&text);
}

static LbStatus train(Run *r, const char *dir, double rate, bool resume, const char *more)
{
    char texts[5][260];
    snprintf(texts[0], sizeof texts[0], "model_dir=%s", at(dir));
    snprintf(texts[1], sizeof texts[1], "data.train.source=%s", at("train"));
    snprintf(texts[2], sizeof texts[2], "data.train.target=%s", at("train"));
    snprintf(texts[3], sizeof texts[3], "train.learning_rate=%g", rate);
    snprintf(texts[4], sizeof texts[4], "data.valid.source=%s", at("valid"));
    const char *all[] = {
        texts[0],
        texts[1],
        texts[2],
        texts[3],
        "data.source.level=tokens",
        "data.target.level=tokens",
        "model.encoder.hidden=16",
        "model.encoder.embedding=8",
        "model.decoder.hidden=16",
        "model.decoder.embedding=8",
        "train.batch.sentences=8",
        "train.metric=loss",
        "train.optimizer=sgd",
        "train.clip_norm=0",
        "train.schedule.type=constant",
        "train.report_steps=3",
        "train.epochs=5",
        more,
        texts[4],
        NULL,
    };
    char target[260];
    snprintf(target, sizeof target, "data.valid.target=%s", at("valid"));
    size_t n = sizeof all / sizeof *all;
    all[n - 1] = target;
    LbTrainHooks hooks = { .context = r, .message = hook_message, .cancelled = hook_cancelled };
    r->asked = 0;
    bool unknown = !strcmp(more, "no validation");
    if (unknown)
        all[n - 3] = "train.keep=1";
    return lb_train(NULL, all, unknown ? n - 2 : n, resume, false, &hooks, &r->summary, &r->err);
}

static bool same_file(const char *a, const char *b)
{
    size_t n = 0, k = 0;
    char *x = file_read(a, &n, NULL), *y = file_read(b, &k, NULL);
    assert_true(x && y);
    bool same = n == k && !memcmp(x, y, n);
    free(x);
    free(y);
    return same;
}

static char *in(const char *dir, const char *name)
{
    static char paths[2][260];
    static int turn;
    char *path = paths[turn++ % 2];
    snprintf(path, sizeof paths[0], "%s/%s", at(dir), name);
    return path;
}

static int count(const char *dir, const char *word)
{
    size_t len;
    char *log = file_read(in(dir, "log.jsonl"), &len, NULL);
    assert_non_null(log);
    int n = 0;
    for (const char *p = log; (p = strstr(p, word)); p++)
        n++;
    free(log);
    return n;
}

static void assert_opens(const char *dir)
{
    LbModel *m;
    assert_int_equal(lb_model_load(at(dir), &m, NULL), LB_OK);
    lb_model_free(m);
}

/* The first of these rates that diverges exactly once; the others end well or with LB_DIVERGED, some with it.
 */
static double rate_that_returns(const char *more, int *stopped)
{
    double found = 0;
    for (double rate = 2; rate <= 90 && (found == 0 || *stopped == 0); rate *= rate < 8 ? 1.12 : 3) {
        Run r = { 0 };
        char dir[40];
        snprintf(dir, sizeof dir, "%.8s-%g", more, rate);
        LbStatus status = train(&r, dir, rate, false, more);
        assert_true(status == LB_OK || status == LB_DIVERGED);
        assert_true(r.n_returns == (status == LB_DIVERGED) || r.n_returns == 1);
        assert_int_equal(count(dir, "\"event\":\"diverged\""), r.n_returns);
        *stopped += status == LB_DIVERGED;
        if (status == LB_DIVERGED)
            assert_non_null(strstr(r.err.text, "halved"));
        assert_opens(dir);
        if (status == LB_OK && r.n_returns == 1 && found == 0) {
            assert_non_null(strstr(r.said, "half"));
            found = rate;
        }
    }
    return found;
}

/* Stopped every few updates, with a save each time that is not a good state. */
static void train_in_parts(const char *dir, double rate, const char *more, uint64_t seed)
{
    Rng random = rng_new(seed);
    LbStatus status = LB_CANCELLED;
    int parts = 0, returns = 0;
    for (; status == LB_CANCELLED; parts++) {
        Run r = { .cancel_after = 1 + rng_below(&random, 5) };
        status = train(&r, dir, rate, parts > 0, more);
        returns += r.n_returns;
        if (status != LB_OK && status != LB_CANCELLED)
            fail_msg("%s", r.err.text);
    }
    assert_true(parts > 5);
    assert_int_equal(returns, 1);
}

static void goes_back_once(void **state)
{
    (void)state;
    static const char *const variants[] = { "train.validate_every.steps=4", "no validation" };
    for (int i = 0; i < 2; i++) {
        int stopped = 0;
        double rate = rate_that_returns(variants[i], &stopped);
        assert_true(stopped > 0);
        if (rate == 0)
            fail_msg("no rate diverges once with %s", variants[i]);
        char whole[40], parts[40];
        snprintf(whole, sizeof whole, "%.8s-%g", variants[i], rate);
        for (uint64_t seed = 1; seed <= 2; seed++) {
            snprintf(parts, sizeof parts, "parts-%d-%d", i, (int)seed);
            train_in_parts(parts, rate, variants[i], seed);
            char *a = memory_text(in(whole, "model.safetensors"));
            assert_true(same_file(a, in(parts, "model.safetensors")));
            free(a);
            assert_int_equal(count(whole, "\n"), count(parts, "\n"));
        }
    }
}

/* Two at a time in one folder: the second is turned away. */
static void one_training_a_folder(void **state)
{
    (void)state;
    Run r = { 0 };
    assert_int_equal(train(&r, "locked", 0.1, false, "train.max_steps=2"), LB_OK);
    int lock;
    assert_int_equal(dir_lock(at("locked"), &lock, NULL), LB_OK);
    if (lock < 0)
        skip();
    assert_int_equal(train(&r, "locked", 0.1, true, "train.max_steps=4"), LB_FILE);
    assert_non_null(strstr(r.err.text, "another process"));
    close(lock);
    assert_int_equal(train(&r, "locked", 0.1, true, "train.max_steps=4"), LB_OK);
}

/* What killed processes left behind goes; what looks similar stays. */
static void sweeps_left_overs(void **state)
{
    (void)state;
    Run r = { 0 };
    assert_int_equal(train(&r, "swept", 0.1, false, "train.max_steps=2"), LB_OK);
    static const struct {
        const char *name;
        bool stays;
    } files[] = {
        { "train.safetensors.999999998.0.tmp", false },
        { "checkpoints/step-000002.safetensors.999999998.13.tmp", false },
        { "notes.tmp", true },
        { "a.b.c.tmp", true },
        { "x.1.tmp", true },
        { "x.1.2.tmp.txt", true },
    };
    enum { N = sizeof files / sizeof *files };
    for (int i = 0; i < N; i++)
        assert_int_equal(file_write(in("swept", files[i].name), "x", 1, NULL), LB_OK);
    assert_int_equal(train(&r, "swept", 0.1, true, "train.max_steps=3"), LB_OK);
    for (int i = 0; i < N; i++)
        assert_int_equal(file_exists(in("swept", files[i].name)), files[i].stays);
}

static int begin(void **state)
{
    (void)state;
    if (!mkdtemp(folder) || lb_start("auto", 1, NULL) != LB_OK)
        return 1;
    write_lines("train", 52, 1);
    write_lines("valid", 12, 2);
    return 0;
}

static int end(void **state)
{
    (void)state;
    remove_tree(folder);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_back_once),
        cmocka_unit_test(one_training_a_folder),
        cmocka_unit_test(sweeps_left_overs),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
