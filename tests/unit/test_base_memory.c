/* Arenas, arrays, the guard, error texts and random numbers. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/rng.h"
#include "base/status.h"
#include "base/str.h"

enum { LIMIT = 1 << 16 };

/* ---- arena ---- */

static void pieces_are_aligned_and_apart(void **unused)
{
    (void)unused;
    Arena *a = arena_new("test", LIMIT);
    char *one = arena_alloc(a, 3, 1), *two = arena_alloc(a, 65, 1), *three = arena_alloc(a, 1, 8);
    assert_int_equal((uintptr_t)one % 64, 0);
    assert_int_equal((uintptr_t)two % 64, 0);
    assert_int_equal((uintptr_t)three % 64, 0);
    assert_true(two >= one + 3 && three >= two + 65);
    arena_free(a);
}

static void rewound_memory_is_zero_again(void **unused)
{
    (void)unused;
    Arena *a = arena_new("test", LIMIT);
    arena_alloc(a, 100, 1);
    size_t mark = arena_mark(a);
    memset(arena_alloc(a, 5000, 1), 0xAB, 5000);
    size_t peak = arena_peak(a);
    arena_rewind(a, mark);
    assert_int_equal(arena_used(a), mark);
    assert_int_equal(arena_peak(a), peak);
    const char *again = arena_zero(a, 9000, 1); /* partly used before, partly new */
    for (int i = 0; i < 9000; i++)
        assert_int_equal(again[i], 0);
    arena_free(a);
}

static void the_whole_limit_can_be_used(void **unused)
{
    (void)unused;
    Arena *a = arena_new("test", 1000); /* not a multiple of 64 */
    memset(arena_alloc(a, 1000, 1), 1, 1000);
    assert_int_equal(arena_used(a), 1000);
    assert_int_equal(arena_limit(a), 1000);
    arena_rewind(a, 0);
    assert_string_equal(arena_text(a, "kept"), "kept");
    arena_free(a);
    arena_free(NULL);
}

/* ---- guard ---- */

typedef struct {
    Arena *arena;
    size_t n, size;
    bool reached;
} Wish;

static LbStatus take_wish(void *arg)
{
    Wish *w = arg;
    arena_alloc(w->arena, w->n, w->size);
    w->reached = true;
    return LB_OK;
}

static LbStatus take_nested(void *arg)
{
    Wish *w = arg;
    LbError inner;
    if (guard(take_wish, w, &inner) != LB_MEMORY)
        return LB_DATA;
    memory_exhausted("the outer one", 7, 0);
}

static void too_much_is_an_error(void **unused)
{
    (void)unused;
    static const struct {
        size_t n, size;
        LbStatus status;
    } cases[] = {
        { 1, LIMIT, LB_OK },        { 0, 8, LB_OK },
        { LIMIT, 1, LB_OK },        { LIMIT + 1, 1, LB_MEMORY },
        { SIZE_MAX, 2, LB_MEMORY }, { SIZE_MAX / 2, 4, LB_MEMORY },
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        Wish w = { arena_new("a small arena", LIMIT), cases[i].n, cases[i].size, false };
        LbError err = { 0 };
        assert_int_equal(guard(take_wish, &w, &err), cases[i].status);
        assert_int_equal(w.reached, cases[i].status == LB_OK);
        if (cases[i].status == LB_MEMORY)
            assert_non_null(strstr(err.text, "a small arena"));
        arena_free(w.arena);
    }
}

static void guards_nest(void **unused)
{
    (void)unused;
    Wish w = { arena_new("inner", LIMIT), LIMIT + 1, 1, false };
    LbError err = { 0 };
    assert_int_equal(guard(take_nested, &w, &err), LB_MEMORY);
    assert_non_null(strstr(err.text, "the outer one"));
    assert_int_equal(guard(take_nested, &w, NULL), LB_MEMORY);
    arena_free(w.arena);
}

static char given_back[8];

static void give_back(void *name)
{
    strcat(given_back, name);
}

/* Holds a, b and c; b is let go, and then too much is asked for while a (and c, inside) are held. */
static LbStatus hold_and_ask(void *arg)
{
    Held a, b, c;
    hold(&a, "a", give_back);
    hold(&b, "b", give_back);
    let_go(&b);
    hold(&b, "x", give_back);
    unhold(&b);
    hold(&c, "c", give_back);
    if (arg)
        memory_exhausted("a test", 1, 1);
    let_go(&c);
    let_go(&a);
    return LB_OK;
}

static void what_is_held_is_given_back(void **unused)
{
    (void)unused;
    *given_back = '\0';
    assert_int_equal(guard(hold_and_ask, NULL, NULL), LB_OK);
    assert_string_equal(given_back, "bca");
    *given_back = '\0';
    assert_int_equal(guard(hold_and_ask, given_back, NULL), LB_MEMORY);
    assert_string_equal(given_back, "bca");
    *given_back = '\0';
    assert_int_equal(hold_and_ask(NULL), LB_OK); /* outside of any guard */
    assert_string_equal(given_back, "bca");
}

/* ---- arrays ---- */

static void arrays_grow(void **unused)
{
    (void)unused;
    int *ids = NULL;
    assert_int_equal(array_len(ids), 0);
    for (int i = 0; i < 1000; i++)
        array_push(ids, i);
    int *more = array_add(ids, 500);
    for (int i = 0; i < 500; i++)
        more[i] = 1000 + i;
    assert_int_equal(array_len(ids), 1500);
    for (int i = 0; i < 1500; i++)
        assert_int_equal(ids[i], i);
    array_cut(ids, 3);
    assert_int_equal(array_last(ids), 2);
    array_free(ids);
    assert_null(ids);
    array_free(ids);
}

static LbStatus grow_too_far(void *arg)
{
    double **array = arg;
    array_reserve(*array, SIZE_MAX / 4);
    return LB_OK;
}

static void a_huge_array_is_an_error(void **unused)
{
    (void)unused;
    double *array = NULL;
    array_push(array, 1.5);
    LbError err;
    assert_int_equal(guard(grow_too_far, &array, &err), LB_MEMORY);
    assert_true(array[0] == 1.5);
    array_free(array);
}

static void memory_is_copied(void **unused)
{
    (void)unused;
    char *bytes = memory_bytes("a\0b", 3), *none = memory_bytes(NULL, 0);
    assert_memory_equal(bytes, "a\0b", 4);
    assert_string_equal(none, "");
    free(bytes);
    free(none);
}

/* ---- errors ---- */

static void errors_are_one_clean_line(void **unused)
{
    (void)unused;
    LbError err;
    assert_int_equal(fail_line(&err, LB_DATA, 12, "%s: bad", "a\nb\xff"), LB_DATA);
    assert_string_equal(err.text, "a?b?: bad (line 12)");
    assert_int_equal(err.line, 12);
    (fail)(&err, LB_FILE, "outer: %s", err.text); /* its own text as an argument */
    assert_string_equal(err.text, "outer: a?b?: bad (line 12)");
    assert_int_equal(err.line, 0);
    assert_int_equal((fail)(NULL, LB_USAGE, "nobody hears"), LB_USAGE);
}

static void long_errors_say_that_they_are_cut(void **unused)
{
    (void)unused;
    for (int pad = 0; pad < 4; pad++) { /* the cut falls on every byte of the character */
        Str long_text = { 0 };
        str_addf(&long_text, "%.*s", pad, "xxxx");
        for (int i = 0; i < 500; i++)
            str_add(&long_text, "\xe2\x82\xac");
        LbError err;
        fail_line(&err, LB_DATA, 3, "%s", long_text.text);
        assert_true(utf8_is_valid(err.text, strlen(err.text)));
        assert_non_null(strstr(err.text, "... (line 3)"));
        str_free(&long_text);
    }
    char exact[400];
    memset(exact, 'x', 399);
    exact[399] = '\0';
    LbError err;
    (fail)(&err, LB_DATA, "%s", exact);
    assert_string_equal(err.text, exact);
}

/* ---- random numbers ---- */

static void the_stream_is_known(void **unused)
{
    (void)unused;
    /* First words of xoshiro256** from state 1, 2, 3, 4, by its authors' program. */
    Rng r = { { 1, 2, 3, 4 } };
    assert_true(rng_next(&r) == 11520u);
    assert_true(rng_next(&r) == 0u);
    assert_true(rng_next(&r) == 1509978240u);
    assert_true(rng_next(&r) == 1215971899390074240u);
    Rng a = rng_new(1), b = rng_new(1), c = rng_new(2);
    uint64_t first = rng_next(&a);
    assert_true(first == rng_next(&b));
    assert_true(first != rng_next(&c));
}

static void draws_have_their_distribution(void **unused)
{
    (void)unused;
    enum { N = 60000 };
    Rng r = rng_new(7);
    int counts[6] = { 0 };
    double sum = 0, squares = 0, units = 0;
    for (int i = 0; i < N; i++) {
        counts[rng_below(&r, 6)]++;
        double x = rng_normal(&r), u = rng_unit(&r);
        assert_true(u >= 0 && u < 1);
        sum += x;
        squares += x * x;
        units += u;
    }
    for (int i = 0; i < 6; i++)
        assert_true(abs(counts[i] - N / 6) < 5 * 92); /* 92: one deviation */
    assert_true(fabs(sum / N) < 0.02);
    assert_true(fabs(squares / N - 1) < 0.03);
    assert_true(fabs(units / N - 0.5) < 0.006);
    assert_int_equal(rng_below(&r, 1), 0);
}

static void shuffling_keeps_every_item(void **unused)
{
    (void)unused;
    int items[50], met[50] = { 0 }, moved = 0;
    for (int i = 0; i < 50; i++)
        items[i] = i;
    Rng r = rng_new(3);
    rng_shuffle(&r, items, 50);
    for (int i = 0; i < 50; i++) {
        met[items[i]]++;
        moved += items[i] != i;
    }
    for (int i = 0; i < 50; i++)
        assert_int_equal(met[i], 1);
    assert_true(moved > 30);
    rng_shuffle(&r, items, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_are_aligned_and_apart),
        cmocka_unit_test(rewound_memory_is_zero_again),
        cmocka_unit_test(the_whole_limit_can_be_used),
        cmocka_unit_test(too_much_is_an_error),
        cmocka_unit_test(guards_nest),
        cmocka_unit_test(what_is_held_is_given_back),
        cmocka_unit_test(arrays_grow),
        cmocka_unit_test(a_huge_array_is_an_error),
        cmocka_unit_test(memory_is_copied),
        cmocka_unit_test(errors_are_one_clean_line),
        cmocka_unit_test(long_errors_say_that_they_are_cut),
        cmocka_unit_test(the_stream_is_known),
        cmocka_unit_test(draws_have_their_distribution),
        cmocka_unit_test(shuffling_keeps_every_item),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
