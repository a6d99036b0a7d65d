/* diagnose.c -- sums over the maps of many sentences, and their report: what each head does (heads.h), which
 * sentences look odd (suspicion.h), and how well that finds faults that are known (faults.h).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/erased_as.h"
#include "api/faults.h"
#include "api/heads.h"
#include "api/own_map.h"
#include "api/page.h"
#include "base/array.h"
#include "base/status.h"
#include "base/str.h"
#include "explain/heads.h"
#include "explain/suspicion.h"
#include "view/label.h"

typedef struct {
    size_t n_layers, n_heads;
    HeadSums *sums; /* [n_layers, n_heads] */
} KindSums;

typedef struct {
    uint64_t line;
    Suspicion signs;
    double score;             /* mean of a piece */
    char *text, *hole, *loop; /* the output, and what its places say; owned */
    double *looked, *effect;  /* [n_source] suspicion_cover; effect NULL: nothing was erased */
    size_t n_source;
    FaultLabel label;
} Sentence;

struct LbDiagnosis {
    bool pieces;
    LbSession *session; /* NULL: nothing is erased */
    LbErase erase;
    LbPage *page;          /* NULL: none */
    LbText source;         /* of the next result, for the page */
    bool fitted, labelled; /* the last result; any */
    size_t n_sentences, n_left_out, n_unchecked;
    KindSums kinds[LB_KINDS];
    Sentence *sentences; /* array */
};

static void sentence_free(Sentence *s)
{
    free(s->text);
    free(s->hole);
    free(s->loop);
    free(s->looked);
    free(s->effect);
}

LbDiagnosis *lb_diagnosis_new(bool pieces)
{
    LbDiagnosis *d = memory_get(1, sizeof *d);
    d->pieces = pieces;
    return d;
}

void lb_diagnosis_free(LbDiagnosis *d)
{
    if (!d)
        return;
    for (size_t i = 0; i < array_len(d->sentences); i++)
        sentence_free(&d->sentences[i]);
    for (int k = 0; k < LB_KINDS; k++)
        free(d->kinds[k].sums);
    array_free(d->sentences);
    free(d);
}

void lb_diagnosis_check(LbDiagnosis *d, LbSession *s, LbErase how)
{
    assert(d && s);
    d->session = s;
    d->erase = how;
}

/* ---- figures and signs ---- */

static const struct {
    const char *name, *title;
    size_t offset;
} figures[] = {
    { "entropy", "entropy", offsetof(HeadFigures, entropy) },
    { "normalised_entropy", "norm.", offsetof(HeadFigures, normalised) },
    { "largest", "largest", offsetof(HeadFigures, largest) },
    { "diagonality", "diag.", offsetof(HeadFigures, diagonality) },
    { "previous", "prev.", offsetof(HeadFigures, previous) },
    { "same", "same", offsetof(HeadFigures, same) },
    { "next", "next", offsetof(HeadFigures, next) },
    { "first", "first", offsetof(HeadFigures, first) },
    { "end", "end", offsetof(HeadFigures, end) },
    { "gold_accuracy", "gold", offsetof(HeadFigures, accuracy) },
    { "gold_aer", "AER", offsetof(HeadFigures, aer) },
};
enum { N_FIGURES = sizeof figures / sizeof *figures };

static double figure(const HeadFigures *f, int i)
{
    return *(const double *)(const void *)((const char *)f + figures[i].offset);
}

static const Sign signs[] = { { "suspicion", offsetof(Suspicion, suspicion) },
                              { "detached", offsetof(Suspicion, detached) },
                              { "dropped", offsetof(Suspicion, dropped) },
                              { "looped", offsetof(Suspicion, looped) },
                              { "end", offsetof(Suspicion, end) },
                              { "ignored", offsetof(Suspicion, ignored) },
                              { "repeated", offsetof(Suspicion, repeated) },
                              { "entropy", offsetof(Suspicion, entropy) },
                              { "surprise", offsetof(Suspicion, surprise) } };
enum { N_SIGNS = sizeof signs / sizeof *signs };

/* As columns of a page, in the same order (docs/diagnose.md). */
static const struct {
    const char *title, *help;
} sign_says[N_SIGNS] = {
    { "Suspicion",
      "All in all, 0 to 1: the strongest of detached, dropped and looped, each to a power; where nothing was "
      "erased, the mean of end, ignored, repeated and surprise." },
    { "Detached", "How little the output rests on its source: 1, it would be as likely without any of it." },
    { "Dropped", "The part of the source that nothing in the output looks at or depends on." },
    { "Looped", "Words that are said again and again, beyond what the source repeats." },
    { "End", "Mean weight of the output's words on the source's end of sentence." },
    { "Ignored", "Share of source words that get less than 0.2 from all words of the output together." },
    { "Repeated", "How much more often the output's commonest pair of words comes than the source's." },
    { "Entropy", "How evenly rows are spread: 1, attention chooses nothing." },
    { "Surprise",
      "1 - the geometric mean of the probabilities of its pieces: what the model itself finds unlikely." },
};

static double sign(const Suspicion *s, int i)
{
    return *(const double *)(const void *)((const char *)s + signs[i].offset);
}

/* ---- as JSON objects ---- */

static json_t *head_json(LbMapKind kind, size_t layer, size_t head, const HeadFigures *f, const char *role)
{
    json_t *o = json_pack("{s:s, s:I, s:I, s:I}", "kind", head_kind_name(kind), "layer", (json_int_t)layer,
                          "head", (json_int_t)head, "rows", (json_int_t)f->n_rows);
    for (int i = 0; i < N_FIGURES; i++)
        json_object_set_new(o, figures[i].name, isnan(figure(f, i)) ? json_null() : json_real(figure(f, i)));
    json_object_set_new(o, "role", strcmp(role, "-") ? json_string(role) : json_null());
    return o;
}

static json_t *json_place(Stretch at, const char *text)
{
    if (at.to == at.from)
        return json_null();
    return json_pack("{s:I, s:I, s:s}", "first", (json_int_t)at.from, "last", (json_int_t)at.to - 1, "text",
                     text);
}

static json_t *sentence_json(const Sentence *s)
{
    json_t *o = json_pack("{s:I}", "line", (json_int_t)s->line);
    for (int i = 0; i < N_SIGNS; i++)
        json_object_set_new(o, signs[i].name, json_number(sign(&s->signs, i)));
    json_object_set_new(o, "contribution", json_number(s->signs.contribution));
    json_object_set_new(o, "gain", json_number(s->signs.gain));
    json_object_set_new(o, "score_per_piece", json_real(s->score));
    json_object_set_new(o, "hole", json_place(s->signs.hole, s->hole));
    json_object_set_new(o, "loop", json_place(s->signs.loop, s->loop));
    json_object_set_new(o, "looked_at", json_reals(s->looked, s->n_source));
    json_object_set_new(o, "effect", s->effect ? json_reals(s->effect, s->n_source) : json_null());
    json_object_set_new(o, "output", json_string(s->text));
    return o;
}

static json_t *fault_json(const FaultRow *row)
{
    json_t *area = json_object();
    for (int i = 0; i < N_SIGNS; i++)
        json_object_set_new(area, signs[i].name, json_number(row->area[i]));
    return json_pack("{s:s, s:s, s:I, s:I, s:o, s:o}", "fault", row->fault, "against", row->against, "n",
                     (json_int_t)row->n, "n_against", (json_int_t)row->n_against, "auroc", area, "located",
                     json_number(row->located));
}

/* ---- one result ---- */

typedef struct {
    const LbWord *words;
    size_t n, from, to; /* words that are no marks: [from, to) */
} Side;

static Side side_of(const LbWord *words, size_t n)
{
    Side s = { words, n, 0, n };
    while (s.from < s.to && head_is_mark(&words[s.from]))
        s.from++;
    while (s.to > s.from && head_is_mark(&words[s.to - 1]))
        s.to--;
    return s;
}

static HeadMap map_between(const double *weights, const Side *rows, const Side *columns)
{
    return (HeadMap){ .weights = weights,
                      .rows = rows->n,
                      .columns = columns->n,
                      .row_from = rows->from,
                      .row_to = rows->to,
                      .column_from = columns->from,
                      .column_to = columns->to,
                      .has_end = columns->to < columns->n };
}

/* A decoder's columns are places, too: the begin of sentence stands where the first word is said. */
static HeadMap map_of(LbMapKind kind, const double *weights, const Side *source, const Side *target)
{
    if (kind == LB_CROSS)
        return map_between(weights, target, source);
    HeadMap m =
        kind == LB_ENCODER ? map_between(weights, source, source) : map_between(weights, target, target);
    m.self = true;
    m.causal = kind == LB_DECODER;
    m.has_end &= kind == LB_ENCODER;
    return m;
}

static KindSums *sums_of(LbDiagnosis *d, LbMapKind kind, const LbHeads *all)
{
    KindSums *k = &d->kinds[kind];
    if (!k->sums) {
        k->n_layers = all->n_layers, k->n_heads = all->n_heads;
        k->sums = memory_get(k->n_layers * k->n_heads, sizeof *k->sums);
    }
    assert(k->n_layers == all->n_layers && k->n_heads == all->n_heads); /* results of one model */
    return k;
}

static void add_kind(LbDiagnosis *d, const LbResult *r, LbMapKind kind, const Side *source,
                     const Side *target, const AerLink *gold)
{
    const LbHypothesis *h = &r->hypotheses[0];
    size_t n_heads = h->heads[kind].n_heads, all = h->heads[kind].n_layers * n_heads, rows, columns;
    KindSums *k = all ? sums_of(d, kind, &h->heads[kind]) : NULL;
    for (size_t i = 0; i < all; i++) {
        double *weights =
            head_matrix(r, h, kind, (int)(i / n_heads), (int)(i % n_heads), d->pieces, &rows, &columns);
        HeadMap m = map_of(kind, weights, source, target);
        assert(m.rows == rows && m.columns == columns);
        heads_add(&k->sums[i], &m);
        if (gold && kind == LB_CROSS)
            heads_add_gold(&k->sums[i], &m, gold, array_len(gold));
        free(weights);
    }
}

static const char **words_of(const Side *s)
{
    const char **texts = memory_get(s->to - s->from + 1, sizeof *texts);
    for (size_t i = s->from; i < s->to; i++)
        texts[i - s->from] = s->words[i].text;
    return texts;
}

static char *text_of(const char *const *words, Stretch at)
{
    Str text = { 0 };
    str_add(&text, "");
    for (size_t i = at.from; i < at.to; i++)
        str_addf(&text, "%s%s", i > at.from ? " " : "", words[i]);
    return str_take(&text);
}

/* Words by words without marks: [n_target, n_source]. */
static double *drops_of(const LbErasure *e, const Side *source, const Side *target)
{
    size_t S = source->to - source->from, T = target->to - target->from;
    double *drop = memory_get(S * T + 1, sizeof *drop);
    for (size_t t = 0; t < T; t++)
        memcpy(drop + t * S, e->drop + (target->from + t) * e->n_source_words + source->from,
               S * sizeof *drop);
    return drop;
}

static LbStatus settle(const LbDiagnosis *d, const LbResult *r, const Suspect *s, Suspicion *found,
                       LbError *err)
{
    Stretch *cuts = memory_get(2 * s->n_source + 1, sizeof *cuts);
    double *gain = memory_get(2 * s->n_source + 1, sizeof *gain);
    size_t n = suspicion_cuts(found, s->n_source, cuts);
    LbStatus status = n ? erase_stretches(d->session, r, cuts, n, gain, err) : LB_OK;
    if (status == LB_OK)
        suspicion_settle(found, cuts, gain, n);
    free(cuts);
    free(gain);
    return status;
}

static LbStatus judge(const LbDiagnosis *d, const LbResult *r, const Suspect *s, Sentence *out, LbError *err)
{
    out->signs = suspicion_of(s);
    LbStatus status = s->drop ? settle(d, r, s, &out->signs, err) : LB_OK;
    out->hole = text_of(s->source, out->signs.hole);
    out->loop = text_of(s->target, out->signs.loop);
    out->n_source = s->n_source;
    out->looked = memory_get(s->n_source + 1, sizeof *out->looked);
    out->effect = s->drop ? memory_get(s->n_source + 1, sizeof *out->effect) : NULL;
    suspicion_cover(s, out->looked, out->effect);
    return status;
}

/* e NULL: nothing was erased. */
static LbStatus add_sentence(LbDiagnosis *d, const LbResult *r, uint64_t line, const LbErasure *e,
                             LbError *err)
{
    const LbHypothesis *h = &r->hypotheses[0];
    Side source = side_of(r->source_words, r->n_source_words), target = side_of(h->words, h->n_words);
    HeadMap m = map_between(h->attention, &target, &source);
    const char **read = words_of(&source), **said = words_of(&target);
    double *drop = e ? drops_of(e, &source, &target) : NULL;
    Sentence s = { .line = line, .score = h->score / (double)h->n_pieces, .text = memory_text(h->text) };
    const Suspect x = { .map = &m,
                        .source = read,
                        .target = said,
                        .n_source = source.to - source.from,
                        .n_target = target.to - target.from,
                        .score = s.score,
                        .drop = drop,
                        .log_probs = e ? e->log_probs + target.from : NULL,
                        .without = e ? e->without + target.from : NULL };
    LbStatus status = judge(d, r, &x, &s, err);
    array_push(d->sentences, s);
    free(drop);
    free(read);
    free(said);
    return status;
}

/* A sentence that is too long to be erased word by word is judged without. */
static LbStatus examine(LbDiagnosis *d, const LbResult *r, uint64_t line, LbErasure **e, LbError *err)
{
    LbStatus status = d->session ? lb_erase(d->session, r, 0, d->erase, e, err) : LB_OK;
    d->n_unchecked += status == LB_DATA;
    if (status != LB_OK && status != LB_DATA)
        return status;
    return add_sentence(d, r, line, *e, err);
}

/* ---- on a page ---- */

void lb_diagnosis_page(LbDiagnosis *d, LbPage *p)
{
    assert(d && p && !d->page);
    d->page = p;
    p->figures = true;
    json_object_set_new(p->head, "kind", json_string("diagnose"));
}

void lb_diagnosis_text(LbDiagnosis *d, LbText text)
{
    assert(d);
    d->source = text;
}

/* The map that stands for the model, or, of a model of one text, for its self-attention; NULL: there is none.
 */
static LbMap *map_on_page(const LbResult *r)
{
    LbMapChoice choice = lb_map_default();
    LbMap *m = NULL;
    for (choice.kind = 0; choice.kind < LB_KINDS && !m; choice.kind++)
        if (lb_map_new(r, 0, choice, &m, NULL) != LB_OK)
            m = NULL;
    return m;
}

static LbStatus add_to_page(LbDiagnosis *d, const LbResult *r, uint64_t line, LbErasure *e, const char *gold,
                            LbError *err)
{
    LbMap *m = map_on_page(r);
    json_t *more = json_object(), *values = json_object();
    const Sentence *s = d->fitted ? &array_last(d->sentences) : NULL;
    for (int i = 0; i < N_SIGNS && array_len(d->sentences) == 1 && s; i++)
        page_column(d->page, signs[i].name, sign_says[i].title, sign_says[i].help, "high");
    for (int i = 0; i < N_SIGNS && s; i++)
        json_object_set_new(values, signs[i].name, json_number(sign(&s->signs, i)));
    if (s)
        json_object_set_new(more, "signs", sentence_json(s));
    if (m && e)
        lb_map_check(m, e);
    LbPageText text = { .text = d->source,
                        .line = line,
                        .result = r,
                        .map = m && m->kind != LB_CROSS ? m : NULL,
                        .checked = m,
                        .erasure = m ? e : NULL,
                        .no_gradient = "lookback explain --html measures it for a sentence",
                        .gold = gold };
    LbStatus status = page_add_text(d->page, &text, more, values, err);
    lb_map_free(m);
    return status;
}

LbStatus lb_diagnosis_label(LbDiagnosis *d, const char *label, LbError *err)
{
    FaultLabel l;
    assert(d && label);
    LbStatus status = fault_parse(label, &l, err);
    d->labelled |= status == LB_OK;
    if (status == LB_OK && d->fitted)
        array_last(d->sentences).label = l;
    if (status == LB_OK && d->page)
        page_label(d->page, label);
    return status;
}

LbStatus lb_diagnosis_add(LbDiagnosis *d, const LbResult *r, uint64_t line, const char *gold, LbError *err)
{
    assert(d && r && !(gold && d->pieces));
    const LbHypothesis *h = &r->hypotheses[0];
    AerLink *links = NULL;
    LbStatus status = gold ? links_parse(line_of(gold), &links, err) : LB_OK;
    if (status != LB_OK)
        return status;
    if (!links && gold)
        array_reserve(links, 1); /* a line without links is gold, too */
    bool p = d->pieces;
    Side source = side_of(p ? r->source_pieces : r->source_words, p ? r->n_source_pieces : r->n_source_words),
         target = side_of(p ? h->pieces : h->words, p ? h->n_pieces : h->n_words);
    bool fits = r->n_parts == 1 && !h->maps_too_large;
    d->n_sentences += fits;
    d->n_left_out += !fits;
    for (LbMapKind kind = 0; kind < LB_KINDS && fits; kind++)
        add_kind(d, r, kind, &source, &target, links);
    d->fitted = fits && h->attention;
    LbErasure *e = NULL;
    if (d->fitted)
        status = examine(d, r, line, &e, err);
    if (status == LB_OK && d->page && fits)
        status = add_to_page(d, r, line, e, gold, err);
    lb_erasure_free(e);
    array_free(links);
    return status;
}

/* ---- the report ---- */

static int by_suspicion(const void *a, const void *b)
{
    const Sentence *x = a, *y = b;
    if (x->signs.suspicion != y->signs.suspicion)
        return x->signs.suspicion > y->signs.suspicion ? -1 : 1;
    return x->line < y->line ? -1 : x->line > y->line;
}

/* Makes the rows of a report, in one of its forms. */
typedef struct {
    void (*begin)(const LbDiagnosis *d, Str *out);
    void (*head)(LbMapKind kind, size_t layer, size_t head, const HeadFigures *f, const char *role, Str *out);
    void (*between)(const LbDiagnosis *d, size_t n_worst, Str *out);
    void (*sentence)(const Sentence *s, Str *out);
    void (*faults)(const FaultRow *rows, Str *out);
} Form;

#define SHOWN 0.2 /* places of weaker signs say nothing */

/* for people */

static void table_begin(const LbDiagnosis *d, Str *out)
{
    str_addf(out, "%zu sentences", d->n_sentences);
    if (d->n_left_out)
        str_addf(out, ", and %zu left out that are too long", d->n_left_out);
    if (d->n_unchecked)
        str_addf(out, ", %zu too long to have words erased", d->n_unchecked);
    str_addf(out, "; means over rows that stand for a %s\n\nkind     layer head",
             d->pieces ? "piece" : "word");
    for (int i = 0; i < N_FIGURES; i++)
        str_addf(out, " %7s", figures[i].title);
    str_add(out, "  role\n");
}

static void table_head(LbMapKind kind, size_t layer, size_t head, const HeadFigures *f, const char *role,
                       Str *out)
{
    str_addf(out, "%-8s %5zu %4zu", head_kind_name(kind), layer, head);
    for (int i = 0; i < N_FIGURES; i++)
        if (isnan(figure(f, i)))
            str_addf(out, " %7s", "-");
        else
            str_addf(out, " %7.3f", figure(f, i));
    str_addf(out, "  %s\n", role);
}

static void table_between(const LbDiagnosis *d, size_t n_worst, Str *out)
{
    (void)d;
    str_add(out,
            "\nentropy in nats, norm. over that of an even spread; largest weight of a row; diag. 1: all on "
            "the diagonal;\nprev., same, next: weight beside and on it (decoder: same is the word just "
            "written); first, end: weight on the\nfirst column and the end of sentence. Roles: uniform "
            "(norm. >= 0.9); end, first, previous, same, next (>= 0.5);\nalignment (gold >= 0.5); diagonal "
            "(diag. >= 0.8).\n");
    if (n_worst == 0)
        return;
    str_add(out, "\nthe most suspicious sentences\n  line");
    for (int i = 0; i < N_SIGNS; i++)
        str_addf(out, " %9s", signs[i].name);
    str_add(out, "   output\n");
}

static void add_number(Str *out, const char *format, const char *none, double x)
{
    if (isnan(x))
        str_addf(out, none, "-");
    else
        str_addf(out, format, x);
}

static void add_clean(Str *out, const char *text, int most)
{
    Str clean = { 0 };
    label_clean(&clean, text);
    label_shorten(out, clean.text, most);
    str_free(&clean);
}

static void table_place(const char *what, Stretch at, const char *text, double gain, Str *out)
{
    str_addf(out, "       %s, words %zu to %zu", what, at.from + 1, at.to);
    if (gain > 0)
        str_addf(out, " (without them likelier by %.1f nats)", gain);
    str_add(out, ": ");
    add_clean(out, text, 80);
    str_add_char(out, '\n');
}

static void table_sentence(const Sentence *s, Str *out)
{
    str_addf(out, "%6llu", (unsigned long long)s->line + 1);
    for (int i = 0; i < N_SIGNS; i++)
        add_number(out, " %9.3f", " %9s", sign(&s->signs, i));
    str_add(out, "   ");
    add_clean(out, s->text, 60);
    str_add_char(out, '\n');
    if (s->signs.dropped >= SHOWN)
        table_place("not said", s->signs.hole, s->hole, s->signs.gain, out);
    if (s->signs.looped >= SHOWN)
        table_place("said again and again", s->signs.loop, s->loop, NAN, out);
}

static void table_faults(const FaultRow *rows, Str *out)
{
    str_add(out, "\nknown faults: how often a sentence that has one looks worse than one that has none "
                 "(AUROC)\n  fault     beside    sentences");
    for (int i = 0; i < N_SIGNS; i++)
        str_addf(out, " %9s", signs[i].name);
    str_add(out, "   located\n");
    for (int r = 0; r < FAULT_ROWS; r++) {
        str_addf(out, "  %-9s %-9s %9zu", rows[r].fault, rows[r].against, rows[r].n);
        for (int i = 0; i < N_SIGNS; i++)
            add_number(out, " %9.4f", " %9s", rows[r].area[i]);
        add_number(out, " %7.1f %%\n", " %9s\n", 100 * rows[r].located);
    }
    str_add(out,
            "surprise goes by the log-probability alone. located: the place found and the true one share "
            "more than half of their words.\n");
}

/* separated by tabs */

static void tsv_begin(const LbDiagnosis *d, Str *out)
{
    (void)d;
    str_add(out, "kind\tlayer\thead\trows");
    for (int i = 0; i < N_FIGURES; i++)
        str_addf(out, "\t%s", figures[i].name);
    str_add(out, "\trole\n");
}

static void tsv_head(LbMapKind kind, size_t layer, size_t head, const HeadFigures *f, const char *role,
                     Str *out)
{
    str_addf(out, "%s\t%zu\t%zu\t%zu", head_kind_name(kind), layer, head, f->n_rows);
    for (int i = 0; i < N_FIGURES; i++)
        if (isnan(figure(f, i)))
            str_add(out, "\t");
        else
            str_addf(out, "\t%.6f", figure(f, i));
    str_addf(out, "\t%s\n", role);
}

static void tsv_between(const LbDiagnosis *d, size_t n_worst, Str *out)
{
    (void)d;
    if (n_worst == 0)
        return;
    str_add(out, "\nline");
    for (int i = 0; i < N_SIGNS; i++)
        str_addf(out, "\t%s", signs[i].name);
    str_add(out, "\tcontribution\tgain\tscore_per_piece\thole\tloop\toutput\n");
}

static void tsv_place(Stretch at, Str *out)
{
    str_add_char(out, '\t');
    if (at.to > at.from)
        str_addf(out, "%zu-%zu", at.from, at.to - 1);
}

static void tsv_number(double x, Str *out)
{
    str_add_char(out, '\t');
    if (!isnan(x))
        str_addf(out, "%.6f", x);
}

static void tsv_faults(const FaultRow *rows, Str *out)
{
    str_add(out, "\nfault\tagainst\tn\tn_against");
    for (int i = 0; i < N_SIGNS; i++)
        str_addf(out, "\t%s", signs[i].name);
    str_add(out, "\tlocated\n");
    for (int r = 0; r < FAULT_ROWS; r++) {
        str_addf(out, "%s\t%s\t%zu\t%zu", rows[r].fault, rows[r].against, rows[r].n, rows[r].n_against);
        for (int i = 0; i < N_SIGNS; i++)
            tsv_number(rows[r].area[i], out);
        tsv_number(rows[r].located, out);
        str_add_char(out, '\n');
    }
}

static void tsv_sentence(const Sentence *s, Str *out)
{
    str_addf(out, "%llu", (unsigned long long)s->line);
    for (int i = 0; i < N_SIGNS; i++)
        tsv_number(sign(&s->signs, i), out);
    tsv_number(s->signs.contribution, out);
    tsv_number(s->signs.gain, out);
    tsv_number(s->score, out);
    tsv_place(s->signs.hole, out);
    tsv_place(s->signs.loop, out);
    str_add_char(out, '\t');
    for (const char *c = s->text; *c; c++)
        str_add_char(out, (unsigned char)*c < ' ' ? ' ' : *c);
    str_add_char(out, '\n');
}

/* JSON */

static void json_add(json_t *o, Str *out)
{
    char *text = json_line(o);
    str_addf(out, "%s\n", text);
    free(text);
}

static void json_begin(const LbDiagnosis *d, Str *out)
{
    (void)d, (void)out;
}

static void json_head(LbMapKind kind, size_t layer, size_t head, const HeadFigures *f, const char *role,
                      Str *out)
{
    json_add(head_json(kind, layer, head, f, role), out);
}

static void json_between(const LbDiagnosis *d, size_t n_worst, Str *out)
{
    (void)d, (void)n_worst, (void)out;
}

static void json_sentence(const Sentence *s, Str *out)
{
    json_add(sentence_json(s), out);
}

static void json_faults(const FaultRow *rows, Str *out)
{
    for (int r = 0; r < FAULT_ROWS; r++)
        json_add(fault_json(&rows[r]), out);
}

static const Form forms[] = {
    [LB_TABLE] = { table_begin, table_head, table_between, table_sentence, table_faults },
    [LB_TSV] = { tsv_begin, tsv_head, tsv_between, tsv_sentence, tsv_faults },
    [LB_JSON] = { json_begin, json_head, json_between, json_sentence, json_faults },
};

static void add_heads(const LbDiagnosis *d, const Form *form, Str *out)
{
    json_t *all = json_array();
    for (LbMapKind kind = 0; kind < LB_KINDS; kind++) {
        const KindSums *k = &d->kinds[kind];
        for (size_t i = 0; i < k->n_layers * k->n_heads; i++) {
            HeadFigures f = heads_figures(&k->sums[i]);
            const char *role = heads_role(&f, kind != LB_CROSS);
            form->head(kind, i / k->n_heads, i % k->n_heads, &f, role, out);
            json_array_append_new(all, head_json(kind, i / k->n_heads, i % k->n_heads, &f, role));
        }
    }
    if (d->page)
        json_object_set(d->page->head, "heads", all);
    json_decref(all);
}

static void add_faults(const LbDiagnosis *d, const Form *form, Str *out)
{
    size_t n = array_len(d->sentences);
    FaultLabel *labels = memory_get(n + 1, sizeof *labels);
    Suspicion *found = memory_get(n + 1, sizeof *found);
    FaultRow rows[FAULT_ROWS];
    double areas[FAULT_ROWS][N_SIGNS];
    for (size_t i = 0; i < n; i++)
        labels[i] = d->sentences[i].label, found[i] = d->sentences[i].signs;
    for (int r = 0; r < FAULT_ROWS; r++)
        rows[r].area = areas[r];
    faults_measure(labels, found, n, signs, N_SIGNS, rows);
    form->faults(rows, out);
    json_t *all = json_array();
    for (int r = 0; r < FAULT_ROWS; r++)
        json_array_append_new(all, fault_json(&rows[r]));
    if (d->page)
        json_object_set(d->page->head, "faults", all);
    json_decref(all);
    free(labels);
    free(found);
}

char *lb_diagnosis_report(const LbDiagnosis *d, LbReport form, size_t worst)
{
    assert(d && (int)form <= LB_JSON);
    const Form *f = &forms[form];
    Str out = { 0 };
    str_add(&out, "");
    f->begin(d, &out);
    add_heads(d, f, &out);
    size_t n = array_len(d->sentences);
    Sentence *sorted = memory_get(n + 1, sizeof *sorted);
    if (n)
        memcpy(sorted, d->sentences, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_suspicion);
    n = worst < n ? worst : n;
    f->between(d, n, &out);
    for (size_t i = 0; i < n; i++)
        f->sentence(&sorted[i], &out);
    free(sorted);
    if (d->labelled)
        add_faults(d, f, &out);
    return str_take(&out);
}
