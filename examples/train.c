/* train.c -- training from a program: a progress line, a stop in the middle, and going on to the end.
 *
 *     train FOLDER
 *
 * Makes a small corpus in FOLDER whose target is its source, and learns a model of it in FOLDER/model. The
 * first run is stopped after 20 updates, as by a user; the second goes on with `resume` and ends with the
 * same weights as a run without a stop.
 */
#include <lookback.h>
#include <stdio.h>

enum { STOP_AT = 20 };

typedef struct {
    int64_t step, stop_at; /* stop_at 0: never */
} Progress;

/* Called on the thread that called lb_train(), now and then. */
static void report(void *context, const LbTrainReport *r)
{
    Progress *p = context;
    p->step = r->step;
    printf("epoch %d, step %lld: perplexity %.2f\n", r->epoch, (long long)r->step, r->ppl);
}

static void validated(void *context, const LbValidReport *v)
{
    (void)context;
    printf("validation: %.1f %% of the lines are right%s\n", v->exact, v->best ? ", the best so far" : "");
}

/* Asked after every update: here a program would look at its stop button. */
static bool cancelled(void *context)
{
    const Progress *p = context;
    return p->stop_at > 0 && p->step >= p->stop_at;
}

static LbStatus train(const char *folder, bool resume, int64_t stop_at, LbError *err)
{
    char texts[5][600];
    static const char *const keys[] = { "model_dir", "data.train.source", "data.train.target",
                                        "data.valid.source", "data.valid.target" };
    static const char *const files[] = { "model", "data/train.src", "data/train.tgt", "data/valid.src",
                                         "data/valid.tgt" };
    const char *overrides[] = { texts[0],
                                texts[1],
                                texts[2],
                                texts[3],
                                texts[4],
                                "data.source.level=word",
                                "data.target.level=word",
                                "model.encoder.hidden=32",
                                "model.encoder.embedding=32",
                                "model.decoder.hidden=32",
                                "model.decoder.embedding=32",
                                "model.attention.score=dot",
                                "train.learning_rate=0.01",
                                "train.epochs=4",
                                "train.batch.sentences=32",
                                "train.metric=exact",
                                "train.report_steps=5" };
    for (int i = 0; i < 5; i++)
        snprintf(texts[i], sizeof texts[i], "%s=%s/%s", keys[i], folder, files[i]);
    Progress progress = { .stop_at = stop_at };
    LbTrainHooks hooks = {
        .context = &progress, .report = report, .validated = validated, .cancelled = cancelled
    };
    LbTrainSummary end;
    LbStatus status =
        lb_train(NULL, overrides, sizeof overrides / sizeof *overrides, resume, false, &hooks, &end, err);
    if (status == LB_OK || status == LB_CANCELLED)
        printf("stopped after step %lld: %s\n", (long long)end.step, end.why);
    return status;
}

int main(int argc, char **argv)
{
    LbError err;
    char data[500];
    if (argc != 2) {
        fprintf(stderr, "usage: train FOLDER\n");
        return 2;
    }
    snprintf(data, sizeof data, "%s/data", argv[1]);
    LbSynthOptions size = { .n_train = 400, .n_valid = 40, .n_test = 10, .seed = 1 };
    LbStatus status = lb_synth("copy", data, size, NULL, &err);
    if (status == LB_OK)
        status = train(argv[1], false, STOP_AT, &err);
    if (status == LB_CANCELLED) /* as asked; everything is saved */
        status = train(argv[1], true, 0, &err);
    if (status != LB_OK)
        fprintf(stderr, "train: %s\n", err.text);
    return status == LB_OK ? 0 : 1;
}
