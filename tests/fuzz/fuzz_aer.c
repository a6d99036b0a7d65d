/* fuzz_aer.c -- links in any format, and the gold ones they are compared and symmetrised with. */
#define _GNU_SOURCE
#include "fuzz.h"

#include "lookback.h"

#include "base/status.h"
#include "explain/symmetrise.h"
#include "metric/aer.h"

static Line *split(Bytes part)
{
    Line *lines = NULL;
    const char *at = (const char *)part.data, *end = part.size ? at + part.size : at;
    while (at < end) {
        const char *stop = memchr(at, '\n', (size_t)(end - at));
        array_push(lines, (Line){ at, (size_t)((stop ? stop : end) - at) });
        at = stop ? stop + 1 : end;
    }
    return lines;
}

static LbStatus read_links(const Line *lines, LinksForm form, Links *out)
{
    LbError err = { 0 };
    LbStatus status = links_read(lines, array_len(lines), form, out, &err);
    assert((status == LB_OK) == !*err.text);
    for (size_t i = 0; i < array_len(out->links); i++)
        assert(out->links[i].source >= 0 && out->links[i].target >= 0);
    return status;
}

static void compare(const Links *gold, const Links *links)
{
    for (size_t i = 0; i < gold->n && i < 100; i++) {
        size_t n_gold, n;
        const AerLink *theirs = links_of(gold, i, &n_gold), *ours = links_of(links, i, &n);
        AerCounts c = { 0 };
        aer_add(&c, theirs, n_gold, ours, n);
        assert(c.in_sure <= c.in_possible && c.in_possible <= c.links && c.links <= n && c.sure <= n_gold);
        for (int m = 0; symmetrise_names[m]; m++) {
            AerLink *both = symmetrise(theirs, n_gold, ours, n, m);
            assert(array_len(both) >= c.in_possible && array_len(both) <= n_gold + n);
            array_free(both);
        }
    }
}

static LbText *texts_of(const Line *lines)
{
    LbText *texts = NULL;
    for (size_t i = 0; i < array_len(lines); i++)
        array_push(texts, (LbText){ lines[i].text, lines[i].len });
    return texts;
}

static void evaluate(const Line *ours, const Line *theirs)
{
    LbText *hyp = texts_of(ours), *gold = texts_of(theirs);
    const LbText *refs = gold;
    char *text = NULL, *json = NULL;
    double score;
    LbError err = { 0 };
    LbEvalOptions o = { .n_gold = array_len(gold), .source = hyp, .n_text = array_len(hyp), .samples = 3 };
    if (hyp && gold)
        lb_eval("aer", hyp, &refs, array_len(hyp), 1, o, &score, &text, &json, &err);
    free(text);
    free(json);
    array_free(hyp);
    array_free(gold);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    Bytes rest = { data, size }, first = fuzz_part(&rest);
    Line *ours = split(first), *theirs = split(rest);
    Links links, gold;
    LbStatus status = read_links(ours, (LinksForm){ .base = -1 }, &links);
    if (read_links(theirs, (LinksForm){ .base = size % 3 == 0 ? -1 : (int)(size % 2) }, &gold) == LB_OK &&
        status == LB_OK)
        compare(&gold, &links);
    evaluate(ours, theirs);
    links_free(&links);
    links_free(&gold);
    array_free(ours);
    array_free(theirs);
    return 0;
}
