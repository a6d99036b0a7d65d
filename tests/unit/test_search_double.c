/* test_search_double.c -- property 3: beam search with room for all prefixes is brute force, and with room
 * for one it is greedy; what a smaller beam finds is possible, in order and has its true score. Both for
 * languages made up at random, whose search is only beam.c, and for models, whose search is all of
 * src/search.
 *
 * A language gives the log-probabilities of the next word after a prefix. Brute force walks all prefixes up
 * to the limit, where a sentence must end. Two words and ten places give 2047 outputs.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "search/beam.h"
#include "small_search.h"

#include <cmocka.h> /* last: it has a macro called fail */

enum { MAX_V = 8, MAX_LIMIT = 14, MAX_OUTPUTS = 4096 };

typedef struct {
    int n, ids[MAX_LIMIT]; /* end of sentence included */
    double score;
    bool seen;
} Output;

typedef struct Language Language;
struct Language {
    void (*row)(const Language *l, const int *prefix, int n, double *log_probs);
    int V, limit; /* limit: longest output, end of sentence included */
    int words[4], n_words;
    uint64_t seed;          /* made up */
    bool even;              /* made up: all words alike */
    int no_repeat, n_given; /* as in SearchOptions; outputs that begin with so many forced words */
    const int *given;
    const Model *const *models; /* of a model, or the mean of some */
    int n_models;
    const Batch *source; /* one sentence */
};

/* ---- languages ---- */

static void log_softmax(int n, double *x)
{
    double top = x[0], sum = 0;
    for (int i = 1; i < n; i++)
        top = fmax(top, x[i]);
    for (int i = 0; i < n; i++)
        sum += exp(x[i] - top);
    for (int i = 0; i < n; i++)
        x[i] -= top + log(sum);
}

static void made_up_row(const Language *l, const int *prefix, int n, double *log_probs)
{
    uint64_t key = l->seed;
    for (int i = 0; i < n; i++)
        key = rng_hash(key, (uint64_t)prefix[i]);
    Rng r = rng_new(key);
    for (int v = 0; v < l->V; v++)
        log_probs[v] = l->even ? 0 : rng_normal(&r);
    log_softmax(l->V, log_probs);
}

static void model_row(const Language *l, const int *prefix, int n, double *log_probs)
{
    int words[MAX_LIMIT] = { VOCAB_BOS };
    double x[MAX_V], mean[MAX_V] = { 0 };
    memcpy(words + 1, prefix, (size_t)n * sizeof *words);
    for (int i = 0; i < l->n_models; i++) {
        tape_reset(tape);
        tape->recording = tape->training = false;
        Decoded d =
            model_decode(l->models[i], tape, words, n + 1, model_encode(l->models[i], tape, l->source, NULL));
        const Tensor *logits = model_logits(l->models[i], tape, d.hidden);
        memcpy(x, logits->val + n * l->V, (size_t)l->V * sizeof *x);
        log_softmax(l->V, x);
        for (int v = 0; v < l->V; v++)
            mean[v] += exp(x[v]) / l->n_models;
    }
    for (int v = 0; v < l->V; v++)
        log_probs[v] = log(mean[v]);
}

/* ---- brute force ---- */

typedef struct {
    Output *out;
    int n;
} Outputs;

/* Whether the last `size` words stand there before. */
static bool repeats(const int *ids, int n, int size)
{
    for (int i = 0; i + size < n; i++)
        if (!memcmp(ids + i, ids + n - size, (size_t)size * sizeof *ids))
            return true;
    return false;
}

static bool may_come(const Language *l, const Output *o)
{
    if (o->n <= l->n_given)
        return o->ids[o->n - 1] == l->given[o->n - 1];
    return l->no_repeat == 0 || !repeats(o->ids, o->n, l->no_repeat);
}

static void enumerate(const Language *l, Output so_far, Outputs *all)
{
    double row[MAX_V];
    l->row(l, so_far.ids, so_far.n, row);
    Output next = so_far;
    next.ids[next.n++] = VOCAB_EOS;
    next.score += row[VOCAB_EOS];
    assert_true(all->n < MAX_OUTPUTS);
    if (so_far.n >= l->n_given)
        all->out[all->n++] = next;
    for (int i = 0; i < l->n_words && so_far.n < l->limit - 1; i++) {
        next = so_far;
        next.ids[next.n++] = l->words[i];
        next.score += row[l->words[i]];
        if (may_come(l, &next))
            enumerate(l, next, all);
    }
}

static Outputs brute_force(const Language *l)
{
    Outputs all = { arena_array(inputs, Output, MAX_OUTPUTS), 0 };
    enumerate(l, (Output){ 0 }, &all);
    return all;
}

static Output *lookup(const Outputs *all, const Hypothesis *h)
{
    assert_int_equal(h->ids[h->n], VOCAB_EOS);
    for (int i = 0; i < all->n; i++)
        if (all->out[i].n == h->n + 1 &&
            !memcmp(all->out[i].ids, h->ids, (size_t)all->out[i].n * sizeof(int)))
            return &all->out[i];
    fail_msg("an output that brute force does not know");
    return NULL;
}

/* Every hypothesis is an output of its own, with its score, and they come best first. The first n_given words
 * were forced, so they rank nobody. */
static void check_ranked(const Found *f, const Outputs *all, double normalize, int n_given)
{
    for (int i = 0; i < all->n; i++)
        all->out[i].seen = false;
    for (int i = 0; i < f->n_hyp; i++) {
        const Hypothesis *h = &f->hyp[i];
        Output *o = lookup(all, h);
        assert_false(o->seen);
        o->seen = true;
        assert_true(fabs(o->score - h->score) < 1e-11);
        double given = 0;
        for (int k = 0; k < n_given; k++)
            given += h->word_scores[k];
        assert_true(fabs((o->score - given) / pow(o->n, normalize) - h->normalized) < 1e-11);
        assert_true(i == 0 || h->normalized <= f->hyp[i - 1].normalized);
        double sum = 0;
        for (int k = 0; k <= h->n; k++)
            sum += h->word_scores[k];
        assert_true(fabs(sum - h->score) < 1e-11);
    }
}

static Output greedy(const Language *l)
{
    Output o = { 0 };
    for (int word = -1; word != VOCAB_EOS;) {
        double row[MAX_V];
        l->row(l, o.ids, o.n++, row);
        word = VOCAB_EOS;
        for (int i = 0; i < l->n_words && o.n < l->limit; i++) {
            o.ids[o.n - 1] = l->words[i];
            if (row[l->words[i]] > row[word] && may_come(l, &o))
                word = l->words[i];
        }
        o.ids[o.n - 1] = word;
        o.score += row[word];
    }
    return o;
}

static void check_found(const Found *f, const Outputs *all, double normalize)
{
    check_ranked(f, all, normalize, 0);
}

static void check_greedy(const Language *l, const Hypothesis *h)
{
    Output o = greedy(l);
    assert_int_equal(h->n + 1, o.n);
    assert_memory_equal(h->ids, o.ids, (size_t)o.n * sizeof *o.ids);
    assert_true(fabs(h->score - o.score) < 1e-11);
}

/* ---- beam.c alone ---- */

static void forbid(const Language *l, bool last, double *row)
{
    double kept[MAX_V];
    memcpy(kept, row, sizeof kept);
    for (int v = 0; v < l->V; v++)
        row[v] = -INFINITY;
    row[VOCAB_EOS] = kept[VOCAB_EOS];
    for (int i = 0; i < l->n_words && !last; i++)
        row[l->words[i]] = kept[l->words[i]];
}

static Found beam_run(const Language *l, int K, double normalize, bool refill)
{
    Beam *b = beam_new(inputs, K, 1, l->limit);
    b->refill = refill;
    int(*prefix)[MAX_LIMIT] = arena_zero(inputs, (size_t)K, sizeof *prefix), (*old)[MAX_LIMIT];
    old = arena_zero(inputs, (size_t)K, sizeof *old);
    int *from = arena_array(inputs, int, K), *word = arena_array(inputs, int, K);
    double *block = arena_array(inputs, double, K *MAX_V);
    const double **rows = arena_array(inputs, const double *, K);
    for (int step = 0; !b->done; step++) {
        assert_true(step < l->limit && b->n_alive <= K - (refill ? 0 : b->n_finished));
        for (int k = 0; k < b->n_alive; k++) {
            rows[k] = block + k * MAX_V;
            l->row(l, prefix[k], step, block + k * MAX_V);
            forbid(l, step == l->limit - 1, block + k * MAX_V);
        }
        beam_step(b, inputs, rows, l->V, NULL, normalize, from, word);
        memcpy(old, prefix, (size_t)K * sizeof *old);
        for (int k = 0; k < b->n_alive; k++) {
            memcpy(prefix[k], old[from[k]], sizeof *old);
            prefix[k][step] = word[k];
        }
    }
    Found f;
    beam_result(b, inputs, K, &f);
    return f;
}

static const double normalizes[] = { 0, 0.7, 1 };
enum { N_NORMALIZES = sizeof normalizes / sizeof *normalizes };

/* Three words and four places: 1 + 3 + 9 + 27 outputs. */
static void check_made_up(uint64_t seed, bool even, double normalize, bool refill)
{
    arena_rewind(inputs, 0);
    Language l = { made_up_row, 7, 4, { 4, 5, 6 }, 3, .seed = seed, .even = even };
    Outputs all = brute_force(&l);
    assert_int_equal(all.n, 40);
    Found f = beam_run(&l, all.n, normalize, refill);
    assert_int_equal(f.n_hyp, all.n);
    check_found(&f, &all, normalize);
    double best = f.hyp[0].normalized;
    for (int K = 1; K < 12; K++) {
        f = beam_run(&l, K, normalize, refill);
        assert_int_equal(f.n_hyp, K);
        check_found(&f, &all, normalize);
        assert_true(f.hyp[0].normalized <= best);
        if (K == 1)
            check_greedy(&l, &f.hyp[0]);
    }
}

static void test_made_up(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 20; seed++)
        for (int i = 0; i < 2 * N_NORMALIZES; i++)
            check_made_up(seed, false, normalizes[i / 2], i % 2);
    for (int i = 0; i < 2 * N_NORMALIZES; i++)
        check_made_up(0, true, normalizes[i / 2], i % 2);
}

/* Links lead back to the right words: what a row says of itself is where it came from. */
static void test_weights_follow(void **state)
{
    (void)state;
    arena_rewind(inputs, 0);
    Beam *b = beam_new(inputs, 2, 1, 3);
    int from[2], word[2];
    const double first[5] = { -INFINITY, -INFINITY, -INFINITY, -3, -1 }, look_1[1] = { 0.25 };
    beam_step(b, inputs, (const double *[]){ first }, 5, (const double *[]){ look_1 }, 1, from, word);
    assert_int_equal(b->n_alive, 1);
    assert_int_equal(b->n_finished, 1);
    const double second[5] = { -INFINITY, -INFINITY, -INFINITY, -0.5, -1 }, look_2[1] = { 0.75 };
    beam_step(b, inputs, (const double *[]){ second }, 5, (const double *[]){ look_2 }, 1, from, word);
    assert_true(b->done);
    Found f;
    beam_result(b, inputs, 5, &f);
    assert_int_equal(f.n_hyp, 2);
    assert_int_equal(f.hyp[0].n, 1);
    assert_int_equal(f.hyp[0].ids[0], 4);
    assert_true(f.hyp[0].weights[0] == 0.25 && f.hyp[0].weights[1] == 0.75);
    assert_true(f.hyp[0].score == -1.5 && f.hyp[0].normalized == -0.75);
    assert_int_equal(f.hyp[1].n, 0);
    assert_true(f.hyp[1].weights[0] == 0.25 && f.hyp[1].score == -3);
}

/* ---- models ---- */

static const SmallCase searched[] = {
    { { "model.attention.score=additive" } },
    { { "model.attention.score=none", "model.encoder.cell=lstm", "model.decoder.cell=lstm" } },
    { { "model.attention.score=dot", "model.attention.place=before", "model.decoder.cell=lstm",
        "model.decoder.layers=2" } },
};
enum { N_SEARCHED = sizeof searched / sizeof *searched };

static Batch *one_source(int n_words)
{
    static const int ids[] = { 4, 0, 4, 4, 4, 4 };
    return batch_sources((const int *[]){ ids }, &n_words, 1, (SourceMarks){ 0 }, inputs);
}

/* The language that search sees: <unk> and one word, at most ten of them. */
static Language language_of(const Model *const *models, int n, const Batch *source)
{
    return (Language){ model_row,       5, 11, { VOCAB_UNK, 4 }, 2, .models = models, .n_models = n,
                       .source = source };
}

static Found search_one(const Model *const *models, int n, const Batch *b, SearchOptions o)
{
    Found f;
    o.length_factor = 0; /* the least it may be: ten words */
    search_run(searcher, models, n, b, &o, results, &f);
    return f;
}

static void check_models(const Model *const *models, int n)
{
    arena_rewind(inputs, 0);
    Batch *b = one_source(3);
    Language l = language_of(models, n, b);
    Outputs all = brute_force(&l);
    SearchOptions o = search_default();
    for (int i = 0; i < N_NORMALIZES; i++) {
        arena_rewind(results, 0);
        o.normalize = normalizes[i];
        o.beam = o.n_best = all.n;
        Found f = search_one(models, n, b, o);
        assert_int_equal(f.n_hyp, all.n);
        check_found(&f, &all, o.normalize);
        double best = f.hyp[0].normalized;
        for (o.beam = 1; o.beam <= 7; o.beam += 2) {
            o.n_best = o.beam;
            f = search_one(models, n, b, o);
            assert_int_equal(f.n_hyp, o.beam);
            check_found(&f, &all, o.normalize);
            assert_true(f.hyp[0].normalized <= best);
            if (o.beam == 1)
                check_greedy(&l, &f.hyp[0]);
        }
    }
}

static void test_models(void **state)
{
    (void)state;
    for (int i = 0; i < N_SEARCHED; i++) {
        const Model *m = small_model(&searched[i], 1, 17 + (uint64_t)i);
        check_models(&m, 1);
        model_free((Model *)m);
    }
}

/* What counts is the mean of the probabilities, whatever the models are like. */
static void test_ensemble(void **state)
{
    (void)state;
    Model *a = small_model(&searched[0], 1, 1), *b = small_model(&searched[1], 1, 2);
    check_models((const Model *[]){ a, b }, 2);
    model_free(a);
    model_free(b);
}

/* Of three: the mean of two is not yet a running mean. Weights are the mean of those of all, or none at all.
 */
static void check_mean(const Hypothesis *all, const Found *one, int S, bool attends)
{
    assert_int_equal(all->weights != NULL, attends);
    for (int k = 0; k <= all->n; k++) {
        double p = 0;
        for (int i = 0; i < 3; i++)
            p += exp(one[i].hyp[0].word_scores[k]) / 3;
        assert_true(fabs(exp(all->word_scores[k]) - p) < 1e-12);
    }
    for (int k = 0; attends && k < (all->n + 1) * S; k++) {
        double w = 0;
        for (int i = 0; i < 3; i++)
            w += one[i].hyp[0].weights[k] / 3;
        assert_true(fabs(all->weights[k] - w) < 1e-12);
    }
}

static void test_mean_of_three(void **state)
{
    (void)state;
    for (int variant = 0; variant < 2; variant++) {
        arena_rewind(inputs, 0);
        arena_rewind(results, 0);
        const Model *m[3];
        for (int i = 0; i < 3; i++)
            m[i] = small_model(&searched[i == 1 ? variant : 2], SMALL_WORDS, 4 + (uint64_t)i);
        const int source[] = { 4, 5, 9 }, target[] = { 6, 0, 7, 8 };
        Batch *b = batch_sources((const int *[]){ source }, (int[]){ 3 }, 1, (SourceMarks){ 0 }, inputs);
        batch_add_targets(b, (const int *[]){ target }, (int[]){ 4 }, inputs);
        Found one[3], all;
        for (int i = 0; i < 3; i++)
            search_force(searcher, &m[i], 1, b, results, &one[i]);
        search_force(searcher, m, 3, b, results, &all);
        check_mean(&all.hyp[0], one, all.S, variant == 0);
        for (int i = 0; i < 3; i++)
            model_free((Model *)m[i]);
    }
}

static void check_same(const Found *x, const Found *y)
{
    assert_int_equal(x->n_hyp, y->n_hyp);
    for (int i = 0; i < x->n_hyp; i++) {
        const Hypothesis *g = &x->hyp[i], *h = &y->hyp[i];
        size_t n = (size_t)g->n + 1;
        assert_int_equal(g->n, h->n);
        assert_memory_equal(g->ids, h->ids, n * sizeof *g->ids);
        assert_true(fabs(g->score - h->score) < 1e-11);
        assert_int_equal(g->weights == NULL, h->weights == NULL);
        assert_false(g->weights && small_differs(g->weights, h->weights, n * (size_t)x->S, 1e-12));
    }
}

/* A model beside itself says what it says alone, and looks where it looks. */
static void check_twice(Model *m, const char *name)
{
    (void)name;
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    const Batch *b = small_batch(inputs, m, 3, 5, 3);
    SearchOptions o = search_default();
    Found one[3], two[3];
    o.n_best = 5;
    search_run(searcher, (const Model *[]){ m }, 1, b, &o, results, one);
    search_run(searcher, (const Model *[]){ m, m }, 2, b, &o, results, two);
    for (int i = 0; i < 3; i++)
        check_same(&one[i], &two[i]);
}

static void test_twice(void **state)
{
    (void)state;
    small_check_all(check_twice);
}

/* ---- forced beginnings ---- */

static void test_prefix(void **state)
{
    (void)state;
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    Model *m = small_model(&searched[0], 1, 8);
    const Model *models[] = { m };
    Batch *b = one_source(3);
    Language l = language_of(models, 1, b);
    Outputs all = brute_force(&l), rest = { arena_array(inputs, Output, MAX_OUTPUTS), 0 };
    static const int prefix[] = { 0, 4 };
    for (int i = 0; i < all.n; i++)
        if (all.out[i].n > 2 && !memcmp(all.out[i].ids, prefix, sizeof prefix))
            rest.out[rest.n++] = all.out[i];
    SearchOptions o = search_default();
    o.prefix = (const int *[]){ prefix };
    o.prefix_len = (int[]){ 2 };
    o.beam = o.n_best = rest.n;
    Found f = search_one(models, 1, b, o);
    assert_int_equal(f.n_hyp, rest.n);
    check_ranked(&f, &rest, o.normalize, 2);
    model_free(m);
}

/* Prefixes of different lengths side by side, one longer than an output may be: it makes room for itself. */
static void test_prefixes_in_a_batch(void **state)
{
    (void)state;
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    Model *m = small_model(&(SmallCase){ 0 }, SMALL_WORDS, 9);
    const Batch *b = small_batch(inputs, m, 3, 2, 3);
    static const int prefix[] = { 4, 5, 6, 7, 8, 9, 0, 4, 5, 6, 7, 8, 9, 4 };
    static const int lens[3] = { 0, 14, 3 };
    SearchOptions o = search_default();
    o.prefix = (const int *[]){ prefix, prefix, prefix };
    o.prefix_len = lens;
    o.length_factor = 0;
    o.n_best = o.beam = 3;
    Found f[3];
    search_run(searcher, (const Model *[]){ m }, 1, b, &o, results, f);
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < f[i].n_hyp; k++) {
            assert_true(f[i].hyp[k].n >= lens[i] && f[i].hyp[k].n <= (lens[i] > 10 ? lens[i] : 10));
            assert_memory_equal(f[i].hyp[k].ids, prefix, (size_t)lens[i] * sizeof *prefix);
        }
    model_free(m);
}

/* ---- no words twice ---- */

static void check_no_repeat(const Model *m, int size, const int *given, int n_given)
{
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    Batch *b = one_source(3);
    Language l = language_of(&m, 1, b);
    l.no_repeat = size, l.given = given, l.n_given = n_given;
    Outputs all = brute_force(&l);
    SearchOptions o = search_default();
    o.no_repeat = size;
    o.prefix = (const int *[]){ given };
    o.prefix_len = &n_given;
    o.beam = o.n_best = all.n;
    for (int refill = 0; refill < 2; refill++) {
        o.refill = refill;
        Found f = search_one(&m, 1, b, o);
        assert_int_equal(f.n_hyp, all.n);
        check_ranked(&f, &all, o.normalize, n_given);
    }
    o.beam = o.n_best = 1;
    if (n_given == 0)
        check_greedy(&l, &search_one(&m, 1, b, o).hyp[0]);
    o.sample = true;
    for (uint64_t key = 0; key < 20; key++) {
        o.keys = &key;
        Found f = search_one(&m, 1, b, o);
        lookup(&all, &f.hyp[0]);
    }
}

static void test_no_repeat(void **state)
{
    (void)state;
    static const int given[] = { 4, 4, 4, 0 }; /* forced words may repeat themselves, others not them */
    Model *m = small_model(&searched[0], 1, 8);
    for (int size = 1; size <= 4; size++)
        for (int n_given = 0; n_given <= 4; n_given += 2)
            check_no_repeat(m, size, given, n_given);
    model_free(m);
}

/* Of two words, once each, an output of eight cannot be made: it ends all the same. */
static void test_nothing_left(void **state)
{
    (void)state;
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    const Model *m = small_model(&searched[0], 1, 8);
    Batch *b = one_source(3);
    SearchOptions o = search_default();
    o.no_repeat = 1;
    o.min_length = 8;
    for (o.beam = 1; o.beam <= 4; o.beam++) {
        Found f = search_one(&m, 1, b, o);
        assert_int_equal(f.hyp[0].n, 2);
        assert_true(isfinite(f.hyp[0].score));
    }
    o.beam = 1, o.sample = true;
    assert_int_equal(search_one(&m, 1, b, o).hyp[0].n, 2);
    model_free((Model *)m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_made_up),       cmocka_unit_test(test_weights_follow),
        cmocka_unit_test(test_models),        cmocka_unit_test(test_ensemble),
        cmocka_unit_test(test_mean_of_three), cmocka_unit_test(test_twice),
        cmocka_unit_test(test_prefix),        cmocka_unit_test(test_prefixes_in_a_batch),
        cmocka_unit_test(test_no_repeat),     cmocka_unit_test(test_nothing_left),
    };
    return cmocka_run_group_tests(tests, small_search_begin, small_search_end);
}
