#include "cli/chosen.h"

#include "base/str.h"

const char *const kind_names[] = { "cross", "encoder", "decoder", NULL };

const char *const erase_names[] = { "unk", "delete", "attention", NULL };

LbErase erase_chosen(const char *name)
{
    int i = 0;
    while (!text_equal(erase_names[i], name))
        i++;
    return (LbErase)i;
}

bool chosen_any(const Chosen *c)
{
    return c->kind || c->layer || c->head;
}

LbStatus chosen_index(const char *flag, const char *text, int *out, LbError *err)
{
    long long n = -1;
    if (!text)
        return LB_OK;
    if (!text_to_int(text, &n) || n < 0 || n > 100000)
        return fail(err, LB_USAGE, "`%.60s` for --%s is not a number from 0", text, flag);
    *out = (int)n;
    return LB_OK;
}

LbStatus chosen_read(const Chosen *c, bool pieces, LbMapChoice *out, LbError *err)
{
    *out = lb_map_default();
    out->pieces = pieces;
    for (int k = 0; kind_names[k]; k++)
        if (text_equal(c->kind, kind_names[k]))
            out->kind = (LbMapKind)k;
    LbStatus status = chosen_index("layer", c->layer, &out->layer, err);
    return status == LB_OK && !text_equal(c->head, "mean") ? chosen_index("head", c->head, &out->head, err)
                                                           : status;
}
