/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/* Which numbers have come, how often, and in which order. */
#ifndef LP_TOOLS_TALLY_H
#define LP_TOOLS_TALLY_H

#include <stddef.h>
#include <stdint.h>

struct tally {
	uint8_t *seen; /* a bit a sequence */
	size_t seen_len;
	uint64_t received; /* unique and duplicates */
	uint64_t unique;
	uint64_t duplicates;
	uint64_t reordered; /* a higher one had come before; duplicates do not count */
	uint64_t corrupt;
	uint64_t other;
	uint64_t bytes;
	uint64_t highest;
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t longest_gap_ns;
};

/* One good frame of len bytes at now. Sequences from 2^32 on count as corrupt. */
void tally_add(struct tally *tally, uint64_t sequence, size_t len, uint64_t now);

/* How many of `expected` have not come; of all up to the highest seen if expected is 0. */
uint64_t tally_missing(const struct tally *tally, uint64_t expected);

void tally_fini(struct tally *tally);

#endif
