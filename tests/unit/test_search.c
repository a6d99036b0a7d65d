/* test_search.c -- searching as users do, in float: decoding in pieces gives the bits of decoding at once
 * (property 2); the attention of what was found is that of a forced pass over it (property 4); a sentence's
 * output has the same bits for any batch and any number of threads (property 5); drawing words; picking rows
 * of a state.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "compute/compute.h"
#include "search/maps.h"
#include "search/sample.h"
#include "small_search.h"

#include <cmocka.h> /* last: it has a macro called fail */

static const SmallCase usual = { { "model.attention.score=additive" } };
/* Wide enough that products and loops are shared between threads. */
static const SmallCase wide = { { "model.encoder.hidden=96", "model.decoder.hidden=96",
                                  "model.encoder.embedding=64", "model.decoder.embedding=64",
                                  "data.max_length=60" } };

static void forget(void)
{
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
}

/* ---- property 2 ---- */

/* Several heads are asked in another way by one query than by many (op_multi_head.c). */
static double rounding(const Model *m)
{
    bool self_attention = m->kind->packs_at_use; /* Transformers */
    return self_attention || !strcmp(m->config.attention.score, "multi-head") ? 1e-5 : 0;
}

static void check_steps(Model *m, const char *name)
{
    forget();
    const Batch *b = small_batch(inputs, m, 5, 9, 4);
    for (int length = 1; length <= 4; length += 3) {
        const char *what = small_steps_differ(m, tape, b, length, rounding(m), NULL);
        if (what)
            fail_msg("%s: %s is another when decoding %d at a time", name, what, length);
    }
}

static void test_steps(void **state)
{
    (void)state;
    small_check_all(check_steps);
    small_check_case(&wide, check_steps);
}

/* ---- property 4 ---- */

static void check_rows(const Hypothesis *h, int S, const char *name)
{
    for (int t = 0; t <= h->n; t++) {
        double sum = 0;
        for (int s = 0; s < S; s++) {
            double w = (double)h->weights[t * S + s];
            if (!(w >= 0))
                fail_msg("%s: a weight of %g", name, w);
            sum += w;
        }
        if (fabs(sum - 1) > 1e-5)
            fail_msg("%s: attention sums to %.8f", name, sum);
    }
}

static void check_forced(const Hypothesis *found, const Hypothesis *forced, int S, const char *name)
{
    size_t n = (size_t)found->n + 1;
    if (found->n != forced->n || memcmp(found->ids, forced->ids, n * sizeof *found->ids) != 0)
        fail_msg("%s: a forced pass over other words", name);
    for (size_t k = 0; k < n; k++)
        if (!(fabs(found->word_scores[k] - forced->word_scores[k]) <= 1e-5))
            fail_msg("%s: a forced pass gives another score", name);
    if (!found->weights != !forced->weights)
        fail_msg("%s: attention from one way of decoding alone", name);
    if (!found->weights)
        return;
    if (small_differs(found->weights, forced->weights, n * (size_t)S, 1e-5))
        fail_msg("%s: a forced pass looks elsewhere", name);
    check_rows(found, S, name);
}

/* In the tensors themselves: rows of n keys sum to 1, and what lies beyond the true length gets exactly 0. */
static void check_map(const Tensor *w, const int *keys, const int *rows, bool causal, const char *name)
{
    int H = w->dim[1], T = w->dim[2], S = w->dim[3];
    for (int i = 0; i < w->dim[0] * H * T; i++) {
        int b = i / (H * T), t = i % T, n = causal ? t + 1 : keys[b];
        double sum = 0;
        for (int s = 0; s < n; s++)
            sum += (double)w->val[(size_t)i * (size_t)S + (size_t)s];
        if (t < rows[b] && !(fabs(sum - 1) <= 1e-5))
            fail_msg("%s: a row of attention sums to %g", name, sum);
        for (int s = n; s < S; s++)
            if (memcmp(&w->val[(size_t)i * (size_t)S + (size_t)s], &(real){ 0 }, sizeof(real)) != 0)
                fail_msg("%s: padding gets attention", name);
    }
}

static void check_padding(const Model *m, const Batch *b, const char *name)
{
    ForcedPass f = search_look(searcher, m, b);
    const Maps *maps = f.maps;
    assert_int_equal(maps->cross.n_layers > 0, m->has_attention);
    for (int i = 0; i < maps->cross.n_layers; i++)
        check_map(maps->cross.layer[i], b->source_len, b->target_len, false, name);
    for (int i = 0; i < maps->encoder.n_layers; i++)
        check_map(maps->encoder.layer[i], b->source_len, b->source_len, false, name);
    for (int i = 0; i < maps->decoder.n_layers; i++)
        check_map(maps->decoder.layer[i], b->target_len, b->target_len, true, name);
}

static void check_attention(Model *m, const char *name)
{
    enum { N = 4 };
    forget();
    Batch *b = small_batch(inputs, m, N, 6, 5);
    SearchOptions o = search_default();
    Found found[N], forced[N];
    search_run(searcher, (const Model *[]){ m }, 1, b, &o, results, found);
    const int *ids[N];
    int lens[N];
    for (int i = 0; i < N; i++)
        ids[i] = found[i].hyp[0].ids, lens[i] = found[i].hyp[0].n;
    batch_add_targets(b, ids, lens, inputs);
    search_force(searcher, (const Model *[]){ m }, 1, b, results, forced);
    for (int i = 0; i < N; i++) {
        assert_int_equal(found[i].S, b->source_len[i]);
        assert_int_equal(forced[i].S, b->source_len[i]);
        check_forced(&found[i].hyp[0], &forced[i].hyp[0], found[i].S, name);
    }
    check_padding(m, b, name);
}

static void test_attention(void **state)
{
    (void)state;
    small_check_all(check_attention);
}

/* ---- maps of what was found ---- */

/* One layer and head of a map against the tensor of a forced pass over that hypothesis alone. */
static void check_head(const HeadMaps *m, int layer, int head, const Tensor *x, const char *name)
{
    size_t n = (size_t)m->columns, W = (size_t)x->dim[3], rows = (size_t)m->rows, H = (size_t)m->heads;
    const real *w = m->weights + ((size_t)layer * H + (size_t)head) * rows * n,
               *look = x->val + (size_t)head * (size_t)x->dim[2] * W;
    assert_int_equal(x->dim[1], m->heads);
    assert_true(x->dim[2] >= m->rows && x->dim[3] >= m->columns);
    for (size_t t = 0; t < rows; t++)
        if (memcmp(w + t * n, look + t * W, n * sizeof *w) != 0)
            fail_msg("%s: a map that a forced pass does not give", name);
    for (int t = 0; t < m->rows; t++) {
        double sum = 0;
        for (int s = 0; s < m->columns; s++)
            sum += (double)w[t * m->columns + s];
        if (!(fabs(sum - 1) <= 1e-5))
            fail_msg("%s: a row of a head sums to %.8f", name, sum);
    }
}

static void check_kind(const Model *m, const Hypothesis *h, MapKind kind, const LayerMaps *look,
                       const char *name)
{
    HeadCount n = maps_count(m, kind);
    assert_int_equal(h->maps[kind].layers, look->n_layers);
    assert_int_equal(n.layers, look->n_layers);
    if (look->n_layers)
        assert_int_equal(n.heads, look->layer[0]->dim[1]);
    for (int l = 0; l < look->n_layers; l++)
        for (int k = 0; k < h->maps[kind].heads; k++)
            check_head(&h->maps[kind], l, k, look->layer[l], name);
}

static void check_hypothesis(const Model *m, const Batch *b, int sentence, const Hypothesis *h,
                             const char *name)
{
    Batch *one = batch_pick(b, &sentence, 1, inputs);
    batch_add_targets(one, (const int *[]){ h->ids }, &h->n, inputs);
    ForcedPass f = search_look(searcher, m, one);
    check_kind(m, h, MAP_CROSS, &f.maps->cross, name);
    check_kind(m, h, MAP_ENCODER, &f.maps->encoder, name);
    check_kind(m, h, MAP_DECODER, &f.maps->decoder, name);
    const Tensor *mean = maps_summary(f.maps, tape);
    assert_int_equal(mean != NULL, h->weights != NULL);
    size_t n = ((size_t)h->n + 1) * (size_t)one->S;
    if (mean && small_differs(mean->val, h->weights, n, 1e-6))
        fail_msg("%s: the one map is not the mean over heads", name);
}

static void check_maps_of(const Model *m, const Batch *b, const SearchOptions *o, const char *name)
{
    enum { N = 4 };
    Found found[N], plain[N];
    assert_true(search_run(searcher, &m, 1, b, o, results, plain));
    assert_true(search_run(searcher, &m, 1, b, o, results, found));
    assert_true(search_maps(searcher, &m, 1, b, MAPS_ALL, results, found));
    for (int i = 0; i < N; i++)
        for (int k = 0; k < found[i].n_hyp; k++) {
            const Hypothesis *h = &found[i].hyp[k];
            size_t n = (size_t)h->n + 1;
            assert_int_equal(h->n, plain[i].hyp[k].n);
            assert_memory_equal(h->ids, plain[i].hyp[k].ids, (n - 1) * sizeof *h->ids);
            assert_memory_equal(h->word_scores, plain[i].hyp[k].word_scores, n * sizeof *h->word_scores);
            check_hypothesis(m, b, i, h, name);
        }
    assert_true(search_maps(searcher, &m, 1, b, MAPS_ONE, results, plain));
    for (int i = 0; i < N; i++) {
        const Hypothesis *h = &plain[i].hyp[0];
        size_t n = ((size_t)h->n + 1) * (size_t)plain[i].S;
        assert_int_equal(h->maps[MAP_CROSS].layers, 0);
        assert_int_equal(h->weights != NULL, m->has_attention);
        if (h->weights && small_differs(h->weights, found[i].hyp[0].weights, n, 0))
            fail_msg("%s: the one map differs with the others wanted", name);
    }
}

/* Beam, greedy, sampling and a forced beginning. */
static void check_maps(Model *m, const char *name)
{
    forget();
    tape_reset(tape);
    const Batch *b = small_batch(inputs, m, 4, 6, 5);
    SearchOptions beam = search_default(), greedy = beam, draw = beam, prefix = beam;
    beam.beam = beam.n_best = 3;
    greedy.beam = draw.beam = 1, draw.sample = true;
    draw.keys = (const uint64_t[]){ 1, 2, 3, 4 };
    const int words[] = { 4, 5 }, *const begin[] = { words, words, words, words };
    prefix.prefix = begin, prefix.prefix_len = (const int[]){ 0, 1, 2, 2 };
    check_maps_of(m, b, &beam, name);
    check_maps_of(m, b, &greedy, name);
    check_maps_of(m, b, &draw, name);
    check_maps_of(m, b, &prefix, name);
}

static void test_maps(void **state)
{
    (void)state;
    small_check_all(check_maps);
}

/* An ensemble's maps are the first model's, or the mean of single ones; its one map is the mean. */
static void test_maps_of_two(void **state)
{
    (void)state;
    forget();
    for (int variant = 0; variant < 2; variant++) {
        const SmallCase *c = variant ? &small_transformers[1] : &usual;
        const Model *m[2] = { small_model(c, SMALL_WORDS, 3), small_model(c, SMALL_WORDS, 4) };
        const Batch *b = small_batch(inputs, m[0], 4, 6, 5);
        Found all[4], one[2][4];
        search_force(searcher, m, 2, b, results, all);
        search_maps(searcher, m, 2, b, MAPS_ALL, results, all);
        for (int i = 0; i < 2; i++) {
            search_force(searcher, &m[i], 1, b, results, one[i]);
            search_maps(searcher, &m[i], 1, b, MAPS_ALL, results, one[i]);
        }
        for (int i = 0; i < 4; i++) {
            const HeadMaps *x = &all[i].hyp[0].maps[MAP_CROSS], *y = &one[0][i].hyp[0].maps[MAP_CROSS],
                           *z = &one[1][i].hyp[0].maps[MAP_CROSS];
            size_t n = (size_t)x->rows * (size_t)x->columns;
            for (size_t k = 0; k < n; k++) {
                double mean = ((double)one[0][i].hyp[0].weights[k] + (double)one[1][i].hyp[0].weights[k]) / 2,
                       head = variant ? (double)y->weights[k]
                                      : ((double)y->weights[k] + (double)z->weights[k]) / 2;
                assert_true(fabs((double)all[i].hyp[0].weights[k] - mean) < 1e-6);
                assert_true(fabs((double)x->weights[k] - head) < 1e-6);
            }
        }
        model_free((Model *)m[0]);
        model_free((Model *)m[1]);
    }
}

/* ---- property 5 ---- */

enum { SENTENCES = 7 };

typedef struct {
    const int **ids;
    int lens[SENTENCES];
    uint64_t keys[SENTENCES];
} Text;

static Text text_of(const Model *m, int longest)
{
    Rng r = rng_new(8);
    Text t;
    t.ids = small_sentences(inputs, m->source, SENTENCES, longest, &r, t.lens);
    for (int i = 0; i < SENTENCES; i++)
        t.keys[i] = rng_hash(4, (uint64_t)i);
    return t;
}

static Found *search_in_batches(const Model *m, const Text *t, SearchOptions o, int size, int threads)
{
    Found *all = arena_array(results, Found, SENTENCES);
    threads_set(threads);
    for (int i = 0; i < SENTENCES; i += size) {
        int n = SENTENCES - i < size ? SENTENCES - i : size;
        const Batch *b = batch_sources(t->ids + i, t->lens + i, n, (SourceMarks){ 0 }, inputs);
        o.keys = t->keys + i;
        search_run(searcher, &m, 1, b, &o, results, all + i);
    }
    threads_set(1);
    return all;
}

static bool same_bits(const Hypothesis *g, const Hypothesis *h, int S)
{
    size_t n = (size_t)g->n + 1;
    return g->n == h->n && !memcmp(g->ids, h->ids, n * sizeof *g->ids) &&
           !memcmp(&g->score, &h->score, sizeof g->score) &&
           !memcmp(&g->normalized, &h->normalized, sizeof g->normalized) &&
           !memcmp(g->word_scores, h->word_scores, n * sizeof *g->word_scores) &&
           !g->weights == !h->weights &&
           (!g->weights || !memcmp(g->weights, h->weights, n * (size_t)S * sizeof *g->weights));
}

static void check_same(const Found *x, const Found *y, const char *name, int size, int threads)
{
    for (int i = 0; i < SENTENCES; i++) {
        assert_int_equal(x[i].n_hyp, y[i].n_hyp);
        assert_int_equal(x[i].S, y[i].S);
        for (int k = 0; k < x[i].n_hyp; k++)
            if (!same_bits(&x[i].hyp[k], &y[i].hyp[k], x[i].S))
                fail_msg("%s: sentence %d differs in batches of %d with %d threads", name, i, size, threads);
    }
}

static void check_batches_with(const Model *m, const char *name, SearchOptions o, int longest)
{
    static const int sizes[] = { 1, 3, 7 };
    forget();
    Text t = text_of(m, longest);
    const Found *first = search_in_batches(m, &t, o, 1, 1);
    for (int threads = 1; threads <= 2; threads++)
        for (int i = 0; i < 3; i++)
            check_same(first, search_in_batches(m, &t, o, sizes[i], threads), name, sizes[i], threads);
}

static void check_batches(Model *m, const char *name)
{
    SearchOptions o = search_default();
    o.n_best = o.beam = 3;
    check_batches_with(m, name, o, 8);
}

static void test_batches(void **state)
{
    (void)state;
    small_check_all(check_batches);
}

static void test_batches_wide(void **state)
{
    (void)state;
    SearchOptions beam = search_default(), draw = search_default();
    beam.n_best = beam.beam = 3;
    draw.beam = 1, draw.sample = true;
    Model *m = small_model(&wide, 200, 6);
    check_batches_with(m, "beam", beam, 18);
    check_batches_with(m, "sampling", draw, 18);
    model_free(m);
}

/* A forced pass, likewise. */
static void test_forced_batches(void **state)
{
    (void)state;
    forget();
    Model *m = small_model(&wide, 200, 6);
    const Model *models[] = { m };
    const Batch *b = small_batch(inputs, m, SENTENCES, 40, 3);
    Found all[SENTENCES], one;
    threads_set(2);
    search_force(searcher, models, 1, b, results, all);
    threads_set(1);
    for (int i = 0; i < SENTENCES; i++) {
        const int *source = b->source + i * b->S, *target = b->target_out + i * b->T;
        Batch *single =
            batch_sources(&source, (int[]){ b->source_len[i] - 1 }, 1, (SourceMarks){ 0 }, inputs);
        batch_add_targets(single, &target, (int[]){ b->target_len[i] - 1 }, inputs);
        search_force(searcher, models, 1, single, results, &one);
        assert_true(same_bits(&one.hyp[0], &all[i].hyp[0], one.S));
    }
    model_free(m);
}

/* ---- drawing words ---- */

static void check_frequencies(int top_k, double top_p, double temperature, const double *expected)
{
    enum { DRAWS = 20000, V = 6 };
    const double p[V] = { 0.15, 0, 0.5, 0.25, 0.02, 0.08 };
    real log_probs[V];
    int count[V] = { 0 };
    for (int v = 0; v < V; v++)
        log_probs[v] = p[v] > 0 ? (real)log(p[v]) : -INFINITY;
    Rng r = rng_new(21);
    for (int i = 0; i < DRAWS; i++)
        count[sample_word(log_probs, V, top_k, top_p, temperature, &r, inputs)]++;
    for (int v = 0; v < V; v++) {
        double want = expected[v] * DRAWS, deviation = sqrt(want * (1 - expected[v]));
        if (fabs(count[v] - want) > 4 * deviation)
            fail_msg("word %d drawn %d times, expected %.0f (k %d, p %g, temperature %g)", v, count[v], want,
                     top_k, top_p, temperature);
    }
}

static void test_frequencies(void **state)
{
    (void)state;
    const double squares = 0.15 * 0.15 + 0.25 + 0.0625 + 0.0004 + 0.0064;
    check_frequencies(0, 1, 1, (double[]){ 0.15, 0, 0.5, 0.25, 0.02, 0.08 });
    check_frequencies(2, 1, 1, (double[]){ 0, 0, 2. / 3, 1. / 3, 0, 0 });
    check_frequencies(1, 1, 1, (double[]){ 0, 0, 1, 0, 0, 0 });
    check_frequencies(99, 1, 1, (double[]){ 0.15, 0, 0.5, 0.25, 0.02, 0.08 });
    check_frequencies(0, 0.8, 1, (double[]){ 0.15 / 0.9, 0, 0.5 / 0.9, 0.25 / 0.9, 0, 0 });
    check_frequencies(0, 0.4, 1, (double[]){ 0, 0, 1, 0, 0, 0 });
    check_frequencies(0, 1, 0.5,
                      (double[]){ 0.15 * 0.15 / squares, 0, 0.25 / squares, 0.0625 / squares,
                                  0.0004 / squares, 0.0064 / squares });
    check_frequencies(0, 1, 0, (double[]){ 0, 0, 1, 0, 0, 0 });
    check_frequencies(0, 1, 1e-9, (double[]){ 0, 0, 1, 0, 0, 0 });
}

static Found draw_one(const Model *m, const Batch *b, double temperature, uint64_t key)
{
    SearchOptions o = search_default();
    o.beam = 1, o.sample = true, o.temperature = temperature, o.keys = &key;
    Found f;
    search_run(searcher, &m, 1, b, &o, results, &f);
    return f;
}

static void test_drawing(void **state)
{
    (void)state;
    forget();
    Model *m = small_model(&usual, SMALL_WORDS, 2);
    const Batch *b =
        batch_sources((const int *[]){ (int[]){ 4, 5, 6 } }, (int[]){ 3 }, 1, (SourceMarks){ 0 }, inputs);
    SearchOptions o = search_default();
    o.beam = 1;
    Found greedy, first = draw_one(m, b, 1, 0);
    search_run(searcher, (const Model *[]){ m }, 1, b, &o, results, &greedy);
    int n_other = 0;
    for (uint64_t key = 0; key < 20; key++) {
        Found f = draw_one(m, b, 1, key), again = draw_one(m, b, 1, key), cold = draw_one(m, b, 0, key);
        assert_true(same_bits(&f.hyp[0], &again.hyp[0], f.S));
        assert_true(same_bits(&greedy.hyp[0], &cold.hyp[0], cold.S));
        n_other += !same_bits(&first.hyp[0], &f.hyp[0], f.S);
        check_rows(&f.hyp[0], f.S, "drawn");
    }
    assert_true(n_other >= 10);
    model_free(m);
}

/* ---- lengths ---- */

/* The end of sentence comes neither before the least number of words nor after the greatest. */
static void test_lengths(void **state)
{
    (void)state;
    forget();
    Model *m = small_model(&usual, SMALL_WORDS, 2);
    const Batch *b =
        batch_sources((const int *[]){ (int[]){ 4, 5, 6 } }, (int[]){ 3 }, 1, (SourceMarks){ 0 }, inputs);
    for (int beam = 1; beam <= 8; beam += 7) /* 8: the end is among the first words */
        for (int least = 0; least <= 12; least++) {
            SearchOptions o = search_default();
            o.beam = o.n_best = beam, o.length_factor = 1, o.min_length = least;
            Found f;
            search_run(searcher, (const Model *[]){ m }, 1, b, &o, results, &f);
            for (int i = 0; i < f.n_hyp; i++)
                assert_in_range(f.hyp[i].n, least < 10 ? least : 10, 10);
        }
    model_free(m);
}

/* ---- rows of a state ---- */

static Tensor *numbered(int rows, int width, int from)
{
    Tensor *x = tensor_new(inputs, 2, (int[]){ rows, width }, false);
    for (int i = 0; i < rows * width; i++)
        x->val[i] = (real)(from + i);
    return x;
}

static State *numbered_state(void)
{
    State *s = state_new(inputs, 3, 9, (int[]){ 9, 1, 4 });
    state_set(s, "memory", numbered(3, 2, 100), false);
    state_set(s, "h", numbered(3, 2, 0), true);
    return s;
}

static void check_rows_are(const Tensor *x, int n, const int *rows, int from)
{
    assert_int_equal(x->dim[0], n);
    for (int i = 0; i < n; i++)
        for (int j = 0; j < 2; j++)
            assert_true(x->val[i * 2 + j] == (real)(from + rows[i] * 2 + j));
}

static void test_state(void **state)
{
    (void)state;
    forget();
    State *s = numbered_state();
    static const int widen[] = { 0, 0, 1, 1, 2, 2 };
    state_pick(s, widen, 6, inputs);
    assert_int_equal(s->K, 2);
    assert_int_equal(s->B, 3);
    check_rows_are(state_get(s, "h"), 6, widen, 0);
    check_rows_are(state_get(s, "memory"), 3, (int[]){ 0, 1, 2 }, 100);
    state_set(s, "h", numbered(6, 2, 0), true);
    static const int turn[] = { 1, 0, 3, 3, 4, 5 };
    state_pick(s, turn, 6, inputs);
    check_rows_are(state_get(s, "h"), 6, turn, 0);
    state_set(s, "h", numbered(6, 2, 0), true);
    state_keep(s, (int[]){ 0, 2 }, 2, inputs);
    assert_int_equal(s->B, 2);
    assert_int_equal(s->K, 2);
    assert_int_equal(s->S, 9);
    assert_int_equal(s->lengths[0], 9);
    assert_int_equal(s->lengths[1], 4);
    check_rows_are(state_get(s, "h"), 4, (int[]){ 0, 1, 4, 5 }, 0);
    check_rows_are(state_get(s, "memory"), 2, (int[]){ 0, 2 }, 100);
    state_pick(s, (int[]){ 1, 3 }, 2, inputs);
    assert_int_equal(s->K, 1);
    check_rows_are(state_get(s, "h"), 2, (int[]){ 1, 5 }, 0);
}

/* Setting a slot again replaces it; the lengths are the state's own. */
static void test_state_slots(void **state)
{
    (void)state;
    forget();
    int lengths[] = { 2, 3 };
    State *s = state_new(inputs, 2, 3, lengths);
    lengths[0] = 77;
    assert_int_equal(s->lengths[0], 2);
    Tensor *x = numbered(2, 2, 0), *y = numbered(2, 2, 4);
    state_set(s, "x", x, true);
    state_set(s, "x", y, true);
    assert_int_equal(s->n_slots, 1);
    assert_ptr_equal(state_get(s, "x"), y);
}

static int begin(void **state)
{
    threads_set(1);
    return small_search_begin(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_steps),          cmocka_unit_test(test_attention),
        cmocka_unit_test(test_maps),           cmocka_unit_test(test_maps_of_two),
        cmocka_unit_test(test_batches),        cmocka_unit_test(test_batches_wide),
        cmocka_unit_test(test_forced_batches), cmocka_unit_test(test_frequencies),
        cmocka_unit_test(test_drawing),        cmocka_unit_test(test_state),
        cmocka_unit_test(test_state_slots),    cmocka_unit_test(test_lengths),
    };
    return cmocka_run_group_tests(tests, begin, small_search_end);
}
