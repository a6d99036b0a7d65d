/* facts.c -- texts of many sentences of which few matter, and it is known which: kvqa and keysent.
 *
 * kvqa     Facts and a question about one of them; the answer is that fact's value.
 *              the bade is vize . the kolu is zova . what is the kolu ?        zova
 *          Within a text all keys and all values differ, so one fact is the evidence and no other tells the
 *          answer. The answer is surely linked to the value, possibly to the other words of its fact. Up to
 * 50 facts use the same 100 keys and 100 values, so a model can be tested on more facts than it has seen;
 * kvqa_draw_all takes 400 of each for any number.
 * keysent  20 sentences of which 3 begin with a word that marks them as important; the summary says who did
 *          what to whom in these, in their order.
 *              also the bade vize the kolu . mainly the ruma zova the tido . ...  ruma zova tido .
 *          Each word of the summary is surely linked to itself in the text, its full stop possibly to each
 * word of the sentence that it ends.
 */
#include "synth/tasks.h"

/* ---- kvqa ---- */

enum { FEW_FACTS = 50, MOST_FACTS = 200 };

static void draw_order(Rng *r, int n_words, int words[2 * MOST_FACTS])
{
    for (int i = 0; i < n_words; i++)
        words[i] = i;
    rng_shuffle(r, words, n_words);
}

static void add_native(Draft *d, int number)
{
    char word[DRAFT_BYTES];
    spell_native(word, number);
    draft_source(d, word);
}

static void add_foreign(Draft *d, int number)
{
    char word[DRAFT_BYTES];
    spell_foreign(word, number);
    draft_source(d, word);
}

static void add_fact(Draft *d, int key, int value)
{
    draft_source(d, "the");
    add_native(d, key);
    draft_source(d, "is");
    add_foreign(d, value);
    draft_source(d, ".");
}

static void ask(Draft *d, int key)
{
    draft_source(d, "what");
    draft_source(d, "is");
    draft_source(d, "the");
    add_native(d, key);
    draft_source(d, "?");
}

static void answer(Draft *d, int fact)
{
    int first = fact * KVQA_FACT, value = first + 3;
    draft_target(d, d->source[value].text, value);
    for (int i = 0; i < KVQA_FACT; i++)
        draft_possible(d, first + i);
    draft_evidence(d, fact, first, first + KVQA_FACT - 1);
}

static int facts_of(int n_source)
{
    int n = (n_source - KVQA_QUESTION) / KVQA_FACT;
    assert(n >= 1 && n <= MOST_FACTS);
    return n;
}

/* Out of so many keys and as many values. */
static void draw_facts(Rng *r, int n, int n_words, Draft *out)
{
    int keys[2 * MOST_FACTS], values[2 * MOST_FACTS];
    draw_order(r, n_words, keys);
    draw_order(r, n_words, values);
    int asked = rng_below(r, n);
    draft_clear(out);
    for (int i = 0; i < n; i++)
        add_fact(out, keys[i], values[i]);
    ask(out, keys[asked]);
    answer(out, asked);
}

void kvqa_draw(Rng *r, int n_source, Draft *out)
{
    int n = facts_of(n_source);
    draw_facts(r, n, 2 * (n > FEW_FACTS ? n : FEW_FACTS), out);
}

void kvqa_draw_all(Rng *r, int n_source, Draft *out)
{
    draw_facts(r, facts_of(n_source), 2 * MOST_FACTS, out);
}

/* ---- keysent ---- */

enum { N_KEYS = 3, NOUNS = 60, VERBS = 20 };

static const char *const marks[] = { "mainly", "notably", "crucially" };
static const char *const others[] = { "also", "then", "later", "meanwhile" };
#define N(list) ((int)(sizeof list / sizeof *list))

static void add_sentence(Rng *r, Draft *d, bool is_key)
{
    draft_source(d, is_key ? marks[rng_below(r, N(marks))] : others[rng_below(r, N(others))]);
    draft_source(d, "the");
    add_native(d, rng_below(r, NOUNS));
    add_foreign(d, rng_below(r, VERBS));
    draft_source(d, "the");
    add_native(d, rng_below(r, NOUNS));
    draft_source(d, ".");
}

static void summarize(Draft *d, int sentence)
{
    static const int said[] = { 2, 3, 5 };
    int first = sentence * KEYSENT_WORDS;
    for (int i = 0; i < N(said); i++)
        draft_target(d, d->source[first + said[i]].text, first + said[i]);
    draft_target(d, ".", first + KEYSENT_WORDS - 1);
    for (int i = 0; i < KEYSENT_WORDS - 1; i++)
        draft_possible(d, first + i);
    draft_evidence(d, sentence, first, first + KEYSENT_WORDS - 1);
}

void keysent_draw(Rng *r, int n_source, Draft *out)
{
    int order[KEYSENT_SENTENCES], n = n_source / KEYSENT_WORDS;
    bool is_key[KEYSENT_SENTENCES] = { false };
    assert(n == KEYSENT_SENTENCES && n_source % KEYSENT_WORDS == 0);
    draft_clear(out);
    for (int i = 0; i < n; i++)
        order[i] = i;
    rng_shuffle(r, order, n);
    for (int i = 0; i < N_KEYS; i++)
        is_key[order[i]] = true;
    for (int i = 0; i < n; i++)
        add_sentence(r, out, is_key[i]);
    for (int i = 0; i < n; i++)
        if (is_key[i])
            summarize(out, i);
}
