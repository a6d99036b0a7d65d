/* cases.c -- everything that can be measured. The shapes of training are those that other systems were
 * measured with; multiply-adds are counted by hand: encoder, decoder, attention, readout and output layer. */
#include <math.h>

#include "bench/bench.h"

static const BenchShape general_512 = { 512, 512, 8000, 64, 30, "general", false, 8583168 };
static const BenchShape additive_512 = { 512, 512, 8000, 64, 30, "additive", true, 9893888 };
static const BenchShape general_256 = { 256, 256, 4000, 64, 15, "general", false, 2145792 };
static const BenchShape additive_256 = { 256, 256, 4000, 64, 15, "additive", true, 2473472 };

static const BenchSearch greedy_64 = { { 512, 512, 8000, 64, 31, "general" }, 1 };
static const BenchSearch beam_64 = { { 512, 512, 8000, 64, 31, "general" }, 5 };
static const BenchSearch greedy_1 = { { 512, 512, 8000, 1, 31, "general" }, 1 };
static const BenchSearch beam_1 = { { 512, 512, 8000, 1, 31, "general" }, 5 };

/* clang-format off */
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
    { "rnn512-general", "training: 512 wide, general attention", bench_training, &general_512 },
    { "rnn512-additive-feed", "training: 512 wide, additive attention, input feeding", bench_training,
      &additive_512 },
    { "rnn256-general", "training: 256 wide, general attention", bench_training, &general_256 },
    { "rnn256-additive-feed", "training: 256 wide, additive attention, input feeding", bench_training,
      &additive_256 },
    { "decode-rnn", "decoding: 512 wide, general attention, 64 sentences, greedy", bench_decoding,
      &greedy_64 },
    { "decode-rnn-beam5", "the same, beam 5", bench_decoding, &beam_64 },
    { "decode-rnn-batch1", "decoding: one sentence, greedy", bench_decoding, &greedy_1 },
    { "decode-rnn-beam5-batch1", "the same, beam 5", bench_decoding, &beam_1 },
    { 0 },
};
/* clang-format on */
