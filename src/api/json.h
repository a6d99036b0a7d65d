/* json.h -- results as JSON (jansson), in the forms of the command line's contract. */
#ifndef API_JSON_H
#define API_JSON_H

#include <jansson.h>

#include "lookback.h"

json_t *json_text(const char *text);                                    /* malformed UTF-8 is repaired */
json_t *json_number(double x);                                          /* null when it is not finite */
json_t *json_words(const LbWord *words, size_t n);                      /* ["the", ...] */
json_t *json_spans(const LbWord *words, size_t n);                      /* [[0,3], ...] */
json_t *json_matrix(const double *values, size_t rows, size_t columns); /* [[...], ...]; null for NULL */
char *json_line(json_t *object);                                        /* one line; the object is given up */

#endif
