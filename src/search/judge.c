/* judge.c -- the output layer reads some hundred places at a time, real ones only, and nothing of its numbers
 * is kept but two for each place.
 */
#include "search/judge.h"

#include <math.h>

#include "compute/compute.h"

enum { LOGITS_BYTES = 16 << 20, LEAST_ROWS = 16 };

static Batch *batch_of(const Judged *rows, int n, SourceMarks marks, Arena *a)
{
    const int **source = arena_array(a, const int *, n), **target = arena_array(a, const int *, n);
    int *source_len = arena_array(a, int, n), *target_len = arena_array(a, int, n);
    for (int i = 0; i < n; i++) {
        source[i] = rows[i].source, source_len[i] = rows[i].n_source;
        target[i] = rows[i].target, target_len[i] = rows[i].n_target;
    }
    Batch *b = batch_sources(source, source_len, n, marks, a);
    batch_add_targets(b, target, target_len, a);
    return b;
}

/* A place of the batch that is real. */
typedef struct {
    size_t row; /* in [B,T] */
    int word;
    double *log_prob;
    bool *likeliest;
    int *best;      /* may be NULL */
    double *copied; /* may be NULL */
} Place;

static Place *list_places(const Judged *rows, const Batch *b, Arena *a)
{
    Place *all = arena_array(a, Place, b->n_target), *p = all;
    for (int i = 0; i < b->B; i++)
        for (int t = 0; t < b->target_len[i]; t++) {
            size_t row = (size_t)i * (size_t)b->T + (size_t)t;
            *p++ = (Place){ row,
                            b->target_out[row],
                            rows[i].log_probs + t,
                            rows[i].likeliest + t,
                            rows[i].best ? rows[i].best + t : NULL,
                            rows[i].copied ? rows[i].copied + t : NULL };
        }
    return all;
}

typedef struct {
    const Tensor *x;        /* logits, or of a model that copies log-probabilities */
    const Mixture *mixture; /* NULL: it does not copy */
    const Place *places;
    int n_words;
} Read;

/* The likeliest that may come next: search never says padding or begin of sentence. */
static real most_of(const real *x, int V)
{
    real most = loops->max(V - VOCAB_EOS, x + VOCAB_EOS);
    return x[VOCAB_UNK] > most ? x[VOCAB_UNK] : most;
}

static int place_of(const real *x, int V, real value)
{
    int v = 0;
    while (v < V && (x[v] < value || v == VOCAB_PAD || v == VOCAB_BOS))
        v++;
    return v < V ? v : VOCAB_UNK; /* numbers that are none */
}

/* How much of a word's probability is copied: (1 - g) c(w) / P(w). */
static double copied_share(const Mixture *m, const Place *p, double log_prob)
{
    int place = mixture_place(m->places, mixture_sentence(m, p->row), p->word);
    double share = exp(mixture_gate(m, p->row).copy - log_prob) * mixture_weight(m, p->row, place);
    return share < 1 ? share : 1;
}

static void read_rows(int from, int to, void *context)
{
    const Read *r = context;
    int V = tensor_last(r->x);
    for (int i = from; i < to; i++) {
        const real *x = r->x->val + (size_t)i * (size_t)V;
        const Place *p = &r->places[i];
        double all = r->mixture ? 0 : (double)loops->log_sum_exp(V, x);
        bool there = mixture_says(x, r->n_words, V, p->word);
        real most = most_of(x, V), own = there ? x[p->word] : (real)MIXTURE_LEAST;
        *p->log_prob = (double)own - all;
        *p->likeliest = there && own >= most;
        if (p->best)
            *p->best = *p->likeliest ? p->word : place_of(x, V, most);
        if (p->copied)
            *p->copied = r->mixture && there ? copied_share(r->mixture, p, *p->log_prob) : 0;
    }
}

static int *rows_of(const Place *places, int n, Arena *a)
{
    int *rows = arena_array(a, int, n);
    for (int i = 0; i < n; i++)
        rows[i] = (int)places[i].row;
    return rows;
}

void search_judge(Searcher *s, const Model *m, const Judged *rows, int n)
{
    search_judge_as(s, m, rows, n, NULL);
}

void search_judge_as(Searcher *s, const Model *m, const Judged *rows, int n, const int *numbers)
{
    Tape *t = searcher_begin(s);
    Batch *b = batch_of(rows, n, model_marks(m), t->batch);
    State *state = searcher_encode(s, m, b, NULL);
    state->numbers = numbers ? numbers : state->numbers;
    Decoded d = model_decode(m, t, b->target_in, b->T, state);
    Mixture mixture;
    bool copies = model_mixture(m, t, &d, state, &mixture);
    Place *places = list_places(rows, b, t->batch);
    int most = LOGITS_BYTES / ((int)sizeof(real) * vocab_size(m->target));
    most = most > LEAST_ROWS ? most : LEAST_ROWS;
    size_t mark = arena_mark(t->batch);
    for (int at = 0; at < b->n_target; at += most) {
        int count = b->n_target - at < most ? b->n_target - at : most;
        const int *chosen = rows_of(places + at, count, t->batch);
        Tensor *x = copies ? model_log_probs(m, t, &d, state, chosen, count)
                           : model_logits_of(m, t, &d, chosen, count);
        threads_each(count, 4, read_rows,
                     &(Read){ x, copies ? &mixture : NULL, places + at, vocab_size(m->target) });
        arena_rewind(t->batch, mark);
    }
}
