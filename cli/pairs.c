#include "cli/pairs.h"

#include "base/array.h"
#include "cli/lines.h"
#include "cli/loaded.h"
#include "cli/screen.h"

typedef struct {
    const Pairs *pairs;
    Loaded loaded;
    Lines source, target;
} Job;

/* Pairs that do not fit into memory together are taken half and half. */
static LbStatus run_range(Job *j, size_t from, size_t n, LbError *err)
{
    const Pairs *p = j->pairs;
    LbResult *results;
    LbStatus status = lb_score(j->loaded.session, j->source.lines + from, j->target.lines + from, n, p->batch,
                               p->tokens, &results, err);
    loaded_tell_batch(&j->loaded, p->batch);
    if (status == LB_MEMORY && n > 1) {
        status = run_range(j, from, n / 2, err);
        return status == LB_OK ? run_range(j, from + n / 2, n - n / 2, err) : status;
    }
    if (status != LB_OK)
        return fail_in_chunk(err, lines_name(&j->source), j->source.first + from);
    for (size_t i = 0; i < n; i++)
        p->take(p->context, &results[i]);
    lb_results_free(results);
    return LB_OK;
}

static LbStatus run_chunk(Job *j, LbError *err)
{
    LbStatus status = run_range(j, 0, array_len(j->source.lines), err);
    return status == LB_OK ? print_flush(err) : status;
}

static LbStatus run_all(Job *j, LbError *err)
{
    const char *verb = j->pairs->attends;
    LbStatus status = verb ? loaded_must_attend(&j->loaded, verb, err) : LB_OK;
    while (status == LB_OK && (status = lines_read_both(&j->source, &j->target, err)) == LB_OK) {
        if (array_len(j->source.lines) == 0)
            return LB_OK;
        status = run_chunk(j, err);
    }
    return status == LB_CANCELLED ? fail_after(err, j->source.first) : status;
}

LbStatus pairs_run(const Pairs *p, char *const *paths, LbError *err)
{
    Job j = { .pairs = p, .source = lines_of(paths, 1), .target = lines_of(paths + 1, 1) };
    LbStatus status = loaded_open(&j.loaded, p->model, NULL, p->common, err);
    if (status == LB_OK)
        status = run_all(&j, err);
    lines_close(&j.source);
    lines_close(&j.target);
    loaded_close(&j.loaded);
    return status;
}
