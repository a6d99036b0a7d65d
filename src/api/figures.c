#include "api/figures.h"

#include <string.h>

#include "api/heads.h"

/* Figures of few sentences swing widely, so no verdict hangs on them. */
json_t *figures_json(const CheckSentence *x, CheckControl control, uint64_t seed, Arena *a)
{
    static const struct {
        const char *name;
        int figure;
    } figures[] = {
        { "drop", TEST_DROP * CHECK_COLUMNS + OF_MAP },
        { "random", TEST_DROP * CHECK_COLUMNS + OF_RANDOM },
        { "best", TEST_DROP * CHECK_COLUMNS + OF_BEST },
        { "skill", FIGURE_SKILL },
        { "flips", TEST_FLIPS * CHECK_COLUMNS + OF_MAP },
        { "flips_random", TEST_FLIPS * CHECK_COLUMNS + OF_RANDOM },
        { "supported", TEST_SUPPORTED * CHECK_COLUMNS + OF_MAP },
    };
    CheckPlan plan = { .sentences = x, .n = 1, .n_maps = 1, .control = control, .seed = seed, .samples = 1 };
    CheckResult found = check_run(&plan, a);
    json_t *o = json_object();
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        json_object_set_new(o, figures[i].name, json_number(found.figure[figures[i].figure].value));
    return o;
}

/* ---- out of a result ---- */

typedef struct {
    const LbErasure *e;
    size_t column; /* of the first word that is no mark */
    int T, S;      /* such words */
} Inside;

static Inside inside(const LbResult *r, const LbMap *m, const LbErasure *e)
{
    size_t column = r->source_begin, last = m->n_columns - r->source_end;
    return (Inside){ e, column, (int)m->n_rows - 1, (int)(last - column) };
}

static Erased *erased_of(const Inside *in, Arena *a)
{
    size_t T = (size_t)in->T, S = (size_t)in->S, width = in->e->n_source_words;
    Erased *out = arena_zero(a, 1, sizeof *out);
    double *drop = arena_array(a, double, (T + 1) * S), *log_probs = arena_array(a, double, T + 1);
    bool *likeliest = arena_array(a, bool, T + 1), *stays = arena_array(a, bool, (T + 1) * S);
    memcpy(log_probs, in->e->log_probs, (T + 1) * sizeof *log_probs);
    memcpy(likeliest, in->e->likeliest, (T + 1) * sizeof *likeliest);
    for (size_t t = 0; t <= T; t++)
        for (size_t s = 0; s < S; s++) {
            drop[t * S + s] = in->e->drop[t * width + in->column + s];
            stays[t * S + s] = !in->e->instead[t * width + in->column + s];
        }
    *out = (Erased){ .T = in->T, .S = in->S, .log_probs = log_probs, .likeliest = likeliest, .drop = drop };
    out->stays = stays;
    return out;
}

static const float *weights_of(const Inside *in, const LbMap *m, Arena *a)
{
    size_t S = (size_t)in->S, T = (size_t)in->T;
    float *w = arena_array(a, float, T *S);
    for (size_t t = 0; t < T; t++)
        for (size_t s = 0; s < S; s++)
            w[t * S + s] = (float)m->weights[t * m->n_columns + in->column + s];
    return w;
}

static const int *pieces_of(const Inside *in, const LbResult *r, Arena *a)
{
    int *n = arena_zero(a, (size_t)in->S, sizeof *n);
    for (size_t i = 0; i < r->n_source_pieces; i++) {
        int word = r->source_piece_word[i] - (int)in->column;
        if (word >= 0 && word < in->S)
            n[word]++;
    }
    return n;
}

json_t *figures_of_map(const LbResult *r, const LbMap *m, const LbErasure *e, uint64_t line, Arena *a)
{
    if (r->n_parts > 1 || m->kind != LB_CROSS || m->n_rows != e->n_words || m->n_columns != e->n_source_words)
        return json_null();
    Inside in = inside(r, m, e);
    if (in.T < 1 || in.S < 1)
        return json_null();
    CheckSentence x = { .line = line,
                        .pieces = pieces_of(&in, r, a),
                        .erased = erased_of(&in, a),
                        .maps = weights_of(&in, m, a) };
    return figures_json(&x, CONTROL_NONE, 1, a);
}
