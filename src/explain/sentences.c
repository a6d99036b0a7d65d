#include "explain/sentences.h"

#include <string.h>
#include <strings.h>

#include <utf8proc.h>

#include "base/array.h"
#include "explain/erase.h"

/* ---- characters ---- */

static bool is_one_of(uint32_t code, const uint32_t *set)
{
    for (; *set; set++)
        if (*set == code)
            return true;
    return false;
}

/* Marks behind which white space need not follow. */
static bool is_wide_end(uint32_t code)
{
    static const uint32_t set[] = { 0x3002, 0xFF01, 0xFF1F, 0xFF61, 0x104B, 0 };
    return is_one_of(code, set);
}

static bool is_end(uint32_t code)
{
    static const uint32_t set[] = { '.',    '!',    '?',    0x2026, 0x0964, 0x0965, 0x061F, 0x06D4,
                                    0x0589, 0x203C, 0x2047, 0x2048, 0x2049, 0x1362, 0x17D4, 0 };
    return is_one_of(code, set) || is_wide_end(code);
}

/* What may stand between a mark and the white space behind it. */
static bool is_closer(uint32_t code)
{
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)code);
    return code == '"' || code == '\'' || c == UTF8PROC_CATEGORY_PE || c == UTF8PROC_CATEGORY_PF ||
           code == 0x201C; /* what closes in German */
}

static bool is_opener(uint32_t code)
{
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)code);
    return code == '"' || code == '\'' || c == UTF8PROC_CATEGORY_PS || c == UTF8PROC_CATEGORY_PI;
}

static bool is_capital(uint32_t code)
{
    utf8proc_category_t c = utf8proc_category((utf8proc_int32_t)code);
    return c == UTF8PROC_CATEGORY_LU || c == UTF8PROC_CATEGORY_LT;
}

static bool is_small(uint32_t code)
{
    return utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_LL;
}

static bool is_digit(uint32_t code)
{
    return utf8proc_category((utf8proc_int32_t)code) == UTF8PROC_CATEGORY_ND;
}

/* ---- a text ---- */

typedef struct {
    const char *text;
    size_t len;
    bool has_capitals;
} Text;

/* The code point at byte `at`; behind the end 0. */
static uint32_t code_at(const Text *t, size_t at, size_t *bytes)
{
    uint32_t code = 0;
    *bytes = at < t->len ? utf8_next(t->text + at, t->len - at, &code, NULL) : 0;
    return code;
}

static size_t skip(const Text *t, size_t at, bool (*wanted)(uint32_t code))
{
    size_t bytes;
    for (uint32_t code = code_at(t, at, &bytes); bytes > 0 && wanted(code); code = code_at(t, at, &bytes))
        at += bytes;
    return at;
}

static bool has_capitals(const Text *t)
{
    size_t bytes;
    for (size_t at = 0; at < t->len; at += bytes)
        if (is_capital(code_at(t, at, &bytes)))
            return true;
    return false;
}

/* The first letter, figure or mark of the word behind `at`, without what opens in front of it. */
static uint32_t next_begins(const Text *t, size_t at)
{
    size_t bytes;
    return code_at(t, skip(t, skip(t, at, utf8_is_space), is_opener), &bytes);
}

/* ---- full stops that end nothing ---- */

typedef struct {
    const char *text;
    size_t len;
} Token;

static bool is_in(Token w, const char *const *list)
{
    for (; *list; list++)
        if (strlen(*list) == w.len && strncasecmp(*list, w.text, w.len) == 0)
            return true;
    return false;
}

/* The word that the full stop at `at` stands behind, without what opens in front of it. */
static Token token_before(const Text *t, size_t from, size_t at)
{
    enum { LONGEST = 16 };
    size_t begin = at;
    while (begin > from && at - begin < LONGEST && !strchr(" \t\r\n\f\v([{\"'", t->text[begin - 1]))
        begin--;
    return (Token){ t->text + begin, at - begin };
}

/* "J", of one letter; I is a word. */
static bool is_initial(Token w)
{
    uint32_t code;
    return w.len > 0 && utf8_next(w.text, w.len, &code, NULL) == w.len && is_capital(code) && code != 'I';
}

static bool is_number(Token w)
{
    size_t n = 0;
    while (n < w.len && w.text[n] >= '0' && w.text[n] <= '9')
        n++;
    return n > 0 && n == w.len;
}

/* "U.S": letters with full stops between. */
static bool is_acronym(Token w)
{
    uint32_t code;
    for (size_t at = 0; at < w.len; at++) {
        at += utf8_next(w.text + at, w.len - at, &code, NULL);
        if (!(is_capital(code) || is_small(code)) || (at < w.len && w.text[at] != '.'))
            return false;
    }
    return memchr(w.text, '.', w.len) != NULL;
}

/* Whether a single full stop at `at`, with `next` behind it, belongs to an abbreviation. A sentence begins at
 * `from`. */
static bool is_abbreviation(const Text *t, size_t from, size_t at, uint32_t next)
{
    static const char *const before_names[] = { "mr",  "mrs", "ms",  "dr",  "prof",   "st",     "gen",
                                                "col", "sen", "rep", "gov", "lt",     "sgt",    "capt",
                                                "rev", "hon", "mt",  "mme", "mlle",   "messrs", "cf",
                                                "vs",  "e.g", "i.e", "z.b", "d.h",    "u.a",    "hr",
                                                "fr",  "bzw", "vgl", "ca",  "approx", "resp",   NULL },
                             *const may_end[] = { "a.m", "p.m", NULL },
                             *const before_small[] = { "al", "etc", "inc", "ltd", "co",   "corp", "bros",
                                                       "jr", "sr",  "usw", "ggf", "evtl", "dept", NULL },
                             *const before_numbers[] = { "no",  "nos",  "nr",  "vol", "p",   "pp",  "ch",
                                                         "fig", "figs", "eq",  "sec", "abb", "tab", "art",
                                                         "jan", "feb",  "mar", "apr", "jun", "jul", "aug",
                                                         "sep", "sept", "oct", "nov", "dec", "c",   NULL };
    Token w = token_before(t, from, at);
    if (w.len == 0)
        return false;
    if (is_initial(w) || is_in(w, before_names))
        return true;
    if ((is_digit(next) && is_in(w, before_numbers)) || (!is_capital(next) && is_in(w, before_small)))
        return true;
    if (is_number(w) && w.text == t->text + from) /* "1. First" */
        return true;
    return is_acronym(w) && !is_in(w, may_end);
}

/* ---- ends ---- */

/* White space that begins at `at` has two line ends in it. */
static bool is_blank_line(const Text *t, size_t at)
{
    size_t to = skip(t, at, utf8_is_space);
    int n = 0;
    for (; at < to; at++)
        n += t->text[at] == '\n';
    return n >= 2;
}

/* Whether a sentence that began at `from` ends with the marks at `at`; *end: behind them and what closes. */
static bool ends_here(const Text *t, size_t from, size_t at, size_t *end)
{
    size_t bytes, marks = skip(t, at, is_end), last = marks;
    while (last > at && ((unsigned char)t->text[--last] & 0xC0) == 0x80)
        ;
    *end = skip(t, marks, is_closer);
    uint32_t behind = code_at(t, *end, &bytes), next = next_begins(t, *end);
    bool is_said = *end > marks && (next == 0x3068 || next == 0x3063); /* a quote that goes on: to, tte */
    if (*end == t->len)
        return true;
    if (is_wide_end(code_at(t, last, &bytes)))
        return !is_said;
    if (!utf8_is_space(behind))
        return false;
    if (is_blank_line(t, *end))
        return true;
    bool is_token = at == from || strchr(" \t\r\n\f\v", t->text[at - 1]); /* " . " of tokenised text */
    if (t->has_capitals && is_small(next) && !is_token)
        return false;
    return marks - at != 1 || t->text[at] != '.' || !is_abbreviation(t, from, at, next);
}

/* Marks alone are part of the sentence before them. */
static void add_trimmed(const Text *t, size_t from, size_t to, Span **out)
{
    size_t bytes, end = from = skip(t, from, utf8_is_space);
    bool has_text = false;
    for (size_t at = from; at < to; at += bytes) {
        uint32_t code = code_at(t, at, &bytes);
        has_text |= !utf8_is_space(code) && !is_end(code) && !is_closer(code);
        end = utf8_is_space(code) ? end : at + bytes;
    }
    if (from < end && (has_text || !array_len(*out)))
        array_push(*out, (Span){ (int)from, (int)end });
    else if (from < end)
        array_last(*out).end = (int)end;
}

static Span *split_at_ends(const Text *t)
{
    Span *out = NULL;
    size_t from = skip(t, 0, utf8_is_space), at = from, bytes, end;
    while (at < t->len) {
        uint32_t code = code_at(t, at, &bytes);
        end = at;
        bool marks = is_end(code),
             ends = marks ? ends_here(t, from, at, &end) : utf8_is_space(code) && is_blank_line(t, at);
        at = marks ? end : utf8_is_space(code) ? skip(t, at, utf8_is_space) : at + bytes;
        if (!ends)
            continue;
        add_trimmed(t, from, end, &out);
        from = at = skip(t, at, utf8_is_space);
    }
    add_trimmed(t, from, t->len, &out);
    return out;
}

static bool is_separator(const Text *t, Span word)
{
    return word.end - word.start == 3 && !memcmp(t->text + word.start, "|||", 3);
}

Span *sentences_split(const char *text, size_t len)
{
    Text t = { text, len, false };
    Span *words = text_words(text, len), *out = NULL;
    size_t from = 0, n = 0;
    for (size_t i = 0; i < array_len(words); i++)
        if (is_separator(&t, words[i])) {
            add_trimmed(&t, from, (size_t)words[i].start, &out);
            from = (size_t)words[i].end;
            n++;
        }
    if (n > 0) {
        add_trimmed(&t, from, len, &out);
    } else {
        t.has_capitals = has_capitals(&t);
        out = split_at_ends(&t);
    }
    array_free(words);
    return out;
}

/* ---- attention and erasing ---- */

void sentences_pool(const double *attention, size_t T, size_t S, const int *of, size_t n, double *rows)
{
    memset(rows, 0, T * n * sizeof *rows);
    for (size_t t = 0; t < T; t++)
        for (size_t s = 0; s < S; s++)
            if (of[s] >= 0)
                rows[t * n + (size_t)of[s]] += attention[t * S + s];
}

/* Sums over the words that are asked. */
static void ask(const SentenceCut *c, bool all, double *loss, bool *changed, size_t *n)
{
    *loss = 0, *changed = false, *n = 0;
    for (size_t t = 0; t < c->T; t++)
        if (!c->is_end[t] && (all || c->rests[t])) {
            *loss += c->whole[t] - c->without[t];
            *changed |= c->likeliest[t] && !c->stays[t];
            ++*n;
        }
}

SentenceLoss sentence_loss(const SentenceCut *c)
{
    SentenceLoss x = { 0 };
    double loss;
    bool changed;
    size_t n;
    for (size_t t = 0; t < c->T; t++) {
        x.drop += c->whole[t] - c->without[t];
        x.flips |= c->likeliest[t] && !c->stays[t];
    }
    ask(c, !c->rests, &loss, &changed, &n);
    if (n == 0)
        ask(c, true, &loss, &changed, &n);
    x.supported = loss >= ERASE_SUPPORT || (changed && loss >= ERASE_CHANGE);
    return x;
}
