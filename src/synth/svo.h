/* svo.h -- the words and the sentence structure of the English-French grammar (inside this folder only).
 *
 * svo_words.c has the tables, svo_say.c turns a structure into both languages, svo.c draws structures.
 */
#ifndef SYNTH_SVO_H
#define SYNTH_SVO_H

#include <stdbool.h>

#include "synth/draft.h"

/* What a noun is, and so what it can do; verbs, adjectives and prepositions say which kinds they go with. */
enum {
    PERSON = 1,
    ANIMAL = 2,
    FOOD = 4,
    MASS = 8, /* not counted: no plural, partitive article */
    DRINK = 16,
    TEXT = 32,
    THING = 64,
    PLACE = 128,
    ANIMATE = PERSON | ANIMAL,
    OBJECT = TEXT | THING | PLACE,
};

typedef struct {
    const char *singular, *plural; /* English; plural NULL: MASS */
    const char *french[2];         /* singular, plural */
    char gender;                   /* 'm' or 'f' */
    int kinds;
} Noun;

typedef struct {
    const char *english;
    bool before;              /* stands before the noun in French */
    const char *french[2][2]; /* [gender: m, f][singular, plural] */
    const char *before_vowel; /* masculine singular before a vowel (bel), NULL: as always */
    int kinds;
} Adjective;

/* Forms NULL: not used with that number. The row without English is the missing article ("cats"). */
typedef struct {
    const char *english;
    const char *masculine, *feminine, *plural;
    int weight; /* how often it is drawn */
} Determiner;

enum {
    GENERIC = 1,     /* "love cats" is "aimer les chats": the article of a whole kind */
    NEEDS_PLACE = 2, /* "live" never stands alone */
};

/* Persons are counted 0 to 5: I, you, he and she, we, you all, they. */
typedef struct {
    const char *english, *english_object, *also; /* also: "all" of "you all", else NULL */
    const char *french, *french_object;
    int person;
} Pronoun;

typedef struct {
    const char *base, *third, *particle; /* see, sees; particle: "for" of "look for", else NULL */
    const char *french[6], *infinitive;
    int objects; /* kinds it takes; 0: none at all */
    int traits;
} Verb;

typedef struct {
    const char *base, *third, *fused_not; /* cannot; NULL: not fused */
    bool full;                            /* a verb like others: does not want, wants to */
    const char *french[6];
} Modal;

typedef struct {
    const char *english, *french, *more; /* more: second French word ("de" of "près de"), else NULL */
    int kinds;
} Joint; /* a preposition, conjunction or adverb */

extern const Noun svo_nouns[];
extern const Adjective svo_adjectives[];
extern const Determiner svo_determiners[];
extern const Pronoun svo_pronouns[];
extern const Verb svo_verbs[];
extern const Modal svo_modals[];
extern const Joint svo_prepositions[], svo_conjunctions[], svo_frequencies[], svo_times[];
extern const char *const svo_names[];
extern const int svo_n_nouns, svo_n_adjectives, svo_n_determiners, svo_n_pronouns, svo_n_verbs, svo_n_modals,
    svo_n_prepositions, svo_n_conjunctions, svo_n_frequencies, svo_n_times, svo_n_names;

extern const Determiner *const svo_a, *const svo_bare; /* rows the grammar must know */

/* Exactly one of pronoun, name and noun. */
typedef struct {
    const Pronoun *pronoun;
    const char *name, *second_name; /* "Alice", "Alice and Paul" */
    const Noun *noun;
    const Determiner *determiner;
    const Adjective *before, *after; /* by their place in French */
    bool plural;
} Phrase;

typedef enum { PLAIN, NOT, NEVER } Polarity;

typedef struct {
    const Joint *joined_by; /* NULL for a first clause */
    Phrase subject;
    Polarity polarity;
    const Modal *modal; /* or NULL */
    const Verb *verb;
    const Joint *frequency;   /* or NULL; not with a modal or NEVER */
    Phrase object;            /* used if the verb takes one */
    const Joint *preposition; /* or NULL, with its phrase */
    Phrase place;
    const Joint *time; /* or NULL */
} Clause;

/* Both languages of a sentence, ready for draft_finish. */
void svo_say(const Clause *clauses, int n, Draft *out);
int svo_count_words(const Clause *c); /* in English, without the conjunction */

#endif
