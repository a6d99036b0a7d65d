/* check_report.c -- what a check found: a table for people, or one JSON object. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/check.h"
#include "api/json.h"
#include "base/array.h"
#include "base/str.h"
#include "metric/bootstrap.h"

/* ---- the figures ---- */

/* Log-probability of a piece: own, uniform and their difference, from sums of a Compared. */
static void compared_figures(const double *sums, double *f)
{
    f[0] = sums[0] / sums[2];
    f[1] = sums[1] / sums[2];
    f[2] = f[0] - f[1];
}

static void compare(const LbCheck *c, CheckReport *out)
{
    size_t n = array_len(c->compared), samples = (size_t)c->o.samples;
    double all[3] = { 0 }, value[3], *sums = memory_get(samples * 3, sizeof *sums),
           *column = memory_get(samples, sizeof *column), f[3];
    Estimate *const to[3] = { &out->own, &out->uniform, &out->better };
    bootstrap_sums(&c->compared[0].own, n, 3, samples, c->o.seed, sums);
    for (size_t i = 0; i < n; i++) {
        all[0] += c->compared[i].own, all[1] += c->compared[i].uniform;
        all[2] += c->compared[i].pieces;
    }
    compared_figures(all, value);
    for (int i = 0; i < 3; i++) {
        for (size_t s = 0; s < samples; s++) {
            compared_figures(sums + 3 * s, f);
            column[s] = f[i];
        }
        Range r = bootstrap_range(column, samples);
        *to[i] = (Estimate){ value[i], r.low, r.high };
    }
    out->uniform_pieces = all[2];
    free(column);
    free(sums);
}

CheckPlan check_plan(const LbCheck *c)
{
    return (CheckPlan){ .sentences = c->sentences,
                        .n = array_len(c->sentences),
                        .n_maps = (int)array_len(c->maps),
                        .map = c->under_test,
                        .control = c->control,
                        .seed = c->o.seed,
                        .samples = (size_t)c->o.samples };
}

CheckReport check_report(const LbCheck *c)
{
    CheckPlan p = check_plan(c);
    CheckReport out = { 0 };
    if (c->control == CONTROL_NONE)
        out.skills = arena_array(c->kept, MapSkill, array_len(c->maps));
    out.result = check_run(&p, c->kept);
    if (out.skills)
        check_maps(&p, out.skills);
    if (c->o.sets && p.n > 0)
        sets_figures(c->sets, p.n, p.samples, p.seed, out.sets);
    if (array_len(c->compared))
        compare(c, &out);
    return out;
}

/* ---- names ---- */

enum { IN_NATS, IN_PERCENT, AS_IS };

static const struct {
    const char *name, *says;
    int unit;
    bool no_random;
} tests[CHECK_TESTS] = {
    [TEST_DROP] = { "drop", "drop: nats lost when the top word is erased", IN_NATS, false },
    [TEST_WEIGHTED] = { "weighted_drop", "weighted drop: all words, by their weight", IN_NATS, false },
    [TEST_SUPPORTED] = { "supported", "supported: the output depends on the top word", IN_PERCENT, false },
    [TEST_FLIPS] = { "flips", "flips: without it another word is likeliest", IN_PERCENT, false },
    [TEST_TAU] = { "tau", "tau: agreement with leave-one-out, no test", AS_IS, true },
    [TEST_HIT1] = { "hit_1", "hit@1: the top word is gold", IN_PERCENT, false },
    [TEST_HIT3] = { "hit_3", "hit@3: one of the top three is", IN_PERCENT, false },
    [TEST_HIT5] = { "hit_5", "hit@5: one of the top five is", IN_PERCENT, false },
};
static const char *const columns[CHECK_COLUMNS] = { "attention", "foreign", "random", "best" };
static const char *const set_kinds[SETS_KINDS] = { "comprehensiveness", "comprehensiveness_random",
                                                   "sufficiency", "sufficiency_random" };

static const Estimate *cell(const CheckResult *r, int test, int column)
{
    return &r->figure[test * CHECK_COLUMNS + column];
}

static void add_map_name(Str *out, const LbCheck *c, const MapName *m)
{
    if (c->n_layers > 1)
        str_addf(out, "layer %d of 0 to %d, ", m->layer, c->n_layers - 1);
    if (m->head < 0)
        str_addf(out, "mean of %d heads, ", c->n_heads);
    else if (c->n_heads > 1)
        str_addf(out, "head %d of 0 to %d, ", m->head, c->n_heads - 1);
    str_addf(out, "%s%s", m->norm ? "value norms, " : "",
             m->input ? "the row where a word is read" : "the row where a word is said");
}

/* ---- for people ---- */

static void add_number(Str *out, double x, int unit)
{
    if (isnan(x))
        str_addf(out, " %8s", "-");
    else if (unit == IN_PERCENT)
        str_addf(out, " %6.1f %%", 100 * x);
    else
        str_addf(out, " %8.3f", x);
}

static void add_range(Str *out, const Estimate *e, int unit)
{
    Str s = { 0 };
    str_addf(&s, unit == IN_PERCENT ? "%.1f to %.1f" : "%.3f to %.3f",
             unit == IN_PERCENT ? 100 * e->low : e->low, unit == IN_PERCENT ? 100 * e->high : e->high);
    str_addf(out, "  %-16s", isnan(e->value) ? "" : s.text);
    str_free(&s);
}

static void table_row(Str *out, const char *says, const Estimate *row, int unit, bool no_random)
{
    if (isnan(row[OF_MAP].value))
        return;
    str_addf(out, "%-46s", says);
    add_number(out, row[OF_MAP].value, unit);
    add_range(out, &row[OF_MAP], unit);
    for (int k = OF_FOREIGN; k < CHECK_COLUMNS; k++)
        add_number(out, k == OF_RANDOM && no_random ? NAN : row[k].value, unit);
    str_add_char(out, '\n');
}

static const char *const erasing[ERASE_METHODS] = {
    [ERASE_UNK] = "each piece read as <unk>",
    [ERASE_DELETE] = "its pieces taken out",
    [ERASE_ATTENTION] = "its weights 0 in every layer and head",
};

static const char *const control_says[CONTROLS] = {
    [CONTROL_SHUFFLED] = "a negative control: the weights of each row shuffled",
    [CONTROL_FOREIGN] = "a negative control: the weights of another sentence",
    [CONTROL_UNIFORM] = "a negative control: every word weighs the same",
    [CONTROL_LEAVE_ONE_OUT] = "a positive control: leave-one-out itself",
};

static void table_head(Str *out, const LbCheck *c, const CheckResult *r)
{
    str_addf(out, "%zu sentences, %zu words of output; ", r->n_sentences, r->n_words);
    if (c->control == CONTROL_NONE)
        add_map_name(out, c, &c->maps[c->under_test]);
    else
        str_add(out, control_says[c->control]);
    str_addf(out, "\na word is erased: %s; ranges hold 95 %% of %d resamples of sentences\n", erasing[c->how],
             c->o.samples);
    if (c->n_empty + c->n_long)
        str_addf(out, "left out: %zu lines with nothing to check, %zu that are too long\n", c->n_empty,
                 c->n_long);
    str_addf(out, "\n%-46s %8s  %-16s %8s %8s %8s\n", "mean over words of the output", "attention", "",
             "foreign", "random", "best");
}

static void table_tests(Str *out, const CheckResult *r)
{
    for (int t = 0; t < CHECK_TESTS; t++)
        table_row(out, tests[t].says, cell(r, t, 0), tests[t].unit, tests[t].no_random);
    table_row(out, "AER: alignment error of the links to top words", &r->figure[FIGURE_AER], IN_PERCENT,
              true);
}

static const struct {
    int figure, unit;
    const char *says;
} lines[] = {
    { FIGURE_GRADIENT_TAU, AS_IS, "tau between attention and gradient times input" },
    { FIGURE_GRADIENT_LOO, AS_IS, "tau between gradient times input and drops" },
    { FIGURE_GRADIENT_DROP, IN_NATS, "drop where gradient times input points" },
    { FIGURE_GOLD_SUPPORTED, IN_PERCENT, "gold cells that the output depends on" },
    { FIGURE_OTHER_SUPPORTED, IN_PERCENT, "all other cells that it depends on" },
};

static void table_lines(Str *out, const CheckResult *r)
{
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        const Estimate *e = &r->figure[lines[i].figure];
        if (isnan(e->value))
            continue;
        str_addf(out, "%-46s", lines[i].says);
        add_number(out, e->value, lines[i].unit);
        add_range(out, e, lines[i].unit);
        str_add_char(out, '\n');
    }
}

static void table_difference(Str *out, const char *name, const Estimate *e, const char *says)
{
    str_addf(out, "%-15s %7.3f (%.3f to %.3f)  %s\n", name, e->value, e->low, e->high, says);
}

static const char *const verdict_says[VERDICTS] = {
    [VERDICT_FAITHFUL] =
        "the output depends on the words that attention points at: more than on other words, "
        "more than their\nposition explains, and at least half as much as on the words that "
        "matter most.",
    [VERDICT_WEAK] =
        "the output depends on the words that attention points at more than on others, but other "
        "words matter\nmuch more: do not read the highlights as reasons.",
    [VERDICT_NOT] =
        "the output does not depend on the words that attention points at more than on others: the\n"
        "highlights are no evidence.",
    [VERDICT_LITTLE] = "a verdict needs 50 sentences.",
};

/* Not faithful for want of the second difference alone. */
static const char *const position_says =
    "the output depends on the words that attention points at, but the rows of another sentence\nof the same "
    "lengths point at them as well: the highlights show position, and nothing of this sentence.";

static void table_verdict(Str *out, const CheckResult *r)
{
    const Estimate *f = r->figure;
    str_add_char(out, '\n');
    table_difference(out, "over random", &f[FIGURE_OVER_RANDOM],
                     f[FIGURE_OVER_RANDOM].low > 0 ? "above 0: it points at words that matter"
                                                   : "not above 0: any word would do as well");
    table_difference(out, "over foreign", &f[FIGURE_OVER_FOREIGN],
                     f[FIGURE_OVER_FOREIGN].low > 0 ? "above 0: more than position explains"
                                                    : "not above 0: position explains as much");
    table_difference(out, "skill", &f[FIGURE_SKILL],
                     "the share of what leave-one-out finds; 0: random, 1: best");
    bool position = r->verdict == VERDICT_NOT && f[FIGURE_OVER_RANDOM].low > 0;
    str_addf(out, "\n%s: %s\n", verdict_name(r->verdict),
             position ? position_says : verdict_says[r->verdict]);
}

typedef struct {
    double skill;
    int map;
} Place;

/* The most skilful first. */
static int by_skill(const void *a, const void *b)
{
    const Place *x = a, *y = b;
    if (x->skill > y->skill || x->skill < y->skill)
        return x->skill > y->skill ? -1 : 1;
    return (x->map > y->map) - (x->map < y->map);
}

static Place *places_of(const LbCheck *c, const CheckReport *r)
{
    size_t n = array_len(c->maps);
    Place *all = memory_get(n + 1, sizeof *all);
    for (size_t i = 0; i < n; i++)
        all[i] = (Place){ r->skills[i].skill.value, (int)i };
    qsort(all, n, sizeof *all, by_skill);
    return all;
}

enum { MAPS_SHOWN = 8 };

static void table_maps(Str *out, const LbCheck *c, const CheckReport *r)
{
    size_t n = array_len(c->maps), shown = n < MAPS_SHOWN ? n : MAPS_SHOWN;
    if (!r->skills || n < 2)
        return;
    Place *places = places_of(c, r);
    str_addf(out, "\nthe most faithful of %zu maps, chosen on these sentences\n", n);
    for (size_t i = 0; i < shown; i++) {
        const MapSkill *m = &r->skills[places[i].map];
        Str name = { 0 };
        add_map_name(&name, c, &c->maps[places[i].map]);
        str_addf(out, "  skill %6.3f (%.3f to %.3f)  drop %6.3f  %-12s  %s%s\n", m->skill.value, m->skill.low,
                 m->skill.high, m->drop.value, verdict_name(m->verdict), name.text,
                 places[i].map == c->under_test ? "  <- the one above" : "");
        str_free(&name);
    }
    free(places);
}

static void table_sets(Str *out, const LbCheck *c, const CheckReport *r)
{
    static const char *const says[SETS_KINDS] = { "without them, words of the map", "  of 20 random orders",
                                                  "with them alone, words of the map",
                                                  "  of 20 random orders" };
    if (!c->o.sets)
        return;
    str_addf(out, "\nnats a piece of the output loses, words ranked for the whole output (ERASER)\n%-34s",
             "");
    for (int k = 0; k < SETS_SIZES; k++)
        str_addf(out, " %7s", sets_name(k));
    str_addf(out, " %7s\n", "AOPC");
    for (int kind = 0; kind < SETS_KINDS; kind++) {
        str_addf(out, "%-34s", says[kind]);
        for (int k = 0; k <= SETS_SIZES; k++)
            str_addf(out, " %7.3f", r->sets[kind * (SETS_SIZES + 1) + k].value);
        str_add_char(out, '\n');
    }
}

static void table_uniform(Str *out, const CheckReport *r)
{
    if (!(r->uniform_pieces > 0))
        return;
    str_addf(out,
             "\nthe same model with uniform attention: %.3f nats a piece of the references, this one %.3f;\n"
             "better by %.3f (%.3f to %.3f): %s\n",
             r->uniform.value, r->own.value, r->better.value, r->better.low, r->better.high,
             r->better.low > 0 ? "it needs to choose where it looks"
                               : "a model that cannot choose does as well, so attention tells nothing here");
}

static char *table(const LbCheck *c, const CheckReport *r)
{
    Str out = { 0 };
    table_head(&out, c, &r->result);
    table_tests(&out, &r->result);
    table_lines(&out, &r->result);
    table_verdict(&out, &r->result);
    table_maps(&out, c, r);
    table_sets(&out, c, r);
    table_uniform(&out, r);
    return str_take(&out);
}

/* ---- JSON ---- */

static json_t *number(double x)
{
    return isnan(x) ? json_null() : json_real(x);
}

static json_t *json_estimate(const Estimate *e)
{
    return json_pack("{s:o, s:o, s:o}", "value", number(e->value), "low", number(e->low), "high",
                     number(e->high));
}

static json_t *json_row(const Estimate *row, bool no_random)
{
    json_t *o = json_object();
    for (int k = 0; k < CHECK_COLUMNS; k++)
        if (k != OF_RANDOM || !no_random)
            json_object_set_new(o, columns[k], json_estimate(&row[k]));
    return o;
}

static json_t *json_tests(const CheckResult *r)
{
    json_t *o = json_object();
    for (int t = 0; t < CHECK_TESTS; t++)
        if (!isnan(cell(r, t, 0)->value))
            json_object_set_new(o, tests[t].name, json_row(cell(r, t, 0), tests[t].no_random));
    if (!isnan(r->figure[FIGURE_AER].value))
        json_object_set_new(o, "aer", json_row(&r->figure[FIGURE_AER], true));
    return o;
}

json_t *check_map_json(const MapName *m)
{
    return json_pack("{s:i, s:o, s:s, s:s}", "layer", m->layer, "head",
                     m->head < 0 ? json_string("mean") : json_integer(m->head), "rows",
                     m->input ? "input" : "output", "weights", m->norm ? "norm" : "raw");
}

static json_t *json_maps(const LbCheck *c, const CheckReport *r)
{
    json_t *all = json_array();
    Place *places = places_of(c, r);
    for (size_t i = 0; i < array_len(c->maps); i++) {
        const MapSkill *m = &r->skills[places[i].map];
        json_t *o = check_map_json(&c->maps[places[i].map]);
        json_object_set_new(o, "drop", json_estimate(&m->drop));
        json_object_set_new(o, "foreign", json_estimate(&m->foreign));
        json_object_set_new(o, "over_random", json_estimate(&m->over_random));
        json_object_set_new(o, "over_foreign", json_estimate(&m->over_foreign));
        json_object_set_new(o, "skill", json_estimate(&m->skill));
        json_object_set_new(o, "verdict", json_string(verdict_name(m->verdict)));
        json_array_append_new(all, o);
    }
    free(places);
    return all;
}

static json_t *json_sets(const CheckReport *r)
{
    json_t *o = json_object();
    for (int kind = 0; kind < SETS_KINDS; kind++) {
        json_t *row = json_object();
        for (int k = 0; k <= SETS_SIZES; k++)
            json_object_set_new(row, k < SETS_SIZES ? sets_name(k) : "aopc",
                                json_estimate(&r->sets[kind * (SETS_SIZES + 1) + k]));
        json_object_set_new(o, set_kinds[kind], row);
    }
    return o;
}

static void json_figures(json_t *o, const CheckResult *r)
{
    static const struct {
        const char *name;
        int figure;
    } figures[] = { { "over_random", FIGURE_OVER_RANDOM },
                    { "over_foreign", FIGURE_OVER_FOREIGN },
                    { "skill", FIGURE_SKILL },
                    { "tau_gradient", FIGURE_GRADIENT_TAU },
                    { "gradient_tau", FIGURE_GRADIENT_LOO },
                    { "gradient_drop", FIGURE_GRADIENT_DROP },
                    { "gold_supported", FIGURE_GOLD_SUPPORTED },
                    { "other_supported", FIGURE_OTHER_SUPPORTED } };
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        if (!isnan(r->figure[figures[i].figure].value))
            json_object_set_new(o, figures[i].name, json_estimate(&r->figure[figures[i].figure]));
    json_object_set_new(o, "verdict", json_string(verdict_name(r->verdict)));
}

json_t *check_head_json(const LbCheck *c, const CheckResult *r)
{
    return json_pack("{s:I, s:I, s:I, s:I, s:o, s:s, s:s, s:I, s:i}", "sentences", (json_int_t)r->n_sentences,
                     "words", (json_int_t)r->n_words, "empty", (json_int_t)c->n_empty, "too_long",
                     (json_int_t)c->n_long, "map", check_map_json(&c->maps[c->under_test]), "erase",
                     erase_name(c->how), "control", c->o.control, "seed", (json_int_t)c->o.seed, "samples",
                     c->o.samples);
}

const char *check_control_says(CheckControl control)
{
    return control_says[control];
}

json_t *check_json(const LbCheck *c, const CheckReport *r)
{
    json_t *o = check_head_json(c, &r->result);
    json_object_set_new(o, "tests", json_tests(&r->result));
    json_figures(o, &r->result);
    if (r->skills)
        json_object_set_new(o, "maps", json_maps(c, r));
    if (c->o.sets)
        json_object_set_new(o, "sets", json_sets(r));
    if (r->uniform_pieces > 0)
        json_object_set_new(o, "uniform",
                            json_pack("{s:o, s:o, s:o}", "own", json_estimate(&r->own), "uniform",
                                      json_estimate(&r->uniform), "better", json_estimate(&r->better)));
    return o;
}

static char *object(const LbCheck *c, const CheckReport *r)
{
    return json_line(check_json(c, r));
}

/* ---- public ---- */

LbStatus check_ready(const LbCheck *c, LbError *err)
{
    return array_len(c->sentences) ? LB_OK
                                   : fail(err, LB_DATA,
                                          "there is nothing to check: %llu lines, of which %zu have no words "
                                          "on one side and %zu are too long",
                                          (unsigned long long)c->n_lines, c->n_empty, c->n_long);
}

typedef struct {
    LbCheck *c;
    bool json;
    char *out;
} Wanted;

static LbStatus make_report(void *context)
{
    Wanted *w = context;
    size_t mark = arena_mark(w->c->kept);
    CheckReport r = check_report(w->c);
    w->out = (w->json ? object : table)(w->c, &r);
    if (w->c->page)
        check_page_report(w->c, &r);
    arena_rewind(w->c->kept, mark);
    return LB_OK;
}

LbStatus lb_check_report(LbCheck *c, bool json, char **out, LbError *err)
{
    assert(c && out);
    *out = NULL;
    Wanted w = { c, json, NULL };
    LbStatus status = check_ready(c, err);
    if (status == LB_OK)
        status = guard(make_report, &w, err);
    *out = w.out;
    return status;
}
