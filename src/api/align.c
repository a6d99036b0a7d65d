/* align.c -- pairs of lines in, links out: one or two models read, their directions put together.
 *
 * Everything about one direction is a Side. Its read-out is chosen once (explain/choose.h), with the first
 * pairs that come; erasing words costs a forced pass for each, so long pairs count for more of what may be
 * spent.
 */
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/json.h"
#include "api/reading.h"
#include "api/unknown.h"
#include "base/array.h"
#include "base/status.h"
#include "explain/choose.h"
#include "explain/symmetrise.h"
#include "search/maps.h"

static const size_t ERASE_TOKENS = 400000; /* of all passes that choosing makes */
enum { LEAST_BATCH = 4, USUAL_BATCH = 64, PAIR_TOKENS = 64 };
#define LITTLE_LOSS 0.1 /* of a word's probability: below, nothing can be told by erasing */
#define ERASE_NULL 0.1  /* of it must be lost for a link by erasing */

static const char *const readouts[] = { "auto", "plain", "diagonal", "erase", NULL };
static const char *const rows[] = { "output", "input", NULL };
static const char *const weights[] = { "raw", "norm", NULL };
static const char *const sinks[] = { "keep", "end", "punctuation", NULL };
enum { AUTO, PLAIN, DIAGONAL, ERASE };

typedef struct {
    LbSession *s; /* NULL: there is none */
    Wish wish;    /* the aligner's, and what training settled */
    Choice choice;
    size_t n_examples; /* 0: nothing was chosen */
} Side;

struct LbAligner {
    LbAlignOptions o;
    int readout, method; /* method -1: one direction */
    Wish wish;
    Side forward, reverse;
    bool ready;
};

/* ---- options ---- */

LbAlignOptions lb_align_default(void)
{
    return (LbAlignOptions){ .readout = "auto",
                             .layer = CHOOSE_MAP,
                             .head = CHOOSE_MAP,
                             .null_below = -1,
                             .sample = 64,
                             .batch = 64 };
}

static int index_of(const char *name, const char *const *names)
{
    int i = 0;
    while (names[i] && !text_equal(name, names[i]))
        i++;
    return names[i] ? i : CHOOSE;
}

static LbStatus check_names(const LbAlignOptions *o, LbError *err)
{
    const struct {
        const char *kind, *name, *const *names;
    } all[] = { { "read-out", o->readout, readouts },
                { "row", o->row, rows },
                { "kind of weights", o->weights, weights },
                { "way with sinks", o->sinks, sinks },
                { "way to symmetrise", o->symmetrize, symmetrise_names } };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (all[i].name) {
            LbStatus status = check_name(all[i].kind, all[i].name, all[i].names, err);
            if (status != LB_OK)
                return status;
        }
    if (o->sample < 1 || o->batch < 1 || !(o->null_below <= 1) || o->head < CHOOSE_MAP ||
        o->layer < CHOOSE_MAP)
        return fail(err, LB_USAGE, "the sample and the batch are at least 1, the threshold at most 1");
    return LB_OK;
}

static LbStatus check_model(const LbSession *s, const LbAlignOptions *o, LbError *err)
{
    const Model *m = s->models[0];
    LbStatus status = check_use(m, FOR_PAIRS, "align pairs", err);
    if (status != LB_OK)
        return status;
    HeadCount n = maps_count(m, MAP_CROSS);
    if (n.layers == 0)
        return fail(err, LB_DATA, "align needs attention, and this model has none");
    if (o->layer >= n.layers)
        return fail(err, LB_USAGE, "there is no layer %d: the cross attention has %d, 0 to %d", o->layer,
                    n.layers, n.layers - 1);
    if (o->head >= n.heads)
        return fail(err, LB_USAGE, "there is no head %d: a layer of the cross attention has %d, 0 to %d",
                    o->head, n.heads, n.heads - 1);
    return LB_OK;
}

static LbStatus check_models(LbSession *forward, LbSession *reverse, const LbAlignOptions *o, LbError *err)
{
    if (text_equal(o->readout, "diagonal"))
        return reverse ? fail(err, LB_USAGE, "the diagonal needs no reverse model") : LB_OK;
    assert(forward);
    LbStatus status = check_model(forward, o, err);
    return status == LB_OK && reverse ? check_model(reverse, o, err) : status;
}

LbStatus lb_aligner_new(LbSession *forward, LbSession *reverse, LbAlignOptions o, LbAligner **out,
                        LbError *err)
{
    assert(out);
    *out = NULL;
    o.readout = o.readout ? o.readout : readouts[AUTO];
    LbStatus status = check_names(&o, err);
    if (status == LB_OK)
        status = check_models(forward, reverse, &o, err);
    if (status != LB_OK)
        return status;
    LbAligner *a = memory_get(1, sizeof *a);
    a->o = o;
    a->readout = index_of(o.readout, readouts);
    a->method = o.symmetrize || reverse
                    ? index_of(o.symmetrize ? o.symmetrize : "grow-diagonal", symmetrise_names)
                    : -1;
    a->wish = (Wish){ .layer = o.layer,
                      .head = o.head,
                      .input = index_of(o.row, rows),
                      .norm = index_of(o.weights, weights),
                      .sinks = index_of(o.sinks, sinks),
                      .null = o.null_below };
    a->forward.s = forward;
    a->reverse.s = reverse;
    *out = a;
    return LB_OK;
}

void lb_aligner_free(LbAligner *a)
{
    free(a);
}

/* ---- choosing ---- */

/* The map that stands for the model: output row, raw weights, nothing taken out. */
static Readout plain_of(const Model *m)
{
    HeadPlace stands = model_stands(m);
    return (Readout){ .layer = stands.layer, .head = stands.head };
}

/* What is open is as in the plain read-out. */
static Readout fill_plain(Wish w, Readout plain)
{
    int layer = w.layer == CHOOSE_MAP ? plain.layer : w.layer;
    return (Readout){ .layer = layer,
                      .head = w.head == CHOOSE_MAP || layer < 0 ? plain.head : w.head,
                      .input = w.input > 0,
                      .norm = w.norm > 0,
                      .sinks = w.sinks == CHOOSE ? plain.sinks : (Sinks)w.sinks,
                      .null = w.null < 0 ? plain.null : w.null };
}

/* Where training guided attention, that is what is read: the row that says a word, raw weights of that head.
 */
static Wish wish_for(Wish w, const Model *m)
{
    HeadPlace stands = model_stands(m);
    if (!config_is_guided(&m->config) || (w.layer != CHOOSE_MAP && w.layer != stands.layer))
        return w;
    w.layer = stands.layer;
    w.head = w.head == CHOOSE_MAP ? stands.head : w.head;
    w.input = w.input == CHOOSE ? 0 : w.input;
    w.norm = w.norm == CHOOSE ? 0 : w.norm;
    return w;
}

static bool may_norm(Wish w)
{
    return w.norm != 0;
}

typedef struct {
    LbAligner *a;
    Side *side;
    const ReadPair *pairs;
    size_t n;
    Example *examples; /* array */
    size_t *of;        /* array: the pair of each example */
    double **drops;    /* array, of the same */
    int batch;
    LbError *err;
} Choosing;

static void take_example(void *context, size_t i, const Reading *r)
{
    Choosing *c = context;
    if (r->n_source == 0 || r->n_target == 0)
        return;
    array_push(c->examples, (Example){ .reading = *r });
    array_push(c->of, i);
}

/* D of whole words, also of those that left no piece. */
static double *copy_drops(const Erased *e, const Reading *r)
{
    double *out = memory_get(r->n_target * r->n_source + 1, sizeof *out);
    for (size_t t = 0; t < r->n_target && t < (size_t)e->T; t++)
        for (size_t s = 0; s < r->n_source && s < (size_t)e->S; s++)
            out[t * r->n_source + s] = e->drop[t * (size_t)e->S + s];
    return out;
}

/* Of a batch of passes without a word: smaller where batches had to be. */
static int tokens_of(int batch)
{
    return (batch < USUAL_BATCH ? batch : USUAL_BATCH) * PAIR_TOKENS;
}

static bool erase_examples(Choosing *c)
{
    LbSession *s = c->side->s;
    size_t n = array_len(c->examples);
    ErasePair *pairs = arena_array(s->inputs, ErasePair, n);
    Erased *erased = arena_array(s->inputs, Erased, n);
    for (size_t i = 0; i < n; i++)
        pairs[i] = pair_to_erase(&c->pairs[c->of[i]]);
    if (!erase_each(s->searcher, s->models[0], ERASE_UNK, pairs, n, tokens_of(c->batch), s->inputs, erased))
        return false;
    for (size_t i = 0; i < n; i++) {
        array_push(c->drops, copy_drops(&erased[i], &c->examples[i].reading));
        c->examples[i].drop = c->drops[i];
    }
    return true;
}

static void drop_all(Choosing *c)
{
    for (size_t i = 0; i < array_len(c->drops); i++)
        free(c->drops[i]);
    array_cut(c->drops, 0);
}

static LbStatus choose(void *context)
{
    Choosing *c = context;
    LbSession *s = c->side->s;
    arena_rewind(s->results, 0);
    arena_rewind(s->inputs, 0);
    array_cut(c->examples, 0);
    array_cut(c->of, 0);
    drop_all(c);
    bool goes_on = pairs_pass(s, c->pairs, c->n, c->batch, may_norm(c->side->wish), true, take_example, c);
    if (goes_on && array_len(c->examples) > 0)
        goes_on = erase_examples(c);
    if (!goes_on)
        return fail(c->err, LB_CANCELLED, "stopped on request");
    c->side->n_examples = array_len(c->examples);
    if (c->side->n_examples > 0)
        c->side->choice =
            choose_readout(c->examples, c->side->n_examples, c->side->wish, plain_of(c->side->s->models[0]));
    return LB_OK;
}

static size_t erase_cost(const ReadPair *p)
{
    return (array_len(p->source.words) + 1) * (p->source.n_rows + p->target.n_rows);
}

/* The first pairs that can be read, as many as may be spent on. */
static size_t sample_size(const ReadPair *pairs, size_t n, int most)
{
    size_t i = 0, taken = 0, cost = 0;
    for (; i < n && taken < (size_t)most && (cost < ERASE_TOKENS || taken == 0); i++)
        if (!pairs[i].too_long && array_len(pairs[i].source.words) && array_len(pairs[i].target.words)) {
            cost += erase_cost(&pairs[i]);
            taken++;
        }
    return i;
}

/* Memory that a pass has left half filled. */
static void release(LbSession *s)
{
    searcher_release(s->searcher);
    arena_release(s->results);
    arena_release(s->inputs);
}

/* Fewer pairs at a time where memory is too little, then fewer at all. */
static LbStatus choose_side(LbAligner *a, Side *side, const ReadPair *pairs, size_t n, LbError *err)
{
    side->wish = wish_for(a->wish, side->s->models[0]);
    Choosing c = { a, side, pairs, sample_size(pairs, n, a->o.sample), NULL, NULL, NULL, a->o.batch, err };
    LbStatus status = a->readout == AUTO ? guard(choose, &c, err) : LB_OK;
    for (; status == LB_MEMORY && c.n > 1; status = guard(choose, &c, err)) {
        release(side->s);
        if (c.batch > LEAST_BATCH)
            c.batch /= 2;
        else
            c.n /= 2;
    }
    const Choice *x = &side->choice;
    if (status == LB_OK && (side->n_examples == 0 || x->loss < LITTLE_LOSS))
        side->choice.readout = fill_plain(side->wish, plain_of(side->s->models[0]));
    if (a->readout == ERASE && a->wish.null < 0)
        side->choice.readout.null = ERASE_NULL;
    drop_all(&c);
    array_free(c.drops);
    array_free(c.examples);
    array_free(c.of);
    return status;
}

/* ---- reading ---- */

typedef struct {
    LbAlignment pub;
    AerLink *forward, *backward; /* arrays */
    double *weights[2];          /* [n_target, n_source]; of the reverse model [n_source, n_target] */
    LbLink *links;               /* array */
} Own;

typedef struct {
    size_t n;
    Own *own;
    LbAlignment pub[];
} All;

typedef struct {
    LbAligner *a;
    Side *side;
    const ReadPair *pairs;
    size_t n;
    Own *own;
    int batch;
    LbError *err;
} Pass;

static double *words_only(const double *from, size_t n_target, size_t n_source)
{
    double *out = memory_get(n_target * n_source + 1, sizeof *out);
    for (size_t t = 0; t < n_target; t++)
        memcpy(out + t * n_source, from + t * (n_source + 1), n_source * sizeof *out);
    return out;
}

static void swap_links(AerLink *links)
{
    for (size_t i = 0; i < array_len(links); i++)
        links[i] = (AerLink){ links[i].target, links[i].source, true };
}

/* What one direction says of a pair; rows [n_target, n_source + 1]. */
static void keep_links(const Pass *p, size_t i, const Reading *r, const Readout *o, const double *all)
{
    Own *x = &p->own[i];
    bool reverse = p->side == &p->a->reverse;
    AerLink **links = reverse ? &x->backward : &x->forward;
    array_cut(*links, 0);
    readout_links(r, o, all, links);
    if (reverse) {
        swap_links(*links);
    } else if (p->a->method >= 0 && !p->a->reverse.s) {
        array_cut(x->backward, 0);
        readout_backward(r, o, all, &x->backward);
    }
    free(x->weights[reverse]);
    x->weights[reverse] = words_only(all, r->n_target, r->n_source);
}

static void take_links(void *context, size_t i, const Reading *r)
{
    const Pass *p = context;
    const Readout *o = &p->side->choice.readout;
    double *all = memory_get(r->n_target * (r->n_source + 1) + 1, sizeof *all);
    double dropped = readout_rows(r, o, all);
    keep_links(p, i, r, o, all);
    if (p->side == &p->a->forward)
        p->own[i].pub.dropped = dropped;
    free(all);
}

static void take_erased(const Pass *p, size_t i, const Erased *e)
{
    const ReadPair *pair = &p->pairs[i];
    const Reading r = { .n_source = array_len(pair->source.words),
                        .n_target = array_len(pair->target.words) };
    double *drops = copy_drops(e, &r), *all = memory_get(r.n_target * (r.n_source + 1), sizeof *all);
    for (size_t t = 0; t < r.n_target; t++)
        for (size_t s = 0; s < r.n_source; s++)
            all[t * (r.n_source + 1) + s] = choose_lost(drops[t * r.n_source + s]);
    keep_links(p, i, &r, &p->side->choice.readout, all);
    free(all);
    free(drops);
}

static LbStatus run_pass(void *context)
{
    Pass *p = context;
    LbSession *s = p->side->s;
    arena_rewind(s->results, 0);
    arena_rewind(s->inputs, 0);
    bool norms = p->side->choice.readout.norm;
    return pairs_pass(s, p->pairs, p->n, p->batch, norms, false, take_links, p)
               ? LB_OK
               : fail(p->err, LB_CANCELLED, "stopped on request");
}

/* Links by erasing alone: rows are the shares of probability that words lose. */
static LbStatus run_erase(void *context)
{
    Pass *p = context;
    LbSession *s = p->side->s;
    arena_rewind(s->results, 0);
    arena_rewind(s->inputs, 0);
    ErasePair *pairs = arena_array(s->inputs, ErasePair, p->n + 1);
    size_t *of = arena_array(s->inputs, size_t, p->n + 1), n = 0;
    for (size_t i = 0; i < p->n; i++)
        if (!p->pairs[i].too_long && array_len(p->pairs[i].source.words) &&
            array_len(p->pairs[i].target.words)) {
            pairs[n] = pair_to_erase(&p->pairs[i]);
            of[n++] = i;
        }
    Erased *erased = arena_array(s->inputs, Erased, n + 1);
    if (!erase_each(s->searcher, s->models[0], ERASE_UNK, pairs, n, tokens_of(p->batch), s->inputs, erased))
        return fail(p->err, LB_CANCELLED, "stopped on request");
    for (size_t k = 0; k < n; k++)
        take_erased(p, of[k], &erased[k]);
    return LB_OK;
}

/* Half as many pairs at a time while memory runs out. */
static LbStatus read_links(Pass *p)
{
    LbStatus (*run)(void *) = p->a->readout == ERASE ? run_erase : run_pass;
    LbStatus status = guard(run, p, p->err);
    while (status == LB_MEMORY && p->batch > 1) {
        release(p->side->s);
        p->batch /= 2;
        status = guard(run, p, p->err);
    }
    return status;
}

static int most_source(const LbSession *s)
{
    int most = INT_MAX;
    for (int i = 0; i < s->n_models; i++) {
        const Config *c = &s->models[i]->config;
        int own = c->max_input ? c->max_input : c->max_length;
        most = own < most ? own : most;
    }
    return most;
}

static int most_target(const LbSession *s)
{
    int most = 10000;
    for (int i = 0; i < s->n_models; i++)
        if (s->models[i]->longest > 0 && s->models[i]->longest - 1 < most)
            most = s->models[i]->longest - 1;
    return most;
}

/* One direction of all pairs: from, to are its source and target. */
static LbStatus run_side(LbAligner *a, Side *side, const LbText *from, const LbText *to, size_t n, Own *own,
                         LbError *err)
{
    LbSession *s = side->s;
    ReadPair *pairs = pairs_read(s->models[0], from, to, n, most_source(s), most_target(s), a->o.pieces);
    Pass p = { a, side, pairs, n, own, a->o.batch, err };
    bool reverse = side == &a->reverse;
    for (size_t i = 0; i < n; i++) {
        own[i].pub.too_long |= pairs[i].too_long;
        own[i].pub.n_source = array_len(reverse ? pairs[i].target.words : pairs[i].source.words);
        own[i].pub.n_target = array_len(reverse ? pairs[i].source.words : pairs[i].target.words);
    }
    LbStatus status = a->ready ? LB_OK : choose_side(a, side, pairs, n, err);
    if (status == LB_OK)
        status = read_links(&p);
    pairs_free(pairs, n);
    return status;
}

static void read_diagonal(const LbText *source, const LbText *target, size_t n, Own *own)
{
    for (size_t i = 0; i < n; i++) {
        Span *from = text_words(source[i].text, source[i].len),
             *to = text_words(target[i].text, target[i].len);
        size_t S = own[i].pub.n_source = array_len(from), T = own[i].pub.n_target = array_len(to);
        own[i].weights[0] = memory_get(S * T + 1, sizeof(double));
        for (size_t t = 0; t < T && S > 0; t++) {
            int s = readout_diagonal(t, T, S);
            own[i].weights[0][t * S + (size_t)s] = 1;
            array_push(own[i].forward, (AerLink){ s, (int)t, true });
        }
        array_free(from);
        array_free(to);
    }
}

/* ---- both directions ---- */

static int by_target(const void *a, const void *b)
{
    const LbLink *x = a, *y = b;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return (x->source > y->source) - (x->source < y->source);
}

static double weight_of(const Own *x, const AerLink *link)
{
    size_t s = (size_t)link->source, t = (size_t)link->target;
    double forward = x->weights[0][t * x->pub.n_source + s];
    return x->weights[1] ? (forward + x->weights[1][s * x->pub.n_target + t]) / 2 : forward;
}

/* Backward links of the diagonal: of each source word its place among the target words. */
static void diagonal_backward(Own *x)
{
    for (size_t s = 0; s < x->pub.n_source && x->pub.n_target > 0; s++)
        array_push(x->backward,
                   (AerLink){ (int)s, readout_diagonal(s, x->pub.n_source, x->pub.n_target), true });
}

static void put_together(const LbAligner *a, Own *x)
{
    if (x->pub.too_long || !x->weights[0] || (a->reverse.s && !x->weights[1])) {
        x->pub.too_long = x->pub.n_source > 0 && x->pub.n_target > 0;
        return;
    }
    if (a->readout == DIAGONAL && a->method >= 0)
        diagonal_backward(x);
    AerLink *both = a->method < 0 ? NULL
                                  : symmetrise(x->forward, array_len(x->forward), x->backward,
                                               array_len(x->backward), a->method);
    const AerLink *links = a->method < 0 ? x->forward : both;
    for (size_t i = 0; i < array_len(links); i++)
        array_push(x->links,
                   (LbLink){ (size_t)links[i].source, (size_t)links[i].target, weight_of(x, &links[i]) });
    if (x->links)
        qsort(x->links, array_len(x->links), sizeof *x->links, by_target);
    array_free(both);
    x->pub.n_links = array_len(x->links);
    x->pub.links = x->links;
    x->pub.weights = x->weights[0];
}

/* ---- all ---- */

static All *all_of(LbAlignment *pub)
{
    return (All *)(void *)((char *)pub - offsetof(All, pub));
}

void lb_alignments_free(LbAlignment *pub)
{
    All *all = pub ? all_of(pub) : NULL;
    for (size_t i = 0; all && i < all->n; i++) {
        array_free(all->own[i].forward);
        array_free(all->own[i].backward);
        array_free(all->own[i].links);
        free(all->own[i].weights[0]);
        free(all->own[i].weights[1]);
    }
    if (all)
        free(all->own);
    free(all);
}

LbStatus lb_align(LbAligner *a, const LbText *source, const LbText *target, size_t n, LbAlignment **out,
                  LbError *err)
{
    assert(a && out && ((source && target) || n == 0));
    *out = NULL;
    All *all = memory_get(1, sizeof *all + (n + 1) * sizeof *all->pub);
    all->n = n;
    all->own = memory_get(n + 1, sizeof *all->own);
    LbStatus status = LB_OK;
    if (a->readout == DIAGONAL)
        read_diagonal(source, target, n, all->own);
    else
        status = run_side(a, &a->forward, source, target, n, all->own, err);
    if (status == LB_OK && a->reverse.s)
        status = run_side(a, &a->reverse, target, source, n, all->own, err);
    if (status != LB_OK) {
        lb_alignments_free(all->pub);
        return status;
    }
    a->ready = a->ready || n > 0;
    for (size_t i = 0; i < n; i++) {
        put_together(a, &all->own[i]);
        all->pub[i] = all->own[i].pub;
    }
    *out = all->pub;
    return LB_OK;
}

/* ---- telling ---- */

static void tell_readout(Str *out, const Readout *o, HeadCount n)
{
    if (n.layers > 1 && o->layer < 0)
        str_addf(out, "mean of %d layers, ", n.layers);
    else if (n.layers > 1)
        str_addf(out, "layer %d of 0-%d, ", o->layer, n.layers - 1);
    if (n.heads > 1 && o->head < 0)
        str_addf(out, "mean of %d heads, ", n.heads);
    else if (n.heads > 1)
        str_addf(out, "head %d of 0-%d, ", o->head, n.heads - 1);
    static const char *const taken[] = { "ends of sentences kept", "ends of sentences taken out",
                                         "ends of sentences and punctuation taken out" };
    str_addf(out, "%s row, %s weights, %s, ", rows[o->input], weights[o->norm], taken[o->sinks]);
    if (o->null > 0)
        str_addf(out, "words below %.2f without a link", o->null);
    else
        str_add(out, "no threshold");
}

static void tell_side(Str *out, const LbAligner *a, const Side *side)
{
    const Choice *c = &side->choice;
    if (a->readout == ERASE) {
        str_addf(out, "the source word without which most is lost, at least %.0f %% of the probability",
                 100 * c->readout.null);
        return;
    }
    tell_readout(out, &c->readout, maps_count(side->s->models[0], MAP_CROSS));
    if (a->readout != AUTO)
        return;
    if (side->n_examples == 0)
        str_add(out, "; there was nothing to choose by");
    else if (c->loss < LITTLE_LOSS)
        str_addf(out, "; not chosen: on %zu pairs hardly a word depends on any one of the source (%.2f nats)",
                 side->n_examples, c->loss);
    else
        str_addf(
            out,
            "; of %zu read-outs it finds most of what words lose by erasing, %.1f %% (plain %.1f %%), on %zu "
            "pairs; %.1f %% of its links are the same from the other side",
            c->n_tried, 100 * c->skill, 100 * c->plain_skill, side->n_examples, 100 * c->agreement);
}

static json_t *side_json(const LbAligner *a, const Side *side)
{
    const Choice *c = &side->choice;
    const Readout *o = &c->readout;
    if (a->readout == ERASE)
        return json_pack("{sf}", "null_below", o->null);
    json_t *out =
        json_pack("{so so ss ss ss sf}", "layer", o->layer < 0 ? json_string("mean") : json_integer(o->layer),
                  "head", o->head < 0 ? json_string("mean") : json_integer(o->head), "row", rows[o->input],
                  "weights", weights[o->norm], "sinks", sinks[o->sinks], "null_below", o->null);
    if (a->readout == AUTO && side->n_examples > 0)
        json_object_set_new(out, "chosen",
                            json_pack("{sI sI sf sf sf sf}", "tried", (json_int_t)c->n_tried, "pairs",
                                      (json_int_t)side->n_examples, "skill", c->skill, "plain_skill",
                                      c->plain_skill, "agreement", c->agreement, "lost", c->loss));
    return out;
}

static json_t *readout_json(const LbAligner *a)
{
    json_t *out = json_pack("{ss}", "readout", readouts[a->readout]);
    if (a->forward.s)
        json_object_update_new(out, side_json(a, &a->forward));
    if (a->reverse.s)
        json_object_set_new(out, "reverse", side_json(a, &a->reverse));
    if (a->method >= 0)
        json_object_set_new(out, "symmetrize", json_string(symmetrise_names[a->method]));
    return out;
}

char *lb_aligner_told(const LbAligner *a, bool json)
{
    assert(a);
    if (json)
        return json_line(readout_json(a));
    Str out = { 0 };
    str_addf(&out, "%s: ", readouts[a->readout]);
    if (a->forward.s)
        tell_side(&out, a, &a->forward);
    else
        str_add(&out, "the place alone, no model");
    if (a->reverse.s) {
        str_add(&out, "; reverse model: ");
        tell_side(&out, a, &a->reverse);
    }
    if (a->method >= 0)
        str_addf(&out, "; symmetrised: %s", symmetrise_names[a->method]);
    return str_take(&out);
}

char *lb_alignment_text(const LbAlignment *x, bool scores)
{
    assert(x);
    Str out = { 0 };
    str_add(&out, "");
    for (size_t i = 0; i < x->n_links; i++) {
        str_addf(&out, "%s%zu-%zu", i ? " " : "", x->links[i].source, x->links[i].target);
        if (scores)
            str_addf(&out, ":%.4f", x->links[i].weight);
    }
    return str_take(&out);
}

char *lb_alignment_weights(const LbAlignment *x)
{
    assert(x);
    Str out = { 0 };
    str_add(&out, "");
    for (size_t t = 0; x->weights && t < x->n_target; t++)
        for (size_t s = 0; s < x->n_source; s++)
            str_addf(&out, "%s%g", s ? "," : t ? " " : "", x->weights[t * x->n_source + s]);
    return str_take(&out);
}

char *lb_alignment_json(const LbAligner *a, const LbAlignment *x, bool with_weights)
{
    assert(a && x);
    json_t *links = json_array(), *scores = json_array();
    for (size_t i = 0; i < x->n_links; i++) {
        json_array_append_new(
            links, json_pack("[I,I]", (json_int_t)x->links[i].source, (json_int_t)x->links[i].target));
        json_array_append_new(scores, json_real(x->links[i].weight));
    }
    json_t *out = json_pack("{so so sI sI sf sb so}", "alignment", links, "scores", scores, "n_source",
                            (json_int_t)x->n_source, "n_target", (json_int_t)x->n_target, "dropped",
                            x->dropped, "too_long", x->too_long, "readout", readout_json(a));
    if (with_weights)
        json_object_set_new(out, "weights", json_matrix(x->weights, x->n_target, x->n_source));
    return json_line(out);
}
