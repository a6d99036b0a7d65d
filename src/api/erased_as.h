/* erased_as.h -- how words were erased, as legends say it: "read as <unk>". */
#ifndef API_ERASED_AS_H
#define API_ERASED_AS_H

#include "lookback.h"

const char *erased_as(LbErase how);

#endif
