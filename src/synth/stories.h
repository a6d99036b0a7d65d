/* stories.h -- the words of the task stories (inside this folder only): stories_words.c has the tables,
 * stories.c the stories.
 */
#ifndef SYNTH_STORIES_H
#define SYNTH_STORIES_H

#include "synth/draft.h"

/* Names of four kinds. Each part has names of its own; real ones first, then made-up ones. */
typedef enum { STORY_PEOPLE, STORY_PLACES, STORY_FIRMS, STORY_JOBS, STORY_POOLS } StoryPool;

int story_names(StoryPool pool, int part); /* how many there are */
void story_name(StoryPool pool, int part, int number, char out[DRAFT_BYTES]);

/* Text with holes, words apart: # who it is about, @ the object, a@ the same with its article, ~ another
 * person, & a time, 's two words. Punctuation is glued to what comes before. */
enum { STORY_WAYS = 5 };

typedef struct {
    int weight; /* how often it is drawn */
    StoryPool object;
    bool by_name;                 /* of people with a name only */
    bool timed;                   /* a time may come first: the first way of saying it has none */
    const char *says[STORY_WAYS]; /* what follows the subject; ends with NULL where there are fewer */
    const char *asks_object[STORY_WAYS];
    const char *asks_subject[STORY_WAYS];
    const char *asks_other[STORY_WAYS]; /* for the person at ~ */
} StoryRelation;

/* A list and its length. */
typedef struct {
    const char *const *text;
    int n;
} StoryList;

enum { STORY_RELATIONS = 7 };
extern const StoryRelation story_relations[STORY_RELATIONS];
extern const StoryList story_posts, story_traits, story_times, story_knows, story_fillers, story_prose;
extern const StoryList story_rare[]; /* nouns, verbs, adjectives: what ^n, ^v, ^a in prose stand for */

#endif
