/* json.h -- results as JSON (jansson), in the forms of the command line's contract. */
#ifndef API_JSON_H
#define API_JSON_H

#include <jansson.h>

#include "lookback.h"
#include "view/numbers.h"

/* Where a page puts its matrices: packed, and the JSON text refers to them (docs/page.md). */
typedef enum { UNIT_WEIGHT, UNIT_HEAD, UNIT_NAT, UNIT_OTHER, UNITS } Unit;
typedef struct {
    Numbers numbers;
    double step[UNITS];  /* not narrower; 0: as narrow as can be */
    double error[UNITS]; /* the largest |shown - value| so far */
} JsonNumbers;

json_t *json_text(const char *text);                                    /* malformed UTF-8 is repaired */
json_t *json_number(double x);                                          /* null when it is not finite */
json_t *json_words(const LbWord *words, size_t n);                      /* ["the", ...] */
json_t *json_spans(const LbWord *words, size_t n);                      /* [[0,3], ...] */
json_t *json_reals(const double *values, size_t n);                     /* [...] */
json_t *json_matrix(const double *values, size_t rows, size_t columns); /* [[...], ...]; null for NULL */
/* to NULL: as json_matrix; else {"$matrix": {"at", "rows", "columns"}}. */
json_t *json_matrix_to(JsonNumbers *to, Unit unit, const double *values, size_t rows, size_t columns);
char *json_line(json_t *object); /* one line; the object is given up */

/* What lb_result_json_with() prints; for a page ("marks" follow from "highlights" and are left out) or, `to`
 * NULL, as text. */
json_t *result_json(const LbResult *r, LbJsonParts p, JsonNumbers *to);

#endif
