/* porter.c -- the five steps of Porter's algorithm: tables of endings, and what the rest of a word must be.
 *
 * In a table the first ending that fits decides, even if its condition then keeps the word as it is.
 */
#include "metric/porter.h"

#include <stdbool.h>
#include <string.h>

typedef struct {
    char *text;
    size_t n;
} Stem;

/* ---- what a stem is like ---- */

/* y is a consonant at the beginning and behind a vowel; so letter by letter from the left. */
static bool consonant_after(const Stem *s, size_t i, bool after_consonant)
{
    return s->text[i] == 'y' ? i == 0 || !after_consonant : !memchr("aeiou", s->text[i], 5);
}

typedef struct {
    size_t changes; /* from vowels to consonants: Porter's m */
    bool vowel;     /* there is one */
    bool last[3]; /* whether the last letters are consonants, [2] the very last; false where there is none */
} Shape;

static Shape shape_of(const Stem *s)
{
    Shape p = { 0 };
    for (size_t i = 0; i < s->n; i++) {
        bool now = consonant_after(s, i, p.last[2]);
        p.changes += i > 0 && now && !p.last[2];
        p.vowel |= !now;
        p.last[0] = p.last[1], p.last[1] = p.last[2], p.last[2] = now;
    }
    return p;
}

static bool has_measure(const Stem *s)
{
    return shape_of(s).changes > 0;
}

static bool has_measure_2(const Stem *s)
{
    return shape_of(s).changes > 1;
}

static bool has_vowel(const Stem *s)
{
    return shape_of(s).vowel;
}

/* Consonant, vowel, consonant that is not w, x, y; or just a vowel and a consonant. */
static bool is_short(const Stem *s)
{
    Shape p = shape_of(s);
    if (s->n < 2 || !p.last[2] || p.last[1])
        return false;
    return s->n == 2 || (p.last[0] && !memchr("wxy", s->text[s->n - 1], 3));
}

static bool before_ion(const Stem *s)
{
    return has_measure_2(s) && (s->text[s->n - 1] == 's' || s->text[s->n - 1] == 't');
}

static bool before_y(const Stem *s)
{
    return s->n > 1 && shape_of(s).last[2];
}

static bool before_logi(const Stem *s) /* "log" counts as part of the stem */
{
    return has_measure(&(Stem){ s->text, s->n + 3 });
}

static bool is_4_long(const Stem *s) /* with the ending of three letters */
{
    return s->n == 1;
}

/* ---- endings ---- */

typedef struct {
    const char *ending, *instead;
    bool (*if_stem)(const Stem *); /* NULL: always */
} Rule;

static bool ends_in(const Stem *s, const char *ending, Stem *rest)
{
    size_t n = strlen(ending);
    *rest = (Stem){ s->text, s->n < n ? 0 : s->n - n };
    return s->n >= n && !memcmp(s->text + rest->n, ending, n);
}

/* "" also fits. Returns the rule that was used; NULL: the word stayed. */
static const Rule *apply(Stem *s, const Rule *rules)
{
    Stem rest;
    while (rules->ending && !ends_in(s, rules->ending, &rest))
        rules++;
    if (!rules->ending || (rules->if_stem && !rules->if_stem(&rest)))
        return NULL;
    s->n = rest.n + strlen(rules->instead);
    memcpy(s->text + rest.n, rules->instead, strlen(rules->instead));
    return rules;
}

static const Rule plurals_short[] = { { "ies", "ie", is_4_long }, { 0 } };
static const Rule plurals[] = {
    { "sses", "ss", NULL }, { "ies", "i", NULL }, { "ss", "ss", NULL }, { "s", "", NULL }, { 0 }
};

static void step_1a(Stem *s)
{
    if (!apply(s, plurals_short))
        apply(s, plurals);
}

static const Rule past_short[] = { { "ied", "ie", is_4_long }, { 0 } };
static const Rule past_ied[] = { { "ied", "i", NULL }, { 0 } };
static const Rule past_eed[] = { { "eed", "ee", has_measure }, { 0 } };
static const Rule past[] = { { "ed", "", has_vowel }, { 0 } };
static const Rule present[] = { { "ing", "", has_vowel }, { 0 } };
static const Rule restored[] = { { "at", "ate", NULL }, { "bl", "ble", NULL }, { "iz", "ize", NULL }, { 0 } };

/* What "ed" or "ing" left: hopp(ing), fil(ing), conflat(ed). */
static void restore(Stem *s)
{
    if (apply(s, restored))
        return;
    char last = s->text[s->n - 1];
    bool doubled = s->n > 1 && s->text[s->n - 2] == last && shape_of(s).last[2];
    if (doubled)
        s->n -= !memchr("lsz", last, 3);
    else if (shape_of(s).changes == 1 && is_short(s))
        s->text[s->n++] = 'e';
}

static void step_1b(Stem *s)
{
    Stem rest;
    if (apply(s, past_short) || apply(s, past_ied))
        return;
    if (ends_in(s, "eed", &rest))
        apply(s, past_eed);
    else if (apply(s, past) || apply(s, present))
        restore(s);
}

static const Rule last_y[] = { { "y", "i", before_y }, { 0 } };

static const Rule alli[] = { { "alli", "al", has_measure }, { 0 } };
static const Rule step_2_rules[] = {
    { "ational", "ate", has_measure },
    { "tional", "tion", has_measure },
    { "enci", "ence", has_measure },
    { "anci", "ance", has_measure },
    { "izer", "ize", has_measure },
    { "bli", "ble", has_measure },
    { "alli", "al", has_measure },
    { "entli", "ent", has_measure },
    { "eli", "e", has_measure },
    { "ousli", "ous", has_measure },
    { "ization", "ize", has_measure },
    { "ation", "ate", has_measure },
    { "ator", "ate", has_measure },
    { "alism", "al", has_measure },
    { "iveness", "ive", has_measure },
    { "fulness", "ful", has_measure },
    { "ousness", "ous", has_measure },
    { "aliti", "al", has_measure },
    { "iviti", "ive", has_measure },
    { "biliti", "ble", has_measure },
    { "fulli", "ful", has_measure },
    { "logi", "log", before_logi },
    { 0 },
};

static void step_2(Stem *s)
{
    while (apply(s, alli))
        ;
    apply(s, step_2_rules);
}

static const Rule step_3_rules[] = {
    { "icate", "ic", has_measure }, { "ative", "", has_measure },
    { "alize", "al", has_measure }, { "iciti", "ic", has_measure },
    { "ical", "ic", has_measure },  { "ful", "", has_measure },
    { "ness", "", has_measure },    { 0 },
};

static const Rule step_4_rules[] = {
    { "al", "", has_measure_2 },    { "ance", "", has_measure_2 },
    { "ence", "", has_measure_2 },  { "er", "", has_measure_2 },
    { "ic", "", has_measure_2 },    { "able", "", has_measure_2 },
    { "ible", "", has_measure_2 },  { "ant", "", has_measure_2 },
    { "ement", "", has_measure_2 }, { "ment", "", has_measure_2 },
    { "ent", "", has_measure_2 },   { "ion", "", before_ion },
    { "ou", "", has_measure_2 },    { "ism", "", has_measure_2 },
    { "ate", "", has_measure_2 },   { "iti", "", has_measure_2 },
    { "ous", "", has_measure_2 },   { "ive", "", has_measure_2 },
    { "ize", "", has_measure_2 },   { 0 },
};

static bool before_last_e(const Stem *s)
{
    size_t changes = shape_of(s).changes;
    return changes > 1 || (changes == 1 && !is_short(s));
}

static const Rule last_e[] = { { "e", "", before_last_e }, { 0 } };

static bool before_last_l(const Stem *s) /* the first l of "ll" counts as part of the stem */
{
    return has_measure_2(&(Stem){ s->text, s->n + 1 });
}

static const Rule last_ll[] = { { "ll", "l", before_last_l }, { 0 } };

/* ---- words ---- */

static const char *const irregular[][2] = {
    { "skies", "sky" },       { "dying", "die" },        { "lying", "lie" },       { "tying", "tie" },
    { "news", "news" },       { "innings", "inning" },   { "inning", "inning" },   { "outings", "outing" },
    { "outing", "outing" },   { "cannings", "canning" }, { "canning", "canning" }, { "howe", "howe" },
    { "proceed", "proceed" }, { "exceed", "exceed" },    { "succeed", "succeed" }, { "sky", "sky" },
};

static const char *irregular_stem(const char *word, size_t n)
{
    for (size_t i = 0; i < sizeof irregular / sizeof *irregular; i++)
        if (strlen(irregular[i][0]) == n && !memcmp(irregular[i][0], word, n))
            return irregular[i][1];
    return NULL;
}

size_t porter_stem(char *word, size_t n)
{
    const char *known = irregular_stem(word, n);
    if (known) {
        memcpy(word, known, strlen(known));
        return strlen(known);
    }
    if (n <= 2)
        return n;
    Stem s = { word, n };
    step_1a(&s);
    step_1b(&s);
    apply(&s, last_y);
    step_2(&s);
    apply(&s, step_3_rules);
    apply(&s, step_4_rules);
    apply(&s, last_e);
    apply(&s, last_ll);
    return s.n;
}
