/* train.c -- from a configuration to a model folder: vocabularies, corpora, model, trainer.
 *
 * The trainer does not know search and search does not know the trainer: validation decodes through a
 * function that is handed over here.
 */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/handle.h"
#include "api/watch.h"
#include "base/array.h"
#include "base/file.h"
#include "base/process.h"
#include "train/checkpoint.h"
#include "train/pass.h"
#include "train/trainer.h"
#include "view/page.h"

typedef struct {
    const LbTrainHooks *hooks;
    LbSession session; /* for validation; holds the model in training */
    const Model *model;
    Corpus *train, *valid;
    Config config;
    int lock;     /* of the model folder; -1: none */
    Watch *watch; /* NULL: no page is wanted */
} Run;

static void say(const Run *r, const char *text)
{
    if (r->hooks && r->hooks->message)
        r->hooks->message(r->hooks->context, text);
}

static void sayf(const Run *r, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void sayf(const Run *r, const char *format, ...)
{
    Str line = { 0 };
    va_list args;
    va_start(args, format);
    str_addv(&line, format, args);
    va_end(args);
    say(r, line.text);
    str_free(&line);
}

/* ---- vocabularies ---- */

static VocabOptions vocab_options(const VocabConfig *c, bool mask, int seed, size_t memory)
{
    return (VocabOptions){ .level = c->level,
                           .type = c->type,
                           .size = c->size,
                           .min_count = c->min_count,
                           .lowercase = c->lowercase,
                           .punctuation = c->punctuation,
                           .mask = mask,
                           .seed = (uint64_t)seed,
                           .memory = memory };
}

/* TSV files hold both sides; each side's text is taken from them when there are no plain files. */
static LbStatus learn_vocab(Run *r, const char *side, const VocabConfig *c, char **files, char **more,
                            Vocab **out, LbError *err)
{
    const char **paths = NULL;
    for (size_t i = 0; i < array_len(files); i++)
        array_push(paths, files[i]);
    for (size_t i = 0; i < array_len(more); i++)
        array_push(paths, more[i]);
    bool mask = text_equal(r->config.type, "mlm");
    VocabOptions o = vocab_options(c, mask, r->config.seed, r->config.memory);
    uint64_t step = vocab_step(paths, array_len(paths), &o);
    sayf(r, "learning the %s vocabulary (%s)", side, c->level);
    if (step > 1)
        sayf(r, "of its text one line in %llu is read: more does not fit into train.memory",
             (unsigned long long)step);
    LbStatus status = vocab_train(paths, array_len(paths), o, out, err);
    array_free(paths);
    if (status == LB_OK)
        sayf(r, "%s vocabulary: %d pieces", side, vocab_size(*out));
    return status;
}

static LbStatus side_vocab(Run *r, const char *side, const VocabConfig *c, char **files, Vocab **out,
                           LbError *err)
{
    if (c->model)
        return vocab_load(c->model, out, err);
    return learn_vocab(r, side, c, files, NULL, out, err);
}

static LbStatus make_vocabs(Run *r, char **source_files, char **target_files, Vocab **source, Vocab **target,
                            LbError *err)
{
    const Config *c = &r->config;
    *source = *target = NULL;
    if (c->shared_vocabulary) {
        LbStatus status = c->shared_model
                              ? vocab_load(c->shared_model, source, err)
                              : learn_vocab(r, "shared", &c->source, source_files, target_files, source, err);
        *target = *source;
        return status;
    }
    LbStatus status = side_vocab(r, "source", &c->source, source_files, source, err);
    if (status == LB_OK)
        status = side_vocab(r, "target", &c->target, target_files, target, err);
    if (status != LB_OK) {
        vocab_free(*source);
        *source = *target = NULL;
    }
    return status;
}

/* The one vocabulary of one text. */
static LbStatus text_vocab(Run *r, Vocab **source, Vocab **target, LbError *err)
{
    const Config *c = &r->config;
    LbStatus status = c->shared_model
                          ? vocab_load(c->shared_model, source, err)
                          : learn_vocab(r, "text's", &c->source, c->train_text, NULL, source, err);
    *target = *source;
    return status;
}

/* ---- TSV: each side as a file of its own, for the vocabulary ---- */

static LbStatus split_tsv(const char *path, FILE *source, FILE *target, LbError *err)
{
    Reader *in = reader_open(path, err);
    if (!in)
        return err ? err->status : LB_FILE;
    const char *line;
    size_t n;
    int more;
    while ((more = reader_line(in, &line, &n, err)) > 0) {
        const char *tab = memchr(line, '\t', n);
        if (!tab)
            continue; /* corpus_load counts and reports it */
        const char *end = memchr(tab + 1, '\t', n - (size_t)(tab + 1 - line));
        fwrite(line, 1, (size_t)(tab - line), source);
        putc('\n', source);
        fwrite(tab + 1, 1, (size_t)((end ? end : line + n) - tab - 1), target);
        putc('\n', target);
    }
    reader_close(in);
    return more < 0 ? err ? err->status : LB_FILE : LB_OK;
}

typedef struct {
    char *source_path, *target_path;
    char **source, **target; /* arrays of one path each */
} Sides;

static LbStatus sides_of_tsv(const Config *c, Sides *s, LbError *err)
{
    s->source_path = path_join(c->model_dir, "vocabulary-source.tmp");
    s->target_path = path_join(c->model_dir, "vocabulary-target.tmp");
    array_push(s->source, s->source_path);
    array_push(s->target, s->target_path);
    LbStatus status = dir_make(c->model_dir, err);
    FILE *source = status == LB_OK ? fopen(s->source_path, "w") : NULL;
    FILE *target = source ? fopen(s->target_path, "w") : NULL;
    if (status == LB_OK && !target)
        status = fail(err, LB_FILE, "cannot write in %s", c->model_dir);
    for (size_t i = 0; status == LB_OK && i < array_len(c->train_tsv); i++)
        status = split_tsv(c->train_tsv[i], source, target, err);
    if (source && fclose(source) && status == LB_OK)
        status = fail(err, LB_FILE, "cannot write %s", s->source_path);
    if (target && fclose(target) && status == LB_OK)
        status = fail(err, LB_FILE, "cannot write %s", s->target_path);
    return status;
}

static void sides_free(Sides *s)
{
    if (s->source_path)
        remove(s->source_path), remove(s->target_path);
    free(s->source_path);
    free(s->target_path);
    array_free(s->source);
    array_free(s->target);
}

static LbStatus vocabs(Run *r, Vocab **source, Vocab **target, LbError *err)
{
    const Config *c = &r->config;
    if (config_is_one_sided(c))
        return text_vocab(r, source, target, err);
    if (!array_len(c->train_tsv))
        return make_vocabs(r, c->train_source, c->train_target, source, target, err);
    Sides s = { 0 };
    LbStatus status = sides_of_tsv(c, &s, err);
    if (status == LB_OK)
        status = make_vocabs(r, s.source, s.target, source, target, err);
    sides_free(&s);
    return status;
}

/* ---- corpora ---- */

static void say_report(const Run *r, const char *what, const CorpusReport *report)
{
    Str text = { 0 };
    corpus_describe(report, &text);
    char *rest = text.text;
    for (char *line; (line = strsep(&rest, "\n"));)
        if (*line)
            sayf(r, "%s data: %s", what, line);
    str_free(&text);
}

static const char *lines_called(const CorpusReport *r)
{
    return r->one_text ? "lines" : "pairs of lines";
}

static LbStatus load_corpus(Run *r, const char *what, CorpusFiles files, const Model *m, bool keep_text,
                            Corpus **out, LbError *err)
{
    LbStatus status = corpus_load(&files, m->source, m->target, keep_text, out, err);
    if (status != LB_OK)
        return status;
    const Corpus *c = *out;
    if (c->text)
        sayf(r, "%s data: %zu %s, encoded while training; of a sample of %zu:", what, corpus_lines(c),
             lines_called(&c->report), c->report.lines);
    say_report(r, what, &c->report);
    return LB_OK;
}

/* Text up to this size is encoded before training and checked in full. It takes up to eight times as much
 * memory (characters, arrays that double), and some seconds. */
static size_t at_once(const Config *c)
{
    const size_t most = (size_t)64 << 20, share = c->memory / 64;
    return share > 0 && share < most ? share : most;
}

static LbStatus load_data(Run *r, const Model *m, LbError *err)
{
    const Config *c = &m->config;
    CorpusFiles train = { c->train_source, c->train_target, c->train_tsv, c->train_text,
                          c->max_length,   at_once(c),      NULL,         model_marks(m) };
    CorpusFiles valid = {
        c->valid_source, c->valid_target, c->valid_tsv, c->valid_text, c->max_length, 0, NULL, model_marks(m)
    };
    bool links = array_len(c->guide_links) > 0;
    train.guide = config_is_guided(c) ? links ? c->guide_links : c->guide_evidence : NULL;
    train.guide_form = links ? guide_links : guide_evidence;
    train.unknown = valid.unknown = model_copies(m);
    LbStatus status = load_corpus(r, "training", train, m, false, &r->train, err);
    if (status == LB_OK &&
        (array_len(c->valid_source) || array_len(c->valid_tsv) || array_len(c->valid_text)))
        status = load_corpus(r, "validation", valid, m, true, &r->valid, err);
    return status;
}

/* ---- hooks ---- */

static bool cancelled(void *context)
{
    const Run *r = context;
    return r->hooks && r->hooks->cancelled && r->hooks->cancelled(r->hooks->context);
}

static void report(void *context, const TrainReport *t)
{
    const Run *r = context;
    if (r->watch)
        watch_report(r->watch, t);
    if (r->hooks && r->hooks->report)
        r->hooks->report(r->hooks->context, &(LbTrainReport){ t->step, t->epoch, t->batch, t->n_batch,
                                                              t->loss, t->ppl, t->words_per_second, t->rate,
                                                              t->norm, t->seconds, t->memory, t->guide });
}

static void validated(void *context, const TrainValid *v)
{
    const Run *r = context;
    if (r->watch)
        watch_validated(r->watch, v);
    if (r->hooks && r->hooks->validated)
        r->hooks->validated(r->hooks->context,
                            &(LbValidReport){ v->step, v->epoch, v->loss, v->ppl, v->accuracy, v->bleu,
                                              v->chrf, v->exact, v->rouge, v->entropy, v->end_mass, v->rate,
                                              v->seconds, v->best });
}

static LbStatus decode_to(Run *r, const Model *m, const Corpus *valid, double length_factor, char ***texts,
                          LbError *err)
{
    r->model = m;
    const int **ids = memory_get(valid->n + 1, sizeof *ids);
    int *lens = memory_get(valid->n + 1, sizeof *lens);
    for (size_t i = 0; i < valid->n; i++)
        ids[i] = corpus_source(valid, i, &lens[i]);
    SearchOptions o = search_default();
    o.beam = m->config.validate_beam;
    o.normalize = m->config.normalize;
    o.length_factor = length_factor;
    o.refill = m->config.refill;
    o.no_repeat = m->config.no_repeat;
    LbStatus status = translate_ids(&r->session, ids, lens, (const char *const *)valid->source_lines,
                                    valid->n, o, texts, err);
    free(ids);
    free(lens);
    return status;
}

static LbStatus decode(void *context, const Model *m, const Corpus *valid, char ***texts, LbError *err)
{
    const Run *r = context;
    LbStatus status = decode_to(context, m, valid, search_default().length_factor, texts, err);
    if (status == LB_OK && r->watch)
        watch_outputs(r->watch, *texts);
    return status;
}

/* Random weights do not end a sentence: about as far as a model goes that has learned for an epoch. */
static LbStatus decode_untrained(void *context, const Model *m, const Corpus *valid, char ***texts,
                                 LbError *err)
{
    return decode_to(context, m, valid, 1.5, texts, err);
}

static void message(void *context, const char *text)
{
    say(context, text);
}

static LbStatus begun(void *context, int64_t step, LbError *err)
{
    const Run *r = context;
    return r->watch ? watch_begin(r->watch, step, err) : watch_cut(r->config.model_dir, step, err);
}

static LbStatus probe(void *context, const Model *m, int64_t step, LbError *err)
{
    Run *r = context;
    r->model = m;
    return r->watch ? watch_probe(r->watch, step, err) : LB_OK;
}

static void read_all(void *context, const CorpusReport *report)
{
    const Run *r = context;
    sayf(r, "training data: all %zu %s have been read", report->lines, lines_called(report));
    say_report(r, "training", report);
}

/* ---- a run ---- */

/* Two trainings in one folder would write over each other's files. */
static LbStatus lock_folder(Run *r, LbError *err)
{
    LbStatus status = dir_make(r->config.model_dir, err);
    return status == LB_OK && r->lock < 0 ? dir_lock(r->config.model_dir, &r->lock, err) : status;
}

static LbStatus check_folder(const Config *c, bool resume, bool overwrite, LbError *err)
{
    char *weights = path_join(c->model_dir, WEIGHTS_FILE), *state = path_join(c->model_dir, STATE_FILE);
    bool has_model = file_exists(weights), has_state = file_exists(state);
    free(weights);
    free(state);
    if (resume && !has_state)
        return fail(err, LB_FILE, "%s has no %s to go on from; leave out --resume to start anew",
                    c->model_dir, STATE_FILE);
    if (!resume && !overwrite && (has_model || has_state))
        return fail(err, LB_USAGE,
                    "%s already holds a model; --resume goes on with it, --overwrite starts anew, or "
                    "choose another model_dir",
                    c->model_dir);
    return LB_OK;
}

static LbStatus load_config(Run *r, const char *path, const char *const *overrides, size_t n, LbError *err)
{
    LbStatus status = config_load(&r->config, path, overrides, (int)n, err);
    if (status == LB_OK)
        status = config_check(&r->config, err);
    return status == LB_OK ? config_check_training(&r->config, err) : status;
}

/* Resuming keeps the folder's vocabularies, and everything that shapes the model. */
static LbStatus make_model(Run *r, bool resume, Model **out, LbError *err)
{
    Vocab *source, *target;
    LbStatus status;
    if (resume) {
        Model *old;
        status = model_open(r->config.model_dir, true, &old, err);
        if (status != LB_OK)
            return status;
        source = old->source, target = old->target;
        old->source = old->target = NULL;
        model_free(old);
    } else {
        status = vocabs(r, &source, &target, err);
        if (status != LB_OK)
            return status;
    }
    status = model_new(&r->config, source, target, true, out, err);
    if (status != LB_OK) {
        if (target != source)
            vocab_free(target);
        vocab_free(source);
    }
    return status;
}

static LbStatus prepare(Run *r, bool resume, Model **m, LbError *err)
{
    LbStatus status = make_model(r, resume, m, err);
    process_trim(); /* learning vocabularies took more than anything that follows may count on */
    if (status == LB_OK)
        status = load_data(r, *m, err);
    if (status == LB_OK)
        sayf(r, "model: %zu parameters", params_learned((*m)->params));
    return status;
}

static void start_session(Run *r, const Model *m)
{
    r->model = m;
    r->session = (LbSession){ .models = &r->model, .n_models = 1 };
    size_t limit = m->config.memory ? m->config.memory : (size_t)4 << 30;
    r->session.share.limit = limit / PASS_SEARCH_SHARE;
    r->session.batch = 64;
    r->session.searcher = searcher_new(limit);
    searcher_watch(r->session.searcher, cancelled, r);
    r->session.results = arena_new("results", limit);
    r->session.inputs = arena_new("inputs", limit);
    searcher_share(r->session.searcher, &r->session.share);
    arena_share(r->session.results, &r->session.share);
    arena_share(r->session.inputs, &r->session.share);
}

static void run_free(Run *r, Model *m)
{
    watch_free(r->watch);
    corpus_free(r->train);
    corpus_free(r->valid);
    searcher_free(r->session.searcher);
    arena_free(r->session.results);
    arena_free(r->session.inputs);
    config_free(&r->config);
    model_free(m);
}

/* A page that cannot be written is told before there is anything to resume. */
static LbStatus start_watch(Run *r, const Model *m, LbError *err)
{
    Page page;
    if (!r->hooks || !r->hooks->page)
        return LB_OK;
    LbStatus status = page_open(&page, r->hooks->page, "", err);
    if (status != LB_OK)
        return status;
    page_drop(&page);
    r->watch = watch_new(&(WatchPlan){ .page = r->hooks->page,
                                       .command = r->hooks->command,
                                       .model = m,
                                       .valid = r->valid,
                                       .session = &r->session,
                                       .say = message,
                                       .context = r });
    return LB_OK;
}

static void end_watch(const Run *r, LbStatus status, const TrainSummary *s)
{
    if (r->watch)
        watch_end(r->watch, s->why ? s->why : lb_status_name(status));
}

static LbStatus run_training(Run *r, Model *m, bool resume, LbTrainSummary *out, LbError *err)
{
    LbStatus status = lock_folder(r, err); /* anew: it was not there to be locked before */
    if (status != LB_OK)
        return status;
    start_session(r, m);
    status = start_watch(r, m, err);
    if (status != LB_OK)
        return status;
    TrainSummary s = { 0 };
    TrainHooks hooks = { r, cancelled, report, validated, decode, message, read_all, begun, probe };
    status = train_run(m, r->train, r->valid, &hooks, resume, &s, err);
    end_watch(r, status, &s);
    if (out)
        *out = (LbTrainSummary){ s.why, s.step, s.best_step, s.epoch, s.best, s.seconds };
    return status;
}

LbStatus lb_train(const char *config, const char *const *overrides, size_t n_overrides, bool resume,
                  bool overwrite, const LbTrainHooks *hooks, LbTrainSummary *out, LbError *err)
{
    assert(overrides || n_overrides == 0);
    Run r = { .hooks = hooks, .lock = -1 };
    Model *m = NULL;
    LbStatus status = load_config(&r, config, overrides, n_overrides, err);
    if (status == LB_OK && hooks && hooks->page)
        status = page_check_name(hooks->page, err);
    if (status == LB_OK)
        status = check_folder(&r.config, resume, overwrite, err);
    if (status == LB_OK && file_is_dir(r.config.model_dir))
        status = lock_folder(&r, err);
    if (status == LB_OK)
        status = prepare(&r, resume, &m, err);
    if (status == LB_OK)
        status = run_training(&r, m, resume, out, err);
    run_free(&r, m);
    if (r.lock >= 0)
        close(r.lock);
    return status;
}

/* ---- before training ---- */

static void add_time(double seconds, Str *out)
{
    if (seconds < 120)
        str_addf(out, "%.*f seconds", seconds < 10 ? 1 : 0, seconds);
    else
        str_addf(out, "%.1f minutes", seconds / 60);
}

static void describe(const Model *m, const Run *r, const TrainEstimate *e, Str *out)
{
    str_addf(out, "parameters        %zu\n", e->parameters);
    bool one_text = r->train->report.one_text;
    str_addf(out, "%s %d pieces (%s)\n", one_text ? "vocabulary       " : "source vocabulary",
             vocab_size(m->source), vocab_level(m->source));
    if (!one_text)
        str_addf(out, "target vocabulary %d pieces (%s)\n", vocab_size(m->target), vocab_level(m->target));
    str_addf(out, "training data     ");
    if (r->train->text)
        str_addf(out, "%zu %s, encoded while training; of a sample: ", corpus_lines(r->train),
                 lines_called(&r->train->report));
    corpus_describe(&r->train->report, out);
    str_addf(out, "\nbatches an epoch  %s%d\n", r->train->text ? "about " : "", e->batches);
    str_addf(
        out,
        "memory            %.0f MB at the most; of that %.0f MB for weights and optimiser, %.0f MB for the "
        "largest batch, %.0f MB for data",
        (double)e->peak_bytes / 1e6, (double)e->weights_bytes / 1e6, (double)e->batch_bytes / 1e6,
        (double)e->data_bytes / 1e6);
    if (m->config.memory)
        str_addf(out, "; train.memory is %.0f MB", (double)m->config.memory / 1e6);
    str_add_char(out, '\n');
    str_addf(out, "speed             %.0f %swords a second\n", e->words_per_second,
             one_text ? "" : "target ");
    str_add(out, "time an epoch     ");
    add_time(e->seconds_per_epoch, out);
    str_add(out, ", validation not counted");
    if (m->config.epochs > 0) {
        str_addf(out, "; at most %d epochs: ", m->config.epochs);
        add_time(e->seconds_per_epoch * m->config.epochs, out);
    }
    str_add_char(out, '\n');
}

LbStatus lb_train_dry(const char *config, const char *const *overrides, size_t n_overrides, char **out,
                      LbError *err)
{
    assert(out && (overrides || n_overrides == 0));
    Run r = { 0 };
    Model *m = NULL;
    TrainEstimate e;
    Str text = { 0 };
    *out = NULL;
    LbStatus status = load_config(&r, config, overrides, n_overrides, err);
    if (status == LB_OK)
        status = prepare(&r, false, &m, err);
    if (status == LB_OK) {
        params_init(m->params, (uint64_t)r.config.seed);
        start_session(&r, m);
        status = train_estimate(m, r.train, r.valid,
                                &(TrainHooks){ .context = &r, .decode = decode_untrained }, &e, err);
    }
    if (status == LB_OK) {
        describe(m, &r, &e, &text);
        *out = str_take(&text);
    }
    run_free(&r, m);
    return status;
}

LbStatus lb_config_dump(const char *config, const char *const *overrides, size_t n_overrides, char **out,
                        LbError *err)
{
    assert(out && (overrides || n_overrides == 0));
    Run r = { 0 };
    *out = NULL;
    LbStatus status = config_load(&r.config, config, overrides, (int)n_overrides, err);
    if (status == LB_OK) {
        Str text = { 0 };
        config_dump(&r.config, &text);
        *out = str_take(&text);
    }
    config_free(&r.config);
    return status;
}

char *lb_config_reference(void)
{
    Str text = { 0 };
    config_reference(&text);
    return str_take(&text);
}
