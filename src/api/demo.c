/* demo.c -- see demo.h: the table of tours, and what they share. */
#include "api/demo.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/status.h"
#include "view/progress.h"

static const DemoTour tours[] = {
    { "translate", demo_translate },
    { "answer", demo_answer },
    { "summarize", demo_summarize },
};
enum { N_TOURS = sizeof tours / sizeof *tours };

/* ---- talking ---- */

void demo_say(const Demo *d, const char *format, ...)
{
    Str text = { 0 };
    va_list args;
    va_start(args, format);
    str_addv(&text, format, args);
    va_end(args);
    if (d->hooks->say)
        d->hooks->say(d->hooks->context, text.text);
    str_free(&text);
}

char *demo_path(const Demo *d, const char *name)
{
    return path_join(d->dir, name);
}

int demo_sized(const Demo *d, int n, int least)
{
    int sized = (int)(n * d->size);
    return sized > least ? sized : least;
}

LbStatus demo_page(const Demo *d, const DemoModel *m, LbPage **out)
{
    LbPageOptions o = { .model = "model", .decoding = lb_translate_default(m->model) };
    char *path = demo_path(d, "page.html");
    *out = NULL;
    LbStatus status = lb_page_open(path, m->session, o, out, d->err);
    free(path);
    return status;
}

LbStatus demo_page_end(const Demo *d, LbPage *page, LbStatus status)
{
    if (page && status == LB_OK)
        return lb_page_close(page, d->err);
    lb_page_drop(page);
    return status;
}

double demo_share(size_t right, size_t total)
{
    return total ? 100.0 * (double)right / (double)total : 0;
}

/* ---- files ---- */

LbStatus demo_lines(const Demo *d, const char *name, char ***out)
{
    char *path = demo_path(d, name);
    Reader *r = reader_open(path, d->err);
    free(path);
    if (!r)
        return LB_FILE;
    const char *line;
    size_t n;
    int more;
    while ((more = reader_line(r, &line, &n, d->err)) > 0)
        array_push(*out, memory_bytes(line, n));
    reader_close(r);
    return more < 0 ? LB_FILE : LB_OK;
}

void demo_lines_free(char **lines)
{
    for (size_t i = 0; i < array_len(lines); i++)
        free(lines[i]);
    array_free(lines);
}

LbText *demo_texts(char **lines)
{
    LbText *all = memory_get(array_len(lines) + 1, sizeof *all);
    for (size_t i = 0; i < array_len(lines); i++)
        all[i] = (LbText){ lines[i], strlen(lines[i]) };
    return all;
}

LbStatus demo_report(const Demo *d, json_t *report)
{
    char *text = json_dumps(report, JSON_INDENT(2) | JSON_REAL_PRECISION(9)),
         *path = demo_path(d, "report.json");
    LbStatus status = file_write(path, text, strlen(text), d->err);
    free(text);
    free(path);
    json_decref(report);
    return status;
}

/* ---- training ---- */

static bool cancelled(void *context)
{
    const Demo *d = context;
    return d->hooks->cancelled && d->hooks->cancelled(d->hooks->context);
}

static void report(void *context, const LbTrainReport *r)
{
    const Demo *d = context;
    Str line = { 0 }, suffix = { 0 };
    str_addf(&suffix, "loss %.3f", r->loss);
    Progress p = { .label = d->training,
                   .done = (double)r->step,
                   .total = d->total_steps,
                   .unit = "updates",
                   .seconds = r->seconds,
                   .suffix = suffix.text };
    progress_line(&p, d->hooks->columns ? d->hooks->columns : 80, &line);
    if (d->hooks->progress)
        d->hooks->progress(d->hooks->context, line.text);
    str_free(&line);
    str_free(&suffix);
}

LbStatus demo_config(const Demo *d, const char *rest)
{
    Str s = { 0 };
    str_addf(&s,
             "# The model of the guided tour. Train it again, with any change, by\n"
             "#     lookback train %s/demo.yaml --overwrite key=value ...\n"
             "model_dir: %s/model\nseed: %d\n%s",
             d->dir, d->dir, (int)(d->seed & 0x7fffffff), rest);
    char *path = demo_path(d, "demo.yaml");
    LbStatus status = file_write(path, s.text, s.len, d->err);
    free(path);
    str_free(&s);
    return status;
}

static LbStatus train(Demo *d, const char *dir, int steps, const char *const *overrides, double *seconds)
{
    enum { MOST = 8 };
    char *config = demo_path(d, "demo.yaml");
    Str model_dir = { 0 };
    str_addf(&model_dir, "model_dir=%s", dir);
    const char *all[MOST + 1] = { model_dir.text };
    size_t n = 1;
    for (; overrides && overrides[n - 1]; n++) {
        assert(n <= MOST);
        all[n] = overrides[n - 1];
    }
    LbTrainHooks hooks = { .context = d, .report = report, .cancelled = cancelled };
    LbTrainSummary summary = { 0 };
    d->total_steps = steps;
    LbStatus status = lb_train(config, all, n, false, true, &hooks, &summary, d->err);
    *seconds = summary.seconds;
    str_free(&model_dir);
    free(config);
    return status;
}

LbStatus demo_train(Demo *d, const char *folder, const char *what, int steps, const char *const *overrides,
                    DemoModel *out)
{
    char *dir = demo_path(d, folder);
    *out = (DemoModel){ 0 };
    d->training = what;
    LbStatus status = train(d, dir, steps, overrides, &out->seconds);
    if (status == LB_OK)
        status = lb_model_load(dir, &out->model, d->err);
    if (status == LB_OK)
        status = lb_session_new((const LbModel *const *)&out->model, 1, 0, &out->session, d->err);
    free(dir);
    return status;
}

LbStatus demo_train_without_attention(Demo *d, const char *source, int steps, DemoModel *out)
{
    demo_say(
        d,
        "\n4. The same model without attention\n\n"
        "   Same size, same data, same time, but the decoder is given one fixed vector for the whole %s.\n",
        source);
    return demo_train(d, "model-without-attention", "without attention", steps,
                      (const char *const[]){ "model.attention.score=none", NULL }, out);
}

void demo_close(DemoModel *m)
{
    lb_session_free(m->session);
    lb_model_free(m->model);
}

/* ---- the tours ---- */

const char *lb_demo_name(size_t i)
{
    return i < N_TOURS ? tours[i].name : NULL;
}

static const DemoTour *find(const char *name, LbError *err)
{
    Str known = { 0 };
    for (int i = 0; i < N_TOURS; i++) {
        if (text_equal(name, tours[i].name)) {
            str_free(&known);
            return &tours[i];
        }
        str_addf(&known, "%s%s", i ? ", " : "", tours[i].name);
    }
    fail(err, LB_USAGE, "there is no demo `%.60s`; there are %s", name, known.text);
    str_free(&known);
    return NULL;
}

LbStatus lb_demo(const char *name, const char *dir, uint64_t seed, const LbDemoHooks *hooks, LbError *err)
{
    assert(dir && name);
    static const LbDemoHooks silent = { 0 };
    LbError own = { 0 };
    Demo d = { .hooks = hooks ? hooks : &silent, .dir = dir, .seed = seed, .err = err ? err : &own };
    d.size = d.hooks->size > 0 && d.hooks->size < 1 ? d.hooks->size : 1;
    const DemoTour *tour = find(name, d.err);
    if (!tour)
        return LB_USAGE;
    LbStatus status = dir_make(dir, d.err);
    return status == LB_OK ? tour->run(&d) : status;
}
