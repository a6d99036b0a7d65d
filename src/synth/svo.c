/* svo.c -- draws sentences of the English-French grammar.
 *
 * A sentence is one or more clauses with conjunctions between them. A wanted number of words is met exactly:
 * clauses are drawn until one fits into what is left, so lengths cost little to hit and any length from 2
 * can be had. Single choices are drawn again until they are grammatical (no plural of "bread", no "I see
 * me"); how often each word is drawn is in the tables.
 * A sentence says either "you" (tu, with "your") or "you all" (vous), never both.
 */
#include "synth/svo.h"
#include "synth/tasks.h"

#include <string.h>

#include "base/str.h"

enum { MAX_CLAUSES = 16 };

static bool chance(Rng *r, int percent)
{
    return rng_below(r, 100) < percent;
}

#define PICK(r, table) (&svo_##table[rng_below(r, svo_n_##table)])

/* ---- phrases ---- */

typedef enum { SUBJECT, OBJECT_ROLE, PLACE_ROLE } Role;

typedef struct {
    Role role;
    int kinds;
    bool generic; /* object of a verb of liking */
    bool you_all; /* the sentence's way of saying you */
} Slot;

static const Determiner *draw_determiner(Rng *r)
{
    int total = 0, i = 0;
    for (int k = 0; k < svo_n_determiners; k++)
        total += svo_determiners[k].weight;
    for (int left = rng_below(r, total); left >= svo_determiners[i].weight; i++)
        left -= svo_determiners[i].weight;
    return &svo_determiners[i];
}

static bool determiner_fits(const Phrase *p, const Slot *slot)
{
    const Determiner *e = p->determiner;
    bool mass = (p->noun->kinds & MASS) != 0;
    if (e == svo_bare)
        return (p->plural || mass) && slot->role != PLACE_ROLE;
    if (e == svo_a && (mass || slot->generic))
        return false;
    if (slot->you_all && text_equal(e->english, "your"))
        return false;
    return p->plural ? e->plural != NULL : e->masculine != NULL;
}

/* An adjective of that place in French that goes with the noun, or NULL. */
static const Adjective *draw_adjective(Rng *r, const Noun *noun, bool before)
{
    int mass = noun->kinds & MASS;
    const Adjective *a = PICK(r, adjectives);
    bool fits = mass ? (a->kinds & MASS) != 0 : (a->kinds & noun->kinds) != 0;
    return a->before == before && fits ? a : NULL;
}

static void draw_noun(Rng *r, const Slot *slot, Phrase *p)
{
    do
        p->noun = PICK(r, nouns);
    while (!(p->noun->kinds & slot->kinds & ~MASS));
    do {
        p->determiner = draw_determiner(r);
        p->plural = !(p->noun->kinds & MASS) && chance(r, slot->role == PLACE_ROLE ? 20 : 45);
    } while (!determiner_fits(p, slot));
    p->before = draw_adjective(r, p->noun, true);
    p->after = draw_adjective(r, p->noun, false);
}

static void draw_names(Rng *r, bool may_be_two, Phrase *p)
{
    p->name = *PICK(r, names);
    if (!may_be_two || !chance(r, 30))
        return;
    do
        p->second_name = *PICK(r, names);
    while (p->second_name == p->name);
}

/* Each person as often as any other: he and she share theirs. */
static void draw_pronoun(Rng *r, bool you_all, Phrase *p)
{
    do
        p->pronoun = PICK(r, pronouns);
    while (p->pronoun->person == (you_all ? 1 : 4) || (p->pronoun->person == 2 && chance(r, 50)));
}

static void draw_subject(Rng *r, bool you_all, Phrase *p)
{
    Slot slot = { SUBJECT, ANIMATE, false, you_all };
    if (chance(r, 50))
        draw_pronoun(r, you_all, p);
    else if (chance(r, 35))
        draw_names(r, true, p);
    else
        draw_noun(r, &slot, p);
}

/* "I see me", "we see me", "Paul sees Paul": the speaker or the one spoken to on both sides. */
static bool is_reflexive(const Phrase *subject, const Phrase *object)
{
    if (subject->pronoun && object->pronoun) {
        int a = subject->pronoun->person % 3, b = object->pronoun->person % 3;
        return a == b && a != 2;
    }
    return object->name && (object->name == subject->name || object->name == subject->second_name);
}

static void draw_object(Rng *r, const Verb *v, bool you_all, Phrase *p)
{
    Slot slot = { OBJECT_ROLE, v->objects, (v->traits & GENERIC) != 0, you_all };
    bool takes_people = (v->objects & PERSON) != 0;
    if (takes_people && chance(r, 30))
        draw_pronoun(r, you_all, p);
    else if (takes_people && chance(r, 12))
        draw_names(r, false, p);
    else
        draw_noun(r, &slot, p);
}

/* ---- clauses ---- */

static void draw_place(Rng *r, bool you_all, Clause *c)
{
    bool needed = (c->verb->traits & NEEDS_PLACE) != 0;
    if (!needed && !chance(r, 22))
        return;
    c->preposition = needed ? &svo_prepositions[0] : PICK(r, prepositions);
    Slot slot = { PLACE_ROLE, c->preposition->kinds, false, you_all };
    if (c->preposition->kinds == PERSON && chance(r, 30))
        draw_names(r, false, &c->place);
    else
        draw_noun(r, &slot, &c->place);
}

static void draw_verb(Rng *r, Clause *c)
{
    c->polarity = chance(r, 20) ? NOT : chance(r, 5) ? NEVER : PLAIN;
    c->modal = chance(r, 15) ? PICK(r, modals) : NULL;
    do
        c->verb = PICK(r, verbs);
    while (c->modal && text_equal(c->verb->base, "want"));
    if (!c->modal && c->polarity != NEVER && chance(r, 10))
        c->frequency = PICK(r, frequencies);
}

static Clause draw_clause(Rng *r, bool you_all)
{
    Clause c;
    do {
        c = (Clause){ 0 };
        draw_subject(r, you_all, &c.subject);
        draw_verb(r, &c);
        if (c.verb->objects)
            draw_object(r, c.verb, you_all, &c.object);
        draw_place(r, you_all, &c);
    } while (is_reflexive(&c.subject, &c.object) || is_reflexive(&c.subject, &c.place));
    if (chance(r, 10))
        c.time = PICK(r, times);
    if (c.preposition && c.time && text_equal(c.time->english, "here"))
        c.time = NULL;
    return c;
}

/* A clause of exactly n words, or one that leaves room for a conjunction and two words. */
static Clause draw_fitting(Rng *r, int n, bool you_all, int *taken)
{
    for (;;) {
        Clause c = draw_clause(r, you_all);
        *taken = svo_count_words(&c);
        if (*taken == n || *taken <= n - 3)
            return c;
    }
}

void svo_draw(Rng *r, int n_source, Draft *out)
{
    Clause clauses[MAX_CLAUSES];
    int n = 0, taken;
    bool you_all = chance(r, 45);
    for (int left = n_source; left > 0; left -= taken) {
        assert(n < MAX_CLAUSES);
        const Joint *joined_by = n > 0 ? PICK(r, conjunctions) : NULL;
        left -= n > 0;
        clauses[n] = draw_fitting(r, left, you_all, &taken);
        clauses[n++].joined_by = joined_by;
    }
    svo_say(clauses, n, out);
}

/* "She loves cats" */
void svo_draw_first(Draft *out)
{
    Clause c = { .subject.pronoun = &svo_pronouns[3], .verb = &svo_verbs[0] };
    for (int i = 0; i < svo_n_nouns; i++)
        if (text_equal(svo_nouns[i].singular, "cat"))
            c.object = (Phrase){ .noun = &svo_nouns[i], .determiner = svo_bare, .plural = true };
    svo_say(&c, 1, out);
}
