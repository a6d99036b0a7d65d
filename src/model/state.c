#include "model/state.h"

#include <string.h>

int maps_summary_layer(int n_layers)
{
    return n_layers > 1 ? n_layers - 2 : 0;
}

Tensor *maps_summary(const Maps *m, Tape *t)
{
    if (!m->cross.n_layers)
        return NULL;
    const Tensor *x = m->cross.layer[m->summary ? 0 : m->stands.layer];
    int one = m->stands.head;
    size_t R = (size_t)x->dim[0], H = (size_t)x->dim[1], n = (size_t)x->dim[2] * (size_t)x->dim[3];
    size_t from = one < 0 ? 0 : (size_t)one, many = one < 0 ? H : 1;
    Tensor *y = tensor_new(t->batch, 3, (int[]){ x->dim[0], x->dim[2], x->dim[3] }, false);
    for (size_t i = 0; i < R * n; i++) {
        const real *head = x->val + (i / n * H + from) * n + i % n;
        real sum = 0;
        for (size_t h = 0; h < many; h++)
            sum += head[h * n];
        y->val[i] = sum / (real)many;
    }
    return y;
}

State *state_new(Arena *a, int B, int S, const int *lengths)
{
    State *s = arena_zero(a, 1, sizeof *s);
    int *copy = arena_array(a, int, B), *numbers = arena_array(a, int, B);
    for (int i = 0; i < B; i++)
        numbers[i] = i;
    *s = (State){ .B = B, .K = 1, .S = S, .numbers = numbers, .keep = a };
    s->lengths = memcpy(copy, lengths, (size_t)B * sizeof *lengths);
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

/* ---- overriding ---- */

typedef struct {
    RowEdit row;
    const State *state;
    int layer, at;
} StateEdit;

static void edit_row(const void *context, int row, int head, int t, int n, real *weights)
{
    const StateEdit *e = context;
    const State *s = e->state;
    const Override *o = s->override;
    if (o->head >= 0 && o->head != head)
        return;
    const OverridePlace place = { e->layer, head, s->numbers[row / s->K], row, s->step + e->at + t };
    o->edit(o->context, &place, n, weights);
}

const RowEdit *state_row_edit(const State *s, const Tape *t, int layer, int at)
{
    const Override *o = s->override;
    if (!o || t->recording || (o->layer >= 0 && o->layer != layer))
        return NULL;
    StateEdit *e = arena_alloc(t->batch, 1, sizeof *e);
    *e = (StateEdit){ { edit_row, e }, s, layer, at };
    return &e->row;
}

/* ---- the past ---- */

/* The words of one call of decode. */
typedef struct {
    int T, R;
    int *origin; /* row r of now goes back to row origin[r] of then */
} Segment;

struct Past {
    int n_layers, n_segments, capacity, n_words;
    Segment *segment;   /* [capacity] */
    const real **at;    /* [capacity][n_layers] row 0, word 0 */
    size_t *row, *word; /* [capacity][n_layers] distances between rows and words */
};

void state_begin_past(State *s, int n_layers)
{
    s->past = arena_zero(s->keep, 1, sizeof *s->past);
    s->past->n_layers = n_layers;
}

static void *more(Arena *a, const void *old, size_t n, size_t new_n, size_t size)
{
    void *all = arena_alloc(a, new_n, size);
    return n ? memcpy(all, old, n * size) : all;
}

static void past_grow(Past *p, Arena *a)
{
    size_t n = (size_t)p->capacity, many = n ? 2 * n : 32, L = (size_t)p->n_layers;
    p->segment = more(a, p->segment, n, many, sizeof *p->segment);
    p->at = more(a, p->at, n * L, many * L, sizeof *p->at);
    p->row = more(a, p->row, n * L, many * L, sizeof *p->row);
    p->word = more(a, p->word, n * L, many * L, sizeof *p->word);
    p->capacity = (int)many;
}

static void past_open(Past *p, Arena *a, int R, int T)
{
    if (p->n_segments == p->capacity)
        past_grow(p, a);
    Segment *g = &p->segment[p->n_segments++];
    *g = (Segment){ T, R, arena_array(a, int, R) };
    for (int r = 0; r < R; r++)
        g->origin[r] = r;
    p->n_words += T;
}

static real *copy_rows(Arena *a, const Tensor *x, int from, int width)
{
    size_t n = tensor_rows(x), w = (size_t)width, row = (size_t)tensor_last(x);
    real *y = arena_array(a, real, n * w);
    for (size_t i = 0; i < n; i++)
        memcpy(y + i * w, x->val + i * row + from, w * sizeof *y);
    return y;
}

void state_append(State *s, const Tape *t, int layer, const Tensor *rows, int from, int width)
{
    Past *p = s->past;
    if (layer == 0)
        past_open(p, s->keep, rows->dim[0], rows->dim[1]);
    const Segment *g = &p->segment[p->n_segments - 1];
    assert(g->R == rows->dim[0] && g->T == rows->dim[1]);
    size_t i = (size_t)((p->n_segments - 1) * p->n_layers + layer);
    bool stays = s->keep == t->batch;
    p->at[i] = stays ? rows->val + from : copy_rows(s->keep, rows, from, width);
    p->word[i] = stays ? (size_t)tensor_last(rows) : (size_t)width;
    p->row[i] = p->word[i] * (size_t)g->T;
}

const real *const *const *state_past(const State *s, int layer, Arena *a, int *n)
{
    const Past *p = s->past;
    int R = s->B * s->K;
    const real ***rows = arena_array(a, const real **, R);
    const real **all = arena_array(a, const real *, (size_t)R *(size_t)p->n_words);
    for (int r = 0; r < R; r++, all += p->n_words) {
        int at = 0;
        for (int k = 0; k < p->n_segments; k++) {
            size_t i = (size_t)(k * p->n_layers + layer);
            const real *row = p->at[i] + p->row[i] * (size_t)p->segment[k].origin[r];
            for (int word = 0; word < p->segment[k].T; word++)
                all[at++] = row + p->word[i] * (size_t)word;
        }
        rows[r] = all;
    }
    *n = p->n_words;
    return (const real *const *const *)rows;
}

static void past_pick(Past *p, const int *from, int n, Arena *to)
{
    for (int k = 0; k < p->n_segments; k++) {
        int *origin = arena_array(to, int, n);
        for (int i = 0; i < n; i++)
            origin[i] = p->segment[k].origin[from[i]];
        p->segment[k].origin = origin;
    }
}

/* ---- rows ---- */

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
    if (s->past)
        past_pick(s->past, from, n, to);
    s->K = n / s->B;
}

static UnknownAs keep_unknown(UnknownAs x, const int *sentences, int n, Arena *to)
{
    size_t each = (size_t)x.n;
    if (x.n == 0)
        return x;
    int *of = arena_array(to, int, (size_t)n *each);
    for (int i = 0; i < n; i++)
        memcpy(of + (size_t)i * each, x.of + (size_t)sentences[i] * each, each * sizeof *of);
    return (UnknownAs){ of, x.n };
}

void state_keep(State *s, const int *sentences, int n, Arena *to)
{
    int *rows = arena_array(to, int, (size_t)n *(size_t)s->K), *lengths = arena_array(to, int, n),
        *numbers = arena_array(to, int, n);
    for (int i = 0; i < n; i++) {
        lengths[i] = s->lengths[sentences[i]];
        numbers[i] = s->numbers[sentences[i]];
        for (int k = 0; k < s->K; k++)
            rows[i * s->K + k] = sentences[i] * s->K + k;
    }
    for (int i = 0; i < s->n_slots; i++) {
        bool per_hyp = s->slot[i].per_hyp;
        s->slot[i].tensor = pick(s->slot[i].tensor, per_hyp ? rows : sentences, per_hyp ? n * s->K : n, to);
    }
    if (s->past)
        past_pick(s->past, rows, n * s->K, to);
    s->unknown_as = keep_unknown(s->unknown_as, sentences, n, to);
    s->lengths = lengths;
    s->numbers = numbers;
    s->B = n;
}
