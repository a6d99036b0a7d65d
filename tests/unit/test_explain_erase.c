/* Erasing source words: D against forced decoding of sources that are written by hand, for recurrent models
 * and Transformers; sets of words; whether a word stays the likeliest; the same bits for any batch; marks.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "explain/erase.h"
#include "small_model.h"

#include <cmocka.h> /* last: it has a macro called fail */

static Arena *inputs, *results;
static Searcher *searcher;

/* Words of one, two and three pieces; the output's last word has two. */
static const int source[] = { 5, 6, 7, 4, 8, 9 }, source_word[] = { 0, 1, 1, 2, 2, 2 };
static const int target[] = { 4, 6, 5, 9 }, target_word[] = { 0, 1, 2, 2 };
static const ErasePair pair = { source, source_word, target, target_word, 6, 4 };

static const SmallCase cases[] = { { { "model.attention.score=general" } },
                                   { { "model.attention.score=additive", "model.attention.place=before" } },
                                   { { SMALL_TRANSFORMER, "model.decoder.layers=2" } } };
enum { N_CASES = sizeof cases / sizeof *cases };

/* Log-probabilities and choices of the pieces, by the forced pass that others look at. */
static void force(const Model *m, const int *ids, int n, double *log_probs, bool *likeliest)
{
    const int *targets = target;
    Batch *b = batch_sources(&ids, &n, 1, (SourceMarks){ 0 }, inputs);
    batch_add_targets(b, &targets, &(int){ 4 }, inputs);
    ForcedPass f = search_look(searcher, m, b);
    int V = tensor_last(f.log_probs);
    for (int t = 0; t < 5; t++) {
        const real *row = f.log_probs->val + t * V;
        int y = b->target_out[t];
        log_probs[t] = (double)row[y];
        likeliest[t] = true;
        for (int v = 0; v < V; v++)
            likeliest[t] &= v == VOCAB_PAD || v == VOCAB_BOS || row[v] <= row[y];
    }
}

static void check_words(const double *p, const bool *first, const double *want, const bool *want_first)
{
    const double words[4] = { want[0], want[1], want[2] + want[3], want[4] };
    const bool firsts[4] = { want_first[0], want_first[1], want_first[2] && want_first[3], want_first[4] };
    for (int t = 0; t < 4; t++) {
        if (fabs(p[t] - words[t]) > 2e-6)
            fail_msg("word %d: %.9f instead of %.9f", t, p[t], words[t]);
        assert_int_equal(first[t], firsts[t]);
    }
}

/* One pass against a source written by hand. */
static void check_pass(const Model *m, EraseMethod how, const int *words, int n_words, const int *by_hand,
                       int n)
{
    double log_probs[4], want[5];
    bool likeliest[4], want_first[5];
    ErasePass p = { &pair, words, n_words, log_probs, likeliest };
    assert_true(erase_run(searcher, m, how, &p, 1, 0, inputs));
    force(m, by_hand, n, want, want_first);
    check_words(log_probs, likeliest, want, want_first);
}

static void test_passes(void **state)
{
    (void)state;
    for (int i = 0; i < N_CASES; i++)
        for (uint64_t seed = 1; seed < 6; seed++) {
            Model *m = small_model(&cases[i], SMALL_WORDS, seed);
            check_pass(m, ERASE_UNK, NULL, 0, source, 6);
            check_pass(m, ERASE_UNK, (int[]){ 1 }, 1, (int[]){ 5, 0, 0, 4, 8, 9 }, 6);
            check_pass(m, ERASE_UNK, (int[]){ 2, 0 }, 2, (int[]){ 0, 6, 7, 0, 0, 0 }, 6);
            check_pass(m, ERASE_UNK, (int[]){ 0, 1, 2 }, 3, (int[]){ 0, 0, 0, 0, 0, 0 }, 6);
            check_pass(m, ERASE_DELETE, (int[]){ 1 }, 1, (int[]){ 5, 4, 8, 9 }, 4);
            check_pass(m, ERASE_DELETE, (int[]){ 0, 1, 2 }, 3, source, 0);
            model_free(m);
        }
}

/* D and stays are those of single passes. */
static void check_matrix(const Model *m, const Erased *e)
{
    double log_probs[4];
    bool likeliest[4];
    assert_int_equal(e->T, 3);
    assert_int_equal(e->S, 3);
    for (int s = 0; s < 3; s++) {
        ErasePass p = { &pair, &s, 1, log_probs, likeliest };
        erase_run(searcher, m, ERASE_UNK, &p, 1, 0, inputs);
        for (int t = 0; t < 4; t++) {
            assert_true(e->drop[t * 3 + s] == e->log_probs[t] - log_probs[t]); /* the same bits */
            assert_int_equal(e->stays[t * 3 + s], likeliest[t]);
        }
    }
}

static void test_each(void **state)
{
    (void)state;
    const ErasePair small = { source, (const int[]){ 0, 1 }, target, target_word, 2, 2 },
                    no_source = { NULL, NULL, target, target_word, 0, 4 },
                    no_target = { source, source_word, NULL, NULL, 6, 0 };
    const ErasePair pairs[] = { small, pair, no_source, no_target, pair };
    for (int i = 0; i < N_CASES; i++) {
        Model *m = small_model(&cases[i], SMALL_WORDS, 3);
        Erased all[5], few[5];
        arena_rewind(results, 0);
        assert_true(erase_each(searcher, m, ERASE_UNK, pairs, 5, 0, results, all));
        assert_true(erase_each(searcher, m, ERASE_UNK, pairs, 5, 20, results, few));
        check_matrix(m, &all[1]);
        check_matrix(m, &all[4]);
        for (int k = 0; k < 5; k++)
            assert_memory_equal(all[k].drop, few[k].drop,
                                (size_t)(all[k].T + 1) * (size_t)all[k].S * sizeof(double));
        assert_int_equal(all[2].S, 0);
        assert_int_equal(all[3].T, 0);
        model_free(m);
    }
}

/* Source word 1, pieces 1 and 2, closed by hand. */
static void close_two(const void *context, const OverridePlace *place, int n, real *weights)
{
    (void)context, (void)place;
    real rest = 1 - weights[1] - weights[2];
    for (int s = 0; s < n; s++)
        weights[s] = s == 1 || s == 2 ? 0 : weights[s] / rest;
}

static void test_attention(void **state)
{
    (void)state;
    for (int i = 0; i < N_CASES; i++) {
        Model *m = small_model(&cases[i], SMALL_WORDS, 3);
        double log_probs[4], want[5];
        bool likeliest[4], want_first[5];
        ErasePass p = { &pair, (int[]){ 1 }, 1, log_probs, likeliest };
        assert_true(erase_run(searcher, m, ERASE_ATTENTION, &p, 1, 0, inputs));
        searcher_override(searcher, &(Override){ -1, -1, close_two, NULL });
        force(m, source, 6, want, want_first);
        searcher_override(searcher, NULL);
        check_words(log_probs, likeliest, want, want_first);
        force(m, source, 6, want, want_first); /* nothing is left behind */
        check_pass(m, ERASE_ATTENTION, NULL, 0, source, 6);
        model_free(m);
    }
}

static bool at_once(void *context)
{
    return ++*(int *)context > 1;
}

static void test_cancelled(void **state)
{
    (void)state;
    Model *m = small_model(&cases[0], SMALL_WORDS, 3);
    const ErasePair pairs[] = { pair, pair };
    Erased e[2];
    int asked = 0;
    searcher_watch(searcher, at_once, &asked);
    assert_false(erase_each(searcher, m, ERASE_UNK, pairs, 2, 1, results, e));
    assert_int_equal(asked, 2);
    searcher_watch(searcher, NULL, NULL);
    model_free(m);
}

static void test_marks(void **state)
{
    (void)state;
    double drop[] = { 0.7, 0.69, 0.11, 0.11, 0.09, -1 };
    bool stays[] = { true, true, false, true, false, false }, likeliest[] = { true }, second[] = { false };
    Erased e = { .T = 0, .S = 6, .likeliest = likeliest, .drop = drop, .stays = stays };
    const bool want[] = { true, false, true, false, false, false };
    for (int s = 0; s < 6; s++)
        assert_int_equal(erase_supports(&e, 0, s), want[s]);
    e.likeliest = second; /* it was not the likeliest before: there is nothing to stop being */
    assert_true(erase_supports(&e, 0, 0));
    assert_false(erase_supports(&e, 0, 2));
    const double row[] = { 0.05, 0.1, 0.09, 0.08 };
    assert_false(erase_highlights(row, 4, 0));
    assert_true(erase_highlights(row, 4, 1));
    assert_true(erase_highlights(row + 2, 2, 0));
    assert_false(erase_highlights(row + 2, 2, 1));
}

int main(void)
{
    inputs = arena_new("inputs", SMALL_MEMORY);
    results = arena_new("results", SMALL_MEMORY);
    searcher = searcher_new(SMALL_MEMORY);
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_passes), cmocka_unit_test(test_each),
                                        cmocka_unit_test(test_attention), cmocka_unit_test(test_cancelled),
                                        cmocka_unit_test(test_marks) };
    int rc = cmocka_run_group_tests(tests, NULL, NULL);
    searcher_free(searcher);
    arena_free(results);
    arena_free(inputs);
    return rc;
}
