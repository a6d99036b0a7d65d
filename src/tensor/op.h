/* op.h -- every operation that can be differentiated. One op, one file: op_NAME.c.
 *
 * Shapes are said in letters: B sentences, S source length, T target length, D width, V vocabulary, N rows.
 * [...] stands for any leading dimensions. Results live in the tape's batch arena. Loops over source words
 * run over each sentence's true length (`lengths` [B]; NULL: all are full), never over padding.
 */
#ifndef TENSOR_OP_H
#define TENSOR_OP_H

#include "compute/loops.h"
#include "tensor/mixture.h"
#include "tensor/tape.h"

/* ---- products and sums ---- */
Tensor *op_linear(Tape *t, Tensor *x, Tensor *w,
                  Tensor *b); /* [...,I] [O,I] [O] or NULL -> [...,O]: x w^T + b */
/* One step of a decoder: base[:,step,:] + x w^T: [B,T,O] [B,1,I] [O,I] -> [B,1,O] */
Tensor *op_step_plus(Tape *t, Tensor *base, int step, Tensor *x, Tensor *w);
/* tanh([x1 x2] w^T + b): [...,C] [...,D] [O,C+D] [O] -> [...,O] (Luong et al. 2015, equation 5) */
Tensor *op_readout(Tape *t, Tensor *x1, Tensor *x2, Tensor *w, Tensor *b);
Tensor *op_add(Tape *t, Tensor *x, Tensor *y);  /* same shapes */
Tensor *op_mul(Tape *t, Tensor *x, Tensor *y);  /* same shapes, elementwise */
Tensor *op_scale(Tape *t, Tensor *x, double a); /* a x */
Tensor *op_sum(Tape *t, Tensor *x);             /* [...] -> [1] */

/* y = residual + drop(curve(norm(x) w^T + b)): what is NULL is missing; [...,I] -> [...,O] (op_dense.c) */
typedef struct {
    Tensor *w, *b;        /* [O,I]; [O] or NULL */
    Tensor *gain, *shift; /* [I] of the layer norm; NULL: x as it is */
    const Curve *curve;   /* curve_find; NULL: none */
    double dropout;       /* of what is added to the residual */
    Tensor *residual;     /* [...,O] or NULL */
} Dense;
Tensor *op_dense(Tape *t, Tensor *x, const Dense *d);
Tensor *op_layer_norm(Tape *t, Tensor *x, Tensor *gain, Tensor *shift); /* [...,D] [D] [D] (Ba et al. 2016) */
#define NORM_EPS REAL(1e-5)                                             /* added to the variance */

/* ---- elementwise ---- */
Tensor *op_tanh(Tape *t, Tensor *x);
Tensor *op_sigmoid(Tape *t, Tensor *x);
Tensor *op_relu(Tape *t, Tensor *x);
/* Each number becomes 0 with probability rate, the others are divided by 1 - rate; x itself when the tape
 * is not training. Srivastava et al. 2014. */
Tensor *op_dropout(Tape *t, Tensor *x, double rate);

/* ---- moving numbers ---- */
Tensor *op_embed(Tape *t, Tensor *table, const int *ids, int B, int T); /* [V,E] -> [B,T,E] */
/* drop(scale table[id] + positions[first + t]): [V,E] and [P,E] or NULL -> [B,T,E] (Vaswani et al.
 * 2017, 3.4); ids from V on are rows of `more` [N,E], if it is not NULL. */
Tensor *op_embed_at(Tape *t, Tensor *table, Tensor *more, const int *ids, int B, int T, double scale,
                    Tensor *positions, int first, double dropout);
Tensor *op_join(Tape *t, Tensor *x, Tensor *y);          /* [...,C] [...,D] -> [...,C+D] */
Tensor *op_columns(Tape *t, Tensor *x, int from, int n); /* [...,D] -> [...,n]: columns from..from+n */
Tensor *op_reshape(Tape *t, Tensor *x, int n_dim, const int *dim); /* same numbers, shared */
Tensor *op_stack(Tape *t, Tensor *const *steps, int n);            /* n of [B,1,D] -> [B,n,D] */
Tensor *op_repeat(Tape *t, Tensor *x, int n);                      /* [B,D] -> [B,n,D] */

/* ---- attention ---- */
Tensor *op_dot_each(Tape *t, Tensor *q, Tensor *k, const int *lengths); /* [B,T,D] [B,S,D] -> [B,T,S] */
Tensor *op_additive(Tape *t, Tensor *q, Tensor *k, Tensor *v,
                    const int *lengths); /* v . tanh(q + k): [B,T,A] [B,S,A] [A] -> [B,T,S] */
/* The same of keys k + c w, c [B,T,S] what each word was covered before, w [A]: v . tanh(q + k + c w). */
Tensor *op_additive_covered(Tape *t, Tensor *q, Tensor *k, Tensor *v, Tensor *c, Tensor *w,
                            const int *lengths);
/* What coverage c [B,T,S] adds to scores x [B,T,S] that are dot products with q [B,T,A]: x + c (q . w) */
Tensor *op_cover(Tape *t, Tensor *x, Tensor *c, Tensor *q, Tensor *w);
Tensor *op_cut(Tape *t, Tensor *x, int S); /* [B,T,L] -> [B,T,S], S <= L (score `location`) */
Tensor *op_softmax(Tape *t, Tensor *x,
                   const int *lengths); /* [B,T,S] over s < lengths[b]; exactly 0 beyond */
Tensor *op_mix(Tape *t, Tensor *weights, Tensor *memory, const int *lengths); /* [B,T,S] [B,S,D] -> [B,T,D] */

/* Words [B,S] as parts of spans 0 .. n-1 of their sentence; -1: of none. */
typedef struct {
    const int *of; /* [B,S] */
    int n;
    int width; /* of op_sum_spans: 0, or the block of position encoding (op_spans.c) */
} Spans;
Tensor *op_sum_spans(Tape *t, Tensor *x, const Spans *spans);          /* [B,S,D] -> [B,n,D] */
Tensor *op_share_spans(Tape *t, Tensor *x, const Spans *spans, int S); /* [B,T,n] -> [B,T,S] */

/* Changes weights after their softmax, before they are used and copied: the n that count of word t of row
 * `row`. Threads call it in any order. */
typedef struct {
    void (*edit)(const void *context, int row, int head, int t, int n, real *weights);
    const void *context;
} RowEdit;

/* Multi-head attention over projected queries, keys and values (Vaswani et al. 2017, section 3.2): for each
 * head of width d, context = drop(softmax(q k^T / sqrt(d))) v. Queries are D columns of q [R,T,*] from q_at
 * on, keys and values D columns each of kv [B,S,*]; R = K B rows share the B sentences, sentence-major; ->
 * [R,T,D]. Weights exist for some rows at a time and are made again in the backward pass, so memory grows
 * with the length, not with its square; `weights` asks for a copy of them, before dropout. */
typedef struct {
    int D, heads; /* width of all heads together */
    int q_at, k_at, v_at;
    const int *lengths; /* [B] of kv; NULL: all S */
    bool causal;        /* word t sees keys 0 .. t; needs T = S */
    bool uniform;       /* the same weight for every key it sees: q and k are not read */
    double dropout;
    Tensor **weights;    /* NULL, or where a [R,heads,T,S] tensor is put; it has no gradient */
    const RowEdit *edit; /* NULL, or what changes weights; not of a tape that records, nor of a past */
} Heads;
Tensor *op_multi_head(Tape *t, Tensor *q, Tensor *kv, const Heads *h);

/* The same for a decoder that goes on: row r's word j of n is keys[r][j] (a row like kv's), and its own T
 * words are the last of them, each seeing itself and those before. Without gradient; lengths, causal,
 * dropout: no. */
Tensor *multi_head_past(Tape *t, Tensor *q, const real *const *const *keys, int n, const Heads *h);

/* ---- recurrence: whole sequences. x is used up: its values become the gates, so nobody else may read it.
 * ---- */
typedef struct {
    Tensor *all;   /* [B,T,H] every step; 0 at padding */
    Tensor *h, *c; /* [B,H] after each sentence's last step (reverse: after its first); c NULL for GRU */
} Recurrent;

/* Hochreiter and Schmidhuber 1997, with forget gate. x: the input's part of the gates for all steps, biases
 * included, in order i f g o; u: recurrent weights. Reverse runs each sentence from its true end. */
Recurrent op_lstm(Tape *t, Tensor *x, Tensor *u, Tensor *h, Tensor *c, const int *lengths,
                  bool reverse); /* [B,T,4H] [4H,H] [B,H] [B,H] */

/* Cho et al. 2014 (reset before the product; order r z n): n = tanh(x_n + u_n (r * h)), h' = (1-z) n + z h.
 */
Recurrent op_gru(Tape *t, Tensor *x, Tensor *u_rz, Tensor *u_n, Tensor *h, const int *lengths,
                 bool reverse); /* [B,T,3H] [2H,H] [H,H] [B,H] */

/* The variant of cuDNN and PyTorch: n = tanh(x_n + r * (u_n h + b_n)); b [3H] is added to u h. */
Recurrent op_gru_after(Tape *t, Tensor *x, Tensor *u, Tensor *b, Tensor *h, const int *lengths,
                       bool reverse); /* [B,T,3H] [3H,H] [3H] [B,H] */

/* Where shut[place], gates x [R,L,G*H] of any cell above become those that make its state 0, whatever it was:
 * gates of -1e4, a new value of 0. x is changed in place and is what comes back. */
Tensor *op_shut(Tape *t, Tensor *x, const bool *shut, int H); /* shut [R*L] */

/* ---- loss ---- */
/* The output layer, softmax and loss: the sum over n chosen rows of the flattened x of the cross-entropy of
 * softmax(x w^T + b) with smoothed targets (Szegedy et al. 2016): (1 - e) nll + e mean(-log p).
 * x [...,D], w [V,D], b [V] or NULL -> [1]. *nll (may be NULL): the plain negative log-likelihood. *correct
 * (may be NULL): how often the target had the largest logit. */
Tensor *op_cross_entropy(Tape *t, Tensor *x, const int *rows, int n, Tensor *w, Tensor *b, const int *targets,
                         double smoothing, double *nll, int *correct);
/* The same with words that may be copied: targets from V on are in sources alone, and one that is at no place
 * of its source counts as next to impossible. Smoothing is of the generated words. The mixture has x's rows.
 */
Tensor *op_cross_entropy_mixed(Tape *t, Tensor *x, const int *rows, int n, Tensor *w, Tensor *b,
                               const Mixture *m, const int *targets, double smoothing, double *nll,
                               int *correct);
/* Coverage loss (op_coverage.c): what the weights of each word share with the sum of those before it, of the
 * first len[b] words; weights [B,T,S] -> [1] */
Tensor *op_coverage(Tape *t, Tensor *weights, const int *len);
/* Guided attention: -sum over n cells of share[i] log weights[row[i], column[i]]; weights [...,S] -> [1] */
Tensor *op_guide(Tape *t, Tensor *weights, int n, const int *row, const int *column, const double *share);

#endif
