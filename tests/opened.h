/* opened.h -- models that a test has trained, opened from DIR/0, DIR/1 ... with a session each. */
#ifndef TESTS_OPENED_H
#define TESTS_OPENED_H

#include <stdio.h>
#include <stdlib.h>

#include "lookback.h"

typedef struct {
    LbModel *model;
    LbSession *session;
} Opened;

static inline LbStatus open_model(const char *dir, Opened *out, LbError *err)
{
    LbStatus status = lb_model_load(dir, &out->model, err);
    return status == LB_OK ? lb_session_new((const LbModel *const[]){ out->model }, 1, 0, &out->session, err)
                           : status;
}

/* Closes n of them and removes their folder; 0: that could be done. */
static inline int close_models(Opened *all, int n, const char *folder)
{
    char command[200];
    for (int i = 0; i < n; i++) {
        lb_session_free(all[i].session);
        lb_model_free(all[i].model);
    }
    snprintf(command, sizeof command, "rm -r %s", folder);
    return system(command);
}

#endif
