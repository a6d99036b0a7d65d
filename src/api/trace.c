/* trace.c -- one output told step by step. */
#include <math.h>
#include <stdlib.h>

#include "api/handle.h"
#include "api/heads.h"
#include "api/steps.h"
#include "base/array.h"
#include "base/str.h"
#include "text/vocab_unknown.h"
#include "explain/map.h"
#include "view/terminal.h"

enum { N_LIKELY = 5 };

typedef struct {
    const Model *model;
    ForcedPass pass;
    const Batch *batch;
    int T, S;
    const char **source; /* [S] pieces */
    Unknown unknown;
    double *memory_length; /* [S] length of each memory vector */
    const double *summary; /* [T,S] the map that stands for a Transformer; NULL: none, or a recurrent model */
    Arena *a;
} Trace;

static void likeliest(const Trace *x, int t, TraceStep *step)
{
    int V = tensor_last(x->pass.log_probs), n = 0, best[N_LIKELY];
    const real *p = x->pass.log_probs->val + (size_t)t * (size_t)V;
    for (int v = 0; v < V; v++) {
        if (v == VOCAB_PAD || v == VOCAB_BOS) /* search never says them */
            continue;
        int i = n < N_LIKELY ? n++ : p[v] > p[best[N_LIKELY - 1]] ? N_LIKELY - 1 : -1;
        if (i < 0)
            continue;
        for (; i > 0 && p[v] > p[best[i - 1]]; i--)
            best[i] = best[i - 1];
        best[i] = v;
    }
    double *probabilities = arena_array(x->a, double, n);
    step->n_likely = n;
    step->likely = arena_array(x->a, const char *, n);
    for (int i = 0; i < n; i++) {
        step->likely[i] = vocab_name(x->model->target, best[i], x->unknown);
        probabilities[i] = exp((double)p[best[i]]);
    }
    step->likely_probabilities = probabilities;
}

static double *row_copy(const Trace *x, const Tensor *rows, int t)
{
    double *copy = arena_array(x->a, double, x->S);
    for (int s = 0; s < x->S; s++)
        copy[s] = (double)rows->val[(size_t)t * (size_t)tensor_last(rows) + (size_t)s];
    return copy;
}

/* How much of the context comes from each word: length of weight times vector, over the sum of those. */
static double *shares(const Trace *x, const double *weights)
{
    double *share = arena_array(x->a, double, x->S), sum = 0;
    for (int s = 0; s < x->S; s++)
        sum += share[s] = weights[s] * x->memory_length[s];
    for (int s = 0; s < x->S; s++)
        share[s] = sum > 0 ? share[s] / sum : 0;
    return share;
}

static TraceStep trace_step(const Trace *x, int t)
{
    int V = tensor_last(x->pass.log_probs), word = x->batch->target_out[t];
    TraceStep step = { .word = vocab_name(x->model->target, word, x->unknown),
                       .probability =
                           exp((double)x->pass.log_probs->val[(size_t)t * (size_t)V + (size_t)word]),
                       .n_source = x->S,
                       .source = x->source };
    if (x->pass.decoded.weights) {
        step.scores = row_copy(x, x->pass.decoded.scores, t);
        step.weights = row_copy(x, x->pass.decoded.weights, t);
        step.context_shares = shares(x, step.weights);
    } else if (x->summary) {
        step.weights = x->summary + (size_t)t * (size_t)x->S;
    }
    likeliest(x, t, &step);
    return step;
}

static void measure_memory(Trace *x)
{
    x->memory_length = arena_array(x->a, double, x->S);
    const Tensor *memory = x->pass.decoded.weights ? state_get(x->pass.state, "memory") : NULL;
    for (int s = 0; memory && s < x->S; s++) {
        double sum = 0;
        for (int d = 0; d < tensor_last(memory); d++) {
            double v = (double)memory->val[(size_t)s * (size_t)tensor_last(memory) + (size_t)d];
            sum += v * v;
        }
        x->memory_length[s] = sqrt(sum);
    }
}

/* ---- the pass ---- */

typedef struct {
    LbSession *s;
    const int *source, *target;
    int n_source, n_target;
    const double *summary;
    const Names *unknown;
    Steps *out;
} TraceJob;

static LbStatus run_trace(void *context)
{
    const TraceJob *j = context;
    Arena *a = j->s->inputs;
    arena_rewind(a, 0);
    Batch *b = batch_sources(&j->source, &j->n_source, 1, model_marks(j->s->models[0]), a);
    batch_add_targets(b, &j->target, &j->n_target, a);
    const Model *m = j->s->models[0];
    Trace x = { .model = m,
                .pass = search_look(j->s->searcher, m, b),
                .batch = b,
                .T = b->target_len[0], /* b->T is at least 2 */
                .S = b->S,
                .summary = j->summary,
                .unknown = unknown_keep(j->unknown, a),
                .a = a };
    x.source = arena_array(a, const char *, x.S);
    for (int s = 0; s < x.S; s++)
        x.source[s] = vocab_name(m->source, b->source[s], x.unknown);
    measure_memory(&x);
    TraceStep *steps = arena_array(a, TraceStep, x.T);
    for (int t = 0; t < x.T; t++)
        steps[t] = trace_step(&x, t);
    *j->out = (Steps){ steps, x.source, x.T, x.S };
    return LB_OK;
}

static LbStatus check_trace(const LbSession *s, const LbResult *r, size_t hypothesis, LbError *err)
{
    const Model *m = s->models[0];
    LbStatus use = check_use(m, FOR_PAIRS, "be told step by step", err);
    if (use != LB_OK)
        return use;
    if (s->n_models != 1)
        return fail(err, LB_USAGE, "one model at a time can be told step by step, not an ensemble");
    if (r->n_parts > 1)
        return fail(err, LB_USAGE, "the input was too long and was read in %zu parts; give them one by one",
                    r->n_parts);
    if (r->hypotheses[hypothesis].n_pieces <= 1 && r->n_source_pieces <= 1 && !marks_count(model_marks(m)))
        return fail(err, LB_DATA, "the input is empty and the model read nothing: there is nothing to tell");
    return LB_OK;
}

LbStatus steps_of(LbSession *s, LbText source, const LbResult *r, size_t hypothesis, Steps *out, LbError *err)
{
    LbStatus status = check_trace(s, r, hypothesis, err);
    if (status != LB_OK)
        return status;
    const Model *m = s->models[0];
    const LbHypothesis *h = &r->hypotheses[hypothesis];
    Piece *pieces = vocab_encode(m->source, source.text, source.len);
    int *source_ids = NULL, *target_ids = NULL;
    Names unknown = { 0 };
    if (model_copies(m))
        unknown_source(m->source, source.text, pieces, array_len(pieces), &unknown);
    for (size_t i = 0; i < array_len(pieces); i++)
        array_push(source_ids, pieces[i].id);
    for (size_t i = 0; i + 1 < h->n_pieces; i++)
        array_push(target_ids, unknown_target_id(m->target, h->pieces[i].text, &unknown));
    TraceJob j = { s,
                   source_ids,
                   target_ids,
                   (int)array_len(source_ids),
                   (int)array_len(target_ids),
                   h->piece_attention,
                   &unknown,
                   out };
    status = guard(run_trace, &j, err);
    names_free(&unknown);
    array_free(pieces);
    array_free(source_ids);
    array_free(target_ids);
    return status;
}

LbStatus lb_trace(LbSession *s, LbText source, const LbResult *r, size_t hypothesis, LbColour colour,
                  int columns, char **out, LbError *err)
{
    assert(s && out && r && hypothesis < r->n_hypotheses);
    *out = NULL;
    Steps steps;
    LbStatus status = steps_of(s, source, r, hypothesis, &steps, err);
    if (status != LB_OK)
        return status;
    Str text = { 0 };
    terminal_trace(steps.steps, steps.n, terminal_options(colour, columns), &text);
    *out = str_take(&text);
    return LB_OK;
}
