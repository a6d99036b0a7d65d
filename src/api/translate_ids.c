/* translate_ids.c -- many encoded sources through search: sorted by length inside, outputs in input order. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "api/handle.h"
#include "base/array.h"
#include "text/vocab_unknown.h"

typedef struct {
    size_t index;
    int len;
} Sorted;

static int by_length(const void *a, const void *b)
{
    const Sorted *x = a, *y = b;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

typedef struct {
    LbSession *s;
    const Sorted *pick;
    int n;
    const int *const *ids;
    const char *const *lines;
    const SearchOptions *o;
    char **texts;
    bool finished; /* false: cancelled */
} Some;

static void forget(void *names)
{
    names_free(names);
}

static char *text_of(const Some *t, int i, const Hypothesis *h)
{
    const Model *m = t->s->models[0];
    if (!model_copies(m))
        return vocab_decode(m->target, h->ids, h->n, NULL);
    Names unknown = { 0 };
    Held held;
    hold(&held, &unknown, forget);
    const char *line = t->lines[t->pick[i].index];
    Piece *pieces = vocab_encode(m->source, line, strlen(line));
    unknown_source(m->source, line, pieces, array_len(pieces), &unknown);
    char *text = vocab_decode_with(m->target, unknown_words(&unknown), h->ids, h->n, NULL);
    array_free(pieces);
    let_go(&held);
    return text;
}

static LbStatus translate_some(void *arg)
{
    Some *t = arg;
    LbSession *s = t->s;
    arena_rewind(s->inputs, 0);
    arena_rewind(s->results, 0);
    const int **some = arena_array(s->inputs, const int *, t->n);
    int *lens = arena_array(s->inputs, int, t->n);
    for (int i = 0; i < t->n; i++)
        some[i] = t->ids[t->pick[i].index], lens[i] = t->pick[i].len;
    Batch *b = batch_sources(some, lens, t->n, model_marks(s->models[0]), s->inputs);
    Found *found = arena_array(s->results, Found, t->n);
    t->finished = !searcher_cancelled(s->searcher) && search_run(s->searcher, (const Model *const *)s->models,
                                                                 s->n_models, b, t->o, s->results, found);
    for (int i = 0; i < t->n && t->finished; i++)
        t->texts[t->pick[i].index] = text_of(t, i, &found[i].hyp[0]);
    return LB_OK;
}

/* Halves a batch that does not fit into memory, and those after it. */
static LbStatus translate_most(Some *t, int left, LbError *err)
{
    LbSession *s = t->s;
    LbStatus status;
    for (;;) {
        t->n = left < s->batch ? left : s->batch;
        status = guard(translate_some, t, err);
        if (status != LB_MEMORY || t->n <= 1)
            return status;
        s->batch = t->n / 2;
        searcher_release(s->searcher);
        arena_release(s->inputs);
        arena_release(s->results);
    }
}

static void drop_texts(char ***texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free((*texts)[i]);
    free(*texts);
    *texts = NULL;
}

LbStatus translate_ids(LbSession *s, const int *const *ids, const int *lens, const char *const *lines,
                       size_t n, SearchOptions o, char ***texts, LbError *err)
{
    Sorted *order = memory_get(n + 1, sizeof *order);
    *texts = memory_get(n + 1, sizeof **texts);
    for (size_t i = 0; i < n; i++)
        order[i] = (Sorted){ i, lens[i] };
    qsort(order, n, sizeof *order, by_length);
    Some t = { .s = s, .ids = ids, .lines = lines, .o = &o, .texts = *texts, .finished = true };
    LbStatus status = LB_OK;
    for (size_t i = 0; i < n && status == LB_OK; i += (size_t)t.n) {
        t.pick = order + i;
        status = translate_most(&t, n - i < INT_MAX ? (int)(n - i) : INT_MAX, err);
        if (status == LB_OK && !t.finished)
            status = fail(err, LB_CANCELLED, "stopped on request");
    }
    free(order);
    if (status != LB_OK)
        drop_texts(texts, n);
    return status;
}
