/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "tally.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SEQUENCE_MAX (1ULL << 32)

static void make_room(struct tally *tally, uint64_t sequence)
{
	size_t len = tally->seen_len == 0 ? 4096 : tally->seen_len;

	while (sequence / 8 >= len)
		len *= 2;
	if (len == tally->seen_len)
		return;
	tally->seen = realloc(tally->seen, len);
	if (tally->seen == NULL) {
		fprintf(stderr, "frames: out of memory\n");
		exit(1);
	}
	memset(tally->seen + tally->seen_len, 0, len - tally->seen_len);
	tally->seen_len = len;
}

static void add_time(struct tally *tally, uint64_t now)
{
	if (tally->received == 1)
		tally->first_ns = now;
	else if (now - tally->last_ns > tally->longest_gap_ns)
		tally->longest_gap_ns = now - tally->last_ns;
	tally->last_ns = now;
}

void tally_add(struct tally *tally, uint64_t sequence, size_t len, uint64_t now)
{
	uint8_t bit = (uint8_t)(1U << sequence % 8);

	if (sequence >= SEQUENCE_MAX) {
		tally->corrupt++;
		return;
	}
	tally->received++;
	tally->bytes += len;
	add_time(tally, now);
	make_room(tally, sequence);
	if (tally->seen[sequence / 8] & bit) {
		tally->duplicates++;
		return;
	}
	tally->seen[sequence / 8] |= bit;
	if (tally->unique > 0 && sequence < tally->highest)
		tally->reordered++;
	else
		tally->highest = sequence;
	tally->unique++;
}

uint64_t tally_missing(const struct tally *tally, uint64_t expected)
{
	uint64_t all = expected;

	if (expected == 0)
		all = tally->unique > 0 ? tally->highest + 1 : 0;
	return all > tally->unique ? all - tally->unique : 0;
}

void tally_fini(struct tally *tally)
{
	free(tally->seen);
}
