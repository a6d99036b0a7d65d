/* inspect_json.c -- what a model folder holds, as one JSON object. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/inspect.h"
#include "api/json.h"
#include "base/array.h"
#include "train/checkpoint.h"

/* Paths may be any bytes; JSON is UTF-8. NULL gives null. */
static json_t *text_value(const char *text)
{
    if (!text)
        return json_null();
    Str repaired = { 0 };
    str_add(&repaired, "");
    utf8_repair(&repaired, text, strlen(text));
    json_t *value = json_stringn(repaired.text, repaired.len);
    str_free(&repaired);
    return value;
}

/* ---- configuration: each row of the table under its dotted key ---- */

static json_t *flag_value(const void *at)
{
    return json_boolean(*(const bool *)at);
}
static json_t *int_value(const void *at)
{
    return json_integer(*(const int *)at);
}
static json_t *real_value(const void *at)
{
    return json_real(*(const double *)at);
}
static json_t *owned_value(const void *at)
{
    return text_value(*(char *const *)at);
}
static json_t *size_value(const void *at)
{
    return json_integer((json_int_t) * (const size_t *)at);
}
static json_t *list_value(const void *at)
{
    char *const *texts = *(char **const *)at;
    json_t *list = json_array();
    for (size_t i = 0; i < array_len(texts); i++)
        json_array_append_new(list, text_value(texts[i]));
    return list;
}

static json_t *(*const values[])(const void *at) = {
    [OPTION_FLAG] = flag_value,  [OPTION_INT] = int_value,      [OPTION_REAL] = real_value,
    [OPTION_TEXT] = owned_value, [OPTION_CHOICE] = owned_value, [OPTION_SIZE] = size_value,
    [OPTION_LIST] = list_value,
};

static json_t *config_json(const Config *c)
{
    json_t *object = json_object();
    for (const Option *o = config_table; o->key; o++)
        json_object_set_new(object, o->key, values[o->type]((const char *)c + o->offset));
    return object;
}

/* ---- parameters ---- */

static json_t *param_json(const Param *p)
{
    json_t *shape = json_array();
    for (int i = 0; i < p->tensor.n_dim; i++)
        json_array_append_new(shape, json_integer(p->tensor.dim[i]));
    return json_pack("{ss so sI}", "name", p->name, "shape", shape, "count",
                     (json_int_t)tensor_len(&p->tensor));
}

static json_t *params_json(const Params *params)
{
    json_t *list = json_array();
    for (int i = 0; i < params_count(params); i++)
        json_array_append_new(list, param_json(params_get(params, i)));
    return list;
}

static json_t *parts_json(const ModelPart *parts)
{
    json_t *object = json_object();
    for (size_t i = 0; i < array_len(parts); i++) {
        char *name = memory_bytes(parts[i].name, (size_t)parts[i].len);
        json_object_set_new(object, name, json_integer((json_int_t)parts[i].n));
        free(name);
    }
    return object;
}

/* ---- vocabularies and training ---- */

static json_t *vocab_json(const Vocab *v)
{
    int ids[SAMPLES], n = vocab_samples(v, ids);
    json_t *sample = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(sample, text_value(vocab_piece(v, ids[i])));
    return json_pack("{ss si so}", "level", vocab_level(v), "size", vocab_size(v), "sample", sample);
}

static json_t *number(double value)
{
    if (!isfinite(value))
        return json_null();
    bool whole = value == floor(value) && fabs(value) < 1e15;
    return whole ? json_integer((json_int_t)value) : json_real(value);
}

static json_t *row_json(const History *h, int row)
{
    if (row < 0)
        return json_null();
    json_t *object = json_object();
    for (int k = 0; k < (int)array_len(h->names); k++)
        if (utf8_is_valid(h->names[k], strlen(h->names[k])))
            json_object_set_new(object, h->names[k], number(history_value(h, row, k)));
    return object;
}

static json_t *history_json(const History *h)
{
    json_t *list = json_array();
    for (int i = 0; i < h->n_rows; i++)
        json_array_append_new(list, row_json(h, i));
    return list;
}

char *inspection_json(const Inspection *in, const char *dir)
{
    const Model *m = in->model;
    json_t *object = json_object();
    json_object_set_new(object, "dir", text_value(dir));
    json_object_set_new(object, "type", text_value(m->kind->name));
    json_object_set_new(object, "attention", json_boolean(m->has_attention));
    json_object_set_new(object, "config", config_json(&m->config));
    json_object_set_new(object, "n_parameters", json_integer((json_int_t)params_learned(m->params)));
    json_object_set_new(object, "parts", parts_json(in->parts));
    json_object_set_new(object, "parameters", params_json(m->params));
    json_object_set_new(object, "memory",
                        json_pack("{sI sI sI}", "weights", (json_int_t)in->stored, "open",
                                  (json_int_t)in->open, "train", (json_int_t)in->train));
    json_object_set_new(object, "shared_vocabulary", json_boolean(m->source == m->target));
    json_object_set_new(object, "source", vocab_json(m->source));
    json_object_set_new(object, "target", vocab_json(m->target));
    json_object_set_new(object, "validations", history_json(&in->history));
    json_object_set_new(object, "best", row_json(&in->history, in->best));
    json_object_set_new(object, "last", row_json(&in->history, in->last));
    return json_line(object);
}
