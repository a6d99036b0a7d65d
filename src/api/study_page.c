/* study_page.c -- the page of a study: its figures, and of every bucket some sentences with their attention.
 *
 * Sentences are those of the first score that looks, by its first training; what every other one said stands
 * beside.
 */
#include <stdlib.h>
#include <string.h>

#include "api/page.h"
#include "api/study_json.h"
#include "base/array.h"
#include "base/rng.h"
#include "base/status.h"

typedef struct {
    const LbStudy *s;
    const StudySystem *shown;
    int sentences; /* of a bucket */
    LbModel *model;
    LbSession *session;
    LbPage *page;
    json_t *places; /* of each bucket: numbers of sentences of the page */
    LbError *err;
} Making;

/* The first `most` of the members in an order by chance, in the order of the test set. */
static size_t *draw_some(const size_t *members, size_t n, size_t most, uint64_t seed)
{
    Rng rng = rng_new(seed);
    size_t *out = NULL;
    for (size_t i = 0, wanted = most < n ? most : n; i < n && wanted > 0; i++)
        if ((size_t)rng_below(&rng, (int)(n - i)) < wanted) {
            array_push(out, members[i]);
            wanted--;
        }
    return out;
}

static json_t *said_json(const LbStudy *s, size_t i)
{
    json_t *list = json_array();
    for (size_t k = 0; k < array_len(s->systems); k++) {
        const char *text = s->systems[k].runs[0].outputs[i];
        bool right = strlen(text) == s->target[i].len && !memcmp(text, s->target[i].text, s->target[i].len);
        json_array_append_new(list, json_pack("{s:s, s:o, s:b}", "score", s->systems[k].score, "text",
                                              json_text(text), "exact", (int)right));
    }
    return list;
}

static LbStatus add_sentence(const Making *m, size_t i, const LbResult *r)
{
    const LbStudy *s = m->s;
    LbPageText text = { .text = s->source[i], .line = i, .result = r };
    json_t *more = json_pack("{s:o, s:o}", "reference", page_source(s->target[i]), "said", said_json(s, i));
    return page_add_checked(m->page, &text, more, json_pack("{s:i}", "length", s->lengths[i]), m->err);
}

static LbStatus add_bucket(const Making *m, size_t bucket)
{
    const LbStudy *s = m->s;
    const StudyGroup *g = &s->buckets[bucket];
    size_t *some =
        draw_some(g->members, array_len(g->members), (size_t)m->sentences, rng_hash(BOOTSTRAP_SEED, bucket));
    size_t n = array_len(some);
    LbText *lines = memory_get(n + 1, sizeof *lines);
    LbResult *results = NULL;
    LbTranslateOptions o = lb_translate_default(m->model);
    json_t *places = json_array();
    for (size_t k = 0; k < n; k++)
        lines[k] = s->source[some[k]];
    o.beam = s->config.beam, o.normalize = s->config.normalize, o.maps = LB_MAPS_ONE;
    LbStatus status = lb_translate(m->session, lines, n, NULL, o, &results, m->err);
    for (size_t k = 0; status == LB_OK && k < n; k++) {
        json_array_append_new(places, json_integer((json_int_t)json_array_size(m->page->sentences)));
        status = add_sentence(m, some[k], &results[k]);
    }
    json_array_append_new(m->places, places);
    lb_results_free(results);
    free(lines);
    array_free(some);
    return status;
}

/* The study itself, its buckets with their sentences. */
static void add_study(const Making *m)
{
    json_t *o = study_json(m->s), *buckets = json_object_get(o, "buckets");
    for (size_t i = 0; i < json_array_size(buckets); i++)
        json_object_set(json_array_get(buckets, i), "shown", json_array_get(m->places, i));
    json_object_set_new(o, "shown", json_string(m->shown->score));
    json_object_set_new(m->page->head, "kind", json_string("study"));
    json_object_set_new(m->page->head, "study", o);
    page_column(m->page, "length", "Length",
                "Words of the source, or of the reference where lengths are those.", NULL);
}

static LbStatus open_model(Making *m)
{
    LbStatus status = lb_model_load(m->shown->runs[0].dir, &m->model, m->err);
    if (status == LB_OK)
        status =
            lb_session_new((const LbModel *const *)&m->model, 1, m->s->config.memory, &m->session, m->err);
    return status;
}

static LbStatus make_page(Making *m, const char *path, const char *command)
{
    LbPageOptions o = { .title = "lookback study length",
                        .command = command,
                        .model = m->shown->runs[0].dir,
                        .decoding = lb_translate_default(m->model) };
    o.decoding.beam = m->s->config.beam, o.decoding.normalize = m->s->config.normalize;
    LbStatus status = lb_page_open(path, m->session, o, &m->page, m->err);
    for (size_t i = 0; status == LB_OK && i < array_len(m->s->buckets); i++)
        status = add_bucket(m, i);
    if (status == LB_OK) {
        add_study(m);
        status = lb_page_close(m->page, m->err);
        m->page = NULL;
    }
    lb_page_drop(m->page);
    return status;
}

LbStatus lb_study_page(const LbStudy *s, const char *path, int sentences, const char *command, LbError *err)
{
    assert(s && path && sentences >= 0);
    Making m = { .s = s, .shown = study_shown(s), .sentences = sentences, .err = err };
    LbStatus status = page_check_name(path, err);
    if (status == LB_OK && !m.shown)
        return fail(err, LB_DATA,
                    "no score of this study looks at its source: there is no attention to show");
    if (status == LB_OK)
        status = open_model(&m);
    m.places = json_array();
    if (status == LB_OK)
        status = make_page(&m, path, command);
    json_decref(m.places);
    lb_session_free(m.session);
    lb_model_free(m.model);
    return status;
}
