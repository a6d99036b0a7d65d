/* tasks.h -- what the table in synth.c is made of (inside this folder only). */
#ifndef SYNTH_TASKS_H
#define SYNTH_TASKS_H

#include "synth/draft.h"

void svo_draw(Rng *r, int n_source, Draft *out);
void svo_draw_first(Draft *out);

void copy_draw(Rng *r, int n_source, Draft *out);
void reverse_draw(Rng *r, int n_source, Draft *out);
void lexicon_draw(Rng *r, int n_source, Draft *out);

#endif
