/* Batches: padding, and an order that is a function of seed and epoch. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "text/batch.h"

/* n pairs of 1 to longest pieces a side; pair i begins with piece 4 + i. */
static Corpus corpus_of(size_t n, int longest)
{
    Corpus c = { .n = n };
    Rng rng = rng_new(11);
    array_push(c.start, 0);
    for (size_t i = 0; i < n; i++) {
        int source = 1 + rng_below(&rng, longest), target = 1 + rng_below(&rng, longest);
        for (int k = 0; k < source + target; k++)
            array_push(c.ids, VOCAB_FIRST + (int)i + k % source);
        array_push(c.source_len, source);
        array_push(c.start, array_len(c.ids));
    }
    return c;
}

static void corpus_drop(Corpus *c)
{
    array_free(c->ids);
    array_free(c->start);
    array_free(c->source_len);
}

static void test_padding(void **state)
{
    (void)state;
    const int one[] = { 7, 8 }, two[] = { 9 }, three[] = { 5, 6, 4 };
    const int *sources[] = { one, two, NULL }, *targets[] = { two, three, one };
    Arena *arena = arena_new("test", 1 << 20);
    Batch *b = batch_sources(sources, (const int[]){ 2, 1, 0 }, 3, (SourceMarks){ 0 }, arena);
    assert_int_equal(b->B, 3);
    assert_int_equal(b->S, 3);
    assert_int_equal(b->T, 0);
    assert_null(b->target_in);
    const int source[] = { 7, 8, VOCAB_EOS, 9, VOCAB_EOS, VOCAB_PAD, VOCAB_EOS, VOCAB_PAD, VOCAB_PAD };
    assert_memory_equal(b->source, source, sizeof source);
    assert_memory_equal(b->source_len, ((int[]){ 3, 2, 1 }), 3 * sizeof(int));
    batch_add_targets(b, targets, (const int[]){ 1, 3, 2 }, arena);
    assert_int_equal(b->T, 4);
    const int in[] = { VOCAB_BOS, 9, VOCAB_PAD, VOCAB_PAD, VOCAB_BOS, 5, 6, 4, VOCAB_BOS, 7, 8, VOCAB_PAD };
    const int out[] = { 9, VOCAB_EOS, VOCAB_PAD, VOCAB_PAD, 5, 6, 4, VOCAB_EOS, 7, 8, VOCAB_EOS, VOCAB_PAD };
    assert_memory_equal(b->target_in, in, sizeof in);
    assert_memory_equal(b->target_out, out, sizeof out);
    assert_memory_equal(b->target_len, ((int[]){ 2, 4, 3 }), 3 * sizeof(int));
    assert_int_equal(b->n_target, 9);
    arena_free(arena);
}

/* Marks of a source: none, a begin alone, both; the target's are always the same. */
static void test_marks(void **state)
{
    (void)state;
    static const struct {
        SourceMarks marks;
        int S, row[5];
    } cases[] = {
        { { 0 }, 4, { 7, 8, 9, VOCAB_EOS } },
        { { .no_end = true }, 3, { 7, 8, 9 } },
        { { .begin = true, .no_end = true }, 4, { VOCAB_BOS, 7, 8, 9 } },
        { { .begin = true }, 5, { VOCAB_BOS, 7, 8, 9, VOCAB_EOS } },
    };
    const int one[] = { 7, 8, 9 }, two[] = { 6 };
    const int *ids[] = { one, two };
    Arena *arena = arena_new("test", 1 << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Batch *b = batch_sources(ids, (const int[]){ 3, 1 }, 2, cases[i].marks, arena);
        assert_int_equal(b->S, cases[i].S);
        assert_int_equal(b->n_marks, cases[i].S - 3);
        assert_memory_equal(b->source, cases[i].row, (size_t)b->S * sizeof(int));
        assert_int_equal(b->source_len[1], 1 + b->n_marks);
        assert_int_equal(b->source[2 * b->S - 1], VOCAB_PAD);
        batch_add_targets(b, ids, (const int[]){ 3, 1 }, arena);
        assert_int_equal(b->T, 4);
        batch_drop_words(b, 1, 1);
        for (int s = 0; s < b->S; s++)
            assert_int_equal(b->source[s], cases[i].row[s] > VOCAB_EOS ? VOCAB_UNK : cases[i].row[s]);
    }
    arena_free(arena);
}

static void test_made_from_a_corpus(void **state)
{
    (void)state;
    Corpus c = corpus_of(20, 9);
    Arena *arena = arena_new("test", 1 << 20);
    const size_t pairs[] = { 13, 2, 2 };
    Batch *b = batch_make(&c, pairs, 3, arena);
    for (int i = 0; i < 3; i++) {
        int n, m;
        const int *source = corpus_source(&c, pairs[i], &n), *target = corpus_target(&c, pairs[i], &m);
        assert_memory_equal(b->source + i * b->S, source, (size_t)n * sizeof *source);
        assert_memory_equal(b->target_out + i * b->T, target, (size_t)m * sizeof *target);
        assert_int_equal(b->source_len[i], n + 1);
        assert_int_equal(b->target_len[i], m + 1);
        assert_int_equal(b->pair[i], pairs[i]);
    }
    arena_free(arena);
    corpus_drop(&c);
}

/* All pairs of an epoch in order, batches parted by SIZE_MAX: an array. */
static size_t *epoch_of(Batches *b, int epoch)
{
    Arena *arena = arena_new("test", 1 << 24);
    size_t *order = NULL;
    for (int pool = 0; pool < batches_pools(b); pool++) {
        assert_int_equal(batches_open(b, epoch, pool, NULL), LB_OK);
        for (int i = 0; i < batches_count(b); i++) {
            Batch *batch = batches_get(b, i, arena);
            for (int k = 0; k < batch->B; k++)
                array_push(order, batch->pair[k]);
            array_push(order, SIZE_MAX);
            arena_rewind(arena, 0);
        }
    }
    arena_free(arena);
    return order;
}

static bool same_order(const size_t *a, const size_t *b)
{
    return array_len(a) == array_len(b) && memcmp(a, b, array_len(a) * sizeof *a) == 0;
}

typedef struct {
    size_t n;
    int longest, sentences, tokens;
} Plan;

static const Plan plans[] = {
    { 1, 5, 64, 0 },      { 1, 50, 0, 10 },  { 1000, 30, 7, 0 }, { 1000, 30, 1, 0 },
    { 5000, 40, 0, 400 }, { 500, 40, 0, 1 }, { 64, 20, 64, 0 },
};

static void test_every_pair_once(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof plans / sizeof *plans; p++) {
        Corpus c = corpus_of(plans[p].n, plans[p].longest);
        Batches *b = batches_new(&c, plans[p].sentences, plans[p].tokens, 1);
        for (int epoch = 0; epoch < 3; epoch++) {
            int *seen = memory_get(c.n, sizeof *seen);
            size_t *order = epoch_of(b, epoch);
            for (size_t i = 0; i < array_len(order); i++)
                if (order[i] != SIZE_MAX)
                    seen[order[i]]++;
            for (size_t i = 0; i < c.n; i++)
                assert_int_equal(seen[i], 1);
            array_free(order);
            free(seen);
        }
        batches_free(b);
        corpus_drop(&c);
    }
}

static void test_limits_are_kept(void **state)
{
    (void)state;
    Arena *arena = arena_new("test", 1 << 24);
    for (size_t p = 0; p < sizeof plans / sizeof *plans; p++) {
        Corpus c = corpus_of(plans[p].n, plans[p].longest);
        Batches *b = batches_new(&c, plans[p].sentences, plans[p].tokens, 1);
        batches_begin(b, 0);
        for (int i = 0; i < batches_count(b); i++) {
            Batch *batch = batches_get(b, i, arena);
            int longer = batch->S > batch->T ? batch->S : batch->T;
            if (plans[p].tokens && batch->B > 1)
                assert_true(batch->B * longer <= plans[p].tokens);
            assert_true(!plans[p].sentences || batch->B <= plans[p].sentences);
            assert_true(batch->B > 0);
            arena_rewind(arena, 0);
        }
        batches_free(b);
        corpus_drop(&c);
    }
    arena_free(arena);
}

/* A limit of bytes cuts long batches and leaves short ones; one pair is always allowed. */
static void test_cost_is_kept(void **state)
{
    (void)state;
    const BatchCost cost = { 100, 3, 5, 0.5, 6000 };
    Corpus c = corpus_of(3000, 30);
    Arena *arena = arena_new("test", 1 << 24);
    Batches *b = batches_new(&c, 40, 0, 1);
    batches_limit(b, &cost);
    batches_begin(b, 0);
    int smallest = 40, largest = 0;
    for (int i = 0; i < batches_count(b) - 1; i++) {
        Batch *batch = batches_get(b, i, arena);
        assert_true(batch_bytes(&cost, batch->B, batch->S, batch->T) <= cost.room);
        smallest = batch->B < smallest ? batch->B : smallest;
        largest = batch->B > largest ? batch->B : largest;
        arena_rewind(arena, 0);
    }
    assert_int_equal(largest, 40);
    assert_true(smallest < 12);
    batches_free(b);
    arena_free(arena);
    corpus_drop(&c);
}

/* Alone in a pool: the second one of an epoch is the same without the first. */
static void test_pools_stand_alone(void **state)
{
    (void)state;
    Corpus c = corpus_of(1000, 30);
    Arena *arena = arena_new("test", 1 << 24);
    Batches *a = batches_new(&c, 2, 0, 1), *b = batches_new(&c, 2, 0, 1);
    assert_int_equal(batches_pools(a), 5);
    assert_int_equal(batches_open(a, 3, 0, NULL), LB_OK);
    assert_int_equal(batches_expected(a, 0), 500);
    assert_int_equal(batches_open(a, 3, 4, NULL), LB_OK);
    assert_int_equal(batches_open(b, 3, 4, NULL), LB_OK);
    assert_int_equal(batches_expected(b, 400), 500);
    assert_int_equal(batches_count(a), 100);
    for (int i = 0; i < batches_count(a); i++) {
        Batch *x = batches_get(a, i, arena), *y = batches_get(b, i, arena);
        assert_memory_equal(x->pair, y->pair, (size_t)x->B * sizeof *x->pair);
    }
    batches_free(a);
    batches_free(b);
    arena_free(arena);
    corpus_drop(&c);
}

static void test_order_is_of_seed_and_epoch(void **state)
{
    (void)state;
    Corpus c = corpus_of(3000, 30);
    Batches *b = batches_new(&c, 0, 300, 1), *again = batches_new(&c, 0, 300, 1);
    Batches *other = batches_new(&c, 0, 300, 2);
    size_t *zero = epoch_of(b, 0), *one = epoch_of(b, 1), *two = epoch_of(b, 2);
    size_t *resumed = epoch_of(again, 2), *seeded = epoch_of(other, 2), *back = epoch_of(b, 0);
    assert_true(same_order(two, resumed)); /* without going through epochs 0 and 1 */
    assert_true(same_order(zero, back));
    assert_false(same_order(zero, one));
    assert_false(same_order(one, two));
    assert_false(same_order(two, seeded));
    size_t *const all[] = { zero, one, two, resumed, seeded, back };
    for (size_t i = 0; i < 6; i++)
        array_free_(all[i]);
    batches_free(b);
    batches_free(again);
    batches_free(other);
    corpus_drop(&c);
}

/* Sorting inside pools leaves little padding; without it this corpus would fill about half. */
static void test_little_padding(void **state)
{
    (void)state;
    Corpus c = corpus_of(5000, 40);
    Batches *b = batches_new(&c, 0, 1000, 1);
    Arena *arena = arena_new("test", 1 << 24);
    batches_begin(b, 0);
    double cells = 0, filled = 0;
    for (int i = 0; i < batches_count(b); i++) {
        Batch *batch = batches_get(b, i, arena);
        cells += batch->B * batch->T;
        filled += batch->n_target;
        arena_rewind(arena, 0);
    }
    assert_true(filled / cells > 0.9);
    arena_free(arena);
    batches_free(b);
    corpus_drop(&c);
}

static void test_dropped_words(void **state)
{
    (void)state;
    Corpus c = corpus_of(200, 40);
    Arena *arena = arena_new("test", 1 << 24);
    size_t pairs[200];
    for (size_t i = 0; i < 200; i++)
        pairs[i] = i;
    Batch *whole = batch_make(&c, pairs, 200, arena), *one = batch_make(&c, pairs, 200, arena);
    Batch *two = batch_make(&c, pairs, 200, arena);
    size_t cells = 200 * (size_t)whole->S, dropped = 0, differ = 0;
    batch_drop_words(one, 0.25, 3);
    batch_drop_words(two, 0.25, 4);
    for (size_t i = 0; i < cells; i++) {
        dropped += one->source[i] != whole->source[i];
        differ += one->source[i] != two->source[i];
        assert_true(one->source[i] == VOCAB_UNK || one->source[i] == whole->source[i]);
        assert_true(whole->source[i] >= VOCAB_FIRST || one->source[i] == whole->source[i]);
    }
    size_t words = 0;
    for (int i = 0; i < 200; i++)
        words += (size_t)whole->source_len[i] - 1;
    assert_true((double)dropped > 0.22 * (double)words && (double)dropped < 0.28 * (double)words);
    assert_true(differ > 0);
    batch_drop_words(two = batch_make(&c, pairs, 200, arena), 0.25, 3);
    assert_memory_equal(one->source, two->source, cells * sizeof(int));
    batch_drop_words(two = batch_make(&c, pairs, 200, arena), 0, 3);
    assert_memory_equal(whole->source, two->source, cells * sizeof(int));
    arena_free(arena);
    corpus_drop(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_marks),
        cmocka_unit_test(test_made_from_a_corpus),
        cmocka_unit_test(test_every_pair_once),
        cmocka_unit_test(test_limits_are_kept),
        cmocka_unit_test(test_cost_is_kept),
        cmocka_unit_test(test_pools_stand_alone),
        cmocka_unit_test(test_little_padding),
        cmocka_unit_test(test_order_is_of_seed_and_epoch),
        cmocka_unit_test(test_dropped_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
