/* The English-French grammar: its French, and that English says all there is to know.
 *
 * `read_english` is a small parser of the grammar's English. It turns a sentence back into the structure that
 * svo_say speaks, so known sentences can be written as text; and since every drawn sentence comes back the
 * same through it, the French is a function of the English.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "synth/svo.h"

enum { MAX_CLAUSES = 16 };

typedef struct {
    Clause clauses[MAX_CLAUSES];
    int n;
    Phrase *phrase; /* the one being filled */
} Reading;

static Clause *clause_now(Reading *r)
{
    return &r->clauses[r->n - 1];
}

static bool is_one_of(const char *word, const char *a, const char *b)
{
    return text_equal(word, a) || text_equal(word, b);
}

#define FIND(type, table, count, test)                                                                       \
    for (const type *row = table; row < table + count; row++)                                                \
        if (test)                                                                                            \
            return row;                                                                                      \
    return NULL

static const Noun *find_noun(const char *word)
{
    FIND(Noun, svo_nouns, svo_n_nouns, is_one_of(word, row->singular, row->plural));
}

static const Adjective *find_adjective(const char *word)
{
    FIND(Adjective, svo_adjectives, svo_n_adjectives, text_equal(word, row->english));
}

static const Determiner *find_determiner(const char *word)
{
    word = text_equal(word, "an") ? "a" : word;
    FIND(Determiner, svo_determiners, svo_n_determiners, text_equal(word, row->english));
}

static const Pronoun *find_pronoun(const char *word, bool all)
{
    FIND(Pronoun, svo_pronouns, svo_n_pronouns,
         is_one_of(word, row->english, row->english_object) && all == (row->also != NULL));
}

static const Verb *find_verb(const char *word)
{
    FIND(Verb, svo_verbs, svo_n_verbs, is_one_of(word, row->base, row->third));
}

static const Modal *find_modal(const char *word)
{
    FIND(Modal, svo_modals, svo_n_modals,
         text_equal(word, row->fused_not) || is_one_of(word, row->base, row->third));
}

static const Joint *find_joint(const char *word, const Joint *table, int n)
{
    FIND(Joint, table, n, text_equal(word, row->english));
}

static const char *find_name(const char *word)
{
    for (int i = 0; i < svo_n_names; i++)
        if (text_equal(word, svo_names[i]))
            return svo_names[i];
    return NULL;
}

/* ---- one word at a time; each function says whether it was its business ---- */

static bool read_joint(Reading *r, const char *word)
{
    Clause *c = clause_now(r);
    const Joint *joined_by = find_joint(word, svo_conjunctions, svo_n_conjunctions);
    if (joined_by && c->verb) {
        assert_true(r->n < MAX_CLAUSES);
        r->clauses[r->n++] = (Clause){ .joined_by = joined_by };
        r->phrase = &clause_now(r)->subject;
        return true;
    }
    const Joint *frequency = find_joint(word, svo_frequencies, svo_n_frequencies);
    const Joint *time = find_joint(word, svo_times, svo_n_times);
    const Joint *preposition = find_joint(word, svo_prepositions, svo_n_prepositions);
    c->frequency = frequency ? frequency : c->frequency;
    c->time = time ? time : c->time;
    if (preposition) {
        c->preposition = preposition;
        r->phrase = &c->place;
    }
    return frequency || time || preposition || joined_by; /* the "and" of two names */
}

static bool read_helper(Reading *r, const char *word, const char *next)
{
    Clause *c = clause_now(r);
    const Modal *modal = find_modal(word);
    if (text_equal(word, "never"))
        c->polarity = NEVER;
    if (text_equal(word, "not") || (modal && text_equal(word, modal->fused_not)))
        c->polarity = NOT;
    if (modal && (!modal->full || text_equal(next, "to")))
        c->modal = modal;
    else
        modal = NULL;
    return modal || is_one_of(word, "do", "does") || is_one_of(word, "not", "never") ||
           is_one_of(word, "to", "for");
}

static bool read_verb(Reading *r, const char *word)
{
    Clause *c = clause_now(r);
    const Verb *verb = c->verb ? NULL : find_verb(word);
    if (verb) {
        c->verb = verb;
        r->phrase = &c->object;
    }
    return verb != NULL;
}

static bool read_name_or_pronoun(Reading *r, const char *word, const char *next)
{
    Phrase *p = r->phrase;
    const char *name = find_name(word);
    bool possessive = text_equal(word, "her") && next && (find_noun(next) || find_adjective(next));
    const Pronoun *pronoun = possessive ? NULL : find_pronoun(word, next && text_equal(next, "all"));
    if (name && p->name)
        p->second_name = name;
    else if (name)
        p->name = name;
    if (pronoun)
        p->pronoun = pronoun;
    return name || pronoun || text_equal(word, "all");
}

static bool read_noun(Reading *r, const char *word)
{
    Phrase *p = r->phrase;
    const Determiner *determiner = find_determiner(word);
    const Adjective *adjective = find_adjective(word);
    const Noun *noun = find_noun(word);
    p->determiner = determiner ? determiner : p->determiner ? p->determiner : svo_bare;
    if (adjective)
        *(adjective->before ? &p->before : &p->after) = adjective;
    if (noun) {
        p->noun = noun;
        p->plural = text_equal(word, noun->plural);
    }
    return determiner || adjective || noun;
}

static bool read_word(Reading *r, const char *word, const char *next)
{
    return read_joint(r, word) || read_helper(r, word, next) || read_verb(r, word) ||
           read_name_or_pronoun(r, word, next) || read_noun(r, word);
}

static void read_english(Reading *r, const char *text)
{
    char *copy = memory_text(text), *rest = NULL;
    char *word = strtok_r(copy, " ", &rest);
    *r = (Reading){ .n = 1, .phrase = &r->clauses[0].subject };
    if (!text_equal(word, "I") && !find_name(word))
        word[0] = (char)tolower((unsigned char)word[0]);
    while (word) {
        char *next = strtok_r(NULL, " ", &rest);
        if (!read_word(r, word, next))
            fail_msg("\"%s\" is no word of the grammar in \"%s\"", word, text);
        word = next;
    }
    free(copy);
}

static SynthPair translate(const char *english)
{
    Reading r;
    Draft d;
    SynthPair pair = { 0 };
    read_english(&r, english);
    svo_say(r.clauses, r.n, &d);
    draft_finish(&d, &pair);
    assert_string_equal(pair.source, english);
    return pair;
}

/* ---- known sentences ---- */

static const struct {
    const char *english, *french;
} known[] = {
    { "She loves cats", "Elle aime les chats" },
    { "I love you", "Je t' aime" },
    /* missing articles: the whole kind, some of it, none of it */
    { "Cats eat meat", "Les chats mangent de la viande" },
    { "We see birds", "Nous voyons des oiseaux" },
    { "We see beautiful birds", "Nous voyons de beaux oiseaux" },
    { "He drinks water", "Il boit de l' eau" },
    { "He drinks cold milk", "Il boit du lait froid" },
    { "They sell good bread", "Ils vendent du bon pain" },
    { "I hate coffee", "Je déteste le café" },
    { "She loves old clocks", "Elle aime les vieilles horloges" },
    /* negation */
    { "She does not love cats", "Elle n' aime pas les chats" },
    { "I do not have a cat", "Je n' ai pas de chat" },
    { "You do not eat eggs", "Tu ne manges pas d' œufs" },
    { "Paul does not drink water", "Paul ne boit pas d' eau" },
    { "They do not see the owl", "Ils ne voient pas le hibou" },
    { "We never read newspapers", "Nous ne lisons jamais de journaux" },
    { "She does not often read two books", "Elle ne lit pas souvent deux livres" },
    { "We do not sell owls", "Nous ne vendons pas de hiboux" },
    /* adjectives: place, gender, number, before a vowel */
    { "The red cats sleep", "Les chats rouges dorment" },
    { "A big red car arrives", "Une grande voiture rouge arrive" },
    { "I see a beautiful tree", "Je vois un bel arbre" },
    { "I see beautiful trees", "Je vois de beaux arbres" },
    { "This old man dances", "Ce vieil homme danse" },
    { "This old owl sings", "Ce vieux hibou chante" },
    { "An old woman laughs", "Une vieille femme rit" },
    { "She chooses the new hotel", "Elle choisit le nouvel hôtel" },
    { "Their white dresses arrive", "Leurs robes blanches arrivent" },
    { "She buys fresh oranges", "Elle achète des oranges fraîches" },
    { "The happy girls work", "Les filles heureuses travaillent" },
    { "My intelligent aunt writes expensive stories", "Ma tante intelligente écrit des histoires chères" },
    /* elision, mute and aspirated h */
    { "I arrive", "J' arrive" },
    { "I live in the hotel", "J' habite dans l' hôtel" },
    { "The child hears the owl", "L' enfant entend le hibou" },
    { "This tree hides this school", "Cet arbre cache cette école" },
    { "We laugh because he dances", "Nous rions car il danse" },
    { "We laugh because the child dances", "Nous rions car l' enfant danse" },
    { "We laugh so Alice dances", "Nous rions donc Alice danse" },
    { "We laugh if he dances", "Nous rions s' il danse" },
    { "We laugh if she dances", "Nous rions si elle danse" },
    /* possessives */
    { "His sister sees her brother", "Sa sœur voit son frère" },
    { "She loves his school", "Elle aime son école" },
    { "She loves his small school", "Elle aime sa petite école" },
    { "My friends know your story", "Mes amis connaissent ton histoire" },
    { "Our cows eat our apples", "Nos vaches mangent nos pommes" },
    { "They read their letter", "Ils lisent leur lettre" },
    /* object pronouns before the verb */
    { "She sees him", "Elle le voit" },
    { "She hears her", "Elle l' entend" },
    { "He does not follow us", "Il ne nous suit pas" },
    { "You do not love me", "Tu ne m' aimes pas" },
    { "I wait for you all", "Je vous attends" },
    { "You all look for them", "Vous les cherchez" },
    /* modals */
    { "She wants to see him", "Elle veut le voir" },
    { "She does not want to eat carrots", "Elle ne veut pas manger de carottes" },
    { "I cannot find the key", "Je ne peux pas trouver la clé" },
    { "You all must not help me", "Vous ne devez pas m' aider" },
    { "Emma can never sleep", "Emma ne peut jamais dormir" },
    /* adverbs, places, contraction */
    { "Marie often sings in our garden", "Marie chante souvent dans notre jardin" },
    { "He always helps them today", "Il les aide toujours aujourd'hui" },
    { "We run near the park", "Nous courons près du parc" },
    { "We run near the houses", "Nous courons près des maisons" },
    { "We run near the tree", "Nous courons près de l' arbre" },
    { "We run near the forest", "Nous courons près de la forêt" },
    { "Thomas works with an old doctor", "Thomas travaille avec un vieux médecin" },
    /* persons, and more than one clause */
    { "Alice and Paul love cats", "Alice et Paul aiment les chats" },
    { "You all sing and we paint mice", "Vous chantez et nous peignons des souris" },
    { "I see Paul and Marie and Alice must sleep", "Je vois Paul et Marie et Alice doivent dormir" },
    { "She loves cats but her brother prefers the young black horses when they run in the big park",
      "Elle aime les chats mais son frère préfère les jeunes chevaux noirs quand ils courent dans le grand "
      "parc" },
};

static void test_known_sentences(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        SynthPair pair = translate(known[i].english);
        assert_string_equal(pair.target, known[i].french);
        synth_pair_free(&pair);
    }
}

/* ---- links ---- */

static char *links_as_text(const SynthPair *pair)
{
    Str s = { 0 };
    str_add(&s, "");
    for (size_t k = 0; k < array_len(pair->links); k++) {
        const SynthLink *l = &pair->links[k];
        str_addf(&s, "%s%d%c%d", k ? " " : "", l->source, l->sure ? '-' : '?', l->target);
    }
    return str_take(&s);
}

static void test_known_links(void **state)
{
    (void)state;
    static const char *const rows[][2] = {
        { "She loves cats", "0-0 1-1 2-2 2-3" },
        { "She does not love red cats", "0-0 2-1 1?1 3?1 3-2 1?2 2-3 5-4 5-5 4-6" },
        { "We run near the park", "0-0 1-1 2-2 2-3 3-3 4?3 4-4" },
        { "I cannot see a tree", "0-0 1?0 1-1 1-2 1-3 2-4 3-5 1?5 4?5 4-6" },
        { "You all want to look for him", "0-0 1-0 2-1 6-2 4?2 4-3 5?3 3?3" },
        { "He drinks water", "0-0 1-1 2-2 2-3 2-4" },
        { "He drinks milk", "0-0 1-1 2-2 2-3" }, /* du: de and le, both from milk */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        SynthPair pair = translate(rows[i][0]);
        char *links = links_as_text(&pair);
        assert_string_equal(links, rows[i][1]);
        free(links);
        synth_pair_free(&pair);
    }
}

/* ---- drawn sentences ---- */

static void test_english_fixes_french(void **state)
{
    (void)state;
    Rng r = rng_new(11);
    SynthPair drawn = { 0 };
    for (int i = 0; i < 3000; i++) {
        synth_make(synth_find("svo", NULL), &r, &drawn);
        SynthPair again = translate(drawn.source);
        assert_string_equal(again.target, drawn.target);
        synth_pair_free(&again);
    }
    synth_pair_free(&drawn);
}

static void test_every_length(void **state)
{
    (void)state;
    const SynthTask *svo = synth_find("svo", NULL);
    Rng r = rng_new(3);
    SynthPair pair = { 0 };
    for (int n = svo->shortest; n <= svo->longest; n++)
        for (int i = 0; i < 20; i++) {
            synth_make_length(svo, &r, n, &pair);
            assert_int_equal(pair.n_source, n);
        }
    synth_pair_free(&pair);
}

/* The pairs of words that French never leaves side by side. */
static void test_nothing_left_unelided(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        " le a",    " la é",  " je a",    " je h",     " ne a",    " de le ",     " de les ",   " de o",
        " que i",   " ma a",  " sa é",    " ce a",     " ce ho",   " si il ",     " si ils ",   " beau a",
        " la h",    " le ho", " de des ", " pas des ", " pas un ", " jamais du ", " l' hibou",  " d' hibou",
        " du eau ", " du a",  " me a",    " te a",     " du ho",   " cet hibou",  " bel hibou", " cet p",
    };
    Rng r = rng_new(8);
    SynthPair pair = { 0 };
    for (int i = 0; i < 4000; i++) {
        synth_make(synth_find("svo", NULL), &r, &pair);
        for (size_t k = 0; k < sizeof wrong / sizeof *wrong; k++)
            if (strstr(pair.target, wrong[k]))
                fail_msg("\"%s\" in \"%s\"", wrong[k], pair.target);
    }
    synth_pair_free(&pair);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_sentences),       cmocka_unit_test(test_known_links),
        cmocka_unit_test(test_english_fixes_french),  cmocka_unit_test(test_every_length),
        cmocka_unit_test(test_nothing_left_unelided),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
