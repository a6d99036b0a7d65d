/* Why one word and not another: shares against forced passes written by hand; the likeliest other word; and
 * what search would choose without a word.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "base/array.h"
#include "explain/why.h"
#include "small_model.h"

#include <cmocka.h> /* last: it has a macro called fail */

static Arena *inputs, *results;
static Searcher *searcher;

static const int source[] = { 5, 6, 7, 4 }, source_word[] = { 0, 1, 1, 2 };
static const int before[] = { 4, 6, 5 }, before_word[] = { 0, 1, 1 };
static const int chosen[] = { 7 }, other[] = { 8, 9 }, end[] = { VOCAB_EOS };

static const SmallCase cases[] = { { { "model.attention.score=general" } },
                                   { { "model.attention.score=none" } },
                                   { { SMALL_TRANSFORMER, "model.decoder.layers=2" } } };
enum { N_CASES = sizeof cases / sizeof *cases };

/* Log-probability of word[0..n) behind ids[0..3), by the forced pass that others look at. */
static double force(const Model *m, const int *from, int n_from, const int *ids, const int *word, int n)
{
    int target[8] = { ids[0], ids[1], ids[2] }, len = 3;
    for (int i = 0; i < n && word[0] != VOCAB_EOS; i++)
        target[len++] = word[i];
    const int *targets = target;
    Batch *b = batch_sources(&from, &n_from, 1, (SourceMarks){ 0 }, inputs);
    batch_add_targets(b, &targets, &len, inputs);
    ForcedPass f = search_look(searcher, m, b);
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)f.log_probs->val[(3 + i) * tensor_last(f.log_probs) + word[i]];
    return sum;
}

static double margin(const Model *m, const int *from, int n_from, const int *ids, const int *against, int n)
{
    return force(m, from, n_from, ids, chosen, 1) - force(m, from, n_from, ids, against, n);
}

static void check_against(const Model *m, const int *against, int n)
{
    const WhyQuestion q = { source, source_word, before, before_word, chosen, against, 4, 3, 1, n };
    static const int without[][4] = { { VOCAB_UNK, 6, 7, 4 },
                                      { 5, VOCAB_UNK, VOCAB_UNK, 4 },
                                      { 5, 6, 7, VOCAB_UNK } },
                     deleted[] = { 5, 4 },
                     unknown[][3] = { { VOCAB_UNK, 6, 5 }, { 4, VOCAB_UNK, VOCAB_UNK } };
    WhyAnswer a;
    assert_true(why_ask(searcher, m, ERASE_UNK, &q, results, &a));
    double now = margin(m, source, 4, before, against, n);
    assert_true(fabs(a.chosen - a.other - now) < 1e-5);
    assert_int_equal(a.n_source, 3);
    assert_int_equal(a.n_before, 2);
    for (int s = 0; s < 3; s++)
        assert_true(fabs(a.source[s] - (now - margin(m, without[s], 4, before, against, n))) < 1e-5);
    for (int t = 0; t < 2; t++)
        assert_true(fabs(a.before[t] - (now - margin(m, source, 4, unknown[t], against, n))) < 1e-5);
    assert_true(why_ask(searcher, m, ERASE_DELETE, &q, results, &a));
    assert_true(fabs(a.source[1] - (now - margin(m, deleted, 2, before, against, n))) < 1e-5);
}

static void test_shares(void **state)
{
    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        Model *m = small_model_of(&cases[i], SMALL_WORDS, 3, false);
        check_against(m, other, 2);
        check_against(m, end, 1);
        model_free(m);
    }
}

/* Asked the other way round, all is the same with the other sign. */
static void test_reverse(void **state)
{
    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        Model *m = small_model_of(&cases[i], SMALL_WORDS, 3, false);
        WhyQuestion q = { source, source_word, before, before_word, chosen, other, 4, 3, 1, 2 };
        WhyAnswer a, b;
        double slope = 0;
        assert_true(why_ask(searcher, m, ERASE_UNK, &q, results, &a));
        q = (WhyQuestion){ source, source_word, before, before_word, other, chosen, 4, 3, 2, 1 };
        assert_true(why_ask(searcher, m, ERASE_UNK, &q, results, &b));
        for (int s = 0; s < 3; s++) {
            assert_true(fabs(a.source[s] + b.source[s]) < 1e-5);
            assert_true(fabs(a.gradient[s] + b.gradient[s]) < 1e-5);
            slope += fabs(a.gradient[s]);
        }
        assert_true(slope > 1e-6);
        model_free(m);
    }
}

/* No other piece is likelier, and the chosen one is not it. */
static void test_rival(void **state)
{
    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        Model *m = small_model_of(&cases[i], SMALL_WORDS, 3, false);
        const WhyQuestion q = { source, source_word, before, before_word, chosen, NULL, 4, 3, 1, 0 };
        int *ids = why_rival(searcher, m, &q, results);
        assert_non_null(ids);
        assert_int_not_equal(ids[0], chosen[0]);
        double p = force(m, source, 4, before, ids, 1);
        for (int v = VOCAB_EOS; v < vocab_size(m->target); v++)
            assert_true(v == chosen[0] || force(m, source, 4, before, &v, 1) <= p);
        array_free(ids);
        model_free(m);
    }
}

static void test_best(void **state)
{
    (void)state;
    static const int words[] = { 0, 1, 2 };
    const ErasePair pair = { source, source_word, before, words, 4, 3 };
    for (int i = 0; i < N_CASES; i++) {
        Model *m = small_model_of(&cases[i], SMALL_WORDS, 3, false);
        Erased e;
        assert_true(erase_each(searcher, m, ERASE_UNK, &pair, 1, 0, results, &e));
        for (int s = 0; s < 3; s++) {
            for (int t = 0; t < 3; t++)
                assert_int_equal(e.stays[t * 3 + s], e.best[s * 4 + t] == before[t]);
            const int best = e.best[s * 4 + 3],
                      at_end[][4] = { { 0, 6, 7, 4 }, { 5, 0, 0, 4 }, { 5, 6, 7, 0 } };
            double p = force(m, at_end[s], 4, before, &best, 1);
            for (int v = VOCAB_EOS; v < vocab_size(m->target); v++)
                assert_true(force(m, at_end[s], 4, before, &v, 1) <= p);
        }
        model_free(m);
    }
}

int main(void)
{
    inputs = arena_new("inputs", SMALL_MEMORY);
    results = arena_new("results", SMALL_MEMORY);
    searcher = searcher_new(SMALL_MEMORY);
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_shares), cmocka_unit_test(test_reverse),
                                        cmocka_unit_test(test_rival), cmocka_unit_test(test_best) };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    searcher_free(searcher);
    arena_free(inputs);
    arena_free(results);
    return rc;
}
