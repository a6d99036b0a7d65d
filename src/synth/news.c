/* news.c -- reports of a few sentences, of which two or three say what happened; the headline says just that.
 *
 *     Tickets for the museum cost 40 euros. On Monday the council of Lisbon approved the new bridge.
 * Officials in Porto said that the weather had been mild. ...                       Lisbon council approves
 * bridge. ...
 *
 * What happened is said by one of 16 verbs; no word marks it. Other sentences name the same places, bodies
 * and things, and use other verbs. Each word of a clause of the summary is surely linked to its word in the
 * text, its full stop to the sentence's, possibly to the verb. Words are counted with punctuation apart.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "synth/tasks.h"

static const char *const places[] = {
    "Lisbon", "Porto",  "Madrid", "Seville", "Paris",   "Lyon",   "Nantes",  "Geneva", "Zurich",  "Basel",
    "Vienna", "Graz",   "Munich", "Bremen",  "Dresden", "Prague", "Brno",    "Warsaw", "Gdansk",  "Krakow",
    "Oslo",   "Bergen", "Malmo",  "Uppsala", "Turku",   "Riga",   "Tartu",   "Dublin", "Cork",    "Galway",
    "Leeds",  "York",   "Bath",   "Ghent",   "Bruges",  "Delft",  "Utrecht", "Turin",  "Bologna", "Naples",
};
static const char *const bodies[] = {
    "council", "court",   "hospital", "university", "library", "theatre", "airport", "port",
    "museum",  "railway", "police",   "parliament", "zoo",     "prison",  "bank",    "ministry",
};
static const char *const things[] = {
    "bridge",     "stadium",  "tunnel",  "festival", "budget",  "merger", "market",  "park",
    "school",     "tower",    "archive", "tram",     "ferry",   "garden", "harbour", "charter",
    "monument",   "fountain", "clinic",  "square",   "mine",    "dam",    "farm",    "orchestra",
    "exhibition", "contract", "study",   "curfew",   "lottery", "prize",
};
/* As the text says it, and the headline. */
static const char *const verbs[][2] = {
    { "approved", "approves" },   { "opened", "opens" },     { "closed", "closes" },
    { "rejected", "rejects" },    { "sold", "sells" },       { "bought", "buys" },
    { "announced", "announces" }, { "delayed", "delays" },   { "cancelled", "cancels" },
    { "restored", "restores" },   { "rebuilt", "rebuilds" }, { "doubled", "doubles" },
    { "banned", "bans" },         { "won", "wins" },         { "lost", "loses" },
    { "founded", "founds" },
};

/* @ a place, & a body, # a thing, % a number, ! a verb. */
static const char *const events[] = {
    "yesterday the & of @ ! a #",
    "on Monday the & of @ ! the new #",
    "after a long debate the & in @ ! the #",
    "the & of @ ! its # despite protests",
    "the & in @ ! a # by a narrow vote",
    "to general surprise the & of @ ! the #",
};
static const char *const others[] = {
    "officials in @ said that the weather had been mild",
    "a spokesman for the & declined to comment",
    "many people in @ still remember the old #",
    "the # has been discussed for % years",
    "similar plans exist in @ and in @",
    "the & of @ was not involved",
    "experts in @ disagree about the #",
    "tickets for the # cost % euros",
    "the & of @ will meet again next month",
    "critics say that a # is too expensive",
    "nobody in @ expected much of the &",
    "the & employs % people",
};
#define N(list) ((int)(sizeof list / sizeof *list))
#define ANY(r, list) (list)[rng_below(r, N(list))]

/* Where a sentence has what the headline takes from it; -1: nowhere. */
typedef struct {
    int place, body, verb, thing, verb_number;
} Event;

static int add_number(Rng *r, Draft *d)
{
    char text[DRAFT_BYTES];
    snprintf(text, sizeof text, "%d", 10 * (1 + rng_below(r, 9)));
    return draft_source(d, text);
}

static void add_word(Rng *r, Draft *d, const char *word, Event *e)
{
    switch (*word) {
    case '@':
        e->place = draft_source(d, ANY(r, places));
        break;
    case '&':
        e->body = draft_source(d, ANY(r, bodies));
        break;
    case '#':
        e->thing = draft_source(d, ANY(r, things));
        break;
    case '%':
        add_number(r, d);
        break;
    case '!':
        e->verb_number = rng_below(r, N(verbs));
        e->verb = draft_source(d, verbs[e->verb_number][0]);
        break;
    default:
        draft_source(d, word);
    }
}

static Event add_sentence(Rng *r, Draft *d, const char *form)
{
    Event e = { -1, -1, -1, -1, -1 };
    int first = d->n_source;
    while (*form) {
        char word[DRAFT_BYTES];
        int n = (int)strcspn(form, " ");
        snprintf(word, sizeof word, "%.*s", n, form);
        add_word(r, d, word, &e);
        form += n + (form[n] == ' ');
    }
    d->source[first].text[0] = (char)toupper((unsigned char)d->source[first].text[0]);
    draft_glued(d, ".");
    return e;
}

static void summarize(Draft *d, const Event *e, int stop)
{
    draft_target(d, d->source[e->place].text, e->place);
    draft_target(d, d->source[e->body].text, e->body);
    draft_target(d, verbs[e->verb_number][1], e->verb);
    draft_target(d, d->source[e->thing].text, e->thing);
    draft_target(d, ".", stop);
    d->target[d->n_target - 1].glued = true;
    draft_possible(d, e->verb);
}

void news_draw(Rng *r, int n_sentences, Draft *out)
{
    int order[SYNTH_MOST_SENTENCES], n_keys = n_sentences < 4 ? 1 : 2 + rng_below(r, 2);
    bool is_key[SYNTH_MOST_SENTENCES] = { false };
    draft_clear(out);
    for (int i = 0; i < n_sentences; i++)
        order[i] = i;
    rng_shuffle(r, order, n_sentences);
    for (int i = 0; i < n_keys; i++)
        is_key[order[i]] = true;
    for (int i = 0; i < n_sentences; i++) {
        int first = out->n_source;
        Event e = is_key[i] ? add_sentence(r, out, ANY(r, events)) : add_sentence(r, out, ANY(r, others));
        if (!is_key[i])
            continue;
        summarize(out, &e, out->n_source - 1);
        draft_evidence(out, i, first, out->n_source - 1);
    }
}
