#include "explain/gradient.h"

#include <math.h>
#include <string.h>

enum { USUAL_TOKENS = 4096 };

typedef struct {
    const Model *m;
    const ErasePair *pair;
    const int *last; /* [rows] the last piece of each target word */
    int *column;     /* [places] of each source place */
    int places;
    Gradient *out;
} Job;

/* Row r's last piece; the end of sentence is piece n_target. */
static int *last_pieces(const ErasePair *p, int rows, Arena *a)
{
    int *last = arena_array(a, int, rows);
    for (int i = 0; i < p->n_target; i++)
        last[p->target_word[i]] = i;
    last[rows - 1] = p->n_target;
    return last;
}

static int *columns_of(const ErasePair *p, SourceMarks marks, int columns, Arena *a)
{
    int *column = arena_array(a, int, p->n_source + marks_count(marks)), n = 0;
    if (marks.begin)
        column[n++] = 0;
    for (int i = 0; i < p->n_source; i++)
        column[n++] = marks.begin + p->source_word[i];
    if (marks_count(marks) > marks.begin)
        column[n++] = columns - 1;
    return column;
}

/* ---- one batch: rows [from, from + n) ---- */

/* Each row's output ends before its last piece: what comes there is asked, not read. */
static Batch *batch_of(const Job *j, int from, int n, Arena *a)
{
    const int **source = arena_array(a, const int *, n), **target = arena_array(a, const int *, n);
    int *lens = arena_array(a, int, n);
    for (int i = 0; i < n; i++) {
        source[i] = j->pair->source;
        target[i] = j->pair->target;
        lens[i] = j->pair->n_source;
    }
    Batch *b = batch_sources(source, lens, n, model_marks(j->m), a);
    batch_add_targets(b, target, j->last + from, a);
    return b;
}

/* Minus the sum over the rows of the log-probabilities of their words. */
static Tensor *loss_of(const Job *j, Tape *t, const Batch *b, int from, const Decoded *d, const State *s)
{
    const ErasePair *p = j->pair;
    int most = j->last[from + b->B - 1] + 1, n = 0;
    int *rows = arena_array(t->batch, int, most), *targets = arena_array(t->batch, int, most);
    for (int i = 0; i < b->B; i++)
        for (int k = from + i > 0 ? j->last[from + i - 1] + 1 : 0; k <= j->last[from + i]; k++) {
            rows[n] = i * b->T + k;
            targets[n++] = k < p->n_target ? p->target[k] : VOCAB_EOS;
        }
    return model_nll(j->m, t, d, s, rows, n, targets, 0, NULL, NULL);
}

/* A gradient that stays when the backward pass is over. */
static void want_gradient(Tape *t, Tensor *x)
{
    x->late_grad = false;
    if (!x->grad)
        x->grad = arena_zero(t->batch, tensor_len(x), sizeof *x->grad);
}

/* The vector that place `at` of the batch is read as. */
static const real *vector_of(const SourceRead *read, int id, size_t at)
{
    size_t E = (size_t)tensor_last(read->embedded);
    if (!read->table)
        return read->embedded->val + at * E;
    int V = read->table->dim[0];
    return id < V ? read->table->val + (size_t)id * E : read->more->val + (size_t)(id - V) * E;
}

/* Adds up a row's products; norm has squares until all places are in. */
static void take_row(const Job *j, const SourceRead *read, const int *ids, const real *grad, double *norm,
                     double *sum)
{
    size_t E = (size_t)tensor_last(read->embedded), first = (size_t)(grad - read->embedded->grad);
    for (int s = 0; s < j->places; s++) {
        const real *e = vector_of(read, ids[s], first / E + (size_t)s);
        const real *g = grad + (size_t)s * E;
        for (size_t k = 0; k < E; k++) {
            double v = -(double)g[k] * read->scale * (double)e[k];
            norm[j->column[s]] += v * v;
            sum[j->column[s]] += v;
        }
    }
    for (int c = 0; c < j->out->columns; c++)
        norm[c] = sqrt(norm[c]);
}

static void run_batch(const Job *j, Searcher *s, int from, int n)
{
    Tape *t = searcher_begin(s);
    const Batch *b = batch_of(j, from, n, t->batch);
    t->recording = true;
    State *state = model_encode(j->m, t, b, NULL);
    const SourceRead *read = &state->read;
    assert(read->embedded); /* a model of pairs */
    want_gradient(t, read->embedded);
    Decoded d = model_decode(j->m, t, b->target_in, b->T, state);
    tape_backward(t, loss_of(j, t, b, from, &d, state));
    t->recording = false;
    size_t width = (size_t)b->S * (size_t)tensor_last(read->embedded), columns = (size_t)j->out->columns;
    for (int i = 0; i < n; i++) {
        size_t at = (size_t)(from + i) * columns;
        take_row(j, read, read->ids + (size_t)i * (size_t)b->S, read->embedded->grad + (size_t)i * width,
                 j->out->norm + at, j->out->sum + at);
    }
}

/* ---- all of them ---- */

/* How many rows from `from` on share a batch. */
static int batch_rows(const Job *j, int from, int tokens)
{
    int n = 1;
    while (from + n < j->out->rows && (long)(n + 1) * (j->places + j->last[from + n] + 1) <= tokens)
        n++;
    return n;
}

bool gradient_of(Searcher *s, const Model *m, const ErasePair *pair, int tokens, Arena *results,
                 Gradient *out)
{
    const SourceMarks marks = model_marks(m);
    const int n_marks = marks_count(marks), places = pair->n_source + n_marks;
    assert(!params_grads(m->params) && places > 0);
    *out = (Gradient){ .rows = erase_words_count(pair->target_word, pair->n_target) + 1,
                       .columns = erase_words_count(pair->source_word, pair->n_source) + n_marks,
                       .first = marks.begin };
    size_t cells = (size_t)out->rows * (size_t)out->columns;
    out->norm = arena_zero(results, cells, sizeof *out->norm);
    out->sum = arena_zero(results, cells, sizeof *out->sum);
    size_t mark = arena_mark(results);
    const Job j = {
        m,      pair, last_pieces(pair, out->rows, results), columns_of(pair, marks, out->columns, results),
        places, out
    };
    bool goes_on = true;
    for (int at = 0; at < out->rows && goes_on;) {
        int n = batch_rows(&j, at, tokens > 0 ? tokens : USUAL_TOKENS);
        run_batch(&j, s, at, n);
        at += n;
        goes_on = at == out->rows || !searcher_cancelled(s);
    }
    arena_rewind(results, mark);
    return goes_on;
}
