/* convert.c -- which format it is, and what all formats need. */
#include "convert/convert.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/file.h"

static const Foreign *const formats[] = { &foreign_ct2, &foreign_g2p };

LbStatus convert_read(const char *path, Model **out, Str *told, LbError *err)
{
    *out = NULL;
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i]->is(path))
            return formats[i]->read(path, out, told, err);
    if (!file_exists(path))
        return fail(err, LB_FILE, "there is no %s", path);
    return fail(
        err, LB_FILE,
        "%s is nothing that can be converted: give a CTranslate2 folder, with its model.bin, or the .npz "
        "of a g2p model",
        path);
}

void wish(Wishes *w, const char *format, ...)
{
    Str text = { 0 };
    va_list arguments;
    va_start(arguments, format);
    str_addv(&text, format, arguments);
    va_end(arguments);
    array_push(w->texts, str_take(&text));
}

void wishes_free(Wishes *w)
{
    for (size_t i = 0; i < array_len(w->texts); i++)
        free(w->texts[i]);
    array_free(w->texts);
}

static void drop_vocabularies(Vocab *source, Vocab *target)
{
    vocab_free(target == source ? NULL : target);
    vocab_free(source);
}

/* The configuration's own checks say what is wrong; of which file is put before it. */
static LbStatus tell_path(const char *path, LbStatus status, LbError *err)
{
    LbError own = err ? *err : (LbError){ 0 };
    return fail(err, status == LB_USAGE ? LB_FORMAT : status, "%s: %s", path, own.text);
}

LbStatus convert_model(const char *path, const Wishes *w, Vocab *source, Vocab *target, Model **out,
                       LbError *err)
{
    Config c;
    *out = NULL;
    LbStatus status = config_load(&c, NULL, (const char *const *)w->texts, (int)array_len(w->texts), err);
    if (status == LB_OK) {
        status = model_new(&c, source, target, false, out, err);
        config_free(&c);
    }
    if (status != LB_OK)
        drop_vocabularies(source, target);
    return status == LB_OK ? status : tell_path(path, status, err);
}
