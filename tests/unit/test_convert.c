/* CTranslate2 folders made up here, in every version and type of weights, become models with the same
 * numbers; whatever is not right is an error that names it, and leaves nothing behind. */
#define _GNU_SOURCE
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "convert/convert.h"
#include "remove_tree.h"
#include "small_ct2.h"

#include <cmocka.h> /* last: it has a macro called fail */

static char folder[] = P_tmpdir "/lookback-convert-XXXXXX";
static char *in, *out;

static int begin(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    in = path_join(folder, "in");
    out = path_join(folder, "out");
    return mkdir(in, 0700);
}

static int end(void **state)
{
    (void)state;
    remove_tree(folder);
    free(in);
    free(out);
    return 0;
}

static void put(const char *name, const char *text, size_t len)
{
    char *path = path_join(in, name);
    if (!text)
        unlink(path);
    else
        assert_int_equal(file_write(path, text, len, NULL), LB_OK);
    free(path);
}

static void put_text(const char *name, const char *text)
{
    put(name, text, text ? strlen(text) : 0);
}

/* Source: 6 rows, <unk> appended. Target: 5 rows, <unk> the first. */
static void put_folder(const SmallCt2 *how)
{
    Str bin = small_ct2(how);
    put("model.bin", bin.text, bin.len);
    put_text("source_vocabulary.txt", how->shared ? NULL : "<blank>\n<s>\n</s>\na\nb c\n");
    put_text("target_vocabulary.json", how->shared ? NULL : "[\"<unk>\", \"<s>\", \"</s>\", \"x\", \"x\"]");
    put_text("shared_vocabulary.txt", how->shared ? "<unk>\r\n<s>\r\n</s>\r\na\r\nb\r\nc\r\n" : NULL);
    put_text("config.json", how->config);
    str_free(&bin);
}

static Model *converted(const SmallCt2 *how)
{
    Model *m;
    LbError err = { 0 };
    put_folder(how);
    if (lb_convert(in, out, true, NULL, &err) != LB_OK)
        fail_msg("version %d, type %d: %s", how->version, how->type, err.text);
    if (model_open(out, false, &m, &err) != LB_OK)
        fail_msg("%s", err.text);
    return m;
}

/* Numbers of a parameter, from `skip` rows on. */
static void expect(const Model *m, const char *ours, const char *theirs, double factor)
{
    const Param *p = params_find(m->params, ours);
    assert_non_null(p);
    for (size_t i = 0; i < tensor_len(&p->tensor); i++)
        if ((double)p->tensor.val[i] != small_ct2_value(theirs, i) * factor)
            fail_msg("%s[%zu] is %g, not %g", ours, i, (double)p->tensor.val[i],
                     small_ct2_value(theirs, i) * factor);
}

/* Row `id` of a table of ours is their row `from`; -1: zeros. */
static void expect_row(const Model *m, const char *ours, int id, const char *theirs, int from)
{
    const Param *p = params_find(m->params, ours);
    assert_non_null(p);
    size_t columns = p->tensor.n_dim == 2 ? (size_t)p->tensor.dim[1] : 1;
    for (size_t i = 0; i < columns; i++)
        assert_true((double)p->tensor.val[(size_t)id * columns + i] ==
                    (from < 0 ? 0 : small_ct2_value(theirs, (size_t)from * columns + i)));
}

static void expect_layers(const Model *m)
{
    expect(m, "encoder.0.self.qkv", "encoder/layer_0/self_attention/linear_0/weight", 1);
    expect(m, "encoder.0.self.out_bias", "encoder/layer_0/self_attention/linear_1/bias", 1);
    expect(m, "encoder.0.feed.inner", "encoder/layer_0/ffn/linear_0/weight", 1);
    expect(m, "decoder.0.cross.query", "decoder/layer_0/attention/linear_0/weight", 1);
    expect(m, "decoder.0.cross.memory", "decoder/layer_0/attention/linear_1/weight", 1);
    expect(m, "decoder.0.cross.memory_bias", "decoder/layer_0/attention/linear_1/bias", 1);
    expect(m, "decoder.0.cross.shift", "decoder/layer_0/attention/layer_norm/beta", 1);
    expect(m, "decoder.0.feed.outer", "decoder/layer_0/ffn/linear_1/weight", 1);
    expect(m, "decoder.gain", "decoder/layer_norm/gamma", 1);
}

static void expect_words(const Model *m)
{
    static const char *const source = "encoder/embeddings/weight", *const target =
                                                                       "decoder/embeddings/weight";
    static const int source_rows[] = { 5, 0, 1, 2, 3, 4 }, target_rows[] = { 0, -1, 1, 2, 3, 4 };
    assert_int_equal(vocab_size(m->source), 6);
    assert_int_equal(vocab_size(m->target), 6);
    for (int id = 0; id < 6; id++) {
        expect_row(m, "encoder.embedding", id, source, source_rows[id]);
        expect_row(m, "decoder.embedding", id, target, target_rows[id]);
        expect_row(m, "decoder.output", id, "decoder/projection/weight", target_rows[id]);
        if (target_rows[id] >= 0)
            expect_row(m, "decoder.output_bias", id, "decoder/projection/bias", target_rows[id]);
    }
    assert_true((double)params_find(m->params, "decoder.output_bias")->tensor.val[VOCAB_PAD] < -1e8);
    assert_string_equal(vocab_piece(m->source, 4), "a");
    assert_string_equal(vocab_piece(m->source, 5), "b\xE2\x90\xA3"
                                                   "c"); /* a visible space */
    assert_string_equal(vocab_piece(m->target, 4), "x");
    assert_string_equal(vocab_piece(m->target, 5), "x'4"); /* the second of that name */
}

static void every_version_and_type(void **state)
{
    (void)state;
    for (int version = 2; version <= 6; version++)
        for (int type = CT2_F32; type <= CT2_BF16; type++) {
            if (type == CT2_I32 || (version < 4 && type > CT2_I16))
                continue;
            Model *m = converted(&(SmallCt2){ .version = version, .type = type });
            expect_layers(m);
            expect_words(m);
            assert_false(m->config.source_end || m->config.source_begin);
            assert_true(m->config.refill);
            assert_string_equal(m->config.transformer.norm, "pre");
            model_free(m);
        }
}

static void old_scale(void **state)
{
    (void)state;
    Model *m = converted(&(SmallCt2){ .version = 3, .type = CT2_I16, .old_scale = true });
    expect(m, "encoder.0.self.qkv", "encoder/layer_0/self_attention/linear_0/weight", 1);
    model_free(m);
}

static void other_shapes(void **state)
{
    (void)state;
    Model *m = converted(&(SmallCt2){ .version = 6,
                                      .post_norm = true,
                                      .learned = true,
                                      .shared = true,
                                      .tied = true,
                                      .embedding_norm = true,
                                      .config = "{\"add_source_eos\": true, \"add_source_bos\": true, "
                                                "\"layer_norm_epsilon\": null}" });
    assert_true(m->source == m->target);
    assert_true(m->config.tied_embeddings && m->config.shared_embeddings);
    assert_true(m->config.source_begin && m->config.source_end);
    assert_int_equal(m->config.max_length, SMALL_PLACES - 2);
    assert_string_equal(m->config.transformer.norm, "post");
    assert_string_equal(m->config.transformer.activation, "swish");
    expect(m, "decoder.positions", "decoder/position_encodings/encodings", 1);
    expect(m, "encoder.embedding_norm.shift", "encoder/layernorm_embedding/beta", 1);
    expect_row(m, "decoder.embedding", VOCAB_EOS, "encoder/embeddings/weight", 2);
    expect_row(m, "decoder.embedding", VOCAB_FIRST + 2, "encoder/embeddings/weight", 5);
    model_free(m);
}

/* Marian's: decoding starts from zeros, under the name of the end of sentence. */
static void zero_start(void **state)
{
    (void)state;
    Model *m = converted(&(SmallCt2){ .version = 6,
                                      .tied = true,
                                      .zero_start = true,
                                      .no_bias = true,
                                      .config = "{\"decoder_start_token\": \"</s>\"}" });
    assert_true(m->config.tied_embeddings);
    expect_row(m, "decoder.embedding", VOCAB_BOS, "", -1);
    expect_row(m, "decoder.embedding", VOCAB_EOS, "decoder/embeddings/weight", 2);
    const real *bias = params_find(m->params, "decoder.output_bias")->tensor.val;
    assert_true((double)bias[VOCAB_BOS] < -1e8 && (double)bias[VOCAB_EOS] == 0);
    assert_string_equal(vocab_piece(m->target, 4), "<s>'1"); /* a word like any other there */
    model_free(m);
}

/* ---- refusals ---- */

static bool exists(const char *name)
{
    char *path = path_join(folder, name);
    bool is = file_exists(path);
    free(path);
    return is;
}

static void refused(const SmallCt2 *how, const char *words)
{
    LbError err = { 0 };
    char *told;
    put_folder(how);
    remove_tree(out);
    LbStatus status = lb_convert(in, out, false, &told, &err);
    assert_null(told);
    if (status == LB_OK || !strstr(err.text, words))
        fail_msg("status %d, \"%s\" where \"%s\" was expected", (int)status, err.text, words);
    assert_false(exists("out"));
}

static void what_has_no_place(void **state)
{
    (void)state;
    static const struct {
        SmallCt2 how;
        const char *words;
    } cases[] = {
        { { .extra = "encoder/layer_0/self_attention/relative_position_keys" }, "relative positions" },
        { { .extra = "decoder/layer_0/self_attention/rotary_dim", .extra_value = 4 },
          "rotary_dim, of rotary" },
        { { .extra = "decoder/alibi", .extra_value = 1 }, "linear biases" },
        { { .extra = "decoder/layer_0/self_attention/num_heads_kv", .extra_value = 1 }, "multi-query" },
        { { .extra = "encoder/layer_0/ffn/linear_0_noact/weight" }, "gated" },
        { { .extra = "encoder/embeddings_1/weight" }, "several features" },
        { { .extra = "decoder/something", .extra_value = 1 }, "decoder/something: lookback" },
        { { .extra = "decoder/scale_embeddings/more" }, "decoder/scale_embeddings/more" },
        { { .config = "{\"layer_norm_epsilon\": 1e-6}" }, "layer_norm_epsilon" },
        { { .config = "{\"decoder_start_token\": null}" }, "first target word" },
        { { .config = "{\"eos_token\": \"<eos>\"}" }, "has no <eos>" },
        { { .config = "{\"add_source_eos\": 3}" }, "neither true nor false" },
        { { .config = "[1]" }, "not a JSON object" },
        { { .config = "{\"a\": " }, "is not JSON" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        SmallCt2 how = cases[i].how;
        how.version = 6;
        refused(&how, cases[i].words);
    }
    refused(&(SmallCt2){ .version = 7 }, "version 7");
    refused(&(SmallCt2){ .version = 1 }, "version 1");
    Model *m = converted(&(SmallCt2){ .version = 6, .extra = "decoder/alibi" }); /* 0: none */
    model_free(m);
}

/* Alone: the same bytes in a file that is called otherwise. */
static LbStatus convert_bytes(const char *bytes, size_t n, LbError *err)
{
    Model *m;
    Str told = { 0 };
    put("model.bin", bytes, n);
    LbStatus status = convert_read(in, &m, &told, err);
    assert_true((status == LB_OK) == (m != NULL));
    str_free(&told);
    model_free(m);
    return status;
}

static void every_truncation_is_an_error(void **state)
{
    (void)state;
    const SmallCt2 how = { .version = 6, .type = CT2_I8, .shared = true, .tied = true };
    put_folder(&how);
    Str bin = small_ct2(&how);
    LbError err;
    for (size_t n = 0; n < bin.len; n++)
        assert_int_equal(convert_bytes(bin.text, n, &err), LB_FORMAT);
    str_add_char(&bin, 0);
    assert_int_equal(convert_bytes(bin.text, bin.len, &err), LB_FORMAT);
    str_free(&bin);
}

/* Any byte may be any other: never a crash, and always either a model or a reason. */
static void every_byte_may_change(void **state)
{
    (void)state;
    const SmallCt2 how = { .version = 3, .type = CT2_I16, .tied = true, .learned = true };
    put_folder(&how);
    Str bin = small_ct2(&how);
    static const unsigned char flips[] = { 1, 0x80, 0xFF };
    for (size_t i = 0; i < bin.len; i++)
        for (size_t k = 0; k < sizeof flips; k++) {
            LbError err = { 0 };
            char kept = bin.text[i];
            bin.text[i] = (char)((unsigned char)kept ^ flips[k]);
            LbStatus status = convert_bytes(bin.text, bin.len, &err);
            assert_true((status == LB_OK) == !*err.text);
            bin.text[i] = kept;
        }
    str_free(&bin);
}

/* A few bytes that claim four gigabytes. */
static void large_claims(void **state)
{
    (void)state;
    LbError err;
    Str bin = { 0 };
    ct2_put(&bin, 6, 4);
    ct2_put_text(&bin, "TransformerSpec");
    ct2_put(&bin, 7, 4);
    ct2_put(&bin, 0xFFFFFFFF, 4);
    ct2_put_text(&bin, "a");
    ct2_put(&bin, 4, 1);
    for (int i = 0; i < 4; i++)
        ct2_put(&bin, 0xFFFFFFFF, 4);
    ct2_put(&bin, CT2_F32, 1);
    ct2_put(&bin, 0xFFFFFFFC, 4);
    put_folder(&(SmallCt2){ .version = 6 });
    assert_int_equal(convert_bytes(bin.text, bin.len, &err), LB_FORMAT);
    assert_non_null(strstr(err.text, "impossible"));
    str_free(&bin);
}

static void out_is_respected(void **state)
{
    (void)state;
    LbError err = { 0 };
    char *note = path_join(out, "notes.txt");
    model_free(converted(&(SmallCt2){ .version = 6 }));
    assert_int_equal(file_write(note, "mine", 4, NULL), LB_OK);
    assert_int_equal(lb_convert(in, out, false, NULL, &err), LB_USAGE);
    assert_int_equal(lb_convert(in, out, true, NULL, &err), LB_OK);
    assert_true(file_exists(note)); /* what is not the model's stays */
    put_text("target_vocabulary.json", "[]");
    assert_int_equal(lb_convert(in, out, true, NULL, &err), LB_FORMAT);
    Model *m;
    assert_int_equal(model_open(out, false, &m, &err), LB_OK); /* a failure leaves the old one */
    model_free(m);
    free(note);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_version_and_type), cmocka_unit_test(old_scale),
        cmocka_unit_test(other_shapes),           cmocka_unit_test(zero_start),
        cmocka_unit_test(what_has_no_place),      cmocka_unit_test(every_truncation_is_an_error),
        cmocka_unit_test(every_byte_may_change),  cmocka_unit_test(large_claims),
        cmocka_unit_test(out_is_respected),
    };
    return cmocka_run_group_tests_name("models of other systems", tests, begin, end);
}
