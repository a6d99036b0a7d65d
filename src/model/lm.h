/* lm.h -- the language model (lm.c), a row in model.c's table; with recurrent cells it is made differently.
 */
#ifndef MODEL_LM_H
#define MODEL_LM_H

#include "model/model.h"

extern const Architecture architecture_lm, architecture_lm_recurrent;

#endif
