/* patterns.c -- tasks without grammar, over made-up words: copy, reverse, sort and lexicon.
 *
 * copy     y_j = x_j. The easiest alignment there is: the diagonal.
 * reverse  y_j = x_(S-1-j). As easy for attention, hard for anything that guesses by position.
 * sort     the words of the source, all different, in the order of the alphabet: what is linked to what
 * depends on all words at once. lexicon  What word alignment has to cope with, one thing each, in rules that
 * depend on words alone. Word i of 200 belongs to a class, i % 20: 0          has no translation (fertility
 * 0) 1, 2       two target words (fertility 2): a small word first that its class has in common, so that
 * neither of the two gives the other away 3          is followed in the target by a word that comes from
 * nothing (NULL: no link) 4 to 9     changes places with a following word of class 10 to 19 (local
 * reordering) and one target word otherwise. A reader that must link every word is wrong at the NULL words.
 * A made-up word is two syllables that spell its number; source and target spell differently.
 */
#include "synth/tasks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COPY_WORDS = 100, LEXICON_WORDS = 200 };

static void spell(char word[DRAFT_BYTES], const char *consonants, const char *vowels, int number)
{
    assert(number >= 0 && number < SPELLED_WORDS);
    snprintf(word, DRAFT_BYTES, "%c%c%c%c", consonants[number / 5 % 10], vowels[number % 5],
             consonants[(number / 50 + number) % 10], vowels[number / 50 % 5]);
}

void spell_native(char word[DRAFT_BYTES], int number)
{
    spell(word, "bdfgklmnpr", "aeiou", number);
}

void spell_foreign(char word[DRAFT_BYTES], int number)
{
    spell(word, "vzstjchqwx", "eioua", number);
}

static void add_source(Draft *d, int number)
{
    char word[DRAFT_BYTES];
    spell_native(word, number);
    draft_source(d, word);
}

static void draw_words(Rng *r, int n, int n_words, int *words, Draft *out)
{
    draft_clear(out);
    for (int i = 0; i < n; i++) {
        words[i] = rng_below(r, n_words);
        add_source(out, words[i]);
    }
}

void copy_draw(Rng *r, int n_source, Draft *out)
{
    int words[DRAFT_WORDS];
    draw_words(r, n_source, COPY_WORDS, words, out);
    for (int i = 0; i < n_source; i++)
        draft_target(out, out->source[i].text, i);
}

void reverse_draw(Rng *r, int n_source, Draft *out)
{
    int words[DRAFT_WORDS];
    draw_words(r, n_source, COPY_WORDS, words, out);
    for (int i = n_source - 1; i >= 0; i--)
        draft_target(out, out->source[i].text, i);
}

static int compare_words(const void *a, const void *b)
{
    return strcmp((*(const DraftWord *const *)a)->text, (*(const DraftWord *const *)b)->text);
}

void sort_draw(Rng *r, int n_source, Draft *out)
{
    int words[COPY_WORDS];
    const DraftWord *order[COPY_WORDS];
    assert(n_source <= COPY_WORDS);
    for (int i = 0; i < COPY_WORDS; i++)
        words[i] = i;
    rng_shuffle(r, words, COPY_WORDS);
    draft_clear(out);
    for (int i = 0; i < n_source; i++) {
        add_source(out, words[i]);
        order[i] = &out->source[i];
    }
    qsort(order, (size_t)n_source, sizeof *order, compare_words);
    for (int i = 0; i < n_source; i++)
        draft_target(out, order[i]->text, (int)(order[i] - out->source));
}

/* The translation of lexicon word `number`, standing at source word `from`. */
static void translate_word(Draft *d, int number, int from)
{
    char word[DRAFT_BYTES];
    int class = number % 20;
    if (class == 0)
        return;
    if (class <= 2)
        draft_target(d, class == 1 ? "un" : "do", from);
    spell_foreign(word, number);
    draft_target(d, word, from);
    if (class == 3)
        draft_target(d, "os", -1);
}

static bool swaps(int number, int next)
{
    int class = number % 20;
    return class >= 4 && class <= 9 && next % 20 >= 10;
}

void lexicon_draw(Rng *r, int n_source, Draft *out)
{
    int words[DRAFT_WORDS] = { 0 };
    do
        draw_words(r, n_source, LEXICON_WORDS, words, out);
    while (words[0] % 20 == 0); /* so that no target is empty */
    for (int i = 0; i < n_source; i++) {
        bool swapped = i + 1 < n_source && swaps(words[i], words[i + 1]);
        translate_word(out, words[i + swapped], i + swapped);
        if (swapped)
            translate_word(out, words[i], i);
        i += swapped;
    }
}
