/* model.c -- a model folder as a handle.
 *
 * model_open_lean packs every matrix, so that nothing is written to a loaded model: that is why it may be
 * shared between threads.
 */
#include <stdlib.h>

#include "api/handle.h"
#include "base/array.h"

typedef struct {
    const char *dir;
    LbModel *handle;
    LbError *err;
} Load;

static LbStatus load(void *arg)
{
    Load *l = arg;
    l->handle = memory_get(1, sizeof *l->handle);
    LbStatus status = model_open_lean(l->dir, &l->handle->model, l->err);
    return status == LB_OK ? key_sentences_load(l->dir, l->handle, l->err) : status;
}

LbStatus lb_model_load(const char *dir, LbModel **out, LbError *err)
{
    assert(dir && out);
    Load l = { .dir = dir, .err = err };
    LbStatus status = guard(load, &l, err);
    if (status != LB_OK)
        lb_model_free(l.handle);
    *out = status == LB_OK ? l.handle : NULL;
    return status;
}

void lb_model_free(LbModel *m)
{
    if (!m)
        return;
    model_free(m->model);
    free(m);
}

const char *lb_model_type(const LbModel *m)
{
    assert(m);
    return m->model->kind->name;
}

static const char *const good_for[] = {
    [FOR_PAIRS] = "turns one text into another (translate, score SRC TGT, explain, align)",
    [FOR_TEXT] = "continues text (generate) and scores it (score TEXT)",
    [FOR_MASKS] = "guesses masked words (fill)",
};

static Purpose use_of(const Model *m)
{
    return m->kind->hide ? FOR_MASKS : config_is_one_sided(&m->config) ? FOR_TEXT : FOR_PAIRS;
}

LbStatus check_use(const Model *m, Purpose use, const char *what, LbError *err)
{
    Purpose own = use_of(m);
    if (own == use)
        return LB_OK;
    return fail(err, LB_DATA, "this model cannot %s: it is of type %s, which %s", what, m->kind->name,
                good_for[own]);
}

bool lb_model_attends(const LbModel *m)
{
    assert(m);
    return m->model->has_attention;
}

int lb_model_max_input(const LbModel *m)
{
    assert(m);
    const Config *c = &m->model->config;
    return c->max_input > 0 ? c->max_input : c->max_length;
}
