/* config.h -- the configuration of a model and its training: one struct, one table of options.
 *
 * The table gives names, defaults, bounds and help; parsing, `key=value` overrides, checks and docs/config.md
 * come from it. JoeyNMT's and OpenNMT's names for the same things are accepted as aliases.
 */
#ifndef MODEL_CONFIG_H
#define MODEL_CONFIG_H

#include "base/option.h"

typedef struct {
    char *cell; /* lstm, gru, gru-reset-after */
    int layers, hidden, embedding;
    bool bidirectional;      /* encoder: `hidden` counts both directions together */
    int heads, feed_forward; /* of a Transformer */
    double dropout;
} EncoderConfig;

typedef struct {
    char *cell; /* and transformer: of a language model */
    int layers, hidden, embedding;
    int heads, feed_forward; /* of a Transformer */
    double dropout;          /* on embeddings and between layers */
    double readout_dropout;  /* before the output layer; default: dropout */
    char *readout;           /* tanh, none */
    bool input_feeding;
    char *init; /* bridge, zero, last */
} DecoderConfig;

typedef struct {
    char *score;    /* a row of score.h's table */
    int hidden;     /* width inside additive, concat, scaled-dot and multi-head; 0: the decoder's */
    int heads;      /* of multi-head */
    char *place;    /* before, after */
    double dropout; /* of weights: Transformer, multi-head */
} AttentionConfig;

typedef struct {
    char *norm;        /* pre, post */
    char *activation;  /* a row of compute's table: relu, gelu ... */
    char *positions;   /* a row of positions.h's table: sinusoidal, learned ... */
    int max_positions; /* rows of a table of positions that is learned; 0: data.max_length + 1 */
    bool scale_embeddings, normalize_embeddings;
    double feed_forward_dropout;
} TransformerConfig;

typedef struct {
    char *type;      /* none, pointer */
    int layer, head; /* of a Transformer's cross attention; -1: the last; the mean over heads */
    bool coverage;
    int slots;   /* vectors that unknown words share out among them; 0: all are read as <unk> */
    char *order; /* of unknown words: first, last */
} CopyConfig;

typedef struct {
    char *level, *type; /* sentencepiece | word | char | tokens; unigram | bpe */
    int size, min_count;
    bool lowercase;
    char *punctuation; /* of level word: keep | split | drop */
    char *model;       /* a given vocabulary file, or NULL */
} VocabConfig;

typedef struct {
    char *model_dir;
    int seed;

    char **train_source, **train_target, **train_tsv; /* data.train.source ... */
    char **valid_source, **valid_target, **valid_tsv;
    char **test_source, **test_target, **test_tsv;
    char **train_text, **valid_text; /* of types that learn from one text */
    VocabConfig source, target;      /* data.source.*, data.target.* */
    bool shared_vocabulary;
    char *shared_model; /* data.model: a given shared vocabulary */
    int max_length;
    bool source_begin, source_end; /* marks around a source */

    char *type;   /* rnn, transformer, memory, lm, mlm */
    char *preset; /* none, tiny, small, base: what it sets is in the other fields */
    EncoderConfig encoder;
    DecoderConfig decoder;
    AttentionConfig attention;
    CopyConfig copy;
    TransformerConfig transformer;         /* model.norm, model.positions ... */
    int memory_hops, memory_sentences;     /* model.memory: looks; ages of sentences that are told apart */
    char *memory_words, *memory_separator; /* position, bag, recurrent; what parts sentences */
    int memory_linear_epochs;              /* without softmax at first */
    double memory_age_noise;
    bool tied_embeddings;   /* decoder embedding = output layer */
    bool shared_embeddings; /* encoder embedding = decoder embedding (needs shared_vocabulary) */

    char *optimizer;
    double learning_rate, beta1, beta2, epsilon, weight_decay, momentum;
    char *schedule;                                         /* train.schedule.type */
    int schedule_patience, schedule_warmup, schedule_steps; /* validations; steps; steps */
    double schedule_factor, schedule_min_rate;
    int batch_tokens, batch_sentences, accumulate;
    char **guide_links, **guide_evidence; /* train.guide.links ...: at most one of them */
    double guide_weight;
    int guide_layer, guide_head; /* of a Transformer; -1: the last but one; the mean over heads */
    double average_decay;        /* share of the new weights in the moving average; 0: there is none */
    double coverage_weight;
    double label_smoothing, clip_norm, source_unk_rate, mask_rate;
    int epochs, max_steps; /* 0: no limit of that kind */
    double minutes;        /* stop training after this long; 0: no limit */
    int validate_epochs, validate_steps;
    char *metric;            /* bleu | chrf | loss | accuracy | exact | rouge */
    char *validate_tokenize; /* of BLEU in validation: none, 13a, ... */
    int validate_beam, patience, keep, report_steps;
    size_t memory;

    int beam;
    double normalize;
    bool refill;   /* finished hypotheses give up their place */
    int no_repeat; /* so many pieces in a row never come twice in an output; 0: they may */
    int max_input; /* pieces of source that are read at once; 0: max_length */
} Config;

extern const Option config_table[];

/* Defaults, then a file (NULL: none), then `key=value` texts. Relative paths stay as they are given. */
LbStatus config_load(Config *c, const char *path, const char *const *overrides, int n_overrides,
                     LbError *err);
/* Whether attention is guided in training. */
bool config_is_guided(const Config *c);
/* Whether words are copied from the source. */
bool config_copies(const Config *c);
/* Whether the type learns from one text (lm, mlm) instead of pairs. */
bool config_is_one_sided(const Config *c);
/* Checks that span keys (score against cell widths, shared_embeddings without shared_vocabulary ...). */
LbStatus config_check(const Config *c, LbError *err);
/* What training needs besides: data to train on and a model_dir. */
LbStatus config_check_training(const Config *c, LbError *err);
void config_copy(Config *to, const Config *from); /* deep: both are to be freed */
void config_free(Config *c);
/* YAML, every key that has a value: config_load reads the same settings back. */
void config_dump(const Config *c, Str *out);
void config_reference(Str *out); /* docs/config.md: every key with default, values and meaning */

#endif
