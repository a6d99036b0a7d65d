/* batch.c -- padding, and the order of training.
 *
 * The order of an epoch is a bijection of the lines' numbers, computed, not stored: a Feistel network keyed
 * by (seed, epoch) over the next power of four, whose results beyond the last line are sent through again
 * (Black and Rogaway 2002, cycle walking). Pool p holds what stands at places [p, p + 1) of the order, in
 * units of about POOL batches; inside it pairs are sorted by (target length, source length), equal ones left
 * as they came, and cut. Pools keep sentences of equal length from meeting the same neighbours in every
 * epoch, which one sort of the whole corpus would cause.
 *
 * The size of a pool depends on the configuration alone, so that corpora in memory and on disk are gone
 * through in the same way, to the bit.
 */
#include "text/batch.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/rng.h"

enum { POOL = 100, USUAL_LENGTH = 25, ROUNDS = 8, POOL_MOST = 1 << 20 };

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

static int *lens_plus(const int *lens, int n, int more, Arena *arena)
{
    int *out = arena_array(arena, int, n);
    for (int i = 0; i < n; i++) {
        out[i] = lens[i] + more;
        assert(out[i] > 0);
    }
    return out;
}

Batch *batch_sources(const int *const *ids, const int *lens, int n, SourceMarks marks, Arena *arena)
{
    assert(n > 0);
    Batch *b = arena_zero(arena, 1, sizeof *b);
    b->B = n;
    b->n_marks = marks_count(marks);
    b->S = longest(lens, n) + b->n_marks;
    b->source_len = lens_plus(lens, n, b->n_marks, arena);
    b->source = arena_array(arena, int, (size_t)n *(size_t)b->S);
    for (int i = 0; i < n; i++)
        fill_row(b->source + (size_t)i * (size_t)b->S, b->S, marks.begin ? VOCAB_BOS : -1, ids[i], lens[i],
                 marks.no_end ? -1 : VOCAB_EOS);
    return b;
}

Batch *batch_pick(const Batch *b, const int *rows, int n, Arena *arena)
{
    assert(n > 0);
    Batch *out = arena_alloc(arena, 1, sizeof *out);
    *out = *b;
    out->B = n;
    out->T = out->n_target = 0;
    out->target_in = out->target_out = out->target_len = NULL;
    out->pair = NULL;
    out->guide = NULL;
    out->source_len = arena_array(arena, int, n);
    for (int i = 0; i < n; i++)
        out->source_len[i] = b->source_len[rows[i]];
    out->S = longest(out->source_len, n);
    out->source = arena_array(arena, int, (size_t)n *(size_t)out->S);
    for (int i = 0; i < n; i++) /* what a shorter row has behind its end is padding already */
        memcpy(out->source + (size_t)i * (size_t)out->S, b->source + (size_t)rows[i] * (size_t)b->S,
               (size_t)out->S * sizeof *out->source);
    return out;
}

void batch_add_targets(Batch *b, const int *const *ids, const int *lens, Arena *arena)
{
    b->T = longest(lens, b->B) + 1;
    if (b->T < 2) /* one place is a step of search, which rounds in another way: a neighbour would show */
        b->T = 2;
    b->target_len = lens_plus(lens, b->B, 1, arena);
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

/* ---- guided attention ---- */

/* Cells of a pair, those of all target pieces counted once for each. */
static int count_cells(const Corpus *c, size_t pair, int n_target)
{
    size_t n, count = 0;
    const GuideCell *cells = corpus_guide(c, pair, &n);
    for (size_t i = 0; i < n; i++)
        count += cells[i].t == GUIDE_ALL ? (size_t)n_target : 1;
    assert(count <= INT_MAX);
    return (int)count;
}

static void add_cell(Guide *g, int row, int column, float share)
{
    g->n_rows += g->n == 0 || g->row[g->n - 1] != row;
    g->row[g->n] = row;
    g->column[g->n] = column;
    g->share[g->n++] = (double)share;
}

/* `first`: the row of its first piece; `shift`: source places before its first piece. */
static void add_cells(Guide *g, const Corpus *c, size_t pair, int n_target, int first, int shift)
{
    size_t n;
    const GuideCell *cells = corpus_guide(c, pair, &n);
    bool all = n > 0 && cells[0].t == GUIDE_ALL;
    for (int t = 0; t < (all ? n_target : 1); t++)
        for (size_t i = 0; i < n; i++)
            add_cell(g, first + (all ? t : cells[i].t), cells[i].s + shift, cells[i].share);
}

static Guide *guide_of(const Corpus *c, const Batch *b, const size_t *pairs, Arena *arena)
{
    Guide *g = arena_zero(arena, 1, sizeof *g);
    size_t n = 0;
    for (int i = 0; i < b->B; i++)
        n += (size_t)count_cells(c, pairs[i], b->target_len[i] - 1);
    g->row = arena_array(arena, int, n);
    g->column = arena_array(arena, int, n);
    g->share = arena_array(arena, double, n);
    for (int i = 0; i < b->B; i++)
        add_cells(g, c, pairs[i], b->target_len[i] - 1, i * b->T, c->marks.begin);
    return g;
}

Batch *batch_make(const Corpus *c, const size_t *pairs, int n, Arena *arena)
{
    const int **source = arena_array(arena, const int *, n), **target = arena_array(arena, const int *, n);
    int *source_len = arena_array(arena, int, n), *target_len = arena_array(arena, int, n);
    for (int i = 0; i < n; i++) {
        source[i] = corpus_source(c, pairs[i], &source_len[i]);
        target[i] = corpus_target(c, pairs[i], &target_len[i]);
    }
    Batch *b = batch_sources(source, source_len, n, c->marks, arena);
    batch_add_targets(b, target, target_len, arena);
    b->guide = c->guided ? guide_of(c, b, pairs, arena) : NULL;
    b->known = c->known;
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
        for (int s = 0; s < b->source_len[i]; s++) {
            size_t at = (size_t)i * (size_t)b->S + (size_t)s;
            bool mark = b->source[at] == VOCAB_BOS || b->source[at] == VOCAB_EOS,
                 unknown = b->known > 0 && b->source[at] >= b->known;
            if (!mark && !unknown && unit(rng_hash(key, at)) < rate)
                b->source[at] = VOCAB_UNK;
        }
}

/* ---- masked words ---- */

/* What stands for `piece`, chosen with these random bits, in what the model reads. */
static int disguise(const Vocab *v, int piece, uint64_t bits)
{
    double u = unit(bits);
    int others = vocab_size(v) - VOCAB_FIRST;
    if (u < 0.8)
        return vocab_mask(v);
    return u < 0.9 ? VOCAB_FIRST + (int)(rng_hash(bits, 1) % (uint64_t)others) : piece;
}

/* Chooses places of row i; n: places chosen so far; returns how many then. */
static int mask_row(Batch *b, int i, const Vocab *v, double rate, uint64_t key, int n)
{
    int *row = b->source + (size_t)i * (size_t)b->S, len = b->target_len[i] - 1, least = -1, before = n;
    double lowest = 2;
    for (int t = 0; t < len; t++) {
        double u = unit(rng_hash(key, 2 * (uint64_t)t));
        if (u < lowest)
            lowest = u, least = t;
        if (u < rate)
            b->guessed[n++] = t;
    }
    if (n == before && len > 0)
        b->guessed[n++] = least;
    for (int k = before; k < n; k++) {
        int t = b->guessed[k];
        row[t] = disguise(v, row[t], rng_hash(key, 2 * (uint64_t)t + 1));
        b->guessed[k] = i * b->T + t;
    }
    return n;
}

void batch_mask_words(Batch *b, const Vocab *v, double rate, uint64_t key, Arena *arena)
{
    size_t all = (size_t)b->B * (size_t)b->T;
    b->S = b->T;
    b->source_len = b->target_len;
    b->source = arena_array(arena, int, all);
    memcpy(b->source, b->target_out, all * sizeof *b->source);
    b->guessed = arena_array(arena, int, b->n_target);
    int n = 0;
    for (int i = 0; i < b->B; i++)
        n = mask_row(b, i, v, rate, rng_hash(key, b->pair ? b->pair[i] : (size_t)i), n);
    b->n_target = n;
}

/* ---- the order of an epoch ---- */

typedef struct {
    uint64_t key, n;
    int half; /* bits of each half */
} Order;

static Order order_new(uint64_t key, size_t n)
{
    Order o = { key, n, 1 };
    while ((uint64_t)1 << (2 * o.half) < n)
        o.half++;
    return o;
}

static uint64_t feistel(const Order *o, uint64_t x)
{
    uint64_t mask = ((uint64_t)1 << o->half) - 1, left = x >> o->half, right = x & mask;
    for (uint64_t round = 0; round < ROUNDS; round++) {
        uint64_t mixed = left ^ (rng_hash(o->key, round << 32 | right) >> 32 & mask);
        left = right;
        right = mixed;
    }
    return left << o->half | right;
}

/* The line at place i < n. */
static int order_at(const Order *o, size_t i)
{
    uint64_t x = i;
    do
        x = feistel(o, x);
    while (x >= o->n);
    return (int)x;
}

/* ---- pools ---- */

typedef struct {
    int pair, source, target; /* number in the pool; lengths, marks counted */
} Item;

typedef struct {
    size_t begin; /* in pairs */
    int n;
} Cut;

struct Batches {
    const Corpus *corpus;
    int sentences, tokens;
    uint64_t seed;
    BatchCost cost;
    size_t pool_lines;
    int epoch, pool; /* that is open; -1: none */
    Corpus taken;    /* its pairs */
    int *lines;      /* an array: theirs */
    Item *items;     /* an array: the pairs, sorted */
    Cut *cuts;       /* an array: the batches */
    int *turn;       /* an array: batch i is cut turn[i] */
};

Batches *batches_new(const Corpus *c, int sentences, int tokens, uint64_t seed)
{
    assert((sentences > 0) != (tokens > 0));
    assert(corpus_lines(c) > 0 && corpus_lines(c) <= INT_MAX);
    long long pool =
        sentences > 0 ? (long long)sentences * POOL : (long long)tokens * POOL / USUAL_LENGTH + 1;
    Batches *b = memory_get(1, sizeof *b);
    *b = (Batches){ .corpus = c, .sentences = sentences, .tokens = tokens, .seed = seed };
    b->pool_lines = pool < POOL_MOST ? (size_t)pool : POOL_MOST;
    b->epoch = b->pool = -1;
    return b;
}

void batches_free(Batches *b)
{
    if (!b)
        return;
    corpus_clear(&b->taken);
    array_free(b->lines);
    array_free(b->items);
    array_free(b->cuts);
    array_free(b->turn);
    free(b);
}

double batch_bytes(const BatchCost *c, int B, int S, int T)
{
    return c->fixed + (double)B * (c->source * S + c->target * T + c->both * S * T);
}

void batches_limit(Batches *b, const BatchCost *cost)
{
    assert(b->pool < 0);
    b->cost = *cost;
}

static Item item_of(const Corpus *c, int pair)
{
    Item item = { .pair = pair };
    corpus_source(c, (size_t)pair, &item.source);
    corpus_target(c, (size_t)pair, &item.target);
    item.source += marks_count(c->marks);
    item.target++;
    return item;
}

static int by_length(const void *a, const void *b)
{
    const Item *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    return (x->pair > y->pair) - (x->pair < y->pair);
}

/* Whether n pairs, the longest sides of which are S and T, are more than a batch may have. */
static bool too_many(const Batches *b, int n, int S, int T)
{
    int longer = S > T ? S : T;
    if (b->tokens > 0 ? (long long)n * longer > b->tokens : n > b->sentences)
        return true;
    return b->cost.room > 0 && batch_bytes(&b->cost, n, S, T) > b->cost.room;
}

/* How many of the sorted items[0..n) fit into one batch. */
static int fitting(const Batches *b, const Item *items, size_t n)
{
    int S = 0, T = 0, count = 0;
    for (; (size_t)count < n; count++) {
        S = items[count].source > S ? items[count].source : S;
        T = items[count].target > T ? items[count].target : T;
        if (count > 0 && too_many(b, count + 1, S, T))
            break;
    }
    return count;
}

static void cut_pool(Batches *b)
{
    size_t n = array_len(b->items);
    array_cut(b->cuts, 0);
    array_cut(b->turn, 0);
    for (size_t i = 0; i < n;) {
        int size = fitting(b, b->items + i, n - i);
        array_push(b->turn, (int)array_len(b->cuts));
        array_push(b->cuts, (Cut){ i, size });
        i += (size_t)size;
    }
}

/* Of the pairs taken. */
static void arrange(Batches *b, uint64_t key)
{
    array_cut(b->items, 0);
    for (size_t i = 0; i < b->taken.n; i++)
        array_push(b->items, item_of(&b->taken, (int)i));
    if (b->items)
        qsort(b->items, array_len(b->items), sizeof *b->items, by_length);
    cut_pool(b);
    Rng rng = rng_new(key);
    rng_shuffle(&rng, b->turn, (int)array_len(b->turn));
}

LbStatus batches_open(Batches *b, int epoch, int pool, LbError *err)
{
    assert(epoch >= 0 && pool >= 0 && pool < batches_pools(b));
    if (b->epoch == epoch && b->pool == pool)
        return LB_OK;
    size_t all = corpus_lines(b->corpus), from = (size_t)pool * b->pool_lines;
    size_t end = all - from > b->pool_lines ? from + b->pool_lines : all;
    uint64_t key = rng_hash(b->seed, (uint64_t)epoch);
    Order order = order_new(key, all);
    b->epoch = b->pool = -1; /* until it is whole */
    array_cut(b->lines, 0);
    for (size_t i = from; i < end; i++)
        array_push(b->lines, order_at(&order, i));
    LbStatus status = corpus_take(b->corpus, b->lines, array_len(b->lines), &b->taken, err);
    if (status != LB_OK)
        return status;
    arrange(b, rng_hash(key, (uint64_t)pool));
    b->epoch = epoch;
    b->pool = pool;
    return LB_OK;
}

int batches_pools(const Batches *b)
{
    return (int)((corpus_lines(b->corpus) - 1) / b->pool_lines) + 1;
}

int batches_pool_lines(const Batches *b)
{
    return (int)b->pool_lines;
}

void batches_begin(Batches *b, int epoch)
{
    assert(b->corpus->n > 0);
    b->pool_lines = corpus_lines(b->corpus);
    LbStatus status = batches_open(b, epoch, 0, NULL);
    assert(status == LB_OK); /* nothing is read */
}

int batches_count(const Batches *b)
{
    return (int)array_len(b->cuts);
}

Batch *batches_get(const Batches *b, int i, Arena *arena)
{
    assert(b->pool >= 0 && i >= 0 && i < batches_count(b));
    Cut cut = b->cuts[b->turn[i]];
    size_t *pairs = arena_array(arena, size_t, cut.n);
    for (int k = 0; k < cut.n; k++)
        pairs[k] = (size_t)b->items[cut.begin + (size_t)k].pair;
    Batch *batch = batch_make(&b->taken, pairs, cut.n, arena);
    for (int k = 0; k < cut.n; k++)
        batch->pair[k] = (size_t)b->taken.from[pairs[k]];
    return batch;
}

const CorpusReport *batches_report(const Batches *b)
{
    return &b->taken.report;
}

int batches_expected(const Batches *b, int before)
{
    size_t all = corpus_lines(b->corpus), through = (size_t)(b->pool + 1) * b->pool_lines;
    double so_far = before + batches_count(b);
    return (int)(through < all ? so_far * (double)all / (double)through + 0.5 : so_far);
}
