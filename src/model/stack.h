/* stack.h -- a stack of Transformer layers: embeddings with positions, self-attention, attention to another
 * stack's output, feed-forward networks (Vaswani et al. 2017).
 *
 * Each part reads x and adds to it: with norm `pre`, x + f(norm(x)), and a norm at the end of the stack
 * (Xiong et al. 2020); with `post`, norm(x + f(x)). An encoder and a decoder are both stacks, and so is a
 * model that has one of them alone.
 */
#ifndef MODEL_STACK_H
#define MODEL_STACK_H

#include "model/model.h"
#include "model/positions.h"

typedef struct {
    Tensor *gain, *shift; /* the norm before the part, or after it */
    Tensor *in,
        *in_bias; /* self-attention: queries, keys, values [3D,D]; cross: queries [D,D]; feed: [F,D] */
    Tensor *out, *out_bias;       /* [D,D]; feed: [D,F] */
    Tensor *memory, *memory_bias; /* cross: keys and values of the other stack [2D,M] */
} StackPart;

typedef struct {
    StackPart self, cross, feed;
} StackLayer;

typedef struct {
    int n_layers, width, heads, feed_forward, max_positions;
    bool post, scaled;
    bool uniform; /* cross attention that cannot choose */
    double dropout, attention_dropout, feed_dropout;
    const char *curve;
    const PositionKind *positions;
    Tensor *embedding, *places;               /* [V,D]; [P,D] of learned positions */
    Tensor *unknown;                          /* [N,D] vectors of unknown words (copying.h), or NULL */
    Tensor *embedding_gain, *embedding_shift; /* or NULL */
    Tensor *gain, *shift;                     /* of the end; NULL: post */
    StackLayer layer[MAP_LAYERS];
} Stack;

/* Declares encoder.* or decoder.* as the configuration says. shared: whose word vectors it has, or NULL.
 * memory: the width of the stack it attends to; 0: none. */
void stack_declare_encoder(Stack *k, Model *m, Vocab *vocab, const Stack *shared);
void stack_declare_decoder(Stack *k, Model *m, Vocab *vocab, const Stack *shared, int memory);
/* The most words it can read; 0: any number. */
int stack_longest(const Stack *k);

/* ids [B,T], the first of them at place `first` (from 0) -> [B,T,D]; read: NULL, or what is to be told of it
 */
Tensor *stack_embed(const Stack *k, Tape *t, const int *ids, int B, int T, int first, SourceRead *read);
/* All words see all words within lengths: [B,S,D] -> [B,S,D]. maps may be NULL. */
Tensor *stack_encode(const Stack *k, Tape *t, Tensor *x, const int *lengths, LayerMaps *maps);
/* Puts what decoding needs into a fresh state: the past, and keys and values of the memory [B,S,M] (NULL:
 * none). */
void stack_begin(const Stack *k, Tape *t, State *s, Tensor *memory);
/* Words see themselves and those before: [R,T,D] -> [R,T,D], T words on from s->step (which the caller
 * advances). Attention goes into s->maps. */
Tensor *stack_decode(const Stack *k, Tape *t, Tensor *x, State *s);
/* Architecture.values of a decoder. */
Tensor *stack_values(const Stack *k, Tape *t, const State *s, int layer, int b);

#endif
