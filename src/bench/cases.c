/* cases.c -- everything that can be measured. The shapes of training are those that other systems were
 * measured with; multiply-adds are counted by hand: encoder, decoder, attention, readout and output layer. */
#include <math.h>

#include "bench/bench.h"

/* clang-format off */
#define SETTINGS(...) (const char *const[]){ __VA_ARGS__, NULL }

/* LSTM, bidirectional encoder, attention after the cell; w wide everywhere */
#define RNN(w, score, feeding) \
    SETTINGS("model.encoder.hidden=" #w, "model.encoder.embedding=" #w, "model.encoder.cell=lstm", \
             "model.decoder.hidden=" #w, "model.decoder.embedding=" #w, "model.decoder.cell=lstm", \
             "model.attention.score=" score, "model.attention.place=after", \
             "model.decoder.input_feeding=" feeding, "model.decoder.init=zero", \
             "model.tied_embeddings=false", "model.encoder.dropout=0", "model.decoder.dropout=0", \
             "train.label_smoothing=0")

/* Transformer: w wide, f inside the feed-forward networks, n + n layers of h heads, norm before each part */
#define SHAPE(w, f, n, h) \
    "model.type=transformer", "model.norm=pre", "model.positions=learned", "model.max_positions=512", \
    "model.encoder.hidden=" #w, "model.encoder.feed_forward=" #f, "model.encoder.layers=" #n, \
    "model.encoder.heads=" #h, "model.decoder.hidden=" #w, "model.decoder.feed_forward=" #f, \
    "model.decoder.layers=" #n, "model.decoder.heads=" #h

/* one matrix of word vectors, dropout d everywhere, as it is usually trained */
#define TRAINED(w, f, n, h, d) \
    SETTINGS(SHAPE(w, f, n, h), "model.tied_embeddings=true", "model.shared_embeddings=true", \
             "model.encoder.dropout=" #d, "model.decoder.dropout=" #d, "model.attention.dropout=" #d, \
             "model.feed_forward_dropout=" #d, "train.label_smoothing=0.1")

/* three matrices of word vectors */
#define UNTIED(w, f, n, h) SETTINGS(SHAPE(w, f, n, h), "model.tied_embeddings=false")

const BenchShape bench_general_512 = { RNN(512, "general", "false"), 8000, 64, 30, 8583168 };
static const BenchShape additive_512 = { RNN(512, "additive", "true"), 8000, 64, 30, 9893888 };
static const BenchShape general_256 = { RNN(256, "general", "false"), 4000, 64, 15, 2145792 };
static const BenchShape additive_256 = { RNN(256, "additive", "true"), 4000, 64, 15, 2473472 };
static const BenchShape tiny = { TRAINED(128, 256, 4, 4, 0.3), 8000, 128, 15, 2380800 };
static const BenchShape base = { TRAINED(512, 2048, 6, 8, 0.1), 8000, 64, 30, 48689152 };

static const BenchSearch greedy_64 = { { RNN(512, "general", "false"), 8000, 64, 31, 0 }, 1 };
static const BenchSearch beam_64 = { { RNN(512, "general", "false"), 8000, 64, 31, 0 }, 5 };
static const BenchSearch greedy_1 = { { RNN(512, "general", "false"), 8000, 1, 31, 0 }, 1 };
static const BenchSearch beam_1 = { { RNN(512, "general", "false"), 8000, 1, 31, 0 }, 5 };
static const BenchSearch base_32 = { { UNTIED(512, 2048, 6, 8), 32000, 32, 25, 0 }, 1 };
static const BenchSearch small_32 = { { UNTIED(256, 1024, 3, 8), 8000, 32, 25, 0 }, 1 };
static const BenchSearch small_beam = { { UNTIED(256, 1024, 3, 8), 8000, 32, 25, 0 }, 5 };
static const BenchSearch small_1 = { { UNTIED(256, 1024, 3, 8), 8000, 1, 25, 0 }, 1 };

#define FORWARD(what, m, k, n) \
    { "matmul-" #m "x" #k "x" #n, what, bench_product, &(const BenchProduct){ PRODUCT_FORWARD, m, k, n } }
#define GRADIENT(what, m, k, n) \
    { "gradient-" #m "x" #k "x" #n, what, bench_product, &(const BenchProduct){ PRODUCT_GRADIENT, m, k, n } }
#define PACK(name, what, kind, k, n) { name, what, bench_product, &(const BenchProduct){ kind, 0, k, n } }
#define LOOP(name, what, loop) { name, what, bench_loop, &loop }
#define OP(name, what, op) { name, what, bench_op, &op }

const BenchCase bench_cases[] = {
    { "matmul", "the product of two matrices of 2048 x 2048: the peak", bench_matmul, NULL },
    FORWARD("a step of a cell, one row", 1, 512, 2048),
    FORWARD("a step of a cell, 8 rows", 8, 512, 2048),
    FORWARD("a step of a cell, a batch", 64, 512, 2048),
    FORWARD("a step of a cell, a batch with beam 5", 320, 512, 2048),
    FORWARD("a step of a cell 256 wide, a batch", 64, 256, 1024),
    FORWARD("a step of a cell backwards, a batch", 64, 2048, 512),
    FORWARD("the output layer, one row", 1, 512, 8000),
    FORWARD("the output layer, a batch", 64, 512, 8000),
    FORWARD("the output layer, a batch with beam 5", 320, 512, 8000),
    FORWARD("the output layer, all words of a batch", 1920, 512, 8000),
    FORWARD("the output layer backwards, all words of a batch", 1920, 8000, 512),
    FORWARD("queries, keys and values of transformer-tiny", 1920, 128, 384),
    FORWARD("what its attention says", 1920, 128, 128),
    FORWARD("its feed-forward network, second half", 1920, 256, 128),
    FORWARD("its output layer, a block of words", 240, 128, 8000),
    FORWARD("its output layer backwards", 240, 8000, 128),
    GRADIENT("the gradient of its queries, keys and values", 384, 1920, 128),
    GRADIENT("the gradient of its output layer", 8000, 240, 128),
    GRADIENT("the gradient of a cell's weights", 2048, 1920, 512),
    GRADIENT("the gradient of the output layer's weights", 8000, 1920, 512),
    PACK("pack", "packing the output layer's weights, for its backward pass", PRODUCT_PACK, 8000, 512),
    PACK("pack-transposed", "packing them transposed, for the forward pass", PRODUCT_PACK_TRANSPOSED, 512, 8000),
    LOOP("lstm", "the loop of an LSTM cell, 512 wide", bench_lstm),
    LOOP("lstm-back", "its backward loop", bench_lstm_back),
    LOOP("gru", "the loops of a GRU cell, 512 wide", bench_gru),
    LOOP("softmax", "softmax over rows of 512", bench_softmax),
    LOOP("additive", "additive attention scores, 512 wide", bench_additive),
    LOOP("additive-back", "their backward loop", bench_additive_back),
    OP("lstm-sequence", "an LSTM's recurrence, forward and backward", bench_lstm_sequence),
    OP("attention", "dot scores, softmax, mixing, forward and backward", bench_attention),
    OP("cross-entropy", "output layer and loss over 8000 words, forward and backward", bench_cross_entropy),
    OP("embedding", "embedding, forward and backward", bench_embedding),
    OP("adam", "clipping and Adam on the model of rnn512-general", bench_adam),
    { "rnn512-general", "training: 512 wide, general attention", bench_training, &bench_general_512 },
    { "rnn512-additive-feed", "training: 512 wide, additive attention, input feeding", bench_training,
      &additive_512 },
    { "rnn256-general", "training: 256 wide, general attention", bench_training, &general_256 },
    { "rnn256-additive-feed", "training: 256 wide, additive attention, input feeding", bench_training,
      &additive_256 },
    { "transformer-tiny", "training: Transformer, 128 wide, 4 + 4 layers, dropout 0.3", bench_training, &tiny },
    { "transformer-base", "training: Transformer, 512 wide, 6 + 6 layers, dropout 0.1", bench_training, &base },
    { "decode-rnn", "decoding: 512 wide, general attention, 64 sentences, greedy", bench_decoding,
      &greedy_64 },
    { "decode-rnn-beam5", "the same, beam 5", bench_decoding, &beam_64 },
    { "decode-rnn-batch1", "decoding: one sentence, greedy", bench_decoding, &greedy_1 },
    { "decode-rnn-beam5-batch1", "the same, beam 5", bench_decoding, &beam_1 },
    { "decode-base", "decoding: Transformer, 512 wide, 6 + 6 layers, 32,000 words, 32 sentences, greedy",
      bench_decoding, &base_32 },
    { "decode-small", "decoding: Transformer, 256 wide, 3 + 3 layers, 8,000 words, 32 sentences, greedy",
      bench_decoding, &small_32 },
    { "decode-small-beam5", "the same, beam 5", bench_decoding, &small_beam },
    { "decode-small-batch1", "decode-small, one sentence at a time", bench_decoding, &small_1 },
    { 0 },
};
/* clang-format on */
