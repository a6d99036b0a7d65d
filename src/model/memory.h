/* memory.h -- the memory network (memory.c), a row in model.c's table. */
#ifndef MODEL_MEMORY_H
#define MODEL_MEMORY_H

#include "model/model.h"

extern const Architecture architecture_memory;

#endif
