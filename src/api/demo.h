/* demo.h -- what all guided tours share: talking, files, training, opening what was trained.
 *
 * A tour makes a corpus by rule, trains on it with settings that are fixed, and shows what the model looks
 * at; all through the public header, as a user would, so that the same seed gives the same models. Everything
 * is left in one folder: data, model, config, report.json.
 */
#ifndef API_DEMO_H
#define API_DEMO_H

#include <jansson.h>

#include "base/str.h"
#include "lookback.h"

typedef struct {
    const LbDemoHooks *hooks;
    const char *dir;
    uint64_t seed;
    double size;          /* share of the usual data and training: above 0, at most 1 */
    const char *training; /* what the progress line calls the model in training */
    double total_steps;
    LbError *err;
} Demo;

/* One tour: a row in demo.c's table. */
typedef struct {
    const char *name;
    LbStatus (*run)(Demo *d);
} DemoTour;

LbStatus demo_translate(Demo *d);
LbStatus demo_answer(Demo *d);
LbStatus demo_summarize(Demo *d);

void demo_say(const Demo *d, const char *format, ...) __attribute__((format(printf, 2, 3)));
char *demo_path(const Demo *d, const char *name); /* in its folder; free() it */
int demo_sized(const Demo *d, int n, int least);  /* n of the usual size */

/* Lines of one of its files, pushed to an array (array.h). */
LbStatus demo_lines(const Demo *d, const char *name, char ***out);
void demo_lines_free(char **lines);
LbText *demo_texts(char **lines); /* of an array; free() it */

/* Writes demo.yaml: a head that says how to train again, model_dir, seed; then `rest`. It is kept beside the
 * model, so that one may change it. */
LbStatus demo_config(const Demo *d, const char *rest);
typedef struct {
    LbModel *model;
    LbSession *session;
    double seconds; /* of training */
} DemoModel;

/* Trains on demo.yaml, so many steps, into a folder of its own, and opens it; overrides: `key=value`, at most
 * 8, NULL behind the last; or NULL. `out` is to be closed in any case. */
LbStatus demo_train(Demo *d, const char *folder, const char *what, int steps, const char *const *overrides,
                    DemoModel *out);
/* Chapter 4 of some tours: the same model with score `none`; source: what it reads, in a word. */
LbStatus demo_train_without_attention(Demo *d, const char *source, int steps, DemoModel *out);
void demo_close(DemoModel *m);

/* page.html, to be given to demo_page_end() in any case; that closes it after work that went well, and
 * returns status or what went wrong. */
LbStatus demo_page(const Demo *d, const DemoModel *m, LbPage **out);
LbStatus demo_page_end(const Demo *d, LbPage *page, LbStatus status);

double demo_share(size_t right, size_t total);       /* per cent; 0 of nothing */
LbStatus demo_report(const Demo *d, json_t *report); /* report.json; the object is given up */

#endif
