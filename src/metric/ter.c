/* ter.c -- edits with shifts, found greedily.
 *
 * As long as one helps, the shift that saves most edits is made; then the edit distance counts what is left.
 * Which shifts are tried, and which of two as good is taken, decides the figure, so all of it is Tercom's as
 * sacreBLEU 2.6 has it: a run of at most 10 words that the reference has too, beginning at most 50 words
 * away; wrong where it is, and wrong in the reference; put before the reference's first word or after any
 * word that is aligned with the run's place there or the word before; at most 1,000 trials a sentence.
 *
 * Edit costs are kept in a band around the diagonal: row i, for the first i words of the output, has the
 * columns [first, last). A trial changes the words between two places only. So its rows begin with the first
 * changed word, and end where, behind the last changed word, a row equals the old one but for a constant:
 * from there on the two go in parallel. Memory is linear in the lengths of the lines.
 */
#include "metric/ter.h"

#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "metric/codes.h"
#include "metric/gram.h"
#include "metric/tokenize.h"

enum { LONGEST_RUN = 10, FARTHEST = 50, BEAM = 25, MOST_TRIALS = 1000 };
static const uint32_t UNREACHED = UINT32_MAX / 2;

typedef struct {
    size_t first, last; /* columns [first, last): how many words of the reference are made */
    uint32_t *cost;     /* of column first + i */
} Row;

typedef struct {
    size_t start, length, target; /* hyp[start, start + length) goes before hyp[target] */
    size_t to;                    /* where the run then begins */
    long long saved;              /* edits */
} Shift;

struct TerCounter {
    TerOptions options;
    Grams *numbers;
    uint32_t *codes, *spare;
    Word *list;
    uint32_t *original, *hyp, *ref, *moved; /* numbered words; hyp and moved: shifted so far, and on trial */
    Row *rows;                              /* of hyp */
    uint32_t *cost, *trial;                 /* the numbers in them; two rows for a trial */
    size_t beam, width;                     /* half a row's columns; all of them */
    double slope;                           /* of the diagonal */
    size_t *place;                   /* [n_ref + 1] how many words of hyp belong to the first j of ref */
    uint32_t *hyp_wrong, *ref_wrong; /* how many of the first i words are wrong */
    int n_trials;
};

TerCounter *ter_open(TerOptions options)
{
    TerCounter *c = memory_get(1, sizeof *c);
    *c = (TerCounter){ .options = options, .numbers = grams_new() };
    return c;
}

void ter_close(TerCounter *c)
{
    if (!c)
        return;
    grams_free(c->numbers);
    array_free(c->codes);
    array_free(c->spare);
    array_free(c->list);
    array_free(c->original);
    array_free(c->hyp);
    array_free(c->ref);
    array_free(c->moved);
    array_free(c->rows);
    array_free(c->cost);
    array_free(c->trial);
    array_free(c->place);
    array_free(c->hyp_wrong);
    array_free(c->ref_wrong);
    free(c);
}

#define RESIZE(a, n) (array_cut(a, 0), (void)array_add(a, n))

static void copy_words(uint32_t **to, const uint32_t *from)
{
    size_t n = array_len(from);
    RESIZE(*to, n);
    if (n > 0)
        memcpy(*to, from, n * sizeof *from);
}

/* ---- edit distance ---- */
static void row_place(const TerCounter *c, size_t i, uint32_t *cost, Row *row)
{
    size_t end = array_len(c->ref) + 1, middle = (size_t)floor((double)i * c->slope);
    row->first = middle > c->beam ? middle - c->beam : 0;
    row->last = i < array_len(c->hyp) && middle + c->beam < end ? middle + c->beam : end;
    row->cost = cost;
}

static uint32_t row_at(const Row *r, size_t j)
{
    return j >= r->first && j < r->last ? r->cost[j - r->first] : UNREACHED;
}

static void row_fill(const uint32_t *ref, uint32_t word, const Row *above, Row *row)
{
    uint32_t left = UNREACHED, diagonal = row->first > 0 ? row_at(above, row->first - 1) : UNREACHED;
    for (size_t j = row->first; j < row->last; j++) {
        uint32_t up = row_at(above, j), best = UNREACHED;
        if (j > 0 && diagonal + (word != ref[j - 1]) < best)
            best = diagonal + (word != ref[j - 1]);
        if (up + 1 < best)
            best = up + 1;
        if (left + 1 < best)
            best = left + 1;
        row->cost[j - row->first] = left = best;
        diagonal = up;
    }
}

/* The rows of hyp, from row `from` on. */
static void rows_fill(TerCounter *c, size_t from)
{
    for (size_t i = from; i <= array_len(c->hyp); i++)
        row_fill(c->ref, c->hyp[i - 1], &c->rows[i - 1], &c->rows[i]);
}

static void rows_start(TerCounter *c)
{
    size_t n = array_len(c->hyp), m = array_len(c->ref);
    c->slope = n > 0 ? (double)m / (double)n : 1;
    c->beam = BEAM < c->slope / 2 ? (size_t)ceil(c->slope / 2 + BEAM) : BEAM;
    c->width = 2 * c->beam < m + 1 ? 2 * c->beam : m + 1;
    RESIZE(c->rows, n + 1);
    RESIZE(c->cost, m + 1 + n * c->width);
    RESIZE(c->trial, 2 * c->width);
    c->rows[0] = (Row){ 0, m + 1, c->cost };
    for (size_t j = 0; j <= m; j++)
        c->cost[j] = (uint32_t)j;
    for (size_t i = 1; i <= n; i++)
        row_place(c, i, c->cost + m + 1 + (i - 1) * c->width, &c->rows[i]);
    rows_fill(c, 1);
}

static uint32_t distance(const TerCounter *c)
{
    return row_at(&array_last(c->rows), array_len(c->ref));
}

/* a equals b but for a constant. */
static bool rows_parallel(const Row *a, const Row *b)
{
    uint32_t apart = a->cost[0] - b->cost[0]; /* modulo 2^32 */
    for (size_t k = 1; k < a->last - a->first; k++)
        if (a->cost[k] - b->cost[k] != apart)
            return false;
    return true;
}

/* The distance of c->moved, which is hyp but for the words [from, to). */
static uint32_t trial_distance(const TerCounter *c, size_t from, size_t to)
{
    Row row = c->rows[from];
    for (size_t i = from + 1; i <= array_len(c->hyp); i++) {
        Row above = row;
        row_place(c, i, c->trial + i % 2 * c->width, &row);
        row_fill(c->ref, c->moved[i - 1], &above, &row);
        if (i >= to && rows_parallel(&row, &c->rows[i]))
            return distance(c) + (row.cost[0] - c->rows[i].cost[0]);
    }
    return row_at(&row, array_len(c->ref));
}

/* ---- what is aligned, and what is wrong ---- */
typedef enum { KEEP, REPLACE, DELETE, INSERT } Edit; /* what is done to the output; the first of equals */

static Edit last_edit(const TerCounter *c, size_t i, size_t j)
{
    if (i == 0)
        return INSERT;
    uint32_t cost = row_at(&c->rows[i], j);
    if (j > 0) {
        bool differ = c->hyp[i - 1] != c->ref[j - 1];
        if (row_at(&c->rows[i - 1], j - 1) + differ == cost)
            return differ ? REPLACE : KEEP;
    }
    return row_at(&c->rows[i - 1], j) + 1 == cost ? DELETE : INSERT;
}

static void running_sums(uint32_t *x)
{
    for (size_t i = 1; i < array_len(x); i++)
        x[i] += x[i - 1];
}

/* Walks the cheapest path from its end. */
static void align(TerCounter *c)
{
    size_t i = array_len(c->hyp), j = array_len(c->ref);
    RESIZE(c->place, j + 1);
    RESIZE(c->ref_wrong, j + 1);
    RESIZE(c->hyp_wrong, i + 1);
    c->place[0] = c->hyp_wrong[0] = c->ref_wrong[0] = 0;
    while (i > 0 || j > 0) {
        Edit edit = last_edit(c, i, j);
        if (edit != DELETE) {
            c->place[j] = i;
            c->ref_wrong[j] = edit != KEEP;
        }
        if (edit != INSERT)
            c->hyp_wrong[i] = edit != KEEP;
        i -= edit != INSERT;
        j -= edit != DELETE;
    }
    running_sums(c->hyp_wrong);
    running_sums(c->ref_wrong);
}

/* ---- shifts ---- */
/* A target inside the run, or just behind it, counts from the run's own start. */
static size_t landing(size_t start, size_t length, size_t target, size_t n)
{
    if (target > start + length)
        return target - length;
    return target <= n - length ? target : n - length;
}

static void move_words(const uint32_t *from, size_t n, const Shift *s, uint32_t *to)
{
    memcpy(to, from, s->start * sizeof *to);
    memcpy(to + s->start, from + s->start + s->length, (n - s->start - s->length) * sizeof *to);
    memmove(to + s->to + s->length, to + s->to, (n - s->to - s->length) * sizeof *to);
    memcpy(to + s->to, from + s->start, s->length * sizeof *to);
}

static void shift_try(TerCounter *c, Shift *s)
{
    size_t n = array_len(c->hyp);
    s->to = landing(s->start, s->length, s->target, n);
    size_t from = s->start < s->to ? s->start : s->to;
    move_words(c->hyp, n, s, c->moved);
    size_t end = (s->start > s->to ? s->start : s->to) + s->length;
    s->saved = (long long)distance(c) - (long long)trial_distance(c, from, end);
    c->n_trials++;
}

/* More saved, then the longer, then the earlier, then to an earlier place. */
static bool shift_better(const Shift *a, const Shift *b)
{
    if (a->saved != b->saved || b->length == 0)
        return a->saved > b->saved || b->length == 0;
    if (a->length != b->length)
        return a->length > b->length;
    return a->start != b->start ? a->start < b->start : a->target < b->target;
}

/* The run hyp[start, start + length), which is also ref[at, at + length), to all its places. */
static void run_try(TerCounter *c, size_t start, size_t at, size_t length, Shift *best)
{
    if (c->hyp_wrong[start + length] == c->hyp_wrong[start] || c->ref_wrong[at + length] == c->ref_wrong[at])
        return;
    if (c->place[at + 1] > start && c->place[at + 1] <= start + length)
        return; /* it would move within itself */
    for (size_t k = 0; k <= length; k++) {
        if (k > 0 && c->place[at + k] == c->place[at + k - 1])
            continue;
        Shift s = { start, length, c->place[at + k], 0, 0 };
        shift_try(c, &s);
        if (shift_better(&s, best))
            *best = s;
    }
}

/* All runs that begin at hyp[start] and ref[at]. */
static void runs_try(TerCounter *c, size_t start, size_t at, Shift *best)
{
    size_t most = array_len(c->hyp) - start, others = array_len(c->ref) - at;
    most = others < most ? others : most;
    for (size_t length = 1; length <= most && length <= LONGEST_RUN && c->n_trials < MOST_TRIALS; length++) {
        if (c->hyp[start + length - 1] != c->ref[at + length - 1])
            return;
        run_try(c, start, at, length, best);
    }
}

/* length 0: there is none to try. */
static Shift shift_best(TerCounter *c)
{
    Shift best = { 0 };
    size_t n = array_len(c->hyp), m = array_len(c->ref);
    align(c);
    for (size_t start = 0; start < n; start++) {
        size_t reach = start + LONGEST_RUN < n ? start + LONGEST_RUN : n;
        if (c->hyp_wrong[reach] == c->hyp_wrong[start])
            continue; /* nothing wrong in the longest run */
        for (size_t at = start > FARTHEST ? start - FARTHEST : 0; at < m && at <= start + FARTHEST; at++)
            runs_try(c, start, at, &best);
    }
    return best;
}

static bool shift_once(TerCounter *c)
{
    Shift best = shift_best(c);
    if (c->n_trials >= MOST_TRIALS || best.saved <= 0)
        return false;
    move_words(c->hyp, array_len(c->hyp), &best, c->moved);
    uint32_t *swap = c->hyp;
    c->hyp = c->moved;
    c->moved = swap;
    rows_fill(c, (best.start < best.to ? best.start : best.to) + 1);
    return true;
}

/* c->hyp against c->ref; hyp is left shifted. */
static size_t count_edits(TerCounter *c)
{
    size_t n_shifts = 0;
    if (array_len(c->ref) == 0)
        return array_len(c->hyp);
    copy_words(&c->moved, c->hyp);
    rows_start(c);
    c->n_trials = 0;
    while (distance(c) > 0 && shift_once(c))
        n_shifts++;
    return n_shifts + distance(c);
}

/* ---- sentences ---- */
/* ' '.join(words): c->codes becomes just the words of c->list, a blank between them. */
static void join_words(TerCounter *c)
{
    array_cut(c->spare, 0);
    for (size_t i = 0; i < array_len(c->list); i++) {
        Word w = c->list[i];
        if (i > 0)
            array_push(c->spare, ' ');
        memcpy(array_add(c->spare, w.end - w.start), c->codes + w.start,
               (w.end - w.start) * sizeof *c->spare);
    }
    copy_words(&c->codes, c->spare);
}

static void normalise(TerCounter *c)
{
    TerOptions o = c->options;
    tokenize_tercom(o.normalized, o.no_punct, o.asian_support, &c->codes, &c->spare);
    codes_words(c->codes, &c->list);
}

/* sacreBLEU normalises references twice, which parts a little more (", .5" of "<,.5"); so must we. */
static void read_words(TerCounter *c, Line line, bool is_ref, uint32_t **words)
{
    codes_read(&c->codes, line);
    codes_strip(c->codes);
    if (!c->options.case_sensitive)
        codes_lower(&c->codes);
    normalise(c);
    if (is_ref && c->options.normalized) {
        join_words(c);
        normalise(c);
    }
    grams_number(c->numbers, c->codes, c->list, true, words);
}

void ter_add(TerCounter *c, TerStats *stats, Line hyp, const Line *refs, size_t n_refs)
{
    assert(n_refs > 0);
    size_t least = SIZE_MAX, ref_len = 0;
    grams_clear(c->numbers);
    read_words(c, hyp, false, &c->original);
    for (size_t r = 0; r < n_refs; r++) {
        read_words(c, refs[r], true, &c->ref);
        copy_words(&c->hyp, c->original);
        size_t edits = count_edits(c);
        least = edits < least ? edits : least;
        ref_len += array_len(c->ref);
    }
    stats->edits += (double)least;
    stats->ref_len += (double)ref_len / (double)n_refs;
}

double ter_score(const TerStats *s)
{
    if (s->ref_len > 0)
        return 100 * s->edits / s->ref_len;
    return s->edits > 0 ? 100 : 0;
}

LbStatus ter_corpus(const Line *hyp, const Line *const *refs, size_t n, size_t n_refs, TerOptions options,
                    TerStats *each, double *out, LbError *err)
{
    *out = 0;
    if (n_refs == 0)
        return fail(err, LB_USAGE, "TER needs at least one reference");
    TerCounter *c = ter_open(options);
    TerStats all = { 0 };
    Line *of_one = memory_get(n_refs, sizeof *of_one);
    for (size_t i = 0; i < n; i++) {
        TerStats one = { 0 };
        for (size_t r = 0; r < n_refs; r++)
            of_one[r] = refs[r][i];
        ter_add(c, &one, hyp[i], of_one, n_refs);
        all.edits += one.edits;
        all.ref_len += one.ref_len;
        if (each)
            each[i] = one;
    }
    *out = ter_score(&all);
    free(of_one);
    ter_close(c);
    return LB_OK;
}

/* ---- in words ---- */
void ter_format(double score, Str *out)
{
    str_addf(out, "TER = %.2f", score);
}

void ter_signature(TerOptions o, size_t n_refs, Str *out)
{
    str_addf(out, "nrefs:%zu|case:%s|tok:tercom|norm:%s|punct:%s|asian:%s|version:lookback-" LB_VERSION,
             n_refs, o.case_sensitive ? "mixed" : "lc", o.normalized ? "yes" : "no",
             o.no_punct ? "no" : "yes", o.asian_support ? "yes" : "no");
}
