/* small_gradient.h -- the gradient of a whole model's loss against central differences, in double. Of each
 * parameter some elements are tried: the steepest, where an error is largest, and random ones.
 */
#ifndef TESTS_SMALL_GRADIENT_H
#define TESTS_SMALL_GRADIENT_H

#include "small_model.h"

/* The loss as training has it, with smoothing 0.1. */
static inline double small_loss(const Model *m, Tape *t, const Batch *b, bool backward)
{
    tape_reset(t);
    t->recording = backward;
    t->training = true;
    Tensor *loss = model_loss(m, t, b, 0.1, NULL);
    if (backward)
        tape_backward(t, loss);
    return loss->val[0];
}

static inline void small_backward(Model *m, Tape *t, const Batch *b)
{
    params_zero_grads(m->params);
    small_loss(m, t, b, true);
}

static inline bool small_agrees(Model *m, Tape *t, const Batch *b, const Tensor *x, size_t i)
{
    const double h = 1e-5;
    double kept = x->val[i];
    x->val[i] = kept + h;
    params_changed(m->params);
    double up = small_loss(m, t, b, false);
    x->val[i] = kept - h;
    params_changed(m->params);
    double down = small_loss(m, t, b, false);
    x->val[i] = kept;
    params_changed(m->params);
    double numeric = (up - down) / (2 * h), ours = x->grad[i];
    return fabs(ours - numeric) <= 1e-6 * fmax(1, fmax(fabs(ours), fabs(numeric)));
}

static inline size_t small_steepest(const Tensor *x)
{
    size_t best = 0;
    for (size_t i = 1; i < tensor_len(x); i++)
        if (fabs(x->grad[i]) > fabs(x->grad[best]))
            best = i;
    return best;
}

/* With the gradients that are there: the name of a parameter whose gradient is wrong, or 0 everywhere: it
 * would never learn; NULL: none is. With uniform weights a Transformer's queries and keys have nothing to
 * learn. */
static inline const char *small_wrong_gradient(Model *m, Tape *t, const Batch *b)
{
    enum { N_RANDOM = 4 };
    bool idle = !strcmp(m->config.attention.score, "uniform") && !strcmp(m->config.type, "transformer");
    Rng r = rng_new(3);
    for (int k = 0; k < params_count(m->params); k++) {
        const Param *p = params_get(m->params, k);
        size_t top = small_steepest(&p->tensor);
        if ((fabs(p->tensor.grad[top]) < 1e-12 && !idle) || !small_agrees(m, t, b, &p->tensor, top))
            return p->name;
        for (int i = 0; i < N_RANDOM; i++)
            if (!small_agrees(m, t, b, &p->tensor, (size_t)rng_below(&r, (int)tensor_len(&p->tensor))))
                return p->name;
    }
    return NULL;
}

#endif
