/* inspect.c -- what a model folder holds, told to a person.
 *
 * Pieces of vocabularies come from files that anybody may have made: they are cleaned before they are shown.
 */
#include "api/inspect.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "train/checkpoint.h"
#include "train/pass.h"
#include "train/validate.h"
#include "view/label.h"
#include "view/progress.h"

/* ---- finding out ---- */

int vocab_samples(const Vocab *v, int ids[SAMPLES])
{
    int n = vocab_size(v) - VOCAB_FIRST, shown = n < SAMPLES ? n : SAMPLES;
    for (int i = 0; i < shown; i++)
        ids[i] = VOCAB_FIRST + (int)((long long)i * n / shown);
    return shown;
}

static void count_parts(Inspection *in)
{
    for (int i = 0; i < params_count(in->model->params); i++) {
        const Param *p = params_get(in->model->params, i);
        ModelPart part = { p->name, (int)strcspn(p->name, "."), tensor_len(&p->tensor) };
        size_t k = 0;
        while (k < array_len(in->parts) &&
               (in->parts[k].len != part.len || strncmp(in->parts[k].name, part.name, (size_t)part.len) != 0))
            k++;
        if (k < array_len(in->parts))
            in->parts[k].n += part.n;
        else
            array_push(in->parts, part);
    }
}

static void count_bytes(Inspection *in)
{
    in->stored = params_learned(in->model->params) * sizeof(real);
    in->open = in->stored;
    for (int i = 0; i < params_count(in->model->params); i++) {
        const Tensor *w = &params_get(in->model->params, i)->tensor;
        in->open += w->packs ? tensor_len(w) * sizeof(real) : 0;
    }
    in->train = pass_fixed_bytes(in->model);
}

static LbStatus look_into(Inspection *in, const char *dir, LbError *err)
{
    LbStatus status = model_open(dir, false, &in->model, err);
    if (status != LB_OK)
        return status;
    char *path = path_join(dir, VALIDATION_FILE);
    status = history_read(&in->history, path, err);
    free(path);
    const Figure *figure = figure_find(in->model->config.metric);
    in->last = in->history.n_rows - 1;
    in->best = history_best(&in->history, history_column(&in->history, in->model->config.metric),
                            figure && figure->less_is_better);
    count_parts(in);
    count_bytes(in);
    return status;
}

/* ---- telling: configuration ---- */

/* Layers of a Transformer. */
static void tell_layers(const char *side, int layers, int width, int heads, int inner, double dropout,
                        Str *out)
{
    str_addf(out, "  %-11s transformer, layers %d, hidden %d, heads %d, feed-forward %d, dropout %g\n", side,
             layers, width, heads, inner, dropout);
}

static void tell_encoder(const Config *c, Str *out)
{
    const EncoderConfig *e = &c->encoder;
    if (!text_equal(c->type, "rnn"))
        tell_layers("encoder", e->layers, e->hidden, e->heads, e->feed_forward, e->dropout, out);
    else
        str_addf(out, "  encoder     %s, layers %d, hidden %d%s, embedding %d, dropout %g\n", e->cell,
                 e->layers, e->hidden, e->bidirectional ? " (both directions)" : "", e->embedding,
                 e->dropout);
}

static void tell_decoder(const Config *c, Str *out)
{
    const DecoderConfig *d = &c->decoder;
    bool pairs = text_equal(c->type, "rnn"), cells = !text_equal(d->cell, "transformer");
    if (text_equal(c->type, "transformer") || !cells) {
        tell_layers("decoder", d->layers, d->hidden, d->heads, d->feed_forward, d->dropout, out);
        return;
    }
    str_addf(out, "  decoder     %s, layers %d, hidden %d, embedding %d, dropout %g", d->cell, d->layers,
             d->hidden, d->embedding, d->dropout);
    if (pairs)
        str_addf(out, "%s, first state: %s", d->input_feeding ? ", input feeding" : "", d->init);
    str_add_char(out, '\n');
}

static void tell_attention(const Config *c, Str *out)
{
    if (!text_equal(c->type, "rnn"))
        return;
    if (text_equal(c->attention.score, "none"))
        str_add(out, "  attention   none\n");
    else
        str_addf(out, "  attention   %s, %s the cell\n", c->attention.score, c->attention.place);
}

static void tell_copying(const Config *c, Str *out)
{
    if (!config_copies(c) && !c->copy.coverage)
        return;
    str_addf(out, "  copying     %s", config_copies(c) ? "pointer" : "none");
    if (text_equal(c->type, "transformer"))
        str_addf(out, c->copy.head < 0 ? ", layer %d, mean over heads" : ", layer %d, head %d",
                 c->copy.layer < 0 ? c->decoder.layers - 1 : c->copy.layer, c->copy.head);
    if (c->copy.slots > 0)
        str_addf(out, ", %d slots for unknown words, the %s first", c->copy.slots, c->copy.order);
    str_add(out, c->copy.coverage ? ", coverage\n" : "\n");
}

static void tell_memory_network(const Config *c, Str *out)
{
    str_addf(out, "  memory      width %d, hops %d, ages %d, words by %s, dropout %g\n", c->encoder.embedding,
             c->memory_hops, c->memory_sentences, c->memory_words, c->encoder.dropout);
    if (text_equal(c->memory_words, "recurrent"))
        str_addf(out, "  sentences   %s%s, hidden %d\n", c->encoder.cell,
                 c->encoder.bidirectional ? ", bidirectional" : "", c->encoder.hidden);
    str_addf(out, "  decoder     %s, hidden %d, embedding %d, dropout %g\n", c->decoder.cell,
             c->decoder.hidden, c->decoder.embedding, c->decoder.dropout);
}

static void tell_config(const Config *c, Str *out)
{
    bool one_text = config_is_one_sided(c);
    bool memory = text_equal(c->type, "memory");
    if (memory)
        tell_memory_network(c, out);
    if (!memory && !text_equal(c->type, "lm"))
        tell_encoder(c, out);
    if (!memory && !text_equal(c->type, "mlm"))
        tell_decoder(c, out);
    tell_attention(c, out);
    tell_copying(c, out);
    str_addf(out, "  embeddings  %s%s\n", c->tied_embeddings ? "tied to the output" : "apart from the output",
             one_text               ? ""
             : c->shared_embeddings ? ", shared by both sides"
                                    : ", one for each side");
    str_addf(out, "  training    %s, rate %g, %s; label smoothing %g; best by %s\n", c->optimizer,
             c->learning_rate, c->schedule, c->label_smoothing, c->metric);
    str_addf(out, "  decoding    beam %d, normalize %g\n", c->beam, c->normalize);
}

/* ---- telling: parameters and memory ---- */

static void tell_shape(const Tensor *w, Str *out)
{
    for (int i = 0; i < w->n_dim; i++)
        str_addf(out, "%s%d", i ? " x " : "", w->dim[i]);
}

/* One row of the table: name, shape, count, and the share of all. */
static void tell_row(const char *name, int len, const char *shape, size_t n, size_t all, Str *out)
{
    Str count = { 0 };
    progress_number((double)n, &count);
    str_addf(out, "  %-36.*s %-14s %14s %6.1f %%\n", len, name, shape, count.text,
             all > 0 ? 100 * (double)n / (double)all : 0);
    str_free(&count);
}

static bool belongs(const Param *p, const ModelPart *part)
{
    return strncmp(p->name, part->name, (size_t)part->len) == 0 &&
           (p->name[part->len] == '.' || !p->name[part->len]);
}

static void tell_part(const Inspection *in, const ModelPart *part, Str *out)
{
    size_t all = params_learned(in->model->params);
    tell_row(part->name, part->len, "", part->n, all, out);
    for (int i = 0; i < params_count(in->model->params); i++) {
        const Param *p = params_get(in->model->params, i);
        Str name = { 0 }, shape = { 0 };
        str_addf(&name, "  %s", p->name);
        tell_shape(&p->tensor, &shape);
        if (belongs(p, part))
            tell_row(name.text, (int)name.len, shape.text, tensor_len(&p->tensor), all, out);
        str_free(&name);
        str_free(&shape);
    }
}

static void tell_memory(const Inspection *in, Str *out)
{
    str_addf(out, "  weights %.1f MB; open for use %.1f MB; to train %.1f MB and the batch\n",
             (double)in->stored / 1e6, (double)in->open / 1e6, (double)in->train / 1e6);
}

/* ---- telling: vocabularies ---- */

static void tell_vocab(const char *side, const Vocab *v, Str *out)
{
    int ids[SAMPLES], n = vocab_samples(v, ids);
    str_addf(out, "  %-8s %d pieces (%s):", side, vocab_size(v), vocab_level(v));
    for (int i = 0; i < n; i++) {
        str_add_char(out, ' ');
        label_shorten(out, vocab_piece(v, ids[i]), 20);
    }
    str_add(out, n < vocab_size(v) - VOCAB_FIRST ? " ...\n" : "\n");
}

/* ---- telling: training ---- */

static void tell_validation(const char *which, const History *h, int row, Str *out)
{
    str_addf(out, "  %s: step %.0f", which, history_value(h, row, 0));
    for (int k = 1; k < (int)array_len(h->names); k++) {
        double value = history_value(h, row, k);
        if (isnan(value))
            continue;
        str_add(out, ", ");
        label_clean(out, h->names[k]);
        str_addf(out, " %.6g", value);
    }
    str_add_char(out, '\n');
}

static void tell_training(const Inspection *in, Str *out)
{
    const History *h = &in->history;
    const char *metric = in->model->config.metric;
    if (h->n_rows == 0) {
        str_add(out, "  no validation yet\n");
        return;
    }
    str_addf(out, "  %s over %d validation%s\n", metric, h->n_rows, h->n_rows == 1 ? "" : "s");
    history_chart(h, history_column(h, metric), out);
    if (in->best >= 0)
        tell_validation("best", h, in->best, out);
    tell_validation("last", h, in->last, out);
    if (h->n_broken > 0)
        str_addf(out, "  %d lines of %s could not be read\n", h->n_broken, VALIDATION_FILE);
}

static char *inspection_text(const Inspection *in, const char *dir)
{
    const Model *m = in->model;
    Str out = { 0 };
    label_clean(&out, dir);
    str_addf(&out, ": a model of type %s\n", m->kind->name);
    tell_config(&m->config, &out);
    str_add(&out, "\nparameters\n");
    for (size_t i = 0; i < array_len(in->parts); i++)
        tell_part(in, &in->parts[i], &out);
    tell_row("all", 3, "", params_learned(m->params), params_learned(m->params), &out);
    str_add(&out, "\nmemory\n");
    tell_memory(in, &out);
    str_add(&out, "\nvocabulary\n");
    const char *called = config_is_one_sided(&m->config) ? "text"
                         : m->source == m->target        ? "shared"
                                                         : "source";
    tell_vocab(called, m->source, &out);
    if (m->source != m->target)
        tell_vocab("target", m->target, &out);
    str_add(&out, "\ntraining\n");
    tell_training(in, &out);
    return str_take(&out);
}

/* ---- all ---- */

typedef struct {
    const char *dir;
    bool json;
    Inspection found;
    char *out;
    LbError *err;
} Inspect;

static LbStatus inspect(void *arg)
{
    Inspect *i = arg;
    LbStatus status = look_into(&i->found, i->dir, i->err);
    if (status == LB_OK)
        i->out = i->json ? inspection_json(&i->found, i->dir) : inspection_text(&i->found, i->dir);
    return status;
}

LbStatus lb_inspect(const char *dir, bool json, char **out, LbError *err)
{
    assert(dir && out);
    Inspect i = { .dir = dir, .json = json, .err = err };
    LbStatus status = guard(inspect, &i, err);
    *out = i.out;
    history_free(&i.found.history);
    array_free(i.found.parts);
    model_free(i.found.model);
    return status;
}
