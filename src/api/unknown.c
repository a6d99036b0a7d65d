/* unknown.c -- see unknown.h. */
#include "api/unknown.h"

#include "base/str.h"

static size_t count(const char *const *names)
{
    size_t n = 0;
    while (names[n])
        n++;
    return n;
}

bool name_is_known(const char *name, const char *const *names)
{
    for (size_t i = 0; names[i]; i++)
        if (text_equal(name, names[i]))
            return true;
    return false;
}

LbStatus unknown_name(const char *kind, const char *name, const char *const *names, LbError *err)
{
    Str text = { 0 };
    str_addf(&text, "unknown %s `%.80s`", kind, name ? name : "");
    const char *near = name ? text_nearest(name, names, count(names)) : NULL;
    if (near)
        str_addf(&text, "; did you mean `%s`?", near);
    str_add(&text, near ? " There are" : "; there are");
    for (size_t i = 0; names[i]; i++)
        str_addf(&text, "%s %s", i ? "," : "", names[i]);
    LbStatus status = fail(err, LB_USAGE, "%s", text.text);
    str_free(&text);
    return status;
}

LbStatus check_name(const char *kind, const char *name, const char *const *names, LbError *err)
{
    return name_is_known(name, names) ? LB_OK : unknown_name(kind, name, names, err);
}
