/* session.c -- one thread's working memory, and many lines through it: cut into parts, sorted by length, put
 * together again in order.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "api/blanks.h"
#include "api/handle.h"
#include "api/input.h"
#include "api/job.h"
#include "api/result.h"
#include "base/array.h"
#include "base/process.h"
#include "search/copied.h"
#include "search/maps.h"

static const size_t DEFAULT_MEMORY = (size_t)4 << 30;
enum { RESULTS_SHARE = 4 }; /* one part in so many is for what is handed out */

static bool same_vocab(const Vocab *a, const Vocab *b)
{
    if (vocab_size(a) != vocab_size(b))
        return false;
    for (int i = 0; i < vocab_size(a); i++)
        if (strcmp(vocab_piece(a, i), vocab_piece(b, i)) != 0)
            return false;
    return true;
}

static size_t mib(size_t bytes)
{
    return (bytes + (1 << 20) - 1) >> 20;
}

/* What `memory` leaves beside the program with the models in it. */
static LbStatus find_limit(size_t memory, size_t *out, LbError *err)
{
    size_t taken = process_memory();
    *out = memory == 0 ? DEFAULT_MEMORY : memory > taken ? memory - taken : 0;
    *out -= *out / RESULTS_SHARE;
    if (*out > 0)
        return LB_OK;
    return fail(err, LB_MEMORY,
                "the program with the model takes %zu MiB, and %zu MiB is the limit: raise it", mib(taken),
                mib(memory));
}

static bool same_marks(SourceMarks a, SourceMarks b)
{
    return a.begin == b.begin && a.no_end == b.no_end;
}

/* What the other models of an ensemble must have in common with the first. */
static LbStatus check_alike(const Model *first, const Model *m, size_t number, LbError *err)
{
    if (!same_vocab(m->source, first->source) || !same_vocab(m->target, first->target))
        return fail(err, LB_USAGE,
                    "models of an ensemble must have the same vocabularies; number %zu differs", number);
    if (!same_marks(model_marks(m), model_marks(first)))
        return fail(err, LB_USAGE,
                    "models of an ensemble must read sources alike; data.source_begin or data.source_end of "
                    "number %zu differs",
                    number);
    if (config_copies(&m->config) != config_copies(&first->config))
        return fail(err, LB_USAGE,
                    "models of an ensemble must all copy words or none of them (model.copy.type); number "
                    "%zu differs",
                    number);
    return LB_OK;
}

LbStatus lb_session_new(const LbModel *const *models, size_t n, size_t memory, LbSession **out, LbError *err)
{
    assert(models && out);
    assert(n >= 1);
    *out = NULL;
    size_t limit;
    LbStatus status = LB_OK;
    for (size_t i = 1; status == LB_OK && i < n; i++)
        status = check_alike(models[0]->model, models[i]->model, i + 1, err);
    if (status == LB_OK)
        status = find_limit(memory, &limit, err);
    if (status != LB_OK)
        return status;
    LbSession *s = memory_get(1, sizeof *s);
    s->models = memory_get(n, sizeof *s->models);
    for (size_t i = 0; i < n; i++)
        s->models[i] = models[i]->model;
    s->n_models = (int)n;
    s->share.limit = limit;
    s->batch = INT_MAX;
    s->searcher = searcher_new(limit);
    s->results = arena_new("results", limit);
    s->inputs = arena_new("inputs", limit);
    searcher_share(s->searcher, &s->share);
    arena_share(s->results, &s->share);
    arena_share(s->inputs, &s->share);
    *out = s;
    return LB_OK;
}

int lb_session_batch(const LbSession *s)
{
    return s->batch;
}

void lb_session_free(LbSession *s)
{
    if (!s)
        return;
    searcher_free(s->searcher);
    arena_free(s->results);
    arena_free(s->inputs);
    free(s->models);
    free(s);
}

void lb_session_watch(LbSession *s, bool (*cancelled)(void *context), void *context)
{
    searcher_watch(s->searcher, cancelled, context);
}

LbTranslateOptions lb_translate_default(const LbModel *m)
{
    assert(m);
    const Config *c = &m->model->config;
    return (LbTranslateOptions){ .beam = c->beam,
                                 .n_best = 1,
                                 .normalize = c->normalize,
                                 .batch = 64,
                                 .length_factor = 3,
                                 .max_input = lb_model_max_input(m),
                                 .no_repeat = c->no_repeat,
                                 .top_p = 1,
                                 .temperature = 1,
                                 .seed = 1 };
}

/* ---- a job: lines in, results out ---- */

enum { MOST_PIECES = 1 << 20 };

/* What a model reads at once; `whole`: what it can read, as only those with learned places cannot read more.
 */
static int reads_at_once(const Model *m, bool whole)
{
    const Config *c = &m->config;
    bool places = m->longest > 0 || text_equal(c->attention.score, "location");
    return whole && !places ? MOST_PIECES : c->max_input ? c->max_input : c->max_length;
}

static int source_limit(const LbSession *s, int wanted, bool whole)
{
    int most = MOST_PIECES;
    for (int i = 0; i < s->n_models; i++) {
        int own = reads_at_once(s->models[i], whole);
        most = own < most ? own : most;
    }
    return wanted > 0 && wanted < most ? wanted : most;
}

typedef struct {
    size_t line, part;
    int len; /* what batches are sorted by */
} Unit;

typedef struct {
    LbSession *s;
    size_t n;
    InputLine *source, *target; /* target: forced outputs or forced beginnings, or NULL */
    LbTranslateOptions o;
    const bool *not_next; /* see SearchOptions */
    bool forced;
    int guesses;        /* for a masked word; 0: nothing is guessed */
    Guesses ***guessed; /* [n][parts] */
    int *left_out;      /* [n] generation: pieces at the beginning of a prompt that are not read; else NULL */
    Found ***found;     /* [n][parts] */
    Unit *units;        /* array */
    Arena *arena;
    LbResult *results;
    LbError *err;
} Job;

static int by_length(const void *a, const void *b)
{
    const Unit *x = a, *y = b;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    if (x->line != y->line)
        return x->line < y->line ? -1 : 1;
    return x->part < y->part ? -1 : x->part > y->part;
}

static void list_units(Job *j)
{
    j->found = arena_array(j->s->inputs, Found **, j->n + 1);
    j->guessed = arena_array(j->s->inputs, Guesses **, j->n + 1);
    for (size_t i = 0; i < j->n; i++) {
        size_t parts = input_parts(&j->source[i]);
        j->found[i] = arena_array(j->s->inputs, Found *, parts + 1);
        j->guessed[i] = arena_array(j->s->inputs, Guesses *, parts + 1);
        for (size_t p = 0; p < parts; p++)
            array_push(j->units, (Unit){ i, p, j->source[i].cuts[p + 1] - j->source[i].cuts[p] });
    }
    if (j->units)
        qsort(j->units, array_len(j->units), sizeof *j->units, by_length);
}

typedef struct {
    const int **ids;
    int *lens;
} Rows;

static Rows rows_new(Arena *a, int n)
{
    return (Rows){ arena_array(a, const int *, n), arena_array(a, int, n) };
}

static void rows_set(Rows *r, int i, const Piece *pieces, int n, Arena *a)
{
    int *ids = arena_array(a, int, n + 1);
    for (int k = 0; k < n; k++)
        ids[k] = pieces[k].id;
    r->ids[i] = ids;
    r->lens[i] = n;
}

/* The forced words of a unit: those of its line for the first part, none for the others. */
static void set_target(const Job *j, Rows *r, int i, const Unit *u, Arena *a)
{
    const Piece *pieces = j->target && u->part == 0 ? j->target[u->line].pieces : NULL;
    rows_set(r, i, pieces, (int)array_len(pieces), a);
}

static int model_length(const LbSession *s)
{
    return source_limit(s, 0, false);
}

/* A prompt and what it is continued with. */
static int longest_text(const Job *j, int prompt)
{
    return j->o.max_length > 0 ? prompt + j->o.max_length : model_length(j->s);
}

static bool run_search(const Job *j, const Unit *units, int n, Batch *b, const Rows *target, Found *found,
                       Arena *a)
{
    uint64_t *keys = arena_array(a, uint64_t, n);
    for (int i = 0; i < n; i++)
        keys[i] = rng_hash(j->o.seed, (j->o.first_line + units[i].line) << 16 ^ units[i].part);
    int *longest = arena_array(a, int, n);
    for (int i = 0; i < n && j->left_out; i++)
        longest[i] = longest_text(j, target->lens[i]);
    SearchOptions o = { .beam = j->o.beam,
                        .n_best = j->o.n_best,
                        .refill = j->s->models[0]->config.refill,
                        .normalize = j->o.normalize,
                        .length_factor = j->o.length_factor,
                        .longest = j->left_out ? longest : NULL,
                        .max_length = j->o.max_length,
                        .no_repeat = j->o.no_repeat,
                        .sample = j->o.sample,
                        .top_k = j->o.top_k,
                        .top_p = j->o.top_p,
                        .temperature = j->o.temperature,
                        .keys = keys,
                        .prefix = j->target ? target->ids : NULL,
                        .prefix_len = j->target ? target->lens : NULL,
                        .not_next = j->not_next };
    return search_run(j->s->searcher, j->s->models, j->s->n_models, b, &o, j->s->results, found);
}

static void run_guesses(Job *j, const Unit *units, int n, const Batch *b, Found *found)
{
    Guesses *guesses = arena_array(j->s->results, Guesses, n);
    search_guess(j->s->searcher, j->s->models[0], b, j->guesses, j->s->results, found, guesses);
    for (int i = 0; i < n; i++)
        j->guessed[units[i].line][units[i].part] = &guesses[i];
}

/* False: cancelled. */
static bool run_batch(Job *j, const Unit *units, int n)
{
    Arena *a = j->s->inputs;
    size_t mark = arena_mark(a);
    Rows source = rows_new(a, n), target = rows_new(a, n);
    for (int i = 0; i < n; i++) {
        const InputLine *l = &j->source[units[i].line];
        rows_set(&source, i, l->pieces + l->cuts[units[i].part], units[i].len, a);
        set_target(j, &target, i, &units[i], a);
    }
    Batch *b = batch_sources(source.ids, source.lens, n, model_marks(j->s->models[0]), a);
    Found *found = arena_array(j->s->results, Found, n);
    bool finished = true;
    if (j->guesses > 0) {
        run_guesses(j, units, n, b, found);
    } else if (j->forced) {
        batch_add_targets(b, target.ids, target.lens, a);
        search_force(j->s->searcher, j->s->models, j->s->n_models, b, j->s->results, found);
    } else {
        finished = run_search(j, units, n, b, &target, found, a);
    }
    if (finished)
        finished = search_maps(j->s->searcher, j->s->models, j->s->n_models, b, (MapsWanted)j->o.maps,
                               j->s->results, found);
    if (finished && j->o.maps != LB_MAPS_NONE)
        finished = search_copied(j->s->searcher, j->s->models, j->s->n_models, b, j->s->results, found);
    for (int i = 0; i < n; i++)
        j->found[units[i].line][units[i].part] = &found[i];
    arena_rewind(a, mark);
    return finished;
}

static void tell_prompt(LbResult *r, const InputLine *prompt, int left_out)
{
    r->n_prompt = array_len(prompt->pieces);
    r->n_left_out = (size_t)left_out;
    for (size_t i = 0; i < r->n_prompt; i++)
        r->n_unknown += prompt->pieces[i].id == VOCAB_UNK;
}

static LbStatus run_job(void *context)
{
    Job *j = context;
    j->o.batch = j->o.batch < j->s->batch ? j->o.batch : j->s->batch;
    arena_rewind(j->s->results, 0);
    arena_rewind(j->s->inputs, 0);
    list_units(j);
    size_t n = array_len(j->units), batch = (size_t)j->o.batch;
    for (size_t i = 0; i < n; i += batch)
        if (searcher_cancelled(j->s->searcher) ||
            !run_batch(j, j->units + i, n - i < batch ? (int)(n - i) : (int)batch))
            return fail(j->err, LB_CANCELLED, "stopped on request");
    for (size_t i = 0; i < j->n; i++)
        result_fill(&j->results[i], &j->source[i], (const Found *const *)j->found[i], j->s->models[0], &j->o,
                    j->arena);
    for (size_t i = 0; i < j->n && j->guesses > 0; i++)
        result_blanks(&j->results[i], &j->source[i], (const Guesses *const *)j->guessed[i],
                      j->s->models[0]->source, j->arena);
    for (size_t i = 0; i < j->n && j->left_out; i++)
        tell_prompt(&j->results[i], &j->target[i], j->left_out[i]);
    return LB_OK;
}

/* After memory ran out: half as many sentences at a time, unless it is the results that need the room; then
 * whoever asked may ask for fewer lines at once. Outputs do not depend on the batch. */
static bool shrink_batch(Job *j)
{
    LbSession *s = j->s;
    size_t units = array_len(j->units), batch = (size_t)j->o.batch < units ? (size_t)j->o.batch : units;
    bool full = arena_used(s->results) + arena_used(s->inputs) > s->share.limit / 2 ||
                arena_used(j->arena) > arena_limit(j->arena) / 2;
    searcher_release(s->searcher);
    arena_release(s->results);
    arena_release(s->inputs);
    array_cut(j->units, 0);
    if (batch <= 1 || full)
        return false;
    s->batch = (int)(batch / 2);
    return true;
}

static LbStatus finish_job(Job *j, LbResult **out, LbError *err)
{
    input_number_unknown(j->s->models[0], j->source, j->target, j->n);
    j->results = results_new(j->n, j->s->share.limit / (RESULTS_SHARE - 1), &j->arena);
    j->err = err;
    LbStatus status = guard(run_job, j, err);
    while (status == LB_MEMORY && shrink_batch(j))
        status = guard(run_job, j, err);
    *out = status == LB_OK ? j->results : NULL;
    if (status != LB_OK)
        lb_results_free(j->results);
    input_free(j->source, j->n);
    input_free(j->target, j->n);
    free(j->left_out);
    array_free(j->units);
    return status;
}

static LbStatus check_options(const LbTranslateOptions *o, LbError *err)
{
    if (o->beam < 1 || o->batch < 1 || o->n_best < 1 || !(o->length_factor > 0))
        return fail(err, LB_USAGE, "beam, batch, n-best and the length factor must be above 0");
    if (o->n_best > o->beam)
        return fail(err, LB_USAGE, "%d best of a beam of %d: make the beam at least as large", o->n_best,
                    o->beam);
    if (o->no_repeat < 0 || o->max_length < 0)
        return fail(err, LB_USAGE, "no_repeat and max_length are numbers of pieces, or 0");
    if (o->sample && o->beam != 1)
        return fail(err, LB_USAGE, "sampling draws one word at a time: use it with a beam of 1");
    return LB_OK;
}

static LbStatus check_replacing(const LbSession *s, LbError *err)
{
    for (int i = 0; i < s->n_models; i++)
        if (!s->models[i]->has_attention)
            return fail(
                err, LB_USAGE,
                "<unk> cannot be replaced by the source word that attention is largest on: the model has "
                "no attention (its score is `none`)");
    return LB_OK;
}

/* Pieces of an output, without its end. */
static size_t longest_target(const LbSession *s)
{
    int most = 10000;
    for (int i = 0; i < s->n_models; i++) {
        int own = s->models[i]->longest - 1;
        most = own > 0 && own < most ? own : most;
    }
    return (size_t)most;
}

static LbStatus check_prefix(const Job *j, LbError *err)
{
    size_t longest = longest_target(j->s);
    for (size_t i = 0; j->target && i < j->n; i++)
        if (array_len(j->target[i].pieces) > longest)
            return fail_line(err, LB_DATA, (int)i + 1,
                             "the forced beginning has %zu pieces; %zu is the most of an output",
                             array_len(j->target[i].pieces), longest);
    return LB_OK;
}

LbStatus job_translate(LbSession *s, InputLine *source, InputLine *target, size_t n, LbTranslateOptions o,
                       const bool *not_next, LbResult **out, LbError *err)
{
    Job j = { .s = s, .n = n, .o = o, .source = source, .target = target, .not_next = not_next };
    LbStatus status = check_prefix(&j, err);
    if (status == LB_OK)
        return finish_job(&j, out, err);
    input_free(source, n);
    input_free(target, n);
    return status;
}

LbStatus lb_translate(LbSession *s, const LbText *lines, size_t n, const LbText *prefix, LbTranslateOptions o,
                      LbResult **out, LbError *err)
{
    assert(s && out && (lines || n == 0));
    *out = NULL;
    const Model *m = s->models[0];
    LbStatus status = check_use(m, FOR_PAIRS, "translate", err);
    if (status == LB_OK)
        status = check_options(&o, err);
    if (status == LB_OK && o.replace_unk)
        status = check_replacing(s, err);
    if (status != LB_OK)
        return status;
    if (o.replace_unk && o.maps == LB_MAPS_NONE)
        o.maps = LB_MAPS_ONE;
    InputLine *source = input_read(m->source, lines, n, o.tokens, source_limit(s, o.max_input, o.whole));
    InputLine *target = prefix ? input_read(m->target, prefix, n, o.tokens, 1 << 20) : NULL;
    return job_translate(s, source, target, n, o, NULL, out, err);
}

/* ---- continuing text ---- */

/* Of a prompt that leaves no room the end is read: as much as leaves room for what is wanted, or half of what
 * the model takes. Returns how many pieces are left out. */
static int cut_prompt(InputLine *prompt, int most, int wanted)
{
    int n = (int)array_len(prompt->pieces), room = most - (wanted > 0 ? wanted : 1);
    if (n <= room)
        return 0;
    int kept = wanted > 0 ? room : most / 2, drop = n - kept;
    memmove(prompt->pieces, prompt->pieces + drop, (size_t)kept * sizeof *prompt->pieces);
    array_cut(prompt->pieces, (size_t)kept);
    return drop;
}

static LbStatus check_generation(const LbSession *s, const LbTranslateOptions *o, LbError *err)
{
    LbStatus status = check_use(s->models[0], FOR_TEXT, "continue text", err);
    if (status == LB_OK)
        status = check_options(o, err);
    if (status == LB_OK && (o->max_length < 0 || o->max_length > model_length(s)))
        return fail(err, LB_USAGE, "a continuation of %d pieces: this model was made for texts of at most %d",
                    o->max_length, model_length(s));
    return status;
}

LbStatus lb_generate(LbSession *s, const LbText *prompts, size_t n, LbTranslateOptions o, LbResult **out,
                     LbError *err)
{
    assert(s && out && (prompts || n == 0));
    *out = NULL;
    LbStatus status = check_generation(s, &o, err);
    if (status != LB_OK)
        return status;
    Job j = { .s = s, .n = n, .o = o, .source = input_nothing(n) };
    j.target = input_read(s->models[0]->target, prompts, n, o.tokens, 1 << 20);
    j.left_out = memory_get(n + 1, sizeof *j.left_out);
    for (size_t i = 0; i < n; i++)
        j.left_out[i] = cut_prompt(&j.target[i], model_length(s), o.max_length);
    return finish_job(&j, out, err);
}

/* ---- guessing masked words ---- */

LbStatus lb_fill(LbSession *s, const LbText *lines, size_t n, LbFillOptions o, LbResult **out, LbError *err)
{
    assert(s && out && (lines || n == 0));
    *out = NULL;
    LbStatus status = check_use(s->models[0], FOR_MASKS, "guess masked words", err);
    if (status == LB_OK && (o.guesses < 1 || o.batch < 1))
        status = fail(err, LB_USAGE, "the number of guesses and the batch must be above 0");
    if (status != LB_OK)
        return status;
    Job j = { .s = s, .n = n, .guesses = o.guesses, .o = { .batch = o.batch, .maps = o.maps } };
    j.source = input_read(s->models[0]->source, lines, n, o.tokens, source_limit(s, 0, false));
    return finish_job(&j, out, err);
}

/* ---- given outputs ---- */

/* A forced line must fit as it is: its score would mean nothing in parts. */
static LbStatus check_lengths(const Job *j, int limit, LbError *err)
{
    size_t longest = longest_target(j->s);
    for (size_t i = 0; i < j->n; i++) {
        size_t source = array_len(j->source[i].pieces), target = array_len(j->target[i].pieces);
        if (source > (size_t)limit)
            return fail_line(err, LB_DATA, (int)i + 1, "the source has %zu pieces where the model reads %d",
                             source, limit);
        if (target > longest)
            return fail_line(err, LB_DATA, (int)i + 1, "the output has %zu pieces; %zu is the most", target,
                             longest);
    }
    return LB_OK;
}

LbStatus job_score(LbSession *s, InputLine *source, InputLine *target, size_t n, int batch, LbMaps maps,
                   LbResult **out, LbError *err)
{
    Job j = { .s = s, .n = n, .source = source, .target = target, .forced = true };
    j.o = (LbTranslateOptions){ .batch = batch, .maps = maps };
    LbStatus status = check_lengths(&j, source_limit(s, 0, false), err);
    if (status == LB_OK)
        return finish_job(&j, out, err);
    input_free(source, n);
    input_free(target, n);
    return status;
}

LbStatus lb_score(LbSession *s, const LbText *source, const LbText *target, size_t n, int batch, bool tokens,
                  LbMaps maps, LbResult **out, LbError *err)
{
    assert(s && out && (target || n == 0));
    *out = NULL;
    const Model *m = s->models[0];
    LbStatus status = source ? check_use(m, FOR_PAIRS, "score pairs", err)
                             : check_use(m, FOR_TEXT, "score a text without its source", err);
    if (status != LB_OK && n > 0)
        return status;
    InputLine *from = source ? input_read(m->source, source, n, tokens, 1 << 20) : input_nothing(n);
    InputLine *to = input_read(m->target, target, n, tokens, 1 << 20);
    return job_score(s, from, to, n, batch > 0 ? batch : 64, maps, out, err);
}
