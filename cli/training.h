/* training.h -- what a person sees of a training: a live bar on a terminal, plain lines otherwise. */
#ifndef CLI_TRAINING_H
#define CLI_TRAINING_H

#include "base/str.h"
#include "lookback.h"

typedef struct {
    int epoch, batch;     /* of the last report */
    double seconds;       /* of the last report */
    double batch_seconds; /* of one batch, smoothed; 0: not known */
    double spoke;         /* clock of the last plain line */
} Training;

/* t, zeroed, must live as long as the hooks. */
LbTrainHooks training_hooks(Training *t);

double clock_now(void);                   /* seconds since some moment */
void add_clock(Str *out, double seconds); /* 75 -> "1:15", 3700 -> "1:01:40" */

#endif
