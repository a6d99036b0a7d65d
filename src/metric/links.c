#include "metric/links.h"

#include <stdlib.h>

#include "base/array.h"
#include "base/str.h"

const char *const links_formats[] = { "auto", "pharaoh", "talp", "naacl", NULL };

/* ---- words of a line ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

/* Takes the next word out of *rest. */
static bool next_word(Line *rest, Line *word)
{
    size_t at = 0, end;
    while (at < rest->len && is_blank(rest->text[at]))
        at++;
    for (end = at; end < rest->len && !is_blank(rest->text[end]);)
        end++;
    if (at == end)
        return false;
    *word = (Line){ rest->text + at, end - at };
    *rest = (Line){ rest->text + end, rest->len - end };
    return true;
}

/* Takes digits; too large a number becomes LINKS_MOST + 1. */
static bool next_number(Line *rest, int *out)
{
    size_t n = 0;
    for (*out = 0; n < rest->len && rest->text[n] >= '0' && rest->text[n] <= '9'; n++)
        *out = *out > LINKS_MOST / 10 ? LINKS_MOST + 1 : *out * 10 + (rest->text[n] - '0');
    *rest = (Line){ rest->text + n, rest->len - n };
    return n > 0;
}

static bool whole_number(Line word, int *out)
{
    return next_number(&word, out) && word.len == 0;
}

static LbStatus fail_word(LbError *err, Line word, const char *what)
{
    Str shown = { 0 };
    utf8_repair(&shown, word.text, word.len < 40 ? word.len : 40);
    LbStatus status = fail(err, LB_FORMAT, "\"%s\" is not %s", shown.text, what);
    str_free(&shown);
    return status;
}

static LbStatus check_size(int number, const char *of, LbError *err)
{
    return number <= LINKS_MOST
               ? LB_OK
               : fail(err, LB_FORMAT, "the number of a %s is above %d, the most there can be", of,
                      LINKS_MOST);
}

/* ---- one line ---- */

static bool split_link(Line word, AerLink *out)
{
    Line rest = word;
    if (!next_number(&rest, &out->source) || rest.len < 2 || !memchr("-?p", rest.text[0], 3))
        return false;
    out->sure = rest.text[0] == '-';
    rest = (Line){ rest.text + 1, rest.len - 1 };
    return next_number(&rest, &out->target) && (rest.len == 0 || rest.text[0] == ':');
}

static LbStatus read_link(Line word, AerLink *out, LbError *err)
{
    if (!split_link(word, out))
        return fail_word(err, word, "a link like 3-4, 3?4 or 3p4");
    LbStatus status = check_size(out->source, "word", err);
    return status == LB_OK ? check_size(out->target, "word", err) : status;
}

LbStatus links_parse(Line line, AerLink **out, LbError *err)
{
    *out = NULL;
    for (Line word; next_word(&line, &word);) {
        AerLink link;
        LbStatus status = read_link(word, &link, err);
        if (status != LB_OK) {
            array_free(*out);
            return status;
        }
        array_push(*out, link);
    }
    return LB_OK;
}

/* ---- a file ---- */

typedef struct {
    int sentence, line; /* from 0; from 1 */
    AerLink link;
} Placed;

typedef struct {
    LinksForm form;
    const char *format;
    Placed *all; /* array */
} Reading;

static LbStatus read_pharaoh(Reading *r, Line line, int number, LbError *err)
{
    AerLink *links;
    LbStatus status = links_parse(line, &links, err);
    for (size_t i = 0; i < array_len(links); i++)
        array_push(r->all, (Placed){ number - 1, number, links[i] });
    array_free(links);
    return status;
}

enum { NAACL_FIELDS = 5 };

static int split_fields(Line line, Line *fields)
{
    int n = 0;
    for (Line word; next_word(&line, &word); n++)
        if (n < NAACL_FIELDS)
            fields[n] = word;
    return n;
}

/* Three numbers, then perhaps a letter and a confidence. */
static bool is_naacl(Line line)
{
    Line fields[NAACL_FIELDS];
    int n = split_fields(line, fields), number;
    return n >= 3 && n <= NAACL_FIELDS && whole_number(fields[0], &number) &&
           whole_number(fields[1], &number) && whole_number(fields[2], &number);
}

static bool is_letter(Line field, char c)
{
    return field.len == 1 && field.text[0] == c;
}

static LbStatus read_naacl(Reading *r, Line line, int number, LbError *err)
{
    Line fields[NAACL_FIELDS] = { 0 };
    int n = split_fields(line, fields), sentence;
    AerLink link = { .sure = !is_letter(fields[3], 'P') };
    if (n == 0)
        return LB_OK;
    if (!is_naacl(line) || (n > 3 && link.sure && !is_letter(fields[3], 'S')))
        return fail_word(err, line, "a link like `17 3 4 S`: sentence, source word, target word");
    (void)whole_number(fields[0], &sentence);
    (void)whole_number(fields[1], &link.source);
    (void)whole_number(fields[2], &link.target);
    LbStatus status = check_size(sentence, "sentence", err);
    if (status == LB_OK)
        status = check_size(link.source > link.target ? link.source : link.target, "word", err);
    if (status == LB_OK && sentence == 0)
        return fail(err, LB_FORMAT, "sentences of NAACL's format are counted from 1");
    array_push(r->all, (Placed){ sentence - 1, number, link });
    return status;
}

static const char *find_format(const Line *lines, size_t n)
{
    Line word;
    for (size_t i = 0; i < n; i++) {
        Line rest = lines[i];
        if (next_word(&rest, &word))
            return is_naacl(lines[i]) ? "naacl" : "pharaoh";
    }
    return "pharaoh";
}

static LbStatus find_form(Reading *r, const Line *lines, size_t n, LbError *err)
{
    const char *given = r->form.format ? r->form.format : "auto";
    for (size_t i = 0; links_formats[i]; i++)
        if (text_equal(given, links_formats[i]))
            r->format = i == 0 ? find_format(lines, n) : links_formats[i];
    return r->format ? LB_OK
                     : fail(err, LB_USAGE,
                            "unknown format of links `%.60s`; there are auto, pharaoh, talp, naacl", given);
}

static LbStatus read_lines(Reading *r, const Line *lines, size_t n, LbError *err)
{
    bool by_line = !text_equal(r->format, "naacl");
    if (n > INT32_MAX)
        return fail(err, LB_DATA, "%zu lines of links are too many", n);
    for (size_t i = 0; i < n; i++) {
        LbError why = { 0 };
        LbStatus status = (by_line ? read_pharaoh : read_naacl)(r, lines[i], (int)i + 1, &why);
        if (status != LB_OK)
            return fail_line(err, status, (int)i + 1, "%s", why.text);
    }
    return LB_OK;
}

/* ---- counting from 0 ---- */

static const Placed *find_zero(const Placed *all)
{
    for (size_t i = 0; i < array_len(all); i++)
        if (all[i].link.source == 0 || all[i].link.target == 0)
            return &all[i];
    return NULL;
}

static int find_base(const Reading *r, bool has_zero)
{
    if (r->form.base >= 0)
        return r->form.base;
    return text_equal(r->format, "naacl") || !has_zero;
}

static AerLink from_zero(AerLink link, int base, bool reverse)
{
    return (AerLink){ (reverse ? link.target : link.source) - base,
                      (reverse ? link.source : link.target) - base, link.sure };
}

/* Counts from 0 and takes out links to naacl's NULL. */
static LbStatus shift(Reading *r, int base, LbError *err)
{
    size_t n = 0;
    for (size_t i = 0; i < array_len(r->all); i++) {
        Placed p = r->all[i];
        bool zero = base == 1 && (p.link.source == 0 || p.link.target == 0);
        if (zero && !text_equal(r->format, "naacl"))
            return fail_line(err, LB_FORMAT, p.line,
                             "the link %d-%d has a word 0, but words are counted from 1", p.link.source,
                             p.link.target);
        p.link = from_zero(p.link, base, r->form.reverse);
        if (!zero)
            r->all[n++] = p;
    }
    array_cut(r->all, n);
    return LB_OK;
}

/* ---- in order ---- */

static int by_words(const AerLink *x, const AerLink *y)
{
    if (x->source != y->source)
        return x->source < y->source ? -1 : 1;
    if (x->target != y->target)
        return x->target < y->target ? -1 : 1;
    return y->sure - x->sure;
}

static int compare_links(const void *a, const void *b)
{
    return by_words(a, b);
}

static int compare_placed(const void *a, const void *b)
{
    const Placed *x = a, *y = b;
    return x->sentence != y->sentence ? (x->sentence < y->sentence ? -1 : 1) : by_words(&x->link, &y->link);
}

static bool same_pair(AerLink a, AerLink b)
{
    return a.source == b.source && a.target == b.target;
}

void links_sort(AerLink *links)
{
    size_t n = 0;
    if (!links)
        return;
    qsort(links, array_len(links), sizeof *links, compare_links);
    for (size_t i = 0; i < array_len(links); i++)
        if (n == 0 || !same_pair(links[i], links[n - 1]))
            links[n++] = links[i];
    array_cut(links, n);
}

static void put_in_order(Reading *r, Links *out, size_t n_lines)
{
    const Placed *all = r->all;
    size_t n = array_len(all);
    if (n > 0)
        qsort(r->all, n, sizeof *r->all, compare_placed);
    out->n = out->by_line ? n_lines : n > 0 ? (size_t)all[n - 1].sentence + 1 : 0;
    out->begin = memory_get(out->n + 1, sizeof *out->begin);
    for (size_t s = 0, i = 0; s < out->n; s++) {
        for (; i < n && all[i].sentence == (int)s; i++)
            if (array_len(out->links) == out->begin[s] || !same_pair(array_last(out->links), all[i].link))
                array_push(out->links, all[i].link);
        out->begin[s + 1] = array_len(out->links);
    }
}

LbStatus links_read(const Line *lines, size_t n, LinksForm form, Links *out, LbError *err)
{
    Reading r = { .form = form };
    *out = (Links){ 0 };
    LbStatus status = find_form(&r, lines, n, err);
    if (status == LB_OK)
        status = read_lines(&r, lines, n, err);
    out->format = r.format;
    out->by_line = !text_equal(r.format, "naacl");
    out->has_zero = find_zero(r.all) != NULL;
    out->base = find_base(&r, out->has_zero);
    if (status == LB_OK)
        status = shift(&r, out->base, err);
    if (status == LB_OK)
        put_in_order(&r, out, n);
    array_free(r.all);
    return status;
}

void links_free(Links *l)
{
    array_free(l->links);
    free(l->begin);
    *l = (Links){ 0 };
}

const AerLink *links_of(const Links *l, size_t i, size_t *n)
{
    *n = i < l->n ? l->begin[i + 1] - l->begin[i] : 0;
    return *n > 0 ? l->links + l->begin[i] : NULL;
}
