/* batch.c -- padding, and the order of training.
 *
 * The order of an epoch is made in four steps, each a function of (seed, epoch): all pairs shuffled; pools of
 * about POOL batches sorted by (target length, source length), equal ones left in shuffled order; pools cut
 * into batches; batches shuffled. Pools keep sentences of equal length from meeting the same neighbours in
 * every epoch, which one sort of the whole corpus would cause.
 */
#include "text/batch.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/rng.h"

enum { POOL = 100 };

/* ---- padding ---- */

static int longest(const int *lens, int n)
{
    int most = 0;
    for (int i = 0; i < n; i++)
        most = lens[i] > most ? lens[i] : most;
    return most;
}

/* before (or nothing when < 0), ids, after (or nothing), padding up to width */
static void fill_row(int *row, int width, int before, const int *ids, int n, int after)
{
    int at = 0;
    if (before >= 0)
        row[at++] = before;
    if (n > 0)
        memcpy(row + at, ids, (size_t)n * sizeof *ids);
    at += n;
    if (after >= 0)
        row[at++] = after;
    for (; at < width; at++)
        row[at] = VOCAB_PAD;
}

static int *lens_with_end(const int *lens, int n, Arena *arena)
{
    int *out = arena_array(arena, int, n);
    for (int i = 0; i < n; i++)
        out[i] = lens[i] + 1;
    return out;
}

Batch *batch_sources(const int *const *ids, const int *lens, int n, Arena *arena)
{
    assert(n > 0);
    Batch *b = arena_zero(arena, 1, sizeof *b);
    b->B = n;
    b->S = longest(lens, n) + 1;
    b->source_len = lens_with_end(lens, n, arena);
    b->source = arena_array(arena, int, (size_t)n *(size_t)b->S);
    for (int i = 0; i < n; i++)
        fill_row(b->source + (size_t)i * (size_t)b->S, b->S, -1, ids[i], lens[i], VOCAB_EOS);
    return b;
}

void batch_add_targets(Batch *b, const int *const *ids, const int *lens, Arena *arena)
{
    b->T = longest(lens, b->B) + 1;
    b->target_len = lens_with_end(lens, b->B, arena);
    b->target_in = arena_array(arena, int, (size_t)b->B *(size_t)b->T);
    b->target_out = arena_array(arena, int, (size_t)b->B *(size_t)b->T);
    b->n_target = 0;
    for (int i = 0; i < b->B; i++) {
        size_t row = (size_t)i * (size_t)b->T;
        fill_row(b->target_in + row, b->T, VOCAB_BOS, ids[i], lens[i], -1);
        fill_row(b->target_out + row, b->T, -1, ids[i], lens[i], VOCAB_EOS);
        b->n_target += b->target_len[i];
    }
}

Batch *batch_make(const Corpus *c, const size_t *pairs, int n, Arena *arena)
{
    const int **source = arena_array(arena, const int *, n), **target = arena_array(arena, const int *, n);
    int *source_len = arena_array(arena, int, n), *target_len = arena_array(arena, int, n);
    for (int i = 0; i < n; i++) {
        source[i] = corpus_source(c, pairs[i], &source_len[i]);
        target[i] = corpus_target(c, pairs[i], &target_len[i]);
    }
    Batch *b = batch_sources(source, source_len, n, arena);
    batch_add_targets(b, target, target_len, arena);
    b->pair = arena_array(arena, size_t, n);
    memcpy(b->pair, pairs, (size_t)n * sizeof *pairs);
    return b;
}

/* The high 53 bits of a hash as a number in [0, 1). */
static double unit(uint64_t hash)
{
    return (double)(hash >> 11) * 0x1p-53;
}

void batch_drop_words(Batch *b, double rate, uint64_t key)
{
    for (int i = 0; i < b->B; i++)
        for (int s = 0; s < b->source_len[i] - 1; s++) {
            size_t at = (size_t)i * (size_t)b->S + (size_t)s;
            if (unit(rng_hash(key, at)) < rate)
                b->source[at] = VOCAB_UNK;
        }
}

/* ---- the order of an epoch ---- */

typedef struct {
    int pair, source, target; /* lengths, end of sentence counted */
    int rank;                 /* place in the shuffled order */
} Item;

typedef struct {
    size_t begin; /* in pairs */
    int n;
} Cut;

struct Batches {
    const Corpus *corpus;
    int sentences, tokens;
    uint64_t seed;
    size_t pool;   /* pairs sorted together */
    int *order;    /* [n] the shuffled pairs */
    size_t *pairs; /* [n] in the order of the batches before these are shuffled */
    Item *items;   /* [n] */
    Cut *cuts;     /* an array: the batches */
    int *turn;     /* an array: batch i is cut turn[i] */
};

static Item item_of(const Corpus *c, int pair, int rank)
{
    Item item = { .pair = pair, .rank = rank };
    corpus_source(c, (size_t)pair, &item.source);
    corpus_target(c, (size_t)pair, &item.target);
    item.source++;
    item.target++;
    return item;
}

static int longer_side(Item item)
{
    return item.source > item.target ? item.source : item.target;
}

static int by_length(const void *a, const void *b)
{
    const Item *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    return (x->rank > y->rank) - (x->rank < y->rank);
}

/* About POOL batches' worth of pairs. */
static size_t pool_size(const Corpus *c, int sentences, int tokens)
{
    if (sentences > 0)
        return (size_t)sentences * POOL;
    double total = 0;
    for (size_t i = 0; i < c->n; i++)
        total += longer_side(item_of(c, (int)i, 0));
    return (size_t)((double)tokens * POOL / (total / (double)c->n)) + 1;
}

Batches *batches_new(const Corpus *c, int sentences, int tokens, uint64_t seed)
{
    assert((sentences > 0) != (tokens > 0));
    assert(c->n > 0 && c->n <= INT_MAX);
    Batches *b = memory_get(1, sizeof *b);
    *b = (Batches){ .corpus = c, .sentences = sentences, .tokens = tokens, .seed = seed };
    b->pool = pool_size(c, sentences, tokens);
    b->order = memory_get(c->n, sizeof *b->order);
    b->pairs = memory_get(c->n, sizeof *b->pairs);
    b->items = memory_get(c->n, sizeof *b->items);
    return b;
}

void batches_free(Batches *b)
{
    if (!b)
        return;
    free(b->order);
    free(b->pairs);
    free(b->items);
    array_free(b->cuts);
    array_free(b->turn);
    free(b);
}

/* How many of the sorted items[0..n) fit into one batch. */
static int fitting(const Batches *b, const Item *items, size_t n)
{
    int most = 0;
    size_t count = 0;
    for (; count < n; count++) {
        int length = longer_side(items[count]);
        most = length > most ? length : most;
        bool full = b->tokens > 0 ? (long long)(count + 1) * most > b->tokens : count >= (size_t)b->sentences;
        if (full && count > 0)
            break;
    }
    return (int)count;
}

static void cut_pool(Batches *b, size_t begin, size_t end)
{
    for (size_t i = begin; i < end;) {
        int n = fitting(b, b->items + i, end - i);
        array_push(b->cuts, (Cut){ i, n });
        i += (size_t)n;
    }
}

void batches_begin(Batches *b, int epoch)
{
    size_t n = b->corpus->n;
    Rng rng = rng_new(rng_hash(b->seed, (uint64_t)epoch));
    for (size_t i = 0; i < n; i++)
        b->order[i] = (int)i;
    rng_shuffle(&rng, b->order, (int)n);
    for (size_t i = 0; i < n; i++)
        b->items[i] = item_of(b->corpus, b->order[i], (int)i);
    array_cut(b->cuts, 0);
    for (size_t begin = 0, end; begin < n; begin = end) {
        end = n - begin > b->pool ? begin + b->pool : n;
        qsort(b->items + begin, end - begin, sizeof *b->items, by_length);
        cut_pool(b, begin, end);
    }
    for (size_t i = 0; i < n; i++)
        b->pairs[i] = (size_t)b->items[i].pair;
    array_cut(b->turn, 0);
    for (size_t i = 0; i < array_len(b->cuts); i++)
        array_push(b->turn, (int)i);
    rng_shuffle(&rng, b->turn, (int)array_len(b->turn));
}

int batches_count(const Batches *b)
{
    return (int)array_len(b->cuts);
}

Batch *batches_get(const Batches *b, int i, Arena *arena)
{
    assert(i >= 0 && i < batches_count(b));
    Cut cut = b->cuts[b->turn[i]];
    return batch_make(b->corpus, b->pairs + cut.begin, cut.n, arena);
}
