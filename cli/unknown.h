/* unknown.h -- saying honestly which words of a line the model has never seen. */
#ifndef CLI_UNKNOWN_H
#define CLI_UNKNOWN_H

#include "lookback.h"

enum { UNKNOWN_TOLD = 5 }; /* the most words named for a line, and the most lines told of one by one */

/* One message, or none when all is known. line: from 0. */
void unknown_tell(const LbResult *r, LbText raw, uint64_t line);

#endif
