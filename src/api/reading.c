#include "api/reading.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "metric/codes.h"
#include "search/maps.h"

/* ---- words and pieces ---- */

static bool is_punctuation(LbText raw, Span word)
{
    for (size_t at = (size_t)word.start; at < (size_t)word.end;) {
        uint32_t code;
        at += utf8_next(raw.text + at, (size_t)word.end - at, &code, NULL);
        if (!code_is_punctuation(code))
            return false;
    }
    return true;
}

/* The word that a piece is of: the first that ends behind its beginning, or the last one. */
static int word_of(const Span *words, const Piece *p, int from)
{
    int last = (int)array_len(words) - 1;
    while (from < last && words[from].end <= p->start)
        from++;
    return from;
}

static void find_words(ReadSide *side, LbText raw, bool words_are_pieces)
{
    if (!words_are_pieces)
        side->words = text_words(raw.text, raw.len);
    for (size_t i = 0; words_are_pieces && i < array_len(side->pieces); i++)
        array_push(side->words, (Span){ side->pieces[i].start, side->pieces[i].end });
}

static ReadSide side_read(LbText raw, InputLine *line, SourceMarks marks, bool words_are_pieces)
{
    ReadSide s = { .pieces = line->pieces };
    line->pieces = NULL;
    find_words(&s, raw, words_are_pieces);
    size_t n = array_len(s.pieces), n_words = array_len(s.words), begin = marks.begin;
    s.n_rows = n + begin + !marks.no_end;
    s.ids = memory_get(n + 1, sizeof *s.ids);
    s.word = memory_get(n + 1, sizeof *s.word);
    s.row_word = memory_get(s.n_rows + 1, sizeof *s.row_word);
    s.stop = memory_get(n_words + 1, sizeof *s.stop);
    for (size_t i = 0; i < s.n_rows; i++)
        s.row_word[i] = -1;
    for (size_t i = 0; i < n; i++) {
        s.ids[i] = s.pieces[i].id;
        s.word[i] = words_are_pieces ? (int)i : word_of(s.words, &s.pieces[i], i > 0 ? s.word[i - 1] : 0);
        s.row_word[begin + i] = n_words > 0 ? s.word[i] : -1;
    }
    for (size_t w = 0; w < n_words; w++)
        s.stop[w] = is_punctuation(raw, s.words[w]);
    return s;
}

static void side_free(ReadSide *s)
{
    array_free(s->words);
    array_free(s->pieces);
    free(s->ids);
    free(s->word);
    free(s->row_word);
    free(s->stop);
}

ReadPair *pairs_read(const Model *m, const LbText *source, const LbText *target, size_t n, int most_source,
                     int most_target, bool words_are_pieces)
{
    ReadPair *pairs = memory_get(n + 1, sizeof *pairs);
    InputLine *sources = input_read(m->source, source, n, false, 1 << 20),
              *targets = input_read(m->target, target, n, false, 1 << 20);
    input_number_unknown(m, sources, targets, n);
    for (size_t i = 0; i < n; i++) {
        pairs[i].too_long = array_len(sources[i].pieces) > (size_t)most_source ||
                            array_len(targets[i].pieces) > (size_t)most_target;
        pairs[i].source = side_read(source[i], &sources[i], model_marks(m), words_are_pieces);
        pairs[i].target = side_read(target[i], &targets[i], (SourceMarks){ 0 }, words_are_pieces);
    }
    input_free(sources, n);
    input_free(targets, n);
    return pairs;
}

void pairs_free(ReadPair *pairs, size_t n)
{
    for (size_t i = 0; pairs && i < n; i++) {
        side_free(&pairs[i].source);
        side_free(&pairs[i].target);
    }
    free(pairs);
}

ErasePair pair_to_erase(const ReadPair *p)
{
    return (ErasePair){ .source = p->source.ids,
                        .source_word = p->source.word,
                        .target = p->target.ids,
                        .target_word = p->target.word,
                        .n_source = (int)array_len(p->source.pieces),
                        .n_target = (int)array_len(p->target.pieces) };
}

/* ---- passes ---- */

typedef struct {
    LbSession *s;
    const ReadPair **pairs; /* [n] of one batch */
    int n;
    bool norms;
} Pass;

static const float *copy_weights(const HeadMaps *m, Arena *a)
{
    size_t n = (size_t)m->layers * (size_t)m->heads * (size_t)m->rows * (size_t)m->columns;
    float *out = arena_array(a, float, n);
    for (size_t i = 0; i < n; i++)
        out[i] = (float)m->weights[i];
    return out;
}

static Reading reading_of(const Pass *p, const ReadPair *pair, const Hypothesis *h)
{
    const HeadMaps *cross = &h->maps[MAP_CROSS];
    Arena *a = p->s->results;
    return (Reading){ .n_source = array_len(pair->source.words),
                      .n_target = array_len(pair->target.words),
                      .S = (size_t)cross->columns,
                      .T = (size_t)cross->rows,
                      .source_word = pair->source.row_word,
                      .target_word = pair->target.row_word,
                      .source_stop = pair->source.stop,
                      .target_stop = pair->target.stop,
                      .n_layers = (size_t)cross->layers,
                      .n_heads = (size_t)cross->heads,
                      .raw = copy_weights(cross, a),
                      .norm = p->norms ? copy_weights(&h->norms, a) : NULL,
                      .together = p->norms ? copy_weights(&h->norms_together, a) : NULL };
}

static bool run_pass(const Pass *p, Found *found)
{
    Arena *a = p->s->inputs;
    const int **source = arena_array(a, const int *, p->n), **target = arena_array(a, const int *, p->n);
    int *n_source = arena_array(a, int, p->n), *n_target = arena_array(a, int, p->n);
    Hypothesis *h = arena_zero(a, (size_t)p->n, sizeof *h);
    for (int i = 0; i < p->n; i++) {
        const ReadPair *pair = p->pairs[i];
        source[i] = pair->source.ids, n_source[i] = (int)array_len(pair->source.pieces);
        target[i] = pair->target.ids, n_target[i] = (int)array_len(pair->target.pieces);
        h[i].n = n_target[i];
        h[i].ids = pair->target.ids;
    }
    Batch *b = batch_sources(source, n_source, p->n, model_marks(p->s->models[0]), a);
    for (int i = 0; i < p->n; i++)
        found[i] = (Found){ 1, &h[i], b->source_len[i] };
    return search_maps(p->s->searcher, p->s->models, p->s->n_models, b, p->norms ? MAPS_NORMS : MAPS_ALL,
                       p->s->results, found);
}

/* False: cancelled. */
static bool take_batch(const Pass *p, const size_t *order, bool keep, TakeReading *take, void *context)
{
    Arena *inputs = p->s->inputs, *results = p->s->results;
    size_t mark = arena_mark(inputs), before = arena_mark(results);
    Found *found = arena_array(inputs, Found, p->n);
    bool goes_on = run_pass(p, found);
    for (int i = 0; i < p->n && goes_on; i++)
        if (!found[i].hyp->too_large) {
            Reading r = reading_of(p, p->pairs[i], found[i].hyp);
            take(context, order[i], &r);
        }
    arena_rewind(inputs, mark);
    if (!keep)
        arena_rewind(results, before);
    return goes_on;
}

typedef struct {
    const ReadPair *pair;
    size_t i;
} Placed;

static int by_length(const void *a, const void *b)
{
    const Placed *x = a, *y = b;
    size_t n = array_len(x->pair->target.pieces), m = array_len(y->pair->target.pieces);
    return n != m ? (n < m ? -1 : 1) : (x->i > y->i) - (x->i < y->i);
}

static size_t list_pairs(const ReadPair *pairs, size_t n, SourceMarks marks, Placed *out)
{
    size_t n_placed = 0;
    for (size_t i = 0; i < n; i++)
        if (!pairs[i].too_long && array_len(pairs[i].source.pieces) + marks.begin + !marks.no_end > 0)
            out[n_placed++] = (Placed){ &pairs[i], i };
    qsort(out, n_placed, sizeof *out, by_length);
    return n_placed;
}

bool pairs_pass(LbSession *s, const ReadPair *pairs, size_t n, int batch, bool norms, bool keep,
                TakeReading *take, void *context)
{
    Placed *list = arena_array(s->inputs, Placed, n + 1);
    n = list_pairs(pairs, n, model_marks(s->models[0]), list);
    bool goes_on = true;
    for (size_t from = 0; from < n && goes_on; from += (size_t)batch) {
        int size = n - from < (size_t)batch ? (int)(n - from) : batch;
        Pass p = { s, arena_array(s->inputs, const ReadPair *, size), size, norms };
        size_t *order = arena_array(s->inputs, size_t, size);
        for (int i = 0; i < size; i++) {
            p.pairs[i] = list[from + (size_t)i].pair;
            order[i] = list[from + (size_t)i].i;
        }
        goes_on = !searcher_cancelled(s->searcher) && take_batch(&p, order, keep, take, context);
    }
    return goes_on;
}
