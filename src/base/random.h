/* A seeded generator (xoshiro256**): the same seed gives the same numbers on every machine. */
#ifndef BASE_RANDOM_H
#define BASE_RANDOM_H

#include "status.h"

struct random {
    uint64_t state[4];
};

struct random random_from_seed(uint64_t seed);
uint64_t random_next(struct random *random);
/** 0 to bound - 1 without bias; bound > 0. */
uint64_t random_below(struct random *random, uint64_t bound);
/** [0, 1), 53 bits. */
double random_unit(struct random *random);
/** Standard normal, by sums of uniforms only (no libm), so that it is the same everywhere. */
double random_normal(struct random *random);
bool random_chance(struct random *random, double probability);

#endif
