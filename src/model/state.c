#include "model/state.h"

#include <string.h>

State *state_new(Arena *a, int B, int S, const int *lengths)
{
    State *s = arena_zero(a, 1, sizeof *s);
    int *copy = arena_array(a, int, B);
    *s = (State){ .B = B, .K = 1, .S = S, .lengths = memcpy(copy, lengths, (size_t)B * sizeof *lengths) };
    return s;
}

static Slot *find(const State *s, const char *name)
{
    for (int i = 0; i < s->n_slots; i++)
        if (!strcmp(s->slot[i].name, name))
            return (Slot *)&s->slot[i];
    return NULL;
}

void state_set(State *s, const char *name, Tensor *tensor, bool per_hyp)
{
    Slot *slot = find(s, name);
    if (!slot) {
        assert(s->n_slots < STATE_SLOTS);
        slot = &s->slot[s->n_slots++];
    }
    *slot = (Slot){ name, tensor, per_hyp };
}

Tensor *state_get(const State *s, const char *name)
{
    const Slot *slot = find(s, name);
    assert(slot);
    return slot->tensor;
}

static Tensor *pick(const Tensor *x, const int *from, int n, Arena *to)
{
    int dim[4];
    memcpy(dim, x->dim, sizeof dim);
    size_t width = tensor_len(x) / (size_t)x->dim[0];
    dim[0] = n;
    Tensor *y = tensor_new(to, x->n_dim, dim, false);
    for (int i = 0; i < n; i++) {
        assert(from[i] >= 0 && from[i] < x->dim[0]);
        memcpy(y->val + (size_t)i * width, x->val + (size_t)from[i] * width, width * sizeof(real));
    }
    return y;
}

void state_pick(State *s, const int *from, int n, Arena *to)
{
    assert(n % s->B == 0);
    for (int i = 0; i < s->n_slots; i++)
        if (s->slot[i].per_hyp)
            s->slot[i].tensor = pick(s->slot[i].tensor, from, n, to);
    s->K = n / s->B;
}

void state_keep(State *s, const int *sentences, int n, Arena *to)
{
    int *rows = arena_array(to, int, (size_t)n *(size_t)s->K), *lengths = arena_array(to, int, n);
    for (int i = 0; i < n; i++) {
        lengths[i] = s->lengths[sentences[i]];
        for (int k = 0; k < s->K; k++)
            rows[i * s->K + k] = sentences[i] * s->K + k;
    }
    for (int i = 0; i < s->n_slots; i++) {
        bool per_hyp = s->slot[i].per_hyp;
        s->slot[i].tensor = pick(s->slot[i].tensor, per_hyp ? rows : sentences, per_hyp ? n * s->K : n, to);
    }
    s->lengths = lengths;
    s->B = n;
}
