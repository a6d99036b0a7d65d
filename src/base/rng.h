/* rng.h -- seeded random numbers.
 *
 * Rng is a stream (xoshiro256**, Blackman and Vigna 2018; four words of state that a checkpoint can keep).
 * rng_hash is a function: the same key and counter give the same bits whatever the order of the calls,
 * which is what dropout needs to be the same for any number of threads.
 */
#ifndef BASE_RNG_H
#define BASE_RNG_H

#include <stdint.h>

typedef struct {
    uint64_t s[4];
} Rng;

Rng rng_new(uint64_t seed);
uint64_t rng_next(Rng *r);
int rng_below(Rng *r, int n); /* 0 .. n-1, unbiased; n > 0 */
double rng_unit(Rng *r);      /* [0, 1) */
double rng_normal(Rng *r);    /* mean 0, deviation 1 */
void rng_shuffle(Rng *r, int *items, int n);

/* splitmix64 of key and counter. */
static inline uint64_t rng_hash(uint64_t key, uint64_t counter)
{
    uint64_t x = key + 0x9E3779B97F4A7C15u * (counter + 1);
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

#endif
