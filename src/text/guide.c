/* guide.c -- see guide.h. */
#include "text/guide.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

/* ---- numbers in a line, which need not end in a NUL ---- */

typedef struct {
    const char *at, *end;
} Cursor;

enum { WORD_MOST = 1 << 20 };

static bool skip_blanks(Cursor *c)
{
    while (c->at < c->end && *c->at && strchr(" \t\r", *c->at))
        c->at++;
    return c->at < c->end;
}

static bool take_number(Cursor *c, int *n)
{
    const char *first = c->at;
    for (*n = 0; c->at < c->end && *c->at >= '0' && *c->at <= '9' && *n <= WORD_MOST; c->at++)
        *n = 10 * *n + (*c->at - '0');
    return c->at > first && *n <= WORD_MOST;
}

/* One of `marks`; 0: none. */
static char take_mark(Cursor *c, const char *marks)
{
    return c->at < c->end && *c->at && strchr(marks, *c->at) ? *c->at++ : '\0';
}

static bool at_blank(const Cursor *c)
{
    return c->at == c->end || (*c->at && strchr(" \t\r", *c->at));
}

static LbStatus not_one(const Cursor *c, const char *what, LbError *err)
{
    size_t n = 0, room = (size_t)(c->end - c->at);
    while (n < room && n < 40 && !strchr(" \t\r", c->at[n]))
        n++;
    return fail(err, LB_DATA, "\"%.*s\" is not %s", (int)n, c->at, what);
}

static LbStatus no_word(int word, const char *side, int n, LbError *err)
{
    return fail(err, LB_DATA, "there is no %s word %d: the line has %d, counted from 0", side, word, n);
}

/* ---- links ---- */

typedef struct {
    int source, target;
} Link;

static int by_target(const void *a, const void *b)
{
    const Link *x = a, *y = b;
    int d = x->target - y->target;
    return d ? d : x->source - y->source;
}

static LbStatus read_links(Cursor c, int n_source, int n_target, Link **links, LbError *err)
{
    while (skip_blanks(&c)) {
        Cursor start = c;
        Link l;
        char mark = '\0';
        bool whole = take_number(&c, &l.source) && (mark = take_mark(&c, "-?p")) &&
                     take_number(&c, &l.target) && at_blank(&c);
        if (!whole)
            return not_one(&start, "a link like 3-4", err);
        if (l.source >= n_source)
            return no_word(l.source, "source", n_source, err);
        if (l.target >= n_target)
            return no_word(l.target, "target", n_target, err);
        if (mark == '-')
            array_push(*links, l);
    }
    return LB_OK;
}

/* Sorted, each once, those of source words that have no piece left out; returns how many. */
static size_t tidy(Link *links, const int *n_pieces)
{
    size_t n = 0;
    if (links)
        qsort(links, array_len(links), sizeof *links, by_target);
    for (size_t i = 0; i < array_len(links); i++)
        if (n_pieces[links[i].source] && (!n || by_target(&links[i], &links[n - 1])))
            links[n++] = links[i];
    return n;
}

/* ---- words to pieces ---- */

/* [words] how many pieces each has, and which is the first. */
typedef struct {
    int n, *n_pieces, *first;
} Words;

static Words words_of(const Piece *pieces)
{
    Words w = { .n = pieces_words(pieces) };
    w.n_pieces = memory_get((size_t)w.n + 1, sizeof *w.n_pieces);
    w.first = memory_get((size_t)w.n + 1, sizeof *w.first);
    for (size_t i = 0; i < array_len(pieces); i++)
        if (w.n_pieces[pieces[i].word]++ == 0)
            w.first[pieces[i].word] = (int)i;
    return w;
}

static void words_free(Words *w)
{
    free(w->n_pieces);
    free(w->first);
}

/* Target piece t (or all) is linked to these source words. */
static void add_row(const Words *source, int t, const Link *links, size_t n, GuideCell **cells)
{
    for (size_t i = 0; i < n; i++) {
        int word = links[i].source, pieces = source->n_pieces[word];
        for (int k = 0; k < pieces; k++)
            array_push(*cells, (GuideCell){ t, source->first[word] + k, 1 / ((float)n * (float)pieces) });
    }
}

static void add_rows(const Words *source, const Piece *target, const Link *links, size_t n, GuideCell **cells)
{
    size_t from = 0, to;
    for (size_t t = 0; t < array_len(target); t++) {
        while (from < n && links[from].target < target[t].word)
            from++;
        for (to = from; to < n && links[to].target == target[t].word;)
            to++;
        add_row(source, (int)t, links + from, to - from, cells);
    }
}

LbStatus guide_links(const char *line, size_t len, const Piece *source, const Piece *target,
                     GuideCell **cells, LbError *err)
{
    Words words = words_of(source);
    Link *links = NULL;
    LbStatus status = read_links((Cursor){ line, line + len }, words.n, pieces_words(target), &links, err);
    if (status == LB_OK)
        add_rows(&words, target, links, tidy(links, words.n_pieces), cells);
    array_free(links);
    words_free(&words);
    return status;
}

/* ---- evidence ---- */

/* As links to one target word. */
static LbStatus read_ranges(Cursor c, int n_source, Link **links, LbError *err)
{
    while (skip_blanks(&c)) {
        Cursor start = c;
        int first, last;
        bool whole = take_number(&c, &first);
        if (whole && take_mark(&c, ":")) /* the number of a sentence, which its words say as well */
            whole = take_number(&c, &first);
        last = first;
        if (whole && take_mark(&c, "-"))
            whole = take_number(&c, &last);
        if (!whole || !at_blank(&c) || last < first)
            return not_one(&start, "a range of words like 3-5 or 0:3-5", err);
        if (last >= n_source)
            return no_word(last, "source", n_source, err);
        for (int word = first; word <= last; word++)
            array_push(*links, (Link){ word, 0 });
        if (array_len(*links) > WORD_MOST)
            return fail(err, LB_DATA, "the ranges cover more than %d words", WORD_MOST);
    }
    return LB_OK;
}

LbStatus guide_evidence(const char *line, size_t len, const Piece *source, const Piece *target,
                        GuideCell **cells, LbError *err)
{
    (void)target;
    Words words = words_of(source);
    Link *links = NULL;
    LbStatus status = read_ranges((Cursor){ line, line + len }, words.n, &links, err);
    if (status == LB_OK)
        add_row(&words, GUIDE_ALL, links, tidy(links, words.n_pieces), cells);
    array_free(links);
    words_free(&words);
    return status;
}
