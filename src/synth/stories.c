/* stories.c -- stories about people and places with a question about one of their facts.
 *
 *     Alice , who met Bob in Rome , lives in Paris . ||| The mayor of Oslo visited Bern . ||| Where does ...
 * (punctuation in its usual place; a word each for whoever counts). A fact is who, what, where: said by a
 * main clause or by a relative one, and any of them may be asked for. Within a text nobody has two facts of a
 * kind and no object is in two facts of a kind, so one word is the answer, and it is in one sentence, which
 * is the evidence. Other sentences tell nothing but name places and people again, or are prose of rarer
 * words. A post (the CEO) is held by one person of a text, and a question names people as the sentence with
 * the answer did: there is nothing to be put together from two sentences, and there are no pronouns.
 *
 * The answer is surely linked to its word in the evidence, possibly to who it is about and to the other words
 * of the clause. Words of the source are counted with punctuation apart.
 */
#include "synth/stories.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"
#include "synth/tasks.h"

enum { MOST_NAMES = 256, MOST_FACTS = 3 * STORY_LONGEST, TRIES = 50 };

typedef struct {
    char name[DRAFT_BYTES]; /* empty: has a post only */
    const char *post;       /* or NULL */
    char of[DRAFT_BYTES];   /* what firm or place the post is of */
    bool has[STORY_RELATIONS];
} Person;

typedef struct {
    const StoryRelation *relation;
    Person *who;
    char object[DRAFT_BYTES], other[DRAFT_BYTES];
    bool by_name, by_post;           /* how the sentence calls them */
    int at_who, at_object, at_other; /* source words */
    int first, last;                 /* the words of the clause after the subject */
    int sentence;
} Fact;

typedef struct {
    char text[MOST_NAMES][DRAFT_BYTES];
    int n;
} Names;

typedef struct {
    const SynthTask *task;
    Rng *r;
    Draft *d;
    Names names[STORY_POOLS]; /* those in the text */
    Person people[MOST_NAMES];
    int n_people;
    Fact facts[MOST_FACTS];
    int n_facts;
    bool held[64]; /* posts */
    int first[STORY_LONGEST + 2], n_sentences;
} Story;

static bool chance(Story *s, int percent)
{
    return rng_below(s->r, 100) < percent;
}

static const char *any(Story *s, StoryList list)
{
    return list.text[rng_below(s->r, list.n)];
}

/* ---- names ---- */

static bool is_named(const Names *names, const char *name)
{
    for (int i = 0; i < names->n; i++)
        if (text_equal(names->text[i], name))
            return true;
    return false;
}

/* One that is not in the text yet; false: there seems to be none. */
static bool new_name(Story *s, StoryPool pool, char out[DRAFT_BYTES])
{
    Names *names = &s->names[pool];
    for (int i = 0; i < TRIES && names->n < MOST_NAMES; i++) {
        bool seen = pool == STORY_PLACES && chance(s, s->task->seen_places);
        int part = seen ? SYNTH_TRAIN : s->task->part, n = story_names(pool, part);
        story_name(pool, part, rng_below(s->r, n < s->task->names ? n : s->task->names), out);
        if (is_named(names, out))
            continue;
        snprintf(names->text[names->n++], DRAFT_BYTES, "%s", out);
        return true;
    }
    return false;
}

/* Often one that the text has already: a name alone tells nothing. */
static bool some_name(Story *s, StoryPool pool, char out[DRAFT_BYTES])
{
    const Names *names = &s->names[pool];
    if (names->n == 0 || !chance(s, 30))
        return new_name(s, pool, out);
    snprintf(out, DRAFT_BYTES, "%s", names->text[rng_below(s->r, names->n)]);
    return true;
}

/* ---- people ---- */

static Person *new_person(Story *s)
{
    assert(s->n_people < MOST_NAMES);
    Person *p = &s->people[s->n_people];
    *p = (Person){ 0 };
    if (!new_name(s, STORY_PEOPLE, p->name))
        return NULL;
    s->n_people++;
    return p;
}

/* "The CEO of Solabit", "the mayor of Oslo", "the captain", with a name or without. */
static Person *new_holder(Story *s)
{
    int post = rng_below(s->r, story_posts.n);
    if (s->held[post] || s->n_people == MOST_NAMES)
        return new_person(s);
    s->held[post] = true;
    Person *p = &s->people[s->n_people++];
    *p = (Person){ .post = story_posts.text[post] };
    if (chance(s, 70))
        some_name(s, chance(s, 60) ? STORY_FIRMS : STORY_PLACES, p->of);
    if (chance(s, 35))
        new_name(s, STORY_PEOPLE, p->name);
    return p;
}

static Person *some_person(Story *s)
{
    if (s->n_people > 0 && chance(s, 40))
        return &s->people[rng_below(s->r, s->n_people)];
    return chance(s, 30) ? new_holder(s) : new_person(s);
}

/* Another one, with a name. */
static bool some_other(Story *s, const Person *who, char out[DRAFT_BYTES])
{
    for (int i = 0; i < TRIES; i++) {
        const Person *p =
            s->n_people > 0 && chance(s, 40) ? &s->people[rng_below(s->r, s->n_people)] : new_person(s);
        if (!p || p == who || !p->name[0])
            continue;
        snprintf(out, DRAFT_BYTES, "%s", p->name);
        return true;
    }
    return false;
}

/* ---- facts ---- */

static bool is_object(const Story *s, const StoryRelation *r, const char *object)
{
    for (int i = 0; i < s->n_facts; i++)
        if (s->facts[i].relation == r && text_equal(s->facts[i].object, object))
            return true;
    return false;
}

static int any_relation(Story *s)
{
    int all = 0, i = 0;
    for (int k = 0; k < STORY_RELATIONS; k++)
        all += story_relations[k].weight;
    for (int at = rng_below(s->r, all); at >= story_relations[i].weight; i++)
        at -= story_relations[i].weight;
    return i;
}

/* NULL: nothing new can be said about them. The fact counts from now on. */
static Fact *new_fact(Story *s, Person *who)
{
    for (int i = 0; i < TRIES && s->n_facts < MOST_FACTS; i++) {
        int k = any_relation(s);
        const StoryRelation *r = &story_relations[k];
        Fact f = { .relation = r, .who = who, .sentence = s->n_sentences };
        if (who->has[k] || (r->by_name && (!who->name[0] || who->post)) ||
            !some_name(s, r->object, f.object) || is_object(s, r, f.object) ||
            (r->asks_other[0] && !some_other(s, who, f.other)))
            continue;
        who->has[k] = true;
        s->facts[s->n_facts] = f;
        return &s->facts[s->n_facts++];
    }
    return NULL;
}

/* ---- saying ---- */

static bool is_point(const char *word)
{
    return strchr(",.?'", word[0]) && !word[1];
}

static int say(Story *s, const char *word)
{
    bool glued = is_point(word);
    int first = s->first[s->n_sentences], at = (glued ? draft_glued : draft_source)(s->d, word);
    char *text = s->d->source[first].text;
    if (at == first)
        text[0] = (char)toupper((unsigned char)text[0]);
    return at;
}

/* What to do with a hole of a template; others are words. */
typedef void (*SayHole)(Story *s, const char *hole, Fact *f);

static void say_all(Story *s, const char *template, SayHole hole, Fact *f)
{
    Span *each = text_words(template, strlen(template));
    for (size_t i = 0; i < array_len(each); i++) {
        char word[DRAFT_BYTES];
        snprintf(word, sizeof word, "%.*s", each[i].end - each[i].start, template + each[i].start);
        if (strpbrk(word, "#@~&^"))
            hole(s, word, f);
        else if (text_equal(word, "'s"))
            say(s, "'"), draft_glued(s->d, "s");
        else
            say(s, word);
    }
    array_free(each);
}

static void say_post(Story *s, const Person *who, bool in_full)
{
    say(s, "the");
    say(s, who->post);
    if (!who->of[0] || !in_full)
        return;
    say(s, "of");
    say(s, who->of);
}

static void say_time(Story *s)
{
    say(s, any(s, story_times));
}

static void say_article(Story *s, const char *noun)
{
    say(s, strchr("aeiou", noun[0]) ? "an" : "a");
}

static void fill_clause(Story *s, const char *hole, Fact *f)
{
    if (text_equal(hole, "a@"))
        say_article(s, f->object);
    if (strchr(hole, '@'))
        f->at_object = say(s, f->object);
    else if (hole[0] == '~')
        f->at_other = say(s, f->other);
    else
        say_time(s);
}

static void say_clause(Story *s, const char *template, Fact *f)
{
    f->first = s->d->n_source;
    say_all(s, template, fill_clause, f);
    f->last = s->d->n_source - 1;
}

static const char *any_way(Story *s, const char *const ways[STORY_WAYS])
{
    int n = 0;
    while (n < STORY_WAYS && ways[n])
        n++;
    return ways[rng_below(s->r, n)];
}

static void say_fact(Story *s, Fact *f)
{
    say_clause(s, any_way(s, f->relation->says), f);
}

/* The name, the post, or both: "Alice, the CEO of Solabit,", which has no room for a relative clause. */
static void say_who(Story *s, Fact *f, bool has_room)
{
    const Person *who = f->who;
    bool both = who->name[0] && who->post && has_room && chance(s, 60);
    f->by_name = who->name[0] && (!who->post || both || chance(s, 50));
    f->by_post = !f->by_name || both;
    f->at_who = f->by_name ? say(s, who->name) : s->d->n_source + 1;
    if (both)
        say(s, ",");
    if (f->by_post)
        say_post(s, who, true);
    if (both)
        say(s, ",");
}

static void share_who(Fact *f, const Fact *of)
{
    f->by_name = of->by_name;
    f->by_post = of->by_post;
    f->at_who = of->at_who;
}

/* ---- sentences ---- */

/* Each says f and perhaps a second fact of the same person. */

static void say_plain(Story *s, Fact *f)
{
    if (f->relation->timed && chance(s, 25)) {
        say(s, "on");
        say_time(s);
        say_who(s, f, true);
        say_clause(s, f->relation->says[0], f);
        return;
    }
    say_who(s, f, true);
    say_fact(s, f);
}

static void say_trait(Story *s, Fact *f)
{
    bool commas = chance(s, 50);
    say_who(s, f, false);
    if (commas)
        say(s, ",");
    say(s, "who");
    say_all(s, any(s, story_traits), NULL, NULL);
    if (commas)
        say(s, ",");
    say_fact(s, f);
}

static void say_relative(Story *s, Fact *f)
{
    bool commas = chance(s, 70);
    Fact *more = new_fact(s, f->who);
    if (!more) {
        say_plain(s, f);
        return;
    }
    say_who(s, f, false);
    share_who(more, f);
    if (commas)
        say(s, ",");
    say(s, "who");
    say_fact(s, more);
    if (commas)
        say(s, ",");
    say_fact(s, f);
}

static void say_both(Story *s, Fact *f)
{
    Fact *more = new_fact(s, f->who);
    say_who(s, f, true);
    say_fact(s, f);
    if (!more)
        return;
    share_who(more, f);
    say(s, "and");
    say_fact(s, more);
}

/* "Clara knows Alice, who lives in Paris" */
static void say_known(Story *s, Fact *f)
{
    char name[DRAFT_BYTES];
    if (!some_other(s, f->who, name)) {
        say_plain(s, f);
        return;
    }
    say(s, name);
    say_all(s, any(s, story_knows), NULL, NULL);
    say_who(s, f, false);
    say(s, ",");
    say(s, "who");
    say_fact(s, f);
}

static const struct {
    int percent;
    void (*say)(Story *s, Fact *f);
} shapes[] = {
    { 35, say_plain }, { 15, say_trait }, { 25, say_relative }, { 15, say_both }, { 10, say_known }
};

static void say_something(Story *s)
{
    Person *who = some_person(s);
    Fact *f = who ? new_fact(s, who) : NULL;
    if (!f)
        f = new_fact(s, new_person(s));
    assert(f);
    int i = 0;
    for (int at = rng_below(s->r, 100); at >= shapes[i].percent; i++)
        at -= shapes[i].percent;
    shapes[i].say(s, f);
    say(s, ".");
}

static const char *rare_word(Story *s, const char *hole)
{
    static const char kinds[] = "nva";
    return any(s, story_rare[strchr(kinds, hole[1]) - kinds]);
}

static void fill_filler(Story *s, const char *hole, Fact *f)
{
    if (hole[0] == '^') {
        say(s, rare_word(s, hole));
        return;
    }
    char name[DRAFT_BYTES] = "";
    (void)f;
    bool found =
        hole[0] == '@' ? some_name(s, STORY_PLACES, name) : hole[0] == '~' && some_other(s, NULL, name);
    assert(found || hole[0] == '&');
    say(s, found ? name : any(s, story_times));
}

/* ---- the question ---- */

static void fill_question(Story *s, const char *hole, Fact *f)
{
    if (text_equal(hole, "a@"))
        say_article(s, f->object);
    if (strchr(hole, '@'))
        say(s, f->object);
    else if (hole[0] == '~')
        say(s, f->other);
    else if (f->by_name && (!f->by_post || chance(s, 50)))
        say(s, f->who->name);
    else
        say_post(s, f->who, chance(s, 40));
}

typedef struct {
    const char *const *ways;
    int answer; /* a source word */
} Asked;

static Asked ask(Story *s, Fact *f)
{
    const StoryRelation *r = f->relation;
    int what = rng_below(s->r, 10);
    Asked a = { r->asks_object, f->at_object };
    if (what < 3 && f->by_name)
        a = (Asked){ r->asks_subject, f->at_who };
    else if (what < 6 && r->asks_other[0])
        a = (Asked){ r->asks_other, f->at_other };
    say_all(s, any_way(s, a.ways), fill_question, f);
    return a;
}

static void add_answer(Story *s, const Fact *f, int answer)
{
    Draft *d = s->d;
    draft_target(d, d->source[answer].text, answer);
    draft_possible(d, f->at_who);
    for (int i = f->first; i <= f->last; i++)
        draft_possible(d, i);
    draft_evidence(d, f->sentence, s->first[f->sentence], s->first[f->sentence + 1] - 2);
}

/* ---- texts ---- */

static void begin_sentence(Story *s)
{
    s->first[s->n_sentences] = s->d->n_source;
}

static void end_sentence(Story *s)
{
    draft_source(s->d, "|||");
    s->n_sentences++;
}

void stories_draw(Rng *r, int n_sentences, Draft *out)
{
    enum { FILLERS = 25, PROSE = 60 }; /* percent; of fillers */
    assert(n_sentences >= 1 && n_sentences <= STORY_LONGEST);
    Story *s = memory_get(1, sizeof *s);
    s->task = out->task, s->r = r, s->d = out;
    draft_clear(out);
    int sure = rng_below(r, n_sentences); /* this one tells something */
    while (s->n_sentences < n_sentences) {
        begin_sentence(s);
        if (s->n_sentences != sure && chance(s, FILLERS))
            say_all(s, any(s, chance(s, PROSE) ? story_prose : story_fillers), fill_filler, NULL);
        else
            say_something(s);
        end_sentence(s);
    }
    begin_sentence(s);
    Fact *f = &s->facts[rng_below(r, s->n_facts)];
    Asked a = ask(s, f);
    add_answer(s, f, a.answer);
    free(s);
}

void stories_draw_first(Draft *out)
{
    static const char *const words[] = { "Alice", "who", "is", "tall", "lives", "in", "Paris" },
                             *const question[] = { "|||", "Where", "does", "Alice", "live" };
    draft_clear(out);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        draft_source(out, words[i]);
    draft_glued(out, ".");
    for (size_t i = 0; i < sizeof question / sizeof *question; i++)
        draft_source(out, question[i]);
    draft_glued(out, "?");
    draft_target(out, "Paris", 6);
    draft_possible(out, 0);
    draft_possible(out, 4);
    draft_possible(out, 5);
    draft_evidence(out, 0, 0, 7);
}
