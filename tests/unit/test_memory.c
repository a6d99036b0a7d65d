/* test_memory.c -- the memory network: how a source is cut into sentences and a question, whose weights words
 * get, and what attention that is told where to look does to it. What holds for every model (gradients,
 * steps, search) is asked where the others are.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "search/maps.h"
#include "small_search.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { MOST = 12, BAR = VOCAB_FIRST, A, C, D, E }; /* BAR is w0, which parts sentences */

static const SmallCase network = { { "model.type=memory", "model.memory.separator=w0",
                                     "model.memory.hops=2" } };

typedef struct {
    int n, source[MOST];
    int part[MOST + 1]; /* the sentence of each word and of the end; -1: none */
} CutCase;

static const CutCase cuts[] = {
    { 7, { A, C, BAR, D, BAR, E, A }, { 0, 0, -1, 1, -1, -1, -1, -1 } },
    { 5, { BAR, A, BAR, BAR, E }, { -1, 0, -1, -1, -1, -1 } },        /* nothing before, nothing between */
    { 6, { A, BAR, C, D, BAR, BAR }, { 0, -1, -1, -1, -1, -1, -1 } }, /* the question is the last text */
    { 3, { A, C, D }, { 0, 0, 0, -1 } },                              /* a question is its own text */
    { 2, { BAR, A }, { -1, 0, -1 } },
    { 1, { BAR }, { 0, 0 } }, /* no word: what there is */
    { 0, { 0 }, { 0 } },
};

static const real *hop_row(const ForcedPass *f, int sentence, int hop, int t)
{
    const Tensor *w = f->maps->cross.layer[0];
    assert_int_equal(w->dim[1], 2);
    return w->val +
           (((size_t)sentence * 2 + (size_t)hop) * (size_t)w->dim[2] + (size_t)t) * (size_t)w->dim[3];
}

static Batch *batch_of(const CutCase *c, int n)
{
    const int **source = arena_array(inputs, const int *, n), *target = (const int[]){ A, C };
    const int **targets = arena_array(inputs, const int *, n);
    int *lens = arena_array(inputs, int, n), *target_lens = arena_array(inputs, int, n);
    for (int i = 0; i < n; i++) {
        source[i] = c[i].source, lens[i] = c[i].n;
        targets[i] = target, target_lens[i] = 2;
    }
    Batch *b = batch_sources(source, lens, n, (SourceMarks){ 0 }, inputs);
    batch_add_targets(b, targets, target_lens, inputs);
    return b;
}

/* Words of one sentence share its weight evenly; others have none. */
static void check_row(const CutCase *c, const real *row)
{
    real of[MOST] = { 0 };
    double sum = 0;
    for (int s = 0; s <= c->n; s++) {
        sum += (double)row[s];
        if (c->part[s] < 0)
            assert_true(row[s] == 0);
        else if (of[c->part[s]] > 0)
            assert_true(row[s] == of[c->part[s]]);
        else
            of[c->part[s]] = row[s];
    }
    assert_true(fabs(sum - 1) < 1e-5);
}

static void test_cuts(void **state)
{
    (void)state;
    enum { N = sizeof cuts / sizeof *cuts };
    Model *m = small_model(&network, SMALL_WORDS, 4);
    ForcedPass f = search_look(searcher, m, batch_of(cuts, N));
    for (int i = 0; i < N; i++)
        for (int hop = 0; hop < 2; hop++)
            for (int t = 0; t < 3; t++)
                check_row(&cuts[i], hop_row(&f, i, hop, t));
    model_free(m);
}

static double log_prob(const ForcedPass *f, int word)
{
    return (double)f->log_probs->val[word];
}

/* All weight on one word of a sentence is all weight on the sentence. */
static void test_told_where(void **state)
{
    (void)state;
    Model *m = small_model(&network, SMALL_WORDS, 4);
    const Batch *b = batch_of(cuts, 1);
    double said[2];
    for (int word = 0; word < 2; word++) {
        bool chosen[8] = { 0 };
        chosen[word] = true;
        ColumnEdit edit = { 1, &(Columns){ .others = chosen } };
        searcher_override(searcher, &(Override){ -1, -1, override_attend, &edit });
        ForcedPass f = search_look(searcher, m, b);
        assert_true(hop_row(&f, 0, 1, 0)[word] == 1);
        said[word] = log_prob(&f, C);
    }
    searcher_override(searcher, NULL);
    ForcedPass plain = search_look(searcher, m, b);
    assert_true(said[0] == said[1] && said[0] != log_prob(&plain, C));
    model_free(m);
}

/* A weight of 1 on a word brings in what its sentence answers in that hop. */
static void test_values(void **state)
{
    (void)state;
    Model *m = small_model_of(&network, SMALL_WORDS, 4, false);
    ForcedPass f = search_look(searcher, m, batch_of(cuts, 1));
    const Tensor *memory = state_get(f.state, "memory");
    tape_reset(tape);
    tape->recording = false;
    const Tensor *v = m->kind->values(m, tape, f.state, 0, 0);
    int width = m->config.encoder.embedding;
    assert_int_equal(v->dim[0], 2);
    assert_int_equal(v->dim[2], width);
    for (int hop = 0; hop < 2; hop++)
        for (int s = 0; s <= cuts[0].n; s++)
            for (int k = 0; k < width; k++) {
                int part = cuts[0].part[s];
                real wanted = part < 0 ? 0 : memory->val[part * 3 * width + (hop + 1) * width + k];
                assert_true(v->val[(hop * v->dim[1] + s) * width + k] == wanted);
            }
    model_free(m);
}

static const char *const cells[] = { "lstm", "gru", "gru-reset-after", NULL };

static Model *recurrent_network(const char *cell)
{
    char setting[64];
    snprintf(setting, sizeof setting, "model.encoder.cell=%s", cell);
    const SmallCase c = { { network.setting[0], network.setting[1], network.setting[2],
                            "model.memory.words=recurrent", setting } };
    return small_model(&c, SMALL_WORDS, 4);
}

static void check_same_vectors(const Tensor *x, int row, int at, const Tensor *y, int other_row, int other)
{
    int N = x->dim[1], M = y->dim[1], width = x->dim[2];
    for (int k = 0; k < width; k++)
        assert_true(x->val[(row * N + at) * width + k] == y->val[(other_row * M + other) * width + k]);
}

/* A sentence is read from its own beginning: nothing else in its text or in the batch changes a bit of it. */
static void test_sentences_apart(void **state)
{
    (void)state;
    static const CutCase texts[] = {
        { 7, { A, C, BAR, D, C, BAR, E }, { 0 } },
        { 12, { E, E, E, E, E, E, E, BAR, D, C, BAR, E }, { 0 } }, /* others share a row of seven */
        { 5, { BAR, D, C, BAR, E }, { 0 } },
    };
    for (int i = 0; cells[i]; i++) {
        Model *m = recurrent_network(cells[i]);
        const State *all = search_look(searcher, m, batch_of(texts, 3)).state;
        const Tensor *memory = state_get(all, "memory"), *ask = state_get(all, "ask");
        check_same_vectors(memory, 0, 1, memory, 1, 1);
        check_same_vectors(memory, 0, 1, memory, 2, 0);
        check_same_vectors(ask, 0, 0, ask, 1, 0);
        check_same_vectors(ask, 0, 0, ask, 2, 0);
        model_free(m);
    }
}

static double distance(const Tensor *x, int row, int other)
{
    int width = x->dim[1] * x->dim[2];
    double sum = 0;
    for (int k = 0; k < width; k++)
        sum += fabs((double)x->val[row * width + k] - x->val[other * width + k]);
    return sum;
}

/* A bag does not know `A C` from `C A`; a cell does, in both directions. */
static void test_order(void **state)
{
    (void)state;
    static const CutCase texts[] = { { 4, { A, C, BAR, E }, { 0 } }, { 4, { C, A, BAR, E }, { 0 } } };
    Model *bag = small_model(
        &(SmallCase){ { "model.type=memory", "model.memory.separator=w0", "model.memory.words=bag" } },
        SMALL_WORDS, 4);
    assert_true(distance(state_get(search_look(searcher, bag, batch_of(texts, 2)).state, "memory"), 0, 1) <
                1e-6);
    model_free(bag);
    Model *m = recurrent_network("gru");
    assert_true(distance(state_get(search_look(searcher, m, batch_of(texts, 2)).state, "memory"), 0, 1) >
                1e-3);
    model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cuts),   cmocka_unit_test(test_told_where),
        cmocka_unit_test(test_values), cmocka_unit_test(test_sentences_apart),
        cmocka_unit_test(test_order),
    };
    return cmocka_run_group_tests(tests, small_search_begin, small_search_end);
}
