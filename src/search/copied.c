/* copied.c -- see copied.h: outputs are judged some at a time, by one model after the other. */
#include "search/copied.h"

#include <math.h>

#include "search/judge.h"

enum { PASS_TOKENS = 4096 };

typedef struct {
    Hypothesis *h;
    int sentence;
} Pick;

typedef struct {
    Searcher *s;
    const Model *const *models;
    int n_models;
    const Batch *b;
    Arena *results;
} Job;

static Judged judged_of(const Job *j, const Pick *p, Arena *a)
{
    const int *row = j->b->source + (size_t)p->sentence * (size_t)j->b->S;
    size_t n = (size_t)p->h->n + 1;
    return (Judged){ .source = row + model_marks(j->models[0]).begin,
                     .n_source = j->b->source_len[p->sentence] - j->b->n_marks,
                     .target = p->h->ids,
                     .n_target = p->h->n,
                     .log_probs = arena_array(a, double, n),
                     .likeliest = arena_array(a, bool, n),
                     .copied = arena_array(a, double, n) };
}

/* Sums over models: of what is copied, and of all. */
static void add_up(const Judged *row, double *copied, double *all)
{
    for (int t = 0; t <= row->n_target; t++) {
        double p = exp(row->log_probs[t]);
        copied[t] += row->copied[t] * p;
        all[t] += p;
    }
}

static void run_pass(const Job *j, const Pick *picks, int n)
{
    size_t mark;
    for (int i = 0; i < n; i++)
        picks[i].h->copied = arena_zero(j->results, (size_t)picks[i].h->n + 1, sizeof(double));
    mark = arena_mark(j->results);
    Judged *rows = arena_array(j->results, Judged, n);
    double **all = arena_array(j->results, double *, n);
    int *sentences = arena_array(j->results, int, n);
    for (int i = 0; i < n; i++) {
        rows[i] = judged_of(j, &picks[i], j->results);
        all[i] = arena_zero(j->results, (size_t)picks[i].h->n + 1, sizeof(double));
        sentences[i] = picks[i].sentence;
    }
    for (int m = 0; m < j->n_models; m++) {
        search_judge_as(j->s, j->models[m], rows, n, sentences);
        for (int i = 0; i < n; i++)
            add_up(&rows[i], picks[i].h->copied, all[i]);
    }
    for (int i = 0; i < n; i++)
        for (int t = 0; t <= picks[i].h->n; t++)
            picks[i].h->copied[t] /= all[i][t] > 0 ? all[i][t] : 1;
    arena_rewind(j->results, mark);
}

/* How many of picks[0..n) share a pass. */
static int pass_size(const Job *j, const Pick *picks, int n)
{
    int S = 0, T = 0, i = 0;
    for (; i < n; i++) {
        int source = j->b->source_len[picks[i].sentence], target = picks[i].h->n + 1;
        S = source > S ? source : S;
        T = target > T ? target : T;
        if (i > 0 && (long)(i + 1) * (S + T) > PASS_TOKENS)
            break;
    }
    return i;
}

bool search_copied(Searcher *s, const Model *const *models, int n_models, const Batch *b, Arena *results,
                   const Found *found)
{
    const Job j = { s, models, n_models, b, results };
    int most = 0, n = 0;
    if (!models[0]->gate)
        return true;
    for (int i = 0; i < b->B; i++)
        most += found[i].n_hyp;
    Pick *picks = arena_array(results, Pick, most);
    for (int i = 0; i < b->B; i++)
        for (int k = 0; k < found[i].n_hyp; k++)
            picks[n++] = (Pick){ &found[i].hyp[k], i };
    for (int at = 0; at < n;) {
        if (searcher_cancelled(s))
            return false;
        int size = pass_size(&j, picks + at, n - at);
        run_pass(&j, picks + at, size);
        at += size;
    }
    return true;
}
