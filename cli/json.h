/* json.h -- JSON objects as results on standard output. */
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include <jansson.h>

#include "base/str.h"

void json_print(json_t *object);                /* as one line; it is given up */
json_t *json_clean(const char *text, size_t n); /* malformed bytes become U+FFFD */
json_t *json_finite(double x);                  /* null when it is not finite */

#endif
