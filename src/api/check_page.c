/* check_page.c -- a check on a page: every sentence as it is checked, then the table and the verdict. */
#include <math.h>
#include <stdlib.h>

#include "api/check.h"
#include "api/erased_as.h"
#include "api/figures.h"
#include "api/own_map.h"
#include "base/array.h"

/* Of one head the mean is itself. */
static int head_of(const LbCheck *c, const MapName *m)
{
    return c->n_heads == 1 ? -1 : m->head;
}

void lb_check_page(LbCheck *c, LbPage *p)
{
    assert(c && p && !c->page && p->session == c->s);
    const MapName *m = &c->maps[c->under_test];
    HeadPlace stands = model_stands(c->s->models[0]);
    c->page = p;
    p->rows = m->input ? "input" : "output", p->weights = m->norm ? "norm" : "raw";
    p->instead = check_control_says(c->control);
    p->o.chosen = c->n_layers * c->n_heads > 1 && (m->layer != stands.layer || head_of(c, m) != stands.head);
    p->o.choice = (LbMapChoice){ .kind = LB_CROSS, .layer = m->layer, .head = head_of(c, m) };
    json_object_set_new(p->head, "kind", json_string("check"));
}

/* ---- one sentence ---- */

/* Weights of the map under test where they are not attention's own: marks have none. */
static LbMap *tested_map(const LbCheck *c, const LbResult *r, size_t k)
{
    const LbHypothesis *h = &r->hypotheses[0];
    const Erased *e = c->sentences[k].erased;
    const float *from = c->sentences[k].maps + (size_t)c->under_test * (size_t)e->T * (size_t)e->S;
    double *weights = memory_get(h->n_words * r->n_source_words, sizeof *weights);
    for (int t = 0; t < e->T; t++)
        for (int s = 0; s < e->S; s++)
            weights[(size_t)t * r->n_source_words + r->source_begin + (size_t)s] = (double)from[t * e->S + s];
    return map_of_words(r, c->maps[c->under_test].layer, c->maps[c->under_test].head, weights);
}

/* The map under test, or of a control the one whose place it takes. */
static LbStatus map_of(const LbCheck *c, const LbResult *r, size_t k, LbMap **out, LbError *err)
{
    const MapName *m = &c->maps[c->under_test];
    LbMapChoice choice = { .kind = LB_CROSS, .layer = m->layer, .head = head_of(c, m) };
    *out = NULL;
    if (m->input || m->norm) {
        *out = tested_map(c, r, k);
        return LB_OK;
    }
    return lb_map_new(r, 0, c->page->o.chosen ? choice : lb_map_default(), out, err);
}

typedef struct {
    const LbCheck *c;
    size_t k;
    json_t *out;
} Measuring;

static LbStatus measure(void *context)
{
    Measuring *m = context;
    Arena *a = m->c->s->inputs;
    CheckSentence x = m->c->sentences[m->k];
    x.maps += (size_t)m->c->under_test * (size_t)x.erased->T * (size_t)x.erased->S;
    x.gold = NULL, x.n_gold = 0, x.has_gold = false, x.evidence = NULL, x.gradient = NULL;
    arena_rewind(a, 0);
    m->out = figures_json(&x, m->c->control, m->c->o.seed, a);
    return LB_OK;
}

/* The rows of another sentence are not known yet. */
static LbStatus figures_of(const LbCheck *c, size_t k, json_t *to, LbError *err)
{
    Measuring m = { c, k, NULL };
    LbStatus status = c->control == CONTROL_FOREIGN ? LB_OK : guard(measure, &m, err);
    json_object_set_new(to, "figures", m.out ? m.out : json_null());
    return status;
}

static void add_gold(const CheckSentence *x, json_t *to)
{
    json_t *all = json_array();
    for (size_t i = 0; i < x->n_gold; i++)
        json_array_append_new(all, json_pack("[i,i,s]", x->gold[i].source, x->gold[i].target,
                                             x->gold[i].sure ? "sure" : "possible"));
    if (x->has_gold)
        json_object_set(to, "gold", all);
    json_decref(all);
}

LbStatus check_page_add(LbCheck *c, const LbResult *r, LbText source, size_t k, LbError *err)
{
    LbMap *m;
    json_t *more = json_object();
    LbStatus status = map_of(c, r, k, &m, err);
    if (status == LB_OK)
        status = figures_of(c, k, more, err);
    if (status != LB_OK) {
        json_decref(more);
        lb_map_free(m);
        return status;
    }
    const CheckSentence *x = &c->sentences[k];
    ResultPart part = { c->pairs[k], r->source_begin, 0 };
    LbErasure *e = erasure_of_part(c->s->models[0], r, c->o.erase, &part, x->erased);
    bool own = c->page->o.chosen || c->maps[c->under_test].input || c->maps[c->under_test].norm;
    lb_map_check(m, e);
    add_gold(x, more);
    if (c->n_layers * c->n_heads > 1)
        json_object_set_new(
            more, "heads_left_out",
            json_string("a page of many sentences shows one map; lookback explain --html shows "
                        "the others of a sentence"));
    LbPageText text = { .text = source,
                        .line = x->line,
                        .result = r,
                        .map = own ? m : NULL,
                        .checked = m,
                        .erasure = e,
                        .no_gradient = "lookback explain --html measures it for a sentence" };
    status = page_add_text(c->page, &text, more, json_object(), err);
    lb_erasure_free(e);
    lb_map_free(m);
    return status;
}

/* ---- the whole ---- */

static double value(const CheckResult *r, CheckTest test, CheckColumn column)
{
    return r->figure[(int)test * CHECK_COLUMNS + (int)column].value;
}

static json_t *skill_json(const CheckResult *r)
{
    const Estimate *skill = &r->figure[FIGURE_SKILL];
    json_t *o =
        json_pack("{s:I, s:s}", "sentences", (json_int_t)r->n_sentences, "verdict", verdict_name(r->verdict));
    const struct {
        const char *name;
        double value;
    } all[] = {
        { "skill", skill->value },
        { "low", skill->low },
        { "high", skill->high },
        { "drop", value(r, TEST_DROP, OF_MAP) },
        { "random", value(r, TEST_DROP, OF_RANDOM) },
        { "foreign", value(r, TEST_DROP, OF_FOREIGN) },
        { "best", value(r, TEST_DROP, OF_BEST) },
        { "flips", value(r, TEST_FLIPS, OF_MAP) },
        { "flips_random", value(r, TEST_FLIPS, OF_RANDOM) },
        { "supported", value(r, TEST_SUPPORTED, OF_MAP) },
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        json_object_set_new(o, all[i].name, json_number(all[i].value));
    return o;
}

void check_page_report(const LbCheck *c, const CheckReport *r)
{
    json_t *head = c->page->head, *check = check_json(c, r), *maps = json_object_get(check, "maps");
    json_object_set(head, "heads", maps ? maps : json_null());
    json_object_del(check, "maps");
    json_object_set_new(head, "check", check);
    json_object_set_new(head, "skill",
                        r->result.verdict == VERDICT_LITTLE ? json_null() : skill_json(&r->result));
    if (!json_array_size(json_object_get(head, "columns")))
        page_figure_columns(c->page);
}
