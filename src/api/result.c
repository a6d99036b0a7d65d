/* result.c -- putting a result together.
 *
 * A line that was cut has several parts, each with its own end of sentence; their pieces are put one after
 * another and their maps along the diagonal, so a target word looks only at its own part. Weights become
 * words' weights by readout.c. A map grows with the square of its line: of a line so long that its map would
 * take more than MAP_BYTES none is made, nor those of all layers and heads beyond HEADS_BYTES, while its text
 * and scores are whole.
 */
#include "api/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "explain/readout.h"
#include "search/maps.h"

#define BEGIN "<s>"
#define END "</s>"

static const size_t MAP_BYTES = (size_t)64 << 20;
static const double HEADS_BYTES = 256e6; /* of the three kinds together */

/* ---- the array of results ---- */

typedef struct {
    Arena *arena;
    LbResult results[];
} Results;

LbResult *results_new(size_t n, size_t limit, Arena **arena)
{
    *arena = arena_new("results", limit);
    Results *all = arena_zero(*arena, 1, sizeof *all + (n + 1) * sizeof *all->results);
    all->arena = *arena;
    return all->results;
}

void lb_results_free(LbResult *r)
{
    if (r)
        arena_free(((Results *)(void *)((char *)r - offsetof(Results, results)))->arena);
}

/* ---- pieces and words of one side ---- */

typedef struct {
    LbWord *pieces; /* array */
    int *word;      /* array: the word of each piece */
    LbWord *words;  /* array; texts come last, from the spans */
} Side;

static void give_back_text(void *str)
{
    str_free(str);
}

static const char *clean_text(Arena *a, const char *text, size_t n)
{
    Str s = { 0 };
    Held held;
    hold(&held, &s, give_back_text);
    utf8_repair(&s, text, n);
    char *copy = arena_text(a, s.text ? s.text : "");
    let_go(&held);
    return copy;
}

/* One more piece; `new_word` starts a word with it. */
static void side_add(Side *s, const char *text, size_t start, size_t end, bool new_word)
{
    array_push(s->pieces, (LbWord){ text, start, end });
    if (new_word || !array_len(s->words))
        array_push(s->words, (LbWord){ NULL, start, end });
    else
        array_last(s->words).end = end;
    array_push(s->word, (int)array_len(s->words) - 1);
}

/* A begin or end of sentence: a word of its own without any text of the line. */
static void side_mark(Side *s, const char *mark, size_t at)
{
    side_add(s, mark, at, at, true);
    array_last(s->words).text = mark;
}

static void side_texts(Side *s, const char *raw, Arena *a)
{
    for (size_t i = 0; i < array_len(s->words); i++)
        if (!s->words[i].text)
            s->words[i].text = clean_text(a, raw + s->words[i].start, s->words[i].end - s->words[i].start);
}

static void side_free(void *side)
{
    Side *s = side;
    array_free(s->pieces);
    array_free(s->word);
    array_free(s->words);
}

static LbWord *keep(const LbWord *words, Arena *a)
{
    size_t n = array_len(words);
    LbWord *copy = arena_array(a, LbWord, n);
    return memcpy(copy, words, n * sizeof *words);
}

/* Texts of pieces are the vocabulary's until here: a result may outlive its model. */
static LbWord *keep_pieces(const LbWord *pieces, Arena *a)
{
    LbWord *copy = keep(pieces, a);
    for (size_t i = 0; i < array_len(pieces); i++)
        copy[i].text = arena_text(a, pieces[i].text);
    return copy;
}

/* A line without pieces was not read; all the same it has one word, its end. */
static void source_side(Side *s, const InputLine *line, const Vocab *v, SourceMarks marks, Arena *a)
{
    size_t parts = input_parts(line);
    for (size_t p = 0; p < parts; p++) {
        if (marks.begin)
            side_mark(s, BEGIN, (size_t)line->pieces[line->cuts[p]].start);
        for (int i = line->cuts[p]; i < line->cuts[p + 1]; i++) {
            const Piece *x = &line->pieces[i];
            side_add(s, vocab_name(v, x->id, input_unknown(line, p)), (size_t)x->start, (size_t)x->end,
                     i == line->cuts[p] || x->word != x[-1].word);
        }
        if (!marks.no_end)
            side_mark(s, END, array_len(line->pieces) ? (size_t)array_last(line->pieces).end : line->raw.len);
    }
    if (!parts)
        side_mark(s, END, line->raw.len);
    side_texts(s, line->raw.text, a);
}

/* ---- an output being put together ---- */

typedef struct {
    const InputLine *line;
    const Model *m;
    const LbTranslateOptions *o;
    Arena *a;
} Filling;

typedef struct {
    Side side;
    Str text;
    double *scores; /* array */
    double *copied; /* array: of each piece; NULL: none is known */
    double score, normalized;
} Output;

static void output_free(void *output)
{
    Output *o = output;
    side_free(&o->side);
    str_free(&o->text);
    array_free(o->scores);
    array_free(o->copied);
}

/* ---- what stands for <unk> ---- */

/* The raw bytes of a part's source word that place `at`, marks counted, belongs to; an empty span: of none.
 */
static Span word_at(const InputLine *line, size_t part, SourceMarks marks, int at)
{
    int i = line->cuts[part] + at - marks.begin, from = line->cuts[part], to = line->cuts[part + 1];
    if (i < from || i >= to)
        return (Span){ 0, 0 };
    const Piece *p = line->pieces;
    int first = i, last = i;
    while (first > from && p[first - 1].word == p[i].word)
        first--;
    while (last + 1 < to && p[last + 1].word == p[i].word)
        last++;
    return (Span){ p[first].start, p[last].end };
}

/* The word that a row of weights [S] is largest on. */
static Span most_attended(const InputLine *line, size_t part, SourceMarks marks, const real *row, int S)
{
    Span best = { 0, 0 };
    real most = -1;
    for (int s = 0; s < S; s++) {
        Span word = word_at(line, part, marks, s);
        if (word.end > word.start && row[s] > most)
            most = row[s], best = word;
    }
    return best;
}

/* An output's ids, and the names of those beyond the vocabulary. */
typedef struct {
    const int *ids; /* [h->n] */
    Unknown words;
} Replaced;

/* For each <unk> of an output that attention has a word for, that word, behind those that `words` has. */
static Replaced replace_unk(const Filling *f, size_t part, const Found *found, const Hypothesis *h,
                            Unknown words)
{
    const char **texts = arena_array(f->a, const char *, words.n + h->n + 1);
    int *ids = arena_array(f->a, int, h->n + 1), n = words.n;
    for (int k = 0; k < words.n; k++)
        texts[k] = words.texts[k];
    for (int i = 0; i < h->n; i++) {
        ids[i] = h->ids[i];
        Span w = { 0, 0 };
        if (h->ids[i] == VOCAB_UNK && h->weights)
            w = most_attended(f->line, part, model_marks(f->m), h->weights + (size_t)i * (size_t)found->S,
                              found->S);
        if (w.end == w.start)
            continue;
        ids[i] = vocab_size(f->m->target) + n;
        texts[n++] = clean_text(f->a, f->line->raw.text + w.start, (size_t)(w.end - w.start));
    }
    return (Replaced){ ids, { texts, n } };
}

/* ---- one hypothesis ---- */

static void add_part(Output *o, const Filling *f, size_t part, const Found *found, const Hypothesis *h)
{
    Piece *spans;
    const Vocab *v = f->m->target;
    Unknown words = input_unknown(f->line, part);
    Replaced said = f->o->replace_unk ? replace_unk(f, part, found, h, words) : (Replaced){ h->ids, words };
    char *text = vocab_decode_with(v, said.words, said.ids, h->n, &spans);
    if (o->text.len && *text)
        str_add_char(&o->text, ' ');
    size_t at = o->text.len;
    str_add(&o->text, text);
    for (int i = 0; i < h->n; i++)
        side_add(&o->side, vocab_name(v, h->ids[i], words), at + (size_t)spans[i].start,
                 at + (size_t)spans[i].end, i == 0 || spans[i].word != spans[i - 1].word);
    side_mark(&o->side, END, o->text.len);
    for (int i = 0; i <= h->n; i++)
        array_push(o->scores, h->word_scores[i]);
    for (int i = 0; i <= h->n && h->copied; i++)
        array_push(o->copied, h->copied[i]);
    o->score += h->score;
    o->normalized += h->normalized;
    array_free(spans);
    free(text);
}

/* The parts' maps along the diagonal of [T,S]; NULL when a part has none, or the map is too large. */
static double *diagonal(const Found *const *parts, size_t n_parts, size_t k, size_t T, size_t S, Arena *a)
{
    if (T > MAP_BYTES / sizeof(double) / S)
        return NULL;
    double *map = arena_zero(a, T * S, sizeof *map);
    size_t t = 0, s = 0;
    for (size_t p = 0; p < n_parts; p++) {
        const Hypothesis *h = &parts[p]->hyp[k];
        if (!h->weights)
            return NULL;
        for (int i = 0; i <= h->n; i++, t++)
            for (int j = 0; j < parts[p]->S; j++)
                map[t * S + s + (size_t)j] = (double)h->weights[i * parts[p]->S + j];
        s += (size_t)parts[p]->S;
    }
    assert(t == T && s == S);
    return map;
}

/* ---- every layer and head ---- */

static size_t rows_of(MapKind kind, size_t T, size_t S)
{
    return kind == MAP_ENCODER ? S : T;
}

static size_t columns_of(MapKind kind, size_t T, size_t S)
{
    return kind == MAP_DECODER ? T : S;
}

static bool heads_fit(const HeadMaps *maps, size_t T, size_t S)
{
    double sum = 0;
    for (MapKind k = 0; k < MAP_KINDS; k++)
        sum +=
            (double)maps[k].layers * maps[k].heads * (double)rows_of(k, T, S) * (double)columns_of(k, T, S);
    return sum * sizeof(float) <= HEADS_BYTES;
}

static void copy_block(const HeadMaps *m, LbHeads *to, float *weights, size_t row, size_t column)
{
    const real *from = m->weights;
    for (size_t head = 0; head < to->n_layers * to->n_heads; head++)
        for (size_t t = 0; t < (size_t)m->rows; t++)
            for (size_t s = 0; s < (size_t)m->columns; s++)
                weights[(head * to->n_rows + row + t) * to->n_columns + column + s] = (float)*from++;
}

/* As for the one map: the parts' maps along the diagonal of every head. */
static LbHeads diagonal_heads(const Found *const *parts, size_t n_parts, size_t k, MapKind kind, size_t T,
                              size_t S, Arena *a)
{
    const HeadMaps *first = &parts[0]->hyp[k].maps[kind];
    LbHeads all = { (size_t)first->layers, (size_t)first->heads, rows_of(kind, T, S), columns_of(kind, T, S),
                    NULL };
    if (all.n_layers == 0)
        return (LbHeads){ 0 };
    float *weights = arena_zero(a, all.n_layers * all.n_heads * all.n_rows * all.n_columns, sizeof *weights);
    size_t row = 0, column = 0;
    for (size_t p = 0; p < n_parts; p++) {
        const HeadMaps *m = &parts[p]->hyp[k].maps[kind];
        copy_block(m, &all, weights, row, column);
        row += (size_t)m->rows;
        column += (size_t)m->columns;
    }
    assert(row == all.n_rows && column == all.n_columns);
    all.weights = weights;
    return all;
}

static void add_heads(LbHypothesis *h, const Found *const *parts, size_t n_parts, size_t k, size_t S,
                      Arena *a)
{
    for (size_t p = 0; p < n_parts; p++)
        h->maps_too_large |= parts[p]->hyp[k].too_large;
    h->maps_too_large |= !heads_fit(parts[0]->hyp[k].maps, h->n_pieces, S);
    h->maps_too_large |= parts[0]->hyp[k].weights && !h->piece_attention;
    for (MapKind kind = 0; kind < MAP_KINDS && !h->maps_too_large; kind++)
        h->heads[kind] = diagonal_heads(parts, n_parts, k, kind, h->n_pieces, S, a);
}

/* ---- one hypothesis, in full ---- */

static const int *keep_numbers(const int *numbers, Arena *a)
{
    int *copy = arena_array(a, int, array_len(numbers));
    return memcpy(copy, numbers, array_len(numbers) * sizeof *numbers);
}

/* Means over the pieces of each word. */
static double *copied_words(const LbHypothesis *h, Arena *a)
{
    double *sum = arena_zero(a, h->n_words, sizeof *sum);
    int *n = arena_zero(a, h->n_words, sizeof *n);
    for (size_t i = 0; i < h->n_pieces; i++) {
        sum[h->piece_word[i]] += h->piece_copied[i];
        n[h->piece_word[i]]++;
    }
    for (size_t w = 0; w < h->n_words; w++)
        sum[w] /= n[w];
    return sum;
}

static void add_copied(LbHypothesis *h, const Output *o, Arena *a)
{
    if (array_len(o->copied) != h->n_pieces)
        return;
    double *copied = arena_array(a, double, h->n_pieces);
    h->piece_copied = memcpy(copied, o->copied, h->n_pieces * sizeof *copied);
    h->copied = copied_words(h, a);
}

static LbHypothesis hypothesis(const Filling *f, const Found *const *parts, size_t n_parts, size_t k,
                               const Side *source)
{
    Arena *a = f->a;
    Output o = { 0 };
    Held held;
    hold(&held, &o, output_free);
    str_add(&o.text, "");
    for (size_t p = 0; p < n_parts; p++)
        add_part(&o, f, p, parts[p], &parts[p]->hyp[k]);
    side_texts(&o.side, o.text.text, a);
    size_t T = array_len(o.side.pieces), S = array_len(source->pieces);
    LbHypothesis h = { .text = arena_text(a, o.text.text),
                       .score = o.score,
                       .normalized = o.normalized / (double)n_parts,
                       .n_pieces = T,
                       .pieces = keep_pieces(o.side.pieces, a),
                       .n_words = array_len(o.side.words),
                       .words = keep(o.side.words, a),
                       .piece_word = keep_numbers(o.side.word, a),
                       .piece_attention = diagonal(parts, n_parts, k, T, S, a) };
    double *scores = arena_array(a, double, T);
    h.piece_scores = memcpy(scores, o.scores, T * sizeof *scores);
    add_copied(&h, &o, a);
    if (h.piece_attention) {
        double *words = arena_array(a, double, h.n_words *array_len(source->words));
        readout_words(h.piece_attention, T, S, o.side.word, source->word, h.n_words, array_len(source->words),
                      words);
        h.attention = words;
    }
    if (f->o->maps != LB_MAPS_NONE)
        add_heads(&h, parts, n_parts, k, S, a);
    let_go(&held);
    return h;
}

/* As many heads as the model has, each with the one weight 1. */
static LbHeads heads_of_nothing(const Model *m, MapKind kind, Arena *a)
{
    HeadCount n = maps_count(m, kind);
    size_t all = (size_t)n.layers * (size_t)n.heads;
    float *weights = arena_array(a, float, all);
    for (size_t i = 0; i < all; i++)
        weights[i] = 1;
    return n.layers ? (LbHeads){ (size_t)n.layers, (size_t)n.heads, 1, 1, weights } : (LbHeads){ 0 };
}

/* Nothing in, nothing out: one end of sentence that looks at the other. */
static LbHypothesis nothing(const Model *m, LbMaps maps, Arena *a)
{
    double *one = arena_array(a, double, 1), *zero = arena_zero(a, 1, sizeof *zero);
    LbWord *end = arena_alloc(a, 1, sizeof *end);
    *one = 1;
    *end = (LbWord){ END, 0, 0 };
    LbHypothesis h = { .text = "",
                       .n_pieces = 1,
                       .pieces = end,
                       .piece_scores = zero,
                       .piece_attention = one,
                       .n_words = 1,
                       .words = end,
                       .piece_word = arena_zero(a, 1, sizeof(int)),
                       .attention = one };
    for (MapKind kind = 0; kind < MAP_KINDS && maps == LB_MAPS_ALL; kind++)
        h.heads[kind] = heads_of_nothing(m, kind, a);
    return h;
}

void result_fill(LbResult *r, const InputLine *line, const Found *const *parts, const Model *m,
                 const LbTranslateOptions *o, Arena *a)
{
    const Filling filling = { line, m, o, a };
    Side s = { 0 };
    Held held;
    hold(&held, &s, side_free);
    SourceMarks marks = model_marks(m);
    source_side(&s, line, m->source, marks, a);
    size_t n = input_parts(line), n_hyp = 1;
    for (size_t p = 0; p < n; p++)
        n_hyp = p == 0 || (size_t)parts[p]->n_hyp < n_hyp ? (size_t)parts[p]->n_hyp : n_hyp;
    LbHypothesis *hyp = arena_array(a, LbHypothesis, n_hyp);
    for (size_t k = 0; k < n_hyp; k++)
        hyp[k] = n ? hypothesis(&filling, parts, n, k, &s) : nothing(m, o->maps, a);
    *r = (LbResult){ array_len(s.pieces),
                     array_len(s.words),
                     keep_pieces(s.pieces, a),
                     keep(s.words, a),
                     n_hyp,
                     hyp,
                     n ? n : 1,
                     0,
                     n && marks.begin,
                     !n || !marks.no_end,
                     keep_numbers(s.word, a) };
    r->layer = model_stands(m).layer;
    r->head = model_stands(m).head;
    for (size_t i = 0; i < array_len(line->pieces); i++)
        r->n_unknown += line->pieces[i].id == VOCAB_UNK;
    let_go(&held);
}
