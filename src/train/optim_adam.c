/* optim_adam.c -- Adam (Kingma and Ba 2015) and AdamW (Loshchilov and Hutter 2019):
 *
 *     m = b1 m + (1 - b1) g            m^ = m / (1 - b1^t)
 *     v = b2 v + (1 - b2) g^2          v^ = v / (1 - b2^t)
 *     w = w - rate (m^ / (sqrt(v^) + eps) + decay w)
 *
 * The two corrections are the same for all numbers, so they go into rate and eps (section 2 of the paper).
 * Adam has no decay of its own: its weight_decay is added to the gradient.
 */
#include "train/optim.h"

#include <math.h>

#include "compute/compute.h"

static void adam_chunk(const OptimStep *s, size_t from, size_t n, double decay)
{
    const Optim *o = s->optim;
    const Config *c = o->config;
    double t = (double)o->step, root = sqrt(1 - pow(c->beta2, t));
    double rate = s->rate * root / (1 - pow(c->beta1, t));
    loops->adam(n, params_values(o->params) + from, params_grads(o->params) + from, o->slot[0] + from,
                o->slot[1] + from, (real)s->scale, (real)rate, (real)c->beta1, (real)c->beta2,
                (real)(c->epsilon * root), (real)decay);
}

static void adam_update(const OptimStep *s, size_t from, size_t n)
{
    Params *p = s->optim->params;
    double decay = s->optim->config->weight_decay;
    if (decay > 0)
        loops->axpy((int)n, (real)(decay / s->scale), params_values(p) + from, params_grads(p) + from);
    adam_chunk(s, from, n, 0);
}

static void adamw_update(const OptimStep *s, size_t from, size_t n)
{
    adam_chunk(s, from, n, s->rate * s->optim->config->weight_decay);
}

const OptimKind optim_adam = {
    .name = "adam",
    .help = "Kingma and Ba 2015; train.beta1, beta2, epsilon",
    .n_slots = 2,
    .slot = { "adam.m", "adam.v" },
    .update = adam_update,
};

const OptimKind optim_adamw = {
    .name = "adamw",
    .help = "Adam with decoupled train.weight_decay (Loshchilov and Hutter 2019)",
    .n_slots = 2,
    .slot = { "adam.m", "adam.v" },
    .update = adamw_update,
};
