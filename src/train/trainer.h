/* trainer.h -- learning a model from a corpus, into config.model_dir.
 *
 * The order of the batches is a function of (seed, epoch), dropout of (seed, epoch, batch), and the rate of
 * the step, of how validation went and of a divergence; so a run that was stopped anywhere and resumed ends
 * with the same bits as one that was not, for any number of threads. Only `minutes` depends on the clock.
 *
 * Training does not know search: validation decodes through a hook.
 */
#ifndef TRAIN_TRAINER_H
#define TRAIN_TRAINER_H

#include "model/model.h"
#include "text/corpus.h"

/* What happened since the last report. */
typedef struct {
    int64_t step;       /* updates made */
    int epoch;          /* from 1 */
    int batch, n_batch; /* batches of this epoch: done, all (estimated until the last of them are known) */
    double loss, ppl;   /* per target word (end of sentence counted), without smoothing or guide */
    double guide;       /* per guided target word: cross-entropy of its attention with the gold; NAN: none */
    double words_per_second;
    double rate, norm; /* of the last update: learning rate; gradient norm before clipping */
    double seconds;    /* spent training since the beginning of the run, validation excluded */
    size_t memory;     /* bytes that the process has in memory */
} TrainReport;

/* One validation. NAN: not measured. */
typedef struct {
    int64_t step;
    int epoch;                  /* from 1; the one that is under way or has just ended */
    double loss, ppl, accuracy; /* per target word; accuracy in per cent */
    double bleu, chrf, exact;   /* 0..100; NAN when train.metric needs no decoding */
    double rouge;               /* likewise: ROUGE-L's F1, the mean over lines, without stemming */
    double entropy, end_mass;   /* of attention rows: entropy in nats, weight on the end of sentence */
    double rate, seconds;       /* as in TrainReport */
    bool best;                  /* the best so far by train.metric */
} TrainValid;

/* Every function may be NULL, `decode` only when train.metric needs none. */
typedef struct {
    void *context;
    bool (*cancelled)(void *context); /* asked after every update */
    void (*report)(void *context, const TrainReport *r);
    void (*validated)(void *context, const TrainValid *v);
    /* Outputs for all source sides of `valid`, in its order: n texts, and the array itself, by malloc. May
     * return LB_CANCELLED. */
    LbStatus (*decode)(void *context, const Model *m, const Corpus *valid, char ***texts, LbError *err);
    void (*message)(void *context, const char *text); /* something out of the ordinary, one line */
    /* Once, at the end of the first epoch of a corpus on disk: what all of its lines were like. */
    void (*read_all)(void *context, const CorpusReport *r);
    /* Before the first update, and after going back: `step` have been made. What is not LB_OK ends training.
     */
    LbStatus (*begun)(void *context, int64_t step, LbError *err);
    /* With the weights that were just validated; may return LB_CANCELLED. */
    LbStatus (*probe)(void *context, const Model *m, int64_t step, LbError *err);
} TrainHooks;

typedef struct {
    const char *why; /* "epochs", "max_steps", "minutes", "patience" or "cancelled"; NULL after an error */
    int64_t step, best_step; /* best_step 0: never validated */
    int epoch;               /* whole epochs done */
    double best;             /* train.metric of the best validation; NAN */
    double seconds;          /* training, all runs together */
} TrainSummary;

/* Trains m (with gradients; weights are initialised here) as m->config says. valid may be NULL: then the
 * last weights count as the best. A loss or gradient that is not finite, or a loss that is absurd, makes it
 * go back to the last good state, once in the life of a run, and on from there at half the rate; the next
 * time is LB_DIVERGED. On success, when cancelled (LB_CANCELLED: saved, `resume` goes on) and after
 * LB_DIVERGED, m and model.safetensors hold the best weights. resume goes on from train.safetensors; another
 * corpus, seed or optimiser than the run began with is LB_DATA. Other errors: LB_FILE (nothing saved before
 * is lost), LB_FORMAT, LB_MEMORY. out is filled in any case. */
LbStatus train_run(Model *m, const Corpus *train, const Corpus *valid, const TrainHooks *hooks, bool resume,
                   TrainSummary *out, LbError *err);

/* ---- before training ---- */
typedef struct {
    size_t parameters;        /* numbers that are learned */
    size_t weights_bytes;     /* weights, gradients, packed copies and optimiser */
    size_t batch_bytes;       /* the most one batch takes, of those tried */
    size_t data_bytes;        /* corpora, their indexes, and a pool */
    size_t program_bytes;     /* code, libraries, vocabularies, decoding: the share of train.memory */
    size_t peak_bytes;        /* the most that will be resident at once, learning the vocabularies included */
    int batches;              /* in an epoch; estimated from its first pool when the corpus is on disk */
    double words_per_second;  /* target words */
    double seconds_per_epoch; /* without validation */
} TrainEstimate;

/* Measures by training on the largest batches and a few others, and by decoding the longest validation
 * sources (hooks->decode; NULL: not); weights stay as they are (set them first). valid and hooks may be NULL.
 * LB_MEMORY when train.memory is too small. */
LbStatus train_estimate(Model *m, const Corpus *train, const Corpus *valid, const TrainHooks *hooks,
                        TrainEstimate *out, LbError *err);

#endif
