/* lookback.h -- attention models for sequences: train, translate, see where they looked.
 *
 * The one public header. LbModel (weights and vocabularies) never changes once loaded and may be shared
 * between threads; LbSession is one thread's working memory; LbResult is what one input gave and owns every
 * string and array it hands out. Whatever _load or _new returns is given back with _free; _free(NULL) is
 * fine. On failure a function returns a status other than LB_OK, its out-pointers are NULL, and the LbError
 * says what went wrong, where, and what to try.
 */
#ifndef LOOKBACK_H
#define LOOKBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LB_VERSION "0.1.0"

typedef enum {
    LB_OK = 0,
    LB_USAGE,     /* a flag, key or value that does not exist or is out of range */
    LB_FILE,      /* a file that is missing, unreadable or cannot be written */
    LB_FORMAT,    /* a file that is not what it should be */
    LB_DATA,      /* text or numbers that cannot be worked with */
    LB_MEMORY,    /* a memory limit was reached */
    LB_DIVERGED,  /* training produced numbers that are not finite */
    LB_CANCELLED, /* stopped on request */
} LbStatus;

typedef struct {
    LbStatus status;
    int line; /* in the file or input concerned, from 1; 0: none */
    char text[400];
} LbError;

#ifdef __cplusplus
}
#endif
#endif
