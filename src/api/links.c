/* links.c -- word links as text: two directions made one. */
#include <stdlib.h>

#include "api/unknown.h"
#include "base/array.h"
#include "base/status.h"
#include "base/str.h"
#include "explain/symmetrise.h"

typedef struct {
    Links forward, reverse;
    Str out, told;
} Pair;

static int method_of(const char *name)
{
    int i = 0;
    while (!text_equal(name, symmetrise_names[i]))
        i++;
    return i;
}

static LbStatus read_lines(const char *name, const LbText *texts, size_t n, bool swapped, Links *out,
                           LbError *err)
{
    Line *lines = memory_get(n + 1, sizeof *lines);
    for (size_t i = 0; i < n; i++)
        lines[i] = (Line){ texts[i].text, texts[i].len };
    LbError why = { 0 };
    LbStatus status = links_read(lines, n, (LinksForm){ .base = -1, .reverse = swapped }, out, &why);
    free(lines);
    return status == LB_OK ? LB_OK : fail(err, status, "%s links: %s", name, why.text);
}

static void add_line(Str *out, const AerLink *links)
{
    for (size_t i = 0; i < array_len(links); i++)
        str_addf(out, "%s%d-%d", i ? " " : "", links[i].source, links[i].target);
    str_add_char(out, '\n');
}

static void join_lines(Pair *p, int method)
{
    size_t n = p->forward.n > p->reverse.n ? p->forward.n : p->reverse.n;
    for (size_t i = 0; i < n; i++) {
        size_t n_forward, n_reverse;
        const AerLink *forward = links_of(&p->forward, i, &n_forward),
                      *reverse = links_of(&p->reverse, i, &n_reverse);
        AerLink *both = symmetrise(forward, n_forward, reverse, n_reverse, method);
        add_line(&p->out, both);
        array_free(both);
    }
}

static void tell(Str *out, const char *name, const Links *l)
{
    str_addf(out, "%s links: %s, words counted from %d", name, l->format, l->base);
    if (l->by_line)
        str_addf(out, " (there is %s word 0)", l->has_zero ? "a" : "no");
}

static LbStatus read_both(Pair *p, LbLinks forward, LbLinks reverse, LbError *err)
{
    LbStatus status = read_lines("forward", forward.lines, forward.n, forward.swapped, &p->forward, err);
    if (status == LB_OK)
        status = read_lines("reverse", reverse.lines, reverse.n, reverse.swapped, &p->reverse, err);
    if (status == LB_OK && p->forward.by_line && p->reverse.by_line && p->forward.n != p->reverse.n)
        return fail(
            err, LB_DATA,
            "the forward links have %zu lines and the reverse ones %zu; line i of one belongs to line i of "
            "the other",
            p->forward.n, p->reverse.n);
    return status;
}

LbStatus lb_symmetrize(const char *method, LbLinks forward, LbLinks reverse, char **out, char **told,
                       LbError *err)
{
    assert(method && out);
    *out = NULL;
    if (told)
        *told = NULL;
    Pair p = { 0 };
    LbStatus status = check_name("way to symmetrise", method, symmetrise_names, err);
    if (status == LB_OK)
        status = read_both(&p, forward, reverse, err);
    if (status == LB_OK) {
        str_add(&p.out, "");
        join_lines(&p, method_of(method));
        tell(&p.told, "forward", &p.forward);
        str_add(&p.told, "; ");
        tell(&p.told, "reverse", &p.reverse);
        *out = str_take(&p.out);
        if (told)
            *told = str_take(&p.told);
    }
    str_free(&p.told);
    links_free(&p.forward);
    links_free(&p.reverse);
    return status;
}
