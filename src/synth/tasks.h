/* tasks.h -- what the table in synth.c is made of (inside this folder only). */
#ifndef SYNTH_TASKS_H
#define SYNTH_TASKS_H

#include "synth/draft.h"

void svo_draw(Rng *r, int n_source, Draft *out);
void svo_draw_first(Draft *out);

void copy_draw(Rng *r, int n_source, Draft *out);
void reverse_draw(Rng *r, int n_source, Draft *out);
void sort_draw(Rng *r, int n_source, Draft *out);
void lexicon_draw(Rng *r, int n_source, Draft *out);

enum { DATES_SHORTEST = 6, DATES_LONGEST = 12 };
void dates_draw(Rng *r, int n_source, Draft *out);

enum { KVQA_FACT = 5, KVQA_QUESTION = 5, KVQA_FACTS = 10, KEYSENT_SENTENCES = 20, KEYSENT_WORDS = 7 };
void kvqa_draw(Rng *r, int n_source, Draft *out);
void kvqa_draw_all(Rng *r, int n_source, Draft *out); /* 400 keys and values, whatever the facts */
void keysent_draw(Rng *r, int n_source, Draft *out);

enum { STORY_SHORTEST = 2, STORY_USUAL = 8, STORY_LONGEST = 50 }; /* sentences */
void stories_draw(Rng *r, int n_sentences, Draft *out);
void stories_draw_first(Draft *out);

enum { NEWS_SHORTEST = 4, NEWS_LONGEST = 12 }; /* sentences */
void news_draw(Rng *r, int n_sentences, Draft *out);

/* A made-up word of four letters; 500 numbers, no two alike. Native and foreign words share no
 * consonant. */
enum { SPELLED_WORDS = 500 };
void spell_native(char word[DRAFT_BYTES], int number);
void spell_foreign(char word[DRAFT_BYTES], int number);

#endif
