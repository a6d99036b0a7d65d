/* faults.c -- see faults.h.
 *
 * The corpus is read once, line by line, and of n lines every one has the same chance to be among the `most`
 * kept (reservoir sampling, Vitter 1985, algorithm R), so a corpus larger than memory is fine. Bytes of the
 * lines are copied as they are, whatever they are. A dropped clause is made by joining two pairs, not by
 * cutting a target: this needs no alignment, so the words that are not covered are known for any corpus.
 * Pairs of the shortest third are joined, so that the result is no longer than what a model is used to.
 */
#include "synth/faults.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/rng.h"
#include "base/str.h"

enum { MOST_WORDS = 200, MOST_BYTES = 1 << 16, TRIES = 32, LONGEST_GRAM = 4 };

typedef struct {
    char *text;
    size_t len;
    int n_words;
} Side;

typedef struct {
    Side source, target;
    uint64_t line;
} Pair;

typedef struct {
    Pair *pairs; /* an array, in the order of the file */
    int *shorts; /* the shortest third of them, by source words */
    int n_pairs, n_shorts;
    Rng rng;
    NewFile file[3];
    int n_open;
} Maker;

/* ---- the corpus ---- */

static int count_words(const char *text, size_t len)
{
    Span *words = text_words(text, len);
    int n = (int)array_len(words);
    array_free(words);
    return n;
}

static bool side_fits(const Side *s)
{
    return s->len <= MOST_BYTES && s->n_words > 0 && s->n_words <= MOST_WORDS;
}

static Side side_copy(const Side *s)
{
    return (Side){ memory_bytes(s->text, s->len), s->len, s->n_words };
}

static void pair_free(Pair *p)
{
    free(p->source.text);
    free(p->target.text);
}

/* Pair number `seen` of those that fit, from 0. */
static void sample(Maker *m, const Pair *pair, uint64_t seen, size_t most)
{
    Pair copy = { side_copy(&pair->source), side_copy(&pair->target), pair->line };
    uint64_t place = seen < most ? seen : rng_next(&m->rng) % (seen + 1);
    if (place >= most) {
        pair_free(&copy);
    } else if (seen < most) {
        array_push(m->pairs, copy);
    } else {
        pair_free(&m->pairs[place]);
        m->pairs[place] = copy;
    }
}

/* As reader_line; a line that is too long to be used is not looked at. */
static int read_side(Reader *r, Side *out, LbError *err)
{
    const char *text;
    int got = reader_line(r, &text, &out->len, err);
    if (got > 0) {
        out->text = (char *)(uintptr_t)text; /* not written to */
        out->n_words = out->len <= MOST_BYTES ? count_words(text, out->len) : 0;
    }
    return got;
}

static LbStatus read_pairs(Maker *m, const FaultOrder *o, Reader *source, Reader *target, LbError *err)
{
    uint64_t seen = 0;
    for (uint64_t line = 0;; line++) {
        Pair pair = { .line = line };
        int a = read_side(source, &pair.source, err);
        int b = a < 0 ? a : read_side(target, &pair.target, err);
        if (a < 0 || b < 0)
            return err->status;
        if (a != b)
            return fail(err, LB_DATA, "%s ends after line %llu, %s goes on: they are no parallel text",
                        a ? o->target : o->source, (unsigned long long)line, a ? o->source : o->target);
        if (a == 0)
            return LB_OK;
        if (side_fits(&pair.source) && side_fits(&pair.target))
            sample(m, &pair, seen++, o->most);
    }
}

static LbStatus read_corpus(Maker *m, const FaultOrder *o, LbError *err)
{
    Reader *source = reader_open(o->source, err);
    Reader *target = source ? reader_open(o->target, err) : NULL;
    LbStatus status = target ? read_pairs(m, o, source, target, err) : err->status;
    reader_close(source);
    reader_close(target);
    return status;
}

static int compare_lines(const void *a, const void *b)
{
    uint64_t x = ((const Pair *)a)->line, y = ((const Pair *)b)->line;
    return (x > y) - (x < y);
}

static int compare_lengths(const void *a, const void *b)
{
    const Pair *x = *(const Pair *const *)a, *y = *(const Pair *const *)b;
    int more = x->source.n_words - y->source.n_words;
    return more ? more : (x->line > y->line) - (x->line < y->line);
}

static LbStatus order_pairs(Maker *m, const FaultOrder *o, LbError *err)
{
    m->n_pairs = (int)array_len(m->pairs);
    if (m->n_pairs < FAULT_PAIRS)
        return fail(err, LB_DATA, "%s and %s have %d pairs of 1 to %d words; at least %d are needed",
                    o->source, o->target, m->n_pairs, MOST_WORDS, FAULT_PAIRS);
    qsort(m->pairs, (size_t)m->n_pairs, sizeof *m->pairs, compare_lines);
    const Pair **sorted = memory_get((size_t)m->n_pairs, sizeof *sorted);
    for (int i = 0; i < m->n_pairs; i++)
        sorted[i] = &m->pairs[i];
    qsort(sorted, (size_t)m->n_pairs, sizeof *sorted, compare_lengths);
    m->n_shorts = m->n_pairs / 3;
    for (int i = 0; i < m->n_shorts; i++)
        array_push(m->shorts, (int)(sorted[i] - m->pairs));
    free(sorted);
    return LB_OK;
}

/* ---- files ---- */

static LbStatus open_files(Maker *m, const FaultOrder *o, LbError *err)
{
    const char *const suffix[] = { o->source_suffix, o->target_suffix, "labels" };
    LbStatus status = LB_OK;
    for (m->n_open = 0; m->n_open < 3 && status == LB_OK; m->n_open += status == LB_OK) {
        Str name = { 0 };
        str_addf(&name, "faults.%s", suffix[m->n_open]);
        char *path = path_join(o->dir, name.text);
        status = new_file_open(&m->file[m->n_open], path, err);
        free(path);
        str_free(&name);
    }
    return status;
}

static LbStatus keep_files(Maker *m, LbError *err)
{
    LbStatus status = LB_OK;
    for (int i = 0; i < m->n_open && status == LB_OK; i++)
        status = new_file_keep(&m->file[i], err);
    return status;
}

static void put_side(FILE *f, const Side *s)
{
    fwrite(s->text, 1, s->len, f);
}

static void put_line(Maker *m, int file, const Side *first, const Side *second)
{
    FILE *f = m->file[file].f;
    put_side(f, first);
    if (second) {
        fputc(' ', f);
        put_side(f, second);
    }
    fputc('\n', f);
}

static void put_pair(Maker *m, const Side *source, const Side *target, const char *label)
{
    put_line(m, 0, source, NULL);
    put_line(m, 1, target, NULL);
    fprintf(m->file[2].f, "%s\n", label);
}

static void put_label(Maker *m, const char *kind, int first, int n)
{
    fprintf(m->file[2].f, "%s %d-%d\n", kind, first, first + n - 1);
}

/* ---- faults ---- */

static bool sides_equal(const Side *a, const Side *b)
{
    return a->len == b->len && memcmp(a->text, b->text, a->len) == 0;
}

/* Of some random pairs that share no side with pair i the one whose source is most nearly as long. */
static const Pair *find_other(Maker *m, const Pair *pair)
{
    const Pair *best = NULL;
    for (int tries = 0; tries < TRIES; tries++) {
        const Pair *p = &m->pairs[rng_below(&m->rng, m->n_pairs)];
        if (sides_equal(&p->source, &pair->source) || sides_equal(&p->target, &pair->target))
            continue;
        int more = abs(p->source.n_words - pair->source.n_words);
        if (!best || more < abs(best->source.n_words - pair->source.n_words))
            best = p;
    }
    return best;
}

static LbStatus put_wrong(Maker *m, const Pair *pair, LbError *err)
{
    const Pair *other = find_other(m, pair);
    if (!other)
        return fail(err, LB_DATA,
                    "line %llu is like nearly all others: nothing differs enough to be a wrong "
                    "source for it",
                    (unsigned long long)pair->line + 1);
    put_pair(m, &other->source, &pair->target, "wrong");
    return LB_OK;
}

static void put_joined(Maker *m)
{
    int i = rng_below(&m->rng, m->n_shorts), k = rng_below(&m->rng, m->n_shorts - 1);
    const Pair *a = &m->pairs[m->shorts[i]], *b = &m->pairs[m->shorts[k + (k >= i)]];
    put_line(m, 0, &a->source, &b->source);
    put_line(m, 1, &a->target, &b->target);
    fputs("joined\n", m->file[2].f);
    bool first_dropped = rng_below(&m->rng, 2) == 0;
    put_line(m, 0, &a->source, &b->source);
    put_line(m, 1, first_dropped ? &b->target : &a->target, NULL);
    put_label(m, "dropped", first_dropped ? 0 : a->source.n_words,
              first_dropped ? a->source.n_words : b->source.n_words);
}

static void put_looped(Maker *m, const Pair *pair)
{
    const Side *t = &pair->target;
    Span *words = text_words(t->text, t->len);
    int longest = t->n_words < LONGEST_GRAM ? t->n_words : LONGEST_GRAM;
    int n = 1 + rng_below(&m->rng, longest), first = rng_below(&m->rng, t->n_words - n + 1);
    int more = 3 + rng_below(&m->rng, 4);
    const Span *last = &words[first + n - 1];
    FILE *f = m->file[1].f;
    put_line(m, 0, &pair->source, NULL);
    fwrite(t->text, 1, (size_t)last->end, f);
    for (int i = 0; i < more; i++) {
        fputc(' ', f);
        fwrite(t->text + words[first].start, 1, (size_t)(last->end - words[first].start), f);
    }
    if (rng_below(&m->rng, 2) == 0)
        fwrite(t->text + last->end, 1, t->len - (size_t)last->end, f);
    fputc('\n', f);
    put_label(m, "looped", first, n * (more + 1));
    array_free(words);
}

static LbStatus put_all(Maker *m, LbError *err)
{
    LbStatus status = LB_OK;
    for (int i = 0; i < m->n_pairs && status == LB_OK; i++) {
        const Pair *pair = &m->pairs[i];
        put_pair(m, &pair->source, &pair->target, "natural");
        status = put_wrong(m, pair, err);
        put_joined(m);
        put_looped(m, pair);
    }
    return status;
}

/* ---- all of it ---- */

static LbStatus make(Maker *m, const FaultOrder *o, LbError *err)
{
    LbStatus status = read_corpus(m, o, err);
    if (status == LB_OK)
        status = order_pairs(m, o, err);
    if (status == LB_OK)
        status = dir_make(o->dir, err);
    if (status == LB_OK)
        status = open_files(m, o, err);
    if (status == LB_OK)
        status = put_all(m, err);
    return status == LB_OK ? keep_files(m, err) : status;
}

static void give_back(void *maker)
{
    Maker *m = maker;
    for (int i = 0; i < m->n_open; i++)
        new_file_drop(&m->file[i]);
    for (size_t i = 0; i < array_len(m->pairs); i++)
        pair_free(&m->pairs[i]);
    array_free(m->pairs);
    array_free(m->shorts);
}

LbStatus faults_write(const FaultOrder *o, size_t *n_pairs, LbError *err)
{
    LbError own = { 0 };
    Maker m = { .rng = rng_new(o->seed) };
    Held held;
    hold(&held, &m, give_back);
    LbStatus status = make(&m, o, err ? err : &own);
    *n_pairs = array_len(m.pairs);
    let_go(&held);
    return status;
}
