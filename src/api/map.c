/* map.c -- results as maps: one of them chosen, then drawn, printed, or read as an alignment. */
#include <stdlib.h>
#include <string.h>

#include "api/erased_as.h"
#include "api/heads.h"
#include "api/json.h"
#include "api/own_map.h"
#include "base/array.h"
#include "base/status.h"
#include "base/str.h"
#include "explain/map.h"
#include "explain/readout.h"
#include "model/state.h"
#include "view/grid.h"
#include "view/picture.h"

/* ---- choosing ---- */

LbMapChoice lb_map_default(void)
{
    return (LbMapChoice){ .kind = LB_CROSS, .layer = -1, .head = -1 };
}

static LbStatus fail_kind(const LbHypothesis *h, LbMapKind kind, LbError *err)
{
    Str there = { 0 };
    for (LbMapKind k = 0; k < LB_KINDS; k++)
        if (h->heads[k].n_layers > 0)
            str_addf(&there, "%s%s", there.len ? ", " : "", head_kind_name(k));
    LbStatus status =
        h->maps_too_large
            ? fail(err, LB_DATA,
                   "the text is too long for maps of all layers and heads; give its sentences one "
                   "by one")
        : there.len ? fail(err, LB_DATA, "this model has no attention of the kind %s; it has %s",
                           head_kind_name(kind), there.text)
                    : fail(err, LB_DATA, "there is no map of where this model looked");
    str_free(&there);
    return status;
}

static LbStatus check_choice(const LbHypothesis *h, const LbMapChoice *c, LbError *err)
{
    const LbHeads *all = &h->heads[c->kind];
    if (all->n_layers == 0)
        return fail_kind(h, c->kind, err);
    if (c->layer >= (int)all->n_layers)
        return fail(err, LB_USAGE, "there is no layer %d: the %s attention has %zu, 0 to %zu", c->layer,
                    head_kind_name(c->kind), all->n_layers, all->n_layers - 1);
    if (c->head >= (int)all->n_heads)
        return fail(err, LB_USAGE, "there is no head %d: a layer of the %s attention has %zu, 0 to %zu",
                    c->head, head_kind_name(c->kind), all->n_heads, all->n_heads - 1);
    return LB_OK;
}

LbStatus lb_map_new(const LbResult *r, size_t hypothesis, LbMapChoice choice, LbMap **out, LbError *err)
{
    assert(r && out && hypothesis < r->n_hypotheses && (int)choice.kind < LB_KINDS);
    *out = NULL;
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    const LbHeads *all = &h->heads[choice.kind];
    bool stands = choice.kind == LB_CROSS && choice.layer < 0 && choice.head < 0 && h->attention;
    LbStatus status = stands ? LB_OK : check_choice(h, &choice, err);
    if (status != LB_OK)
        return status;
    OwnMap *m = memory_get(1, sizeof *m);
    bool p = choice.pieces;
    const LbWord *source = p ? r->source_pieces : r->source_words, *target = p ? h->pieces : h->words;
    m->map = (LbMap){ .kind = choice.kind,
                      .head = choice.head < 0 ? -1 : choice.head,
                      .n_layers = all->n_layers,
                      .n_heads = all->n_heads };
    if (stands)
        m->map.head = all->n_heads > 1 ? r->head : -1;
    m->map.layer = choice.layer >= 0         ? choice.layer
                   : choice.kind == LB_CROSS ? r->layer
                                             : maps_summary_layer((int)all->n_layers);
    m->weights = stands ? head_summary(r, h, p, &m->map.n_rows, &m->map.n_columns)
                        : head_matrix(r, h, choice.kind, m->map.layer, choice.head, p, &m->map.n_rows,
                                      &m->map.n_columns);
    m->inputs = choice.kind == LB_DECODER ? head_inputs(target, m->map.n_columns) : NULL;
    m->map.rows = choice.kind == LB_ENCODER ? source : target;
    m->map.columns = m->inputs ? m->inputs : source;
    m->map.weights = m->weights;
    m->row_word = !p ? NULL : choice.kind == LB_ENCODER ? r->source_piece_word : h->piece_word;
    m->column_word = !p ? NULL : choice.kind == LB_DECODER ? h->piece_word : r->source_piece_word;
    *out = &m->map;
    return LB_OK;
}

LbMap *map_of_words(const LbResult *r, int layer, int head, double *weights)
{
    const LbHypothesis *h = &r->hypotheses[0];
    OwnMap *m = memory_get(1, sizeof *m);
    m->map = (LbMap){ .kind = LB_CROSS,
                      .layer = layer,
                      .head = head,
                      .n_layers = h->heads[LB_CROSS].n_layers,
                      .n_heads = h->heads[LB_CROSS].n_heads,
                      .n_rows = h->n_words,
                      .n_columns = r->n_source_words,
                      .rows = h->words,
                      .columns = r->source_words,
                      .weights = weights };
    m->weights = weights;
    return &m->map;
}

void lb_map_free(LbMap *map)
{
    OwnMap *m = (OwnMap *)(void *)map;
    if (!m)
        return;
    free(m->weights);
    free(m->inputs);
    free(m->marks);
    free(m);
}

char *lb_map_name(const LbMap *m)
{
    assert(m);
    Str out = { 0 };
    str_addf(&out, "%s attention", head_kind_name(m->kind));
    if (m->n_layers > 1)
        str_addf(&out, ", layer %d of 0-%zu", m->layer, m->n_layers - 1);
    if (m->n_heads > 1 && m->head < 0)
        str_addf(&out, ", mean of %zu heads", m->n_heads);
    else if (m->n_heads > 1)
        str_addf(&out, ", head %d of 0-%zu", m->head, m->n_heads - 1);
    return str_take(&out);
}

/* ---- drawing ---- */

static const char **texts_of(const LbWord *words, size_t n)
{
    const char **texts = memory_get(n + 1, sizeof *texts);
    for (size_t i = 0; i < n; i++)
        texts[i] = words[i].text;
    return texts;
}

static bool is_end(const LbWord *w)
{
    return head_is_mark(w) && text_equal(w->text, "</s>");
}

Map map_view(const LbMap *m, const char *title)
{
    return (Map){ .n_source = (int)m->n_columns,
                  .n_target = (int)m->n_rows,
                  .source = texts_of(m->columns, m->n_columns),
                  .target = texts_of(m->rows, m->n_rows),
                  .weights = m->weights,
                  .marks = (const Mark *)m->marks,
                  .erased = m->marks ? erased_as(m->erase) : NULL,
                  .end_source = is_end(&m->columns[m->n_columns - 1]),
                  .end_target = is_end(&m->rows[m->n_rows - 1]),
                  .column_side = m->kind == LB_DECODER ? "target" : NULL,
                  .row_side = m->kind == LB_ENCODER ? "source" : NULL,
                  .title = title };
}

void map_view_free(Map *m)
{
    free(m->source);
    free(m->target);
}

TerminalOptions terminal_options(LbColour colour, int columns)
{
    return (TerminalOptions){ .colour = colour == LB_TRUECOLOUR   ? TERMINAL_TRUE
                                        : colour == LB_COLOUR_256 ? TERMINAL_256
                                                                  : TERMINAL_ASCII,
                              .columns = columns };
}

char *lb_map_text(const LbMap *m, LbColour colour, int columns)
{
    assert(m);
    Map view = map_view(m, NULL);
    Str out = { 0 };
    str_add(&out, "");
    terminal_map(&view, terminal_options(colour, columns), &out);
    map_view_free(&view);
    return str_take(&out);
}

LbStatus lb_map_picture(const LbMap *m, const char *title, const char *path, LbError *err)
{
    assert(m && path);
    Map view = map_view(m, title);
    LbStatus status = picture_write(&view, path, (PictureOptions){ 0 }, err);
    map_view_free(&view);
    return status;
}

/* ---- the grid ---- */

typedef struct {
    int from, n;
} Range;

static Range range_of(int chosen, size_t n)
{
    return chosen < 0 ? (Range){ 0, (int)n } : (Range){ chosen, 1 };
}

static LbStatus write_grid(const LbResult *r, const LbHypothesis *h, LbMapChoice c, const LbMap *one,
                           const char *title, const char *path, LbError *err)
{
    const LbHeads *all = &h->heads[c.kind];
    Range layers = range_of(c.layer, all->n_layers), heads = range_of(c.head, all->n_heads);
    Map view = map_view(one, title);
    const double **maps = memory_get((size_t)layers.n * (size_t)heads.n, sizeof *maps);
    size_t rows, columns;
    for (int l = 0; l < layers.n; l++)
        for (int k = 0; k < heads.n; k++)
            maps[l * heads.n + k] =
                head_matrix(r, h, c.kind, layers.from + l, heads.from + k, c.pieces, &rows, &columns);
    MapGrid grid = { &view, maps, layers.n, heads.n, layers.from, heads.from, NULL };
    LbStatus status = grid_write(&grid, path, err);
    for (int i = 0; i < layers.n * heads.n; i++)
        free((void *)(uintptr_t)maps[i]);
    free(maps);
    map_view_free(&view);
    return status;
}

LbStatus lb_map_grid(const LbResult *r, size_t hypothesis, LbMapChoice choice, const char *title,
                     const char *path, LbError *err)
{
    assert(r && path && hypothesis < r->n_hypotheses && (int)choice.kind < LB_KINDS);
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    LbMap *one;
    LbStatus status = check_choice(h, &choice, err);
    if (status == LB_OK)
        status = lb_map_new(r, hypothesis, choice, &one, err);
    if (status != LB_OK)
        return status;
    status = write_grid(r, h, choice, one, title, path, err);
    lb_map_free(one);
    return status;
}

/* ---- as text ---- */

/* Words may hold tabs. */
static void add_cell(Str *out, const char *text)
{
    for (; *text; text++)
        str_add_char(out, (unsigned char)*text < ' ' ? ' ' : *text);
}

char *lb_map_tsv(const LbMap *m)
{
    assert(m);
    Str out = { 0 };
    for (size_t s = 0; s < m->n_columns; s++) {
        str_add_char(&out, '\t');
        add_cell(&out, m->columns[s].text);
    }
    str_add_char(&out, '\n');
    for (size_t t = 0; t < m->n_rows; t++) {
        add_cell(&out, m->rows[t].text);
        for (size_t s = 0; s < m->n_columns; s++)
            str_addf(&out, "\t%.6f", m->weights[t * m->n_columns + s]);
        str_add_char(&out, '\n');
    }
    return str_take(&out);
}

typedef struct {
    const double *weights; /* [n_rows, n_columns] or NULL */
    size_t n_rows, n_columns;
    const LbWord *rows, *columns;
} Weights;

/* Words are counted from the first behind a begin of sentence. */
static char *links(Weights w, double threshold)
{
    Str out = { 0 };
    str_add(&out, "");
    size_t before_s = text_equal(w.columns[0].text, "<s>") && head_is_mark(&w.columns[0]),
           before_t = text_equal(w.rows[0].text, "<s>") && head_is_mark(&w.rows[0]);
    for (size_t t = 0; w.weights && t < w.n_rows; t++) {
        const double *row = w.weights + t * w.n_columns;
        size_t top = readout_top(row, w.n_columns);
        for (size_t s = 0; s < w.n_columns && !head_is_mark(&w.rows[t]); s++)
            if (!head_is_mark(&w.columns[s]) && (threshold > 0 ? row[s] >= threshold : s == top))
                str_addf(&out, "%s%zu-%zu", out.len ? " " : "", s - before_s, t - before_t);
    }
    return str_take(&out);
}

static char *soft(Weights w)
{
    Str out = { 0 };
    str_add(&out, "");
    for (size_t t = 0; w.weights && t < w.n_rows; t++)
        for (size_t s = 0; s < w.n_columns; s++)
            str_addf(&out, "%s%g", s ? "," : t ? " " : "", w.weights[t * w.n_columns + s]);
    return str_take(&out);
}

static Weights weights_of(const LbMap *m)
{
    return (Weights){ m->weights, m->n_rows, m->n_columns, m->rows, m->columns };
}

char *lb_map_links(const LbMap *m, double threshold)
{
    assert(m);
    return links(weights_of(m), threshold);
}

char *lb_map_soft(const LbMap *m)
{
    assert(m);
    return soft(weights_of(m));
}

char *lb_alignment_hard(const LbResult *r, size_t hypothesis, double threshold)
{
    assert(r && hypothesis < r->n_hypotheses);
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    return links((Weights){ h->attention, h->n_words, r->n_source_words, h->words, r->source_words },
                 threshold);
}

char *lb_alignment_soft(const LbResult *r, size_t hypothesis)
{
    assert(r && hypothesis < r->n_hypotheses);
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    return soft(
        (Weights){ h->piece_attention, h->n_pieces, r->n_source_pieces, h->pieces, r->source_pieces });
}
