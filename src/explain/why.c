/* why.c -- see why.h. Chosen and other word are ends of two outputs with the same beginning; the erased word
 * is one of the source's (erase.h) or one of the beginning's.
 */
#include "explain/why.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "explain/gradient.h"

enum { TRIES = 50 };

static bool is_end(const int *word, int n)
{
    return n == 1 && word[0] == VOCAB_EOS;
}

/* ---- the passes ---- */

typedef struct {
    const WhyQuestion *q;
    int n_source, n_before; /* words */
    ErasePair *pairs;  /* [2 (1 + n_before)]: nothing or one word of the beginning erased; chosen, other */
    ErasePass *passes; /* [2 (1 + n_before + n_source)] */
    int *numbers;      /* [n_source] 0, 1, ... */
    Arena *a;
} Plan;

/* The beginning with one of its words as <unk> (-1: as it is), and a word behind it. */
static ErasePair make_pair(const Plan *p, int erased, const int *word, int n)
{
    const WhyQuestion *q = p->q;
    int added = is_end(word, n) ? 0 : n;
    int *ids = arena_array(p->a, int, q->n_before + added + 1),
        *words = arena_array(p->a, int, q->n_before + added + 1);
    for (int i = 0; i < q->n_before; i++) {
        ids[i] = q->before_word[i] == erased ? VOCAB_UNK : q->before[i];
        words[i] = q->before_word[i];
    }
    for (int i = 0; i < added; i++) {
        ids[q->n_before + i] = word[i];
        words[q->n_before + i] = p->n_before;
    }
    return (ErasePair){ .source = q->source,
                        .source_word = q->source_word,
                        .n_source = q->n_source,
                        .target = ids,
                        .target_word = words,
                        .n_target = q->n_before + added };
}

static ErasePass make_pass(const Plan *p, const ErasePair *pair, const int *word)
{
    int n = p->n_before + 2;
    return (ErasePass){ pair, word, word ? 1 : 0, arena_array(p->a, double, n), arena_array(p->a, bool, n),
                        NULL };
}

static Plan plan_new(const WhyQuestion *q, Arena *a)
{
    Plan p = { .q = q,
               .n_source = erase_words_count(q->source_word, q->n_source),
               .n_before = erase_words_count(q->before_word, q->n_before),
               .a = a };
    p.pairs = arena_array(a, ErasePair, 2 * (1 + p.n_before));
    p.passes = arena_array(a, ErasePass, 2 * (1 + p.n_before + p.n_source));
    p.numbers = arena_array(a, int, p.n_source + 1);
    ErasePass *next = p.passes;
    for (int k = 0; k <= p.n_before; k++) {
        p.pairs[2 * k] = make_pair(&p, k - 1, q->chosen, q->n_chosen);
        p.pairs[2 * k + 1] = make_pair(&p, k - 1, q->other, q->n_other);
        *next++ = make_pass(&p, &p.pairs[2 * k], NULL);
        *next++ = make_pass(&p, &p.pairs[2 * k + 1], NULL);
    }
    for (int s = 0; s < p.n_source; s++) {
        p.numbers[s] = s;
        *next++ = make_pass(&p, &p.pairs[0], &p.numbers[s]);
        *next++ = make_pass(&p, &p.pairs[1], &p.numbers[s]);
    }
    return p;
}

/* Of the word in the place, or of the end there: both are the entry behind the words before. */
static double margin(const Plan *p, int variant)
{
    return p->passes[2 * variant].log_probs[p->n_before] - p->passes[2 * variant + 1].log_probs[p->n_before];
}

/* The margin's slope along each source word: that of the chosen word less that of the other. */
static bool add_gradient(const Plan *p, Searcher *s, const Model *m, double *out)
{
    for (int side = 0; side < 2; side++) {
        size_t mark = arena_mark(p->a);
        Gradient g;
        if (!gradient_of(s, m, &p->pairs[side], 0, p->a, &g))
            return false;
        for (int k = 0; k < p->n_source; k++)
            out[k] += (side ? -1 : 1) * g.sum[p->n_before * g.columns + g.first + k];
        arena_rewind(p->a, mark);
    }
    return true;
}

bool why_ask(Searcher *s, const Model *m, EraseMethod how, const WhyQuestion *q, Arena *results,
             WhyAnswer *out)
{
    Plan p = plan_new(q, results);
    size_t n = 2 * (size_t)(1 + p.n_before + p.n_source);
    if (!erase_run(s, m, how, p.passes, n, 0, results))
        return false;
    *out = (WhyAnswer){ p.n_source,
                        p.n_before,
                        p.passes[0].log_probs[p.n_before],
                        p.passes[1].log_probs[p.n_before],
                        arena_array(results, double, p.n_source + 1),
                        arena_array(results, double, p.n_before + 1),
                        arena_zero(results, (size_t)p.n_source + 1, sizeof(double)) };
    for (int k = 0; k < p.n_before; k++)
        out->before[k] = margin(&p, 0) - margin(&p, 1 + k);
    for (int k = 0; k < p.n_source; k++)
        out->source[k] = margin(&p, 0) - margin(&p, 1 + p.n_before + k);
    return add_gradient(&p, s, m, out->gradient);
}

/* ---- the other word, when nobody names one ---- */

/* The log-probabilities of all *n words that may be in the place, a copy. */
static real *next_pieces(Searcher *s, const Model *m, const WhyQuestion *q, Arena *a, int *n)
{
    Batch *b = batch_sources(&q->source, &q->n_source, 1, model_marks(m), a);
    batch_add_targets(b, &q->before, &q->n_before, a);
    ForcedPass pass = search_look(s, m, b);
    size_t V = (size_t)tensor_last(pass.log_probs);
    real *row = arena_array(a, real, V);
    *n = (int)V;
    return memcpy(row, pass.log_probs->val + (size_t)q->n_before * V, V * sizeof *row);
}

/* The largest entry, which is taken out; -1: none is left. */
static int take_largest(real *row, int V)
{
    int best = -1;
    for (int v = 0; v < V; v++)
        if (row[v] > -INFINITY && (best < 0 || row[v] > row[best]))
            best = v;
    if (best >= 0)
        row[best] = -INFINITY;
    return best;
}

/* Pieces of ids from `from` on that are one word; 0: they go on with the word before. */
static int word_length(const Vocab *v, Unknown words, const int *ids, int n, int from)
{
    Piece *spans;
    free(vocab_decode_with(v, words, ids, n, &spans));
    int end = from;
    while (end < n && spans[end].word == spans[from].word)
        end++;
    bool starts = from == 0 || spans[from].word != spans[from - 1].word;
    array_free(spans);
    return starts ? end - from : 0;
}

static bool same_text(const Vocab *v, Unknown words, const int *a, int n_a, const int *b, int n_b)
{
    char *x = vocab_decode_with(v, words, a, n_a, NULL), *y = vocab_decode_with(v, words, b, n_b, NULL);
    bool same = strcmp(x, y) == 0;
    free(x);
    free(y);
    return same;
}

/* The word that begins with a piece, to its end; its length. */
static int grow_word(Searcher *s, const Model *m, const WhyQuestion *q, int piece, Arena *a, const int **word)
{
    int n = q->n_before + 1;
    int *prefix = arena_array(a, int, n);
    memcpy(prefix, q->before, (size_t)q->n_before * sizeof *prefix);
    prefix[q->n_before] = piece;
    Batch *b = batch_sources(&q->source, &q->n_source, 1, model_marks(m), a);
    SearchOptions o = search_default();
    o.beam = 1;
    o.prefix = (const int *const[]){ prefix };
    o.prefix_len = &n;
    Found found;
    if (!search_run(s, &m, 1, b, &o, a, &found))
        return 0;
    *word = found.hyp[0].ids + q->n_before;
    return word_length(m->target, q->unknown, found.hyp[0].ids, found.hyp[0].n, q->n_before);
}

int *why_rival(Searcher *s, const Model *m, const WhyQuestion *q, Arena *scratch)
{
    int V, *out = NULL;
    real *row = next_pieces(s, m, q, scratch, &V);
    row[VOCAB_PAD] = row[VOCAB_BOS] = row[VOCAB_UNK] = row[q->chosen[0]] = -INFINITY;
    for (int i = 0; i < TRIES; i++) {
        int piece = take_largest(row, V), n = 1;
        const int *word = &piece;
        if (piece < 0)
            return NULL;
        if (piece != VOCAB_EOS)
            n = grow_word(s, m, q, piece, scratch, &word);
        if (n == 0 ||
            (piece != VOCAB_EOS && same_text(m->target, q->unknown, word, n, q->chosen, q->n_chosen)))
            continue;
        memcpy(array_add(out, (size_t)n), word, (size_t)n * sizeof *word);
        return out;
    }
    return NULL;
}
