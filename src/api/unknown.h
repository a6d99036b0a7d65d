/* unknown.h -- the one message for a name that nobody knows. */
#ifndef API_UNKNOWN_H
#define API_UNKNOWN_H

#include <stdbool.h>

#include "base/status.h"

/* names end with NULL. */
bool name_is_known(const char *name, const char *const *names);

/* LB_USAGE: "unknown KIND `NAME`; did you mean `near`? There are a, b, c". name may be NULL. */
LbStatus unknown_name(const char *kind, const char *name, const char *const *names, LbError *err);

/* LB_OK when the name is known. */
LbStatus check_name(const char *kind, const char *name, const char *const *names, LbError *err);

#endif
