/* draft.c -- see draft.h. The limits are far above what any task makes; going over them is a bug here. */
#include "synth/draft.h"

#include <ctype.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"

void draft_clear(Draft *d)
{
    d->n_source = d->n_target = d->n_evidence = 0;
}

static void set_text(DraftWord *w, const char *text)
{
    size_t n = strlen(text);
    assert(n < DRAFT_BYTES);
    memcpy(w->text, text, n + 1);
}

static DraftWord *add_word(DraftWord *words, int *n, const char *text)
{
    assert(*n < DRAFT_WORDS);
    DraftWord *w = &words[(*n)++];
    w->n_from = 0;
    w->glued = false;
    set_text(w, text);
    return w;
}

int draft_source(Draft *d, const char *word)
{
    add_word(d->source, &d->n_source, word);
    return d->n_source - 1;
}

int draft_glued(Draft *d, const char *word)
{
    int at = draft_source(d, word);
    d->source[at].glued = true;
    return at;
}

static void link_word(DraftWord *w, int source, bool sure)
{
    if (source < 0)
        return;
    for (int i = 0; i < w->n_from; i++)
        if (w->from[i] == source) {
            w->sure[i] |= sure;
            return;
        }
    assert(w->n_from < DRAFT_LINKS);
    w->from[w->n_from] = source;
    w->sure[w->n_from++] = sure;
}

void draft_target(Draft *d, const char *word, int from)
{
    link_word(add_word(d->target, &d->n_target, word), from, true);
}

void draft_sure(Draft *d, int source)
{
    link_word(&d->target[d->n_target - 1], source, true);
}

void draft_possible(Draft *d, int source)
{
    link_word(&d->target[d->n_target - 1], source, false);
}

void draft_evidence(Draft *d, int sentence, int first, int last)
{
    assert(d->n_evidence < DRAFT_EVIDENCE && first <= last && last < d->n_source);
    d->evidence[d->n_evidence++] = (SynthEvidence){ sentence, first, last };
}

void draft_form(Draft *d, int j)
{
    const DraftWord *next = &d->target[j + 1];
    assert(j + 1 < d->n_target);
    for (int i = 0; i < next->n_from; i++)
        if (next->sure[i])
            link_word(&d->target[j], next->from[i], false);
}

void draft_merge(Draft *d, int j, const char *text)
{
    DraftWord *w = &d->target[j], *next = w + 1;
    assert(j + 1 < d->n_target);
    for (int i = 0; i < next->n_from; i++)
        link_word(w, next->from[i], next->sure[i]);
    set_text(w, text);
    d->n_target--;
    memmove(next, next + 1, (size_t)(d->n_target - j - 1) * sizeof *next);
}

void draft_capitals(Draft *d)
{
    d->source[0].text[0] = (char)toupper((unsigned char)d->source[0].text[0]);
    d->target[0].text[0] = (char)toupper((unsigned char)d->target[0].text[0]);
}

static char *join(const DraftWord *words, int n)
{
    Str s = { 0 };
    str_add(&s, "");
    for (int i = 0; i < n; i++) {
        if (i > 0 && !words[i].glued)
            str_add_char(&s, ' ');
        str_add(&s, words[i].text);
    }
    return str_take(&s);
}

static void add_links(SynthPair *out, const DraftWord *w, int target, bool sure)
{
    for (int i = 0; i < w->n_from; i++)
        if (w->sure[i] == sure)
            array_push(out->links, (SynthLink){ w->from[i], target, sure });
}

void draft_finish(const Draft *d, SynthPair *out)
{
    synth_pair_free(out);
    out->source = join(d->source, d->n_source);
    out->target = join(d->target, d->n_target);
    out->n_source = d->n_source;
    out->n_target = d->n_target;
    for (int j = 0; j < d->n_target; j++) {
        add_links(out, &d->target[j], j, true);
        add_links(out, &d->target[j], j, false);
    }
    for (int i = 0; i < d->n_evidence; i++)
        array_push(out->evidence, d->evidence[i]);
}
