/* stop.h -- Ctrl-C and SIGTERM as a wish that long work asks about; a second one ends the program at once. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <stdbool.h>

void stop_watch(void);           /* from now on */
bool stop_wanted(void *context); /* the `cancelled` hook; context is not used */

#endif
