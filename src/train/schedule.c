/* schedule.c -- see schedule.h. Letters: r learning_rate, w schedule_warmup, n schedule_steps, f
 * schedule_factor, t the update's number from 1. A warm-up rises linearly from r/w at t = 1 to r at t = w;
 * only the schedules that were invented with one have it.
 */
#include "train/schedule.h"

#include <math.h>

#define PI 3.14159265358979323846

/* r */
static double rate_constant(const Config *c, double t, const Plateau *p)
{
    (void)t, (void)p;
    return c->learning_rate;
}

static double floored(const Config *c, double rate)
{
    return fmax(rate, c->schedule_min_rate);
}

/* r f^drops */
static double rate_plateau(const Config *c, double t, const Plateau *p)
{
    (void)t;
    return floored(c, c->learning_rate * pow(c->schedule_factor, p->drops));
}

/* r min(t / w, sqrt(w / t)) */
static double rate_inverse_sqrt(const Config *c, double t, const Plateau *p)
{
    (void)p;
    double w = fmax(1, c->schedule_warmup);
    return t < w ? c->learning_rate * t / w : floored(c, c->learning_rate * sqrt(w / t));
}

/* r D^-1/2 min(t^-1/2, t w^-3/2): Vaswani et al. 2017, section 5.3; D is the decoder's width */
static double rate_noam(const Config *c, double t, const Plateau *p)
{
    (void)p;
    double w = fmax(1, c->schedule_warmup), scale = c->learning_rate / sqrt(c->decoder.hidden);
    return t < w ? scale * t / (w * sqrt(w)) : floored(c, scale / sqrt(t));
}

/* From r after the warm-up down to min at t = n along half a cosine: Loshchilov and Hutter 2017 */
static double rate_cosine(const Config *c, double t, const Plateau *p)
{
    (void)p;
    double w = c->schedule_warmup, n = c->schedule_steps;
    if (t <= w)
        return c->learning_rate * t / w;
    double part = n > w ? fmin(1, (t - w) / (n - w)) : 1;
    double low = c->schedule_min_rate;
    return low + (c->learning_rate - low) * (1 + cos(PI * part)) / 2;
}

/* r f^floor((t - 1) / n): updates 1..n have the full rate, the next n have f of it */
static double rate_step(const Config *c, double t, const Plateau *p)
{
    (void)p;
    double drops = floor((t - 1) / c->schedule_steps);
    return floored(c, c->learning_rate * pow(c->schedule_factor, drops));
}

const Schedule schedules[] = {
    { "constant", "always train.learning_rate", rate_constant },
    { "plateau", "times factor after `patience` validations without a new best", rate_plateau },
    { "inverse-sqrt", "falls with the root of the update's number after the warm-up", rate_inverse_sqrt },
    { "noam", "the same, times the root of the model's width (Vaswani et al. 2017)", rate_noam },
    { "cosine", "half a cosine down to min_rate at update `steps`", rate_cosine },
    { "step", "times factor after every `steps` updates", rate_step },
    { 0 },
};

const Schedule *schedule_find(const char *name)
{
    for (const Schedule *s = schedules; s->name; s++)
        if (text_equal(s->name, name))
            return s;
    return NULL;
}

double schedule_rate(const Config *c, int64_t step, const Plateau *p)
{
    const Schedule *s = schedule_find(c->schedule);
    assert(s && step >= 1);
    return s->rate(c, (double)step, p);
}

void schedule_validated(const Config *c, Plateau *p, bool best)
{
    p->bad = best ? 0 : p->bad + 1;
    if (p->bad > 0 && p->bad >= c->schedule_patience) {
        p->bad = 0;
        p->drops++;
    }
}
