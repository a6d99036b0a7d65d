/* check_export.c -- what an independent program needs to compute a check's figures again (docs/check.md): a
 * line that says how it was made, then a line for each sentence.
 */
#include <stdlib.h>

#include "api/check.h"
#include "api/json.h"
#include "base/array.h"
#include "base/file.h"

static json_t *json_numbers(const int *x, int n)
{
    json_t *a = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(a, json_integer(x[i]));
    return a;
}

static json_t *json_places(const size_t *x, int n)
{
    json_t *a = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(a, json_integer((json_int_t)x[i]));
    return a;
}

static json_t *json_pieces(const Vocab *v, Unknown unknown, const int *ids, int n)
{
    json_t *a = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(a, json_string(vocab_name(v, ids[i], unknown)));
    return a;
}

static json_t *json_flags(const bool *x, int n)
{
    json_t *a = json_array();
    for (int i = 0; i < n; i++)
        json_array_append_new(a, json_boolean(x[i]));
    return a;
}

static json_t *json_weights(const float *w, int T, int S)
{
    json_t *a = json_array();
    for (int t = 0; t < T; t++) {
        json_t *row = json_array();
        for (int s = 0; s < S; s++)
            json_array_append_new(row, json_real((double)w[t * S + s]));
        json_array_append_new(a, row);
    }
    return a;
}

static json_t *json_stays(const Erased *e)
{
    json_t *a = json_array();
    for (int t = 0; t <= e->T; t++)
        json_array_append_new(a, json_flags(e->stays + (size_t)t * (size_t)e->S, e->S));
    return a;
}

/* Links as [source, target, sure]. */
static json_t *json_links(const CheckSentence *x)
{
    json_t *a = json_array();
    for (size_t i = 0; i < x->n_gold; i++)
        json_array_append_new(
            a, json_pack("[i,i,b]", x->gold[i].source, x->gold[i].target, (int)x->gold[i].sure));
    return a;
}

static void add_sets(json_t *o, const SetDrops *d, int S)
{
    json_t *orders = json_array();
    for (int i = 0; i < SETS_ORDERS; i++)
        json_array_append_new(orders, json_numbers(d->orders + i * S, S));
    json_t *without = json_matrix(&d->without[0][0], SETS_ORDERS, SETS_SIZES);
    json_t *alone = json_matrix(&d->alone[0][0], SETS_ORDERS, SETS_SIZES);
    json_object_set_new(o, "orders", orders);
    json_object_set_new(o, "without", without);
    json_object_set_new(o, "alone", alone);
}

static json_t *json_sentence(const LbCheck *c, const CheckResult *r, size_t k)
{
    const CheckSentence *x = &c->sentences[k];
    const ErasePair *p = &c->pairs[k];
    const Erased *e = x->erased;
    const CheckDraws *d = &r->draws[k];
    const Model *m = c->s->models[0];
    size_t cells = (size_t)e->T * (size_t)e->S;
    json_t *o = json_pack("{s:I, s:o, s:o, s:o, s:o}", "line", (json_int_t)x->line, "source",
                          json_pieces(m->source, p->unknown, p->source, p->n_source), "source_word",
                          json_numbers(p->source_word, p->n_source), "target",
                          json_pieces(m->target, p->unknown, p->target, p->n_target), "target_word",
                          json_numbers(p->target_word, p->n_target));
    json_object_set_new(o, "weights", json_weights(x->maps + (size_t)c->under_test * cells, e->T, e->S));
    json_object_set_new(o, "log_probs", json_matrix(e->log_probs, 1, (size_t)e->T + 1));
    json_object_set_new(o, "drop", json_matrix(e->drop, (size_t)e->T + 1, (size_t)e->S));
    json_object_set_new(o, "likeliest", json_flags(e->likeliest, e->T + 1));
    json_object_set_new(o, "stays", json_stays(e));
    json_object_set_new(o, "neighbour",
                        d->neighbour == SIZE_MAX ? json_null() : json_integer((json_int_t)d->neighbour));
    json_object_set_new(o, "top", json_places(d->top, e->T));
    json_object_set_new(o, "foreign", json_places(d->foreign, e->T));
    json_object_set_new(o, "best", json_places(d->best, e->T));
    if (x->gradient)
        json_object_set_new(o, "gradient", json_matrix(x->gradient, (size_t)e->T, (size_t)e->S));
    if (x->has_gold)
        json_object_set_new(o, "gold", json_links(x));
    if (x->evidence)
        json_object_set_new(o, "evidence", json_flags(x->evidence, e->S));
    if (c->o.sets)
        add_sets(o, &c->sets[k], e->S);
    return o;
}

typedef struct {
    LbCheck *c;
    FILE *f;
} Job;

static void print_line(json_t *o, FILE *f)
{
    json_dumpf(o, f, JSON_COMPACT | JSON_REAL_PRECISION(17));
    putc('\n', f);
    json_decref(o);
}

static LbStatus write_all(void *context)
{
    const Job *j = context;
    size_t mark = arena_mark(j->c->kept);
    CheckPlan p = check_plan(j->c);
    CheckResult r = check_run(&p, j->c->kept);
    print_line(check_head_json(j->c, &r), j->f);
    for (size_t k = 0; k < p.n; k++)
        print_line(json_sentence(j->c, &r, k), j->f);
    arena_rewind(j->c->kept, mark);
    return LB_OK;
}

LbStatus lb_check_export(LbCheck *c, const char *path, LbError *err)
{
    assert(c && path);
    NewFile file;
    LbStatus status = check_ready(c, err);
    if (status == LB_OK)
        status = new_file_open(&file, path, err);
    if (status != LB_OK)
        return status;
    status = guard(write_all, &(Job){ c, file.f }, err);
    if (status == LB_OK)
        status = new_file_keep(&file, err);
    new_file_drop(&file);
    return status;
}
