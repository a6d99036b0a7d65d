/* test_norms_double.c -- weights times the length of what they bring in, against the formula written out with
 * plain loops over the parameters by name, for every score and place, several heads and Transformers.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "model/norms.h"
#include "search/maps.h"
#include "small_search.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { N = 4, LONGEST = 6, MOST = 32 };

/* y = columns [from, from + I) of a matrix by name, times x, plus its bias if there is one. */
static void product(const Model *m, const char *name, const char *bias, int from, int I, const double *x,
                    double *y)
{
    const Param *w = params_find(m->params, name), *b = bias ? params_find(m->params, bias) : NULL;
    assert_non_null(w);
    const int O = w->tensor.dim[0], columns = w->tensor.dim[1];
    assert_true(from + I <= columns);
    for (int o = 0; o < O; o++) {
        y[o] = b ? b->tensor.val[o] : 0;
        for (int i = 0; i < I; i++)
            y[o] += w->tensor.val[o * columns + from + i] * x[i];
    }
}

static int rows_of(const Model *m, const char *name)
{
    return params_find(m->params, name)->tensor.dim[0];
}

/* ---- f, written out: what head `head` brings from a memory vector x of D numbers; how many numbers ---- */

static int transformer_value(const Model *m, int layer, int head, const double *x, int D, double *f)
{
    char memory[80], bias[80], out[80];
    double kv[2 * MOST];
    snprintf(memory, sizeof memory, "decoder.%d.cross.memory", layer);
    snprintf(bias, sizeof bias, "decoder.%d.cross.memory_bias", layer);
    snprintf(out, sizeof out, "decoder.%d.cross.out", layer);
    const int width = m->config.decoder.hidden, d = width / m->config.decoder.heads;
    product(m, memory, bias, 0, D, x, kv);
    product(m, out, NULL, head * d, d, kv + width + head * d, f);
    return width;
}

static int context_value(const Model *m, int head, const double *x, int D, double *f)
{
    double kv[2 * MOST];
    const int heads = m->config.attention.heads;
    if (strcmp(m->config.attention.score, "multi-head") != 0) {
        memcpy(f, x, (size_t)D * sizeof *f);
        return D;
    }
    const int A = rows_of(m, "attention.memory") / 2, d = A / heads;
    product(m, "attention.memory", NULL, 0, D, x, kv);
    product(m, "attention.out", NULL, head * d, d, kv + A + head * d, f);
    return D;
}

static int recurrent_value(const Model *m, int head, const double *x, int D, double *f)
{
    double c[MOST];
    const bool before = !strcmp(m->config.attention.place, "before"),
               readout = !strcmp(m->config.decoder.readout, "tanh");
    context_value(m, head, x, D, c);
    if (before && readout) {
        memcpy(f, c, (size_t)D * sizeof *f);
        return D;
    }
    const char *name = readout ? "decoder.readout" : "decoder.from_context";
    product(m, name, NULL, readout ? m->config.decoder.hidden : 0, D, c, f);
    return rows_of(m, name);
}

static int value(const Model *m, int layer, int head, const double *x, int D, double *f)
{
    if (!strcmp(m->config.type, "transformer"))
        return transformer_value(m, layer, head, x, D, f);
    return recurrent_value(m, head, x, D, f);
}

/* ---- against ours ---- */

/* The encoder's output [B,S,D]: kept by a state that is recorded. */
static Tensor *memory_of(const Model *m, const Batch *b)
{
    tape_reset(tape);
    tape->recording = true, tape->training = false;
    Tensor *x = state_get(model_encode(m, tape, b, NULL), "memory");
    return tensor_of(inputs, x->val, 3, x->dim);
}

static double length(const double *f, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += f[i] * f[i];
    return sqrt(sum);
}

static size_t at(const Tensor *x, int r, int h, int t)
{
    return (((size_t)r * (size_t)x->dim[1] + (size_t)h) * (size_t)x->dim[2] + (size_t)t) * (size_t)x->dim[3];
}

static void compare(const double *wanted, const real *ours, int len, int S, const char *name)
{
    double sum = 0;
    for (int s = 0; s < len; s++)
        sum += wanted[s];
    for (int s = 0; s < S; s++)
        if (!(fabs((s < len ? wanted[s] / sum : 0) - ours[s]) < 1e-11))
            fail_msg("%s: %.15g where the formula says %.15g", name, ours[s], s < len ? wanted[s] / sum : 0);
}

static void check_row(const Model *m, const Tensor *memory, int layer, const Tensor *w, const NormMaps *ours,
                      int b, int t, int len, const char *name)
{
    enum { HEADS = 4, PLACES = LONGEST + 2 };
    const int H = w->dim[1], S = w->dim[3], D = memory->dim[2];
    double each[HEADS][PLACES] = { 0 }, together[PLACES] = { 0 }, f[4 * MOST];
    for (int s = 0; s < len; s++) {
        const double *x = memory->val + (b * memory->dim[1] + s) * D;
        double sum[4 * MOST] = { 0 };
        for (int h = 0; h < H; h++) {
            const double weight = w->val[at(w, b, h, t) + (size_t)s];
            const int n = value(m, layer, h, x, D, f);
            each[h][s] = weight * length(f, n);
            for (int i = 0; i < n; i++)
                sum[i] += weight * f[i];
        }
        together[s] = length(sum, 4 * MOST);
    }
    const Tensor *x = ours->each.layer[layer], *y = ours->together.layer[layer];
    for (int h = 0; h < H; h++)
        compare(each[h], x->val + at(x, b, h, t), len, S, name);
    compare(together, y->val + at(y, b, 0, t), len, S, name);
}

static void check_model(Model *m, const char *name)
{
    arena_rewind(inputs, 0);
    if (!m->has_attention || !strcmp(m->config.type, "memory")) /* whose values are in test_memory.c */
        return;
    const Batch *b = small_batch(inputs, m, N, LONGEST, 5);
    const Tensor *memory = memory_of(m, b);
    ForcedPass f = search_look(searcher, m, b);
    NormMaps ours;
    tape_reset(tape);
    tape->recording = false;
    norms_of(m, tape, f.state, f.maps, &ours);
    assert_int_equal(ours.each.n_layers, f.maps->cross.n_layers);
    for (int l = 0; l < ours.each.n_layers; l++)
        for (int i = 0; i < N; i++)
            for (int t = 0; t < b->target_len[i]; t++)
                check_row(m, memory, l, f.maps->cross.layer[l], &ours, i, t, b->source_len[i], name);
}

static void test_formula(void **state)
{
    (void)state;
    small_check_all(check_model);
    small_check_case(&(SmallCase){ { "model.decoder.readout=none", "model.attention.place=before",
                                     "model.attention.score=multi-head", "model.attention.heads=2" } },
                     check_model);
}

/* Where no value has a length the weights themselves are left. */
static void test_nothing(void **state)
{
    (void)state;
    arena_rewind(inputs, 0);
    Model *m = small_model(&small_transformers[0], SMALL_WORDS, 3);
    const Param *out = params_find(m->params, "decoder.0.cross.out");
    memset(out->tensor.val, 0, tensor_len(&out->tensor) * sizeof(real));
    params_changed(m->params);
    ForcedPass f = search_look(searcher, m, small_batch(inputs, m, N, LONGEST, 5));
    NormMaps ours;
    tape_reset(tape);
    norms_of(m, tape, f.state, f.maps, &ours);
    const Tensor *w = f.maps->cross.layer[0];
    assert_memory_equal(ours.each.layer[0]->val, w->val, tensor_len(w) * sizeof *w->val);
    const Tensor *mean = maps_summary(f.maps, tape), *y = ours.together.layer[0];
    assert_false(small_differs(y->val, mean->val, tensor_len(y), 1e-14));
    model_free(m);
}

static void check_same(const HeadMaps *found, const LayerMaps *forced, const char *name)
{
    const size_t n = (size_t)found->rows * (size_t)found->columns;
    for (int l = 0; l < forced->n_layers; l++) {
        const Tensor *x = forced->layer[l];
        assert_int_equal(x->dim[1], found->heads);
        for (int h = 0; h < found->heads; h++)
            if (memcmp(found->weights + (size_t)(l * found->heads + h) * n, x->val + at(x, 0, h, 0),
                       n * sizeof(real)) != 0)
                fail_msg("%s: norms of what was found are not those of a forced pass", name);
    }
}

/* Norms of what was found are those of a forced pass over it alone. */
static void check_found(Model *m, const char *name)
{
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    const Batch *b = small_batch(inputs, m, N, LONGEST, 5);
    const Model *const models[] = { m };
    SearchOptions o = search_default();
    o.n_best = 2;
    Found found[N];
    search_run(searcher, models, 1, b, &o, results, found);
    search_maps(searcher, models, 1, b, MAPS_NORMS, results, found);
    for (int i = 0; i < N; i++)
        for (int k = 0; k < found[i].n_hyp; k++) {
            const Hypothesis *h = &found[i].hyp[k];
            Batch *one = batch_pick(b, &i, 1, inputs);
            batch_add_targets(one, (const int *[]){ h->ids }, &h->n, inputs);
            ForcedPass f = search_look(searcher, m, one);
            NormMaps n;
            tape_reset(tape);
            norms_of(m, tape, f.state, f.maps, &n);
            assert_int_equal(h->norms.layers, n.each.n_layers);
            check_same(&h->norms, &n.each, name);
            check_same(&h->norms_together, &n.together, name);
        }
}

static void test_found(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof small_transformers / sizeof *small_transformers; i++)
        small_check_case(&small_transformers[i], check_found);
    small_check_pair("additive", "gru", check_found);
    small_check_pair("multi-head", "lstm", check_found);
    small_check_pair("none", "gru", check_found);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_formula),
        cmocka_unit_test(test_nothing),
        cmocka_unit_test(test_found),
    };
    return cmocka_run_group_tests(tests, small_search_begin, small_search_end);
}
