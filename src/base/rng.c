/* rng.c -- xoshiro256** (Blackman and Vigna 2018), seeded through splitmix64 as its authors advise.
 *
 * Every draw uses up whole 64-bit words and keeps nothing aside, so the four words of Rng are the entire
 * state: a checkpoint that saves them resumes the same stream.
 */
#include "base/rng.h"

#include <math.h>

#include "base/status.h"

Rng rng_new(uint64_t seed)
{
    Rng r;
    for (uint64_t i = 0; i < 4; i++)
        r.s[i] = rng_hash(seed, i);
    return r;
}

static uint64_t rotate_left(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

uint64_t rng_next(Rng *r)
{
    uint64_t *s = r->s, result = rotate_left(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/* Words below 2^64 mod n are refused: what remains holds every remainder equally often. */
int rng_below(Rng *r, int n)
{
    assert(n > 0);
    uint64_t span = (uint64_t)n, refused = -span % span, word;
    do
        word = rng_next(r);
    while (word < refused);
    return (int)(word % span);
}

double rng_unit(Rng *r)
{
    return (double)(rng_next(r) >> 11) * 0x1p-53;
}

/* Box and Muller 1958; its second number is not used. 1 - u is in (0, 1], where log is finite. */
double rng_normal(Rng *r)
{
    double u = rng_unit(r), v = rng_unit(r);
    return sqrt(-2 * log(1 - u)) * cos(6.283185307179586477 * v);
}

/* Fisher and Yates, from the back. */
void rng_shuffle(Rng *r, int *items, int n)
{
    for (int i = n - 1; i > 0; i--) {
        int j = rng_below(r, i + 1), kept = items[i];
        items[i] = items[j];
        items[j] = kept;
    }
}
