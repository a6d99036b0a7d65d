/* config_alias.c -- what JoeyNMT's and OpenNMT-py's configuration files call the same things.
 * What learns from one text has no source and no target: its vocabulary may be called data.text.
 *
 * Some names need more than a row and are seen to in config.c: JoeyNMT's `batch_size` counts sentences or
 * tokens as `batch_type` says, its recurrent encoder's `hidden_size` counts one direction only, its
 * `adam_betas` are a list of two; OpenNMT's `encoder_type` may be transformer.
 */
#include "model/config_alias.h"

#include <stddef.h>

#include "base/str.h"

#define JOEY(name, key)                                                                                      \
    {                                                                                                        \
        name, key, NULL, "JoeyNMT"                                                                           \
    }
#define TEXT(name, key)                                                                                      \
    {                                                                                                        \
        name, key, NULL, "`lm`, `mlm`"                                                                       \
    }
#define ONMT(name, key)                                                                                      \
    {                                                                                                        \
        name, key, NULL, "OpenNMT"                                                                           \
    }
#define ONMT2(name, key, also)                                                                               \
    {                                                                                                        \
        name, key, also, "OpenNMT"                                                                           \
    }

const KeyAlias config_key_aliases[] = {
    JOEY("data.src.level", "data.source.level"),
    JOEY("data.src.lowercase", "data.source.lowercase"),
    JOEY("data.src.voc_limit", "data.source.size"),
    JOEY("data.src.voc_min_freq", "data.source.min_count"),
    JOEY("data.src.voc_file", "data.source.model"),
    JOEY("data.src.max_length", "data.max_length"),
    JOEY("data.trg.level", "data.target.level"),
    JOEY("data.trg.lowercase", "data.target.lowercase"),
    JOEY("data.trg.voc_limit", "data.target.size"),
    JOEY("data.trg.voc_min_freq", "data.target.min_count"),
    JOEY("data.trg.voc_file", "data.target.model"),
    JOEY("data.trg.max_length", "data.max_length"),
    JOEY("data.src_vocab", "data.source.model"),
    JOEY("data.trg_vocab", "data.target.model"),
    JOEY("data.src_voc_limit", "data.source.size"),
    JOEY("data.trg_voc_limit", "data.target.size"),
    JOEY("data.src_voc_min_freq", "data.source.min_count"),
    JOEY("data.trg_voc_min_freq", "data.target.min_count"),
    JOEY("data.max_sent_length", "data.max_length"),
    JOEY("data.dataset_type", ""),
    JOEY("model.encoder.rnn_type", "model.encoder.cell"),
    JOEY("model.encoder.num_layers", "model.encoder.layers"),
    JOEY("model.encoder.hidden_size", "model.encoder.hidden"),
    JOEY("model.encoder.embeddings.embedding_dim", "model.encoder.embedding"),
    JOEY("model.encoder.embeddings.dropout", "model.encoder.dropout"),
    JOEY("model.encoder.type", "model.type"),
    JOEY("model.encoder.num_heads", "model.encoder.heads"),
    JOEY("model.encoder.ff_size", "model.encoder.feed_forward"),
    JOEY("model.encoder.layer_norm", "model.norm"),
    JOEY("model.encoder.activation", "model.activation"),
    JOEY("model.encoder.embeddings.scale", "model.scale_embeddings"),
    JOEY("model.decoder.rnn_type", "model.decoder.cell"),
    JOEY("model.decoder.num_layers", "model.decoder.layers"),
    JOEY("model.decoder.hidden_size", "model.decoder.hidden"),
    JOEY("model.decoder.embeddings.embedding_dim", "model.decoder.embedding"),
    JOEY("model.decoder.embeddings.dropout", "model.decoder.dropout"),
    JOEY("model.decoder.hidden_dropout", "model.decoder.readout_dropout"),
    JOEY("model.decoder.init_hidden", "model.decoder.init"),
    JOEY("model.decoder.attention", "model.attention.score"),
    JOEY("model.decoder.type", "model.type"),
    JOEY("model.decoder.num_heads", "model.decoder.heads"),
    JOEY("model.decoder.ff_size", "model.decoder.feed_forward"),
    JOEY("model.decoder.layer_norm", "model.norm"),
    JOEY("model.decoder.activation", "model.activation"),
    JOEY("model.decoder.embeddings.scale", "model.scale_embeddings"),
    JOEY("model.tied_softmax", "model.tied_embeddings"),
    JOEY("training.model_dir", "model_dir"),
    JOEY("training.random_seed", "seed"),
    JOEY("training.optimizer", "train.optimizer"),
    JOEY("training.adam_betas", "train.beta1"),
    JOEY("training.learning_rate", "train.learning_rate"),
    JOEY("training.learning_rate_min", "train.schedule.min_rate"),
    JOEY("training.learning_rate_warmup", "train.schedule.warmup"),
    JOEY("training.scheduling", "train.schedule.type"),
    JOEY("training.patience", "train.schedule.patience"),
    JOEY("training.decrease_factor", "train.schedule.factor"),
    JOEY("training.weight_decay", "train.weight_decay"),
    JOEY("training.clip_grad_norm", "train.clip_norm"),
    JOEY("training.label_smoothing", "train.label_smoothing"),
    JOEY("training.batch_size", "train.batch.sentences"),
    JOEY("training.batch_type", ""),
    JOEY("training.batch_multiplier", "train.accumulate"),
    JOEY("training.epochs", "train.epochs"),
    JOEY("training.updates", "train.max_steps"),
    JOEY("training.validation_freq", "train.validate_every.steps"),
    JOEY("training.logging_freq", "train.report_steps"),
    JOEY("training.eval_metric", "train.metric"),
    JOEY("training.keep_last_ckpts", "train.keep"),
    JOEY("training.keep_best_ckpts", "train.keep"),
    JOEY("training.use_cuda", ""),
    JOEY("training.fp16", ""),
    JOEY("training.overwrite", ""),
    JOEY("training.shuffle", ""),
    JOEY("testing.beam_size", "decode.beam"),
    JOEY("use_cuda", ""),
    JOEY("fp16", ""),
    JOEY("random_seed", "seed"),
    JOEY("name", ""),

    TEXT("data.text.level", "data.source.level"),
    TEXT("data.text.type", "data.source.type"),
    TEXT("data.text.size", "data.source.size"),
    TEXT("data.text.min_count", "data.source.min_count"),
    TEXT("data.text.lowercase", "data.source.lowercase"),
    TEXT("data.text.punctuation", "data.source.punctuation"),
    TEXT("data.text.model", "data.model"),

    ONMT("data.corpus_1.path_src", "data.train.source"),
    ONMT("data.corpus_1.path_tgt", "data.train.target"),
    ONMT("data.valid.path_src", "data.valid.source"),
    ONMT("data.valid.path_tgt", "data.valid.target"),
    ONMT("train_src", "data.train.source"),
    ONMT("train_tgt", "data.train.target"),
    ONMT("valid_src", "data.valid.source"),
    ONMT("valid_tgt", "data.valid.target"),
    ONMT("src_vocab", "data.source.model"),
    ONMT("tgt_vocab", "data.target.model"),
    ONMT("src_vocab_size", "data.source.size"),
    ONMT("tgt_vocab_size", "data.target.size"),
    ONMT("src_words_min_frequency", "data.source.min_count"),
    ONMT("tgt_words_min_frequency", "data.target.min_count"),
    ONMT("share_vocab", "data.shared_vocabulary"),
    ONMT("src_seq_length", "data.max_length"),
    ONMT("tgt_seq_length", "data.max_length"),
    ONMT("model_type", ""),
    ONMT2("rnn_type", "model.encoder.cell", "model.decoder.cell"),
    ONMT2("layers", "model.encoder.layers", "model.decoder.layers"),
    ONMT("enc_layers", "model.encoder.layers"),
    ONMT("dec_layers", "model.decoder.layers"),
    ONMT2("rnn_size", "model.encoder.hidden", "model.decoder.hidden"),
    ONMT2("hidden_size", "model.encoder.hidden", "model.decoder.hidden"),
    ONMT("enc_rnn_size", "model.encoder.hidden"),
    ONMT("dec_rnn_size", "model.decoder.hidden"),
    ONMT("enc_hid_size", "model.encoder.hidden"),
    ONMT("dec_hid_size", "model.decoder.hidden"),
    ONMT2("word_vec_size", "model.encoder.embedding", "model.decoder.embedding"),
    ONMT("src_word_vec_size", "model.encoder.embedding"),
    ONMT("tgt_word_vec_size", "model.decoder.embedding"),
    ONMT2("dropout", "model.encoder.dropout", "model.decoder.dropout"),
    ONMT("encoder_type", "model.encoder.bidirectional"),
    ONMT("decoder_type", "model.type"),
    ONMT2("heads", "model.encoder.heads", "model.decoder.heads"),
    ONMT2("transformer_ff", "model.encoder.feed_forward", "model.decoder.feed_forward"),
    ONMT("pos_ffn_activation_fn", "model.activation"),
    ONMT("position_encoding", "model.positions"),
    ONMT("attention_dropout", "model.attention.dropout"),
    ONMT("input_feed", "model.decoder.input_feeding"),
    ONMT("global_attention", "model.attention.score"),
    ONMT("share_embeddings", "model.shared_embeddings"),
    ONMT("share_decoder_embeddings", "model.tied_embeddings"),
    ONMT("save_model", "model_dir"),
    ONMT("optim", "train.optimizer"),
    ONMT("learning_rate", "train.learning_rate"),
    ONMT("learning_rate_decay", "train.schedule.factor"),
    ONMT("decay_method", "train.schedule.type"),
    ONMT("warmup_steps", "train.schedule.warmup"),
    ONMT("adam_beta1", "train.beta1"),
    ONMT("adam_beta2", "train.beta2"),
    ONMT("weight_decay", "train.weight_decay"),
    ONMT("max_grad_norm", "train.clip_norm"),
    ONMT("label_smoothing", "train.label_smoothing"),
    ONMT("batch_size", "train.batch.sentences"),
    ONMT("batch_type", ""),
    ONMT("accum_count", "train.accumulate"),
    ONMT("average_decay", "train.average_decay"),
    ONMT("train_steps", "train.max_steps"),
    ONMT("valid_steps", "train.validate_every.steps"),
    ONMT("report_every", "train.report_steps"),
    ONMT("early_stopping", "train.patience"),
    ONMT("keep_checkpoint", "train.keep"),
    ONMT("beam_size", "decode.beam"),
    ONMT("world_size", ""),
    ONMT("gpu_ranks", ""),
    ONMT("num_workers", ""),
    ONMT("overwrite", ""),
    { NULL, NULL, NULL, NULL },
};

const ValueAlias config_value_aliases[] = {
    { "model.attention.score", "mlp", "additive" },
    { "model.attention.score", "bahdanau", "additive" },
    { "model.attention.score", "luong", "general" },
    { "model.encoder.cell", "LSTM", "lstm" },
    { "model.encoder.cell", "GRU", "gru" },
    { "model.decoder.cell", "LSTM", "lstm" },
    { "model.decoder.cell", "GRU", "gru" },
    { "model.type", "recurrent", "rnn" },
    { "model.positions", "true", "sinusoidal" },
    { "model.activation", "silu", "swish" },
    { "train.schedule.type", "warmupinversesquareroot", "inverse-sqrt" },
    { "model.encoder.bidirectional", "brnn", "true" },
    { "model.encoder.bidirectional", "rnn", "false" },
    { "train.metric", "token_accuracy", "accuracy" },
    { "train.metric", "sequence_accuracy", "exact" },
    { NULL, NULL, NULL },
};

const KeyAlias *config_key_alias(const char *name)
{
    for (const KeyAlias *a = config_key_aliases; a->name; a++)
        if (text_equal(a->name, name))
            return a;
    return NULL;
}

const char *config_value_alias(const char *key, const char *value)
{
    for (const ValueAlias *a = config_value_aliases; a->name; a++)
        if (text_equal(a->key, key) && text_equal(a->name, value))
            return a->value;
    return value;
}
