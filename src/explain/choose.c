#include "explain/choose.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "metric/aer.h"

#define EQUAL_SKILL 0.0025
#define NULL_COST 0.01
#define NULL_STEP 0.05
enum { NULL_STEPS = 18 };

/* ---- one read-out ---- */

typedef struct {
    double found; /* sum of L over its links */
    size_t forward, backward, both;
} Sums;

/* An example, and what erasing would find in it. */
typedef struct {
    const Reading *reading;
    double *lost; /* L, [n_target, n_source] */
} Case;

typedef struct {
    Case *cases;
    size_t n, n_words;
    double random, best;    /* sums of row means and of row maxima */
    double *weights, *rows; /* room for the largest */
} Trial;

double choose_lost(double drop)
{
    return drop > 0 ? 1 - exp(-drop) : 0;
}

static void measure_rows(Trial *x, const Case *c)
{
    size_t S = c->reading->n_source;
    for (size_t t = 0; t < c->reading->n_target; t++) {
        double sum = 0, most = 0;
        for (size_t s = 0; s < S; s++) {
            sum += c->lost[t * S + s];
            most = fmax(most, c->lost[t * S + s]);
        }
        x->random += S > 0 ? sum / (double)S : 0;
        x->best += most;
        x->n_words++;
    }
}

static size_t cells(const Reading *r)
{
    return r->n_target * (r->n_source + 1);
}

static Trial trial_new(const Example *examples, size_t n)
{
    Trial x = { .cases = memory_get(n, sizeof *x.cases), .n = n };
    size_t most = 1;
    for (size_t i = 0; i < n; i++) {
        const Reading *r = &examples[i].reading;
        size_t all = r->n_target * r->n_source;
        x.cases[i] = (Case){ .reading = r, .lost = memory_get(all + 1, sizeof(double)) };
        for (size_t k = 0; k < all; k++)
            x.cases[i].lost[k] = choose_lost(examples[i].drop[k]);
        measure_rows(&x, &x.cases[i]);
        most = cells(r) > most ? cells(r) : most;
    }
    x.weights = memory_get(most, sizeof *x.weights);
    x.rows = memory_get(most, sizeof *x.rows);
    return x;
}

static void trial_free(Trial *x)
{
    for (size_t i = 0; i < x->n; i++)
        free(x->cases[i].lost);
    free(x->cases);
    free(x->weights);
    free(x->rows);
}

static void add_agreement(Sums *x, const AerLink *forward, const AerLink *backward)
{
    AerCounts c = { 0 };
    aer_add(&c, forward, array_len(forward), backward, array_len(backward));
    x->forward += array_len(forward);
    x->backward += array_len(backward);
    x->both += c.in_sure;
}

static void add_case(Sums *x, const Case *c, const Readout *o, const double *rows)
{
    AerLink *forward = NULL, *backward = NULL;
    readout_links(c->reading, o, rows, &forward);
    readout_backward(c->reading, o, rows, &backward);
    for (size_t i = 0; i < array_len(forward); i++)
        x->found += c->lost[(size_t)forward[i].target * c->reading->n_source + (size_t)forward[i].source];
    add_agreement(x, forward, backward);
    array_free(forward);
    array_free(backward);
}

static double skill_of(const Trial *x, const Sums *s)
{
    return x->best > x->random ? (s->found - x->random) / (x->best - x->random) : 0;
}

static double agreement_of(const Sums *x)
{
    size_t all = x->forward + x->backward;
    return all > 0 ? 2 * (double)x->both / (double)all : 0;
}

/* ---- all of them ---- */

typedef struct {
    Readout o;
    Sums sums;
} Candidate;

/* One layer, head, row and kind of weights, with every kind of sinks that is wished for. */
static void try_weights(const Trial *x, Readout o, int sinks, Candidate **out)
{
    Candidate each[SINKS_KINDS] = { 0 };
    for (size_t i = 0; i < x->n; i++) {
        const Reading *r = x->cases[i].reading;
        readout_weigh(r, &o, x->weights);
        for (int k = 0; k < SINKS_KINDS; k++) {
            each[k].o = o;
            each[k].o.sinks = (Sinks)k;
            if (sinks != CHOOSE && sinks != k)
                continue;
            memcpy(x->rows, x->weights, cells(r) * sizeof *x->rows);
            (void)readout_drop(r, &each[k].o, x->rows);
            add_case(&each[k].sums, &x->cases[i], &each[k].o, x->rows);
        }
    }
    for (int k = 0; k < SINKS_KINDS; k++)
        if (sinks == CHOOSE || sinks == k)
            array_push(*out, each[k]);
}

typedef struct {
    int from, to;
} Range;

static Range range(int wish, int from, int to)
{
    return wish < from ? (Range){ from, to } : (Range){ wish, wish + 1 };
}

/* Of a single layer, or head, there is no mean beside it. */
static Range maps_of(int wish, size_t n)
{
    return n == 1 ? (Range){ 0, 1 } : range(wish, -1, (int)n);
}

static void try_map(const Trial *x, Wish w, int layer, int head, Candidate **out)
{
    Range rows = range(w.input, 0, 2), norms = range(w.norm, 0, x->cases[0].reading->norm ? 2 : 1);
    for (int input = rows.from; input < rows.to; input++)
        for (int norm = norms.from; norm < norms.to; norm++)
            try_weights(x, (Readout){ layer, head, input > 0, norm > 0, SINKS_KEEP, fmax(w.null, 0) },
                        w.sinks, out);
}

/* The mean over layers is one over heads as well. */
static Candidate *try_all(const Trial *x, Wish w)
{
    const Reading *r = x->cases[0].reading;
    Range layers = maps_of(w.layer, r->n_layers), heads = maps_of(w.head, r->n_heads);
    Candidate *all = NULL;
    for (int l = layers.from; l < layers.to; l++)
        for (int h = heads.from; h < heads.to; h++)
            if (l >= 0 || h < 0 || h == heads.from)
                try_map(x, w, l, l < 0 ? -1 : h, &all);
    return all;
}

/* Of those as skilled as the most skilled the one that agrees best with itself. */
static Candidate best_of(const Trial *x, const Candidate *all)
{
    size_t best = 0;
    for (size_t i = 1; i < array_len(all); i++)
        if (skill_of(x, &all[i].sums) > skill_of(x, &all[best].sums))
            best = i;
    double least = skill_of(x, &all[best].sums) - EQUAL_SKILL;
    for (size_t i = 0; i < array_len(all); i++)
        if (skill_of(x, &all[i].sums) >= least && agreement_of(&all[i].sums) > agreement_of(&all[best].sums))
            best = i;
    return all[best];
}

static Candidate measure(const Trial *x, Readout o)
{
    Candidate c = { .o = o };
    for (size_t i = 0; i < x->n; i++) {
        (void)readout_rows(x->cases[i].reading, &o, x->rows);
        add_case(&c.sums, &x->cases[i], &o, x->rows);
    }
    return c;
}

/* The highest threshold that costs next to no skill. */
static Candidate raise_null(const Trial *x, Candidate best)
{
    double least = skill_of(x, &best.sums) - NULL_COST;
    for (int i = 1; i <= NULL_STEPS; i++) {
        Readout o = best.o;
        o.null = i * NULL_STEP;
        Candidate c = measure(x, o);
        if (skill_of(x, &c.sums) < least)
            return best;
        best = c;
    }
    return best;
}

Choice choose_readout(const Example *examples, size_t n, Wish wish, Readout plain)
{
    Trial x = trial_new(examples, n);
    Candidate *all = try_all(&x, wish), best = best_of(&x, all), reference = measure(&x, plain);
    if (wish.null < 0)
        best = raise_null(&x, best);
    Choice out = { .readout = best.o,
                   .n_tried = array_len(all),
                   .skill = skill_of(&x, &best.sums),
                   .plain_skill = skill_of(&x, &reference.sums),
                   .agreement = agreement_of(&best.sums),
                   .loss = x.n_words ? x.best / (double)x.n_words : 0 };
    array_free(all);
    trial_free(&x);
    return out;
}
