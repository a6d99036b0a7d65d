/* stop.h -- Ctrl-C and SIGTERM as a wish that long work asks about; a second one ends the program at once. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>

/* From now on. Reads that wait are interrupted; with `whole` they and writes go on, so that no line is
 * written in part, and whoever reads must ask. */
void stop_watch(bool whole);
bool stop_wanted(void *context); /* the `cancelled` hook; context is not used */

#endif
