/* eval_aer.c -- links against gold links: reading both, the figures, and which words they disagree about. */
#define _GNU_SOURCE /* memmem */
#include <stdlib.h>
#include <string.h>

#include "api/eval_metric.h"
#include "base/array.h"
#include "base/status.h"
#include "metric/aer.h"

enum { WIDTH = 4, ERRORS_SHOWN = 10 };

typedef struct {
    Line source, target;
    size_t n;
} WordPair;

typedef struct {
    Eval *e;
    Links gold, links;
    WordPair *wrong, *missing; /* arrays */
} Comparison;

/* ---- reading ---- */

/* "0" or "1"; NULL: to be found. */
static LbStatus read_base(const char *text, int *out, LbError *err)
{
    *out = text ? text[0] - '0' : -1;
    if (!text || text_equal(text, "0") || text_equal(text, "1"))
        return LB_OK;
    return fail(err, LB_USAGE, "words are counted from 0 or from 1, not from `%.60s`", text);
}

static LbStatus read_side(Eval *e, bool gold, Links *out)
{
    const LbEvalOptions *o = &e->options;
    LinksForm form = { .format = gold ? o->gold_format : NULL, .reverse = !gold && o->reverse };
    LbError why = { 0 };
    LbStatus status = read_base(gold ? o->gold_index : o->index, &form.base, e->err);
    if (status != LB_OK)
        return status;
    status = gold ? links_read(e->ref_lines[0], e->n_gold, form, out, &why)
                  : links_read(e->lines, e->n, form, out, &why);
    if (status == LB_OK)
        return LB_OK;
    (void)fail(e->err, status, "%s: %s", gold ? "gold links" : "links", why.text);
    if (e->err)
        e->err->line = why.line;
    return status;
}

/* A file of lines says how many sentences there are; one of numbered links only how many at least. */
static LbStatus count_sentences(Comparison *c)
{
    const Links *g = &c->gold, *l = &c->links;
    size_t most = g->n > l->n ? g->n : l->n;
    if ((g->by_line && l->by_line && g->n != l->n) || (g->by_line && l->n > g->n) ||
        (l->by_line && g->n > l->n))
        return fail(
            c->e->err, LB_DATA,
            "the gold links are of %zu sentences and those under test of %zu; sentence i of one is judged "
            "by sentence i of the other",
            g->n, l->n);
    c->e->n = most;
    return most > 0 ? LB_OK : fail(c->e->err, LB_DATA, "there are no sentences to compare");
}

/* ---- words that they disagree about ---- */

/* Word `at` of a line, or nothing. */
static Line word_at(Line line, const Span *words, int at)
{
    if ((size_t)at >= array_len(words))
        return (Line){ 0 };
    return (Line){ line.text + words[at].start, (size_t)(words[at].end - words[at].start) };
}

typedef struct {
    Line line[2];
    Span *words[2]; /* arrays */
} Sentence;

/* "source ||| target", or a line of each. */
static bool sentence_read(const Eval *e, size_t i, Sentence *out)
{
    static const char bar[] = " |||";
    LbText source = e->options.source[i];
    Line target = { 0 };
    if (e->options.target) {
        target = (Line){ e->options.target[i].text, e->options.target[i].len };
    } else {
        const char *at = source.len ? memmem(source.text, source.len, bar, sizeof bar - 1) : NULL;
        if (!at)
            return false;
        const char *rest = at + sizeof bar - 1;
        target = (Line){ rest, (size_t)(source.text + source.len - rest) };
        source.len = (size_t)(at - source.text);
    }
    *out = (Sentence){ .line = { { source.text, source.len }, target } };
    for (int k = 0; k < 2; k++)
        out->words[k] = text_words(out->line[k].text, out->line[k].len);
    return true;
}

static void sentence_free(Sentence *s)
{
    array_free(s->words[0]);
    array_free(s->words[1]);
}

static LbStatus check_links(const Sentence *s, const AerLink *links, size_t n, const char *whose, size_t i,
                            LbError *err)
{
    size_t n_source = array_len(s->words[0]), n_target = array_len(s->words[1]);
    for (size_t k = 0; k < n; k++)
        if ((size_t)links[k].source >= n_source || (size_t)links[k].target >= n_target)
            return fail_line(
                err, LB_DATA, (int)i + 1,
                "%s join word %d of the source with word %d of the target, counted from 0, but the "
                "texts have %zu and %zu words",
                whose, links[k].source, links[k].target, n_source, n_target);
    return LB_OK;
}

static void add_pairs(WordPair **pairs, const Sentence *s, const AerLink *links)
{
    for (size_t i = 0; i < array_len(links); i++)
        array_push(*pairs, (WordPair){ word_at(s->line[0], s->words[0], links[i].source),
                                       word_at(s->line[1], s->words[1], links[i].target), 1 });
}

static LbStatus compare_words(Comparison *c, size_t i, const AerLink *gold, size_t n_gold,
                              const AerLink *links, size_t n_links)
{
    Sentence s;
    LbError *err = c->e->err;
    if (!sentence_read(c->e, i, &s))
        return fail_line(err, LB_DATA, (int)i + 1, "there is no ||| between source and target");
    LbStatus status = check_links(&s, gold, n_gold, "the gold links", i, err);
    if (status == LB_OK)
        status = check_links(&s, links, n_links, "the links under test", i, err);
    if (status == LB_OK) {
        AerLink *wrong, *missing;
        aer_errors(gold, n_gold, links, n_links, &wrong, &missing);
        add_pairs(&c->wrong, &s, wrong);
        add_pairs(&c->missing, &s, missing);
        array_free(wrong);
        array_free(missing);
    }
    sentence_free(&s);
    return status;
}

static int compare_lines(Line a, Line b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.text, b.text, n) : 0;
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_pair(const void *a, const void *b)
{
    const WordPair *x = a, *y = b;
    int order = compare_lines(x->source, y->source);
    return order ? order : compare_lines(x->target, y->target);
}

static int by_count(const void *a, const void *b)
{
    const WordPair *x = a, *y = b;
    return x->n != y->n ? (x->n > y->n ? -1 : 1) : by_pair(a, b);
}

/* Equal pairs become one with their number; commonest first. */
static void count_pairs(WordPair *pairs)
{
    size_t n = 0;
    if (!pairs)
        return;
    qsort(pairs, array_len(pairs), sizeof *pairs, by_pair);
    for (size_t i = 0; i < array_len(pairs); i++)
        if (n > 0 && by_pair(&pairs[n - 1], &pairs[i]) == 0)
            pairs[n - 1].n++;
        else
            pairs[n++] = pairs[i];
    array_cut(pairs, n);
    qsort(pairs, n, sizeof *pairs, by_count);
}

/* ---- the figures ---- */

static AerCounts counts_of(const double *sums)
{
    return (AerCounts){ .links = (size_t)sums[0],
                        .sure = (size_t)sums[1],
                        .in_possible = (size_t)sums[2],
                        .in_sure = (size_t)sums[3] };
}

double eval_aer_score(const double *sums, const Eval *e)
{
    (void)e;
    AerCounts c = counts_of(sums);
    return 100 * aer_score(&c);
}

static LbStatus compare_all(Comparison *c, AerCounts *all)
{
    Eval *e = c->e;
    LbStatus status = LB_OK;
    e->width = WIDTH;
    array_cut(e->rows, 0);
    for (size_t i = 0; i < e->n && status == LB_OK; i++) {
        size_t n_gold, n_links;
        const AerLink *gold = links_of(&c->gold, i, &n_gold), *links = links_of(&c->links, i, &n_links);
        AerCounts one = { 0 };
        aer_add(&one, gold, n_gold, links, n_links);
        const size_t row[WIDTH] = { one.links, one.sure, one.in_possible, one.in_sure };
        for (int k = 0; k < WIDTH; k++)
            array_push(e->rows, (double)row[k]);
        all->links += one.links, all->sure += one.sure;
        all->in_possible += one.in_possible, all->in_sure += one.in_sure;
        if (e->options.source)
            status = compare_words(c, i, gold, n_gold, links, n_links);
    }
    return status;
}

static void add_form(Str *out, const char *name, const Links *l, const char *given)
{
    str_addf(out, "%s:%s from %d", name, l->format, l->base);
    if (!given && l->by_line)
        str_add(out, l->has_zero ? " (there is a word 0)" : " (there is no word 0)");
    str_add_char(out, '|');
}

static void sign(Comparison *c)
{
    Eval *e = c->e;
    add_form(&e->signature, "gold", &c->gold, e->options.gold_index);
    add_form(&e->signature, "links", &c->links, e->options.index);
    str_addf(&e->signature, "pairs:%s|version:lookback-" LB_VERSION,
             e->options.reverse ? "target-source" : "source-target");
}

static void report(Comparison *c, const AerCounts *n)
{
    Eval *e = c->e;
    size_t possible = array_len(c->gold.links);
    double precision = 100 * aer_precision(n), recall = 100 * aer_recall(n), f1 = 100 * aer_f1(n);
    e->score = 100 * aer_score(n);
    str_addf(&e->text,
             "AER = %.2f (precision = %.2f recall = %.2f F1 = %.2f links = %zu sure = %zu possible = %zu "
             "sentences = %zu)",
             e->score, precision, recall, f1, n->links, n->sure, possible, e->n);
    sign(c);
    e->json = json_pack("{ss sf sf sf sf sI sI sI sI ss si ss si sb}", "name", "aer", "aer", e->score,
                        "precision", precision, "recall", recall, "f1", f1, "links", (json_int_t)n->links,
                        "sure", (json_int_t)n->sure, "possible", (json_int_t)possible, "sentences",
                        (json_int_t)e->n, "gold_format", c->gold.format, "gold_index", c->gold.base, "format",
                        c->links.format, "index", c->links.base, "reverse", e->options.reverse);
}

static void report_pairs(Eval *e, const char *name, const char *key, const WordPair *pairs)
{
    json_t *list = json_array();
    size_t n = array_len(pairs);
    str_addf(&e->rest, "\n\n%8s  most frequent %s", n ? "times" : "none", name);
    for (size_t i = 0; i < n && i < ERRORS_SHOWN; i++) {
        Str source = { 0 }, target = { 0 };
        utf8_repair(&source, pairs[i].source.text, pairs[i].source.len);
        utf8_repair(&target, pairs[i].target.text, pairs[i].target.len);
        str_addf(&e->rest, "\n%8zu  %s - %s", pairs[i].n, source.text, target.text);
        json_array_append_new(list, json_pack("{ss ss sI}", "source", source.text, "target", target.text,
                                              "times", (json_int_t)pairs[i].n));
        str_free(&source);
        str_free(&target);
    }
    json_object_set_new(e->json, key, list);
}

static LbStatus measure_both(Comparison *c)
{
    AerCounts all = { 0 };
    LbStatus status = compare_all(c, &all);
    if (status != LB_OK)
        return status;
    report(c, &all);
    if (c->e->options.source) {
        count_pairs(c->wrong);
        count_pairs(c->missing);
        report_pairs(c->e, "wrong links", "wrong", c->wrong);
        report_pairs(c->e, "missing links", "missing", c->missing);
    }
    return LB_OK;
}

LbStatus eval_aer(Eval *e)
{
    Comparison c = { .e = e };
    size_t n_texts = e->n;
    LbStatus status = read_side(e, true, &c.gold);
    if (status == LB_OK)
        status = read_side(e, false, &c.links);
    if (status == LB_OK)
        status = count_sentences(&c);
    if (status == LB_OK && e->options.source && e->options.n_text != e->n)
        status = fail(e->err, LB_DATA, "there are %zu lines of text for links of %zu sentences",
                      e->options.n_text, e->n);
    if (status == LB_OK)
        status = measure_both(&c);
    else
        e->n = n_texts;
    links_free(&c.gold);
    links_free(&c.links);
    array_free(c.wrong);
    array_free(c.missing);
    return status;
}
