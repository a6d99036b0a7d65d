/* beam.c -- keep the K best unfinished outputs, one word at a time.
 *
 * A sentence starts with one living row. Each step takes the best continuations of its living rows; those
 * that end the sentence are finished and keep their place, so K shrinks as hypotheses finish, and the
 * sentence is done when no place is left (Marian). Refilled, the next best take their place, so K stays, and
 * the sentence is done when K have finished (OpenNMT, CTranslate2). At the last permitted step only the end
 * of sentence is allowed. With room for all prefixes this is exhaustive search; with K = 1 it is greedy.
 *
 * Finished hypotheses are ranked by score / length^normalize (Wu et al. 2016, section 7, with the plain
 * length); words that were forced count in the length only. Not here: coverage penalty, diverse beams.
 */
#include "search/beam.h"

#include <math.h>
#include <string.h>

#include "compute/loops.h"

Beam *beam_new(Arena *a, int K, int S, int limit)
{
    Beam *b = arena_zero(a, 1, sizeof *b);
    *b = (Beam){ .K = K, .S = S, .limit = limit, .n_alive = 1 };
    b->score = arena_zero(a, (size_t)K, sizeof *b->score);
    b->steps = arena_zero(a, (size_t)limit, sizeof *b->steps);
    b->finished = arena_zero(a, 2 * (size_t)K, sizeof *b->finished);
    return b;
}

typedef struct {
    int row, word;
    double score;
} Candidate;

/* Better score first; equal scores in the order of rows and words, so that ties are no accident. */
static bool better(const Candidate *x, const Candidate *y)
{
    if (x->score != y->score)
        return x->score > y->score;
    return x->row != y->row ? x->row < y->row : x->word < y->word;
}

/* Keeps best[0..n) sorted; n grows up to room. */
static int insert(Candidate *best, int n, int room, Candidate c)
{
    if (n == room && !better(&c, &best[n - 1]))
        return n;
    int i = n < room ? n++ : n - 1;
    for (; i > 0 && better(&c, &best[i - 1]); i--)
        best[i] = best[i - 1];
    best[i] = c;
    return n;
}

enum { BLOCK = 128 };

/* Most blocks of words hold none that is good enough: their largest says so. */
static int best_of_row(Candidate *best, int n, int room, int row, double score, const real *log_probs, int V)
{
    double floor = n == room ? best[n - 1].score : -INFINITY;
    for (int from = 0; from < V; from += BLOCK) {
        int to = V - from < BLOCK ? V : from + BLOCK;
        if (score + (double)loops->max(to - from, log_probs + from) < floor)
            continue;
        for (int w = from; w < to; w++) {
            double total = score + (double)log_probs[w];
            if (total <= -INFINITY || total < floor)
                continue;
            n = insert(best, n, room, (Candidate){ row, w, total });
            if (n == room)
                floor = best[n - 1].score;
        }
    }
    return n;
}

static void finish(Beam *b, int row, double score, double normalize)
{
    Finished f = { b->n_steps - 1, row, score, (score - b->given) / pow(b->n_steps, normalize) };
    assert(b->n_finished < 2 * b->K);
    int i = b->n_finished++;
    for (; i > 0 && f.normalized > b->finished[i - 1].normalized; i--)
        b->finished[i] = b->finished[i - 1];
    b->finished[i] = f;
}

static real *keep_weights(Arena *a, const real *weights, int S)
{
    if (!weights)
        return NULL;
    real *copy = arena_array(a, real, S);
    return memcpy(copy, weights, (size_t)S * sizeof *copy);
}

/* The links of a new step: `n` of them. */
static Link *open_step(Beam *b, Arena *a, int n)
{
    assert(b->n_steps < b->limit);
    return b->steps[b->n_steps++] = arena_zero(a, (size_t)n, sizeof(Link));
}

/* Of the best 2K continuations: the ends among the first K, and the best K that go on. Order is kept. */
static int refill(Candidate *best, int n, int K)
{
    int kept = 0, alive = 0;
    for (int i = 0; i < n; i++)
        if (best[i].word == VOCAB_EOS ? i < K : alive++ < K)
            best[kept++] = best[i];
    return kept;
}

void beam_step(Beam *b, Arena *a, const real *const *log_probs, int V, const real *const *weights,
               double normalize, int *from, int *word)
{
    int room = b->refill ? 2 * b->K : b->K - b->n_finished, n = 0, alive = 0;
    Candidate *best = arena_array(a, Candidate, room);
    for (int row = 0; row < b->n_alive; row++)
        n = best_of_row(best, n, room, row, b->score[row], log_probs[row], V);
    if (b->refill)
        n = refill(best, n, b->K);
    Link *links = open_step(b, a, n ? n : 1);
    for (int i = 0; i < n; i++) {
        int row = best[i].row, w = best[i].word;
        links[i] = (Link){ row, w, best[i].score, (double)log_probs[row][w],
                           weights ? keep_weights(a, weights[row], b->S) : NULL };
    }
    /* living rows come first in the next step, so links are moved along with them */
    Link *moved = arena_array(a, Link, n ? n : 1);
    int ended = n;
    for (int i = 0; i < n; i++)
        if (links[i].word == VOCAB_EOS)
            moved[--ended] = links[i];
        else
            moved[alive++] = links[i];
    memcpy(links, moved, (size_t)n * sizeof *links);
    for (int i = n - 1; i >= ended; i--)
        finish(b, i, links[i].score, normalize);
    for (int i = 0; i < alive; i++) {
        from[i] = links[i].from;
        word[i] = links[i].word;
        b->score[i] = links[i].score;
    }
    b->done = alive == 0 || b->n_finished >= b->K;
    b->n_alive = b->done ? 0 : alive;
}

void beam_words(const Beam *b, int row, int *words)
{
    for (int t = b->n_steps - 1; t >= 0; t--) {
        const Link *l = &b->steps[t][row];
        words[t] = l->word;
        row = l->from;
    }
}

void beam_take(Beam *b, Arena *a, int word, double word_score, const real *weights, double normalize)
{
    assert(b->K == 1);
    Link *link = open_step(b, a, 1);
    b->score[0] += word_score;
    *link = (Link){ 0, word, b->score[0], word_score, keep_weights(a, weights, b->S) };
    if (word == VOCAB_EOS) {
        finish(b, 0, b->score[0], normalize);
        b->n_alive = 0;
        b->done = true;
    }
}

/* Follows the links back from the end of a finished hypothesis. */
static void trace(const Beam *b, Arena *a, const Finished *f, Hypothesis *h)
{
    int n = f->step + 1, row = f->row;
    *h = (Hypothesis){ .n = n - 1, .score = f->score, .normalized = f->normalized };
    h->ids = arena_array(a, int, n);
    h->word_scores = arena_array(a, double, n);
    bool attends = b->steps[0][0].weights != NULL;
    h->weights = attends ? arena_array(a, real, (size_t)n * (size_t)b->S) : NULL;
    for (int t = n - 1; t >= 0; t--) {
        const Link *l = &b->steps[t][row];
        h->ids[t] = l->word;
        h->word_scores[t] = l->word_score;
        if (attends)
            memcpy(h->weights + (size_t)t * (size_t)b->S, l->weights, (size_t)b->S * sizeof(real));
        row = l->from;
    }
}

void beam_result(const Beam *b, Arena *a, int n_best, Found *out)
{
    assert(b->done && b->n_finished > 0);
    out->n_hyp = n_best < b->n_finished ? n_best : b->n_finished; /* n_best <= K */
    out->hyp = arena_array(a, Hypothesis, out->n_hyp);
    out->S = b->S;
    for (int i = 0; i < out->n_hyp; i++)
        trace(b, a, &b->finished[i], &out->hyp[i]);
}
