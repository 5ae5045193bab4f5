/*
 * xoshiro256** by Blackman and Vigna, its state filled by splitmix64: short, fast, and good in
 * every bit. Only integer operations and additions of doubles, so that a made-up register is the
 * same on every machine and with every compiler. Source  https://prng.di.unimi.it (the algorithms
 * are in the public domain; written anew here).
 */
#include "base/random.h"

static uint64_t rotate_left(uint64_t value, int bits)
{
    return value << bits | value >> (64 - bits);
}

struct random random_from_seed(uint64_t seed)
{
    struct random random;

    for (int i = 0; i < 4; i++) {
        uint64_t mixed = seed += UINT64_C(0x9E3779B97F4A7C15);

        mixed = (mixed ^ mixed >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
        mixed = (mixed ^ mixed >> 27) * UINT64_C(0x94D049BB133111EB);
        random.state[i] = mixed ^ mixed >> 31;
    }
    return random;
}

uint64_t random_next(struct random *random)
{
    uint64_t *state = random->state;
    uint64_t result = rotate_left(state[1] * 5, 7) * 9;
    uint64_t shifted = state[1] << 17;

    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotate_left(state[3], 45);
    return result;
}

uint64_t random_below(struct random *random, uint64_t bound)
{
    unsigned __int128 product;
    uint64_t unfair_below;

    assert(bound > 0);
    unfair_below = (0 - bound) % bound; /* 2^64 mod bound: so many low halves come once too often */
    do
        product = (unsigned __int128)random_next(random) * bound;
    while ((uint64_t)product < unfair_below);
    return (uint64_t)(product >> 64);
}

double random_unit(struct random *random)
{
    return (double)(random_next(random) >> 11) * 0x1p-53;
}

double random_normal(struct random *random)
{
    double sum = -6; /* twelve uniforms have mean 6 and variance 1 */

    for (int i = 0; i < 12; i++)
        sum += random_unit(random);
    return sum;
}

bool random_chance(struct random *random, double probability)
{
    return random_unit(random) < probability;
}
