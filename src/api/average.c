/* average.c -- the mean of several checkpoints' weights, as a model of its own (Vaswani et al. 2017, 6.1).
 *
 * What is averaged must be the same model at different times: the same settings `model.` (dropout aside),
 * tensors of the same shapes, and the same vocabularies, piece by piece.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/str.h"
#include "train/checkpoint.h"

typedef struct {
    const char *const *paths;
    size_t n, last; /* of a folder's checkpoints only so many, the latest; 0: all */
    const char *out_dir;
    LbError *err;

    char **files; /* arrays: what is averaged, and */
    char **homes; /* the model folder that each belongs to; NULL: not known */
    Model *model;
} Averaging;

/* ---- which files ---- */

static bool is_model_folder(const char *dir)
{
    char *config = path_join(dir, "config.yaml");
    bool is = file_exists(config);
    free(config);
    return is;
}

/* The folder that a path is in; "." for a lone name. */
static char *folder_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? memory_bytes(path, slash > path ? (size_t)(slash - path) : 1) : memory_text(".");
}

/* A file's model folder is the one it lies in, or the one above (checkpoints/). */
static char *home_of(const char *file)
{
    char *folder = folder_of(file), *above = path_join(folder, "..");
    char *home = is_model_folder(folder) ? folder : is_model_folder(above) ? above : NULL;
    if (home != folder)
        free(folder);
    if (home != above)
        free(above);
    return home;
}

static void add_file(Averaging *a, char *file, char *home)
{
    array_push(a->files, file);
    array_push(a->homes, home);
}

/* The checkpoints in dir/checkpoints/, or the last few of them. */
static LbStatus add_kept(Averaging *a, const char *dir)
{
    char **paths = checkpoint_list(dir);
    size_t n = array_len(paths), first = a->last > 0 && a->last < n ? n - a->last : 0;
    for (size_t i = 0; i < n; i++)
        if (i < first)
            free(paths[i]);
        else
            add_file(a, paths[i], memory_text(dir));
    array_free(paths);
    if (n == 0)
        return fail(a->err, LB_FILE, "%s has no checkpoints to average; train with train.keep above 0", dir);
    if (n < a->last)
        return fail(a->err, LB_USAGE, "%s has only %zu checkpoints, not %zu: train.keep says how many stay",
                    dir, n, a->last);
    return LB_OK;
}

static LbStatus find_files(Averaging *a)
{
    if (a->n == 1 && file_is_dir(a->paths[0]))
        return add_kept(a, a->paths[0]);
    if (a->last > 0)
        return fail(a->err, LB_USAGE, "the last checkpoints are those of one model folder: name one");
    for (size_t i = 0; i < a->n; i++) {
        const char *path = a->paths[i];
        if (!file_exists(path))
            return fail(a->err, LB_FILE, "there is no %s to average", path);
        if (file_is_dir(path))
            add_file(a, path_join(path, WEIGHTS_FILE), memory_text(path));
        else
            add_file(a, memory_text(path), home_of(path));
    }
    return LB_OK;
}

/* ---- do they belong together? ---- */

static bool same_pieces(const Vocab *a, const Vocab *b)
{
    if (vocab_size(a) != vocab_size(b))
        return false;
    for (int i = 0; i < vocab_size(a); i++)
        if (!text_equal(vocab_piece(a, i), vocab_piece(b, i)))
            return false;
    return true;
}

/* What a model computes is said by its settings `model.`, but for dropout; NULL: two models compute the same.
 */
static const Option *other_setting(const Config *a, const Config *b)
{
    const Option *found = NULL;
    Str x = { 0 }, y = { 0 };
    for (const Option *o = config_table; o->key && !found; o++) {
        if (!text_starts(o->key, "model.") || strstr(o->key, "dropout"))
            continue;
        str_cut(&x, 0);
        str_cut(&y, 0);
        option_show(o, a, &x);
        option_show(o, b, &y);
        found = strcmp(x.len ? x.text : "", y.len ? y.text : "") ? o : NULL;
    }
    str_free(&x);
    str_free(&y);
    return found;
}

static LbStatus check_home(Averaging *a, const char *home)
{
    Model *other;
    LbStatus status = model_open(home, false, &other, a->err);
    if (status != LB_OK)
        return status;
    if (!same_pieces(a->model->source, other->source) || !same_pieces(a->model->target, other->target))
        status = fail(a->err, LB_DATA, "%s has another vocabulary than %s: their mean would mean nothing",
                      home, a->homes[0]);
    const Option *differs = other_setting(&a->model->config, &other->config);
    if (status == LB_OK && differs)
        status = fail(a->err, LB_DATA, "%s has another %s than %s: their mean would mean nothing", home,
                      differs->key, a->homes[0]);
    model_free(other);
    return status;
}

static LbStatus check_homes(Averaging *a)
{
    LbStatus status = LB_OK;
    for (size_t i = 1; i < array_len(a->homes) && status == LB_OK; i++)
        if (a->homes[i] && !text_equal(a->homes[i], a->homes[i - 1]))
            status = check_home(a, a->homes[i]);
    return status;
}

static LbStatus check_out(const Averaging *a)
{
    char *weights = path_join(a->out_dir, WEIGHTS_FILE);
    bool taken = is_model_folder(a->out_dir) || file_exists(weights);
    free(weights);
    if (taken)
        return fail(a->err, LB_USAGE, "%s already holds a model; choose another folder", a->out_dir);
    return LB_OK;
}

/* ---- averaging ---- */

static LbStatus open_first(Averaging *a)
{
    if (!a->homes[0])
        return fail(a->err, LB_FILE,
                    "there is no config.yaml beside %s or above it: give a checkpoint in its folder",
                    a->files[0]);
    return model_open(a->homes[0], false, &a->model, a->err);
}

static LbStatus write_model(Averaging *a)
{
    Config *c = &a->model->config;
    free(c->model_dir);
    c->model_dir = memory_text(a->out_dir);
    LbStatus status = model_save_plan(a->model, a->err);
    if (status != LB_OK)
        return status;
    char *path = path_join(a->out_dir, WEIGHTS_FILE);
    status = model_save_weights(a->model, path, a->err);
    free(path);
    return status;
}

static LbStatus average(void *arg)
{
    Averaging *a = arg;
    LbStatus status = check_out(a);
    if (status == LB_OK)
        status = find_files(a);
    if (status == LB_OK)
        status = open_first(a);
    if (status == LB_OK)
        status = check_homes(a);
    if (status == LB_OK)
        status = checkpoint_average(a->model, (const char *const *)a->files, array_len(a->files), a->err);
    return status == LB_OK ? write_model(a) : status;
}

static void texts_free(char **texts)
{
    for (size_t i = 0; i < array_len(texts); i++)
        free(texts[i]);
    array_free(texts);
}

LbStatus lb_average(const char *const *paths, size_t n, const char *out_dir, LbError *err)
{
    return lb_average_last(paths, n, 0, out_dir, err);
}

LbStatus lb_average_last(const char *const *paths, size_t n, size_t last, const char *out_dir, LbError *err)
{
    assert(out_dir && (paths || n == 0));
    if (n == 0)
        return fail(err, LB_USAGE, "there is nothing to average: name a model folder or several checkpoints");
    Averaging a = { .paths = paths, .n = n, .last = last, .out_dir = out_dir, .err = err };
    LbStatus status = guard(average, &a, err);
    model_free(a.model);
    texts_free(a.files);
    texts_free(a.homes);
    return status;
}
