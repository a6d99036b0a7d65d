/* copying.c -- see copying.h. What a source place says as an output word: an unknown word itself, under its
 * number on the target's side; a known one the word of the same name there, if there is one. Marks, padding
 * and what parts sentences are no words.
 */
#include "model/copying.h"

#include <string.h>

#include "base/array.h"
#include "base/str.h"

static const char *const blank = "\xE2\x96\x81"; /* what SentencePiece begins a word with */

static bool parts_sentences(const Model *m, const char *piece)
{
    const char *separator = m->config.memory_separator;
    piece += text_starts(piece, blank) ? strlen(blank) : 0;
    return strcmp(piece, separator ? separator : "|||") == 0;
}

static int target_of(const Model *m, int id)
{
    if (id == VOCAB_UNK)
        return VOCAB_UNK;
    const char *piece = vocab_piece(m->source, id);
    if (!vocab_is_word(m->source, id) || parts_sentences(m, piece))
        return -1;
    int word = m->source == m->target ? id : vocab_id(m->target, piece);
    return word == VOCAB_UNK ? -1 : word;
}

void copying_declare(Model *m)
{
    if (!config_copies(&m->config))
        return;
    int E = m->output->dim[1], n = vocab_size(m->source);
    m->gate = param_add(m->params, "decoder.copy", INIT_UNIFORM, USE_PRODUCT, 2, (int[]){ 1, E });
    m->gate_bias = param_add(m->params, "decoder.copy_bias", INIT_ZERO, USE_ROWS, 1, (int[]){ 1 });
    m->says = memory_get((size_t)n, sizeof *m->says);
    for (int id = 0; id < n; id++)
        m->says[id] = target_of(m, id);
}

Tensor *copying_declare_words(Model *m, const char *name, Init init, int width)
{
    int n = m->config.copy.slots;
    return n > 0 ? param_add(m->params, name, init, USE_ROWS, 2, (int[]){ n, width }) : NULL;
}

static int count_unknown(const Model *m, const Batch *b)
{
    int n = 0;
    for (int i = 0; i < b->B * b->S; i++)
        n = b->source[i] - vocab_size(m->source) >= n ? b->source[i] - vocab_size(m->source) + 1 : n;
    return n;
}

/* In their order, in training from another vector each time: so all of them are learned. */
static void number_first(const Model *m, const Tape *t, const Batch *b, int n, int *of)
{
    const int N = m->config.copy.slots;
    for (int i = 0; i < b->B; i++) {
        uint64_t sentence = b->pair ? b->pair[i] : (uint64_t)i;
        uint64_t turn = t->training ? rng_hash(rng_hash(t->seed, sentence), 0x736C6F74) : 0;
        for (int k = 0; k < n; k++)
            of[i * n + k] = (k + (int)(turn % (uint64_t)N)) % N;
    }
}

/* In the order of their last places, from the end. */
static void number_last(const Model *m, const Tape *t, const Batch *b, int n, int *of)
{
    const int N = m->config.copy.slots, V = vocab_size(m->source);
    (void)t;
    for (int i = 0; i < b->B; i++) {
        int *row = of + (size_t)i * (size_t)n, next = 0;
        for (int k = 0; k < n; k++)
            row[k] = -1;
        for (int s = b->source_len[i] - 1; s >= 0; s--) {
            int k = b->source[i * b->S + s] - V;
            if (k >= 0 && row[k] < 0)
                row[k] = next++ % N;
        }
    }
}

UnknownAs copying_numbers(const Model *m, Tape *t, const Batch *b)
{
    int n = m->config.copy.slots > 0 ? count_unknown(m, b) : 0;
    if (n == 0)
        return (UnknownAs){ 0 };
    int *of = arena_zero(t->batch, (size_t)b->B * (size_t)n, sizeof *of);
    (text_equal(m->config.copy.order, "last") ? number_last : number_first)(m, t, b, n, of);
    return (UnknownAs){ of, n };
}

/* A word as it is read: an unknown one as <unk>, or as one of the vectors behind the vocabulary's. */
static int read_as(int word, int V, UnknownAs as, int sentence)
{
    if (word < V || word - V >= as.n)
        return word < V ? word : VOCAB_UNK;
    int vector = as.of[(size_t)sentence * (size_t)as.n + (size_t)(word - V)];
    return vector < 0 ? VOCAB_UNK : V + vector;
}

const Batch *copying_hide(const Model *m, Tape *t, const Batch *b, UnknownAs as, Batch *plain)
{
    const int n = b->B * b->S, V = vocab_size(m->source);
    if (!m->gate)
        return b;
    *plain = *b;
    plain->source = arena_array(t->batch, int, n);
    for (int i = 0; i < n; i++)
        plain->source[i] = read_as(b->source[i], V, as, i / b->S);
    return plain;
}

const int *copying_words(const Model *m, Tape *t, const State *s, const int *words, int T)
{
    const int n = s->B * s->K * T, V = vocab_size(m->target);
    if (!m->gate || !words)
        return words;
    int *plain = arena_array(t->batch, int, n);
    for (int i = 0; i < n; i++)
        plain[i] = read_as(words[i], V, s->unknown_as, i / (s->K * T));
    return plain;
}

HeadPlace copying_head(const Config *c)
{
    if (strcmp(c->type, "transformer") != 0)
        return (HeadPlace){ 0, -1 };
    return (HeadPlace){ c->copy.layer < 0 ? c->decoder.layers - 1 : c->copy.layer, c->copy.head };
}

void copying_begin(const Model *m, Tape *t, State *s, const Batch *b)
{
    const int V_source = vocab_size(m->source), V = vocab_size(m->target);
    s->wants_copy = m->gate || m->config.copy.coverage;
    s->copy.at = copying_head(&m->config);
    if (!m->gate)
        return;
    int *words = arena_array(t->batch, int, (size_t)b->B *(size_t)b->S);
    for (int i = 0; i < b->B; i++)
        for (int at = i * b->S, k = 0; k < b->S; at++, k++) {
            int id = b->source[at], beyond = id - V_source;
            words[at] = k >= b->source_len[i] ? -1 : beyond < 0 ? m->says[id] : V + beyond;
            if (beyond >= s->n_beyond && k < b->source_len[i])
                s->n_beyond = beyond + 1;
        }
    state_set(s, "copy", mixture_places(t->batch, words, b->B, b->S), false);
}

void copying_targets(const Model *m, const State *s, const int *rows, int n, int T, int *targets)
{
    const int V = vocab_size(m->target);
    for (int i = 0; m->gate && i < n; i++)
        if (targets[i] >= V && mixture_place(state_get(s, "copy"), rows[i] / T, targets[i]) < 0)
            targets[i] = VOCAB_UNK;
}

bool model_mixture(const Model *m, Tape *t, const Decoded *d, const State *s, Mixture *out)
{
    if (!m->gate)
        return false;
    *out = (Mixture){ op_linear(t, d->hidden, m->gate, m->gate_bias), d->copy, state_get(s, "copy") };
    return true;
}

/* Rows of x [...,D]: [n,D]. */
static Tensor *gather(Tape *t, const Tensor *x, const int *rows, int n)
{
    size_t D = (size_t)tensor_last(x);
    Tensor *y = tensor_new(t->batch, 2, (int[]){ n, (int)D }, false);
    for (int i = 0; i < n; i++)
        memcpy(y->val + (size_t)i * D, x->val + (size_t)rows[i] * D, D * sizeof *y->val);
    return y;
}

Tensor *model_logits_of(const Model *m, Tape *t, const Decoded *d, const int *rows, int n)
{
    return model_logits(m, t, rows ? gather(t, d->hidden, rows, n) : d->hidden);
}

Tensor *model_log_probs(const Model *m, Tape *t, const Decoded *d, const State *s, const int *rows, int n)
{
    Mixture mixture;
    Tensor *x = model_logits_of(m, t, d, rows, n);
    assert(!t->recording);
    if (model_mixture(m, t, d, s, &mixture))
        return mixture_log_probs(t, &mixture, x, rows, s->n_beyond);
    tensor_log_softmax(x);
    return x;
}

Tensor *model_nll(const Model *m, Tape *t, const Decoded *d, const State *s, const int *rows, int n,
                  const int *targets, double smoothing, double *nll, int *correct)
{
    Mixture mixture;
    if (!model_mixture(m, t, d, s, &mixture))
        return op_cross_entropy(t, d->hidden, rows, n, m->output, m->output_bias, targets, smoothing, nll,
                                correct);
    return op_cross_entropy_mixed(t, d->hidden, rows, n, m->output, m->output_bias, &mixture, targets,
                                  smoothing, nll, correct);
}
