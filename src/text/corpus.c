/* corpus.c -- line by line into one long array of ids.
 *
 * A pair of lines goes through one door, add_pair, whether it came from two files or from one. Line numbers
 * in the report count on from file to file, as if the files had been put together first.
 */
#include "text/corpus.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"

typedef struct {
    const char *text;
    size_t len;
} Line;

typedef struct {
    const Vocab *source, *target;
    int max_length;
    bool keep_text;
    int line; /* over all files */
    Corpus *c;
} Loading;

/* ---- one pair ---- */

static void note(size_t *count, int *first, int line)
{
    if (++*count == 1)
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

static void keep_pair(Loading *l, Line source, Line target, const Piece *from, const Piece *to)
{
    Corpus *c = l->c;
    CorpusReport *r = &c->report;
    keep_ids(c, from);
    keep_ids(c, to);
    array_push(c->source_len, (int)array_len(from));
    array_push(c->start, array_len(c->ids));
    c->n = ++r->pairs;
    r->source_pieces += array_len(from);
    r->target_pieces += array_len(to);
    r->source_unknown += count_unknown(from);
    r->target_unknown += count_unknown(to);
    if (!is_clean(source) || !is_clean(target))
        note(&r->invalid_utf8, &r->first_invalid, l->line);
    if (!l->keep_text)
        return;
    keep_line(&c->source_lines, source);
    keep_line(&c->target_lines, target);
}

static void add_pair(Loading *l, Line source, Line target)
{
    CorpusReport *r = &l->c->report;
    if (source.len > INT_MAX / 2 || target.len > INT_MAX / 2) {
        note(&r->too_long, &r->first_too_long, l->line);
        return;
    }
    Piece *from = vocab_encode(l->source, source.text, source.len);
    Piece *to = vocab_encode(l->target, target.text, target.len);
    size_t most = l->max_length > 0 ? (size_t)l->max_length : SIZE_MAX;
    if (!from || !to)
        note(&r->empty, &r->first_empty, l->line);
    else if (array_len(from) > most || array_len(to) > most)
        note(&r->too_long, &r->first_too_long, l->line);
    else
        keep_pair(l, source, target, from, to);
    array_free(from);
    array_free(to);
}

/* ---- files ---- */

static LbStatus count_up(Loading *l, LbError *err)
{
    if (l->line >= INT_MAX - 1)
        return fail(err, LB_DATA, "more than %d lines of training text", INT_MAX - 1);
    l->line++;
    return LB_OK;
}

static LbStatus status_of(const LbError *err)
{
    return err && err->status != LB_OK ? err->status : LB_FILE;
}

/* One file has ended before the other; `lines` both had. */
static LbStatus fail_counts(const char *const path[2], Reader *const reader[2], int ended, int lines,
                            LbError *err)
{
    int count[2] = { lines, lines }, longer = 1 - ended;
    Line rest;
    do
        count[longer]++;
    while (reader_line(reader[longer], &rest.text, &rest.len, NULL) > 0);
    return fail(err, LB_DATA,
                "%s has %d lines and %s has %d; line n of one must be the translation of line n "
                "of the other",
                path[0], count[0], path[1], count[1]);
}

static LbStatus read_both(Loading *l, const char *const path[2], Reader *const reader[2], LbError *err)
{
    Line line[2];
    LbStatus status;
    for (int lines = 0;; lines++) {
        int got[2];
        for (int side = 0; side < 2; side++) {
            got[side] = reader_line(reader[side], &line[side].text, &line[side].len, err);
            if (got[side] < 0)
                return status_of(err);
        }
        if (got[0] == 0 && got[1] == 0)
            return LB_OK;
        if (got[0] != got[1])
            return fail_counts(path, reader, got[0] ? 1 : 0, lines, err);
        if ((status = count_up(l, err)) != LB_OK)
            return status;
        add_pair(l, line[0], line[1]);
    }
}

static LbStatus load_pair(Loading *l, const char *source, const char *target, LbError *err)
{
    const char *const path[2] = { source, target };
    Reader *reader[2] = { reader_open(source, err), NULL };
    if (reader[0])
        reader[1] = reader_open(target, err);
    LbStatus status = reader[1] ? read_both(l, path, reader, err) : status_of(err);
    reader_close(reader[0]);
    reader_close(reader[1]);
    return status;
}

static void add_tsv_line(Loading *l, const char *text, size_t len)
{
    CorpusReport *r = &l->c->report;
    const char *tab = memchr(text, '\t', len);
    if (!tab) {
        note(&r->no_tab, &r->first_no_tab, l->line);
        return;
    }
    const char *behind = tab + 1, *end = text + len;
    const char *second = memchr(behind, '\t', (size_t)(end - behind));
    Line source = { text, (size_t)(tab - text) };
    Line target = { behind, (size_t)((second ? second : end) - behind) };
    add_pair(l, source, target);
}

static LbStatus load_tsv(Loading *l, const char *path, LbError *err)
{
    Reader *reader = reader_open(path, err);
    if (!reader)
        return status_of(err);
    Line line;
    int got;
    LbStatus status = LB_OK;
    while (status == LB_OK && (got = reader_line(reader, &line.text, &line.len, err)) != 0) {
        status = got < 0 ? status_of(err) : count_up(l, err);
        if (status == LB_OK)
            add_tsv_line(l, line.text, line.len);
    }
    reader_close(reader);
    return status;
}

static LbStatus load_all(Loading *l, const CorpusFiles *files, LbError *err)
{
    LbStatus status = LB_OK;
    for (size_t i = 0; i < array_len(files->source) && status == LB_OK; i++)
        status = load_pair(l, files->source[i], files->target[i], err);
    for (size_t i = 0; i < array_len(files->tsv) && status == LB_OK; i++)
        status = load_tsv(l, files->tsv[i], err);
    return status;
}

/* ---- the corpus ---- */

static LbStatus fail_nothing(const Loading *l, const CorpusFiles *files, LbError *err)
{
    const CorpusReport *r = &l->c->report;
    if (!files->source && !files->tsv)
        return fail(err, LB_USAGE, "no files of training text were given");
    Str names = { 0 };
    str_addf(&names, files->source ? "%s and %s" : "%s", files->source ? files->source[0] : files->tsv[0],
             files->source ? files->target[0] : "");
    fail(err, LB_DATA,
         "no usable pair of lines in %s: %d lines, of which %zu empty, %zu longer than %d pieces, "
         "%zu without a tab",
         names.text, l->line, r->empty, r->too_long, l->max_length, r->no_tab);
    str_free(&names);
    return LB_DATA;
}

LbStatus corpus_load(const CorpusFiles *files, const Vocab *source, const Vocab *target, bool keep_text,
                     Corpus **out, LbError *err)
{
    *out = NULL;
    if (array_len(files->source) != array_len(files->target))
        return fail(err, LB_USAGE, "%zu source files and %zu target files: they must come in pairs",
                    array_len(files->source), array_len(files->target));
    Corpus *c = memory_get(1, sizeof *c);
    array_push(c->start, 0);
    Loading l = { source, target, files->max_length, keep_text, 0, c };
    LbStatus status = load_all(&l, files, err);
    if (status == LB_OK && c->n == 0)
        status = fail_nothing(&l, files, err);
    if (status == LB_OK)
        *out = c;
    else
        corpus_free(c);
    return status;
}

static void lines_free(char **lines)
{
    for (size_t i = 0; i < array_len(lines); i++)
        free(lines[i]);
    array_free(lines);
}

void corpus_free(Corpus *c)
{
    if (!c)
        return;
    array_free(c->ids);
    array_free(c->start);
    array_free(c->source_len);
    lines_free(c->source_lines);
    lines_free(c->target_lines);
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

static void describe_fault(Str *out, size_t n, int first, const char *what)
{
    if (n > 0)
        str_addf(out, "%zu %s, the first in line %d\n", n, what, first);
}

void corpus_describe(const CorpusReport *r, Str *out)
{
    double n = r->pairs ? (double)r->pairs : 1;
    str_addf(out, "%zu pairs; on average %.1f source and %.1f target pieces\n", r->pairs,
             (double)r->source_pieces / n, (double)r->target_pieces / n);
    if (r->source_unknown || r->target_unknown)
        str_addf(out, "unknown pieces: %zu of %zu source, %zu of %zu target\n", r->source_unknown,
                 r->source_pieces, r->target_unknown, r->target_pieces);
    describe_fault(out, r->empty, r->first_empty, "pairs left out because a side is empty");
    describe_fault(out, r->too_long, r->first_too_long, "pairs left out because a side is too long");
    describe_fault(out, r->no_tab, r->first_no_tab, "lines left out because they have no tab");
    describe_fault(out, r->invalid_utf8, r->first_invalid,
                   "pairs with bytes that are not UTF-8, read as U+FFFD");
}
