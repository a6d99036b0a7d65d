/* diagnose.c -- sums over the maps of many sentences, and their report: what each head does (heads.h), and
 * which sentences look odd (suspicion.h).
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "api/heads.h"
#include "api/json.h"
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
    double score; /* mean of a piece */
    char *text;   /* the output, owned */
} Sentence;

struct LbDiagnosis {
    bool pieces;
    size_t n_sentences, n_left_out;
    KindSums kinds[LB_KINDS];
    Sentence *sentences; /* array */
};

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
        free(d->sentences[i].text);
    for (int k = 0; k < LB_KINDS; k++)
        free(d->kinds[k].sums);
    array_free(d->sentences);
    free(d);
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

static void add_sentence(LbDiagnosis *d, const LbResult *r, uint64_t line)
{
    const LbHypothesis *h = &r->hypotheses[0];
    if (!h->attention)
        return;
    Side source = side_of(r->source_words, r->n_source_words), target = side_of(h->words, h->n_words);
    HeadMap m = map_between(h->attention, &target, &source);
    const char **read = words_of(&source), **said = words_of(&target);
    Sentence s = { .line = line, .score = h->score / (double)h->n_pieces, .text = memory_text(h->text) };
    s.signs = suspicion_of(&m, read, source.to - source.from, said, target.to - target.from, s.score);
    array_push(d->sentences, s);
    free(read);
    free(said);
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
    if (fits)
        add_sentence(d, r, line);
    array_free(links);
    return LB_OK;
}

/* ---- the report ---- */

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

static const struct {
    const char *name;
    size_t offset;
} signs[] = { { "suspicion", offsetof(Suspicion, suspicion) },
              { "end", offsetof(Suspicion, end) },
              { "ignored", offsetof(Suspicion, ignored) },
              { "repeated", offsetof(Suspicion, repeated) },
              { "surprise", offsetof(Suspicion, surprise) } };
enum { N_SIGNS = sizeof signs / sizeof *signs };

static double sign(const Suspicion *s, int i)
{
    return *(const double *)(const void *)((const char *)s + signs[i].offset);
}

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
} Form;

/* for people */

static void table_begin(const LbDiagnosis *d, Str *out)
{
    str_addf(out, "%zu sentences", d->n_sentences);
    if (d->n_left_out)
        str_addf(out, ", and %zu left out that are too long", d->n_left_out);
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

static void table_sentence(const Sentence *s, Str *out)
{
    str_addf(out, "%6llu", (unsigned long long)s->line + 1);
    for (int i = 0; i < N_SIGNS; i++)
        str_addf(out, " %9.3f", sign(&s->signs, i));
    str_add(out, "   ");
    Str clean = { 0 };
    label_clean(&clean, s->text);
    label_shorten(out, clean.text, 60);
    str_free(&clean);
    str_add_char(out, '\n');
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
    str_add(out, "\tscore_per_piece\toutput\n");
}

static void tsv_sentence(const Sentence *s, Str *out)
{
    str_addf(out, "%llu", (unsigned long long)s->line);
    for (int i = 0; i < N_SIGNS; i++)
        str_addf(out, "\t%.6f", sign(&s->signs, i));
    str_addf(out, "\t%.6f\t", s->score);
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
    json_t *o = json_pack("{s:s, s:I, s:I, s:I}", "kind", head_kind_name(kind), "layer", (json_int_t)layer,
                          "head", (json_int_t)head, "rows", (json_int_t)f->n_rows);
    for (int i = 0; i < N_FIGURES; i++)
        json_object_set_new(o, figures[i].name, isnan(figure(f, i)) ? json_null() : json_real(figure(f, i)));
    json_object_set_new(o, "role", strcmp(role, "-") ? json_string(role) : json_null());
    json_add(o, out);
}

static void json_between(const LbDiagnosis *d, size_t n_worst, Str *out)
{
    (void)d, (void)n_worst, (void)out;
}

static void json_sentence(const Sentence *s, Str *out)
{
    json_t *o = json_pack("{s:I}", "line", (json_int_t)s->line);
    for (int i = 0; i < N_SIGNS; i++)
        json_object_set_new(o, signs[i].name, json_real(sign(&s->signs, i)));
    json_object_set_new(o, "score_per_piece", json_real(s->score));
    json_object_set_new(o, "output", json_string(s->text));
    json_add(o, out);
}

static const Form forms[] = {
    [LB_TABLE] = { table_begin, table_head, table_between, table_sentence },
    [LB_TSV] = { tsv_begin, tsv_head, tsv_between, tsv_sentence },
    [LB_JSON] = { json_begin, json_head, json_between, json_sentence },
};

static void add_heads(const LbDiagnosis *d, const Form *form, Str *out)
{
    for (LbMapKind kind = 0; kind < LB_KINDS; kind++) {
        const KindSums *k = &d->kinds[kind];
        for (size_t i = 0; i < k->n_layers * k->n_heads; i++) {
            HeadFigures f = heads_figures(&k->sums[i]);
            form->head(kind, i / k->n_heads, i % k->n_heads, &f, heads_role(&f, kind != LB_CROSS), out);
        }
    }
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
    return str_take(&out);
}
