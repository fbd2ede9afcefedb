/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * A bad line in one direction: which packets it loses, and when the others come out. Pure: time is
 * given. What happens to the n-th packet depends on the seed and n alone.
 */
#ifndef LP_TOOLS_BADLINE_H
#define LP_TOOLS_BADLINE_H

#include "impair_options.h"

#include <stddef.h>

/* received + duplicated = sent + failed + all kinds of lost + waiting */
enum counter {
	RECEIVED,
	DUPLICATED,
	REORDERED,
	CORRUPTED,
	SENT,
	FAILED,
	LOST,
	LOST_BURST,
	LOST_BLACKOUT,
	LOST_TOO_BIG,
	LOST_QUEUE,
	WAITING,
	COUNTER_COUNT
};

/* The line in one direction. */
struct line {
	uint64_t random; /* the seed, at first */
	uint64_t burst_left;
	uint64_t free_ns;     /* when the last bit queued will have left, with a rate */
	uint64_t last_due_ns; /* jitter alone does not reorder */
	uint64_t counters[COUNTER_COUNT];
};

struct fate {
	bool is_lost;
	bool is_burst_start;
	bool is_corrupt;
	bool is_duplicate;
	bool is_reordered;
	uint64_t jitter_ns;
	uint64_t bit; /* the one that is damaged */
};

/* Draws as many random numbers for each packet, whatever becomes of it. */
struct fate badline_draw(const struct options *options, struct line *line);

/* SENT if the packet goes on, else the way in which it is lost. */
enum counter badline_judge(const struct options *options, struct line *line,
			   const struct fate *fate, size_t len, uint64_t since_start_ns,
			   uint64_t now);

/* When the packet comes out at the other end. */
uint64_t badline_due(const struct options *options, struct line *line, const struct fate *fate,
		     size_t len, uint64_t now);

#endif
