/* model.c -- architectures by name, the output layer, and the loss. */
#include "model/model.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "model/copying.h"
#include "model/lm.h"
#include "model/memory.h"
#include "model/mlm.h"
#include "model/rnn.h"
#include "model/transformer.h"

static const Architecture *const architectures[] = { &architecture_rnn, &architecture_transformer,
                                                     &architecture_memory, &architecture_lm,
                                                     &architecture_mlm };

static const Architecture *find(const Config *c)
{
    if (!strcmp(c->type, "lm") && strcmp(c->decoder.cell, "transformer") != 0)
        return &architecture_lm_recurrent;
    for (size_t i = 0; i < sizeof architectures / sizeof *architectures; i++)
        if (!strcmp(architectures[i]->name, c->type))
            return architectures[i];
    return NULL;
}

/* A model that is not finished: the vocabularies are still the caller's. */
static void drop_unfinished(void *model)
{
    Model *m = model;
    m->source = m->target = NULL;
    model_free(m);
}

LbStatus model_new(const Config *config, Vocab *source, Vocab *target, bool with_grad, Model **out,
                   LbError *err)
{
    *out = NULL;
    const Architecture *kind = find(config);
    if (!kind)
        return fail(err, LB_USAGE, "model.type \"%s\" is not known", config->type);
    LbStatus status = config_check(config, err);
    if (status != LB_OK)
        return status;
    if (kind->hide && vocab_mask(source) < 0)
        return fail(
            err, LB_USAGE,
            "model.type %s needs a vocabulary with a piece [MASK] that text can say, and the one given has "
            "none: leave out data.model to have one learned, or make one with `lookback vocab train --mask`",
            kind->name);
    Model *m = memory_get(1, sizeof *m);
    config_copy(&m->config, config);
    m->source = source;
    m->target = target;
    m->kind = kind;
    Held held;
    hold(&held, m, drop_unfinished);
    m->params = params_new();
    m->parts = kind->declare(m);
    copying_declare(m);
    params_allocate(m->params, with_grad, kind->packs_at_use);
    unhold(&held);
    *out = m;
    return LB_OK;
}

SourceMarks model_marks(const Model *m)
{
    return (SourceMarks){ m->config.source_begin, !m->config.source_end };
}

void model_free(Model *m)
{
    if (!m)
        return;
    params_free(m->params);
    if (m->target != m->source)
        vocab_free(m->target);
    vocab_free(m->source);
    config_free(&m->config);
    free(m->parts);
    free(m->says);
    free(m);
}

HeadPlace model_stands(const Model *m)
{
    const Config *c = &m->config;
    bool guided = config_is_guided(c);
    if (config_copies(c) && !guided)
        return copying_head(c);
    HeadPlace p = { 0, guided ? c->guide_head : -1 };
    if (!strcmp(c->type, "transformer"))
        p.layer = guided && c->guide_layer >= 0 ? c->guide_layer : maps_summary_layer(c->decoder.layers);
    return p;
}

State *model_encode(const Model *m, Tape *t, const Batch *b, Maps *maps)
{
    if (maps)
        *maps = (Maps){ .summary = maps->summary, .stands = model_stands(m) };
    Batch plain;
    UnknownAs unknown_as = copying_numbers(m, t, b);
    const Batch *read = copying_hide(m, t, b, unknown_as, &plain);
    State *s = m->kind->encode(m, t, read, maps);
    s->maps = maps;
    s->read.ids = read->source;
    s->unknown_as = unknown_as;
    copying_begin(m, t, s, b);
    return s;
}

Decoded model_decode(const Model *m, Tape *t, const int *words, int T, State *s)
{
    Decoded d;
    words = copying_words(m, t, s, words, T);
    m->kind->decode(m, t, words, T, s, &d);
    s->step += T;
    return d;
}

bool model_hide(const Model *m, Batch *b, uint64_t key, Arena *arena)
{
    if (m->kind->hide)
        m->kind->hide(m, b, key, arena);
    return m->kind->hide != NULL;
}

Tensor *model_logits(const Model *m, Tape *t, Tensor *hidden)
{
    return op_linear(t, hidden, m->output, m->output_bias);
}

/* Rows of [B,T] that hold a real target word, sentence by sentence. */
static int *rows_of_all(Tape *t, const Batch *b)
{
    int *rows = arena_array(t->batch, int, b->n_target), n = 0;
    for (int i = 0; i < b->B; i++)
        for (int j = 0; j < b->target_len[i]; j++)
            rows[n++] = i * b->T + j;
    return rows;
}

static int *target_rows(Tape *t, const Batch *b, int **targets)
{
    int *rows = b->guessed ? b->guessed : rows_of_all(t, b);
    *targets = arena_array(t->batch, int, b->n_target);
    for (int i = 0; i < b->n_target; i++)
        (*targets)[i] = b->target_out[rows[i]];
    return rows;
}

/* Entropy of each attention row, and what the end of sentence gets. */
static void look_closer(const Tensor *weights, const Batch *b, LossInfo *info)
{
    for (int i = 0; weights && i < b->B; i++)
        for (int j = 0; j < b->target_len[i]; j++) {
            int len = b->source_len[i], last = b->source[i * b->S + len - 1];
            const real *w = weights->val + ((size_t)i * (size_t)b->T + (size_t)j) * (size_t)b->S;
            for (int s = 0; s < len; s++)
                info->entropy -= w[s] > 0 ? (double)w[s] * log((double)w[s]) : 0;
            info->end_mass += last == VOCAB_EOS ? (double)w[len - 1] : 0;
        }
}

/* The sum over words of nll + weight * guide. */
static Tensor *add_guide(const Model *m, Tape *t, Tensor *loss, Tensor *weights, const Guide *g,
                         LossInfo *info)
{
    Tensor *guide = op_guide(t, weights, g->n, g->row, g->column, g->share);
    if (info) {
        info->guide = (double)guide->val[0];
        info->n_guided = g->n_rows;
    }
    return op_add(t, loss, op_scale(t, guide, m->config.guide_weight));
}

Tensor *model_loss(const Model *m, Tape *t, const Batch *b, double smoothing, LossInfo *info)
{
    Maps maps = { .summary = true };
    bool look = info && !t->recording;
    Guided guided = { model_stands(m), NULL };
    State *s = model_encode(m, t, b, look ? &maps : NULL);
    s->guided = b->guide ? &guided : NULL;
    Decoded d = model_decode(m, t, b->target_in, b->T, s);
    int *targets, *rows = target_rows(t, b, &targets), correct;
    double nll;
    copying_targets(m, s, rows, b->n_target, b->T, targets);
    Tensor *loss = model_nll(m, t, &d, s, rows, b->n_target, targets, smoothing, &nll, &correct);
    if (m->config.copy.coverage)
        loss = op_add(t, loss, op_scale(t, op_coverage(t, d.copy, b->target_len), m->config.coverage_weight));
    if (info) {
        *info = (LossInfo){ .nll = nll, .n_words = b->n_target, .n_correct = correct };
        if (look)
            look_closer(maps_summary(&maps, t), b, info);
    }
    if (b->guide)
        loss = add_guide(m, t, loss, d.weights ? d.weights : guided.weights, b->guide, info);
    return loss;
}
