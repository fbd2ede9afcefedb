/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#if __has_include(<sys/random.h>)
#include <sys/random.h>
#else
#define _CRT_RAND_S /* the C library's own way to the system's generator: rand_s() */
#endif

#include "base/rand.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t read_some(uint8_t *data, size_t len)
{
#if __has_include(<sys/random.h>)
	ssize_t got;

	do
		got = getrandom(data, len, 0);
	while (got < 0 && errno == EINTR);
	return got < 0 ? 0 : (size_t)got;
#else
	unsigned int word;

	if (rand_s(&word) != 0)
		return 0;
	if (len > sizeof(word))
		len = sizeof(word);
	memcpy(data, &word, len);
	return len;
#endif
}

void lp_rand_bytes(void *data, size_t len)
{
	uint8_t *at = data;

	while (len > 0) {
		size_t got = read_some(at, len);

		if (got == 0) {
			fputs("lanparty: the operating system returns no random numbers\n", stderr);
			abort();
		}
		at += got;
		len -= got;
	}
}

/* splitmix64: spreads a small seed over the whole state, which must not be all zero. */
static uint64_t spread(uint64_t *seed)
{
	uint64_t z = *seed += 0x9e3779b97f4a7c15ULL;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
	return z ^ (z >> 31);
}

void lp_rand_seed(struct lp_rand *rand, uint64_t seed)
{
	for (int i = 0; i < 4; i++)
		rand->state[i] = spread(&seed);
}

static uint64_t rotate_left(uint64_t value, int bits)
{
	return (value << bits) | (value >> (64 - bits));
}

uint64_t lp_rand_next(struct lp_rand *rand)
{
	uint64_t *s = rand->state;
	uint64_t result = rotate_left(s[1] * 5, 7) * 9;
	uint64_t shifted = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= shifted;
	s[3] = rotate_left(s[3], 45);
	return result;
}

uint64_t lp_rand_below(struct lp_rand *rand, uint64_t bound)
{
	/* The first 2^64 mod bound numbers are thrown away, so that every remainder is as likely.
	 */
	uint64_t threshold = (0 - bound) % bound;
	uint64_t value;

	do
		value = lp_rand_next(rand);
	while (value < threshold);
	return value % bound;
}
