/* test_copying.c -- models that copy, as users run them: neighbours in a batch, with more unknown words or
 * fewer, change no bit; a model comes back from disk as it was; words of no vocabulary are read as <unk>;
 * marks and what parts sentences are not copied; settings that cannot be are refused.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "base/file.h"
#include "remove_tree.h"
#include "search/copied.h"
#include "search/judge.h"
#include "small_copy.h"
#include "small_search.h"
#include "train/optim.h"
#include "train/pass.h"

#include <cmocka.h> /* last: it has a macro called fail */

static const SmallCase cases[] = {
    { { COPIES } },
    { { COPIES, COVERS, "model.attention.score=general", "model.encoder.cell=lstm" } },
    { { COPIES, "model.attention.score=multi-head" } },
    { { COPIES, COVERS, SMALL_TRANSFORMER, "model.decoder.layers=2" } },
    { { COPIES, "model.copy.slots=2" } },
    { { COPIES, "model.copy.slots=3", SMALL_TRANSFORMER } },
};
enum { CASES = sizeof cases / sizeof *cases };

static Model *open_case(int i, char *name, size_t room)
{
    small_name(&cases[i], name, room);
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    return small_model(&cases[i], SMALL_WORDS, 11);
}

/* ---- batches ---- */

static void find(const Model *m, const Batch *b, bool sample, Found *found)
{
    static const uint64_t keys[] = { 3, 1, 4, 1, 5, 9 };
    SearchOptions o = search_default();
    o.n_best = o.beam = sample ? 1 : 3;
    o.sample = sample;
    o.keys = keys;
    search_run(searcher, &m, 1, b, &o, results, found);
    search_copied(searcher, &m, 1, b, results, found);
}

static void check_alone(const Model *m, const Batch *b, const char *name)
{
    Found all[6], one;
    find(m, b, false, all);
    for (int i = 0; i < b->B; i++) {
        find(m, batch_pick(b, &i, 1, inputs), false, &one);
        assert_int_equal(one.n_hyp, all[i].n_hyp);
        for (int k = 0; k < one.n_hyp; k++) {
            const Hypothesis *g = &one.hyp[k], *h = &all[i].hyp[k];
            size_t n = (size_t)h->n + 1;
            if (g->n != h->n || memcmp(g->ids, h->ids, n * sizeof *g->ids) != 0 ||
                memcmp(g->word_scores, h->word_scores, n * sizeof *g->word_scores) != 0 ||
                memcmp(g->copied, h->copied, n * sizeof *g->copied) != 0)
                fail_msg("%s: sentence %d has other bits alone", name, i);
        }
    }
}

static void test_batches(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        char name[400];
        Model *m = open_case(i, name, sizeof name);
        check_alone(m, small_copy_batch(inputs, m, 6, 9, 5), name);
        model_free(m);
    }
}

/* Draws are words that can be. */
static void test_samples(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        char name[400];
        Model *m = open_case(i, name, sizeof name);
        const Batch *b = small_copy_batch(inputs, m, 6, 9, 5);
        Found found[6];
        find(m, b, true, found);
        for (int k = 0; k < b->B; k++)
            for (int t = 0; t <= found[k].hyp[0].n; t++)
                assert_true(found[k].hyp[0].word_scores[t] > -INFINITY);
        model_free(m);
    }
}

/* ---- what is read ---- */

/* Unknown words differ in nothing but their numbers: hidden states are those of <unk>. */
static void test_hidden(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        char name[400];
        Model *m = open_case(i, name, sizeof name);
        if (m->config.copy.slots > 0) {
            model_free(m);
            continue;
        }
        Batch *b = small_copy_batch(inputs, m, 4, 9, 5), plain = *b;
        size_t n = (size_t)b->B * (size_t)b->S, n_in = (size_t)b->B * (size_t)b->T;
        plain.source = arena_array(inputs, int, n);
        plain.target_in = arena_array(inputs, int, n_in);
        for (size_t k = 0; k < n; k++)
            plain.source[k] = b->source[k] < vocab_size(m->source) ? b->source[k] : VOCAB_UNK;
        for (size_t k = 0; k < n_in; k++)
            plain.target_in[k] = b->target_in[k] < vocab_size(m->target) ? b->target_in[k] : VOCAB_UNK;
        tape_reset(tape);
        tape->recording = tape->training = false;
        State *s = model_encode(m, tape, b, NULL);
        Decoded x = model_decode(m, tape, b->target_in, b->T, s);
        s = model_encode(m, tape, &plain, NULL);
        Decoded y = model_decode(m, tape, plain.target_in, b->T, s);
        assert_memory_equal(x.hidden->val, y.hidden->val, tensor_len(x.hidden) * sizeof(real));
        assert_int_equal(s->n_beyond, 0);
        model_free(m);
    }
}

/* What the decoder makes of `a b a`, a and b unknown, and of the target begun with b. */
static real *read_two(const Model *m, int a, int b, bool training, uint64_t seed)
{
    const int V = vocab_size(m->source), V_target = vocab_size(m->target);
    const int source[] = { V + a, 4, V + b, V + a }, target[] = { V_target + b };
    Batch *batch = batch_sources((const int *[]){ source }, (int[]){ 4 }, 1, (SourceMarks){ 0 }, inputs);
    batch_add_targets(batch, (const int *[]){ target }, (int[]){ 1 }, inputs);
    tape_reset(tape);
    tape->recording = false;
    tape->training = training;
    tape->seed = seed;
    State *s = model_encode(m, tape, batch, NULL);
    const Tensor *x = model_decode(m, tape, batch->target_in, batch->T, s).hidden;
    real *copy = arena_array(inputs, real, tensor_len(x));
    return memcpy(copy, x->val, tensor_len(x) * sizeof *copy);
}

/* With vectors of their own two unknown words are told apart; there are so many, and in training they take
 * turns, by the tape's seed. */
static void test_slots(void **state)
{
    (void)state;
    const SmallCase slots[] = { { { COPIES, "model.copy.slots=2" } },
                                { { COPIES, "model.copy.slots=2", SMALL_TRANSFORMER } } };
    for (int i = 0; i < 2; i++) {
        arena_rewind(inputs, 0);
        Model *m = small_model(&slots[i], SMALL_WORDS, 11);
        const size_t bytes = (size_t)m->output->dim[1] * sizeof(real);
        real *two = read_two(m, 0, 1, false, 1), *one = read_two(m, 0, 0, false, 1);
        int turned = 0;
        assert_memory_not_equal(two, one, bytes);
        assert_memory_equal(read_two(m, 0, 2, false, 7), one, bytes);
        real *other = read_two(m, 1, 2, false, 1);
        for (uint64_t seed = 0; seed < 20; seed++) {
            const real *x = read_two(m, 0, 1, true, seed);
            bool as_it_is = memcmp(x, two, bytes) == 0;
            assert_true(as_it_is || memcmp(x, other, bytes) == 0);
            turned += !as_it_is;
        }
        assert_in_range(turned, 3, 17);
        model_free(m);
    }
}

/* Counted from the end, what comes last is read alike whatever comes before it, in training too. */
static void test_order(void **state)
{
    (void)state;
    const SmallCase last = { { COPIES, "model.copy.slots=3", "model.copy.order=last" } };
    arena_rewind(inputs, 0);
    Model *m = small_model(&last, SMALL_WORDS, 11);
    const size_t bytes = (size_t)m->output->dim[1] * sizeof(real);
    real *two = read_two(m, 0, 1, false, 1);
    assert_memory_equal(read_two(m, 1, 0, false, 1), two, bytes); /* 1 is last whatever its number */
    assert_memory_equal(read_two(m, 0, 1, true, 5), two, bytes);
    assert_memory_not_equal(read_two(m, 0, 0, false, 1), two, bytes);
    model_free(m);
}

static Vocab *list(const char *const *words, size_t n)
{
    Vocab *v;
    LbStatus status = vocab_of_list("word", false, words, n, "list", &v, NULL);
    assert_int_equal(status, LB_OK);
    return v;
}

/* Known words are copied as the word of the same name, whatever its number there. */
static void test_names(void **state)
{
    (void)state;
    const char *const source[] = { "|||", "a", "b", "c" }, *const target[] = { "c", "|||", "a" };
    const char *settings[] = { COPIES, "data.source.level=word", "data.target.level=word" };
    Config config;
    assert_int_equal(config_load(&config, NULL, settings, 3, NULL), LB_OK);
    Model *m;
    assert_int_equal(model_new(&config, list(source, 4), list(target, 3), false, &m, NULL), LB_OK);
    config_free(&config);
    const int want[] = { VOCAB_UNK, -1, -1, -1, -1, 6, -1, 4 };
    assert_memory_equal(m->says, want, sizeof want);
    model_free(m);
}

/* ---- disk ---- */

static void test_disk(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        char name[400], dir[] = P_tmpdir "/lookback-copying-XXXXXX";
        assert_non_null(mkdtemp(dir));
        Model *m = open_case(i, name, sizeof name), *back[2];
        const Batch *b = small_copy_batch(inputs, m, 4, 6, 5);
        assert_int_equal(model_save(m, dir, NULL), LB_OK);
        assert_int_equal(model_open(dir, false, &back[0], NULL), LB_OK);
        assert_int_equal(model_open_lean(dir, &back[1], NULL), LB_OK);
        Found before[4], after[4];
        find(m, b, false, before);
        for (int k = 0; k < 2; k++) {
            find(back[k], b, false, after);
            for (int r = 0; r < b->B; r++) {
                assert_true(before[r].hyp[0].score == after[r].hyp[0].score);
                assert_true(before[r].hyp[0].copied[0] == after[r].hyp[0].copied[0]);
            }
            model_free(back[k]);
        }
        model_free(m);
        remove_tree(dir);
    }
}

/* What a batch takes can be measured before there is any. */
static void test_measure(void **state)
{
    (void)state;
    for (int i = 0; i < CASES; i++) {
        char name[400];
        Model *m = open_case(i, name, sizeof name);
        BatchCost cost;
        assert_int_equal(pass_measure(m, &(Budget){ .room = 1 << 30, .S = 10, .T = 10 }, &cost, NULL), LB_OK);
        assert_true(cost.source > 0 && cost.target > 0);
        model_free(m);
    }
}

/* ---- learning ---- */

enum { PAIRS = 2, ASKED = 32 };

/* Texts `key name key name key`, the answer being the name behind the first place of the last key; names are
 * new in every text. */
static Batch *questions(const Model *m, Rng *r)
{
    const int V = vocab_size(m->source);
    int lens[ASKED], one[ASKED];
    const int **source = arena_array(inputs, const int *, ASKED),
              **target = arena_array(inputs, const int *, ASKED);
    for (int i = 0; i < ASKED; i++) {
        int *s = arena_array(inputs, int, 2 * PAIRS + 1), *t = arena_array(inputs, int, 1);
        int key = rng_below(r, SMALL_WORDS), asked = rng_below(r, PAIRS);
        for (int k = 0; k < PAIRS; k++) {
            s[2 * k] = VOCAB_FIRST + (key + 2 * k) % SMALL_WORDS;
            s[2 * k + 1] = V + k;
        }
        s[2 * PAIRS] = s[2 * asked];
        *t = vocab_size(m->target) + asked;
        source[i] = s, target[i] = t, lens[i] = 2 * PAIRS + 1, one[i] = 1;
    }
    Batch *b = batch_sources(source, lens, ASKED, (SourceMarks){ 0 }, inputs);
    batch_add_targets(b, target, one, inputs);
    return b;
}

static int learn(const SmallCase *c, int steps)
{
    Model *m = small_model(c, SMALL_WORDS, 3);
    Rng r = rng_new(4);
    Optim *o;
    params_init(m->params, 5);
    params_changed(m->params);
    assert_int_equal(optim_new(&m->config, m->params, &o, NULL), LB_OK);
    for (int i = 0; i < steps; i++) {
        arena_rewind(inputs, 0);
        tape_reset(tape);
        tape->recording = tape->training = true;
        tape_backward(tape, model_loss(m, tape, questions(m, &r), 0, NULL));
        optim_step(o, 1.0 / (2 * ASKED), 0.01);
    }
    arena_rewind(inputs, 0);
    arena_rewind(results, 0);
    const Batch *b = questions(m, &r);
    Found found[ASKED];
    SearchOptions one = search_default();
    one.beam = 1;
    search_run(searcher, (const Model *const[]){ m }, 1, b, &one, results, found);
    int right = 0;
    for (int i = 0; i < ASKED; i++)
        right += found[i].hyp[0].n == 1 && found[i].hyp[0].ids[0] == b->target_out[i * b->T];
    optim_free(o);
    model_free(m);
    return right;
}

/* It learns to find and say words that it has never seen. */
static void test_learns(void **state)
{
    (void)state;
    const SmallCase learned[] = {
        { { COPIES, "model.encoder.hidden=32", "model.decoder.hidden=32", "model.decoder.embedding=16" } },
        { {
            COPIES,
            SMALL_TRANSFORMER,
            "model.encoder.hidden=32",
            "model.decoder.hidden=32",
            "model.encoder.feed_forward=64",
            "model.decoder.feed_forward=64",
        } },
    };
    for (int i = 0; i < 2; i++) {
        int right = learn(&learned[i], 1200);
        print_message("%d of %d right\n", right, ASKED);
        assert_true(right >= ASKED - 1);
    }
}

/* ---- settings ---- */

static void test_refused(void **state)
{
    (void)state;
    static const struct {
        const char *setting[4], *told;
    } refused[] = {
        { { COPIES, "model.type=memory", "data.shared_vocabulary=true" }, "not for memory" },
        { { COPIES, "model.type=lm" }, "not for lm" },
        { { COPIES, "model.type=mlm" }, "not for mlm" },
        { { COPIES, "model.attention.score=none" }, "from where" },
        { { COPIES, "model.type=transformer", "model.copy.layer=1" }, "model.copy.layer is 1" },
        { { COPIES, "model.type=transformer", "model.copy.head=8" }, "model.copy.head is 8" },
        { { "model.copy.slots=3" }, "needs model.copy.type" },
        { { "model.copy.coverage=true", "model.attention.score=location" }, "location" },
        { { "model.copy.coverage=true", "model.attention.score=multi-head" }, "multi-head" },
        { { "model.copy.coverage=true", "model.attention.score=uniform" }, "not learned" },
        { { "model.copy.coverage=true", "model.attention.score=none" }, "from where" },
    };
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        Config c;
        LbError err = { 0 };
        int n = 0;
        while (n < 4 && refused[i].setting[n])
            n++;
        assert_int_equal(config_load(&c, NULL, refused[i].setting, n, &err), LB_OK);
        assert_int_equal(config_check(&c, &err), LB_USAGE);
        if (!strstr(err.text, refused[i].told))
            fail_msg("%s: %s", refused[i].setting[0], err.text);
        config_free(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batches), cmocka_unit_test(test_samples), cmocka_unit_test(test_hidden),
        cmocka_unit_test(test_names),   cmocka_unit_test(test_slots),   cmocka_unit_test(test_order),
        cmocka_unit_test(test_disk),    cmocka_unit_test(test_measure), cmocka_unit_test(test_learns),
        cmocka_unit_test(test_refused),
    };
    return cmocka_run_group_tests(tests, small_search_begin, small_search_end);
}
