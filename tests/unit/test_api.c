/* The public functions around a model: what they give, and what they say when something is wrong. Sessions
 * and translation have tests of their own.
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

#include "lookback.h"

static char folder[] = "/tmp/lookback-api-XXXXXX";

/* The path of NAME in the folder, good for the next 15 calls. */
static const char *at(const char *name)
{
    static char paths[16][300];
    static int turn;
    char *path = paths[turn++ % 16];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_int_equal(fwrite(text, 1, strlen(text), f), strlen(text));
    fclose(f);
}

static LbText text(const char *s)
{
    return (LbText){ s, strlen(s) };
}

static void expect_error(LbStatus status, LbStatus want, const LbError *err, const char *part)
{
    if (status != want || err->status != want || !strstr(err->text, part))
        fail_msg("status %d, message \"%s\"; expected status %d and \"%s\"", status, err->text, want, part);
}

static void expect_ok(LbStatus status, const LbError *err)
{
    if (status != LB_OK)
        fail_msg("status %d: %s", status, err->text);
}

/* ---- the machine ---- */

static void the_machine_starts(void **state)
{
    (void)state;
    LbError err = { 0 };
    expect_ok(lb_start("baseline", 1, &err), &err);
    assert_string_equal(lb_isa(), "baseline");
    expect_error(lb_start("axv2", 1, &err), LB_USAGE, &err, "did you mean `avx2`?");
    expect_error(lb_start("baseline", -1, &err), LB_USAGE, &err, "-1 threads");
    expect_error(lb_start("baseline", 1000000, &err), LB_USAGE, &err, "threads");
    assert_string_equal(lb_isa(), "baseline"); /* what fails changes nothing */
    setenv("LOOKBACK_ISA", "baselin", 1);
    expect_error(lb_start(NULL, 0, &err), LB_USAGE, &err, "did you mean `baseline`?");
    setenv("LOOKBACK_ISA", "baseline", 1);
    expect_ok(lb_start(NULL, 2, &err), &err);
    assert_string_equal(lb_isa(), "baseline");
    unsetenv("LOOKBACK_ISA");
    expect_ok(lb_start("auto", 0, &err), &err);
    assert_true(strlen(lb_compiler()) > 4 && strlen(lb_onednn()) > 0);
    assert_int_equal(lb_start("no such", 0, NULL), LB_USAGE);
}

/* ---- metrics ---- */

enum { LINES = 3 };
static const char *const outputs[LINES] = { "the cat sat on the mat .", "A dog", "" };
static const char *const first_refs[LINES] = { "the cat sat on the mat .", "a dog", "x" };
static const char *const second_refs[LINES] = { "a cat sat on a mat .", "dogs", "" };

static void set(LbText *to, const char *const *from)
{
    for (int i = 0; i < LINES; i++)
        to[i] = text(from[i]);
}

static double measured(const char *metric, size_t n_refs, LbEvalOptions o, char **report, char **json)
{
    LbText hyp[LINES], one[LINES], two[LINES];
    const LbText *refs[] = { one, two };
    set(hyp, outputs), set(one, first_refs), set(two, second_refs);
    LbError err = { 0 };
    double score = NAN;
    expect_ok(lb_eval(metric, hyp, refs, LINES, n_refs, o, &score, report, json, &err), &err);
    return score;
}

static void scores_are_right(void **state)
{
    (void)state;
    const LbEvalOptions plain = { 0 }, lower = { .lowercase = true };
    assert_float_equal(measured("exact", 1, plain, NULL, NULL), 100.0 / 3, 1e-9);
    assert_float_equal(measured("exact", 1, lower, NULL, NULL), 200.0 / 3, 1e-9);
    assert_float_equal(measured("exact", 2, lower, NULL, NULL), 100, 1e-9);
    assert_true(measured("bleu", 1, lower, NULL, NULL) > measured("bleu", 1, plain, NULL, NULL));
    assert_true(measured("chrf", 1, lower, NULL, NULL) > measured("chrf", 1, plain, NULL, NULL));
    assert_true(measured("chrf", 1, (LbEvalOptions){ .word_order = 2 }, NULL, NULL) !=
                measured("chrf", 1, plain, NULL, NULL));
}

static void reports_say_score_and_signature(void **state)
{
    (void)state;
    static const struct {
        const char *metric, *name, *begins, *signature;
    } cases[] = {
        { "bleu", "BLEU",
          "BLEU = ", "nrefs:2|case:mixed|eff:no|tok:none|smooth:floor[0.10]|version:lookback-" },
        { "chrf", "chrF2", "chrF2 = ", "nrefs:2|case:mixed|eff:yes|nc:6|nw:0|space:no|version:lookback-" },
        { "exact", "exact", "exact = ", "nrefs:2|case:mixed|version:lookback-" },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *report, *json;
        LbEvalOptions o = { .tokenize = "none", .smooth = "floor" };
        double score = measured(cases[i].metric, 2, o, &report, &json);
        assert_true(strncmp(report, cases[i].begins, strlen(cases[i].begins)) == 0);
        assert_non_null(strstr(report, cases[i].signature));
        json_t *object = json_loads(json, 0, NULL);
        assert_non_null(object);
        assert_string_equal(json_string_value(json_object_get(object, "name")), cases[i].name);
        assert_float_equal(json_number_value(json_object_get(object, "score")), score, 1e-9);
        assert_non_null(strstr(report, json_string_value(json_object_get(object, "signature"))));
        json_decref(object);
        free(report);
        free(json);
    }
}

static void metrics_refuse_what_they_do_not_know(void **state)
{
    (void)state;
    LbText line = text("a");
    const LbText *refs[] = { &line };
    LbError err = { 0 };
    char *report = (char *)1, *json = (char *)1;
    double score = -1;
    expect_error(lb_eval("blue", &line, refs, 1, 1, (LbEvalOptions){ 0 }, &score, &report, &json, &err),
                 LB_USAGE, &err, "did you mean `bleu`?");
    assert_true(!report && !json && score == -1);
    expect_error(
        lb_eval("bleu", &line, refs, 1, 1, (LbEvalOptions){ .tokenize = "13" }, NULL, NULL, NULL, &err),
        LB_USAGE, &err, "did you mean `13a`?");
    expect_error(
        lb_eval("bleu", &line, refs, 1, 1, (LbEvalOptions){ .smooth = "flor" }, NULL, NULL, NULL, &err),
        LB_USAGE, &err, "did you mean `floor`?");
    expect_error(
        lb_eval("bleu", &line, refs, 1, 1, (LbEvalOptions){ .smooth_value = -1 }, NULL, NULL, NULL, &err),
        LB_USAGE, &err, "smoothing value");
    expect_error(lb_eval("exact", &line, refs, 1, 0, (LbEvalOptions){ 0 }, NULL, NULL, NULL, &err), LB_USAGE,
                 &err, "no reference");
    assert_int_equal(lb_eval("", &line, refs, 1, 1, (LbEvalOptions){ 0 }, NULL, NULL, NULL, NULL), LB_USAGE);
}

static void any_bytes_can_be_measured(void **state)
{
    (void)state;
    static const char bytes[] = { '\xff', '\0', 'a', '\xc3', ' ', '\0' };
    const LbText lines[2] = { { bytes, sizeof bytes }, { NULL, 0 } };
    const LbText *refs[] = { lines };
    static const char *const metrics[] = { "bleu", "chrf", "exact" };
    for (int i = 0; i < 3; i++) {
        double score;
        LbError err = { 0 };
        expect_ok(lb_eval(metrics[i], lines, refs, 2, 1, (LbEvalOptions){ .lowercase = true }, &score, NULL,
                          NULL, &err),
                  &err);
        assert_true(score >= 0 && score <= 100 + 1e-9);
        expect_ok(lb_eval(metrics[i], NULL, refs, 0, 1, (LbEvalOptions){ 0 }, &score, NULL, NULL, &err),
                  &err);
    }
}

/* ---- vocabularies ---- */

static LbVocab *learned(const char *level)
{
    put(at("words.txt"), "the cat sees the dog\nthe dog sees \xc3\xa9t\xc3\xa9\n");
    const char *files[] = { at("words.txt") };
    LbVocab *v;
    LbError err = { 0 };
    LbVocabOptions o = { .level = level, .seed = 1, .size = strcmp(level, "sentencepiece") ? 0 : 30 };
    expect_ok(lb_vocab_train(files, 1, o, &v, &err), &err);
    return v;
}

static void expect_round_trip(const LbVocab *v, const char *line, bool ids)
{
    char *coded = lb_vocab_encode(v, text(line), ids), *back;
    LbError err = { 0 };
    assert_non_null(coded);
    expect_ok(lb_vocab_decode(v, text(coded), ids, &back, &err), &err);
    assert_string_equal(back, line);
    free(back);
    free(coded);
}

static void vocabularies_go_there_and_back(void **state)
{
    (void)state;
    static const char *const levels[] = { "word", "char", "tokens", "sentencepiece" };
    for (int i = 0; i < 4; i++) {
        LbVocab *v = learned(levels[i]), *again;
        char *path;
        LbError err = { 0 };
        expect_ok(lb_vocab_save(v, at("saved"), &path, &err), &err);
        expect_ok(lb_vocab_load(path, &again, &err), &err);
        assert_int_equal(lb_vocab_size(again), lb_vocab_size(v));
        for (int ids = 0; ids < 2; ids++) {
            expect_round_trip(again, "the cat sees \xc3\xa9t\xc3\xa9", ids);
            expect_round_trip(again, "", ids);
        }
        free(path);
        lb_vocab_free(v);
        lb_vocab_free(again);
    }
    lb_vocab_free(NULL);
}

static void pieces_and_numbers_are_as_expected(void **state)
{
    (void)state;
    LbVocab *v = learned("word");
    assert_int_equal(lb_vocab_size(v), 9);
    char *pieces = lb_vocab_encode(v, text("the bird sees"), false),
         *ids = lb_vocab_encode(v, text("the"), true);
    assert_string_equal(pieces, "the <unk> sees");
    assert_string_equal(ids, "4"); /* the most frequent, behind the four special ones */
    free(pieces);
    free(ids);
    LbError err = { 0 };
    char *out;
    expect_ok(lb_vocab_decode(v, text("2 4 3"), true, &out, &err), &err);
    assert_string_equal(out, "the");
    free(out);
    expect_error(lb_vocab_decode(v, text("4 9"), true, &out, &err), LB_DATA, &err, "`9`");
    assert_null(out);
    expect_error(lb_vocab_decode(v, text("-1"), true, &out, &err), LB_DATA, &err, "0 to 8");
    expect_error(lb_vocab_decode(v, text("the"), true, &out, &err), LB_DATA, &err, "`the`");
    expect_error(lb_vocab_decode(v, text("the bird"), false, &out, &err), LB_DATA, &err, "`bird`");
    lb_vocab_free(v);
}

static void vocabularies_refuse_what_is_wrong(void **state)
{
    (void)state;
    put(at("words.txt"), "a b\n");
    const char *good[] = { at("words.txt") }, *missing[] = { at("nothing.txt") };
    LbVocab *v = (LbVocab *)1;
    LbError err = { 0 };
    expect_error(lb_vocab_train(good, 1, (LbVocabOptions){ .level = "words" }, &v, &err), LB_USAGE, &err,
                 "did you mean `word`?");
    assert_null(v);
    expect_error(lb_vocab_train(good, 1, (LbVocabOptions){ .level = "word", .type = "bp" }, &v, &err),
                 LB_USAGE, &err, "did you mean `bpe`?");
    expect_error(lb_vocab_train(good, 1, (LbVocabOptions){ .level = "word", .min_count = -1 }, &v, &err),
                 LB_USAGE, &err, "least count");
    expect_error(lb_vocab_train(good, 1, (LbVocabOptions){ .level = "word", .size = -1 }, &v, &err), LB_USAGE,
                 &err, "-1");
    expect_error(lb_vocab_train(good, 0, (LbVocabOptions){ .level = "word" }, &v, &err), LB_USAGE, &err,
                 "no text");
    expect_error(lb_vocab_train(missing, 1, (LbVocabOptions){ .level = "word" }, &v, &err), LB_FILE, &err,
                 "nothing.txt");
    v = (LbVocab *)1;
    expect_error(lb_vocab_load(at("nothing.vocab"), &v, &err), LB_FILE, &err, "nothing.vocab");
    assert_null(v);
    put(at("bad.vocab"), "<unk>\n<pad>\n<s>\n</s>\na\na\n");
    expect_error(lb_vocab_load(at("bad.vocab"), &v, &err), LB_FORMAT, &err, "line 6");
}

/* ---- text made by rule ---- */

static size_t lines_in(const char *path)
{
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    size_t n = 0;
    for (int c; (c = getc(f)) != EOF;)
        n += c == '\n';
    fclose(f);
    return n;
}

static void text_is_made_by_rule(void **state)
{
    (void)state;
    LbError err = { 0 };
    LbSynthOptions few = { .n_train = 5, .n_test = 21, .seed = 1 };
    assert_string_equal(lb_synth_tasks()[0].name, "svo");
    for (const LbSynthTask *t = lb_synth_tasks(); t->name; t++) {
        LbSynthReport readers = { -1, -2, -1, -2 };
        assert_true(strlen(t->help) > 10);
        expect_ok(lb_synth(t->name, at("synth"), few, &readers, &err), &err);
        assert_true(readers.perfect_aer >= 0 && readers.perfect_aer < 0.5);
        assert_true(readers.diagonal_aer >= readers.perfect_aer && readers.perfect_hit >= -1);
    }
    assert_int_equal(lines_in(at("synth/train.en")), 5);
    assert_int_equal(lines_in(at("synth/test.fr")), 21);
    assert_int_equal(lines_in(at("synth/test.align")), 21);
    assert_int_equal(lines_in(at("synth/faults.labels")), 5 * 21);
    few.facts = 7;
    expect_ok(lb_synth("kvqa", at("synth"), few, NULL, &err), &err);
    assert_int_equal(lines_in(at("synth/test.evidence")), 21);
    few.facts = 0;
    few.source = at("synth/test.src");
    few.target = at("synth/test.tgt");
    few.n_test = 1000;
    LbSynthReport spoilt = { 0 };
    expect_ok(lb_synth("hallucinate", at("own"), few, &spoilt, &err), &err);
    assert_true(spoilt.n_spoilt == 21 && spoilt.perfect_aer == -1);
    assert_int_equal(lines_in(at("own/faults.src")), 5 * 21);
}

static void rules_that_do_not_exist(void **state)
{
    (void)state;
    LbError err = { 0 };
    LbSynthReport readers = { .perfect_aer = -1 };
    const LbSynthOptions one = { .n_train = 1, .n_valid = 1, .n_test = 1 }, none = { 0 };
    const LbSynthOptions negative = { .n_train = -1, .n_valid = 1 };
    const LbSynthOptions crowded = { .n_train = 1, .facts = 201 };
    const char *dir = at("synth");
    expect_error(lb_synth("reverze", dir, one, &readers, &err), LB_USAGE, &err, "reverse");
    expect_error(lb_synth(NULL, dir, one, &readers, &err), LB_USAGE, &err, "svo");
    expect_error(lb_synth("copy", dir, negative, &readers, &err), LB_USAGE, &err, "-1");
    expect_error(lb_synth("copy", dir, none, &readers, &err), LB_USAGE, &err, "at least 1");
    expect_error(lb_synth("copy", dir, crowded, &readers, &err), LB_USAGE, &err, "no facts");
    expect_error(lb_synth("kvqa", dir, crowded, &readers, &err), LB_USAGE, &err, "201");
    const LbSynthOptions half = { .n_test = 30, .source = "x" },
                         both = { .n_test = 30, .source = "-", .target = "-" };
    const LbSynthOptions itself = { .n_test = 30, .base = "hallucinate" },
                         based = { .n_test = 30, .base = "copy" };
    expect_error(lb_synth("hallucinate", dir, half, &readers, &err), LB_USAGE, &err, "two sides");
    expect_error(lb_synth("hallucinate", dir, both, &readers, &err), LB_USAGE, &err, "not both");
    expect_error(lb_synth("hallucinate", dir, itself, &readers, &err), LB_USAGE, &err, "no pairs of its own");
    expect_error(lb_synth("sort", dir, based, &readers, &err), LB_USAGE, &err, "not for sort");
    expect_error(lb_synth("hallucinate", dir, one, &readers, &err), LB_USAGE, &err, "at least 20");
    put(at("plain"), "x");
    assert_int_equal(lb_synth("copy", at("plain/in"), one, &readers, &err), LB_FILE);
    assert_true(readers.perfect_aer == -1);
}

/* ---- models ---- */

/* A model folder, trained for a few steps; validated as often. */
static void train(const char *name, const char *task, const char *score)
{
    LbError err = { 0 };
    char settings[16][400];
    const char *list[16];
    const char *data = at("data");
    const LbSynthOptions size = { .n_train = 60, .n_valid = 8, .seed = 1 };
    expect_ok(lb_synth(task, data, size, NULL, &err), &err);
    int n = 0;
    snprintf(settings[n++], 400, "model_dir=%s", at(name));
    snprintf(settings[n++], 400, "data.train.source=%s/train.src", data);
    snprintf(settings[n++], 400, "data.train.target=%s/train.tgt", data);
    snprintf(settings[n++], 400, "data.valid.source=%s/valid.src", data);
    snprintf(settings[n++], 400, "data.valid.target=%s/valid.tgt", data);
    snprintf(settings[n++], 400, "model.attention.score=%s", score);
    static const char *const rest[] = { "data.source.level=word",  "data.target.level=word",
                                        "model.encoder.hidden=16", "model.encoder.embedding=8",
                                        "model.decoder.hidden=16", "model.decoder.embedding=8",
                                        "train.max_steps=6",       "train.validate_every.steps=2",
                                        "train.metric=loss" };
    for (size_t i = 0; i < sizeof rest / sizeof *rest; i++)
        snprintf(settings[n++], 400, "%s", rest[i]);
    for (int i = 0; i < n; i++)
        list[i] = settings[i];
    expect_ok(lb_train(NULL, list, (size_t)n, false, false, NULL, NULL, &err), &err);
}

static int train_models(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    train("attends", "copy", "general");
    train("blind", "copy", "none");
    train("other", "lexicon", "general");
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    char command[100];
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

static void models_load(void **state)
{
    (void)state;
    LbModel *m;
    LbError err = { 0 };
    expect_ok(lb_model_load(at("attends"), &m, &err), &err);
    assert_true(lb_model_attends(m));
    assert_int_equal(lb_model_max_input(m), 100);
    lb_model_free(m);
    expect_ok(lb_model_load(at("blind"), &m, &err), &err);
    assert_false(lb_model_attends(m));
    lb_model_free(m);
    lb_model_free(NULL);
}

static void a_result_outlives_its_model(void **state)
{
    (void)state;
    LbModel *m;
    LbSession *session;
    LbResult *r;
    LbError err = { 0 };
    LbText line = text("ba ce di");
    expect_ok(lb_model_load(at("attends"), &m, &err), &err);
    expect_ok(lb_session_new((const LbModel *const[]){ m }, 1, 0, &session, &err), &err);
    expect_ok(lb_translate(session, &line, 1, NULL, lb_translate_default(m), &r, &err), &err);
    lb_session_free(session);
    lb_model_free(m);
    assert_string_equal(r->source_pieces[r->n_source_pieces - 1].text, "</s>");
    for (size_t i = 0; i < r->n_source_pieces; i++)
        assert_true(strlen(r->source_pieces[i].text) > 0);
    for (size_t i = 0; i < r->hypotheses[0].n_pieces; i++)
        assert_true(strlen(r->hypotheses[0].pieces[i].text) > 0);
    lb_results_free(r);
    lb_results_free(NULL);
    lb_session_free(NULL);
    lb_attention_drop(NULL);
    lb_vocab_free(NULL);
}

static void defaults_and_names(void **state)
{
    (void)state;
    assert_string_equal(lb_version(), LB_VERSION);
    assert_string_equal(lb_status_name(LB_OK), "ok");
    assert_string_equal(lb_status_name(LB_CANCELLED), "cancelled");
    const LbVocabOptions v = lb_vocab_default();
    assert_string_equal(v.level, "sentencepiece");
    assert_int_equal(v.size, 8000);
    lb_threads(1);
    lb_threads(0);
}

static void folders_that_are_no_models(void **state)
{
    (void)state;
    LbModel *m = (LbModel *)1;
    LbError err = { 0 };
    char *out = (char *)1;
    expect_error(lb_model_load(at("nowhere"), &m, &err), LB_FILE, &err, "nowhere");
    assert_null(m);
    expect_error(lb_model_load(folder, &m, &err), LB_FILE, &err, "config.yaml");
    expect_error(lb_inspect(at("nowhere"), false, &out, &err), LB_FILE, &err, "nowhere");
    assert_null(out);
}

static void inspection_tells_people(void **state)
{
    (void)state;
    static const char *const parts[] = { "general",         "encoder.embedding", "decoder.cell.0.recurrent",
                                         "3 validations",   "best: step",        "last: step 6",
                                         "pieces (word): ", "\n  all ",          "*" };
    char *out;
    LbError err = { 0 };
    expect_ok(lb_inspect(at("attends"), false, &out, &err), &err);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!strstr(out, parts[i]))
            fail_msg("no \"%s\" in:\n%s", parts[i], out);
    free(out);
}

static json_int_t integer(const json_t *object, const char *key)
{
    assert_true(json_is_integer(json_object_get(object, key)));
    return json_integer_value(json_object_get(object, key));
}

static void inspection_tells_programs(void **state)
{
    (void)state;
    char *out;
    LbError err = { 0 };
    expect_ok(lb_inspect(at("attends"), true, &out, &err), &err);
    json_t *object = json_loads(out, 0, NULL), *item;
    free(out);
    assert_non_null(object);
    json_int_t by_name = 0, by_part = 0;
    size_t i;
    const char *key;
    json_array_foreach(json_object_get(object, "parameters"), i, item) by_name += integer(item, "count");
    json_object_foreach(json_object_get(object, "parts"), key, item) by_part += json_integer_value(item);
    assert_int_equal(by_name, integer(object, "n_parameters"));
    assert_int_equal(by_part, by_name);
    assert_true(integer(json_object_get(object, "memory"), "weights") == 4 * by_name);
    assert_int_equal(json_array_size(json_object_get(object, "validations")), 3);
    assert_int_equal(integer(json_object_get(object, "last"), "step"), 6);
    assert_int_equal(integer(json_object_get(object, "config"), "model.encoder.hidden"), 16);
    assert_true(json_is_false(json_object_get(object, "shared_vocabulary")));
    json_decref(object);
}

static void a_damaged_history_is_told(void **state)
{
    (void)state;
    char *out;
    LbError err = { 0 };
    put(at("blind/validation.tsv"),
        "step\tloss\x1b[2J\tloss\n1\t2\t3\n2\t3\n3\t4\t5\t6\n4\tx\t1\n5\t-\t-\n6\t1\t1e-320");
    expect_ok(lb_inspect(at("blind"), false, &out, &err), &err);
    assert_non_null(strstr(out, "3 lines of validation.tsv could not be read"));
    assert_null(strchr(out, '\x1b'));
    free(out);
    put(at("blind/validation.tsv"), "nothing\n");
    expect_error(lb_inspect(at("blind"), true, &out, &err), LB_FORMAT, &err, "validation.tsv");
    unlink(at("blind/validation.tsv"));
    expect_ok(lb_inspect(at("blind"), false, &out, &err), &err);
    assert_non_null(strstr(out, "no validation yet"));
    free(out);
}

/* ---- averages ---- */

/* What a model gives is a function of its weights: the bytes of model.safetensors stand for them. */
static bool same_weights(const char *a, const char *b)
{
    FILE *f = fopen(a, "rb"), *g = fopen(b, "rb");
    assert_true(f && g);
    int x, y;
    do
        x = getc(f), y = getc(g);
    while (x == y && x != EOF);
    fclose(f);
    fclose(g);
    return x == y;
}

static void an_average_is_a_model(void **state)
{
    (void)state;
    LbError err = { 0 };
    LbModel *m;
    const char *one[] = { at("attends") };
    expect_ok(lb_average(one, 1, at("mean"), &err), &err);
    expect_ok(lb_model_load(at("mean"), &m, &err), &err);
    lb_model_free(m);
    assert_false(same_weights(at("mean/model.safetensors"), at("attends/model.safetensors")));
    const char *twice[] = { at("attends"), at("attends/model.safetensors") };
    expect_ok(lb_average(twice, 2, at("same"), &err), &err);
    assert_true(same_weights(at("same/model.safetensors"), at("attends/model.safetensors")));
    const char *kept[] = { at("attends/checkpoints/step-000002.safetensors"),
                           at("attends/checkpoints/step-000004.safetensors"),
                           at("attends/checkpoints/step-000006.safetensors") };
    expect_ok(lb_average(kept, 3, at("kept"), &err), &err);
    assert_true(same_weights(at("kept/model.safetensors"), at("mean/model.safetensors")));
    const char *late[] = { at("attends/checkpoints/step-000004.safetensors"),
                           at("attends/checkpoints/step-000006.safetensors") };
    expect_ok(lb_average(late, 2, at("two"), &err), &err);
    one[0] = at("attends");
    expect_ok(lb_average_last(one, 1, 2, at("last"), &err), &err);
    assert_true(same_weights(at("two/model.safetensors"), at("last/model.safetensors")));
}

static void averages_that_mean_nothing(void **state)
{
    (void)state;
    LbError err = { 0 };
    const char *out = at("bad-mean");
    expect_error(lb_average(NULL, 0, out, &err), LB_USAGE, &err, "nothing to average");
    const char *missing[] = { at("attends"), at("nowhere") };
    expect_error(lb_average(missing, 2, out, &err), LB_FILE, &err, "nowhere");
    const char *strangers[] = { at("attends"), at("other") };
    expect_error(lb_average(strangers, 2, out, &err), LB_DATA, &err, "vocabulary");
    const char *shapes[] = { at("attends"), at("blind") };
    expect_error(lb_average(shapes, 2, out, &err), LB_DATA, &err, "another model.attention.score");
    assert_int_not_equal(access(out, F_OK), 0); /* what fails leaves no folder */
    const char *good[] = { at("attends") };
    expect_error(lb_average_last(good, 1, 4, out, &err), LB_USAGE, &err, "only 3 checkpoints");
    expect_error(lb_average_last(strangers, 2, 1, out, &err), LB_USAGE, &err, "name one");
    expect_error(lb_average(good, 1, at("other"), &err), LB_USAGE, &err, "already holds a model");
    put(at("lone.safetensors"), "x");
    const char *lone[] = { at("lone.safetensors") };
    expect_error(lb_average(lone, 1, out, &err), LB_FILE, &err, "config.yaml");
}

/* ---- speed ---- */

static void keep_line(void *context, const char *line)
{
    json_t **lines = context;
    json_t *object = json_loads(line, 0, NULL);
    assert_non_null(object);
    json_array_append_new(*lines, object);
}

static void speed_is_told_in_json(void **state)
{
    (void)state;
    LbError err = { 0 };
    json_t *lines = json_array();
    const char *names[] = { "lstm", "gru" }, *wrong[] = { "lstm", "softmx" };
    expect_error(lb_bench(wrong, 2, true, keep_line, &lines, &err), LB_USAGE, &err,
                 "did you mean `softmax`?");
    assert_int_equal(json_array_size(lines), 0); /* nothing is measured before all names are known */
    expect_ok(lb_bench(names, 2, true, keep_line, &lines, &err), &err);
    assert_int_equal(json_array_size(lines), 2);
    for (size_t i = 0; i < 2; i++) {
        const json_t *line = json_array_get(lines, i);
        assert_string_equal(json_string_value(json_object_get(line, "name")), names[i]);
        assert_true(json_number_value(json_object_get(line, "share_of_bandwidth")) > 0);
        assert_true(json_number_value(json_object_get(line, "peak_rss_mb")) > 0);
        assert_true(integer(line, "threads") >= 1);
        assert_string_equal(json_string_value(json_object_get(line, "isa")), lb_isa());
        assert_null(json_object_get(line, "share_of_peak"));
    }
    json_decref(lines);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_machine_starts),
        cmocka_unit_test(scores_are_right),
        cmocka_unit_test(reports_say_score_and_signature),
        cmocka_unit_test(metrics_refuse_what_they_do_not_know),
        cmocka_unit_test(any_bytes_can_be_measured),
        cmocka_unit_test(vocabularies_go_there_and_back),
        cmocka_unit_test(pieces_and_numbers_are_as_expected),
        cmocka_unit_test(vocabularies_refuse_what_is_wrong),
        cmocka_unit_test(text_is_made_by_rule),
        cmocka_unit_test(rules_that_do_not_exist),
        cmocka_unit_test(models_load),
        cmocka_unit_test(a_result_outlives_its_model),
        cmocka_unit_test(defaults_and_names),
        cmocka_unit_test(folders_that_are_no_models),
        cmocka_unit_test(inspection_tells_people),
        cmocka_unit_test(inspection_tells_programs),
        cmocka_unit_test(a_damaged_history_is_told),
        cmocka_unit_test(an_average_is_a_model),
        cmocka_unit_test(averages_that_mean_nothing),
        cmocka_unit_test(speed_is_told_in_json),
    };
    return cmocka_run_group_tests(tests, train_models, clean_up);
}
