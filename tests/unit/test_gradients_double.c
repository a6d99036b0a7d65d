/* test_gradients_double.c -- property 1: every op's gradient, in double, equals central differences over
 * every input: |a - n| <= 1e-6 max(1, |a|, |n|). Planted errors of 1 % must be caught.
 *
 * A case is a row: input shapes and a function that builds one tensor from them. The loss is the sum of the
 * result times fixed random numbers, so that no element's gradient can hide.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <math.h>
#include <string.h>

#include "op_cases.h"

#include <cmocka.h> /* last: it has a macro called fail */

/* y = tanh(x) with a derivative that is 1 % too large: the test of the test. */
static void wrong_tanh_backward(const Node *n)
{
    for (size_t i = 0; i < tensor_len(n->in[0]); i++)
        n->in[0]->grad[i] += 1.01 * n->out[0]->grad[i] * (1 - n->out[0]->val[i] * n->out[0]->val[i]);
}
static const Op wrong_tanh_op = { "wrong_tanh", wrong_tanh_backward };
static Tensor *wrong_tanh(Tape *t, Tensor **x)
{
    Tensor *y = tape_tensor(t, x[0]->n_dim, x[0]->dim);
    for (size_t i = 0; i < tensor_len(y); i++)
        y->val[i] = tanh(x[0]->val[i]);
    Node *n = tape_record(t, &wrong_tanh_op, NULL);
    n->in[0] = x[0], n->out[0] = y;
    return y;
}
/* 1 % inside an otherwise right chain */
static Tensor *wrong_chain(Tape *t, Tensor **x)
{
    return op_linear(t, wrong_tanh(t, x), x[1], NULL);
}

static const OpCase planted[] = {
    { "tanh + 1 %", { { 6 } }, wrong_tanh },
    { "tanh + 1 % inside a chain", { { 2, 6 }, { 3, 6 } }, wrong_chain },
};

static bool agrees(const OpCase *c, Tape *t, Tensor **x, int input, size_t i)
{
    const double h = 1e-5;
    double *v = &x[input]->val[i], kept = *v;
    *v = kept + h;
    double up = op_loss(c, t, x, false, NULL);
    *v = kept - h;
    double down = op_loss(c, t, x, false, NULL);
    *v = kept;
    double numeric = (up - down) / (2 * h), ours = x[input]->grad[i];
    double scale = fmax(1, fmax(fabs(ours), fabs(numeric)));
    return fabs(ours - numeric) <= 1e-6 * scale;
}

static bool passes(const OpCase *c, Tape *t, Arena *arena)
{
    Tensor *x[MAX_IN];
    op_inputs(c, arena, x);
    op_loss(c, t, x, true, NULL);
    for (int k = 0; k < n_inputs(c); k++)
        for (size_t i = 0; i < tensor_len(x[k]); i++)
            if (!agrees(c, t, x, k, i))
                return false;
    return true;
}

static Tape *tape;
static Arena *inputs;

static void test_every_op(void **state)
{
    (void)state;
    for (int i = 0; i < N_OP_CASES; i++) {
        arena_rewind(inputs, 0);
        if (!passes(&op_cases[i], tape, inputs))
            fail_msg("%s: gradient and central differences differ", op_cases[i].name);
    }
}

static void test_planted_errors(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof planted / sizeof *planted; i++) {
        arena_rewind(inputs, 0);
        if (passes(&planted[i], tape, inputs))
            fail_msg("%s: gradient and central differences agree, but must not", planted[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_every_op),
                                        cmocka_unit_test(test_planted_errors) };
    tape = tape_new(64 << 20);
    tape->seed = 5;
    inputs = arena_new("inputs", 16 << 20);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(inputs);
    tape_free(tape);
    return failed;
}
