/* transformer.h -- the encoder-decoder Transformer (transformer.c), a row in model.c's table. */
#ifndef MODEL_TRANSFORMER_H
#define MODEL_TRANSFORMER_H

#include "model/model.h"

extern const Architecture architecture_transformer;

#endif
