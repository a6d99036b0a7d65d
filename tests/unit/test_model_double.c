/* test_model_double.c -- whole models, in double: the gradient of the loss equals central differences
 * (property 1 for the composition), and decoding in pieces equals decoding at once (property 2). Every score,
 * cell, place and kind of feeding; a ragged batch with an empty sentence in it.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "small_gradient.h"

#include <cmocka.h> /* last: it has a macro called fail */

static const double smoothing = 0.1; /* that of small_loss */
static Tape *tape;
static Arena *inputs;

static void check_gradient(Model *m, const char *name)
{
    arena_rewind(inputs, 0);
    const Batch *b = small_batch(inputs, m, 3, 4, 1);
    small_backward(m, tape, b);
    const char *wrong = small_wrong_gradient(m, tape, b);
    if (wrong)
        fail_msg("%s: gradient of %s differs from central differences", name, wrong);
}

static void test_gradients(void **state)
{
    (void)state;
    small_check_all(check_gradient);
}

static void test_gradients_deep(void **state)
{
    (void)state;
    small_check_case(&small_deep, check_gradient);
}

static void test_gradients_dropout(void **state)
{
    (void)state;
    const SmallCase c = { { "model.encoder.dropout=0.3", "model.decoder.dropout=0.3",
                            "model.encoder.layers=2", "model.decoder.layers=2" } };
    Model *m = small_model(&c, SMALL_WORDS, 5);
    const SmallCase none = { { "model.encoder.layers=2", "model.decoder.layers=2" } };
    Model *plain = small_model(&none, SMALL_WORDS, 5);
    arena_rewind(inputs, 0);
    const Batch *b = small_batch(inputs, m, 3, 4, 1);
    assert_true(fabs(small_loss(m, tape, b, false) - small_loss(plain, tape, b, false)) > 1e-6);
    check_gradient(m, "dropout");
    model_free(m);
    model_free(plain);
}

/* 1 % too much in one parameter must be found: the test of the test. */
static void test_planted_error(void **state)
{
    (void)state;
    Model *m = small_model(&(SmallCase){ 0 }, SMALL_WORDS, 11);
    arena_rewind(inputs, 0);
    const Batch *b = small_batch(inputs, m, 3, 4, 1);
    for (int k = 0; k < params_count(m->params); k++) {
        small_backward(m, tape, b);
        const Param *p = params_get(m->params, k);
        for (size_t i = 0; i < tensor_len(&p->tensor); i++)
            p->tensor.grad[i] *= 1.01;
        const char *wrong = small_wrong_gradient(m, tape, b);
        assert_non_null(wrong);
        assert_string_equal(wrong, p->name);
    }
    model_free(m);
}

/* The loss is a sum over sentences: that of a batch is that of its sentences one by one. */
static void check_sum(Model *m, const char *name)
{
    arena_rewind(inputs, 0);
    const Batch *b = small_batch(inputs, m, 3, 5, 2);
    LossInfo all, one;
    tape_reset(tape);
    tape->recording = tape->training = false;
    double loss = model_loss(m, tape, b, smoothing, &all)->val[0], sum = 0, nll = 0, entropy = 0, end = 0;
    int words = 0;
    for (int i = 0; i < b->B; i++) {
        const int *source = b->source + i * b->S, *target = b->target_out + i * b->T;
        Batch *single =
            batch_sources(&source, (int[]){ b->source_len[i] - 1 }, 1, (SourceMarks){ 0 }, inputs);
        batch_add_targets(single, &target, (int[]){ b->target_len[i] - 1 }, inputs);
        sum += model_loss(m, tape, single, smoothing, &one)->val[0];
        nll += one.nll, entropy += one.entropy, end += one.end_mass, words += one.n_words;
    }
    if (fabs(sum - loss) > 1e-12 * loss || fabs(nll - all.nll) > 1e-12 * nll || words != all.n_words)
        fail_msg("%s: a batch's loss is not the sum of its sentences'", name);
    if (fabs(entropy - all.entropy) > 1e-11 || fabs(end - all.end_mass) > 1e-11)
        fail_msg("%s: a batch's attention figures are not the sum of its sentences'", name);
}

static void test_loss_is_a_sum(void **state)
{
    (void)state;
    small_check_all(check_sum);
}

static void check_steps(Model *m, const char *name)
{
    arena_rewind(inputs, 0);
    const Batch *b = small_batch(inputs, m, 3, 7, 4);
    for (int length = 1; length <= 3; length += 2) {
        const char *what = small_steps_differ(m, tape, b, length, 1e-12, NULL);
        if (what)
            fail_msg("%s: %s differs when decoding %d at a time", name, what, length);
    }
}

static void test_steps(void **state)
{
    (void)state;
    small_check_all(check_steps);
    small_check_case(&small_deep, check_steps);
}

/* ---- guided attention ---- */

#define GUIDED "train.guide.links=l", "data.train.source=s", "data.train.target=t", "train.guide.weight=0.7"

static const SmallCase guided[] = {
    { { GUIDED } },
    { { GUIDED, "model.attention.place=before", "model.attention.score=general" } },
    { { GUIDED, "model.attention.score=scaled-dot", "model.decoder.input_feeding=false" } },
    { { GUIDED, "model.attention.score=multi-head", "train.guide.head=2" } },
    { { GUIDED, "model.attention.score=multi-head", "train.guide.head=-1",
        "model.decoder.input_feeding=false" } },
    { { GUIDED, SMALL_TRANSFORMER } },
    { { GUIDED, "model.type=transformer", "model.decoder.heads=4", "model.decoder.layers=3",
        "train.guide.head=-1" } },
    { { GUIDED, "model.type=transformer", "model.decoder.heads=4", "model.decoder.layers=3",
        "train.guide.layer=2", "train.guide.head=3" } },
};

/* The first words of all sentences but the second, which is not guided: one link, and two. */
static Guide guide_of(const Batch *b)
{
    static int row[4], column[4] = { 0, 0, 1, 1 };
    static double share[4] = { 1, 0.25, 0.75, 1 };
    int T = b->T, places[4] = { 0, 2 * T, 2 * T, 2 * T + 1 };
    memcpy(row, places, sizeof row);
    return (Guide){ .n = 4, .n_rows = 3, .row = row, .column = column, .share = share };
}

/* What stands for the model is what was guided. */
static double guide_loss(const Model *m, Tape *t, const Batch *b, const Guide *g)
{
    tape_reset(t);
    t->recording = t->training = false;
    Maps maps = { .summary = true };
    State *s = model_encode(m, t, b, &maps);
    model_decode(m, t, b->target_in, b->T, s);
    const Tensor *w = maps_summary(&maps, t);
    double sum = 0;
    for (int i = 0; i < g->n; i++)
        sum -= g->share[i] * log(w->val[g->row[i] * b->S + g->column[i]]);
    return sum;
}

static void test_guided(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof guided / sizeof *guided; i++) {
        char name[400];
        small_name(&guided[i], name, sizeof name);
        Model *m = small_model(&guided[i], SMALL_WORDS, 11);
        arena_rewind(inputs, 0);
        Batch *b = small_batch(inputs, m, 3, 4, 1);
        Guide g = guide_of(b);
        double plain = small_loss(m, tape, b, false);
        b->guide = &g;
        double apart = small_loss(m, tape, b, false) - plain - 0.7 * guide_loss(m, tape, b, &g);
        if (fabs(apart) > 1e-9)
            fail_msg("%s: the guide's share of the loss is wrong by %g", name, apart);
        params_zero_grads(m->params);
        double recorded = small_loss(m, tape, b, true), after = small_loss(m, tape, b, false);
        assert_true(fabs(recorded - after) < 1e-9);
        const char *wrong = small_wrong_gradient(m, tape, b);
        if (wrong)
            fail_msg("%s: gradient of %s differs from central differences", name, wrong);
        model_free(m);
    }
}

static int begin(void **state)
{
    (void)state;
    tape = tape_new(SMALL_MEMORY);
    tape->seed = 5;
    inputs = arena_new("inputs", SMALL_MEMORY);
    return 0;
}

static int end(void **state)
{
    (void)state;
    tape_free(tape);
    arena_free(inputs);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients),
        cmocka_unit_test(test_gradients_deep),
        cmocka_unit_test(test_gradients_dropout),
        cmocka_unit_test(test_planted_error),
        cmocka_unit_test(test_loss_is_a_sum),
        cmocka_unit_test(test_steps),
        cmocka_unit_test(test_guided),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
