/* test_masks_double.c -- words that are hidden to be guessed: which ones, and that nothing but a sentence and
 * a key decides it; and the model that guesses them: gradients equal central differences (property 1), and a
 * sentence gives the same numbers in any batch (property 5).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>

#include "small_model.h"

#include <cmocka.h> /* last: it has a macro called fail */

static Tape *tape;
static Arena *arena;

/* ---- which words ---- */

enum { ROWS = 400, LONGEST = 30 };

static Batch *text_batch(const Vocab *v, int n, int longest, size_t first)
{
    Rng r = rng_new(9);
    int *lens = arena_array(arena, int, ROWS), *none = arena_zero(arena, ROWS, sizeof *none);
    const int **ids = small_sentences(arena, v, ROWS, longest, &r, lens);
    Batch *b = batch_sources(ids, none, n, (SourceMarks){ 0 }, arena);
    batch_add_targets(b, ids + first, lens + first, arena);
    b->pair = arena_array(arena, size_t, n);
    for (int i = 0; i < n; i++)
        b->pair[i] = first + (size_t)i;
    return b;
}

static void check_row(const Batch *b, const Vocab *v, int i, int *n)
{
    int chosen = 0;
    for (int t = 0; t < b->T; t++) {
        int at = i * b->T + t, seen = b->source[at], said = b->target_out[at];
        bool guessed = *n < b->n_target && b->guessed[*n] == at;
        chosen += guessed;
        *n += guessed;
        assert_true(guessed || seen == said);
        assert_false(guessed && t >= b->target_len[i] - 1); /* an end of sentence, or padding */
        assert_true(!guessed || seen == said || (seen >= VOCAB_FIRST && seen < vocab_size(v)));
    }
    assert_int_equal(chosen > 0, b->target_len[i] > 1);
}

static void test_places(void **state)
{
    (void)state;
    arena_rewind(arena, 0);
    Vocab *v = small_vocab(SMALL_WORDS, true);
    Batch *b = text_batch(v, ROWS, 6, 0);
    batch_mask_words(b, v, 0.15, 5, arena);
    assert_int_equal(b->S, b->T);
    int n = 0;
    for (int i = 0; i < b->B; i++)
        check_row(b, v, i, &n);
    assert_int_equal(n, b->n_target);
    vocab_free(v);
}

/* 15 % of words are chosen; of these 80 % are masked, 10 % other words, 10 % as they were. */
static void test_shares(void **state)
{
    (void)state;
    arena_rewind(arena, 0);
    Vocab *v = small_vocab(1000, true);
    Batch *b = text_batch(v, ROWS, LONGEST, 0);
    int words = b->n_target - b->B, masks = 0, same = 0;
    batch_mask_words(b, v, 0.15, 5, arena);
    double n = b->n_target;
    for (int i = 0; i < b->n_target; i++) {
        masks += b->source[b->guessed[i]] == vocab_mask(v);
        same += b->source[b->guessed[i]] == b->target_out[b->guessed[i]];
    }
    assert_true(fabs(n / words - 0.15) < 0.025); /* a little more: at least one of each sentence */
    assert_true(fabs(masks / n - 0.8) < 0.04);
    assert_true(fabs(same / n - 0.1) < 0.03);
    vocab_free(v);
}

/* Sentence 7 is masked alike in two batches with one key, and otherwise with another. */
static void test_keys(void **state)
{
    (void)state;
    arena_rewind(arena, 0);
    Vocab *v = small_vocab(SMALL_WORDS, true);
    Batch *one = text_batch(v, 20, LONGEST, 0), *two = text_batch(v, 3, LONGEST, 7),
          *other = text_batch(v, 3, LONGEST, 7);
    batch_mask_words(one, v, 0.3, 5, arena);
    batch_mask_words(two, v, 0.3, 5, arena);
    batch_mask_words(other, v, 0.3, 6, arena);
    size_t bytes = (size_t)two->target_len[0] * sizeof(int);
    assert_memory_equal(one->source + 7 * one->T, two->source, bytes);
    assert_true(memcmp(two->source, other->source, bytes) != 0);
    vocab_free(v);
}

/* ---- the model ---- */

static Batch *masked_batch(const Model *m, int n, size_t first, uint64_t key)
{
    Batch *b = text_batch(m->source, n, 5, first);
    assert_true(model_hide(m, b, key, arena));
    return b;
}

static double loss_of(const Model *m, const Batch *b, bool backward, LossInfo *info)
{
    tape_reset(tape);
    tape->recording = backward;
    tape->training = false;
    Tensor *loss = model_loss(m, tape, b, 0.1, info);
    if (backward)
        tape_backward(tape, loss);
    return loss->val[0];
}

static double difference(Model *m, const Batch *b, real *x)
{
    const double h = 1e-5, kept = *x;
    *x = kept + h;
    params_changed(m->params);
    double up = loss_of(m, b, false, NULL);
    *x = kept - h;
    params_changed(m->params);
    double down = loss_of(m, b, false, NULL);
    *x = kept;
    params_changed(m->params);
    return (up - down) / (2 * h);
}

static void check_gradients(Model *m, const char *name)
{
    const Batch *b = masked_batch(m, 4, 0, 1);
    Rng r = rng_new(3);
    params_zero_grads(m->params);
    loss_of(m, b, true, NULL);
    for (int k = 0; k < params_count(m->params); k++) {
        const Param *p = params_get(m->params, k);
        double sum = 0;
        for (size_t i = 0; i < tensor_len(&p->tensor); i++)
            sum += fabs(p->tensor.grad[i]);
        if (sum < 1e-12)
            fail_msg("%s: %s would never learn", name, p->name);
        for (int i = 0; i < 8; i++) {
            int at = rng_below(&r, (int)tensor_len(&p->tensor));
            double ours = p->tensor.grad[at], numeric = difference(m, b, &p->tensor.val[at]);
            if (fabs(ours - numeric) > 1e-6 * fmax(1, fabs(ours)))
                fail_msg("%s: gradient of %s is %g where differences give %g", name, p->name, ours, numeric);
        }
    }
}

/* The loss of a batch is that of its sentences, each by itself, and counts the guesses alone. */
static void check_sum(Model *m, const char *name)
{
    LossInfo all, one;
    double loss = loss_of(m, masked_batch(m, 5, 0, 4), false, &all), sum = 0;
    int words = 0;
    for (size_t i = 0; i < 5; i++) {
        Batch *single = masked_batch(m, 1, i, 4);
        if (single->n_target == 0) /* the empty one */
            continue;
        sum += loss_of(m, single, false, &one);
        words += one.n_words;
    }
    if (fabs(sum - loss) > 1e-12 * loss || words != all.n_words)
        fail_msg("%s: %g for %d words, but %g for %d", name, loss, all.n_words, sum, words);
}

static void test_model(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof small_masked / sizeof *small_masked; i++) {
        arena_rewind(arena, 0);
        small_check_case(&small_masked[i], check_gradients);
        small_check_case(&small_masked[i], check_sum);
    }
}

/* Without a mask in its vocabulary there is nothing to hide words behind. */
static void test_no_mask(void **state)
{
    (void)state;
    Config c;
    LbError err;
    Model *m;
    Vocab *v = small_vocab(SMALL_WORDS, false);
    assert_int_equal(config_load(&c, NULL, (const char *const[]){ "model.type=mlm" }, 1, &err), LB_OK);
    assert_int_equal(model_new(&c, v, v, false, &m, &err), LB_USAGE);
    assert_non_null(strstr(err.text, "[MASK]"));
    config_free(&c);
    vocab_free(v);
}

static int begin(void **state)
{
    (void)state;
    tape = tape_new(SMALL_MEMORY);
    arena = arena_new("inputs", SMALL_MEMORY);
    return 0;
}

static int end(void **state)
{
    (void)state;
    tape_free(tape);
    arena_free(arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places), cmocka_unit_test(test_shares),  cmocka_unit_test(test_keys),
        cmocka_unit_test(test_model),  cmocka_unit_test(test_no_mask),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
