/* search.c -- the loop around beams: decode one word for every living row, let each sentence's beam choose,
 * pick the rows that go on. Sentences that are done leave the batch once a quarter of it is done.
 *
 * Memory: what a step computes dies with the step; what the state needs next is copied into one of two turn
 * arenas; what the sentences need throughout (encoder outputs) stays below a mark in the tape.
 */
#include "search/search.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "compute/compute.h"
#include "search/beam.h"
#include "search/sample.h"

struct Searcher {
    Tape *tape;
    Arena *turn[2], *kept, *beams;
    bool (*cancelled)(void *context);
    void *context;
    const Override *override;
};

Searcher *searcher_new(size_t limit)
{
    Searcher *s = memory_get(1, sizeof *s);
    s->tape = tape_new(limit);
    s->turn[0] = arena_new("search state", limit);
    s->turn[1] = arena_new("search state", limit);
    s->kept = arena_new("search memory", limit);
    s->beams = arena_new("search beams", limit);
    return s;
}

void searcher_free(Searcher *s)
{
    if (!s)
        return;
    tape_free(s->tape);
    arena_free(s->turn[0]);
    arena_free(s->turn[1]);
    arena_free(s->kept);
    arena_free(s->beams);
    free(s);
}

enum { N_ARENAS = 6 };

static void list_arenas(const Searcher *s, Arena *all[N_ARENAS])
{
    Arena *const list[N_ARENAS] = { s->tape->batch, s->tape->scratch, s->turn[0],
                                    s->turn[1],     s->kept,          s->beams };
    memcpy(all, list, sizeof list);
}

void searcher_share(Searcher *s, ArenaShare *share)
{
    Arena *all[N_ARENAS];
    list_arenas(s, all);
    for (int i = 0; i < N_ARENAS; i++)
        arena_share(all[i], share);
}

void searcher_release(Searcher *s)
{
    Arena *all[N_ARENAS];
    list_arenas(s, all);
    for (int i = 0; i < N_ARENAS; i++)
        arena_release(all[i]);
}

void searcher_watch(Searcher *s, bool (*cancelled)(void *context), void *context)
{
    s->cancelled = cancelled;
    s->context = context;
}

bool searcher_cancelled(const Searcher *s)
{
    return s->cancelled && s->cancelled(s->context);
}

void searcher_override(Searcher *s, const Override *o)
{
    s->override = o;
}

State *searcher_encode(Searcher *s, const Model *m, const Batch *b, Maps *maps)
{
    State *state = model_encode(m, s->tape, b, maps);
    state->override = s->override;
    return state;
}

Tape *searcher_begin(Searcher *s)
{
    tape_reset(s->tape);
    s->tape->recording = s->tape->training = false;
    arena_rewind(s->turn[0], 0);
    arena_rewind(s->turn[1], 0);
    arena_rewind(s->kept, 0);
    arena_rewind(s->beams, 0);
    return s->tape;
}

SearchOptions search_default(void)
{
    return (SearchOptions){
        .beam = 5, .n_best = 1, .normalize = 1, .length_factor = 3, .top_p = 1, .temperature = 1
    };
}

/* ---- distributions ---- */

/* into = log of the running mean of probabilities: after model i it is the mean of models 0..i. */
static void mean_probability(Tensor *into, const Tensor *x, int i)
{
    for (size_t j = 0; j < tensor_len(into); j++) {
        double a = (double)into->val[j] + log(i), b = (double)x->val[j], top = a > b ? a : b;
        if (top > -INFINITY)
            into->val[j] = (real)(top + log(exp(a - top) + exp(b - top)) - log(i + 1));
    }
}

static Tensor *mean_weights(Tensor *into, const Tensor *x, int i)
{
    if (!into || !x)
        return NULL;
    for (size_t j = 0; j < tensor_len(into); j++)
        into->val[j] += (x->val[j] - into->val[j]) / (real)(i + 1);
    return into;
}

typedef struct {
    Tensor *log_probs, *weights; /* [R,T,V+n], n words that can only be copied; [R,T,S] or NULL */
} Next;

static Next next_words(Tape *t, const Model *const *models, int n, State **states, const int *words, int T)
{
    Next all = { 0 };
    for (int i = 0; i < n; i++) {
        Decoded d = model_decode(models[i], t, words, T, states[i]);
        Tensor *p = model_log_probs(models[i], t, &d, states[i], NULL, 0);
        if (i == 0) {
            all = (Next){ p, d.weights };
            continue;
        }
        mean_probability(all.log_probs, p, i);
        all.weights = mean_weights(all.weights, d.weights, i);
    }
    return all;
}

/* ---- constraints: they edit a row of log-probabilities before the beam sees it ---- */

static void allow_only(real *row, int V, int word)
{
    real kept = row[word];
    for (int v = 0; v < V; v++)
        row[v] = -INFINITY;
    row[word] = kept;
}

typedef struct {
    const SearchOptions *o;
    const Batch *batch;
    Beam **beams;      /* [n] sentences still searched */
    int *sentence;     /* [n] their places in the batch */
    int n, K, longest; /* longest: the most words */
    int n_words;       /* of the vocabulary */
    Rng *rng;          /* [B] sampling */
    int *words;        /* [n*K] what each row reads next */
    int *from;         /* [n*K] */
} Job;

/* The word a row is forced to say: one that can only be copied, and not from this source, is <unk>. */
static int given_word(const Job *j, int sentence, int step, const real *row, int V)
{
    int word = j->o->prefix[sentence][step];
    return mixture_says(row, j->n_words, V, word) ? word : VOCAB_UNK;
}

/* Whether the next word of a sentence is given. */
static bool is_forced(const Job *j, int i)
{
    return j->o->prefix && j->beams[i]->n_steps < j->o->prefix_len[j->sentence[i]];
}

static void forbid(real *row, const bool *words, int V)
{
    for (int v = 0; v < V; v++)
        if (words[v])
            row[v] = -INFINITY;
}

/* After words[0..n) no `size` words in a row come again. */
static void forbid_repeats(real *row, const int *words, int n, int size)
{
    const int *last = words + n - (size - 1);
    for (int i = 0; i + size <= n; i++)
        if (!memcmp(words + i, last, (size_t)(size - 1) * sizeof *words))
            row[words[i + size - 1]] = -INFINITY;
}

static void forbid_repeats_of(const Job *j, int i, int k, real *row, Arena *scratch)
{
    const Beam *b = j->beams[i];
    size_t mark = arena_mark(scratch);
    int *words = arena_array(scratch, int, b->n_steps + 1);
    beam_words(b, k, words);
    forbid_repeats(row, words, b->n_steps, j->o->no_repeat);
    arena_rewind(scratch, mark);
}

/* Living row k of sentence i. Where nothing may come because all of it came before, the sentence ends. */
static void constrain(const Job *j, int i, int k, real *row, int V, Arena *scratch)
{
    int sentence = j->sentence[i], step = j->beams[i]->n_steps;
    real end = row[VOCAB_EOS];
    row[VOCAB_PAD] = row[VOCAB_BOS] = -INFINITY;
    if (is_forced(j, i))
        allow_only(row, V, given_word(j, sentence, step, row, V));
    else if (step == j->beams[i]->limit - 1)
        allow_only(row, V, VOCAB_EOS);
    else if (step < j->o->min_length)
        row[VOCAB_EOS] = -INFINITY;
    if (j->o->not_next && step == (j->o->prefix ? j->o->prefix_len[sentence] : 0))
        forbid(row, j->o->not_next, j->n_words);
    if (j->o->no_repeat == 0 || is_forced(j, i))
        return;
    forbid_repeats_of(j, i, k, row, scratch);
    if (loops->max(V, row) == -INFINITY)
        row[VOCAB_EOS] = end;
}

/* ---- the loop ---- */

enum { MOST_WORDS = 10001 }; /* end of sentence counted */

static int longest_output(const Job *j, int source_words, int prefix)
{
    double n = j->o->length_factor * source_words;
    int limit = n < 10 ? 10 : n > MOST_WORDS ? MOST_WORDS : (int)n;
    if (j->o->max_length > 0 && limit > j->o->max_length)
        limit = j->o->max_length;
    limit = (limit > prefix ? limit : prefix) + 1;
    return limit < j->longest ? limit : j->longest;
}

/* Words there can be: no model may be asked for more than it knows places for. */
static int words_limit(const Model *const *models, int n)
{
    int limit = MOST_WORDS;
    for (int i = 0; i < n; i++)
        if (models[i]->longest > 0 && models[i]->longest < limit)
            limit = models[i]->longest;
    return limit;
}

static void start_beams(Job *j, Arena *a)
{
    for (int i = 0; i < j->n; i++) {
        int prefix = j->o->prefix ? j->o->prefix_len[i] : 0;
        int len = j->batch->source_len[i];
        int limit = j->o->longest ? j->o->longest[i] + 1 : longest_output(j, len - j->batch->n_marks, prefix);
        assert(limit > prefix);
        j->beams[i] = beam_new(a, j->K, len, limit);
        j->beams[i]->refill = j->o->refill;
        j->sentence[i] = i;
        j->words[i] = VOCAB_BOS;
        if (j->o->sample)
            j->rng[i] = rng_new(j->o->keys ? j->o->keys[i] : (uint64_t)i);
    }
}

/* One sentence's beam takes its step; `K` rows of it were decoded. */
static void step_sentence(Job *j, int i, int K, const Next *next, Searcher *s)
{
    Beam *b = j->beams[i];
    int V = tensor_last(next->log_probs);
    bool forced = is_forced(j, i);
    const real **rows = arena_array(s->beams, const real *, K),
               **weights = arena_array(s->beams, const real *, K);
    for (int k = 0; k < b->n_alive; k++) {
        size_t row = (size_t)(i * K + k);
        real *p = next->log_probs->val + row * (size_t)V;
        constrain(j, i, k, p, V, s->beams);
        rows[k] = p;
        weights[k] = next->weights ? next->weights->val + row * (size_t)tensor_last(next->weights) : NULL;
    }
    int *from = j->from + i * j->K, *word = j->words + i * j->K;
    for (int k = 0; k < j->K; k++)
        from[k] = 0, word[k] = VOCAB_EOS; /* rows that are dead read anything */
    if (j->o->sample) {
        *word = sample_word(rows[0], V, j->o->top_k, j->o->top_p, j->o->temperature, &j->rng[j->sentence[i]],
                            s->beams);
        beam_take(b, s->beams, *word, (double)rows[0][*word], weights[0], j->o->normalize);
    } else {
        beam_step(b, s->beams, rows, V, next->weights ? weights : NULL, j->o->normalize, from, word);
    }
    if (forced)
        b->given = b->score[0];
    for (int k = 0; k < j->K; k++)
        from[k] += i * K;
}

/* Sentences that are done leave when they are at least a quarter of the batch. */
static void drop_done(Job *j, State **states, int n_models, Arena *kept)
{
    int *stay = arena_array(kept, int, j->n), n = 0;
    for (int i = 0; i < j->n; i++)
        if (!j->beams[i]->done)
            stay[n++] = i;
    if (n == 0 || n > j->n - (j->n + 3) / 4)
        return;
    for (int m = 0; m < n_models; m++)
        state_keep(states[m], stay, n, kept);
    for (int i = 0; i < n; i++) {
        j->beams[i] = j->beams[stay[i]];
        j->sentence[i] = j->sentence[stay[i]];
        memmove(j->words + i * j->K, j->words + stay[i] * j->K, (size_t)j->K * sizeof *j->words);
    }
    j->n = n;
}

static bool all_done(const Job *j)
{
    for (int i = 0; i < j->n; i++)
        if (!j->beams[i]->done)
            return false;
    return true;
}

static Job job_new(const SearchOptions *o, const Batch *b, int longest, int n_words, Arena *a)
{
    size_t rows = (size_t)b->B * (size_t)o->beam;
    Job j = { .o = o, .batch = b, .n = b->B, .K = o->beam, .longest = longest, .n_words = n_words };
    j.beams = arena_array(a, Beam *, b->B);
    j.sentence = arena_array(a, int, b->B);
    j.rng = arena_array(a, Rng, b->B);
    j.words = arena_array(a, int, rows);
    j.from = arena_array(a, int, rows);
    start_beams(&j, a);
    return j;
}

/* K rows of each sentence were decoded: every beam takes its step; one that is done keeps its rows. */
static void step_all(Job *j, int K, const Next *next, Searcher *s)
{
    for (int i = 0; i < j->n; i++)
        if (!j->beams[i]->done)
            step_sentence(j, i, K, next, s);
        else
            for (int k = 0; k < j->K; k++)
                j->from[i * j->K + k] = i * K;
}

bool search_run(Searcher *s, const Model *const *models, int n_models, const Batch *b, const SearchOptions *o,
                Arena *results, Found *found)
{
    assert(o->beam >= 1 && (!o->sample || o->beam == 1) && n_models >= 1);
    searcher_begin(s);
    Job j = job_new(o, b, words_limit(models, n_models), vocab_size(models[0]->target), s->beams);
    Beam **all = arena_array(s->beams, Beam *, b->B);
    memcpy(all, j.beams, (size_t)b->B * sizeof *all);
    State **states = arena_array(s->beams, State *, n_models);
    for (int i = 0; i < n_models; i++) {
        states[i] = searcher_encode(s, models[i], b, NULL);
        states[i]->keep = s->kept;
    }
    size_t mark = arena_mark(s->tape->batch);
    for (int turn = 0, K = 1; !all_done(&j); turn ^= 1, K = j.K) {
        if (searcher_cancelled(s))
            return false;
        Next next = next_words(s->tape, models, n_models, states, j.words, 1);
        step_all(&j, K, &next, s);
        arena_rewind(s->turn[turn], 0);
        for (int m = 0; m < n_models; m++)
            state_pick(states[m], j.from, j.n * j.K, s->turn[turn]);
        drop_done(&j, states, n_models, s->kept);
        arena_rewind(s->tape->batch, mark);
    }
    for (int i = 0; i < b->B; i++)
        beam_result(all[i], results, o->n_best, &found[i]);
    return true;
}

/* ---- forced decoding ---- */

/* One that can only be copied, and not from this source, is next to impossible. */
static double word_score(const real *row, int n_words, int V, int word)
{
    return mixture_says(row, n_words, V, word) ? (double)row[word] : MIXTURE_LEAST;
}

static void force_one(const Batch *b, int i, const Next *next, int n_words, Arena *a, Found *out)
{
    int n = b->target_len[i], S = b->source_len[i], V = tensor_last(next->log_probs);
    Hypothesis *h = arena_zero(a, 1, sizeof *h);
    *out = (Found){ 1, h, S };
    h->n = n - 1;
    h->ids = arena_array(a, int, n);
    h->word_scores = arena_array(a, double, n);
    h->weights = next->weights ? arena_array(a, real, (size_t)n * (size_t)S) : NULL;
    for (int t = 0; t < n; t++) {
        size_t row = (size_t)i * (size_t)b->T + (size_t)t;
        h->ids[t] = b->target_out[row];
        h->word_scores[t] = word_score(next->log_probs->val + row * (size_t)V, n_words, V, h->ids[t]);
        h->score += h->word_scores[t];
        if (h->weights)
            memcpy(h->weights + (size_t)t * (size_t)S, next->weights->val + row * (size_t)b->S,
                   (size_t)S * sizeof(real));
    }
    h->normalized = h->score / n;
}

void search_force(Searcher *s, const Model *const *models, int n_models, const Batch *b, Arena *results,
                  Found *found)
{
    searcher_begin(s);
    State **states = arena_array(s->beams, State *, n_models);
    for (int i = 0; i < n_models; i++)
        states[i] = searcher_encode(s, models[i], b, NULL);
    Next next = next_words(s->tape, models, n_models, states, b->target_in, b->T);
    for (int i = 0; i < b->B; i++)
        force_one(b, i, &next, vocab_size(models[0]->target), results, &found[i]);
}

ForcedPass search_look(Searcher *s, const Model *m, const Batch *b)
{
    searcher_begin(s);
    Maps *maps = arena_zero(s->tape->batch, 1, sizeof *maps);
    ForcedPass f = { .state = searcher_encode(s, m, b, maps), .maps = maps };
    f.decoded = model_decode(m, s->tape, b->target_in, b->T, f.state);
    f.log_probs = model_log_probs(m, s->tape, &f.decoded, f.state, NULL, 0);
    return f;
}
