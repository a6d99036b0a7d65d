/* config_check.c -- what a configuration says that cannot be: settings that contradict each other. */
#include <math.h>

#include "base/array.h"
#include "model/config.h"
#include "model/config_preset.h"

static LbStatus check_files(const char *what, char **source, char **target, char **tsv, LbError *err)
{
    size_t n_source = array_len(source), n_target = array_len(target);
    if (array_len(tsv) && (n_source || n_target))
        return fail(err, LB_USAGE, "data.%s: give either source and target, or tsv", what);
    if (n_source != n_target)
        return fail(err, LB_USAGE,
                    "data.%s: %zu source files but %zu target files; they belong together in pairs", what,
                    n_source, n_target);
    return LB_OK;
}

static LbStatus check_pair_files(const Config *c, LbError *err)
{
    if (array_len(c->train_text) || array_len(c->valid_text))
        return fail(
            err, LB_USAGE,
            "data.train.text and data.valid.text are for model.type lm and mlm; type %s learns from pairs: "
            "data.train.source and data.train.target",
            c->type);
    LbStatus status = check_files("train", c->train_source, c->train_target, c->train_tsv, err);
    if (status == LB_OK)
        status = check_files("valid", c->valid_source, c->valid_target, c->valid_tsv, err);
    return status == LB_OK ? check_files("test", c->test_source, c->test_target, c->test_tsv, err) : status;
}

static LbStatus check_one_text(const Config *c, LbError *err)
{
    if (array_len(c->train_source) || array_len(c->train_target) || array_len(c->train_tsv) ||
        array_len(c->valid_source) || array_len(c->valid_target) || array_len(c->valid_tsv))
        return fail(err, LB_USAGE,
                    "model.type %s learns from one text: give data.train.text and data.valid.text instead of "
                    "source, target and tsv",
                    c->type);
    if (c->source_begin || !c->source_end)
        return fail(err, LB_USAGE,
                    "data.source_begin and data.source_end are about pairs; model.type %s has no source",
                    c->type);
    if (!c->shared_vocabulary)
        return fail(err, LB_USAGE, "model.type %s has one vocabulary: leave out data.shared_vocabulary",
                    c->type);
    if (text_equal(c->metric, "loss") || text_equal(c->metric, "accuracy"))
        return LB_OK;
    return fail(
        err, LB_USAGE,
        "train.metric %s compares outputs with references, which model.type %s does not have; use loss or "
        "accuracy",
        c->metric, c->type);
}

static LbStatus check_shared(const Config *c, LbError *err)
{
    if (c->shared_embeddings && !c->shared_vocabulary)
        return fail(err, LB_USAGE, "model.shared_embeddings needs data.shared_vocabulary: true");
    if (c->shared_embeddings && c->encoder.embedding != c->decoder.embedding)
        return fail(err, LB_USAGE,
                    "model.shared_embeddings needs equal widths, but model.encoder.embedding is %d and "
                    "model.decoder.embedding is %d",
                    c->encoder.embedding, c->decoder.embedding);
    if (!c->shared_vocabulary && c->shared_model)
        return fail(err, LB_USAGE,
                    "data.model is a shared vocabulary: add data.shared_vocabulary: true, or name "
                    "data.source.model and data.target.model instead");
    if (!c->shared_vocabulary)
        return LB_OK;
    if (c->source.model || c->target.model)
        return fail(err, LB_USAGE,
                    "data.shared_vocabulary: name the one vocabulary as data.model, not as "
                    "data.source.model or data.target.model");
    if (!text_equal(c->source.level, c->target.level) || c->source.lowercase != c->target.lowercase ||
        !text_equal(c->source.punctuation, c->target.punctuation))
        return fail(err, LB_USAGE,
                    "data.shared_vocabulary: level, lowercase and punctuation of data.source and data.target "
                    "differ; leave out those of data.target");
    return LB_OK;
}

static LbStatus check_vocabulary(const char *side, const VocabConfig *v, LbError *err)
{
    if (!v->model && v->size == 0 && text_equal(v->level, "sentencepiece"))
        return fail(err, LB_USAGE,
                    "data.%s.size: 0 (all) works for words, characters and tokens; for "
                    "sentencepiece say how many pieces, such as 8000",
                    side);
    if (!v->model && !text_equal(v->punctuation, "keep") && !text_equal(v->level, "word"))
        return fail(
            err, LB_USAGE,
            "data.%s.punctuation: %s is for level word, and data.%s.level is %s; leave it out, or say "
            "data.%s.level=word",
            side, v->punctuation, side, v->level, side);
    return LB_OK;
}

static LbStatus check_heads(const char *side, int hidden, int heads, LbError *err)
{
    if (hidden % heads || hidden % 2)
        return fail(err, LB_USAGE,
                    "model.%s.hidden is %d; it must be even, and a multiple of model.%s.heads, which is %d",
                    side, hidden, side, heads);
    return LB_OK;
}

/* The end of sentence has a place, too. */
static LbStatus check_positions(const Config *c, LbError *err)
{
    int most = c->transformer.max_positions,
        longest = c->max_length > c->max_input ? c->max_length : c->max_input;
    if (longest < (most ? most : c->max_length + 1))
        return LB_OK;
    return fail(err, LB_USAGE,
                "model.positions learned: sentences may have %d pieces and an end (data.max_length, "
                "decode.max_input), but model.max_positions is %d; make it at least %d",
                longest, most ? most : c->max_length + 1, longest + 1);
}

static bool has_transformer_side(const Config *c, bool decoder)
{
    if (text_equal(c->type, "lm"))
        return decoder && text_equal(c->decoder.cell, "transformer");
    return text_equal(c->type, "transformer") || (text_equal(c->type, "mlm") && !decoder);
}

static LbStatus check_transformer(const Config *c, LbError *err)
{
    LbStatus status = LB_OK;
    if (has_transformer_side(c, false))
        status = check_heads("encoder", c->encoder.hidden, c->encoder.heads, err);
    if (status == LB_OK && has_transformer_side(c, true))
        status = check_heads("decoder", c->decoder.hidden, c->decoder.heads, err);
    bool either = has_transformer_side(c, false) || has_transformer_side(c, true);
    if (status == LB_OK && either && text_equal(c->transformer.positions, "learned"))
        status = check_positions(c, err);
    return status;
}

static LbStatus check_type(const Config *c, LbError *err)
{
    if (preset_find(c->preset) >= 0)
        return fail(err, LB_USAGE,
                    "model.preset %s is a size of Transformers, and model.type is %s: leave "
                    "one of them out",
                    c->preset, c->type);
    if (text_equal(c->decoder.cell, "transformer"))
        return fail(err, LB_USAGE,
                    "model.decoder.cell transformer is for model.type lm; a Transformer that translates is "
                    "model.type transformer");
    return LB_OK;
}

static LbStatus check_multi_head(const Config *c, LbError *err)
{
    int width = c->attention.hidden ? c->attention.hidden : c->decoder.hidden;
    if (!text_equal(c->attention.score, "multi-head") || width % c->attention.heads == 0)
        return LB_OK;
    return fail(err, LB_USAGE,
                "model.attention.score multi-head shares its width out among its heads: %s, %d, must be a "
                "multiple of model.attention.heads, which is %d",
                c->attention.hidden ? "model.attention.hidden" : "model.decoder.hidden", width,
                c->attention.heads);
}

static LbStatus check_score(const Config *c, LbError *err)
{
    const char *score = c->attention.score;
    if (text_equal(score, "dot") && c->encoder.hidden != c->decoder.hidden)
        return fail(err, LB_USAGE,
                    "model.attention.score dot needs equal widths, but model.encoder.hidden is %d and "
                    "model.decoder.hidden is %d; make them equal or use general",
                    c->encoder.hidden, c->decoder.hidden);
    if (text_equal(score, "location") && c->max_input > c->max_length)
        return fail(
            err, LB_USAGE,
            "model.attention.score location knows data.max_length = %d places, but decode.max_input is %d",
            c->max_length, c->max_input);
    return check_multi_head(c, err);
}

static LbStatus check_encoder(const Config *c, LbError *err)
{
    if (c->encoder.bidirectional && c->encoder.hidden % 2)
        return fail(err, LB_USAGE,
                    "model.encoder.hidden is %d; with two directions, half of it each, it must be even",
                    c->encoder.hidden);
    return LB_OK;
}

static LbStatus check_decoder(const Config *c, LbError *err)
{
    bool none = text_equal(c->attention.score, "none");
    if (text_equal(c->decoder.init, "last") && c->encoder.hidden != c->decoder.hidden)
        return fail(err, LB_USAGE,
                    "model.decoder.init last needs equal widths, but model.encoder.hidden is %d and "
                    "model.decoder.hidden is %d; make them equal or use bridge",
                    c->encoder.hidden, c->decoder.hidden);
    if (text_equal(c->decoder.readout, "none") && !none && text_equal(c->attention.place, "after"))
        return fail(err, LB_USAGE,
                    "model.decoder.readout none leaves out what attention sees after the cell; use tanh, "
                    "model.attention.place before, or model.attention.score none");
    if (text_equal(c->decoder.init, "zero") && none)
        return fail(err, LB_USAGE,
                    "model.decoder.init zero with model.attention.score none leaves the decoder "
                    "without any sight of the source; use bridge");
    return LB_OK;
}

static LbStatus check_rnn(const Config *c, LbError *err)
{
    static LbStatus (*const checks[])(const Config *, LbError *) = { check_type, check_score, check_encoder,
                                                                     check_decoder };
    LbStatus status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < sizeof checks / sizeof *checks; i++)
        status = checks[i](c, err);
    return status;
}

static LbStatus check_memory(const Config *c, LbError *err)
{
    if (c->decoder.layers > 1)
        return fail(err, LB_USAGE, "model.decoder.layers is %d; the decoder of model.type memory has one",
                    c->decoder.layers);
    if (c->shared_embeddings)
        return fail(err, LB_USAGE,
                    "model.shared_embeddings: model.type memory has word vectors for every hop "
                    "and shares none");
    if (c->tied_embeddings && !c->shared_vocabulary)
        return fail(err, LB_USAGE,
                    "model.tied_embeddings: the output layer of model.type memory is its source "
                    "words' vectors, so it needs data.shared_vocabulary: true");
    LbStatus status = text_equal(c->memory_words, "recurrent") ? check_encoder(c, err) : LB_OK;
    return status == LB_OK ? check_type(c, err) : status;
}

static LbStatus check_widths(const Config *c, LbError *err)
{
    if (text_equal(c->type, "memory"))
        return check_memory(c, err);
    return (text_equal(c->type, "rnn") ? check_rnn : check_transformer)(c, err);
}

/* Its learning_rate is no rate: the usual 0.001 would train nothing. */
static LbStatus check_noam(const Config *c, LbError *err)
{
    double peak = c->learning_rate / sqrt((double)c->decoder.hidden * fmax(1, c->schedule_warmup));
    if (!text_equal(c->schedule, "noam") || peak >= c->schedule_min_rate)
        return LB_OK;
    return fail(err, LB_USAGE,
                "train.schedule noam: with train.learning_rate %g, which is a factor there, the rate's peak "
                "would be %g, below train.schedule.min_rate, %g; the usual factor is 1 or 2",
                c->learning_rate, peak, c->schedule_min_rate);
}

static LbStatus check_training_keys(const Config *c, LbError *err)
{
    if ((c->batch_tokens > 0) == (c->batch_sentences > 0))
        return fail(err, LB_USAGE, "train.batch: give one of tokens and sentences, above 0");
    if (c->validate_epochs > 0 && c->validate_steps > 0)
        return fail(err, LB_USAGE, "train.validate_every: give one of epochs and steps");
    if (c->epochs == 0 && c->max_steps == 0 && !(c->minutes > 0) && c->patience == 0)
        return fail(err, LB_USAGE,
                    "training would never end: set one of train.epochs, train.max_steps, "
                    "train.minutes, train.patience");
    if (c->learning_rate < c->schedule_min_rate)
        return fail(err, LB_USAGE, "train.learning_rate is %g, below train.schedule.min_rate, %g",
                    c->learning_rate, c->schedule_min_rate);
    return check_noam(c, err);
}

static LbStatus check_guide_files(const Config *c, LbError *err)
{
    size_t n_links = array_len(c->guide_links), n_evidence = array_len(c->guide_evidence);
    size_t n_pairs = array_len(c->train_source) + array_len(c->train_tsv);
    if (n_links && n_evidence)
        return fail(err, LB_USAGE, "train.guide: give one of links and evidence");
    if (n_links + n_evidence != n_pairs)
        return fail(err, LB_USAGE, "train.guide: %zu files for %zu files of pairs; each needs one of its own",
                    n_links + n_evidence, n_pairs);
    return LB_OK;
}

static LbStatus check_guide(const Config *c, LbError *err)
{
    bool stack = text_equal(c->type, "transformer"), recurrent = text_equal(c->type, "rnn");
    bool several = recurrent && text_equal(c->attention.score, "multi-head");
    int n_layers = stack ? c->decoder.layers : 1, n_heads = stack        ? c->decoder.heads
                                                            : !recurrent ? c->memory_hops
                                                            : several    ? c->attention.heads
                                                                         : 1;
    if (!config_is_guided(c))
        return LB_OK;
    if (config_is_one_sided(c) || (recurrent && text_equal(c->attention.score, "none")))
        return fail(err, LB_USAGE, "train.guide: this model has no attention from target to source");
    if ((stack || recurrent) && text_equal(c->attention.score, "uniform"))
        return fail(err, LB_USAGE, "train.guide: the weights of score uniform are not learned");
    if (c->guide_layer >= n_layers)
        return fail(err, LB_USAGE, "train.guide.layer is %d; there are %d, counted from 0", c->guide_layer,
                    n_layers);
    if (c->guide_head >= n_heads)
        return fail(err, LB_USAGE, "train.guide.head is %d; there are %d, counted from 0", c->guide_head,
                    n_heads);
    return check_guide_files(c, err);
}

static LbStatus check_copy_head(const Config *c, LbError *err)
{
    if (!text_equal(c->type, "transformer"))
        return LB_OK;
    if (c->copy.layer >= c->decoder.layers)
        return fail(err, LB_USAGE, "model.copy.layer is %d; there are %d, counted from 0", c->copy.layer,
                    c->decoder.layers);
    if (c->copy.head >= c->decoder.heads)
        return fail(err, LB_USAGE, "model.copy.head is %d; there are %d, counted from 0", c->copy.head,
                    c->decoder.heads);
    return LB_OK;
}

static LbStatus check_coverage(const Config *c, LbError *err)
{
    const char *score = c->attention.score;
    if (!c->copy.coverage)
        return LB_OK;
    if (text_equal(score, "uniform"))
        return fail(err, LB_USAGE, "model.copy.coverage: the weights of score uniform are not learned");
    if (text_equal(c->type, "rnn") && (text_equal(score, "location") || text_equal(score, "multi-head")))
        return fail(err, LB_USAGE,
                    "model.copy.coverage: score %s cannot be told what was looked at; use additive, concat, "
                    "general, dot or scaled-dot",
                    score);
    return LB_OK;
}

static LbStatus check_copy(const Config *c, LbError *err)
{
    bool wanted = config_copies(c) || c->copy.coverage;
    if (c->copy.slots > 0 && !config_copies(c))
        return fail(err, LB_USAGE, "model.copy.slots needs model.copy.type: pointer");
    if (config_copies(c) && !text_equal(c->source.level, c->target.level))
        return fail(
            err, LB_USAGE,
            "model.copy.type pointer writes words as the source has them, but data.source.level is %s and "
            "data.target.level %s: let them be the same",
            c->source.level, c->target.level);
    if (!wanted)
        return LB_OK;
    const char *key = config_copies(c) ? "type pointer" : "coverage";
    if (!text_equal(c->type, "rnn") && !text_equal(c->type, "transformer"))
        return fail(err, LB_USAGE, "model.copy.%s is for model.type rnn and transformer, not for %s", key,
                    c->type);
    if (text_equal(c->type, "rnn") && text_equal(c->attention.score, "none"))
        return fail(err, LB_USAGE,
                    "model.copy.%s needs attention: with model.attention.score none nothing says from where",
                    key);
    LbStatus status = check_copy_head(c, err);
    return status == LB_OK ? check_coverage(c, err) : status;
}

LbStatus config_check(const Config *c, LbError *err)
{
    LbStatus status = (config_is_one_sided(c) ? check_one_text : check_pair_files)(c, err);
    if (status == LB_OK)
        status = check_shared(c, err);
    if (status == LB_OK && !c->shared_model)
        status = check_vocabulary("source", &c->source, err);
    if (status == LB_OK && !c->shared_model)
        status = check_vocabulary("target", &c->target, err);
    if (status == LB_OK)
        status = check_widths(c, err);
    if (status == LB_OK)
        status = check_guide(c, err);
    if (status == LB_OK)
        status = check_copy(c, err);
    return status == LB_OK ? check_training_keys(c, err) : status;
}

LbStatus config_check_training(const Config *c, LbError *err)
{
    if (!c->model_dir)
        return fail(err, LB_USAGE, "the configuration has no model_dir: the folder to put the model in");
    if (config_is_one_sided(c) && !array_len(c->train_text))
        return fail(err, LB_USAGE, "the configuration names no training data: give data.train.text");
    if (!config_is_one_sided(c) && !array_len(c->train_source) && !array_len(c->train_tsv))
        return fail(err, LB_USAGE,
                    "the configuration names no training data: give data.train.source and "
                    "data.train.target, or data.train.tsv");
    return LB_OK;
}
