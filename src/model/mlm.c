/* mlm.c -- an encoder alone, which guesses the words that were hidden from it (Devlin et al. 2019).
 *
 * Every word sees all others, on both sides. In training some words of a text are hidden (batch_mask_words),
 * and the loss counts the guesses at those places alone; what the encoder makes of a place is what the output
 * layer reads there. So `decode` has nothing to do but to hand that on: it is called once, for all places,
 * and its words are not read. Left out of the paper's model: the second task (does a sentence follow
 * another?), and the extra layer before the output.
 */
#include "model/mlm.h"

#include "base/array.h"
#include "model/cell.h"
#include "model/stack.h"

static void *mlm_declare(Model *m)
{
    Stack *k = memory_get(1, sizeof *k);
    int V = vocab_size(m->source), D = m->config.encoder.hidden;
    stack_declare_encoder(k, m, m->source, NULL);
    m->output = m->config.tied_embeddings ? k->embedding
                                          : param_named(m->params, "encoder", "output", INIT_WORDS, V, D);
    m->output_bias = param_named(m->params, "encoder", "output_bias", INIT_ZERO, V, 0);
    m->longest = stack_longest(k);
    return k;
}

static State *mlm_encode(const Model *m, Tape *t, const Batch *b, Maps *maps)
{
    const Stack *k = m->parts;
    State *s = state_new(t->batch, b->B, b->S, b->source_len);
    Tensor *x = stack_embed(k, t, b->source, b->B, b->S, 0, NULL);
    state_set(s, "memory",
              stack_encode(k, t, x, b->source_len, maps && !maps->summary ? &maps->encoder : NULL), false);
    return s;
}

static void mlm_decode(const Model *m, Tape *t, const int *words, int T, State *s, Decoded *out)
{
    (void)m, (void)t, (void)words;
    assert(T <= s->S && s->K == 1);
    *out = (Decoded){ .hidden = state_get(s, "memory") };
}

static void mlm_hide(const Model *m, Batch *b, uint64_t key, Arena *arena)
{
    batch_mask_words(b, m->source, m->config.mask_rate, key, arena);
}

const Architecture architecture_mlm = {
    "mlm", "guesses masked words: an encoder alone", true, mlm_declare, mlm_encode, mlm_decode, mlm_hide
};
