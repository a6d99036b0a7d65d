/* tokenize.h -- sacreBLEU's tokenizers: how a line becomes words before BLEU counts them.
 *
 *   13a   mteval-v13a: ASCII punctuation apart, figures kept whole; unescapes &quot; &amp; &lt; &gt;
 *   intl  mteval-v14 international: Unicode punctuation apart unless between numbers; symbols always
 *   char  every character a word
 *   none  the line as it is
 */
#ifndef METRIC_TOKENIZE_H
#define METRIC_TOKENIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"
#include "metric/line.h"

typedef struct Tokenizer Tokenizer;

extern const char *const tokenizer_names[]; /* ends with NULL */

const Tokenizer *tokenizer_find(const char *name); /* NULL: no such one */
const char *tokenizer_name(const Tokenizer *t);

/* Puts blanks into *codes (array.h) where words end; *spare is working room, an array of the same kind (the
 * two may trade places). The words are then what codes_words finds. The line's end must be stripped before.
 */
void tokenize(const Tokenizer *t, uint32_t **codes, uint32_t **spare);

/* Tercom's, for ter.h: punctuation apart, then taken out; with `asian` also that of Chinese and Japanese,
 * whose characters become words. Blanks alone count when neither is asked for. */
void tokenize_tercom(bool normalized, bool no_punct, bool asian, uint32_t **codes, uint32_t **spare);

void tokenize_line(const Tokenizer *t, Line line, Str *out); /* appends the words, one blank between them */

#endif
