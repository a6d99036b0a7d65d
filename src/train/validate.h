/* validate.h -- how good the model is on text that it does not learn from. */
#ifndef TRAIN_VALIDATE_H
#define TRAIN_VALIDATE_H

#include "base/str.h"
#include "train/trainer.h"

/* A figure that training can go by: a row in the table of validate.c. */
typedef struct {
    const char *name;
    size_t offset; /* in TrainValid, a double */
    bool chooses;  /* may be train.metric */
    bool less_is_better;
    bool decodes; /* known only after decoding */
} Figure;

const Figure *figure_find(const char *metric); /* one that chooses; NULL: no such one */
double figure_value(const Figure *f, const TrainValid *v);
bool figure_better(const Figure *f, double value, double best); /* best NAN: anything measured is better */

/* Fills the figures of *out (not step, epoch, rate, seconds, best). `order` are the batches of `valid`,
 * always the same ones; decoding, when the metric needs it, goes through hooks->decode. Nothing is recorded.
 */
LbStatus validate(const Model *m, Tape *tape, Batches *order, const Corpus *valid, const TrainHooks *hooks,
                  TrainValid *out, LbError *err);

/* Lines of validation.tsv, without the newline. What was not measured is "-". */
void validate_header(Str *out);
void validate_row(const TrainValid *v, Str *out);

#endif
