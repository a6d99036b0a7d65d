/* Settings: defaults, layers, names of other systems, checks, and that a dump loads back the same. */
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
#include "model/config.h"
#include "model/config_alias.h"
#include "model/config_preset.h"

#include <cmocka.h> /* last: it has a macro called fail */

static char path[] = "/tmp/lookback-config-XXXXXX";

/* Loads YAML text and one override (NULL: none). */
static LbStatus load(Config *c, const char *yaml, const char *override, LbError *err)
{
    assert_int_equal(file_write(path, yaml, strlen(yaml), err), LB_OK);
    return config_load(c, path, &override, override != NULL, err);
}

static Config loaded(const char *yaml, const char *override)
{
    Config c;
    LbError err = { 0 };
    if (load(&c, yaml, override, &err) != LB_OK)
        fail_msg("%s", err.text);
    return c;
}

static void defaults_are_whole(void **state)
{
    (void)state;
    Config c = loaded("", NULL);
    assert_string_equal(c.attention.score, "additive");
    assert_int_equal(c.batch_sentences, 64);
    assert_int_equal(c.batch_tokens, 0);
    assert_true(c.encoder.bidirectional);
    assert_true(c.memory == (size_t)4 << 30);
    assert_true(c.decoder.readout_dropout == c.decoder.dropout);
    assert_null(c.model_dir);
    LbError err;
    assert_int_equal(config_check(&c, &err), LB_OK);
    assert_int_equal(config_check_training(&c, &err), LB_USAGE);
    config_free(&c);
}

static void later_layers_win(void **state)
{
    (void)state;
    Config c =
        loaded("data: { train: { source: [a, b], target: [c, d] } }\nseed: 7\n", "data.train.source=x");
    assert_int_equal(array_len(c.train_source), 1);
    assert_string_equal(c.train_source[0], "x");
    assert_int_equal(array_len(c.train_target), 2);
    assert_string_equal(c.train_target[1], "d");
    assert_int_equal(c.seed, 7);
    config_free(&c);
}

static void rivals_give_way(void **state)
{
    (void)state;
    Config c = loaded("train: { batch: { sentences: 32 }, validate_every: { epochs: 2 } }\n"
                      "data: { train: { source: a, target: b } }\n",
                      "train.batch.tokens=4000");
    assert_int_equal(c.batch_tokens, 4000);
    assert_int_equal(c.batch_sentences, 0);
    assert_int_equal(c.validate_epochs, 2);
    config_free(&c);
    c = loaded("data: { train: { source: a, target: b } }\n", "data.train.tsv=pairs.tsv");
    assert_null(c.train_source);
    assert_null(c.train_target);
    assert_string_equal(c.train_tsv[0], "pairs.tsv");
    config_free(&c);
}

static void followers_follow(void **state)
{
    (void)state;
    const char *yaml = "data: { source: { level: word, size: 50 }, shared_vocabulary: true }\n"
                       "model: { decoder: { dropout: 0.125 } }\n";
    Config c = loaded(yaml, NULL);
    assert_string_equal(c.target.level, "word");
    assert_int_equal(c.target.size, 50);
    assert_true(c.decoder.readout_dropout == 0.125);
    config_free(&c);
    c = loaded(yaml, "data.shared_vocabulary=false");
    assert_string_equal(c.target.level, "sentencepiece");
    config_free(&c);
}

/* What models of one text take for granted, unless told otherwise. */
static void habits_of_one_text(void **state)
{
    (void)state;
    Config c =
        loaded("model: { type: lm }\ndata: { text: { level: word, size: 9 } }\n", "model.encoder.cell=lstm");
    assert_string_equal(c.decoder.cell, "transformer");
    assert_string_equal(c.metric, "loss");
    assert_string_equal(c.target.level, "word");
    assert_int_equal(c.source.size, 9);
    assert_true(c.shared_vocabulary && config_is_one_sided(&c));
    config_free(&c);
    c = loaded("model: { type: lm, decoder: { cell: gru } }\n", "train.metric=accuracy");
    assert_string_equal(c.decoder.cell, "gru");
    assert_string_equal(c.metric, "accuracy");
    config_free(&c);
    c = loaded("model: { type: mlm }\n", "data.text.model=given.model");
    assert_string_equal(c.shared_model, "given.model");
    assert_string_equal(c.decoder.cell, "gru");
    config_free(&c);
    c = loaded("model: { type: rnn }\n", NULL);
    assert_string_equal(c.metric, "bleu");
    assert_false(c.shared_vocabulary || config_is_one_sided(&c));
    config_free(&c);
}

static void names_of_other_systems(void **state)
{
    (void)state;
    Config c = loaded(
        "name: m\ndata: { src: { lang: de, level: word }, trg: { lang: en }, train: dir/train, dev: d }\n"
        "model: { encoder: { rnn_type: lstm, hidden_size: 100 },"
        " decoder: { attention: luong, hidden_size: 200 } }\n"
        "training: { batch_size: 4096, batch_type: token, clip_grad_norm: 2.5, use_cuda: true }\n",
        NULL);
    assert_string_equal(c.train_source[0], "dir/train.de");
    assert_string_equal(c.train_target[0], "dir/train.en");
    assert_string_equal(c.valid_target[0], "d.en");
    assert_string_equal(c.source.level, "word");
    assert_int_equal(c.encoder.hidden, 200); /* JoeyNMT's counts one direction */
    assert_string_equal(c.encoder.cell, "lstm");
    assert_string_equal(c.attention.score, "general");
    assert_int_equal(c.batch_tokens, 4096);
    assert_int_equal(c.batch_sentences, 0);
    assert_true(c.clip_norm == 2.5);
    config_free(&c);
    c = loaded("rnn_size: 64\nencoder_type: brnn\nglobal_attention: mlp\nrnn_type: LSTM\n",
               "word_vec_size=32");
    assert_int_equal(c.encoder.hidden, 64);
    assert_int_equal(c.decoder.hidden, 64);
    assert_int_equal(c.encoder.embedding, 32);
    assert_string_equal(c.attention.score, "additive");
    assert_string_equal(c.decoder.cell, "lstm");
    config_free(&c);
}

static void names_of_other_transformers(void **state)
{
    (void)state;
    Config c = loaded(
        "model: { tied_softmax: true, encoder: { type: transformer, num_layers: 3, num_heads: 4, "
        "hidden_size: 64,"
        " ff_size: 128, layer_norm: post, embeddings: { embedding_dim: 64, scale: false } },"
        " decoder: { type: transformer, num_heads: 2, ff_size: 256, layer_norm: post, hidden_size: 64 } }\n"
        "training: { adam_betas: [0.8, 0.97], scheduling: warmupinversesquareroot }\n",
        NULL);
    assert_string_equal(c.type, "transformer");
    assert_int_equal(c.encoder.hidden, 64); /* a Transformer has no directions */
    assert_int_equal(c.encoder.heads, 4);
    assert_int_equal(c.decoder.heads, 2);
    assert_int_equal(c.decoder.feed_forward, 256);
    assert_string_equal(c.transformer.norm, "post");
    assert_false(c.transformer.scale_embeddings);
    assert_true(c.beta1 == 0.8 && c.beta2 == 0.97);
    assert_string_equal(c.schedule, "inverse-sqrt");
    config_free(&c);
    c = loaded("encoder_type: transformer\ndecoder_type: transformer\nheads: 4\ntransformer_ff: 512\n"
               "attention_dropout: [0.2]\nposition_encoding: true\npos_ffn_activation_fn: gelu\n"
               "average_decay: 0.0001\nhidden_size: 64\nshare_embeddings: true\nshare_vocab: true\n",
               NULL);
    assert_string_equal(c.type, "transformer");
    assert_int_equal(c.encoder.heads, 4);
    assert_int_equal(c.decoder.feed_forward, 512);
    assert_true(c.attention.dropout == 0.2 && c.average_decay == 0.0001);
    assert_string_equal(c.transformer.activation, "gelu");
    assert_string_equal(c.transformer.positions, "sinusoidal");
    assert_true(c.shared_embeddings);
    config_free(&c);
}

static void presets_fill_gaps(void **state)
{
    (void)state;
    Config c = loaded("model: { preset: tiny, encoder: { layers: 2 } }\n", "train.learning_rate=0.25");
    assert_string_equal(c.type, "transformer");
    assert_int_equal(c.encoder.layers, 2);
    assert_int_equal(c.decoder.layers, 4);
    assert_int_equal(c.encoder.hidden, 128);
    assert_int_equal(c.encoder.embedding, 128);
    assert_int_equal(c.decoder.feed_forward, 256);
    assert_true(c.decoder.dropout == 0.3 && c.decoder.readout_dropout == 0.3);
    assert_true(c.learning_rate == 0.25 && c.beta2 == 0.98);
    LbError err = { 0 };
    assert_int_equal(config_check(&c, &err), LB_OK);
    Str text = { 0 };
    config_dump(&c, &text);
    Config back = loaded(text.text, NULL);
    assert_int_equal(back.encoder.layers, 2);
    assert_true(back.learning_rate == 0.25);
    str_free(&text);
    config_free(&back);
    config_free(&c);
    c = loaded("model: { preset: small }\n", "model.preset=base"); /* the later layer's alone */
    assert_int_equal(c.encoder.hidden, 512);
    assert_int_equal(c.encoder.layers, 6);
    config_free(&c);
    for (const PresetRow *row = preset_rows; row->key; row++)
        assert_non_null(option_find(config_table, row->key));
    for (int i = 0; preset_names[i]; i++) {
        char override[40];
        snprintf(override, sizeof override, "model.preset=%s", preset_names[i]);
        c = loaded("", override);
        assert_int_equal(config_check(&c, &err), LB_OK);
        assert_int_equal(preset_find(preset_names[i]), i - 1);
        config_free(&c);
    }
}

static void aliases_lead_somewhere(void **state)
{
    (void)state;
    for (const KeyAlias *a = config_key_aliases; a->name; a++) {
        assert_null(option_find(config_table, a->name)); /* else it would hide a key of ours */
        assert_true(!*a->key || option_find(config_table, a->key));
        assert_true(!a->also || option_find(config_table, a->also));
        assert_ptr_equal(config_key_alias(a->name), a); /* no name twice */
    }
    for (const ValueAlias *a = config_value_aliases; a->name; a++) {
        Config c;
        Str text = { 0 };
        LbError err = { 0 };
        str_addf(&text, "%s=%s", a->key, a->name);
        const char *override = text.text;
        assert_int_equal(config_load(&c, NULL, &override, 1, &err), LB_OK);
        str_free(&text);
        config_free(&c);
    }
}

/* What is wrong, the line it must name (0: none), and a part of the message. */
static const struct {
    const char *yaml, *override;
    int line;
    const char *says;
} wrong[] = {
    { "model:\n  encoder: { hiden: 3 }\n", NULL, 2, "did you mean `model.encoder.hidden`" },
    { "seed: 1\nmodel:\n  encoder: gru\n", NULL, 3, "`model.encoder` is a section" },
    { "model:\n  attention: { score: aditive }\n", NULL, 2, "did you mean `additive`" },
    { "seed: [1, 2]\n", NULL, 1, "takes one value" },
    { "seed: x\n", NULL, 1, "seed" },
    { "decode: { beam: 0 }\n", NULL, 1, "beam" },
    { "decode: { beam: 4 }\nbeam_size: 5\n", NULL, 2, "both set `decode.beam`" },
    { "training: { adam_betas: [0.9, 0.98, 0.7] }\n", NULL, 1, "takes one value" },
    { "encoder_type: transformer\ndecoder_type: rnn\n", NULL, 2, "both set `model.type`" },
    { "", "seed", 0, "not of the form key=value" },
    { "", "=3", 0, "not of the form key=value" },
    { "", "seeed=3", 0, "did you mean `seed`" },
    { "", "model_dir=\xff", 0, "not valid UTF-8" },
    { "a: b: c\n", NULL, 1, "" },
};

static void wrong_files_are_explained(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        Config c;
        LbError err = { 0 };
        assert_int_not_equal(load(&c, wrong[i].yaml, wrong[i].override, &err), LB_OK);
        if (err.line != wrong[i].line || !strstr(err.text, wrong[i].says) ||
            (err.line && !strstr(err.text, path)))
            fail_msg("%s: line %d: %s", wrong[i].yaml, err.line, err.text);
        assert_null(c.optimizer);
    }
}

/* Settings that go wrong together only. */
static const struct {
    const char *yaml, *says; /* NULL: nothing wrong */
} together[] = {
    { "model: { attention: { score: dot }, encoder: { hidden: 64 } }", "general" },
    { "model: { attention: { score: dot } }", NULL },
    { "model: { attention: { score: multi-head, hidden: 10 } }", "multiple of model.attention.heads" },
    { "model: { attention: { score: multi-head, hidden: 10, heads: 5 } }", NULL },
    { "model: { attention: { score: location } }\ndecode: { max_input: 200 }", "places" },
    { "model: { attention: { score: location } }\ndecode: { max_input: 80 }", NULL },
    { "model: { encoder: { hidden: 65 } }", "even" },
    { "model: { encoder: { hidden: 65, bidirectional: false } }", NULL },
    { "model: { decoder: { init: last, hidden: 64 } }", "bridge" },
    { "model: { decoder: { init: zero }, attention: { score: none } }", "bridge" },
    { "model: { shared_embeddings: true }", "shared_vocabulary" },
    { "model: { shared_embeddings: true }\ndata: { shared_vocabulary: true }", NULL },
    { "model: { shared_embeddings: true, encoder: { embedding: 8 } }\ndata: { shared_vocabulary: true }",
      "widths" },
    { "data: { model: v.model }", "shared_vocabulary" },
    { "data: { shared_vocabulary: true, source: { model: v } }", "data.model" },
    { "data: { shared_vocabulary: true, target: { level: char } }", "level" },
    { "data: { source: { size: 0 } }", "sentencepiece" },
    { "data: { source: { size: 0, level: word } }", NULL },
    { "data: { source: { level: word, punctuation: split } }", NULL },
    { "data: { target: { punctuation: drop } }", "level word" },
    { "data: { target: { punctuation: drop, model: given.vocab } }", NULL },
    { "data: { shared_vocabulary: true, source: { level: word, punctuation: split } }", NULL },
    { "data: { shared_vocabulary: true, source: { level: word }, target: { punctuation: split } }",
      "differ" },
    { "data: { train: { source: a } }", "pairs" },
    { "data: { train: { source: a, target: b, tsv: c } }", "either" },
    { "train: { batch: { tokens: 10, sentences: 10 } }", "one of" },
    { "train: { batch: { tokens: 0 } }", "one of" },
    { "train: { epochs: 0, patience: 0 }", "never end" },
    { "train: { learning_rate: 1e-7 }", "min_rate" },
    { "train: { schedule: { type: noam } }", "the usual factor is 1 or 2" },
    { "train: { schedule: { type: noam }, learning_rate: 1 }", NULL },
    { "model: { preset: base, type: rnn }", "leave one of them out" },
    { "model: { preset: base, decoder: { heads: 7 } }", "multiple of model.decoder.heads" },
    { "encoder_type: rnn\ndecoder_type: rnn", NULL },
};

static void checks_span_keys(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof together / sizeof *together; i++) {
        Config c = loaded(together[i].yaml, NULL);
        LbError err = { 0 };
        LbStatus status = config_check(&c, &err);
        const char *says = together[i].says;
        if ((status != LB_OK) != (says != NULL) || (says && !strstr(err.text, says)))
            fail_msg("%s: %s", together[i].yaml, err.text);
        config_free(&c);
    }
}

static void expect_round_trip(const Config *c)
{
    Str once = { 0 }, twice = { 0 };
    config_dump(c, &once);
    Config back = loaded(once.text, NULL);
    config_dump(&back, &twice);
    assert_string_equal(once.text, twice.text);
    str_free(&once);
    str_free(&twice);
    if (c->model_dir)
        assert_string_equal(back.model_dir, c->model_dir);
    for (size_t i = 0; i < array_len(c->train_source); i++)
        assert_string_equal(back.train_source[i], c->train_source[i]);
    assert_int_equal(array_len(back.train_source), array_len(c->train_source));
    assert_true(back.learning_rate == c->learning_rate);
    config_free(&back);
}

static const char *const texts[] = {
    "plain",
    "a b",
    "true",
    "1e5",
    "",
    "~",
    "null",
    "- x",
    "a: b",
    "# c",
    "a #b",
    "\"",
    "'",
    "\\",
    "{",
    "[x, y]",
    "\xc3\xa9\xe4\xb8\xad",
    "line\nbreak\ttab\r",
    "\x01\x7f",
    "\xc2\x85\xe2\x80\xa8",
    "%x",
    "@y",
    "\xf0\x9f\x98\x80",
    " lead",
    "trail ",
    "&a",
    "*a",
    "!t",
    "|",
    ">",
    "\xef\xbb\xbf",
    "=",
    "013",
    ".5",
    "1:30",
};

static void dumps_load_back(void **state)
{
    (void)state;
    Config c = loaded("train: { learning_rate: 0.1 }", NULL);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        free(c.model_dir);
        c.model_dir = *texts[i] ? memory_text(texts[i]) : NULL;
        array_push(c.train_source, memory_text(*texts[i] ? texts[i] : "x"));
        c.learning_rate = c.learning_rate / 3;
        expect_round_trip(&c);
    }
    config_free(&c);
}

/* Random valid UTF-8, control characters included. */
static void any_text_loads_back(void **state)
{
    (void)state;
    Rng rng = rng_new(5);
    for (int round = 0; round < 300; round++) {
        Str text = { 0 };
        for (int i = rng_below(&rng, 12); i >= 0; i--) {
            uint32_t code = (uint32_t)rng_below(&rng, rng_below(&rng, 2) ? 0x3000 : 0x80) + 1;
            str_add_code(&text, code);
        }
        Config c = loaded("", NULL);
        c.model_dir = str_take(&text);
        expect_round_trip(&c);
        config_free(&c);
    }
}

static void copies_are_deep(void **state)
{
    (void)state;
    Config c = loaded("data: { train: { source: a, target: b } }\nmodel_dir: m\n", NULL), copy;
    config_copy(&copy, &c);
    Str one = { 0 }, two = { 0 };
    config_dump(&c, &one);
    config_free(&c);
    config_dump(&copy, &two);
    assert_string_equal(one.text, two.text);
    config_free(&copy);
    str_free(&one);
    str_free(&two);
}

static void reference_has_every_key(void **state)
{
    (void)state;
    Str page = { 0 };
    config_reference(&page);
    for (const Option *o = config_table; o->key; o++) {
        Str row = { 0 };
        str_addf(&row, "| `%s` |", o->key);
        assert_non_null(strstr(page.text, row.text));
        str_free(&row);
    }
    str_free(&page);
}

/* docs/config.md is what config_reference prints; LOOKBACK_WRITE_DOCS=1 writes it anew. */
static void page_is_up_to_date(void **state)
{
    (void)state;
    static const char page_path[] = "../docs/config.md";
    Str page = { 0 };
    config_reference(&page);
    if (getenv("LOOKBACK_WRITE_DOCS"))
        assert_int_equal(file_write(page_path, page.text, page.len, NULL), LB_OK);
    size_t len;
    char *written = file_read(page_path, &len, NULL);
    assert_non_null(written);
    assert_string_equal(written, page.text);
    free(written);
    str_free(&page);
}

int main(void)
{
    int file = mkstemp(path);
    if (file < 0)
        return 1;
    close(file);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_whole),      cmocka_unit_test(later_layers_win),
        cmocka_unit_test(rivals_give_way),         cmocka_unit_test(followers_follow),
        cmocka_unit_test(habits_of_one_text),      cmocka_unit_test(names_of_other_systems),
        cmocka_unit_test(aliases_lead_somewhere),  cmocka_unit_test(names_of_other_transformers),
        cmocka_unit_test(presets_fill_gaps),       cmocka_unit_test(wrong_files_are_explained),
        cmocka_unit_test(checks_span_keys),        cmocka_unit_test(dumps_load_back),
        cmocka_unit_test(any_text_loads_back),     cmocka_unit_test(copies_are_deep),
        cmocka_unit_test(reference_has_every_key), cmocka_unit_test(page_is_up_to_date),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    remove(path);
    return failed;
}
