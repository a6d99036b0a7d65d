/* heads.h -- maps out of results: one head, or the mean of a layer, in pieces or words. */
#ifndef API_HEADS_H
#define API_HEADS_H

#include "lookback.h"
#include "view/terminal.h"

/* Layer `layer` of one kind, head `head` (-1: the mean over all), as [*rows, *columns]; free() it. The kind
 * must be there: h->heads[kind].n_layers > 0. */
double *head_matrix(const LbResult *r, const LbHypothesis *h, LbMapKind kind, int layer, int head,
                    bool pieces, size_t *rows, size_t *columns);

/* The map that stands for the model, h->attention or h->piece_attention, which must be there. */
double *head_summary(const LbResult *r, const LbHypothesis *h, bool pieces, size_t *rows, size_t *columns);

/* What the decoder read, place by place: "<s>", then the output without its last; n words. free() it. */
LbWord *head_inputs(const LbWord *words, size_t n);

bool head_is_mark(const LbWord *w); /* a begin or end of sentence: no word of the text */

/* "cross", "encoder", "decoder" */
const char *head_kind_name(LbMapKind kind);

TerminalOptions terminal_options(LbColour colour, int columns);

#endif
