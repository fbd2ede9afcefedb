/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Random numbers of the operating system, for keys of hash maps, jitter and identities.
 * Tests may seed a reproducible stream instead. Keys and nonces come from crypto/random.h.
 */
#ifndef LP_BASE_RAND_H
#define LP_BASE_RAND_H

#include <stddef.h>
#include <stdint.h>

/* Fills data with bytes of the operating system's generator; aborts if there is none. */
void lp_rand_bytes(void *data, size_t len);

/* A small reproducible generator (xoshiro256**): simulator, fuzz, jitter. Not for secrets. */
struct lp_rand {
	uint64_t state[4];
};

void lp_rand_seed(struct lp_rand *rand, uint64_t seed);
uint64_t lp_rand_next(struct lp_rand *rand);

/* Uniform in [0, bound), bound > 0. */
uint64_t lp_rand_below(struct lp_rand *rand, uint64_t bound);

#endif
