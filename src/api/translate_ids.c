/* translate_ids.c -- many encoded sources through search: sorted by length inside, outputs in input order. */
#include <stdlib.h>

#include "api/handle.h"
#include "base/array.h"

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

/* False: cancelled. */
static bool one_batch(LbSession *s, const Sorted *pick, int n, const int *const *ids, SearchOptions o,
                      char **texts)
{
    arena_rewind(s->inputs, 0);
    arena_rewind(s->results, 0);
    const int **some = arena_array(s->inputs, const int *, n);
    int *lens = arena_array(s->inputs, int, n);
    for (int i = 0; i < n; i++)
        some[i] = ids[pick[i].index], lens[i] = pick[i].len;
    Batch *b = batch_sources(some, lens, n, s->inputs);
    Found *found = arena_array(s->results, Found, n);
    if (searcher_cancelled(s->searcher) ||
        !search_run(s->searcher, (const Model *const *)s->models, s->n_models, b, &o, s->results, found))
        return false;
    for (int i = 0; i < n; i++)
        texts[pick[i].index] =
            vocab_decode(s->models[0]->target, found[i].hyp[0].ids, found[i].hyp[0].n, NULL);
    return true;
}

static LbStatus drop_texts(char ***texts, size_t n, LbError *err)
{
    for (size_t i = 0; i < n; i++)
        free((*texts)[i]);
    free(*texts);
    *texts = NULL;
    return fail(err, LB_CANCELLED, "stopped on request");
}

LbStatus translate_ids(LbSession *s, const int *const *ids, const int *lens, size_t n, SearchOptions o,
                       int batch, char ***texts, LbError *err)
{
    Sorted *order = memory_get(n + 1, sizeof *order);
    *texts = memory_get(n + 1, sizeof **texts);
    for (size_t i = 0; i < n; i++)
        order[i] = (Sorted){ i, lens[i] };
    qsort(order, n, sizeof *order, by_length);
    bool finished = true;
    for (size_t i = 0; i < n && finished; i += (size_t)batch) {
        int left = n - i < (size_t)batch ? (int)(n - i) : batch;
        finished = one_batch(s, order + i, left, ids, o, *texts);
    }
    free(order);
    return finished ? LB_OK : drop_texts(texts, n, err);
}
