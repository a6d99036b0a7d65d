/* What if: what comes before a word that is told where to look has the same bits, the word's pieces look
 * there and nowhere else, and everything else looks where it likes. Models with little training, so that
 * words have several pieces and outputs are odd.
 */
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

enum { LINES = 4, MODELS = 3 };
static char folder[] = "/tmp/lookback-whatif-XXXXXX";
static const char *const lines[LINES] = { "ba ce di", "foke bige dura dala dopa", "mape",
                                          "ropa ropa ropa ro" };
static const char *const kinds[MODELS][6] = {
    { "model.attention.score=additive", "model.attention.place=before", "data.source.level=word",
      "data.target.level=word", "data.source.size=0", "data.target.size=0" },
    { "model.attention.score=general", "model.attention.place=after", "data.source.size=60",
      "data.target.size=60" },
    { "model.type=transformer", "model.encoder.heads=2", "model.decoder.heads=2", "model.decoder.layers=2",
      "data.source.size=60", "data.target.size=60" },
};
static Opened models[MODELS];

static void expect_ok(LbStatus status, const LbError *err)
{
    if (status != LB_OK)
        fail_msg("status %d: %s", status, err->text);
}

static void train(int i, const char *data, const char *dir)
{
    char settings[24][200];
    const char *list[24];
    int n = 0;
    snprintf(settings[n++], 200, "model_dir=%s", dir);
    static const char *const parts[] = { "train.source", "train.target", "valid.source", "valid.target" };
    static const char *const files[] = { "train.src", "train.tgt", "valid.src", "valid.tgt" };
    for (int k = 0; k < 4; k++)
        snprintf(settings[n++], 200, "data.%s=%s/%s", parts[k], data, files[k]);
    static const char *const rest[] = { "model.encoder.hidden=16", "model.encoder.embedding=16",
                                        "model.decoder.hidden=16", "model.decoder.embedding=16",
                                        "train.max_steps=20",      "train.metric=loss" };
    for (size_t k = 0; k < sizeof rest / sizeof *rest; k++)
        snprintf(settings[n++], 200, "%s", rest[k]);
    for (int k = 0; k < 6 && kinds[i][k]; k++)
        snprintf(settings[n++], 200, "%s", kinds[i][k]);
    for (int k = 0; k < n; k++)
        list[k] = settings[k];
    LbError err = { 0 };
    expect_ok(lb_train(NULL, list, (size_t)n, false, false, NULL, NULL, &err), &err);
}

static int make_models(void **state)
{
    (void)state;
    char data[100], dir[100];
    LbError err = { 0 };
    if (!mkdtemp(folder))
        return -1;
    lb_threads(1);
    snprintf(data, sizeof data, "%s/data", folder);
    expect_ok(lb_synth("copy", data, (LbSynthOptions){ 300, 20, 20, 1, 0 }, NULL, &err), &err);
    for (int i = 0; i < MODELS; i++) {
        snprintf(dir, sizeof dir, "%s/%d", folder, i);
        train(i, data, dir);
        expect_ok(open_model(dir, &models[i], &err), &err);
    }
    return 0;
}

static int clean_up(void **state)
{
    (void)state;
    return close_models(models, MODELS, folder);
}

static LbText text(const char *s)
{
    return (LbText){ s, strlen(s) };
}

static LbStatus ask(int m, const char *line, const LbChanges *c, LbWhatif **out, LbError *err)
{
    LbTranslateOptions o = lb_translate_default(models[m].model);
    o.maps = LB_MAPS_ALL;
    o.beam = 3;
    return lb_whatif(models[m].session, text(line), c, o, out, err);
}

static size_t first_piece(const LbHypothesis *h, size_t word)
{
    size_t i = 0;
    while (i < h->n_pieces && (size_t)h->piece_word[i] < word)
        i++;
    return i;
}

/* Words before `word` and all that is known of them are the same, to the bit. */
static void same_before(const LbHypothesis *a, const LbHypothesis *b, size_t word, size_t n_source)
{
    size_t n = first_piece(a, word);
    assert_int_equal(first_piece(b, word), n);
    assert_memory_equal(a->piece_scores, b->piece_scores, n * sizeof *a->piece_scores);
    assert_memory_equal(a->piece_attention, b->piece_attention, n * n_source * sizeof *a->piece_attention);
    for (size_t i = 0; i < n; i++)
        assert_string_equal(a->pieces[i].text, b->pieces[i].text);
    for (size_t i = 0; i < word; i++)
        assert_string_equal(a->words[i].text, b->words[i].text);
}

/* Weight that rows of a word, in one layer and head, have on pieces of source words first..last. */
static double weight_on(const LbResult *r, size_t word, size_t head, size_t first, size_t last)
{
    const LbHypothesis *h = &r->hypotheses[0];
    const LbHeads *all = &h->heads[LB_CROSS];
    double least = 1;
    for (size_t t = first_piece(h, word); t < h->n_pieces && (size_t)h->piece_word[t] == word; t++) {
        double sum = 0;
        for (size_t s = 0; s < all->n_columns; s++)
            if ((size_t)r->source_piece_word[s] >= first && (size_t)r->source_piece_word[s] <= last)
                sum += (double)all->weights[(head * all->n_rows + t) * all->n_columns + s];
        least = sum < least ? sum : least;
    }
    return least;
}

/* Every head of `w` is told (layer -1), or the first alone. */
static void check_told(const LbWhatif *w, LbAttend a)
{
    const LbHypothesis *h = &w->after->hypotheses[0];
    const LbHeads *all = &h->heads[LB_CROSS];
    assert_true(h->n_words > a.target);
    same_before(&w->before->hypotheses[0], h, a.target, w->after->n_source_pieces);
    for (size_t t = 0; t < first_piece(&w->before->hypotheses[0], a.target); t++)
        assert_float_equal(w->before->hypotheses[0].piece_scores[t], w->forced->hypotheses[0].piece_scores[t],
                           1e-5);
    for (size_t k = 0; k < all->n_layers * all->n_heads; k++) {
        bool told = a.layer < 0 || k == 0;
        assert_true(weight_on(w->forced, a.target, k, a.first, a.last) > (told ? 0.9999 : -1));
        assert_true(weight_on(w->after, a.target, k, a.first, a.last) > (told ? 0.9999 : -1));
        if (!told)
            assert_true(weight_on(w->after, a.target, k, a.first, a.last) < 0.9999);
        for (size_t t = 0; t < a.target; t++)
            assert_true(weight_on(w->after, t, k, a.first, a.last) < 0.9999);
    }
    assert_string_equal(w->forced->hypotheses[0].text, w->before->hypotheses[0].text);
    assert_int_equal(w->n_attended, 1);
    assert_string_equal(w->attended[0].before, w->before->hypotheses[0].words[a.target].text);
    assert_string_equal(w->attended[0].after, h->words[a.target].text);
    double sum = 0;
    for (size_t s = 0; s < w->after->n_source_words; s++)
        sum += w->attended[0].weights[s];
    assert_float_equal(sum, 1, 1e-5);
}

static void words_look_where_they_are_told(void **state)
{
    (void)state;
    const char *sanitized = getenv("SANITIZED");
    size_t longest = 0, step = sanitized && *sanitized == '1' ? 3 : 1; /* then it is slow */
    for (int m = 0; m < MODELS; m++)
        for (int i = 0; i < LINES; i++)
            for (size_t t = 0; t < 4; t += step)
                for (int layer = -1; layer < 1; layer++) {
                    LbError err = { 0 };
                    LbWhatif *w;
                    LbAttend a = { t, 0, (size_t)i % 2, layer, layer };
                    LbChanges c = { .attends = &a, .n_attends = 1 };
                    if (i == 2)
                        a.last = 0; /* it has one word */
                    LbStatus status = ask(m, lines[i], &c, &w, &err);
                    if (status == LB_DATA && strstr(err.text, "there is no word"))
                        continue; /* a short output */
                    expect_ok(status, &err);
                    check_told(w, a);
                    const LbHypothesis *h = &w->after->hypotheses[0];
                    size_t n = first_piece(h, t + 1) - first_piece(h, t);
                    longest = t + 1 < h->n_words && n > longest ? n : longest;
                    lb_whatif_free(w);
                }
    assert_true(longest > 1); /* or words of several pieces were not tried */
}

static void changes_combine(void **state)
{
    (void)state;
    for (int m = 0; m < MODELS; m++) {
        LbError err = { 0 };
        LbWhatif *w;
        const LbAttend attends[] = { { 2, 0, 0, -1, -1 }, { 1, 4, 4, -1, -1 }, { 1, 0, 0, -1, -1 } };
        const size_t mask[] = { 3 };
        const LbSwap swap = { 1, { "ba", 2 } };
        LbChanges c = { mask, 1, LB_ERASE_ATTENTION, &swap, 1, { "ba", 2 }, attends, 3 };
        LbStatus status = ask(m, lines[1], &c, &w, &err);
        if (status == LB_DATA && strstr(err.text, "there is no word"))
            continue;
        expect_ok(status, &err);
        const LbHypothesis *h = &w->after->hypotheses[0];
        for (size_t t = 0; t < h->n_words; t++)
            for (size_t k = 0; k < h->heads[LB_CROSS].n_layers * h->heads[LB_CROSS].n_heads; k++)
                assert_true(weight_on(w->after, t, k, 3, 3) == 0);
        assert_int_equal(w->n_attended, 2);
        assert_int_equal(w->attended[0].target, 1);
        assert_int_equal(w->attended[0].n_source, 2);
        assert_int_equal(w->attended[0].source[1], 4);
        assert_int_equal(w->attended[1].target, 2);
        assert_string_equal(w->changed[1], "ba");
        assert_string_equal(w->changed[3], "(dala)");
        char *shown = lb_whatif_text(w, LB_ASCII, 80), *json = lb_whatif_json(w);
        assert_non_null(strstr(shown, "told to look at 0 foke, 4 dopa"));
        assert_non_null(strstr(json, "\"attended\":[{\"target\":1,\"source\":[0,4],"));
        free(shown);
        free(json);
        lb_whatif_free(w);
    }
}

/* Without changes nothing is different. */
static void nothing_changes_nothing(void **state)
{
    (void)state;
    for (int m = 0; m < MODELS; m++) {
        LbError err = { 0 };
        LbWhatif *w;
        expect_ok(ask(m, lines[1], &(LbChanges){ 0 }, &w, &err), &err);
        const LbHypothesis *a = &w->before->hypotheses[0], *b = &w->after->hypotheses[0],
                           *f = &w->forced->hypotheses[0];
        same_before(a, b, a->n_words - 1, w->before->n_source_pieces);
        assert_true(a->score == b->score);
        assert_float_equal(a->score, f->score, 1e-5);
        lb_whatif_free(w);
        expect_ok(ask(m, "", &(LbChanges){ 0 }, &w, &err), &err);
        assert_int_equal(w->n_source, 0);
        lb_whatif_free(w);
    }
    lb_whatif_free(NULL);
}

static void what_cannot_be_is_told(void **state)
{
    (void)state;
    static const size_t mask[] = { 1, 7 };
    static const LbSwap twice[] = { { 0, { "a", 1 } }, { 0, { "b", 1 } } }, empty = { 0, { " ", 1 } };
    static const LbAttend far = { 99, 0, 0, -1, -1 }, outside = { 0, 0, 9, -1, -1 },
                          layer = { 0, 0, 0, 7, -1 }, head = { 0, 0, 0, -1, 7 }, gone = { 0, 1, 1, -1, -1 },
                          backwards = { 0, 1, 0, -1, -1 }, start = { 0, 0, 0, -1, -1 };
    const struct {
        LbChanges c;
        LbStatus status;
        const char *says;
    } cases[] = {
        { { .mask = mask, .n_mask = 2 },
          LB_DATA,
          "there is no word 7 in the source; it has 3, 0 to 2: 0 ba, 1 ce, 2 di" },
        { { .swaps = twice, .n_swaps = 2 }, LB_USAGE, "source word 0 is changed twice" },
        { { .swaps = &empty, .n_swaps = 1 }, LB_USAGE, "replaced by nothing" },
        { { .attends = &far, .n_attends = 1 }, LB_DATA, "there is no word 99 in the output; it has " },
        { { .attends = &outside, .n_attends = 1 }, LB_DATA, "there is no word 9 in the source" },
        { { .attends = &layer, .n_attends = 1 }, LB_USAGE, "there is no layer 7 of cross attention" },
        { { .attends = &head, .n_attends = 1 }, LB_USAGE, "there is no head 7 of cross attention" },
        { { .attends = &backwards, .n_attends = 1 }, LB_USAGE, "1 to 0 are none" },
        { { mask, 1, LB_ERASE_DELETE, NULL, 0, { 0 }, &gone, 1 }, LB_USAGE, "nothing can look at it" },
        { { NULL, 0, LB_ERASE_UNK, NULL, 0, { "ba ba", 5 }, &start, 1 }, LB_USAGE, "part of the beginning" },
    };
    for (int m = 0; m < MODELS; m++)
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            LbError err = { 0 };
            LbWhatif *w = (LbWhatif *)1;
            LbStatus status = ask(m, lines[0], &cases[i].c, &w, &err);
            if (status != cases[i].status || !strstr(err.text, cases[i].says))
                fail_msg("status %d, \"%s\"; expected %d, \"%s\"", status, err.text, cases[i].status,
                         cases[i].says);
            assert_null(w);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_look_where_they_are_told),
        cmocka_unit_test(changes_combine),
        cmocka_unit_test(nothing_changes_nothing),
        cmocka_unit_test(what_cannot_be_is_told),
    };
    return cmocka_run_group_tests(tests, make_models, clean_up);
}
