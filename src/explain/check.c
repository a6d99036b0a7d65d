/* check.c -- sums over a sentence's target words, figures as ratios of sums over sentences, and intervals by
 * drawing sentences again.
 */
#include "explain/check.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/rng.h"
#include "explain/rank.h"
#include "metric/bootstrap.h"

/* ---- rows ---- */

enum { NEIGHBOURS = 2 }; /* the baseline's, and the control's */

typedef struct {
    const CheckPlan *plan;
    size_t (*near)[NEIGHBOURS]; /* [n] */
    int map;
} Job;

/* Keys of what chance decides. */
enum { DRAW_TOP, DRAW_FOREIGN, DRAW_SHUFFLE, DRAW_NEIGHBOUR, DRAW_GRADIENT };

static uint64_t key_of(const CheckPlan *p, size_t k, int t, int what)
{
    return rng_hash(rng_hash(rng_hash(p->seed, p->sentences[k].line), (uint64_t)t), (uint64_t)what);
}

static void rank_of_map(const CheckSentence *x, const float *row, double *rank)
{
    int S = x->erased->S;
    for (int s = 0; s < S; s++)
        rank[s] = fmax((double)row[s], 0) / x->pieces[s];
    rank_even(rank, (size_t)S);
}

/* How row t of sentence k ranks its words by itself. [S] */
static void own_rank(const Job *j, size_t k, int t, double *rank)
{
    const CheckSentence *x = &j->plan->sentences[k];
    size_t S = (size_t)x->erased->S, T = (size_t)x->erased->T;
    if (j->plan->control == CONTROL_LEAVE_ONE_OUT)
        memcpy(rank, x->erased->drop + (size_t)t * S, S * sizeof *rank);
    else
        rank_of_map(x, x->maps + ((size_t)j->map * T + (size_t)t) * S, rank);
}

/* Row t of another sentence, as if its places were those of k; its last row where it has none. */
static void other_rank(const Job *j, size_t k, size_t other, int t, double *rank)
{
    int S = j->plan->sentences[k].erased->S;
    for (int s = 0; s < S; s++)
        rank[s] = 0;
    if (other == SIZE_MAX)
        return;
    const Erased *e = j->plan->sentences[other].erased;
    double *row = memory_get((size_t)e->S, sizeof *row);
    own_rank(j, other, t < e->T ? t : e->T - 1, row);
    memcpy(rank, row, (size_t)(S < e->S ? S : e->S) * sizeof *rank);
    free(row);
}

static void shuffle(double *row, int n, uint64_t key)
{
    Rng rng = rng_new(key);
    for (int i = n - 1; i > 0; i--) {
        int at = rng_below(&rng, i + 1);
        double kept = row[i];
        row[i] = row[at];
        row[at] = kept;
    }
}

/* The row under test. */
static void tested_rank(const Job *j, size_t k, int t, double *rank)
{
    int S = j->plan->sentences[k].erased->S;
    if (j->plan->control == CONTROL_FOREIGN)
        other_rank(j, k, j->near[k][1], t, rank);
    else
        own_rank(j, k, t, rank);
    if (j->plan->control == CONTROL_SHUFFLED)
        shuffle(rank, S, key_of(j->plan, k, t, DRAW_SHUFFLE));
    for (int s = 0; s < S && j->plan->control == CONTROL_UNIFORM; s++)
        rank[s] = 1;
}

/* sum over s of A D, where A is the row in words: a word has its pieces' weights together. */
static double weighted(const double *rank, const int *pieces, const double *drop, int S)
{
    double sum = 0, all = 0, plain = 0;
    for (int s = 0; s < S; s++) {
        double w = fmax(rank[s], 0) * pieces[s];
        all += w;
        sum += w * drop[s];
        plain += drop[s] / S;
    }
    return all > 0 ? sum / all : plain;
}

/* ---- another sentence of similar lengths ---- */

typedef struct {
    int T, S;
    size_t from, n; /* in the list of sentences sorted by lengths */
} Lengths;

typedef struct {
    const CheckSentence *sentences;
    size_t *sorted; /* [n] */
    Lengths *cells; /* an array: equal lengths together */
} Near;

static int by_lengths(const void *a, const void *b)
{
    const CheckSentence *x = *(const CheckSentence *const *)a, *y = *(const CheckSentence *const *)b;
    if (x->erased->T != y->erased->T)
        return x->erased->T < y->erased->T ? -1 : 1;
    if (x->erased->S != y->erased->S)
        return x->erased->S < y->erased->S ? -1 : 1;
    return (x > y) - (x < y);
}

static Near near_of(const CheckSentence *all, size_t n)
{
    Near near = { all, memory_get(n + 1, sizeof *near.sorted), NULL };
    const CheckSentence **list = memory_get(n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = &all[i];
    qsort(list, n, sizeof *list, by_lengths);
    for (size_t i = 0; i < n; i++) {
        const Erased *e = list[i]->erased;
        near.sorted[i] = (size_t)(list[i] - all);
        if (i == 0 || list[i - 1]->erased->T != e->T || list[i - 1]->erased->S != e->S)
            array_push(near.cells, (Lengths){ e->T, e->S, i, 0 });
        array_last(near.cells).n++;
    }
    free(list);
    return near;
}

static int distance(const Lengths *l, const Erased *e)
{
    return abs(l->T - e->T) + abs(l->S - e->S);
}

/* Members of a cell that may be drawn for k: not itself, not what was drawn before. */
static size_t allowed(const Near *near, const Lengths *l, size_t k, size_t before, size_t *members)
{
    size_t n = 0;
    for (size_t i = l->from; i < l->from + l->n; i++)
        if (near->sorted[i] != k && near->sorted[i] != before)
            members[n++] = near->sorted[i];
    return n;
}

/* One of the nearest, drawn by key; SIZE_MAX: there is no other sentence. */
static size_t draw_near(const Near *near, size_t k, size_t before, uint64_t key, size_t *members)
{
    const Erased *e = near->sentences[k].erased;
    int best = -1;
    size_t n = 0;
    for (size_t c = 0; c < array_len(near->cells); c++) {
        int d = distance(&near->cells[c], e);
        if (best >= 0 && d > best)
            continue;
        size_t from = d == best ? n : 0, more = allowed(near, &near->cells[c], k, before, members + from);
        if (more > 0)
            best = d, n = from + more;
    }
    Rng rng = rng_new(key);
    return best >= 0 ? members[rng_below(&rng, (int)n)] : SIZE_MAX;
}

static Job job_new(const CheckPlan *p)
{
    Job j = { .plan = p, .map = p->map, .near = memory_get(p->n + 1, sizeof *j.near) };
    Near near = near_of(p->sentences, p->n);
    size_t *members = memory_get(p->n + 1, sizeof *members);
    for (size_t k = 0; k < p->n; k++)
        for (int i = 0; i < NEIGHBOURS; i++)
            j.near[k][i] =
                draw_near(&near, k, i > 0 ? j.near[k][0] : k, key_of(p, k, i, DRAW_NEIGHBOUR), members);
    free(members);
    free(near.sorted);
    array_free(near.cells);
    return j;
}

/* ---- the sums of one sentence ---- */

enum {
    SUM_COUNT = CHECK_TESTS * CHECK_COLUMNS,    /* what each test is divided by */
    SUM_AER = SUM_COUNT + CHECK_TESTS,          /* |A|, |S|, |A and S|, |A and P| for each column */
    SUM_GRADIENT = SUM_AER + 4 * CHECK_COLUMNS, /* tau with the map, with D, drop, words */
    SUM_GOLD = SUM_GRADIENT + 4,                /* gold cells, supported; other cells, supported */
    SUMS = SUM_GOLD + 4
};

/* Where the columns point: the three that have a top. */
typedef struct {
    double *rank[CHECK_COLUMNS]; /* [S]; none for random */
    size_t top[CHECK_COLUMNS];
} Rows;

static double *cell(double *sums, CheckTest test, CheckColumn column)
{
    return &sums[(int)test * CHECK_COLUMNS + (int)column];
}

static bool flips(const Erased *e, int t, size_t s)
{
    return e->likeliest[t] && !e->stays[(size_t)t * (size_t)e->S + s];
}

/* What depends on one cell alone: of the tops, and the mean over all cells of the row. */
static void add_cells(const CheckSentence *x, int t, const Rows *r, double *sums)
{
    const Erased *e = x->erased;
    const double *drop = e->drop + (size_t)t * (size_t)e->S;
    for (CheckColumn c = 0; c < CHECK_COLUMNS; c++) {
        size_t from = c == OF_RANDOM ? 0 : r->top[c], to = c == OF_RANDOM ? (size_t)e->S : from + 1;
        double share = 1 / (double)(to - from);
        for (size_t s = from; s < to; s++) {
            *cell(sums, TEST_DROP, c) += share * drop[s];
            *cell(sums, TEST_SUPPORTED, c) += share * erase_supports(e, t, (int)s);
            *cell(sums, TEST_FLIPS, c) += share * flips(e, t, s);
        }
    }
    sums[SUM_COUNT + TEST_DROP]++;
    sums[SUM_COUNT + TEST_SUPPORTED]++;
    sums[SUM_COUNT + TEST_FLIPS] += e->likeliest[t];
}

static void add_rows(const CheckSentence *x, int t, const Rows *r, double *sums)
{
    const Erased *e = x->erased;
    const double *drop = e->drop + (size_t)t * (size_t)e->S;
    for (CheckColumn c = 0; c < CHECK_COLUMNS; c++)
        if (c != OF_RANDOM) {
            *cell(sums, TEST_WEIGHTED, c) +=
                c == OF_BEST ? drop[r->top[c]] : weighted(r->rank[c], x->pieces, drop, e->S);
            *cell(sums, TEST_TAU, c) += rank_tau(r->rank[c], drop, (size_t)e->S);
        }
    for (int s = 0; s < e->S; s++)
        *cell(sums, TEST_WEIGHTED, OF_RANDOM) += drop[s] / e->S;
    sums[SUM_COUNT + TEST_WEIGHTED]++;
    sums[SUM_COUNT + TEST_TAU]++;
}

static void add_gradient(const CheckPlan *p, size_t k, int t, const Rows *r, double *sums)
{
    const CheckSentence *x = &p->sentences[k];
    size_t S = (size_t)x->erased->S;
    if (!x->gradient)
        return;
    const double *drop = x->erased->drop + (size_t)t * S, *gradient = x->gradient + (size_t)t * S;
    sums[SUM_GRADIENT] += rank_tau(r->rank[OF_MAP], gradient, S);
    sums[SUM_GRADIENT + 1] += rank_tau(gradient, drop, S);
    sums[SUM_GRADIENT + 2] += drop[rank_top(gradient, S, key_of(p, k, t, DRAW_GRADIENT))];
    sums[SUM_GRADIENT + 3]++;
}

/* ---- gold ---- */

/* Whether source words [S] are gold for target word t; false: nothing is known of it. */
static bool gold_row(const CheckSentence *x, int t, bool *gold)
{
    int S = x->erased->S;
    bool any = false;
    for (int s = 0; s < S; s++)
        any |= gold[s] = x->evidence && x->evidence[s];
    for (size_t i = 0; i < x->n_gold; i++)
        if (x->gold[i].target == t && x->gold[i].source < S)
            any = gold[x->gold[i].source] = true;
    return any;
}

/* The chance that one of k words drawn without looking is one of the `right` among S. */
static double chance_of(int right, int S, int k)
{
    double none = 1;
    for (int i = 0; i < k; i++)
        none *= S - i > 0 ? fmax(0, (double)(S - right - i) / (S - i)) : 0;
    return 1 - none;
}

static int first_gold(const double *rank, const bool *gold, int S, uint64_t key)
{
    size_t *order = memory_get((size_t)S, sizeof *order);
    int at = 0;
    rank_order(rank, (size_t)S, key, order);
    while (at < S && !gold[order[at]])
        at++;
    free(order);
    return at;
}

static void add_hits(const CheckPlan *p, size_t k, int t, const Rows *r, const bool *gold, double *sums)
{
    static const int depth[] = { 1, 3, 5 };
    const Erased *e = p->sentences[k].erased;
    int n_right = 0;
    for (int s = 0; s < e->S; s++)
        n_right += gold[s];
    for (CheckColumn c = 0; c < CHECK_COLUMNS; c++) {
        int draw = c == OF_FOREIGN ? DRAW_FOREIGN : DRAW_TOP;
        int at = c == OF_RANDOM ? 0 : first_gold(r->rank[c], gold, e->S, key_of(p, k, t, draw));
        for (int i = 0; i < 3; i++)
            *cell(sums, (CheckTest)((int)TEST_HIT1 + i), c) +=
                c == OF_RANDOM ? chance_of(n_right, e->S, depth[i]) : at < depth[i];
    }
    for (int i = 0; i < 3; i++)
        sums[SUM_COUNT + (int)TEST_HIT1 + i]++;
}

static int compare_links(const void *a, const void *b)
{
    const AerLink *x = a, *y = b;
    return x->source != y->source ? (x->source > y->source) - (x->source < y->source)
                                  : (x->target > y->target) - (x->target < y->target);
}

/* Whether a cell is gold itself: a sure link, or evidence where there are no links. Possible links are
 * neither that nor wrong. */
static bool is_gold(const CheckSentence *x, int t, int s)
{
    const AerLink sought = { s, t, true },
                  *found =
                      x->n_gold ? bsearch(&sought, x->gold, x->n_gold, sizeof sought, compare_links) : NULL;
    return found ? found->sure : !x->has_gold && x->evidence[s];
}

static void add_gold_cells(const CheckSentence *x, int t, const bool *gold, double *sums)
{
    for (int s = 0; s < x->erased->S; s++) {
        bool right = is_gold(x, t, s);
        double *to = sums + SUM_GOLD + (right ? 0 : 2);
        to[0] += right || !gold[s];
        to[1] += (right || !gold[s]) && erase_supports(x->erased, t, s);
    }
}

static void add_gold(const CheckPlan *p, size_t k, int t, const Rows *r, double *sums)
{
    const CheckSentence *x = &p->sentences[k];
    if (!x->has_gold && !x->evidence)
        return;
    bool *gold = memory_get((size_t)x->erased->S, sizeof *gold);
    if (gold_row(x, t, gold))
        add_hits(p, k, t, r, gold, sums);
    add_gold_cells(x, t, gold, sums);
    free(gold);
}

static void add_aer(const CheckSentence *x, const CheckDraws *d, double *sums)
{
    int T = x->erased->T;
    AerLink *links = memory_get((size_t)T, sizeof *links);
    const size_t *const tops[CHECK_COLUMNS] = { d->top, d->foreign, NULL, d->best };
    for (CheckColumn c = 0; c < CHECK_COLUMNS && x->has_gold; c++) {
        AerCounts n = { 0 };
        for (int t = 0; t < T && tops[c]; t++)
            links[t] = (AerLink){ (int)tops[c][t], t, true };
        if (tops[c])
            aer_add(&n, x->gold, x->n_gold, links, (size_t)T);
        double *to = sums + SUM_AER + 4 * (int)c;
        to[0] += (double)n.links, to[1] += (double)n.sure;
        to[2] += (double)n.in_sure, to[3] += (double)n.in_possible;
    }
    free(links);
}

/* ---- one sentence ---- */

static void look(const Job *j, size_t k, int t, Rows *r)
{
    const CheckPlan *p = j->plan;
    const Erased *e = p->sentences[k].erased;
    size_t S = (size_t)e->S;
    tested_rank(j, k, t, r->rank[OF_MAP]);
    other_rank(j, k, j->near[k][0], t, r->rank[OF_FOREIGN]);
    memcpy(r->rank[OF_BEST], e->drop + (size_t)t * S, S * sizeof(double));
    r->top[OF_MAP] = rank_top(r->rank[OF_MAP], S, key_of(p, k, t, DRAW_TOP));
    r->top[OF_FOREIGN] = rank_top(r->rank[OF_FOREIGN], S, key_of(p, k, t, DRAW_FOREIGN));
    r->top[OF_BEST] = rank_top(r->rank[OF_BEST], S, key_of(p, k, t, DRAW_TOP));
}

static void add_sentence(const Job *j, size_t k, Rows *r, const CheckDraws *d, double *sums)
{
    const CheckSentence *x = &j->plan->sentences[k];
    for (int t = 0; t < x->erased->T; t++) {
        look(j, k, t, r);
        d->top[t] = r->top[OF_MAP];
        d->foreign[t] = r->top[OF_FOREIGN];
        d->best[t] = r->top[OF_BEST];
        add_cells(x, t, r, sums);
        add_rows(x, t, r, sums);
        add_gradient(j->plan, k, t, r, sums);
        add_gold(j->plan, k, t, r, sums);
    }
    add_aer(x, d, sums);
}

/* ---- figures ---- */

static double ratio(double a, double b)
{
    return b > 0 ? a / b : 0;
}

static double aer_of(const double *n)
{
    return n[0] + n[1] > 0 ? 1 - (n[2] + n[3]) / (n[0] + n[1]) : 0;
}

static double skill_of(double drop, double random, double best)
{
    return best - random > 1e-9 ? (drop - random) / (best - random) : 0;
}

static void figures_of(const double *sums, double *f)
{
    for (int i = 0; i < CHECK_TESTS * CHECK_COLUMNS; i++)
        f[i] = ratio(sums[i], sums[SUM_COUNT + i / CHECK_COLUMNS]);
    for (int c = 0; c < CHECK_COLUMNS; c++)
        f[FIGURE_AER + c] = aer_of(sums + SUM_AER + 4 * c);
    const double *drop = f + TEST_DROP * CHECK_COLUMNS;
    f[FIGURE_OVER_RANDOM] = drop[OF_MAP] - drop[OF_RANDOM];
    f[FIGURE_OVER_FOREIGN] = drop[OF_MAP] - drop[OF_FOREIGN];
    f[FIGURE_SKILL] = skill_of(drop[OF_MAP], drop[OF_RANDOM], drop[OF_BEST]);
    for (int i = 0; i < 3; i++)
        f[FIGURE_GRADIENT_TAU + i] = ratio(sums[SUM_GRADIENT + i], sums[SUM_GRADIENT + 3]);
    f[FIGURE_GOLD_SUPPORTED] = ratio(sums[SUM_GOLD + 1], sums[SUM_GOLD]);
    f[FIGURE_OTHER_SUPPORTED] = ratio(sums[SUM_GOLD + 3], sums[SUM_GOLD + 2]);
}

/* How many things a figure is a mean of; 0: it says nothing. */
static double count_of(const double *sums, int figure)
{
    if (figure < FIGURE_AER)
        return sums[SUM_COUNT + figure / CHECK_COLUMNS];
    if (figure < FIGURE_OVER_RANDOM)
        return sums[SUM_AER + 4 * (figure - FIGURE_AER)];
    if (figure < FIGURE_GRADIENT_TAU)
        return sums[SUM_COUNT + TEST_DROP];
    if (figure < FIGURE_GOLD_SUPPORTED)
        return sums[SUM_GRADIENT + 3];
    return sums[SUM_GOLD + (figure == FIGURE_GOLD_SUPPORTED ? 0 : 2)];
}

/* Figure i of all resamples, [samples, width]. */
static Estimate estimate(double value, const double *figures, size_t samples, size_t width, size_t i)
{
    double *column = memory_get(samples, sizeof *column);
    for (size_t s = 0; s < samples; s++)
        column[s] = figures[s * width + i];
    Range r = bootstrap_range(column, samples);
    free(column);
    return (Estimate){ value, r.low, r.high };
}

static void estimate_all(const CheckPlan *p, const double *rows, CheckResult *out)
{
    double all[SUMS] = { 0 }, value[CHECK_FIGURES];
    double *sums = memory_get(p->samples * SUMS, sizeof *sums),
           *figures = memory_get(p->samples * CHECK_FIGURES, sizeof *figures);
    for (size_t i = 0; i < p->n * SUMS; i++)
        all[i % SUMS] += rows[i];
    figures_of(all, value);
    bootstrap_sums(rows, p->n, SUMS, p->samples, p->seed, sums);
    for (size_t s = 0; s < p->samples; s++)
        figures_of(sums + s * SUMS, figures + s * CHECK_FIGURES);
    for (int i = 0; i < CHECK_FIGURES; i++)
        out->figure[i] = count_of(all, i) > 0
                             ? estimate(value[i], figures, p->samples, CHECK_FIGURES, (size_t)i)
                             : (Estimate){ NAN, NAN, NAN };
    out->n_words = (size_t)all[SUM_COUNT + TEST_DROP];
    free(figures);
    free(sums);
}

/* ---- verdict ---- */

const char *verdict_name(Verdict v)
{
    static const char *const names[VERDICTS] = { "faithful", "weak", "not faithful", "too little data" };
    return names[v];
}

static const double SKILL_LEAST = 0.5;

Verdict verdict_of(size_t n_sentences, const Estimate *over_random, const Estimate *over_foreign,
                   const Estimate *skill)
{
    if (n_sentences < CHECK_LEAST)
        return VERDICT_LITTLE;
    if (!(over_random->low > 0 && over_foreign->low > 0))
        return VERDICT_NOT;
    return skill->low >= SKILL_LEAST ? VERDICT_FAITHFUL : VERDICT_WEAK;
}

/* ---- all sentences ---- */

static int most_words(const CheckPlan *p)
{
    int most = 1;
    for (size_t k = 0; k < p->n; k++)
        most = p->sentences[k].erased->S > most ? p->sentences[k].erased->S : most;
    return most;
}

static Rows rows_new(const CheckPlan *p)
{
    Rows r = { 0 };
    for (CheckColumn c = 0; c < CHECK_COLUMNS; c++)
        r.rank[c] = memory_get((size_t)most_words(p), sizeof *r.rank[c]);
    return r;
}

static void rows_free(Rows *r)
{
    for (CheckColumn c = 0; c < CHECK_COLUMNS; c++)
        free(r->rank[c]);
}

/* Before anything that a full arena would leave behind. */
static CheckDraws *draws_new(const CheckPlan *p, Arena *a)
{
    CheckDraws *all = arena_array(a, CheckDraws, p->n);
    for (size_t k = 0; k < p->n; k++) {
        int T = p->sentences[k].erased->T;
        all[k] = (CheckDraws){ SIZE_MAX, arena_array(a, size_t, T), arena_array(a, size_t, T),
                               arena_array(a, size_t, T) };
    }
    return all;
}

CheckResult check_run(const CheckPlan *p, Arena *a)
{
    CheckResult out = { .n_sentences = p->n, .verdict = VERDICT_LITTLE, .draws = draws_new(p, a) };
    for (int i = 0; i < CHECK_FIGURES; i++)
        out.figure[i] = (Estimate){ NAN, NAN, NAN };
    if (p->n == 0)
        return out;
    Job j = job_new(p);
    Rows r = rows_new(p);
    double *rows = memory_get(p->n * SUMS, sizeof *rows);
    for (size_t k = 0; k < p->n; k++) {
        out.draws[k].neighbour = j.near[k][0];
        add_sentence(&j, k, &r, &out.draws[k], rows + k * SUMS);
    }
    estimate_all(p, rows, &out);
    out.verdict = verdict_of(p->n, &out.figure[FIGURE_OVER_RANDOM], &out.figure[FIGURE_OVER_FOREIGN],
                             &out.figure[FIGURE_SKILL]);
    free(rows);
    rows_free(&r);
    free(j.near);
    return out;
}

/* ---- every map ---- */

enum { OWN_WORDS, OWN_RANDOM, OWN_BEST, OWN_MAPS }; /* then drop and foreign drop of each map */

static void add_map(Job *j, size_t k, Rows *r, double *sums)
{
    const Erased *e = j->plan->sentences[k].erased;
    for (int t = 0; t < e->T; t++) {
        const double *drop = e->drop + (size_t)t * (size_t)e->S;
        look(j, k, t, r);
        sums[OWN_MAPS + 2 * j->map] += drop[r->top[OF_MAP]];
        sums[OWN_MAPS + 2 * j->map + 1] += drop[r->top[OF_FOREIGN]];
        for (int s = 0; s < e->S && j->map == 0; s++)
            sums[OWN_RANDOM] += drop[s] / e->S;
        sums[OWN_BEST] += j->map == 0 ? drop[r->top[OF_BEST]] : 0;
        sums[OWN_WORDS] += j->map == 0;
    }
}

enum { MAP_DROP, MAP_FOREIGN, MAP_OVER_RANDOM, MAP_OVER_FOREIGN, MAP_SKILL, MAP_FIGURES };

static void map_figures(const double *sums, int map, double *f)
{
    double words = sums[OWN_WORDS], random = ratio(sums[OWN_RANDOM], words);
    f[MAP_DROP] = ratio(sums[OWN_MAPS + 2 * map], words);
    f[MAP_FOREIGN] = ratio(sums[OWN_MAPS + 2 * map + 1], words);
    f[MAP_OVER_RANDOM] = f[MAP_DROP] - random;
    f[MAP_OVER_FOREIGN] = f[MAP_DROP] - f[MAP_FOREIGN];
    f[MAP_SKILL] = skill_of(f[MAP_DROP], random, ratio(sums[OWN_BEST], words));
}

static MapSkill map_skill(const CheckPlan *p, const double *all, const double *sums, size_t width, int map)
{
    double value[MAP_FIGURES], *figures = memory_get(p->samples * MAP_FIGURES, sizeof *figures);
    Estimate e[MAP_FIGURES];
    map_figures(all, map, value);
    for (size_t s = 0; s < p->samples; s++)
        map_figures(sums + s * width, map, figures + s * MAP_FIGURES);
    for (size_t i = 0; i < MAP_FIGURES; i++)
        e[i] = estimate(value[i], figures, p->samples, MAP_FIGURES, i);
    free(figures);
    MapSkill m = { e[MAP_DROP], e[MAP_FOREIGN], e[MAP_OVER_RANDOM], e[MAP_OVER_FOREIGN], e[MAP_SKILL], 0 };
    m.verdict = verdict_of(p->n, &m.over_random, &m.over_foreign, &m.skill);
    return m;
}

static void estimate_maps(const CheckPlan *p, const double *rows, size_t width, MapSkill *out)
{
    double *all = memory_get(width, sizeof *all), *sums = memory_get(p->samples * width, sizeof *sums);
    for (size_t i = 0; i < p->n * width; i++)
        all[i % width] += rows[i];
    bootstrap_sums(rows, p->n, width, p->samples, p->seed, sums);
    for (int m = 0; m < p->n_maps; m++)
        out[m] = map_skill(p, all, sums, width, m);
    free(sums);
    free(all);
}

void check_maps(const CheckPlan *p, MapSkill *out)
{
    size_t width = OWN_MAPS + 2 * (size_t)p->n_maps;
    if (p->n == 0)
        return;
    Job j = job_new(p);
    Rows r = rows_new(p);
    double *rows = memory_get(p->n * width, sizeof *rows);
    for (j.map = 0; j.map < p->n_maps; j.map++)
        for (size_t k = 0; k < p->n; k++)
            add_map(&j, k, &r, rows + k * width);
    estimate_maps(p, rows, width, out);
    free(rows);
    rows_free(&r);
    free(j.near);
}
