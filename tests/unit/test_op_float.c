/* test_op_float.c -- property 9 within the float build: value and gradients of every op have, with each
 * instruction set of this machine, what `baseline` has, within 1e-5 of the tensor's scale. That the formulas
 * are right is asked in double (test_gradients_double.c), where the sums are the same code.
 *
 * Besides the small rows of op_cases.h there are wider ones, so that vectors are filled and have a rest.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <math.h>
#include <string.h>

#include "compute/compute.h"
#include "op_cases.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { W = 37 }; /* more than two vectors of any instruction set, and none of their multiples */

static const OpCase wide_cases[] = {
    { "linear, wide", { { 3, 9, 70 }, { 45, 70 }, { 45 } }, linear },
    { "linear, long", { { 30, 600 }, { 70, 600 } }, linear_bare },
    { "mul, wide", { { 5, 67 }, { 5, 67 } }, mul },
    { "tanh, wide", { { 5, 67 } }, tanh_ },
    { "sigmoid, wide", { { 5, 67 } }, sigmoid },
    { "relu, wide", { { 5, 67 } }, relu, .shift = 0.05 },
    { "dropout, wide", { { 5, 67 } }, dropout },
    { "dot_each, wide", { { B, T, 67 }, { B, S, 67 } }, dot_each },
    { "additive, wide", { { B, T, W }, { B, S, W }, { W } }, additive },
    { "additive, wider than a part", { { B, T, 300 }, { B, S, 300 }, { 300 } }, additive },
    { "softmax, wide", { { B, T, 67 } }, softmax_full },
    { "mix, wide", { { B, T, S }, { B, S, 67 } }, mix },
    { "cross_entropy, wide", { { 8, 3 }, { 1000, 3 }, { 1000 } }, cross_entropy },
    { "lstm, wide", { { B, T, 4 * W }, { 4 * W, W }, { B, W }, { B, W } }, lstm },
    { "lstm, wide, reverse", { { B, T, 4 * W }, { 4 * W, W }, { B, W }, { B, W } }, lstm_back },
    { "gru, wide", { { B, T, 3 * W }, { 2 * W, W }, { W, W }, { B, W } }, gru },
    { "gru, wide, reverse", { { B, T, 3 * W }, { 2 * W, W }, { W, W }, { B, W } }, gru_back },
    { "gru_after, wide", { { B, T, 3 * W }, { 3 * W, W }, { 3 * W }, { B, W } }, gru_after },
};
enum { N_WIDE = sizeof wide_cases / sizeof *wide_cases };

static Tape *tape;
static Arena *memory;

/* What one instruction set makes of a case: the result and a gradient for each input. */
typedef struct {
    int n;
    size_t len[1 + MAX_IN];
    real *block[1 + MAX_IN];
} Outcome;

static void keep(Outcome *o, const real *numbers, size_t n)
{
    real *copy = arena_array(memory, real, n);
    o->len[o->n] = n;
    o->block[o->n++] = memcpy(copy, numbers, n * sizeof *copy);
}

static Outcome outcome(const OpCase *c, const char *isa)
{
    compute_start(isa, NULL);
    Tensor *x[MAX_IN], *y;
    Outcome o = { 0 };
    op_inputs(c, memory, x);
    op_loss(c, tape, x, true, &y);
    keep(&o, y->val, tensor_len(y));
    for (int k = 0; k < n_inputs(c); k++)
        keep(&o, x[k]->grad, tensor_len(x[k]));
    compute_start("auto", NULL);
    return o;
}

static bool agree(const real *x, const real *y, size_t n, double tolerance)
{
    double scale = 1;
    for (size_t i = 0; i < n; i++)
        scale = fmax(scale, fabs((double)y[i]));
    for (size_t i = 0; i < n; i++)
        if (!(fabs((double)x[i] - (double)y[i]) <= tolerance * scale))
            return false;
    return true;
}

static void check_case(const OpCase *c, const char *isa, double tolerance)
{
    arena_rewind(memory, 0);
    Outcome want = outcome(c, "baseline"), have = outcome(c, isa);
    assert_int_equal(want.n, have.n);
    for (int i = 0; i < want.n; i++)
        if (want.len[i] != have.len[i] || !agree(have.block[i], want.block[i], want.len[i], tolerance))
            fail_msg("%s: %s %d differs between %s and baseline", c->name, i ? "gradient" : "value", i, isa);
}

/* How many cases have other bits than baseline: a set that never does is not a set of its own. */
static int n_other_bits(const char *isa)
{
    int n = 0;
    for (int i = 0; i < N_WIDE; i++) {
        arena_rewind(memory, 0);
        Outcome a = outcome(&wide_cases[i], "baseline"), b = outcome(&wide_cases[i], isa);
        n += memcmp(a.block[0], b.block[0], a.len[0] * sizeof(real)) != 0;
    }
    return n;
}

static void test_sets_agree(void **state)
{
    (void)state;
    static const char *const sets[] = { "avx2", "avx512" };
    for (int s = 0; s < 2; s++) {
        if (compute_start(sets[s], NULL) != LB_OK) {
            print_message("this machine has no %s\n", sets[s]);
            continue;
        }
        for (int i = 0; i < N_OP_CASES; i++)
            check_case(&op_cases[i], sets[s], 1e-5);
        for (int i = 0; i < N_WIDE; i++)
            check_case(&wide_cases[i], sets[s], 1e-5);
        assert_true(n_other_bits(sets[s]) > 0);
    }
}

/* The same set twice, and on more threads, gives the same bits. */
static void test_threads_agree(void **state)
{
    (void)state;
    for (int i = 0; i < N_WIDE; i++) {
        arena_rewind(memory, 0);
        threads_set(1);
        Outcome one = outcome(&wide_cases[i], "auto");
        threads_set(2);
        Outcome two = outcome(&wide_cases[i], "auto");
        threads_set(1);
        for (int k = 0; k < one.n; k++)
            if (memcmp(one.block[k], two.block[k], one.len[k] * sizeof(real)) != 0)
                fail_msg("%s: %s %d has other bits with two threads", wide_cases[i].name,
                         k ? "gradient" : "value", k);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_sets_agree),
                                        cmocka_unit_test(test_threads_agree) };
    tape = tape_new(64 << 20);
    tape->seed = 5;
    memory = arena_new("numbers", 64 << 20);
    threads_set(1);
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_free(memory);
    tape_free(tape);
    return failed;
}
