#include "metric/aer.h"

#include "base/array.h"

/* A copy as a set, in order; an array. */
static AerLink *set_of(const AerLink *links, size_t n)
{
    AerLink *out = NULL;
    for (size_t i = 0; i < n; i++)
        array_push(out, links[i]);
    links_sort(out);
    return out;
}

static int order(const AerLink *a, const AerLink *b)
{
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return (a->target > b->target) - (a->target < b->target);
}

/* The link of a set that *at has come to, if it is this one; what stands before it is passed over. */
static const AerLink *find_next(const AerLink *set, size_t *at, const AerLink *link)
{
    while (*at < array_len(set) && order(&set[*at], link) < 0)
        ++*at;
    return *at < array_len(set) && order(&set[*at], link) == 0 ? &set[*at] : NULL;
}

void aer_add(AerCounts *c, const AerLink *gold, size_t n_gold, const AerLink *links, size_t n_links)
{
    AerLink *theirs = set_of(gold, n_gold), *ours = set_of(links, n_links);
    for (size_t i = 0; i < array_len(theirs); i++)
        c->sure += theirs[i].sure;
    for (size_t i = 0, at = 0; i < array_len(ours); i++) {
        const AerLink *match = find_next(theirs, &at, &ours[i]);
        c->links++;
        c->in_possible += match != NULL;
        c->in_sure += match && match->sure;
    }
    array_free(theirs);
    array_free(ours);
}

void aer_errors(const AerLink *gold, size_t n_gold, const AerLink *links, size_t n_links, AerLink **wrong,
                AerLink **missing)
{
    AerLink *theirs = set_of(gold, n_gold), *ours = set_of(links, n_links);
    *wrong = *missing = NULL;
    for (size_t i = 0, at = 0; i < array_len(ours); i++)
        if (!find_next(theirs, &at, &ours[i]))
            array_push(*wrong, ours[i]);
    for (size_t i = 0, at = 0; i < array_len(theirs); i++)
        if (theirs[i].sure && !find_next(ours, &at, &theirs[i]))
            array_push(*missing, theirs[i]);
    array_free(theirs);
    array_free(ours);
}

static double share(size_t part, size_t all)
{
    return all ? (double)part / (double)all : 0;
}

double aer_score(const AerCounts *c)
{
    size_t all = c->links + c->sure;
    return all ? 1 - share(c->in_sure + c->in_possible, all) : 0;
}

double aer_precision(const AerCounts *c)
{
    return share(c->in_possible, c->links);
}

double aer_recall(const AerCounts *c)
{
    return share(c->in_sure, c->sure);
}

double aer_f1(const AerCounts *c)
{
    double precision = aer_precision(c), recall = aer_recall(c), sum = precision + recall;
    return sum > 0 ? 2 * precision * recall / sum : 0;
}
