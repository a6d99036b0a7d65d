/* lookback.h -- attention models for sequences: train, translate, see where they looked.
 *
 * The one public header. LbModel (weights and vocabularies) never changes once loaded and may be shared
 * between threads; LbSession is one thread's working memory; LbResult is what one input gave and owns every
 * string and array it hands out. Whatever _load or _new returns is given back with _free; _free(NULL) is
 * fine. On failure a function returns a status other than LB_OK, its out-pointers are NULL, and the LbError
 * (which may be NULL) says what went wrong, where, and what to try. Nothing here prints or exits.
 *
 * Logarithms are natural. Text is UTF-8 with a length, so it may hold any bytes.
 */
#ifndef LOOKBACK_H
#define LOOKBACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LB_VERSION "0.1.0"

typedef enum {
    LB_OK = 0,
    LB_USAGE,     /* a flag, key or value that does not exist or is out of range */
    LB_FILE,      /* a file that is missing, unreadable or cannot be written */
    LB_FORMAT,    /* a file that is not what it should be */
    LB_DATA,      /* text or numbers that cannot be worked with */
    LB_MEMORY,    /* a memory limit was reached */
    LB_DIVERGED,  /* training produced numbers that are not finite */
    LB_CANCELLED, /* stopped on request */
} LbStatus;

typedef struct {
    LbStatus status;
    int line; /* in the file or input concerned, from 1; 0: none */
    char text[400];
} LbError;

typedef struct {
    const char *text;
    size_t len; /* bytes */
} LbText;

/* ---- the machine ---- */

/* isa: "auto", "avx512", "avx2", "baseline" (NULL: auto). threads: 0 is all cores. Call before other work. */
LbStatus lb_start(const char *isa, int threads, LbError *err);
const char *lb_isa(void);      /* the instruction set in use */
const char *lb_compiler(void); /* the compiler this library was built with */
const char *lb_onednn(void);   /* version of oneDNN, or "none" */

/* ---- models ---- */

typedef struct LbModel LbModel;
LbStatus lb_model_load(const char *dir, LbModel **out, LbError *err);
void lb_model_free(LbModel *m);
bool lb_model_attends(const LbModel *m);  /* false for score `none` */
int lb_model_max_input(const LbModel *m); /* pieces of source read at once */

/* A report for people: configuration, parameters, memory, vocabularies, training curve. free() the text. */
LbStatus lb_inspect(const char *dir, bool json, char **out, LbError *err);

/* Weights of several checkpoints or model folders averaged into a new model folder `out_dir`. With one folder
 * its kept checkpoints are averaged. */
LbStatus lb_average(const char *const *paths, size_t n, const char *out_dir, LbError *err);

/* ---- using a model ---- */

typedef struct LbSession LbSession;

/* One model, or several as an ensemble with the same vocabularies. memory: bytes of working memory, 0: 4 GiB.
 */
LbStatus lb_session_new(const LbModel *const *models, size_t n, size_t memory, LbSession **out, LbError *err);
void lb_session_free(LbSession *s);

typedef struct {
    int beam;             /* 1: greedy */
    int n_best;           /* hypotheses returned, at most beam */
    double normalize;     /* hypotheses are ranked by score / length^normalize */
    int batch;            /* sentences at a time; changes nothing but speed */
    double length_factor; /* longest output, in source lengths */
    int max_input;        /* source pieces read at once; a longer line is split. 0: the model's */
    bool tokens;          /* input is pieces of the vocabulary, separated by spaces */
    bool sample;          /* draw words; beam must be 1 */
    int top_k;
    double top_p, temperature;
    uint64_t seed;       /* sampling: with the line's number it decides the draws */
    uint64_t first_line; /* number of the first line, so that cutting input in chunks changes nothing */
} LbTranslateOptions;
LbTranslateOptions lb_translate_default(const LbModel *m);

/* A word or piece and where it stands: bytes [start, end) of the raw line (source) or of the output's text
 * (target). The end of sentence is "</s>" with an empty span. */
typedef struct {
    const char *text;
    size_t start, end;
} LbWord;

typedef struct {
    const char *text;         /* the output */
    double score, normalized; /* log-probability, end of sentence included; what hypotheses are ranked by */
    size_t n_pieces;          /* end of sentence included, last */
    const LbWord *pieces;
    const double *piece_scores;    /* [n_pieces] */
    const double *piece_attention; /* [n_pieces, n_source_pieces]; NULL: a model without attention, or
                                    * a line so long that its map would take more than 64 MB */
    size_t n_words;                /* end of sentence included, last */
    const LbWord *words;
    const double *attention; /* [n_words, n_source_words]: summed over a source word's pieces, mean over
                              * a target word's, so every row sums to 1 */
} LbHypothesis;

typedef struct {
    size_t n_source_pieces, n_source_words; /* end of sentence included, last */
    const LbWord *source_pieces, *source_words;
    size_t n_hypotheses;            /* at least 1 */
    const LbHypothesis *hypotheses; /* best first */
    size_t n_parts; /* the line was too long and was read in so many parts; 1: it was not. The parts' maps are
                     * put together; inside, each part's end of sentence is a word of its own. */
    size_t n_unknown; /* source pieces that the model does not know */
} LbResult;

/* n lines in, n results out, in order (given back together with lb_results_free). prefix: NULL, or n texts
 * that the outputs begin with. An empty line gives an empty output. */
LbStatus lb_translate(LbSession *s, const LbText *lines, size_t n, const LbText *prefix, LbTranslateOptions o,
                      LbResult **out, LbError *err);

/* Forced decoding: what the model thinks of given outputs. tokens: both sides are pieces. Lines longer than
 * the model takes are LB_DATA (their line number in err->line). */
LbStatus lb_score(LbSession *s, const LbText *source, const LbText *target, size_t n, int batch, bool tokens,
                  LbResult **out, LbError *err);
void lb_results_free(LbResult *r); /* the whole array that one call gave */

/* ---- seeing ---- */

/* Hard alignment: source-target pairs of words, for each target word (end of sentence left out) the source
 * word with the largest weight, "0-0 1-2 ..."; threshold > 0: every pair of at least that weight. Soft:
 * weights of the pieces, target pieces separated by spaces, source pieces by commas (Marian's form). free()
 * the text. */
char *lb_alignment_hard(const LbResult *r, size_t hypothesis, double threshold);
char *lb_alignment_soft(const LbResult *r, size_t hypothesis);

typedef enum { LB_ASCII, LB_COLOUR_256, LB_TRUECOLOUR } LbColour;

/* A heat map for a terminal `columns` wide; words (or pieces) of source across, of target down. */
char *lb_map_text(const LbResult *r, size_t hypothesis, bool pieces, LbColour colour, int columns);
/* The same as a file: .svg, .png or .pdf by its name. title may be NULL. */
LbStatus lb_map_picture(const LbResult *r, size_t hypothesis, bool pieces, const char *title,
                        const char *path, LbError *err);
/* The decoder told step by step for this output of this source: scores, weights, context, likeliest words.
 * Single model only. free() the text. */
LbStatus lb_trace(LbSession *s, LbText source, const LbResult *r, size_t hypothesis, LbColour colour,
                  int columns, char **out, LbError *err);
/* One JSON object (no newline): cli.md's form of `translate --json`, with attention when asked. */
char *lb_result_json(const LbResult *r, bool attention);

/* Attention of many lines as one file, .npz or .jsonl by its name (cli.md, "--attention"). */
typedef struct LbAttentionFile LbAttentionFile;
LbStatus lb_attention_open(const char *path, bool pieces, LbAttentionFile **out, LbError *err);
LbStatus lb_attention_add(LbAttentionFile *f, const LbResult *r, size_t line, LbError *err);
LbStatus lb_attention_close(LbAttentionFile *f, LbError *err); /* keeps the file; f is gone in any case */
void lb_attention_drop(LbAttentionFile *f);                    /* forgets it */

/* ---- training ---- */

typedef struct {
    int64_t step;
    int epoch, batch, n_batch; /* epoch from 1; batches of it done, and all */
    double loss, ppl, words_per_second, rate, norm, seconds;
    size_t memory;
} LbTrainReport;

typedef struct {
    int64_t step;
    int epoch;
    double loss, ppl, accuracy, bleu, chrf, exact; /* NAN: not measured */
    double entropy, end_mass;                      /* of attention rows; NAN without attention */
    double rate, seconds;
    bool best;
} LbValidReport;

typedef struct {
    void *context;
    void (*message)(void *context, const char *text); /* what is going on, one line */
    void (*report)(void *context, const LbTrainReport *r);
    void (*validated)(void *context, const LbValidReport *v);
    bool (*cancelled)(void *context);
} LbTrainHooks; /* each may be NULL */

typedef struct {
    const char *why; /* it stopped: "epochs", "max_steps", "minutes", "patience", "cancelled" */
    int64_t step, best_step;
    int epoch;
    double best, seconds;
} LbTrainSummary;

/* config: a YAML file (NULL: defaults); overrides: "key=value" texts. resume: go on where model_dir stopped.
 * A model_dir that already holds a model is refused unless resume or overwrite. */
LbStatus lb_train(const char *config, const char *const *overrides, size_t n_overrides, bool resume,
                  bool overwrite, const LbTrainHooks *hooks, LbTrainSummary *out, LbError *err);
/* Checks configuration and data and tells sizes, memory and time; free() the text. */
LbStatus lb_train_dry(const char *config, const char *const *overrides, size_t n_overrides, char **out,
                      LbError *err);
/* The whole configuration as YAML, defaults filled in; free() the text. */
LbStatus lb_config_dump(const char *config, const char *const *overrides, size_t n_overrides, char **out,
                        LbError *err);
char *lb_config_reference(void); /* every key with default, values and meaning (Markdown) */

/* ---- vocabularies ---- */

typedef struct LbVocab LbVocab;
typedef struct {
    const char *level; /* "sentencepiece", "word", "char", "tokens" */
    const char *type;  /* "unigram", "bpe" */
    int size, min_count;
    bool lowercase;
    uint64_t seed;
} LbVocabOptions;
LbStatus lb_vocab_train(const char *const *files, size_t n, LbVocabOptions o, LbVocab **out, LbError *err);
LbStatus lb_vocab_load(const char *path, LbVocab **out, LbError *err);
LbStatus lb_vocab_save(const LbVocab *v, const char *stem, char **path, LbError *err); /* free() *path */
void lb_vocab_free(LbVocab *v);
int lb_vocab_size(const LbVocab *v);
char *lb_vocab_encode(const LbVocab *v, LbText line,
                      bool ids); /* pieces (or ids), separated by spaces; free() */
LbStatus lb_vocab_decode(const LbVocab *v, LbText line, bool ids, char **out, LbError *err);

/* ---- measuring ---- */

typedef struct {
    const char *tokenize; /* "13a", "none", "char", "intl"; NULL: 13a */
    const char *smooth;   /* "exp", "floor", "add-k", "none"; NULL: exp */
    double smooth_value;  /* 0: the default of `smooth` */
    bool lowercase;
    int word_order; /* chrF: 2 for chrF2++ */
} LbEvalOptions;

/* metric: "bleu", "chrf", "exact", or "aer" (hyp: links, refs[0]: gold links). refs[r][i]: reference r of
 * line i. *score 0..100; *text: the line and signature for people; *json: one object. Both are free()d by the
 * caller and may be asked for with NULL. */
LbStatus lb_eval(const char *metric, const LbText *hyp, const LbText *const *refs, size_t n, size_t n_refs,
                 LbEvalOptions o, double *score, char **text, char **json, LbError *err);

/* ---- text made by rule ---- */

typedef struct {
    const char *name, *help;
} LbSynthTask;
const LbSynthTask *lb_synth_tasks(void); /* ends with a NULL name */
/* Writes dir/{train,valid,test}.*; *perfect: the alignment error (0..1) of a reader with one link a word. */
LbStatus lb_synth(const char *task, int n_train, int n_valid, int n_test, uint64_t seed, const char *dir,
                  double *perfect, LbError *err);

/* ---- the guided tour ---- */

typedef struct {
    void *context;
    void (*say)(void *context, const char *text);      /* a paragraph or a heat map, ready to print */
    void (*progress)(void *context, const char *line); /* the live line; replaces the last one */
    bool (*cancelled)(void *context);
    LbColour colour;
    int columns;
} LbDemoHooks;
/* Makes a corpus, trains, translates and shows where the model looked; all files under dir. */
LbStatus lb_demo(const char *dir, uint64_t seed, const LbDemoHooks *hooks, LbError *err);

/* ---- speed ---- */
/* Names: NULL, or which to run. say: one line of text or JSON for each. */
LbStatus lb_bench(const char *const *names, size_t n, bool json, void (*say)(void *context, const char *line),
                  void *context, LbError *err);

#ifdef __cplusplus
}
#endif
#endif
