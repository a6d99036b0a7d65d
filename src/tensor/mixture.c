/* mixture.c -- see mixture.h. Places are kept as numbers of a tensor, so that picking sentences of a batch
 * picks them, too; a float holds any word's number up to 2^24.
 */
#include "tensor/mixture.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "compute/compute.h"
#include "compute/loops.h"

/* ---- places ---- */

typedef struct {
    int word, place;
} Said;

static int by_word(const void *a, const void *b)
{
    const Said *x = a, *y = b;
    return x->word != y->word ? (x->word > y->word) - (x->word < y->word) : x->place - y->place;
}

/* said: room for S. */
static void link_places(const int *words, int S, Said *said, real *first, real *next)
{
    int n = 0;
    for (int s = 0; s < S; s++) {
        first[s] = -1, next[s] = 0;
        if (words[s] >= 0)
            said[n++] = (Said){ words[s], s };
    }
    qsort(said, (size_t)n, sizeof *said, by_word);
    for (int i = 0; i < n; i++)
        if (i > 0 && said[i].word == said[i - 1].word)
            next[said[i - 1].place] = (real)said[i].place;
        else
            first[said[i].place] = (real)said[i].word;
}

Tensor *mixture_places(Arena *a, const int *words, int B, int S)
{
    Tensor *x = tensor_new(a, 3, (int[]){ B, 2, S }, false);
    Said *said = arena_array(a, Said, S);
    for (int b = 0; b < B; b++) {
        real *row = x->val + (size_t)b * 2 * (size_t)S;
        link_places(words + (size_t)b * (size_t)S, S, said, row, row + S);
    }
    return x;
}

static const real *places_of(const Tensor *places, int b)
{
    return places->val + (size_t)b * 2 * (size_t)tensor_last(places);
}

int mixture_place(const Tensor *places, int b, int word)
{
    const real *first = places_of(places, b);
    for (int s = 0; s < tensor_last(places); s++)
        if ((int)first[s] == word)
            return s;
    return -1;
}

/* ---- one row ---- */

int mixture_sentence(const Mixture *m, size_t row)
{
    return (int)(row / (tensor_rows(m->weights) / (size_t)m->places->dim[0]));
}

LogGate mixture_gate(const Mixture *m, size_t row)
{
    double u = (double)m->gate->val[row];
    return (LogGate){ -log_plus(0, -u), -log_plus(0, u) };
}

double mixture_weight(const Mixture *m, size_t row, int place)
{
    const size_t S = (size_t)tensor_last(m->weights);
    const real *next = places_of(m->places, mixture_sentence(m, row)) + S, *w = m->weights->val + row * S;
    double sum = 0;
    for (int s = place; s >= 0; s = next[s] > 0 ? (int)next[s] : -1)
        sum += (double)w[s];
    return sum;
}

double log_plus(double a, double b)
{
    double top = a > b ? a : b, low = a > b ? b : a;
    return low == -INFINITY ? top : top + log1p(exp(low - top));
}

/* ---- whole rows ---- */

typedef struct {
    const Mixture *m;
    const Tensor *logits;
    const int *rows;
    int more;
    Tensor *y;
} Job;

static void mix_row(const Job *j, int i, real *y)
{
    int V = tensor_last(j->logits), S = tensor_last(j->m->places);
    size_t row = j->rows ? (size_t)j->rows[i] : (size_t)i;
    const LogGate g = mixture_gate(j->m, row);
    const real *first = places_of(j->m->places, mixture_sentence(j->m, row));
    memcpy(y, j->logits->val + (size_t)i * (size_t)V, (size_t)V * sizeof *y);
    loops->shift_scale(V, 1, (real)((double)loops->log_sum_exp(V, y) - g.generate), y);
    for (int v = V; v < V + j->more; v++)
        y[v] = -INFINITY;
    for (int s = 0; s < S; s++)
        if (first[s] >= 0 && (int)first[s] < V + j->more)
            y[(int)first[s]] =
                (real)log_plus((double)y[(int)first[s]], g.copy + log(mixture_weight(j->m, row, s)));
}

static void mix_rows(int from, int to, void *context)
{
    const Job *j = context;
    for (int i = from; i < to; i++)
        mix_row(j, i, j->y->val + (size_t)i * (size_t)tensor_last(j->y));
}

Tensor *mixture_log_probs(Tape *t, const Mixture *m, const Tensor *logits, const int *rows, int more)
{
    int dim[4];
    memcpy(dim, logits->dim, sizeof dim);
    dim[logits->n_dim - 1] += more;
    Job j = { m, logits, rows, more, tensor_new(t->batch, logits->n_dim, dim, false) };
    threads_each((int)tensor_rows(logits), 4, mix_rows, &j);
    return j.y;
}

static void log_softmax_rows(int from, int to, void *context)
{
    const Tensor *x = context;
    int V = tensor_last(x);
    for (int i = from; i < to; i++) {
        real *row = x->val + (size_t)i * (size_t)V;
        loops->shift_scale(V, 1, loops->log_sum_exp(V, row), row);
    }
}

void tensor_log_softmax(Tensor *logits)
{
    threads_each((int)tensor_rows(logits), 4, log_softmax_rows, logits);
}
