/* Every file of a model folder, cut short at every fiftieth part and with one byte changed at random places:
 * it is refused with a message, or nothing that counts has changed, and never does anything crash. The
 * weights' bytes are compared, so a changed weight that slips through fails the test.
 *
 * DAMAGE_FLIPS in the environment: how many changed bytes a file (bench/torture.sh asks for thousands).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/rng.h"
#include "model/model.h"
#include "train/checkpoint.h"

#include "remove_tree.h"

#include <cmocka.h> /* last: it has a macro called fail */

static char folder[] = "/tmp/lookback-damage-XXXXXX";
static int n_flips = 100;
enum { PARTS = 50 };

static char *at(const char *name)
{
    static char paths[4][200];
    static int turn;
    char *path = paths[turn++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

/* Without fsync, which file_write has: there are thousands of them. */
static void put(const char *path, const char *bytes, size_t n)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, n, f), n);
    fclose(f);
}

static void train(void)
{
    put(at("text"), "a b c d\nd c b a\nb a d c e\nf a b\n", 32);
    char dir[220], source[220], target[220];
    snprintf(dir, sizeof dir, "model_dir=%s", at("m"));
    snprintf(source, sizeof source, "data.train.source=%s", at("text"));
    snprintf(target, sizeof target, "data.train.target=%s", at("text"));
    const char *all[] = { dir,
                          source,
                          target,
                          "data.source.level=word",
                          "data.target.level=tokens",
                          "model.encoder.hidden=8",
                          "model.encoder.embedding=8",
                          "model.decoder.hidden=8",
                          "model.decoder.embedding=8",
                          "train.max_steps=3" };
    LbError err;
    if (lb_train(NULL, all, sizeof all / sizeof *all, false, false, NULL, NULL, &err) != LB_OK)
        fail_msg("%s", err.text);
}

/* ---- what may be done with a file, and whether it changed anything ---- */

typedef struct {
    uint32_t weights, rest; /* checksums of what was loaded */
} Outcome;

static uint32_t crc_of_weights(const Model *m)
{
    return crc32_of(params_values(m->params), params_len(m->params) * sizeof(real));
}

static LbStatus open_model(Outcome *out, LbError *err)
{
    Model *m;
    LbStatus status = model_open(at("m"), false, &m, err);
    if (status != LB_OK)
        return status;
    *out = (Outcome){ crc_of_weights(m), 31 * vocab_crc(m->source) + vocab_crc(m->target) };
    model_free(m);
    return LB_OK;
}

static LbStatus open_state(Outcome *out, LbError *err)
{
    static Model *m; /* made once: only the state is read again and again */
    static Optim *o;
    LbStatus status = m ? LB_OK : model_open(at("m"), true, &m, err);
    if (status == LB_OK && !o)
        status = optim_new(&m->config, m->params, &o, err);
    TrainState s = { 0 };
    if (status == LB_OK)
        status = checkpoint_load(at("m/train.safetensors"), m, o, &s, err);
    if (status == LB_OK)
        *out = (Outcome){ crc_of_weights(m), crc32_of(&s, sizeof s) };
    return status;
}

/* What is open to change by hand may open; then it must work. */
static LbStatus use_model(Outcome *out, LbError *err)
{
    LbModel *m;
    LbSession *s = NULL;
    LbResult *r = NULL;
    LbStatus status = lb_model_load(at("m"), &m, err);
    if (status != LB_OK)
        return status;
    const LbModel *models[] = { m };
    const LbText line = { "a b zz", 6 };
    status = lb_session_new(models, 1, (size_t)1 << 30, &s, err);
    LbTranslateOptions o = lb_translate_default(m);
    o.beam = o.beam < 8 ? o.beam : 8;
    if (status == LB_OK)
        status = lb_translate(s, &line, 1, NULL, o, &r, err);
    lb_results_free(r);
    lb_session_free(s);
    lb_model_free(m);
    *out = (Outcome){ 0 };
    return status;
}

typedef struct {
    const char *name;
    LbStatus (*open)(Outcome *out, LbError *err);
    bool counts;    /* whatever opens must be what was saved */
    bool cut_opens; /* a file cut short may open: without its last newline it says the same */
} Target;

static const Target targets[] = {
    { "m/model.safetensors", open_model, true, false }, { "m/train.safetensors", open_state, true, false },
    { "m/source.vocab", open_model, true, true },       { "m/target.vocab", open_model, true, true },
    { "m/config.yaml", use_model, false, true },
};
enum { N_TARGETS = sizeof targets / sizeof *targets };

static int n_refused, n_unchanged;

static void expect_refused(const Target *t, const Outcome *whole, bool may_open, size_t where)
{
    LbError err = { 0 };
    Outcome now = { 0 };
    LbStatus status = t->open(&now, &err);
    if (status != LB_OK) {
        assert_int_equal(status, err.status);
        assert_true(strlen(err.text) > 10 && !strchr(err.text, '\n'));
        n_refused++;
        return;
    }
    n_unchanged++;
    if (!may_open)
        fail_msg("%s: cut at %zu, and it opened", t->name, where);
    if (t->counts && memcmp(&now, whole, sizeof now))
        fail_msg("%s: byte %zu changed, and so did what was loaded", t->name, where);
}

static char *bytes_of(const Target *t, size_t *len, Outcome *whole)
{
    LbError err;
    if (t->open(whole, &err) != LB_OK)
        fail_msg("%s", err.text);
    char *bytes = file_read(at(t->name), len, NULL);
    assert_non_null(bytes);
    return bytes;
}

static void cut_short(void **state)
{
    (void)state;
    n_refused = n_unchanged = 0;
    for (int i = 0; i < N_TARGETS; i++) {
        Outcome whole = { 0 };
        size_t len;
        char *bytes = bytes_of(&targets[i], &len, &whole);
        for (int part = 0; part < PARTS; part++) {
            size_t n = len * (size_t)part / PARTS;
            put(at(targets[i].name), bytes, n);
            expect_refused(&targets[i], &whole, targets[i].cut_opens, n);
        }
        put(at(targets[i].name), bytes, len);
        free(bytes);
    }
    print_message("cut short: %d refused, %d opened\n", n_refused, n_unchanged);
}

static void one_byte_changed(void **state)
{
    (void)state;
    Rng r = rng_new(11);
    for (int i = 0; i < N_TARGETS; i++) {
        Outcome whole = { 0 };
        size_t len;
        char *bytes = bytes_of(&targets[i], &len, &whole);
        n_refused = n_unchanged = 0;
        for (int k = 0; k < n_flips; k++) {
            size_t where = (size_t)rng_below(&r, (int)len);
            char before = bytes[where];
            bytes[where] = (char)(k % 2 ? before ^ 1 << rng_below(&r, 8) : rng_below(&r, 256));
            put(at(targets[i].name), bytes, len);
            expect_refused(&targets[i], &whole, true, where);
            bytes[where] = before;
        }
        put(at(targets[i].name), bytes, len);
        free(bytes);
        print_message("%-20s %d bytes changed: %d refused, %d opened%s\n", targets[i].name, n_flips,
                      n_refused, n_unchanged, targets[i].counts ? " with the same content" : "");
    }
}

static int begin(void **state)
{
    (void)state;
    if (getenv("DAMAGE_FLIPS"))
        n_flips = atoi(getenv("DAMAGE_FLIPS"));
    if (!mkdtemp(folder) || lb_start("auto", 1, NULL) != LB_OK)
        return 1;
    train();
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
        cmocka_unit_test(cut_short),
        cmocka_unit_test(one_byte_changed),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
