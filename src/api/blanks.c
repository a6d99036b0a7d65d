#include "api/blanks.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/str.h"

/* A subword that does not begin a word goes on with the one before it. */
static bool goes_on(const Vocab *v, int id)
{
    static const char blank[] = "\xE2\x96\x81";
    return text_equal(vocab_level(v), "sentencepiece") &&
           strncmp(vocab_piece(v, id), blank, strlen(blank)) != 0;
}

static LbGuess guess_of(const Vocab *v, const Guess *g, Arena *a)
{
    char *text = vocab_decode(v, &g->word, 1, NULL);
    LbGuess out = { arena_text(a, text), arena_text(a, vocab_piece(v, g->word)), exp(g->log_prob),
                    goes_on(v, g->word) };
    free(text);
    return out;
}

static LbBlank blank_of(const Piece *mask, const Guesses *g, int at, const Vocab *v, Arena *a)
{
    LbGuess *all = arena_array(a, LbGuess, g->k);
    for (int i = 0; i < g->k; i++)
        all[i] = guess_of(v, &g->guess[at * g->k + i], a);
    return (LbBlank){ (size_t)mask->start, (size_t)mask->end, (size_t)g->k, all };
}

void result_blanks(LbResult *r, const InputLine *line, const Guesses *const *parts, const Vocab *v, Arena *a)
{
    size_t n = 0, all = 0;
    for (size_t p = 0; p < input_parts(line); p++)
        all += (size_t)parts[p]->n;
    LbBlank *blanks = arena_array(a, LbBlank, all + 1);
    for (size_t p = 0; p < input_parts(line); p++)
        for (int i = 0; i < parts[p]->n; i++)
            blanks[n++] = blank_of(&line->pieces[line->cuts[p] + parts[p]->place[i]], parts[p], i, v, a);
    r->n_blanks = n;
    r->blanks = blanks;
}
