#include "cli/pairs.h"

#include "base/array.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/screen.h"

enum { LINES_WITH_MAPS = 200 }; /* maps of all heads are large: fewer lines at once */

typedef struct {
    const Pairs *pairs;
    Loaded loaded;
    Lines source, target;
    bool has_targets;
    LbTranslateOptions options; /* without targets */
    LbAttentionFile *attention; /* NULL: none is written */
} Job;

/* Without targets: a language model reads the text itself, one of masked words as well; others translate. */
static LbStatus ask_sources(Job *j, const LbText *lines, size_t n, LbResult **results, LbError *err)
{
    const Pairs *p = j->pairs;
    const char *type = lb_model_type(j->loaded.models[0]);
    if (p->one_text || text_equal(type, "lm"))
        return lb_score(j->loaded.session, NULL, lines, n, p->batch, p->tokens, p->maps, results, err);
    if (text_equal(type, "mlm"))
        return lb_fill(j->loaded.session, lines, n, (LbFillOptions){ 1, p->batch, p->tokens, p->maps },
                       results, err);
    return lb_translate(j->loaded.session, lines, n, NULL, j->options, results, err);
}

static LbStatus ask(Job *j, size_t from, size_t n, LbResult **results, LbError *err)
{
    const Pairs *p = j->pairs;
    if (j->has_targets)
        return lb_score(j->loaded.session, j->source.lines + from, j->target.lines + from, n, p->batch,
                        p->tokens, p->maps, results, err);
    j->options.first_line = j->source.first + from;
    return ask_sources(j, j->source.lines + from, n, results, err);
}

static LbStatus take(Job *j, const LbResult *r, LbText source, uint64_t line, LbError *err)
{
    const LbHypothesis *h = &r->hypotheses[0];
    if (h->maps_too_large)
        screen_say(
            "line %llu is too long for maps of where the model looked; its sentences one by one have some",
            (unsigned long long)line + 1);
    LbStatus status = j->pairs->take(j->pairs->context, r, source, line, err);
    return status == LB_OK && j->attention ? lb_attention_add(j->attention, r, (size_t)line, err) : status;
}

/* Pairs that do not fit into memory together are taken half and half. */
static LbStatus run_range(Job *j, size_t from, size_t n, LbError *err)
{
    LbResult *results;
    LbStatus status = ask(j, from, n, &results, err);
    loaded_tell_batch(&j->loaded, j->pairs->batch);
    if (status == LB_MEMORY && n > 1) {
        status = run_range(j, from, n / 2, err);
        return status == LB_OK ? run_range(j, from + n / 2, n - n / 2, err) : status;
    }
    if (status != LB_OK)
        return fail_in_chunk(err, lines_name(&j->source), j->source.first + from);
    for (size_t i = 0; i < n && status == LB_OK; i++)
        status = take(j, &results[i], j->source.lines[from + i], j->source.first + from + i, err);
    lb_results_free(results);
    return status;
}

static LbStatus run_chunk(Job *j, LbError *err)
{
    LbStatus status = LB_OK;
    size_t n = array_len(j->source.lines), most = j->pairs->maps == LB_MAPS_ALL ? LINES_WITH_MAPS : n;
    for (size_t from = 0; from < n && status == LB_OK; from += most)
        status = run_range(j, from, n - from < most ? n - from : most, err);
    return status == LB_OK ? print_flush(err) : status;
}

static LbStatus read_chunk(Job *j, LbError *err)
{
    return j->has_targets ? lines_read_both(&j->source, &j->target, err) : lines_read(&j->source, err);
}

static LbStatus run_all(Job *j, LbError *err)
{
    const Pairs *p = j->pairs;
    LbStatus status = p->attends ? loaded_must_attend(&j->loaded, p->attends, err) : LB_OK;
    if (status == LB_OK && p->attention)
        status = lb_attention_open(p->attention, p->pieces, &j->attention, err);
    while (status == LB_OK && (status = read_chunk(j, err)) == LB_OK) {
        if (array_len(j->source.lines) == 0)
            return LB_OK;
        status = run_chunk(j, err);
    }
    return status == LB_CANCELLED ? fail_after(err, j->source.first) : status;
}

static LbStatus close_all(Job *j, LbStatus status, LbError *err)
{
    if (status == LB_OK && j->attention)
        status = lb_attention_close(j->attention, err);
    else
        lb_attention_drop(j->attention);
    lines_close(&j->source);
    if (j->has_targets)
        lines_close(&j->target);
    loaded_close(&j->loaded);
    return status;
}

LbStatus pairs_run(const Pairs *p, char *const *paths, size_t n_paths, LbError *err)
{
    Job j = { .pairs = p, .source = lines_of(paths, 1), .has_targets = n_paths > 1 };
    if (j.has_targets)
        j.target = lines_of(paths + 1, 1);
    LbStatus status = loaded_open(&j.loaded, p->model, NULL, p->common, err);
    if (status == LB_OK) {
        j.options = lb_translate_default(j.loaded.models[0]);
        j.options.maps = p->maps;
        j.options.batch = p->batch;
        if (p->opened)
            status = p->opened(p->context, j.loaded.session, &j.options, err);
    }
    if (status == LB_OK)
        status = run_all(&j, err);
    if (status == LB_OK && p->done)
        status = p->done(p->context, err);
    return close_all(&j, status, err);
}
