/* mixture.h -- words generated or copied: a distribution over a vocabulary mixed with attention.
 *
 *     P(w) = g p(w) + (1 - g) c(w),   g = sigmoid(gate),   c(w) = sum of the weights of the places that say w
 *
 * See, Liu and Manning 2017, "Get To The Point: Summarization with Pointer-Generator Networks", equation 9.
 * Words from V on are in no vocabulary: p is 0, and only sources that hold them can say them.
 */
#ifndef TENSOR_MIXTURE_H
#define TENSOR_MIXTURE_H

#include <math.h>

#include "tensor/tape.h"

/* R rows (sentences times hypotheses, sentence-major) of T words share B sentences. */
typedef struct {
    Tensor *gate;         /* [R,T,1] */
    Tensor *weights;      /* [R,T,S] */
    const Tensor *places; /* [B,2,S] of mixture_places */
} Mixture;

/* What the places of B sources say, words [B,S]; -1: nothing that can be copied. Of each word's places the
 * first holds the word, and each knows the next (0: none): [B,2,S]; row 0 is -1 elsewhere. */
Tensor *mixture_places(Arena *a, const int *words, int B, int S);
/* The first place of sentence b that says a word; -1: none. */
int mixture_place(const Tensor *places, int b, int word);
int mixture_sentence(const Mixture *m, size_t row); /* of a row of the flattened [R,T] */

/* log g and log (1 - g), neither of which is ever 0 - infinity. */
typedef struct {
    double generate, copy;
} LogGate;
LogGate mixture_gate(const Mixture *m, size_t row);
/* c(w) of the word whose first place is `place`, for a row of the flattened [R,T]; place -1: 0. */
double mixture_weight(const Mixture *m, size_t row, int place);
double log_plus(double a, double b); /* log(exp a + exp b); either may be -infinity */

/* Logits [n,V], of rows rows[i] of the flattened [R,T] (NULL: all), to log-probabilities of words and of
 * `more` words beyond the vocabulary: [n,V+more]. Those that a sentence does not say are -INFINITY. Without
 * gradient. */
Tensor *mixture_log_probs(Tape *t, const Mixture *m, const Tensor *logits, const int *rows, int more);
/* Whether a row of these, of V words, n_words of them a vocabulary's, can say a word. */
static inline bool mixture_says(const real *row, int n_words, int V, int word)
{
    return word < n_words || (word < V && row[word] > -INFINITY);
}
/* Without a mixture: logits become log-probabilities in place. */
void tensor_log_softmax(Tensor *logits);

/* What an impossible word counts as. */
#define MIXTURE_LEAST (-69.0) /* about log 1e-30 */

#endif
