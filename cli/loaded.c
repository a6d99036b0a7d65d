/* loaded.c -- from -m DIR to a session. */
#include "cli/loaded.h"

#include <string.h>

#include "base/array.h"
#include "cli/screen.h"
#include "cli/stop.h"

static LbStatus load_one(Loaded *l, const char *dir, LbError *err)
{
    LbModel *model;
    LbStatus status = lb_model_load(dir, &model, err);
    if (status == LB_OK)
        array_push(l->models, model);
    return status;
}

LbStatus loaded_open(Loaded *l, const char *dir, char *const *others, const Common *common, LbError *err)
{
    *l = (Loaded){ 0 };
    if (!dir)
        return fail(err, LB_USAGE, "which model? Name its folder with -m DIR");
    LbStatus status = load_one(l, dir, err);
    for (size_t i = 0; status == LB_OK && i < array_len(others); i++)
        status = load_one(l, others[i], err);
    if (status != LB_OK)
        return status;
    status = lb_session_new((const LbModel *const *)l->models, array_len(l->models), common->memory,
                            &l->session, err);
    if (status != LB_OK)
        return status;
    stop_watch(true);
    lb_session_watch(l->session, stop_wanted, NULL);
    return LB_OK;
}

void loaded_tell_batch(Loaded *l, int asked)
{
    int fits = lb_session_batch(l->session);
    if (fits >= asked || fits == l->told)
        return;
    l->told = fits;
    screen_say("the memory limit is too small for %d sentences at a time; now %d (outputs stay the same)",
               asked, fits);
}

void loaded_close(Loaded *l)
{
    lb_session_free(l->session);
    for (size_t i = 0; i < array_len(l->models); i++)
        lb_model_free(l->models[i]);
    array_free(l->models);
}

LbStatus loaded_must_attend(const Loaded *l, const char *what, LbError *err)
{
    for (size_t i = 0; i < array_len(l->models); i++)
        if (lb_model_attends(l->models[i]) || text_equal(lb_model_type(l->models[i]), "lm") ||
            text_equal(lb_model_type(l->models[i]), "mlm")) /* those do not get as far */
            return LB_OK;
    return fail(err, LB_DATA,
                "%s shows where a model looked, and this one cannot look: its attention score is "
                "`none`; take a model with attention",
                what);
}

LbStatus fail_after(LbError *err, uint64_t lines)
{
    return fail(err, LB_CANCELLED, "stopped after line %llu; every line written is whole",
                (unsigned long long)lines);
}

LbStatus fail_in_chunk(LbError *err, const char *name, uint64_t first)
{
    if (!err || err->line <= 0)
        return err ? err->status : LB_DATA;
    char *tail = strstr(err->text, " (line ");
    if (tail)
        *tail = '\0';
    int line = (int)(first + (uint64_t)err->line);
    return fail_line(err, err->status, line, "%s: %s", name, err->text);
}

static LbStatus answer_range(Loaded *l, const Answers *a, size_t from, size_t n, LbError *err)
{
    LbResult *results;
    LbStatus status = a->ask(a->job, from, n, &results, err);
    loaded_tell_batch(l, a->batch);
    if (status == LB_MEMORY && n > 1) {
        status = answer_range(l, a, from, n / 2, err);
        return status == LB_OK ? answer_range(l, a, from + n / 2, n - n / 2, err) : status;
    }
    for (size_t i = 0; status == LB_OK && i < n; i++)
        a->answer(a->job, &results[i], from + i);
    lb_results_free(results);
    return status;
}

LbStatus loaded_answer(Loaded *l, Lines *in, const Answers *a, LbError *err)
{
    LbStatus status;
    while ((status = lines_read(in, err)) == LB_OK && array_len(in->lines) > 0) {
        status = answer_range(l, a, 0, array_len(in->lines), err);
        if (status == LB_OK)
            status = print_flush(err);
        if (status != LB_OK)
            break;
    }
    return status == LB_CANCELLED ? fail_after(err, in->first) : status;
}
