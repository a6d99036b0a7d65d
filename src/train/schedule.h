/* schedule.h -- the learning rate of every update.
 *
 * A schedule is a pure function of the configuration, the update's number and how validation went, so a
 * resumed run needs no more than those. A kind is a row in the table of schedule.c.
 */
#ifndef TRAIN_SCHEDULE_H
#define TRAIN_SCHEDULE_H

#include <stdint.h>

#include "model/config.h"

typedef struct {
    int bad;   /* validations in a row without a new best since the last drop */
    int drops; /* how often the rate was lowered */
} Plateau;

typedef struct {
    const char *name, *help;
    double (*rate)(const Config *c, double step, const Plateau *p); /* of update `step`, from 1 */
} Schedule;

extern const Schedule schedules[]; /* ends with a row whose name is NULL */

const Schedule *schedule_find(const char *name); /* NULL: no such one */

/* The learning rate of update `step`, from 1. config->schedule is one of the table. */
double schedule_rate(const Config *c, int64_t step, const Plateau *p);

/* Tells how a validation went. After schedule_patience validations in a row without a new best the rate of
 * `plateau` drops by schedule_factor. */
void schedule_validated(const Config *c, Plateau *p, bool best);

#endif
