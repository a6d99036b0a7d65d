/* kernels.c -- the machine's two peaks, and the fused loops held against that of memory.
 *
 * A loop works through more memory than any cache holds. Its bytes are what it must read and write at least;
 * those of the peak are counted in the same way: the faster one of copying, and of adding to numbers in
 * place. A loop that computes much for each byte (additive: a tanh) cannot come near the bandwidth; then its
 * share says how much of the loop is arithmetic.
 */
#include <math.h>
#include <string.h>

#include "bench/bench.h"
#include "compute/compute.h"
#include "compute/matmul.h"

static const double enough = 0.4; /* seconds */

/* ---- products ---- */

enum { CUBE = 2048 };

typedef struct {
    real *a, *packed, *c;
} Cube;

static void multiply(void *context)
{
    const Cube *x = context;
    matmul(CUBE, CUBE, CUBE, x->a, CUBE, x->packed, x->c, CUBE, false);
}

real *bench_numbers(Arena *a, size_t n)
{
    real *x = arena_array(a, real, n);
    for (size_t i = 0; i < n; i++)
        x[i] = (real)((double)(i * 2654435761u % 2001) / 1000 - 1);
    return x;
}

double bench_peak_gflops(Arena *a)
{
    const size_t mark = arena_mark(a), n = (size_t)CUBE * CUBE;
    Cube x = { bench_numbers(a, n), arena_array(a, real, matmul_packed_len(CUBE, CUBE)),
               arena_array(a, real, n) };
    matmul_pack(CUBE, CUBE, x.a, CUBE, false, x.packed);
    double seconds = bench_least(multiply, &x, enough);
    arena_rewind(a, mark);
    return 2.0 * CUBE * CUBE * CUBE / seconds * 1e-9;
}

typedef struct {
    BenchResult *out;
    Arena *arena;
    const BenchLoop *loop;
} Work;

static LbStatus measure_cube(void *arg)
{
    Work *w = arg;
    w->out->peak_gflops = bench_peak_gflops(w->arena);
    w->out->share_of_peak = 1;
    return LB_OK;
}

LbStatus bench_matmul(const BenchCase *c, BenchResult *out, LbError *err)
{
    (void)c;
    Work w = { out, arena_new("bench", BENCH_SCRATCH), NULL };
    LbStatus status = guard(measure_cube, &w, err);
    arena_free(w.arena);
    return status;
}

/* ---- memory ---- */

enum { MOVED = 1 << 24, PART = 1 << 14 }; /* numbers; numbers that a thread takes at a time */

typedef struct {
    real *from, *to;
} Move;

static void copy_parts(int first, int end, void *context)
{
    const Move *m = context;
    size_t at = (size_t)first * PART;
    memcpy(m->to + at, m->from + at, (size_t)(end - first) * PART * sizeof(real));
}

static void add_parts(int first, int end, void *context)
{
    const Move *m = context;
    size_t at = (size_t)first * PART;
    loops->axpy((end - first) * PART, 1, m->from + at, m->to + at);
}

static void copy_all(void *context)
{
    threads_each(MOVED / PART, 1, copy_parts, context);
}

static void add_all(void *context)
{
    threads_each(MOVED / PART, 1, add_parts, context);
}

/* Copying may read what it overwrites, which nobody counts; adding to numbers has read them anyway. */
double bench_peak_gbytes(Arena *a)
{
    size_t mark = arena_mark(a);
    Move m = { arena_array(a, real, MOVED), arena_array(a, real, MOVED) };
    memset(m.from, 0, MOVED * sizeof(real));
    memset(m.to, 0, MOVED * sizeof(real));
    double copied = 2.0 * MOVED / bench_least(copy_all, &m, enough);
    double added = 3.0 * MOVED / bench_least(add_all, &m, enough);
    arena_rewind(a, mark);
    return fmax(copied, added) * sizeof(real) * 1e-9;
}

/* ---- loops ---- */

enum { WIDTH = 512, ROWS = 6144 };

struct BenchLoop {
    int blocks; /* of WIDTH numbers that a row's memory holds */
    int moved;  /* of these, read and written in one run */
    void (*run)(real *row);
};

static real *block(real *row, int i)
{
    return row + (size_t)i * WIDTH;
}

/* gates 0-3, c before 4, c 5, h 6 */
static void run_lstm(real *row)
{
    loops->lstm(WIDTH, row, block(row, 4), block(row, 5), block(row, 6));
}
const BenchLoop bench_lstm = { 7, 4 + 4 + 1 + 1 + 1, run_lstm };

/* gates 0-3, c before 4, c 5, dh 6, dc 7, d_gates 8-11 */
static void run_lstm_back(real *row)
{
    loops->lstm_back(WIDTH, row, block(row, 4), block(row, 5), block(row, 6), block(row, 7), block(row, 8));
}
const BenchLoop bench_lstm_back = { 12, 4 + 1 + 1 + 1 + 2 + 4, run_lstm_back };

/* r z 0-1, n 2, h before 3, h 4, r * h 5 */
static void run_gru(real *row)
{
    loops->gru_gates(WIDTH, row, block(row, 3), block(row, 5));
    loops->gru_new(WIDTH, block(row, 1), block(row, 2), block(row, 3), block(row, 4));
}
const BenchLoop bench_gru = { 6, 2 + 2 + 1 + 1 + 1 + 1 + 1, run_gru };

static void run_softmax(real *row)
{
    for (int i = 0; i < 8; i += 2)
        loops->softmax(WIDTH, block(row, i), block(row, i + 1));
}
const BenchLoop bench_softmax = { 8, 8, run_softmax };

/* query 0, v 1, keys 2-7; the score takes the place of the key's first number */
static void run_additive(real *row)
{
    for (int i = 2; i < 8; i++)
        *block(row, i) = loops->additive(WIDTH, row, block(row, i), block(row, 1)) / WIDTH;
}
const BenchLoop bench_additive = { 8, 8, run_additive };

/* q 0, v 1, key 2, dq 3, dv 4, dk 5 */
static void run_additive_back(real *row)
{
    loops->additive_back(WIDTH, (real)1e-3, row, block(row, 2), block(row, 1), block(row, 3), block(row, 5),
                         block(row, 4));
}
const BenchLoop bench_additive_back = { 6, 3 + 3 * 2, run_additive_back };

typedef struct {
    const BenchLoop *loop;
    real *rows;
} Rows;

static void run_rows(int from, int to, void *context)
{
    const Rows *r = context;
    for (int i = from; i < to; i++)
        r->loop->run(r->rows + (size_t)i * (size_t)r->loop->blocks * WIDTH);
}

static void run_all(void *context)
{
    threads_each(ROWS, 1, run_rows, context);
}

static LbStatus measure_loop(void *arg)
{
    Work *w = arg;
    const BenchLoop *l = w->loop;
    w->out->peak_gbytes = bench_peak_gbytes(w->arena);
    Rows rows = { l, bench_numbers(w->arena, (size_t)l->blocks * WIDTH * ROWS) };
    double bytes = (double)l->moved * WIDTH * ROWS * sizeof(real);
    double gbytes = bytes / bench_least(run_all, &rows, enough) * 1e-9;
    w->out->share_of_bandwidth = gbytes / w->out->peak_gbytes;
    return LB_OK;
}

LbStatus bench_loop(const BenchCase *c, BenchResult *out, LbError *err)
{
    Work w = { out, arena_new("bench", BENCH_SCRATCH), c->what };
    LbStatus status = guard(measure_loop, &w, err);
    arena_free(w.arena);
    return status;
}
