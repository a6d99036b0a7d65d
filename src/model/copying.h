/* copying.h -- output words that are copied from the source (See, Liu and Manning 2017), for any architecture
 * that attends to it.
 *
 * The k-th word of a sentence that the source vocabulary does not know has the number V_source + k there, and
 * V_target + k among the output's words. Architectures never see these numbers: they are hidden here before
 * anything is read, and mixed in (tensor/mixture.h) after all is said.
 */
#ifndef MODEL_COPYING_H
#define MODEL_COPYING_H

#include "model/model.h"

/* The cross attention that copies; of a recurrent model its one map. */
HeadPlace copying_head(const Config *c);
/* Adds the gate and the table from source to target words to a model that copies. */
void copying_declare(Model *m);
/* Vectors [N,width] that unknown words are read as; NULL: as <unk>. */
Tensor *copying_declare_words(Model *m, const char *name, Init init, int width);
/* Which of the vectors for unknown words (`model.copy.slots`) each is read as. */
UnknownAs copying_numbers(const Model *m, Tape *t, const Batch *b);
/* b with unknown words as the model reads them, in *plain. */
const Batch *copying_hide(const Model *m, Tape *t, const Batch *b, UnknownAs as, Batch *plain);
/* Puts what copying needs into a fresh state. */
void copying_begin(const Model *m, Tape *t, State *s, const Batch *b);
/* words [R,T] as the decoder reads them. */
const int *copying_words(const Model *m, Tape *t, const State *s, const int *words, int T);
/* targets [n] of the rows of [B,T]: a word that its source cannot say becomes <unk>. */
void copying_targets(const Model *m, const State *s, const int *rows, int n, int T, int *targets);

#endif
