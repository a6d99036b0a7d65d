/* config.c -- the table of settings, and how a file and `key=value` texts fill it.
 *
 * Settings come in layers: defaults, the file, the texts on the command line. Within a layer a list collects
 * its items; a later layer replaces what an earlier one said. Some keys are two ways of saying one thing
 * (batches by tokens or by sentences): the one that a layer sets puts the other out of force.
 */
#include "model/config.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/tree.h"
#include "model/config_alias.h"
#include "model/config_preset.h"

/* ---- the table ---- */

static const char *const cells[] = { "gru", "lstm", "gru-reset-after", NULL };
static const char *const decoder_cells[] = { "gru", "lstm", "gru-reset-after", "transformer", NULL };
static const char *const types[] = { "rnn", "transformer", "memory", "lm", "mlm", NULL };
static const char *const norms[] = { "pre", "post", NULL };
static const char *const activations[] = { "relu", "gelu", "gelu-tanh", "swish", NULL };
static const char *const positions[] = { "sinusoidal", "learned", NULL };
static const char *const levels[] = { "sentencepiece", "word", "char", "tokens", NULL };
static const char *const punctuations[] = { "keep", "split", "drop", NULL };
static const char *const sentence_words[] = { "position", "bag", "recurrent", NULL };
static const char *const subwords[] = { "unigram", "bpe", NULL };
static const char *const readouts[] = { "tanh", "none", NULL };
static const char *const inits[] = { "bridge", "last", "zero", NULL };
static const char *const scores[] = { "none",       "dot",      "general",    "additive", "concat",
                                      "scaled-dot", "location", "multi-head", "uniform",  NULL };
static const char *const places[] = { "before", "after", NULL };
static const char *const copyings[] = { "none", "pointer", NULL };
static const char *const copy_orders[] = { "first", "last", NULL };
static const char *const optimizers[] = { "sgd", "adam", "adamw", NULL };
static const char *const schedules[] = {
    "constant", "plateau", "inverse-sqrt", "noam", "cosine", "step", NULL
};
static const char *const metrics[] = { "bleu", "chrf", "loss", "accuracy", "exact", "rouge", NULL };
static const char *const tokenizers[] = { "none", "13a", "char", "intl", NULL };

/* clang-format off */
#define ROW(k, kind, v, m, h, ...) \
    { .key = k, .type = kind, .value = v, .help = h, .offset = offsetof(Config, m), __VA_ARGS__ }
#define FLAG(k, v, m, h) ROW(k, OPTION_FLAG, v, m, h, .what = NULL)
#define INT(k, v, from, to, m, h) ROW(k, OPTION_INT, v, m, h, .low = from, .high = to)
#define NUMBER(k, v, from, to, m, h) ROW(k, OPTION_REAL, v, m, h, .low = from, .high = to)
#define TEXT(k, w, m, h) ROW(k, OPTION_TEXT, NULL, m, h, .what = w)
#define FILES(k, m, h) ROW(k, OPTION_LIST, NULL, m, h, .what = "FILES")
#define CHOICE(k, v, c, m, h) ROW(k, OPTION_CHOICE, v, m, h, .choices = c)
#define SIZE(k, v, m, h) ROW(k, OPTION_SIZE, v, m, h, .what = "SIZE")

enum { MANY = 1000000000 };

/* Rows of one section stand together: config_dump and config_reference rely on it. */
const Option config_table[] = {
    TEXT("model_dir", "DIR", model_dir, "The folder that training fills; it is made."),
    INT("seed", "1", 0, MANY, seed, "Of everything random: first weights, order of the data, dropout."),

    FILES("data.train.source", train_source,
          "Plain text, one sentence a line, `.gz` or not; one file or a list."),
    FILES("data.train.target", train_target, "Line i of it belongs to line i of the source."),
    FILES("data.train.tsv", train_tsv, "Instead of the two: files of `source TAB target`."),
    FILES("data.train.text", train_text,
          "`lm` and `mlm`: plain text, one sentence or paragraph a line; one file or a list."),
    FILES("data.valid.source", valid_source, "As above, for validation."),
    FILES("data.valid.target", valid_target, "As above, for validation."),
    FILES("data.valid.tsv", valid_tsv, "As above, for validation."),
    FILES("data.valid.text", valid_text, "As above, for validation."),
    FILES("data.test.source", test_source, "As above, for `lookback study`; training does not look at it."),
    FILES("data.test.target", test_target, "As above, for `lookback study`."),
    FILES("data.test.tsv", test_tsv, "As above, for `lookback study`."),
    CHOICE("data.source.level", "sentencepiece", levels, source.level,
           "What a line is cut into: subwords, words, characters, or tokens as they stand."),
    CHOICE("data.source.type", "unigram", subwords, source.type, "Kind of SentencePiece model."),
    INT("data.source.size", "8000", 0, 10000000, source.size,
        "The most pieces in the vocabulary; 0: all (not for sentencepiece)."),
    INT("data.source.min_count", "1", 1, MANY, source.min_count,
        "Rarer words, characters and tokens become `<unk>`."),
    FLAG("data.source.lowercase", "false", source.lowercase, "Lower-case text before anything else."),
    CHOICE("data.source.punctuation", "keep", punctuations, source.punctuation,
           "Level word: each punctuation character (Unicode's categories P*) is a word of its own, or is "
           "skipped."),
    TEXT("data.source.model", "FILE", source.model, "A vocabulary to use as it is, instead of learning one."),
    CHOICE("data.target.level", "sentencepiece", levels, target.level, "As for the source."),
    CHOICE("data.target.type", "unigram", subwords, target.type, "As for the source."),
    INT("data.target.size", "8000", 0, 10000000, target.size, "As for the source."),
    INT("data.target.min_count", "1", 1, MANY, target.min_count, "As for the source."),
    FLAG("data.target.lowercase", "false", target.lowercase, "As for the source."),
    CHOICE("data.target.punctuation", "keep", punctuations, target.punctuation, "As for the source."),
    TEXT("data.target.model", "FILE", target.model, "As for the source."),
    FLAG("data.shared_vocabulary", "false", shared_vocabulary,
         "One vocabulary, learned from both sides as `data.source` says; always of `lm` and `mlm`."),
    TEXT("data.model", "FILE", shared_model, "A shared vocabulary to use as it is."),
    INT("data.max_length", "100", 1, 100000, max_length,
        "Longer pairs (in pieces, either side) are left out of training."),
    FLAG("data.source_begin", "false", source_begin, "The encoder reads `<s>` before a source."),
    FLAG("data.source_end", "true", source_end, "The encoder reads `</s>` after a source."),

    CHOICE("model.type", "rnn", types, type,
           "The architecture: encoder-decoders with recurrent cells or Transformer layers; `memory`, a memory network, "
           "which answers questions about sentences (Sukhbaatar et al. 2015); `lm`, a decoder alone, "
           "which continues text; `mlm`, a Transformer's encoder alone, which guesses masked words."),
    CHOICE("model.preset", "none", preset_names, preset,
           "Transformer: a size by name, with a way to train it; it sets the keys that are not given (see "
           "below)."),
    CHOICE("model.encoder.cell", "gru", cells, encoder.cell,
           "Recurrent cell: Cho et al. 2014, Hochreiter and Schmidhuber 1997, or the GRU of cuDNN."),
    INT("model.encoder.layers", "1", 1, 16, encoder.layers, "Recurrent layers on top of each other."),
    INT("model.encoder.hidden", "512", 1, 65536, encoder.hidden,
        "Width of its output, both directions together."),
    INT("model.encoder.embedding", "256", 1, 65536, encoder.embedding, "Width of a source word's vector."),
    FLAG("model.encoder.bidirectional", "true", encoder.bidirectional,
         "Read the source from both ends (Schuster and Paliwal 1997)."),
    INT("model.encoder.heads", "8", 1, 1024, encoder.heads, "Transformer: attention heads of a layer."),
    INT("model.encoder.feed_forward", "2048", 1, 1048576, encoder.feed_forward,
        "Transformer: width inside the feed-forward network."),
    NUMBER("model.encoder.dropout", "0.3", 0, 0.99, encoder.dropout,
           "On embeddings and between layers (Srivastava et al. 2014); Transformer: on embeddings and on what "
           "each part adds."),
    CHOICE("model.decoder.cell", "gru", decoder_cells, decoder.cell,
           "As for the encoder; `lm` also knows `transformer`, its default."),
    INT("model.decoder.layers", "1", 1, 16, decoder.layers, "Recurrent layers on top of each other."),
    INT("model.decoder.hidden", "512", 1, 65536, decoder.hidden, "Width of its state."),
    INT("model.decoder.embedding", "256", 1, 65536, decoder.embedding,
        "Width of a target word's vector, and of what the output layer reads."),
    INT("model.decoder.heads", "8", 1, 1024, decoder.heads, "As for the encoder."),
    INT("model.decoder.feed_forward", "2048", 1, 1048576, decoder.feed_forward, "As for the encoder."),
    NUMBER("model.decoder.dropout", "0.3", 0, 0.99, decoder.dropout, "On embeddings and between layers."),
    NUMBER("model.decoder.readout_dropout", "0", 0, 0.99, decoder.readout_dropout,
          "Before the output layer; where it is not given: as `model.decoder.dropout`."),
    CHOICE("model.decoder.readout", "tanh", readouts, decoder.readout,
           "What the output layer reads: a layer over the state and what was seen, or the state alone (which "
           "then must have seen the source before: score `none`, or place `before`)."),
    FLAG("model.decoder.input_feeding", "true", decoder.input_feeding,
         "The decoder also reads what it saw one step before (Luong et al. 2015, 3.3)."),
    CHOICE("model.decoder.init", "bridge", inits, decoder.init,
           "Its first state: the encoder's last through a layer, as it is, or zero."),
    CHOICE("model.attention.score", "additive", scores, attention.score,
           "How a decoder state and a source word are compared (Bahdanau et al. 2015; Luong et al. 2015); "
           "`none`: a fixed vector is all the decoder gets; `uniform`: the same weight for every word, a control. "
           "A Transformer heeds `uniform` alone, in its cross attention."),
    INT("model.attention.hidden", "0", 0, 65536, attention.hidden,
        "Width inside additive, concat, scaled-dot and multi-head; 0: the decoder's."),
    INT("model.attention.heads", "4", 1, 1024, attention.heads,
        "multi-head: how many; the width inside is shared out among them."),
    CHOICE("model.attention.place", "after", places, attention.place,
           "Look before the decoder's step (Bahdanau) or after it (Luong)."),
    NUMBER("model.attention.dropout", "0", 0, 0.99, attention.dropout, "Of attention weights: Transformer, multi-head."),
    CHOICE("model.copy.type", "none", copyings, copy.type,
           "`pointer`: an output word may also be copied from the source, by the attention's weight on it; a gate "
           "says how much of either (See et al. 2017, 2.2). So words that no vocabulary knows can be said."),
    INT("model.copy.layer", "-1", -1, 15, copy.layer,
        "Transformer: the decoder's layer whose cross attention copies, from 0; -1: the last."),
    INT("model.copy.head", "0", -1, 1023, copy.head,
        "Transformer: the head that copies, from 0; -1: the mean over the heads, as recurrent models have it."),
    FLAG("model.copy.coverage", "false", copy.coverage,
         "Looking at the same word again costs something in training (See et al. 2017, 2.3; the head is the one that "
         "copies, or would); a recurrent model's score is also told how much weight each word has had."),
    INT("model.copy.slots", "0", 0, 10000, copy.slots,
        "Word vectors for unknown words of a source: the first is read as one of them, the second as the next, so "
        "that two names can be told apart; 0: all are read as `<unk>`."),
    CHOICE("model.copy.order", "first", copy_orders, copy.order,
           "Which unknown word is the first of `slots`: that of the first place, or, counted from the end, that of the "
           "last. With `last` the names in a question behind a text have the same vectors in every text, so what is "
           "asked for need not be searched for by its name."),
    CHOICE("model.norm", "pre", norms, transformer.norm,
           "Transformer: normalise what each part reads (Xiong et al. 2020), or its sum (Vaswani et al. 2017)."),
    CHOICE("model.activation", "relu", activations, transformer.activation,
           "Transformer: inside the feed-forward network."),
    NUMBER("model.feed_forward_dropout", "0", 0, 0.99, transformer.feed_forward_dropout,
           "Transformer: inside the feed-forward network."),
    CHOICE("model.positions", "sinusoidal", positions, transformer.positions,
           "Transformer: what is added to a word's vector to say where it stands."),
    INT("model.max_positions", "0", 0, 1000000, transformer.max_positions,
        "Places that learned positions know; 0: `data.max_length` and the end of sentence."),
    FLAG("model.scale_embeddings", "true", transformer.scale_embeddings,
         "Transformer: word vectors times the root of their width."),
    FLAG("model.normalize_embeddings", "false", transformer.normalize_embeddings,
         "Transformer: a layer norm after the embeddings."),
    INT("model.memory.hops", "3", 1, 16, memory_hops,
        "Memory network: how often it looks at the sentences before it answers."),
    INT("model.memory.sentences", "50", 1, 100000, memory_sentences,
        "Memory network: how many ages of sentences it tells apart; older ones all count as the oldest."),
    CHOICE("model.memory.words", "position", sentence_words, memory_words,
           "Memory network: words of a sentence are summed, each weighted by its place, or as they are (`bag`); "
           "`recurrent`: weighted, and what a cell knows that read them is added (`model.encoder.cell`, `hidden`, "
           "`bidirectional`): where order matters, as in qa4 of bAbI."),
    INT("model.memory.linear_epochs", "20", 0, MANY, memory_linear_epochs,
        "Memory network: so many epochs it learns without softmax between hops, which keeps it from settling for "
        "less (Sukhbaatar et al. 2015, 4.2)."),
    NUMBER("model.memory.age_noise", "0.1", 0, 0.99, memory_age_noise,
           "Memory network: in training, chance that a sentence counts as one older, and all before it (4.1)."),
    ROW("model.memory.separator", OPTION_TEXT, "|||", memory_separator,
        "Memory network: the source word that parts sentences; the question is the last.", .what = "WORD"),
    FLAG("model.tied_embeddings", "true", tied_embeddings,
         "Target word vectors are the output layer's weights as well (Press and Wolf 2017); memory network: the "
         "last hop's word vectors are."),
    FLAG("model.shared_embeddings", "false", shared_embeddings,
         "Source and target share their word vectors."),

    CHOICE("train.optimizer", "adam", optimizers, optimizer,
           "Adam: Kingma and Ba 2015; AdamW: Loshchilov and Hutter 2019."),
    NUMBER("train.learning_rate", "0.001", 0, 100, learning_rate,
           "The rate; of inverse-sqrt and cosine its peak, of noam a factor, usually 1 or 2."),
    NUMBER("train.beta1", "0.9", 0, 0.999999, beta1, "Adam: decay of the mean of gradients."),
    NUMBER("train.beta2", "0.999", 0, 0.999999, beta2, "Adam: decay of the mean of their squares."),
    NUMBER("train.epsilon", "1e-8", 1e-16, 1, epsilon, "Adam: added to the divisor."),
    NUMBER("train.weight_decay", "0", 0, 1, weight_decay, "Shrinks weights, times the rate, at each step."),
    NUMBER("train.momentum", "0", 0, 0.999999, momentum, "SGD: how much of the last step is kept."),
    CHOICE("train.schedule.type", "plateau", schedules, schedule, "How the learning rate goes on."),
    INT("train.schedule.patience", "3", 1, MANY, schedule_patience,
        "plateau: validations without a new best before the rate is lowered."),
    NUMBER("train.schedule.factor", "0.5", 0.0001, 1, schedule_factor,
           "plateau, step: the rate is multiplied by it."),
    INT("train.schedule.warmup", "4000", 0, MANY, schedule_warmup,
        "inverse-sqrt, noam, cosine: steps until the peak; up to it the rate rises linearly."),
    INT("train.schedule.steps", "10000", 1, MANY, schedule_steps,
        "cosine: steps until the end; step: steps between reductions."),
    NUMBER("train.schedule.min_rate", "1e-6", 0, 100, schedule_min_rate, "The rate goes no lower."),
    INT("train.batch.tokens", "0", 0, MANY, batch_tokens,
        "The most tokens of a batch, padding counted, on its longer side."),
    INT("train.batch.sentences", "64", 0, 1000000, batch_sentences, "Or: sentence pairs of a batch."),
    INT("train.accumulate", "1", 1, 100000, accumulate,
        "Batches whose gradients are added up for one step: the same as one batch so many times as large."),
    NUMBER("train.average_decay", "0", 0, 0.999999, average_decay,
           "Keeps a moving average of the weights, which is what is validated and saved (Marian's "
           "`exponential-smoothing`, such as 0.0001): each step gives the new weights this share, at first "
           "more; 0: none."),
    NUMBER("train.coverage_weight", "1.0", 0, 100, coverage_weight,
           "How much `model.copy.coverage` counts: times the weight that goes where as much has gone before."),
    NUMBER("train.label_smoothing", "0.1", 0, 0.99, label_smoothing, "Szegedy et al. 2016."),
    NUMBER("train.clip_norm", "1.0", 0, 1e9, clip_norm,
           "Gradients longer than this are shortened to it; 0: not."),
    NUMBER("train.source_unk_rate", "0.01", 0, 0.99, source_unk_rate,
          "Share of source words made `<unk>`, so that erasing a word later means something to the model."),
    FILES("train.guide.links", guide_links,
          "Guided attention (Chen et al. 2016; Garg et al. 2019): files of word links, `0-0 1-2` (source "
          "word, target word, from 0), a line for each training pair and a file for each of its files."),
    FILES("train.guide.evidence", guide_evidence,
          "Or: files of ranges of source words, `4-7 12-12` or `0:4-7` (both ends in; a sentence's number "
          "before), where all target words should look."),
    NUMBER("train.guide.weight", "0.05", 0, 100, guide_weight,
           "How much the guide counts: a word's loss, plus this times the cross-entropy of its attention "
           "with the links."),
    INT("train.guide.layer", "-1", -1, 15, guide_layer,
        "Transformer: the decoder's layer that is guided, from 0; -1: the last but one."),
    INT("train.guide.head", "0", -1, 1023, guide_head,
        "Transformer, multi-head: the head that is guided, from 0; -1: the mean over the heads."),
    NUMBER("train.mask_rate", "0.15", 0.001, 0.99, mask_rate,
           "`mlm`: share of words to be guessed (Devlin et al. 2019)."),
    INT("train.epochs", "30", 0, MANY, epochs, "Passes over the data; 0: no limit of this kind."),
    INT("train.max_steps", "0", 0, MANY, max_steps, "Steps; 0: no limit of this kind."),
    NUMBER("train.minutes", "0", 0, 1e9, minutes, "Minutes of training; 0: no limit of this kind."),
    INT("train.validate_every.epochs", "1", 0, MANY, validate_epochs, "Validate after so many epochs."),
    INT("train.validate_every.steps", "0", 0, MANY, validate_steps, "Or: after so many steps."),
    INT("train.validate_beam", "1", 1, 1000, validate_beam, "Beam size in validation."),
    CHOICE("train.validate_tokenize", "13a", tokenizers, validate_tokenize,
           "sacreBLEU's tokenizer in validation."),
    CHOICE("train.metric", "bleu", metrics, metric,
           "What decides which checkpoint is best (rouge: ROUGE-L's F1, as `eval rouge`); of `lm` and `mlm` "
           "the default is loss."),
    INT("train.patience", "8", 0, MANY, patience,
        "Stop after so many validations without a new best; 0: never."),
    INT("train.keep", "3", 0, 1000, keep,
        "How many checkpoints stay, for `lookback average`; a Transformer gains from 5 to 10."),
    INT("train.report_steps", "50", 1, MANY, report_steps, "Steps between lines of the log."),
    SIZE("train.memory", "4G", memory, "Training takes no more memory than this, data and program included: batches of long sentences are made "
         "smaller to fit, text beyond a 64th of it stays on disk; 0: no limit."),

    INT("decode.beam", "5", 1, 1000, beam, "Hypotheses kept; 1: greedy."),
    NUMBER("decode.normalize", "1.0", 0, 10, normalize,
           "Scores are divided by length to this power; 0: not."),
    FLAG("decode.refill", "false", refill,
         "A finished hypothesis gives its place to the next best (OpenNMT, CTranslate2) instead of keeping it "
         "(Marian)."),
    INT("decode.no_repeat_ngram", "0", 0, 1000, no_repeat,
        "So many pieces in a row never come twice in an output (Paulus et al. 2018); 0: they may."),
    INT("decode.max_input", "0", 0, 1000000, max_input,
        "Source pieces read at once; longer lines are split. 0: `data.max_length`."),
    { .key = NULL },
};
/* clang-format on */

enum { N_KEYS = sizeof config_table / sizeof *config_table - 1 };

/* Setting `key` puts `other` out of force, unless the same layer sets that too. */
static const struct {
    const char *key, *other;
} rivals[] = {
    { "train.batch.tokens", "train.batch.sentences" },
    { "train.batch.sentences", "train.batch.tokens" },
    { "train.validate_every.epochs", "train.validate_every.steps" },
    { "train.validate_every.steps", "train.validate_every.epochs" },
    { "data.train.tsv", "data.train.source" },
    { "data.train.tsv", "data.train.target" },
    { "data.train.source", "data.train.tsv" },
    { "data.valid.tsv", "data.valid.source" },
    { "data.valid.tsv", "data.valid.target" },
    { "data.valid.source", "data.valid.tsv" },
    { "data.test.tsv", "data.test.source" },
    { "data.test.tsv", "data.test.target" },
    { "data.test.source", "data.test.tsv" },
};

/* What a key is where it is not given, and the type is this one. */
static const struct {
    const char *type, *key, *value;
} habits[] = {
    { "lm", "data.shared_vocabulary", "true" },
    { "mlm", "data.shared_vocabulary", "true" },
    { "lm", "train.metric", "loss" },
    { "mlm", "train.metric", "loss" },
    { "lm", "model.decoder.cell", "transformer" },
    { "memory", "data.shared_vocabulary", "true" },
};

/* Where it is not given, `key` is as `as`; when: always, or with a shared vocabulary only. */
static const struct {
    const char *key, *as;
    bool when_shared;
} followers[] = {
    { "model.decoder.readout_dropout", "model.decoder.dropout", false },
    { "data.target.level", "data.source.level", true },
    { "data.target.type", "data.source.type", true },
    { "data.target.size", "data.source.size", true },
    { "data.target.min_count", "data.source.min_count", true },
    { "data.target.lowercase", "data.source.lowercase", true },
    { "data.target.punctuation", "data.source.punctuation", true },
};

static int key_index(const char *key)
{
    const Option *o = option_find(config_table, key);
    return o ? (int)(o - config_table) : -1;
}

static void *member(const Config *c, const Option *o)
{
    return (char *)(uintptr_t)c + o->offset;
}

static void list_clear(char ***list)
{
    for (size_t i = 0; i < array_len(*list); i++)
        free((*list)[i]);
    array_free(*list);
}

static void key_clear(Config *c, const Option *o)
{
    if (o->type == OPTION_LIST)
        list_clear(member(c, o));
    else if (o->type == OPTION_INT)
        *(int *)member(c, o) = 0;
    else if (o->type == OPTION_TEXT) {
        free(*(char **)member(c, o));
        *(char **)member(c, o) = NULL;
    }
}

/* ---- loading ---- */

/* One layer of settings being read. */
typedef struct {
    Config *c;
    const char *name;          /* of the file; NULL: texts given with the command */
    int line;                  /* of the item in hand; 0: none */
    char *given[N_KEYS];       /* the name under which this layer set a key, or NULL */
    bool tokens;               /* JoeyNMT's and OpenNMT's batch_type */
    bool hidden_per_direction; /* JoeyNMT's encoder.hidden_size was used */
    LbError *err;
} Layer;

/* The error in l->err told again with the place it comes from. */
static LbStatus layer_fail(const Layer *l, LbStatus status)
{
    const char *text = l->err ? l->err->text : "";
    if (l->line)
        return fail_line(l->err, status, l->line, "%s: %s", l->name, text);
    return fail(l->err, status, "%s", text);
}

#define layer_error(l, ...) (fail((l)->err, LB_USAGE, __VA_ARGS__), layer_fail(l, LB_USAGE))

static bool key_is_section(const char *key)
{
    size_t n = strlen(key);
    for (const Option *o = config_table; o->key; o++)
        if (n && text_starts(o->key, key) && o->key[n] == '.')
            return true;
    return false;
}

static LbStatus unknown_key(const Layer *l, const char *key, const char *value)
{
    if (!key_is_section(key))
        return layer_fail(l, option_unknown(config_table, "key", key, l->err));
    if (!*value)
        return LB_OK; /* a section without anything in it */
    return layer_error(l, "`%s` is a section: put its keys under it instead of the value `%.60s`", key,
                       value);
}

/* Notes that `name` sets the key of row i; a key set under two names is a contradiction unless equal. */
static LbStatus layer_claim(Layer *l, int i, const char *name, const char *value)
{
    const Option *o = &config_table[i];
    if (!l->given[i]) {
        l->given[i] = memory_text(name);
        if (o->type == OPTION_LIST)
            list_clear(member(l->c, o));
        return LB_OK;
    }
    bool repeated = text_equal(l->given[i], name);
    if (o->type == OPTION_LIST && repeated)
        return LB_OK;
    if (repeated && l->name)
        return layer_error(l, "`%s` takes one value, not a list", name);
    if (repeated || o->type == OPTION_LIST)
        return repeated ? LB_OK : layer_error(l, "`%s` and `%s` are the same list", l->given[i], name);
    Str before = { 0 };
    option_show(o, l->c, &before);
    bool same = text_equal(before.text, value);
    str_free(&before);
    return same ? LB_OK : layer_error(l, "`%s` and `%s` both set `%s`", l->given[i], name, o->key);
}

static LbStatus layer_set(Layer *l, const char *name, const char *key, const char *value)
{
    int i = key_index(key);
    if (i < 0)
        return unknown_key(l, key, value);
    const Option *o = &config_table[i];
    if (!utf8_is_valid(value, strlen(value)))
        return layer_error(l, "the value of `%s` is not valid UTF-8", name);
    value = config_value_alias(key, value);
    LbStatus status = layer_claim(l, i, name, value);
    if (status != LB_OK)
        return status;
    if (!*value && (o->type == OPTION_TEXT || o->type == OPTION_LIST)) {
        key_clear(l->c, o);
        return LB_OK;
    }
    status = option_set(config_table, l->c, key, value, l->err);
    return status == LB_OK ? LB_OK : layer_fail(l, status);
}

static LbStatus layer_set_alias(Layer *l, const KeyAlias *a, const char *value)
{
    const char *key = a->key;
    if (!*key)
        return LB_OK;
    if (l->tokens && text_equal(key, "train.batch.sentences"))
        key = "train.batch.tokens";
    if (text_equal(a->name, "training.adam_betas") && l->given[key_index(key)])
        key = "train.beta2";
    if (text_equal(a->name, "encoder_type") && text_equal(value, "transformer"))
        key = "model.type";
    if (text_equal(a->name, "model.encoder.hidden_size"))
        l->hidden_per_direction = true;
    LbStatus status = layer_set(l, a->name, key, value);
    return status == LB_OK && a->also ? layer_set(l, a->name, a->also, value) : status;
}

static LbStatus layer_item(Layer *l, const char *name, const char *value)
{
    const KeyAlias *a = config_key_alias(name);
    return a ? layer_set_alias(l, a, value) : layer_set(l, name, name, value);
}

/* What the keys of a layer mean for the keys that it does not mention. */
static void layer_end(Layer *l)
{
    for (size_t i = 0; i < sizeof rivals / sizeof *rivals; i++) {
        int other = key_index(rivals[i].other);
        if (l->given[key_index(rivals[i].key)] && !l->given[other])
            key_clear(l->c, &config_table[other]);
    }
    if (l->hidden_per_direction && l->c->encoder.bidirectional && text_equal(l->c->type, "rnn"))
        l->c->encoder.hidden *= 2;
}

static void layer_free(Layer *l)
{
    for (int i = 0; i < N_KEYS; i++)
        free(l->given[i]);
}

/* JoeyNMT names files by a common beginning and two languages: data.train, data.dev; data.src, data.trg. */
static const char *item_value(const TreeItem *items, const char *key, const char *or_key)
{
    for (size_t i = 0; i < array_len(items); i++)
        if (text_equal(items[i].key, key) || text_equal(items[i].key, or_key))
            return items[i].value;
    return NULL;
}

static LbStatus joey_files(Layer *l, const TreeItem *items, const TreeItem *item, bool *taken)
{
    static const struct {
        const char *name, *key, *language, *language_2;
    } files[] = {
        { "data.train", "data.train.source", "data.src.lang", "data.src" },
        { "data.train", "data.train.target", "data.trg.lang", "data.trg" },
        { "data.dev", "data.valid.source", "data.src.lang", "data.src" },
        { "data.dev", "data.valid.target", "data.trg.lang", "data.trg" },
    };
    LbStatus status = LB_OK;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        const char *language = item_value(items, files[i].language, files[i].language_2);
        *taken |= language &&
                  (text_equal(item->key, files[i].language) || text_equal(item->key, files[i].language_2));
        if (!language || !text_equal(item->key, files[i].name))
            continue;
        Str path = { 0 };
        str_addf(&path, "%s.%s", item->value, language);
        if (status == LB_OK)
            status = layer_set(l, item->key, files[i].key, path.text);
        str_free(&path);
        *taken = true;
    }
    return status;
}

static LbStatus load_items(Layer *l, const TreeItem *items)
{
    const char *unit = item_value(items, "training.batch_type", "batch_type");
    l->tokens = unit && text_starts(unit, "token");
    for (size_t i = 0; i < array_len(items); i++) {
        bool taken = false;
        l->line = items[i].line;
        LbStatus status = joey_files(l, items, &items[i], &taken);
        if (status == LB_OK && !taken)
            status = layer_item(l, items[i].key, items[i].value);
        if (status != LB_OK)
            return status;
    }
    layer_end(l);
    return LB_OK;
}

static LbStatus load_file(Layer *l, const char *path)
{
    size_t len;
    char *text = file_read(path, &len, l->err);
    if (!text)
        return l->err ? l->err->status : LB_FILE;
    TreeItem *items = NULL;
    LbStatus status = tree_parse(text, len, path, &items, l->err);
    if (status == LB_OK)
        status = load_items(l, items);
    tree_free(items);
    free(text);
    return status;
}

static LbStatus load_override(Layer *l, const char *text)
{
    const char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return layer_error(l, "`%.100s` is not of the form key=value", text);
    char *key = memory_bytes(text, (size_t)(equals - text));
    LbStatus status = layer_item(l, key, equals + 1);
    free(key);
    return status;
}

static LbStatus load_overrides(Layer *l, const char *const *texts, int n)
{
    for (int i = 0; i < n; i++) {
        LbStatus status = load_override(l, texts[i]);
        if (status != LB_OK)
            return status;
    }
    layer_end(l);
    return LB_OK;
}

static LbStatus take_habits(Config *c, const Layer *a, const Layer *b, LbError *err)
{
    LbStatus status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < sizeof habits / sizeof *habits; i++) {
        int key = key_index(habits[i].key);
        if (text_equal(c->type, habits[i].type) && !a->given[key] && !b->given[key])
            status = option_set(config_table, c, habits[i].key, habits[i].value, err);
    }
    return status;
}

static LbStatus follow(Config *c, const Layer *a, const Layer *b, LbError *err)
{
    LbStatus status = take_habits(c, a, b, err);
    for (size_t i = 0; status == LB_OK && i < sizeof followers / sizeof *followers; i++) {
        int key = key_index(followers[i].key);
        if (a->given[key] || b->given[key] || (followers[i].when_shared && !c->shared_vocabulary))
            continue;
        Str value = { 0 };
        option_show(option_find(config_table, followers[i].as), c, &value);
        status = option_set(config_table, c, followers[i].key, value.text, err);
        str_free(&value);
    }
    return status;
}

/* What model.preset says of keys that no layer has given. */
static LbStatus apply_preset(Config *c, const Layer *a, const Layer *b, LbError *err)
{
    int column = preset_find(c->preset);
    LbStatus status = LB_OK;
    for (const PresetRow *row = preset_rows; column >= 0 && row->key && status == LB_OK; row++) {
        int key = key_index(row->key);
        if (!a->given[key] && !b->given[key])
            status = option_set(config_table, c, row->key, row->value[column], err);
    }
    return status;
}

LbStatus config_load(Config *c, const char *path, const char *const *overrides, int n_overrides, LbError *err)
{
    LbError own = { 0 };
    *c = (Config){ 0 };
    options_default(config_table, c);
    Layer file = { .c = c, .name = path, .err = &own };
    Layer texts = { .c = c, .err = &own };
    LbStatus status = path ? load_file(&file, path) : LB_OK;
    if (status == LB_OK)
        status = load_overrides(&texts, overrides, n_overrides);
    if (status == LB_OK)
        status = apply_preset(c, &file, &texts, &own);
    if (status == LB_OK)
        status = follow(c, &file, &texts, &own);
    if (status == LB_OK && !text_equal(c->type, "rnn") && !text_equal(c->type, "memory"))
        c->encoder.embedding = c->encoder.hidden, c->decoder.embedding = c->decoder.hidden;
    layer_free(&file);
    layer_free(&texts);
    if (status == LB_OK)
        return LB_OK;
    if (err)
        *err = own;
    config_free(c);
    return status;
}

bool config_is_guided(const Config *c)
{
    return array_len(c->guide_links) > 0 || array_len(c->guide_evidence) > 0;
}

bool config_copies(const Config *c)
{
    return text_equal(c->copy.type, "pointer");
}

bool config_is_one_sided(const Config *c)
{
    return text_equal(c->type, "lm") || text_equal(c->type, "mlm");
}

void config_free(Config *c)
{
    options_free(config_table, c);
    *c = (Config){ 0 };
}

static char **list_copy(char **from)
{
    char **to = NULL;
    for (size_t i = 0; i < array_len(from); i++)
        array_push(to, memory_text(from[i]));
    return to;
}

void config_copy(Config *to, const Config *from)
{
    *to = *from;
    for (const Option *o = config_table; o->key; o++) {
        char **text = member(to, o);
        if ((o->type == OPTION_TEXT || o->type == OPTION_CHOICE) && *text)
            *text = memory_text(*text);
        else if (o->type == OPTION_LIST)
            *(char ***)member(to, o) = list_copy(*(char ***)member(from, o));
    }
}
