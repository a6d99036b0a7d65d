/* lm.c -- a decoder alone, which says what comes next: a language model of one text.
 *
 * It is an encoder-decoder without the encoder: a sentence's source is empty, the state before its first word
 * is nothing at all, and search, scoring and training go on as with any other model. The layers are either
 * recurrent (Mikolov et al. 2010), started from zero, or a Transformer's self-attention and feed-forward
 * (Radford et al. 2018): model.decoder.cell says which, so that the two can be compared with all else equal.
 */
#include <string.h>

#include "base/array.h"
#include "model/cell.h"
#include "model/lm.h"
#include "model/stack.h"

static void declare_output(Model *m, Tensor *embedding)
{
    int V = vocab_size(m->target), D = m->config.decoder.hidden;
    m->output =
        m->config.tied_embeddings ? embedding : param_named(m->params, "decoder", "output", INIT_WORDS, V, D);
    m->output_bias = param_named(m->params, "decoder", "output_bias", INIT_ZERO, V, 0);
}

/* ---- a Transformer's layers ---- */

static void *lm_declare(Model *m)
{
    Stack *k = memory_get(1, sizeof *k);
    stack_declare_decoder(k, m, m->target, NULL, 0);
    declare_output(m, k->embedding);
    m->longest = stack_longest(k);
    return k;
}

static State *lm_encode(const Model *m, Tape *t, const Batch *b, Maps *maps)
{
    (void)maps; /* there is nothing to look back at but its own words */
    State *s = state_new(t->batch, b->B, b->S, b->source_len);
    stack_begin(m->parts, t, s, NULL);
    return s;
}

static void lm_decode(const Model *m, Tape *t, const int *words, int T, State *s, Decoded *out)
{
    Tensor *x = stack_embed(m->parts, t, words, s->B * s->K, T, s->step, NULL);
    *out = (Decoded){ .hidden = stack_decode(m->parts, t, x, s) };
}

const Architecture architecture_lm = {
    "lm", "language model: a decoder alone", true, lm_declare, lm_encode, lm_decode, NULL
};

/* ---- recurrent layers ---- */

typedef struct {
    Tensor *embedding; /* [V,D] */
    Cell cell[CELL_LAYERS];
} RecurrentLm;

static void declare_cell(Cell *c, Model *m, int layer)
{
    const DecoderConfig *d = &m->config.decoder;
    Str prefix = { 0 };
    str_addf(&prefix, "decoder.cell.%d", layer);
    cell_declare(c, m->params, d->cell, prefix.text, d->hidden, d->hidden);
    str_free(&prefix);
}

static void *recurrent_declare(Model *m)
{
    RecurrentLm *l = memory_get(1, sizeof *l);
    const Config *c = &m->config;
    Use use = c->tied_embeddings ? USE_ROWS_AND_PRODUCT : USE_ROWS;
    l->embedding = param_add(m->params, "decoder.embedding", INIT_EMBEDDING, use, 2,
                             (int[]){ vocab_size(m->target), c->decoder.hidden });
    for (int i = 0; i < c->decoder.layers; i++)
        declare_cell(&l->cell[i], m, i);
    declare_output(m, l->embedding);
    return l;
}

static Tensor *zeros(Tape *t, int B, int D)
{
    Tensor *x = tensor_new(t->batch, 2, (int[]){ B, D }, false);
    memset(x->val, 0, tensor_len(x) * sizeof(real));
    return x;
}

static State *recurrent_encode(const Model *m, Tape *t, const Batch *b, Maps *maps)
{
    (void)maps;
    const RecurrentLm *l = m->parts;
    const DecoderConfig *d = &m->config.decoder;
    State *s = state_new(t->batch, b->B, b->S, b->source_len);
    for (int i = 0; i < d->layers; i++) {
        state_set(s, cell_h_names[i], zeros(t, b->B, d->hidden), true);
        if (l->cell[i].kind->has_c)
            state_set(s, cell_c_names[i], zeros(t, b->B, d->hidden), true);
    }
    return s;
}

static Tensor *run_cell(const Cell *c, Tape *t, Tensor *x, State *s, int layer)
{
    Recurrent y = cell_run(c, t, cell_input(c, t, x), state_get(s, cell_h_names[layer]),
                           c->kind->has_c ? state_get(s, cell_c_names[layer]) : NULL, NULL, false);
    state_set(s, cell_h_names[layer], y.h, true);
    if (y.c)
        state_set(s, cell_c_names[layer], y.c, true);
    return y.all;
}

static void recurrent_decode(const Model *m, Tape *t, const int *words, int T, State *s, Decoded *out)
{
    const RecurrentLm *l = m->parts;
    const DecoderConfig *d = &m->config.decoder;
    Tensor *x = op_embed(t, l->embedding, words, s->B * s->K, T);
    for (int i = 0; i < d->layers; i++)
        x = run_cell(&l->cell[i], t, op_dropout(t, x, d->dropout), s, i);
    *out = (Decoded){ .hidden = op_dropout(t, x, d->readout_dropout) };
}

const Architecture architecture_lm_recurrent = {
    "lm", "language model: recurrent", false, recurrent_declare, recurrent_encode, recurrent_decode, NULL
};
