/* svo_say.c -- one sentence structure, said in English and in French, with links.
 *
 * English comes first and notes where each of its words stands (Spot, VerbSpot); French then says every word
 * with the English words it is from. French words are first said as they would be before a consonant; when
 * the sentence is complete, one pass changes what depends on the next word (le arbre -> l' arbre, ma amie ->
 * mon amie, de le -> du). An elided word is a word of its own and keeps its apostrophe: "J' aime l' arbre".
 *
 * Links. Sure: the translation. Function words without an English word of their own hang on the word that
 * makes them: an article on its noun ("cats": les <- cats, chats <- cats), "ne" and "pas" on "not", "du" of
 * "près du" on "near" and "the". Possible: what decides the form besides:
 * the noun for its determiner (gender, number), "do" for "ne" and the verb, "to" for an infinitive, "for" of
 * "look for" for the verb, "not" for the "de" that replaces "un" or "des" after a negation, and for words
 * that lose their vowel before another (ne, de, le, me ...) whatever the word after them is from.
 *
 * Usage follows the school grammars: after a negation "un, des, du, de la" become "de" (il n' a pas de
 * chat), before an adjective that precedes its noun "des" becomes "de" (de beaux oiseaux), verbs of liking
 * and subjects take the article of the whole kind (elle aime les chats; les chats dorment).
 * Not here: past tenses (and their agreement), "y" and "en", stressed pronouns, "elles".
 */
#include "synth/svo.h"

#include <string.h>

#include "base/str.h"

/* Where the English words of a phrase stand; -1: there is none. */
typedef struct {
    int determiner, before, after, head, conjunction, second;
} Spot;

typedef struct {
    int helper, negation, frequency, modal, to, verb, particle; /* helper: do, does */
} VerbSpot;

typedef struct {
    Spot subject, object, place;
    VerbSpot verb;
    int preposition, time;
} ClauseSpot;

static const Spot no_spot = { -1, -1, -1, -1, -1, -1 };

/* ---- which letters open a word with a vowel ---- */

/* French: h is mute but where the dictionary marks it aspirate; y opens as a consonant. */
static bool french_vowel(const char *word)
{
    static const char *const openings[] = { "a", "e", "i", "o", "u", "h", "â", "é", "ê", "î", "œ" };
    if (text_starts(word, "hibou"))
        return false;
    for (size_t i = 0; i < sizeof openings / sizeof *openings; i++)
        if (text_starts(word, openings[i]))
            return true;
    return strchr("AEIOU", word[0]) != NULL; /* names */
}

static const char *english_a(const char *next)
{
    return strchr("aeiou", next[0]) ? "an" : "a";
}

/* ---- English ---- */

static int say_if(Draft *d, const char *word)
{
    return word ? draft_source(d, word) : -1;
}

static Spot english_names(Draft *d, const Phrase *p)
{
    Spot s = no_spot;
    s.head = draft_source(d, p->name);
    if (p->second_name) {
        s.conjunction = draft_source(d, "and");
        s.second = draft_source(d, p->second_name);
    }
    return s;
}

static Spot english_noun(Draft *d, const Phrase *p)
{
    Spot s = no_spot;
    const char *noun = p->plural ? p->noun->plural : p->noun->singular;
    const char *next = p->before ? p->before->english : p->after ? p->after->english : noun;
    s.determiner = say_if(d, p->determiner == svo_a ? english_a(next) : p->determiner->english);
    s.before = say_if(d, p->before ? p->before->english : NULL);
    s.after = say_if(d, p->after ? p->after->english : NULL);
    s.head = draft_source(d, noun);
    return s;
}

static Spot english_phrase(Draft *d, const Phrase *p, bool is_object)
{
    Spot s = no_spot;
    if (p->name)
        return english_names(d, p);
    if (p->noun)
        return english_noun(d, p);
    s.head = draft_source(d, is_object ? p->pronoun->english_object : p->pronoun->english);
    s.second = say_if(d, p->pronoun->also);
    return s;
}

static int person_of(const Phrase *p)
{
    if (p->pronoun)
        return p->pronoun->person;
    return p->plural || p->second_name ? 5 : 2;
}

/* do, does, cannot, must not, never: what stands before the main verb. */
static void english_helpers(Draft *d, const Clause *c, bool third, VerbSpot *v)
{
    const Modal *m = c->modal;
    bool early = m && !m->full; /* can, must: before "never" and without "do" */
    if (c->polarity == NOT && m && m->fused_not) {
        v->modal = v->negation = draft_source(d, m->fused_not);
        return;
    }
    if (early)
        v->modal = draft_source(d, m->base);
    else if (c->polarity == NOT)
        v->helper = draft_source(d, third ? "does" : "do");
    if (c->polarity != PLAIN)
        v->negation = draft_source(d, c->polarity == NOT ? "not" : "never");
}

static VerbSpot english_verb(Draft *d, const Clause *c)
{
    VerbSpot v = { -1, -1, -1, -1, -1, -1, -1 };
    bool third = person_of(&c->subject) == 2;
    english_helpers(d, c, third, &v);
    v.frequency = say_if(d, c->frequency ? c->frequency->english : NULL);
    bool inflected = third && v.helper < 0;
    if (c->modal && c->modal->full) {
        v.modal = draft_source(d, inflected ? c->modal->third : c->modal->base);
        v.to = draft_source(d, "to");
    }
    v.verb = draft_source(d, inflected && !c->modal ? c->verb->third : c->verb->base);
    v.particle = say_if(d, c->verb->particle);
    return v;
}

static ClauseSpot english_clause(Draft *d, const Clause *c)
{
    ClauseSpot s = { .object = no_spot, .place = no_spot, .preposition = -1, .time = -1 };
    s.subject = english_phrase(d, &c->subject, false);
    s.verb = english_verb(d, c);
    if (c->verb->objects)
        s.object = english_phrase(d, &c->object, true);
    if (c->preposition) {
        s.preposition = draft_source(d, c->preposition->english);
        s.place = english_phrase(d, &c->place, true);
    }
    s.time = say_if(d, c->time ? c->time->english : NULL);
    return s;
}

int svo_count_words(const Clause *c)
{
    Draft d;
    draft_clear(&d);
    english_clause(&d, c);
    return d.n_source;
}

/* ---- French ---- */

static const char *definite(const Phrase *p)
{
    return p->plural ? "les" : p->noun->gender == 'f' ? "la" : "le";
}

static const char *determiner_form(const Phrase *p)
{
    const Determiner *e = p->determiner;
    return p->plural ? e->plural : p->noun->gender == 'f' ? e->feminine : e->masculine;
}

/* The articles that English leaves out. */
static void french_bare(Draft *d, const Phrase *p, int noun, bool generic)
{
    if (generic) {
        draft_target(d, definite(p), noun);
    } else if (p->plural) {
        draft_target(d, p->before ? "de" : "des", noun);
    } else {
        draft_target(d, "de", noun);
        draft_target(d, definite(p), noun);
    }
}

/* generic: a missing article means the whole kind. negation: the word that turns articles to "de", or -1. */
static void french_determiner(Draft *d, const Phrase *p, Spot s, bool generic, int negation)
{
    bool bare = p->determiner == svo_bare;
    if (negation >= 0 && !generic && (bare || p->determiner == svo_a)) {
        draft_target(d, "de", bare ? s.head : s.determiner);
        draft_possible(d, negation);
    } else if (bare) {
        french_bare(d, p, s.head, generic);
    } else {
        draft_target(d, determiner_form(p), s.determiner);
    }
    draft_possible(d, s.head);
}

static const char *adjective_form(const Adjective *a, const Phrase *p)
{
    bool meets_vowel = a->before && french_vowel(p->noun->french[0]);
    if (a->before_vowel && !p->plural && p->noun->gender == 'm' && meets_vowel)
        return a->before_vowel;
    return a->french[p->noun->gender == 'f'][p->plural];
}

static void french_phrase(Draft *d, const Phrase *p, Spot s, bool generic, int negation)
{
    if (p->pronoun) {
        draft_target(d, p->pronoun->french, s.head);
        draft_sure(d, s.second);
    } else if (p->name) {
        draft_target(d, p->name, s.head);
        if (p->second_name) {
            draft_target(d, "et", s.conjunction);
            draft_target(d, p->second_name, s.second);
        }
    } else {
        french_determiner(d, p, s, generic, negation);
        if (p->before)
            draft_target(d, adjective_form(p->before, p), s.before);
        draft_target(d, p->noun->french[p->plural], s.head);
        if (p->after)
            draft_target(d, adjective_form(p->after, p), s.after);
    }
}

static void french_clitic(Draft *d, const Clause *c, Spot object)
{
    if (!c->verb->objects || !c->object.pronoun)
        return;
    draft_target(d, c->object.pronoun->french_object, object.head);
    draft_sure(d, object.second);
}

static void french_main_verb(Draft *d, const char *form, VerbSpot v)
{
    draft_target(d, form, v.verb);
    draft_possible(d, v.particle);
}

/* ne (clitic) VERB pas, or ne MODAL pas (clitic) INFINITIVE */
static void french_verb(Draft *d, const Clause *c, const ClauseSpot *s)
{
    static const char *const closing[] = { [NOT] = "pas", [NEVER] = "jamais" };
    int person = person_of(&c->subject);
    if (c->polarity != PLAIN) {
        draft_target(d, "ne", s->verb.negation);
        draft_possible(d, s->verb.helper);
    }
    if (c->modal) {
        draft_target(d, c->modal->french[person], s->verb.modal);
    } else {
        french_clitic(d, c, s->object);
        french_main_verb(d, c->verb->french[person], s->verb);
    }
    draft_possible(d, s->verb.helper);
    if (c->polarity != PLAIN)
        draft_target(d, closing[c->polarity], s->verb.negation);
    if (c->frequency)
        draft_target(d, c->frequency->french, s->verb.frequency);
    if (c->modal) {
        french_clitic(d, c, s->object);
        french_main_verb(d, c->verb->infinitive, s->verb);
        draft_possible(d, s->verb.to);
    }
}

static void french_joint(Draft *d, const Joint *j, int from)
{
    draft_target(d, j->french, from);
    if (j->more)
        draft_target(d, j->more, from);
}

static void french_clause(Draft *d, const Clause *c, const ClauseSpot *s)
{
    french_phrase(d, &c->subject, s->subject, true, -1);
    french_verb(d, c, s);
    if (c->verb->objects && !c->object.pronoun)
        french_phrase(d, &c->object, s->object, (c->verb->traits & GENERIC) != 0, s->verb.negation);
    if (c->preposition) {
        french_joint(d, c->preposition, s->preposition);
        french_phrase(d, &c->place, s->place, true, -1);
    }
    if (c->time)
        french_joint(d, c->time, s->time);
}

/* ---- where French words meet ---- */

static const struct {
    const char *word, *before_vowel;
} meetings[] = {
    { "le", "l'" }, { "la", "l'" },  { "je", "j'" },  { "ne", "n'" },  { "de", "d'" },  { "me", "m'" },
    { "te", "t'" }, { "ma", "mon" }, { "ta", "ton" }, { "sa", "son" }, { "ce", "cet" },
};

static void set_form(DraftWord *w, const char *text)
{
    memcpy(w->text, text, strlen(text) + 1);
}

/* Word j, if it is one of those whose form the next word decides, takes that form. */
static void meet_next(Draft *d, int j)
{
    DraftWord *w = &d->target[j];
    const char *next = w[1].text;
    if (text_equal(w->text, "si") && (text_equal(next, "il") || text_equal(next, "ils")))
        set_form(w, "s'");
    for (size_t i = 0; i < sizeof meetings / sizeof *meetings; i++)
        if (text_equal(w->text, meetings[i].word)) {
            draft_form(d, j);
            if (french_vowel(next))
                set_form(w, meetings[i].before_vowel);
            return;
        }
}

/* Elision first: "de le arbre" is "de l' arbre", and only then are "de le" and "de les" contracted. */
static void join_french(Draft *d)
{
    for (int j = 0; j + 1 < d->n_target; j++)
        meet_next(d, j);
    for (int j = 0; j + 1 < d->n_target; j++) {
        if (!text_equal(d->target[j].text, "de"))
            continue;
        if (text_equal(d->target[j + 1].text, "le"))
            draft_merge(d, j, "du");
        else if (text_equal(d->target[j + 1].text, "les"))
            draft_merge(d, j, "des");
    }
}

void svo_say(const Clause *clauses, int n, Draft *out)
{
    draft_clear(out);
    for (int i = 0; i < n; i++) {
        const Joint *j = clauses[i].joined_by;
        if (j)
            french_joint(out, j, draft_source(out, j->english));
        ClauseSpot s = english_clause(out, &clauses[i]);
        french_clause(out, &clauses[i], &s);
    }
    join_french(out);
    draft_capitals(out);
}
