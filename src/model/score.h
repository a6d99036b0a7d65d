/* score.h -- how well a decoder state and a source word fit: score functions, a row in a table each.
 *
 * A score compares a query (decoder state, width Q) with the memory (encoder outputs, width D). What depends
 * on the source alone is computed once a sentence as its keys. Adding one: a file score_mine.c ending in a
 * const record, and its line in score.c. Help, configuration check and tests walk the table.
 */
#ifndef MODEL_SCORE_H
#define MODEL_SCORE_H

#include "model/state.h"
#include "tensor/op.h"
#include "tensor/param.h"

typedef struct ScoreKind ScoreKind;

typedef struct {
    const ScoreKind *kind;
    int query, memory, hidden; /* widths Q, D and the score's own A */
    int heads;                 /* multi-head */
    double dropout;            /* of weights: multi-head */
    bool guided;               /* multi-head: training wants the weights of guided_head (-1: the mean) */
    int guided_head;
    int max_length; /* longest source incl. end of sentence (location) */
    Tensor *w_query, *w_memory, *w_out, *bias, *v;
    Tensor *w_coverage; /* [the keys' width]: added to a key as often as it was looked at; or NULL */
} Score;

/* What a look back gives; R = K * B rows, sentence-major. */
typedef struct {
    Tensor *context; /* [R,T,D] */
    Tensor
        *weights;   /* [R,T,S]; of several heads their mean, and NULL while training; NULL for score `none` */
    Tensor *scores; /* [R,T,S] before softmax; NULL with the weights */
    Tensor *heads;  /* [R,H,T,S] weights of a score that has several heads; else NULL */
    Tensor *copy;   /* [R,T,S] of a score that has several heads, if they are to copy: their mean */
} Look;

struct ScoreKind {
    const char *name, *help;
    bool attends;      /* false only for `none` */
    bool equal_widths; /* needs Q = D */
    bool covers;       /* heeds coverage; its keys then have the width `query`, or `hidden` if `own_width` */
    bool own_width;
    void (*declare)(Score *s, Params *p);
    Tensor *(*keys)(const Score *s, Tape *t,
                    Tensor *memory); /* [B,S,D] -> [B,S,A]; NULL: the memory itself */
    /* [B,T,Q] -> [B,T,S]; cover [B,T,S]: what each word was given before, or NULL (without w_coverage) */
    Tensor *(*score)(const Score *s, Tape *t, Tensor *query, Tensor *keys, Tensor *cover, const int *lengths);
    /* Instead of score, for what is more than one softmax: query [R,T,Q]; weights only when `shown`. */
    Look (*look)(const Score *s, Tape *t, Tensor *query, Tensor *keys, const State *state, bool shown,
                 const RowEdit *edit);
    /* With `look`: attention_values of sentence b, whose length is n. */
    Tensor *(*values)(const Score *s, Tape *t, const Tensor *keys, int b, int n);
};
extern const ScoreKind *const score_kinds[]; /* NULL-terminated */
extern const ScoreKind score_none, score_dot, score_general, score_additive, score_concat, score_scaled_dot,
    score_location, score_multi_head, score_uniform;

const ScoreKind *score_find(const char *name); /* NULL when there is none */

#endif
