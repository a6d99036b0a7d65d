/* Evidence: sentences' weights are sums over their words, and what a check says of one is what forced
 * decoding says of the text without it, for every architecture. Models with little training.
 */
#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lookback.h"
#include "opened.h"

enum { MODELS = 4, MOST = 1000 };
static char folder[] = "/tmp/lookback-evidence-XXXXXX";
static const struct {
    const char *settings[6];
    const char *separator;
    bool attends;
} kinds[MODELS] = {
    { { "model.attention.score=additive" }, "|||", true },
    { { "model.type=transformer", "model.encoder.heads=2", "model.decoder.heads=2",
        "model.decoder.layers=2" },
      "|||",
      true },
    { { "model.attention.score=none" }, "|||", false },
    { { "model.type=memory", "model.memory.hops=2", "model.memory.separator=.",
        "model.memory.linear_epochs=0" },
      ".",
      true },
};
static Opened models[MODELS];
static const char *const facts[] = { "the bade is vize", "the tola is kuro", "the bade is kuro" };
enum { FACTS = 3 };

static void expect_ok(LbStatus status, const LbError *err)
{
    if (status != LB_OK)
        fail_msg("status %d: %s", status, err->text);
}

/* Facts and a question, parted by a word; where `without` is a fact, it and the separator behind it are left
 * out. */
static size_t write_text(const char *separator, int without, char *to, LbSpan *spans)
{
    size_t n = 0;
    for (int i = 0; i < FACTS; i++) {
        if (spans)
            spans[i] = (LbSpan){ n, n + strlen(facts[i]) };
        if (i != without)
            n += (size_t)snprintf(to + n, MOST - n, "%s %s ", facts[i], separator);
    }
    return n + (size_t)snprintf(to + n, MOST - n, "what is the bade");
}

static void write_lines(const char *path, const char *separator, bool source)
{
    FILE *f = fopen(path, "w");
    char text[MOST];
    assert_non_null(f);
    for (int i = 0; i < 40; i++) {
        write_text(separator, i % 4 - 1, text, NULL);
        fprintf(f, "%s\n", source ? text : i % 2 ? "kuro" : "vize vize");
    }
    fclose(f);
}

static void train(int i, const char *dir)
{
    static const char *const rest[] = { "data.source.level=word",     "data.target.level=word",
                                        "data.source.size=0",         "data.target.size=0",
                                        "model.encoder.embedding=16", "model.decoder.embedding=16",
                                        "model.encoder.dropout=0",    "model.decoder.hidden=16",
                                        "train.max_steps=60",         "train.metric=loss",
                                        "train.learning_rate=0.01" };
    char settings[24][200], path[200];
    const char *list[24];
    int n = 0;
    for (int k = 0; k < 4; k++) {
        snprintf(path, sizeof path, "%s/%d.%s", folder, i, k % 2 ? "tgt" : "src");
        write_lines(path, kinds[i].separator, k % 2 == 0);
        snprintf(settings[n++], 200, "data.%s.%s=%.150s", k < 2 ? "train" : "valid",
                 k % 2 ? "target" : "source", path);
    }
    snprintf(settings[n++], 200, "model_dir=%.150s", dir);
    for (size_t k = 0; k < sizeof rest / sizeof *rest; k++)
        snprintf(settings[n++], 200, "%s", rest[k]);
    if (i != 3)
        snprintf(settings[n++], 200, "model.encoder.hidden=16");
    for (int k = 0; k < 6 && kinds[i].settings[k]; k++)
        snprintf(settings[n++], 200, "%s", kinds[i].settings[k]);
    for (int k = 0; k < n; k++)
        list[k] = settings[k];
    LbError err = { 0 };
    expect_ok(lb_train(NULL, list, (size_t)n, false, false, NULL, NULL, &err), &err);
}

static int make_models(void **state)
{
    (void)state;
    char dir[100];
    LbError err = { 0 };
    if (!mkdtemp(folder))
        return -1;
    lb_threads(1);
    for (int i = 0; i < MODELS; i++) {
        snprintf(dir, sizeof dir, "%s/%d", folder, i);
        train(i, dir);
        expect_ok(open_model(dir, &models[i], &err), &err);
    }
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    return close_models(models, MODELS, folder);
}

static LbResult *translate(int i, const char *text, size_t len)
{
    LbResult *r;
    LbError err = { 0 };
    LbTranslateOptions o = lb_translate_default(models[i].model);
    o.beam = 1;
    o.maps = LB_MAPS_ONE;
    expect_ok(lb_translate(models[i].session, &(LbText){ text, len }, 1, NULL, o, &r, &err), &err);
    return r;
}

static void test_separator(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++)
        assert_string_equal(lb_model_separator(models[i].model), kinds[i].separator);
    assert_int_equal(lb_model_pieces(models[0].model, (LbText){ "the bade ||| x", 14 }), 4);
}

static void test_weights(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        char text[MOST];
        LbSpan spans[FACTS];
        LbResult *r = translate(i, text, write_text(kinds[i].separator, -1, text, spans));
        LbEvidence *e = lb_evidence_new(r, 0, spans, FACTS, (LbEvidenceOptions){ 0 });
        double sum = 0;
        assert_int_equal(e->weighed, kinds[i].attends);
        for (int k = 0; k < FACTS; k++) {
            const LbSentence *x = &e->sentences[k];
            double words = 0;
            assert_int_equal(x->n_words, 4);
            assert_int_equal(x->words[1].start, spans[k].start + 4);
            for (size_t w = 0; w < x->n_words; w++) {
                words += x->word_weights[w];
                assert_true(x->word_weights[w] <= x->word_weights[x->heaviest]);
            }
            assert_true(fabs(words - x->weight) < 1e-9 && x->mark == LB_UNCHECKED && isnan(x->drop));
            sum += x->weight;
            assert_true(k == 0 || e->sentences[e->ranked[k - 1]].rank >= e->sentences[e->ranked[k]].rank);
        }
        assert_true(fabs(sum - (kinds[i].attends ? 1 : 0)) < 1e-5);
        assert_true(kinds[i].attends ? e->inside > 0 && e->inside <= 1 + 1e-6 : e->inside == 0);
        assert_int_equal(lb_evidence_most(e, 2, 2), 2);
        assert_int_equal(lb_evidence_most(e, kinds[i].attends ? 0 : -1, 3), kinds[i].attends ? 1 : 0);
        lb_evidence_free(e);
        lb_results_free(r);
    }
}

static double score(int i, const char *text, size_t len, const char *target)
{
    LbResult *r;
    LbError err = { 0 };
    expect_ok(lb_score(models[i].session, &(LbText){ text, len }, &(LbText){ target, strlen(target) }, 1, 0,
                       false, LB_MAPS_NONE, &r, &err),
              &err);
    double sum = r->hypotheses[0].score;
    lb_results_free(r);
    return sum;
}

static void test_checks(void **state)
{
    (void)state;
    for (int i = 0; i < MODELS; i++) {
        char text[MOST], cut[MOST];
        LbSpan spans[FACTS];
        LbError err = { 0 };
        size_t len = write_text(kinds[i].separator, -1, text, spans);
        LbResult *r = translate(i, text, len);
        const char *output = r->hypotheses[0].text;
        LbEvidence *e = lb_evidence_new(r, 0, spans, FACTS, (LbEvidenceOptions){ 0 });
        expect_ok(lb_evidence_check(e, models[i].session, r, 0, (size_t[]){ 1 }, 1, &err), &err);
        assert_true(e->sentences[0].mark == LB_UNCHECKED && e->sentences[1].mark != LB_UNCHECKED);
        expect_ok(lb_evidence_check(e, models[i].session, r, 0, NULL, 0, &err), &err);
        double whole = score(i, text, len, output);
        for (int k = 0; k < FACTS; k++) {
            const LbSentence *x = &e->sentences[k];
            double drop = whole - score(i, cut, write_text(kinds[i].separator, k, cut, NULL), output);
            if (fabs(drop - x->drop) > 1e-4)
                fail_msg("model %d, sentence %d: %f instead of %f", i, k, x->drop, drop);
            LbResult *again = translate(i, cut, strlen(cut));
            bool same = strcmp(again->hypotheses[0].text, output) == 0;
            if (x->flips == same)
                fail_msg("model %d, sentence %d: flips %d, `%s` to `%s`", i, k, x->flips, output,
                         again->hypotheses[0].text);
            assert_int_equal(x->flips, x->instead != NULL);
            assert_true(x->mark != LB_UNCHECKED);
            assert_true(kinds[i].attends || x->rank == x->drop);
            lb_results_free(again);
        }
        lb_evidence_free(e);
        lb_results_free(r);
    }
}

/* No sentences, sentences without words, a text of nothing. */
static void test_edges(void **state)
{
    (void)state;
    LbError err = { 0 };
    for (int i = 0; i < MODELS; i++)
        for (int k = 0; k < 3; k++) {
            const char *text = k == 2 ? "" : "the bade is vize";
            LbResult *r = translate(i, text, strlen(text));
            LbSpan spans[] = { { 0, 0 }, { 0, strlen(text) } };
            LbEvidence *e = lb_evidence_new(r, 0, spans, k == 0 ? 0 : 2, (LbEvidenceOptions){ .length = 1 });
            expect_ok(lb_evidence_check(e, models[i].session, r, 0, NULL, 0, &err), &err);
            if (k == 1)
                assert_true(e->sentences[0].drop == 0 && e->sentences[0].mark == LB_UNSUPPORTED);
            lb_evidence_free(e);
            lb_results_free(r);
        }
    lb_evidence_free(NULL);
}

/* Ranks with what length and place explain taken out. */
static void test_ranks(void **state)
{
    (void)state;
    char text[MOST];
    LbSpan spans[FACTS];
    LbResult *r = translate(0, text, write_text("|||", -1, text, spans));
    LbEvidence *plain = lb_evidence_new(r, 0, spans, FACTS, (LbEvidenceOptions){ 0 });
    const double prior[] = { .5, .25, .25 };
    LbEvidence *e =
        lb_evidence_new(r, 0, spans, FACTS, (LbEvidenceOptions){ .length = 1, .prior = prior, .n_prior = 3 });
    for (int k = 0; k < FACTS; k++) {
        assert_true(e->sentences[k].weight == plain->sentences[k].weight);
        assert_true(fabs(e->sentences[k].rank - plain->sentences[k].weight / 4 / prior[k]) < 1e-12);
    }
    lb_evidence_free(plain);
    lb_evidence_free(e);
    lb_results_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_separator), cmocka_unit_test(test_weights), cmocka_unit_test(test_checks),
        cmocka_unit_test(test_edges),     cmocka_unit_test(test_ranks),
    };
    return cmocka_run_group_tests(tests, make_models, clean_up);
}
