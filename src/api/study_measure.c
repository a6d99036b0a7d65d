/* study_measure.c -- statistics of every sentence, buckets of lengths, and figures of each with intervals. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/study.h"
#include "base/array.h"
#include "base/status.h"
#include "base/str.h"
#include "metric/bleu.h"
#include "metric/codes.h"
#include "metric/exact.h"

const char *const study_metrics[] = { "bleu", "exact", "tokens", NULL };
const char *const study_metric_titles[] = { "BLEU", "exact, %", "tokens in their place, %", NULL };
const char *const study_places[] = { "inside", "rare", "beyond", "mixed" };

size_t study_size(const LbStudy *s)
{
    return array_len(s->source);
}

size_t study_cell(size_t system, StudyMetric m)
{
    return system * STUDY_METRICS + m;
}

const char *study_side(const LbStudy *s)
{
    return s->o.by_target ? "target" : "source";
}

bool study_differs(Quality gain)
{
    return gain.low > 0 || gain.high < 0;
}

const StudySystem *study_shown(const LbStudy *s)
{
    for (size_t i = 0; i < array_len(s->systems); i++)
        if (s->systems[i].attends)
            return &s->systems[i];
    return NULL;
}

/* ---- statistics ---- */

enum { BLEU_WIDTH = 2 * BLEU_ORDER + 2, SHARE_WIDTH = 2 };

static double score_bleu(const double *sums, const void *how)
{
    BleuStats s = { .sys_len = (size_t)sums[BLEU_WIDTH - 2], .ref_len = (size_t)sums[BLEU_WIDTH - 1] };
    for (int n = 0; n < BLEU_ORDER; n++) {
        s.correct[n] = (size_t)sums[n];
        s.total[n] = (size_t)sums[BLEU_ORDER + n];
    }
    Bleu bleu;
    bleu_score(&s, *(const BleuOptions *)how, &bleu);
    return bleu.score;
}

static double score_share(const double *sums, const void *how)
{
    (void)how;
    return sums[0] / sums[1];
}

static const struct {
    size_t width;
    BootstrapScore *score;
} metrics[STUDY_METRICS] = { { BLEU_WIDTH, score_bleu },
                             { SHARE_WIDTH, score_share },
                             { SHARE_WIDTH, score_share } };

static void bleu_row(const BleuStats *s, double *row)
{
    for (int n = 0; n < BLEU_ORDER; n++) {
        row[n] = (double)s->correct[n];
        row[BLEU_ORDER + n] = (double)s->total[n];
    }
    row[BLEU_WIDTH - 2] = (double)s->sys_len;
    row[BLEU_WIDTH - 1] = (double)s->ref_len;
}

static char *lowered(Line line)
{
    uint32_t *codes = NULL;
    Str out = { 0 };
    codes_read(&codes, line);
    codes_lower(&codes);
    str_add(&out, "");
    for (size_t i = 0; i < array_len(codes); i++)
        str_add_code(&out, codes[i]);
    array_free(codes);
    return str_take(&out);
}

/* A model that writes lower case is compared with references in lower case. */
typedef struct {
    Line *hyp, *ref; /* [n] */
    char **owned;    /* array */
    size_t n;
    BleuOptions bleu;
} Compared;

static BleuOptions bleu_options(const LbStudy *s)
{
    return (BleuOptions){ .tokenize = s->config.validate_tokenize };
}

static Line line_lowered(Compared *c, Line line, bool lower)
{
    if (!lower)
        return line;
    array_push(c->owned, lowered(line));
    return line_of(array_last(c->owned));
}

static Compared compare(const LbStudy *s, const StudyRun *r)
{
    Compared c = { .n = study_size(s), .bleu = bleu_options(s) };
    c.hyp = memory_get(c.n + 1, sizeof *c.hyp);
    c.ref = memory_get(c.n + 1, sizeof *c.ref);
    for (size_t i = 0; i < c.n; i++) {
        c.hyp[i] = line_lowered(&c, line_of(r->outputs[i]), s->config.target.lowercase);
        c.ref[i] =
            line_lowered(&c, (Line){ s->target[i].text, s->target[i].len }, s->config.target.lowercase);
    }
    return c;
}

static void compared_free(Compared *c)
{
    for (size_t i = 0; i < array_len(c->owned); i++)
        free(c->owned[i]);
    array_free(c->owned);
    free(c->hyp);
    free(c->ref);
}

static double *bleu_rows(const Compared *c)
{
    double *rows = memory_get(c->n * BLEU_WIDTH + 1, sizeof *rows);
    BleuCounter *counter = NULL;
    LbStatus status = bleu_open(c->bleu, &counter, NULL);
    assert(status == LB_OK); /* the names are those of the configuration's table */
    for (size_t i = 0; i < c->n; i++) {
        BleuStats one = { 0 };
        bleu_add(counter, &one, c->hyp[i], &c->ref[i], 1);
        bleu_row(&one, rows + i * BLEU_WIDTH);
    }
    bleu_close(counter);
    return rows;
}

static double *share_rows(const Compared *c, StudyMetric m)
{
    double *rows = memory_get(c->n * SHARE_WIDTH + 1, sizeof *rows);
    Exact *each = memory_get(c->n + 1, sizeof *each);
    const Line *refs = c->ref;
    exact_each(c->hyp, &refs, c->n, 1, each);
    for (size_t i = 0; i < c->n; i++) {
        rows[i * SHARE_WIDTH] = m == STUDY_EXACT ? each[i].line : each[i].tokens;
        rows[i * SHARE_WIDTH + 1] = 1;
    }
    free(each);
    return rows;
}

static void find_rows(const LbStudy *s, StudySystem *x)
{
    size_t n_runs = array_len(x->runs);
    for (int m = 0; m < STUDY_METRICS; m++)
        x->rows[m] = memory_get(n_runs, sizeof *x->rows[m]);
    for (size_t k = 0; k < n_runs; k++) {
        Compared c = compare(s, &x->runs[k]);
        x->rows[STUDY_BLEU][k] = bleu_rows(&c);
        x->rows[STUDY_EXACT][k] = share_rows(&c, STUDY_EXACT);
        x->rows[STUDY_TOKENS][k] = share_rows(&c, STUDY_TOKENS);
        compared_free(&c);
    }
}

/* ---- buckets ---- */

static StudyPlace place_of(const LbStudy *s, LengthRange r)
{
    if (r.low > s->longest)
        return STUDY_BEYOND;
    if (r.high > s->longest)
        return STUDY_MIXED;
    return r.low > s->usual ? STUDY_RARE : STUDY_INSIDE;
}

static char *range_name(LengthRange r)
{
    Str name = { 0 };
    str_addf(&name, r.low == r.high ? "%d" : "%d-%d", r.low, r.high);
    return str_take(&name);
}

static void find_buckets(LbStudy *s)
{
    size_t n = study_size(s), n_edges = s->o.n_edges;
    int *own = n_edges ? NULL : length_edges(s->lengths, n, s->longest);
    const int *edges = own ? own : s->o.edges;
    LengthRange *ranges = length_ranges(edges, own ? array_len(own) : n_edges, s->lengths, n);
    for (size_t i = 0; i < array_len(ranges); i++) {
        StudyGroup g = { range_name(ranges[i]), ranges[i], place_of(s, ranges[i]),
                         length_members(s->lengths, n, ranges[i]) };
        array_push(s->buckets, g);
    }
    array_free(ranges);
    array_free(own);
}

static void add_group(LbStudy *s, const char *name, LengthRange range, StudyPlace place)
{
    StudyGroup g = { memory_text(name), range, place, length_members(s->lengths, study_size(s), range) };
    array_push(s->groups, g);
}

/* What was trained on, what was not, and all. */
static void find_groups(LbStudy *s)
{
    int high = array_last(s->buckets).range.high;
    if (high > s->longest) {
        add_group(s, "inside", (LengthRange){ 0, s->longest }, STUDY_INSIDE);
        add_group(s, "beyond", (LengthRange){ s->longest + 1, high }, STUDY_BEYOND);
    }
    add_group(s, "all", (LengthRange){ 0, high }, high > s->longest ? STUDY_MIXED : STUDY_INSIDE);
}

/* ---- figures ---- */

static void measure_metric(const LbStudy *s, StudyGroup *g, StudyMetric m, const BleuOptions *how)
{
    size_t n = array_len(s->systems), samples = (size_t)s->o.samples, n_runs = (size_t)s->o.seeds;
    double *draws = memory_get(n * samples, sizeof *draws);
    for (size_t i = 0; i < n; i++) {
        const StudySystem *x = &s->systems[i];
        LengthRuns runs = { (const double *const *)x->rows[m], n_runs, metrics[m].width, metrics[m].score,
                            how };
        size_t cell = study_cell(i, m);
        g->quality[cell] = length_quality(&runs, g->members, array_len(g->members), samples, BOOTSTRAP_SEED,
                                          g->own + cell * n_runs, draws + i * samples);
    }
    for (size_t i = 0; i < n; i++)
        g->gain[study_cell(i, m)] =
            length_gain(g->quality[study_cell(i, m)], draws + i * samples, g->quality[study_cell(s->base, m)],
                        draws + s->base * samples, samples);
    free(draws);
}

static void measure_group(const LbStudy *s, StudyGroup *g)
{
    size_t cells = array_len(s->systems) * STUDY_METRICS, n = array_len(g->members);
    BleuOptions how = bleu_options(s);
    g->quality = memory_get(cells, sizeof *g->quality);
    g->gain = memory_get(cells, sizeof *g->gain);
    g->own = memory_get(cells * (size_t)s->o.seeds, sizeof *g->own);
    for (size_t i = 0; i < n; i++)
        g->mean += (double)s->lengths[g->members[i]] / (double)n;
    for (int m = 0; m < STUDY_METRICS; m++)
        measure_metric(s, g, (StudyMetric)m, &how);
}

void study_measure(LbStudy *s)
{
    for (size_t i = 0; i < array_len(s->systems); i++)
        find_rows(s, &s->systems[i]);
    find_buckets(s);
    find_groups(s);
    for (size_t i = 0; i < array_len(s->buckets); i++)
        measure_group(s, &s->buckets[i]);
    for (size_t i = 0; i < array_len(s->groups); i++)
        measure_group(s, &s->groups[i]);
}
