/* memory.c -- the memory network: questions about a text that is read as sentences (Sukhbaatar et al. 2015).
 *
 * A source is sentences and then a question, parted by a separator. A sentence is one vector: the sum of its
 * words' vectors, weighted by place, plus a vector for its age. The decoder asks with the question and what
 * it has written so far; its question is compared with all sentences, the answer is added to it, and it asks
 * again: a look is called a hop, and questions that need two facts need two. Each hop has vectors of its own:
 * what hop k answers with, hop k+1 compares with ("adjacent" weights, section 2.2). The decoder is the cell
 * of recurrent models, so that answers may have many words; the first word of one sees no state but the
 * question.
 *
 * Words `recurrent` adds to the sum what a recurrent cell knows that has read the sentence (sentences.h), so
 * that who gave what to whom is not a matter of weights by place alone.
 *
 * For some epochs training leaves the softmax out ("linear start", 4.2): with it from the beginning,
 * questions that need two facts are hardly learned.
 *
 * Attention is told of words, like everywhere: a sentence's weight is shared out evenly among its words, and
 * a hop is a head of the one layer of cross attention. A source without a separator is its own only sentence.
 *
 * State: "ask" [B,1,D] the question, "memory" [B,N,(K+1)D] of K hops, "part" [B,S] the sentence of each word
 * (-1: of none), "parts" [B,1] how many sentences.
 */
#include "model/memory.h"

#include <string.h>

#include "base/array.h"
#include "model/cell.h"
#include "model/sentences.h"

enum { MOST_HOPS = 16 }; /* as many as the settings allow */

typedef struct {
    int D, hops, separator;
    Tensor *words[MOST_HOPS + 1]; /* [V,D] each */
    bool recurrent;
    SentenceCells reader; /* recurrent: what reads the words of a sentence */
    Tensor *to_hops;      /* [(K+1)D,hidden]: and what each hop makes of it */
    Tensor *ages;         /* [P,(K+1)D] */
    Tensor *decoder_embedding;
    Cell cell;
    Tensor *from_state; /* [D,H]: what the words written so far add to the question */
} Memory;

/* ---- parameters ---- */

static Tensor *rows_named(Params *p, const char *name, int rows, int columns, Use use)
{
    return param_add(p, name, INIT_EMBEDDING, use, 2, (int[]){ rows, columns });
}

/* The last hop's answers are the words that it may write, if source and target share their vocabulary. */
static void declare_words(Memory *r, Model *m)
{
    const Config *c = &m->config;
    for (int k = 0; k <= r->hops; k++) {
        Str name = { 0 };
        bool output = c->tied_embeddings && k == r->hops;
        str_addf(&name, "encoder.embedding.%d", k);
        r->words[k] = rows_named(m->params, name.text, vocab_size(m->source), r->D,
                                 output ? USE_ROWS_AND_PRODUCT : USE_ROWS);
        str_free(&name);
    }
    m->output = c->tied_embeddings
                    ? r->words[r->hops]
                    : param_named(m->params, "decoder", "output", INIT_WORDS, vocab_size(m->target), r->D);
    m->output_bias = param_named(m->params, "decoder", "output_bias", INIT_ZERO, vocab_size(m->target), 0);
}

static void *memory_declare(Model *m)
{
    Memory *r = memory_get(1, sizeof *r);
    const Config *c = &m->config;
    r->D = c->encoder.embedding;
    r->hops = c->memory_hops;
    r->separator = vocab_id(m->source, c->memory_separator);
    r->separator = r->separator == VOCAB_UNK ? -1 : r->separator; /* a word that no text has */
    declare_words(r, m);
    r->recurrent = !strcmp(c->memory_words, "recurrent");
    if (r->recurrent) {
        sentences_declare(&r->reader, m->params, &c->encoder);
        r->to_hops = param_named(m->params, "encoder", "to_hops", INIT_UNIFORM, (r->hops + 1) * r->D,
                                 c->encoder.hidden);
    }
    r->ages = rows_named(m->params, "encoder.age", c->memory_sentences, (r->hops + 1) * r->D, USE_ROWS);
    r->decoder_embedding =
        rows_named(m->params, "decoder.embedding", vocab_size(m->target), c->decoder.embedding, USE_ROWS);
    cell_declare(&r->cell, m->params, c->decoder.cell, "decoder.cell.0", c->decoder.embedding,
                 c->decoder.hidden);
    r->from_state = param_named(m->params, "decoder", "from_state", INIT_UNIFORM, r->D, c->decoder.hidden);
    m->has_attention = true;
    return r;
}

/* ---- encoder ---- */

/* A source cut at its separators. */
typedef struct {
    int *of;       /* [B,S] the sentence of each word; -1: of none */
    int *question; /* [B,S] 0: a word of the question; else -1 */
    int *n;        /* [B] sentences, at least 1 */
    int most;      /* of n */
} Parts;

static bool is_text(const Memory *r, int word)
{
    return word != r->separator && word != VOCAB_BOS && word != VOCAB_EOS && word != VOCAB_PAD;
}

/* Where the question begins: behind the last separator that has text behind it. */
static int question_of(const Memory *r, const int *source, int len)
{
    int at = 0;
    for (int s = 1; s < len; s++)
        if (is_text(r, source[s]) && source[s - 1] == r->separator)
            at = s;
    return at;
}

/* Text in [from,to) as sentences, which is how many. Separators in a row part no more than one does. */
static int cut_text(const Memory *r, const int *source, int from, int to, int *of)
{
    int n = 0;
    for (int s = from; s < to; s++)
        if (is_text(r, source[s])) {
            n += s == from || source[s - 1] == r->separator || n == 0;
            of[s] = n - 1;
        }
    return n;
}

/* A question without a text is its own text; where there is no word at all, the marks are. */
static int cut_source(const Memory *r, const int *source, int len, int *of, int *question)
{
    int at = question_of(r, source, len), n = cut_text(r, source, 0, at, of);
    for (int s = at; s < len; s++)
        question[s] = is_text(r, source[s]) ? 0 : -1;
    if (n == 0)
        n = cut_text(r, source, at, len, of);
    for (int s = 0; n == 0 && s < len; s++)
        of[s] = 0;
    return n > 0 ? n : 1;
}

static Parts cut_sources(const Memory *r, const Batch *b, Arena *a)
{
    size_t n = (size_t)b->B * (size_t)b->S;
    Parts p = { arena_array(a, int, n), arena_array(a, int, n), arena_array(a, int, b->B), 1 };
    memset(p.of, -1, n * sizeof *p.of);
    memset(p.question, -1, n * sizeof *p.question);
    for (int i = 0; i < b->B; i++) {
        size_t at = (size_t)i * (size_t)b->S;
        p.n[i] = cut_source(r, b->source + at, b->source_len[i], p.of + at, p.question + at);
        p.most = p.n[i] > p.most ? p.n[i] : p.most;
    }
    return p;
}

/* The age of every sentence, 0 the last one; older ones than the table knows are as old as its last row. In
 * training some are made older, so that ages are not learned by heart. */
static Tensor *ages(const Memory *r, const Config *c, Tape *t, const Parts *p, int B)
{
    int *age = arena_zero(t->batch, (size_t)B * (size_t)p->most, sizeof *age), oldest = r->ages->dim[0] - 1;
    double noise = t->training ? c->memory_age_noise : 0;
    Rng random = rng_new(rng_hash(t->seed, t->n_random++));
    for (int i = 0; i < B; i++)
        for (int k = p->n[i] - 1, old = 0; k >= 0; k--, old++) {
            old += noise > 0 && rng_unit(&random) < noise;
            age[i * p->most + k] = old < oldest ? old : oldest;
        }
    return op_embed(t, r->ages, age, B, p->most);
}

static Tensor *integers(Tape *t, const int *x, int rows, int columns)
{
    Tensor *y = tensor_new(t->batch, 2, (int[]){ rows, columns }, false);
    for (size_t i = 0; i < tensor_len(y); i++)
        y->val[i] = (real)x[i];
    return y;
}

/* The vectors of all hops beside each other: [B,S,(K+1)D]. */
static Tensor *embed(const Memory *r, Tape *t, const Batch *b)
{
    Tensor *x = op_embed(t, r->words[0], b->source, b->B, b->S);
    for (int k = 1; k <= r->hops; k++)
        x = op_join(t, x, op_embed(t, r->words[k], b->source, b->B, b->S));
    return x;
}

/* What words become as sentences. */
typedef struct {
    Tensor *x;           /* [B,S,(K+1)D] */
    int width;           /* of their places' weights; 0: none */
    SentenceStates read; /* recurrent */
} Words;

static SentenceStates read_words(const Memory *r, Tape *t, Tensor *x, const Parts *p)
{
    size_t n = (size_t)x->dim[0] * (size_t)x->dim[1];
    bool *inside = arena_array(t->batch, bool, n);
    for (size_t i = 0; i < n; i++)
        inside[i] = p->of[i] >= 0 || p->question[i] >= 0;
    return sentences_read(&r->reader, t, op_columns(t, x, 0, r->D), inside);
}

/* Vectors of the first `hops` hops for each span: [B,n,hops D]. */
static Tensor *sum_words(const Memory *r, Tape *t, const Words *w, const int *of, int n, int hops)
{
    const Spans spans = { of, n, w->width };
    Tensor *sum = op_sum_spans(t, op_columns(t, w->x, 0, hops * r->D), &spans);
    if (!r->recurrent)
        return sum;
    Tensor *ends = sentences_take(&w->read, t, &spans, w->x->dim[0], w->x->dim[1]);
    return op_add(t, sum, op_columns(t, op_linear(t, ends, r->to_hops, NULL), 0, hops * r->D));
}

static State *memory_encode(const Model *m, Tape *t, const Batch *b, Maps *maps)
{
    (void)maps; /* an encoder without attention */
    const Memory *r = m->parts;
    const Config *c = &m->config;
    State *s = state_new(t->batch, b->B, b->S, b->source_len);
    Parts p = cut_sources(r, b, t->batch);
    Tensor *x = embed(r, t, b);
    if (t->recording)
        s->read = (SourceRead){ x, .scale = 1 };
    Words w = { op_dropout(t, x, c->encoder.dropout), strcmp(c->memory_words, "bag") ? r->D : 0, { 0 } };
    if (r->recurrent)
        w.read = read_words(r, t, w.x, &p);
    Tensor *memory = sum_words(r, t, &w, p.of, p.most, r->hops + 1);
    state_set(s, "memory", op_add(t, memory, ages(r, c, t, &p, b->B)), false);
    state_set(s, "ask", sum_words(r, t, &w, p.question, 1, 1), false);
    state_set(s, "part", integers(t, p.of, b->B, b->S), false);
    state_set(s, "parts", integers(t, p.n, b->B, 1), false);
    Tensor *zero = tensor_new(t->batch, 2, (int[]){ b->B, c->decoder.hidden }, false);
    memset(zero->val, 0, tensor_len(zero) * sizeof(real));
    state_set(s, cell_h_names[0], zero, true);
    if (r->cell.kind->has_c)
        state_set(s, cell_c_names[0], zero, true);
    return s;
}

/* ---- decoder ---- */

/* What the words [R,T] written so far add to the question: [R,T,D]. */
static Tensor *state_says(const Memory *r, const Config *c, Tape *t, const int *words, int T, State *s)
{
    Tensor *x = op_embed(t, r->decoder_embedding, words, s->B * s->K, T);
    Tensor *gates = cell_input(&r->cell, t, op_dropout(t, x, c->decoder.dropout));
    Recurrent y = cell_run(&r->cell, t, gates, state_get(s, cell_h_names[0]),
                           r->cell.kind->has_c ? state_get(s, cell_c_names[0]) : NULL, NULL, false);
    state_set(s, cell_h_names[0], y.h, true);
    if (y.c)
        state_set(s, cell_c_names[0], y.c, true);
    return op_linear(t, y.all, r->from_state, NULL);
}

/* The state's two tensors of whole numbers as such: sentences of words, and how many of them [B]. */
static Spans spans_of(const State *s, Tape *t, int **counts)
{
    const Tensor *part = state_get(s, "part"), *parts = state_get(s, "parts");
    int *of = arena_array(t->batch, int, tensor_len(part));
    *counts = arena_array(t->batch, int, s->B);
    for (size_t i = 0; i < tensor_len(part); i++)
        of[i] = (int)part->val[i];
    for (int i = 0; i < s->B; i++)
        (*counts)[i] = (int)parts->val[i];
    return (Spans){ of, state_get(s, "memory")->dim[1], 0 };
}

typedef struct {
    const State *s;
    Spans spans;
    int *counts; /* [B] sentences */
    bool linear; /* weights are scores */
} Hops;

/* One row of sentence weights from one of words that was edited. */
static void pool_row(const Spans *spans, const int *of, int S, const real *words, real *sentences)
{
    memset(sentences, 0, (size_t)spans->n * sizeof *sentences);
    for (int i = 0; i < S; i++)
        if (of[i] >= 0)
            sentences[of[i]] += words[i];
}

/* Hop k's word weights [B,KT,S] after their editor; sentence weights [B,KT,n] follow where a row changed. */
static void edit_hop(const RowEdit *e, const Hops *h, int hop, Tape *t, Tensor *words, Tensor *weights)
{
    int S = words->dim[2], KT = words->dim[1], T = KT / h->s->K, n = h->spans.n;
    real *before = arena_array(t->batch, real, S);
    for (int i = 0; i < h->s->B * KT; i++) {
        real *row = words->val + (size_t)i * (size_t)S;
        memcpy(before, row, (size_t)S * sizeof *row);
        e->edit(e->context, i / T, hop, i % T, h->s->lengths[i / KT], row);
        if (memcmp(before, row, (size_t)S * sizeof *row) != 0)
            pool_row(&h->spans, h->spans.of + i / KT * S, S, row, weights->val + (size_t)i * (size_t)n);
    }
}

/* Look k at the memory: the question [B,KT,D] with the answer added. */
static Tensor *hop(const Memory *r, Tape *t, const Hops *h, int k, Tensor *ask, Tensor **words)
{
    Tensor *memory = state_get(h->s, "memory");
    const RowEdit *edit = state_row_edit(h->s, t, 0, 0);
    Tensor *scores = op_dot_each(t, ask, op_columns(t, memory, k * r->D, r->D), h->counts);
    Tensor *weights = h->linear ? op_scale(t, scores, 1.0 / h->spans.n) : op_softmax(t, scores, h->counts);
    *words = op_share_spans(t, weights, &h->spans, h->s->S);
    if (edit)
        edit_hop(edit, h, k, t, *words, weights);
    Tensor *answer = op_mix(t, weights, op_columns(t, memory, (k + 1) * r->D, r->D), h->counts);
    return op_add(t, ask, answer);
}

/* The hops' weights, each [B,KT,S], as heads: [R,hops,T,S]. */
static Tensor *as_heads(Tape *t, Tensor *const *words, int hops, int R, int T)
{
    int S = words[0]->dim[2];
    size_t row = (size_t)T * (size_t)S;
    Tensor *all = tensor_new(t->batch, 4, (int[]){ R, hops, T, S }, false);
    for (int i = 0; i < R; i++)
        for (int k = 0; k < hops; k++)
            memcpy(all->val + (size_t)(i * hops + k) * row, words[k]->val + (size_t)i * row,
                   row * sizeof(real));
    return all;
}

static Tensor *mean_of(Tape *t, Tensor *const *x, int n)
{
    Tensor *sum = x[0];
    for (int i = 1; i < n; i++)
        sum = op_add(t, sum, x[i]);
    return op_scale(t, sum, 1.0 / n);
}

static Tensor *reshape3(Tape *t, Tensor *x, int a, int b, int c)
{
    return op_reshape(t, x, 3, (int[]){ a, b, c });
}

static void memory_decode(const Model *m, Tape *t, const int *words, int T, State *s, Decoded *out)
{
    const Memory *r = m->parts;
    int B = s->B, K = s->K, R = B * K;
    Hops h = { .s = s, .linear = t->training && t->epoch < m->config.memory_linear_epochs };
    h.spans = spans_of(s, t, &h.counts);
    Tensor *asked = reshape3(t, state_get(s, "ask"), B, r->D, 1);
    Tensor *ask = reshape3(t, op_repeat(t, op_reshape(t, asked, 2, (int[]){ B, r->D }), K * T), R, T, r->D);
    ask = op_add(t, ask, state_says(r, &m->config, t, words, T, s));
    ask = reshape3(t, ask, B, K * T, r->D);
    Tensor **each = arena_array(t->batch, Tensor *, r->hops);
    for (int k = 0; k < r->hops; k++)
        ask = hop(r, t, &h, k, ask, &each[k]);
    Tensor *hidden = op_dropout(t, reshape3(t, ask, R, T, r->D), m->config.decoder.readout_dropout);
    *out = (Decoded){ .hidden = hidden };
    if (s->guided) {
        int head = s->guided->at.head;
        Tensor *weights = head < 0 ? mean_of(t, each, r->hops) : each[head];
        s->guided->weights = reshape3(t, weights, R, T, s->S);
    }
    if (s->maps)
        s->maps->cross = (LayerMaps){ 1, { as_heads(t, each, r->hops, R, T) } };
}

/* What hop k would add to the question if it looked at a word's sentence only: [hops,n,D]. */
static Tensor *memory_values(const Model *m, Tape *t, const State *s, int layer, int b)
{
    const Memory *r = m->parts;
    const Tensor *memory = state_get(s, "memory"), *part = state_get(s, "part");
    int n = s->lengths[b], N = memory->dim[1];
    size_t D = (size_t)r->D, width = (size_t)tensor_last(memory);
    assert(layer == 0);
    Tensor *x = tensor_new(t->batch, 3, (int[]){ r->hops, n, r->D }, false);
    memset(x->val, 0, tensor_len(x) * sizeof(real));
    for (int k = 0; k < r->hops; k++)
        for (int i = 0; i < n; i++) {
            int of = (int)part->val[(size_t)b * (size_t)s->S + (size_t)i];
            if (of >= 0)
                memcpy(x->val + ((size_t)k * (size_t)n + (size_t)i) * D,
                       memory->val + ((size_t)b * (size_t)N + (size_t)of) * width + (size_t)(k + 1) * D,
                       D * sizeof(real));
        }
    return x;
}

const Architecture architecture_memory = { "memory",      "memory network: looks several times at sentences",
                                           false,         memory_declare,
                                           memory_encode, memory_decode,
                                           NULL,          memory_values };
