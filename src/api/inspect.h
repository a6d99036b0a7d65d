/* inspect.h -- what lb_inspect found out, for its two ways of telling it (inspect.c, inspect_json.c). */
#ifndef API_INSPECT_H
#define API_INSPECT_H

#include "api/history.h"
#include "model/model.h"

typedef struct {
    const char *name; /* "encoder": the parameters whose names begin with it and a dot */
    int len;          /* of the name */
    size_t n;         /* numbers */
} ModelPart;

typedef struct {
    Model *model;
    History history;
    ModelPart *parts;           /* an array (array.h), in the order of the parameters */
    size_t stored, open, train; /* bytes: of weights; with packed copies; with gradients and optimiser */
    int best, last;             /* rows of history; -1: none */
} Inspection;

enum { SAMPLES = 12 };
/* Ids of up to SAMPLES pieces, evenly spread behind the special ones. Returns how many. */
int vocab_samples(const Vocab *v, int ids[SAMPLES]);

char *inspection_json(const Inspection *in, const char *dir);

#endif
