#include "cli/json.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

void json_print(json_t *object)
{
    assert(object);
    json_dumpf(object, stdout, JSON_REAL_PRECISION(9) | JSON_PRESERVE_ORDER);
    putchar('\n');
    json_decref(object);
}

json_t *json_clean(const char *text, size_t n)
{
    Str clean = { 0 };
    str_add(&clean, "");
    utf8_repair(&clean, text, n);
    json_t *x = json_string(clean.text);
    str_free(&clean);
    return x;
}

json_t *json_finite(double x)
{
    return isfinite(x) ? json_real(x) : json_null();
}
