/* process.h -- what this process takes of the machine's memory. */
#ifndef BASE_PROCESS_H
#define BASE_PROCESS_H

#include <stddef.h>

size_t process_memory(void); /* resident bytes right now; 0: the system does not say */
size_t process_peak(void);   /* the most that was resident at once; 0: the system does not say */
/* Gives back to the system what was freed: after work that took much memory once. */
void process_trim(void);

#endif
