/* study.c -- what attention buys on long text: the same model with several scores, trained and tested alike.
 *
 * Every training has a folder of its own, SCORE-SEED, with study.yaml, the settings it was begun with, and
 * study.json once it has ended. So a study that was stopped goes on where it was, and one that is asked for
 * again with more scores or seeds trains only these. Patience is put out of force: all get the same number of
 * steps, and the best checkpoint of each is tested. Test sentences are read in one piece, however long.
 */
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "api/handle.h"
#include "api/unknown.h"
#include "base/array.h"
#include "base/file.h"
#include "api/study.h"
#include "train/checkpoint.h"

#define PLAN_FILE "study.yaml"
#define DONE_FILE "study.json"
enum { MOST_SEEDS = 100, MOST_INPUT = 1000000, AT_ONCE = 512 };

static const char *const scores[] = { "none",       "dot",      "general",    "additive", "concat",
                                      "scaled-dot", "location", "multi-head", "uniform",  NULL };

/* ---- talking ---- */

static void say(const LbStudy *s, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const LbStudy *s, const char *format, ...)
{
    Str text = { 0 };
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    if (s->hooks && s->hooks->message)
        s->hooks->message(s->hooks->context, text.text);
    str_free(&text);
}

static bool cancelled(void *context)
{
    const LbTrainHooks *h = context;
    return h && h->cancelled && h->cancelled(h->context);
}

/* The error told again with the training that it came from. */
static LbStatus fail_in_run(const StudySystem *x, const StudyRun *r, LbStatus status, LbError *err)
{
    LbError was = err ? *err : (LbError){ 0 };
    if (status == LB_CANCELLED)
        return fail(err, status, "stopped in the training of %s, seed %llu; the same command goes on there",
                    x->score, (unsigned long long)r->seed);
    return fail(err, status, "%s, seed %llu: %s", x->score, (unsigned long long)r->seed, was.text);
}

/* ---- the plan ---- */

LbStudyOptions lb_study_default(void)
{
    return (LbStudyOptions){ .seeds = 1, .metric = "bleu", .samples = BOOTSTRAP_SAMPLES };
}

static LbStatus check_edges(const LbStudyOptions *o, LbError *err)
{
    for (size_t i = 0; i < o->n_edges; i++)
        if (o->edges[i] < 1 || (i > 0 && o->edges[i] <= o->edges[i - 1]))
            return fail(err, LB_USAGE, "edges of buckets are lengths that go up, such as 10,20,30; not %d",
                        o->edges[i]);
    return LB_OK;
}

static LbStatus check_options(LbStudy *s, LbError *err)
{
    const LbStudyOptions *o = &s->o;
    if (o->seeds < 1 || o->seeds > MOST_SEEDS)
        return fail(err, LB_USAGE, "a study takes 1 to %d seeds, not %d", MOST_SEEDS, o->seeds);
    if (o->samples < 2)
        return fail(err, LB_USAGE, "a bootstrap takes at least 2 resamples, not %d", o->samples);
    LbStatus status = check_name("metric", o->metric ? o->metric : study_metrics[0], study_metrics, err);
    for (size_t i = 0; status == LB_OK && i < o->n_scores; i++)
        status = check_name("score", o->scores[i], scores, err);
    while (status == LB_OK && o->metric && !text_equal(study_metrics[s->metric], o->metric))
        s->metric++;
    return status == LB_OK ? check_edges(o, err) : status;
}

static LbStatus check_config(const LbStudy *s, LbError *err)
{
    const Config *c = &s->config;
    if (!text_equal(c->type, "rnn"))
        return fail(
            err, LB_USAGE,
            "model.type %s has no score `none` to compare with; a study of lengths takes model.type rnn",
            c->type);
    if (!array_len(c->test_source) && !array_len(c->test_tsv))
        return fail(err, LB_USAGE, "no test sentences: data.test.source and data.test.target name them");
    return LB_OK;
}

static bool has_score(const LbStudy *s, const char *score)
{
    for (size_t i = 0; i < array_len(s->systems); i++)
        if (text_equal(s->systems[i].score, score))
            return true;
    return false;
}

static void add_system(LbStudy *s, const char *score)
{
    if (has_score(s, score))
        return;
    StudySystem x = { .score = memory_text(score), .attends = !text_equal(score, "none") };
    for (int k = 0; k < s->o.seeds; k++) {
        StudyRun r = { .seed = (uint64_t)s->config.seed + (uint64_t)k };
        Str dir = { 0 };
        str_addf(&dir, "%s/%s-%llu", s->out, score, (unsigned long long)r.seed);
        r.dir = str_take(&dir);
        array_push(x.runs, r);
    }
    array_push(s->systems, x);
}

static LbStatus plan(LbStudy *s, LbError *err)
{
    Str out = { 0 };
    if (!s->o.out && !s->config.model_dir)
        return fail(err, LB_USAGE, "where to? model_dir is not set: name the study's folder");
    str_addf(&out, "%s%s", s->o.out ? s->o.out : s->config.model_dir, s->o.out ? "" : "-study");
    s->out = str_take(&out);
    for (size_t i = 0; i < s->o.n_scores; i++)
        add_system(s, s->o.scores[i]);
    if (s->o.n_scores == 0) {
        add_system(s, "none");
        add_system(s, s->config.attention.score);
    }
    if (s->o.n_scores == 0 && array_len(s->systems) == 1)
        add_system(s, "additive");
    for (size_t i = array_len(s->systems); i-- > 0;)
        if (!s->systems[i].attends)
            s->base = i;
    return LB_OK;
}

/* ---- test sentences ---- */

static void add_text(LbText **to, const char *text, size_t len)
{
    array_push(*to, (LbText){ memory_bytes(text, len), len });
}

static LbStatus read_side(const char *path, LbText **to, LbError *err)
{
    Reader *r = reader_open(path, err);
    const char *line;
    size_t n;
    int more = -1;
    while (r && (more = reader_line(r, &line, &n, err)) > 0)
        add_text(to, line, n);
    reader_close(r);
    return more < 0 ? LB_FILE : LB_OK;
}

/* What stands before the first tab, and between it and the next. False: there is none. */
static bool split_tsv(LbText line, LbText *source, LbText *target)
{
    const char *tab = memchr(line.text, '\t', line.len);
    if (!tab)
        return false;
    size_t n = (size_t)(tab - line.text), rest = line.len - n - 1;
    const char *next = memchr(tab + 1, '\t', rest);
    *source = (LbText){ line.text, n };
    *target = (LbText){ tab + 1, next ? (size_t)(next - tab - 1) : rest };
    return true;
}

static LbStatus read_tsv(LbStudy *s, const char *path, LbError *err)
{
    Reader *r = reader_open(path, err);
    LbText line, source, target;
    int more = -1, number = 1;
    LbStatus status = LB_OK;
    for (; r && status == LB_OK && (more = reader_line(r, &line.text, &line.len, err)) > 0; number++)
        if (split_tsv(line, &source, &target)) {
            add_text(&s->source, source.text, source.len);
            add_text(&s->target, target.text, target.len);
        } else {
            status = fail_line(err, LB_DATA, number, "%s: no tab between source and target", path);
        }
    reader_close(r);
    return more < 0 ? LB_FILE : status;
}

static LbStatus read_test(LbStudy *s, LbError *err)
{
    const Config *c = &s->config;
    LbStatus status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < array_len(c->test_source); i++) {
        status = read_side(c->test_source[i], &s->source, err);
        if (status == LB_OK)
            status = read_side(c->test_target[i], &s->target, err);
        if (status == LB_OK && array_len(s->source) != array_len(s->target))
            return fail(err, LB_DATA, "%s and %s have different numbers of lines", c->test_source[i],
                        c->test_target[i]);
    }
    for (size_t i = 0; status == LB_OK && i < array_len(c->test_tsv); i++)
        status = read_tsv(s, c->test_tsv[i], err);
    if (status == LB_OK && array_len(s->source) == 0)
        return fail(err, LB_DATA, "there is not one test sentence");
    return status;
}

/* ---- training ---- */

static void add_setting(char ***to, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add_setting(char ***to, const char *format, ...)
{
    Str text = { 0 };
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    array_push(*to, str_take(&text));
}

/* What is given with the command, then what the study decides: of two the later counts. A score that knows a
 * fixed number of places reads longer text in parts; a model that does not choose where it looks is not told
 * where to, and one that does not look copies nothing. */
static char **settings_of(const LbStudy *s, const StudySystem *x, const StudyRun *r)
{
    char **all = NULL;
    for (size_t i = 0; i < s->n_overrides; i++)
        array_push(all, memory_text(s->overrides[i]));
    add_setting(&all, "model_dir=%s", r->dir);
    add_setting(&all, "seed=%llu", (unsigned long long)r->seed);
    add_setting(&all, "model.attention.score=%s", x->score);
    add_setting(&all, "train.patience=0");
    if (s->config.max_input == 0 && !text_equal(x->score, "location"))
        add_setting(&all, "decode.max_input=%d", MOST_INPUT);
    if (config_is_guided(&s->config) && (!x->attends || text_equal(x->score, "uniform"))) {
        add_setting(&all, "train.guide.links=");
        add_setting(&all, "train.guide.evidence=");
    }
    if (!x->attends && config_copies(&s->config)) {
        add_setting(&all, "model.copy.type=none");
        add_setting(&all, "model.copy.coverage=false");
        add_setting(&all, "model.copy.slots=0");
    }
    return all;
}

static void settings_free(char **all)
{
    for (size_t i = 0; i < array_len(all); i++)
        free(all[i]);
    array_free(all);
}

/* What is wrong with the last of many trainings is told before the first. */
static LbStatus check_system(const LbStudy *s, const StudySystem *x, LbError *err)
{
    char **settings = settings_of(s, x, &x->runs[0]);
    Config c;
    LbStatus status = config_load(&c, s->path, (const char *const *)settings, (int)array_len(settings), err);
    if (status == LB_OK) {
        status = config_check(&c, err);
        if (status == LB_OK)
            status = config_check_training(&c, err);
        config_free(&c);
    }
    settings_free(settings);
    return status == LB_OK ? LB_OK : fail_in_run(x, &x->runs[0], status, err);
}

/* A model that no study has made is nobody's to write over. */
static LbStatus check_folder(const LbStudy *s, const StudyRun *r, LbError *err)
{
    char *plan = path_join(r->dir, PLAN_FILE), *weights = path_join(r->dir, WEIGHTS_FILE);
    bool foreign = !s->o.overwrite && file_exists(weights) && !file_exists(plan);
    free(plan);
    free(weights);
    return foreign
               ? fail(err, LB_USAGE,
                      "%s holds a model that no study has made; choose another folder, or train anew with "
                      "--overwrite",
                      r->dir)
               : LB_OK;
}

static LbStatus check_systems(const LbStudy *s, LbError *err)
{
    LbStatus status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < array_len(s->systems); i++) {
        const StudySystem *x = &s->systems[i];
        status = check_system(s, x, err);
        for (size_t k = 0; status == LB_OK && k < array_len(x->runs); k++)
            status = check_folder(s, &x->runs[k], err);
    }
    return status;
}

/* Not these: what is tested, how, and what is left behind. */
static bool decides_learning(const char *key)
{
    static const char *const others[] = { "data.test.", "decode.", "train.keep", "train.report_steps",
                                          "train.memory" };
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (text_starts(key, others[i]))
            return false;
    return true;
}

/* Settings as they decide what is learned: in full, so that a file of an older version, which has fewer keys,
 * says the same. */
static LbStatus dump_plan(const char *path, char *const *settings, size_t n, char **dump, LbError *err)
{
    char **all = NULL;
    for (size_t i = 0; i < n; i++)
        array_push(all, memory_text(settings[i]));
    for (const Option *o = config_table; o->key; o++)
        if (!decides_learning(o->key))
            add_setting(&all, "%s=%s", o->key, o->value ? o->value : "");
    LbStatus status = lb_config_dump(path, (const char *const *)all, array_len(all), dump, err);
    settings_free(all);
    return status;
}

/* The first line in which two texts differ, or "". */
static char *first_difference(const char *a, const char *b)
{
    size_t from = 0;
    for (size_t i = 0; a[i] && a[i] == b[i]; i++)
        if (a[i] == '\n')
            from = i + 1;
    from += strspn(a + from, " ");
    return memory_bytes(a + from, strcspn(a + from, "\n"));
}

static LbStatus compare_plan(const StudyRun *r, const char *path, const char *settings, LbError *err)
{
    char *old = NULL;
    LbStatus status = dump_plan(path, NULL, 0, &old, err);
    if (status == LB_OK && strcmp(old, settings)) {
        char *line = first_difference(old, settings);
        status =
            fail(err, LB_USAGE,
                 "%s was begun with other settings, such as `%.80s`; choose another folder, or train anew "
                 "with --overwrite",
                 r->dir, line);
        free(line);
    }
    free(old);
    return status;
}

/* Writes the settings down, or compares them with those written down. */
static LbStatus settle_plan(const LbStudy *s, const StudyRun *r, const char *settings, bool *begun,
                            LbError *err)
{
    char *path = path_join(r->dir, PLAN_FILE);
    *begun = !s->o.overwrite && file_exists(path);
    LbStatus status = *begun ? compare_plan(r, path, settings, err) : dir_make(r->dir, err);
    if (status == LB_OK && !*begun)
        status = file_write(path, settings, strlen(settings), err);
    free(path);
    return status;
}

static LbStatus write_done(const StudyRun *r, const char *path, LbError *err)
{
    Str text = { 0 };
    str_addf(&text, "{\"steps\": %lld, \"seconds\": %.1f}\n", r->steps, r->seconds);
    LbStatus status = file_write(path, text.text, text.len, err);
    str_free(&text);
    return status;
}

static LbStatus read_done(StudyRun *r, const char *path, LbError *err)
{
    json_error_t why;
    json_int_t steps = 0;
    json_t *o = json_load_file(path, 0, &why);
    if (!o || json_unpack(o, "{s:I, s:F}", "steps", &steps, "seconds", &r->seconds)) {
        json_decref(o);
        return fail(err, LB_FORMAT, "%s is not what a study has written; remove it", path);
    }
    r->steps = (long long)steps;
    json_decref(o);
    return LB_OK;
}

static LbStatus train_on(const LbStudy *s, StudyRun *r, char **settings, bool begun, LbError *err)
{
    char *state = path_join(r->dir, STATE_FILE);
    bool resume = begun && file_exists(state);
    LbTrainHooks hooks = s->hooks ? *s->hooks : (LbTrainHooks){ 0 };
    hooks.page = NULL;
    LbTrainSummary summary = { 0 };
    LbStatus status = lb_train(s->path, (const char *const *)settings, array_len(settings), resume, !resume,
                               &hooks, &summary, err);
    r->steps = (long long)summary.step;
    r->seconds = summary.seconds;
    free(state);
    return status;
}

static LbStatus train_run(LbStudy *s, const StudySystem *x, StudyRun *r, LbError *err)
{
    char **settings = settings_of(s, x, r), *dump = NULL, *done = path_join(r->dir, DONE_FILE);
    bool begun = false;
    LbStatus status = dump_plan(s->path, settings, array_len(settings), &dump, err);
    if (status == LB_OK)
        status = settle_plan(s, r, dump, &begun, err);
    if (status == LB_OK && begun && file_exists(done)) {
        say(s, "%s, seed %llu: trained before, in %s", x->score, (unsigned long long)r->seed, r->dir);
        status = read_done(r, done, err);
    } else if (status == LB_OK) {
        say(s, "%s, seed %llu: training, in %s", x->score, (unsigned long long)r->seed, r->dir);
        unlink(done);
        status = train_on(s, r, settings, begun, err);
        if (status == LB_OK)
            status = write_done(r, done, err);
    }
    settings_free(settings);
    free(dump);
    free(done);
    return status == LB_OK ? LB_OK : fail_in_run(x, r, status, err);
}

/* Seed by seed: a study that is stopped has whole comparisons. */
static LbStatus train_all(LbStudy *s, LbError *err)
{
    LbStatus status = LB_OK;
    for (int k = 0; k < s->o.seeds; k++)
        for (size_t i = 0; status == LB_OK && i < array_len(s->systems); i++)
            status = train_run(s, &s->systems[i], &s->systems[i].runs[k], err);
    return status;
}

/* ---- lengths ---- */

static int words_of(const Vocab *v, LbText text, int *n_pieces)
{
    Piece *pieces = vocab_encode(v, text.text, text.len);
    int n = pieces_words(pieces);
    *n_pieces = (int)array_len(pieces);
    array_free(pieces);
    return n;
}

typedef struct {
    const Vocab *source, *target;
    int most; /* pieces */
    bool by_target;
    int *lengths; /* array */
} Counting;

/* Of a pair that training uses. */
static void count_pair(Counting *c, LbText source, LbText target)
{
    int n_source, n_target;
    int s = words_of(c->source, source, &n_source), t = words_of(c->target, target, &n_target);
    if (n_source > 0 && n_target > 0 && n_source <= c->most && n_target <= c->most)
        array_push(c->lengths, c->by_target ? t : s);
}

static LbStatus count_files(Counting *c, const char *source, const char *target, LbError *err)
{
    Reader *a = reader_open(source, err), *b = a ? reader_open(target, err) : NULL;
    LbText x, y;
    int more = b ? 1 : -1;
    while (more > 0) {
        more = reader_line(a, &x.text, &x.len, err);
        if (more > 0)
            more = reader_line(b, &y.text, &y.len, err);
        if (more > 0)
            count_pair(c, x, y);
    }
    reader_close(a);
    reader_close(b);
    return more < 0 ? LB_FILE : LB_OK;
}

static LbStatus count_tsv(Counting *c, const char *path, LbError *err)
{
    Reader *r = reader_open(path, err);
    LbText line, source, target;
    int more = -1;
    while (r && (more = reader_line(r, &line.text, &line.len, err)) > 0)
        if (split_tsv(line, &source, &target))
            count_pair(c, source, target);
    reader_close(r);
    return more < 0 ? LB_FILE : LB_OK;
}

static int compare_ints(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

static void take_trained(LbStudy *s, int *lengths)
{
    size_t n = s->n_trained = array_len(lengths);
    if (n == 0)
        return;
    qsort(lengths, n, sizeof *lengths, compare_ints);
    s->shortest = lengths[0], s->longest = lengths[n - 1];
    s->usual = lengths[(n * 95 + 99) / 100 - 1];
}

/* Lengths as people count them, by the vocabularies that the models use. */
static LbStatus find_lengths(LbStudy *s, const Model *m, LbError *err)
{
    const Config *c = &s->config;
    Counting counting = { m->source, m->target, c->max_length, s->o.by_target, NULL };
    LbStatus status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < array_len(c->train_source); i++)
        status = count_files(&counting, c->train_source[i], c->train_target[i], err);
    for (size_t i = 0; status == LB_OK && i < array_len(c->train_tsv); i++)
        status = count_tsv(&counting, c->train_tsv[i], err);
    take_trained(s, counting.lengths);
    array_free(counting.lengths);
    for (size_t i = 0; i < study_size(s); i++) {
        int n_pieces;
        LbText text = s->o.by_target ? s->target[i] : s->source[i];
        array_push(s->lengths, words_of(s->o.by_target ? m->target : m->source, text, &n_pieces));
    }
    s->unit = memory_text(
        text_equal(vocab_level(s->o.by_target ? m->target : m->source), "char") ? "characters" : "words");
    return status;
}

/* ---- translating ---- */

static LbStatus translate_some(const LbStudy *s, StudyRun *r, LbSession *session, const LbModel *m,
                               size_t from, LbError *err)
{
    size_t n = study_size(s) - from < AT_ONCE ? study_size(s) - from : AT_ONCE;
    LbResult *results = NULL;
    LbTranslateOptions o = lb_translate_default(m);
    o.beam = s->config.beam, o.normalize = s->config.normalize;
    LbStatus status = lb_translate(session, s->source + from, n, NULL, o, &results, err);
    for (size_t i = 0; status == LB_OK && i < n; i++) {
        array_push(r->outputs, memory_text(results[i].hypotheses[0].text));
        r->in_parts += results[i].n_parts > 1;
    }
    lb_results_free(results);
    return status;
}

static LbStatus translate_run(LbStudy *s, const StudySystem *x, StudyRun *r, LbError *err)
{
    LbModel *m = NULL;
    LbSession *session = NULL;
    say(s, "%s, seed %llu: translating %zu test sentences", x->score, (unsigned long long)r->seed,
        study_size(s));
    LbStatus status = lb_model_load(r->dir, &m, err);
    if (status == LB_OK)
        status = lb_session_new((const LbModel *const *)&m, 1, s->config.memory, &session, err);
    if (status == LB_OK && !s->lengths)
        status = find_lengths(s, m->model, err);
    if (status == LB_OK)
        lb_session_watch(session, cancelled, (void *)(uintptr_t)s->hooks);
    for (size_t from = 0; status == LB_OK && from < study_size(s); from += AT_ONCE)
        status = translate_some(s, r, session, m, from, err);
    lb_session_free(session);
    lb_model_free(m);
    return status == LB_OK ? LB_OK : fail_in_run(x, r, status, err);
}

static LbStatus translate_all(LbStudy *s, LbError *err)
{
    LbStatus status = LB_OK;
    for (size_t i = 0; i < array_len(s->systems); i++)
        for (size_t k = 0; status == LB_OK && k < array_len(s->systems[i].runs); k++)
            status = translate_run(s, &s->systems[i], &s->systems[i].runs[k], err);
    return status;
}

/* ---- the study ---- */

static LbStatus make(void *arg)
{
    LbStudy *s = arg;
    study_measure(s);
    return LB_OK;
}

LbStatus lb_study_length(const char *config, const char *const *overrides, size_t n_overrides,
                         LbStudyOptions o, const LbTrainHooks *hooks, LbStudy **out, LbError *err)
{
    assert(out && (overrides || n_overrides == 0) && (o.scores || o.n_scores == 0));
    *out = NULL;
    LbStudy *s = memory_get(1, sizeof *s);
    *s = (LbStudy){
        .o = o, .path = config, .overrides = overrides, .n_overrides = n_overrides, .hooks = hooks
    };
    LbStatus status = config_load(&s->config, config, overrides, (int)n_overrides, err);
    if (status == LB_OK)
        status = check_options(s, err);
    if (status == LB_OK)
        status = check_config(s, err);
    if (status == LB_OK)
        status = plan(s, err);
    if (status == LB_OK)
        status = read_test(s, err);
    if (status == LB_OK)
        status = check_systems(s, err);
    if (status == LB_OK)
        status = train_all(s, err);
    if (status == LB_OK)
        status = translate_all(s, err);
    if (status == LB_OK)
        status = guard(make, s, err);
    if (status == LB_OK)
        *out = s;
    else
        lb_study_free(s);
    return status;
}

/* ---- the end ---- */

static void texts_free(LbText *all)
{
    for (size_t i = 0; i < array_len(all); i++)
        free((char *)(uintptr_t)all[i].text);
    array_free(all);
}

static void system_free(StudySystem *x)
{
    for (size_t k = 0; k < array_len(x->runs); k++) {
        settings_free(x->runs[k].outputs);
        free(x->runs[k].dir);
        for (int m = 0; m < STUDY_METRICS; m++)
            free(x->rows[m] ? x->rows[m][k] : NULL);
    }
    for (int m = 0; m < STUDY_METRICS; m++)
        free(x->rows[m]);
    array_free(x->runs);
    free(x->score);
}

static void groups_free(StudyGroup *all)
{
    for (size_t i = 0; i < array_len(all); i++) {
        free(all[i].name);
        array_free(all[i].members);
        free(all[i].quality);
        free(all[i].gain);
        free(all[i].own);
    }
    array_free(all);
}

void lb_study_free(LbStudy *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < array_len(s->systems); i++)
        system_free(&s->systems[i]);
    array_free(s->systems);
    groups_free(s->buckets);
    groups_free(s->groups);
    texts_free(s->source);
    texts_free(s->target);
    array_free(s->lengths);
    free(s->out);
    free(s->unit);
    config_free(&s->config);
    free(s);
}
