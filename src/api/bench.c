/* bench.c -- measurements as lines: what src/bench measures, one line of text or JSON for each. */
#include <math.h>
#include <stdlib.h>

#include "api/json.h"
#include "api/unknown.h"
#include "base/array.h"
#include "base/str.h"
#include "bench/bench.h"
#include "compute/compute.h"
#include "view/progress.h"

/* ---- a line ---- */

static void set_number(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        json_object_set_new(object, key, json_real(value));
}

static char *line_json(const BenchCase *c, const BenchResult *r)
{
    json_t *object = json_object();
    json_object_set_new(object, "name", json_string(c->name));
    set_number(object, "tokens_per_second", r->tokens_per_second);
    set_number(object, "share_of_peak", r->share_of_peak);
    set_number(object, "peak_gflops", r->peak_gflops);
    set_number(object, "share_of_bandwidth", r->share_of_bandwidth);
    set_number(object, "peak_gbytes", r->peak_gbytes);
    set_number(object, "peak_rss_mb", r->memory_mb);
    json_object_set_new(object, "threads", json_integer(threads_get()));
    json_object_set_new(object, "precision", json_string("f32"));
    json_object_set_new(object, "isa", json_string(compute_isa()));
    return json_line(object);
}

static char *line_text(const BenchCase *c, const BenchResult *r)
{
    Str out = { 0 };
    str_addf(&out, "%-25s", c->name);
    if (isfinite(r->tokens_per_second)) {
        str_add_char(&out, ' ');
        progress_number(r->tokens_per_second, &out);
        str_add(&out, " target words/s,");
    }
    if (isfinite(r->share_of_peak))
        str_addf(&out, " %.1f %% of the peak of %.1f GFLOP/s", 100 * r->share_of_peak, r->peak_gflops);
    if (isfinite(r->share_of_bandwidth))
        str_addf(&out, " %.1f %% of the memory's %.1f GB/s", 100 * r->share_of_bandwidth, r->peak_gbytes);
    str_addf(&out, "; %.0f MB; %d thread%s, %s", r->memory_mb, threads_get(), threads_get() == 1 ? "" : "s",
             compute_isa());
    return str_take(&out);
}

/* ---- all ---- */

bool lb_bench_case(size_t i, const char **name, const char **help)
{
    for (const BenchCase *c = bench_cases; c->name; c++)
        if (i-- == 0) {
            *name = c->name;
            *help = c->help;
            return true;
        }
    return false;
}

static const BenchCase *case_find(const char *name)
{
    for (const BenchCase *c = bench_cases; c->name; c++)
        if (text_equal(c->name, name))
            return c;
    return NULL;
}

static LbStatus check_names(const char *const *names, size_t n, LbError *err)
{
    const char **known = NULL;
    for (const BenchCase *c = bench_cases; c->name; c++)
        array_push(known, c->name);
    array_push(known, NULL);
    LbStatus status = LB_OK;
    for (size_t i = 0; i < n && status == LB_OK; i++)
        status = check_name("bench", names[i], known, err);
    array_free(known);
    return status;
}

typedef struct {
    bool json;
    void (*say)(void *context, const char *line);
    void *context;
} Listener;

static LbStatus run(const BenchCase *c, const Listener *to, LbError *err)
{
    BenchResult r = { NAN, NAN, NAN, NAN, NAN, 0 };
    bench_forget_memory();
    LbStatus status = c->measure(c, &r, err);
    if (status != LB_OK)
        return status;
    if (r.memory_mb <= 0)
        r.memory_mb = bench_memory_mb();
    char *line = to->json ? line_json(c, &r) : line_text(c, &r);
    to->say(to->context, line);
    free(line);
    return LB_OK;
}

LbStatus lb_bench(const char *const *names, size_t n, bool json, void (*say)(void *context, const char *line),
                  void *context, LbError *err)
{
    assert(say && (names || n == 0));
    if (!names)
        n = 0;
    Listener to = { json, say, context };
    LbStatus status = check_names(names, n, err);
    for (size_t i = 0; i < n && status == LB_OK; i++)
        status = run(case_find(names[i]), &to, err);
    for (const BenchCase *c = bench_cases; n == 0 && c->name && status == LB_OK; c++)
        status = run(c, &to, err);
    return status;
}
