/* test_gradient_double.c -- gradient times input equals central differences of forced passes, for every
 * number of every source embedding and every target word; of models that are frozen, lean, cut into small
 * batches.
 *
 * A source has no word twice and none that the target has: moving a row of the embedding moves one place.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "compute/compute.h"
#include "explain/gradient.h"
#include "remove_tree.h"
#include "small_search.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { WORDS = 9 };

static const int source[] = { 7, 4, 9, 6 }, source_word[] = { 0, 1, 1, 2 }, target[] = { 5, 8, 10, 8 },
                 target_word[] = { 0, 0, 1, 2 };
static const ErasePair pair = { source, source_word, target, target_word, 4, 4 };

/* Log-probabilities of the target words, the end of sentence last. */
static void score(const Model *m, double words[4])
{
    size_t mark = arena_mark(inputs);
    Found f;
    Batch *b = batch_sources((const int *[]){ source }, (int[]){ 4 }, 1, model_marks(m), inputs);
    batch_add_targets(b, (const int *[]){ target }, (int[]){ 4 }, inputs);
    search_force(searcher, &m, 1, b, inputs, &f);
    const double *p = f.hyp[0].word_scores;
    words[0] = p[0] + p[1], words[1] = p[2], words[2] = p[3], words[3] = p[4];
    arena_rewind(inputs, mark);
}

/* By central differences; columns as those of a model with both marks, or only the last, or none. */
static void differences(const Model *m, const Tensor *table, int columns, double *norm, double *sum)
{
    const SourceMarks marks = model_marks(m);
    int id[6], column[6], n = 0, E = table->dim[1];
    if (marks.begin)
        id[n] = VOCAB_BOS, column[n++] = 0;
    for (int s = 0; s < 4; s++)
        id[n] = source[s], column[n++] = source_word[s] + marks.begin;
    if (!marks.no_end)
        id[n] = VOCAB_EOS, column[n++] = columns - 1;
    memset(norm, 0, 4 * (size_t)columns * sizeof *norm);
    memset(sum, 0, 4 * (size_t)columns * sizeof *sum);
    for (int i = 0; i < n * E; i++) {
        const double h = 1e-5;
        double *x = &table->val[id[i / E] * E + i % E], kept = *x, up[4], down[4];
        *x = kept + h;
        score(m, up);
        *x = kept - h;
        score(m, down);
        *x = kept;
        for (int t = 0; t < 4; t++) {
            double v = (up[t] - down[t]) / (2 * h) * kept;
            norm[t * columns + column[i / E]] += v * v;
            sum[t * columns + column[i / E]] += v;
        }
    }
    for (int i = 0; i < 4 * columns; i++)
        norm[i] = sqrt(norm[i]);
}

static bool near(const double *x, const double *y, int n)
{
    for (int i = 0; i < n; i++)
        if (!(fabs(x[i] - y[i]) <= 1e-6 * fmax(1, fabs(y[i]))))
            return false;
    return true;
}

static void check_model(const SmallCase *c, const char *name)
{
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    Model *m = small_model_of(c, WORDS, 11, false);
    const Param *table = params_find(m->params, "encoder.embedding");
    Gradient g;
    double norm[4 * 5], sum[4 * 5];
    assert_true(gradient_of(searcher, m, &pair, 0, results, &g));
    assert_int_equal(g.rows, 4);
    assert_int_equal(g.columns, 3 + marks_count(model_marks(m)));
    assert_int_equal(g.first, model_marks(m).begin);
    differences(m, &table->tensor, g.columns, norm, sum);
    if (!near(g.norm, norm, 4 * g.columns) || !near(g.sum, sum, 4 * g.columns))
        fail_msg("%s: gradient times input differs from central differences", name);
    double most = 0;
    for (int i = 0; i < 4 * g.columns; i++) {
        most = fmax(most, norm[i]);
        g.norm[i] *= 1.01; /* the test of the test */
    }
    if (most < 1e-3 || near(g.norm, norm, 4 * g.columns))
        fail_msg("%s: an error of 1 %% would not be found, of %g", name, most);
    model_free(m);
}

static void check_case(const SmallCase *c)
{
    char name[400];
    small_name(c, name, sizeof name);
    for (int i = 0; i < SMALL_SETTINGS && c->setting[i]; i++)
        if (strstr(c->setting[i], "shared_embeddings=true"))
            return; /* the target would move, too */
    check_model(c, name);
}

static void test_differences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof small_extras / sizeof *small_extras; i++)
        check_case(&small_extras[i]);
    for (size_t i = 0; i < sizeof small_transformers / sizeof *small_transformers; i++)
        check_case(&small_transformers[i]);
    for (int s = 0; score_kinds[s]; s++) {
        char text[80];
        snprintf(text, sizeof text, "model.attention.score=%s", score_kinds[s]->name);
        check_case(&(SmallCase){ { text, "model.attention.place=before" } });
        check_case(&(SmallCase){ { text, "model.decoder.cell=lstm", "model.encoder.cell=gru-reset-after",
                                   "model.decoder.input_feeding=false" } });
    }
    check_case(&(SmallCase){ { "data.source_begin=true" } });
    check_case(&(SmallCase){ { "data.source_end=false" } });
}

/* Dropout is off: twice the same, and the same as without any. */
static void test_no_dropout(void **state)
{
    (void)state;
    const SmallCase dropped[] = {
        { { "model.encoder.dropout=0.4", "model.decoder.dropout=0.4", "model.encoder.layers=2" } },
        { { SMALL_TRANSFORMER, "model.encoder.dropout=0.4", "model.attention.dropout=0.4" } },
    }, plain[] = { { { "model.encoder.layers=2" } }, { { SMALL_TRANSFORMER } } };
    for (int i = 0; i < 2; i++) {
        arena_rewind(results, 0);
        Model *x = small_model_of(&dropped[i], WORDS, 3, false),
              *y = small_model_of(&plain[i], WORDS, 3, false);
        Gradient g, h;
        gradient_of(searcher, x, &pair, 0, results, &g);
        gradient_of(searcher, y, &pair, 0, results, &h);
        assert_memory_equal(g.norm, h.norm, (size_t)(g.rows * g.columns) * sizeof *g.norm);
        model_free(x);
        model_free(y);
    }
}

/* ---- the same bits in any batches, on any number of threads, from a lean model ---- */

static void expect_same(const Gradient *g, const Gradient *h)
{
    size_t bytes = (size_t)(g->rows * g->columns) * sizeof *g->norm;
    assert_int_equal(g->rows, h->rows);
    assert_memory_equal(g->norm, h->norm, bytes);
    assert_memory_equal(g->sum, h->sum, bytes);
}

static void check_ways(const SmallCase *c)
{
    char folder[] = P_tmpdir "/lookback-gradient-XXXXXX";
    arena_rewind(results, 0);
    assert_non_null(mkdtemp(folder));
    Model *m = small_model_of(c, WORDS, 3, false), *full, *lean;
    LbError err = { 0 };
    assert_int_equal(model_save(m, folder, &err), LB_OK);
    assert_int_equal(model_open(folder, false, &full, &err), LB_OK);
    assert_int_equal(model_open_lean(folder, &lean, &err), LB_OK);
    Gradient whole, cut, threads, packed;
    gradient_of(searcher, full, &pair, 0, results, &whole);
    gradient_of(searcher, full, &pair, 1, results, &cut);
    threads_set(3);
    gradient_of(searcher, full, &pair, 0, results, &threads);
    threads_set(1);
    gradient_of(searcher, lean, &pair, 20, results, &packed);
    expect_same(&whole, &cut);
    expect_same(&whole, &threads);
    expect_same(&whole, &packed);
    remove_tree(folder);
    model_free(m);
    model_free(full);
    model_free(lean);
}

static void test_ways(void **state)
{
    (void)state;
    check_ways(&(SmallCase){ { "model.encoder.layers=2", "model.encoder.hidden=300",
                               "model.encoder.embedding=20" } }); /* more than one block of packed rows */
    check_ways(&(SmallCase){
        { "model.attention.place=before", "model.decoder.cell=lstm", "model.attention.score=multi-head" } });
    for (size_t i = 0; i < sizeof small_transformers / sizeof *small_transformers; i++)
        check_ways(&small_transformers[i]);
}

static bool at_once(void *context)
{
    (void)context;
    return true;
}

static void test_edges(void **state)
{
    (void)state;
    Model *m = small_model_of(&(SmallCase){ 0 }, WORDS, 3, false);
    const ErasePair nothing = { 0 }, no_target = { source, source_word, NULL, NULL, 4, 0 };
    Gradient g;
    assert_true(gradient_of(searcher, m, &nothing, 0, results, &g));
    assert_int_equal(g.rows, 1);
    assert_int_equal(g.columns, 1);
    assert_true(g.norm[0] > 0);
    assert_true(gradient_of(searcher, m, &no_target, 0, results, &g));
    assert_int_equal(g.rows, 1);
    assert_int_equal(g.columns, 4);
    searcher_watch(searcher, at_once, NULL);
    assert_false(gradient_of(searcher, m, &pair, 1, results, &g));
    searcher_watch(searcher, NULL, NULL);
    model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_differences),
        cmocka_unit_test(test_no_dropout),
        cmocka_unit_test(test_ways),
        cmocka_unit_test(test_edges),
    };
    return cmocka_run_group_tests(tests, small_search_begin, small_search_end);
}
