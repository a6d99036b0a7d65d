/* attention.h -- looking back: scores, weights, context. */
#ifndef MODEL_ATTENTION_H
#define MODEL_ATTENTION_H

#include "model/config.h"
#include "model/score.h"
#include "model/state.h"

void attention_declare(Score *s, Params *p, const Config *c);
/* Puts what a sentence needs into the state: memory [B,S,D] and keys, or `last` [B,D] for `none`. */
void attention_begin(const Score *s, Tape *t, State *state, Tensor *memory, Tensor *last);
/* query [R,T,Q], of word `at` of this call of decode and those after it; rows are sentence-major, R = B * K.
 * With coverage T is 1, and the state is told where it looked. */
Look attention_look(const Score *s, Tape *t, State *state, Tensor *query, int at);
/* The context that a weight of 1 on each source place of sentence b gives, by head: [H,n,D]. */
Tensor *attention_values(const Score *s, Tape *t, const State *state, int b);
/* The weights of op_multi_head before dropout, once more, so that gradients can go through them: of one head,
 * or the mean over all (-1). q [B,T,*], kv [B,S,*] -> [B,T,S]. */
Tensor *attention_of_heads(Tape *t, Tensor *q, Tensor *kv, const Heads *h, int head);

#endif
