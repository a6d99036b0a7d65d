/* trainer.c -- the train loop: an update, then whatever is due.
 *
 * What has to be remembered lies in TrainState, so that saving it after any update and reading it back is
 * the same as going on. Nothing else here may influence the weights. Duties are due by the position in the
 * data and are done at most once per update; only the extra save looks at the clock, and it changes nothing.
 */
#include "train/trainer.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>

#include "base/array.h"
#include "base/file.h"
#include "base/process.h"
#include "train/checkpoint.h"
#include "train/journal.h"
#include "train/optim.h"
#include "train/pass.h"
#include "train/schedule.h"
#include "train/validate.h"

enum { SAVE_SECONDS = 600 };

/* A loss per word this many times that of guessing (log V) is no longer learning. */
static const double ABSURD = 100;
/* Weights that do worse than this many times guessing are nothing to go back to. */
static const double GOOD = 2;

typedef struct {
    Model *model;
    const Config *config;
    const Corpus *train, *valid; /* valid may be NULL */
    const TrainHooks *hooks;
    const Figure *figure; /* train.metric */
    Budget budget;
    Tape *tape;
    Optim *optim;
    Batches *batches, *valid_batches;
    Journal log, validation;
    TrainState s;
    double rate, norm;   /* of the last update */
    TrainValid measured; /* by the last validation */
    CorpusReport seen;   /* of the first pools, n_gathered of them */
    int n_gathered;
    int expected;    /* batches in this epoch; an estimate until its last pool */
    double saved_at; /* pass_clock of the last save */
    int64_t saved;   /* step of the last save; -1: none, or more has happened since */
    int64_t on_disk; /* step of train.safetensors; -1: there is none yet */
    struct {
        const char *what;
        double value;
    } bad;           /* that the last update met */
    const char *why; /* it stops */
    LbError *err;
} Trainer;

/* ---- one update ---- */

static LbStatus diverged(Trainer *t, const char *what, double value)
{
    const Config *c = t->config;
    t->bad.what = what;
    t->bad.value = value;
    return fail(t->err, LB_DIVERGED,
                "training diverged at step %lld: the %s is %g. Lower train.learning_rate (now %g%s) or set "
                "train.clip_norm (now %g; 0 is none). %s still has the best weights",
                (long long)t->s.step + 1, what, value, c->learning_rate,
                t->s.halvings ? ", halved since" : "", c->clip_norm, c->model_dir);
}

static bool is_below(const Trainer *t, double loss_per_word, double times)
{
    return loss_per_word < times * log(vocab_size(t->model->target));
}

/* Whether an epoch has ended and the next one has not begun. */
static bool at_boundary(const Trainer *t)
{
    return t->s.pool == 0 && t->s.batch == 0;
}

/* Adds up what the pools of the first epoch were like; a run that was resumed inside it cannot tell. */
static void gather(Trainer *t)
{
    const TrainState *s = &t->s;
    if (!t->train->text || s->epoch > 0 || s->pool != t->n_gathered)
        return;
    corpus_add_report(&t->seen, batches_report(t->batches));
    if (++t->n_gathered == batches_pools(t->batches) && t->hooks->read_all)
        t->hooks->read_all(t->hooks->context, &t->seen);
}

/* From the position to where the next batch is: here, in a pool that follows, or in the next epoch, which is
 * not looked into. */
static LbStatus find_batch(Trainer *t)
{
    TrainState *s = &t->s;
    for (int pools = batches_pools(t->batches); s->pool < pools; s->pool++, s->batch = 0) {
        LbStatus status = batches_open(t->batches, (int)s->epoch, (int)s->pool, t->err);
        if (!status)
            gather(t);
        if (status || s->batch < batches_count(t->batches))
            return status;
    }
    s->epoch++;
    s->pool = s->batch = s->done = 0;
    return LB_OK;
}

static LbStatus learn_batch(Trainer *t, PassSum *sum)
{
    TrainState *s = &t->s;
    uint64_t key = rng_hash(rng_hash((uint64_t)t->config->seed, (uint64_t)s->epoch), (uint64_t)s->pool);
    int i = (int)s->batch;
    t->tape->epoch = (int)s->epoch;
    pass_learn(t->model, t->tape, t->batches, i, rng_hash(key, (uint64_t)i), sum);
    s->batch++;
    s->done++;
    t->expected = batches_expected(t->batches, (int)(s->done - s->batch));
    return find_batch(t);
}

/* All batches of one update: they may be of several pools, but not of several epochs. */
static LbStatus learn_batches(Trainer *t, PassSum *sum)
{
    int64_t epoch = t->s.epoch;
    LbStatus status = find_batch(t);
    if (!status && t->s.epoch > epoch)
        return fail(t->err, LB_DATA, "no pair of the training data can be trained on");
    for (int i = 0; i < t->config->accumulate && !status && t->s.epoch == epoch; i++)
        status = learn_batch(t, sum);
    return status;
}

/* A resumed run may have other batches than before, and so other pools: it goes on near where it was. */
static LbStatus take_position(Trainer *t)
{
    TrainState *s = &t->s;
    int now = batches_pool_lines(t->batches);
    if (s->pool_lines != now)
        s->pool = s->pool * s->pool_lines / now;
    s->pool_lines = now;
    return at_boundary(t) ? LB_OK : find_batch(t);
}

static LbStatus update(void *context)
{
    Trainer *t = context;
    const Config *c = t->config;
    PassSum sum = { 0 };
    LbStatus status = learn_batches(t, &sum);
    if (status)
        return status;
    double words = (double)sum.n_words;
    if (!is_below(t, sum.loss / words, ABSURD))
        return diverged(t, "loss per word", sum.loss / words);
    t->rate = ldexp(schedule_rate(c, t->s.step + 1, &(Plateau){ (int)t->s.bad, (int)t->s.drops }),
                    -(int)t->s.halvings);
    t->norm = optim_step(t->optim, 1 / words, t->rate);
    if (!isfinite(t->norm))
        return diverged(t, "norm of the gradient", t->norm);
    t->s.window_nll += sum.nll;
    t->s.window_words += sum.n_words;
    t->s.window_guide += sum.guide;
    t->s.window_guided += sum.n_guided;
    t->s.step++;
    return LB_OK;
}

static LbStatus over_limit(const Trainer *t, const char *what)
{
    return fail(
        t->err, LB_MEMORY,
        "step %lld: %s. Make train.batch smaller (train.accumulate makes up for it) or raise train.memory",
        (long long)t->s.step + 1, what);
}

static LbStatus train_step(Trainer *t)
{
    double start = pass_clock();
    LbStatus status = guard(update, t, t->err);
    double spent = pass_clock() - start;
    t->s.seconds += spent;
    t->s.window_seconds += spent;
    if (status == LB_MEMORY)
        return over_limit(t, t->err->text);
    if (!status && pass_peak(t->tape) > t->budget.room)
        return over_limit(t, "weights and batch together take more than train.memory");
    return status;
}

/* ---- duty: report ---- */

static int epoch_shown(const Trainer *t)
{
    return (int)t->s.epoch + (at_boundary(t) ? 0 : 1);
}

static size_t resident(const Trainer *t)
{
    size_t bytes = process_memory();
    return bytes ? bytes : pass_fixed_bytes(t->model) + pass_peak(t->tape);
}

static TrainReport report_of(const Trainer *t)
{
    const TrainState *s = &t->s;
    int n = t->expected;
    double loss = s->window_nll / (double)s->window_words;
    return (TrainReport){
        .step = s->step,
        .epoch = epoch_shown(t),
        .batch = at_boundary(t) ? n : (int)s->done,
        .n_batch = n,
        .loss = loss,
        .ppl = exp(fmin(loss, 700)), /* JSON has no infinity */
        .guide = s->window_guided > 0 ? s->window_guide / (double)s->window_guided : NAN,
        .words_per_second = (double)s->window_words / fmax(s->window_seconds, 1e-9),
        .rate = t->rate,
        .norm = t->norm,
        .seconds = s->seconds,
        .memory = resident(t),
    };
}

static LbStatus log_report(Trainer *t, const TrainReport *r)
{
    json_t *line = json_pack("{sI si si si sf sf sf sf sf sf sI}", "step", (json_int_t)r->step, "epoch",
                             r->epoch, "batch", r->batch, "batches", r->n_batch, "loss", r->loss, "ppl",
                             r->ppl, "words_per_second", r->words_per_second, "rate", r->rate, "norm",
                             r->norm, "seconds", r->seconds, "memory", (json_int_t)r->memory);
    if (!isnan(r->guide))
        json_object_set_new(line, "guide", json_real(r->guide));
    char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9));
    LbStatus status = journal_add(&t->log, text, t->err);
    free(text);
    json_decref(line);
    return status;
}

static bool report_due(const Trainer *t)
{
    return t->s.window_words > 0 && t->s.step % t->config->report_steps == 0;
}

static LbStatus report(Trainer *t)
{
    TrainReport r = report_of(t);
    if (t->hooks->report)
        t->hooks->report(t->hooks->context, &r);
    t->s.window_nll = t->s.window_seconds = t->s.window_guide = 0;
    t->s.window_words = t->s.window_guided = 0;
    return log_report(t, &r);
}

/* ---- duty: validate ---- */

static bool validation_due(const Trainer *t)
{
    const Config *c = t->config;
    if (!t->valid || t->s.step == 0 || t->s.validated == t->s.step)
        return false;
    if (c->validate_steps > 0)
        return t->s.step % c->validate_steps == 0;
    return at_boundary(t) && c->validate_epochs > 0 && t->s.epoch % c->validate_epochs == 0;
}

/* What is validated and kept for use are the averaged weights, when there are any; training goes on with its
 * own. */
static LbStatus with_average(Trainer *t, LbStatus (*act)(Trainer *t))
{
    optim_average_swap(t->optim);
    LbStatus status = act(t);
    optim_average_swap(t->optim);
    return status;
}

static LbStatus write_best(Trainer *t)
{
    char *path = path_join(t->config->model_dir, WEIGHTS_FILE);
    LbStatus status = model_save_weights(t->model, path, t->err);
    free(path);
    return status;
}

static LbStatus save_best(Trainer *t)
{
    return with_average(t, write_best);
}

static LbStatus log_validation(Trainer *t, const TrainValid *v)
{
    Str row = { 0 };
    validate_row(v, &row);
    LbStatus status = journal_add(&t->validation, row.text, t->err);
    str_free(&row);
    return status;
}

/* What the rate and the patience go by. */
static void remember(Trainer *t, double value)
{
    TrainState *s = &t->s;
    bool best = figure_better(t->figure, value, s->best);
    s->unimproved = best ? 0 : s->unimproved + 1;
    if (best) {
        s->best = value;
        s->best_step = s->step;
    }
    Plateau p = { (int)s->bad, (int)s->drops };
    schedule_validated(t->config, &p, best);
    s->bad = p.bad;
    s->drops = p.drops;
}

static LbStatus measure(Trainer *t)
{
    const TrainHooks *h = t->hooks;
    LbStatus status = validate(t->model, t->tape, t->valid_batches, t->valid, h, &t->measured, t->err);
    return status || !h->probe ? status : h->probe(h->context, t->model, t->s.step, t->err);
}

/* A `final` validation falls between two planned ones: it may find the best weights, but the rate must not
 * hear of it, or a run that was stopped there and resumed would go another way. */
static LbStatus validate_now(Trainer *t, bool final)
{
    t->measured =
        (TrainValid){ .step = t->s.step, .epoch = epoch_shown(t), .rate = t->rate, .seconds = t->s.seconds };
    LbStatus status = with_average(t, measure);
    if (status)
        return status;
    TrainValid v = t->measured;
    double value = figure_value(t->figure, &v);
    v.best = figure_better(t->figure, value, t->s.kept);
    if (v.best) {
        status = save_best(t);
        t->s.kept = value;
    }
    if (!final)
        remember(t, value);
    if (!final && is_below(t, v.loss, GOOD))
        t->s.good = t->s.step;
    t->s.validated = t->s.step;
    t->saved = -1;
    if (!status)
        status = log_validation(t, &v);
    if (t->hooks->validated)
        t->hooks->validated(t->hooks->context, &v);
    return status;
}

static LbStatus validate_planned(Trainer *t)
{
    return validate_now(t, false);
}

/* ---- duty: save ---- */

/* The journals first: what the state counts on must not be lost when the machine stops. */
static LbStatus save_state(Trainer *t)
{
    t->s.log_bytes = (int64_t)t->log.len;
    t->s.validation_bytes = (int64_t)t->validation.len;
    LbStatus status = journal_sync(&t->log, t->err);
    if (!status)
        status = journal_sync(&t->validation, t->err);
    if (!status)
        status = checkpoint_save_in(t->config->model_dir, t->model, t->optim, &t->s, t->on_disk, t->err);
    if (status)
        return status;
    t->saved_at = pass_clock();
    t->saved = t->on_disk = t->s.step;
    return LB_OK;
}

/* After a validation; without any, after an epoch, and then what there is counts as the best. */
static bool is_milestone(const Trainer *t)
{
    return t->valid ? t->s.validated == t->s.step : at_boundary(t);
}

static bool save_due(const Trainer *t)
{
    return t->saved != t->s.step && (is_milestone(t) || pass_clock() - t->saved_at > SAVE_SECONDS);
}

static LbStatus keep(Trainer *t)
{
    return checkpoint_keep(t->model, t->config->model_dir, t->s.step, t->err);
}

static LbStatus save(Trainer *t)
{
    LbStatus status = LB_OK;
    if (!t->valid)
        status = save_best(t);
    if (!t->valid && is_milestone(t))
        t->s.good = t->s.step;
    if (!status && is_milestone(t))
        status = with_average(t, keep);
    return status ? status : save_state(t);
}

/* ---- when to stop ---- */

static bool all_epochs(const Trainer *t)
{
    return t->config->epochs > 0 && t->s.epoch >= t->config->epochs;
}

static bool all_steps(const Trainer *t)
{
    return t->config->max_steps > 0 && t->s.step >= t->config->max_steps;
}

static bool all_minutes(const Trainer *t)
{
    return t->config->minutes > 0 && t->s.seconds >= 60 * t->config->minutes;
}

static bool no_patience(const Trainer *t)
{
    return t->config->patience > 0 && t->s.unimproved >= t->config->patience;
}

static bool cancelled(const Trainer *t)
{
    return t->hooks->cancelled && t->hooks->cancelled(t->hooks->context);
}

static const struct {
    const char *why;
    bool (*reached)(const Trainer *t);
} ends[] = {
    { "epochs", all_epochs },    { "max_steps", all_steps }, { "minutes", all_minutes },
    { "patience", no_patience }, { "cancelled", cancelled },
};
enum { N_ENDS = sizeof ends / sizeof *ends };

static bool is_over(Trainer *t)
{
    for (int i = 0; i < N_ENDS && !t->why; i++)
        if (ends[i].reached(t))
            t->why = ends[i].why;
    return t->why;
}

/* ---- the loop ---- */

static const struct {
    bool (*due)(const Trainer *t);
    LbStatus (*act)(Trainer *t);
} duties[] = {
    { report_due, report },
    { validation_due, validate_planned },
    { save_due, save },
};
enum { N_DUTIES = sizeof duties / sizeof *duties };

static LbStatus on_duty(Trainer *t)
{
    LbStatus status = LB_OK;
    for (int i = 0; i < N_DUTIES && !status; i++)
        if (duties[i].due(t))
            status = duties[i].act(t);
    return status;
}

/* ---- after a divergence ---- */

static LbStatus log_return(Trainer *t, int64_t from)
{
    json_t *value = isfinite(t->bad.value) ? json_real(t->bad.value) : json_null();
    json_t *line =
        json_pack("{sI ss ss so sI si}", "step", (json_int_t)from, "event", "diverged", "what", t->bad.what,
                  "value", value, "back_to", (json_int_t)t->s.step, "halvings", (int)t->s.halvings);
    char *text = json_dumps(line, JSON_COMPACT | JSON_REAL_PRECISION(9));
    LbStatus status = journal_add(&t->log, text, t->err);
    free(text);
    json_decref(line);
    return status;
}

static void tell_return(const Trainer *t, int64_t from)
{
    if (!t->hooks->message)
        return;
    Str line = { 0 };
    str_addf(
        &line,
        "training diverged at step %lld: the %s is %g; going back to step %lld and on from there at half "
        "the rate",
        (long long)from, t->bad.what, t->bad.value, (long long)t->s.step);
    t->hooks->message(t->hooks->context, line.text);
    str_free(&line);
}

static LbStatus tell_begun(Trainer *t)
{
    return t->hooks->begun ? t->hooks->begun(t->hooks->context, t->s.step, t->err) : LB_OK;
}

/* The good state is that of a planned validation or a whole epoch, never one that the clock or a cancellation
 * made: a run that was stopped and resumed goes back to where one that was not does. */
static LbStatus go_back(Trainer *t)
{
    const LbError why = *t->err;
    const int64_t from = t->s.step + 1;
    const double seconds = t->s.seconds;
    if (checkpoint_load_good(t->config->model_dir, t->model, t->optim, &t->s, t->err)) {
        *t->err = why; /* nothing to go back to: of no interest beside that it diverged */
        return LB_DIVERGED;
    }
    t->s.halvings++;
    t->s.good = t->s.step;
    t->s.seconds = seconds;
    params_zero_grads(t->model->params);
    LbStatus status = take_position(t);
    if (status)
        return status;
    tell_return(t, from);
    status = log_return(t, from);
    if (!status && !t->valid)
        status = save_best(t);
    if (!status)
        status = tell_begun(t);
    return status ? status : save_state(t);
}

static LbStatus train_loop(Trainer *t)
{
    LbStatus status = on_duty(t); /* a run cancelled while it validated has that still to do */
    while (!status && !is_over(t)) {
        status = train_step(t);
        if (status == LB_DIVERGED && t->s.halvings == 0)
            status = go_back(t);
        if (!status)
            status = on_duty(t);
    }
    return status;
}

/* ---- before it ---- */

static LbStatus open_journals(Trainer *t)
{
    const char *dir = t->config->model_dir;
    LbStatus status = journal_open(&t->log, dir, LOG_FILE, (size_t)t->s.log_bytes, t->err);
    if (!status)
        status = journal_open(&t->validation, dir, VALIDATION_FILE, (size_t)t->s.validation_bytes, t->err);
    if (status || t->validation.len > 0)
        return status;
    Str header = { 0 };
    validate_header(&header);
    status = journal_add(&t->validation, header.text, t->err);
    str_free(&header);
    return status;
}

/* From here on the folder can be opened and resumed, whatever happens. */
static LbStatus begin_new(Trainer *t)
{
    params_init(t->model->params, (uint64_t)t->config->seed);
    optim_average_begin(t->optim);
    t->s = (TrainState){ .best = NAN,
                         .kept = NAN,
                         .seed = t->config->seed,
                         .pairs = (int64_t)corpus_lines(t->train),
                         .pool_lines = batches_pool_lines(t->batches),
                         .cost = t->s.cost,
                         .memory = t->s.memory,
                         .data = corpus_hash(t->train) };
    LbStatus status = open_journals(t);
    if (!status)
        status = save_best(t);
    return status ? status : save_state(t);
}

static LbStatus check_same_run(const Trainer *t)
{
    const TrainState *s = &t->s;
    if (s->seed != t->config->seed)
        return fail(t->err, LB_DATA,
                    "%s was begun with seed %lld, and seed is now %d; set it back, or start "
                    "again without --resume",
                    t->config->model_dir, (long long)s->seed, t->config->seed);
    int64_t lines = (int64_t)corpus_lines(t->train);
    if (s->pairs != lines || s->data != corpus_hash(t->train))
        return fail(t->err, LB_DATA,
                    "%s was begun on other training data: %lld pairs of sentences then, %lld now%s. "
                    "Give it the same data, or start again without --resume",
                    t->config->model_dir, (long long)s->pairs, (long long)lines,
                    s->pairs == lines ? ", not the same ones" : "");
    return LB_OK;
}

static LbStatus load_state(Trainer *t)
{
    char *path = path_join(t->config->model_dir, STATE_FILE);
    LbStatus status = LB_OK;
    if (!file_exists(path))
        status = fail(t->err, LB_FILE, "there is no %s to resume from; train without --resume", path);
    if (!status)
        status = checkpoint_load(path, t->model, t->optim, &t->s, t->err);
    free(path);
    t->saved = t->on_disk = t->s.step;
    return status ? status : check_same_run(t);
}

static LbStatus check_metric(Trainer *t)
{
    t->figure = figure_find(t->config->metric);
    if (!t->figure)
        return fail(t->err, LB_USAGE, "train.metric %s cannot choose a checkpoint", t->config->metric);
    assert(!t->valid || !t->figure->decodes || (t->hooks->decode && t->valid->target_lines));
    return LB_OK;
}

static LbStatus open_all(Trainer *t)
{
    LbStatus status = check_metric(t);
    t->batches = pass_batches(t->config, t->train);
    if (!status)
        status = pass_budget(t->model, t->batches, t->train, t->valid, &t->budget, t->err);
    if (!status)
        status = optim_new(t->config, t->model->params, &t->optim, t->err);
    if (status)
        return status;
    t->tape = tape_new(t->budget.room);
    params_zero_grads(t->model->params);
    t->saved_at = pass_clock();
    return LB_OK;
}

static void tell_shrunk(const Trainer *t)
{
    BatchCost free = t->s.cost;
    free.room = (double)((size_t)1 << 60);
    int wanted = pass_sentences(t->config, &t->budget, &free);
    int got = pass_sentences(t->config, &t->budget, &t->s.cost);
    if (got >= wanted || !t->hooks->message)
        return;
    Str line = { 0 };
    str_addf(
        &line,
        "train.memory is %zu MiB: batches of long sentences are made smaller, those of the longest (%d and "
        "%d pieces) from %d pairs to %d",
        t->budget.limit >> 20, t->budget.S - 1, t->budget.T - 1, wanted, got);
    t->hooks->message(t->hooks->context, line.text);
    str_free(&line);
}

/* How batches are cut belongs to the run: one that is resumed with the same limit cuts as it did before. */
static LbStatus plan_batches(Trainer *t)
{
    TrainState *s = &t->s;
    BatchCost cost;
    LbStatus status = pass_measure(t->model, &t->budget, &cost, t->err);
    if (status)
        return status;
    bool as_before = s->cost.room > 0 && s->memory == (int64_t)t->budget.limit;
    if (!as_before)
        s->cost = cost;
    s->memory = (int64_t)t->budget.limit;
    batches_limit(t->batches, &s->cost);
    tell_shrunk(t);
    if (!t->valid)
        return LB_OK;
    t->valid_batches = pass_batches(t->config, t->valid);
    batches_limit(t->valid_batches, &s->cost);
    batches_begin(t->valid_batches, 0);
    return LB_OK;
}

static LbStatus begin(Trainer *t, bool resume)
{
    LbStatus status = open_all(t);
    if (!status && resume)
        status = load_state(t);
    if (!status)
        checkpoint_sweep(t->config->model_dir);
    if (!status && !resume)
        checkpoint_clear(t->config->model_dir);
    if (!status)
        status = plan_batches(t);
    if (!status)
        status = model_save_plan(t->model, t->err);
    if (!status)
        status = resume ? open_journals(t) : begin_new(t);
    if (!status)
        status = tell_begun(t);
    return status ? status : take_position(t);
}

/* ---- after it ---- */

static LbStatus cancel(Trainer *t)
{
    LbStatus status = isnan(t->s.kept) ? save_best(t) : LB_OK; /* better than the first, random ones */
    if (!status && t->saved != t->s.step)
        status = save_state(t);
    return status ? status
                  : fail(t->err, LB_CANCELLED, "stopped after step %lld and saved in %s; --resume goes on",
                         (long long)t->s.step, t->config->model_dir);
}

static LbStatus finish(Trainer *t)
{
    if (text_equal(t->why, "cancelled"))
        return cancel(t);
    LbStatus status = LB_OK;
    if (t->valid && t->s.validated != t->s.step)
        status = validate_now(t, true);
    if (status == LB_CANCELLED)
        return cancel(t);
    return status || t->saved == t->s.step ? status : save(t);
}

static LbStatus load_best(Trainer *t, LbError *err)
{
    char *path = path_join(t->config->model_dir, WEIGHTS_FILE);
    LbStatus status = model_load_weights(t->model, path, err);
    free(path);
    return status;
}

/* A disk that is full: what was saved before is whole. */
static LbStatus not_saved(Trainer *t)
{
    const LbError why = *t->err;
    return fail(t->err, LB_FILE, "%s. Nothing saved before is lost: --resume goes on from step %lld",
                why.text, (long long)t->on_disk);
}

/* Whatever ended the loop, if there are best weights the model gets them. */
static LbStatus end(Trainer *t, LbStatus status)
{
    if (status == LB_CANCELLED)
        t->why = "cancelled";
    if (!status || status == LB_CANCELLED)
        status = finish(t);
    if (status == LB_FILE)
        return not_saved(t);
    if (status && status != LB_CANCELLED && status != LB_DIVERGED)
        return status;
    LbStatus loaded = load_best(t, status ? NULL : t->err);
    return status ? status : loaded;
}

static void summarize(const Trainer *t, TrainSummary *out)
{
    *out = (TrainSummary){ .why = t->why,
                           .step = t->s.step,
                           .best_step = t->s.best_step,
                           .epoch = (int)t->s.epoch,
                           .best = t->s.best,
                           .seconds = t->s.seconds };
}

static void close_all(Trainer *t)
{
    journal_close(&t->log);
    journal_close(&t->validation);
    batches_free(t->batches);
    batches_free(t->valid_batches);
    optim_free(t->optim);
    tape_free(t->tape);
}

LbStatus train_run(Model *m, const Corpus *train, const Corpus *valid, const TrainHooks *hooks, bool resume,
                   TrainSummary *out, LbError *err)
{
    static const TrainHooks none = { 0 };
    LbError own;
    Trainer t = { .model = m,
                  .config = &m->config,
                  .train = train,
                  .valid = valid,
                  .saved = -1,
                  .on_disk = -1,
                  .hooks = hooks ? hooks : &none,
                  .err = err ? err : &own };
    LbStatus status = begin(&t, resume);
    if (!status)
        status = end(&t, train_loop(&t));
    summarize(&t, out);
    close_all(&t);
    return status;
}
