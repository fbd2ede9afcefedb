/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Whether the loop waits for a batch of work before its next turn. Pure.
 *
 * A wake-up costs several times what a frame costs. So while work comes fast, the loop takes at
 * most one turn per WAIT, like a NIC with interrupt moderation: a turn handles all the frames that
 * have come by then, and they share packets. Batching begins when the average gap between turns
 * with work is below GAP_MAX, and ends after two waits in a row that brought no work. A wait adds
 * at most WAIT to a frame's latency. Where few frames come there is none, and a turn that took
 * longer than WAIT is followed by the next one at once.
 */
#ifndef LP_LOOP_BATCHING_H
#define LP_LOOP_BATCHING_H

#include <stdbool.h>
#include <stdint.h>

struct lp_batching {
	bool is_on;
	bool is_waiting;
	unsigned vain_count; /* waits in a row that brought no work */
	uint64_t gap_ns;     /* moving average */
	uint64_t last_work_ns;
};

void lp_batching_init(struct lp_batching *batching);

/* A turn that began at `now` found work. */
void lp_batching_worked(struct lp_batching *batching, uint64_t now);

/* Until when to wait before the next turn; 0 = not at all. */
uint64_t lp_batching_deadline(const struct lp_batching *batching);

/* A wait is over: has it brought work? */
void lp_batching_ended(struct lp_batching *batching, bool has_work);

#endif
