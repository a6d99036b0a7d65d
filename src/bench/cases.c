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

const BenchCase bench_cases[] = {
    { "matmul", "the product of two matrices of 2048 x 2048: the peak", bench_matmul, NULL },
    { "lstm", "the loop of an LSTM cell, 512 wide", bench_loop, &bench_lstm },
    { "gru", "the loops of a GRU cell, 512 wide", bench_loop, &bench_gru },
    { "softmax", "softmax over rows of 512", bench_loop, &bench_softmax },
    { "additive", "additive attention scores, 512 wide", bench_loop, &bench_additive },
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
