/* guess.c -- one pass over the texts as they are; the output layer reads the places of the masks alone. */
#include "search/guess.h"

#include <string.h>

#include "compute/compute.h"

/* Masks of sentence i. */
static Guesses find_masks(const Batch *b, int i, int mask, int k, Arena *a)
{
    const int *row = b->source + (size_t)i * (size_t)b->S;
    Guesses g = { .k = k, .place = arena_array(a, int, b->source_len[i]) };
    for (int s = 0; s < b->source_len[i]; s++)
        if (row[s] == mask)
            g.place[g.n++] = s;
    g.guess = arena_array(a, Guess, (size_t)g.n * (size_t)k);
    return g;
}

/* The k likeliest words; equal ones in the order of their numbers. */
static void likeliest(const Vocab *v, const real *logits, int k, Guess *out)
{
    int V = vocab_size(v), n = 0;
    double all = (double)loops->log_sum_exp(V, logits);
    for (int w = 0; w < V; w++) {
        double p = (double)logits[w] - all;
        if (!vocab_is_word(v, w) || (n == k && p <= out[k - 1].log_prob))
            continue;
        int i = n < k ? n++ : k - 1;
        for (; i > 0 && p > out[i - 1].log_prob; i--)
            out[i] = out[i - 1];
        out[i] = (Guess){ w, p };
    }
}

static int count_words(const Vocab *v)
{
    int n = 0;
    for (int w = 0; w < vocab_size(v); w++)
        n += vocab_is_word(v, w);
    return n;
}

/* What was made of the places, one row each: [n,D]. */
static Tensor *gather(Tape *t, const Tensor *hidden, int sentence, const Guesses *g)
{
    int D = tensor_last(hidden);
    Tensor *x = tape_new_tensor(t, g->n, D);
    for (int i = 0; i < g->n; i++)
        memcpy(x->val + (size_t)i * (size_t)D,
               hidden->val + ((size_t)sentence * (size_t)hidden->dim[1] + (size_t)g->place[i]) * (size_t)D,
               (size_t)D * sizeof(real));
    return x;
}

/* The source without its end, masks replaced. */
static Hypothesis *filled(const Batch *b, int i, const Guesses *g, Arena *a)
{
    Hypothesis *h = arena_zero(a, 1, sizeof *h);
    h->n = b->source_len[i] - 1;
    h->ids = arena_array(a, int, h->n + 1);
    h->word_scores = arena_zero(a, (size_t)h->n + 1, sizeof *h->word_scores);
    memcpy(h->ids, b->source + (size_t)i * (size_t)b->S, (size_t)h->n * sizeof *h->ids);
    for (int m = 0; m < g->n; m++) {
        const Guess *best = &g->guess[m * g->k];
        h->ids[g->place[m]] = best->word;
        h->word_scores[g->place[m]] = best->log_prob;
        h->score += best->log_prob;
    }
    h->normalized = h->score / (h->n + 1);
    return h;
}

void search_guess(Searcher *s, const Model *m, const Batch *b, int k, Arena *results, Found *found,
                  Guesses *guesses)
{
    Tape *t = searcher_begin(s);
    State *state = model_encode(m, t, b, NULL);
    Tensor *hidden = model_decode(m, t, NULL, b->S, state).hidden;
    int words = count_words(m->source), V = vocab_size(m->source);
    k = k < words ? k : words;
    for (int i = 0; i < b->B; i++) {
        Guesses *g = &guesses[i];
        *g = find_masks(b, i, vocab_mask(m->source), k, results);
        size_t mark = arena_mark(t->batch);
        Tensor *logits = g->n ? model_logits(m, t, gather(t, hidden, i, g)) : NULL;
        for (int at = 0; at < g->n; at++)
            likeliest(m->source, logits->val + (size_t)at * (size_t)V, k, g->guess + at * k);
        arena_rewind(t->batch, mark);
        found[i] = (Found){ 1, filled(b, i, g, results), b->source_len[i] };
    }
}
