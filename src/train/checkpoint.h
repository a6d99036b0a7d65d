/* checkpoint.h -- everything that training needs to go on as if it had not been stopped.
 *
 * train.safetensors holds the current weights under their own names, the optimiser's slots as
 * SLOT/NAME, their moving average as average/NAME, and TrainState in the notes of the header. checkpoints/
 * holds the weights of the last few validations, for averaging.
 */
#ifndef TRAIN_CHECKPOINT_H
#define TRAIN_CHECKPOINT_H

#include "model/model.h"
#include "train/optim.h"
#include "train/schedule.h"

#define STATE_FILE "train.safetensors"
#define GOOD_FILE "good.safetensors"
#define WEIGHTS_FILE "model.safetensors"
#define LOG_FILE "log.jsonl"
#define VALIDATION_FILE "validation.tsv"
#define CHECKPOINT_DIR "checkpoints"

typedef struct {
    int64_t step;       /* updates made */
    int64_t epoch;      /* whole epochs done */
    int64_t pool;       /* of the one under way: the pool, */
    int64_t batch;      /* batches done in that pool, */
    int64_t done;       /* and batches done since it began */
    int64_t pool_lines; /* how large pools are */
    BatchCost cost;     /* by which batches were cut, */
    int64_t memory;     /* and the limit that this was for */
    int64_t drops, bad; /* Plateau */
    int64_t unimproved; /* validations in a row without a new best */
    int64_t validated;  /* step of the last validation; 0: none */
    int64_t best_step;
    double best;                       /* train.metric of the best validation; NAN: none */
    double kept;                       /* that of the weights in model.safetensors */
    double seconds;                    /* spent training */
    double window_nll, window_seconds; /* since the last report */
    int64_t window_words;
    double window_guide; /* PassSum's */
    int64_t window_guided;
    int64_t log_bytes, validation_bytes; /* lengths of the two journals */
    int64_t seed;
    int64_t pairs; /* of lines, in the training corpus */
    uint64_t data; /* corpus_hash */
    int64_t good;  /* step of the state that a divergence goes back to: the last planned validation (without
                      validation: the last whole epoch), or 0 */
    int64_t halvings; /* of the rate, by divergences */
} TrainState;

LbStatus checkpoint_save(const char *path, const Model *m, const Optim *o, const TrainState *s, LbError *err);
/* LB_DATA when the run was begun with another optimiser; LB_FORMAT when tensors do not fit the model. On
 * failure weights and slots may be partly loaded. When train.metric has changed, best and kept are NAN. An
 * average that is wanted but not in the file begins with the weights. */
LbStatus checkpoint_load(const char *path, Model *m, Optim *o, TrainState *s, LbError *err);

/* ---- a model folder's state ---- */

/* Writes train.safetensors, which has the state of step `before` now (-1: there is none). When that is the
 * good state and s is not, it stays as good.safetensors: it can be gone back to whatever is killed when. */
LbStatus checkpoint_save_in(const char *dir, const Model *m, const Optim *o, const TrainState *s,
                            int64_t before, LbError *err);
/* Loads the state of step s->good, which may be s itself, into all three. LB_FILE when there is none. */
LbStatus checkpoint_load_good(const char *dir, Model *m, Optim *o, TrainState *s, LbError *err);
/* Removes weights, states and kept checkpoints, so that those of a new run never lie beside them. */
void checkpoint_clear(const char *dir);
/* Removes what killed runs have left half written. */
void checkpoint_sweep(const char *dir);

/* Writes dir/checkpoints/step-NNNNNN.safetensors and removes the oldest beyond config.keep. */
LbStatus checkpoint_keep(const Model *m, const char *dir, int64_t step, LbError *err);

/* Paths of dir's kept checkpoints, the earliest first; other safetensors files there come before them. An
 * array of texts to free(). */
char **checkpoint_list(const char *dir);

/* Sets m's weights to the mean of those in n > 0 files. */
LbStatus checkpoint_average(Model *m, const char *const *paths, size_t n, LbError *err);

#endif
