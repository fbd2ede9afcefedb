/* SPDX-License-Identifier: MIT */
/* Copyright the lanparty authors */

#include "loop/busy_poll.h"

#include "base/clock.h"
#include "base/mem.h"

#include <string.h>

/* From the begin of a turn to the begin of the next: in a LAN an answer takes less. */
#define WINDOW_NS    LP_NS_PER_MS
#define HISTORY_MASK 15
#define COUNTER_MAX  3
#define EXPECT_MIN   3

/*
 * Where frames are closer than that on average, something comes soon whatever is done, and short
 * waits are chance: a room full of games.
 */
#define SPARSE_NS (2 * LP_NS_PER_MS)
#define PAUSE_NS  (10 * LP_NS_PER_MS)

/* A tenth of the time, which may be saved up for a while. */
#define SHARE	      10
#define BUDGET_MAX_NS (20 * LP_NS_PER_MS)

void lp_busy_poll_init(struct lp_busy_poll *busy_poll)
{
	*busy_poll = (struct lp_busy_poll){
		.is_on = true, .gap_ns = PAUSE_NS, .budget_ns = BUDGET_MAX_NS};
	memset(busy_poll->counters, 1, sizeof(busy_poll->counters));
}

void lp_busy_poll_carried(struct lp_busy_poll *busy_poll, unsigned count, uint64_t now)
{
	uint64_t wait_ns = now - busy_poll->last_frame_ns;
	uint8_t *counter = &busy_poll->counters[busy_poll->history];
	bool is_short = wait_ns < WINDOW_NS;

	if (is_short && *counter < COUNTER_MAX)
		(*counter)++;
	if (!is_short && *counter > 0)
		(*counter)--;
	busy_poll->history = (uint8_t)((busy_poll->history << 1 | is_short) & HISTORY_MASK);
	busy_poll->last_frame_ns = now;
	busy_poll->gap_ns = (busy_poll->gap_ns * 15 + LP_MIN(wait_ns, PAUSE_NS) / count) / 16;
	busy_poll->budget_ns = LP_MIN(busy_poll->budget_ns + wait_ns / SHARE, BUDGET_MAX_NS);
}

uint64_t lp_busy_poll_deadline(const struct lp_busy_poll *busy_poll)
{
	if (!busy_poll->is_on || busy_poll->gap_ns < SPARSE_NS ||
	    busy_poll->budget_ns < WINDOW_NS ||
	    busy_poll->counters[busy_poll->history] < EXPECT_MIN)
		return 0;
	return busy_poll->last_frame_ns + WINDOW_NS;
}

void lp_busy_poll_spent(struct lp_busy_poll *busy_poll, uint64_t ns)
{
	busy_poll->budget_ns -= LP_MIN(ns, busy_poll->budget_ns);
}
