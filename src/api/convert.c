/* convert.c -- another system's model, read whole, then written beside its place and put there by renaming: a
 * failure at any moment leaves no half of a model.
 */
#include "convert/convert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"

typedef struct {
    const char *in;
    char *out, *aside; /* without slashes at their ends */
    bool overwrite, made;
    Model *model;
    Str told;
    LbError *err;
} Conversion;

/* What a model folder consists of; the configuration, which makes it one, is the first to go. */
static const char *const old_files[] = { "config.yaml",  "model.safetensors", "train.safetensors",
                                         "source.vocab", "target.vocab",      "source.model",
                                         "target.model", "log.jsonl",         "validation.tsv" };
enum { N_OLD = sizeof old_files / sizeof *old_files, N_MODEL = 3 };

static LbStatus check_out(const Conversion *c)
{
    if (file_exists(c->out) && !file_is_dir(c->out))
        return fail(c->err, LB_USAGE, "%s is a file; name a folder for the new model", c->out);
    for (int i = 0; i < N_MODEL && !c->overwrite; i++) {
        char *path = path_join(c->out, old_files[i]);
        bool there = file_exists(path);
        free(path);
        if (there)
            return fail(c->err, LB_USAGE,
                        "%s already holds a model; --overwrite replaces it, or choose another folder",
                        c->out);
    }
    return LB_OK;
}

/* ---- writing ---- */

static LbStatus move(const Conversion *c, const char *name)
{
    char *from = path_join(c->aside, name), *to = path_join(c->out, name);
    LbStatus status = rename(from, to) == 0 ? LB_OK : file_fail(c->err, "write", to, errno);
    free(from);
    free(to);
    return status;
}

/* Into a folder that is there already: what makes it a model goes first and comes last. */
static LbStatus move_files(const Conversion *c)
{
    for (int i = 0; i < N_OLD; i++) {
        char *path = path_join(c->out, old_files[i]);
        unlink(path);
        free(path);
    }
    char **names = dir_list(c->aside);
    LbStatus status = LB_OK;
    for (size_t i = 0; i < array_len(names); i++) {
        if (status == LB_OK && !text_equal(names[i], old_files[0]))
            status = move(c, names[i]);
        free(names[i]);
    }
    array_free(names);
    return status == LB_OK ? move(c, old_files[0]) : status;
}

static LbStatus put_in_place(const Conversion *c)
{
    if (file_exists(c->out))
        return move_files(c);
    return rename(c->aside, c->out) == 0 ? LB_OK : file_fail(c->err, "write", c->out, errno);
}

/* Nobody else may be training in a folder that is replaced. */
static LbStatus write_model(Conversion *c)
{
    int lock = -1;
    LbStatus status = file_exists(c->out) ? dir_lock(c->out, &lock, c->err) : LB_OK;
    c->made = status == LB_OK;
    if (status == LB_OK)
        status = model_save(c->model, c->aside, c->err);
    if (status == LB_OK)
        status = put_in_place(c);
    if (lock >= 0)
        close(lock);
    return status;
}

static LbStatus convert(void *arg)
{
    Conversion *c = arg;
    LbStatus status = check_out(c);
    if (status == LB_OK)
        status = convert_read(c->in, &c->model, &c->told, c->err);
    if (status != LB_OK)
        return status;
    free(c->model->config.model_dir);
    c->model->config.model_dir = memory_text(c->out);
    return write_model(c);
}

LbStatus lb_convert(const char *in, const char *out_dir, bool overwrite, char **told, LbError *err)
{
    assert(in && out_dir && *out_dir);
    size_t len = strlen(out_dir);
    while (len > 1 && out_dir[len - 1] == '/')
        len--;
    Conversion c = { .in = in, .out = memory_bytes(out_dir, len), .overwrite = overwrite, .err = err };
    Str aside = { 0 };
    str_addf(&aside, "%s.new-%ld", c.out, (long)getpid());
    c.aside = str_take(&aside);
    str_add(&c.told, "");
    LbStatus status = guard(convert, &c, err);
    if (c.made)
        dir_drop(c.aside);
    if (told)
        *told = status == LB_OK ? str_take(&c.told) : NULL;
    str_free(&c.told);
    model_free(c.model);
    free(c.out);
    free(c.aside);
    return status;
}
