/* norms.h -- weights times the length of what they bring in.
 *
 * A large weight on a short vector says little: a Transformer puts its weight on the end of sentence, whose
 * value is near 0, when it has nothing to look for. What source place s brings into the output of head h is
 * alpha f_h(s), f_h(s) = (x_s W_V + b_V) W_O, of which the length is taken (Kobayashi et al. 2020, "Attention
 * is Not Only a Weight: Analyzing Transformers with Vector Norms"); of all heads together the length of the
 * sum of their vectors, which is not the sum of lengths. Of a recurrent decoder f(s) = W_c h_s, W_c being
 * what the readout (or, without one, the cell) makes of the context; where both read it, f(s) = h_s.
 *
 * Rows are divided by their sums, so that they can stand where weights do. A row of zeros becomes the
 * weights.
 */
#ifndef MODEL_NORMS_H
#define MODEL_NORMS_H

#include "model/model.h"

typedef struct {
    LayerMaps each;     /* of each head: [R,H,T,S] a layer, as maps->cross */
    LayerMaps together; /* of all heads: [R,1,T,S] a layer */
} NormMaps;

/* Of what was decoded last: maps not a summary, nothing recorded; memory from the tape's batch. Without cross
 * attention there are no layers. */
void norms_of(const Model *m, Tape *t, const State *s, const Maps *maps, NormMaps *out);

/* Values of sentence b, the D columns of kv [B,S,*] from `at` on, each head by itself and 0 elsewhere:
 * [heads,n,D]. For those who implement Architecture.values. */
Tensor *norms_heads_apart(Tape *t, const Tensor *kv, int b, int n, int at, int D, int heads);

#endif
