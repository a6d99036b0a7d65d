/* judge.c -- the output layer reads some hundred places at a time, real ones only, and nothing of its numbers
 * is kept but two for each place.
 */
#include "search/judge.h"

#include <string.h>

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
    int *best; /* may be NULL */
} Place;

static Place *list_places(const Judged *rows, const Batch *b, Arena *a)
{
    Place *all = arena_array(a, Place, b->n_target), *p = all;
    for (int i = 0; i < b->B; i++)
        for (int t = 0; t < b->target_len[i]; t++) {
            size_t row = (size_t)i * (size_t)b->T + (size_t)t;
            *p++ = (Place){ row, b->target_out[row], rows[i].log_probs + t, rows[i].likeliest + t,
                            rows[i].best ? rows[i].best + t : NULL };
        }
    return all;
}

static Tensor *gather(Tape *t, const Tensor *hidden, const Place *places, int n)
{
    size_t D = (size_t)tensor_last(hidden);
    Tensor *x = tape_new_tensor(t, n, (int)D);
    for (int i = 0; i < n; i++)
        memcpy(x->val + (size_t)i * D, hidden->val + places[i].row * D, D * sizeof(real));
    return x;
}

typedef struct {
    const Tensor *logits;
    const Place *places;
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

static void read_rows(int from, int to, void *context)
{
    const Read *r = context;
    int V = tensor_last(r->logits);
    for (int i = from; i < to; i++) {
        const real *x = r->logits->val + (size_t)i * (size_t)V;
        const Place *p = &r->places[i];
        *p->log_prob = (double)x[p->word] - (double)loops->log_sum_exp(V, x);
        real most = most_of(x, V);
        *p->likeliest = x[p->word] >= most;
        if (p->best)
            *p->best = *p->likeliest ? p->word : place_of(x, V, most);
    }
}

void search_judge(Searcher *s, const Model *m, const Judged *rows, int n)
{
    Tape *t = searcher_begin(s);
    Batch *b = batch_of(rows, n, model_marks(m), t->batch);
    Tensor *hidden = model_decode(m, t, b->target_in, b->T, searcher_encode(s, m, b, NULL)).hidden;
    Place *places = list_places(rows, b, t->batch);
    int most = LOGITS_BYTES / ((int)sizeof(real) * vocab_size(m->target));
    most = most > LEAST_ROWS ? most : LEAST_ROWS;
    size_t mark = arena_mark(t->batch);
    for (int at = 0; at < b->n_target; at += most) {
        int count = b->n_target - at < most ? b->n_target - at : most;
        Tensor *logits = model_logits(m, t, gather(t, hidden, places + at, count));
        threads_each(count, 4, read_rows, &(Read){ logits, places + at });
        arena_rewind(t->batch, mark);
    }
}
