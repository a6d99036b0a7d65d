/* test_copying_double.c -- models that copy, in double: the gradient of their loss is that of central
 * differences, with words that no vocabulary knows on both sides; probabilities are those of the definition
 * and sum to 1; what is decoded word by word is what is decoded at once; a beam with room for all is brute
 * force; judging, forcing and searching agree.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "explain/gradient.h"
#include "search/copied.h"
#include "search/judge.h"
#include "small_copy.h"
#include "small_gradient.h"
#include "small_search.h"

#include <cmocka.h> /* last: it has a macro called fail */

static Model *model_new_small(const SmallCase *c, uint64_t seed, char *name, size_t room)
{
    small_name(c, name, room);
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    return small_model(c, SMALL_WORDS, seed);
}

/* ---- gradients ---- */

static void check_gradient(const SmallCase *c)
{
    char name[400];
    Model *m = model_new_small(c, 11, name, sizeof name);
    const Batch *b = small_copy_batch(inputs, m, 4, 6, 1);
    small_backward(m, tape, b);
    const char *wrong = small_wrong_gradient(m, tape, b);
    if (wrong)
        fail_msg("%s: gradient of %s differs from central differences", name, wrong);
    model_free(m);
}

static void test_gradients(void **state)
{
    (void)state;
    for (int i = 0; i < SMALL_COPYING; i++)
        check_gradient(&small_copying[i]);
    for (int i = 0; i < SMALL_COVERING; i++)
        check_gradient(&small_covering[i]);
}

/* ---- the definition ---- */

static Decoded decode_all(const Model *m, const Batch *b, State **s)
{
    tape_reset(tape);
    tape->recording = tape->training = false;
    *s = model_encode(m, tape, b, NULL);
    return model_decode(m, tape, b->target_in, b->T, *s);
}

/* P(w), from the words of one source alone. */
static double defined(const Model *m, const Batch *b, int i, const Decoded *d, size_t row, int word,
                      const double *logits)
{
    int V = vocab_size(m->target), V_source = vocab_size(m->source);
    double u = m->gate_bias->val[0], sum = 0, c = 0;
    for (int e = 0; e < m->gate->dim[1]; e++)
        u += m->gate->val[e] * d->hidden->val[row * (size_t)m->gate->dim[1] + (size_t)e];
    double g = 1 / (1 + exp(-u));
    for (int v = 0; v < V; v++)
        sum += exp(logits[v]);
    for (int s = 0; s < b->source_len[i]; s++) {
        int id = b->source[i * b->S + s];
        bool mark = id == VOCAB_PAD || id == VOCAB_BOS || id == VOCAB_EOS;
        /* both vocabularies have the same words */
        int says = mark ? -1 : id >= V_source ? V + id - V_source : id;
        c += says == word ? d->copy->val[row * (size_t)b->S + (size_t)s] : 0;
    }
    return (word < V ? g * exp(logits[word]) / sum : 0) + (1 - g) * c;
}

static void check_defined(const Model *m, const char *name)
{
    const Batch *b = small_copy_batch(inputs, m, 4, 6, 1);
    int V = vocab_size(m->target);
    State *s;
    Decoded d = decode_all(m, b, &s);
    const Tensor *x = model_log_probs(m, tape, &d, s, NULL, 0), *logits = model_logits(m, tape, d.hidden);
    assert_true(s->n_beyond > 0 && tensor_last(x) == V + s->n_beyond);
    for (int i = 0; i < b->B; i++)
        for (int t = 0; t < b->target_len[i]; t++) {
            size_t row = (size_t)(i * b->T + t);
            double all = 0, marks = 0;
            for (int v = 0; v < tensor_last(x); v++) {
                double p = exp(x->val[row * (size_t)tensor_last(x) + (size_t)v]);
                double want = defined(m, b, i, &d, row, v, logits->val + row * (size_t)V);
                if (fabs(p - want) > 1e-12)
                    fail_msg("%s: P(%d) is %g instead of %g", name, v, p, want);
                all += p;
            }
            marks = d.copy->val[row * (size_t)b->S + (size_t)b->source_len[i] - 1];
            assert_true(all < 1 + 1e-9 && all > 1 - marks - 1e-9);
        }
}

static void test_defined(void **state)
{
    (void)state;
    for (int i = 0; i < SMALL_COPYING; i++) {
        char name[400];
        Model *m = model_new_small(&small_copying[i], 11, name, sizeof name);
        check_defined(m, name);
        model_free(m);
    }
}

/* The loss is minus the sum of the log-probabilities, and counts what is likeliest; its words are those of
 * the batch, or <unk> where a source does not have them. */
static void check_loss(const Model *m, Batch *b, const char *name)
{
    State *s;
    int V = vocab_size(m->target), correct = 0;
    double nll = 0;
    Decoded d = decode_all(m, b, &s);
    const Tensor *x = model_log_probs(m, tape, &d, s, NULL, 0);
    for (int i = 0; i < b->B; i++)
        for (int t = 0; t < b->target_len[i]; t++) {
            const double *row = x->val + (size_t)(i * b->T + t) * (size_t)tensor_last(x);
            int word = b->target_out[i * b->T + t], best = 0;
            word = word >= V && (word >= tensor_last(x) || row[word] <= -INFINITY) ? VOCAB_UNK : word;
            for (int v = 0; v < tensor_last(x); v++)
                best = row[v] > row[best] ? v : best;
            nll -= row[word];
            correct += best == word;
        }
    LossInfo info;
    tape->training = false;
    model_loss(m, tape, b, 0.1, &info);
    if (fabs(info.nll - nll) > 1e-9 || info.n_correct != correct)
        fail_msg("%s: the loss says %g and %d right, probabilities %g and %d", name, info.nll, info.n_correct,
                 nll, correct);
}

static void test_loss(void **state)
{
    (void)state;
    for (int i = 0; i < SMALL_COPYING; i++) {
        char name[400];
        Model *m = model_new_small(&small_copying[i], 11, name, sizeof name);
        Batch *b = small_copy_batch(inputs, m, 4, 6, 1);
        check_loss(m, b, name);
        b->target_out[1] = vocab_size(m->target) + 7; /* which nobody has */
        check_loss(m, b, name);
        model_free(m);
    }
}

/* ---- word by word ---- */

static const char *steps_differ(const Model *m, const Batch *b, int length)
{
    State *s;
    Decoded all = decode_all(m, b, &s);
    const Tensor *x = model_log_probs(m, tape, &all, s, NULL, 0);
    s = model_encode(m, tape, b, NULL);
    s->keep = results; /* as in search: a layer's memory does not stay */
    for (int from = 0; from < b->T; from += length) {
        int n = b->T - from < length ? b->T - from : length;
        Decoded d = model_decode(m, tape, small_words(tape->batch, b, from, n), n, s);
        if (small_piece_differs(all.copy, d.copy, from, 1e-12))
            return "what copies";
        const Tensor *y = model_log_probs(m, tape, &d, s, NULL, 0);
        for (int r = 0; r < b->B; r++)
            for (int i = 0; i < n * tensor_last(x); i++) {
                double p = x->val[(r * b->T + from) * tensor_last(x) + i],
                       q = y->val[r * n * tensor_last(x) + i];
                if (!(p <= -INFINITY && q <= -INFINITY) && !(fabs(p - q) <= 1e-10))
                    return "log-probabilities";
            }
    }
    return NULL;
}

static void check_steps(const SmallCase *c)
{
    for (int length = 1; length <= 3; length += 2) {
        char name[400];
        Model *m = model_new_small(c, 11, name, sizeof name);
        const char *what = steps_differ(m, small_copy_batch(inputs, m, 4, 6, 1), length);
        if (what)
            fail_msg("%s: %s: %d at a time is not all at once", name, what, length);
        model_free(m);
    }
}

static void test_steps(void **state)
{
    (void)state;
    for (int i = 0; i < SMALL_COPYING; i++)
        check_steps(&small_copying[i]);
    for (int i = 0; i < SMALL_COVERING; i++)
        check_steps(&small_covering[i]);
}

/* ---- coverage ---- */

/* The loss is larger by what each row shares with those before it. */
static void check_coverage(const Model *m, const Batch *b, const char *name)
{
    State *s;
    double sum = 0;
    LossInfo info;
    tape_reset(tape);
    double loss = model_loss(m, tape, b, 0, &info)->val[0];
    Decoded d = decode_all(m, b, &s);
    for (int i = 0; i < b->B; i++)
        for (int k = 0; k < b->source_len[i]; k++) {
            double before = 0;
            for (int t = 0; t < b->target_len[i]; t++) {
                double w = d.copy->val[(i * b->T + t) * b->S + k];
                sum += fmin(w, before);
                before += w;
            }
        }
    assert_true(sum > 0.1);
    if (fabs(loss - info.nll - 0.7 * sum) > 1e-9)
        fail_msg("%s: coverage adds %g instead of %g", name, loss - info.nll, 0.7 * sum);
}

static void test_coverage(void **state)
{
    (void)state;
    for (int i = 0; i < SMALL_COVERING; i++) {
        char name[400];
        Model *m = model_new_small(&small_covering[i], 11, name, sizeof name);
        check_coverage(m, small_copy_batch(inputs, m, 4, 6, 1), name);
        model_free(m);
    }
}

/* ---- search ---- */

enum { LIMIT = 4, MOST = 700 };

typedef struct {
    int n, ids[LIMIT + 1];
    double score;
} Output;

/* All outputs of up to LIMIT - 1 words of one source. */
static int enumerate(const Model *m, const Batch *b, const Output *before, Output *out, int n)
{
    int words[LIMIT] = { VOCAB_BOS };
    double row[20];
    memcpy(words + 1, before->ids, (size_t)before->n * sizeof *words);
    tape_reset(tape);
    State *s = model_encode(m, tape, b, NULL);
    Decoded d = model_decode(m, tape, words, before->n + 1, s);
    const Tensor *x = model_log_probs(m, tape, &d, s, NULL, 0);
    int V = tensor_last(x);
    memcpy(row, x->val + (size_t)before->n * (size_t)V, (size_t)V * sizeof *row);
    for (int v = 0; v < V; v++) {
        Output next = *before;
        if (v == VOCAB_PAD || v == VOCAB_BOS || row[v] <= -INFINITY)
            continue;
        next.ids[next.n++] = v;
        next.score += row[v];
        if (v == VOCAB_EOS) {
            assert_true(n < MOST);
            out[n++] = next;
        } else if (before->n < LIMIT - 1)
            n = enumerate(m, b, &next, out, n);
    }
    return n;
}

static const SmallCase searched[] = {
    { { COPIES } },
    { { COPIES, "model.attention.score=multi-head", "model.attention.place=before" } },
    { { COPIES, SMALL_TRANSFORMER, "model.decoder.layers=2", "model.copy.layer=0" } },
    { { COPIES, COVERS } },
    { { COPIES, COVERS, "model.attention.score=general", "model.attention.place=before" } },
};
enum { SEARCHED = sizeof searched / sizeof *searched };

static const Output *lookup(const Output *all, int n, const Hypothesis *h)
{
    for (int i = 0; i < n; i++)
        if (all[i].n == h->n + 1 && !memcmp(all[i].ids, h->ids, (size_t)all[i].n * sizeof(int)))
            return &all[i];
    return NULL;
}

/* Two words of the vocabulary, two unknown ones: a beam with room for all outputs has all of them. */
static void check_search(const Model *m)
{
    const int V = vocab_size(m->source), source[] = { V, 4, V + 1, V };
    Batch *b = batch_sources((const int *[]){ source }, (int[]){ 4 }, 1, (SourceMarks){ 0 }, inputs);
    Output *all = arena_array(inputs, Output, MOST);
    int n = enumerate(m, b, &(Output){ 0 }, all, 0), longest = LIMIT - 1, n_unknown = 0;
    SearchOptions o = search_default();
    o.beam = o.n_best = n;
    o.longest = &longest;
    Found f;
    search_run(searcher, &m, 1, b, &o, results, &f);
    assert_int_equal(f.n_hyp, n);
    for (int i = 0; i < n; i++) {
        const Output *same = lookup(all, n, &f.hyp[i]);
        assert_non_null(same);
        assert_true(fabs(same->score - f.hyp[i].score) < 1e-10);
        for (int k = 0; k < same->n; k++)
            n_unknown += same->ids[k] >= V;
    }
    assert_true(n_unknown > n);
}

static void test_search(void **state)
{
    (void)state;
    for (int i = 0; i < SEARCHED; i++) {
        arena_rewind(inputs, 0);
        arena_rewind(results, 0);
        Model *m = small_model(&searched[i], 1, 17);
        check_search(m);
        model_free(m);
    }
}

/* ---- one pass over what was found ---- */

static Batch *with_found(const Batch *b, const Found *found)
{
    const int **ids = arena_array(inputs, const int *, b->B);
    int *lens = arena_array(inputs, int, b->B), *rows = arena_array(inputs, int, b->B);
    for (int i = 0; i < b->B; i++)
        ids[i] = found[i].hyp[0].ids, lens[i] = found[i].hyp[0].n, rows[i] = i;
    Batch *forced = batch_pick(b, rows, b->B, inputs);
    batch_add_targets(forced, ids, lens, inputs);
    return forced;
}

static void check_forced(const Model *const *models, int n_models, const Batch *b, const char *name)
{
    Found found[4], forced[4];
    SearchOptions o = search_default();
    search_run(searcher, models, n_models, b, &o, results, found);
    search_force(searcher, models, n_models, with_found(b, found), results, forced);
    for (int i = 0; i < b->B; i++) {
        const Hypothesis *h = &found[i].hyp[0], *g = &forced[i].hyp[0];
        for (int k = 0; k <= h->n; k++)
            if (fabs(h->word_scores[k] - g->word_scores[k]) > 1e-10)
                fail_msg("%s: word %d of sentence %d: search %g, forced %g", name, k, i, h->word_scores[k],
                         g->word_scores[k]);
    }
}

static Judged judged_of(const Batch *b, const Hypothesis *h, int i)
{
    return (Judged){ .source = b->source + i * b->S,
                     .target = h->ids,
                     .n_source = b->source_len[i] - 1,
                     .n_target = h->n,
                     .log_probs = arena_array(results, double, h->n + 1),
                     .likeliest = arena_array(results, bool, h->n + 1),
                     .best = arena_array(results, int, h->n + 1),
                     .copied = arena_array(results, double, h->n + 1) };
}

/* Greedy outputs, judged: each word is the likeliest there, and what is copied of an unknown one is all. */
static void check_judge(const Model *m, const Batch *b, const char *name)
{
    Found found[4];
    Judged rows[4];
    SearchOptions o = search_default();
    o.beam = 1;
    search_run(searcher, &m, 1, b, &o, results, found);
    for (int i = 0; i < b->B; i++)
        rows[i] = judged_of(b, &found[i].hyp[0], i);
    search_judge(searcher, m, rows, b->B);
    for (int i = 0; i < b->B; i++)
        for (int k = 0; k <= rows[i].n_target; k++) {
            const Hypothesis *h = &found[i].hyp[0];
            bool last = k == 10 || k == 3 * (b->source_len[i] - 1); /* where search has to end */
            if (fabs(rows[i].log_probs[k] - h->word_scores[k]) > 1e-10 || (!last && !rows[i].likeliest[k]) ||
                (rows[i].likeliest[k] && rows[i].best[k] != h->ids[k]))
                fail_msg("%s: word %d of sentence %d is judged otherwise", name, k, i);
            assert_true(rows[i].copied[k] >= 0 && rows[i].copied[k] <= 1);
            if (h->ids[k] >= vocab_size(m->target))
                assert_true(rows[i].copied[k] > 1 - 1e-9);
            if (h->ids[k] == VOCAB_EOS)
                assert_true(rows[i].copied[k] == 0);
        }
}

/* What each says of how much was copied is weighed by how likely it finds the word. */
static void check_copied(const Model *m, const Model *other, const Batch *b)
{
    const Model *const models[] = { m, other };
    Found found[4];
    SearchOptions o = search_default();
    o.n_best = 2;
    search_run(searcher, models, 2, b, &o, results, found);
    assert_null(found[0].hyp[0].copied);
    assert_true(search_copied(searcher, models, 2, b, results, found));
    for (int i = 0; i < b->B; i++)
        for (int k = 0; k < found[i].n_hyp; k++) {
            const Hypothesis *h = &found[i].hyp[k];
            Judged one = judged_of(b, h, i), two = judged_of(b, h, i);
            search_judge(searcher, m, &one, 1);
            search_judge(searcher, other, &two, 1);
            for (int t = 0; t <= h->n; t++) {
                double p = exp(one.log_probs[t]), q = exp(two.log_probs[t]);
                double want = (p * one.copied[t] + q * two.copied[t]) / (p + q);
                assert_true(fabs(h->copied[t] - want) < 1e-9);
            }
        }
}

static void test_passes(void **state)
{
    (void)state;
    for (int i = 0; i < SMALL_COPYING + SEARCHED; i++) {
        char name[400];
        const SmallCase *c = i < SMALL_COPYING ? &small_copying[i] : &searched[i - SMALL_COPYING];
        Model *m = model_new_small(c, 11, name, sizeof name);
        Model *other = small_model(c, SMALL_WORDS, 12);
        const Batch *b = small_copy_batch(inputs, m, 4, 6, 1);
        check_forced((const Model *[]){ m }, 1, b, name);
        check_forced((const Model *[]){ m, other }, 2, b, name);
        check_judge(m, b, name);
        check_copied(m, other, b);
        model_free(m);
        model_free(other);
    }
}

/* A word that is not in its source is next to impossible, and judged the same beside any other sentence. */
static void test_impossible(void **state)
{
    (void)state;
    for (int i = 0; i < SEARCHED; i++) {
        char name[400];
        Model *m = model_new_small(&searched[i], 11, name, sizeof name);
        int V = vocab_size(m->source);
        const int with[] = { 4, V, V + 1 }, without[] = { 4, 5 };
        Hypothesis h = { .n = 2, .ids = (int[]){ V + 1, 4, VOCAB_EOS } };
        Batch *b =
            batch_sources((const int *[]){ without, with }, (int[]){ 2, 3 }, 2, (SourceMarks){ 0 }, inputs);
        Judged rows[2] = { judged_of(b, &h, 0), judged_of(b, &h, 1) }, alone = judged_of(b, &h, 0);
        search_judge(searcher, m, rows, 2);
        search_judge(searcher, m, &alone, 1);
        assert_true(rows[0].log_probs[0] == MIXTURE_LEAST && !rows[0].likeliest[0]);
        assert_true(rows[1].log_probs[0] > -20);
        assert_memory_equal(rows[0].log_probs, alone.log_probs, 3 * sizeof(double));
        /* told to say it, search says <unk> */
        SearchOptions o = search_default();
        Found f[2];
        o.prefix = (const int *const[]){ h.ids, h.ids };
        o.prefix_len = (const int[]){ 1, 1 };
        search_run(searcher, (const Model *[]){ m }, 1, b, &o, results, f);
        assert_int_equal(f[0].hyp[0].ids[0], VOCAB_UNK);
        assert_int_equal(f[1].hyp[0].ids[0], V + 1);
        model_free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gradients), cmocka_unit_test(test_coverage),   cmocka_unit_test(test_defined),
        cmocka_unit_test(test_loss),      cmocka_unit_test(test_steps),      cmocka_unit_test(test_search),
        cmocka_unit_test(test_passes),    cmocka_unit_test(test_impossible),
    };
    return cmocka_run_group_tests(tests, small_search_begin, small_search_end);
}
