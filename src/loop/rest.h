/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

/*
 * Whether the loop rests before it looks for more work. Pure.
 *
 * To be woken up costs several times what a frame costs. So while work comes fast a loop works at
 * most once in REST, as a NIC does that moderates its interrupts: frames gather, a turn handles all
 * of them, and they share packets. It begins when the gap between turns with work, averaged, is
 * below GAP_MAX, and ends with two rests in a row after which there was nothing to do. A rest adds
 * at most REST to a frame's way; where few frames come there is none, and a turn that took longer
 * than REST is followed by the next one at once.
 */
#ifndef LP_LOOP_REST_H
#define LP_LOOP_REST_H

#include <stdbool.h>
#include <stdint.h>

struct lp_rest {
	bool is_on;
	bool is_resting;
	unsigned vain_count; /* rests in a row that found nothing */
	uint64_t gap_ns;     /* moving average */
	uint64_t last_work_ns;
};

void lp_rest_init(struct lp_rest *rest);

/* A turn that began at `now` found work. */
void lp_rest_worked(struct lp_rest *rest, uint64_t now);

/* Until when to rest before the next turn; 0 = not at all. */
uint64_t lp_rest_deadline(const struct lp_rest *rest);

/* A rest is over: was there something to do? */
void lp_rest_ended(struct lp_rest *rest, bool has_work);

#endif
