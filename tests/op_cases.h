/* op_cases.h -- every op as a row: shapes of its inputs and a function that builds one tensor from them. What
 * is right about an op is asked in test_gradients_double.c, whether each instruction set agrees in
 * test_op_float.c.
 */
#ifndef TEST_OP_CASES_H
#define TEST_OP_CASES_H

#include "base/rng.h"
#include "tensor/op.h"

enum { MAX_IN = 6, B = 3, T = 4, S = 5 };

typedef struct OpCase {
    const char *name;
    int shape[MAX_IN][4]; /* zero-terminated */
    Tensor *(*build)(Tape *t, Tensor **x);
    double shift; /* added to every input: keeps ReLU away from its corner */
} OpCase;

static const int lengths[B] = { 5, 1, 3 }, step_lengths[B] = { 4, 1, 3 }; /* 1: the edge */
static const int ids[6] = { 2, 0, 4, 2, 2, 1 }, word_rows[6] = { 0, 1, 2, 4, 6, 7 };

/* clang-format off */
static Tensor *linear(Tape *t, Tensor **x) { return op_linear(t, x[0], x[1], x[2]); }
static Tensor *linear_bare(Tape *t, Tensor **x) { return op_linear(t, x[0], x[1], NULL); }
static Tensor *linear_often(Tape *t, Tensor **x)
{
    Tensor *y = op_linear(t, x[0], x[1], NULL);
    for (int i = 0; i < 5; i++)
        y = op_linear(t, y, x[1], NULL);
    return y;
}
static Tensor *step_plus(Tape *t, Tensor **x) { return op_step_plus(t, x[0], 2, x[1], x[2]); }
static Tensor *readout(Tape *t, Tensor **x) { return op_readout(t, x[0], x[1], x[2], x[3]); }
static Tensor *add(Tape *t, Tensor **x) { return op_add(t, x[0], x[1]); }
static Tensor *add_self(Tape *t, Tensor **x) { return op_add(t, x[0], x[0]); }
static Tensor *mul(Tape *t, Tensor **x) { return op_mul(t, x[0], x[1]); }
static Tensor *scale(Tape *t, Tensor **x) { return op_scale(t, x[0], -1.7); }
static Tensor *sum(Tape *t, Tensor **x) { return op_sum(t, x[0]); }
static Tensor *tanh_(Tape *t, Tensor **x) { return op_tanh(t, x[0]); }
static Tensor *sigmoid(Tape *t, Tensor **x) { return op_sigmoid(t, x[0]); }
static Tensor *relu(Tape *t, Tensor **x) { return op_relu(t, x[0]); }
static Tensor *dropout(Tape *t, Tensor **x) { return op_dropout(t, x[0], 0.4); }
static Tensor *embed(Tape *t, Tensor **x) { return op_embed(t, x[0], ids, 3, 2); }
static Tensor *join(Tape *t, Tensor **x) { return op_join(t, x[0], x[1]); }
static Tensor *columns(Tape *t, Tensor **x) { return op_columns(t, x[0], 2, 3); }
static Tensor *cut(Tape *t, Tensor **x) { return op_cut(t, x[0], 3); }
static Tensor *stack(Tape *t, Tensor **x) { return op_stack(t, x, 3); }
static Tensor *repeat(Tape *t, Tensor **x) { return op_repeat(t, x[0], 4); }
static Tensor *reshape(Tape *t, Tensor **x)
{
    Tensor *flat = op_reshape(t, x[0], 2, (int[]){ 6, 4 });
    return op_tanh(t, flat);
}
static Tensor *dot_each(Tape *t, Tensor **x) { return op_dot_each(t, x[0], x[1], lengths); }
static Tensor *additive(Tape *t, Tensor **x) { return op_additive(t, x[0], x[1], x[2], lengths); }
static Tensor *softmax(Tape *t, Tensor **x) { return op_softmax(t, x[0], lengths); }
static Tensor *softmax_full(Tape *t, Tensor **x) { return op_softmax(t, x[0], NULL); }
static Tensor *mix(Tape *t, Tensor **x) { return op_mix(t, x[0], x[1], lengths); }
static const int parts[B * S] = { 0, 0, -1, 1, 1, 2, 0, 0, -1, -1, -1, 1, 1, 1, 0 };
static Tensor *sum_spans(Tape *t, Tensor **x) { return op_sum_spans(t, x[0], &(Spans){ parts, 3, 0 }); }
static Tensor *sum_places(Tape *t, Tensor **x) { return op_sum_spans(t, x[0], &(Spans){ parts, 3, 2 }); }
static Tensor *share_spans(Tape *t, Tensor **x) { return op_share_spans(t, x[0], &(Spans){ parts, 3, 0 }, S); }
static Tensor *cross_entropy(Tape *t, Tensor **x)
{
    return op_cross_entropy(t, x[0], word_rows, 6, x[1], x[2], ids, 0.1, NULL, NULL);
}
static Tensor *cross_entropy_plain(Tape *t, Tensor **x)
{
    return op_scale(t, op_cross_entropy(t, x[0], word_rows, 6, x[1], NULL, ids, 0, NULL, NULL), 0.3);
}

/* Words 7 and 8 are beyond the vocabulary of 7; the third and the fifth target are at no place. */
static Tensor *mixed(Tape *t, Tensor **x, double smoothing)
{
    static const int places[2 * S] = { 7, 2, 7, -1, 0, 4, 4, 8, -1, -1 }, targets[6] = { 2, 7, 4, 8, 6, 4 };
    const Mixture m = { x[3], op_softmax(t, x[4], NULL), mixture_places(t->batch, places, 2, S) };
    return op_cross_entropy_mixed(t, x[0], word_rows, 6, x[1], x[2], &m, targets, smoothing, NULL, NULL);
}
static Tensor *mixed_smooth(Tape *t, Tensor **x) { return mixed(t, x, 0.1); }
static Tensor *mixed_plain(Tape *t, Tensor **x) { return op_scale(t, mixed(t, x, 0), 0.3); }

static Tensor *coverage(Tape *t, Tensor **x) { return op_coverage(t, op_softmax(t, x[0], lengths), step_lengths); }
static Tensor *additive_covered(Tape *t, Tensor **x)
{
    return op_additive_covered(t, x[0], x[1], x[2], x[3], x[4], lengths);
}
static Tensor *cover(Tape *t, Tensor **x) { return op_cover(t, x[0], x[1], x[2], x[3]); }

static Tensor *guide(Tape *t, Tensor **x)
{
    static const int row[] = { 0, 0, 2, 5 }, column[] = { 0, 3, 1, 2 };
    static const double share[] = { 0.25, 0.75, 1, 0.5 };
    return op_guide(t, op_sigmoid(t, x[0]), 4, row, column, share);
}
static Tensor *guide_softmax(Tape *t, Tensor **x)
{
    Tensor *w = op_softmax(t, x[0], NULL), *y = op_mix(t, w, x[1], NULL), *sums[] = { guide(t, &w), op_sum(t, y) };
    return op_add(t, op_scale(t, sums[0], 0.3), sums[1]);
}

/* ---- what Transformers are made of ---- */
static Tensor *dense_bare(Tape *t, Tensor **x) { return op_dense(t, x[0], &(Dense){ .w = x[1] }); }
static Tensor *dense_full(Tape *t, Tensor **x)
{
    return op_dense(t, x[0], &(Dense){ .w = x[1], .b = x[2], .gain = x[3], .shift = x[4], .residual = x[5],
                                       .curve = curve_find("relu"), .dropout = 0.3 });
}
static Tensor *dense_curve(Tape *t, Tensor **x, const char *curve)
{
    return op_dense(t, x[0], &(Dense){ .w = x[1], .b = x[2], .curve = curve_find(curve), .dropout = 0.2 });
}
static Tensor *dense_relu(Tape *t, Tensor **x) { return dense_curve(t, x, "relu"); }
static Tensor *dense_gelu(Tape *t, Tensor **x) { return dense_curve(t, x, "gelu"); }
static Tensor *dense_gelu_tanh(Tape *t, Tensor **x) { return dense_curve(t, x, "gelu-tanh"); }
static Tensor *dense_swish(Tape *t, Tensor **x) { return dense_curve(t, x, "swish"); }
/* x goes on around what is added to it, as in a stack of layers. */
static Tensor *dense_twice(Tape *t, Tensor **x)
{
    Tensor *h = op_dense(t, x[0], &(Dense){ .w = x[1], .b = x[2], .gain = x[3], .shift = x[4] });
    Tensor *y = op_dense(t, h, &(Dense){ .w = x[5], .residual = x[0] });
    return op_dense(t, y, &(Dense){ .w = x[1], .gain = x[3], .shift = x[4] });
}
static Tensor *layer_norm(Tape *t, Tensor **x) { return op_layer_norm(t, x[0], x[1], x[2]); }
static Tensor *embed_at(Tape *t, Tensor **x) { return op_embed_at(t, x[0], NULL, ids, 3, 2, 1.5, x[1], 1, 0.3); }
static Tensor *embed_nowhere(Tape *t, Tensor **x) { return op_embed_at(t, x[0], NULL, ids, 3, 2, 2, NULL, 5, 0); }
static Tensor *embed_more(Tape *t, Tensor **x) { return op_embed_at(t, x[0], x[1], ids, 3, 2, 1.5, x[2], 1, 0.3); }
static Tensor *self_heads(Tape *t, Tensor **x)
{
    return op_multi_head(t, x[0], x[0], &(Heads){ .D = 6, .heads = 2, .k_at = 6, .v_at = 12, .lengths = lengths });
}
static Tensor *causal_heads(Tape *t, Tensor **x)
{
    return op_multi_head(t, x[0], x[0],
                         &(Heads){ .D = 6, .heads = 3, .k_at = 6, .v_at = 12, .causal = true, .dropout = 0.3 });
}
static Tensor *cross_heads(Tape *t, Tensor **x)
{
    return op_multi_head(t, x[0], x[1], &(Heads){ .D = 4, .heads = 1, .v_at = 4, .lengths = lengths, .dropout = 0.3 });
}
static Tensor *single_heads(Tape *t, Tensor **x)
{
    return op_multi_head(t, x[0], x[1], &(Heads){ .D = 4, .heads = 2, .v_at = 4, .lengths = lengths });
}
static Tensor *uniform_heads(Tape *t, Tensor **x)
{
    return op_multi_head(t, x[0], x[1], &(Heads){ .D = 4, .heads = 2, .v_at = 4, .lengths = lengths, .uniform = true });
}

/* clang-format on */

/* Recurrent ops use their x up. */
static Tensor *copy_of(Tape *t, Tensor *x)
{
    return op_scale(t, x, 1);
}

/* Outputs and last states together, so that both ways back are tested. */
static Tensor *both(Tape *t, Recurrent r)
{
    Tensor *y = op_add(t, op_sum(t, op_mul(t, r.all, r.all)), op_sum(t, op_mul(t, r.h, r.h)));
    return r.c ? op_add(t, y, op_sum(t, op_mul(t, r.c, r.c))) : y;
}
static Tensor *lstm(Tape *t, Tensor **x)
{
    return both(t, op_lstm(t, copy_of(t, x[0]), x[1], x[2], x[3], step_lengths, false));
}
static Tensor *lstm_back(Tape *t, Tensor **x)
{
    return both(t, op_lstm(t, copy_of(t, x[0]), x[1], x[2], x[3], step_lengths, true));
}
static Tensor *gru(Tape *t, Tensor **x)
{
    return both(t, op_gru(t, copy_of(t, x[0]), x[1], x[2], x[3], step_lengths, false));
}
static Tensor *gru_back(Tape *t, Tensor **x)
{
    return both(t, op_gru(t, copy_of(t, x[0]), x[1], x[2], x[3], step_lengths, true));
}
static Tensor *gru_after(Tape *t, Tensor **x)
{
    return both(t, op_gru_after(t, copy_of(t, x[0]), x[1], x[2], x[3], step_lengths, false));
}
static Tensor *gru_after_back(Tape *t, Tensor **x)
{
    return both(t, op_gru_after(t, copy_of(t, x[0]), x[1], x[2], x[3], NULL, true));
}

static const bool shut_at[B * 4] = { false, true, false, true, true };
static Tensor *gru_shut(Tape *t, Tensor **x)
{
    return both(t, op_gru(t, op_shut(t, copy_of(t, x[0]), shut_at, 3), x[1], x[2], x[3], NULL, false));
}
static Tensor *lstm_shut(Tape *t, Tensor **x)
{
    return both(t, op_lstm(t, op_shut(t, copy_of(t, x[0]), shut_at, 3), x[1], x[2], x[3], NULL, true));
}

static const OpCase op_cases[] = {
    { "linear", { { 2, 3, 5 }, { 4, 5 }, { 4 } }, linear },
    { "linear, no bias, long", { { 7, 300 }, { 19, 300 } }, linear_bare },
    { "linear, six products that wait", { { 150, 2 }, { 2, 2 } }, linear_often },
    { "step_plus", { { 2, 4, 3 }, { 2, 1, 5 }, { 3, 5 } }, step_plus },
    { "readout", { { 2, 3, 4 }, { 2, 3, 2 }, { 5, 6 }, { 5 } }, readout },
    { "readout, long", { { 300, 4 }, { 300, 2 }, { 5, 6 }, { 5 } }, readout },
    { "add", { { 3, 4 }, { 3, 4 } }, add },
    { "add to itself", { { 3, 4 } }, add_self },
    { "mul", { { 3, 4 }, { 3, 4 } }, mul },
    { "scale", { { 3, 4 } }, scale },
    { "sum", { { 3, 4 } }, sum },
    { "tanh", { { 3, 7 } }, tanh_ },
    { "sigmoid", { { 3, 7 } }, sigmoid },
    { "relu", { { 3, 7 } }, relu, .shift = 0.05 },
    { "dropout", { { 5, 7 } }, dropout },
    { "embed", { { 5, 4 } }, embed },
    { "join", { { 2, 3, 4 }, { 2, 3, 2 } }, join },
    { "columns", { { 2, 3, 6 } }, columns },
    { "cut", { { 2, 3, 6 } }, cut },
    { "stack", { { 2, 1, 3 }, { 2, 1, 3 }, { 2, 1, 3 } }, stack },
    { "repeat", { { 3, 5 } }, repeat },
    { "reshape", { { 2, 3, 4 } }, reshape },
    { "dot_each", { { B, T, 6 }, { B, S, 6 } }, dot_each },
    { "additive", { { B, T, 6 }, { B, S, 6 }, { 6 } }, additive },
    { "softmax, ragged", { { B, T, S } }, softmax },
    { "softmax, full", { { B, T, S } }, softmax_full },
    { "mix", { { B, T, S }, { B, S, 3 } }, mix },
    { "sum_spans", { { B, S, 6 } }, sum_spans },
    { "sum_spans, by place", { { B, S, 6 } }, sum_places },
    { "share_spans", { { B, T, 3 } }, share_spans },
    { "cross_entropy", { { 2, 4, 3 }, { 7, 3 }, { 7 } }, cross_entropy },
    { "cross_entropy, no smoothing, no bias", { { 8, 3 }, { 7, 3 } }, cross_entropy_plain },
    { "cross_entropy_mixed", { { 2, 4, 3 }, { 7, 3 }, { 7 }, { 2, 4, 1 }, { 2, 4, S } }, mixed_smooth },
    { "cross_entropy_mixed, no smoothing",
      { { 2, 4, 3 }, { 7, 3 }, { 7 }, { 2, 4, 1 }, { 2, 4, S } },
      mixed_plain },
    { "coverage", { { B, T, S } }, coverage },
    { "additive_covered", { { B, T, 6 }, { B, S, 6 }, { 6 }, { B, T, S }, { 6 } }, additive_covered },
    { "cover", { { B, T, S }, { B, T, S }, { B, T, 6 }, { 6 } }, cover },
    { "guide", { { 2, 3, 4 } }, guide },
    { "guide, of a softmax", { { 2, 3, 4 }, { 2, 4, 3 } }, guide_softmax },
    { "dense, product only", { { 2, 3, 5 }, { 4, 5 } }, dense_bare },
    { "dense, all of it",
      { { 40, 6 }, { 5, 6 }, { 5 }, { 6 }, { 6 }, { 40, 5 } },
      dense_full,
      .shift = 0.05 },
    { "dense, relu", { { 2, 3, 5 }, { 4, 5 }, { 4 } }, dense_relu },
    { "dense, gelu", { { 2, 3, 5 }, { 4, 5 }, { 4 } }, dense_gelu },
    { "dense, gelu-tanh", { { 2, 3, 5 }, { 4, 5 }, { 4 } }, dense_gelu_tanh },
    { "dense, swish", { { 2, 3, 5 }, { 4, 5 }, { 4 } }, dense_swish },
    { "dense, a stack", { { 3, 4 }, { 5, 4 }, { 5 }, { 4 }, { 4 }, { 4, 5 } }, dense_twice },
    { "layer_norm", { { 70, 7 }, { 7 }, { 7 } }, layer_norm },
    { "embed_at", { { 5, 4 }, { 4, 4 } }, embed_at },
    { "embed_at, no positions", { { 5, 4 } }, embed_nowhere },
    { "embed_at, two tables", { { 2, 4 }, { 3, 4 }, { 4, 4 } }, embed_more },
    { "multi_head, self", { { B, S, 18 } }, self_heads },
    { "multi_head, causal, dropout", { { B, 53, 18 } }, causal_heads },
    { "multi_head, cross, dropout", { { B, T, 4 }, { B, S, 8 } }, cross_heads },
    { "multi_head, uniform", { { B, T, 4 }, { B, S, 8 } }, uniform_heads },
    { "multi_head, one query", { { B, 1, 4 }, { B, S, 8 } }, single_heads },
    { "lstm", { { B, T, 12 }, { 12, 3 }, { B, 3 }, { B, 3 } }, lstm },
    { "lstm, reverse", { { B, T, 12 }, { 12, 3 }, { B, 3 }, { B, 3 } }, lstm_back },
    { "gru", { { B, T, 9 }, { 6, 3 }, { 3, 3 }, { B, 3 } }, gru },
    { "gru, reverse", { { B, T, 9 }, { 6, 3 }, { 3, 3 }, { B, 3 } }, gru_back },
    { "gru_after", { { B, T, 9 }, { 9, 3 }, { 9 }, { B, 3 } }, gru_after },
    { "shut, in a gru", { { B, 4, 9 }, { 6, 3 }, { 3, 3 }, { B, 3 } }, gru_shut },
    { "shut, in a reversed lstm", { { B, 4, 12 }, { 12, 3 }, { B, 3 }, { B, 3 } }, lstm_shut },
    { "gru_after, reverse, full", { { B, T, 9 }, { 9, 3 }, { 9 }, { B, 3 } }, gru_after_back },
};

enum { N_OP_CASES = sizeof op_cases / sizeof *op_cases };

static int n_inputs(const OpCase *c)
{
    int n = 0;
    while (n < MAX_IN && c->shape[n][0])
        n++;
    return n;
}

static int n_dims(const int *shape)
{
    int n = 0;
    while (n < 4 && shape[n])
        n++;
    return n;
}

/* Random inputs, with gradients, in an arena of the caller's. They are floats, so that both builds have the
 * same. */
static void op_inputs(const OpCase *c, Arena *arena, Tensor **x)
{
    Rng r = rng_new(7);
    for (int k = 0; k < n_inputs(c); k++) {
        x[k] = tensor_new(arena, n_dims(c->shape[k]), c->shape[k], true);
        for (size_t i = 0; i < tensor_len(x[k]); i++) {
            double v = 0.7 * rng_normal(&r);
            x[k]->val[i] = (real)(float)(v + (v > 0 ? c->shift : -c->shift));
        }
    }
}

/* The sum of the result times fixed random numbers, so that no element's gradient can hide; with `backward`,
 * gradients too. Inputs live outside the tape. *result (may be NULL): the op's own. */
static double op_loss(const OpCase *c, Tape *t, Tensor **x, bool backward, Tensor **result)
{
    tape_reset(t);
    t->recording = true;
    t->training = true;
    Tensor *y = c->build(t, x);
    Tensor *weights = tensor_new(t->batch, y->n_dim, y->dim, false);
    for (size_t i = 0; i < tensor_len(y); i++)
        weights->val[i] = (real)(float)((double)(rng_hash(99, i) >> 11) / 9007199254740992.0 + 0.5);
    Tensor *loss = op_sum(t, op_mul(t, y, weights));
    if (backward)
        tape_backward(t, loss);
    if (result)
        *result = y;
    return (double)loss->val[0];
}

#endif
