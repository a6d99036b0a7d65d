/* checkpoint.c -- see checkpoint.h. */
#include "train/checkpoint.h"

#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "tensor/safetensors.h"

/* ---- TrainState as notes: whole numbers in decimal, fractions as C's %a, which loses no bit ---- */

typedef struct {
    const char *key;
    size_t offset;
    bool real;
    bool late; /* was not there in the first files: 0 when it is missing */
} Field;

#define WHOLE(name)                                                                                          \
    {                                                                                                        \
#name, offsetof(TrainState, name), false, false                                                      \
    }
#define FRACTION(name)                                                                                       \
    {                                                                                                        \
#name, offsetof(TrainState, name), true, false                                                       \
    }
#define LATE(name)                                                                                           \
    {                                                                                                        \
#name, offsetof(TrainState, name), false, true                                                       \
    }
#define LATE_FRACTION(name)                                                                                  \
    {                                                                                                        \
#name, offsetof(TrainState, name), true, true                                                        \
    }
static const Field fields[] = {
    WHOLE(step),
    WHOLE(epoch),
    WHOLE(pool),
    WHOLE(batch),
    WHOLE(done),
    WHOLE(pool_lines),
    WHOLE(drops),
    WHOLE(bad),
    WHOLE(unimproved),
    WHOLE(validated),
    WHOLE(best_step),
    FRACTION(best),
    FRACTION(kept),
    FRACTION(seconds),
    FRACTION(window_nll),
    FRACTION(window_seconds),
    WHOLE(window_words),
    WHOLE(log_bytes),
    WHOLE(validation_bytes),
    WHOLE(seed),
    WHOLE(pairs),
    WHOLE(data),
    LATE(good),
    LATE(halvings),
    LATE_FRACTION(cost.fixed),
    LATE_FRACTION(cost.source),
    LATE_FRACTION(cost.target),
    LATE_FRACTION(cost.both),
    LATE_FRACTION(cost.room),
    LATE(memory),
    LATE_FRACTION(window_guide),
    LATE(window_guided),
};
enum { N_FIELDS = sizeof fields / sizeof *fields, FIELD_TEXT = 40 };

static void field_show(const Field *f, const TrainState *s, char text[FIELD_TEXT])
{
    const char *at = (const char *)s + f->offset;
    if (f->real) {
        double value;
        memcpy(&value, at, sizeof value);
        snprintf(text, FIELD_TEXT, "%a", value);
    } else {
        int64_t value;
        memcpy(&value, at, sizeof value);
        snprintf(text, FIELD_TEXT, "%" PRId64, value);
    }
}

static bool field_read(const Field *f, TrainState *s, const char *text)
{
    char *at = (char *)s + f->offset, *end;
    if (f->real) {
        double value = strtod(text, &end);
        memcpy(at, &value, sizeof value);
    } else {
        int64_t value = strtoll(text, &end, 10);
        memcpy(at, &value, sizeof value);
    }
    return end != text && !*end;
}

/* ---- parameters and slots as tensors ---- */

static const char average_name[] = "average";

static char *name_in(const char *block, const Param *p)
{
    Str name = { 0 };
    str_addf(&name, "%s/%s", block, p->name);
    return str_take(&name);
}

static StoredTensor stored(const Param *p, char *name, const real *data)
{
    StoredTensor t = { .name = name, .dtype = stored_real, .n_dim = p->tensor.n_dim, .data = data };
    for (int i = 0; i < t.n_dim; i++)
        t.dim[i] = (size_t)p->tensor.dim[i];
    return t;
}

/* An array; names are the caller's to free(). */
static StoredTensor *stored_all(const Model *m, const Optim *o)
{
    StoredTensor *all = NULL;
    for (int i = 0; i < params_count(m->params); i++) {
        const Param *p = params_get(m->params, i);
        array_push(all, stored(p, memory_text(p->name), p->tensor.val));
        for (int k = 0; k < o->kind->n_slots; k++)
            array_push(all, stored(p, name_in(o->kind->slot[k], p), o->slot[k] + p->offset));
        if (o->average)
            array_push(all, stored(p, name_in(average_name, p), o->average + p->offset));
    }
    return all;
}

static LbStatus load_tensor(const SafeTensors *file, const char *path, const char *name, const Param *p,
                            real *to, LbError *err)
{
    const StoredTensor *t = safetensors_find(file, name);
    bool fits = t && t->n_dim == p->tensor.n_dim;
    for (int i = 0; fits && i < t->n_dim; i++)
        fits = t->dim[i] == (size_t)p->tensor.dim[i];
    if (fits && stored_reals(t, to))
        return LB_OK;
    return fail(err, LB_FORMAT,
                "%s: %s is %s; was the model's configuration changed? Start again without --resume", path,
                name, t ? "of another shape or type than the model's" : "missing");
}

static LbStatus load_block(const SafeTensors *file, const char *path, const Model *m, const char *block,
                           real *to, LbError *err)
{
    LbStatus status = LB_OK;
    for (int i = 0; i < params_count(m->params) && !status; i++) {
        const Param *p = params_get(m->params, i);
        char *name = name_in(block, p);
        status = load_tensor(file, path, name, p, to + p->offset, err);
        free(name);
    }
    return status;
}

/* A run that was begun without an average has none in its file. */
static LbStatus load_average(const SafeTensors *file, const char *path, const Model *m, Optim *o,
                             LbError *err)
{
    optim_average_begin(o);
    char *first = name_in(average_name, params_get(m->params, 0));
    bool there = o->average && safetensors_find(file, first);
    free(first);
    return there ? load_block(file, path, m, average_name, o->average, err) : LB_OK;
}

static LbStatus load_all(const SafeTensors *file, const char *path, Model *m, Optim *o, LbError *err)
{
    LbStatus status = LB_OK;
    for (int i = 0; i < params_count(m->params) && !status; i++) {
        const Param *p = params_get(m->params, i);
        status = load_tensor(file, path, p->name, p, p->tensor.val, err);
    }
    for (int k = 0; k < o->kind->n_slots && !status; k++)
        status = load_block(file, path, m, o->kind->slot[k], o->slot[k], err);
    if (!status)
        status = load_average(file, path, m, o, err);
    params_changed(m->params);
    return status;
}

/* ---- the file ---- */

enum { N_NOTES = N_FIELDS + 2 };

LbStatus checkpoint_save(const char *path, const Model *m, const Optim *o, const TrainState *s, LbError *err)
{
    char text[N_FIELDS][FIELD_TEXT];
    StoredNote notes[N_NOTES];
    for (int i = 0; i < N_FIELDS; i++) {
        field_show(&fields[i], s, text[i]);
        notes[i] = (StoredNote){ fields[i].key, text[i] };
    }
    notes[N_FIELDS] = (StoredNote){ "optimizer", o->kind->name };
    notes[N_FIELDS + 1] = (StoredNote){ "metric", m->config.metric };
    StoredTensor *all = stored_all(m, o);
    LbStatus status = safetensors_write(path, all, array_len(all), notes, N_NOTES, err);
    for (size_t i = 0; i < array_len(all); i++)
        free((void *)(uintptr_t)all[i].name);
    array_free(all);
    return status;
}

static bool is_count(int64_t n)
{
    return n >= 0 && n < INT32_MAX;
}

static bool is_bytes(double n)
{
    return isfinite(n) && n >= 0;
}

static LbStatus load_state(const SafeTensors *file, const char *path, TrainState *s, LbError *err)
{
    for (int i = 0; i < N_FIELDS; i++) {
        const char *text = safetensors_note(file, fields[i].key);
        if (!text && fields[i].late)
            text = "0";
        if (!text || !field_read(&fields[i], s, text))
            return fail(err, LB_FORMAT, "%s does not say where training was: its note `%s` is %s", path,
                        fields[i].key,
                        text ? "not a number"
                             : "missing; if an older version wrote it, start again without --resume");
    }
    bool sane = s->step >= 0 && is_count(s->epoch) && is_count(s->batch) && is_count(s->pool) &&
                is_count(s->done) && is_count(s->pool_lines) && is_count(s->drops) && is_count(s->bad) &&
                is_count(s->unimproved) && is_count(s->halvings) && s->log_bytes >= 0 &&
                s->validation_bytes >= 0;
    sane = sane && is_bytes(s->cost.fixed) && is_bytes(s->cost.source) && is_bytes(s->cost.target) &&
           is_bytes(s->cost.both) && is_bytes(s->cost.room);
    return sane ? LB_OK : fail(err, LB_FORMAT, "%s: the position in the training is impossible", path);
}

static LbStatus check_optimizer(const SafeTensors *file, const char *path, const Optim *o, LbError *err)
{
    const char *was = safetensors_note(file, "optimizer");
    if (text_equal(was, o->kind->name))
        return LB_OK;
    return fail(err, LB_DATA,
                "%s was trained with %s, but train.optimizer is %s; set it back, or start again "
                "without --resume",
                path, was ? was : "an unnamed optimiser", o->kind->name);
}

LbStatus checkpoint_load(const char *path, Model *m, Optim *o, TrainState *s, LbError *err)
{
    SafeTensors *file;
    LbStatus status = safetensors_open(path, &file, err);
    if (status)
        return status;
    status = load_state(file, path, s, err);
    if (!status)
        status = check_optimizer(file, path, o, err);
    if (!status)
        status = load_all(file, path, m, o, err);
    if (!status && !text_equal(safetensors_note(file, "metric"), m->config.metric))
        s->best = s->kept = NAN;
    o->step = s->step;
    safetensors_close(file);
    return status;
}

/* ---- the last few ---- */

static char *in_checkpoints(const char *dir, const char *name)
{
    char *folder = path_join(dir, CHECKPOINT_DIR), *path = path_join(folder, name);
    free(folder);
    return path;
}

/* The step in "step-NNNNNN.safetensors"; -1: another name. */
static long long step_of(const char *name)
{
    long long step;
    int end = 0;
    bool ours = sscanf(name, "step-%lld.safetensors%n", &step, &end) == 1 && end > 0 && !name[end];
    return ours && step >= 0 ? step : -1;
}

static int by_step(const void *a, const void *b)
{
    long long x = step_of(*(char *const *)a), y = step_of(*(char *const *)b);
    return (x > y) - (x < y);
}

/* What is in the folder, by step: other names come first. */
static char **list_names(const char *folder)
{
    char **names = dir_list(folder);
    if (array_len(names) > 0)
        qsort(names, array_len(names), sizeof *names, by_step);
    return names;
}

static bool is_safetensors(const char *name)
{
    size_t n = strlen(name), m = strlen(".safetensors");
    return n >= m && text_equal(name + n - m, ".safetensors");
}

char **checkpoint_list(const char *dir)
{
    char *folder = path_join(dir, CHECKPOINT_DIR), **names = list_names(folder), **paths = NULL;
    for (size_t i = 0; i < array_len(names); i++) {
        if (is_safetensors(names[i]))
            array_push(paths, path_join(folder, names[i]));
        free(names[i]);
    }
    array_free(names);
    free(folder);
    return paths;
}

/* Removes our checkpoints but for the `keep` latest. */
static void remove_old(const char *dir, size_t keep)
{
    char *folder = path_join(dir, CHECKPOINT_DIR), **names = list_names(folder);
    size_t n = array_len(names);
    for (size_t i = 0; i < n; i++) {
        char *path = path_join(folder, names[i]);
        if (step_of(names[i]) >= 0 && i + keep < n)
            unlink(path);
        free(path);
        free(names[i]);
    }
    array_free(names);
    free(folder);
}

LbStatus checkpoint_keep(const Model *m, const char *dir, int64_t step, LbError *err)
{
    if (m->config.keep <= 0)
        return LB_OK;
    char name[48];
    snprintf(name, sizeof name, "step-%06" PRId64 ".safetensors", step);
    char *path = in_checkpoints(dir, name), *folder = in_checkpoints(dir, "");
    LbStatus status = dir_make(folder, err);
    if (!status)
        status = model_save_weights(m, path, err);
    if (!status)
        remove_old(dir, (size_t)m->config.keep);
    free(path);
    free(folder);
    return status;
}

/* ---- in a model folder ---- */

static LbStatus copy_file(const char *from, const char *to, LbError *err)
{
    Mapped file;
    LbStatus status = file_map(from, &file, err);
    if (status == LB_OK)
        status = file_write(to, (const char *)file.data, file.len, err);
    file_unmap(&file);
    return status;
}

LbStatus checkpoint_save_in(const char *dir, const Model *m, const Optim *o, const TrainState *s,
                            int64_t before, LbError *err)
{
    char *path = path_join(dir, STATE_FILE), *good = path_join(dir, GOOD_FILE);
    LbStatus status = LB_OK;
    if (before == s->good && s->step != s->good)
        status = copy_file(path, good, err);
    if (status == LB_OK)
        status = checkpoint_save(path, m, o, s, err);
    if (status == LB_OK && s->step == s->good)
        unlink(good);
    free(path);
    free(good);
    return status;
}

LbStatus checkpoint_load_good(const char *dir, Model *m, Optim *o, TrainState *s, LbError *err)
{
    static const char *const names[] = { GOOD_FILE, STATE_FILE };
    const int64_t wanted = s->good;
    for (int i = 0; i < 2; i++) {
        char *path = path_join(dir, names[i]);
        LbStatus status = file_exists(path) ? checkpoint_load(path, m, o, s, err) : LB_FILE;
        free(path);
        if (status == LB_OK && s->step == wanted)
            return LB_OK;
    }
    return fail(err, LB_FILE, "%s has no state of step %" PRId64 " to go back to", dir, wanted);
}

void checkpoint_clear(const char *dir)
{
    static const char *const names[] = { STATE_FILE, GOOD_FILE, WEIGHTS_FILE };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char *path = path_join(dir, names[i]);
        unlink(path);
        free(path);
    }
    remove_old(dir, 0);
}

void checkpoint_sweep(const char *dir)
{
    char *kept = path_join(dir, CHECKPOINT_DIR);
    new_file_sweep(dir);
    new_file_sweep(kept);
    free(kept);
}

/* ---- average ---- */

LbStatus checkpoint_average(Model *m, const char *const *paths, size_t n, LbError *err)
{
    assert(n > 0);
    size_t len = params_len(m->params);
    real *values = params_values(m->params);
    double *sum = memory_get(len, sizeof *sum);
    LbStatus status = LB_OK;
    for (size_t i = 0; i < n && !status; i++) {
        status = model_load_weights(m, paths[i], err);
        for (size_t k = 0; k < len && !status; k++)
            sum[k] += (double)values[k];
    }
    for (size_t k = 0; k < len && !status; k++)
        values[k] = (real)(sum[k] / (double)n);
    params_changed(m->params);
    free(sum);
    return status;
}
