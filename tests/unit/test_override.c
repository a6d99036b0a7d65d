/* test_override.c -- attention changed inside a model: what is used and exported is what the editor made,
 * rows that it leaves alone and words before it keep their bits, and search, forced passes, maps, batches and
 * decoding in pieces agree on which row of which sentence is meant.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "compute/compute.h"
#include "search/maps.h"
#include "small_search.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { N = 6, LONGEST = 6, PLACES = LONGEST + 1 };

static void forget(void)
{
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    searcher_override(searcher, NULL);
}

/* ---- the editors by themselves ---- */

static const bool first_two[PLACES] = { true, true }, all_of_four[4] = { true, true, true, true };

static void check_edit(bool attend, const bool *chosen, const real *row, const double *wanted)
{
    real w[4];
    const Columns c = { .others = chosen };
    const ColumnEdit e = { 1, &c };
    memcpy(w, row, sizeof w);
    (attend ? override_attend : override_close)(&e, &(OverridePlace){ 0 }, 4, w);
    for (int s = 0; s < 4; s++)
        assert_true(fabs((double)w[s] - wanted[s]) < 1e-7);
}

static void test_editors(void **state)
{
    (void)state;
    const real row[] = { REAL(0.125), REAL(0.375), REAL(0.25), REAL(0.25) }, left[] = { 1, 0, 0, 0 },
               right[] = { 0, 0, 1, 0 };
    const double same[] = { 0.125, 0.375, 0.25, 0.25 };
    check_edit(false, first_two, row, (const double[]){ 0, 0, 0.5, 0.5 });
    check_edit(false, first_two, left, (const double[]){ 0, 0, 0.5, 0.5 });
    check_edit(false, first_two, right, (const double[]){ 0, 0, 1, 0 });
    check_edit(false, all_of_four, row, same);
    check_edit(false, NULL, row, same);
    check_edit(true, first_two, row, (const double[]){ 0.25, 0.75, 0, 0 });
    check_edit(true, first_two, right, (const double[]){ 0.5, 0.5, 0, 0 });
    check_edit(true, NULL, row, same);
    check_edit(true, (const bool[4]){ false }, row, same);
}

/* Which rows an editor is asked about. */
static void test_rows(void **state)
{
    (void)state;
    const bool *const rows[] = { NULL, first_two };
    const Columns c[] = { { .n_rows = 2, .rows = rows }, { .n_rows = 2, .rows = rows, .others = first_two } };
    const ColumnEdit e = { 2, c };
    for (int sentence = 0; sentence < 2; sentence++)
        for (int t = 0; t < 4; t++) {
            real w[4] = { 0, 0, 0, 1 };
            override_attend(&e, &(OverridePlace){ .sentence = sentence, .t = t }, 4, w);
            bool edited = t == 1 || (t > 1 && sentence == 1);
            assert_true((w[0] > 0) == edited && (w[3] > 0) == !edited);
        }
}

/* ---- in the op ---- */

static void to_one(const void *context, int row, int head, int t, int n, real *weights)
{
    const int *to = context;
    memset(weights, 0, (size_t)n * sizeof *weights);
    weights[to[(row + head + t) % 3] % n] = 1;
}

/* All weight on one key: its value comes out. B = 2, K = 2, S = 5 and 3. */
static void check_op(int T)
{
    const int to[] = { 1, 4, 0 }, lengths[] = { 5, 3 };
    enum { B = 2, K = 2, S = 5, D = 6, H = 2 };
    real q[B * K * 60 * D], kv[B * S * 2 * D];
    Rng r = rng_new(3);
    for (size_t i = 0; i < sizeof q / sizeof *q; i++)
        q[i] = (real)rng_normal(&r);
    for (size_t i = 0; i < sizeof kv / sizeof *kv; i++)
        kv[i] = (real)rng_normal(&r);
    tape_reset(tape);
    Tensor *queries = tape_input(tape, q, 3, (int[]){ B * K, T, D }),
           *memory = tape_input(tape, kv, 3, (int[]){ B, S, 2 * D }), *weights;
    const RowEdit e = { to_one, to };
    const Heads h = { D, H, .v_at = D, .lengths = lengths, .weights = &weights, .edit = &e };
    const Tensor *y = op_multi_head(tape, queries, memory, &h);
    for (int i = 0; i < B * K * T * H; i++) {
        int row = i / H / T, t = i / H % T, head = i % H, b = row / K;
        int s = to[(row + head + t) % 3] % lengths[b];
        const real *v = kv + (b * S + s) * 2 * D + D + head * (D / H);
        assert_memory_equal(y->val + (row * T + t) * D + head * (D / H), v, D / H * sizeof *v);
        for (int k = 0; k < S; k++)
            assert_true(weights->val[((row * H + head) * T + t) * S + k] == (real)(k == s));
    }
}

static void test_op(void **state)
{
    (void)state;
    check_op(1);
    check_op(3);
    check_op(60); /* more than a block of queries */
}

/* ---- in models ---- */

/* Of sentence b: its place b % length gets all weight, from target place b % 3 on. */
typedef struct {
    bool chosen[N][PLACES];
    const bool *rows[N][3];
    Columns columns[N];
    ColumnEdit edit;
    Override override;
} Example;

static void example_make(Example *x, const Batch *b, int first, int layer, int head)
{
    memset(x, 0, sizeof *x);
    for (int i = 0; i < b->B; i++) {
        x->chosen[i][(first + i) % b->source_len[i]] = true;
        x->columns[i] = (Columns){ (first + i) % 3, x->rows[i], x->chosen[i] };
    }
    x->edit = (ColumnEdit){ b->B, x->columns };
    x->override = (Override){ layer, head, override_attend, &x->edit };
}

static int first_edited(int sentence)
{
    return sentence % 3;
}

typedef struct {
    real *cross[MAP_LAYERS], *log_probs;
    int n_layers, H, T, S, V;
} Pass;

static real *kept(const Tensor *x)
{
    real *y = arena_array(results, real, tensor_len(x));
    return memcpy(y, x->val, tensor_len(x) * sizeof *y);
}

static Pass look(const Model *m, const Batch *b, const Override *o)
{
    searcher_override(searcher, o);
    ForcedPass f = search_look(searcher, m, b);
    Pass l = { .n_layers = f.maps->cross.n_layers, .V = tensor_last(f.log_probs), .T = b->T, .S = b->S };
    for (int i = 0; i < l.n_layers; i++)
        l.cross[i] = kept(f.maps->cross.layer[i]);
    l.H = l.n_layers ? f.maps->cross.layer[0]->dim[1] : 0;
    l.log_probs = kept(f.log_probs);
    searcher_override(searcher, NULL);
    return l;
}

static const real *row_of(const Pass *l, int layer, int b, int head, int t)
{
    return l->cross[layer] +
           (((size_t)b * (size_t)l->H + (size_t)head) * (size_t)l->T + (size_t)t) * (size_t)l->S;
}

static bool same_row(const Pass *x, const Pass *y, int layer, int b, int head, int t)
{
    return !memcmp(row_of(x, layer, b, head, t), row_of(y, layer, b, head, t), (size_t)x->S * sizeof(real));
}

static bool same_words(const Pass *x, const Pass *y, int b, int t)
{
    size_t at = ((size_t)b * (size_t)x->T + (size_t)t) * (size_t)x->V;
    return !memcmp(x->log_probs + at, y->log_probs + at, (size_t)x->V * sizeof(real));
}

static void check_one_row(const Pass *plain, const Pass *now, const Example *x, int layer, int b, int head,
                          int t, const char *name)
{
    bool edited = t >= first_edited(b) && (x->override.head < 0 || x->override.head == head) &&
                  (x->override.layer < 0 || x->override.layer == layer);
    const real *w = row_of(now, layer, b, head, t);
    double sum = 0;
    for (int s = 0; s < now->S; s++)
        sum += (double)w[s];
    if (!(fabs(sum - 1) < 1e-5))
        fail_msg("%s: an edited row sums to %g", name, sum);
    for (int s = 0; edited && s < now->S; s++)
        if (w[s] != (real)(s < PLACES && x->chosen[b][s]))
            fail_msg("%s: another row than the editor made", name);
    bool first =
        t < first_edited(b) || (!edited && layer == 0 && (t == first_edited(b) || now->n_layers > 1));
    if (first && !same_row(plain, now, layer, b, head, t))
        fail_msg("%s: row %d, before any edit, has changed", name, t);
}

/* A memory network (only_sentences) notices when it is made to look at another sentence, not at another word.
 */
static void check_rows(const Pass *plain, const Pass *now, const Example *x, const Batch *b,
                       bool only_sentences, const char *name)
{
    int n_changed = 0;
    for (int i = 0; i < b->B; i++)
        for (int t = 0; t < b->target_len[i]; t++) {
            for (int k = 0; k < now->n_layers * now->H; k++)
                check_one_row(plain, now, x, k / now->H, i, k % now->H, t, name);
            if (t < first_edited(i) && !same_words(plain, now, i, t))
                fail_msg("%s: the words before an edit have changed", name);
            n_changed += !same_words(plain, now, i, t);
        }
    if (n_changed < (only_sentences ? 1 : b->n_target / 3))
        fail_msg("%s: only %d of %d words have noticed", name, n_changed, b->n_target);
}

static void nothing(const void *context, const OverridePlace *place, int n, real *weights)
{
    (void)context, (void)place, (void)n, (void)weights;
}

static void check_model(Model *m, const char *name)
{
    forget();
    if (!m->has_attention)
        return;
    const Batch *b = small_batch(inputs, m, N, LONGEST, 5);
    Example x;
    example_make(&x, b, 0, -1, -1);
    Pass plain = look(m, b, NULL), idle = look(m, b, &(Override){ -1, -1, nothing, NULL }),
         now = look(m, b, &x.override);
    assert_memory_equal(plain.log_probs, idle.log_probs, (size_t)(b->B * b->T * plain.V) * sizeof(real));
    check_rows(&plain, &now, &x, b, !strcmp(m->config.type, "memory"), name);
}

static void test_models(void **state)
{
    (void)state;
    small_check_all(check_model);
}

/* Of three layers with four heads, one. */
static void test_one_head(void **state)
{
    (void)state;
    forget();
    Model *m = small_model(&small_transformers[1], SMALL_WORDS, 3);
    const Batch *b = small_batch(inputs, m, N, LONGEST, 5);
    Pass plain = look(m, b, NULL);
    for (int layer = -1; layer < 3; layer++)
        for (int head = -1; head < 4; head++) {
            Example x;
            example_make(&x, b, 0, layer, head);
            Pass now = look(m, b, &x.override);
            check_rows(&plain, &now, &x, b, false, "one head");
            for (int k = 0; layer > 0 && k < layer * 4; k++) /* layers before it know nothing */
                for (int t = 0; t < b->target_len[2]; t++)
                    assert_true(same_row(&plain, &now, k / 4, 2, k % 4, t));
        }
    model_free(m);
}

/* What a recurrent decoder is given is the encoder's output at the one place. */
static void check_context(Model *m, const char *name)
{
    forget();
    const Batch *b = small_batch(inputs, m, N, LONGEST, 5);
    Example x;
    example_make(&x, b, 0, -1, -1);
    searcher_override(searcher, &x.override);
    ForcedPass f = search_look(searcher, m, b);
    const Tensor *c = f.decoded.context, *memory = state_get(f.state, "memory");
    size_t D = (size_t)tensor_last(memory);
    for (int i = 0; i < b->B; i++)
        for (int t = first_edited(i); t < b->target_len[i]; t++) {
            const real *given = c->val + (size_t)(i * b->T + t) * D,
                       *chosen = memory->val + (size_t)(i * b->S + i % b->source_len[i]) * D;
            if (memcmp(given, chosen, D * sizeof *given) != 0)
                fail_msg("%s: the context is not what was looked at", name);
        }
}

static void test_context(void **state)
{
    (void)state;
    for (int i = 0; score_kinds[i]; i++)
        if (score_kinds[i]->attends && !score_kinds[i]->look)
            small_check_pair(score_kinds[i]->name, "gru", check_context);
}

/* ---- property 2 ---- */

static void check_steps(Model *m, const char *name)
{
    forget();
    if (!m->has_attention)
        return;
    const Batch *b = small_batch(inputs, m, N, LONGEST, 4);
    Example x;
    example_make(&x, b, 0, -1, -1);
    x.override.edit = override_close;
    bool other_sums = m->kind->packs_at_use || !strcmp(m->config.attention.score, "multi-head");
    for (int length = 1; length <= 4; length += 3) {
        const char *what = small_steps_differ(m, tape, b, length, other_sums ? 1e-5 : 0, &x.override);
        if (what)
            fail_msg("%s: %s is another when decoding %d at a time", name, what, length);
    }
}

static void test_steps(void **state)
{
    (void)state;
    small_check_all(check_steps);
}

/* ---- in search: beams that end at different times, sentences that leave the batch ---- */

static void check_hypothesis(const Hypothesis *found, const Hypothesis *forced, int S, const char *name)
{
    size_t n = (size_t)found->n + 1;
    const HeadMaps *x = &found->maps[MAP_CROSS], *y = &forced->maps[MAP_CROSS];
    for (size_t k = 0; k < n; k++)
        if (!(fabs(found->word_scores[k] - forced->word_scores[k]) <= 1e-5))
            fail_msg("%s: search and a forced pass are overridden differently", name);
    if (small_differs(found->weights, forced->weights, n * (size_t)S, 1e-5))
        fail_msg("%s: search and a forced pass look elsewhere", name);
    if (small_differs(x->weights, y->weights, (size_t)(x->layers * x->heads) * n * (size_t)S, 0))
        fail_msg("%s: maps of what was found and of a forced pass are overridden differently", name);
}

/* Hypotheses of a sentence as targets of a batch, one a sentence. */
static void add_targets(Batch *b, const Found *found, int rank)
{
    const int *ids[N];
    int lens[N];
    for (int i = 0; i < N; i++) {
        const Hypothesis *h = &found[i].hyp[rank < found[i].n_hyp ? rank : 0];
        ids[i] = h->ids, lens[i] = h->n;
    }
    batch_add_targets(b, ids, lens, inputs);
}

static void check_search(Model *m, const char *name)
{
    forget();
    if (!m->has_attention)
        return;
    Batch *b = small_batch(inputs, m, N, LONGEST, 5);
    Example x;
    example_make(&x, b, 0, -1, -1);
    SearchOptions o = search_default();
    o.n_best = o.beam = 3;
    Found found[N], forced[N];
    searcher_override(searcher, &x.override);
    search_run(searcher, (const Model *[]){ m }, 1, b, &o, results, found);
    search_maps(searcher, (const Model *[]){ m }, 1, b, MAPS_ALL, results, found);
    for (int rank = 0; rank < 3; rank++) {
        add_targets(b, found, rank);
        search_force(searcher, (const Model *[]){ m }, 1, b, results, forced);
        search_maps(searcher, (const Model *[]){ m }, 1, b, MAPS_ALL, results, forced);
        for (int i = 0; i < N; i++)
            if (rank < found[i].n_hyp)
                check_hypothesis(&found[i].hyp[rank], &forced[i].hyp[0], found[i].S, name);
    }
}

static void test_search(void **state)
{
    (void)state;
    small_check_all(check_search);
}

/* Greedy words before the edit, with their scores, are the same bits; some after it are not. */
static void check_greedy(Model *m, const char *name)
{
    forget();
    if (!m->has_attention)
        return;
    const Batch *b = small_batch(inputs, m, N, LONGEST, 5);
    Example x;
    example_make(&x, b, 0, -1, -1);
    SearchOptions o = search_default();
    o.beam = 1;
    Found plain[N], now[N];
    search_run(searcher, (const Model *[]){ m }, 1, b, &o, results, plain);
    searcher_override(searcher, &x.override);
    search_run(searcher, (const Model *[]){ m }, 1, b, &o, results, now);
    int n_changed = 0;
    for (int i = 0; i < N; i++) {
        const Hypothesis *g = &plain[i].hyp[0], *h = &now[i].hyp[0];
        for (int t = 0; t < first_edited(i) && t <= g->n; t++)
            if (t > h->n || g->ids[t] != h->ids[t] ||
                memcmp(&g->word_scores[t], &h->word_scores[t], sizeof *g->word_scores) != 0)
                fail_msg("%s: word %d comes before the edit and has changed", name, t);
        n_changed += g->n != h->n ||
                     memcmp(g->word_scores, h->word_scores, ((size_t)g->n + 1) * sizeof *g->word_scores) != 0;
    }
    if (n_changed == 0)
        fail_msg("%s: no output has noticed", name);
}

static void test_greedy(void **state)
{
    (void)state;
    small_check_all(check_greedy);
}

/* ---- property 5 ---- */

static void check_alone(Model *m, const char *name)
{
    forget();
    if (!m->has_attention)
        return;
    Batch *b = small_batch(inputs, m, N, LONGEST, 5);
    Example x;
    example_make(&x, b, 0, -1, -1);
    x.override.edit = override_close;
    Found all[N];
    searcher_override(searcher, &x.override);
    threads_set(3);
    search_force(searcher, (const Model *[]){ m }, 1, b, results, all);
    threads_set(1);
    for (int i = 0; i < N; i++) {
        Batch *one = batch_pick(b, &i, 1, inputs);
        Found alone;
        Example y;
        example_make(&y, one, i, -1, -1);
        y.override.edit = override_close;
        batch_add_targets(one, (const int *[]){ all[i].hyp[0].ids }, &all[i].hyp[0].n, inputs);
        searcher_override(searcher, &y.override);
        search_force(searcher, (const Model *[]){ m }, 1, one, results, &alone);
        if (memcmp(alone.hyp[0].word_scores, all[i].hyp[0].word_scores,
                   ((size_t)all[i].hyp[0].n + 1) * sizeof(double)) != 0)
            fail_msg("%s: an overridden sentence depends on its batch", name);
    }
}

static void test_alone(void **state)
{
    (void)state;
    small_check_all(check_alone);
}

/* Training is never overridden. */
static void test_recording(void **state)
{
    (void)state;
    forget();
    Model *m = small_model(&small_transformers[0], SMALL_WORDS, 3);
    const Batch *b = small_batch(inputs, m, N, LONGEST, 5);
    Example x;
    example_make(&x, b, 0, -1, -1);
    tape_reset(tape);
    tape->recording = true;
    State *s = model_encode(m, tape, b, NULL);
    s->override = &x.override;
    assert_null(state_row_edit(s, tape, 0, 0));
    model_decode(m, tape, b->target_in, b->T, s);
    tape->recording = false;
    assert_non_null(state_row_edit(s, tape, 0, 0));
    tape_reset(tape);
    model_free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_editors), cmocka_unit_test(test_rows),      cmocka_unit_test(test_op),
        cmocka_unit_test(test_models),  cmocka_unit_test(test_one_head),  cmocka_unit_test(test_context),
        cmocka_unit_test(test_steps),   cmocka_unit_test(test_search),    cmocka_unit_test(test_greedy),
        cmocka_unit_test(test_alone),   cmocka_unit_test(test_recording),
    };
    return cmocka_run_group_tests(tests, small_search_begin, small_search_end);
}
