/* test_op_float.c -- property 9: value and gradients of every op, in float and with each instruction set of
 * this machine, equal the double build's within 1e-5 of the tensor's scale. That the double build's are right
 * is asked in test_gradients_double.c; here it is asked whether vector code, packing and short sums are.
 *
 * An op is what op.h declares: one without a case, named after it, fails the test.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/file.h"
#include "compute/compute.h"
#include "op_outcome.h"

#include <cmocka.h> /* last: it has a macro called fail */

static Tape *tape;
static Arena *memory;

/* ---- the double build's ---- */
typedef struct {
    int n;
    size_t len[1 + MAX_IN];
    double *block[1 + MAX_IN];
} Truth;

static Truth truths[N_OUTCOMES];

static bool read_truth(FILE *f, Truth *t)
{
    bool ok = fread(&t->n, sizeof t->n, 1, f) == 1 && t->n <= 1 + MAX_IN;
    for (int k = 0; ok && k < t->n; k++) {
        ok = fread(&t->len[k], sizeof t->len[k], 1, f) == 1;
        t->block[k] = ok ? calloc(t->len[k], sizeof(double)) : NULL;
        ok = t->block[k] && fread(t->block[k], sizeof(double), t->len[k], f) == t->len[k];
    }
    return ok;
}

static int read_truths(void **state)
{
    (void)state;
    FILE *f = popen(OP_DOUBLE, "r");
    bool ok = f != NULL;
    for (int i = 0; ok && i < N_OUTCOMES; i++)
        ok = read_truth(f, &truths[i]);
    if (f && pclose(f) != 0)
        ok = false;
    if (!ok)
        print_error("%s did not say what it should\n", OP_DOUBLE);
    return ok ? 0 : -1;
}

static int free_truths(void **state)
{
    (void)state;
    for (int i = 0; i < N_OUTCOMES; i++)
        for (int k = 0; k <= MAX_IN; k++)
            free(truths[i].block[k]);
    return 0;
}

/* ---- comparing ---- */
/* The largest difference, in parts of the largest number. */
static double apart(const real *x, const double *y, size_t n)
{
    double scale = 0, most = 0;
    for (size_t i = 0; i < n; i++)
        scale = fmax(scale, fabs(y[i]));
    for (size_t i = 0; i < n; i++) {
        double d = fabs((double)x[i] - y[i]);
        most = d <= most ? most : d; /* NaN is the largest */
    }
    return scale > 0 ? most / scale : most;
}

/* The largest over value and gradients; *where: of which. */
static double outcome_apart(const Outcome *o, const Truth *t, int *where)
{
    double most = 0;
    *where = 0;
    for (int k = 0; k < o->n; k++) {
        double d = k < t->n && o->len[k] == t->len[k] ? apart(o->block[k], t->block[k], o->len[k]) : NAN;
        if (!(d <= most)) {
            most = d;
            *where = k;
        }
    }
    return most;
}

static void check_set(const char *isa)
{
    double most = 0;
    for (int i = 0; i < N_OUTCOMES; i++) {
        const OpCase *c = outcome_case(i);
        int where;
        arena_rewind(memory, 0);
        Outcome o = outcome_make(c, tape, memory);
        assert_int_equal(o.n, truths[i].n);
        double d = outcome_apart(&o, &truths[i], &where);
        if (!(d <= 1e-5))
            fail_msg("%s, %s: %s %d is %.1e of its scale away from the double build", isa, c->name,
                     where ? "gradient of input" : "value", where, d);
        most = fmax(most, d);
    }
    print_message("%s: at most %.1e of the scale\n", isa, most);
}

/* ---- instruction sets ---- */
static const char *const sets[] = { "baseline", "avx2", "avx512" };
enum { N_SETS = sizeof sets / sizeof *sets };

static bool set_start(const char *isa)
{
    bool here = compute_start(isa, NULL) == LB_OK;
    if (!here)
        print_message("this machine has no %s\n", isa);
    return here;
}

static void test_sets_equal_double(void **state)
{
    (void)state;
    for (int s = 0; s < N_SETS; s++)
        if (set_start(sets[s]))
            check_set(sets[s]);
    compute_start("auto", NULL);
}

/* How many cases have other bits than baseline: a set that never does is not a set of its own. */
static int n_other_bits(const char *isa)
{
    int n = 0;
    for (int i = 0; i < N_WIDE; i++) {
        arena_rewind(memory, 0);
        compute_start("baseline", NULL);
        Outcome a = outcome_make(&wide_cases[i], tape, memory);
        compute_start(isa, NULL);
        Outcome b = outcome_make(&wide_cases[i], tape, memory);
        n += memcmp(a.block[0], b.block[0], a.len[0] * sizeof(real)) != 0;
    }
    return n;
}

static void test_sets_differ(void **state)
{
    (void)state;
    for (int s = 1; s < N_SETS; s++)
        if (set_start(sets[s]))
            assert_true(n_other_bits(sets[s]) > 0);
    compute_start("auto", NULL);
}

/* The same set twice, and on more threads, gives the same bits. */
static void test_threads_agree(void **state)
{
    (void)state;
    for (int i = 0; i < N_WIDE; i++) {
        arena_rewind(memory, 0);
        threads_set(1);
        Outcome one = outcome_make(&wide_cases[i], tape, memory);
        threads_set(2);
        Outcome two = outcome_make(&wide_cases[i], tape, memory);
        threads_set(1);
        for (int k = 0; k < one.n; k++)
            if (memcmp(one.block[k], two.block[k], one.len[k] * sizeof(real)) != 0)
                fail_msg("%s: %s %d has other bits with two threads", wide_cases[i].name,
                         k ? "gradient" : "value", k);
    }
}

/* ---- the test of the test ---- */
/* tanh of which one thing is wrong by 1e-4 */
static void wrong_backward(const Node *n)
{
    const Tensor *y = n->out[0];
    for (size_t i = 0; i < tensor_len(y); i++)
        n->in[0]->grad[i] += 1.0001f * y->grad[i] * (1 - y->val[i] * y->val[i]);
}
static Tensor *wrong_gradient(Tape *t, Tensor **x)
{
    static const Op op = { "wrong", wrong_backward };
    Tensor *y = tape_tensor(t, x[0]->n_dim, x[0]->dim);
    for (size_t i = 0; i < tensor_len(y); i++)
        y->val[i] = (real)tanh((double)x[0]->val[i]);
    Node *n = tape_record(t, &op, NULL);
    n->in[0] = x[0], n->out[0] = y;
    return y;
}
static Tensor *wrong_value(Tape *t, Tensor **x)
{
    return op_scale(t, op_tanh(t, x[0]), 1.0001);
}

static int find_case(const char *name)
{
    for (int i = 0; i < N_OUTCOMES; i++)
        if (strcmp(outcome_case(i)->name, name) == 0)
            return i;
    fail_msg("there is no case `%s`", name);
    return -1;
}

static void test_planted_errors(void **state)
{
    (void)state;
    int right = find_case("tanh, wide"), where;
    OpCase wrong = *outcome_case(right);
    arena_rewind(memory, 0);
    wrong.build = wrong_gradient;
    Outcome o = outcome_make(&wrong, tape, memory);
    assert_true(outcome_apart(&o, &truths[right], &where) > 5e-5);
    assert_int_equal(where, 1);
    wrong.build = wrong_value;
    o = outcome_make(&wrong, tape, memory);
    assert_true(apart(o.block[0], truths[right].block[0], o.len[0]) > 5e-5);
}

/* ---- every op has a case ---- */
/* A case is named after its op: "softmax, ragged". */
static bool has_case(const char *op, size_t len)
{
    for (int i = 0; i < N_OP_CASES; i++) {
        const char *name = op_cases[i].name;
        if (strncmp(name, op, len) == 0 && !isalnum((unsigned char)name[len]) && name[len] != '_')
            return true;
    }
    return false;
}

/* The next declaration `TYPE op_NAME(` or `TYPE *op_NAME(`: its NAME, and in *len how long it is. */
static const char *next_op(const char *at, size_t *len)
{
    while ((at = strstr(at, "op_")) != NULL) {
        bool begins = at[-1] == ' ' || at[-1] == '*';
        at += 3;
        *len = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");
        if (begins && at[*len] == '(')
            return at;
    }
    return NULL;
}

static void test_every_op_has_a_case(void **state)
{
    (void)state;
    size_t n, len;
    int n_ops = 0;
    char *header = file_read("../src/tensor/op.h", &n, NULL);
    assert_non_null(header);
    for (const char *op = header + 1; (op = next_op(op, &len)) != NULL; n_ops++)
        if (!has_case(op, len))
            fail_msg("op_%.*s has no case in op_cases.h", (int)len, op);
    assert_true(n_ops > 20);
    free(header);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sets_equal_double),   cmocka_unit_test(test_sets_differ),
        cmocka_unit_test(test_threads_agree),       cmocka_unit_test(test_planted_errors),
        cmocka_unit_test(test_every_op_has_a_case),
    };
    tape = outcome_tape();
    memory = arena_new("numbers", 64 << 20);
    threads_set(1);
    int failed = cmocka_run_group_tests(tests, read_truths, free_truths);
    arena_free(memory);
    tape_free(tape);
    return failed;
}
