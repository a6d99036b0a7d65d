/* readers.c -- what readers of one link a word reach: one that makes no mistake, and one that looks along the
 * diagonal, which is what a map scores that says nothing but where in the sentence we are.
 */
#include "base/array.h"
#include "synth/synth.h"

static const SynthLink *find_link(const SynthPair *pair, int source, int target)
{
    for (size_t k = 0; k < array_len(pair->links); k++)
        if (pair->links[k].source == source && pair->links[k].target == target)
            return &pair->links[k];
    return NULL;
}

static bool in_evidence(const SynthPair *pair, int source)
{
    for (size_t k = 0; k < array_len(pair->evidence); k++)
        if (source >= pair->evidence[k].first && source <= pair->evidence[k].last)
            return true;
    return false;
}

/* A link from `source` (-1: a wrong one) to `target`. */
static void count_link(ReaderCount *n, const SynthPair *pair, int source, int target)
{
    const SynthLink *gold = find_link(pair, source, target);
    n->links++;
    n->in_possible += gold != NULL;
    n->in_sure += gold && gold->sure;
    n->sought += array_len(pair->evidence) > 0;
    n->found += in_evidence(pair, source);
}

void readers_count(ReaderCounts *n, const SynthPair *pair)
{
    size_t k = 0, n_links = array_len(pair->links);
    for (int j = 0; j < pair->n_target; j++) {
        bool linked = k < n_links && pair->links[k].target == j; /* its first link is sure if any is */
        count_link(&n->perfect, pair, linked ? pair->links[k].source : -1, j);
        count_link(&n->diagonal, pair, (2 * j + 1) * pair->n_source / (2 * pair->n_target), j);
        for (; k < n_links && pair->links[k].target == j; k++)
            n->n_sure += pair->links[k].sure;
    }
}

static SynthReading reading_of(const ReaderCount *n, size_t n_sure)
{
    SynthReading r = { -1, -1 };
    if (n->links + n_sure)
        r.aer = 1 - (double)(n->in_sure + n->in_possible) / (double)(n->links + n_sure);
    if (n->sought)
        r.hit = (double)n->found / (double)n->sought;
    return r;
}

SynthReport readers_report(const ReaderCounts *n)
{
    return (SynthReport){ reading_of(&n->perfect, n->n_sure), reading_of(&n->diagonal, n->n_sure) };
}

SynthReport synth_read(const SynthPair *pairs, size_t n_pairs)
{
    ReaderCounts n = { 0 };
    for (size_t i = 0; i < n_pairs; i++)
        readers_count(&n, &pairs[i]);
    return readers_report(&n);
}
