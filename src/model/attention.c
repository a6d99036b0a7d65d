/* attention.c -- weights = softmax(score(query, keys)), context = sum of weights * memory.
 *
 * The K hypotheses of a sentence share its memory: their queries [B*K,T,Q] are seen as [B,K*T,Q], which costs
 * nothing since rows are sentence-major.
 */
#include "model/attention.h"

#include <math.h>
#include <string.h>

#include "model/cell.h"
#include "model/norms.h"

void attention_declare(Score *s, Params *p, const Config *c)
{
    *s = (Score){ .kind = score_find(c->attention.score),
                  .query = c->decoder.hidden,
                  .memory = c->encoder.hidden,
                  .hidden = c->attention.hidden ? c->attention.hidden : c->decoder.hidden,
                  .heads = c->attention.heads,
                  .dropout = c->attention.dropout,
                  .guided = config_is_guided(c),
                  .guided_head = c->guide_head,
                  .max_length = c->max_length + c->source_begin + 1 };
    assert(s->kind);
    s->kind->declare(s, p);
    if (c->copy.coverage && s->kind->covers)
        s->w_coverage =
            param_named(p, "attention", "coverage", INIT_ZERO, s->kind->own_width ? s->hidden : s->query, 0);
}

void attention_begin(const Score *s, Tape *t, State *state, Tensor *memory, Tensor *last)
{
    if (!s->kind->attends) {
        state_set(state, "last", last, false);
        return;
    }
    state_set(state, "memory", memory, false);
    state_set(state, "keys", s->kind->keys ? s->kind->keys(s, t, memory) : memory, false);
    if (!s->w_coverage)
        return;
    Tensor *none = tensor_new(t->batch, 3, (int[]){ state->B, 1, state->S }, false);
    memset(none->val, 0, tensor_len(none) * sizeof *none->val);
    state_set(state, "coverage", none, true);
}

static Tensor *reshape3(Tape *t, Tensor *x, int a, int b, int c)
{
    return op_reshape(t, x, 3, (int[]){ a, b, c });
}

/* weights [B,K*T,S], K rows a sentence */
static void edit_rows(const RowEdit *e, const State *state, int K, Tensor *weights)
{
    int T = weights->dim[1] / K, S = weights->dim[2];
    for (int i = 0; i < state->B * K * T; i++)
        e->edit(e->context, i / T, 0, i % T, state->lengths[i / T / K], weights->val + (size_t)i * (size_t)S);
}

/* Weights [R,1,S] count from the next word on. */
static void cover(Tape *t, State *state, Tensor *weights)
{
    state_set(state, "coverage", op_add(t, state_get(state, "coverage"), weights), true);
}

Look attention_look(const Score *s, Tape *t, State *state, Tensor *query, int at)
{
    int R = query->dim[0], T = query->dim[1], B = state->B, K = R / B;
    assert(B * K == R);
    if (!s->kind->attends) {
        Tensor *c = op_repeat(t, state_get(state, "last"), K * T);
        return (Look){ .context = reshape3(t, c, R, T, s->memory) };
    }
    const RowEdit *edit = state_row_edit(state, t, 0, at);
    if (s->kind->look)
        return s->kind->look(s, t, query, state_get(state, "keys"), state, !t->recording || state->maps,
                             edit);
    Tensor *q = reshape3(t, query, B, K * T, s->query), *memory = state_get(state, "memory");
    Tensor *covered = s->w_coverage ? reshape3(t, state_get(state, "coverage"), B, K * T, state->S) : NULL;
    Tensor *scores = s->kind->score(s, t, q, state_get(state, "keys"), covered, state->lengths);
    Tensor *weights = op_softmax(t, scores, state->lengths);
    if (edit)
        edit_rows(edit, state, K, weights);
    Tensor *context = op_mix(t, weights, memory, state->lengths),
           *shown = reshape3(t, weights, R, T, state->S);
    if (s->w_coverage)
        cover(t, state, shown);
    return (Look){ reshape3(t, context, R, T, s->memory), shown, reshape3(t, scores, R, T, state->S), NULL,
                   NULL };
}

Tensor *attention_values(const Score *s, Tape *t, const State *state, int b)
{
    const int n = state->lengths[b];
    assert(s->kind->attends);
    if (s->kind->values)
        return s->kind->values(s, t, state_get(state, "keys"), b, n);
    const Tensor *memory = state_get(state, "memory");
    return norms_heads_apart(t, memory, b, n, 0, tensor_last(memory), 1);
}

static Tensor *weights_of_head(Tape *t, Tensor *q, Tensor *kv, const Heads *h, int head)
{
    int d = h->D / h->heads, at = head * d;
    Tensor *queries = op_scale(t, op_columns(t, q, h->q_at + at, d), 1 / sqrt(d));
    return op_softmax(t, op_dot_each(t, queries, op_columns(t, kv, h->k_at + at, d), h->lengths), h->lengths);
}

Tensor *attention_of_heads(Tape *t, Tensor *q, Tensor *kv, const Heads *h, int head)
{
    assert(q->dim[0] == kv->dim[0] && head < h->heads);
    if (head >= 0)
        return weights_of_head(t, q, kv, h, head);
    Tensor *sum = weights_of_head(t, q, kv, h, 0);
    for (int i = 1; i < h->heads; i++)
        sum = op_add(t, sum, weights_of_head(t, q, kv, h, i));
    return op_scale(t, sum, 1.0 / h->heads);
}
