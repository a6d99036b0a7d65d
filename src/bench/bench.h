/* bench.h -- how near the limit: this machine's peaks, and what share of them the library's work comes to.
 *
 * Speeds of different machines, or of one machine at different times, say little; so every case measures the
 * peak that it is held against in the same run. The peak of products is that of this library's own product of
 * 2048-cubes, the peak of memory the faster one of copying and adding, both on the threads in use. A
 * bench is one of the rows of bench_cases.
 */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "base/arena.h"
#include "base/status.h"
#include "model/model.h"

typedef struct {
    double tokens_per_second;               /* target words trained on or given; NAN: not of this case */
    double peak_gflops, share_of_peak;      /* 10^9 additions and multiplications a second; 0..1; NAN */
    double peak_gbytes, share_of_bandwidth; /* 10^9 bytes read and written a second; 0..1; NAN */
    double memory_mb;                       /* the most that was resident at once */
} BenchResult;

typedef struct BenchCase BenchCase;
struct BenchCase {
    const char *name, *help;
    LbStatus (*measure)(const BenchCase *c, BenchResult *out, LbError *err);
    const void *what; /* the case's own settings */
};
extern const BenchCase bench_cases[]; /* ends with a NULL name */

/* Seconds that one call of work(context) takes: the least of at least three calls over at least `enough`
 * seconds, after one that does not count. */
double bench_least(void (*work)(void *context), void *context, double enough);

/* Seconds that one call of work(i, context) takes, i = 0, 1, ...: the median of 5 to 30 calls in about four
 * seconds, after two that do not count. */
double bench_median(void (*work)(int i, void *context), void *context);

void bench_forget_memory(
    void);                    /* the peak begins anew; where the system forbids it, it stays the process's */
double bench_memory_mb(void); /* 10^6 bytes, the most resident since then */

/* Runs the guarded work, which release ends, between two measurements of the peak; sets out's peak_gflops and
 * memory_mb, the latter without that of measuring the peak. */
LbStatus bench_beside_peak(LbStatus (*work)(void *context), void (*release)(void *context), void *context,
                           BenchResult *out, LbError *err);

double bench_peak_gflops(Arena *a); /* scratch memory from the arena, given back */
double bench_peak_gbytes(Arena *a);
enum { BENCH_SCRATCH = 1 << 28 }; /* bytes that the peaks, and the cases of loops, need */

/* n numbers around 0 that are neither special nor alike. */
real *bench_numbers(Arena *a, size_t n);

/* The kinds of cases. */
LbStatus bench_matmul(const BenchCase *c, BenchResult *out, LbError *err);
LbStatus bench_loop(const BenchCase *c, BenchResult *out, LbError *err);     /* what: a BenchLoop */
LbStatus bench_product(const BenchCase *c, BenchResult *out, LbError *err);  /* what: a BenchProduct */
LbStatus bench_op(const BenchCase *c, BenchResult *out, LbError *err);       /* what: a BenchOp */
LbStatus bench_training(const BenchCase *c, BenchResult *out, LbError *err); /* what: a BenchShape */
LbStatus bench_decoding(const BenchCase *c, BenchResult *out, LbError *err); /* what: a BenchSearch */

typedef struct BenchLoop BenchLoop;
extern const BenchLoop bench_lstm, bench_lstm_back, bench_gru, bench_softmax, bench_additive,
    bench_additive_back;

typedef struct {
    enum { PRODUCT_FORWARD, PRODUCT_GRADIENT, PRODUCT_PACK, PRODUCT_PACK_TRANSPOSED } kind;
    int M, K, N; /* packing: M is 0 */
} BenchProduct;

typedef struct BenchOp BenchOp;
extern const BenchOp bench_lstm_sequence, bench_attention, bench_cross_entropy, bench_embedding, bench_adam;

/* A model with random weights, and random sentences. */
typedef struct {
    const char *const *settings; /* key=value texts, NULL at the end: the model, and how it is trained */
    int vocabulary, sentences, length; /* length: of both sides, end of sentence counted */
    double products;                   /* training: multiply-adds of the forward pass for one target word */
} BenchShape;
extern const BenchShape bench_general_512;

typedef struct {
    BenchShape shape;
    int beam;
} BenchSearch;

/* The configuration is set in any case and the caller's to free; the model is on success. */
LbStatus shape_model(const BenchShape *s, bool with_grad, Config *c, Model **out, LbError *err);
/* The model written into a new folder, whose name is the caller's to give to shape_folder_remove. */
LbStatus shape_folder(const BenchShape *s, char **folder, LbError *err);
void shape_folder_remove(char *folder);                           /* and frees the name; NULL is fine */
void shape_corpus(const BenchShape *s, int n_batches, Corpus *c); /* into an empty one */
void shape_corpus_free(Corpus *c);

#endif
