/* evidence.c -- what sentences of a source are to an output: attention summed over them, and the output
 * scored again without them.
 *
 * A sentence is taken out with all its words and the separator behind it (of the last one, that before it),
 * so that what is left is text as the model knows it. A line that was read in parts loses it in those parts
 * that it reaches into.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/handle.h"
#include "api/heads.h"
#include "api/parts.h"
#include "base/array.h"
#include "base/str.h"
#include "explain/sentences.h"

/* ---- text ---- */

LbSpan *lb_sentences(LbText text, size_t *n)
{
    assert(n && (text.text || text.len == 0));
    Span *spans = sentences_split(text.text ? text.text : "", text.len);
    *n = array_len(spans);
    LbSpan *out = memory_get(*n + 1, sizeof *out);
    for (size_t i = 0; i < *n; i++)
        out[i] = (LbSpan){ (size_t)spans[i].start, (size_t)spans[i].end };
    array_free(spans);
    return out;
}

static bool knows(const Vocab *v, const char *word)
{
    Piece *pieces = vocab_encode(v, word, strlen(word));
    bool known = array_len(pieces) == 1 || text_equal(vocab_level(v), "char");
    for (size_t i = 0; i < array_len(pieces); i++)
        known &= pieces[i].id != VOCAB_UNK;
    known &= array_len(pieces) > 0;
    array_free(pieces);
    return known;
}

const char *lb_model_separator(const LbModel *m)
{
    assert(m);
    const char *word = text_equal(m->model->kind->name, "memory") ? m->model->config.memory_separator : "|||";
    return knows(m->model->source, word) ? word : "";
}

size_t lb_model_pieces(const LbModel *m, LbText source)
{
    assert(m && (source.text || source.len == 0));
    Piece *pieces = vocab_encode(m->model->source, source.text, source.len);
    size_t n = array_len(pieces);
    array_free(pieces);
    return n;
}

/* ---- the handle ---- */

typedef struct {
    LbEvidence public;
    LbSentence *sentences;
    size_t *ranked;
    size_t T, S;
    int *of;         /* [S] the sentence of each word of the source; -1: of none */
    bool *is_end;    /* [T] words of the output that are marks */
    double *rows;    /* [T,n] attention on sentences; NULL: none is known */
    LbWord *words;   /* array: of all sentences, texts owned */
    double *weights; /* array: of each of them */
    char **instead;  /* [n] */
} OwnEvidence;

static OwnEvidence *own(LbEvidence *e)
{
    return (OwnEvidence *)(void *)e;
}

void lb_evidence_free(LbEvidence *evidence)
{
    OwnEvidence *e = own(evidence);
    if (!e)
        return;
    for (size_t i = 0; i < array_len(e->words); i++)
        free((char *)(uintptr_t)e->words[i].text);
    for (size_t i = 0; i < e->public.n_sentences; i++)
        free(e->instead[i]);
    free(e->instead);
    array_free(e->words);
    array_free(e->weights);
    free(e->sentences);
    free(e->ranked);
    free(e->of);
    free(e->is_end);
    free(e->rows);
    free(e);
}

/* The sentence of each word: the one that its last byte lies in. */
static void place_words(OwnEvidence *e, const LbResult *r)
{
    size_t k = 0, n = e->public.n_sentences;
    for (size_t s = 0; s < r->n_source_words; s++) {
        const LbWord *w = &r->source_words[s];
        e->of[s] = -1;
        if (head_is_mark(w) || w->end == 0)
            continue;
        while (k < n && e->sentences[k].span.end < w->end)
            k++;
        if (k < n && e->sentences[k].span.start < w->end)
            e->of[s] = (int)k;
    }
}

/* The mean over the output's words of the column of each source word; of an output of nothing, its end's row
 * counts. [S]; free() it. */
static double *columns_of(const OwnEvidence *e, const double *attention)
{
    double *sum = memory_get(e->S + 1, sizeof *sum);
    size_t n = 0;
    for (size_t t = 0; t < e->T; t++)
        n += !e->is_end[t];
    for (size_t t = 0; t < e->T && attention; t++)
        for (size_t s = 0; s < e->S && (n == 0 || !e->is_end[t]); s++)
            sum[s] += attention[t * e->S + s] / (double)(n ? n : e->T);
    return sum;
}

static void take_words(OwnEvidence *e, const LbResult *r, const double *columns)
{
    double inside = 0;
    for (size_t s = 0; s < e->S; s++)
        inside += e->of[s] >= 0 ? columns[s] : 0;
    e->public.inside = fmin(inside, 1);
    for (size_t s = 0; s < e->S; s++)
        if (e->of[s] >= 0) {
            const LbWord *w = &r->source_words[s];
            LbSentence *x = &e->sentences[e->of[s]];
            double weight = inside > 0 ? columns[s] / inside : 0;
            array_push(e->words, (LbWord){ memory_text(w->text), w->start, w->end });
            array_push(e->weights, weight);
            x->n_words++;
            x->weight += weight;
        }
    size_t at = 0;
    for (size_t i = 0; i < e->public.n_sentences; i++) {
        LbSentence *x = &e->sentences[i];
        x->words = e->words + at, x->word_weights = e->weights + at;
        for (size_t k = 1; k < x->n_words; k++)
            x->heaviest = x->word_weights[k] > x->word_weights[x->heaviest] ? k : x->heaviest;
        x->stands_out = e->public.weighed && x->n_words == 1;
        for (size_t k = 0; k < x->n_words; k++)
            x->stands_out |= x->word_weights[k] < 0.999 * x->word_weights[x->heaviest];
        at += x->n_words;
    }
}

/* ---- ranking ---- */

static double rank_of(const LbSentence *x, size_t i, size_t n, const LbEvidenceOptions *o)
{
    double rank = x->weight;
    if (o->length > 0 && x->n_words > 0)
        rank /= pow((double)x->n_words, o->length);
    double prior = o->prior && o->n_prior > 0 ? o->prior[i * o->n_prior / n] : 1;
    return prior > 0 ? rank / prior : rank;
}

typedef struct {
    double rank;
    size_t i;
} Ranked;

/* Of equals the first. */
static int by_rank(const void *a, const void *b)
{
    const Ranked *x = a, *y = b;
    if (x->rank != y->rank)
        return x->rank > y->rank ? -1 : 1;
    return (x->i > y->i) - (x->i < y->i);
}

static void sort_ranked(OwnEvidence *e)
{
    size_t n = e->public.n_sentences;
    Ranked *list = memory_get(n + 1, sizeof *list);
    for (size_t i = 0; i < n; i++)
        list[i] = (Ranked){ e->sentences[i].rank, i };
    qsort(list, n, sizeof *list, by_rank);
    for (size_t i = 0; i < n; i++)
        e->ranked[i] = list[i].i;
    free(list);
}

LbEvidence *lb_evidence_new(const LbResult *r, size_t hypothesis, const LbSpan *sentences, size_t n,
                            LbEvidenceOptions o)
{
    assert(r && (sentences || n == 0) && hypothesis < r->n_hypotheses && n <= INT_MAX);
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    OwnEvidence *e = memory_get(1, sizeof *e);
    *e = (OwnEvidence){ .T = h->n_words, .S = r->n_source_words };
    e->sentences = memory_get(n + 1, sizeof *e->sentences);
    e->ranked = memory_get(n + 1, sizeof *e->ranked);
    e->instead = memory_get(n + 1, sizeof *e->instead);
    e->of = memory_get(e->S + 1, sizeof *e->of);
    e->is_end = memory_get(e->T + 1, sizeof *e->is_end);
    e->public = (LbEvidence){ n, e->sentences, e->ranked, h->attention != NULL, 0 };
    for (size_t i = 0; i < n; i++) {
        assert(sentences[i].start <= sentences[i].end &&
               (i == 0 || sentences[i - 1].end <= sentences[i].start));
        e->sentences[i] = (LbSentence){ .span = sentences[i], .drop = NAN };
    }
    for (size_t t = 0; t < e->T; t++)
        e->is_end[t] = head_is_mark(&h->words[t]);
    place_words(e, r);
    double *columns = columns_of(e, h->attention);
    take_words(e, r, columns);
    free(columns);
    if (h->attention) {
        e->rows = memory_get(e->T * n + 1, sizeof *e->rows);
        sentences_pool(h->attention, e->T, e->S, e->of, n, e->rows);
    }
    for (size_t i = 0; i < n; i++)
        e->sentences[i].rank = h->attention ? rank_of(&e->sentences[i], i, n, &o) : -INFINITY;
    sort_ranked(e);
    return &e->public;
}

size_t lb_evidence_most(const LbEvidence *e, double share, size_t most)
{
    double sum = 0;
    size_t n = 0;
    while (n < e->n_sentences && n < most && sum <= share)
        sum += e->sentences[e->ranked[n++]].weight;
    return n;
}

/* ---- checking ---- */

typedef struct {
    LbSession *s;
    const LbResult *r;
    size_t hypothesis;
    OwnEvidence *e;
    const size_t *which;
    size_t n;
    int tokens; /* in a batch */
    LbError *err;
} Job;

/* An output's words, scored with the whole source or without a sentence. */
typedef struct {
    double *log_probs; /* [T] */
    bool *likeliest;   /* [T] */
    int *best;         /* [n_target+1] of a result of one part; else NULL */
} Scored;

static Scored scored_new(size_t T, const ResultPart *parts, size_t n_parts, Arena *a)
{
    return (Scored){ arena_array(a, double, T), arena_array(a, bool, T),
                     n_parts == 1 ? arena_array(a, int, parts->pair.n_target + 1) : NULL };
}

static bool is_separator(const Job *j, size_t s)
{
    const OwnEvidence *e = j->e;
    const char *text = s < e->S ? j->r->source_words[s].text : NULL;
    return text && e->of[s] < 0 &&
           (text_equal(text, "|||") || text_equal(text, j->s->models[0]->config.memory_separator));
}

/* Words of the source that go with sentence k, as the result counts them; *n of them, memory from a. */
static size_t *words_without(const Job *j, size_t k, size_t *n, Arena *a)
{
    const OwnEvidence *e = j->e;
    size_t *words = arena_array(a, size_t, e->sentences[k].n_words + 1), first = 0;
    *n = 0;
    for (size_t s = 0; s < e->S; s++)
        if (e->of[s] == (int)k)
            words[(*n)++] = s;
    if (*n == 0)
        return words;
    first = words[0];
    size_t behind = words[*n - 1] + 1;
    if (is_separator(j, behind))
        words[(*n)++] = behind;
    else if (first > 0 && is_separator(j, first - 1))
        words[(*n)++] = first - 1;
    return words;
}

static ErasePass pass_of(const ResultPart *p, int *words, int n, const Scored *to)
{
    return (ErasePass){ .pair = &p->pair,
                        .words = words,
                        .n_words = n,
                        .log_probs = to->log_probs + p->target_word,
                        .likeliest = to->likeliest + p->target_word,
                        .best = to->best };
}

/* Passes over the parts that words reach into, appended to passes; other parts are as in `whole`, which
 * comes later: *copied says which. */
static size_t add_passes(const ResultPart *parts, size_t n_parts, const size_t *words, size_t n,
                         const Scored *to, bool *copied, ErasePass *passes, Arena *a)
{
    size_t n_passes = 0;
    for (size_t p = 0; p < n_parts; p++) {
        const ErasePair *pair = &parts[p].pair;
        size_t first = parts[p].source_word, S = (size_t)erase_words_count(pair->source_word, pair->n_source);
        int *own_words = arena_array(a, int, n + 1), m = 0;
        for (size_t i = 0; i < n; i++)
            if (words[i] >= first && words[i] < first + S)
                own_words[m++] = (int)(words[i] - first);
        copied[p] = m == 0;
        if (m > 0)
            passes[n_passes++] = pass_of(&parts[p], own_words, m, to);
    }
    return n_passes;
}

/* What the output begins with instead. NULL: the same. */
static char *said_instead(const Vocab *v, const ErasePair *p, const int *best)
{
    int i = 0;
    while (i < p->n_target && best[i] == p->target[i])
        i++;
    bool ends = best[i] == VOCAB_EOS;
    if (i == p->n_target && ends)
        return NULL;
    int *ids = memory_get((size_t)i + 1, sizeof *ids);
    memcpy(ids, p->target, (size_t)i * sizeof *ids);
    ids[i] = best[i];
    char *text = vocab_decode_with(v, p->unknown, ids, ends ? i : i + 1, NULL);
    free(ids);
    return text;
}

static bool rests(const OwnEvidence *e, size_t t, size_t k)
{
    size_t n = e->public.n_sentences;
    return e->rows[t * n + k] > 0 && erase_highlights(e->rows + t * n, n, k);
}

static void tell(const Job *j, const ResultPart *parts, size_t n_parts, size_t k, const Scored *whole,
                 const Scored *without, Arena *a)
{
    OwnEvidence *e = j->e;
    bool *resting = arena_array(a, bool, e->T);
    for (size_t t = 0; t < e->T; t++)
        resting[t] = e->rows && rests(e, t, k);
    SentenceCut cut = { e->T,
                        e->is_end,
                        whole->log_probs,
                        without->log_probs,
                        whole->likeliest,
                        without->likeliest,
                        e->rows ? resting : NULL };
    SentenceLoss loss = sentence_loss(&cut);
    LbSentence *x = &e->sentences[k];
    x->drop = loss.drop;
    x->flips = loss.flips;
    x->mark = loss.supported ? LB_SUPPORTED : LB_UNSUPPORTED;
    x->rank = e->public.weighed ? x->rank : loss.drop;
    free(e->instead[k]);
    e->instead[k] = loss.flips && n_parts == 1
                        ? said_instead(j->s->models[0]->target, &parts->pair, without->best)
                        : NULL;
    x->instead = e->instead[k];
}

static void copy_part(const ResultPart *p, const Scored *from, Scored *to)
{
    size_t T = (size_t)erase_words_count(p->pair.target_word, p->pair.n_target) + 1;
    memcpy(to->log_probs + p->target_word, from->log_probs + p->target_word, T * sizeof *to->log_probs);
    memcpy(to->likeliest + p->target_word, from->likeliest + p->target_word, T * sizeof *to->likeliest);
    if (to->best)
        memcpy(to->best, from->best, (size_t)(p->pair.n_target + 1) * sizeof *to->best);
}

static LbStatus check_all(void *context)
{
    const Job *j = context;
    Arena *a = j->s->inputs;
    arena_rewind(a, 0);
    ResultPart *parts;
    size_t n_parts, n_passes = 0, T = j->e->T;
    LbStatus status = result_parts(j->r, j->hypothesis, j->s->models[0], a, &parts, &n_parts, j->err);
    if (status != LB_OK)
        return status;
    ErasePass *passes = arena_array(a, ErasePass, (j->n + 1) * n_parts);
    bool *copied = arena_array(a, bool, j->n *n_parts + 1);
    Scored whole = scored_new(T, parts, n_parts, a), *without = arena_array(a, Scored, j->n + 1);
    for (size_t p = 0; p < n_parts; p++)
        passes[n_passes++] = pass_of(&parts[p], NULL, 0, &whole);
    for (size_t i = 0; i < j->n; i++) {
        size_t n, *words = words_without(j, j->which[i], &n, a);
        without[i] = scored_new(T, parts, n_parts, a);
        n_passes +=
            add_passes(parts, n_parts, words, n, &without[i], copied + i * n_parts, passes + n_passes, a);
    }
    if (!erase_run(j->s->searcher, j->s->models[0], ERASE_DELETE, passes, n_passes, j->tokens, a))
        return fail(j->err, LB_CANCELLED, "stopped on request");
    for (size_t i = 0; i < j->n; i++) {
        for (size_t p = 0; p < n_parts; p++)
            if (copied[i * n_parts + p])
                copy_part(&parts[p], &whole, &without[i]);
        tell(j, parts, n_parts, j->which[i], &whole, &without[i], a);
    }
    return LB_OK;
}

LbStatus lb_evidence_check(LbEvidence *evidence, LbSession *s, const LbResult *r, size_t hypothesis,
                           const size_t *which, size_t n, LbError *err)
{
    assert(evidence && s && r && hypothesis < r->n_hypotheses);
    OwnEvidence *e = own(evidence);
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    assert(h->n_words == e->T && r->n_source_words == e->S);
    LbStatus status = result_can_be_forced(s, r, h, "have sentences of its source erased", err);
    size_t *all = memory_get(evidence->n_sentences + 1, sizeof *all);
    for (size_t i = 0; i < evidence->n_sentences; i++)
        all[i] = i;
    n = which ? n : evidence->n_sentences;
    for (size_t i = 0; which && i < n; i++)
        assert(which[i] < evidence->n_sentences);
    Job j = {
        .s = s, .r = r, .hypothesis = hypothesis, .e = e, .which = which ? which : all, .n = n, .err = err
    };
    if (status == LB_OK && n > 0 && result_was_read(r))
        status = result_in_slices(s, check_all, &j, &j.tokens, err);
    if (!evidence->weighed)
        sort_ranked(e);
    free(all);
    return status;
}
