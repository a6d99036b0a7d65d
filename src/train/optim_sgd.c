/* optim_sgd.c -- stochastic gradient descent with momentum (Polyak 1964, in PyTorch's form):
 *
 *     v = momentum v + g        w = w - rate v        g: gradient + weight_decay w
 */
#include "train/optim.h"

static void sgd_update(const OptimStep *s, size_t from, size_t n)
{
    const Config *c = s->optim->config;
    real *w = params_values(s->optim->params) + from, *v = s->optim->slot[0] + from;
    const real *g = params_grads(s->optim->params) + from;
    real scale = (real)s->scale, rate = (real)s->rate;
    real momentum = (real)c->momentum, decay = (real)c->weight_decay;
    for (size_t i = 0; i < n; i++) {
        v[i] = momentum * v[i] + scale * g[i] + decay * w[i];
        w[i] -= rate * v[i];
    }
}

const OptimKind optim_sgd = {
    .name = "sgd",
    .help = "gradient descent; train.momentum",
    .n_slots = 1,
    .slot = { "momentum" },
    .update = sgd_update,
};
