/* erase.c -- forced passes sorted by length, so that a batch has little padding; a batch's sources are
 * written anew, its targets are those of the pairs.
 */
#include "explain/erase.h"

#include <stdlib.h>
#include <string.h>

#include "search/judge.h"

enum { USUAL_TOKENS = 4096 };

static const char *const names[] = {
    [ERASE_UNK] = "unk", [ERASE_DELETE] = "delete", [ERASE_ATTENTION] = "attention", NULL
};

const char *erase_name(EraseMethod m)
{
    return names[m];
}

int erase_words_count(const int *word, int n)
{
    return n > 0 ? word[n - 1] + 1 : 0;
}

/* ---- one batch ---- */

static bool is_erased(const ErasePass *p, int word)
{
    for (int i = 0; i < p->n_words; i++)
        if (p->words[i] == word)
            return true;
    return false;
}

/* The pass's source: returns its length; to has room for all of the pair's pieces, and one. */
static int write_source(const ErasePass *p, EraseMethod how, bool has_marks, int *to)
{
    int n = 0;
    for (int i = 0; i < p->pair->n_source; i++)
        if (how == ERASE_ATTENTION || !is_erased(p, p->pair->source_word[i]))
            to[n++] = p->pair->source[i];
        else if (how == ERASE_UNK)
            to[n++] = VOCAB_UNK;
    if (n == 0 && !has_marks)
        to[n++] = VOCAB_UNK;
    return n;
}

static Judged judged_of(const ErasePass *p, EraseMethod how, bool has_marks, Arena *a)
{
    const ErasePair *pair = p->pair;
    int *source = arena_array(a, int, pair->n_source + 1), n = write_source(p, how, has_marks, source);
    return (Judged){ .source = source,
                     .n_source = n,
                     .target = pair->target,
                     .n_target = pair->n_target,
                     .log_probs = arena_array(a, double, pair->n_target + 1),
                     .likeliest = arena_array(a, bool, pair->n_target + 1),
                     .best = p->best };
}

/* From pieces to words: log-probabilities add up, and every piece must be the likeliest. */
static void tell_words(const ErasePass *p, const Judged *j)
{
    int T = erase_words_count(p->pair->target_word, p->pair->n_target);
    for (int t = 0; t <= T; t++)
        p->log_probs[t] = 0, p->likeliest[t] = true;
    for (int i = 0; i <= j->n_target; i++) {
        int t = i < j->n_target ? p->pair->target_word[i] : T;
        p->log_probs[t] += j->log_probs[i];
        p->likeliest[t] &= j->likeliest[i];
    }
}

/* Source places that nobody may look at. */
static Columns closed(const ErasePass *p, SourceMarks marks, Arena *a)
{
    bool *columns = arena_zero(a, (size_t)(p->pair->n_source + marks_count(marks)), sizeof *columns);
    for (int i = 0; i < p->pair->n_source; i++)
        columns[marks.begin + i] = is_erased(p, p->pair->source_word[i]);
    return (Columns){ .others = columns };
}

static void look_freely(void *searcher)
{
    searcher_override(searcher, NULL);
}

static void judge_closed(Searcher *s, const Model *m, const ErasePass *const *passes, const Judged *rows,
                         int n, Arena *a)
{
    Columns *columns = arena_array(a, Columns, n);
    for (int i = 0; i < n; i++)
        columns[i] = closed(passes[i], model_marks(m), a);
    const ColumnEdit edit = { n, columns };
    Held held;
    hold(&held, s, look_freely);
    searcher_override(s, &(Override){ -1, -1, override_close, &edit });
    search_judge(s, m, rows, n);
    let_go(&held);
}

static void run_batch(Searcher *s, const Model *m, EraseMethod how, const ErasePass *const *passes, int n,
                      Arena *a)
{
    size_t mark = arena_mark(a);
    bool has_marks = marks_count(model_marks(m)) > 0;
    Judged *rows = arena_array(a, Judged, n);
    for (int i = 0; i < n; i++)
        rows[i] = judged_of(passes[i], how, has_marks, a);
    if (how == ERASE_ATTENTION)
        judge_closed(s, m, passes, rows, n, a);
    else
        search_judge(s, m, rows, n);
    for (int i = 0; i < n; i++)
        tell_words(passes[i], &rows[i]);
    arena_rewind(a, mark);
}

/* ---- all of them ---- */

static int by_length(const void *a, const void *b)
{
    const ErasePass *x = *(const ErasePass *const *)a, *y = *(const ErasePass *const *)b;
    if (x->pair->n_target != y->pair->n_target)
        return x->pair->n_target < y->pair->n_target ? -1 : 1;
    if (x->pair->n_source != y->pair->n_source)
        return x->pair->n_source < y->pair->n_source ? -1 : 1;
    return (x > y) - (x < y);
}

/* How many of passes[0..n) share a batch: lengths grow along the list on the target's side alone. */
static int batch_size(const ErasePass *const *passes, size_t n, int tokens)
{
    long S = 0, i = 0;
    for (; i < (long)n; i++) {
        const ErasePair *p = passes[i]->pair;
        S = p->n_source > S ? p->n_source : S;
        if (i > 0 && (i + 1) * (S + p->n_target + 2) > tokens)
            break;
    }
    return (int)i;
}

bool erase_run(Searcher *s, const Model *m, EraseMethod how, const ErasePass *passes, size_t n, int tokens,
               Arena *a)
{
    size_t mark = arena_mark(a);
    const ErasePass **sorted = arena_array(a, const ErasePass *, n);
    for (size_t i = 0; i < n; i++)
        sorted[i] = &passes[i];
    qsort(sorted, n, sizeof *sorted, by_length);
    bool goes_on = true;
    for (size_t at = 0; at < n && goes_on;) {
        int size = batch_size(sorted + at, n - at, tokens > 0 ? tokens : USUAL_TOKENS);
        run_batch(s, m, how, sorted + at, size, a);
        at += (size_t)size;
        goes_on = at == n || !searcher_cancelled(s);
    }
    arena_rewind(a, mark);
    return goes_on;
}

/* ---- word by word ---- */

static Erased erased_new(const ErasePair *p, Arena *a)
{
    int S = erase_words_count(p->source_word, p->n_source),
        T = erase_words_count(p->target_word, p->n_target);
    size_t cells = (size_t)(T + 1) * (size_t)S;
    return (Erased){ T,
                     S,
                     arena_array(a, double, T + 1),
                     arena_array(a, bool, T + 1),
                     arena_array(a, double, cells),
                     arena_array(a, bool, cells),
                     arena_array(a, int, (size_t)S *(size_t)(p->n_target + 1)) };
}

/* The whole source first, then without each word. Returns how many passes there are. */
static size_t list_passes(const ErasePair *pair, const Erased *e, ErasePass *out, Arena *a)
{
    int *words = arena_array(a, int, e->S);
    out[0] = (ErasePass){ pair, NULL, 0, e->log_probs, e->likeliest, NULL };
    for (int s = 0; s < e->S; s++) {
        words[s] = s;
        out[s + 1] = (ErasePass){ pair,
                                  &words[s],
                                  1,
                                  arena_array(a, double, e->T + 1),
                                  arena_array(a, bool, e->T + 1),
                                  e->best + (size_t)s * (size_t)(pair->n_target + 1) };
    }
    return (size_t)e->S + 1;
}

static void take_passes(const ErasePass *passes, const Erased *e)
{
    for (int s = 0; s < e->S; s++)
        for (int t = 0; t <= e->T; t++) {
            size_t cell = (size_t)t * (size_t)e->S + (size_t)s;
            e->drop[cell] = e->log_probs[t] - passes[s + 1].log_probs[t];
            e->stays[cell] = passes[s + 1].likeliest[t];
        }
}

bool erase_each(Searcher *s, const Model *m, EraseMethod how, const ErasePair *pairs, size_t n, int tokens,
                Arena *results, Erased *out)
{
    size_t count = 0, at = 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = erased_new(&pairs[i], results);
        count += (size_t)out[i].S + 1;
    }
    size_t mark = arena_mark(results);
    ErasePass *passes = arena_array(results, ErasePass, count);
    for (size_t i = 0; i < n; i++)
        at += list_passes(&pairs[i], &out[i], passes + at, results);
    bool finished = erase_run(s, m, how, passes, count, tokens, results);
    at = 0;
    for (size_t i = 0; i < n && finished; i++) {
        take_passes(passes + at, &out[i]);
        at += (size_t)out[i].S + 1;
    }
    arena_rewind(results, mark);
    return finished;
}

/* ---- marks ---- */

bool erase_supports(const Erased *e, int t, int s)
{
    size_t cell = (size_t)t * (size_t)e->S + (size_t)s;
    bool changes = e->likeliest[t] && !e->stays[cell];
    return e->drop[cell] >= ERASE_SUPPORT || (changes && e->drop[cell] >= ERASE_CHANGE);
}

bool erase_highlights(const double *row, size_t n, size_t s)
{
    if (row[s] >= HIGHLIGHT_LEAST)
        return true;
    for (size_t i = 0; i < n; i++)
        if (row[i] > row[s])
            return false;
    return true;
}
