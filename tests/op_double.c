/* op_double.c -- writes the outcome of every op case in the double build to standard output: of each the
 * number of blocks, then of each block its length and its numbers, as they are in memory. */
#include <stdio.h>

#include "compute/compute.h"
#include "op_outcome.h"

static void write_block(const real *numbers, size_t n)
{
    fwrite(&n, sizeof n, 1, stdout);
    fwrite(numbers, sizeof *numbers, n, stdout);
}

int main(void)
{
    static_assert(sizeof(real) == sizeof(double), "this is the double build");
    Tape *tape = outcome_tape();
    Arena *memory = arena_new("numbers", 64 << 20);
    threads_set(1);
    for (int i = 0; i < N_OUTCOMES; i++) {
        arena_rewind(memory, 0);
        Outcome o = outcome_make(outcome_case(i), tape, memory);
        fwrite(&o.n, sizeof o.n, 1, stdout);
        for (int k = 0; k < o.n; k++)
            write_block(o.block[k], o.len[k]);
    }
    arena_free(memory);
    tape_free(tape);
    return fflush(stdout) != 0;
}
