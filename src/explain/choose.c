#include "explain/choose.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "metric/aer.h"

#define EQUAL_SKILL 0.0025
#define NULL_COST 0.01
#define NULL_STEP 0.05
enum { NULL_STEPS = 18 };

Readout readout_plain(size_t n_layers)
{
    return (Readout){ .layer = n_layers > 1 ? (int)n_layers - 2 : 0, .head = -1 };
}

/* ---- one read-out ---- */

typedef struct {
    double found, random, best; /* sums of D */
    size_t forward, backward, both, n_words;
} Sums;

static void add_drops(Sums *x, const Example *e, const AerLink *links)
{
    size_t S = e->reading.n_source, T = e->reading.n_target;
    for (size_t t = 0; t < T; t++) {
        const double *row = e->drop + t * S;
        double sum = 0, most = 0;
        for (size_t s = 0; s < S; s++) {
            sum += row[s];
            most = row[s] > most ? row[s] : most;
        }
        x->random += S > 0 ? sum / (double)S : 0;
        x->best += most;
        x->n_words++;
    }
    for (size_t i = 0; i < array_len(links); i++)
        x->found += e->drop[(size_t)links[i].target * S + (size_t)links[i].source];
}

static void add_agreement(Sums *x, const AerLink *forward, const AerLink *backward)
{
    AerCounts c = { 0 };
    aer_add(&c, forward, array_len(forward), backward, array_len(backward));
    x->forward += array_len(forward);
    x->backward += array_len(backward);
    x->both += c.in_sure;
}

static void add_example(Sums *x, const Example *e, const Readout *o, const double *rows)
{
    AerLink *forward = NULL, *backward = NULL;
    readout_links(&e->reading, o, rows, &forward);
    readout_backward(&e->reading, o, rows, &backward);
    add_drops(x, e, forward);
    add_agreement(x, forward, backward);
    array_free(forward);
    array_free(backward);
}

static double skill_of(const Sums *x)
{
    return x->best > x->random ? (x->found - x->random) / (x->best - x->random) : 0;
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

typedef struct {
    const Example *examples;
    size_t n;
    double *weights, *rows; /* room for the largest */
} Trial;

static size_t cells(const Reading *r)
{
    return r->n_target * (r->n_source + 1);
}

static Trial trial_new(const Example *examples, size_t n)
{
    size_t most = 1;
    for (size_t i = 0; i < n; i++)
        most = cells(&examples[i].reading) > most ? cells(&examples[i].reading) : most;
    return (Trial){ examples, n, memory_get(most, sizeof(double)), memory_get(most, sizeof(double)) };
}

static void trial_free(Trial *x)
{
    free(x->weights);
    free(x->rows);
}

/* One layer, head, row and kind of weights, with every kind of sinks that is wished for. */
static void try_weights(const Trial *x, Readout o, int sinks, Candidate **out)
{
    Candidate each[SINKS_KINDS] = { 0 };
    for (size_t i = 0; i < x->n; i++) {
        const Reading *r = &x->examples[i].reading;
        readout_weigh(r, &o, x->weights);
        for (int k = 0; k < SINKS_KINDS; k++) {
            each[k].o = o;
            each[k].o.sinks = (Sinks)k;
            if (sinks != CHOOSE && sinks != k)
                continue;
            memcpy(x->rows, x->weights, cells(r) * sizeof *x->rows);
            (void)readout_drop(r, &each[k].o, x->rows);
            add_example(&each[k].sums, &x->examples[i], &each[k].o, x->rows);
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

/* A single head is its layer's mean. */
static Range heads_of(const Reading *r, int wish)
{
    if (r->n_heads == 1)
        return (Range){ 0, 1 };
    return wish == CHOOSE_HEAD ? (Range){ -1, (int)r->n_heads } : (Range){ wish, wish + 1 };
}

static Candidate *try_all(const Trial *x, Wish w)
{
    const Reading *r = &x->examples[0].reading;
    Range layers = range(w.layer, 0, (int)r->n_layers), heads = heads_of(r, w.head),
          rows = range(w.input, 0, 2), norms = range(w.norm, 0, r->norm ? 2 : 1);
    Candidate *all = NULL;
    for (int l = layers.from; l < layers.to; l++)
        for (int h = heads.from; h < heads.to; h++)
            for (int input = rows.from; input < rows.to; input++)
                for (int norm = norms.from; norm < norms.to; norm++)
                    try_weights(x,
                                (Readout){ l, h, input > 0, norm > 0, SINKS_KEEP, w.null > 0 ? w.null : 0 },
                                w.sinks, &all);
    return all;
}

static Candidate best_of(const Candidate *all)
{
    double most = skill_of(&all[0].sums);
    for (size_t i = 1; i < array_len(all); i++)
        most = skill_of(&all[i].sums) > most ? skill_of(&all[i].sums) : most;
    const Candidate *best = NULL;
    for (size_t i = 0; i < array_len(all); i++)
        if (skill_of(&all[i].sums) >= most - EQUAL_SKILL &&
            (!best || agreement_of(&all[i].sums) > agreement_of(&best->sums)))
            best = &all[i];
    return *best;
}

static Candidate measure(const Trial *x, Readout o)
{
    Candidate c = { .o = o };
    for (size_t i = 0; i < x->n; i++) {
        (void)readout_rows(&x->examples[i].reading, &o, x->rows);
        add_example(&c.sums, &x->examples[i], &o, x->rows);
    }
    return c;
}

/* The highest threshold that costs next to no skill. */
static Candidate raise_null(const Trial *x, Candidate best)
{
    double least = skill_of(&best.sums) - NULL_COST;
    for (int i = 1; i <= NULL_STEPS; i++) {
        Readout o = best.o;
        o.null = i * NULL_STEP;
        Candidate c = measure(x, o);
        if (skill_of(&c.sums) < least)
            return best;
        best = c;
    }
    return best;
}

Choice choose_readout(const Example *examples, size_t n, Wish wish)
{
    Trial x = trial_new(examples, n);
    Candidate *all = try_all(&x, wish), best = best_of(all),
              plain = measure(&x, readout_plain(examples[0].reading.n_layers));
    if (wish.null < 0)
        best = raise_null(&x, best);
    Choice out = { .readout = best.o,
                   .n_tried = array_len(all),
                   .skill = skill_of(&best.sums),
                   .plain_skill = skill_of(&plain.sums),
                   .agreement = agreement_of(&best.sums),
                   .loss = best.sums.n_words ? best.sums.best / (double)best.sums.n_words : 0 };
    array_free(all);
    trial_free(&x);
    return out;
}
