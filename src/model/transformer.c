/* transformer.c -- the encoder-decoder Transformer (Vaswani et al. 2017): two stacks, and every layer of the
 * second attends to what the first has made of the source. No recurrence: in training all words of a sentence
 * are worked on at once, in search one after the other, from the keys and values that the state keeps.
 */
#include "model/transformer.h"

#include "base/array.h"
#include "model/cell.h"
#include "model/stack.h"

typedef struct {
    Stack encoder, decoder;
} Transformer;

static void *transformer_declare(Model *m)
{
    Transformer *f = memory_get(1, sizeof *f);
    const Config *c = &m->config;
    stack_declare_decoder(&f->decoder, m, m->target, NULL, c->encoder.hidden);
    stack_declare_encoder(&f->encoder, m, m->source, c->shared_embeddings ? &f->decoder : NULL);
    m->output = c->tied_embeddings ? f->decoder.embedding
                                   : param_named(m->params, "decoder", "output", INIT_WORDS,
                                                 vocab_size(m->target), c->decoder.hidden);
    m->output_bias = param_named(m->params, "decoder", "output_bias", INIT_ZERO, vocab_size(m->target), 0);
    m->has_attention = true;
    m->longest = stack_longest(&f->decoder);
    return f;
}

static State *transformer_encode(const Model *m, Tape *t, const Batch *b, Maps *maps)
{
    const Transformer *f = m->parts;
    State *s = state_new(t->batch, b->B, b->S, b->source_len);
    Tensor *x = stack_embed(&f->encoder, t, b->source, b->B, b->S, 0, t->recording ? &s->read : NULL);
    x = stack_encode(&f->encoder, t, x, b->source_len, maps && !maps->summary ? &maps->encoder : NULL);
    stack_begin(&f->decoder, t, s, x);
    return s;
}

static void transformer_decode(const Model *m, Tape *t, const int *words, int T, State *s, Decoded *out)
{
    const Transformer *f = m->parts;
    Tensor *x = stack_embed(&f->decoder, t, words, s->B * s->K, T, s->step, NULL);
    *out = (Decoded){ .hidden = stack_decode(&f->decoder, t, x, s), .copy = s->copy.weights };
}

static Tensor *transformer_values(const Model *m, Tape *t, const State *s, int layer, int b)
{
    const Transformer *f = m->parts;
    return stack_values(&f->decoder, t, s, layer, b);
}

const Architecture architecture_transformer = { "transformer",
                                                "encoder-decoder with self-attention (Vaswani et al. 2017)",
                                                true,
                                                transformer_declare,
                                                transformer_encode,
                                                transformer_decode,
                                                NULL,
                                                transformer_values };
