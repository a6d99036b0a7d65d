/* suspicion.c -- see suspicion.h. */
#include "explain/suspicion.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"

#define IGNORED 0.2 /* of weight */

/* A source word that all looks together give LOOKED, or that is worth EFFECT nats to a word of the output, is
 * covered; LOOKED_ALONE without erasing. Chosen on Multi30k's validation part. */
#define LOOKED 5.0
#define EFFECT 2.0
#define LOOKED_ALONE 0.8
#define TRIED 0.2        /* dropped, from which on stretches are tried */
#define COVERED_MOST 3.0 /* how much one covered word counts against a hole around it */

/* ---- pairs of words ---- */

typedef struct {
    const char *first, *second;
} Pair;

static int by_text(const void *a, const void *b)
{
    const Pair *x = a, *y = b;
    int order = strcmp(x->first, y->first);
    return order ? order : strcmp(x->second, y->second);
}

size_t suspicion_pairs(const char *const *words, size_t n)
{
    if (n < 2)
        return 0;
    Pair *pairs = memory_get(n - 1, sizeof *pairs);
    for (size_t i = 0; i + 1 < n; i++)
        pairs[i] = (Pair){ words[i], words[i + 1] };
    qsort(pairs, n - 1, sizeof *pairs, by_text);
    size_t most = 1;
    for (size_t i = 1, run = 1; i + 1 < n; i++) {
        run = by_text(&pairs[i], &pairs[i - 1]) ? 1 : run + 1;
        most = run > most ? run : most;
    }
    free(pairs);
    return most;
}

static double repeated(const char *const *source, size_t n_source, const char *const *target, size_t n_target)
{
    size_t in_target = suspicion_pairs(target, n_target), in_source = suspicion_pairs(source, n_source);
    size_t usual = in_source > 1 ? in_source : 1;
    double more = in_target > usual ? (double)(in_target - usual) : 0;
    return more / (more + 2);
}

/* ---- loops ---- */

/* words[from, to) repeats what stands `period` before: as far as it goes from `from` on. */
static size_t repeat_end(const char *const *words, size_t n, size_t from, size_t period)
{
    size_t i = from;
    while (i < n && !strcmp(words[i], words[i - period]))
        i++;
    return i;
}

Stretch suspicion_loop(const char *const *words, size_t n, size_t *extra)
{
    Stretch best = { 0, 0 };
    *extra = 0;
    for (size_t period = 1; period <= LOOP_WORDS; period++)
        for (size_t i = period, end; i < n; i = end + 1) {
            end = repeat_end(words, n, i, period);
            if (end - i >= period && end - i > *extra) {
                *extra = end - i;
                best = (Stretch){ i - period, end };
            }
        }
    return best;
}

static double looped(const Suspect *s, Stretch *where)
{
    size_t said, usual;
    *where = suspicion_loop(s->target, s->n_target, &said);
    suspicion_loop(s->source, s->n_source, &usual);
    double more = said > usual ? (double)(said - usual) : 0;
    return more / (more + 2);
}

/* ---- holes ---- */

void suspicion_cover(const Suspect *s, double *looked, double *effect)
{
    const HeadMap *m = s->map;
    for (size_t k = 0; k < s->n_source; k++) {
        double sum = 0, most = 0;
        for (size_t t = 0; t < s->n_target; t++) {
            sum += m->weights[(m->row_from + t) * m->columns + m->column_from + k];
            most = s->drop ? fmax(most, s->drop[t * s->n_source + k]) : 0;
        }
        looked[k] = sum;
        if (effect)
            effect[k] = most;
    }
}

/* 1: nothing in the output has to do with the word. */
static double emptiness(const Suspect *s, double looked, double effect)
{
    double covered = s->drop ? looked / LOOKED + effect / EFFECT : looked / LOOKED_ALONE;
    return 1 - fmin(covered, COVERED_MOST);
}

/* The stretch with the largest sum (Bentley 1984, "Programming pearls: algorithm design techniques"); *most:
 * the sum. */
static Stretch hole_of(const Suspect *s, const double *looked, const double *effect, double *most)
{
    Stretch best = { 0, 0 };
    double sum = 0;
    *most = 0;
    for (size_t k = 0, from = 0; k < s->n_source; k++) {
        sum += emptiness(s, looked[k], effect[k]);
        if (sum <= 0)
            sum = 0, from = k + 1;
        if (sum > *most)
            *most = sum, best = (Stretch){ from, k + 1 };
    }
    return best;
}

static double share_of(double n, size_t all)
{
    return all ? n / (double)all : 0;
}

static void find_hole(const Suspect *s, Suspicion *out)
{
    double *looked = memory_get(2 * s->n_source + 1, sizeof *looked), *effect = looked + s->n_source;
    double most, n = 0;
    suspicion_cover(s, looked, effect);
    for (size_t k = 0; k < s->n_source; k++)
        n += looked[k] < IGNORED;
    out->ignored = share_of(n, s->n_source);
    out->hole = hole_of(s, looked, effect, &most);
    out->dropped = share_of(most, s->n_source);
    free(looked);
}

/* ---- rows, and log-probabilities ---- */

static double end_mass(const HeadMap *m)
{
    double sum = 0;
    for (size_t i = m->row_from; i < m->row_to && m->has_end; i++)
        sum += m->weights[i * m->columns + m->columns - 1];
    return m->row_to > m->row_from ? sum / (double)(m->row_to - m->row_from) : 0;
}

static double row_entropy(const HeadMap *m)
{
    double sum = 0;
    for (size_t i = m->row_from * m->columns; i < m->row_to * m->columns; i++)
        sum -= m->weights[i] > 0 ? m->weights[i] * log(m->weights[i]) : 0;
    size_t n = m->row_to - m->row_from;
    return n > 0 && m->columns > 1 ? sum / ((double)n * log((double)m->columns)) : 0;
}

static double within(double x)
{
    return fmax(0, fmin(1, x));
}

static void weigh_source(const Suspect *s, Suspicion *out)
{
    double with = 0, without = 0;
    for (size_t t = 0; t < s->n_target; t++) {
        with += s->log_probs[t];
        without += s->without[t];
    }
    out->contribution = s->n_target ? (with - without) / (double)s->n_target : 0;
    out->detached = without < 0 ? within(with / without) : 0;
}

Suspicion suspicion_of(const Suspect *s)
{
    Suspicion out = { .end = end_mass(s->map),
                      .repeated = repeated(s->source, s->n_source, s->target, s->n_target),
                      .surprise = 1 - exp(fmin(s->score, 0)),
                      .entropy = row_entropy(s->map),
                      .detached = NAN,
                      .contribution = NAN,
                      .gain = NAN };
    out.looped = looped(s, &out.loop);
    find_hole(s, &out);
    out.suspicion = (out.end + out.ignored + out.repeated + out.surprise) / 4;
    if (!s->drop)
        return out;
    weigh_source(s, &out);
    out.suspicion = fmax(pow(out.detached, 8), fmax(pow(fmin(1, 2 * out.dropped), 2), out.looped));
    return out;
}

/* ---- stretches ---- */

size_t suspicion_cuts(const Suspicion *s, size_t n_source, Stretch *cuts)
{
    size_t n = 0;
    if (s->dropped < TRIED || n_source < 2)
        return 0;
    cuts[n++] = s->hole;
    for (size_t k = 1; k < n_source; k++) {
        cuts[n++] = (Stretch){ 0, k };
        cuts[n++] = (Stretch){ k, n_source };
    }
    return n;
}

void suspicion_settle(Suspicion *s, const Stretch *cuts, const double *gain, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (i == 0 || (gain[i] > s->gain && gain[i] > 0)) {
            s->gain = gain[i];
            s->hole = cuts[i];
        }
}
