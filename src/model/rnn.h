/* rnn.h -- the recurrent architecture (rnn.c), a row in model.c's table. */
#ifndef MODEL_RNN_H
#define MODEL_RNN_H

#include "model/model.h"

extern const Architecture architecture_rnn;

#endif
