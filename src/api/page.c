/* page.c -- what stands on a page: results as --json tells them, matrices packed beside, and a head that says
 * where all of it comes from. docs/page.md has the format.
 */
#include "api/page.h"

#include <stdlib.h>
#include <string.h>

#include "api/handle.h"
#include "api/heads.h"
#include "base/array.h"
#include "base/str.h"
#include "explain/erase.h"
#include "search/maps.h"
#include "view/numbers.h"

/* ---- begin and end ---- */

static char *copy_of(const char *text)
{
    return text ? memory_text(text) : NULL;
}

LbStatus lb_page_open(const char *path, LbSession *s, LbPageOptions o, LbPage **out, LbError *err)
{
    assert(path && s && out);
    *out = NULL;
    Page file;
    LbStatus status = page_open(&file, path, o.title ? o.title : "lookback", err);
    if (status != LB_OK)
        return status;
    LbPage *p = memory_get(1, sizeof *p);
    *p = (LbPage){ .file = file, .session = s, .o = o, .head = json_object(), .sentences = json_array() };
    p->o.title = memory_text(o.title ? o.title : "lookback");
    p->o.command = copy_of(o.command);
    p->o.model = copy_of(o.model);
    p->rows = "output", p->weights = "raw";
    json_object_set_new(p->head, "kind", json_string("explain"));
    json_object_set_new(p->head, "columns", json_array());
    *out = p;
    return LB_OK;
}

void lb_page_drop(LbPage *p)
{
    if (!p)
        return;
    page_drop(&p->file);
    json_decref(p->head);
    json_decref(p->sentences);
    numbers_free(&p->numbers.numbers);
    free((char *)(uintptr_t)p->o.title);
    free((char *)(uintptr_t)p->o.command);
    free((char *)(uintptr_t)p->o.model);
    free(p);
}

/* ---- the head ---- */

static json_t *text_or_null(const char *text)
{
    return text ? json_text(text) : json_null();
}

/* The last part of a path that may end in slashes. */
static json_t *last_part(const char *path)
{
    size_t end = path ? strlen(path) : 0, from;
    while (end > 1 && path[end - 1] == '/')
        end--;
    for (from = end; from > 0 && path[from - 1] != '/';)
        from--;
    char *name = memory_bytes(path ? path + from : "", end - from);
    json_t *out = path ? json_text(name) : json_null();
    free(name);
    return out;
}

static HeadCount count_of(const Model *m, LbMapKind kind)
{
    return maps_count(m, (MapKind)kind);
}

static json_t *model_json(const LbPage *p)
{
    const Model *m = p->session->models[0];
    HeadCount count = { 0, 0 };
    for (LbMapKind kind = 0; kind < LB_KINDS && !count.layers; kind++)
        count = count_of(m, kind);
    return json_pack("{s:o, s:o, s:s, s:s, s:i, s:i, s:I}", "name", last_part(p->o.model), "hash",
                     text_or_null(*m->hash ? m->hash : NULL), "type", m->kind->name, "score",
                     text_equal(m->kind->name, "rnn") ? m->config.attention.score : "scaled-dot", "layers",
                     count.layers, "heads", count.heads, "parameters", (json_int_t)params_learned(m->params));
}

/* A beam of 0: nothing was decoded. */
static json_t *decoding_json(const LbPageOptions *o)
{
    if (o->decoding.beam == 0)
        return json_null();
    return json_pack("{s:i, s:f, s:i, s:b}", "beam", o->decoding.beam, "normalize", o->decoding.normalize,
                     "max_input", o->decoding.max_input, "given", (int)o->given);
}

/* ---- the map that is read ---- */

typedef struct {
    LbMapKind kind;
    int layer, head;
    HeadCount count;
} Readout;

/* Of a kind that has no map that stands for the model, the one that lb_map_new() would take. */
static Readout readout_of(const LbPage *p)
{
    const Model *m = p->session->models[0];
    Readout r = { p->o.chosen ? p->o.choice.kind : LB_CROSS, -1, -1, { 0, 0 } };
    r.count = count_of(m, r.kind);
    while (!r.count.layers && r.kind + 1 < LB_KINDS)
        r.count = count_of(m, ++r.kind);
    HeadPlace stands =
        r.kind == LB_CROSS ? model_stands(m) : (HeadPlace){ maps_summary_layer(r.count.layers), -1 };
    bool own = p->o.chosen && (p->o.choice.layer >= 0 || p->o.choice.head >= 0);
    r.layer = p->o.chosen && p->o.choice.layer >= 0 ? p->o.choice.layer : stands.layer;
    r.head = own ? p->o.choice.head : r.count.heads > 1 ? stands.head : -1;
    return r;
}

static char *readout_name(const LbPage *p, const Readout *r)
{
    Str out = { 0 };
    str_addf(&out, "%s attention", head_kind_name(r->kind));
    if (r->head < 0 && r->count.heads > 1)
        str_addf(&out, ", mean over the %d heads", r->count.heads);
    else if (r->count.heads > 1)
        str_addf(&out, ", head %d of 0 to %d", r->head, r->count.heads - 1);
    if (r->count.layers > 1)
        str_addf(&out, "%s layer %d of 0 to %d", r->count.heads > 1 ? " of" : ",", r->layer,
                 r->count.layers - 1);
    if (text_equal(p->weights, "norm"))
        str_add(&out, ", weights times the length of what they bring in");
    if (text_equal(p->rows, "input"))
        str_add(&out, ", the row where a word is read");
    if (p->instead)
        str_addf(&out, "; its figures are those of %s", p->instead);
    return str_take(&out);
}

/* Why this map stands for the model (model_stands). */
static const char *readout_stands(const Config *c, const Readout *r)
{
    if (r->kind == LB_CROSS && config_is_guided(c))
        return "what training guided";
    return r->kind == LB_CROSS && config_copies(c) ? "what copies" : "the layer last but one";
}

/* free() it */
static char *readout_chosen(const LbPage *p, const Readout *r)
{
    if (r->count.layers * r->count.heads <= 1)
        return memory_text("the only one");
    if (p->o.chosen && (p->o.choice.layer >= 0 || p->o.choice.head >= 0))
        return memory_text("chosen by --layer and --head");
    Str out = { 0 };
    str_addf(&out, "%s%s", readout_stands(&p->session->models[0]->config, r),
             p->o.decoding.beam == 0 ? "" : "; --layer and --head choose another");
    return str_take(&out);
}

static json_t *readout_json(const LbPage *p)
{
    Readout r = readout_of(p);
    if (r.count.layers == 0)
        return json_null();
    char *name = readout_name(p, &r), *chosen = readout_chosen(p, &r);
    json_t *out = json_pack("{s:s, s:i, s:o, s:s, s:s, s:s, s:s}", "kind", head_kind_name(r.kind), "layer",
                            r.layer, "head", r.head < 0 ? json_string("mean") : json_integer(r.head), "rows",
                            p->rows, "weights", p->weights, "name", name, "chosen", chosen);
    free(name);
    free(chosen);
    return out;
}

/* ---- columns of the list ---- */

void page_column(LbPage *p, const char *id, const char *title, const char *help, const char *worse)
{
    json_array_append_new(json_object_get(p->head, "columns"),
                          json_pack("{s:s, s:s, s:s, s:o}", "id", id, "title", title, "help", help, "worse",
                                    worse ? json_string(worse) : json_null()));
}

void page_figure_columns(LbPage *p)
{
    page_column(
        p, "skill", "Skill",
        "The share of what leave-one-out finds that attention finds: 0 any word would do as well, 1 it "
        "points at the words that matter most.",
        "low");
    page_column(
        p, "drop", "Drop",
        "Mean of what a word of the output loses, in nats, when the word is erased at which it looked "
        "most.",
        "low");
    page_column(p, "supported", "Supported",
                "The share of the words of the output that depend on the word at which they looked most.",
                "low");
    page_column(p, "flips", "Flips", "The share of them that the model would not choose without that word.",
                "low");
}

static void fill_head(LbPage *p)
{
    json_t *o = p->head;
    json_object_set_new(o, "format", json_integer(1));
    json_object_set_new(o, "lookback", json_string(LB_VERSION));
    json_object_set_new(o, "title", json_text(p->o.title));
    json_object_set_new(o, "command", text_or_null(p->o.command));
    json_object_set_new(o, "model", model_json(p));
    json_object_set_new(o, "decoding", decoding_json(&p->o));
    json_object_set_new(o, "readout", readout_json(p));
    json_object_set_new(o, "erase", p->erased ? json_string(erase_name(p->erase)) : json_null());
    if (!json_object_get(o, "skill"))
        json_object_set_new(o, "skill", json_null());
    json_object_set_new(o, "quantised",
                        json_pack("{s:i, s:i, s:f, s:f, s:f}", "levels", NUMBERS_LEVELS, "exact",
                                  NUMBERS_EXACT, "error", p->numbers.error[UNIT_WEIGHT], "error_heads",
                                  p->numbers.error[UNIT_HEAD], "error_nats", p->numbers.error[UNIT_NAT]));
    if (p->figures && p->erased && !json_array_size(json_object_get(o, "columns")))
        page_figure_columns(p);
    json_object_set(o, "sentences", p->sentences);
}

LbStatus lb_page_close(LbPage *p, LbError *err)
{
    assert(p);
    fill_head(p);
    char *text = json_line(json_incref(p->head));
    LbStatus status = page_close(&p->file, text, err);
    free(text);
    lb_page_drop(p);
    return status;
}
