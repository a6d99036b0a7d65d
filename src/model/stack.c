#include "model/stack.h"

#include <math.h>
#include <string.h>

#include "base/str.h"
#include "model/attention.h"
#include "model/cell.h"
#include "model/copying.h"
#include "model/norms.h"

static const char *const memory_names[MAP_LAYERS] = { "memory.0",  "memory.1",  "memory.2",  "memory.3",
                                                      "memory.4",  "memory.5",  "memory.6",  "memory.7",
                                                      "memory.8",  "memory.9",  "memory.10", "memory.11",
                                                      "memory.12", "memory.13", "memory.14", "memory.15" };

/* ---- parameters ---- */

/* Parameters called SIDE.LAYER.PART.NAME. */
typedef struct {
    Params *params;
    Str prefix;
} Names;

static Names names_of(Params *p, const char *side, int layer, const char *part)
{
    Names n = { p, { 0 } };
    str_addf(&n.prefix, "%s.%d.%s", side, layer, part);
    return n;
}

static void declare_norm(Params *p, const char *prefix, int width, Tensor **gain, Tensor **shift)
{
    *gain = param_named(p, prefix, "gain", INIT_ONE, width, 0);
    *shift = param_named(p, prefix, "shift", INIT_ZERO, width, 0);
}

static void declare_product(const Names *n, const char *name, int rows, int columns, Tensor **w, Tensor **b)
{
    Str bias = { 0 };
    str_addf(&bias, "%s_bias", name);
    *w = param_named(n->params, n->prefix.text, name, INIT_UNIFORM, rows, columns);
    *b = param_named(n->params, n->prefix.text, bias.text, INIT_ZERO, rows, 0);
    str_free(&bias);
}

static void declare_self(StackPart *a, Names n, int D)
{
    declare_norm(n.params, n.prefix.text, D, &a->gain, &a->shift);
    declare_product(&n, "qkv", 3 * D, D, &a->in, &a->in_bias);
    declare_product(&n, "out", D, D, &a->out, &a->out_bias);
    str_free(&n.prefix);
}

static void declare_cross(StackPart *a, Names n, int D, int M)
{
    declare_norm(n.params, n.prefix.text, D, &a->gain, &a->shift);
    declare_product(&n, "query", D, D, &a->in, &a->in_bias);
    declare_product(&n, "memory", 2 * D, M, &a->memory, &a->memory_bias);
    declare_product(&n, "out", D, D, &a->out, &a->out_bias);
    str_free(&n.prefix);
}

static void declare_feed(StackPart *f, Names n, int D, int F)
{
    declare_norm(n.params, n.prefix.text, D, &f->gain, &f->shift);
    declare_product(&n, "inner", F, D, &f->in, &f->in_bias);
    declare_product(&n, "outer", D, F, &f->out, &f->out_bias);
    str_free(&n.prefix);
}

static void declare_unknown(Stack *k, Model *m, const char *side, const Stack *shared)
{
    Str name = { 0 };
    str_addf(&name, "%s.unknown", side);
    k->unknown = shared ? shared->unknown : copying_declare_words(m, name.text, INIT_WORDS, k->width);
    str_free(&name);
}

static void declare_embedding(Stack *k, Model *m, const char *side, Vocab *vocab, const Stack *shared,
                              bool output)
{
    Str prefix = { 0 };
    str_addf(&prefix, "%s.embedding", side);
    k->embedding =
        shared ? shared->embedding
               : param_add(m->params, prefix.text, INIT_WORDS, output ? USE_ROWS_AND_PRODUCT : USE_ROWS, 2,
                           (int[]){ vocab_size(vocab), k->width });
    declare_unknown(k, m, side, shared);
    if (k->positions->learned) {
        str_cut(&prefix, 0);
        str_addf(&prefix, "%s.positions", side);
        k->places =
            param_add(m->params, prefix.text, INIT_WORDS, USE_ROWS, 2, (int[]){ k->max_positions, k->width });
    }
    if (m->config.transformer.normalize_embeddings) {
        str_cut(&prefix, 0);
        str_addf(&prefix, "%s.embedding_norm", side);
        declare_norm(m->params, prefix.text, k->width, &k->embedding_gain, &k->embedding_shift);
    }
    str_free(&prefix);
}

static void declare_layers(Stack *k, Model *m, const char *side, int memory)
{
    for (int i = 0; i < k->n_layers; i++) {
        StackLayer *l = &k->layer[i];
        declare_self(&l->self, names_of(m->params, side, i, "self"), k->width);
        if (memory)
            declare_cross(&l->cross, names_of(m->params, side, i, "cross"), k->width, memory);
        declare_feed(&l->feed, names_of(m->params, side, i, "feed"), k->width, k->feed_forward);
    }
    if (!k->post)
        declare_norm(m->params, side, k->width, &k->gain, &k->shift);
}

static Stack stack_new(const Config *c)
{
    const TransformerConfig *f = &c->transformer;
    return (Stack){ .post = !strcmp(f->norm, "post"),
                    .scaled = f->scale_embeddings,
                    .uniform = text_equal(c->attention.score, "uniform"),
                    .attention_dropout = c->attention.dropout,
                    .feed_dropout = f->feed_forward_dropout,
                    .curve = f->activation,
                    .positions = position_find(f->positions),
                    .max_positions = f->max_positions ? f->max_positions : c->max_length + 1 };
}

void stack_declare_encoder(Stack *k, Model *m, Vocab *vocab, const Stack *shared)
{
    const EncoderConfig *e = &m->config.encoder;
    *k = stack_new(&m->config);
    k->n_layers = e->layers, k->width = e->hidden, k->heads = e->heads, k->feed_forward = e->feed_forward;
    k->dropout = e->dropout;
    bool output = m->kind->hide && m->config.tied_embeddings; /* of an encoder alone */
    declare_embedding(k, m, "encoder", vocab, shared, output);
    declare_layers(k, m, "encoder", 0);
}

void stack_declare_decoder(Stack *k, Model *m, Vocab *vocab, const Stack *shared, int memory)
{
    const DecoderConfig *d = &m->config.decoder;
    *k = stack_new(&m->config);
    k->n_layers = d->layers, k->width = d->hidden, k->heads = d->heads, k->feed_forward = d->feed_forward;
    k->dropout = d->dropout;
    declare_embedding(k, m, "decoder", vocab, shared, m->config.tied_embeddings);
    declare_layers(k, m, "decoder", memory);
}

int stack_longest(const Stack *k)
{
    return k->positions->learned ? k->max_positions : 0;
}

/* ---- parts ---- */

Tensor *stack_embed(const Stack *k, Tape *t, const int *ids, int B, int T, int first, SourceRead *read)
{
    int at;
    Tensor *places = k->positions->rows(k->places, t, first, T, k->width, &at);
    const double scale = k->scaled ? sqrt(k->width) : 1, dropout = k->embedding_gain ? 0 : k->dropout;
    Tensor *x = op_embed_at(t, k->embedding, k->unknown, ids, B, T, scale, places, at, dropout);
    if (read)
        *read = (SourceRead){ x, k->embedding, k->unknown, scale };
    if (!k->embedding_gain)
        return x;
    return op_dropout(t, op_layer_norm(t, x, k->embedding_gain, k->embedding_shift), k->dropout);
}

/* What the part reads goes through its first product. */
static Tensor *enter(const Stack *k, Tape *t, Tensor *x, const StackPart *p, Dense d)
{
    d.w = p->in, d.b = p->in_bias;
    if (!k->post)
        d.gain = p->gain, d.shift = p->shift;
    return op_dense(t, x, &d);
}

/* What it says is added to x. */
static Tensor *leave(const Stack *k, Tape *t, Tensor *x, const StackPart *p, Tensor *said)
{
    Tensor *y =
        op_dense(t, said, &(Dense){ .w = p->out, .b = p->out_bias, .dropout = k->dropout, .residual = x });
    return k->post ? op_layer_norm(t, y, p->gain, p->shift) : y;
}

static Tensor *feed(const Stack *k, Tape *t, Tensor *x, const StackPart *p)
{
    Dense d = { .curve = curve_find(k->curve), .dropout = k->feed_dropout };
    return leave(k, t, x, p, enter(k, t, x, p, d));
}

static Tensor *finish(const Stack *k, Tape *t, Tensor *x)
{
    return k->gain ? op_layer_norm(t, x, k->gain, k->shift) : x;
}

/* Where a layer's weights are to be put: NULL when nobody wants them. */
static Tensor **place_in(LayerMaps *maps, int layer)
{
    if (!maps)
        return NULL;
    maps->n_layers = layer + 1;
    return &maps->layer[layer];
}

/* Of a decoder; a summary wants one cross layer alone, and the first place is then that layer's. */
static Tensor **place_of(const State *s, int layer, bool cross)
{
    if (!s->maps || !s->maps->summary)
        return place_in(!s->maps ? NULL : cross ? &s->maps->cross : &s->maps->decoder, layer);
    return cross && layer == s->maps->stands.layer ? place_in(&s->maps->cross, 0) : NULL;
}

static Heads heads_of(const Stack *k, Tensor **weights)
{
    return (Heads){ .D = k->width, .heads = k->heads, .dropout = k->attention_dropout, .weights = weights };
}

/* ---- reading ---- */

Tensor *stack_encode(const Stack *k, Tape *t, Tensor *x, const int *lengths, LayerMaps *maps)
{
    for (int i = 0; i < k->n_layers; i++) {
        const StackLayer *l = &k->layer[i];
        size_t mark = arena_mark(t->batch);
        Tensor *qkv = enter(k, t, x, &l->self, (Dense){ 0 });
        Heads h = heads_of(k, place_in(maps, i));
        h.k_at = k->width, h.v_at = 2 * k->width, h.lengths = lengths;
        x = leave(k, t, x, &l->self, op_multi_head(t, qkv, qkv, &h));
        x = feed(k, t, x, &l->feed);
        x = maps ? x : tape_keep_only(t, mark, x);
    }
    return finish(k, t, x);
}

/* ---- writing ---- */

static Tensor *memory_of(const Stack *k, Tape *t, Tensor *memory, int layer)
{
    const StackPart *c = &k->layer[layer].cross;
    return op_dense(t, memory, &(Dense){ .w = c->memory, .b = c->memory_bias });
}

/* Search reads keys and values again at each word; training once, and makes them when a layer gets there:
 * then the backward pass has the gradients of one layer at a time. */
void stack_begin(const Stack *k, Tape *t, State *s, Tensor *memory)
{
    state_begin_past(s, k->n_layers);
    if (memory && t->recording)
        state_set(s, "memory", memory, false);
    for (int i = 0; memory && !t->recording && i < k->n_layers; i++)
        state_set(s, memory_names[i], memory_of(k, t, memory, i), false);
}

/* The first words of all come with their own keys and values; later ones look at what is kept. */
static Tensor *attend_to_past(const Stack *k, Tape *t, Tensor *qkv, State *s, int layer)
{
    int D = k->width, n;
    Heads h = heads_of(k, place_of(s, layer, false));
    if (!t->recording)
        state_append(s, t, layer, qkv, D, 2 * D);
    if (t->recording || (s->step == 0 && qkv->dim[1] > 1)) {
        assert(s->step == 0);
        h.k_at = D, h.v_at = 2 * D, h.causal = true;
        return op_multi_head(t, qkv, qkv, &h);
    }
    h.v_at = D;
    const real *const *const *past = state_past(s, layer, t->batch, &n);
    return multi_head_past(t, qkv, past, n, &h);
}

/* Of one head of a layer, or their mean, as gradients can go through it. */
static Tensor *weights_recorded(Tape *t, Tensor *q, Tensor *memory, const Heads *h, int head)
{
    if (!h->uniform)
        return attention_of_heads(t, q, memory, h, head);
    Tensor *zero = tensor_new(t->batch, 3, (int[]){ q->dim[0], q->dim[1], memory->dim[1] }, false);
    memset(zero->val, 0, tensor_len(zero) * sizeof *zero->val);
    return op_softmax(t, zero, h->lengths);
}

/* The same while nothing is recorded: from all heads' weights [R,H,T,S] into what outlives the layer. */
static void take_weights(Tape *t, Tensor *heads, Guided *to)
{
    const Maps maps = { .cross = { 1, { heads } }, .stands = { 0, to->at.head } };
    size_t mark = arena_mark(t->batch);
    memcpy(to->weights->val, maps_summary(&maps, t)->val, tensor_len(to->weights) * sizeof(real));
    arena_rewind(t->batch, mark);
}

static Tensor *attend_to_memory(const Stack *k, Tape *t, Tensor *q, State *s, int layer)
{
    Heads h = heads_of(k, place_of(s, layer, true));
    h.v_at = k->width, h.lengths = s->lengths, h.uniform = k->uniform;
    h.edit = state_row_edit(s, t, layer, 0);
    Tensor *memory =
        t->recording ? memory_of(k, t, state_get(s, "memory"), layer) : state_get(s, memory_names[layer]);
    if (s->guided && s->guided->at.layer == layer)
        s->guided->weights = attention_of_heads(t, q, memory, &h, s->guided->at.head);
    bool copies = s->wants_copy && s->copy.at.layer == layer;
    if (copies && t->recording)
        s->copy.weights = weights_recorded(t, q, memory, &h, s->copy.at.head);
    Tensor *own;
    if (copies && !t->recording && !h.weights)
        h.weights = &own;
    Tensor *context = op_multi_head(t, q, memory, &h);
    if (copies && !t->recording)
        take_weights(t, *h.weights, &s->copy);
    return context;
}

Tensor *stack_values(const Stack *k, Tape *t, const State *s, int layer, int b)
{
    const Tensor *memory = state_get(s, memory_names[layer]);
    Tensor *x = norms_heads_apart(t, memory, b, s->lengths[b], k->width, k->width, k->heads);
    return op_linear(t, x, k->layer[layer].cross.out, NULL);
}

Tensor *stack_decode(const Stack *k, Tape *t, Tensor *x, State *s)
{
    if (s->wants_copy && !t->recording)
        s->copy.weights = tensor_new(t->batch, 3, (int[]){ x->dim[0], x->dim[1], s->S }, false);
    for (int i = 0; i < k->n_layers; i++) {
        const StackLayer *l = &k->layer[i];
        size_t mark = arena_mark(t->batch);
        Tensor *qkv = enter(k, t, x, &l->self, (Dense){ 0 });
        x = leave(k, t, x, &l->self, attend_to_past(k, t, qkv, s, i));
        if (l->cross.in) {
            Tensor *q = enter(k, t, x, &l->cross, (Dense){ 0 });
            x = leave(k, t, x, &l->cross, attend_to_memory(k, t, q, s, i));
        }
        x = feed(k, t, x, &l->feed);
        x = s->maps || s->keep == t->batch ? x : tape_keep_only(t, mark, x); /* else the past lives there */
    }
    return finish(k, t, x);
}
