/* rnn.c -- the recurrent encoder-decoder with attention.
 *
 * Encoder: embeddings, then layers of recurrent cells, usually in both directions (Bahdanau et al. 2015); its
 * outputs are the memory. Decoder: cells started by a bridge from the encoder's last states; attention either
 * after the cell (Luong et al. 2015: the new state asks, the answer joins it before the output) or before it
 * (Bahdanau: the old state asks, the answer enters the cell). Input feeding (Luong, section 3.3) gives the
 * last attentional vector to the next step.
 *
 * Without input feeding and with attention after the cell nothing in a step depends on the step's own output,
 * so all steps run as whole-sequence ops; else step by step. Both ways give the same numbers. With coverage
 * in the score (See et al. 2017) the next look depends on those before: step by step, too.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/attention.h"
#include "model/cell.h"
#include "model/copying.h"
#include "model/rnn.h"

typedef struct {
    Tensor *encoder_embedding, *decoder_embedding;
    Tensor *encoder_unknown, *decoder_unknown;        /* vectors of unknown words [N,E]; or NULL */
    Cell forward[CELL_LAYERS], backward[CELL_LAYERS]; /* encoder */
    Cell cell[CELL_LAYERS];                           /* decoder */
    Tensor *bridge_h[CELL_LAYERS], *bridge_h_bias[CELL_LAYERS], *bridge_c[CELL_LAYERS],
        *bridge_c_bias[CELL_LAYERS];
    Tensor *from_context, *from_feed; /* [G*H,D], [G*H,H]: into the first cell's gates; or NULL */
    Score score;
    Tensor *readout, *readout_bias; /* [H,H+D]; or NULL: the output layer reads the state */
    Tensor *project, *project_bias; /* [E,H] when the output layer is the embedding; or NULL */
} Rnn;

/* ---- parameters ---- */

static void declare_cell(Cell *c, Params *p, const char *kind, const char *where, int layer, int input,
                         int hidden)
{
    Str prefix = { 0 };
    str_addf(&prefix, "%s.%d", where, layer);
    cell_declare(c, p, kind, prefix.text, input, hidden);
    str_free(&prefix);
}

static void declare_encoder(Rnn *r, Model *m)
{
    const EncoderConfig *e = &m->config.encoder;
    int each = e->bidirectional ? e->hidden / 2 : e->hidden;
    for (int i = 0; i < e->layers; i++) {
        int input = i ? e->hidden : e->embedding;
        declare_cell(&r->forward[i], m->params, e->cell, "encoder.forward", i, input, each);
        if (e->bidirectional)
            declare_cell(&r->backward[i], m->params, e->cell, "encoder.backward", i, input, each);
    }
}

static void declare_bridge(Rnn *r, Model *m, int layer)
{
    const Config *c = &m->config;
    Str prefix = { 0 };
    str_addf(&prefix, "decoder.bridge.%d", layer);
    r->bridge_h[layer] =
        param_named(m->params, prefix.text, "h", INIT_UNIFORM, c->decoder.hidden, c->encoder.hidden);
    r->bridge_h_bias[layer] = param_named(m->params, prefix.text, "h_bias", INIT_ZERO, c->decoder.hidden, 0);
    if (r->cell[layer].kind->has_c) {
        r->bridge_c[layer] =
            param_named(m->params, prefix.text, "c", INIT_UNIFORM, c->decoder.hidden, c->encoder.hidden);
        r->bridge_c_bias[layer] =
            param_named(m->params, prefix.text, "c_bias", INIT_ZERO, c->decoder.hidden, 0);
    }
    str_free(&prefix);
}

static void declare_decoder(Rnn *r, Model *m)
{
    const Config *c = &m->config;
    const DecoderConfig *d = &c->decoder;
    for (int i = 0; i < d->layers; i++) {
        declare_cell(&r->cell[i], m->params, d->cell, "decoder.cell", i, i ? d->hidden : d->embedding,
                     d->hidden);
        if (!strcmp(d->init, "bridge"))
            declare_bridge(r, m, i);
    }
    int gates = r->cell[0].kind->gates * d->hidden;
    if (!strcmp(c->attention.place, "before"))
        r->from_context =
            param_named(m->params, "decoder", "from_context", INIT_UNIFORM, gates, c->encoder.hidden);
    if (d->input_feeding)
        r->from_feed = param_named(m->params, "decoder", "from_feed", INIT_UNIFORM, gates, d->hidden);
    if (!strcmp(d->readout, "tanh")) {
        r->readout = param_named(m->params, "decoder", "readout", INIT_UNIFORM, d->hidden,
                                 d->hidden + c->encoder.hidden);
        r->readout_bias = param_named(m->params, "decoder", "readout_bias", INIT_ZERO, d->hidden, 0);
    }
    if (c->tied_embeddings && d->hidden != d->embedding) {
        r->project = param_named(m->params, "decoder", "project", INIT_UNIFORM, d->embedding, d->hidden);
        r->project_bias = param_named(m->params, "decoder", "project_bias", INIT_ZERO, d->embedding, 0);
    }
}

static void *rnn_declare(Model *m)
{
    Rnn *r = memory_get(1, sizeof *r);
    const Config *c = &m->config;
    r->decoder_embedding = param_add(m->params, "decoder.embedding", INIT_EMBEDDING,
                                     c->tied_embeddings ? USE_ROWS_AND_PRODUCT : USE_ROWS, 2,
                                     (int[]){ vocab_size(m->target), c->decoder.embedding });
    r->encoder_embedding = c->shared_embeddings
                               ? r->decoder_embedding
                               : param_add(m->params, "encoder.embedding", INIT_EMBEDDING, USE_ROWS, 2,
                                           (int[]){ vocab_size(m->source), c->encoder.embedding });
    r->decoder_unknown = copying_declare_words(m, "decoder.unknown", INIT_EMBEDDING, c->decoder.embedding);
    r->encoder_unknown = c->shared_embeddings ? r->decoder_unknown
                                              : copying_declare_words(m, "encoder.unknown", INIT_EMBEDDING,
                                                                      c->encoder.embedding);
    declare_encoder(r, m);
    declare_decoder(r, m);
    attention_declare(&r->score, m->params, c);
    m->has_attention = r->score.kind->attends;
    m->output = c->tied_embeddings ? r->decoder_embedding
                                   : param_named(m->params, "decoder", "output", INIT_UNIFORM,
                                                 vocab_size(m->target), c->decoder.hidden);
    m->output_bias = param_named(m->params, "decoder", "output_bias", INIT_ZERO, vocab_size(m->target), 0);
    return r;
}

/* ---- encoder ---- */

/* Word vectors; unknown: NULL, or those of unknown words, behind the table's. */
static Tensor *embed(Tape *t, Tensor *table, Tensor *unknown, const int *ids, int B, int T)
{
    return unknown ? op_embed_at(t, table, unknown, ids, B, T, 1, NULL, 0, 0) : op_embed(t, table, ids, B, T);
}

static Tensor *zeros(Tape *t, int B, int H)
{
    Tensor *x = tensor_new(t->batch, 2, (int[]){ B, H }, false);
    memset(x->val, 0, tensor_len(x) * sizeof(real));
    return x;
}

static Recurrent run_direction(const Cell *c, Tape *t, Tensor *x, const int *lengths, bool reverse)
{
    Tensor *start = zeros(t, x->dim[0], c->hidden);
    return cell_run(c, t, cell_input(c, t, x), start, start, lengths, reverse);
}

static Recurrent run_layer(const Rnn *r, Tape *t, int layer, Tensor *x, const int *lengths, bool both)
{
    Recurrent f = run_direction(&r->forward[layer], t, x, lengths, false);
    if (!both)
        return f;
    Recurrent b = run_direction(&r->backward[layer], t, x, lengths, true);
    return (Recurrent){ op_join(t, f.all, b.all), op_join(t, f.h, b.h), f.c ? op_join(t, f.c, b.c) : NULL };
}

/* The first state of decoder layer i from the encoder's last one. */
static Tensor *first_state(Tape *t, const Config *c, Tensor *last, Tensor *w, Tensor *b)
{
    if (w)
        return op_tanh(t, op_linear(t, last, w, b));
    return !strcmp(c->decoder.init, "last") ? last : zeros(t, last->dim[0], c->decoder.hidden);
}

static State *rnn_encode(const Model *m, Tape *t, const Batch *b, Maps *maps)
{
    (void)maps; /* an encoder without attention */
    const Rnn *r = m->parts;
    const Config *c = &m->config;
    State *s = state_new(t->batch, b->B, b->S, b->source_len);
    Tensor *x = embed(t, r->encoder_embedding, r->encoder_unknown, b->source, b->B, b->S);
    if (t->recording)
        s->read = (SourceRead){ x, r->encoder_embedding, r->encoder_unknown, 1 };
    x = op_dropout(t, x, c->encoder.dropout);
    Recurrent layer[CELL_LAYERS];
    for (int i = 0; i < c->encoder.layers; i++) {
        layer[i] = run_layer(r, t, i, x, b->source_len, c->encoder.bidirectional);
        x = op_dropout(t, layer[i].all, c->encoder.dropout);
    }
    int top = c->encoder.layers - 1;
    for (int i = 0; i < c->decoder.layers; i++) {
        const Recurrent *from = &layer[i < top ? i : top];
        state_set(s, cell_h_names[i], first_state(t, c, from->h, r->bridge_h[i], r->bridge_h_bias[i]), true);
        if (r->cell[i].kind->has_c) {
            Tensor *last = from->c ? from->c : from->h;
            state_set(s, cell_c_names[i], first_state(t, c, last, r->bridge_c[i], r->bridge_c_bias[i]), true);
        }
    }
    if (r->from_feed)
        state_set(s, "feed",
                  op_reshape(t, zeros(t, b->B, c->decoder.hidden), 3, (int[]){ b->B, 1, c->decoder.hidden }),
                  true);
    attention_begin(&r->score, t, s, x, layer[top].h);
    return s;
}

/* ---- decoder ---- */

/* All decoder layers over the given gates of the first; returns the top layer's outputs [R,T,H]. */
static Tensor *run_cells(const Rnn *r, const Config *c, Tape *t, Tensor *gates, State *s)
{
    Tensor *x = NULL;
    for (int i = 0; i < c->decoder.layers; i++) {
        const Cell *cell = &r->cell[i];
        if (i)
            gates = cell_input(cell, t, op_dropout(t, x, c->decoder.dropout));
        Recurrent y = cell_run(cell, t, gates, state_get(s, cell_h_names[i]),
                               cell->kind->has_c ? state_get(s, cell_c_names[i]) : NULL, NULL, false);
        state_set(s, cell_h_names[i], y.h, true);
        if (y.c)
            state_set(s, cell_c_names[i], y.c, true);
        x = y.all;
    }
    return x;
}

/* One word of [R,T,N]: [R,1,N]. */
static Tensor *word_of(Tape *t, Tensor *x, int at)
{
    int R = x->dim[0], T = x->dim[1], N = x->dim[2];
    return T == 1 ? x : op_columns(t, op_reshape(t, x, 3, (int[]){ R, 1, T * N }), at * N, N);
}

/* Step `at` of the gates' part of the words [R,T,G*H], or all of them when nothing feeds back. */
static Look step(const Rnn *r, const Config *c, Tape *t, Tensor *gates, int at, State *s, Tensor **vector)
{
    Look look = { 0 };
    if (r->from_context) {
        Tensor *h = state_get(s, cell_h_names[c->decoder.layers - 1]);
        look = attention_look(&r->score, t, s, op_reshape(t, h, 3, (int[]){ h->dim[0], 1, h->dim[1] }), at);
        gates = op_step_plus(t, gates, at, look.context, r->from_context);
        at = 0;
    }
    if (r->from_feed)
        gates = op_step_plus(t, gates, at, state_get(s, "feed"), r->from_feed);
    else if (r->score.w_coverage && !r->from_context)
        gates = word_of(t, gates, at);
    Tensor *h = run_cells(r, c, t, gates, s);
    if (!r->from_context)
        look = attention_look(&r->score, t, s, h, at);
    *vector = r->readout ? op_readout(t, h, look.context, r->readout, r->readout_bias) : h;
    if (r->from_feed)
        state_set(s, "feed", *vector, true);
    return look;
}

typedef struct {
    Tensor **vector, **weights, **scores, **context, **heads, **copy; /* [T] */
} Steps;

/* T of [R,H,1,S] -> [R,H,T,S] */
static Tensor *stack_heads(Tape *t, Tensor **steps, int T)
{
    const int R = steps[0]->dim[0], H = steps[0]->dim[1], S = steps[0]->dim[3];
    for (int i = 0; i < T; i++)
        steps[i] = op_reshape(t, steps[i], 3, (int[]){ R * H, 1, S });
    return op_reshape(t, op_stack(t, steps, T), 4, (int[]){ R, H, T, S });
}

static Look steps(const Rnn *r, const Config *c, Tape *t, Tensor *gates, State *s, Tensor **vector)
{
    int T = gates->dim[1];
    Tensor **all = arena_array(t->batch, Tensor *, 6 * (size_t)T);
    Steps k = { all, all + T, all + 2 * T, all + 3 * T, all + 4 * T, all + 5 * T };
    for (int i = 0; i < T; i++) {
        Look look = step(r, c, t, gates, i, s, &k.vector[i]);
        k.weights[i] = look.weights, k.scores[i] = look.scores;
        k.context[i] = look.context, k.heads[i] = look.heads, k.copy[i] = look.copy;
    }
    *vector = op_stack(t, k.vector, T);
    bool shown = !t->recording;
    return (Look){ shown ? op_stack(t, k.context, T) : NULL, k.weights[0] ? op_stack(t, k.weights, T) : NULL,
                   k.scores[0] && shown ? op_stack(t, k.scores, T) : NULL,
                   k.heads[0] ? stack_heads(t, k.heads, T) : NULL,
                   k.copy[0] ? op_stack(t, k.copy, T) : NULL };
}

static Look all_steps(const Rnn *r, const Config *c, Tape *t, Tensor *gates, State *s, Tensor **vector)
{
    return step(r, c, t, gates, 0, s, vector);
}

static void rnn_decode(const Model *m, Tape *t, const int *words, int T, State *s, Decoded *out)
{
    const Rnn *r = m->parts;
    const Config *c = &m->config;
    int R = s->B * s->K;
    Tensor *x =
        op_dropout(t, embed(t, r->decoder_embedding, r->decoder_unknown, words, R, T), c->decoder.dropout);
    Tensor *gates = cell_input(&r->cell[0], t, x), *vector;
    bool feeds_back = r->from_context || r->from_feed || r->score.w_coverage;
    Look look = (feeds_back ? steps : all_steps)(r, c, t, gates, s, &vector);
    if (r->project)
        vector = op_linear(t, vector, r->project, r->project_bias);
    *out =
        (Decoded){ op_dropout(t, vector, c->decoder.readout_dropout), look.weights, look.scores, look.context,
                   !s->wants_copy ? NULL
                   : look.copy    ? look.copy
                                  : look.weights };
    if (s->maps && look.weights)
        s->maps->cross = (LayerMaps){
            1, { look.heads ? look.heads : op_reshape(t, look.weights, 4, (int[]){ R, 1, T, s->S }) }
        };
}

/* What the one matrix that reads the context makes of it. */
static Tensor *rnn_values(const Model *m, Tape *t, const State *s, int layer, int b)
{
    const Rnn *r = m->parts;
    Tensor *x = attention_values(&r->score, t, s, b);
    assert(layer == 0);
    if (r->readout && r->from_context)
        return x;
    if (!r->readout)
        return op_linear(t, x, r->from_context, NULL);
    Tensor *none = tensor_new(t->batch, 3, (int[]){ x->dim[0], x->dim[1], m->config.decoder.hidden }, false);
    memset(none->val, 0, tensor_len(none) * sizeof *none->val);
    return op_linear(t, op_join(t, none, x), r->readout, NULL);
}

const Architecture architecture_rnn = { "rnn",      "recurrent encoder-decoder with attention",
                                        false,      rnn_declare,
                                        rnn_encode, rnn_decode,
                                        NULL,       rnn_values };
