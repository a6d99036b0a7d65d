#include "explain/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

enum { MOST_CELLS = 1 << 24 };

/* What is left of both texts: words [from, to) of each. */
typedef struct {
    const char *const *a, *const *b;
    int from_a, to_a, from_b, to_b;
} Rest;

static bool is_same(const Rest *r, int a, int b)
{
    return strcmp(r->a[a], r->b[b]) == 0;
}

/* Words that differ, put beside each other. */
static void add_other(Beside **out, int from_a, int to_a, int from_b, int to_b)
{
    for (int i = 0; from_a + i < to_a || from_b + i < to_b; i++) {
        int a = from_a + i < to_a ? from_a + i : -1, b = from_b + i < to_b ? from_b + i : -1;
        array_push(*out, (Beside){ a, b, false });
    }
}

/* [to_a - from_a + 1, to_b - from_b + 1]: the most words in common from word (a, b) on. */
static int *common_table(const Rest *r)
{
    int n = r->to_a - r->from_a, m = r->to_b - r->from_b;
    size_t wide = (size_t)m + 1;
    int *most = memory_get(((size_t)n + 1) * wide, sizeof *most);
    for (int i = n - 1; i >= 0; i--)
        for (int j = m - 1; j >= 0; j--) {
            size_t at = (size_t)i * wide + (size_t)j;
            int skip = most[at + wide] > most[at + 1] ? most[at + wide] : most[at + 1];
            most[at] = is_same(r, r->from_a + i, r->from_b + j) ? most[at + wide + 1] + 1 : skip;
        }
    return most;
}

static void add_rest(Beside **out, const Rest *r)
{
    int *most = common_table(r), a = r->from_a, b = r->from_b, begin_a = a, begin_b = b;
    size_t wide = (size_t)(r->to_b - r->from_b) + 1;
    while (a < r->to_a && b < r->to_b) {
        const int *at = most + (size_t)(a - r->from_a) * wide + (b - r->from_b);
        if (is_same(r, a, b)) {
            add_other(out, begin_a, a, begin_b, b);
            array_push(*out, (Beside){ a++, b++, true });
            begin_a = a, begin_b = b;
        } else if (at[wide] >= at[1]) {
            a++;
        } else {
            b++;
        }
    }
    add_other(out, begin_a, r->to_a, begin_b, r->to_b);
    free(most);
}

static void add_in_order(Beside **out, const Rest *r)
{
    size_t before = array_len(*out);
    add_other(out, r->from_a, r->to_a, r->from_b, r->to_b);
    for (size_t i = before; i < array_len(*out); i++)
        (*out)[i].same = (*out)[i].a >= 0 && (*out)[i].b >= 0 && is_same(r, (*out)[i].a, (*out)[i].b);
}

Beside *diff_words(const char *const *a, int n_a, const char *const *b, int n_b)
{
    Rest r = { a, b, 0, n_a, 0, n_b };
    Beside *out = NULL;
    for (; r.from_a < n_a && r.from_b < n_b && is_same(&r, r.from_a, r.from_b); r.from_a++, r.from_b++)
        array_push(out, (Beside){ r.from_a, r.from_b, true });
    while (r.to_a > r.from_a && r.to_b > r.from_b && is_same(&r, r.to_a - 1, r.to_b - 1))
        r.to_a--, r.to_b--;
    double cells = ((double)(r.to_a - r.from_a) + 1) * ((double)(r.to_b - r.from_b) + 1);
    if (cells <= MOST_CELLS)
        add_rest(&out, &r);
    else
        add_in_order(&out, &r);
    for (int i = 0; r.to_a + i < n_a; i++)
        array_push(out, (Beside){ r.to_a + i, r.to_b + i, true });
    return out;
}
