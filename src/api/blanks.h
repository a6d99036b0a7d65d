/* blanks.h -- the masks of a line and what a model guessed for them, as results tell them. */
#ifndef API_BLANKS_H
#define API_BLANKS_H

#include "api/input.h"
#include "search/guess.h"

/* parts: the guesses of each part of the line. */
void result_blanks(LbResult *r, const InputLine *line, const Guesses *const *parts, const Vocab *v, Arena *a);

#endif
