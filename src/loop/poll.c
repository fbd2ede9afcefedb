/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/poll.h"

#include "base/clock.h"
#include "base/mem.h"

#define GAP_START_NS LP_NS_PER_S
#define GAP_MAX_NS   (20 * LP_NS_PER_US) /* about what a wake-up costs */
#define HOLD_NS	     (50 * LP_NS_PER_US)
#define WINDOW_NS    (10 * LP_NS_PER_MS)

void lp_poll_init(struct lp_poll *poll)
{
	*poll = (struct lp_poll){.is_on = true, .gap_ns = GAP_START_NS};
}

void lp_poll_worked(struct lp_poll *poll, uint64_t now)
{
	uint64_t gap_ns = LP_MIN(now - poll->last_work_ns, GAP_START_NS);
	poll->gap_ns = (poll->gap_ns * 15 + gap_ns) / 16;
	poll->last_work_ns = now;
	poll->last_poll_ns = 0;
}

bool lp_poll_should_poll(struct lp_poll *poll, uint64_t now)
{
	if (!poll->is_on || poll->gap_ns > GAP_MAX_NS)
		return false;
	if (now - poll->window_start_ns > WINDOW_NS) {
		poll->window_start_ns = now;
		poll->window_spent_ns = 0;
	}
	if (poll->last_poll_ns != 0)
		poll->window_spent_ns += now - poll->last_poll_ns;
	poll->last_poll_ns = now;
	return now - poll->last_work_ns < HOLD_NS && poll->window_spent_ns < WINDOW_NS / 2;
}
