/* mlm.h -- the model that guesses masked words (mlm.c), a row in model.c's table. */
#ifndef MODEL_MLM_H
#define MODEL_MLM_H

#include "model/model.h"

extern const Architecture architecture_mlm;

#endif
