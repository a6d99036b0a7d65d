/* questions.h -- questions about texts, read from lines in either of two forms.
 *
 *     1 Mary went to the hall.               bAbI's (Weston et al. 2015): numbered lines. One with a tab, or
 *     2 John went to the garden.             that ends in `?`, is a question about all lines above it; behind
 *     3 Where is Mary?<tab>hall<tab>1        tabs the answer and the numbers of the lines that tell it.
 *     1 Bill is here.                        A number that is not larger than the last begins a new story.
 *
 *     {"context": ["Mary went to the hall.", ...], "question": "Where is Mary?"}      one JSON object a line
 *     {"context": "Mary went to the hall. John ...", "question": "Where is Mary?",
 *      "answer": "hall", "supporting": [0], "id": "any"}                              the last three may be
 * missing
 *
 * What the model reads is the sentences and then the question, its separator between them.
 */
#ifndef CLI_QUESTIONS_H
#define CLI_QUESTIONS_H

#include <jansson.h>

#include "base/str.h"
#include "lookback.h"

typedef struct {
    uint64_t line;     /* from 0 */
    char *wrong;       /* why there is nothing to ask; NULL: all is well, and what follows is filled */
    Str text;          /* what the model reads */
    LbSpan *sentences; /* array: in `text`; without those that hold no text */
    size_t *number;    /* array: of each as it was given: from 0, in bAbI's form the number of its line */
    size_t *before;    /* array: bytes of its context before it, as given; in a list and in bAbI's form 0 */
    char *question;
    char *answer;       /* that is right; NULL: it was not told */
    size_t *supporting; /* array: numbers of the sentences that tell it */
    bool is_told;       /* `supporting` was given */
    json_t *id;         /* to be handed back; NULL: none */
    bool of_story;      /* in bAbI's form */
} Question;

void question_free(Question *q);

/* Reads lines, one after another; keeps the story at hand. */
typedef struct {
    const char *separator; /* lb_model_separator() */
    Str story;             /* the sentences so far, each followed by the separator */
    LbSpan *sentences;     /* array: in `story` */
    size_t *number;        /* array */
    size_t last;           /* number of the last line; 0: there is no story */
    char *too_long; /* why the story, which only grows, cannot be asked about any more; NULL: it can. The
                     * caller's to set, the reader's to free */
} QuestionReader;

void question_reader_free(QuestionReader *r);
void question_reader_forget(QuestionReader *r); /* the story; lines of another file are to come */
/* True: the line asks something, or is wrong, which *out says. False: a line of a story, or an empty one
 * between stories. */
bool question_read(QuestionReader *r, LbText raw, uint64_t line, Question *out);
/* One text and a question about it. */
Question question_of(const char *separator, LbText context, LbText question);

#endif
