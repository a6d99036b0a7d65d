/* corpus.c -- line by line into one long array of ids.
 *
 * A pair of lines goes through one door, add_pair, whether it came from two files or from one, now or later.
 * Line numbers count on from file to file, as if the files had been put together first.
 */
#include "text/corpus.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/rng.h"
#include "text/linefile.h"
#include "text/vocab_unknown.h"

typedef struct {
    const char *text; /* NULL: longer than LINE_MOST */
    size_t len;
} Line;

/* Two files side by side, or one: of both sides, or of a text that has but one. */
typedef struct {
    LineFile *source, *target; /* target NULL: one file */
    LineFile *guide;           /* or NULL */
    char *guide_name;
    size_t first, n; /* lines */
} Part;

struct CorpusText {
    const Vocab *source, *target;
    int max_length;
    bool one_text, unknown;
    GuideForm *guide_form;
    Part *parts; /* an array */
    size_t n;    /* lines */
    size_t part; /* where the last line was */
};

/* ---- one pair ---- */

/* Where pairs go to. */
typedef struct {
    const CorpusText *text;
    Corpus *c;
    bool keep_text;
    int line; /* from 1 */
    LbError *err;
    const Part *part;
    Line gold; /* of a guided part */
} Loading;

static void note(size_t *count, int *first, int line)
{
    if (++*count == 1 || line < *first)
        *first = line;
}

static bool is_clean(Line l)
{
    return utf8_is_valid(l.text, l.len) && !memchr(l.text, '\0', l.len);
}

static size_t count_unknown(const Piece *pieces)
{
    size_t n = 0;
    for (size_t i = 0; i < array_len(pieces); i++)
        n += pieces[i].id == VOCAB_UNK;
    return n;
}

static void keep_ids(Corpus *c, const Piece *pieces)
{
    for (size_t i = 0; i < array_len(pieces); i++)
        array_push(c->ids, pieces[i].id);
}

static void keep_line(char ***lines, Line l)
{
    Str copy = { 0 };
    str_add(&copy, "");
    utf8_repair(&copy, l.text, l.len);
    array_push(*lines, str_take(&copy));
}

/* Target pieces that the cells from `from` on guide; all: how many there are. */
static size_t count_guided(const GuideCell *cells, size_t from, size_t all)
{
    size_t count = 0;
    for (size_t i = from; i < array_len(cells); i++) {
        if (cells[i].t == GUIDE_ALL)
            return all;
        count += i == from || cells[i].t != cells[i - 1].t;
    }
    return count;
}

static LbStatus keep_guide(Loading *l, const Piece *from, const Piece *to)
{
    Corpus *c = l->c;
    size_t before = array_len(c->guide);
    LbError why = { 0 };
    if (!c->guided)
        return LB_OK;
    LbStatus status = LB_OK;
    if (l->gold.text)
        status = l->text->guide_form(l->gold.text, l->gold.len, from, to, &c->guide, &why);
    else
        status = fail(&why, LB_DATA, "the line is longer than %d bytes", LINE_MOST);
    if (status != LB_OK)
        return fail_line(l->err, status, l->line - (int)l->part->first, "%s: %s", l->part->guide_name,
                         why.text);
    array_push(c->guide_start, array_len(c->guide));
    c->report.guided_pieces += count_guided(c->guide, before, array_len(to));
    return LB_OK;
}

static void number_unknown(const CorpusText *t, Line source, Line target, Piece *from, Piece *to)
{
    Names words = { 0 };
    unknown_source(t->source, source.text, from, array_len(from), &words);
    unknown_target(t->target, target.text, to, array_len(to), &words);
    names_free(&words);
}

static void keep_pair(Loading *l, Line source, Line target, Piece *from, Piece *to)
{
    Corpus *c = l->c;
    CorpusReport *r = &c->report;
    r->source_unknown += count_unknown(from);
    r->target_unknown += count_unknown(to);
    if (l->text->unknown)
        number_unknown(l->text, source, target, from, to);
    keep_ids(c, from);
    keep_ids(c, to);
    array_push(c->source_len, (int)array_len(from));
    array_push(c->start, array_len(c->ids));
    array_push(c->from, l->line - 1);
    c->n = ++r->pairs;
    r->source_pieces += array_len(from);
    r->target_pieces += array_len(to);
    if (!is_clean(source) || !is_clean(target))
        note(&r->invalid_utf8, &r->first_invalid, l->line);
    if (!l->keep_text)
        return;
    keep_line(&c->source_lines, source);
    keep_line(&c->target_lines, target);
}

static LbStatus add_pair(Loading *l, Line source, Line target)
{
    CorpusReport *r = &l->c->report;
    LbStatus status = LB_OK;
    if (!source.text || !target.text) {
        note(&r->too_long, &r->first_too_long, l->line);
        return status;
    }
    Piece *from = vocab_encode(l->text->source, source.text, source.len);
    Piece *to = vocab_encode(l->text->target, target.text, target.len);
    size_t most = l->text->max_length > 0 ? (size_t)l->text->max_length : SIZE_MAX;
    if (!to || (!from && !l->text->one_text))
        note(&r->empty, &r->first_empty, l->line);
    else if (array_len(from) > most || array_len(to) > most)
        note(&r->too_long, &r->first_too_long, l->line);
    else {
        keep_pair(l, source, target, from, to);
        status = keep_guide(l, from, to);
    }
    array_free(from);
    array_free(to);
    return status;
}

/* ---- lines ---- */

static const Part *part_of(CorpusText *t, size_t line)
{
    if (line < t->parts[t->part].first)
        t->part = 0;
    while (line - t->parts[t->part].first >= t->parts[t->part].n)
        t->part++;
    return &t->parts[t->part];
}

static LbStatus add_tsv_line(Loading *l, Line both)
{
    CorpusReport *r = &l->c->report;
    const char *tab = both.text ? memchr(both.text, '\t', both.len) : NULL;
    if (!both.text)
        return add_pair(l, both, both);
    if (!tab) {
        note(&r->no_tab, &r->first_no_tab, l->line);
        return LB_OK;
    }
    const char *behind = tab + 1, *end = both.text + both.len;
    const char *second = memchr(behind, '\t', (size_t)(end - behind));
    Line source = { both.text, (size_t)(tab - both.text) };
    Line target = { behind, (size_t)((second ? second : end) - behind) };
    return add_pair(l, source, target);
}

static LbStatus add_line(Loading *l, CorpusText *t, size_t line, LbError *err)
{
    const Part *p = part_of(t, line);
    Line source, target;
    LbStatus status = linefile_read(p->source, line - p->first, &source.text, &source.len, err);
    if (status == LB_OK && p->target)
        status = linefile_read(p->target, line - p->first, &target.text, &target.len, err);
    if (status == LB_OK && p->guide)
        status = linefile_read(p->guide, line - p->first, &l->gold.text, &l->gold.len, err);
    if (status != LB_OK)
        return status;
    l->line = (int)line + 1;
    l->part = p;
    l->c->report.lines++;
    if (p->target)
        return add_pair(l, source, target);
    return t->one_text ? add_pair(l, (Line){ "", 0 }, source) : add_tsv_line(l, source);
}

/* ---- files ---- */

static LbStatus fail_counts(const char *const path[2], const Part *p, LbError *err)
{
    return fail(err, LB_DATA,
                "%s has %zu lines and %s has %zu; line n of one must be the translation of line n "
                "of the other",
                path[0], linefile_count(p->source), path[1], linefile_count(p->target));
}

/* Line n of the gold belongs to line n of the pairs. */
static LbStatus open_guide(Part *p, const char *path, const char *source, const char *folder, LbError *err)
{
    LbStatus status = linefile_open(path, folder, &p->guide, err);
    p->guide_name = memory_text(path);
    if (status == LB_OK && linefile_count(p->guide) != linefile_count(p->source))
        status = fail(err, LB_DATA, "%s has %zu lines and %s has %zu; it must have one for each pair", path,
                      linefile_count(p->guide), source, linefile_count(p->source));
    return status;
}

static LbStatus add_part(CorpusText *t, const char *const path[3], const char *folder, LbError *err)
{
    Part p = { .first = t->n };
    LbStatus status = linefile_open(path[0], folder, &p.source, err);
    if (status == LB_OK && path[1])
        status = linefile_open(path[1], folder, &p.target, err);
    if (status == LB_OK && path[1] && linefile_count(p.source) != linefile_count(p.target))
        status = fail_counts(path, &p, err);
    if (status == LB_OK && path[2])
        status = open_guide(&p, path[2], path[0], folder, err);
    p.n = p.source ? linefile_count(p.source) : 0;
    if (status == LB_OK && p.n > INT_MAX - 1 - t->n)
        status = fail(err, LB_DATA, "more than %d lines of training text", INT_MAX - 1);
    t->n += p.n;
    array_push(t->parts, p);
    return status;
}

static LbStatus open_all(CorpusText *t, const CorpusFiles *files, LbError *err)
{
    LbStatus status = LB_OK;
    char *const *gold = files->guide;
    for (size_t i = 0; i < array_len(files->source) && status == LB_OK; i++)
        status = add_part(t, (const char *[]){ files->source[i], files->target[i], gold ? gold[i] : NULL },
                          files->folder, err);
    for (size_t i = 0; i < array_len(files->tsv) && status == LB_OK; i++)
        status =
            add_part(t, (const char *[]){ files->tsv[i], NULL, gold ? gold[i] : NULL }, files->folder, err);
    for (size_t i = 0; i < array_len(files->text) && status == LB_OK; i++)
        status = add_part(t, (const char *[]){ files->text[i], NULL, NULL }, files->folder, err);
    return status;
}

static void text_free(CorpusText *t)
{
    for (size_t i = 0; t && i < array_len(t->parts); i++) {
        linefile_close(t->parts[i].source);
        linefile_close(t->parts[i].target);
        linefile_close(t->parts[i].guide);
        free(t->parts[i].guide_name);
    }
    if (t)
        array_free(t->parts);
    free(t);
}

typedef size_t FileFigure(const LineFile *f);

static size_t sum_over(const CorpusText *t, FileFigure *figure)
{
    size_t sum = 0;
    for (size_t i = 0; t && i < array_len(t->parts); i++) {
        const Part *p = &t->parts[i];
        sum += figure(p->source) + (p->target ? figure(p->target) : 0) + (p->guide ? figure(p->guide) : 0);
    }
    return sum;
}

static uint64_t hash_of(const CorpusText *t)
{
    uint64_t h = (uint64_t)t->max_length;
    for (size_t i = 0; i < array_len(t->parts); i++) {
        const Part *p = &t->parts[i];
        h = rng_hash(rng_hash(h, linefile_hash(p->source)), p->target ? linefile_hash(p->target) : 0);
        if (p->guide)
            h = rng_hash(h, linefile_hash(p->guide));
    }
    return h ? h : 1;
}

/* ---- the corpus ---- */

enum { SAMPLE = 5000 };

static LbStatus fail_nothing(const CorpusText *t, const CorpusReport *r, const CorpusFiles *files,
                             LbError *err)
{
    if (!files->source && !files->tsv && !files->text)
        return fail(err, LB_USAGE, "no files of training text were given");
    if (files->text)
        return fail(err, LB_DATA,
                    "no usable line in %s: %zu lines%s, of which %zu empty, %zu longer than %d pieces",
                    files->text[0], r->lines, r->lines < t->n ? " looked at" : "", r->empty, r->too_long,
                    t->max_length);
    Str names = { 0 };
    str_addf(&names, files->source ? "%s and %s" : "%s", files->source ? files->source[0] : files->tsv[0],
             files->source ? files->target[0] : "");
    fail(err, LB_DATA,
         "no usable pair of lines in %s: %zu lines%s, of which %zu empty, %zu longer than %d pieces, "
         "%zu without a tab",
         names.text, r->lines, r->lines < t->n ? " looked at" : "", r->empty, r->too_long, t->max_length,
         r->no_tab);
    str_free(&names);
    return LB_DATA;
}

static void corpus_empty(Corpus *c)
{
    array_cut(c->ids, 0);
    array_cut(c->start, 0);
    array_cut(c->source_len, 0);
    array_cut(c->from, 0);
    array_push(c->start, 0);
    c->n = 0;
    c->report = (CorpusReport){ .guided = c->guided };
    if (!c->guided)
        return;
    array_cut(c->guide, 0);
    array_cut(c->guide_start, 0);
    array_push(c->guide_start, 0);
}

/* Every line, or an even sample of them. */
static LbStatus load_lines(CorpusText *t, size_t n, bool keep_text, Corpus *c, LbError *err)
{
    Loading l = { .text = t, .c = c, .keep_text = keep_text, .err = err };
    LbStatus status = LB_OK;
    corpus_empty(c);
    c->report.one_text = t->one_text;
    for (size_t i = 0; i < n && status == LB_OK; i++)
        status = add_line(&l, t, i * t->n / n, err);
    return status;
}

static LbStatus fill(Corpus *c, const CorpusFiles *files, bool keep_text, LbError *err)
{
    CorpusText *t = c->text;
    LbStatus status = open_all(t, files, err);
    if (status != LB_OK)
        return status;
    bool all = keep_text || files->at_once == 0 || sum_over(t, linefile_bytes) <= files->at_once;
    status = load_lines(t, all || t->n < SAMPLE ? t->n : SAMPLE, keep_text, c, err);
    if (status == LB_OK && c->n == 0)
        return fail_nothing(t, &c->report, files, err);
    c->n_lines = t->n;
    c->hash = hash_of(t);
    if (!all) {
        CorpusReport sample = c->report;
        corpus_clear(c);
        c->report = sample;
        return status;
    }
    text_free(t);
    c->text = NULL;
    return status;
}

LbStatus corpus_load(const CorpusFiles *files, const Vocab *source, const Vocab *target, bool keep_text,
                     Corpus **out, LbError *err)
{
    *out = NULL;
    if (array_len(files->source) != array_len(files->target))
        return fail(err, LB_USAGE, "%zu source files and %zu target files: they must come in pairs",
                    array_len(files->source), array_len(files->target));
    if (files->guide && array_len(files->guide) != array_len(files->source) + array_len(files->tsv))
        return fail(err, LB_USAGE, "%zu files of gold for %zu files of pairs", array_len(files->guide),
                    array_len(files->source) + array_len(files->tsv));
    Corpus *c = memory_get(1, sizeof *c);
    c->text = memory_get(1, sizeof *c->text);
    c->marks = files->marks;
    c->known = files->unknown ? vocab_size(source) : 0;
    c->guided = files->guide != NULL;
    *c->text = (CorpusText){ .source = source,
                             .target = target,
                             .max_length = files->max_length,
                             .one_text = files->text != NULL,
                             .unknown = files->unknown,
                             .guide_form = files->guide_form };
    LbStatus status = fill(c, files, keep_text, err);
    if (status == LB_OK)
        *out = c;
    else
        corpus_free(c);
    return status;
}

static void lines_free(char ***lines)
{
    for (size_t i = 0; i < array_len(*lines); i++)
        free((*lines)[i]);
    array_free(*lines);
}

void corpus_clear(Corpus *c)
{
    array_free(c->ids);
    array_free(c->start);
    array_free(c->source_len);
    array_free(c->from);
    array_free(c->guide);
    array_free(c->guide_start);
    lines_free(&c->source_lines);
    lines_free(&c->target_lines);
    c->n = 0;
    c->report = (CorpusReport){ 0 };
}

void corpus_free(Corpus *c)
{
    if (!c)
        return;
    corpus_clear(c);
    text_free(c->text);
    free(c);
}

const int *corpus_source(const Corpus *c, size_t i, int *n)
{
    assert(i < c->n);
    *n = c->source_len[i];
    return c->ids + c->start[i];
}

const int *corpus_target(const Corpus *c, size_t i, int *n)
{
    assert(i < c->n);
    size_t begin = c->start[i] + (size_t)c->source_len[i];
    *n = (int)(c->start[i + 1] - begin);
    return c->ids + begin;
}

const GuideCell *corpus_guide(const Corpus *c, size_t i, size_t *n)
{
    assert(c->guided && i < c->n);
    *n = c->guide_start[i + 1] - c->guide_start[i];
    return *n ? c->guide + c->guide_start[i] : NULL;
}

/* ---- in memory or not ---- */

size_t corpus_lines(const Corpus *c)
{
    return c->n_lines ? c->n_lines : c->n;
}

uint64_t corpus_hash(const Corpus *c)
{
    if (c->hash)
        return c->hash;
    uint64_t h = c->n;
    for (size_t i = 0; i < c->start[c->n]; i++)
        h = rng_hash(h, (uint64_t)c->ids[i]);
    for (size_t i = 0; i < c->n; i++)
        h = rng_hash(rng_hash(h, c->start[i]), (uint64_t)c->source_len[i]);
    return h;
}

size_t corpus_memory(const Corpus *c)
{
    size_t pieces = c->start ? c->start[c->n] : 0;
    size_t in_memory = 2 * (pieces * sizeof *c->ids + c->n * (sizeof *c->start + 2 * sizeof(int)));
    size_t gold = c->guide_start ? array_len(c->guide) * sizeof *c->guide + c->n * sizeof *c->guide_start : 0;
    return in_memory + 2 * gold + sum_over(c->text, linefile_memory);
}

/* The pair of a line; -1: it was left out. Pairs are in the order of their lines. */
static long long pair_of(const Corpus *c, int line)
{
    size_t low = 0, high = c->n;
    if (!c->from || c->n == corpus_lines(c))
        return line;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->from[middle] < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low < c->n && c->from[low] == line ? (long long)low : -1;
}

static void copy_pair(const Corpus *c, size_t i, Corpus *out)
{
    size_t n = c->start[i + 1] - c->start[i];
    if (n > 0)
        memcpy(array_add(out->ids, n), c->ids + c->start[i], n * sizeof *c->ids);
    array_push(out->source_len, c->source_len[i]);
    array_push(out->start, array_len(out->ids));
    array_push(out->from, (int)i);
    out->n++;
    if (!c->guided)
        return;
    const GuideCell *cells = corpus_guide(c, i, &n);
    if (n > 0)
        memcpy(array_add(out->guide, n), cells, n * sizeof *cells);
    array_push(out->guide_start, array_len(out->guide));
}

static LbStatus check_files(const CorpusText *t, LbError *err)
{
    LbStatus status = LB_OK;
    for (size_t i = 0; i < array_len(t->parts) && status == LB_OK; i++) {
        status = linefile_check(t->parts[i].source, err);
        if (status == LB_OK && t->parts[i].target)
            status = linefile_check(t->parts[i].target, err);
        if (status == LB_OK && t->parts[i].guide)
            status = linefile_check(t->parts[i].guide, err);
    }
    return status;
}

LbStatus corpus_take(const Corpus *c, const int *lines, size_t n, Corpus *out, LbError *err)
{
    Loading l = { .text = c->text, .c = out, .err = err };
    out->guided = c->guided;
    corpus_empty(out);
    out->marks = c->marks;
    out->known = c->known;
    out->report.one_text = c->report.one_text;
    LbStatus status = c->text ? check_files(c->text, err) : LB_OK;
    for (size_t i = 0; i < n && status == LB_OK; i++) {
        assert(lines[i] >= 0 && (size_t)lines[i] < corpus_lines(c));
        long long pair = c->text ? -1 : pair_of(c, lines[i]);
        if (c->text)
            status = add_line(&l, c->text, (size_t)lines[i], err);
        else if (pair >= 0)
            copy_pair(c, (size_t)pair, out);
    }
    return status;
}

static void describe_fault(Str *out, size_t n, int first, const char *what)
{
    if (n > 0)
        str_addf(out, "%zu %s, the first in line %d\n", n, what, first);
}

static void describe_text(const CorpusReport *r, Str *out)
{
    str_addf(out, "%zu lines; on average %.1f pieces\n", r->pairs,
             (double)r->target_pieces / (r->pairs ? (double)r->pairs : 1));
    if (r->target_unknown)
        str_addf(out, "unknown pieces: %zu of %zu\n", r->target_unknown, r->target_pieces);
    describe_fault(out, r->empty, r->first_empty, "empty lines left out");
    describe_fault(out, r->too_long, r->first_too_long, "lines left out because they are too long");
    describe_fault(out, r->invalid_utf8, r->first_invalid,
                   "lines with bytes that are not UTF-8, read as U+FFFD");
}

void corpus_describe(const CorpusReport *r, Str *out)
{
    double n = r->pairs ? (double)r->pairs : 1;
    if (r->one_text) {
        describe_text(r, out);
        return;
    }
    str_addf(out, "%zu pairs; on average %.1f source and %.1f target pieces\n", r->pairs,
             (double)r->source_pieces / n, (double)r->target_pieces / n);
    if (r->source_unknown || r->target_unknown)
        str_addf(out, "unknown pieces: %zu of %zu source, %zu of %zu target\n", r->source_unknown,
                 r->source_pieces, r->target_unknown, r->target_pieces);
    if (r->guided)
        str_addf(out, "attention is guided at %zu of %zu target pieces\n", r->guided_pieces,
                 r->target_pieces);
    describe_fault(out, r->empty, r->first_empty, "pairs left out because a side is empty");
    describe_fault(out, r->too_long, r->first_too_long, "pairs left out because a side is too long");
    describe_fault(out, r->no_tab, r->first_no_tab, "lines left out because they have no tab");
    describe_fault(out, r->invalid_utf8, r->first_invalid,
                   "pairs with bytes that are not UTF-8, read as U+FFFD");
}

static void add_fault(size_t *n, int *first, size_t more, int first_more)
{
    if (more > 0 && (*n == 0 || first_more < *first))
        *first = first_more;
    *n += more;
}

void corpus_add_report(CorpusReport *sum, const CorpusReport *more)
{
    sum->one_text |= more->one_text;
    add_fault(&sum->empty, &sum->first_empty, more->empty, more->first_empty);
    add_fault(&sum->too_long, &sum->first_too_long, more->too_long, more->first_too_long);
    add_fault(&sum->no_tab, &sum->first_no_tab, more->no_tab, more->first_no_tab);
    add_fault(&sum->invalid_utf8, &sum->first_invalid, more->invalid_utf8, more->first_invalid);
    sum->lines += more->lines;
    sum->pairs += more->pairs;
    sum->source_pieces += more->source_pieces;
    sum->target_pieces += more->target_pieces;
    sum->source_unknown += more->source_unknown;
    sum->target_unknown += more->target_unknown;
    sum->guided |= more->guided;
    sum->guided_pieces += more->guided_pieces;
}
