/* Weights on disk: what is written reads back, and whatever is not right is an error, never a crash. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/str.h"
#include "model/model.h"
#include "tensor/safetensors.h"

#include <cmocka.h> /* last: it has a macro called fail */

static char folder[] = "/tmp/lookback-store-XXXXXX";

/* The path of NAME in the folder, good for the next 31 calls. */
static const char *at(const char *name)
{
    static char paths[32][300];
    static int turn;
    char *path = paths[turn++ % 32];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put(const char *path, const void *bytes, size_t n)
{
    assert_int_equal(file_write(path, bytes, n, NULL), LB_OK);
}

/* ---- safetensors ---- */

static const uint8_t small[3] = { 1, 2, 250 };
static const float single[6] = { 1, -2, 3.5f, 0, 1e30f, -0.0f };
static const double wide[2] = { 0.1, -1e300 };
static const int64_t whole[1] = { -7 };
static const StoredTensor sample[] = {
    { "bytes", "U8", 1, { 3 }, small, 0 },   { "matrix \"x\"", "F32", 2, { 2, 3 }, single, 0 },
    { "none", "F32", 2, { 0, 4 }, NULL, 0 }, { "wide", "F64", 1, { 2 }, wide, 0 },
    { "number", "I64", 0, { 0 }, whole, 0 },
};
static const StoredNote notes[] = { { "step", "12" }, { "\xc3\xa9", "a\"b\n" } };
enum { N_SAMPLE = sizeof sample / sizeof *sample };

static void write_sample(const char *path)
{
    LbError err = { 0 };
    if (safetensors_write(path, sample, N_SAMPLE, notes, 2, &err) != LB_OK)
        fail_msg("%s", err.text);
}

static void expect_sample(const SafeTensors *s)
{
    assert_int_equal(safetensors_count(s), N_SAMPLE);
    for (int i = 0; i < N_SAMPLE; i++) {
        const StoredTensor *t = safetensors_find(s, sample[i].name);
        size_t n = safetensors_width(sample[i].dtype);
        assert_non_null(t);
        assert_string_equal(t->dtype, sample[i].dtype);
        assert_int_equal(t->n_dim, sample[i].n_dim);
        for (int d = 0; d < t->n_dim; n *= t->dim[d++])
            assert_int_equal(t->dim[d], sample[i].dim[d]);
        assert_int_equal(t->bytes, n);
        if (n)
            assert_memory_equal(t->data, sample[i].data, n);
    }
}

static void what_is_written_reads_back(void **state)
{
    (void)state;
    write_sample(at("a"));
    SafeTensors *s;
    LbError err = { 0 };
    assert_int_equal(safetensors_open(at("a"), &s, &err), LB_OK);
    expect_sample(s);
    assert_string_equal(safetensors_note(s, "step"), "12");
    assert_string_equal(safetensors_note(s, "\xc3\xa9"), "a\"b\n");
    assert_string_equal(safetensors_note(s, "format"), "lookback");
    assert_null(safetensors_note(s, "nothing"));
    assert_null(safetensors_find(s, "nothing"));
    for (size_t i = 0; i < N_SAMPLE; i++) { /* each at a multiple of its width */
        const StoredTensor *t = safetensors_get(s, i);
        assert_int_equal((uintptr_t)t->data % safetensors_width(t->dtype), 0);
    }
    safetensors_close(s);
    safetensors_close(NULL);
}

static void numbers_convert(void **state)
{
    (void)state;
    write_sample(at("a"));
    SafeTensors *s;
    assert_int_equal(safetensors_open(at("a"), &s, NULL), LB_OK);
    real to[6];
    assert_true(stored_reals(safetensors_find(s, "matrix \"x\""), to));
    assert_true((double)to[2] == 3.5);
    const double two[2] = { 0.25, -8 };
    const StoredTensor odd = { "odd", "F64", 1, { 2 }, two, sizeof two };
    assert_true(stored_reals(&odd, to));
    assert_true((double)to[1] == -8);
    assert_false(stored_reals(safetensors_find(s, "number"), to));
    safetensors_close(s);
}

static void every_truncation_is_an_error(void **state)
{
    (void)state;
    write_sample(at("a"));
    size_t len;
    char *bytes = file_read(at("a"), &len, NULL);
    for (size_t n = 0; n < len; n++) {
        put(at("cut"), bytes, n);
        SafeTensors *s;
        LbError err = { 0 };
        assert_int_equal(safetensors_open(at("cut"), &s, &err), LB_FORMAT);
        assert_null(s);
        assert_non_null(strstr(err.text, "cut"));
    }
    free(bytes);
}

/* A changed byte is found, or else stands in the padding, where it must be white space as JSON knows it. */
static void expect_found(const char *path, const char *bytes, size_t where)
{
    SafeTensors *s;
    LbError err = { 0 };
    LbStatus status = safetensors_open(path, &s, &err);
    if (status == LB_OK) {
        expect_sample(s);
        assert_string_equal(safetensors_note(s, "step"), "12");
        assert_non_null(strchr(" \t\n\r", bytes[where]));
    } else {
        assert_true(*err.text);
        assert_null(s);
    }
    safetensors_close(s);
}

static void every_changed_byte_is_found(void **state)
{
    (void)state;
    write_sample(at("a"));
    size_t len;
    char *bytes = file_read(at("a"), &len, NULL);
    Rng rng = rng_new(3);
    for (int i = 0; i < 2000; i++) {
        size_t where = (size_t)rng_below(&rng, (int)len);
        char before = bytes[where];
        bytes[where] = (char)(before + 1 + rng_below(&rng, 255));
        put(at("flip"), bytes, len);
        expect_found(at("flip"), bytes, where);
        bytes[where] = before;
    }
    free(bytes);
}

/* A file of another program: this header, then n bytes. */
static LbStatus open_header(const char *header, size_t n, LbError *err)
{
    Str file = { 0 };
    uint64_t len = strlen(header);
    str_add_bytes(&file, (const char *)&len, sizeof len);
    str_add(&file, header);
    for (size_t i = 0; i < n; i++)
        str_add_char(&file, (char)i);
    put(at("foreign"), file.text, file.len);
    str_free(&file);
    SafeTensors *s;
    LbStatus status = safetensors_open(at("foreign"), &s, err);
    safetensors_close(s);
    return status;
}

static const struct {
    const char *header;
    size_t bytes;
    LbStatus status;
} headers[] = {
    { "{}", 0, LB_OK },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, LB_OK },
    { "{\"a\":{\"dtype\":\"BF16\",\"shape\":[],\"data_offsets\":[0,2]}}", 2, LB_OK },
    { "{\"__metadata__\":{\"format\":\"pt\"}}", 0, LB_OK },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 9, LB_FORMAT }, /* left over */
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}", 7, LB_FORMAT }, /* outside */
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}", 8, LB_FORMAT }, /* other shape */
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", 8, LB_FORMAT },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2.0],\"data_offsets\":[0,8]}}", 8, LB_FORMAT },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":2,\"data_offsets\":[0,8]}}", 8, LB_FORMAT },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,0]}}", 8, LB_FORMAT },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0]}}", 8, LB_FORMAT },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[2]}}", 8, LB_FORMAT },
    { "{\"a\":{\"dtype\":\"F33\",\"shape\":[2],\"data_offsets\":[0,8]}}", 8, LB_FORMAT },
    { "{\"a\":{\"dtype\":7,\"shape\":[2],\"data_offsets\":[0,8]}}", 8, LB_FORMAT },
    { "{\"a\":8}", 8, LB_FORMAT },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
      "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[1,3]}}",
      3, LB_FORMAT }, /* overlap */
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[0,2]},"
      "\"b\":{\"dtype\":\"U8\",\"shape\":[2],\"data_offsets\":[3,5]}}",
      5, LB_FORMAT }, /* gap */
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]},"
      "\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[1,2]}}",
      2, LB_FORMAT }, /* twice */
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, LB_FORMAT },
    { "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,0]}}", 0, LB_FORMAT },
    { "{\"a\":{\"dtype\":\"U8\",\"shape\":[1,1,1,1,1,1,1,1,1],\"data_offsets\":[0,1]}}", 1, LB_FORMAT },
    { "{\"__metadata__\":{\"format\":1}}", 0, LB_FORMAT },
    { "{\"__metadata__\":3}", 0, LB_FORMAT },
    { "{\"__metadata__\":{\"format\":\"lookback\",\"version\":\"1\"}}", 0, LB_FORMAT }, /* no checksum */
    { "[]", 0, LB_FORMAT },
    { "{\"a\\u0000b\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1, LB_FORMAT },
    { "", 0, LB_FORMAT },
    { "PK\3\4", 100, LB_FORMAT },
};

static void foreign_headers_are_checked(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        LbError err = { 0 };
        if (open_header(headers[i].header, headers[i].bytes, &err) != headers[i].status)
            fail_msg("%s: %s", headers[i].header, err.text);
    }
}

static void deep_headers_do_not_overflow(void **state)
{
    (void)state;
    Str deep = { 0 };
    for (int i = 0; i < 1000000; i++)
        str_add(&deep, "{\"a\":");
    LbError err = { 0 };
    assert_int_equal(open_header(deep.text, 0, &err), LB_FORMAT);
    str_free(&deep);
    assert_int_equal(safetensors_open(at("missing"), &(SafeTensors *){ NULL }, &err), LB_FILE);
}

/* ---- models ---- */

static Vocab *make_vocab(const char *words)
{
    put(at("words"), words, strlen(words));
    const char *paths[] = { at("words") };
    Vocab *v;
    LbError err = { 0 };
    VocabOptions options = { .level = "word", .type = "unigram", .min_count = 1 };
    if (vocab_train(paths, 1, options, &v, &err) != LB_OK)
        fail_msg("%s", err.text);
    return v;
}

static Model *make_model(const char *dir, bool shared, const char *override)
{
    Str model_dir = { 0 };
    str_addf(&model_dir, "model_dir=%s", dir);
    const char *overrides[] = { "data.source.level=word",
                                "data.target.level=word",
                                "model.encoder.hidden=6",
                                "model.decoder.hidden=8",
                                "model.encoder.embedding=4",
                                "model.decoder.embedding=5",
                                shared ? "data.shared_vocabulary=true" : "data.shared_vocabulary=false",
                                model_dir.text,
                                override ? override : "seed=3" };
    Config c;
    LbError err = { 0 };
    if (config_load(&c, NULL, overrides, 9, &err) != LB_OK)
        fail_msg("%s", err.text);
    Vocab *source = make_vocab("the cat sat\n"),
          *target = shared ? source : make_vocab("le chat noir dort\n");
    Model *m;
    if (model_new(&c, source, target, false, &m, &err) != LB_OK)
        fail_msg("%s", err.text);
    config_free(&c);
    str_free(&model_dir);
    params_init(m->params, 3);
    return m;
}

static void save(const Model *m, const char *dir)
{
    LbError err = { 0 };
    char *path = path_join(dir, "model.safetensors");
    if (model_save_plan(m, &err) != LB_OK || model_save_weights(m, path, &err) != LB_OK)
        fail_msg("%s", err.text);
    free(path);
}

static void expect_same_weights(const Model *a, const Model *b)
{
    assert_int_equal(params_len(a->params), params_len(b->params));
    assert_memory_equal(params_values(a->params), params_values(b->params),
                        params_len(a->params) * sizeof(real));
}

static Model *opened(const char *dir, bool with_grad)
{
    Model *m;
    LbError err = { 0 };
    if (model_open(dir, with_grad, &m, &err) != LB_OK)
        fail_msg("%s", err.text);
    return m;
}

static void folders_open_again(void **state)
{
    (void)state;
    for (int shared = 0; shared < 2; shared++) {
        const char *dir = at(shared ? "one" : "two/three");
        Model *m = make_model(dir, shared, NULL), *back;
        save(m, dir);
        back = opened(dir, false);
        expect_same_weights(m, back);
        assert_int_equal(back->source == back->target, shared);
        assert_int_equal(vocab_size(back->target), vocab_size(m->target));
        assert_int_equal(vocab_id(back->source, "cat"), vocab_id(m->source, "cat"));
        assert_null(params_grads(back->params));
        assert_string_equal(back->config.model_dir, dir);
        model_free(m);
        save(back, dir); /* and what was opened saves again */
        m = opened(dir, true);
        expect_same_weights(m, back);
        assert_non_null(params_grads(m->params));
        model_free(m);
        model_free(back);
    }
}

static void folders_may_be_moved(void **state)
{
    (void)state;
    Model *m = make_model(at("before"), false, NULL);
    save(m, at("before"));
    assert_int_equal(rename(at("before"), at("after")), 0);
    char *here = get_current_dir_name();
    assert_int_equal(chdir(folder), 0);
    Model *back = opened("after", false);
    assert_int_equal(chdir(here), 0);
    free(here);
    expect_same_weights(m, back);
    model_free(m);
    model_free(back);
}

static void other_weights_are_refused(void **state)
{
    (void)state;
    Model *m = make_model(at("m"), false, NULL),
          *wider = make_model(at("m"), false, "model.decoder.hidden=10");
    Model *deeper = make_model(at("m"), false, "model.encoder.layers=2");
    LbError err = { 0 };
    assert_int_equal(model_save_weights(m, at("w"), &err), LB_OK);
    assert_int_equal(model_load_weights(wider, at("w"), &err), LB_FORMAT);
    assert_non_null(strstr(err.text, "asks for ["));
    assert_int_equal(model_load_weights(deeper, at("w"), &err), LB_FORMAT);
    assert_non_null(strstr(err.text, "has no tensor"));
    assert_int_equal(model_save_weights(deeper, at("w"), &err), LB_OK);
    assert_int_equal(model_load_weights(m, at("w"), &err), LB_FORMAT);
    assert_non_null(strstr(err.text, "that the model does not"));
    model_free(m);
    model_free(wider);
    model_free(deeper);
}

/* The weights of m as F64, or as what only claims to be `dtype`: names and shapes fit. */
static void write_as(const Model *m, const char *path, const char *dtype)
{
    StoredTensor *tensors = NULL;
    void *blocks[64];
    int n = params_count(m->params);
    assert_true(n <= 64);
    for (int i = 0; i < n; i++) {
        const Tensor *x = &params_get(m->params, i)->tensor;
        StoredTensor t = { params_get(m->params, i)->name, dtype, x->n_dim, { 0 }, NULL, 0 };
        double *copy = memory_get(tensor_len(x), sizeof *copy);
        for (size_t j = 0; j < tensor_len(x); j++)
            copy[j] = (double)x->val[j];
        for (int d = 0; d < x->n_dim; d++)
            t.dim[d] = (size_t)x->dim[d];
        t.data = blocks[i] = copy;
        array_push(tensors, t);
    }
    assert_int_equal(safetensors_write(path, tensors, array_len(tensors), NULL, 0, NULL), LB_OK);
    for (int i = 0; i < n; i++)
        free(blocks[i]);
    array_free(tensors);
}

static void doubles_load_and_halves_do_not(void **state)
{
    (void)state;
    Model *m = make_model(at("m"), false, NULL), *other = make_model(at("m"), false, NULL);
    LbError err = { 0 };
    write_as(m, at("w"), "F64");
    memset(params_values(other->params), 0, params_len(other->params) * sizeof(real));
    assert_int_equal(model_load_weights(other, at("w"), &err), LB_OK);
    expect_same_weights(m, other);
    write_as(m, at("w"), "F16");
    assert_int_equal(model_load_weights(other, at("w"), &err), LB_FORMAT);
    assert_non_null(strstr(err.text, "F16"));
    expect_same_weights(m, other);
    model_free(m);
    model_free(other);
}

/* What is taken out of a folder, and what the error then says. */
static const struct {
    const char *gone, *says;
} parts[] = {
    { "model.safetensors", "no model.safetensors" },
    { "target.vocab", "target.vocab" },
    { "source.vocab", "source.vocab" },
    { "config.yaml", "no config.yaml" },
};

static void broken_folders_are_explained(void **state)
{
    (void)state;
    Model *m = make_model(at("broken"), false, NULL), *back = NULL;
    LbError err = { 0 };
    save(m, at("broken"));
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        Str path = { 0 };
        str_addf(&path, "%s/broken/%s", folder, parts[i].gone);
        assert_int_equal(remove(path.text), 0);
        str_free(&path);
        assert_int_equal(model_open(at("broken"), false, &back, &err), LB_FILE);
        assert_null(back);
        if (!strstr(err.text, parts[i].says))
            fail_msg("%s", err.text);
    }
    assert_int_equal(model_open(at("nowhere"), false, &back, &err), LB_FILE);
    assert_non_null(strstr(err.text, "no model folder"));
    model_free(m);
}

static void an_unfinished_run_opens_to_go_on(void **state)
{
    (void)state;
    Model *m = make_model(at("run"), false, NULL), *back;
    save(m, at("run"));
    assert_int_equal(rename(at("run/model.safetensors"), at("run/train.safetensors")), 0);
    assert_int_equal(model_open(at("run"), false, &back, NULL), LB_FILE);
    back = opened(at("run"), true);
    expect_same_weights(m, back);
    model_free(m);
    model_free(back);
}

int main(void)
{
    if (!mkdtemp(folder))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_written_reads_back),   cmocka_unit_test(numbers_convert),
        cmocka_unit_test(every_truncation_is_an_error), cmocka_unit_test(every_changed_byte_is_found),
        cmocka_unit_test(foreign_headers_are_checked),  cmocka_unit_test(deep_headers_do_not_overflow),
        cmocka_unit_test(folders_open_again),           cmocka_unit_test(folders_may_be_moved),
        cmocka_unit_test(other_weights_are_refused),    cmocka_unit_test(doubles_load_and_halves_do_not),
        cmocka_unit_test(broken_folders_are_explained), cmocka_unit_test(an_unfinished_run_opens_to_go_on),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    if (!failed && chdir("/") == 0) {
        Str command = { 0 };
        str_addf(&command, "rm -r %s", folder);
        failed = system(command.text);
        str_free(&command);
    }
    return failed;
}
