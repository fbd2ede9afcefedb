/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Whether to look again before sleeping. Pure.
 *
 * Work that comes every few tens of microseconds is cheaper to poll for than to be woken for; work
 * that comes more slowly is not. The gap between turns with work is averaged; polling is on while
 * it is below GAP_MAX, ends HOLD after the last work, and takes at most half of any 10 ms.
 */
#ifndef LP_LOOP_POLL_H
#define LP_LOOP_POLL_H

#include <stdbool.h>
#include <stdint.h>

struct lp_poll {
	bool is_on;
	uint64_t gap_ns; /* moving average */
	uint64_t last_work_ns;
	uint64_t window_start_ns;
	uint64_t window_spent_ns;
	uint64_t last_poll_ns;
};

void lp_poll_init(struct lp_poll *poll);

/* A turn at `now` found work. */
void lp_poll_worked(struct lp_poll *poll, uint64_t now);

/* Should the next turn poll instead of sleep? Also accounts for the time that polling took. */
bool lp_poll_should_poll(struct lp_poll *poll, uint64_t now);

#endif
