#include "metric/aer.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"

static bool parse_link(const char **at, AerLink *out)
{
    char *end;
    long source = strtol(*at, &end, 10);
    if (end == *at || source < 0 || source > 1000000 || !strchr("-?p", *end) || !*end)
        return false;
    out->sure = *end == '-';
    const char *second = end + 1;
    long target = strtol(second, &end, 10);
    if (end == second || target < 0 || target > 1000000 || (*end && *end != ' '))
        return false;
    out->source = (int)source;
    out->target = (int)target;
    *at = end;
    return true;
}

LbStatus aer_parse(const char *line, AerLink **out, LbError *err)
{
    *out = NULL;
    for (const char *at = line; *(at += strspn(at, " "));) {
        AerLink link;
        if (!parse_link(&at, &link)) {
            array_free(*out);
            return fail(err, LB_FORMAT, "\"%.40s\" is not a link like 3-4, 3?4 or 3p4", at);
        }
        array_push(*out, link);
    }
    return LB_OK;
}

static const AerLink *find(const AerLink *gold, size_t n, const AerLink *link)
{
    const AerLink *found = NULL;
    for (size_t i = 0; i < n; i++)
        if (gold[i].source == link->source && gold[i].target == link->target && (!found || gold[i].sure))
            found = &gold[i];
    return found;
}

void aer_add(AerCounts *c, const AerLink *gold, size_t n_gold, const AerLink *links, size_t n_links)
{
    for (size_t i = 0; i < n_gold; i++)
        c->sure += gold[i].sure;
    for (size_t i = 0; i < n_links; i++) {
        const AerLink *match = find(gold, n_gold, &links[i]);
        c->links++;
        c->in_possible += match != NULL;
        c->in_sure += match && match->sure;
    }
}

double aer_score(const AerCounts *c)
{
    size_t all = c->links + c->sure;
    return all ? 1 - (double)(c->in_sure + c->in_possible) / (double)all : 0;
}
