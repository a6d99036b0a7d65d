/* evidence.h -- the sentences that an output rests on, as text for people and as JSON. */
#ifndef CLI_EVIDENCE_H
#define CLI_EVIDENCE_H

#include <jansson.h>

#include "base/str.h"
#include "lookback.h"

/* "  0.98  supported    Mary went to the hall.  [hall]  without it: garden" and a line end. text: the
 * source's raw line. */
void evidence_add_text(Str *out, const LbEvidence *e, size_t k, const char *text);

/* {"start", "end", "weight", "words": [...], "check"}; `less` is taken from every offset. Without weights
 * they are null. */
json_t *evidence_json(const LbEvidence *e, size_t k, long long less);

/* Whether an output has as many pieces as it may, and so perhaps not its end. */
bool evidence_is_cut(const LbResult *r, int max_length);

/* Any text as part of one line: white space becomes a blank, what no terminal can show U+FFFD. */
void add_one_line(Str *out, const char *text, size_t n);

#endif
