/* op_outcome.h -- what a build makes of an op case: its value and a gradient for each input.
 *
 * The float build is compared with the double build, which cannot be linked into the same program:
 * op_double.c writes its outcomes, test_op_float.c reads them. Besides the small rows of op_cases.h there are
 * wider ones, so that vectors are filled and have a rest.
 */
#ifndef TEST_OP_OUTCOME_H
#define TEST_OP_OUTCOME_H

#include <string.h>

#include "op_cases.h"

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
enum { N_WIDE = sizeof wide_cases / sizeof *wide_cases, N_OUTCOMES = N_OP_CASES + N_WIDE };

static const OpCase *outcome_case(int i)
{
    return i < N_OP_CASES ? &op_cases[i] : &wide_cases[i - N_OP_CASES];
}

typedef struct {
    int n; /* blocks: the value, then gradients */
    size_t len[1 + MAX_IN];
    real *block[1 + MAX_IN]; /* in the caller's arena */
} Outcome;

static void outcome_keep(Outcome *o, const real *numbers, size_t n, Arena *memory)
{
    real *copy = arena_array(memory, real, n);
    o->len[o->n] = n;
    o->block[o->n++] = memcpy(copy, numbers, n * sizeof *copy);
}

static Outcome outcome_make(const OpCase *c, Tape *tape, Arena *memory)
{
    Tensor *x[MAX_IN], *y;
    Outcome o = { 0 };
    op_inputs(c, memory, x);
    op_loss(c, tape, x, true, &y);
    outcome_keep(&o, y->val, tensor_len(y), memory);
    for (int k = 0; k < n_inputs(c); k++)
        outcome_keep(&o, x[k]->grad, tensor_len(x[k]), memory);
    return o;
}

static Tape *outcome_tape(void)
{
    Tape *tape = tape_new(64 << 20);
    tape->seed = 5;
    return tape;
}

#endif
