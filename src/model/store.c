/* store.c -- a model as a folder that explains itself, and back.
 *
 * config.yaml says all that is needed to build the model, the vocabularies lie beside it under names relative
 * to the folder (so it may be moved), model.safetensors has the weights. The saved configuration keeps every
 * other path as it was given: it repeats the run from where that was started. Layout: docs/format.md.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "model/model.h"
#include "tensor/safetensors.h"

/* ---- the plan: configuration and vocabularies ---- */

/* Replaces an owned text; takes the new one over. */
static void text_replace(char **text, char *by)
{
    free(*text);
    *text = by;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Saves a vocabulary as dir/side.* and gives the name inside the folder (the caller's). */
static LbStatus save_vocabulary(const Vocab *v, const char *dir, const char *side, char **name, LbError *err)
{
    char *stem = path_join(dir, side), *path = NULL;
    LbStatus status = vocab_save(v, stem, &path, err);
    if (status == LB_OK)
        text_replace(name, memory_text(base_name(path)));
    free(path);
    free(stem);
    return status;
}

static LbStatus save_vocabularies(const Model *m, const char *dir, Config *c, LbError *err)
{
    c->shared_vocabulary = m->source == m->target;
    text_replace(&c->shared_model, NULL);
    text_replace(&c->source.model, NULL);
    text_replace(&c->target.model, NULL);
    if (c->shared_vocabulary)
        return save_vocabulary(m->source, dir, "source", &c->shared_model, err);
    LbStatus status = save_vocabulary(m->source, dir, "source", &c->source.model, err);
    return status == LB_OK ? save_vocabulary(m->target, dir, "target", &c->target.model, err) : status;
}

static LbStatus save_config(const Config *c, const char *dir, LbError *err)
{
    char *path = path_join(dir, "config.yaml");
    Str text = { 0 };
    config_dump(c, &text);
    LbStatus status = file_write(path, text.text, text.len, err);
    str_free(&text);
    free(path);
    return status;
}

static LbStatus save_plan(const Model *m, const char *dir, LbError *err)
{
    LbStatus status = dir_make(dir, err);
    if (status != LB_OK)
        return status;
    Config c;
    config_copy(&c, &m->config);
    status = save_vocabularies(m, dir, &c, err);
    if (status == LB_OK)
        status = save_config(&c, dir, err);
    config_free(&c);
    return status;
}

LbStatus model_save_plan(const Model *m, LbError *err)
{
    if (!m->config.model_dir)
        return fail(err, LB_USAGE, "the configuration has no model_dir: the folder to put the model in");
    return save_plan(m, m->config.model_dir, err);
}

LbStatus model_save(const Model *m, const char *dir, LbError *err)
{
    char *weights = path_join(dir, "model.safetensors");
    LbStatus status = save_plan(m, dir, err);
    if (status == LB_OK)
        status = model_save_weights(m, weights, err);
    free(weights);
    return status;
}

/* ---- weights ---- */

static StoredTensor stored_param(const Param *p)
{
    StoredTensor t = {
        .name = p->name, .dtype = stored_real, .n_dim = p->tensor.n_dim, .data = p->tensor.val
    };
    for (int i = 0; i < t.n_dim; i++)
        t.dim[i] = (size_t)p->tensor.dim[i];
    return t;
}

/* Weights know which vocabularies they were learned with. */
static const char *const vocabulary_key[] = { "vocabulary.source", "vocabulary.target" };
enum { CRC_TEXT = 9 };

static const char *crc_text(const Vocab *v, char text[CRC_TEXT])
{
    snprintf(text, CRC_TEXT, "%08x", (unsigned)vocab_crc(v));
    return text;
}

LbStatus model_save_weights(const Model *m, const char *path, LbError *err)
{
    StoredTensor *tensors = NULL;
    for (int i = 0; i < params_count(m->params); i++)
        array_push(tensors, stored_param(params_get(m->params, i)));
    char crc[2][CRC_TEXT];
    const StoredNote notes[] = {
        { "model.type", m->kind->name },
        { vocabulary_key[0], crc_text(m->source, crc[0]) },
        { vocabulary_key[1], crc_text(m->target, crc[1]) },
    };
    LbStatus status =
        safetensors_write(path, tensors, array_len(tensors), notes, sizeof notes / sizeof *notes, err);
    array_free(tensors);
    return status;
}

static bool shapes_equal(const StoredTensor *a, const StoredTensor *b)
{
    return a->n_dim == b->n_dim && !memcmp(a->dim, b->dim, (size_t)a->n_dim * sizeof *a->dim);
}

static LbStatus check_param(const Param *p, const SafeTensors *file, const char *path, LbError *err)
{
    const StoredTensor want = stored_param(p), *have = safetensors_find(file, p->name);
    char wanted[STORED_SHAPE_TEXT], found[STORED_SHAPE_TEXT];
    if (!have)
        return fail(err, LB_FORMAT, "%s has no tensor %s: it belongs to another configuration", path,
                    p->name);
    if (!shapes_equal(&want, have))
        return fail(
            err, LB_FORMAT,
            "%s: tensor %s is %s where the configuration asks for %s: it belongs to another configuration "
            "or vocabulary",
            path, p->name, stored_shape(have, found), stored_shape(&want, wanted));
    if (!text_equal(have->dtype, "F32") && !text_equal(have->dtype, "F64"))
        return fail(err, LB_FORMAT, "%s: tensor %s is of type %s; weights must be F32 or F64", path, p->name,
                    have->dtype);
    return LB_OK;
}

/* Nothing may be left over but the optimiser's slots, "SLOT/NAME" in train.safetensors. */
static LbStatus check_extra(const Model *m, const SafeTensors *file, const char *path, LbError *err)
{
    for (size_t i = 0; i < safetensors_count(file); i++) {
        const char *name = safetensors_get(file, i)->name;
        if (!params_find(m->params, name) && !strchr(name, '/'))
            return fail(err, LB_FORMAT,
                        "%s has a tensor %.100s that the model does not: it belongs to another "
                        "configuration",
                        path, name);
    }
    return LB_OK;
}

/* A file that does not say (of another program) is believed. */
static LbStatus check_vocabularies(const Model *m, const SafeTensors *file, const char *path, LbError *err)
{
    for (int i = 0; i < 2; i++) {
        char crc[CRC_TEXT];
        const char *said = safetensors_note(file, vocabulary_key[i]);
        if (said && !text_equal(said, crc_text(i ? m->target : m->source, crc)))
            return fail(err, LB_FORMAT,
                        "the %s vocabulary is not the one that %s was learned with: it was damaged, or files "
                        "of two models were mixed",
                        i ? "target" : "source", path);
    }
    return LB_OK;
}

static void take_weight(Model *m, const SafeTensors *file, int i, bool lean)
{
    const Param *p = params_get(m->params, i);
    const StoredTensor *stored = safetensors_find(file, p->name);
    stored_reals(stored, p->tensor.val);
    memory_forget(stored->data, stored->bytes);
    if (lean)
        params_freeze_lean(m->params, i);
}

static LbStatus take_weights(Model *m, const SafeTensors *file, const char *path, bool lean, LbError *err)
{
    int n = params_count(m->params);
    LbStatus status = LB_OK;
    for (int i = 0; status == LB_OK && i < n; i++)
        status = check_param(params_get(m->params, i), file, path, err);
    if (status == LB_OK)
        status = check_extra(m, file, path, err);
    if (status == LB_OK)
        status = check_vocabularies(m, file, path, err);
    if (status == LB_OK)
        params_changed(m->params);
    for (int i = 0; status == LB_OK && i < n; i++)
        take_weight(m, file, i, lean);
    return status;
}

static LbStatus load_weights(Model *m, const char *path, bool lean, LbError *err)
{
    SafeTensors *file;
    LbStatus status = safetensors_open(path, &file, err);
    if (status != LB_OK)
        return status;
    status = take_weights(m, file, path, lean, err);
    const char *hash = safetensors_note(file, "crc32");
    snprintf(m->hash, sizeof m->hash, "%s", hash ? hash : "");
    safetensors_close(file);
    return status;
}

LbStatus model_load_weights(Model *m, const char *path, LbError *err)
{
    return load_weights(m, path, false, err);
}

/* ---- opening a folder ---- */

static LbStatus open_config(const char *dir, Config *c, LbError *err)
{
    if (!file_is_dir(dir))
        return fail(err, LB_FILE, "no model folder %s: give the model_dir of a training configuration", dir);
    char *path = path_join(dir, "config.yaml");
    LbStatus status;
    if (file_exists(path))
        status = config_load(c, path, NULL, 0, err);
    else
        status = fail(err, LB_FILE, "%s has no config.yaml: is it a folder that `lookback train` made?", dir);
    free(path);
    if (status == LB_OK)
        text_replace(&c->model_dir, memory_text(dir));
    return status;
}

/* Loads the vocabulary that *name gives relative to the folder, and makes *name lead there. */
static LbStatus open_vocabulary(const char *dir, const char *key, char **name, Vocab **out, LbError *err)
{
    if (!*name)
        return fail(err, LB_FORMAT, "%s/config.yaml has no %s: the vocabulary is missing", dir, key);
    if (**name != '/')
        text_replace(name, path_join(dir, *name));
    if (!file_exists(*name))
        return fail(err, LB_FILE, "no vocabulary %s (%s in %s/config.yaml): was the folder copied in part?",
                    *name, key, dir);
    return vocab_load(*name, out, err);
}

static LbStatus open_vocabularies(const char *dir, Config *c, Vocab **source, Vocab **target, LbError *err)
{
    if (c->shared_vocabulary) {
        LbStatus status = open_vocabulary(dir, "data.model", &c->shared_model, source, err);
        *target = *source;
        return status;
    }
    LbStatus status = open_vocabulary(dir, "data.source.model", &c->source.model, source, err);
    if (status == LB_OK)
        status = open_vocabulary(dir, "data.target.model", &c->target.model, target, err);
    return status;
}

typedef enum { OPEN_TRAINING, OPEN_READING, OPEN_LEAN } OpenFor;

/* The best weights; a run that is to go on may not have come to any and has only its current ones. */
static LbStatus open_weights(Model *m, const char *dir, OpenFor what, LbError *err)
{
    char *best = path_join(dir, "model.safetensors"), *current = path_join(dir, "train.safetensors");
    LbStatus status;
    if (file_exists(best))
        status = load_weights(m, best, what == OPEN_LEAN, err);
    else if (what == OPEN_TRAINING && file_exists(current))
        status = model_load_weights(m, current, err);
    else
        status = fail(err, LB_FILE,
                      "%s has no model.safetensors: training has not come to a first validation", dir);
    free(best);
    free(current);
    return status;
}

typedef struct {
    Config config;
    Vocab *source, *target; /* until the model has them */
    Model *model;
} Opening;

static void opening_free(void *opening)
{
    Opening *o = opening;
    config_free(&o->config);
    vocab_free(o->target == o->source ? NULL : o->target);
    vocab_free(o->source);
    model_free(o->model);
}

static LbStatus open_all(Opening *o, const char *dir, OpenFor what, LbError *err)
{
    LbStatus status = open_config(dir, &o->config, err);
    if (status == LB_OK)
        status = open_vocabularies(dir, &o->config, &o->source, &o->target, err);
    if (status == LB_OK)
        status = model_new(&o->config, o->source, o->target, what == OPEN_TRAINING, &o->model, err);
    if (o->model)
        o->source = o->target = NULL;
    if (status == LB_OK)
        status = open_weights(o->model, dir, what, err);
    if (status == LB_OK && what != OPEN_TRAINING)
        params_freeze(o->model->params);
    return status;
}

static LbStatus open_for(OpenFor what, const char *dir, Model **out, LbError *err)
{
    Opening o = { .model = NULL };
    Held held;
    hold(&held, &o, opening_free);
    LbStatus status = open_all(&o, dir, what, err);
    *out = status == LB_OK ? o.model : NULL;
    if (status == LB_OK)
        o.model = NULL;
    let_go(&held);
    return status;
}

LbStatus model_open(const char *dir, bool with_grad, Model **out, LbError *err)
{
    return open_for(with_grad ? OPEN_TRAINING : OPEN_READING, dir, out, err);
}

LbStatus model_open_lean(const char *dir, Model **out, LbError *err)
{
    return open_for(OPEN_LEAN, dir, out, err);
}
